//! Why a backup was not begun, moved, restored or deleted.

use tagout_lifecycle::{
    BackupId, EngineFamily, LimitExceeded, Refusal, RefusalKind, Refused, ServerName, Ticket,
    TooManyTags,
};

use crate::BackupStatus;

/// Why something that has to do with a backup was refused; nothing was changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupRefusal {
    /// The server refuses.
    #[error(transparent)]
    Server(#[from] Refusal),
    /// The account has as many manual backups as it may have.
    #[error(transparent)]
    LimitExceeded(#[from] LimitExceeded),
    /// It would have too many tags.
    #[error(transparent)]
    TooManyTags(#[from] TooManyTags),
    /// It is being made, or being deleted already.
    #[error("backup `{backup}` is {status}, deleting it needs OK or FAILED")]
    NotDeletable {
        /// The backup.
        backup: BackupId,
        /// Its status.
        status: BackupStatus,
    },
    /// Something is being restored or created from it.
    #[error("backup `{backup}` is being read by {readers} operation(s), deleting it needs none")]
    InUse {
        /// The backup.
        backup: BackupId,
        /// How many operations read it.
        readers: usize,
    },
    /// A server cannot be restored from it as it stands.
    #[error("backup `{backup}` is {status}, restoring from it needs OK")]
    NotRestorable {
        /// The backup.
        backup: BackupId,
        /// Its status.
        status: BackupStatus,
    },
    /// A server cannot be created from it as it stands.
    #[error("backup `{backup}` is {status}, creating a server from it needs OK")]
    NotUsable {
        /// The backup.
        backup: BackupId,
        /// Its status.
        status: BackupStatus,
    },
    /// It is of another server.
    #[error("backup `{backup}` is of server `{server}`, expected one of server `{target}`")]
    OtherServer {
        /// The backup.
        backup: BackupId,
        /// Its server.
        server: ServerName,
        /// The server to be restored.
        target: ServerName,
    },
    /// It is of an engine that the server cannot run.
    #[error("backup `{backup}` is of a {family} server, expected one of a {target} server")]
    OtherEngine {
        /// The backup.
        backup: BackupId,
        /// The engines it is of.
        family: EngineFamily,
        /// The engines that the server can run.
        target: EngineFamily,
    },
    /// A result came for work that is not being done on it.
    #[error("ticket {given} reports on backup `{backup}` that is {status}, expected {}", expected(*current))]
    Stale {
        /// The backup.
        backup: BackupId,
        /// Its status.
        status: BackupStatus,
        /// The ticket that came.
        given: Ticket,
        /// The ticket that is current.
        current: Option<Ticket>,
    },
    /// Its removal still has time, or it is not being removed.
    #[error("backup `{backup}` is {status}, expected its removal to be overdue")]
    NotOverdue {
        /// The backup.
        backup: BackupId,
        /// Its status.
        status: BackupStatus,
    },
}

/// The class of a refusal, to branch on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum BackupRefusalKind {
    /// The public interface says `InvalidStateException`: try again when something has changed.
    InvalidState,
    /// The public interface says `ValidationException`: the request itself has to change.
    Validation,
    /// The public interface says `LimitExceededException`: delete something first.
    LimitExceeded,
    /// A report that is not to be taken: drop it.
    Stale,
}

impl BackupRefusal {
    /// The class to branch on.
    pub fn kind(&self) -> BackupRefusalKind {
        match self {
            Self::Server(refusal) => match refusal.kind() {
                RefusalKind::InvalidState => BackupRefusalKind::InvalidState,
                RefusalKind::Validation => BackupRefusalKind::Validation,
                RefusalKind::Stale => BackupRefusalKind::Stale,
            },
            Self::NotDeletable { .. }
            | Self::InUse { .. }
            | Self::NotRestorable { .. }
            | Self::NotOverdue { .. } => BackupRefusalKind::InvalidState,
            Self::TooManyTags(_)
            | Self::NotUsable { .. }
            | Self::OtherServer { .. }
            | Self::OtherEngine { .. } => BackupRefusalKind::Validation,
            Self::LimitExceeded(_) => BackupRefusalKind::LimitExceeded,
            Self::Stale { .. } => BackupRefusalKind::Stale,
        }
    }
}

impl From<Refused> for BackupRefusal {
    fn from(refused: Refused) -> Self {
        Self::Server(refused.into_refusal())
    }
}

fn expected(current: Option<Ticket>) -> String {
    match current {
        Some(ticket) => format!("ticket {ticket}"),
        None => "no report, as no work is being done on it".into(),
    }
}
