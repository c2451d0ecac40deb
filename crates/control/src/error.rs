//! Why the control plane did not do as asked.

use tagout_backup::BackupRefusal;
use tagout_batch::{
    CancelError, CreateError, JobId, PatchError, PlanError, RetryError, ServerId, SubmitError,
};
use tagout_lifecycle::{InvalidServer, InvalidValue, LimitExceeded, Refusal};
use tagout_store::StoreError;
use tagout_window::WindowError;

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
    /// A maintenance window, or a run of one, is not there or not as asked.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// A name cannot be that of an account.
    #[error(transparent)]
    Account(#[from] InvalidAccount),
    /// There is nothing of that name.
    #[error("{what} `{id}` is unknown")]
    NotFound {
        /// What sort of thing.
        what: &'static str,
        /// Its name or id, cut to 256 characters.
        id: String,
    },
    /// There is something of that name already.
    #[error("{what} `{id}` exists already, expected another name")]
    AlreadyExists {
        /// What sort of thing.
        what: &'static str,
        /// Its name.
        id: String,
    },
    /// A list cannot be gone on with.
    #[error("the page token is not one of this list, expected one that it gave")]
    InvalidPageToken,
    /// A text is not what it has to be.
    #[error(transparent)]
    InvalidValue(#[from] InvalidValue),
    /// A server cannot be created as asked.
    #[error(transparent)]
    InvalidServer(#[from] InvalidServer),
    /// A server was not moved.
    #[error(transparent)]
    Server(#[from] Refusal),
    /// A server or backup was not moved, for a reason that has to do with backups.
    #[error(transparent)]
    Backup(BackupRefusal),
    /// The account has as many of something as it may have.
    #[error(transparent)]
    LimitExceeded(#[from] LimitExceeded),
    /// The store did not do as asked.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl From<BackupRefusal> for ControlError {
    fn from(refusal: BackupRefusal) -> Self {
        match refusal {
            BackupRefusal::LimitExceeded(error) => Self::LimitExceeded(error),
            refusal => Self::Backup(refusal),
        }
    }
}

impl ControlError {
    pub(crate) fn not_found(what: &'static str, id: &str) -> Self {
        let id = cut(id);
        Self::NotFound { what, id }
    }

    pub(crate) fn already_exists(what: &'static str, id: &str) -> Self {
        let id = cut(id);
        Self::AlreadyExists { what, id }
    }
}

fn cut(id: &str) -> String {
    id.chars().take(256).collect()
}
