//! Handing out work, taking in results, and doing what is due.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};

use super::items::Held;
use super::{JobSlot, Queue, Wake};
use crate::time::later;
use crate::{
    Attempt, ItemStatus, Moved, Operation, Owner, Presence, Reason, Report, Server, StaleReason,
    StaleTicket, Ticket, Work, finish, heartbeat, skip, start, take_back,
};

impl Queue {
    /// The next piece of work, leased to `owner` until `lease` after `now`; nothing if nothing can be started.
    ///
    /// What is due at `now` is done first, as by [`Queue::tick`].
    pub fn claim(&mut self, owner: Owner, lease: TimeDelta, now: DateTime<Utc>) -> Option<Work> {
        self.tick(now);
        loop {
            let (line, turn) = self.lines.front()?;
            let slot = turn.slot;
            let Some(JobSlot { job, items, .. }) = self.jobs.get_mut(slot) else {
                self.lines.remove(line, turn);
                continue;
            };
            let work = job.next_item(now).and_then(|index| {
                start(
                    job,
                    &mut items[index as usize].item,
                    index,
                    owner,
                    lease,
                    now,
                    &self.settings,
                )
            });
            self.line_up(slot, now);
            let Some(work) = work else { continue };
            self.lines.served();
            self.wake_job(slot, work.lease_until);
            self.note_job(work.ticket.job);
            self.note_item(work.ticket.job, work.ticket.item);
            return Some(work);
        }
    }

    /// Makes the lease of a piece of work end `lease` after `now`, and tells when; its deadline stays.
    ///
    /// # Errors
    ///
    /// Returns [`StaleTicket`] if the work has been taken back or has ended: stop doing it.
    pub fn heartbeat(
        &mut self,
        ticket: Ticket,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StaleTicket> {
        let slot = self.slot_of(ticket)?;
        let unknown = StaleTicket {
            ticket,
            reason: StaleReason::Unknown,
        };
        let this = self.jobs.get_mut(slot).ok_or(unknown)?;
        let held = this.items.get_mut(ticket.item as usize).ok_or(unknown)?;
        let lease_until = heartbeat(&mut held.item, ticket, lease, now)?;
        // A shorter lease than before has to be noticed in time.
        self.wake_job(slot, lease_until);
        self.note_item(ticket.job, ticket.item);
        Ok(lease_until)
    }

    /// Takes in the result of a piece of work, and tells where its item stands now.
    ///
    /// The result is good as long as nobody has taken the work back, even if the lease has run out meanwhile.
    ///
    /// # Errors
    ///
    /// Returns [`StaleTicket`], with nothing changed, if the work has been taken back or has ended.
    pub fn finish(
        &mut self,
        ticket: Ticket,
        report: Report,
        now: DateTime<Utc>,
    ) -> Result<ItemStatus, StaleTicket> {
        let slot = self.slot_of(ticket)?;
        let unknown = StaleTicket {
            ticket,
            reason: StaleReason::Unknown,
        };
        let JobSlot { job, items, .. } = self.jobs.get_mut(slot).ok_or(unknown)?;
        let Held { item, server } = items.get_mut(ticket.item as usize).ok_or(unknown)?;
        let server_slot = *server;
        let server = self.servers.get_mut(server_slot).ok_or(unknown)?;
        let moved = finish(job, item, server, ticket, report, now, &self.settings)?;
        self.moved(slot, server_slot, ticket.item, moved, now);
        self.settle(slot, now);
        Ok(moved.status)
    }

    /// Does everything that is due at `now`: takes back work whose lease or time is over, drops what was not
    /// started in time, lets waits end, expires snapshots, moves planned maintenance on, and forgets ended jobs
    /// and answers when their time has come.
    pub fn tick(&mut self, now: DateTime<Utc>) {
        while let Some(Reverse((at, wake))) = self.wakes.peek().copied()
            && at <= now
        {
            self.wakes.pop();
            match wake {
                Wake::Job(slot) => self.look_at_job(slot, at, now),
                Wake::Server(slot) => {
                    if let Some(server) = self.servers.get_mut(slot)
                        && server.drop_expired_snapshot(now)
                    {
                        let id = server.id();
                        self.note_server(id);
                    }
                }
                Wake::Plan(id) => self.look_at_plan(id, at, now),
            }
        }
        self.forget_answers(now);
    }

    /// When [`Queue::tick`] next has something to do, at the latest; it may turn out to be nothing.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let wake = self.wakes.peek().map(|Reverse((at, _))| *at);
        let answer = self.answered_order.front().map(|(at, _)| *at);
        wake.into_iter().chain(answer).min()
    }

    /// Takes back everything that an earlier life of `owner` has left running, to be tried again at once.
    ///
    /// Called once when a process starts anew; [`Queue::restore`] has done it already.
    pub fn recover(&mut self, owner: Owner, now: DateTime<Utc>) {
        let runs = |this: &JobSlot| this.job.progress().running > 0;
        let running: Vec<u32> = self
            .jobs
            .iter()
            .filter(|(_, this)| runs(this))
            .map(|(slot, _)| slot)
            .collect();
        for slot in running {
            self.take_back_where(slot, now, |attempt| {
                owner
                    .succeeds(attempt.owner)
                    .then_some(Reason::OwnerRestarted)
            });
            self.settle(slot, now);
        }
    }

    /// Looks at a job whose time has come.
    fn look_at_job(&mut self, slot: u32, at: DateTime<Utc>, now: DateTime<Utc>) {
        let Some(this) = self
            .jobs
            .get_mut(slot)
            .filter(|this| this.wake_at == Some(at))
        else {
            return;
        };
        this.wake_at = None;
        if let Some(ended_at) = this.job.ended_at() {
            let until = later(ended_at, self.settings.retention.get());
            if until <= now {
                self.forget_job(slot);
            } else {
                self.wake_job(slot, until);
            }
            return;
        }
        if this.job.progress().running > 0 {
            self.take_back_where(slot, now, |attempt| attempt.overdue(now));
        }
        self.settle(slot, now);
        self.wake_for_rest(slot, now);
    }

    /// Takes back every running item of a job for which there is a reason.
    fn take_back_where(
        &mut self,
        slot: u32,
        now: DateTime<Utc>,
        reason: impl Fn(&Attempt) -> Option<Reason>,
    ) {
        let Some(this) = self.jobs.get(slot) else {
            return;
        };
        let taken: Vec<(u32, Reason)> = (0..)
            .zip(&this.items)
            .filter_map(|(index, held)| Some((index, reason(held.item.attempt()?)?)))
            .collect();
        for (index, reason) in taken {
            let Some(JobSlot { job, items, .. }) = self.jobs.get_mut(slot) else {
                return;
            };
            let Held { item, server } = &mut items[index as usize];
            let server_slot = *server;
            let Some(server) = self.servers.get_mut(server_slot) else {
                continue;
            };
            if let Some(moved) = take_back(job, item, server, index, reason, now, &self.settings) {
                self.moved(slot, server_slot, index, moved, now);
            }
        }
    }

    /// After a move, brings a job to rest: ends it if it is out of time, skips what a stopped job leaves, and lines
    /// it up if it has something to start.
    pub(super) fn settle(&mut self, slot: u32, now: DateTime<Utc>) {
        let Some(JobSlot { job, .. }) = self.jobs.get_mut(slot) else {
            return;
        };
        if job.progress().waiting() > 0 && job.start_by().is_some_and(|limit| now >= limit) {
            crate::stop(job, Reason::NotStartedInTime);
        }
        while let Some(JobSlot { job, items, .. }) = self.jobs.get_mut(slot)
            && let Some(index) = job.next_to_skip()
        {
            let Held { item, server } = &mut items[index as usize];
            let server_slot = *server;
            let Some(server) = self.servers.get_mut(server_slot) else {
                break;
            };
            let Some(moved) = skip(job, item, server, index, now) else {
                break;
            };
            self.moved(slot, server_slot, index, moved, now);
        }
        self.line_up(slot, now);
    }

    /// Notes what a move has changed.
    fn moved(&mut self, slot: u32, server_slot: u32, index: u32, moved: Moved, now: DateTime<Utc>) {
        let Some(JobSlot {
            job, items, seat, ..
        }) = self.jobs.get(slot)
        else {
            return;
        };
        let (id, account, ended_at) = (job.id(), seat.account(), job.ended_at());
        let new_snapshot = moved.status == ItemStatus::Succeeded
            && job.action().operation() == Operation::CreateSnapshot;
        let server = items[index as usize].item.server();
        let waits_until = match moved.status {
            ItemStatus::Resumed => items[index as usize].item.due_at(),
            _ => None,
        };
        self.note_job(id);
        self.note_item(id, index);
        if let Some(at) = waits_until {
            if now < at {
                self.wake_job(slot, at);
            }
            return; // the item keeps its server
        }
        self.accounts[account as usize].account.count_end();
        self.n_queued = self.n_queued.saturating_sub(1);
        self.note_account(account);
        if let Some(ended_at) = ended_at {
            self.wake_job(slot, later(ended_at, self.settings.retention.get()));
        }
        if moved.presence == Presence::Gone {
            self.servers.remove(&server);
        } else if new_snapshot
            && let Some(at) = self
                .servers
                .get(server_slot)
                .and_then(Server::snapshot_expires_at)
        {
            self.wakes.push(Reverse((at, Wake::Server(server_slot))));
        }
        self.note_server(server);
    }

    /// Sets the wake for whatever of a job comes due next; what is due at `now` has been done.
    pub(super) fn wake_for_rest(&mut self, slot: u32, now: DateTime<Utc>) {
        let Some(JobSlot { job, items, .. }) = self.jobs.get(slot) else {
            return;
        };
        let leases = if job.progress().running > 0 {
            &items[..]
        } else {
            &[]
        };
        let lease = leases
            .iter()
            .filter_map(|held| Some(held.item.attempt()?.lease_until))
            .min();
        let ended = job
            .ended_at()
            .map(|at| later(at, self.settings.retention.get()));
        if let Some(at) = [lease, ended, job.due_after(now)]
            .into_iter()
            .flatten()
            .filter(|at| now < *at)
            .min()
        {
            self.wake_job(slot, at);
        }
    }

    fn forget_job(&mut self, slot: u32) {
        let Some(JobSlot {
            job, items, seat, ..
        }) = self.jobs.remove(slot)
        else {
            return;
        };
        self.job_slots.remove(job.id());
        self.note_job(job.id());
        for index in 0..items.len() {
            self.note_item(job.id(), index as u32);
        }
        let account = seat.account();
        let jobs = &mut self.accounts[account as usize].jobs;
        while let Some((place, slot)) = jobs.front()
            && self
                .jobs
                .get(*slot)
                .is_none_or(|this| this.job.place() != *place || this.seat.account() != account)
        {
            jobs.pop_front();
        }
    }

    fn slot_of(&self, ticket: Ticket) -> Result<u32, StaleTicket> {
        self.job_slots.get(ticket.job).ok_or(StaleTicket {
            ticket,
            reason: StaleReason::Unknown,
        })
    }
}
