//! What comes of a decision about a backup.

use tagout_lifecycle::{Effect, Note};

use crate::Backup;

/// A backup that has been moved, and what follows from that. All of it is to be committed at once.
///
/// Whoever has the server at hand tells the notes of it ([`Transition::tell`](tagout_lifecycle::Transition::tell));
/// when the server is gone there is nobody left to tell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    /// The backup after the move, or `None` if it is no more: then its document is to be removed.
    pub backup: Option<Backup>,
    /// Other backups of the same server that begin to be removed.
    pub removed: Vec<Backup>,
    /// What is to be done outside.
    pub effects: Vec<Effect>,
    /// What is to be told.
    pub notes: Vec<Note>,
    /// By how much the account's number of manual backups changes: 1, 0 or -1.
    ///
    /// The store holds the limit, whoever else writes: add this to a counter that cannot pass
    /// [`Policy::manual_backups_max`](tagout_lifecycle::Policy::manual_backups_max), in the same commit; or keep a
    /// [`Quota`](tagout_lifecycle::Quota) as a document and name its version in the commit.
    pub slots: i32,
}

impl Outcome {
    /// A backup that was moved, and nothing more.
    pub(crate) fn of(backup: Backup) -> Self {
        Self {
            backup: Some(backup),
            ..Self::default()
        }
    }
}
