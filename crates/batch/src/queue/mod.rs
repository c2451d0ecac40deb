//! The queue in memory: accounts, servers and jobs, and the order of the work.

mod index;
mod items;
mod list;
mod plans;
mod slots;
mod stored;
mod submit;
mod work;

pub use items::Items;
pub use list::{JobPage, JobQuery};
pub use plans::PlanError;
pub use stored::RestoreError;
pub use submit::{
    CancelError, CreateError, PatchError, Patched, RetryError, SubmitError, Which, retry,
};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use chrono::{DateTime, Utc};

use self::index::JobIndex;
use self::items::Held;
use self::plans::PlanSlot;
use self::slots::{Servers, Slots};
use self::stored::Changes;
use crate::lines::{Lines, Turn};
use crate::{
    Account, Alias, Answered, Job, JobId, JobStatus, Key, Numbers, Operation, Order, PlanId,
    Server, ServerId, Settings,
};

/// A queue of one process: complete, and without a thread, a clock or a file of its own.
///
/// It keeps the documents in memory and makes every decision with the functions that a store uses too
/// ([`admit`](crate::admit), [`start`](crate::start), [`finish`](crate::finish) and the others). To outlive the
/// process, it [tells what has changed](Queue::take_changes), and is [rebuilt](Queue::restore) from that.
///
/// Time is an argument everywhere. Nothing happens by itself: [`Queue::tick`] takes back what is overdue, ends and
/// begins planned maintenance and forgets what is old, and every call that hands out or admits work does the same
/// first. [`Queue::next_due`] says when there is something to do.
///
/// # Example
///
/// ```
/// use chrono::{TimeDelta, TimeZone, Utc};
/// use tagout_batch::{
///     Action, ChangeInfo, Command, JobStatus, Owner, Queue, Report, Server, Settings, Submission,
/// };
///
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
/// let account = "acct".parse()?;
/// let mut queue = Queue::new(Settings::default());
/// queue.open_account(account);
/// for id in ["wa1acctweb01", "wa1acctweb02"] {
///     queue.put_server(Server::new(id.parse()?, account, ChangeInfo::created("ops".into(), now)))?;
/// }
///
/// let command = Command::new(Action::StartMaintenance, ["WA1ACCTWEB01", "WA1ACCTWEB02"].map(Into::into));
/// let job = queue.submit(&Submission::new(account, "ops", command), now)?.jobs()[0];
///
/// let me = Owner { node: 1, epoch: 1 };
/// while let Some(work) = queue.claim(me, TimeDelta::seconds(30), now) {
///     println!("{} on {}", work.action.operation(), work.server);
///     queue.finish(work.ticket, Report::Succeeded, now)?;
/// }
/// assert_eq!(queue.status(account, job), Some(JobStatus::Succeeded));
/// assert!(queue.server("wa1acctweb02".parse()?).unwrap().in_maintenance());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Queue {
    settings: Settings,
    accounts: Vec<AccountSlot>,
    account_slots: HashMap<Alias, u32>,
    servers: Servers,
    jobs: Slots<JobSlot>,
    job_slots: JobIndex,
    numbers: Numbers,
    lines: Lines,
    /// What has to be looked at again, and when; see [`Wake`].
    wakes: BinaryHeap<Reverse<(DateTime<Utc>, Wake)>>,
    answered: HashMap<Scope, Answered>,
    /// The keyed answers in the order in which they are forgotten.
    answered_order: VecDeque<(DateTime<Utc>, Scope)>,
    plans: BTreeMap<PlanId, PlanSlot>,
    /// How many items of all accounts wait or run.
    n_queued: u64,
    /// The arrival number of the newest job.
    last_arrival: u64,
    changes: Option<Changes>,
}

/// What a keyed answer stands for.
type Scope = (Alias, Operation, Key);

/// An account, and the jobs that it has had.
#[derive(Debug)]
struct AccountSlot {
    account: Account,
    /// Place and slot of each job, by place; those forgotten are dropped when they come to the front.
    jobs: VecDeque<(u64, u32)>,
    /// How many keyed answers are remembered.
    n_answered: usize,
}

/// A job, its items, and what the queue notes about it.
#[derive(Debug)]
struct JobSlot {
    job: Job,
    items: Box<[Held]>,
    seat: Seat,
    /// Its number among the jobs of all accounts.
    arrival: u64,
    /// The earliest wake that is set for it.
    wake_at: Option<DateTime<Utc>>,
}

/// The account of a job, and whether the job is in its line, in one word.
#[derive(Clone, Copy, Debug)]
struct Seat(u32);

impl Seat {
    fn new(account: u32) -> Self {
        Self(account << 1)
    }

    fn account(self) -> u32 {
        self.0 >> 1
    }

    fn is_in_line(self) -> bool {
        self.0 & 1 == 1
    }

    fn set_in_line(&mut self, is_in_line: bool) {
        self.0 = self.0 & !1 | u32::from(is_in_line);
    }
}

/// What to look at when its time comes; looking at something that is not due does no harm.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Wake {
    Job(u32),
    Server(u32),
    Plan(PlanId),
}

impl Queue {
    /// An empty queue.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            accounts: Vec::new(),
            account_slots: HashMap::new(),
            servers: Servers::default(),
            jobs: Slots::default(),
            job_slots: JobIndex::default(),
            numbers: Numbers::default(),
            lines: Lines::default(),
            wakes: BinaryHeap::new(),
            answered: HashMap::new(),
            answered_order: VecDeque::new(),
            plans: BTreeMap::new(),
            n_queued: 0,
            last_arrival: 0,
            changes: None,
        }
    }

    /// Makes sure that there is such an account.
    pub fn open_account(&mut self, alias: Alias) {
        if !self.account_slots.contains_key(&alias) {
            self.put_account(Account::new(alias));
        }
    }

    /// Brings in an account, or gives the one that is there this weight and these accounts below it.
    pub fn put_account(&mut self, account: Account) {
        let (alias, weight) = (account.alias(), account.weight);
        let n = self.accounts.len() as u32;
        let slot = *self.account_slots.entry(alias).or_insert(n);
        match self.accounts.get_mut(slot as usize) {
            Some(known) => {
                known.account.weight = weight;
                known.account.sub_accounts = account.sub_accounts;
            }
            None => self.accounts.push(AccountSlot {
                account,
                jobs: VecDeque::new(),
                n_answered: 0,
            }),
        }
        let line = self.line_of(slot);
        self.lines.open(line, weight);
        self.note_account(slot);
    }

    /// An account.
    pub fn account(&self, alias: Alias) -> Option<&Account> {
        Some(&self.accounts[*self.account_slots.get(&alias)? as usize].account)
    }

    /// Brings in a server that exists already, or describes anew one that no job holds.
    ///
    /// # Errors
    ///
    /// Returns [`ServerHeld`] if a job holds the server that is there, or `server` itself says so.
    pub fn put_server(&mut self, server: Server) -> Result<(), ServerHeld> {
        let id = server.id();
        let held = self
            .servers
            .by_id(&id)
            .and_then(Server::claim)
            .or(server.claim());
        if let Some(claim) = held {
            return Err(ServerHeld {
                server: id,
                job: claim.job,
            });
        }
        let expires_at = server.snapshot_expires_at();
        let slot = self.servers.put(server);
        if let Some(expires_at) = expires_at {
            self.wakes.push(Reverse((expires_at, Wake::Server(slot))));
        }
        self.note_server(id);
        Ok(())
    }

    /// A server, whoever owns it.
    pub fn server(&self, id: ServerId) -> Option<&Server> {
        self.servers.by_id(&id)
    }

    /// Every server, in no order.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter()
    }

    /// A job and its items, whoever asked for it.
    pub fn job(&self, id: JobId) -> Option<(&Job, Items<'_>)> {
        let slot = self.jobs.get(self.job_slots.get(id)?)?;
        Some((&slot.job, Items::new(&slot.items)))
    }

    /// Where a job of the account, or of one below it, stands.
    ///
    /// A job of someone else is as unknown as one that never was, or is no longer remembered.
    pub fn status(&self, account: Alias, id: JobId) -> Option<JobStatus> {
        let (job, _) = self.job(id)?;
        self.account(account)?
            .may_see(job.account())
            .then_some(job.status())
    }

    /// How many items of all accounts wait or run.
    pub fn n_queued(&self) -> u64 {
        self.n_queued
    }

    /// The newest number of each data centre.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Makes sure that later jobs get greater numbers than `newest`, which someone else has given out.
    pub fn raise_numbers(&mut self, newest: JobId) {
        self.numbers.raise(newest);
        self.note_number(newest.data_center());
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The line in which jobs of an account wait.
    fn line_of(&self, account: u32) -> u32 {
        match self.settings.order {
            Order::RoundRobin => account,
            Order::Arrival => 0,
        }
    }

    /// Puts a job into its line, or takes it out, so that it is there exactly while it has something to start.
    fn line_up(&mut self, slot: u32, now: DateTime<Utc>) {
        let Some(this) = self.jobs.get_mut(slot) else {
            return;
        };
        let startable = this.job.next_item(now).is_some();
        let due = if startable {
            None
        } else {
            this.job.due_after(now)
        };
        if startable != this.seat.is_in_line() {
            this.seat.set_in_line(startable);
            let place = match self.settings.order {
                Order::RoundRobin => this.job.place(),
                Order::Arrival => this.arrival,
            };
            let turn = Turn {
                priority: this.job.priority(),
                place,
                slot,
            };
            let account = this.seat.account();
            let line = self.line_of(account);
            if startable {
                self.lines.add(line, turn);
            } else {
                self.lines.remove(line, turn);
            }
        }
        // Even a job that was in no line: the clock may have gone back since it was looked at.
        if let Some(at) = due {
            self.wake_job(slot, at);
        }
    }

    /// Has a job looked at again at `at`, unless it is earlier anyway.
    fn wake_job(&mut self, slot: u32, at: DateTime<Utc>) {
        let Some(this) = self.jobs.get_mut(slot) else {
            return;
        };
        if this.wake_at.is_none_or(|earlier| at < earlier) {
            this.wake_at = Some(at);
            self.wakes.push(Reverse((at, Wake::Job(slot))));
        }
    }
}

/// Says that a server cannot be brought in, as a job holds it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("server {server} is held by job {job}")]
pub struct ServerHeld {
    server: ServerId,
    job: JobId,
}
