//! Where a backup stands, and every way from one status to another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use tagout_lifecycle::Basis;

/// Where a backup stands (enum `BackupStatus` of the API).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BackupStatus {
    /// It is being made.
    InProgress,
    /// It is there and can be restored.
    Ok,
    /// It could not be made, or not be removed.
    Failed,
    /// It is being removed.
    Deleting,
}

impl BackupStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::InProgress, Self::Ok, Self::Failed, Self::Deleting];

    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Ok => "OK",
            Self::Failed => "FAILED",
            Self::Deleting => "DELETING",
        }
    }

    /// Where `trigger` takes a backup in this status, or `None` if it does not move it.
    pub fn after(self, trigger: BackupTrigger) -> Option<BackupDestination> {
        BACKUP_MOVES
            .iter()
            .find(|line| line.from == Some(self) && line.trigger == trigger)
            .map(|line| line.to)
    }
}

impl fmt::Display for BackupStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Who asked for a backup (enum `BackupType` of the API).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BackupType {
    /// Nobody: it was due, or part of maintenance.
    Automated,
    /// Somebody.
    Manual,
}

impl BackupType {
    /// The public word, in capitals although the prose of the API writes it small.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automated => "AUTOMATED",
            Self::Manual => "MANUAL",
        }
    }
}

impl fmt::Display for BackupType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! from_word {
    ($name:ident, $kind:literal, [$($variant:ident),*]) => {
        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                const KNOWN: &[&str] = &[$($name::$variant.as_str()),*];
                [$(Self::$variant),*].into_iter().find(|one| one.as_str() == text).ok_or_else(|| UnknownWord {
                    kind: $kind,
                    word: text.chars().take(64).flat_map(char::escape_debug).collect(),
                    known: KNOWN,
                })
            }
        }
    };
}

from_word!(
    BackupStatus,
    "backup status",
    [InProgress, Ok, Failed, Deleting]
);
from_word!(BackupType, "backup type", [Automated, Manual]);

/// A text that is none of the words of its kind.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown {kind} `{word}`, expected {}", known.join(" or "))]
pub struct UnknownWord {
    kind: &'static str,
    word: Box<str>,
    known: &'static [&'static str],
}

/// What makes a backup move.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum BackupTrigger {
    /// It is begun: asked for, due, or part of maintenance.
    Begun,
    /// It has been made.
    Made,
    /// It could not be made.
    Failed,
    /// Somebody deletes it.
    DeleteRequested,
    /// A newer one takes its place, or it is too old.
    Rotated,
    /// Its server is gone.
    ServerGone,
    /// It has been removed.
    Erased,
    /// It could not be removed.
    EraseFailed,
}

impl BackupTrigger {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Begun,
        Self::Made,
        Self::Failed,
        Self::DeleteRequested,
        Self::Rotated,
        Self::ServerGone,
        Self::Erased,
        Self::EraseFailed,
    ];

    /// What happened, in lower case: `delete requested`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Made => "made",
            Self::Failed => "failed",
            Self::DeleteRequested => "delete requested",
            Self::Rotated => "rotated",
            Self::ServerGone => "server gone",
            Self::Erased => "erased",
            Self::EraseFailed => "erase failed",
        }
    }
}

impl fmt::Display for BackupTrigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a move of a backup ends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum BackupDestination {
    /// In this status.
    To(BackupStatus),
    /// Nowhere: the backup is no more.
    Gone,
}

/// One line of [`BACKUP_MOVES`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BackupMove {
    /// Where it stands before, `None` where it does not exist yet.
    pub from: Option<BackupStatus>,
    /// What makes it move.
    pub trigger: BackupTrigger,
    /// Where it stands after.
    pub to: BackupDestination,
    /// On what ground the rule stands.
    pub basis: Basis,
}

const fn row(
    from: Option<BackupStatus>,
    trigger: BackupTrigger,
    to: BackupDestination,
    basis: Basis,
) -> BackupMove {
    BackupMove {
        from,
        trigger,
        to,
        basis,
    }
}

/// Every legal move of a backup, and the only place where one is written down.
///
/// Rotation and the end of the server move automated backups only. A failed one is out of rotation's reach unless it
/// is too old.
#[rustfmt::skip] // columns
pub const BACKUP_MOVES: &[BackupMove] = {
    use BackupDestination::{Gone, To};
    use BackupStatus::{Deleting, Failed, InProgress, Ok};
    use BackupTrigger as T;
    use Basis::{Added as A, Documented as D, Inferred as I};
    &[
        row(None,             T::Begun,           To(InProgress), D),
        row(Some(InProgress), T::Made,            To(Ok),         D),
        row(Some(InProgress), T::Failed,          To(Failed),     D),
        row(Some(Ok),         T::DeleteRequested, To(Deleting),   D),
        row(Some(Failed),     T::DeleteRequested, To(Deleting),   D),
        row(Some(Ok),         T::Rotated,         To(Deleting),   D),
        row(Some(Failed),     T::Rotated,         To(Deleting),   A),
        row(Some(Ok),         T::ServerGone,      To(Deleting),   D),
        row(Some(Failed),     T::ServerGone,      To(Deleting),   I),
        row(Some(Deleting),   T::Erased,          Gone,           D),
        row(Some(Deleting),   T::EraseFailed,     To(Failed),     I),
    ]
};

/// The moves of a backup as a Mermaid state diagram, one arrow a line, ending in a line break.
///
/// # Example
///
/// ```
/// let diagram = tagout_backup::backup_moves_mermaid();
/// assert!(diagram.starts_with("stateDiagram-v2\n    [*] --> IN_PROGRESS: begun\n"));
/// assert!(diagram.contains("    OK --> DELETING: delete requested, rotated, server gone\n"));
/// ```
pub fn backup_moves_mermaid() -> String {
    let outside = "[*]";
    let mut arrows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for line in BACKUP_MOVES {
        let from = line.from.map_or(outside, BackupStatus::as_str);
        let to = match line.to {
            BackupDestination::To(status) => status.as_str(),
            BackupDestination::Gone => outside,
        };
        match arrows
            .iter_mut()
            .find(|arrow| (arrow.0, arrow.1) == (from, to))
        {
            Some((.., triggers)) => triggers.push(line.trigger.as_str()),
            None => arrows.push((from, to, vec![line.trigger.as_str()])),
        }
    }
    let mut diagram = "stateDiagram-v2\n".to_owned();
    for (from, to, triggers) in arrows {
        diagram.extend(["    ", from, " --> ", to, ": ", &triggers.join(", "), "\n"]);
    }
    diagram
}
