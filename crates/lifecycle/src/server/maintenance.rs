//! Maintenance, asked for or due.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Server, Transition, transition::End};
use crate::{
    AttributeUse, BackupId, Cause, Effect, Engine, EngineAttribute, EngineVersion,
    MaintenanceStatus, Operation, OperationDetail, OperationKind, Policy, Refusal, Refused,
    StackArn, Ticket, Trigger, WindowKind, Work,
    engine::{check_attributes, find_value},
};

/// What came of a maintenance that did what it should.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Maintained {
    /// The stack of the new machine.
    pub stack: Option<StackArn>,
    /// The full version that now runs, if it is another one.
    pub version: Option<EngineVersion>,
}

/// What came of a maintenance that did not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MaintenanceFailure {
    /// Why.
    pub cause: Cause,
    /// Whether the server is ill now; else the old machine serves as it did before.
    pub left_unhealthy: bool,
}

impl From<Cause> for MaintenanceFailure {
    fn from(cause: Cause) -> Self {
        Self {
            cause,
            left_unhealthy: false,
        }
    }
}

/// The full version to which a major upgrade leads, unless its result names another one.
const UPGRADED_VERSION: &str = "2020-07";

impl Server {
    /// Takes the server out of service for maintenance at `now`, because somebody asks for it.
    ///
    /// With the engine attribute `CHEF_MAJOR_UPGRADE`, whose value is `true`, the maintenance goes to the next
    /// generation of the engine.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if the attributes are unknown, doubled or have a bad value; if it
    /// is not eligible for a major upgrade; or unless it is healthy or unhealthy; in this order.
    pub fn start_maintenance(
        self,
        attributes: &[EngineAttribute],
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let upgrade = find_value(attributes, &["CHEF_MAJOR_UPGRADE"]).is_some();
        let server = self.refuse_unless(|server| {
            let given = attributes
                .iter()
                .map(|one| (one.name.as_str(), one.value.expose()));
            let family = server.blueprint.release.engine.family();
            let faults = check_attributes(family, AttributeUse::Maintain, given);
            if !faults.is_empty() {
                return Err(Refusal::Attributes(faults));
            }
            if upgrade && !server.may_upgrade() {
                return Err(Refusal::NotEligible {
                    server: server.name.clone(),
                });
            }
            server.permit(Operation::StartMaintenance)
        })?;
        Ok(server.maintain(Trigger::MaintenanceRequested, upgrade, ticket, policy, now))
    }

    /// Takes the server out of service for maintenance at `now`, because [`Server::poll_duty`] said so of `opening`.
    ///
    /// That opening, and all before it, are then done with.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, unless the maintenance of that opening is due now.
    pub fn start_due_maintenance(
        self,
        opening: DateTime<Utc>,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let mut server = self.refuse_unless(|server| {
            server.permit(Operation::StartMaintenance)?;
            server.expect_due(WindowKind::Maintenance, opening, now)
        })?;
        server.maintenance_window.settle(opening);
        Ok(server.maintain(Trigger::MaintenanceDue, false, ticket, policy, now))
    }

    /// Its maintenance has come to its end.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running maintenance.
    pub fn handle_maintained(
        self,
        ticket: Ticket,
        result: Result<Maintained, MaintenanceFailure>,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server = self
            .refuse_unless(|server| Ok(server.expect_ticket(ticket, OperationKind::Maintain)?))?;
        let mut moved = Transition::of(server);
        match result {
            Ok(maintained) => moved.succeed_maintenance(maintained, now),
            Err(failure) => moved.fail_maintenance(failure, now),
        }
        Ok(moved)
    }

    /// Whether it can be upgraded to the next generation of its engine: Chef Automate 1, maintained successfully
    /// since 2019-11-01.
    pub fn may_upgrade(&self) -> bool {
        let since = NaiveDate::from_ymd_opt(2019, 11, 1).unwrap_or_default();
        self.blueprint.release.is_automate_1()
            && self
                .maintained_well_at
                .is_some_and(|at| at.date_naive() >= since)
    }

    /// The work of the running maintenance, to be performed once what it waits for is there.
    ///
    /// `None` unless maintenance is running.
    pub fn maintenance_work(&self) -> Option<Effect> {
        let operation = self.operation.as_deref()?;
        let OperationDetail::Maintain { upgrade, .. } = *operation.detail() else {
            return None;
        };
        Some(Effect::Perform {
            server: self.name.clone(),
            ticket: operation.ticket(),
            deadline: operation.deadline(),
            work: Work::Maintain { upgrade },
        })
    }

    fn maintain(
        self,
        trigger: Trigger,
        upgrade: bool,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Transition {
        let (time, message): (TimeDelta, &str) = if upgrade {
            (
                policy.deadlines.upgrade,
                "Upgrading Chef server from Automate 1 to Automate 2",
            )
        } else {
            (policy.deadlines.maintenance, "Maintenance started")
        };
        let mut moved = Transition::of(self);
        moved.server.deferral = None;
        moved.begin(
            trigger,
            OperationDetail::Maintain {
                upgrade,
                backup: None,
            },
            (ticket, time),
            message,
            now,
        );
        moved.perform(Work::Maintain { upgrade });
        moved
    }
}

impl Transition {
    /// Lets the maintenance that this began set out with a backup of its own.
    ///
    /// The work of the maintenance is taken back and that of the backup put in its place, with `ticket` and within
    /// the time that the maintenance has; [`Server::maintenance_work`] is the work to be performed when the backup is
    /// made. Nothing happens if no maintenance was begun.
    pub fn begin_with_backup(&mut self, backup: &BackupId, ticket: Ticket) {
        let Some(operation) = self.server.operation.as_deref_mut() else {
            return;
        };
        let OperationDetail::Maintain { backup: first, .. } = operation.detail_mut() else {
            return;
        };
        *first = Some(backup.clone());
        for effect in &mut self.effects {
            if let Effect::Perform {
                ticket: given,
                work,
                ..
            } = effect
                && matches!(work, Work::Maintain { .. })
            {
                *given = ticket;
                *work = Work::BackUp {
                    backup: backup.clone(),
                };
            }
        }
    }

    fn succeed_maintenance(&mut self, maintained: Maintained, now: DateTime<Utc>) {
        let server = &mut self.server;
        let upgrade = matches!(
            server
                .operation
                .as_deref()
                .map(super::CurrentOperation::detail),
            Some(OperationDetail::Maintain { upgrade: true, .. })
        );
        let release = &mut server.blueprint.release;
        let mut version = maintained.version;
        if upgrade {
            release.engine = Engine::ChefAutomate;
            version = version.or_else(|| UPGRADED_VERSION.parse().ok());
            server.owes_backup = true;
        }
        if let Some(version) = version {
            release.version = version;
        }
        server.stack = maintained.stack.or(server.stack.take());
        server.maintenance_status = Some(MaintenanceStatus::Success);
        server.maintained_at = Some(now);
        server.maintained_well_at = Some(now);
        let message = if upgrade {
            "Successfully upgraded to Automate 2."
        } else {
            "Maintenance completed successfully"
        };
        self.finish(Trigger::MaintenanceSucceeded, End::Succeeded, message, now);
    }

    /// Ends the running maintenance badly.
    pub(super) fn fail_maintenance(&mut self, failure: MaintenanceFailure, now: DateTime<Utc>) {
        let MaintenanceFailure {
            cause,
            left_unhealthy,
        } = failure;
        self.server.maintenance_status = Some(MaintenanceStatus::Failed);
        self.server.maintained_at = Some(now);
        let message = format!("Maintenance failed: {cause}");
        if left_unhealthy {
            self.server.reason = Some(format!("maintenance failed: {cause}").into());
            self.finish(
                Trigger::MaintenanceFailedBadly,
                End::Failed(cause),
                message,
                now,
            );
        } else {
            self.finish(Trigger::MaintenanceFailed, End::Failed(cause), message, now);
        }
    }
}
