//! Settings, tags, and what an owner may say about maintenance to come.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::{InvalidServer, Server, ServerFault, Transition};
use crate::{
    Destination, EventCategory, Note, Operation, Policy, PreferredWindow, Refusal, Refused,
    RetentionCount, RetentionDays, TagChange, TooManyTags, Trigger,
};

/// What `UpdateServer` changes: the members that are `Some`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ServerUpdate {
    /// How many automated backups are kept; a lower count acts when the next one is made.
    pub retention: Option<RetentionCount>,
    /// How many days automated backups are kept beside that, or that no such limit holds. tagout's own.
    pub retention_days: Option<Option<RetentionDays>>,
    /// Whether there are to be no automated backups. The existing ones stay.
    pub disable_automated_backup: Option<bool>,
    /// The hour for automated backups, for starts from now on.
    pub backup_window: Option<PreferredWindow>,
    /// The hour for maintenance, for starts from now on.
    pub maintenance_window: Option<PreferredWindow>,
}

impl ServerUpdate {
    /// Whether `policy` allows it.
    ///
    /// # Errors
    ///
    /// [`InvalidServer`] with every setting that it does not allow.
    pub fn check(&self, policy: &Policy) -> Result<(), InvalidServer> {
        let windows = [self.maintenance_window, self.backup_window];
        let faults = policy
            .check_settings(self.retention, windows)
            .map(ServerFault::Setting);
        InvalidServer::unless_empty(faults.collect())
    }
}

/// The next maintenance has been put off.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub(super) struct Deferral {
    /// Windows that open before this are passed over.
    pub(super) until: DateTime<Utc>,
    /// When it was first due, from which the limit counts.
    pub(super) first_due: DateTime<Utc>,
}

/// Maintenance that is to come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PendingMaintenance {
    /// What.
    pub work: PendingWork,
    /// Why it is to come, and why then.
    pub reason: PendingReason,
    /// The earliest instant at which it begins, inclusive.
    pub not_before: DateTime<Utc>,
    /// The instant by which it has begun, exclusive; `None` if it waits to be asked for.
    pub at_the_latest: Option<DateTime<Utc>>,
}

/// What kind of maintenance is to come.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PendingWork {
    /// The regular one.
    Routine,
    /// The upgrade to the next generation of the engine.
    MajorUpgrade,
}

/// Why maintenance is to come.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PendingReason {
    /// Its preferred window opens.
    Window,
    /// It was put off; the first window from then on is used.
    Deferred {
        /// To when.
        until: DateTime<Utc>,
        /// The last instant to which it can be put off.
        limit: DateTime<Utc>,
    },
    /// It can be had, if somebody asks for it.
    Available,
}

impl Server {
    /// Changes settings at `now`. Neither status nor effects come of it.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, unless its status allows it.
    pub fn update(self, update: &ServerUpdate, now: DateTime<Utc>) -> Result<Transition, Refused> {
        let mut server = self.refuse_unless(|server| server.permit(Operation::UpdateServer))?;
        if let Some(retention) = update.retention {
            server.retention = retention;
        }
        if let Some(days) = update.retention_days {
            server.retention_days = days;
        }
        if let Some(disable) = update.disable_automated_backup {
            if server.disable_automated_backup == Some(true) && !disable {
                let window = server.backup_window.window;
                server.backup_window.replace(window, now); // what passed meanwhile was not missed
            }
            server.disable_automated_backup = Some(disable);
        }
        if let Some(window) = update.backup_window {
            server.backup_window.replace(window, now);
        }
        if let Some(window) = update.maintenance_window {
            server.maintenance_window.replace(window, now);
        }
        Ok(Transition::of(server))
    }

    /// Changes its tags. Its backups are to be given the same change.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if it would have too many tags, or while it is being deleted.
    pub fn change_tags(self, change: &TagChange, policy: &Policy) -> Result<Transition, Refused> {
        let tags = self.tags.changed(change);
        let mut server = self.refuse_unless(|server| {
            if tags.len() > policy.tags_max {
                let resource = server.name.as_str().into();
                return Err(TooManyTags {
                    resource,
                    count: tags.len(),
                    max: policy.tags_max,
                }
                .into());
            }
            server.permit(match change {
                TagChange::Set(_) => Operation::TagResource,
                TagChange::Unset(_) => Operation::UntagResource,
            })
        })?;
        server.tags = tags;
        Ok(Transition::of(server))
    }

    /// Protects it from deletion, or takes the protection off. It can be done in every status.
    pub fn protect(self, protected: bool, now: DateTime<Utc>) -> Transition {
        let mut moved = Transition::of(self);
        if moved.server.protected != protected {
            moved.server.protected = protected;
            let message = if protected {
                "Deletion protection was set"
            } else {
                "Deletion protection was taken off"
            };
            moved.tell(Note::new(EventCategory::Operator, None, message), now);
        }
        moved
    }

    /// Puts the next maintenance off: windows that open before `until` are passed over, each with an event.
    ///
    /// It may be put off again, but never past [`Policy::deferral_max`] after it was first due. Maintenance that is
    /// asked for is not held up. With the maintenance that then takes place the deferral is over.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, unless `until` is after `now` and within the limit.
    pub fn defer_maintenance(
        self,
        until: DateTime<Utc>,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let first_due = match self.deferral {
            Some(deferral) => deferral.first_due,
            None => self.maintenance_window.next_opening(now).unwrap_or(now),
        };
        let limit = first_due
            .checked_add_signed(policy.deferral_max)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut server = self.refuse_unless(|server| {
            if now < until && until <= limit {
                return Ok(());
            }
            Err(Refusal::DeferralOutOfRange {
                server: server.name.clone(),
                until,
                now,
                limit,
            })
        })?;
        let until = until.trunc_subsecs(3);
        server.deferral = Some(Deferral { until, first_due });
        let mut moved = Transition::of(server);
        let message = format!("Maintenance was put off to {}", until.to_rfc3339());
        moved.tell(Note::new(EventCategory::Maintenance, None, message), now);
        Ok(moved)
    }

    /// Takes a deferral back, so that the next window is used.
    pub fn resume_maintenance(self, now: DateTime<Utc>) -> Transition {
        let mut moved = Transition::of(self);
        if moved.server.deferral.take().is_some() {
            moved.tell(
                Note::new(
                    EventCategory::Maintenance,
                    None,
                    "Maintenance is no longer put off",
                ),
                now,
            );
        }
        moved
    }

    /// The maintenance that is to come, the regular one first.
    ///
    /// Empty for a server on whose machine there will be none: one that has failed, is gone or is being deleted.
    pub fn pending_maintenance(
        &self,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Vec<PendingMaintenance> {
        let mut pending = Vec::new();
        let health = self.observed_health();
        let deleting = self.status() == crate::Status::Deleting;
        if deleting
            || matches!(
                health,
                crate::Health::Broken | crate::Health::Gone | crate::Health::Setup
            )
        {
            return pending;
        }
        let (from, reason) = match self.deferral {
            Some(Deferral { until, first_due }) if until > now => {
                let limit = first_due
                    .checked_add_signed(policy.deferral_max)
                    .unwrap_or(DateTime::<Utc>::MAX_UTC);
                (
                    until - chrono::TimeDelta::milliseconds(1),
                    PendingReason::Deferred { until, limit },
                )
            }
            _ => (now, PendingReason::Window),
        };
        let opening = match reason {
            PendingReason::Deferred { .. } => self.maintenance_window.window.next_start(from),
            _ => self.maintenance_window.next_opening(from),
        };
        if let Some(opens_at) = opening {
            pending.push(PendingMaintenance {
                work: PendingWork::Routine,
                reason,
                not_before: opens_at,
                at_the_latest: Some(opens_at + PreferredWindow::LENGTH),
            });
        }
        if self.may_upgrade() {
            pending.push(PendingMaintenance {
                work: PendingWork::MajorUpgrade,
                reason: PendingReason::Available,
                not_before: now,
                at_the_latest: None,
            });
        }
        pending
    }

    /// Whether an operation that `trigger` sets going could be set going now.
    pub(super) fn could(&self, trigger: Trigger) -> bool {
        matches!(self.status().after(trigger), Some(Destination::To(_)))
    }
}
