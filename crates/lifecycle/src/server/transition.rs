//! The moves themselves, by the table and nothing else.

use std::{borrow::Cow, fmt, sync::Arc};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{RestoreSource, Server, Text};
use crate::{
    AttributeName, BackupId, Destination, Effect, Event, EventCategory, Health, InstanceType,
    KeyPair, Note, OperationKind, Status, Ticket, Trigger, Work,
};

/// What is being done to a server.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct CurrentOperation {
    ticket: Ticket,
    started_at: DateTime<Utc>,
    deadline: DateTime<Utc>,
    /// When somebody took the work up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun_at: Option<DateTime<Utc>>,
    /// The health that the server set out with.
    before: Health,
    /// The reason that was shown then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason_before: Option<Text>,
    detail: OperationDetail,
}

impl CurrentOperation {
    /// What kind of thing it is.
    pub fn kind(&self) -> OperationKind {
        match self.detail {
            OperationDetail::Create { .. } => OperationKind::Create,
            OperationDetail::BackUp { .. } => OperationKind::BackUp,
            OperationDetail::Maintain { .. } => OperationKind::Maintain,
            OperationDetail::Restore { .. } => OperationKind::Restore,
            OperationDetail::Modify { .. } => OperationKind::Modify,
            OperationDetail::Delete => OperationKind::Delete,
        }
    }

    /// Its id, and the right to report on it.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// When it was asked for.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// The instant from which it is overdue.
    pub fn deadline(&self) -> DateTime<Utc> {
        self.deadline
    }

    /// When somebody took its work up, if anybody has said so.
    pub fn begun_at(&self) -> Option<DateTime<Utc>> {
        self.begun_at
    }

    /// The status from which it set out, or `None` for a creation.
    pub fn status_before(&self) -> Option<Status> {
        (self.kind() != OperationKind::Create).then(|| self.before.status())
    }

    /// What more there is to know of it.
    pub fn detail(&self) -> &OperationDetail {
        &self.detail
    }

    /// The backup that it makes, or is made from.
    pub fn backup(&self) -> Option<&BackupId> {
        match &self.detail {
            OperationDetail::Create { from_backup } => from_backup.as_ref(),
            OperationDetail::BackUp { backup, .. } => Some(backup),
            OperationDetail::Maintain { backup, .. } => backup.as_ref(),
            OperationDetail::Restore { source, .. } => Some(&source.backup),
            OperationDetail::Modify { .. } | OperationDetail::Delete => None,
        }
    }

    pub(super) fn detail_mut(&mut self) -> &mut OperationDetail {
        &mut self.detail
    }

    pub(super) fn set_begun(&mut self, now: DateTime<Utc>) {
        self.begun_at.get_or_insert(now);
    }
}

/// What a running operation has to remember until it ends.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperationDetail {
    /// Of a creation.
    #[non_exhaustive]
    Create {
        /// The backup that it is made from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_backup: Option<BackupId>,
    },
    /// Of a backup.
    #[non_exhaustive]
    BackUp {
        /// The backup that is made.
        backup: BackupId,
        /// The ticket of the deletion that follows when it is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then_delete: Option<Ticket>,
        /// How many seconds that deletion has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deletion_seconds: Option<i64>,
    },
    /// Of maintenance.
    #[non_exhaustive]
    Maintain {
        /// Whether it goes to the next generation.
        upgrade: bool,
        /// The backup that it begins with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        backup: Option<BackupId>,
    },
    /// Of a restore.
    #[non_exhaustive]
    Restore {
        /// What is restored.
        source: Box<RestoreSource>,
        /// The type of the new machine.
        instance_type: InstanceType,
        /// The key pair of the new machine, if it is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key_pair: Option<KeyPair>,
    },
    /// Of a change of an engine attribute.
    #[non_exhaustive]
    Modify {
        /// Which one. Its value is not kept.
        attribute: AttributeName,
    },
    /// Of a deletion.
    Delete,
}

/// Why work failed, in words: one line, cut to 500 characters.
///
/// # Example
/// ```
/// use tagout_lifecycle::Cause;
///
/// assert_eq!(Cause::new("no route\nto host").as_str(), "no route to host");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Cause(Arc<str>);

impl Cause {
    /// Characters that are kept.
    pub const LEN_MAX: usize = 500;

    /// The cause that `text` tells; control characters become spaces.
    pub fn new(text: &str) -> Self {
        let line: String = text
            .trim()
            .chars()
            .take(Self::LEN_MAX)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        Self(line.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Cause {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Cause {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Cause> for String {
    fn from(cause: Cause) -> Self {
        cause.as_str().into()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The operation that a move brought to its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Its ticket, which is worth nothing now.
    pub ticket: Ticket,
    /// What kind of thing it was.
    pub kind: OperationKind,
    /// The backup that it made, or was made from.
    pub backup: Option<BackupId>,
    /// Why it failed, or `None` if it succeeded.
    pub failure: Option<Cause>,
}

/// A server that has been moved, and what follows from that.
///
/// The server and the events are to be committed together; the effects are for after that.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transition {
    /// The server after the move.
    pub server: Server,
    /// What is to be done outside, in this order.
    pub effects: Vec<Effect>,
    /// What is to be told, oldest first: one for each change of status, and more.
    pub events: Vec<Event>,
    /// The operation that is over, if one is.
    pub ended: Option<Ended>,
}

/// How an operation came to its end.
pub(super) enum End {
    Succeeded,
    Failed(Cause),
    Cancelled,
}

impl Transition {
    /// A server that has not been moved yet, for telling something of it.
    pub fn of(server: Server) -> Self {
        Self {
            server,
            effects: Vec::new(),
            events: Vec::new(),
            ended: None,
        }
    }

    /// Tells something more; the instant is `now`, or 1 ms after the last event if that is later.
    pub fn tell(&mut self, note: Note, now: DateTime<Utc>) {
        let after_last = self
            .server
            .told_at
            .checked_add_signed(TimeDelta::milliseconds(1));
        let at = now
            .trunc_subsecs(3)
            .max(after_last.unwrap_or(DateTime::<Utc>::MAX_UTC));
        self.server.told_at = at;
        let Note {
            category,
            operation,
            message,
        } = note;
        let server = self.server.name.clone();
        self.events.push(Event {
            at,
            server,
            message,
            category,
            operation,
            log_url: None,
        });
    }

    /// Sets an operation going. The caller has checked that the status allows it.
    pub(super) fn begin(
        &mut self,
        trigger: Trigger,
        detail: OperationDetail,
        (ticket, time): (Ticket, TimeDelta),
        message: impl Into<Cow<'static, str>>,
        now: DateTime<Utc>,
    ) {
        let from = self.server.status();
        let to = from.after(trigger);
        let kind = self.set_out(detail, (ticket, time), now);
        assert_eq!(
            to,
            Some(Destination::To(kind.status())),
            "what {from} permits is also a move of it"
        );
        self.tell(Note::new(kind.category(), Some(ticket), message), now);
    }

    /// Makes an operation the current one.
    pub(super) fn set_out(
        &mut self,
        detail: OperationDetail,
        (ticket, time): (Ticket, TimeDelta),
        now: DateTime<Utc>,
    ) -> OperationKind {
        let operation = CurrentOperation {
            ticket,
            started_at: now,
            deadline: now
                .checked_add_signed(time)
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
            begun_at: None,
            before: self.server.health,
            reason_before: self.server.reason.clone(),
            detail,
        };
        let kind = operation.kind();
        self.server.operation = Some(Box::new(operation));
        kind
    }

    /// Hands the running operation's work out.
    pub(super) fn perform(&mut self, work: Work) {
        let operation = self
            .server
            .operation
            .as_ref()
            .expect("work belongs to a running operation");
        let (ticket, deadline) = (operation.ticket, operation.deadline);
        self.effects.push(Effect::Perform {
            server: self.server.name.clone(),
            ticket,
            deadline,
            work,
        });
    }

    /// Ends the running operation, and catches up with what was seen of the server's health meanwhile.
    pub(super) fn finish(
        &mut self,
        trigger: Trigger,
        end: End,
        message: impl Into<Cow<'static, str>>,
        now: DateTime<Utc>,
    ) {
        let from = self.server.status();
        let operation = self
            .server
            .operation
            .take()
            .expect("only a running operation ends");
        let (kind, ticket) = (operation.kind(), Some(operation.ticket));
        let failure = match end {
            End::Succeeded => {
                self.server.failure = None;
                None
            }
            End::Failed(cause) => {
                self.server.failure = Some(format!("{kind} failed: {cause}").into());
                Some(cause)
            }
            End::Cancelled => Some(Cause::new("cancelled before it began")),
        };
        self.ended = Some(Ended {
            ticket: operation.ticket,
            kind,
            backup: operation.backup().cloned(),
            failure,
        });
        match from.after(trigger) {
            Some(Destination::To(to)) => {
                self.server.health =
                    Health::seen_in(to).expect("an operation ends where none runs");
                if to == Status::Healthy {
                    self.server.reason = None;
                }
                self.tell(Note::new(kind.category(), ticket, message), now);
            }
            Some(Destination::Former) => {
                self.tell(Note::new(kind.category(), ticket, message), now);
                if self.server.health != operation.before {
                    self.tell_health(now);
                }
            }
            Some(Destination::Gone) | None => {
                unreachable!(
                    "{trigger} was chosen for {from}, and every such choice is in the table"
                )
            }
        }
    }

    /// Tells what the health now is.
    pub(super) fn tell_health(&mut self, now: DateTime<Utc>) {
        let server = &self.server.name;
        let message: Cow<'static, str> = match self.server.health {
            Health::Healthy => "Health check passed".into(),
            Health::Unhealthy => "Health check failed".into(),
            Health::Unreachable => format!("Connection to server {server} was lost").into(),
            Health::Gone => format!("The instance of server {server} has been terminated").into(),
            // Observations do not lead there; a record from elsewhere may.
            Health::Setup | Health::Unjudged | Health::Broken => {
                format!("Server {server} is {}", self.server.health.status()).into()
            }
        };
        self.tell(Note::new(EventCategory::Health, None, message), now);
    }
}

impl OperationKind {
    pub(super) const fn category(self) -> EventCategory {
        match self {
            Self::Create => EventCategory::Creation,
            Self::BackUp => EventCategory::Backup,
            Self::Maintain => EventCategory::Maintenance,
            Self::Restore => EventCategory::Restore,
            Self::Modify => EventCategory::Modification,
            Self::Delete => EventCategory::Deletion,
        }
    }
}
