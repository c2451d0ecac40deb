//! The whole control plane under a clock of its own, with planes that are lost, stores that fail and drivers that
//! stall: whatever happens, the record is whole, and in the end all that was accepted has been done once.
//!
//! Everything comes from a seed, so a run that fails can be had again: `TAGOUT_TEST_SEED=7 cargo test -p tagout-control
//! --test simulation -- --nocapture` prints what happens in the night of seed 7, line by line. `TAGOUT_TEST_SEEDS` says
//! how many seeds there are (60).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod batches;
mod dice;
mod hazard;
mod night;
mod plane;
mod record;
mod servers;
mod story;
mod verdict;
mod windows;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use tagout_store::Fault;

use crate::{
    hazard::Weather,
    night::{Night, Outcome},
};

/// A number that an environment variable says.
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Panics with the end of the script if something went wrong.
#[track_caller]
fn check(what: &str, outcome: &Outcome) {
    let Some(failure) = &outcome.failure else {
        return;
    };
    let from = outcome.script.len().saturating_sub(120);
    let script = outcome.script[from..].join("\n");
    panic!("{script}\n\n{what}: {failure}");
}

fn check_seed(seed: u64) -> Outcome {
    let outcome = Night::of(seed).run();
    let replay = format!(
        "TAGOUT_TEST_SEED={seed} cargo test -p tagout-control --test simulation -- --nocapture"
    );
    check(&format!("seed {seed}; all of it: {replay}"), &outcome);
    outcome
}

/// Does something for each number, on all processors.
fn for_each(numbers: std::ops::Range<u64>, work: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(numbers.start);
    let n_threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    work(number);
                }
            });
        }
    });
}

#[test]
fn whatever_happens_the_record_is_whole() {
    if let Some(seed) = number("TAGOUT_TEST_SEED") {
        let outcome = Night::of(seed).run();
        println!("{}", outcome.script.join("\n"));
        return check(&format!("seed {seed}"), &outcome);
    }
    let n_accepted = AtomicU64::new(0);
    let n_seeds = number("TAGOUT_TEST_SEEDS").unwrap_or(60);
    for_each(0..n_seeds, |seed| {
        let outcome = check_seed(seed);
        n_accepted.fetch_add(outcome.n_accepted as u64, Ordering::Relaxed);
    });
    let n_accepted = n_accepted.into_inner() / n_seeds;
    assert!(n_accepted > 40, "{n_accepted} reports a night are no night");
}

#[test]
fn the_same_seed_gives_the_same_night() {
    for_each(1..9, |seed| {
        let [one, other] = [(), ()].map(|()| Night::of(seed).run().script);
        for (number, (one, other)) in one.iter().zip(&other).enumerate() {
            assert_eq!(one, other, "line {number} of seed {seed}");
        }
        assert_eq!(one.len(), other.len(), "seed {seed}");
    });
    assert_ne!(Night::of(1).run().script, Night::of(2).run().script);
}

/// A short night in which nothing goes wrong by chance.
fn short() -> Night {
    Night {
        seed: 5,
        weather: Weather::CALM,
        is_rough: false,
        lost_at_call: None,
        hours: 3,
    }
}

#[test]
fn a_plane_may_be_lost_at_every_write() {
    let n_writes = {
        let outcome = short().run();
        check("undisturbed", &outcome);
        outcome.n_writes
    };
    let every = number("TAGOUT_TEST_EVERY").unwrap_or(10);
    for_each(0..2 * n_writes / every, |number| {
        let number = number * every + number % every;
        let fault = if number.is_multiple_of(2) {
            Fault::LostBefore
        } else {
            Fault::LostAfter
        };
        let weather = Weather {
            lost_at: Some((number / 2, fault)),
            ..Weather::CALM
        };
        let outcome = Night { weather, ..short() }.run();
        check(&format!("{fault:?} of write {}", number / 2), &outcome);
    });
}

#[test]
fn a_plane_may_be_lost_at_every_call_of_its_driver() {
    let n_calls = short().run().n_calls;
    assert!(n_calls > 20, "{n_calls} calls");
    for_each(0..2 * n_calls, |number| {
        let night = Night {
            lost_at_call: Some(number),
            ..short()
        };
        check(
            &format!("lost at call {}, {}", number / 2, number % 2),
            &night.run(),
        );
    });
}
