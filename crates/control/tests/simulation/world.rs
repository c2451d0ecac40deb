//! Planes over one store, in a time of their own.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::Debug,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool},
};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_control::{Control, ControlError, Ids, Settings, SimulatedDriver};
use tagout_store::{ErrorKind, FaultyStore, MemoryStore};
use tokio::{
    sync::{Notify, mpsc},
    task::AbortHandle,
    time::Instant,
};

use crate::{
    dice::Dice,
    hazard::{Climate, Hazard, Weather},
    plane,
};

/// A plane as it is here: with a store that fails, and a driver that is never asked, as the attempts are made by
/// [`plane`].
pub(crate) type Plane = Control<Arc<FaultyStore<MemoryStore>>, SimulatedDriver>;

pub(crate) const N_PLANES: usize = 2;

/// What came of a command.
#[derive(Debug)]
pub(crate) enum Told<T> {
    /// It was done.
    Done(T),
    /// It was refused, and nothing has changed.
    Refused(ControlError),
    /// The store or the plane was away, and nothing has changed.
    Away,
    /// It was done or not.
    Unknown,
}

impl<T> Told<T> {
    pub(crate) fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Refused(_) | Self::Away | Self::Unknown => None,
        }
    }
}

pub(crate) struct World {
    pub(crate) seed: u64,
    /// The store as it is without faults.
    pub(crate) store: MemoryStore,
    pub(crate) climate: Arc<Climate>,
    /// The driver call, counted over all planes, at which the plane is lost.
    pub(crate) lost_at_call: Option<u64>,
    pub(crate) n_calls: Cell<u64>,
    settings: Settings,
    base: DateTime<Utc>,
    start: Instant,
    jumped: Cell<TimeDelta>,
    planes: RefCell<Vec<Seat>>,
    dice: RefCell<Dice>,
    script: RefCell<Vec<String>>,
    tickets: RefCell<Tickets>,
    failure: RefCell<Option<String>>,
    has_failed: Notify,
}

/// A place for a plane, and who is in it.
struct Seat {
    life: u64,
    control: Option<Rc<Plane>>,
    end: Rc<End>,
    hazard: Arc<Hazard>,
    /// How far its clock is off.
    skew: TimeDelta,
    bell: Rc<Notify>,
    work: Option<AbortHandle>,
}

/// The end of a life.
#[derive(Default)]
struct End {
    has_come: Cell<bool>,
    /// Those who wait are told in the order in which they came, so that the same happens each time.
    news: Notify,
}

impl End {
    async fn wait(&self) {
        let news = self.news.notified();
        if !self.has_come.get() {
            news.await;
        }
    }
}

/// A plane at one moment.
#[derive(Clone)]
pub(crate) struct Present {
    pub(crate) number: usize,
    pub(crate) control: Rc<Plane>,
    end: Rc<End>,
    pub(crate) bell: Rc<Notify>,
}

impl World {
    /// A world in which nobody lives yet; losses of planes are told to the receiver.
    pub(crate) fn new(
        seed: u64,
        weather: Weather,
        settings: Settings,
        base: DateTime<Utc>,
    ) -> (Rc<Self>, mpsc::UnboundedReceiver<(usize, u64)>) {
        let (losses, lost) = mpsc::unbounded_channel();
        let climate = Arc::new(Climate {
            weather,
            over: AtomicBool::new(false),
            n_writes: 0.into(),
            losses,
        });
        let seats = (0..N_PLANES).map(|number| Seat {
            life: 0,
            control: None,
            end: Rc::default(),
            hazard: Arc::new(Hazard::new(climate.clone(), (number, 0), Dice::new(0, 0))),
            skew: TimeDelta::zero(),
            bell: Rc::default(),
            work: None,
        });
        let world = Self {
            seed,
            store: MemoryStore::new(),
            planes: RefCell::new(seats.collect()),
            climate,
            lost_at_call: None,
            n_calls: Cell::new(0),
            settings,
            base,
            start: Instant::now(),
            jumped: Cell::new(TimeDelta::zero()),
            dice: RefCell::new(Dice::new(seed, 1)),
            script: RefCell::default(),
            tickets: RefCell::default(),
            failure: RefCell::default(),
            has_failed: Notify::new(),
        };
        (Rc::new(world), lost)
    }

    /// The time by a clock that is right.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let elapsed = TimeDelta::from_std(self.start.elapsed()).unwrap();
        self.base + elapsed + self.jumped.get()
    }

    /// The time by the clock of a plane.
    pub(crate) fn time_of(&self, number: usize) -> DateTime<Utc> {
        self.now() + self.planes.borrow()[number].skew
    }

    /// Moves all clocks, forwards or back.
    pub(crate) fn jump(&self, by: TimeDelta) {
        self.say(format_args!("all clocks jump by {} s", by.num_seconds()));
        self.jumped.set(self.jumped.get() + by);
        self.ring();
    }

    /// Puts the clock of a plane off by so much.
    pub(crate) fn put_off(&self, number: usize, skew: TimeDelta) {
        self.say(format_args!(
            "the clock of plane {number} is off by {} ms",
            skew.num_milliseconds()
        ));
        self.planes.borrow_mut()[number].skew = skew;
    }

    /// A line of the script.
    pub(crate) fn say(&self, line: impl std::fmt::Display) {
        let now = self.now().format("%m-%d %H:%M:%S%.3f");
        self.script.borrow_mut().push(format!("{now}  {line}"));
    }

    pub(crate) fn script(&self) -> Vec<String> {
        self.script.borrow().clone()
    }

    /// Ends the world: something is not as it must be.
    pub(crate) fn fail(&self, what: impl std::fmt::Display) {
        self.say(format_args!("WRONG: {what}"));
        self.failure
            .borrow_mut()
            .get_or_insert_with(|| what.to_string());
        self.has_failed.notify_one();
    }

    /// Does something until it is done or the world has failed.
    pub(crate) async fn unless_failed<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, String> {
        let done = tokio::select! {
            biased;
            () = self.has_failed.notified() => None,
            done = work => Some(done),
        };
        match (self.failure.borrow().clone(), done) {
            (None, Some(done)) => Ok(done),
            (failure, _) => Err(failure.unwrap_or_default()),
        }
    }

    /// Begins another life of a plane.
    pub(crate) fn begin(self: &Rc<Self>, number: usize) {
        let life = {
            let seat = &mut self.planes.borrow_mut()[number];
            if seat.control.is_some() {
                return;
            }
            seat.life += 1;
            let part = 100 * seat.life + number as u64;
            let hazard = Arc::new(Hazard::new(
                self.climate.clone(),
                (number, seat.life),
                Dice::new(self.seed, 1_000_000 + part),
            ));
            let plan = hazard.clone();
            let store = FaultyStore::new(self.store.clone(), move |call| plan.strike(call));
            let ids = Ids::seeded(Dice::new(self.seed, 2_000_000 + part).number());
            let driver = SimulatedDriver::new(self.seed);
            let control = Control::new(Arc::new(store), driver, self.settings.clone(), ids);
            seat.hazard = hazard;
            seat.control = Some(Rc::new(control));
            seat.end = Rc::default();
            seat.life
        };
        self.say(format_args!("plane {number} begins its life {life}"));
        let present = self.seat(number).expect("it has just begun");
        let living = tokio::task::spawn_local(plane::live(self.clone(), present));
        self.planes.borrow_mut()[number].work = Some(living.abort_handle());
        let world = self.clone();
        tokio::task::spawn_local(async move {
            if let Err(error) = living.await
                && error.is_panic()
            {
                world.fail(format_args!("plane {number} panicked: {error}"));
            }
        });
    }

    /// Ends the life of a plane at once, with all that it was about to do.
    pub(crate) fn lose(&self, number: usize) {
        let seat = &mut self.planes.borrow_mut()[number];
        if seat.control.take().is_none() {
            return;
        }
        self.say(format_args!("plane {number} is lost"));
        seat.end.has_come.set(true);
        seat.end.news.notify_waiters();
        if let Some(work) = seat.work.take() {
            work.abort();
        }
    }

    /// Has a plane lost as soon as somebody looks.
    pub(crate) fn lose_soon(&self, number: usize) {
        let life = self.planes.borrow()[number].life;
        // Nobody listens when the world has ended.
        let _ = self.climate.losses.send((number, life));
    }

    /// Whether nothing goes wrong any more.
    pub(crate) fn is_over(&self) -> bool {
        self.climate.over.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Whether this is still the life of a plane.
    pub(crate) fn is_life(&self, number: usize, life: u64) -> bool {
        let seat = &self.planes.borrow()[number];
        seat.control.is_some() && seat.life == life
    }

    /// Stops a plane for a while.
    pub(crate) fn freeze(&self, number: usize, time: std::time::Duration) {
        self.say(format_args!(
            "plane {number} is stopped for {} s",
            time.as_secs()
        ));
        self.planes.borrow()[number]
            .hazard
            .freeze(Instant::now() + time);
    }

    fn seat(&self, number: usize) -> Option<Present> {
        let seat = &self.planes.borrow()[number];
        Some(Present {
            number,
            control: seat.control.clone()?,
            end: seat.end.clone(),
            bell: seat.bell.clone(),
        })
    }

    /// One of the planes that are there, waited for if there is none.
    pub(crate) async fn somebody(&self) -> Present {
        loop {
            let first = self.dice.borrow_mut().below(N_PLANES);
            for number in 0..N_PLANES {
                if let Some(present) = self.seat((first + number) % N_PLANES) {
                    return present;
                }
            }
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        }
    }

    /// Tells all planes that something may be due.
    pub(crate) fn ring(&self) {
        for seat in &*self.planes.borrow() {
            seat.bell.notify_one();
        }
    }

    /// Gives a command to some plane.
    pub(crate) async fn ask<T: Debug>(
        &self,
        what: impl std::fmt::Display,
        call: impl AsyncFnOnce(&Plane, DateTime<Utc>) -> Result<T, ControlError>,
    ) -> Told<T> {
        let present = self.somebody().await;
        self.ask_of(present, what, call).await
    }

    /// Gives a command to that plane.
    pub(crate) async fn ask_of<T: Debug>(
        &self,
        present: Present,
        what: impl std::fmt::Display,
        call: impl AsyncFnOnce(&Plane, DateTime<Utc>) -> Result<T, ControlError>,
    ) -> Told<T> {
        let number = present.number;
        self.say(format_args!("-> {number}: {what}"));
        let now = self.time_of(number);
        let told = tokio::select! {
            biased;
            () = present.end.wait() => Told::Unknown,
            outcome = call(&present.control, now) => self.told(outcome),
        };
        let mut text = match &told {
            Told::Done(value) => format!("{value:?}"),
            Told::Refused(error) => format!("refused: {error}"),
            Told::Away => "away".to_owned(),
            Told::Unknown => "unknown".to_owned(),
        };
        if let Some((end, _)) = text.char_indices().nth(200) {
            text.truncate(end);
        }
        self.say(format_args!("<- {number}: {what}: {text}"));
        self.ring();
        told
    }

    fn told<T>(&self, outcome: Result<T, ControlError>) -> Told<T> {
        match outcome {
            Ok(value) => Told::Done(value),
            Err(ControlError::Contended { .. }) => Told::Away,
            Err(ControlError::Store(error)) => match error.kind() {
                ErrorKind::Transient => Told::Away,
                ErrorKind::Uncertain => Told::Unknown,
                ErrorKind::Limit => Told::Refused(error.into()),
                _ => {
                    self.fail(format_args!("the store should not say: {error}"));
                    Told::Unknown
                }
            },
            Err(error) => Told::Refused(error),
        }
    }

    /// Takes down that a report was accepted; `is_last` if nothing may follow it.
    pub(crate) fn accepted(&self, ticket: &str, is_last: bool) {
        if let Err(what) = self.tickets.borrow_mut().accept(ticket, is_last) {
            self.fail(what);
        }
    }

    pub(crate) fn n_accepted(&self) -> usize {
        self.tickets.borrow().accepted.len()
    }
}

/// Which reports were accepted.
#[derive(Debug, Default)]
struct Tickets {
    accepted: BTreeMap<String, bool>,
}

impl Tickets {
    fn accept(&mut self, ticket: &str, is_last: bool) -> Result<(), String> {
        if self.accepted.contains_key(ticket) {
            return Err(format!("ticket {ticket} was accepted twice"));
        }
        // A ticket is the work, a sign, and the number of the attempt.
        let work = &ticket[..=ticket.rfind(['.', '#']).unwrap_or(0)];
        let of_work = self.accepted.range(work.to_owned()..);
        for (other, was_last) in of_work.take_while(|(other, _)| other.starts_with(work)) {
            if *was_last {
                return Err(format!("{ticket} was accepted after {other} had ended it"));
            }
        }
        self.accepted.insert(ticket.to_owned(), is_last);
        Ok(())
    }
}
