//! Where a server stands: the public status, and the two axes behind it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a server stands, in the thirteen words of the OpsWorks CM API (enum `ServerStatus`).
///
/// One word for two things: what is being done to the server, and how it is when nothing is. [`Status::of`] makes it
/// from the two.
///
/// # Example
/// ```
/// use tagout_lifecycle::{Operation, Status};
///
/// assert!(Status::Unhealthy.may(Operation::StartMaintenance));
/// assert!(!Status::BackingUp.may(Operation::StartMaintenance));
/// assert_eq!("UNDER_MAINTENANCE".parse(), Ok(Status::UnderMaintenance));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is being built.
    Creating,
    /// In the list of words since 2016 and described nowhere. It is read, and never written.
    Setup,
    /// Its machine runs, and its health is not yet known.
    Running,
    /// It is ready.
    Healthy,
    /// Its health check fails.
    Unhealthy,
    /// It cannot be reached, usually after a change from outside.
    ConnectionLost,
    /// A backup of it is being made.
    BackingUp,
    /// It is offline for maintenance.
    UnderMaintenance,
    /// One of its engine attributes is being changed.
    Modifying,
    /// A new machine is being built for it from a backup.
    Restoring,
    /// Building it or taking it down failed: it can only be deleted.
    Failed,
    /// Its machine is gone, its record and its endpoint remain: it can be restored.
    Terminated,
    /// It is being taken down.
    Deleting,
}

impl Status {
    /// All of them, in the order of [`PERMISSIONS`](crate::PERMISSIONS).
    pub const ALL: [Self; 13] = [
        Self::Creating,
        Self::Setup,
        Self::Running,
        Self::Healthy,
        Self::Unhealthy,
        Self::ConnectionLost,
        Self::BackingUp,
        Self::UnderMaintenance,
        Self::Modifying,
        Self::Restoring,
        Self::Failed,
        Self::Terminated,
        Self::Deleting,
    ];

    /// What is seen of a server from outside: the running operation, or else its health.
    pub const fn of(operation: Option<OperationKind>, health: Health) -> Self {
        match operation {
            Some(kind) => kind.status(),
            None => health.status(),
        }
    }

    /// The public word, as `UNDER_MAINTENANCE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Setup => "SETUP",
            Self::Running => "RUNNING",
            Self::Healthy => "HEALTHY",
            Self::Unhealthy => "UNHEALTHY",
            Self::ConnectionLost => "CONNECTION_LOST",
            Self::BackingUp => "BACKING_UP",
            Self::UnderMaintenance => "UNDER_MAINTENANCE",
            Self::Modifying => "MODIFYING",
            Self::Restoring => "RESTORING",
            Self::Failed => "FAILED",
            Self::Terminated => "TERMINATED",
            Self::Deleting => "DELETING",
        }
    }

    /// The operation that runs in this status, or `None` where none does.
    pub const fn operation(self) -> Option<OperationKind> {
        match self {
            Self::Creating => Some(OperationKind::Create),
            Self::BackingUp => Some(OperationKind::BackUp),
            Self::UnderMaintenance => Some(OperationKind::Maintain),
            Self::Modifying => Some(OperationKind::Modify),
            Self::Restoring => Some(OperationKind::Restore),
            Self::Deleting => Some(OperationKind::Delete),
            Self::Setup
            | Self::Running
            | Self::Healthy
            | Self::Unhealthy
            | Self::ConnectionLost
            | Self::Failed
            | Self::Terminated => None,
        }
    }

    /// Whether an operation runs in this status, so that it ends by itself.
    pub const fn is_transitional(self) -> bool {
        self.operation().is_some()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.chars().take(64).collect()))
    }
}

/// A text that is none of the thirteen words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown server status `{0}`, expected one of the thirteen from BACKING_UP to UNHEALTHY in capitals"
)]
pub struct UnknownStatus(Box<str>);

/// How a server was last seen to be, whatever is being done to it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The undescribed `SETUP`: read from elsewhere, never arrived at.
    Setup,
    /// Its machine runs, and no check has judged it yet.
    Unjudged,
    /// Its last check passed.
    Healthy,
    /// Its last check failed.
    Unhealthy,
    /// It cannot be reached.
    Unreachable,
    /// Its machine is gone.
    Gone,
    /// It never came up, or was not taken down whole.
    Broken,
}

impl Health {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Setup,
        Self::Unjudged,
        Self::Healthy,
        Self::Unhealthy,
        Self::Unreachable,
        Self::Gone,
        Self::Broken,
    ];

    /// The status of a server in this health to which nothing is being done.
    pub const fn status(self) -> Status {
        match self {
            Self::Setup => Status::Setup,
            Self::Unjudged => Status::Running,
            Self::Healthy => Status::Healthy,
            Self::Unhealthy => Status::Unhealthy,
            Self::Unreachable => Status::ConnectionLost,
            Self::Gone => Status::Terminated,
            Self::Broken => Status::Failed,
        }
    }

    /// The health that `status` tells, or `None` where it tells an operation.
    pub const fn seen_in(status: Status) -> Option<Self> {
        match status {
            Status::Setup => Some(Self::Setup),
            Status::Running => Some(Self::Unjudged),
            Status::Healthy => Some(Self::Healthy),
            Status::Unhealthy => Some(Self::Unhealthy),
            Status::ConnectionLost => Some(Self::Unreachable),
            Status::Terminated => Some(Self::Gone),
            Status::Failed => Some(Self::Broken),
            Status::Creating
            | Status::BackingUp
            | Status::UnderMaintenance
            | Status::Modifying
            | Status::Restoring
            | Status::Deleting => None,
        }
    }
}

/// What is being done to a server, where that takes its time. At most one at once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Build it.
    Create,
    /// Back it up.
    BackUp,
    /// Maintain it.
    Maintain,
    /// Restore it from a backup.
    Restore,
    /// Change one of its engine attributes.
    Modify,
    /// Take it down.
    Delete,
}

impl OperationKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Create,
        Self::BackUp,
        Self::Maintain,
        Self::Restore,
        Self::Modify,
        Self::Delete,
    ];

    /// The status that a server shows meanwhile.
    pub const fn status(self) -> Status {
        match self {
            Self::Create => Status::Creating,
            Self::BackUp => Status::BackingUp,
            Self::Maintain => Status::UnderMaintenance,
            Self::Restore => Status::Restoring,
            Self::Modify => Status::Modifying,
            Self::Delete => Status::Deleting,
        }
    }

    /// What it is called in a sentence, as "maintenance".
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Create => "creation",
            Self::BackUp => "backup",
            Self::Maintain => "maintenance",
            Self::Restore => "restore",
            Self::Modify => "attribute update",
            Self::Delete => "deletion",
        }
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.noun())
    }
}

/// How the last maintenance of a server ended (enum `MaintenanceStatus` of the API).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MaintenanceStatus {
    /// It did what it should.
    Success,
    /// It did not.
    Failed,
}

impl MaintenanceStatus {
    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
        }
    }
}

impl fmt::Display for MaintenanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
