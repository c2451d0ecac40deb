//! The operations of AWS OpsWorks CM, over the control plane.

use chrono::{DateTime, Utc};
use tagout_wire::aws::{Fault, Operation};

use crate::{App, Caller};

/// Answers `operation`, whose caller was let in.
#[expect(
    clippy::unused_async,
    reason = "no operation asks the control plane yet"
)]
pub(crate) async fn answer(
    _app: &App,
    _caller: &Caller,
    operation: &Operation,
    _body: &[u8],
    _now: DateTime<Utc>,
) -> Result<Vec<u8>, Fault> {
    Err(Fault::unknown_operation(operation.name))
}
