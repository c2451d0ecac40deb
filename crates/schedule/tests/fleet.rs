//! Many windows at once: the order of what comes, and what collides.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_schedule::{
    Cutoff, Duration, FleetOpening, Overlap, Overlaps, Plan, Timeline, Upcoming, Zone, overlaps,
    upcoming,
};

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<FleetOpening>();
const _: () = is_send_and_sync::<Upcoming<tagout_schedule::OpeningsAfter>>();
const _: () = is_send_and_sync::<Overlaps<tagout_schedule::OpeningsAfter>>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn plan(schedule: &str, zone: &str, hours: i64) -> Plan {
    let builder = Timeline::builder(schedule.parse().unwrap()).zone(zone.parse::<Zone>().unwrap());
    // Rates have to count from somewhere.
    let builder = if schedule.starts_with("rate") {
        builder.start(utc("2026-10-30T05:07:09.25Z"))
    } else {
        builder
    };
    Plan::new(
        builder.build().unwrap(),
        Duration::try_from(hours).unwrap(),
        Cutoff::NONE,
    )
    .unwrap()
}

#[test]
fn merges_windows_of_many_zones_by_instant() {
    let fleet = [
        plan("cron(0 9 ? * MON *)", "America/New_York", 2),
        plan("cron(0 9 ? * MON *)", "Asia/Tokyo", 2),
        plan("cron(0 9 ? * MON *)", "Europe/Berlin", 2),
    ];
    let coming = upcoming(&fleet, utc("2026-11-21T00:00:00Z")).take(4);
    let coming: Vec<_> = coming
        .map(|coming| (coming.window, coming.opening.opens_at.to_rfc3339()))
        .collect();
    assert_eq!(
        coming,
        [
            (1, "2026-11-23T00:00:00+00:00".to_owned()),
            (2, "2026-11-23T08:00:00+00:00".to_owned()),
            (0, "2026-11-23T14:00:00+00:00".to_owned()),
            (1, "2026-11-30T00:00:00+00:00".to_owned()),
        ]
    );
}

#[test]
fn keeps_the_given_order_where_windows_open_together() {
    let daily = plan("cron(0 6 ? * * *)", "UTC", 2);
    let order: Vec<_> = upcoming(&[daily; 3], utc("2026-11-21T06:00:00Z"))
        .map(|coming| coming.window)
        .take(7)
        .collect();
    assert_eq!(order, [0, 1, 2, 0, 1, 2, 0]);
}

#[test]
fn ends_when_every_window_has_ended() {
    let once = plan("at(2026-12-01T06:00:00)", "UTC", 2);
    let never = plan("cron(0 6 30 2 ? *)", "UTC", 2);
    let disabled = plan("cron(* * * * ? *)", "UTC", 2).with_enabled(false);
    let mut coming = upcoming(&[never, once, disabled], utc("2026-11-21T06:00:00Z"));
    assert_eq!(coming.next().unwrap().window, 1);
    assert_eq!(coming.next(), None);
    assert_eq!(coming.next(), None);
    assert_eq!(upcoming(&[], utc("2026-11-21T06:00:00Z")).next(), None);
}

#[test]
fn finds_when_two_windows_are_open_together() {
    let fleet = [
        plan("cron(0 22 ? * SUN *)", "UTC", 4),
        plan("cron(0 1 ? * MON *)", "UTC", 3),
    ];
    let mut found = overlaps(
        &fleet,
        utc("2026-11-21T00:00:00Z")..utc("2026-11-28T00:00:00Z"),
    );
    let overlap = found.next().unwrap();
    assert_eq!((overlap.first.window, overlap.second.window), (0, 1));
    assert_eq!(
        (overlap.from(), overlap.until()),
        (utc("2026-11-23T01:00:00Z"), utc("2026-11-23T02:00:00Z"))
    );
    assert_eq!(found.next(), None);
    assert_eq!(found.next(), None);
}

#[test]
fn does_not_call_it_a_collision_when_one_opens_as_the_other_closes() {
    let fleet = [
        plan("cron(0 1 ? * * *)", "UTC", 3),
        plan("cron(0 4 ? * * *)", "UTC", 3),
    ];
    assert_eq!(
        overlaps(
            &fleet,
            utc("2026-11-21T00:00:00Z")..utc("2026-12-21T00:00:00Z")
        )
        .next(),
        None
    );
}

#[test]
fn finds_what_is_under_way_as_the_range_begins_and_nothing_from_its_end_on() {
    let fleet = [
        plan("cron(0 0 ? * * *)", "UTC", 24),
        plan("cron(0 4 ? * * *)", "UTC", 1),
    ];
    let found = |from: &str, until: &str| overlaps(&fleet, utc(from)..utc(until)).count();
    assert_eq!(found("2026-11-21T04:59:59Z", "2026-11-21T05:00:00Z"), 1);
    assert_eq!(found("2026-11-21T05:00:00Z", "2026-11-22T04:00:00Z"), 0);
    assert_eq!(found("2026-11-21T05:00:00Z", "2026-11-22T04:00:01Z"), 1);
    assert_eq!(
        found("2026-11-21T04:30:00Z", "2026-11-21T04:30:00Z"),
        0,
        "an empty range"
    );
    assert_eq!(
        found("2026-11-21T04:30:00Z", "2026-11-20T04:30:00Z"),
        0,
        "a range that ends before it begins"
    );
}

#[test]
fn tells_of_a_window_that_collides_with_itself_only_if_asked() {
    let fleet = [plan("cron(0 * ? * * *)", "UTC", 3)];
    let range = utc("2026-11-21T00:00:00Z")..utc("2026-11-22T00:00:00Z");
    assert_eq!(overlaps(&fleet, range.clone()).next(), None);
    let found: Vec<Overlap> = overlaps(&fleet, range).within_windows_too().collect();
    assert_eq!(
        found.len(),
        24 * 2 + 1,
        "two with each that opens, and the two that opened before the range"
    );
    assert!(found.iter().all(|overlap| overlap.is_of_one_window()));
}

#[test]
fn asks_no_window_for_more_than_its_next_opening() {
    // A window of every second until 2199 is merged without being walked through.
    let fleet = vec![plan("cron(* * * * * ? *)", "UTC", 24); 1000];
    let coming: Vec<_> = upcoming(&fleet, utc("2026-11-21T00:00:00Z"))
        .take(2000)
        .collect();
    assert_eq!(coming[999].opening.opens_at, utc("2026-11-21T00:00:01Z"));
    assert_eq!(coming[1000].opening.opens_at, utc("2026-11-21T00:00:02Z"));
}

/// Schedules that often open together, and near the New York clock change of 1 November 2026.
fn any_plan() -> impl Strategy<Value = Plan> {
    let schedule = prop::sample::select(vec![
        "cron(0 * ? * * *)",
        "cron(0/30 1 ? * * *)",
        "cron(30 1 ? * SUN *)",
        "cron(0 6 1 * ? *)",
        "cron(0 0 L * ? *)",
        "cron(0 6 30 2 ? *)",
        "rate(7 hours)",
        "rate(1 day)",
        "at(2026-11-01T06:00:00)",
    ]);
    let zone = prop::sample::select(vec!["UTC", "America/New_York", "Australia/Lord_Howe"]);
    (schedule, zone, 1..=24_i64, prop::bool::weighted(0.9)).prop_map(
        |(schedule, zone, hours, enabled)| plan(schedule, zone, hours).with_enabled(enabled),
    )
}

/// A stretch of some days around the first of November.
fn any_range() -> impl Strategy<Value = Range<DateTime<Utc>>> {
    let noon = utc("2026-10-30T12:00:00Z");
    (0..96_i64, 0..72_i64).prop_map(move |(from, hours)| {
        let from = noon + TimeDelta::hours(from);
        from..from + TimeDelta::hours(hours)
    })
}

proptest! {
    #[test]
    fn upcoming_is_every_opening_of_every_window_in_order(
        fleet in prop::collection::vec(any_plan(), 0..8),
        range in any_range(),
    ) {
        let mut expected: Vec<FleetOpening> = Vec::new();
        for (window, plan) in fleet.iter().enumerate() {
            let openings = plan.openings_after(range.start).take_while(|opening| opening.opens_at < range.end);
            expected.extend(openings.map(|opening| FleetOpening { window, opening }));
        }
        expected.sort_by_key(|coming| coming.opening.opens_at); // stable: the given order where they are equal
        let coming = upcoming(&fleet, range.start).take_while(|coming| coming.opening.opens_at < range.end);
        prop_assert_eq!(coming.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn overlaps_are_every_two_openings_with_time_in_common(
        fleet in prop::collection::vec(any_plan(), 0..6),
        range in any_range(),
        within_windows_too in any::<bool>(),
    ) {
        let mut openings: Vec<FleetOpening> = Vec::new();
        for (window, plan) in fleet.iter().enumerate() {
            let around = range.start - TimeDelta::days(3)..range.end + TimeDelta::days(3);
            openings.extend(plan.openings_between(around).map(|opening| FleetOpening { window, opening }));
        }
        openings.sort_by_key(|coming| coming.opening.opens_at);
        let mut expected = Vec::new();
        for (n_before, second) in openings.iter().enumerate() {
            for first in &openings[..n_before] {
                let from = first.opening.opens_at.max(second.opening.opens_at).max(range.start);
                let until = first.opening.closes_at.min(second.opening.closes_at).min(range.end);
                if from < until && (within_windows_too || first.window != second.window) {
                    expected.push(Overlap { first: *first, second: *second });
                }
            }
        }
        let found = overlaps(&fleet, range);
        let found = if within_windows_too { found.within_windows_too() } else { found };
        prop_assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
