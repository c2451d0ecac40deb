//! Which operation may be asked for in which status: one table, and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Status;

/// Something that a caller may ask for and that a status may forbid.
///
/// # Example
/// ```
/// use tagout_lifecycle::{Operation, Status};
///
/// let allowed: Vec<Status> = Operation::AssociateNode.allowed_in().collect();
/// assert_eq!(allowed, [Status::Healthy]);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub enum Operation {
    /// Make a backup.
    CreateBackup,
    /// Maintain the server now.
    StartMaintenance,
    /// Change an engine attribute.
    UpdateServerEngineAttributes,
    /// Restore the server from a backup.
    RestoreServer,
    /// Let a node be managed.
    AssociateNode,
    /// Let a node be managed no longer.
    DisassociateNode,
    /// Read an attribute that is made for the occasion.
    ExportServerEngineAttribute,
    /// Change windows and retention.
    UpdateServer,
    /// Take the server down.
    DeleteServer,
    /// Add or change tags.
    TagResource,
    /// Take tags away.
    UntagResource,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::CreateBackup,
        Self::StartMaintenance,
        Self::UpdateServerEngineAttributes,
        Self::RestoreServer,
        Self::AssociateNode,
        Self::DisassociateNode,
        Self::ExportServerEngineAttribute,
        Self::UpdateServer,
        Self::DeleteServer,
        Self::TagResource,
        Self::UntagResource,
    ];

    /// The public name, as `StartMaintenance`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateBackup => "CreateBackup",
            Self::StartMaintenance => "StartMaintenance",
            Self::UpdateServerEngineAttributes => "UpdateServerEngineAttributes",
            Self::RestoreServer => "RestoreServer",
            Self::AssociateNode => "AssociateNode",
            Self::DisassociateNode => "DisassociateNode",
            Self::ExportServerEngineAttribute => "ExportServerEngineAttribute",
            Self::UpdateServer => "UpdateServer",
            Self::DeleteServer => "DeleteServer",
            Self::TagResource => "TagResource",
            Self::UntagResource => "UntagResource",
        }
    }

    /// The statuses that allow it, in the order of [`Status::ALL`].
    pub fn allowed_in(self) -> impl Iterator<Item = Status> {
        Status::ALL
            .into_iter()
            .filter(move |status| status.may(self))
    }

    /// Its column in [`PERMISSIONS`]. Node operations share one, and so do tag operations.
    const fn column(self) -> usize {
        match self {
            Self::CreateBackup => 0,
            Self::StartMaintenance => 1,
            Self::UpdateServerEngineAttributes => 2,
            Self::RestoreServer => 3,
            Self::AssociateNode | Self::DisassociateNode => 4,
            Self::ExportServerEngineAttribute => 5,
            Self::UpdateServer => 6,
            Self::DeleteServer => 7,
            Self::TagResource | Self::UntagResource => 8,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether an operation may be asked for, and if not, by which error that is said.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not: `InvalidStateException`.
    WrongState,
    /// It may not, because something else is still going on. Only `DeleteServer` has it: a `ValidationException`
    /// with a text that AWS's CloudFormation provider waits on.
    StillInProgress,
}

/// On what ground a rule stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Basis {
    /// The published interface says so.
    Documented,
    /// It was seen in records of the service or in AWS's own clients.
    Observed,
    /// Nothing says so; it is what follows from the rest.
    Inferred,
    /// tagout's own, beyond what the service offered.
    Added,
}

/// One cell of [`PERMISSIONS`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Permission {
    /// Whether the operation may be asked for.
    pub verdict: Verdict,
    /// On what ground.
    pub basis: Basis,
}

const Y: Permission = Permission {
    verdict: Verdict::Allowed,
    basis: Basis::Documented,
};
const YI: Permission = Permission {
    verdict: Verdict::Allowed,
    basis: Basis::Inferred,
};
const YO: Permission = Permission {
    verdict: Verdict::Allowed,
    basis: Basis::Observed,
};
const N: Permission = Permission {
    verdict: Verdict::WrongState,
    basis: Basis::Documented,
};
const NI: Permission = Permission {
    verdict: Verdict::WrongState,
    basis: Basis::Inferred,
};
const BI: Permission = Permission {
    verdict: Verdict::StillInProgress,
    basis: Basis::Inferred,
};
const BO: Permission = Permission {
    verdict: Verdict::StillInProgress,
    basis: Basis::Observed,
};

/// Every operation in every status: the only place where this is written down.
///
/// A row per status in the order of [`Status::ALL`]; the columns are `CreateBackup`, `StartMaintenance`,
/// `UpdateServerEngineAttributes`, `RestoreServer`, `AssociateNode` and `DisassociateNode`,
/// `ExportServerEngineAttribute`, `UpdateServer`, `DeleteServer`, `TagResource` and `UntagResource`. Describing and
/// listing is allowed everywhere. Source: the API reference of each operation, and where it is silent the
/// [`Basis`] says so.
#[rustfmt::skip] // columns
pub const PERMISSIONS: [(Status, [Permission; 9]); 13] = [
    //                          back up, maintain, modify, restore, nodes, export, update, delete, tag
    (Status::Creating,         [N,       N,        N,      N,       N,     N,      NI,     BO,     YI]),
    (Status::Setup,            [N,       N,        N,      N,       N,     Y,      NI,     BI,     YI]),
    (Status::Running,          [Y,       N,        N,      Y,       N,     Y,      YI,     Y,      YI]),
    (Status::Healthy,          [Y,       Y,        Y,      Y,       Y,     Y,      Y,      Y,      YI]),
    (Status::Unhealthy,        [Y,       Y,        Y,      Y,       N,     Y,      YI,     Y,      YI]),
    (Status::ConnectionLost,   [N,       N,        N,      Y,       N,     Y,      YI,     Y,      YI]),
    (Status::BackingUp,        [N,       N,        N,      N,       N,     Y,      N,      BI,     YI]),
    (Status::UnderMaintenance, [N,       N,        N,      N,       N,     Y,      NI,     BI,     YI]),
    (Status::Modifying,        [N,       N,        N,      N,       N,     Y,      NI,     BI,     YI]),
    (Status::Restoring,        [N,       N,        N,      N,       N,     Y,      NI,     BI,     YI]),
    (Status::Failed,           [N,       N,        N,      N,       N,     N,      NI,     YO,     YI]),
    (Status::Terminated,       [N,       N,        N,      Y,       N,     N,      NI,     Y,      YI]),
    (Status::Deleting,         [N,       N,        N,      N,       N,     N,      NI,     N,      NI]),
];

// The rows are looked up by position.
const _: () = {
    let mut row = 0;
    while row < Status::ALL.len() {
        assert!(
            PERMISSIONS[row].0 as usize == row,
            "the rows stand in the order of the statuses"
        );
        assert!(
            Status::ALL[row] as usize == row,
            "the list of statuses stands in their order"
        );
        row += 1;
    }
};

impl Status {
    /// What [`PERMISSIONS`] says of `operation` in this status.
    pub const fn permission(self, operation: Operation) -> Permission {
        PERMISSIONS[self as usize].1[operation.column()]
    }

    /// Whether `operation` may be asked for in this status.
    pub const fn may(self, operation: Operation) -> bool {
        matches!(self.permission(operation).verdict, Verdict::Allowed)
    }
}
