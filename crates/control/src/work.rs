//! What a driver is asked to do.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The right to report the result of one attempt at a piece of work.
///
/// Every attempt has a ticket of its own, and only the current one is accepted: a worker that was given up and comes
/// back late cannot overwrite what its successor did. A program that does the work can use it as an idempotency key.
///
/// # Example
///
/// ```
/// use tagout_control::Ticket;
///
/// let ticket = Ticket::new("5f0c.1"); // as it came back from a worker
/// assert_eq!(ticket.to_string(), "5f0c.1");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Ticket(String);

impl Ticket {
    /// The ticket that is written `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The ticket as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One attempt at one piece of work outside the record: the form in which a driver gets it.
///
/// `Debug` leaves `detail` out.
///
/// # Example
///
/// ```
/// use tagout_control::Work;
///
/// // As a program gets it on its standard input.
/// let work: Work = serde_json::from_str(r#"{
///     "ticket": "5f0c.1", "account": "acct", "kind": "server.backup", "target": "web", "attempt": 1,
///     "deadline": "2026-03-01T23:00:00Z", "detail": {"backup": "web-20260301220000000"}
/// }"#)?;
/// assert_eq!((&*work.target, &work.detail["backup"]), ("web", &"web-20260301220000000".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize, PartialEq, Serialize)]
pub struct Work {
    /// The right to report this attempt.
    pub ticket: Ticket,
    /// The account whose work it is.
    pub account: String,
    /// What is to be done: `family.operation`, such as `server.backup` or `batch.powerOn`.
    pub kind: String,
    /// What it is done to: the name or id of a server, backup or target.
    pub target: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When it is given up, exclusive; UTC.
    pub deadline: DateTime<Utc>,
    /// Everything else that the operation says, as JSON. May hold secrets: not for logs.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub detail: serde_json::Value,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("ticket", &self.ticket)
            .field("account", &self.account)
            .field("kind", &self.kind)
            .field("target", &self.target)
            .field("attempt", &self.attempt)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
