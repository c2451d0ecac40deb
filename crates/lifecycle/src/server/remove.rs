//! A server goes.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Ended, Server, Transition, transition::End};
use crate::{
    Cause, Operation, OperationDetail, OperationKind, Policy, Refusal, Refused, ServerName, Ticket,
    Trigger, Work,
};

/// What the service showed as the reason of a server that is being deleted.
pub(super) const USER_INITIATED: &str = "Client.UserInitiated";

/// What came of taking a server down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Removal {
    /// It is gone: its document and its events are to be removed.
    Gone(Removed),
    /// It is still there, and has failed.
    Kept(Box<Transition>),
}

/// A server that is no more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Removed {
    /// Its name, which is free again.
    pub name: ServerName,
    /// The deletion that is over.
    pub ended: Ended,
}

impl Server {
    /// Begins to take the server down at `now`.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if something else is still going on or it is being deleted
    /// already, or if it is protected from deletion.
    pub fn delete(
        self,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server = self.refuse_unless(Self::permit_deletion)?;
        let mut moved = Transition::of(server);
        moved.begin_deletion((ticket, policy.deadlines.deletion), now);
        Ok(moved)
    }

    /// Taking it down has come to its end.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running deletion.
    pub fn handle_torn_down(
        self,
        ticket: Ticket,
        result: Result<(), Cause>,
        now: DateTime<Utc>,
    ) -> Result<Removal, Refused> {
        let server =
            self.refuse_unless(|server| Ok(server.expect_ticket(ticket, OperationKind::Delete)?))?;
        Ok(match result {
            Ok(()) => Removal::Gone(Removed {
                name: server.name,
                ended: Ended {
                    ticket,
                    kind: OperationKind::Delete,
                    backup: None,
                    failure: None,
                },
            }),
            Err(cause) => {
                let mut moved = Transition::of(server);
                moved.fail_deletion(cause, now);
                Removal::Kept(Box::new(moved))
            }
        })
    }

    /// Refuses unless it may be deleted.
    pub(super) fn permit_deletion(&self) -> Result<(), Refusal> {
        self.permit(Operation::DeleteServer)?;
        if self.protected {
            Err(Refusal::Protected {
                server: self.name.clone(),
            })
        } else {
            Ok(())
        }
    }
}

impl Transition {
    /// Sets the deletion going. The caller has checked that it is allowed.
    pub(super) fn begin_deletion(&mut self, time: (Ticket, TimeDelta), now: DateTime<Utc>) {
        let message = format!("Deleting server {}", self.server.name);
        self.begin(
            Trigger::DeleteRequested,
            OperationDetail::Delete,
            time,
            message,
            now,
        );
        self.perform(Work::TearDown);
    }

    /// Ends the running deletion badly.
    pub(super) fn fail_deletion(&mut self, cause: Cause, now: DateTime<Utc>) {
        let message = format!("Server {} delete failed due to {cause}", self.server.name);
        self.server.reason = Some(message.as_str().into());
        self.finish(Trigger::TeardownFailed, End::Failed(cause), message, now);
    }
}
