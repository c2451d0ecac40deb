//! What happened, for those who listen.

use serde::{Deserialize, Serialize};
use tagout_backup::BackupStatus;
use tagout_batch::{JobId, JobStatus, Progress};
use tagout_lifecycle::{BackupId, ServerName, Status};
use tagout_store::{Kind, Stored};

use crate::windows::WindowEvent;

/// Something that happened to the things of an account, in the words of the record. Holds no secrets.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A job has ended: nothing more happens to any of its servers.
    JobEnded {
        /// The job.
        job: JobId,
        /// How it ended.
        status: JobStatus,
        /// What became of its servers.
        progress: Progress,
    },
    /// A server has come, moved from one status to another, or gone.
    ServerMoved {
        /// Which one.
        server: ServerName,
        /// From where; none for one that is new.
        from: Option<Status>,
        /// To where; none for one that is gone.
        to: Option<Status>,
    },
    /// Something was told to the owner of a server.
    ServerTold(tagout_lifecycle::Event),
    /// A backup has come, moved from one status to another, or gone.
    BackupMoved {
        /// The server that it is of.
        server: ServerName,
        /// Which one.
        backup: BackupId,
        /// From where; none for one that is new.
        from: Option<BackupStatus>,
        /// To where; none for one that is gone.
        to: Option<BackupStatus>,
    },
    /// Something happened to a maintenance window, or a run of one.
    Window(WindowEvent),
}

impl Stored for Event {
    const KIND: Kind = Kind::constant("event");
    const FORMAT: u32 = 1;
}
