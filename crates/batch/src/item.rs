//! One server's part in a job: where it stands, who works on it, how it ended.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::diagram::state_diagram;
use crate::time::later;
use crate::{Owner, ServerId, StaleReason};

/// Where one server of a job stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ItemStatus {
    /// It waits for its first attempt.
    NotStarted,
    /// Someone works on it.
    Executing,
    /// An attempt came to nothing, and it waits for the next.
    Resumed,
    /// It is done.
    Succeeded,
    /// It will not be done.
    Failed,
    /// It was never tried, and will not be.
    Skipped,
}

/// What can happen to one server of a job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ItemEvent {
    /// Someone takes it.
    Started,
    /// It is taken back, to be tried again.
    Returned,
    /// Its attempt ends well.
    Succeeded,
    /// Its attempt ends badly, for good.
    Failed,
    /// Its job stops before it is taken.
    Dropped,
}

impl ItemEvent {
    /// What happened, in lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Returned => "returned",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// Every legal move of one server of a job, and the only place where one is written down.
///
/// # Example
///
/// ```
/// use tagout_batch::{ItemEvent, ItemStatus};
///
/// assert_eq!(ItemStatus::Resumed.after(ItemEvent::Started), Some(ItemStatus::Executing));
/// assert_eq!(ItemStatus::Succeeded.after(ItemEvent::Started), None);
/// ```
#[rustfmt::skip] // columns
pub const ITEM_MOVES: &[(ItemStatus, ItemEvent, ItemStatus)] = &[
    (ItemStatus::NotStarted, ItemEvent::Started,   ItemStatus::Executing),
    (ItemStatus::Resumed,    ItemEvent::Started,   ItemStatus::Executing),
    (ItemStatus::Executing,  ItemEvent::Returned,  ItemStatus::Resumed),
    (ItemStatus::Executing,  ItemEvent::Succeeded, ItemStatus::Succeeded),
    (ItemStatus::Executing,  ItemEvent::Failed,    ItemStatus::Failed),
    (ItemStatus::NotStarted, ItemEvent::Dropped,   ItemStatus::Skipped),
    (ItemStatus::Resumed,    ItemEvent::Dropped,   ItemStatus::Failed),
];

/// The moves of one server of a job as a Mermaid state diagram, one arrow a line, ending in a line break.
///
/// # Example
///
/// ```
/// let diagram = tagout_batch::item_moves_mermaid();
/// assert!(diagram.starts_with("stateDiagram-v2\n    [*] --> notStarted\n"));
/// assert!(diagram.contains("    executing --> resumed: returned\n"));
/// ```
pub fn item_moves_mermaid() -> String {
    let moves = ITEM_MOVES
        .iter()
        .map(|(from, event, to)| (from.word(), event.word(), to.word()));
    let ends = ItemStatus::ALL
        .into_iter()
        .filter(|status| status.is_final());
    state_diagram(
        ItemStatus::NotStarted.word(),
        moves,
        ends.map(ItemStatus::word),
    )
}

impl ItemStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::NotStarted,
        Self::Executing,
        Self::Resumed,
        Self::Succeeded,
        Self::Failed,
        Self::Skipped,
    ];

    /// Where the event leads from here; nothing if it cannot happen.
    pub fn after(self, event: ItemEvent) -> Option<Self> {
        ITEM_MOVES
            .iter()
            .find(|(from, with, _)| (*from, *with) == (self, event))
            .map(|(_, _, to)| *to)
    }

    /// Whether nothing more happens.
    pub fn is_final(self) -> bool {
        !ITEM_MOVES.iter().any(|(from, _, _)| *from == self)
    }

    /// The status as a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "notStarted",
            Self::Executing => "executing",
            Self::Resumed => "resumed",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for ItemStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Why an item has failed, was skipped, or waits for another attempt.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// What the one who tried it says, cut to [`Reason::TEXT_MAX`] bytes.
    Reported(Box<str>),
    /// The one who took it was not heard of in time.
    LeaseRanOut,
    /// The process that took it was started anew.
    OwnerRestarted,
    /// It was still being worked on when the time allowed for an attempt was over.
    TookTooLong,
    /// Its job was cancelled.
    Cancelled,
    /// More servers of its job have failed than allowed.
    TooManyErrors,
    /// Its turn did not come in time.
    NotStartedInTime,
}

impl Reason {
    /// How much of a reported text is kept, in bytes.
    pub const TEXT_MAX: usize = 1_000;

    pub(crate) fn reported(text: &str) -> Self {
        let mut end = text.len().min(Self::TEXT_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self::Reported(text[..end].into())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reported(text) => text,
            Self::LeaseRanOut => "nothing was heard of the attempt before its lease ran out",
            Self::OwnerRestarted => "the process that worked on it was restarted",
            Self::TookTooLong => "the attempt took longer than allowed",
            Self::Cancelled => "the job was cancelled",
            Self::TooManyErrors => "too many servers of the job have failed",
            Self::NotStartedInTime => "the job did not come to it in time",
        })
    }
}

/// One attempt that is being made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Who makes it.
    pub owner: Owner,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Until when it is left alone; from this instant on it may be taken back.
    pub lease_until: DateTime<Utc>,
    /// How long it may take, in seconds, whether it is heard of or not.
    pub run_seconds_max: u32,
}

impl Attempt {
    /// When its time is over.
    pub fn deadline(&self) -> DateTime<Utc> {
        later(
            self.started_at,
            TimeDelta::seconds(self.run_seconds_max.into()),
        )
    }

    /// Why it may be taken back at `now`, if it may.
    pub fn overdue(&self, now: DateTime<Utc>) -> Option<Reason> {
        if now >= self.deadline() {
            Some(Reason::TookTooLong)
        } else if now >= self.lease_until {
            Some(Reason::LeaseRanOut)
        } else {
            None
        }
    }
}

/// One server's part in a job, as it is stored.
///
/// # Example
///
/// ```
/// use tagout_batch::{Item, ItemStatus};
///
/// let item = Item::new("wa1acctweb01".parse()?, None);
/// assert_eq!((item.status(), item.n_attempts()), (ItemStatus::NotStarted, 0));
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    server: ServerId,
    n_attempts: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maintenance: Option<bool>,
    state: State,
}

/// What there is to know in each status.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum State {
    Waiting {
        /// Not before this instant; only after an attempt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Box<Reason>>,
    },
    Running(Attempt),
    Ended {
        end: End,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        started_at: Option<DateTime<Utc>>,
        ended_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Box<Reason>>,
    },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum End {
    Succeeded,
    Failed,
    Skipped,
}

impl Item {
    /// A server that waits for its first attempt, with the maintenance flag that it asks for.
    pub fn new(server: ServerId, maintenance: Option<bool>) -> Self {
        Self {
            server,
            n_attempts: 0,
            maintenance,
            state: State::Waiting {
                not_before: None,
                reason: None,
            },
        }
    }

    /// The server.
    pub fn server(&self) -> ServerId {
        self.server
    }

    /// The maintenance flag that the server asks for, in a job that sets it one by one.
    pub fn maintenance(&self) -> Option<bool> {
        self.maintenance
    }

    /// How often it was tried, the running attempt included.
    pub fn n_attempts(&self) -> u8 {
        self.n_attempts
    }

    /// Where it stands.
    pub fn status(&self) -> ItemStatus {
        match &self.state {
            State::Waiting { .. } if self.n_attempts == 0 => ItemStatus::NotStarted,
            State::Waiting { .. } => ItemStatus::Resumed,
            State::Running(_) => ItemStatus::Executing,
            State::Ended {
                end: End::Succeeded,
                ..
            } => ItemStatus::Succeeded,
            State::Ended {
                end: End::Failed, ..
            } => ItemStatus::Failed,
            State::Ended {
                end: End::Skipped, ..
            } => ItemStatus::Skipped,
        }
    }

    /// The attempt that is being made.
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.state {
            State::Running(attempt) => Some(attempt),
            State::Waiting { .. } | State::Ended { .. } => None,
        }
    }

    /// Why it failed, was skipped, or waits again.
    pub fn reason(&self) -> Option<&Reason> {
        match &self.state {
            State::Waiting { reason, .. } | State::Ended { reason, .. } => reason.as_deref(),
            State::Running(_) => None,
        }
    }

    /// When the running attempt began, or the last one of an ended item.
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            State::Waiting { .. } => None,
            State::Running(attempt) => Some(attempt.started_at),
            State::Ended { started_at, .. } => *started_at,
        }
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            State::Ended { ended_at, .. } => Some(*ended_at),
            State::Waiting { .. } | State::Running(_) => None,
        }
    }

    /// When someone has to look at it again: its lease is over, or its next attempt may begin.
    ///
    /// Nothing for an item that waits for its first attempt or has ended.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            State::Waiting { not_before, .. } => *not_before,
            State::Running(attempt) => Some(attempt.lease_until),
            State::Ended { .. } => None,
        }
    }

    /// The attempt that a ticket for this number is the right to report on.
    pub(crate) fn current(&mut self, attempt: u8) -> Result<&mut Attempt, StaleReason> {
        match &mut self.state {
            State::Running(current) if self.n_attempts == attempt => Ok(current),
            State::Running(_) | State::Waiting { .. } => Err(StaleReason::TakenBack),
            State::Ended { .. } => Err(StaleReason::Ended),
        }
    }

    pub(crate) fn start(&mut self, attempt: Attempt) {
        debug_assert_eq!(
            self.status().after(ItemEvent::Started),
            Some(ItemStatus::Executing)
        );
        self.n_attempts = self.n_attempts.saturating_add(1);
        self.state = State::Running(attempt);
    }

    pub(crate) fn give_back(&mut self, not_before: DateTime<Utc>, reason: Reason) {
        debug_assert_eq!(
            self.status().after(ItemEvent::Returned),
            Some(ItemStatus::Resumed)
        );
        self.state = State::Waiting {
            not_before: Some(not_before),
            reason: Some(Box::new(reason)),
        };
    }

    /// Ends the item as the table says, and tells how; nothing happens if the event cannot.
    pub(crate) fn end(
        &mut self,
        event: ItemEvent,
        reason: Option<Reason>,
        now: DateTime<Utc>,
    ) -> Option<ItemStatus> {
        let status = self.status().after(event)?;
        let end = match status {
            ItemStatus::Succeeded => End::Succeeded,
            ItemStatus::Failed => End::Failed,
            ItemStatus::Skipped => End::Skipped,
            ItemStatus::NotStarted | ItemStatus::Executing | ItemStatus::Resumed => return None,
        };
        self.state = State::Ended {
            end,
            started_at: self.started_at(),
            ended_at: now,
            reason: reason.map(Box::new),
        };
        Some(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_small() {
        assert!(size_of::<Item>() <= 64, "{}", size_of::<Item>());
    }

    #[test]
    fn final_statuses_have_no_move_and_every_other_has_one() {
        let finals = ItemStatus::ALL
            .into_iter()
            .filter(|status| status.is_final());
        assert!(finals.eq([
            ItemStatus::Succeeded,
            ItemStatus::Failed,
            ItemStatus::Skipped
        ]));
    }

    #[test]
    fn no_pair_of_status_and_event_stands_twice_in_the_table() {
        for (n, (from, event, _)) in ITEM_MOVES.iter().enumerate() {
            assert!(
                !ITEM_MOVES[..n]
                    .iter()
                    .any(|(f, e, _)| (f, e) == (from, event)),
                "{from} {event:?}"
            );
        }
    }

    #[test]
    fn a_reported_text_is_cut_at_a_letter() {
        let text = "é".repeat(1_000);
        let Reason::Reported(kept) = Reason::reported(&format!("x{text}")) else {
            panic!("reported")
        };
        assert_eq!(kept.len(), 999);
        assert_eq!(Reason::reported("short"), Reason::Reported("short".into()));
    }
}
