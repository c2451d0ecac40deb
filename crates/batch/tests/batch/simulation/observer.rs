//! One who watches what is committed, and knows the promises.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_batch::{
    Action, Alias, Attempt, Document, DocumentKey, Item, ItemStatus, Job, JobId, JobStatus,
    PowerState, Report, Server, ServerId, ServerStatus, Ticket, Work,
};

use super::script::Config;

pub(super) type Disk = BTreeMap<DocumentKey, Document>;

/// What is known of a server from the work that was done on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Known {
    power: PowerState,
    in_maintenance: bool,
    archived: bool,
}

#[derive(Debug, Default)]
pub(super) struct Observer {
    /// The last word seen of each job, and where each of its items stood.
    jobs: BTreeMap<JobId, (JobStatus, Vec<ItemStatus>)>,
    /// What was being done when last seen.
    attempts: BTreeMap<Ticket, Attempt>,
    /// The tickets of which the results were accepted since.
    accepted: BTreeSet<Ticket>,
    /// The life that the process is in.
    epoch: u32,
    /// Jobs that were promised to a client.
    promised: BTreeSet<JobId>,
    newest: BTreeMap<String, u64>,
    servers: BTreeMap<ServerId, Known>,
    /// The greatest ticket handed out for each server.
    fences: BTreeMap<ServerId, Ticket>,
    done: BTreeSet<(JobId, u32)>,
    /// How many items others have started since an account has something to start.
    waits: BTreeMap<Alias, u64>,
}

/// Fails with a text unless something holds.
macro_rules! ensure {
    ($holds:expr, $($text:tt)*) => {
        if !$holds {
            return Err(format!($($text)*));
        }
    };
}

/// Each job, and its items in order.
type Jobs<'a> = BTreeMap<JobId, (&'a Job, Vec<&'a Item>)>;

fn jobs(disk: &Disk) -> Result<Jobs<'_>, String> {
    let mut jobs = Jobs::new();
    for document in disk.values() {
        if let Document::Job(job) = document {
            jobs.insert(job.id(), (job, Vec::new()));
        }
    }
    for document in disk.values() {
        if let Document::Item { job, index, item } = document {
            let Some((_, items)) = jobs.get_mut(job) else {
                return Err(format!("item {job}/{index} without a job"));
            };
            ensure!(
                items.len() == *index as usize,
                "items of {job} have a gap before {index}"
            );
            items.push(item);
        }
    }
    Ok(jobs)
}

impl Observer {
    pub(super) fn meet(&mut self, server: &Server) {
        let known = Known {
            power: server.power().unwrap_or(PowerState::Stopped),
            in_maintenance: server.in_maintenance(),
            archived: server.status() == ServerStatus::Archived,
        };
        self.servers.insert(server.id(), known);
    }

    /// A client was told of these jobs.
    pub(super) fn promised(&mut self, ids: &[JobId]) -> Result<(), String> {
        for id in ids {
            let newest = self.newest.entry(id.data_center().to_string()).or_default();
            ensure!(id.number() > *newest, "{id} is not newer than {newest}");
            *newest = id.number();
            self.promised.insert(*id);
        }
        Ok(())
    }

    /// A worker has got work, out of what was there before.
    pub(super) fn handed_out(
        &mut self,
        work: &Work,
        before: &Disk,
        config: &Config,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let fence = self.fences.get(&work.server);
        ensure!(
            fence.is_none_or(|fence| *fence < work.ticket),
            "{} after {fence:?}",
            work.ticket
        );
        self.fences.insert(work.server, work.ticket);

        let ready = ready(before, now)?;
        let (served, _) = ready
            .iter()
            .find(|(_, jobs)| jobs.iter().any(|(_, job, _)| *job == work.ticket.job))
            .ok_or_else(|| format!("{} was not ready", work.ticket))?;
        if config.arrival_order {
            return Ok(());
        }
        let (_, job, index) = ready[served][0];
        ensure!(
            (job, index) == (work.ticket.job, work.ticket.item),
            "{} was started before {job}/{index} of the same account",
            work.ticket
        );
        self.waits.retain(|account, _| ready.contains_key(account));
        let weight = |account: &Alias| weight_of(before, *account);
        let all: u64 = before
            .keys()
            .map(|key| {
                if let DocumentKey::Account(alias) = key {
                    weight(alias)
                } else {
                    0
                }
            })
            .sum();
        for account in ready.keys().filter(|account| *account != served) {
            let waited = self.waits.entry(*account).or_default();
            *waited += 1;
            let round = all - weight(account);
            ensure!(
                *waited <= round,
                "{account} has waited for {waited} items of others, more than a round of {round}"
            );
        }
        self.waits.remove(served);
        Ok(())
    }

    /// No work was there.
    pub(super) fn nothing_to_do(
        &mut self,
        before: &Disk,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let ready = ready(before, now)?;
        ensure!(
            ready.is_empty(),
            "nothing was handed out, and this could be: {ready:?}"
        );
        self.waits.clear();
        Ok(())
    }

    /// The process was started anew, and has done what it does then.
    pub(super) fn restarted(&mut self, disk: &Disk, epoch: u32) -> Result<(), String> {
        // The ring begins anew too.
        self.waits.clear();
        self.epoch = epoch;
        for document in disk.values() {
            if let Document::Item { job, index, item } = document
                && let Some(Attempt { owner, .. }) = item.attempt()
            {
                ensure!(
                    owner.node != 1 || owner.epoch == epoch,
                    "{job}/{index} is run by an earlier life"
                );
            }
        }
        Ok(())
    }

    /// A report was accepted, or not; `before` is what was there.
    pub(super) fn reported(
        &mut self,
        work: &Work,
        report: &Report,
        accepted: bool,
        before: &Disk,
    ) -> Result<(), String> {
        let ticket = work.ticket;
        let item = before.get(&DocumentKey::Item(ticket.job, ticket.item));
        let current = matches!(item, Some(Document::Item { item, .. })
            if item.status() == ItemStatus::Executing && item.n_attempts() == ticket.attempt);
        if accepted {
            self.accepted.insert(ticket);
        }
        ensure!(
            accepted == current,
            "{ticket} was {}accepted",
            if accepted { "" } else { "not " }
        );
        if accepted && *report == Report::Succeeded {
            ensure!(
                self.done.insert((ticket.job, ticket.item)),
                "{ticket} was done twice"
            );
            self.done(work);
        }
        Ok(())
    }

    fn done(&mut self, work: &Work) {
        let Some(known) = self.servers.get_mut(&work.server) else {
            return;
        };
        match work.action {
            Action::PowerOn | Action::Reset | Action::Reboot | Action::Create { .. } => {
                known.power = PowerState::Started;
            }
            Action::PowerOff | Action::ShutDown => known.power = PowerState::Stopped,
            Action::Pause => known.power = PowerState::Paused,
            Action::StartMaintenance => known.in_maintenance = true,
            Action::StopMaintenance => known.in_maintenance = false,
            Action::Archive => (known.power, known.archived) = (PowerState::Stopped, true),
            Action::Restore { .. } => (known.power, known.archived) = (PowerState::Started, false),
            Action::Delete => {
                self.servers.remove(&work.server);
            }
            _ => {}
        }
    }

    /// Everything that holds whenever something was committed.
    pub(super) fn check(
        &mut self,
        disk: &Disk,
        config: &Config,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let jobs = jobs(disk)?;
        let mut holders: BTreeMap<ServerId, (JobId, u32)> = BTreeMap::new();
        let mut n_live: BTreeMap<Alias, u32> = BTreeMap::new();
        for (id, (job, items)) in &jobs {
            self.check_job(job, items, config)?;
            for (index, item) in (0..).zip(items) {
                if matches!(
                    item.status(),
                    ItemStatus::NotStarted | ItemStatus::Executing | ItemStatus::Resumed
                ) {
                    let other = holders.insert(item.server(), (*id, index));
                    ensure!(
                        other.is_none(),
                        "{} is in {id} and in {other:?}",
                        item.server()
                    );
                    *n_live.entry(job.account()).or_default() += 1;
                }
            }
        }
        self.check_servers(disk, &holders)?;
        self.check_attempts(&jobs, now)?;
        let total: u32 = n_live.values().sum();
        ensure!(
            u64::from(total) <= config.queued_max,
            "{total} items are queued"
        );
        for document in disk.values() {
            if let Document::Account(account) = document {
                let live = n_live.get(&account.alias()).copied().unwrap_or_default();
                ensure!(
                    live <= config.queued_per_account_max,
                    "{} has {live} items queued",
                    account.alias()
                );
                ensure!(
                    account.n_queued() == live,
                    "{} counts {} of {live} items",
                    account.alias(),
                    account.n_queued()
                );
            }
        }
        let forgotten: Vec<_> = self
            .jobs
            .keys()
            .filter(|id| !jobs.contains_key(id))
            .copied()
            .collect();
        for id in forgotten {
            let (status, _) = &self.jobs[&id];
            ensure!(
                matches!(status, JobStatus::Succeeded | JobStatus::Failed),
                "{id} was lost while {status}"
            );
            self.jobs.remove(&id);
            self.promised.remove(&id);
        }
        let lost = self.promised.iter().find(|id| !jobs.contains_key(id));
        ensure!(
            lost.is_none(),
            "{lost:?} was promised and is not there at {now}"
        );
        Ok(())
    }

    /// Nobody is robbed of work that is his.
    fn check_attempts(&mut self, jobs: &Jobs, now: DateTime<Utc>) -> Result<(), String> {
        let mut attempts = BTreeMap::new();
        for (id, (_, items)) in jobs {
            for (index, item) in (0..).zip(items) {
                if let Some(attempt) = item.attempt() {
                    attempts.insert(
                        Ticket {
                            job: *id,
                            item: index,
                            attempt: item.n_attempts(),
                        },
                        *attempt,
                    );
                }
            }
        }
        for (ticket, attempt) in std::mem::replace(&mut self.attempts, attempts) {
            let over = now >= attempt.lease_until || now >= attempt.deadline();
            let died = attempt.owner.node == 1 && attempt.owner.epoch < self.epoch;
            let goes_on = self.attempts.contains_key(&ticket) || self.accepted.contains(&ticket);
            ensure!(
                goes_on || over || died,
                "{ticket} was taken back before its time"
            );
        }
        self.accepted.clear();
        Ok(())
    }

    fn check_job(&mut self, job: &Job, items: &[&Item], config: &Config) -> Result<(), String> {
        let id = job.id();
        let statuses: Vec<_> = items.iter().map(|item| item.status()).collect();
        let n = |status| statuses.iter().filter(|there| **there == status).count() as u32;
        let progress = *job.progress();
        let counted = (
            progress.total,
            progress.running,
            progress.succeeded,
            progress.failed,
            progress.skipped,
        );
        let there = (
            items.len() as u32,
            n(ItemStatus::Executing),
            n(ItemStatus::Succeeded),
            n(ItemStatus::Failed),
            n(ItemStatus::Skipped),
        );
        ensure!(counted == there, "{id} counts {counted:?} of {there:?}");
        ensure!(
            progress.running <= job.max_concurrency(),
            "{} of {id} run at a time",
            progress.running
        );
        let most = items
            .iter()
            .map(|item| item.n_attempts())
            .max()
            .unwrap_or_default();
        ensure!(most <= config.attempts_max, "{id} has tried {most} times");
        let all_ended = there.2 + there.3 + there.4 == there.0;
        let ended = matches!(job.status(), JobStatus::Succeeded | JobStatus::Failed);
        ensure!(
            all_ended == ended,
            "{id} is {} with {there:?}",
            job.status()
        );
        ensure!(
            (job.status() == JobStatus::Succeeded) == (there.2 == there.0),
            "{id} is {} with {there:?}",
            job.status()
        );
        if job.status() == JobStatus::NotStarted {
            ensure!(
                statuses
                    .iter()
                    .all(|status| *status == ItemStatus::NotStarted),
                "{id} is notStarted with {statuses:?}"
            );
        }

        let (last, last_items) = self
            .jobs
            .entry(id)
            .or_insert_with(|| (JobStatus::NotStarted, Vec::new()));
        let back = match last {
            JobStatus::Succeeded | JobStatus::Failed => job.status() != *last,
            JobStatus::Executing | JobStatus::Resumed => job.status() == JobStatus::NotStarted,
            JobStatus::NotStarted => false,
        };
        ensure!(!back, "{id} was {last} and is {}", job.status());
        for (before, after) in last_items.iter().zip(&statuses) {
            let back = match before {
                ItemStatus::Succeeded | ItemStatus::Failed | ItemStatus::Skipped => before != after,
                ItemStatus::Executing | ItemStatus::Resumed => {
                    matches!(after, ItemStatus::NotStarted | ItemStatus::Skipped)
                }
                ItemStatus::NotStarted => false,
            };
            ensure!(!back, "an item of {id} was {before} and is {after}");
        }
        (*last, *last_items) = (job.status(), statuses);
        Ok(())
    }

    fn check_servers(
        &self,
        disk: &Disk,
        holders: &BTreeMap<ServerId, (JobId, u32)>,
    ) -> Result<(), String> {
        for document in disk.values() {
            let Document::Server(server) = document else {
                continue;
            };
            let id = server.id();
            let claim = server.claim().map(|claim| (claim.job, claim.item));
            ensure!(
                claim == holders.get(&id).copied(),
                "{id} says {claim:?}, {:?} holds it",
                holders.get(&id)
            );
            let Some(known) = self.servers.get(&id) else {
                ensure!(
                    server.status() == ServerStatus::UnderConstruction,
                    "{id} is there, and was deleted"
                );
                continue;
            };
            let shown = (server.power(), server.in_maintenance());
            ensure!(
                shown == (Some(known.power), known.in_maintenance),
                "{id} is {shown:?}, expected {known:?}"
            );
            if claim.is_none() {
                let expected = if known.archived {
                    ServerStatus::Archived
                } else {
                    ServerStatus::Active
                };
                ensure!(
                    server.status() == expected,
                    "{id} is {}, expected {expected}",
                    server.status()
                );
            }
        }
        for id in self.servers.keys() {
            ensure!(disk.contains_key(&DocumentKey::Server(*id)), "{id} is gone");
        }
        let lost = holders
            .keys()
            .find(|id| !disk.contains_key(&DocumentKey::Server(**id)));
        ensure!(lost.is_none(), "{lost:?} is held and gone");
        Ok(())
    }

    /// A server that was built is known from now on.
    pub(super) fn built(&mut self, work: &Work) {
        if matches!(work.action, Action::Create { .. }) {
            let known = Known {
                power: PowerState::Started,
                in_maintenance: false,
                archived: false,
            };
            self.servers.insert(work.server, known);
        }
    }

    /// Everything that holds when all work has been done.
    pub(super) fn check_end(&self) -> Result<(), String> {
        let unended = self
            .jobs
            .iter()
            .find(|(_, (status, _))| !matches!(status, JobStatus::Succeeded | JobStatus::Failed));
        ensure!(unended.is_none(), "{unended:?} has not ended");
        Ok(())
    }
}

fn weight_of(disk: &Disk, account: Alias) -> u64 {
    match disk.get(&DocumentKey::Account(account)) {
        Some(Document::Account(account)) => account.weight.get().into(),
        _ => 0,
    }
}

/// What could be started at `now`: for each account the jobs, as priority and place, with the item that is next.
#[expect(clippy::type_complexity, reason = "it is used here alone")]
fn ready(
    disk: &Disk,
    now: DateTime<Utc>,
) -> Result<BTreeMap<Alias, Vec<((u8, u64), JobId, u32)>>, String> {
    let mut ready: BTreeMap<Alias, Vec<_>> = BTreeMap::new();
    for (id, (job, items)) in jobs(disk)? {
        let running = items
            .iter()
            .filter(|item| item.status() == ItemStatus::Executing)
            .count();
        let in_time = job.start_by().is_none_or(|limit| now < limit);
        if running >= job.max_concurrency() as usize || job.stopped().is_some() || !in_time {
            continue;
        }
        let waiting = |status| {
            (0..)
                .zip(&items)
                .filter(move |(_, item)| item.status() == status)
        };
        let again =
            waiting(ItemStatus::Resumed).filter_map(|(index, item)| Some((item.due_at()?, index)));
        let again = again
            .filter(|(at, _)| *at <= now)
            .min()
            .map(|(_, index)| index);
        let next = again.or_else(|| {
            waiting(ItemStatus::NotStarted)
                .next()
                .map(|(index, _)| index)
        });
        if let Some(index) = next {
            ready.entry(job.account()).or_default().push((
                (job.priority().get(), job.place()),
                id,
                index,
            ));
        }
    }
    for jobs in ready.values_mut() {
        jobs.sort_unstable();
    }
    Ok(ready)
}

/// How long after its end a job has to be remembered.
pub(super) const RETENTION: TimeDelta = TimeDelta::days(14);
