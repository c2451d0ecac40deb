//! Planned maintenance in the queue.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Queue, Wake};
use crate::time::later;
use crate::{Alias, Item, ItemStatus, JobId, Plan, PlanId, Server, ServerId, Terms, UserName};

impl Queue {
    /// Plans maintenance of some servers of an account from `starts_at` to `ends_at`, both of which happen by
    /// themselves in [`Queue::tick`].
    ///
    /// A plan that starts in the past starts at once. Servers that are unknown by then stay out of it.
    ///
    /// # Errors
    ///
    /// Returns [`PlanError`], with nothing planned, if the account is unknown, the plan would not end after it
    /// starts, it has no servers or too many, or the account has too many plans.
    ///
    /// # Example
    ///
    /// ```
    /// use chrono::{TimeDelta, TimeZone, Utc};
    /// use tagout_batch::{ChangeInfo, Owner, Queue, Report, Server, Settings, Terms};
    ///
    /// let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
    /// let (account, web) = ("acct".parse()?, "wa1acctweb01".parse()?);
    /// let mut queue = Queue::new(Settings::default());
    /// queue.open_account(account);
    /// queue.put_server(Server::new(web, account, ChangeInfo::created("ops".into(), now)))?;
    /// queue.plan_maintenance(account, [web], now, now + TimeDelta::hours(2), Terms::default(), "ops", now)?;
    ///
    /// let mut work_at = |hour| {
    ///     let now = now + TimeDelta::hours(hour);
    ///     while let Some(work) = queue.claim(Owner::default(), TimeDelta::minutes(1), now) {
    ///         queue.finish(work.ticket, Report::Succeeded, now).unwrap();
    ///     }
    ///     queue.server(web).unwrap().in_maintenance()
    /// };
    /// assert!(work_at(0) && work_at(1) && !work_at(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a plan, who makes it, and when"
    )]
    pub fn plan_maintenance(
        &mut self,
        account: Alias,
        servers: impl IntoIterator<Item = ServerId>,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        terms: Terms,
        by: impl Into<UserName>,
        now: DateTime<Utc>,
    ) -> Result<PlanId, PlanError> {
        self.tick(now);
        let slot = *self
            .account_slots
            .get(&account)
            .ok_or(PlanError::UnknownAccount { alias: account })?;
        let max = self.settings.plans_per_account_max;
        if self.plans_of(account).count() >= max {
            return Err(PlanError::TooManyPlans { max });
        }
        let known = &mut self.accounts[slot as usize].account;
        let mut moved = known.clone();
        let id = moved.next_plan().ok_or(PlanError::TooManyPlans { max })?;
        let plan = Plan::new(id, by.into(), terms, servers, starts_at, ends_at)
            .ok_or(PlanError::NotInOrder { starts_at, ends_at })?;
        let (named, servers_max) = (plan.servers().len(), self.settings.servers_max);
        if !(1..=servers_max).contains(&named) {
            return Err(PlanError::Servers {
                named,
                max: servers_max,
            });
        }
        *known = moved;
        self.note_account(slot);
        self.plans.insert(
            id,
            PlanSlot {
                plan,
                wake_at: None,
            },
        );
        self.note_plan(id);
        self.move_plan(id, now);
        Ok(id)
    }

    /// Ends a plan now instead of later: one that has not begun never will, and servers that it has taken into
    /// maintenance are taken out.
    ///
    /// Tells whether there is such a plan, and it was not over.
    pub fn end_plan_early(&mut self, id: PlanId, now: DateTime<Utc>) -> bool {
        let Some(slot) = self.plans.get_mut(&id).filter(|slot| !slot.plan.is_over()) else {
            return false;
        };
        slot.plan.end_early(now);
        self.note_plan(id);
        self.move_plan(id, now);
        true
    }

    /// A plan; it is remembered as long as an ended job.
    pub fn plan(&self, id: PlanId) -> Option<&Plan> {
        Some(&self.plans.get(&id)?.plan)
    }

    /// The plans of an account, by number.
    pub fn plans_of(&self, account: Alias) -> impl Iterator<Item = &Plan> {
        let from = PlanId { account, number: 0 };
        let to = PlanId {
            account,
            number: u32::MAX,
        };
        self.plans.range(from..=to).map(|(_, slot)| &slot.plan)
    }

    /// Looks at a plan whose time has come.
    pub(super) fn look_at_plan(&mut self, id: PlanId, at: DateTime<Utc>, now: DateTime<Utc>) {
        if let Some(slot) = self
            .plans
            .get_mut(&id)
            .filter(|slot| slot.wake_at == Some(at))
        {
            slot.wake_at = None;
            self.move_plan(id, now);
        }
    }

    /// Moves a plan on as far as it goes at `now`.
    pub(super) fn move_plan(&mut self, id: PlanId, now: DateTime<Utc>) {
        let Some(mut plan) = self.plans.get(&id).map(|slot| slot.plan.clone()) else {
            return;
        };
        let wanted = plan.poll(
            now,
            |job, server| self.item_status(job, server),
            |server| self.server(server),
        );
        if let Some(submission) = wanted
            && let Ok(account) = self.account_slot(id.account)
            // What does not fit into the queue now is asked for again.
            && let Ok(answer) = self.admit(&submission, account, now)
        {
            plan.answered(&answer);
        }
        let forget_at = later(plan.ends_at(), self.settings.retention.get());
        let at = plan
            .due_after(
                now,
                self.settings.plan_retry.max(TimeDelta::milliseconds(1)),
            )
            .unwrap_or(forget_at);
        let Some(slot) = self.plans.get_mut(&id) else {
            return;
        };
        let changed = slot.plan != plan;
        slot.plan = plan;
        if at <= now {
            self.plans.remove(&id);
        } else if slot.wake_at.is_none_or(|earlier| at < earlier) {
            slot.wake_at = Some(at);
            self.wakes.push(Reverse((at, Wake::Plan(id))));
        }
        if changed || at <= now {
            self.note_plan(id);
        }
    }

    /// Where a server of a job stands.
    fn item_status(&self, job: JobId, server: ServerId) -> Option<ItemStatus> {
        let (_, items) = self.job(job)?;
        // While the job holds the server, that says where to look.
        let claim = self
            .server(server)
            .and_then(Server::claim)
            .filter(|claim| claim.job == job);
        match claim {
            Some(claim) => items.get(claim.item as usize).map(Item::status),
            None => items
                .iter()
                .find(|item| item.server() == server)
                .map(Item::status),
        }
    }
}

/// A plan, and the earliest wake that is set for it.
#[derive(Debug)]
pub(super) struct PlanSlot {
    pub(super) plan: Plan,
    pub(super) wake_at: Option<DateTime<Utc>>,
}

/// Says why maintenance is not planned.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// There is no such account.
    #[error("account {alias} is unknown")]
    UnknownAccount {
        /// The alias.
        alias: Alias,
    },
    /// It would not end after it starts.
    #[error("it starts at {starts_at} and ends at {ends_at}, expected an end after the start")]
    NotInOrder {
        /// The start.
        starts_at: DateTime<Utc>,
        /// The end.
        ends_at: DateTime<Utc>,
    },
    /// It has no servers, or too many.
    #[error("{named} servers are named, expected 1 to {max}")]
    Servers {
        /// How many there are.
        named: usize,
        /// How many there may be.
        max: usize,
    },
    /// The account has too many plans.
    #[error("{max} plans are remembered, expected fewer before a new one")]
    TooManyPlans {
        /// How many there may be.
        max: usize,
    },
}
