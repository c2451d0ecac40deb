//! Instants that stay within what can be told.

use chrono::{DateTime, TimeDelta, Utc};

/// `delta` after `instant`, or the last instant there is.
pub(crate) fn later(instant: DateTime<Utc>, delta: TimeDelta) -> DateTime<Utc> {
    instant
        .checked_add_signed(delta)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
