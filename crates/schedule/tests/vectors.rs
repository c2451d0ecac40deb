//! Next runs worked out by hand and by a day-by-day scan, of all forms of the language, near clock changes, and with offsets.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use tagout_schedule::{ScheduleOffset, Timeline, Zone};

/// An expression, its zone, an instant, an offset in days (0 for none), and the first runs after that instant in local
/// time; none if it never runs again.
type Vector = (&'static str, &'static str, &'static str, i64, &'static str);

#[rustfmt::skip] // one row each
const VECTORS: [Vector; 40] = [
    ("cron(30 9 ? * * *)", "UTC", "2024-01-31T09:30Z", 0, "2024-02-01T09:30Z 2024-02-02T09:30Z 2024-02-03T09:30Z"),
    ("cron(0 2 ? * THU#3 *)", "America/Los_Angeles", "2024-01-01T00:00Z", 0, "2024-01-18T02:00-08:00 2024-02-15T02:00-08:00 2024-03-21T02:00-07:00"),
    ("cron(0 2 ? * 5#3 *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-18T02:00Z 2024-02-15T02:00Z 2024-03-21T02:00Z"),
    ("cron(0 2 ? * 6#3 *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-19T02:00Z 2024-02-16T02:00Z 2024-03-15T02:00Z"),
    ("cron(0 2 ? * FRI#5 *)", "UTC", "2024-01-01T00:00Z", 0, "2024-03-29T02:00Z 2024-05-31T02:00Z 2024-08-30T02:00Z"),
    ("cron(15 10 ? * MON-FRI *)", "UTC", "2024-02-29T10:15Z", 0, "2024-03-01T10:15Z 2024-03-04T10:15Z 2024-03-05T10:15Z"),
    ("cron(0 2 L * ? *)", "UTC", "2023-12-31T02:00Z", 0, "2024-01-31T02:00Z 2024-02-29T02:00Z 2024-03-31T02:00Z 2024-04-30T02:00Z"),
    ("cron(15 10 ? * 6L *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-26T10:15Z 2024-02-23T10:15Z 2024-03-29T10:15Z"),
    ("cron(0 0 ? * 3L *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-30T00:00Z 2024-02-27T00:00Z 2024-03-26T00:00Z"),
    ("cron(0 0 ? * L *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-06T00:00Z 2024-01-13T00:00Z 2024-01-20T00:00Z"),
    ("cron(0 0 3W * ? *)", "UTC", "2024-01-31T23:00Z", 0, "2024-02-02T00:00Z 2024-03-04T00:00Z 2024-04-03T00:00Z 2024-05-03T00:00Z"),
    ("cron(0 0 1W * ? *)", "UTC", "2024-05-31T00:00Z", 0, "2024-06-03T00:00Z 2024-07-01T00:00Z 2024-08-01T00:00Z"),
    ("cron(0 0 15W * ? *)", "UTC", "2024-05-31T00:00Z", 0, "2024-06-14T00:00Z 2024-07-15T00:00Z 2024-08-15T00:00Z"),
    ("cron(0 0 31W * ? *)", "UTC", "2024-02-28T00:00Z", 0, "2024-03-29T00:00Z 2024-05-31T00:00Z 2024-07-31T00:00Z"),
    ("cron(0 0 LW * ? *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-31T00:00Z 2024-02-29T00:00Z 2024-03-29T00:00Z 2024-04-30T00:00Z 2024-05-31T00:00Z 2024-06-28T00:00Z"),
    ("cron(0 0 L-3W * ? *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-29T00:00Z 2024-02-26T00:00Z 2024-03-28T00:00Z"),
    ("cron(0 0 ? * FRI-MON *)", "UTC", "2024-02-26T12:00Z", 0, "2024-03-01T00:00Z 2024-03-02T00:00Z 2024-03-03T00:00Z 2024-03-04T00:00Z 2024-03-08T00:00Z"),
    ("cron(0 22-2 ? * * *)", "UTC", "2024-02-28T23:30Z", 0, "2024-02-29T00:00Z 2024-02-29T01:00Z 2024-02-29T02:00Z 2024-02-29T22:00Z 2024-02-29T23:00Z"),
    ("cron(0 0 1 NOV-FEB ? *)", "UTC", "2024-01-15T00:00Z", 0, "2024-02-01T00:00Z 2024-11-01T00:00Z 2024-12-01T00:00Z 2025-01-01T00:00Z"),
    ("cron(0 0 1 1/3 ? *)", "UTC", "2024-01-15T00:00Z", 0, "2024-04-01T00:00Z 2024-07-01T00:00Z 2024-10-01T00:00Z 2025-01-01T00:00Z"),
    ("cron(0 21 ? 1/1 TUE#2 *)", "Europe/London", "2024-02-15T00:00Z", 0, "2024-03-12T21:00Z 2024-04-09T21:00+01:00 2024-05-14T21:00+01:00"),
    ("cron(0 0 29 2 ? *)", "UTC", "2024-03-01T00:00Z", 0, "2028-02-29T00:00Z 2032-02-29T00:00Z"),
    ("cron(0/5 8-17 ? * MON-FRI *)", "UTC", "2024-03-01T17:50Z", 0, "2024-03-01T17:55Z 2024-03-04T08:00Z 2024-03-04T08:05Z"),
    ("cron(0 0 1 1 ? 2023)", "UTC", "2024-01-01T00:00Z", 0, ""),
    ("cron(30 23 ? * TUE#3 *)", "UTC", "2024-01-01T00:00Z", 2, "2024-01-18T23:30Z 2024-02-22T23:30Z 2024-03-21T23:30Z"),
    ("cron(0 4 ? * SUN#2 *)", "UTC", "2024-01-01T00:00Z", 2, "2024-01-16T04:00Z 2024-02-13T04:00Z 2024-03-12T04:00Z"),
    ("cron(0 0 ? * THU#2 *)", "UTC", "2024-01-01T00:00Z", 3, "2024-01-14T00:00Z 2024-02-11T00:00Z 2024-03-17T00:00Z"),
    ("cron(0 16 ? * TUE#3 *)", "America/Los_Angeles", "2024-02-25T00:00Z", 5, "2024-02-25T16:00-08:00 2024-03-24T16:00-07:00"),
    ("cron(0 1 ? * FRI#5 *)", "UTC", "2024-01-01T00:00Z", 6, "2024-01-04T01:00Z 2024-04-04T01:00Z"),
    ("cron(0 9 * * ? *)", "America/Chicago", "2024-03-09T12:00Z", 0, "2024-03-09T09:00-06:00 2024-03-10T09:00-05:00 2024-03-11T09:00-05:00"),
    ("cron(30 2 ? * * *)", "America/Los_Angeles", "2024-03-09T00:00Z", 0, "2024-03-09T02:30-08:00 2024-03-11T02:30-07:00 2024-03-12T02:30-07:00"),
    ("cron(30 1 ? * * *)", "America/Los_Angeles", "2024-11-02T00:00Z", 0, "2024-11-02T01:30-07:00 2024-11-03T01:30-08:00 2024-11-04T01:30-08:00"),
    ("cron(0 * ? * * *)", "America/Los_Angeles", "2024-11-03T06:30Z", 0, "2024-11-03T00:00-07:00 2024-11-03T01:00-08:00 2024-11-03T02:00-08:00 2024-11-03T03:00-08:00 2024-11-03T04:00-08:00"),
    ("cron(0/30 * ? * * *)", "America/Los_Angeles", "2024-03-10T09:00Z", 0, "2024-03-10T01:30-08:00 2024-03-10T03:00-07:00 2024-03-10T03:30-07:00"),
    ("cron(15 2 ? * * *)", "Australia/Lord_Howe", "2024-10-05T00:00Z", 0, "2024-10-07T02:15+11:00 2024-10-08T02:15+11:00"),
    ("cron(0 0 ? * * *)", "America/Santiago", "2024-09-07T00:00Z", 0, "2024-09-07T00:00-04:00 2024-09-09T00:00-03:00 2024-09-10T00:00-03:00"),
    ("cron(30 2 ? * * *)", "Europe/Berlin", "2024-03-30T00:00Z", 0, "2024-03-30T02:30+01:00 2024-04-01T02:30+02:00 2024-04-02T02:30+02:00"),
    ("cron(30 2 ? * * *)", "Europe/Berlin", "2024-10-26T00:00Z", 0, "2024-10-26T02:30+02:00 2024-10-27T02:30+01:00 2024-10-28T02:30+01:00"),
    ("cron(0 1 ? 1,4,7,10 FRI#3 *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-19T01:00Z 2024-04-19T01:00Z 2024-07-19T01:00Z 2024-10-18T01:00Z"),
    ("cron(0 0 ? * 2/2 *)", "UTC", "2024-01-01T00:00Z", 0, "2024-01-03T00:00Z 2024-01-05T00:00Z 2024-01-08T00:00Z 2024-01-10T00:00Z"),
];

/// Reads a time with seconds or without.
fn local(text: &str) -> DateTime<FixedOffset> {
    let at = text.rfind(['Z', '+', '-']).expect("it ends with an offset");
    let (time, offset) = text.split_at(at);
    let seconds = if time.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    format!("{time}{seconds}{offset}")
        .parse()
        .expect("it is an ISO 8601 time")
}

fn utc(text: &str) -> DateTime<Utc> {
    local(text).to_utc()
}

fn zone(name: &str) -> Zone {
    Zone::named(name).expect("it is a zone")
}

#[track_caller]
fn check(timeline: &Timeline, after: &str, expected: &str) {
    let expected: Vec<_> = expected.split_whitespace().map(local).collect();
    let runs: Vec<_> = timeline
        .after(utc(after))
        .take(expected.len().max(1))
        .collect();
    let local_runs: Vec<_> = runs
        .iter()
        .map(|run| timeline.zone().to_local(*run))
        .collect();
    let what = format!("{} after {after}", timeline.schedule());
    assert_eq!(local_runs, expected, "{what}");
    assert!(
        local_runs
            .iter()
            .zip(&expected)
            .all(|(run, expected)| run.offset() == expected.offset()),
        "{what}"
    );
    // The same backwards.
    if let Some(last) = runs.last() {
        let back: Vec<_> = timeline
            .before(*last + TimeDelta::seconds(1))
            .take(runs.len())
            .collect();
        assert!(
            back.iter().rev().eq(&runs),
            "{} before {last}",
            timeline.schedule()
        );
    }
}

#[test]
fn runs_are_those_worked_out() {
    for (expression, zone_name, after, offset, next) in VECTORS {
        let timeline = Timeline::builder(expression.parse().expect("it is a schedule"))
            .zone(zone(zone_name))
            .offset(ScheduleOffset::try_from(offset).ok())
            .build()
            .expect("nothing is wrong with it");
        check(&timeline, after, next);
    }
}

#[test]
fn a_base_day_that_had_passed_at_creation_has_no_run() {
    for (created, first) in [
        ("2024-01-17T00:00Z", "2024-02-22T23:30Z"),
        ("2024-01-16T23:29Z", "2024-01-18T23:30Z"),
        ("2024-01-16T23:30Z", "2024-02-22T23:30Z"),
        ("2024-01-16T23:29:59Z", "2024-01-18T23:30Z"),
    ] {
        let timeline =
            Timeline::builder("cron(30 23 ? * TUE#3 *)".parse().expect("it is a schedule"))
                .offset(ScheduleOffset::try_from(2).expect("it is 1 to 6"))
                .anchor(utc(created))
                .build()
                .expect("cron schedules take offsets");
        check(&timeline, created, first);
        check(&timeline, "2000-01-01T00:00Z", first);
    }
}

#[test]
fn a_rate_keeps_the_milliseconds_of_its_creation() {
    let timeline = Timeline::builder("rate(5 minutes)".parse().expect("it is a schedule"))
        .anchor(utc("2024-01-01T10:00:00.123Z"))
        .build()
        .expect("it has an anchor");
    let expected = "2024-01-01T10:05:00.123Z 2024-01-01T10:10:00.123Z 2024-01-01T10:15:00.123Z";
    check(&timeline, "2024-01-01T10:00:00.123Z", expected);
    check(&timeline, "2000-01-01T00:00Z", expected);
}

#[test]
fn a_rate_counts_elapsed_days_over_a_clock_change() {
    let timeline = Timeline::builder("rate(1 day)".parse().expect("it is a schedule"))
        .zone(zone("America/Los_Angeles"))
        .start(utc("2024-03-09T12:00:00-08:00"))
        .anchor(utc("2024-03-01T00:00Z"))
        .build()
        .expect("nothing is wrong with it");
    check(
        &timeline,
        "2024-03-01T00:00Z",
        "2024-03-09T12:00-08:00 2024-03-10T13:00-07:00 2024-03-11T13:00-07:00",
    );
}

#[test]
fn a_rate_between_its_dates_has_the_runs_of_the_user_guide() {
    // 26 Tuesdays in Tokyo.
    let timeline = Timeline::builder("rate(7 days)".parse().expect("it is a schedule"))
        .zone(zone("Asia/Tokyo"))
        .start(utc("2019-01-01T00:03:15+09:00"))
        .end(utc("2019-06-30T00:06:15+09:00"))
        .build()
        .expect("nothing is wrong with it");
    let runs: Vec<_> = timeline
        .between(..)
        .map(|run| timeline.zone().to_local(run))
        .collect();
    assert_eq!(runs.len(), 26);
    assert_eq!(runs[0], local("2019-01-01T00:03:15+09:00"));
    assert_eq!(runs[25], local("2019-06-25T00:03:15+09:00"));
    assert_eq!(timeline.count_between(..), 26);
}

#[test]
fn windows_of_the_user_guide_begin_when_it_says() {
    for (expression, start, first) in [
        (
            "cron(0 09 ? * WED *)",
            "2021-01-01T00:00:00-08:00",
            "2021-01-06T09:00-08:00",
        ),
        (
            "cron(0 09 ? * FRI *)",
            "2019-01-01T00:00:00-08:00",
            "2019-01-04T09:00-08:00",
        ),
        (
            "cron(0 2 ? * SUN *)",
            "2019-01-28T00:00:00-08:00",
            "2019-02-03T02:00-08:00",
        ),
    ] {
        let timeline = Timeline::builder(expression.parse().expect("it is a schedule"))
            .zone(zone("America/Los_Angeles"))
            .start(utc(start))
            .build()
            .expect("nothing is wrong with it");
        check(&timeline, "2018-01-01T00:00Z", first);
    }
}

#[test]
fn at_runs_once() {
    for (expression, zone_name, run) in [
        ("at(2020-07-07T15:55:00)", "UTC", "2020-07-07T15:55Z"),
        (
            "at(2021-07-07T13:15:30)",
            "America/Los_Angeles",
            "2021-07-07T13:15:30-07:00",
        ),
        // 02:30 does not exist, and what is to happen once must not be lost.
        (
            "at(2024-03-10T02:30:00)",
            "America/Los_Angeles",
            "2024-03-10T03:30-07:00",
        ),
        (
            "at(2024-11-03T01:30:00)",
            "America/Los_Angeles",
            "2024-11-03T01:30-08:00",
        ),
    ] {
        let schedule = expression.parse().expect("it is a schedule");
        let timeline = Timeline::new(schedule, zone(zone_name)).expect("it is no rate");
        check(&timeline, "2000-01-01T00:00Z", run);
        assert_eq!(timeline.next(utc(run)), None);
        assert_eq!(timeline.previous(utc(run)), None);
        assert_eq!(timeline.between(..).count(), 1);
    }
}
