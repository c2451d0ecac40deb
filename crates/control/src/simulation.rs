//! Control planes under a clock that jumps from one event to the next.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_store::Store;

use crate::{
    control::Control,
    driver::{Done, DriverError, SimulatedDriver},
    error::ControlError,
    work::{Ticket, Work},
};

/// Planes that share a store, with work that a [`SimulatedDriver`] only pretends: a night in a moment.
///
/// Nothing waits, and nothing depends on how fast the machine is: with the same seeds the same happens at the same
/// instants. Planes can be lost and brought back in the middle of anything.
///
/// # Example
///
/// ```
/// use chrono::{TimeDelta, TimeZone, Utc};
/// use tagout_batch::{Account, Action, ChangeInfo, Command, JobStatus, Server, Submission};
/// use tagout_control::{Control, Ids, Settings, SimulatedDriver, Simulation};
/// use tagout_store::MemoryStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 22, 0, 0).unwrap();
/// let control = Control::new(MemoryStore::new(), SimulatedDriver::new(1), Settings::default(), Ids::seeded(1));
/// let (alias, web) = ("acct".parse()?, "wa1acctweb01".parse()?);
/// control.put_batch_account(Account::new(alias), now).await?;
/// control.put_batch_server(Server::new(web, alias, ChangeInfo::created("ops".into(), now)), now).await?;
///
/// let reboot = Command::new(Action::Reboot, [web.into()]);
/// let job = control.submit_batch(&Submission::new(alias, "ops", reboot), now).await?.jobs()[0];
///
/// let mut night = Simulation::new(vec![control], SimulatedDriver::new(1), now);
/// night.run_until(now + TimeDelta::minutes(10)).await?;
/// let job = night.plane(0).batch_job_status(alias, job, night.now()).await?.unwrap();
/// assert_eq!(job.status(), JobStatus::Succeeded);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Simulation<S> {
    planes: Vec<Control<S, SimulatedDriver>>,
    /// Those that do nothing at present.
    lost: BTreeSet<usize>,
    driver: SimulatedDriver,
    now: DateTime<Utc>,
    /// What will happen, and when; the number keeps what happens at one instant in order.
    agenda: BTreeMap<(DateTime<Utc>, u64), Entry>,
    n_entries: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    plane: usize,
    work: Work,
    news: News,
}

#[derive(Clone, Debug)]
enum News {
    /// The driver answers.
    Answer(Result<Done, DriverError>),
    /// The lease is to be renewed.
    Heartbeat,
}

/// What happened at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tick {
    /// The attempts that began.
    pub begun: Vec<Work>,
    /// The attempts that ended, each with its result and whether that was accepted.
    pub ended: Vec<(Work, Result<Done, DriverError>, bool)>,
}

impl<S: Store + 'static> Simulation<S> {
    /// A simulation of `planes` from `now` on; what becomes of their work is up to `driver`.
    pub fn new(
        planes: Vec<Control<S, SimulatedDriver>>,
        driver: SimulatedDriver,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            planes,
            lost: BTreeSet::new(),
            driver,
            now,
            agenda: BTreeMap::new(),
            n_entries: 0,
        }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// One of the planes.
    ///
    /// # Panics
    ///
    /// Panics if there is none of this number.
    pub fn plane(&self, number: usize) -> &Control<S, SimulatedDriver> {
        &self.planes[number]
    }

    /// Loses a plane, as a crash does: it does nothing more, and nothing is heard of what it had begun.
    pub fn lose(&mut self, number: usize) {
        self.lost.insert(number);
        self.agenda.retain(|_, entry| entry.plane != number);
    }

    /// Stalls a plane, as a machine that is suspended does: it does nothing, but what it has begun goes on, and is
    /// answered.
    pub fn stall(&mut self, number: usize) {
        self.lost.insert(number);
        self.agenda
            .retain(|_, entry| entry.plane != number || matches!(entry.news, News::Answer(_)));
    }

    /// Puts `control` in the place of a plane that was lost or stalled.
    pub fn restart(&mut self, number: usize, control: Control<S, SimulatedDriver>) {
        if let Some(plane) = self.planes.get_mut(number) {
            *plane = control;
            self.lost.remove(&number);
        }
    }

    /// Lets everything happen that happens up to `until`, inclusive, and puts the clock there.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the store cannot be asked what is due.
    pub async fn run_until(&mut self, until: DateTime<Utc>) -> Result<(), ControlError> {
        while self.tick(until).await?.is_some() {}
        Ok(())
    }

    /// Goes to the next instant up to `until`, inclusive, at which something happens, and lets it happen; nothing, with
    /// the clock at `until`, if there is none.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the store cannot be asked what is due.
    pub async fn tick(&mut self, until: DateTime<Utc>) -> Result<Option<Tick>, ControlError> {
        loop {
            let mut tick = Tick::default();
            let mut next_due = None;
            let mut busy = self.hear(&mut tick).await;
            for number in 0..self.planes.len() {
                if self.lost.contains(&number) {
                    continue;
                }
                let capacity = self.planes[number]
                    .settings
                    .concurrency
                    .saturating_sub(self.n_running(number));
                let step = self.planes[number].step(self.now, capacity).await?;
                busy |= step.n_advanced > 0 || !step.begun.is_empty();
                next_due = earlier(next_due, step.next_due);
                for work in step.begun {
                    self.begin(number, work.clone());
                    tick.begun.push(work);
                }
            }
            if !tick.begun.is_empty() || !tick.ended.is_empty() {
                return Ok(Some(tick));
            }
            if busy {
                continue; // what was moved on may have made something else due at this instant
            }
            // What is due but was not moved on is leased to somebody who is lost.
            let soon = self.now + TimeDelta::seconds(1);
            let next = earlier(
                next_due.map(|due| due.max(soon)),
                self.agenda.keys().next().map(|(at, _)| *at),
            );
            let Some(next) = next.filter(|next| *next <= until) else {
                self.now = self.now.max(until);
                return Ok(None);
            };
            self.now = self.now.max(next);
        }
    }

    fn n_running(&self, plane: usize) -> usize {
        self.agenda
            .values()
            .filter(|entry| entry.plane == plane && matches!(entry.news, News::Heartbeat))
            .count()
    }

    fn begin(&mut self, plane: usize, work: Work) {
        let script = self.driver.script(&work);
        for after in script.answers_after {
            let at = self.now + TimeDelta::from_std(after).unwrap_or(TimeDelta::MAX);
            let at = at.min(work.deadline);
            let result = if at < work.deadline {
                script.result.clone()
            } else {
                Err(DriverError::TimedOut)
            };
            self.enter(
                at,
                Entry {
                    plane,
                    work: work.clone(),
                    news: News::Answer(result),
                },
            );
        }
        self.beat_later(plane, work);
    }

    fn beat_later(&mut self, plane: usize, work: Work) {
        let at = self.now + self.planes[plane].settings.lease / 3;
        self.enter(
            at,
            Entry {
                plane,
                work,
                news: News::Heartbeat,
            },
        );
    }

    fn enter(&mut self, at: DateTime<Utc>, entry: Entry) {
        self.n_entries += 1;
        self.agenda.insert((at, self.n_entries), entry);
    }

    /// Does what the agenda has for now; tells whether there was anything.
    async fn hear(&mut self, tick: &mut Tick) -> bool {
        let mut heard = false;
        while let Some(entry) = self.agenda.first_entry()
            && entry.key().0 <= self.now
        {
            heard = true;
            let Entry { plane, work, news } = entry.remove();
            let control = &self.planes[plane];
            match news {
                News::Answer(result) => {
                    let accepted = control
                        .report(&work.ticket, result.clone(), self.now)
                        .await
                        .is_ok();
                    self.forget_heartbeats(&work.ticket);
                    tick.ended.push((work, result, accepted));
                }
                News::Heartbeat => {
                    if control.heartbeat(&work.ticket, self.now).await.is_ok() {
                        self.beat_later(plane, work);
                    }
                }
            }
        }
        heard
    }

    fn forget_heartbeats(&mut self, ticket: &Ticket) {
        self.agenda.retain(|_, entry| {
            !(matches!(entry.news, News::Heartbeat) && entry.work.ticket == *ticket)
        });
    }
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}
