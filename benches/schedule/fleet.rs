//! The next opening of each of a million windows.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use tagout_schedule::{Cutoff, Duration, Plan, Schedule, ScheduleOffset, Timeline, Zone};

const N_PLANS: u32 = 1_000_000;
const N_ROUNDS: usize = 5;

const ZONES: [&str; 16] = [
    "UTC",
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Vancouver",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Asia/Jerusalem",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",
];

const DAYS: [&str; 8] = [
    "? * MON",
    "? * SAT,SUN",
    "? * TUE#3",
    "? * FRIL",
    "1 * ?",
    "L * ?",
    "LW * ?",
    "* * ?",
];

/// Plan `number`, unlike all others in its minute, hour, days, zone, offset or anchor.
fn plan(number: u32, zones: &[Zone], now: DateTime<Utc>) -> Plan {
    let (minute, rest) = (number % 60, number / 60);
    let (hour, rest) = (rest % 24, rest / 24);
    let (days, rest) = (rest % 8, rest / 8);
    let (zone, rest) = (rest % 16, rest / 16);
    let text = format!("cron({minute} {hour} {} *)", DAYS[days as usize]);
    let schedule: Schedule = text.parse().expect("it is a schedule");
    let offset = ScheduleOffset::try_from(i64::from(rest % 7)).ok();
    let timeline = Timeline::builder(schedule)
        .zone(zones[zone as usize])
        .offset(offset)
        .anchor(now - TimeDelta::seconds(i64::from(number)))
        .build()
        .expect("nothing is wrong with it");
    let duration = Duration::try_from(4).expect("it is 1 to 24");
    Plan::new(timeline, duration, Cutoff::NONE).expect("there is no cutoff")
}

/// Prints how long it takes, once for all of them.
pub(crate) fn next_of_a_million_plans() {
    let now: DateTime<Utc> = "2026-11-21T09:30:00Z".parse().expect("it is an instant");
    let zones = ZONES.map(|name| Zone::named(name).expect("it is a zone"));
    let plans: Vec<Plan> = (0..N_PLANS)
        .map(|number| plan(number, &zones, now))
        .collect();
    let mut best = f64::INFINITY;
    for _ in 0..N_ROUNDS {
        let begin = Instant::now();
        let sum: i64 = plans
            .iter()
            .filter_map(|plan| plan.next_opening(now))
            .map(|next| next.closes_at.timestamp())
            .sum();
        best = best.min(begin.elapsed().as_secs_f64());
        assert!(
            sum > i64::from(N_PLANS) * now.timestamp(),
            "every plan has an opening ahead"
        );
    }
    println!(
        "\n### The next opening of 1,000,000 plans in 16 zones\n\n{best:.3} s on one core, best of {N_ROUNDS}."
    );
}
