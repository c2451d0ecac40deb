//! What can be done to a server: the operations, and what each of them needs to know.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{GroupId, NewServer, Package, ServerId, SnapshotDays};

/// The kind of a change to a server; each has its row in [`LEGALITY`](crate::LEGALITY).
///
/// The first eleven and `SetMaintenance` are the batch operations of the CenturyLink Cloud v2 API; the others are
/// its calls on a single server that are queued in the same way.
///
/// # Example
///
/// ```
/// use tagout_batch::Operation;
///
/// assert_eq!(Operation::BATCH.len(), 12);
/// assert_eq!("startMaintenance".parse(), Ok(Operation::StartMaintenance));
/// assert_eq!(Operation::PowerOn.word(), "powerOn");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// Starts a stopped or paused server.
    PowerOn,
    /// Cuts the power.
    PowerOff,
    /// Asks the guest to shut down, then powers off.
    ShutDown,
    /// Suspends; memory is kept.
    Pause,
    /// Restarts the hardware.
    Reset,
    /// Restarts the guest.
    Reboot,
    /// Sets the maintenance flag; monitors stay silent until it is cleared.
    StartMaintenance,
    /// Clears the maintenance flag.
    StopMaintenance,
    /// Sets or clears the maintenance flag, as each server of the batch asks.
    SetMaintenance,
    /// Gives up processors and memory, and keeps the disks on cheap storage.
    Archive,
    /// Takes a snapshot that expires after some days.
    CreateSnapshot,
    /// Runs a package of software on the server.
    ExecutePackage,
    /// Deletes the server.
    Delete,
    /// Brings an archived server back.
    Restore,
    /// Takes the server back to its snapshot, and keeps the snapshot.
    RevertToSnapshot,
    /// Deletes the snapshot.
    DeleteSnapshot,
    /// Changes processors, memory or disks.
    Change,
    /// Builds a new server.
    Create,
    /// Serves as the source of a new server. Never queued: the new server's job is a [`Operation::Create`].
    Clone,
}

impl Operation {
    /// Every operation, in the order of the rows of [`LEGALITY`](crate::LEGALITY).
    pub const ALL: [Self; 19] = [
        Self::PowerOn,
        Self::PowerOff,
        Self::ShutDown,
        Self::Pause,
        Self::Reset,
        Self::Reboot,
        Self::StartMaintenance,
        Self::StopMaintenance,
        Self::SetMaintenance,
        Self::Archive,
        Self::CreateSnapshot,
        Self::ExecutePackage,
        Self::Delete,
        Self::Restore,
        Self::RevertToSnapshot,
        Self::DeleteSnapshot,
        Self::Change,
        Self::Create,
        Self::Clone,
    ];

    /// The twelve operations that take a list of servers.
    ///
    /// Source: CenturyLink Cloud API v2 reference, "Power Operations" and "Server Actions".
    pub const BATCH: [Self; 12] = *Self::ALL
        .first_chunk()
        .expect("batch operations come first");

    /// The word of the operation in the paths of the API, such as `powerOn`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PowerOn => "powerOn",
            Self::PowerOff => "powerOff",
            Self::ShutDown => "shutDown",
            Self::Pause => "pause",
            Self::Reset => "reset",
            Self::Reboot => "reboot",
            Self::StartMaintenance => "startMaintenance",
            Self::StopMaintenance => "stopMaintenance",
            Self::SetMaintenance => "setMaintenance",
            Self::Archive => "archive",
            Self::CreateSnapshot => "createSnapshot",
            Self::ExecutePackage => "executePackage",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::RevertToSnapshot => "revertToSnapshot",
            Self::DeleteSnapshot => "deleteSnapshot",
            Self::Change => "change",
            Self::Create => "create",
            Self::Clone => "clone",
        }
    }

    /// Whether this is one of the twelve that take a list of servers.
    pub fn is_batch(self) -> bool {
        Self::BATCH.contains(&self)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    /// Reads the word of an operation, in any letter case.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownOperation {
                word: word.chars().take(40).collect(),
            })
    }
}

/// Says that a word names no operation.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{word}` is no operation on servers")]
pub struct UnknownOperation {
    word: Box<str>,
}

/// One operation with everything that the one who performs it has to know.
///
/// A batch has one action for all its servers, except for [`Action::SetMaintenance`], where each server of the
/// batch says what it wants; the work handed out then carries [`Action::StartMaintenance`] or
/// [`Action::StopMaintenance`].
///
/// # Example
///
/// ```
/// use tagout_batch::{Action, Operation, SnapshotDays};
///
/// let action = Action::CreateSnapshot { days: SnapshotDays::try_from(7)? };
/// assert_eq!(action.operation(), Operation::CreateSnapshot);
/// # Ok::<(), tagout_batch::InvalidSnapshotDays>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "operation"
)]
pub enum Action {
    /// See [`Operation::PowerOn`].
    PowerOn,
    /// See [`Operation::PowerOff`].
    PowerOff,
    /// See [`Operation::ShutDown`].
    ShutDown,
    /// See [`Operation::Pause`].
    Pause,
    /// See [`Operation::Reset`].
    Reset,
    /// See [`Operation::Reboot`].
    Reboot,
    /// See [`Operation::StartMaintenance`].
    StartMaintenance,
    /// See [`Operation::StopMaintenance`].
    StopMaintenance,
    /// See [`Operation::SetMaintenance`].
    SetMaintenance,
    /// See [`Operation::Archive`].
    Archive,
    /// See [`Operation::CreateSnapshot`].
    CreateSnapshot {
        /// How long the snapshot is kept.
        days: SnapshotDays,
    },
    /// See [`Operation::ExecutePackage`].
    ExecutePackage {
        /// The package and its parameters.
        package: Arc<Package>,
    },
    /// See [`Operation::Delete`].
    Delete,
    /// See [`Operation::Restore`].
    Restore {
        /// The group that the server comes back into; its old one if none is named.
        group: Option<Arc<GroupId>>,
    },
    /// See [`Operation::RevertToSnapshot`].
    RevertToSnapshot {
        /// The number of the snapshot.
        snapshot: u32,
    },
    /// See [`Operation::DeleteSnapshot`].
    DeleteSnapshot {
        /// The number of the snapshot.
        snapshot: u32,
    },
    /// See [`Operation::Change`].
    Change {
        /// What is to be different.
        change: Arc<Change>,
    },
    /// See [`Operation::Create`].
    Create {
        /// What was asked for.
        new: Arc<NewServer>,
    },
}

impl Action {
    /// The kind of this action.
    pub fn operation(&self) -> Operation {
        match self {
            Self::PowerOn => Operation::PowerOn,
            Self::PowerOff => Operation::PowerOff,
            Self::ShutDown => Operation::ShutDown,
            Self::Pause => Operation::Pause,
            Self::Reset => Operation::Reset,
            Self::Reboot => Operation::Reboot,
            Self::StartMaintenance => Operation::StartMaintenance,
            Self::StopMaintenance => Operation::StopMaintenance,
            Self::SetMaintenance => Operation::SetMaintenance,
            Self::Archive => Operation::Archive,
            Self::CreateSnapshot { .. } => Operation::CreateSnapshot,
            Self::ExecutePackage { .. } => Operation::ExecutePackage,
            Self::Delete => Operation::Delete,
            Self::Restore { .. } => Operation::Restore,
            Self::RevertToSnapshot { .. } => Operation::RevertToSnapshot,
            Self::DeleteSnapshot { .. } => Operation::DeleteSnapshot,
            Self::Change { .. } => Operation::Change,
            Self::Create { .. } => Operation::Create,
        }
    }

    /// The action as it is for a server that asks for this maintenance flag.
    ///
    /// Only [`Action::SetMaintenance`] looks at the flag; without one it counts as cleared.
    pub fn for_server(&self, maintenance: Option<bool>) -> Self {
        match (self, maintenance) {
            (Self::SetMaintenance, Some(true)) => Self::StartMaintenance,
            (Self::SetMaintenance, _) => Self::StopMaintenance,
            (action, _) => action.clone(),
        }
    }
}

/// What is to be different about a server's processors, memory and disks; at least one of them.
///
/// # Example
///
/// ```
/// use tagout_batch::Change;
///
/// let change = Change { cpu: Some(4), memory_gb: Some(8), ..Change::default() };
/// assert!(!change.is_empty());
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The number of processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u16>,
    /// The memory in gigabytes of 1024 megabytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_gb: Option<u32>,
    /// The full set of disks that is wanted: an existing one that is not named is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disks: Option<Vec<WantedDisk>>,
}

impl Change {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.cpu.is_none() && self.memory_gb.is_none() && self.disks.is_none()
    }
}

/// One disk of the full set that a server shall have.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WantedDisk {
    /// The disk that is kept and brought to this size; a new one if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<crate::DiskId>,
    /// The size in gigabytes.
    pub size_gb: u32,
    /// Where a new partitioned disk is mounted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Box<str>>,
}

/// One server of a command: its id, and the flag that it asks for in [`Action::SetMaintenance`].
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The server as it was named.
    pub server: TargetId,
    /// The maintenance flag that this server asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<bool>,
}

/// A server as a request names it: an id, or a text that cannot be one.
///
/// An unreadable text is no fault of the request. It is answered like an unknown server, in lower case, so that
/// nobody learns from the answer which ids exist.
///
/// # Example
///
/// ```
/// use tagout_batch::TargetId;
///
/// let [known, strange] = ["WA1ALIASWB01", "No Such Thing"].map(TargetId::from);
/// assert!(matches!(known, TargetId::Id(_)));
/// assert_eq!(strange, TargetId::Unreadable("no such thing".into()));
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(from = "Box<str>", into = "Box<str>")]
pub enum TargetId {
    /// An id in lower case.
    Id(ServerId),
    /// Some other text, in lower case.
    Unreadable(Box<str>),
}

impl TargetId {
    /// The text in lower case.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Id(id) => id.as_str(),
            Self::Unreadable(text) => text,
        }
    }
}

impl From<&str> for TargetId {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(
            |_| Self::Unreadable(text.to_ascii_lowercase().into()),
            Self::Id,
        )
    }
}

impl From<Box<str>> for TargetId {
    fn from(text: Box<str>) -> Self {
        (&*text).into()
    }
}

impl From<TargetId> for Box<str> {
    fn from(id: TargetId) -> Self {
        id.as_str().into()
    }
}

impl From<ServerId> for TargetId {
    fn from(id: ServerId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_written_as_documented() {
        for operation in Operation::ALL {
            assert_eq!(operation.word().to_uppercase().parse(), Ok(operation));
            let stored = format!("\"{}\"", operation.word());
            assert_eq!(serde_json::to_string(&operation).unwrap(), stored);
        }
        let error = "resume".parse::<Operation>().unwrap_err();
        assert_eq!(error.to_string(), "`resume` is no operation on servers");
    }

    #[test]
    fn the_batch_operations_are_the_documented_twelve() {
        let words: Vec<_> = Operation::BATCH
            .iter()
            .map(|operation| operation.word())
            .collect();
        assert_eq!(
            words.join(" "),
            "powerOn powerOff shutDown pause reset reboot startMaintenance stopMaintenance setMaintenance \
             archive createSnapshot executePackage"
        );
        assert!(
            Operation::ALL
                .iter()
                .filter(|operation| operation.is_batch())
                .count()
                == 12
        );
    }

    #[track_caller]
    fn check_stored(action: &Action, stored: &str) {
        assert_eq!(serde_json::to_string(action).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Action>(stored).unwrap(), *action);
    }

    #[test]
    fn actions_are_stored_as_they_always_were() {
        let group: GroupId = "2a5c0b9662cf4fc8bf6180f139facdc0".parse().unwrap();
        check_stored(&Action::PowerOn, r#"{"operation":"powerOn"}"#);
        check_stored(&Action::SetMaintenance, r#"{"operation":"setMaintenance"}"#);
        check_stored(
            &Action::CreateSnapshot {
                days: SnapshotDays::MAX,
            },
            r#"{"operation":"createSnapshot","days":10}"#,
        );
        let package = Package {
            id: "p".into(),
            parameters: vec![("A.b".into(), "c".into())],
        };
        check_stored(
            &Action::ExecutePackage {
                package: Arc::new(package),
            },
            r#"{"operation":"executePackage","package":{"id":"p","parameters":[["A.b","c"]]}}"#,
        );
        check_stored(
            &Action::Restore {
                group: Some(Arc::new(group)),
            },
            r#"{"operation":"restore","group":"2a5c0b9662cf4fc8bf6180f139facdc0"}"#,
        );
        check_stored(
            &Action::DeleteSnapshot { snapshot: 2 },
            r#"{"operation":"deleteSnapshot","snapshot":2}"#,
        );
        let disk = |id: Option<&str>| WantedDisk {
            id: id.map(|id| id.parse().unwrap()),
            size_gb: 20,
            path: Some("/data".into()),
        };
        let disks = Some(vec![disk(Some("0:1")), disk(None)]);
        let change = Change {
            cpu: Some(4),
            memory_gb: Some(8),
            disks,
        };
        check_stored(
            &Action::Change {
                change: Arc::new(change),
            },
            r#"{"operation":"change","change":{"cpu":4,"memoryGb":8,"disks":[{"id":"0:1","sizeGb":20,"path":"/data"},{"sizeGb":20,"path":"/data"}]}}"#,
        );
        let new = NewServer {
            name: "web".into(),
            data_center: "wa1".parse().unwrap(),
            uuid: crate::ServerUuid::from_bytes([1; 16]),
            source: None,
            size: crate::Size {
                cpu: 1,
                memory_mb: 1_024,
            },
            disks: Vec::new(),
            profile: crate::Profile::default(),
        };
        check_stored(
            &Action::Create { new: Arc::new(new) },
            r#"{"operation":"create","new":{"name":"web","dataCenter":"wa1","uuid":"01010101010101010101010101010101","size":{"cpu":1,"memoryMb":1024},"disks":[],"profile":{"description":"","group":null,"isTemplate":false,"osType":"","os":"","kind":"standard","storage":"standard","managedOs":false,"managedBackup":false,"hostName":"","ipAddresses":[],"customFields":[]}}}"#,
        );
    }

    #[test]
    fn only_set_maintenance_looks_at_the_flag() {
        assert_eq!(
            Action::SetMaintenance.for_server(Some(true)),
            Action::StartMaintenance
        );
        assert_eq!(
            Action::SetMaintenance.for_server(Some(false)),
            Action::StopMaintenance
        );
        assert_eq!(Action::PowerOn.for_server(Some(true)), Action::PowerOn);
    }
}
