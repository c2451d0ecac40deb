use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::zone::{Fold, Zone};

const _: () = assert!(size_of::<Plan>() <= 152);

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Plan>();
const _: () = is_send_and_sync::<Phase>();
const _: () = is_send_and_sync::<OpeningsAfter>();
const _: () = is_send_and_sync::<OpeningsBefore>();
const _: () = is_send_and_sync::<OpeningsBetween>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn plan(timeline: Timeline, duration: i64, cutoff: i64) -> Plan {
    Plan::new(
        timeline,
        Duration::try_from(duration).unwrap(),
        Cutoff::try_from(cutoff).unwrap(),
    )
    .unwrap()
}

fn timeline(schedule: &str) -> Timeline {
    Timeline::builder(schedule.parse().unwrap())
        .zone(Zone::UTC)
        .anchor(utc("2026-03-01T00:00:00Z"))
        .build()
        .unwrap()
}

fn opening(opens_at: &str, cutoff_at: &str, closes_at: &str) -> Opening {
    Opening {
        opens_at: utc(opens_at),
        cutoff_at: utc(cutoff_at),
        closes_at: utc(closes_at),
    }
}

#[test]
fn a_cutoff_is_below_its_duration() {
    let timeline = timeline("cron(0 22 ? * SAT *)");
    for (duration, cutoff) in [(1, 0), (2, 1), (3, 2), (10, 8), (24, 23)] {
        let plan = plan(timeline, duration, cutoff);
        assert_eq!(
            (i64::from(plan.duration()), i64::from(plan.cutoff())),
            (duration, cutoff)
        );
    }
    for (duration, cutoff, expected, service_text) in [
        (
            1,
            2,
            "cutoff is 2 hours, expected less than the duration of 1 hour",
            "Cutoff was 2 but must be smaller than 0 (Duration  - 1 )",
        ),
        (
            5,
            5,
            "cutoff is 5 hours, expected less than the duration of 5 hours",
            "Cutoff was 5 but must be smaller than 4 (Duration  - 1 )",
        ),
        (
            1,
            1,
            "cutoff is 1 hour, expected less than the duration of 1 hour",
            "Cutoff was 1 but must be smaller than 0 (Duration  - 1 )",
        ),
    ] {
        let (duration, cutoff) = (
            Duration::try_from(duration).unwrap(),
            Cutoff::try_from(cutoff).unwrap(),
        );
        let error = Plan::new(timeline, duration, cutoff).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.service_text(), service_text);
        assert_eq!((error.duration(), error.cutoff()), (duration, cutoff));
    }
}

#[test]
fn lengths_are_whole_hours_within_bounds() {
    for refused in [i64::MIN, -1, 0, 25, 256 + 3, i64::MAX] {
        let error = Duration::try_from(refused).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("duration is {refused}, expected 1 to 24 hours")
        );
        assert_eq!(error.hours(), refused);
    }
    for refused in [i64::MIN, -1, 24, 256, i64::MAX] {
        let error = Cutoff::try_from(refused).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cutoff is {refused}, expected 0 to 23 hours")
        );
        assert_eq!(error.hours(), refused);
    }
    assert_eq!(
        serde_json::from_str::<Duration>("24").unwrap().elapsed(),
        TimeDelta::hours(24)
    );
    assert_eq!(serde_json::to_string(&Cutoff::NONE).unwrap(), "0");
    assert!(serde_json::from_str::<Duration>("0").is_err());
    assert!(serde_json::from_str::<Cutoff>("24").is_err());
}

#[track_caller]
fn check_phase(plan: Plan, now: &str, expected: Phase) {
    let now = utc(now);
    assert_eq!(plan.phase_at(now), expected);
    assert_eq!(plan.may_start_at(now), expected.is_open());
    assert_eq!(
        expected.changes_in(now),
        expected.changes_at().map(|change| change - now)
    );
}

#[test]
fn phases_change_at_the_opening_the_cutoff_and_the_closing() {
    let plan = plan(timeline("cron(0 22 ? * SAT *)"), 3, 1);
    let opening = opening(
        "2026-03-07T22:00:00Z",
        "2026-03-08T00:00:00Z",
        "2026-03-08T01:00:00Z",
    );
    let open = Phase::Open {
        opening,
        until: opening.cutoff_at,
    };
    let past_cutoff = Phase::PastCutoff {
        opening,
        until: opening.closes_at,
    };
    check_phase(
        plan,
        "2026-03-07T21:59:59.999Z",
        Phase::Closed {
            opens_at: Some(opening.opens_at),
        },
    );
    check_phase(plan, "2026-03-07T22:00:00Z", open);
    check_phase(plan, "2026-03-07T23:59:59.999Z", open);
    check_phase(plan, "2026-03-08T00:00:00Z", past_cutoff);
    check_phase(plan, "2026-03-08T00:59:59.999Z", past_cutoff);
    check_phase(
        plan,
        "2026-03-08T01:00:00Z",
        Phase::Closed {
            opens_at: Some(utc("2026-03-14T22:00:00Z")),
        },
    );
    assert!(opening.contains(opening.opens_at) && !opening.contains(opening.closes_at));
    assert_eq!(
        (open.opening(), past_cutoff.opening()),
        (Some(opening), Some(opening))
    );
    assert!(!past_cutoff.is_open() && !past_cutoff.is_closed());
}

#[test]
fn without_a_cutoff_the_window_is_never_past_it() {
    let plan = plan(timeline("cron(0 22 ? * SAT *)"), 3, 0);
    let opening = opening(
        "2026-03-07T22:00:00Z",
        "2026-03-08T01:00:00Z",
        "2026-03-08T01:00:00Z",
    );
    check_phase(
        plan,
        "2026-03-08T00:59:59Z",
        Phase::Open {
            opening,
            until: opening.closes_at,
        },
    );
    check_phase(
        plan,
        "2026-03-08T01:00:00Z",
        Phase::Closed {
            opens_at: Some(utc("2026-03-14T22:00:00Z")),
        },
    );
}

#[test]
fn a_disabled_window_is_closed_for_ever() {
    let plan = plan(timeline("cron(* * ? * * *)"), 24, 0).with_enabled(false);
    check_phase(
        plan,
        "2026-03-08T00:00:00Z",
        Phase::Closed { opens_at: None },
    );
    assert!(!plan.is_enabled());
    assert_eq!(plan.next_opening(utc("2026-03-08T00:00:00Z")), None);
    assert_eq!(plan.latest_opening(utc("2026-03-08T00:00:00Z")), None);
    assert_eq!(
        plan.openings_after(utc("2026-03-08T00:00:00Z")).next(),
        None
    );
    assert_eq!(
        plan.openings_before(utc("2026-03-08T00:00:00Z")).next(),
        None
    );
    assert_eq!(plan.openings_between(..).next(), None);
    assert!(
        plan.with_enabled(true)
            .may_start_at(utc("2026-03-08T00:00:00Z"))
    );
}

#[test]
fn an_opening_outlasts_the_end_date() {
    let bounded = Timeline::builder("cron(0 22 ? * SAT *)".parse().unwrap())
        .start(utc("2026-03-07T00:00:00Z"))
        .end(utc("2026-03-07T22:30:00Z"))
        .build()
        .unwrap();
    let plan = plan(bounded, 3, 1);
    let opening = opening(
        "2026-03-07T22:00:00Z",
        "2026-03-08T00:00:00Z",
        "2026-03-08T01:00:00Z",
    );
    check_phase(
        plan,
        "2026-02-01T00:00:00Z",
        Phase::Closed {
            opens_at: Some(opening.opens_at),
        },
    );
    check_phase(
        plan,
        "2026-03-07T23:00:00Z",
        Phase::Open {
            opening,
            until: opening.cutoff_at,
        },
    );
    check_phase(
        plan,
        "2026-03-08T00:30:00Z",
        Phase::PastCutoff {
            opening,
            until: opening.closes_at,
        },
    );
    check_phase(
        plan,
        "2026-03-08T01:00:00Z",
        Phase::Closed { opens_at: None },
    );
}

#[test]
fn overlapping_openings_keep_the_window_open() {
    // Work may start for an hour of each two, and every half hour there is a new opening.
    let rate = Timeline::builder("rate(30 minutes)".parse().unwrap())
        .anchor(utc("2026-03-01T00:00:00Z"))
        .end(utc("2026-03-01T12:00:00Z"))
        .build()
        .unwrap();
    let plan = plan(rate, 2, 1);
    let first = opening(
        "2026-03-01T00:30:00Z",
        "2026-03-01T01:30:00Z",
        "2026-03-01T02:30:00Z",
    );
    let until = utc("2026-03-01T13:00:00Z");
    check_phase(
        plan,
        "2026-03-01T00:29:00Z",
        Phase::Closed {
            opens_at: Some(first.opens_at),
        },
    );
    check_phase(
        plan,
        "2026-03-01T00:45:00Z",
        Phase::Open {
            opening: first,
            until,
        },
    );
    let last = opening(
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00Z",
        "2026-03-01T14:00:00Z",
    );
    check_phase(
        plan,
        "2026-03-01T12:45:00Z",
        Phase::Open {
            opening: last,
            until,
        },
    );
    check_phase(
        plan,
        "2026-03-01T13:00:00Z",
        Phase::PastCutoff {
            opening: last,
            until: last.closes_at,
        },
    );
}

#[test]
fn an_opening_ends_the_time_past_the_cutoff_of_the_one_before() {
    // Every two hours, two hours long, an hour to start work in: past the cutoff in each odd hour, never closed.
    let plan = plan(timeline("cron(0 0/2 ? * * *)"), 2, 1);
    let opening = opening(
        "2026-03-01T04:00:00Z",
        "2026-03-01T05:00:00Z",
        "2026-03-01T06:00:00Z",
    );
    check_phase(
        plan,
        "2026-03-01T04:30:00Z",
        Phase::Open {
            opening,
            until: opening.cutoff_at,
        },
    );
    check_phase(
        plan,
        "2026-03-01T05:30:00Z",
        Phase::PastCutoff {
            opening,
            until: opening.closes_at,
        },
    );
    assert!(plan.may_start_at(opening.closes_at));
}

#[test]
fn a_window_that_never_closes_is_open_until_the_language_ends() {
    for zone in ["UTC", "Asia/Tokyo", "Europe/London"] {
        let zone = Zone::named(zone).unwrap();
        for schedule in [
            "cron(* * * * ? *)",
            "cron(0/20 * ? * * *)",
            "cron(15 0-23 * 1-12 ? *)",
        ] {
            let timeline = Timeline::builder(schedule.parse().unwrap())
                .zone(zone)
                .fold(Fold::Both)
                .build()
                .unwrap();
            let plan = plan(timeline, 2, 1);
            let now = utc("2026-03-01T00:30:00Z");
            let last = timeline.previous(DateTime::<Utc>::MAX_UTC).unwrap();
            assert_eq!(
                plan.phase_at(now).changes_at(),
                Some(last + TimeDelta::hours(1)),
                "{schedule} {zone}"
            );
        }
    }
}

#[test]
fn an_hour_that_comes_twice_leaves_a_pause() {
    // The first pass of the hour has no openings, so that the one of 00:00 is the last for two hours.
    let hourly = Timeline::new(
        "cron(0 * ? * * *)".parse().unwrap(),
        Zone::named("America/New_York").unwrap(),
    )
    .unwrap();
    let plan = plan(hourly, 1, 0);
    let pause = utc("2026-11-01T05:00:00Z");
    let phase = plan.phase_at(utc("2026-06-01T00:00:00Z"));
    assert_eq!(phase.changes_at(), Some(pause));
    check_phase(
        plan,
        "2026-11-01T05:30:00Z",
        Phase::Closed {
            opens_at: Some(utc("2026-11-01T06:00:00Z")),
        },
    );
}

#[test]
fn the_stored_form_is_what_it_was_made_of() {
    let plan = plan(
        Timeline::new("cron(0 22 ? * SAT *)".parse().unwrap(), Zone::UTC).unwrap(),
        3,
        1,
    )
    .with_enabled(false);
    let timeline =
        r#"{"schedule":"cron(0 22 ? * SAT *)","zone":"UTC","gap":"skip","fold":"second"}"#;
    let stored = format!(r#"{{"timeline":{timeline},"duration":3,"cutoff":1,"enabled":false}}"#);
    assert_eq!(serde_json::to_string(&plan).unwrap(), stored);
    assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), plan);
    let error = serde_json::from_str::<Plan>(&stored.replace(r#""cutoff":1"#, r#""cutoff":3"#))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cutoff is 3 hours, expected less than the duration of 3 hours"
    );
    let phase = Phase::Closed {
        opens_at: Some(utc("2026-03-07T22:00:00Z")),
    };
    assert_eq!(
        serde_json::to_string(&phase).unwrap(),
        r#"{"closed":{"opens_at":"2026-03-07T22:00:00Z"}}"#
    );
}
