//! What goes wrong between a plane and its store.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tagout_store::{Call, Fault};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

use crate::dice::Dice;

/// How much goes wrong, in calls of a thousand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub(crate) slow: u64,
    pub(crate) fails: u64,
    pub(crate) lost: u64,
    /// The one writing call, counted over all planes, at which the plane is lost, before it or after it.
    pub(crate) lost_at: Option<(u64, Fault)>,
}

impl Weather {
    /// Nothing goes wrong, but for who comes first.
    pub(crate) const CALM: Self = Self {
        slow: 200,
        fails: 0,
        lost: 0,
        lost_at: None,
    };

    /// The weather of a seed: every eighth is calm, the others are more or less rough.
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 11);
        if dice.chance(125) {
            return Self::CALM;
        }
        Self {
            slow: dice.between(0, 400),
            fails: dice.between(0, 15),
            lost: dice.between(0, 2),
            lost_at: None,
        }
    }
}

/// What all planes share.
#[derive(Debug)]
pub(crate) struct Climate {
    pub(crate) weather: Weather,
    pub(crate) over: AtomicBool,
    /// How many writing calls there have been.
    pub(crate) n_writes: AtomicU64,
    /// Where it is told that a plane is lost: its number, and which of its lives.
    pub(crate) losses: UnboundedSender<(usize, u64)>,
}

/// The faults of one life of one plane.
#[derive(Debug)]
pub(crate) struct Hazard {
    climate: Arc<Climate>,
    plane: (usize, u64),
    dice: Mutex<Dice>,
    frozen_until: Mutex<Option<Instant>>,
}

impl Hazard {
    pub(crate) fn new(climate: Arc<Climate>, plane: (usize, u64), dice: Dice) -> Self {
        Self {
            climate,
            plane,
            dice: Mutex::new(dice),
            frozen_until: Mutex::new(None),
        }
    }

    /// Whatever the plane asks of its store is begun only then: so it is with a process that is stopped and woken.
    pub(crate) fn freeze(&self, until: Instant) {
        *self.frozen_until.lock().unwrap() = Some(until);
    }

    /// What becomes of a call.
    pub(crate) fn strike(&self, call: Call) -> Option<Fault> {
        let weather = self.climate.weather;
        if self.climate.over.load(Ordering::Relaxed) {
            return None;
        }
        if call.operation.writes() {
            let number = self.climate.n_writes.fetch_add(1, Ordering::Relaxed);
            if let Some((at, fault)) = weather.lost_at
                && at == number
            {
                return Some(self.lost(fault));
            }
        }
        if let Some(until) = *self.frozen_until.lock().unwrap() {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Some(Fault::Late(left));
            }
        }
        let dice = &mut *self.dice.lock().unwrap();
        if dice.chance(weather.fails) {
            return Some(dice.one_of(&[Fault::Before, Fault::After]));
        }
        if dice.chance(weather.lost) {
            let fault = dice.one_of(&[Fault::LostBefore, Fault::LostAfter]);
            return Some(self.lost(fault));
        }
        dice.chance(weather.slow)
            .then(|| Fault::Slow(dice.between(1, 6) as u32))
    }

    fn lost(&self, fault: Fault) -> Fault {
        // Nobody listens when the world has ended.
        let _ = self.climate.losses.send(self.plane);
        fault
    }
}
