//! The right to report on one attempt, and the work that comes with it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Action, Alias, JobId, ServerId, UserName};

/// The right to report the result of one attempt at one server of a job, such as `wa1-12345/3#1`.
///
/// It is current from the start of the attempt until that ends or is taken back, and never again. Of two tickets
/// for one server the later one is the greater, as a server belongs to one data centre and is held by one job at a
/// time: whoever does the work can refuse an order that carries a smaller ticket than one already seen.
///
/// # Example
///
/// ```
/// use tagout_batch::Ticket;
///
/// let ticket: Ticket = "wa1-12345/3#1".parse()?;
/// assert_eq!((ticket.job.to_string(), ticket.item, ticket.attempt), ("wa1-12345".into(), 3, 1));
/// assert!(ticket < "wa1-12345/3#2".parse()? && ticket < "wa1-12346/0#1".parse()?);
/// # Ok::<(), tagout_batch::InvalidTicket>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "Box<str>", into = "String")]
pub struct Ticket {
    /// The job.
    pub job: JobId,
    /// The place of the server in the job, from 0.
    pub item: u32,
    /// The attempt, from 1.
    pub attempt: u8,
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}#{}", self.job, self.item, self.attempt)
    }
}

impl FromStr for Ticket {
    type Err = InvalidTicket;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (job, rest) = text.split_once('/')?;
            let (item, attempt) = rest.split_once('#')?;
            Some(Self {
                job: job.parse().ok()?,
                item: item.parse().ok()?,
                attempt: attempt.parse().ok()?,
            })
        };
        let canonical = parse().filter(|ticket| ticket.to_string().eq_ignore_ascii_case(text));
        canonical.ok_or_else(|| InvalidTicket {
            text: text.chars().take(40).collect(),
        })
    }
}

impl TryFrom<Box<str>> for Ticket {
    type Error = InvalidTicket;

    fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> Self {
        ticket.to_string()
    }
}

/// Says that a text is no ticket.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is not a ticket, expected one such as `wa1-12345/3#1`")]
pub struct InvalidTicket {
    text: Box<str>,
}

/// One piece of work for whoever does it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Work {
    /// The right to report on it.
    pub ticket: Ticket,
    /// The server.
    pub server: ServerId,
    /// What is to be done, as this server asks for it.
    pub action: Action,
    /// The account that asked for it.
    pub account: Alias,
    /// Who asked for it.
    pub by: UserName,
    /// Until when nobody else gets it; a heartbeat makes it longer.
    pub lease_until: DateTime<Utc>,
    /// When it is taken away even from one who is heard of.
    pub deadline: DateTime<Utc>,
}

/// The result of an attempt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Report {
    /// It is done.
    Succeeded,
    /// It cannot be done, with the reason.
    Failed(Box<str>),
    /// It was not done, with a reason that may pass; it is tried again, a bounded number of times.
    Transient(Box<str>),
}

/// Says that a ticket is not current: the attempt was taken back, or has ended.
///
/// A report with such a ticket changes nothing, and is not to be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("ticket {ticket} is not current: {reason}")]
pub struct StaleTicket {
    pub(crate) ticket: Ticket,
    pub(crate) reason: StaleReason,
}

impl StaleTicket {
    /// The ticket.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Why it is not current.
    pub fn reason(&self) -> StaleReason {
        self.reason
    }
}

/// Why a ticket is not current.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StaleReason {
    /// There is no such job, or it has been forgotten, or it has no such server.
    #[error("there is no such work")]
    Unknown,
    /// The attempt was taken back; another one may be running.
    #[error("the attempt was taken back")]
    TakenBack,
    /// The server of that job has ended.
    #[error("its work has ended")]
    Ended,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_survive_their_text() {
        let ticket: Ticket = "WA1-12345/4294967295#255".parse().unwrap();
        assert_eq!(ticket.to_string(), "wa1-12345/4294967295#255");
        assert_eq!(
            serde_json::to_string(&ticket).unwrap(),
            r#""wa1-12345/4294967295#255""#
        );
    }

    #[test]
    fn other_texts_are_no_tickets() {
        for text in [
            "",
            "wa1-1",
            "wa1-1/0",
            "wa1-1/0#",
            "wa1-1/+1#1",
            "wa1-1/01#1",
            "wa1-1/0#256",
            "wa1-1#1/0",
        ] {
            let error = text.parse::<Ticket>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{text}` is not a ticket, expected one such as `wa1-12345/3#1`")
            );
        }
    }

    #[test]
    fn a_stale_ticket_says_why() {
        let stale = StaleTicket {
            ticket: "wa1-1/0#1".parse().unwrap(),
            reason: StaleReason::TakenBack,
        };
        assert_eq!(
            stale.to_string(),
            "ticket wa1-1/0#1 is not current: the attempt was taken back"
        );
    }
}
