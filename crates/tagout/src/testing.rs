//! A control plane in memory, a clock that is moved by hand, and a store that fails on purpose.

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use tagout_control::{Answers, ManualClock, Script, SimulatedDriver, Simulation, Tick};
pub use tagout_store::{Fault, FaultyStore, MemoryStore};

use tagout_control::{Control, Ids, Settings};

/// One control plane over a store in memory, whose clock shows `now` until it is told otherwise.
///
/// Ids and the course of the pretended work are the same for every plane made so; nothing fails. For other seeds,
/// failures, settings or several planes, make a [`Simulation`] of your own. The page
/// [test your own service](crate::guide::test_your_service) has an example.
pub fn plane(now: DateTime<Utc>) -> Simulation<Arc<MemoryStore>> {
    let control = Control::new(
        Arc::new(MemoryStore::new()),
        SimulatedDriver::new(SEED),
        Settings::default(),
        Ids::seeded(SEED),
    );
    Simulation::new(vec![control], SimulatedDriver::new(SEED), now)
}

const SEED: u64 = 1;
