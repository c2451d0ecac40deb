//! Every zone, every change of its clocks, every policy.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use tagout_schedule::{ClockChange, Cron, Fold, Gap, Schedule, Timeline, Wall, Zone};

use super::strategies::{FOLDS, GAPS};

/// Close enough together that every gap and fold holds some, and never on a change.
const MINUTES: [i64; 3] = [7, 23, 52];

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("it is an instant")
}

fn instants(wall: Wall, gap: Gap, fold: Fold) -> Vec<DateTime<Utc>> {
    match wall {
        Wall::Once(instant) => vec![instant],
        Wall::Twice { first, second } => match fold {
            Fold::First => vec![first],
            Fold::Second => vec![second],
            Fold::Both => vec![first, second],
        },
        Wall::Skipped { after, shifted } => match gap {
            Gap::Skip => vec![],
            Gap::Shift => vec![shifted],
            Gap::After => vec![after],
        },
    }
}

/// Every reading from `from` on that the schedule names, for `length`.
fn readings(from: NaiveDateTime, length: TimeDelta) -> impl Iterator<Item = NaiveDateTime> {
    let hour = from.and_utc().timestamp().div_euclid(3600) * 3600;
    let n_hours = length.num_hours() + 2;
    (0..n_hours).flat_map(move |n| {
        MINUTES.map(|minute| {
            DateTime::from_timestamp(hour + n * 3600 + minute * 60, 0)
                .expect("it is near")
                .naive_utc()
        })
    })
}

fn check(zone: Zone, change: ClockChange, gap: Gap, fold: Fold) {
    let cron = Cron::parse_fields("7,23,52 * * * ? *").expect("it is a schedule");
    let timeline = Timeline::builder(Schedule::Cron(cron))
        .zone(zone)
        .gap(gap)
        .fold(fold)
        .build()
        .expect("it is no rate");
    let around = change.forward().abs() + TimeDelta::hours(1);
    let (from, until) = (change.at - around, change.at + around);
    let first = change.local_before().min(change.local_after()) - around;
    let expected: BTreeSet<_> = readings(first, around * 3)
        .filter(|reading| (1970..2200).contains(&reading.year()))
        .flat_map(|reading| instants(zone.resolve(reading), gap, fold))
        .filter(|run| (from..until).contains(run))
        .collect();
    let runs: Vec<_> = timeline.between(from..until).collect();
    assert!(
        runs.iter().eq(&expected),
        "{zone} {change} {gap} {fold}: {runs:?}, expected {expected:?}"
    );
    let back = timeline.before(until).take(runs.len());
    assert!(
        back.eq(expected.iter().rev().copied()),
        "{zone} {change} {gap} {fold} backwards"
    );
}

#[test]
fn no_opening_is_lost_or_doubled_at_any_change_of_any_zone() {
    let (mut n_zones, mut n_changes) = (0, 0);
    for zone in Zone::names().map(|name| Zone::named(name).expect("it is bundled")) {
        n_zones += 1;
        for change in zone.changes_between(utc("1970-01-01T00:00:00Z"), utc("2200-01-01T00:00:00Z"))
        {
            n_changes += 1;
            let goes_forward = change.forward() > TimeDelta::zero();
            for policy in 0..3 {
                let (gap, fold) = if goes_forward {
                    (GAPS[policy], Fold::Second)
                } else {
                    (Gap::Skip, FOLDS[policy])
                };
                check(zone, change, gap, fold);
            }
        }
    }
    assert!(
        n_zones > 590 && n_changes > 50_000,
        "{n_zones} zones with {n_changes} changes"
    );
}
