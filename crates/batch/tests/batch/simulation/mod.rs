//! A whole life of the queue, simulated from a seed: accounts that ask for anything at any time, workers that die,
//! stall, answer twice and answer late, a clock that jumps, and a process that is killed at any point and rebuilt
//! from what it had committed.
//!
//! Every step is judged by an observer that knows the rules but shares no code with the queue. `cargo test` runs a
//! few hundred seeds; `TAGOUT_BATCH_SEEDS=10000` asks for more, `TAGOUT_BATCH_FIRST_SEED` for others. A seed that
//! fails prints the shortest script that still fails, and `TAGOUT_BATCH_SCRIPT=file` runs that script again.

mod observer;
mod script;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use script::Script;
use world::World;

/// What went wrong, and at which step.
struct Failure {
    at: String,
    what: String,
}

impl Failure {
    /// Whether this is the same thing going wrong, perhaps with other names and numbers.
    fn is_like(&self, other: &Self) -> bool {
        let words = |failure: &Self| {
            failure
                .what
                .replace(|letter: char| letter.is_ascii_digit(), "")
        };
        words(self) == words(other)
    }
}

/// Runs a script, and tells what went wrong.
fn run(script: &Script) -> Result<(), Failure> {
    let mut at = String::new();
    let run = AssertUnwindSafe(|| {
        let mut world = World::new(&script.config);
        for (n, step) in script.steps.iter().enumerate() {
            at = format!("step {n}, {step:?}");
            world.step(step)?;
        }
        at = "the end".into();
        world.come_to_an_end()
    });
    let result = catch_unwind(run).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        Err(format!(
            "panicked: {}",
            text.or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("?")
        ))
    });
    result.map_err(|what| Failure { at, what })
}

#[track_caller]
fn judge(script: Script) {
    let Err(failure) = run(&script) else { return };
    let shortest =
        script.shortened(|script| run(script).is_err_and(|other| other.is_like(&failure)));
    let Err(Failure { at, what }) = run(&shortest) else {
        return;
    };
    panic!(
        "seed {} fails: {what}\nat {at} of this script, which TAGOUT_BATCH_SCRIPT=file runs again:\n{}",
        shortest.seed,
        serde_json::to_string(&shortest).unwrap()
    );
}

#[test]
fn no_seed_breaks_a_promise() {
    let number = |name, default| {
        std::env::var(name)
            .ok()
            .map_or(default, |text| text.parse::<u64>().unwrap())
    };
    let (first, n) = (
        number("TAGOUT_BATCH_FIRST_SEED", 0),
        number("TAGOUT_BATCH_SEEDS", 500),
    );
    for seed in first..first + n {
        judge(Script::of(seed));
    }
}

#[test]
fn a_script_survives_its_text() {
    let script = Script::of(7);
    let text = serde_json::to_string(&script).unwrap();
    let again: Script = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
    // The same test reads a script that someone wants to see again.
    if let Ok(file) = std::env::var("TAGOUT_BATCH_SCRIPT") {
        judge(serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap());
    }
}

#[test]
fn shortening_keeps_what_matters() {
    let script = Script::of(3);
    let matters = |script: &Script| {
        script
            .steps
            .iter()
            .filter(|step| matches!(step, script::Step::Claim { .. }))
            .count()
            >= 2
    };
    assert!(matters(&script));
    assert_eq!(script.shortened(matters).steps.len(), 2);
}
