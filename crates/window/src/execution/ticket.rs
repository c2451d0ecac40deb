//! The right to report the result of one attempt at an invocation, and what may be reported.

use serde::{Deserialize, Serialize};

use super::Status;
use crate::id::{ExecutionId, InvocationId};

/// The right to report how one attempt at an invocation went.
///
/// A result is taken once, for the ticket that is current. Given back in its stored form, it is as good as before.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Ticket {
    pub(super) execution_id: ExecutionId,
    pub(super) invocation_id: InvocationId,
    /// The place of the task in its execution.
    pub(super) task: u32,
    /// The place of the invocation in its task.
    pub(super) invocation: u32,
    pub(super) attempt: u32,
}

impl Ticket {
    /// The execution that it belongs to.
    pub fn execution_id(&self) -> ExecutionId {
        self.execution_id
    }

    /// The invocation that it is about.
    pub fn invocation_id(&self) -> InvocationId {
        self.invocation_id
    }

    /// Which attempt it is, from 1 on.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// How an attempt at an invocation ended.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Outcome {
    /// In which way.
    pub ending: Ending,
    /// More about it; kept to 250 characters, as the interface does.
    pub details: Option<Box<str>>,
    /// The id of what was run, such as that of a command.
    pub external_id: Option<Box<str>>,
}

/// In which way an attempt at an invocation ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ending {
    /// As it should.
    Success,
    /// Otherwise; counts as an error.
    Failed,
    /// Its time was over, or it was given up; counts as an error.
    TimedOut,
    /// It was cancelled.
    Cancelled,
}

impl Ending {
    /// The status that an invocation has then.
    pub const fn status(self) -> Status {
        match self {
            Self::Success => Status::Success,
            Self::Failed => Status::Failed,
            Self::TimedOut => Status::TimedOut,
            Self::Cancelled => Status::Cancelled,
        }
    }

    /// Whether it counts against the errors that a task bears.
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut)
    }
}

impl From<Ending> for Outcome {
    fn from(ending: Ending) -> Self {
        Self {
            ending,
            details: None,
            external_id: None,
        }
    }
}

/// Why a report was not taken. Nothing has changed then.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// The ticket was issued by another execution.
    #[error("the ticket belongs to execution {found}, expected {expected}")]
    OtherExecution {
        /// The execution that was asked.
        expected: ExecutionId,
        /// The execution of the ticket.
        found: ExecutionId,
    },
    /// The execution has no such invocation.
    #[error("the execution has no invocation {0}")]
    Unknown(InvocationId),
    /// The invocation was begun anew since.
    #[error("the ticket is for attempt {found} of invocation {invocation_id}, expected {expected}")]
    Superseded {
        /// The invocation.
        invocation_id: InvocationId,
        /// The attempt that is current.
        expected: u32,
        /// The attempt of the ticket.
        found: u32,
    },
    /// The invocation has ended, or was never begun.
    #[error("invocation {invocation_id} is not under way, it is {status}")]
    NotUnderWay {
        /// The invocation.
        invocation_id: InvocationId,
        /// Where it stands.
        status: Status,
    },
}
