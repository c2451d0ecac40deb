//! What happened, for those who listen.

use serde::{Deserialize, Serialize};
use tagout_batch::{JobId, JobStatus, Progress};
use tagout_store::{Kind, Stored};

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
}

impl Stored for Event {
    const KIND: Kind = Kind::constant("event");
    const FORMAT: u32 = 1;
}
