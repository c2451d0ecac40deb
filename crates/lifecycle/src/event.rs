//! What has happened to a server, told to its owner.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ServerName, Ticket};

/// One thing that happened to a server.
///
/// The reproduced interface shows the first three members and a log; category and operation are tagout's own.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Event {
    /// When, in UTC to the millisecond; of one server no two are the same, and later ones are greater.
    pub at: DateTime<Utc>,
    /// To which server.
    pub server: ServerName,
    /// What, in words.
    pub message: Cow<'static, str>,
    /// What it is about.
    pub category: EventCategory,
    /// The operation that it belongs to, if it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Ticket>,
    /// Where the log of it is kept, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_url: Option<Box<str>>,
}

/// Something to be told of a server, which becomes an [`Event`] with [`Transition::tell`](crate::Transition::tell).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// What it is about.
    pub category: EventCategory,
    /// The operation that it belongs to, if it belongs to one.
    pub operation: Option<Ticket>,
    /// What, in words.
    pub message: Cow<'static, str>,
}

impl Note {
    /// One that says `message`.
    pub fn new(
        category: EventCategory,
        operation: Option<Ticket>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            category,
            operation,
            message: message.into(),
        }
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventCategory {
    /// The server is built.
    Creation,
    /// Its health, or whether it can be reached.
    Health,
    /// A backup.
    Backup,
    /// Maintenance.
    Maintenance,
    /// A restore.
    Restore,
    /// An engine attribute.
    Modification,
    /// The server is taken down.
    Deletion,
    /// A node.
    Node,
    /// A preferred window that passed without work.
    Window,
    /// An operator stepped in.
    Operator,
}

/// The events of one server, for those who keep them in memory: newest first, and not more than a limit.
///
/// # Example
/// ```
/// use tagout_lifecycle::EventLog;
///
/// let log = EventLog::keeping(1_000);
/// assert_eq!(log.newest_first().count(), 0);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct EventLog {
    events: std::collections::VecDeque<Event>,
    kept_max: usize,
}

impl EventLog {
    /// An empty log that keeps the latest `kept_max` events.
    pub fn keeping(kept_max: usize) -> Self {
        Self {
            events: std::collections::VecDeque::new(),
            kept_max,
        }
    }

    /// All that is kept, newest first.
    pub fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().rev()
    }
}

impl Extend<Event> for EventLog {
    fn extend<I: IntoIterator<Item = Event>>(&mut self, events: I) {
        for event in events {
            self.events.push_back(event);
            if self.events.len() > self.kept_max {
                self.events.pop_front();
            }
        }
    }
}
