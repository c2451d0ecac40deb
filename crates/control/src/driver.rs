//! Drivers do the work that the record talks about.

mod command;
pub use command::{CommandDriver, Program};

mod simulated;
pub use simulated::{Answers, Script, SimulatedDriver};

use crate::work::Work;

/// What does the work.
///
/// The control plane calls [`perform`](Self::perform) after the decision is committed, keeps the lease alive for as
/// long as the call runs, and drops the call at the work's deadline. A plane that dies is followed by another attempt
/// with another ticket, so an operation may reach the outside world twice: make it idempotent by [`Work::ticket`] or by
/// its effect.
///
/// # Example
///
/// ```
/// use tagout_control::{Done, Driver, DriverError, Work};
///
/// /// Reboots machines, and does nothing else.
/// struct Rebooter;
///
/// impl Driver for Rebooter {
///     async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
///         match &*work.kind {
///             "batch.reboot" => reboot(&work.target, work.ticket.as_str()).await,
///             other => Err(DriverError::Permanent { reason: format!("`{other}` is not for me") }),
///         }
///     }
/// }
/// # async fn reboot(target: &str, key: &str) -> Result<Done, DriverError> { Ok(Done::default()) }
/// ```
pub trait Driver: Send + Sync + 'static {
    /// Does `work`, and says how it ended.
    ///
    /// # Errors
    ///
    /// Returns [`DriverError`] if the work was not done; its kind decides whether it is tried again.
    fn perform(&self, work: &Work) -> impl Future<Output = Result<Done, DriverError>> + Send;
}

/// The good end of a piece of work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    /// What the work has to say, as JSON: read by the operations that have a result, ignored by the rest.
    pub detail: serde_json::Value,
}

/// The bad end of a piece of work.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// It may go well another time.
    #[error("failed for now: {reason}")]
    Transient {
        /// What went wrong.
        reason: String,
    },
    /// Another attempt would fail as well.
    #[error("failed: {reason}")]
    Permanent {
        /// What went wrong.
        reason: String,
    },
    /// It ran into its deadline and was stopped.
    #[error("stopped at its deadline")]
    TimedOut,
}

impl DriverError {
    /// Whether another attempt may go well.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transient { .. } => true,
            Self::Permanent { .. } | Self::TimedOut => false,
        }
    }
}
