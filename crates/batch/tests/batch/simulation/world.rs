//! The queue, its disk, its workers, and the clock.

use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU16};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_batch::{
    Account, Action, Alias, Answer, ChangeInfo, Command, Document, DocumentChange, Key,
    MaxConcurrency, MaxErrors, NewServer, Operation, Order, Owner, Priority, Profile, Queue,
    Report, Server, ServerId, ServerUuid, Settings, Size, SnapshotDays, Submission, SubmitError,
    TargetId, Terms, Which, Work,
};

use super::observer::{Disk, Observer, RETENTION};
use super::script::{Config, Death, Step};
use crate::support::noon;

pub(super) struct World {
    config: Config,
    queue: Queue,
    disk: Disk,
    now: DateTime<Utc>,
    /// The life of the process that has the queue.
    epoch: u32,
    workers: Vec<Worker>,
    observer: Observer,
    /// Keyed requests, the answers that they got, and how long these are remembered.
    keyed: BTreeMap<Scope, (Submission, Answer, DateTime<Utc>)>,
    n_steps: u32,
}

/// What a key stands for.
type Scope = (Alias, Operation, Key);

#[derive(Default)]
struct Worker {
    /// Work with whoever claimed it; some of it may long be someone else's.
    held: Vec<Work>,
}

fn settings(config: &Config) -> Settings {
    Settings {
        attempts_max: NonZeroU8::new(config.attempts_max).unwrap(),
        queued_max: config.queued_max,
        queued_per_account_max: config.queued_per_account_max,
        run_seconds_max: config.run_seconds_max,
        order: if config.arrival_order {
            Order::Arrival
        } else {
            Order::RoundRobin
        },
        ..Settings::default()
    }
}

fn alias(account: u8, config: &Config) -> Alias {
    format!("ac{}", usize::from(account) % config.weights.len())
        .parse()
        .unwrap()
}

fn server_id(account: Alias, n: u8) -> ServerId {
    // Every third server is in another data centre.
    let dc = if n % 3 == 2 { "uc1" } else { "wa1" };
    format!("{dc}{account}web{n:02}").parse().unwrap()
}

impl World {
    pub(super) fn new(config: &Config) -> Self {
        let (mut queue, mut observer) = (Queue::new(settings(config)), Observer::default());
        for (n, weight) in (0..).zip(&config.weights) {
            let alias = alias(n, config);
            let mut account = Account::new(alias);
            account.weight = NonZeroU16::new(*weight).unwrap();
            // The first account sees the servers of the second.
            if n == 0 && config.weights.len() > 1 {
                account.sub_accounts.push(self::alias(1, config));
            }
            queue.put_account(account);
            for n in 0..config.servers_per_account {
                let server = Server::new(
                    server_id(alias, n),
                    alias,
                    ChangeInfo::created("maker".into(), noon()),
                );
                observer.meet(&server);
                queue.put_server(server).unwrap();
            }
        }
        queue.note_all_changes();
        let workers = (0..4).map(|_| Worker::default()).collect();
        let mut world = Self {
            config: config.clone(),
            queue,
            disk: Disk::new(),
            now: noon(),
            epoch: 1,
            workers,
            observer,
            keyed: BTreeMap::new(),
            n_steps: 0,
        };
        world.write();
        world
    }

    pub(super) fn step(&mut self, step: &Step) -> Result<(), String> {
        self.n_steps += 1;
        match step {
            Step::Submit { .. } => self.submit(step)?,
            Step::Create { account, death } => {
                let account = alias(*account, &self.config);
                let new = NewServer {
                    name: "new".into(),
                    data_center: "wa1".parse().unwrap(),
                    uuid: ServerUuid::from_bytes([self.n_steps as u8; 16]),
                    source: None,
                    size: Size {
                        cpu: 1,
                        memory_mb: 1,
                    },
                    disks: Vec::new(),
                    profile: Profile::default(),
                };
                let made = self.queue.create(account, new, "user", self.now);
                if self.commit(*death)?
                    && let Ok((_, entry)) = made
                {
                    self.observer.promised(entry.verdict.job().as_slice())?;
                }
            }
            Step::Cancel { job, death } => {
                if let Some((account, id)) = self.job(*job) {
                    let cancelled = self.queue.cancel(account, id, self.now);
                    if self.commit(*death)?
                        && let Ok(progress) = cancelled
                        && progress.waiting() > 0
                    {
                        return Err(format!(
                            "{id} was cancelled, and {} wait",
                            progress.waiting()
                        ));
                    }
                }
            }
            Step::Retry { job, all, death } => {
                if let Some((account, id)) = self.job(*job) {
                    let which = if *all {
                        Which::NotSucceeded
                    } else {
                        Which::Failed
                    };
                    let answer = self.queue.retry(account, id, which, "user", self.now);
                    if self.commit(*death)?
                        && let Ok(answer) = answer
                    {
                        self.observer.promised(answer.jobs())?;
                    }
                }
            }
            Step::Plan {
                account,
                servers,
                starts_in,
                lasts,
                death,
            } => {
                let account = alias(*account, &self.config);
                let starts_at = self.now + TimeDelta::seconds((*starts_in).into());
                let ends_at = starts_at + TimeDelta::seconds((*lasts).into());
                let servers = servers.iter().map(|n| server_id(account, *n));
                let terms = Terms::default();
                let made = self.queue.plan_maintenance(
                    account, servers, starts_at, ends_at, terms, "user", self.now,
                );
                made.map_err(|error| error.to_string())?;
                self.commit(*death)?;
            }
            Step::EndPlan { plan, death } => {
                let plans = self.disk.values().filter_map(|document| match document {
                    Document::Plan(plan) => Some(plan.id()),
                    _ => None,
                });
                let plans: Vec<_> = plans.collect();
                if let Some(at) = usize::from(*plan).checked_rem(plans.len()) {
                    self.queue.end_plan_early(plans[at], self.now);
                    self.commit(*death)?;
                }
            }
            Step::Claim {
                worker,
                lease,
                death,
            } => self.claim(*worker, *lease, *death)?,
            Step::Report {
                worker,
                held,
                result,
                again,
                death,
            } => {
                let worker = usize::from(*worker);
                let n = self.workers[worker].held.len();
                if let Some(at) = usize::from(*held).checked_rem(n) {
                    let work = self.workers[worker].held[at].clone();
                    let heard = self.report(&work, *result, *death)?;
                    if heard && !again {
                        self.workers[worker].held.remove(at);
                    }
                }
            }
            Step::Heartbeat {
                worker,
                held,
                lease,
                death,
            } => {
                let held_by = &self.workers[usize::from(*worker)].held;
                let at = usize::from(*held).checked_rem(held_by.len());
                if let Some(ticket) = at.map(|at| held_by[at].ticket) {
                    let beat =
                        self.queue
                            .heartbeat(ticket, TimeDelta::seconds((*lease).into()), self.now);
                    if let Ok(until) = beat
                        && until > self.now + TimeDelta::seconds((*lease).into())
                    {
                        return Err(format!("{ticket} has a lease until {until}"));
                    }
                    self.commit(*death)?;
                }
            }
            Step::WorkerDies { worker } => self.workers[usize::from(*worker)].held.clear(),
            Step::Tick { death } => {
                self.queue.tick(self.now);
                self.commit(*death)?;
            }
            Step::Clock { milliseconds } => self.now += TimeDelta::milliseconds(*milliseconds),
            Step::Restart => self.restart()?,
        }
        if self.n_steps.is_multiple_of(8) {
            self.compare()?;
        }
        Ok(())
    }

    /// Lets everyone work well until nothing is left, then waits until everything may be forgotten.
    pub(super) fn come_to_an_end(&mut self) -> Result<(), String> {
        let mut n = 0;
        while self.queue.n_queued() > 0 || self.plans_go_on() {
            n += 1;
            if n > 5_000 {
                return Err(format!("{} items are still queued", self.queue.n_queued()));
            }
            for worker in &mut self.workers {
                worker.held.clear();
            }
            self.claim(0, 30, Death::No)?;
            match self.workers[0].held.pop() {
                Some(work) => {
                    self.report(&work, 0, Death::No)?;
                }
                None => self.now = self.queue.next_due().unwrap_or(self.now).max(self.now),
            }
        }
        self.compare()?;
        self.observer.check_end()?;
        // A restart forgets nothing.
        self.restart()?;
        self.compare()?;
        self.now += RETENTION - TimeDelta::seconds(1);
        self.queue.tick(self.now);
        self.commit(Death::No)?;
        self.now += RETENTION * 2;
        self.queue.tick(self.now);
        self.commit(Death::No)?;
        self.compare()?;
        let left = self.disk.keys().find(|key| {
            !matches!(
                key,
                tagout_batch::DocumentKey::Account(_)
                    | tagout_batch::DocumentKey::Server(_)
                    | tagout_batch::DocumentKey::Newest(_)
            )
        });
        left.map_or(Ok(()), |key| {
            Err(format!("{key} is still there after a month"))
        })
    }

    fn plans_go_on(&self) -> bool {
        let goes_on =
            |document: &Document| matches!(document, Document::Plan(plan) if !plan.is_over());
        self.disk.values().any(goes_on)
    }

    fn submit(&mut self, step: &Step) -> Result<(), String> {
        let Step::Submit {
            account,
            operation,
            servers,
            concurrency,
            errors,
            priority,
            start_by,
            key,
            death,
        } = step
        else {
            return Ok(());
        };
        let account = alias(*account, &self.config);
        // Mostly own servers, now and then those of the next account.
        let targets = servers.iter().map(|n| {
            let owner = if *n == 9 {
                alias(1, &self.config)
            } else {
                account
            };
            TargetId::Id(server_id(owner, *n))
        });
        let terms = Terms {
            max_concurrency: MaxConcurrency::count(u32::from(*concurrency).try_into().unwrap()),
            max_errors: errors.map(|errors| MaxErrors::count(errors.into())),
            priority: Priority::try_from(*priority).unwrap(),
            start_by: start_by.map(|seconds| self.now + TimeDelta::seconds(seconds.into())),
        };
        let command = match operation {
            0 | 1 => Command::new(Action::PowerOn, targets),
            2 | 3 => Command::new(Action::PowerOff, targets),
            4 => Command::new(Action::Pause, targets),
            5 => Command::new(Action::Reboot, targets),
            6 | 7 => Command::new(Action::StartMaintenance, targets),
            8 => Command::new(Action::StopMaintenance, targets),
            9 => Command::set_maintenance((0..).zip(targets).map(|(n, id)| (id, n % 2 == 0))),
            10 | 11 => Command::new(
                Action::CreateSnapshot {
                    days: SnapshotDays::MIN,
                },
                targets,
            ),
            12 => Command::new(Action::DeleteSnapshot { snapshot: 1 }, targets),
            13 => Command::new(Action::Archive, targets),
            14 => Command::new(Action::Restore { group: None }, targets),
            _ => Command::new(Action::Delete, targets),
        };
        let mut submission = Submission::new(account, "user", command).on_terms(terms);
        if let Some(key) = key {
            submission = submission.with_key(key.to_string().as_str().try_into().unwrap());
        }
        let answer = self.queue.submit(&submission, self.now);
        let known = key
            .is_some()
            .then(|| self.known_answer(&submission))
            .flatten();
        match (&known, &answer) {
            (Some((same, first)), Ok(again)) if !same || first != again => {
                return Err(format!("a key was answered with {again:?} after {first:?}"));
            }
            (Some((true, first)), Err(error)) => {
                return Err(format!("{error} instead of {first:?}"));
            }
            (Some((false, _)), Err(SubmitError::KeyReused { .. }))
            | (Some((true, _)), Ok(_))
            | (None, _) => {}
            (Some((false, _)), other) => {
                return Err(format!("a key was used again, and got {other:?}"));
            }
        }
        if self.commit(*death)?
            && known.is_none()
            && let Ok(answer) = answer
        {
            self.observer.promised(answer.jobs())?;
            if let Some(key) = submission.key() {
                let scope = (
                    account,
                    submission.command().action().operation(),
                    key.clone(),
                );
                let until = self.now + TimeDelta::hours(24);
                self.keyed.insert(scope, (submission, answer, until));
            }
        }
        Ok(())
    }

    /// The answer that a key has got before, and whether the request was the same.
    fn known_answer(&mut self, submission: &Submission) -> Option<(bool, Answer)> {
        let scope = (
            submission.account(),
            submission.command().action().operation(),
            submission.key()?.clone(),
        );
        let (first, answer, until) = self.keyed.get(&scope)?;
        if *until <= self.now {
            self.keyed.remove(&scope);
            return None;
        }
        // Whatever was remembered longer, because the clock went back, is compared as well.
        Some((first == submission, answer.clone()))
    }

    fn claim(&mut self, worker: u8, lease: u16, death: Death) -> Result<(), String> {
        // What is due is done first, so that the observer sees what there is to hand out.
        self.queue.tick(self.now);
        self.commit(Death::No)?;
        let before = self.disk.clone();
        // Two workers are of the process, two of nodes of their own.
        let owner = match worker {
            0 | 1 => Owner {
                node: 1,
                epoch: self.epoch,
            },
            other => Owner {
                node: other.into(),
                epoch: 1,
            },
        };
        let work = self
            .queue
            .claim(owner, TimeDelta::seconds(lease.into()), self.now);
        if death == Death::BeforeCommit {
            self.commit(death)?;
            return Ok(());
        }
        match &work {
            Some(work) => self
                .observer
                .handed_out(work, &before, &self.config, self.now)?,
            None => self.observer.nothing_to_do(&before, self.now)?,
        }
        if self.commit(death)? {
            self.workers[usize::from(worker)].held.extend(work);
        }
        Ok(())
    }

    /// Reports, and tells whether the worker has heard the answer.
    fn report(&mut self, work: &Work, result: u8, death: Death) -> Result<bool, String> {
        let report = match result {
            0..=3 => Report::Succeeded,
            4 => Report::Failed("broken".into()),
            _ => Report::Transient("busy".into()),
        };
        let accepted = self
            .queue
            .finish(work.ticket, report.clone(), self.now)
            .is_ok();
        if !accepted && self.queue_differs() {
            return Err(format!(
                "{} was refused, and changed something",
                work.ticket
            ));
        }
        if death == Death::BeforeCommit {
            self.commit(death)?;
            return Ok(false);
        }
        let before = std::mem::take(&mut self.disk);
        self.observer.reported(work, &report, accepted, &before)?;
        if accepted && report == Report::Succeeded {
            self.observer.built(work);
        }
        self.disk = before;
        self.commit(death)
    }

    /// Whether the queue has something to write.
    fn queue_differs(&self) -> bool {
        let there = self
            .queue
            .documents()
            .map(|document| (document.key(), document))
            .collect::<Disk>();
        there != self.disk
    }

    /// A job out of those on the disk, with the account that asked for it.
    fn job(&self, n: u16) -> Option<(Alias, tagout_batch::JobId)> {
        let jobs = self.disk.values().filter_map(|document| match document {
            Document::Job(job) => Some((job.account(), job.id())),
            _ => None,
        });
        let jobs: Vec<_> = jobs.collect();
        jobs.get(usize::from(n).checked_rem(jobs.len())?).copied()
    }

    fn write(&mut self) {
        for change in self.queue.take_changes() {
            match change {
                DocumentChange::Put(document) => self.disk.insert(document.key(), document),
                DocumentChange::Remove(key) => self.disk.remove(&key),
            };
        }
    }

    /// Commits what has changed, or dies; tells whether anyone hears of the step.
    fn commit(&mut self, death: Death) -> Result<bool, String> {
        if death != Death::BeforeCommit {
            self.write();
            self.observer.check(&self.disk, &self.config, self.now)?;
        }
        if death == Death::No {
            return Ok(true);
        }
        self.restart()?;
        Ok(false)
    }

    /// Kills the process, and starts it from what is on the disk.
    fn restart(&mut self) -> Result<(), String> {
        self.epoch += 1;
        let stored: Vec<String> = self
            .disk
            .values()
            .map(|document| serde_json::to_string(document).unwrap())
            .collect();
        let documents = stored
            .iter()
            .map(|text| serde_json::from_str::<Document>(text).unwrap());
        let owner = Owner {
            node: 1,
            epoch: self.epoch,
        };
        self.queue = Queue::restore(settings(&self.config), documents, owner, self.now)
            .map_err(|error| error.to_string())?;
        self.write();
        self.observer.restarted(&self.disk, self.epoch)?;
        self.observer.check(&self.disk, &self.config, self.now)
    }

    /// Whether what was written, change by change, is what the queue has.
    fn compare(&self) -> Result<(), String> {
        if self.queue_differs() {
            let there = self
                .queue
                .documents()
                .map(|document| (document.key(), document))
                .collect::<Disk>();
            let key = there
                .iter()
                .find(|(key, document)| self.disk.get(key) != Some(document))
                .map(|(key, _)| key);
            let extra = self.disk.keys().find(|key| !there.contains_key(key));
            return Err(format!(
                "the disk is not what the queue has: {key:?} {extra:?}"
            ));
        }
        Ok(())
    }
}
