//! Work that is taken up, cancelled, overdue or stuck.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{CurrentOperation, MaintenanceFailure, Server, Transition, transition::End};
use crate::{
    Cause, Description, Effect, EventCategory, MaintenanceStatus, Note, OperationKind, Refusal,
    Refused, Status, Ticket, Trigger, UserArn,
};

/// Where an operator puts a server whose record says something else than the truth.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ResetTo {
    /// Its machine runs; the next health check judges it.
    Running,
    /// Its machine is gone; it can be restored.
    Terminated,
    /// There is nothing to be saved; it can be deleted.
    Failed,
}

impl ResetTo {
    const fn trigger(self) -> Trigger {
        match self {
            Self::Running => Trigger::ResetToRunning,
            Self::Terminated => Trigger::ResetToTerminated,
            Self::Failed => Trigger::ResetToFailed,
        }
    }

    const fn status(self) -> Status {
        match self {
            Self::Running => Status::Running,
            Self::Terminated => Status::Terminated,
            Self::Failed => Status::Failed,
        }
    }
}

impl Server {
    /// Somebody takes up the work of the running operation, which can no longer be cancelled then.
    ///
    /// Said again, it changes nothing: the first time counts.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running operation.
    pub fn handle_begun(self, ticket: Ticket, now: DateTime<Utc>) -> Result<Transition, Refused> {
        let server = self.refuse_unless(|server| Ok(server.expect_ticket(ticket, None)?))?;
        let mut moved = Transition::of(server);
        if let Some(operation) = &mut moved.server.operation {
            operation.set_begun(now);
        }
        Ok(moved)
    }

    /// Cancels the work of the running operation, which nobody has taken up yet.
    ///
    /// The server goes back to where it was; one that was to be created has failed. A deletion is not cancelled.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if nothing is being done, if somebody has taken the work up, or if
    /// it is a deletion.
    pub fn cancel(self, now: DateTime<Utc>) -> Result<Transition, Refused> {
        let server = self.refuse_unless(|server| {
            let operation = server.expect_operation()?;
            let movable = server.status().after(Trigger::Cancelled).is_some();
            if movable && operation.begun_at().is_none() {
                return Ok(());
            }
            Err(Refusal::NotCancellable {
                server: server.name.clone(),
                kind: operation.kind(),
            })
        })?;
        let mut moved = Transition::of(server);
        let name = &moved.server.name;
        let message = match moved.server.status().operation() {
            Some(OperationKind::Create) => {
                let message = format!("Server {name} create failed due to its cancellation");
                moved.server.reason = Some(message.as_str().into());
                message
            }
            Some(kind) => format!("The {kind} of server {name} was cancelled before it began"),
            None => return Ok(moved),
        };
        moved.abandon_work();
        moved.finish(Trigger::Cancelled, End::Cancelled, message, now);
        Ok(moved)
    }

    /// The running operation is overdue: it has failed, as if its work had said so.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if nothing is being done, or if it still has time at `now`.
    pub fn handle_deadline(self, now: DateTime<Utc>) -> Result<Transition, Refused> {
        let server = self.refuse_unless(|server| {
            let operation = server.expect_operation()?;
            let (kind, deadline) = (operation.kind(), operation.deadline());
            if deadline <= now {
                return Ok(());
            }
            Err(Refusal::NotOverdue {
                server: server.name.clone(),
                kind,
                deadline,
            })
        })?;
        let mut moved = Transition::of(server);
        let Some(operation) = moved.server.operation.as_deref() else {
            return Ok(moved);
        };
        let deadline = operation
            .deadline()
            .to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let (kind, cause) = (
            operation.kind(),
            Cause::new(&format!("no result came until {deadline}")),
        );
        moved.abandon_work();
        match kind {
            OperationKind::Create => moved.fail_creation(cause, now),
            OperationKind::BackUp => moved.fail_backup(cause, now),
            OperationKind::Maintain => moved.fail_maintenance(MaintenanceFailure::from(cause), now),
            OperationKind::Restore => moved.fail_restore(cause, now),
            OperationKind::Modify => moved.fail_modification(cause, now),
            OperationKind::Delete => moved.fail_deletion(cause, now),
        }
        Ok(moved)
    }

    /// Puts a server that is stuck where `by` says it is, and tells who did so and why.
    ///
    /// The running operation ends; no result of it is taken any more. A server that is being created or deleted can
    /// only be given up.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, unless something is being done to it or it has failed.
    pub fn reset(
        self,
        to: ResetTo,
        by: &UserArn,
        why: &Description,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let trigger = to.trigger();
        let server = self.refuse_unless(|server| {
            let status = server.status();
            if status.after(trigger).is_some() {
                return Ok(());
            }
            Err(Refusal::NotResettable {
                server: server.name.clone(),
                status,
                to: to.status(),
            })
        })?;
        let mut moved = Transition::of(server);
        let from = moved.server.status();
        let (by, why) = (Cause::new(by.as_str()), Cause::new(why.as_str()));
        let message = format!("Reset from {from} to {} by {by}: {why}", to.status());
        moved.server.reason = match to {
            ResetTo::Running => None,
            ResetTo::Terminated | ResetTo::Failed => Some(message.as_str().into()),
        };
        if moved.server.operation.is_some() {
            if from.operation() == Some(OperationKind::Maintain) {
                moved.server.maintenance_status = Some(MaintenanceStatus::Failed);
                moved.server.maintained_at = Some(now);
            }
            let cause = Cause::new(&format!("reset by {by}"));
            moved.abandon_work();
            moved.finish(trigger, End::Failed(cause), message, now);
            if let Some(event) = moved.events.last_mut() {
                event.category = EventCategory::Operator;
            }
        } else {
            moved.stand(trigger);
            moved.tell(Note::new(EventCategory::Operator, None, message), now);
        }
        Ok(moved)
    }

    fn expect_operation(&self) -> Result<&CurrentOperation, Refusal> {
        self.operation.as_deref().ok_or_else(|| Refusal::Idle {
            server: self.name.clone(),
        })
    }
}

impl Transition {
    /// Asks for the running operation's work to be stopped.
    pub(super) fn abandon_work(&mut self) {
        if let Some(operation) = &self.server.operation {
            self.effects.push(Effect::Abandon {
                server: self.server.name.clone(),
                ticket: operation.ticket(),
            });
        }
    }

    /// Moves a server to which nothing is being done.
    fn stand(&mut self, trigger: Trigger) {
        let seen = self.server.health.after(trigger);
        self.server.health = seen;
    }
}
