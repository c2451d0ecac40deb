//! What a plane does all day, and the driver that it has.

use std::{rc::Rc, time::Duration};

use chrono::TimeDelta;
use tagout_control::{ControlError, Done, DriverError, SimulatedDriver, Work};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    dice::Dice,
    world::{Present, Told, World},
};

/// How many attempts one plane makes at a time.
const CONCURRENCY: usize = 12;

/// How long leases are.
pub(crate) const LEASE: TimeDelta = TimeDelta::minutes(3);

/// After so many steps in which something was done, at one instant, it will never end.
const STEPS_MAX: usize = 3_000;

/// Steps as [`Control::run`](tagout_control::Control::run) does, for as long as the plane lives.
pub(crate) async fn live(world: Rc<World>, present: Present) {
    let mut attempts = JoinSet::new();
    let mut n_busy = 0;
    let mut at = world.now();
    loop {
        while let Some(ended) = attempts.try_join_next() {
            heed(&world, ended);
        }
        let capacity = CONCURRENCY.saturating_sub(attempts.len());
        let now = world.time_of(present.number);
        let pause = match present.control.step(now, capacity).await {
            Ok(step) => {
                let is_busy = step.n_advanced > 0 || !step.begun.is_empty();
                for work in step.begun {
                    attempts.spawn_local(attempt(world.clone(), present.clone(), work));
                }
                if is_busy {
                    Duration::ZERO
                } else {
                    let now = world.time_of(present.number);
                    let until = step
                        .next_due
                        .map_or(TimeDelta::minutes(10), |due| due - now);
                    let until = until.clamp(TimeDelta::seconds(1), TimeDelta::minutes(10));
                    until.to_std().unwrap()
                }
            }
            Err(error) => {
                world.say(format_args!(
                    "plane {} cannot step: {error}",
                    present.number
                ));
                Duration::from_secs(1)
            }
        };
        if pause.is_zero() {
            n_busy = if at == world.now() { n_busy + 1 } else { 0 };
            at = world.now();
            if n_busy > STEPS_MAX {
                return world.fail("the planes step on and on without time going by");
            }
            tokio::task::yield_now().await;
            continue;
        }
        tokio::select! {
            biased;
            Some(ended) = attempts.join_next() => heed(&world, ended),
            () = present.bell.notified() => {}
            () = sleep(pause) => {}
        }
    }
}

fn heed(world: &World, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        world.fail(format_args!("an attempt panicked: {error}"));
    }
}

/// How a driver behaves with one piece of work.
struct Conduct {
    took: Duration,
    result: Result<Done, DriverError>,
    /// It does not answer at all.
    hangs: bool,
    /// It answers once more, through somebody else, so long after the start.
    stray: Option<Duration>,
    /// The plane is lost when the driver is called, or when it has answered.
    lost: Option<bool>,
}

impl Conduct {
    fn of(world: &World, work: &Work) -> Self {
        let number = world.n_calls.replace(world.n_calls.get() + 1);
        let ticket = work.ticket.as_str().bytes();
        let part = ticket.fold(7, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut dice = Dice::new(world.seed, part);
        let driver = SimulatedDriver {
            failures_per_mille: 60,
            transients_per_mille: 80,
            ..SimulatedDriver::new(dice.number())
        };
        let script = driver.script(work);
        let weather = world.climate.weather;
        let is_rough = weather.fails > 0 && !world.is_over();
        let stray = (is_rough && dice.chance(120)).then(|| dice.seconds(1, 1_500));
        let lost = (is_rough && weather.lost > 0 && dice.chance(10)).then(|| dice.chance(500));
        Self {
            took: script.answers_after[0],
            result: script.result,
            hangs: is_rough && dice.chance(30),
            stray,
            lost: match world.lost_at_call {
                Some(at) => (at / 2 == number).then_some(at % 2 == 0),
                None => lost,
            },
        }
    }
}

/// Makes one attempt and reports it, as [`Control::run`](tagout_control::Control::run) does.
async fn attempt(world: Rc<World>, present: Present, work: Work) {
    let conduct = Conduct::of(&world, &work);
    let number = present.number;
    world.say(format_args!(
        "plane {number} begins {} of {}, ticket {}{}",
        work.kind,
        work.target,
        work.ticket,
        if conduct.hangs { ", which hangs" } else { "" }
    ));
    if conduct.lost == Some(true) {
        return world.lose_soon(number);
    }
    if let Some(after) = conduct.stray {
        let (world, work, result) = (world.clone(), work.clone(), conduct.result.clone());
        tokio::task::spawn_local(async move {
            sleep(after).await;
            let other = world.somebody().await;
            report(&world, other, &work, result, "stray ").await;
        });
    }
    let limit = work.deadline - world.time_of(number);
    let limit = limit.to_std().unwrap_or_default();
    let performing = async {
        if conduct.hangs || conduct.took >= limit {
            sleep(limit).await;
            Err(DriverError::TimedOut)
        } else {
            sleep(conduct.took).await;
            conduct.result
        }
    };
    let result = tokio::select! {
        biased;
        result = performing => result,
        () = keep(&world, &present, &work) => {
            return world.say(format_args!("plane {number} gives up ticket {}", work.ticket));
        }
    };
    if conduct.lost == Some(false) {
        return world.lose_soon(number);
    }
    report(&world, present, &work, result, "").await;
}

/// Renews the lease for as long as it is polled; returns when the attempt is no longer ours.
async fn keep(world: &World, present: &Present, work: &Work) {
    loop {
        sleep((LEASE / 3).to_std().unwrap()).await;
        let now = world.time_of(present.number);
        if let Err(ControlError::StaleTicket { .. }) =
            present.control.heartbeat(&work.ticket, now).await
        {
            return;
        }
    }
}

async fn report(
    world: &World,
    present: Present,
    work: &Work,
    result: Result<Done, DriverError>,
    how: &str,
) {
    for _ in 0..10 {
        let told = world
            .ask_of(
                present.clone(),
                format_args!(
                    "{how}report of {}: {}",
                    work.ticket,
                    if result.is_ok() { "done" } else { "not done" }
                ),
                async |control, now| control.report(&work.ticket, result.clone(), now).await,
            )
            .await;
        match told {
            Told::Done(()) => {
                let is_last = !result.as_ref().is_err_and(DriverError::is_transient);
                return world.accepted(work.ticket.as_str(), is_last);
            }
            Told::Refused(ControlError::StaleTicket { .. }) => return,
            Told::Refused(error) => {
                return world.fail(format_args!("{} was refused: {error}", work.ticket));
            }
            Told::Away | Told::Unknown => sleep(Duration::from_secs(1)).await,
        }
    }
}
