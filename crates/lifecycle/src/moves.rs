//! Every way from one status to another: one table, and nothing else.

use std::fmt;

use crate::{Basis, Health, OperationKind, Status};

/// What makes a server move.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Trigger {
    /// Somebody creates it.
    CreateRequested,
    /// It has been built.
    BuildSucceeded,
    /// It could not be built.
    BuildFailed,
    /// A health check passes.
    CheckPassed,
    /// A health check fails.
    CheckFailed,
    /// It cannot be reached any more.
    ContactLost,
    /// Its machine is found to be gone.
    InstanceGone,
    /// Somebody asks for a backup.
    BackupRequested,
    /// Its backup window has opened.
    BackupDue,
    /// The backup has been made.
    BackupSucceeded,
    /// The backup could not be made.
    BackupFailed,
    /// Somebody asks for maintenance.
    MaintenanceRequested,
    /// Its maintenance window has opened.
    MaintenanceDue,
    /// The maintenance has been done.
    MaintenanceSucceeded,
    /// The maintenance could not be done, and the server is as it was.
    MaintenanceFailed,
    /// The maintenance could not be done, and has left the server ill.
    MaintenanceFailedBadly,
    /// Somebody asks for a restore.
    RestoreRequested,
    /// The new machine has taken over.
    RestoreSucceeded,
    /// The new machine did not come up; the old one is still there.
    RestoreFailed,
    /// Somebody changes an engine attribute.
    UpdateRequested,
    /// The attribute has been changed.
    UpdateSucceeded,
    /// The attribute could not be changed.
    UpdateFailed,
    /// Somebody deletes it.
    DeleteRequested,
    /// It has been taken down.
    TeardownSucceeded,
    /// It could not be taken down.
    TeardownFailed,
    /// The work was cancelled before it began.
    Cancelled,
    /// An operator says that its machine runs.
    ResetToRunning,
    /// An operator says that its machine is gone.
    ResetToTerminated,
    /// An operator gives it up.
    ResetToFailed,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::CreateRequested,
        Self::BuildSucceeded,
        Self::BuildFailed,
        Self::CheckPassed,
        Self::CheckFailed,
        Self::ContactLost,
        Self::InstanceGone,
        Self::BackupRequested,
        Self::BackupDue,
        Self::BackupSucceeded,
        Self::BackupFailed,
        Self::MaintenanceRequested,
        Self::MaintenanceDue,
        Self::MaintenanceSucceeded,
        Self::MaintenanceFailed,
        Self::MaintenanceFailedBadly,
        Self::RestoreRequested,
        Self::RestoreSucceeded,
        Self::RestoreFailed,
        Self::UpdateRequested,
        Self::UpdateSucceeded,
        Self::UpdateFailed,
        Self::DeleteRequested,
        Self::TeardownSucceeded,
        Self::TeardownFailed,
        Self::Cancelled,
        Self::ResetToRunning,
        Self::ResetToTerminated,
        Self::ResetToFailed,
    ];

    /// What it is called on an arrow of the diagram.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateRequested => "create",
            Self::BuildSucceeded => "built",
            Self::BuildFailed => "build failed",
            Self::CheckPassed => "check passed",
            Self::CheckFailed => "check failed",
            Self::ContactLost => "contact lost",
            Self::InstanceGone => "instance gone",
            Self::BackupRequested => "back up",
            Self::BackupDue => "backup due",
            Self::BackupSucceeded => "backed up",
            Self::BackupFailed => "backup failed",
            Self::MaintenanceRequested => "maintain",
            Self::MaintenanceDue => "maintenance due",
            Self::MaintenanceSucceeded => "maintained",
            Self::MaintenanceFailed => "maintenance failed",
            Self::MaintenanceFailedBadly => "maintenance failed badly",
            Self::RestoreRequested => "restore",
            Self::RestoreSucceeded => "restored",
            Self::RestoreFailed => "restore failed",
            Self::UpdateRequested => "update",
            Self::UpdateSucceeded => "updated",
            Self::UpdateFailed => "update failed",
            Self::DeleteRequested => "delete",
            Self::TeardownSucceeded => "taken down",
            Self::TeardownFailed => "teardown failed",
            Self::Cancelled => "cancelled",
            Self::ResetToRunning => "reset to running",
            Self::ResetToTerminated => "reset to terminated",
            Self::ResetToFailed => "reset to failed",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a move ends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Destination {
    /// In this status.
    To(Status),
    /// In the status from which the operation set out.
    Former,
    /// Nowhere: the server is no more.
    Gone,
}

/// One line of [`MOVES`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Move {
    /// Where the server stands before, `None` where it does not exist yet.
    pub from: Option<Status>,
    /// What makes it move.
    pub trigger: Trigger,
    /// Where it stands after.
    pub to: Destination,
    /// On what ground the rule stands.
    pub basis: Basis,
}

const fn new(trigger: Trigger, to: Destination, basis: Basis) -> Move {
    Move {
        from: None,
        trigger,
        to,
        basis,
    }
}

const fn row(from: Status, trigger: Trigger, to: Destination, basis: Basis) -> Move {
    Move {
        from: Some(from),
        trigger,
        to,
        basis,
    }
}

/// Every legal move of a server, and the only place where one is written down.
///
/// A pair of status and trigger that is not here moves nothing; [`Status::after`] looks one up.  What the service is known or inferred to have done
/// comes first; what tagout adds (cancelling, an operator's reset) stands at the end.
#[rustfmt::skip] // columns
pub const MOVES: &[Move] = {
    use Basis::{Added as A, Documented as D, Inferred as I, Observed as O};
    use Destination::{Former, Gone, To};
    use Status::{
        BackingUp, ConnectionLost, Creating, Deleting, Failed, Healthy, Modifying, Restoring, Running, Setup, Terminated,
        UnderMaintenance, Unhealthy,
    };
    use Trigger as T;
    &[
        new(                  T::CreateRequested,        To(Creating),         D),
        row(Creating,         T::BuildSucceeded,         To(Healthy),          D),
        row(Creating,         T::BuildFailed,            To(Failed),           O),

        row(Running,          T::CheckPassed,            To(Healthy),          I),
        row(Running,          T::CheckFailed,            To(Unhealthy),        I),
        row(Healthy,          T::CheckFailed,            To(Unhealthy),        I),
        row(Unhealthy,        T::CheckPassed,            To(Healthy),          I),
        row(Running,          T::ContactLost,            To(ConnectionLost),   D),
        row(Healthy,          T::ContactLost,            To(ConnectionLost),   D),
        row(Unhealthy,        T::ContactLost,            To(ConnectionLost),   D),
        row(ConnectionLost,   T::CheckPassed,            To(Healthy),          D),
        row(ConnectionLost,   T::CheckFailed,            To(Unhealthy),        I),
        row(Running,          T::InstanceGone,           To(Terminated),       I),
        row(Healthy,          T::InstanceGone,           To(Terminated),       I),
        row(Unhealthy,        T::InstanceGone,           To(Terminated),       I),
        row(ConnectionLost,   T::InstanceGone,           To(Terminated),       I),

        row(Running,          T::BackupRequested,        To(BackingUp),        D),
        row(Healthy,          T::BackupRequested,        To(BackingUp),        D),
        row(Unhealthy,        T::BackupRequested,        To(BackingUp),        D),
        row(Running,          T::BackupDue,              To(BackingUp),        I),
        row(Healthy,          T::BackupDue,              To(BackingUp),        I),
        row(Unhealthy,        T::BackupDue,              To(BackingUp),        I),
        row(BackingUp,        T::BackupSucceeded,        Former,               I),
        row(BackingUp,        T::BackupFailed,           Former,               I),
        row(BackingUp,        T::ContactLost,            To(ConnectionLost),   I),
        row(BackingUp,        T::InstanceGone,           To(Terminated),       I),

        row(Healthy,          T::MaintenanceRequested,   To(UnderMaintenance), D),
        row(Unhealthy,        T::MaintenanceRequested,   To(UnderMaintenance), D),
        row(Healthy,          T::MaintenanceDue,         To(UnderMaintenance), I),
        row(Unhealthy,        T::MaintenanceDue,         To(UnderMaintenance), I),
        row(UnderMaintenance, T::MaintenanceSucceeded,   To(Healthy),          D),
        row(UnderMaintenance, T::MaintenanceFailed,      Former,               I),
        row(UnderMaintenance, T::MaintenanceFailedBadly, To(Unhealthy),        I),
        row(UnderMaintenance, T::ContactLost,            To(ConnectionLost),   I),

        row(Healthy,          T::RestoreRequested,       To(Restoring),        D),
        row(Unhealthy,        T::RestoreRequested,       To(Restoring),        D),
        row(Running,          T::RestoreRequested,       To(Restoring),        D),
        row(ConnectionLost,   T::RestoreRequested,       To(Restoring),        D),
        row(Terminated,       T::RestoreRequested,       To(Restoring),        D),
        row(Restoring,        T::RestoreSucceeded,       To(Healthy),          D),
        row(Restoring,        T::RestoreFailed,          Former,               I),

        row(Healthy,          T::UpdateRequested,        To(Modifying),        D),
        row(Unhealthy,        T::UpdateRequested,        To(Modifying),        D),
        row(Modifying,        T::UpdateSucceeded,        Former,               I),
        row(Modifying,        T::UpdateFailed,           Former,               I),

        row(Failed,           T::DeleteRequested,        To(Deleting),         O),
        row(Running,          T::DeleteRequested,        To(Deleting),         D),
        row(Healthy,          T::DeleteRequested,        To(Deleting),         D),
        row(Unhealthy,        T::DeleteRequested,        To(Deleting),         D),
        row(ConnectionLost,   T::DeleteRequested,        To(Deleting),         D),
        row(Terminated,       T::DeleteRequested,        To(Deleting),         D),
        row(Deleting,         T::TeardownSucceeded,      Gone,                 D),
        row(Deleting,         T::TeardownFailed,         To(Failed),           O),

        row(Creating,         T::Cancelled,              To(Failed),           A),
        row(BackingUp,        T::Cancelled,              Former,               A),
        row(UnderMaintenance, T::Cancelled,              Former,               A),
        row(Restoring,        T::Cancelled,              Former,               A),
        row(Modifying,        T::Cancelled,              Former,               A),
        row(Creating,         T::ResetToFailed,          To(Failed),           A),
        row(Setup,            T::ResetToRunning,         To(Running),          A),
        row(Setup,            T::ResetToTerminated,      To(Terminated),       A),
        row(Setup,            T::ResetToFailed,          To(Failed),           A),
        row(BackingUp,        T::ResetToRunning,         To(Running),          A),
        row(BackingUp,        T::ResetToTerminated,      To(Terminated),       A),
        row(BackingUp,        T::ResetToFailed,          To(Failed),           A),
        row(UnderMaintenance, T::ResetToRunning,         To(Running),          A),
        row(UnderMaintenance, T::ResetToTerminated,      To(Terminated),       A),
        row(UnderMaintenance, T::ResetToFailed,          To(Failed),           A),
        row(Restoring,        T::ResetToRunning,         To(Running),          A),
        row(Restoring,        T::ResetToTerminated,      To(Terminated),       A),
        row(Restoring,        T::ResetToFailed,          To(Failed),           A),
        row(Modifying,        T::ResetToRunning,         To(Running),          A),
        row(Modifying,        T::ResetToTerminated,      To(Terminated),       A),
        row(Modifying,        T::ResetToFailed,          To(Failed),           A),
        row(Failed,           T::ResetToRunning,         To(Running),          A),
        row(Failed,           T::ResetToTerminated,      To(Terminated),       A),
        row(Deleting,         T::ResetToFailed,          To(Failed),           A),
    ]
};

/// [`MOVES`] by status and trigger, so that a move is found at once.
static INDEX: [[Option<Destination>; Trigger::ALL.len()]; Status::ALL.len()] = {
    let mut index = [[None; Trigger::ALL.len()]; Status::ALL.len()];
    let mut at = 0;
    while at < MOVES.len() {
        if let Some(from) = MOVES[at].from {
            let cell = &mut index[from as usize][MOVES[at].trigger as usize];
            assert!(
                cell.is_none(),
                "a status and a trigger have one destination"
            );
            *cell = Some(MOVES[at].to);
        }
        at += 1;
    }
    index
};

impl Status {
    /// Where `trigger` takes a server in this status, or `None` if it does not move it.
    pub fn after(self, trigger: Trigger) -> Option<Destination> {
        INDEX[self as usize][trigger as usize]
    }
}

impl Health {
    /// The health after `trigger` was noticed on a server to which nothing is being done.
    pub(crate) fn after(self, trigger: Trigger) -> Self {
        match self.status().after(trigger) {
            Some(Destination::To(status)) => Self::seen_in(status).unwrap_or(self),
            Some(Destination::Former | Destination::Gone) | None => self,
        }
    }
}

impl OperationKind {
    /// The statuses in which it may set out, in the order of [`Status::ALL`].
    pub fn sets_out_from(self) -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(move |from| {
            MOVES
                .iter()
                .any(|line| line.from == Some(*from) && line.to == Destination::To(self.status()))
        })
    }
}
