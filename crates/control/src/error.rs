//! Why the control plane did not do as asked.

use tagout_backup::{BackupRefusal, BackupRefusalKind};
use tagout_batch::{
    AdmitError, CancelError, CreateError, JobId, PatchError, PlanError, RetryError, ServerId,
    SubmitError,
};
use tagout_lifecycle::{InvalidServer, InvalidValue, LimitExceeded, Refusal, RefusalKind};
use tagout_store::{ErrorKind as StoreErrorKind, InvalidChanges, Position, StoreError};
use tagout_window::{ErrorKind as WindowErrorKind, WindowError};

use crate::{account::InvalidAccount, work::Ticket};

/// Why the control plane did not do as asked. Nothing was changed, unless the store says that it does not know.
///
/// Branch on [`kind`](Self::kind), and look into the variant for what a family of operations has to say of its own.
///
/// # Example
///
/// ```
/// use tagout_control::{ControlError, ErrorKind};
///
/// /// The status of an HTTP answer.
/// fn status(error: &ControlError) -> u16 {
///     match error.kind() {
///         ErrorKind::Invalid => 400,
///         ErrorKind::NotFound => 404,
///         ErrorKind::Conflict | ErrorKind::Stale => 409,
///         ErrorKind::Limit => 429,
///         ErrorKind::Contended | ErrorKind::Unavailable => 503,
///         _ => 500,
///     }
/// }
/// let error: ControlError = "no account".parse::<tagout_control::Account>().unwrap_err().into();
/// assert_eq!(status(&error), 400);
/// ```
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
    /// A reader of the events has been away for too long. It may go on after `through`.
    #[error("events after position {after} are forgotten through {through}")]
    EventsForgotten {
        /// From where the reader wanted to go on.
        after: Position,
        /// The last position that is forgotten.
        through: Position,
    },
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

/// The class of a [`ControlError`] to branch on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something that was named is not there, or is not for this account to see.
    NotFound,
    /// It cannot be done as things stand: something exists already, is held, or is in another state.
    Conflict,
    /// The request itself has to change.
    Invalid,
    /// There are as many as there may be: end or delete something first.
    Limit,
    /// A report that is not to be taken: the attempt was given up, or reported before.
    Stale,
    /// Others were faster each time; the same may work at once.
    Contended,
    /// The store does not answer, or has no room; the same may work later.
    Unavailable,
    /// The store was lost while it wrote: look whether it was done.
    Uncertain,
    /// Nothing helps until somebody looks after the store.
    Internal,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NotFound,
        Self::Conflict,
        Self::Invalid,
        Self::Limit,
        Self::Stale,
        Self::Contended,
        Self::Unavailable,
        Self::Uncertain,
        Self::Internal,
    ];

    /// A word for it, in lower case, as metrics and logs have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::Limit => "limit",
            Self::Stale => "stale",
            Self::Contended => "contended",
            Self::Unavailable => "unavailable",
            Self::Uncertain => "uncertain",
            Self::Internal => "internal",
        }
    }

    /// Whether nothing was changed, and the same request may work when it is made again.
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Contended | Self::Unavailable)
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl ControlError {
    /// The class to branch on.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::StaleTicket { .. } => ErrorKind::Stale,
            Self::Contended { .. } => ErrorKind::Contended,
            Self::NotFound { .. } | Self::EventsForgotten { .. } => ErrorKind::NotFound,
            Self::AlreadyExists { .. } | Self::ServerHeld { .. } => ErrorKind::Conflict,
            Self::TooManyServers { .. }
            | Self::Account(_)
            | Self::InvalidPageToken
            | Self::InvalidValue(_)
            | Self::InvalidServer(_)
            // A name that no key can hold.
            | Self::Store(StoreError::Invalid(InvalidChanges::Draft(_))) => ErrorKind::Invalid,
            Self::LimitExceeded(_) => ErrorKind::Limit,
            Self::Submit(error) => of_submit(error),
            Self::Patch(error) => match error {
                PatchError::UnknownServer { .. } => ErrorKind::NotFound,
                PatchError::Submit(error) => of_submit(error),
                _ => ErrorKind::Conflict,
            },
            Self::Create(error) => match error {
                CreateError::Id(_) => ErrorKind::Invalid,
                CreateError::NoCounter { .. } | CreateError::NoNumber { .. } => ErrorKind::Limit,
                CreateError::Submit(error) => of_submit(error),
                _ => ErrorKind::Conflict,
            },
            Self::Cancel(error) => match error {
                CancelError::UnknownJob { .. } => ErrorKind::NotFound,
                _ => ErrorKind::Conflict,
            },
            Self::Retry(error) => match error {
                RetryError::UnknownJob { .. } => ErrorKind::NotFound,
                RetryError::Submit(error) => of_submit(error),
                _ => ErrorKind::Conflict,
            },
            Self::Plan(error) => match error {
                PlanError::UnknownAccount { .. } => ErrorKind::NotFound,
                PlanError::TooManyPlans { .. } => ErrorKind::Limit,
                _ => ErrorKind::Invalid,
            },
            Self::Window(error) => match error.kind() {
                // Tags are asked for by the id of a resource among many types.
                WindowErrorKind::DoesNotExist | WindowErrorKind::InvalidResourceId => {
                    ErrorKind::NotFound
                }
                WindowErrorKind::TargetInUse | WindowErrorKind::IdempotentParameterMismatch => {
                    ErrorKind::Conflict
                }
                WindowErrorKind::ResourceLimitExceeded | WindowErrorKind::TooManyTags => {
                    ErrorKind::Limit
                }
                _ => ErrorKind::Invalid,
            },
            Self::Server(refusal) => match refusal.kind() {
                RefusalKind::InvalidState => ErrorKind::Conflict,
                RefusalKind::Validation => ErrorKind::Invalid,
                RefusalKind::Stale => ErrorKind::Stale,
            },
            Self::Backup(refusal) => match refusal.kind() {
                BackupRefusalKind::InvalidState => ErrorKind::Conflict,
                BackupRefusalKind::Validation => ErrorKind::Invalid,
                BackupRefusalKind::LimitExceeded => ErrorKind::Limit,
                BackupRefusalKind::Stale => ErrorKind::Stale,
            },
            Self::Store(error) => match error.kind() {
                StoreErrorKind::Conflict => ErrorKind::Contended,
                StoreErrorKind::Limit => ErrorKind::Limit,
                StoreErrorKind::Transient => ErrorKind::Unavailable,
                StoreErrorKind::Uncertain => ErrorKind::Uncertain,
                _ => ErrorKind::Internal,
            },
        }
    }

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

fn of_submit(error: &SubmitError) -> ErrorKind {
    match error {
        SubmitError::UnknownAccount { .. } => ErrorKind::NotFound,
        SubmitError::Admit(AdmitError::TooManyServers { .. }) => ErrorKind::Invalid,
        SubmitError::Admit(_) | SubmitError::TooManyKeys { .. } => ErrorKind::Limit,
        _ => ErrorKind::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tagout_lifecycle::Limited;
    use tagout_store::{Key, Kind};

    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<ControlError>();
    };

    #[track_caller]
    fn check(error: impl Into<ControlError>, kind: ErrorKind, text: &str) {
        let error = error.into();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
    }

    #[test]
    fn every_family_has_its_words_and_its_class() {
        let alias = "acct".parse().expect("the text is an alias");
        let job = "WA1-1".parse::<JobId>().expect("the text is a job");
        check(
            SubmitError::UnknownAccount { alias },
            ErrorKind::NotFound,
            "account acct is unknown",
        );
        check(
            SubmitError::TooManyKeys { max: 3 },
            ErrorKind::Limit,
            "3 keyed requests are remembered, expected fewer before a new one",
        );
        check(
            AdmitError::QueueFull { asked: 2, room: 1 },
            ErrorKind::Limit,
            "2 servers to queue, expected at most 1 at present",
        );
        check(
            RetryError::Submit(AdmitError::TooManyServers { named: 9, max: 8 }.into()),
            ErrorKind::Invalid,
            "9 servers are named, expected at most 8",
        );
        check(
            CancelError::UnknownJob { job },
            ErrorKind::NotFound,
            &format!("job {job} is unknown"),
        );
        check(
            PlanError::TooManyPlans { max: 1 },
            ErrorKind::Limit,
            "1 plans are remembered, expected fewer before a new one",
        );
        let limit = 5;
        check(
            WindowError::LimitExceeded {
                what: "maintenance windows",
                limit,
            },
            ErrorKind::Limit,
            "the limit of 5 maintenance windows is reached",
        );
        check(
            WindowError::InvalidResourceId("mw-1".into()),
            ErrorKind::NotFound,
            "mw-1 is not the id of a maintenance window",
        );
        check(
            WindowError::IdempotentParameterMismatch,
            ErrorKind::Conflict,
            "the client token was used with other parameters before",
        );
        let full = LimitExceeded {
            limited: Limited::ManualBackups,
            used: 50,
            max: 50,
        };
        let text = "the account has 50 of at most 50 manual backups, expected one fewer";
        check(full, ErrorKind::Limit, text);
        let error = ControlError::from(BackupRefusal::LimitExceeded(full));
        assert!(matches!(error, ControlError::LimitExceeded(_)));
        check(
            ControlError::already_exists("server", "web-1"),
            ErrorKind::Conflict,
            "server `web-1` exists already, expected another name",
        );
        check(
            ControlError::not_found("backup", &"x".repeat(300)),
            ErrorKind::NotFound,
            &format!("backup `{}` is unknown", "x".repeat(256)),
        );
        let ticket = Ticket::new("a.1");
        check(
            ControlError::StaleTicket { ticket },
            ErrorKind::Stale,
            "ticket a.1 is no longer current",
        );
        check(
            ControlError::EventsForgotten {
                after: Position(3),
                through: Position(8),
            },
            ErrorKind::NotFound,
            "events after position 3 are forgotten through 8",
        );
    }

    #[test]
    fn the_store_is_one_class_per_what_to_do() {
        let key = || Key::new(Kind::constant("server"), "acct", "web-1").expect("it is a key");
        let cause: tagout_store::Cause = Arc::new(std::io::Error::other("gone"));
        let store: Arc<str> = "sqlite file `a.tagout`".into();
        let lost = StoreError::Uncertain {
            store: Arc::clone(&store),
            source: Arc::clone(&cause),
        };
        check(lost, ErrorKind::Uncertain, "the store failed");
        let busy = StoreError::Unavailable {
            store: Arc::clone(&store),
            source: cause,
        };
        check(busy, ErrorKind::Unavailable, "the store failed");
        let what = "page 7".into();
        let damaged = StoreError::Damaged { store, what };
        check(damaged, ErrorKind::Internal, "the store failed");
        let overtaken = StoreError::Conflict {
            key: key(),
            expected: None,
            found: None,
        };
        check(overtaken, ErrorKind::Contended, "the store failed");
        let long = Key::new(Kind::constant("server"), "acct", "x".repeat(10_000))
            .expect_err("it is too long");
        check(
            StoreError::from(long),
            ErrorKind::Invalid,
            "the store failed",
        );
        let twice = InvalidChanges::Twice { key: key() };
        check(
            StoreError::from(twice),
            ErrorKind::Internal,
            "the store failed",
        );
    }

    #[test]
    fn what_may_be_made_again_at_once_has_changed_nothing() {
        let transient: Vec<_> = ErrorKind::ALL
            .into_iter()
            .filter(|kind| kind.is_transient())
            .map(ErrorKind::as_str)
            .collect();
        assert_eq!(transient, ["contended", "unavailable"]);
    }
}
