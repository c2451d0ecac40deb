//! Why the control plane did not do as asked.

use tagout_batch::{
    CancelError, CreateError, JobId, PatchError, PlanError, RetryError, ServerId, SubmitError,
};
use tagout_store::StoreError;

use crate::{account::InvalidAccount, work::Ticket};

/// Why the control plane did not do as asked. Nothing was changed, unless the store says that it does not know.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The attempt was given up for another one, or has been reported before.
    #[error("ticket {ticket} is no longer current")]
    StaleTicket {
        /// The ticket.
        ticket: Ticket,
    },
    /// Others changed the same things faster than it could be decided.
    #[error("gave up after {attempts} decisions that others overtook")]
    Contended {
        /// How often it was decided.
        attempts: u32,
    },
    /// A batch was turned away as a whole.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A server of a batch account was not changed.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// A server of a batch account is not built.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// A job was not stopped.
    #[error(transparent)]
    Cancel(#[from] CancelError),
    /// A job is not tried again.
    #[error(transparent)]
    Retry(#[from] RetryError),
    /// Maintenance is not planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A server cannot be brought in, as a job holds it.
    #[error("server {server} is held by job {job}")]
    ServerHeld {
        /// The server.
        server: ServerId,
        /// The job.
        job: JobId,
    },
    /// A request names more servers than one may.
    #[error("{named} servers are named, expected at most {max}")]
    TooManyServers {
        /// How many there are.
        named: usize,
        /// How many there may be.
        max: usize,
    },
    /// A name cannot be that of an account.
    #[error(transparent)]
    Account(#[from] InvalidAccount),
    /// The store did not do as asked.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
