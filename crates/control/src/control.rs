//! The control plane.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use tagout_batch::Owner;
use tagout_store::{Document, ErrorKind, Kind, Store, StoreError, Stored};
use tokio::sync::{Mutex, MutexGuard, Notify};

use crate::{
    batches::{AnswerRecord, ItemRecord, JobRecord, LineRecord, PlanRecord, ServerRecord},
    driver::Driver,
    error::ControlError,
    ids::Ids,
    outbox::Errand,
    servers,
    settings::Settings,
    telemetry,
    unit::Unit,
    windows::{ExecutionRecord, ReceiptRecord, WatchRecord, WindowRecord},
    work::Work,
};

/// The control plane: a method for each command and query, and the loop that moves on what is due.
///
/// Any number of planes may share one store, in one process or on many machines; none is special. It reads no clock:
/// every method is told the time, but for [`run`](Self::run), which asks.
///
/// # Example
///
/// A service that keeps a clock of its own steps, performs and reports itself; [`run`](Self::run) does the same.
///
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use tagout_control::{Account, Control, Done, Ids, Settings, SimulatedDriver};
/// use tagout_lifecycle::{Engine, NewServer, Status};
/// use tagout_store::MemoryStore;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let control = Control::new(MemoryStore::new(), SimulatedDriver::new(1), Settings::default(), Ids::seeded(1));
/// let (account, now): (Account, DateTime<Utc>) = ("123456789012".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let web = NewServer::new(
///     "web".parse()?, Engine::ChefAutomate, "m5.large".parse()?,
///     "arn:aws:iam::123456789012:instance-profile/p".parse()?, "arn:aws:iam::123456789012:role/r".parse()?,
/// );
/// let name = web.name.clone();
/// control.create_server(&account, web, None, now).await?; // decided and committed
///
/// let later = now + TimeDelta::minutes(15);
/// for work in control.step(now, 10).await?.begun {
///     assert_eq!((&*work.kind, &*work.target), ("server.create", "web"));
///     control.report(&work.ticket, Ok(Done::default()), later).await?; // here it was done
/// }
/// let server = control.describe_servers(&account, Some(&name), later).await?.remove(0);
/// assert_eq!(server.status(), Status::Healthy);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Control<S, D> {
    pub(crate) store: S,
    pub(crate) driver: Arc<D>,
    pub(crate) settings: Settings,
    pub(crate) ids: Ids,
    /// Who this plane is among those that share the store.
    pub(crate) owner: Owner,
    /// Rung when something may have become due.
    pub(crate) bell: Notify,
    /// Wakes those who follow the events.
    pub(crate) news: Notify,
    /// Decisions about one thing are made one after another within a plane, which saves making them twice. What
    /// makes them right is the versions in the commit: other planes do not see these.
    turns: [Mutex<()>; N_TURNS],
}

const N_TURNS: usize = 64;

/// What one step did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The attempts that begin now: to be performed, and reported.
    pub begun: Vec<Work>,
    /// How many documents were moved on.
    pub n_advanced: usize,
    /// When the next document is due, as far as is known; none if none waits.
    pub next_due: Option<DateTime<Utc>>,
}

impl<S: Store, D: Driver> Control<S, D> {
    /// A control plane over `store` whose work is done by `driver`.
    pub fn new(store: S, driver: D, settings: Settings, ids: Ids) -> Self {
        Self {
            store,
            driver: Arc::new(driver),
            settings,
            owner: Owner {
                node: ids.number() as u32,
                epoch: 1,
            },
            ids,
            bell: Notify::new(),
            news: Notify::new(),
            turns: [const { Mutex::const_new(()) }; N_TURNS],
        }
    }

    /// The kinds of documents that are moved on when they are due.
    pub(crate) const WAITING: [Kind; 13] = [
        AnswerRecord::KIND,
        ExecutionRecord::KIND,
        ItemRecord::KIND,
        JobRecord::KIND,
        PlanRecord::KIND,
        ReceiptRecord::KIND,
        ServerRecord::KIND,
        servers::ServerRecord::KIND,
        servers::BackupRecord::KIND,
        servers::AssociationRecord::KIND,
        servers::RemainsRecord::KIND,
        WatchRecord::KIND,
        WindowRecord::KIND,
    ];

    /// The kinds of documents that give work to a driver when they are due.
    pub(crate) const GIVING: [Kind; 2] = [Errand::KIND, LineRecord::KIND];

    /// All kinds of documents that wait.
    pub(crate) fn kinds() -> Vec<Kind> {
        Self::WAITING.into_iter().chain(Self::GIVING).collect()
    }

    /// Moves on a document that is due, or whose lease is over.
    pub(crate) async fn advance(
        &self,
        document: Document,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let key = document.key();
        match key.kind() {
            kind if *kind == AnswerRecord::KIND => {
                self.advance_answer(key.scope(), key.id(), now).await
            }
            kind if *kind == ExecutionRecord::KIND => {
                self.advance_execution(key.scope(), key.id(), now).await
            }
            kind if *kind == ItemRecord::KIND => self.advance_item(&document.read()?, now).await,
            kind if *kind == JobRecord::KIND => self.advance_job(key.id(), now).await,
            kind if *kind == PlanRecord::KIND => {
                self.advance_plan(key.scope(), key.id(), now).await
            }
            kind if *kind == ReceiptRecord::KIND => {
                self.advance_receipt(key.scope(), key.id(), now).await
            }
            kind if *kind == ServerRecord::KIND => self.advance_batch_server(key.id(), now).await,
            kind if Self::SERVER_KINDS.contains(kind) => self.advance_servers(&document, now).await,
            kind if *kind == WatchRecord::KIND => self.advance_watch(key.id(), now).await,
            kind if *kind == WindowRecord::KIND => {
                self.advance_window(key.scope(), key.id(), now).await
            }
            _ => Ok(()), // only the kinds above are asked for
        }
    }

    /// Waits until nobody else on this plane decides about `what`.
    pub(crate) async fn turn(&self, what: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.turns[hasher.finish() as usize % N_TURNS].lock().await
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Makes the decision of `unit` stand, and wakes those who wait for what it brings.
    pub(crate) async fn commit(&self, unit: Unit<'_, S>) -> Result<(), StoreError> {
        let n_events = unit.n_events();
        if !unit.commit().await? {
            return Ok(());
        }
        self.bell.notify_one();
        if n_events > 0 {
            telemetry::events(n_events);
            self.news.notify_waiters();
        }
        Ok(())
    }

    /// Makes the decision of `unit` stand; false if it must be made anew, because others changed what it was made
    /// from or took the last place that it counted on. Ends after [`retries_max`](Settings::retries_max) of those.
    pub(crate) async fn settle(
        &self,
        unit: Unit<'_, S>,
        n_overtaken: &mut u32,
    ) -> Result<bool, ControlError> {
        let Err(error) = self.commit(unit).await else {
            return Ok(true);
        };
        if !is_overtaken(&error) {
            return Err(error.into());
        }
        telemetry::overtaken();
        *n_overtaken += 1;
        if *n_overtaken < self.settings.retries_max {
            return Ok(false);
        }
        Err(match error.kind() {
            // Whoever counts has looked at the counter: this one holds less than was seen each time.
            ErrorKind::Limit => error.into(),
            _ => ControlError::Contended {
                attempts: *n_overtaken,
            },
        })
    }
}

/// Whether a decision is to be made anew: it was right when it was made, and is so no longer.
pub(crate) fn is_overtaken(error: &StoreError) -> bool {
    matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Limit)
}

/// Decides and commits, and decides anew if others changed what was read: `decide!(control, now, |unit| { ... })`.
///
/// The block sees `unit: &mut Unit` and may await and use `?`; it ends in a `Result` and must be free of effects of its
/// own, because it may run several times. A macro rather than a function, because the future of a function that takes an
/// asynchronous closure cannot be shown to be `Send`.
macro_rules! decide {
    ($control:expr, $now:expr, |$unit:ident| $decision:block) => {{
        let control = $control;
        let mut n_overtaken = 0;
        loop {
            let mut unit = $crate::unit::Unit::new(&control.store, $now);
            let outcome: Result<_, $crate::error::ControlError> = {
                let $unit = &mut unit;
                async { $decision }.await
            };
            let outcome = outcome?;
            if control.settle(unit, &mut n_overtaken).await? {
                break Ok::<_, $crate::error::ControlError>(outcome);
            }
        }
    }};
}
pub(crate) use decide;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Done, SimulatedDriver, Ticket};

    #[tokio::test]
    async fn a_decision_whose_last_place_was_taken_meanwhile_is_made_anew() {
        use tagout_lifecycle::{LimitExceeded, Limited};
        use tagout_store::{Changes, Key, MemoryStore};

        const PLACES: Kind = Kind::constant("places");
        let control = Control::new(
            MemoryStore::new(),
            SimulatedDriver::new(1),
            Settings::default(),
            Ids::seeded(1),
        );
        let take = async |max: u64, is_overtaken: bool| {
            let mut n_decided = 0;
            let taken = async {
                decide!(&control, DateTime::UNIX_EPOCH, |unit| {
                    n_decided += 1;
                    let used = unit.counted(PLACES, "acct", "n").await?;
                    if n_decided == 1 && is_overtaken {
                        let mut others = Changes::new();
                        others.add(Key::new(PLACES, "acct", "n").unwrap(), 1, max);
                        control.store().commit(others).await?;
                    }
                    if used >= max {
                        return Err(LimitExceeded {
                            limited: Limited::Servers,
                            used: used as u32,
                            max: max as u32,
                        }
                        .into());
                    }
                    unit.count(PLACES, "acct", "n", 1, max)?;
                    unit.counted(PLACES, "acct", "n").await
                })
            }
            .await;
            (taken.map_err(|error| error.to_string()), n_decided)
        };
        assert_eq!(take(2, false).await, (Ok(1), 1));
        let full = "the account has 2 of at most 2 servers, expected one fewer".to_owned();
        assert_eq!(take(2, true).await, (Err(full), 2), "the other was faster");
        assert_eq!(take(4, true).await, (Ok(3), 1), "there is room for both");
    }

    /// Compiles only if the futures of a plane over any store may move between threads.
    #[expect(dead_code, reason = "it is the compiler that is asked")]
    fn futures_travel<S: Store + 'static>(control: Arc<Control<S, SimulatedDriver>>) {
        tokio::spawn(async move {
            let (ticket, now) = (Ticket::new("a.1"), DateTime::UNIX_EPOCH);
            control.heartbeat(&ticket, now).await?;
            control.step(now, 1).await?;
            control.report(&ticket, Ok(Done::default()), now).await
        });
    }
}
