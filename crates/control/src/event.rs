//! What happened, for those who listen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_backup::BackupStatus;
use tagout_batch::{JobId, JobStatus, Progress};
use tagout_lifecycle::{BackupId, ServerName, Status};
use tagout_store::{Kind, Position, Stored};

use crate::{account::Account, windows::WindowEvent};

/// Something that happened to the things of an account, in the words of the record. Holds no secrets.
///
/// # Example
///
/// ```
/// use tagout_control::Event;
/// use tagout_lifecycle::Status;
///
/// /// What a pager is to hear of.
/// fn page(event: &Event) -> Option<String> {
///     match event {
///         Event::ServerMoved { server, to: Some(to), .. } if *to == Status::Unhealthy => {
///             Some(format!("{server} is ill"))
///         }
///         _ => None,
///     }
/// }
/// let moved = Event::ServerMoved {
///     server: "web-1".parse()?, from: Some(Status::UnderMaintenance), to: Some(Status::Unhealthy),
/// };
/// assert_eq!(page(&moved).as_deref(), Some("web-1 is ill"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// An event as it is stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct EventRecord {
    pub(crate) happened_at: DateTime<Utc>,
    #[serde(flatten)]
    pub(crate) event: Event,
}

impl Stored for EventRecord {
    const KIND: Kind = Event::KIND;
    const FORMAT: u32 = Event::FORMAT;
}

/// An event in the stream: whose it is, when it happened, and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recorded {
    /// Its place among the events of all accounts, in the order of the commits; a reader goes on after it.
    pub position: Position,
    /// To whose things it happened.
    pub account: Account,
    /// For when it was decided, UTC: by the clock of the plane that did, so that positions, not times, say which of two
    /// events came first.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
}

/// Some events of the stream, earliest first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventPage {
    /// The events. There may be none although there are more to come: the store may hold events that are not of the
    /// control plane.
    pub events: Vec<Recorded>,
    /// After what to go on.
    pub next: Position,
    /// The position of the last event that has been committed; a reader that is there has read all.
    pub last: Position,
}
