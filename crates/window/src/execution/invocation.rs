//! One run of a task on one server or resource.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Status;
use super::ticket::{Ticket, TicketError};
use crate::id::{ExecutionId, InvocationId};
use crate::inventory::Resource;

/// One run of a task on one server or resource, or, for a task without targets, its one run.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Invocation {
    id: InvocationId,
    /// The place of its registered target among those of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<Resource>,
    pub(super) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) external_id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) started_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    /// 0 until it is begun.
    pub(super) attempt: u32,
}

impl Invocation {
    /// How many characters the interface has room for in its details.
    pub const DETAILS_MAX: usize = 250;

    pub(super) fn new(id: InvocationId, target: Option<usize>, resource: Option<Resource>) -> Self {
        Self {
            id,
            target,
            resource,
            status: Status::Pending,
            details: None,
            external_id: None,
            started_at: None,
            ended_at: None,
            attempt: 0,
        }
    }

    pub(super) fn ticket(&self, execution_id: ExecutionId, task: usize, at: usize) -> Ticket {
        Ticket {
            execution_id,
            invocation_id: self.id,
            task: task as u32,
            invocation: at as u32,
            attempt: self.attempt,
        }
    }

    /// Checks that the ticket is the current one, and that a result is waited for.
    pub(super) fn check(&self, ticket: &Ticket) -> Result<(), TicketError> {
        let invocation_id = self.id;
        if ticket.invocation_id != invocation_id {
            Err(TicketError::Unknown(ticket.invocation_id))
        } else if !self.is_in_flight() {
            Err(TicketError::NotUnderWay {
                invocation_id,
                status: self.status,
            })
        } else if ticket.attempt != self.attempt {
            Err(TicketError::Superseded {
                invocation_id,
                expected: self.attempt,
                found: ticket.attempt,
            })
        } else {
            Ok(())
        }
    }

    pub(super) fn end(&mut self, status: Status, details: Option<&str>, now: DateTime<Utc>) {
        self.status.step(status);
        self.details = details.map(|text| {
            text.chars()
                .take(Self::DETAILS_MAX)
                .collect::<String>()
                .into()
        });
        self.ended_at = Some(now);
    }

    /// Whether it was begun and has not ended.
    pub fn is_in_flight(&self) -> bool {
        self.attempt > 0 && !self.status.is_final()
    }

    /// Its id.
    pub fn id(&self) -> InvocationId {
        self.id
    }

    /// What it runs on; `None` for a task without targets.
    pub fn resource(&self) -> Option<&Resource> {
        self.resource.as_ref()
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// More about where it stands, at most [`DETAILS_MAX`](Self::DETAILS_MAX) characters.
    pub fn details(&self) -> Option<&str> {
        self.details.as_deref()
    }

    /// The id of what was run, such as that of a command.
    pub fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    /// When it was begun or, if reported, when it began.
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.ended_at
    }

    /// How often it was begun; 0 if it was not.
    pub fn n_attempts(&self) -> u32 {
        self.attempt
    }
}
