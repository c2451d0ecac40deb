use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::schedule::Dialect;

const _: () = assert!(size_of::<Timeline>() <= 144);

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Timeline>();
const _: () = is_send_and_sync::<TimelineBuilder>();
const _: () = is_send_and_sync::<RunsAfter>();
const _: () = is_send_and_sync::<RunsBefore>();
const _: () = is_send_and_sync::<RunsBetween>();
const _: () = is_send_and_sync::<ClockNotes>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn builder(schedule: &str, zone: &str) -> TimelineBuilder {
    Timeline::builder(schedule.parse().unwrap()).zone(zone.parse::<Zone>().unwrap())
}

fn timeline(schedule: &str, zone: &str) -> Timeline {
    builder(schedule, zone).build().unwrap()
}

fn days(days: i64) -> ScheduleOffset {
    ScheduleOffset::try_from(days).unwrap()
}

/// The runs from `from`, inclusive, to `until`, exclusive, in local time.
#[track_caller]
fn check_between(timeline: Timeline, from: &str, until: &str, expected: &[&str]) {
    let local = |run| {
        timeline
            .zone()
            .to_local(run)
            .format("%Y-%m-%dT%H:%M%:z")
            .to_string()
    };
    let runs: Vec<_> = timeline.between(utc(from)..utc(until)).map(local).collect();
    assert_eq!(runs, expected, "{}", timeline.schedule());
}

#[track_caller]
fn check_refusal(builder: TimelineBuilder, expected: &str, service_text: Option<&str>) {
    let error = builder.build().unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.service_text().as_deref(), service_text);
}

#[test]
fn refuses_what_could_not_run() {
    let cannot_be_added = Some("An offset can't be added to the specified schedule.");
    check_refusal(
        builder("rate(1 day)", "UTC").offset(days(2)),
        "`rate(1 day)` takes no offset, found one of 2 days",
        cannot_be_added,
    );
    check_refusal(
        builder("at(2026-03-01T00:00:00)", "UTC").offset(days(1)),
        "`at(2026-03-01T00:00:00)` takes no offset, found one of 1 day",
        cannot_be_added,
    );
    check_refusal(
        builder("cron(0 0 ? * TUE *)", "UTC")
            .offset(days(6))
            .dialect(Dialect::Service),
        "`cron(0 0 ? * TUE *)` takes no offset, found one of 6 days",
        cannot_be_added,
    );
    check_refusal(
        builder("rate(2 weeks)", "UTC"),
        "`rate(14 days)` needs an anchor or a start date to count from",
        None,
    );
    for (start, end) in [("2026-03-02", "2026-03-01"), ("2026-03-01", "2026-03-01")] {
        let instant = |date| utc(&format!("{date}T00:00:00Z"));
        check_refusal(
            builder("cron(0 0 ? * TUE *)", "UTC")
                .start(instant(start))
                .end(instant(end)),
            &format!("start date {start} 00:00:00 UTC is not before end date {end} 00:00:00 UTC"),
            Some("Window start date must be before window end date"),
        );
    }
    assert!(
        builder("cron(0 0 ? * TUE#3 *)", "UTC")
            .offset(days(6))
            .dialect(Dialect::Service)
            .build()
            .is_ok()
    );
    assert!(
        builder("cron(0 0 ? * TUE *)", "UTC")
            .offset(days(6))
            .build()
            .is_ok()
    );
}

#[test]
fn offsets_are_one_to_six_days() {
    for refused in [i64::MIN, -1, 0, 7, 12, 257, i64::MAX] {
        let error = ScheduleOffset::try_from(refused).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("schedule offset is {refused}, expected 1 to 6 days")
        );
        assert_eq!(error.days(), refused);
    }
    assert_eq!(serde_json::to_string(&days(6)).unwrap(), "6");
    assert_eq!(
        serde_json::from_str::<ScheduleOffset>("1").unwrap(),
        days(1)
    );
    assert!(serde_json::from_str::<ScheduleOffset>("0").is_err());
}

#[test]
fn runs_at_the_start_and_end_date_take_place() {
    let daily = || builder("cron(0 6 ? * * *)", "UTC");
    let bounded = daily()
        .start(utc("2026-03-02T06:00:00Z"))
        .end(utc("2026-03-04T06:00:00Z"))
        .build()
        .unwrap();
    let expected = [
        "2026-03-02T06:00+00:00",
        "2026-03-03T06:00+00:00",
        "2026-03-04T06:00+00:00",
    ];
    check_between(
        bounded,
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
        &expected,
    );
    let fraction = TimeDelta::nanoseconds(1);
    let tighter = daily()
        .start(utc("2026-03-02T06:00:00Z") + fraction)
        .end(utc("2026-03-04T06:00:00Z") - fraction)
        .build()
        .unwrap();
    check_between(
        tighter,
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
        &expected[1..2],
    );
    // A run at the anchor was due before.
    let anchored = daily()
        .anchor(utc("2026-03-02T06:00:00Z"))
        .end(utc("2026-03-03T06:00:00Z"))
        .build()
        .unwrap();
    check_between(
        anchored,
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
        &expected[1..2],
    );
}

#[test]
fn a_start_date_does_not_bring_a_base_day_back() {
    // The base day, the 17th, had passed by the anchor; the start date lies between it and the run.
    let timeline = builder("cron(30 23 ? * TUE#3 *)", "UTC")
        .offset(days(2))
        .anchor(utc("2026-02-18T00:00:00Z"))
        .start(utc("2026-02-01T00:00:00Z"))
        .build()
        .unwrap();
    check_between(
        timeline,
        "2026-02-01T00:00:00Z",
        "2026-04-01T00:00:00Z",
        &["2026-03-19T23:30+00:00"],
    );
    // And one before the start date has its run after it.
    let timeline = builder("cron(30 23 ? * TUE#3 *)", "UTC")
        .offset(days(2))
        .anchor(utc("2026-02-17T00:00:00Z"))
        .start(utc("2026-02-18T00:00:00Z"))
        .build()
        .unwrap();
    check_between(
        timeline,
        "2026-02-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
        &["2026-02-19T23:30+00:00"],
    );
}

#[test]
fn an_offset_keeps_the_time_on_the_local_clock() {
    // From Friday to Monday over the change of 8 March.
    let timeline = builder("cron(30 2 ? * FRI *)", "America/New_York")
        .offset(days(3))
        .build()
        .unwrap();
    check_between(
        timeline,
        "2026-03-07T00:00:00Z",
        "2026-03-12T00:00:00Z",
        &["2026-03-09T02:30-04:00"],
    );
    // Onto the change: the base exists, the run does not.
    let onto = |gap| {
        builder("cron(30 2 ? * FRI *)", "America/New_York")
            .offset(days(2))
            .gap(gap)
            .build()
            .unwrap()
    };
    let week = ("2026-03-07T00:00:00Z", "2026-03-12T00:00:00Z");
    check_between(onto(Gap::Skip), week.0, week.1, &[]);
    check_between(
        onto(Gap::Shift),
        week.0,
        week.1,
        &["2026-03-08T03:30-04:00"],
    );
    check_between(
        onto(Gap::After),
        week.0,
        week.1,
        &["2026-03-08T03:00-04:00"],
    );
    // The base does not exist, the run does.
    let from_gap = builder("cron(30 2 ? * SUN *)", "America/New_York")
        .offset(days(1))
        .build()
        .unwrap();
    check_between(from_gap, week.0, week.1, &["2026-03-09T02:30-04:00"]);
}

#[test]
fn at_is_shifted_out_of_a_gap_unless_told_otherwise() {
    let at = || builder("at(2026-03-08T02:30:00)", "America/New_York");
    let year = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    assert_eq!(at().build().unwrap().gap(), Gap::Shift);
    check_between(
        at().build().unwrap(),
        year.0,
        year.1,
        &["2026-03-08T03:30-04:00"],
    );
    check_between(at().gap(Gap::Skip).build().unwrap(), year.0, year.1, &[]);
    let twice = builder("at(2026-11-01T01:30:00)", "America/New_York")
        .fold(Fold::Both)
        .build()
        .unwrap();
    check_between(
        twice,
        year.0,
        year.1,
        &["2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00"],
    );
    // What had passed at creation never runs.
    let late = at().anchor(utc("2026-03-08T07:30:00Z")).build().unwrap();
    check_between(late, year.0, year.1, &[]);
    assert!(late.never_after(utc("2000-01-01T00:00:00Z")));
}

#[test]
fn every_local_minute_comes_once_wherever_one_asks_from() {
    let every_minute = timeline("cron(* * ? * * *)", "America/New_York");
    // Asked from inside the first pass of the hour that comes twice.
    assert_eq!(
        every_minute.next(utc("2019-11-03T05:54:12Z")),
        Some(utc("2019-11-03T06:00:00Z"))
    );
    assert_eq!(
        every_minute.previous(utc("2019-11-03T06:00:00Z")),
        Some(utc("2019-11-03T04:59:00Z"))
    );
    assert_eq!(
        every_minute.count_between(utc("2019-11-03T04:00:00Z")..utc("2019-11-03T08:00:00Z")),
        180
    );
    // The last run of all lies in the second pass.
    let last = timeline("cron(5 2 23 2 ? 2025)", "Africa/Casablanca");
    assert_eq!(
        last.next(utc("2025-02-23T01:45:10Z")),
        Some(utc("2025-02-23T02:05:00Z"))
    );
}

#[test]
fn runs_end_with_the_year_2199_of_the_local_clock() {
    let far = utc("2300-01-01T00:00:00Z");
    for (zone, last) in [
        ("UTC", "2199-12-31T23:00:00Z"),
        ("-12:00", "2200-01-01T11:00:00Z"),
        ("Pacific/Kiritimati", "2199-12-31T09:00:00Z"),
    ] {
        let hourly = timeline("cron(0 * ? * * *)", zone);
        assert_eq!(hourly.previous(far), Some(utc(last)), "{zone}");
        assert!(hourly.never_after(utc(last)), "{zone}");
        assert_eq!(hourly.before(far).next(), Some(utc(last)), "{zone}");
        assert_eq!(hourly.after(utc(last)).next(), None, "{zone}");
    }
    // Two days after 31 December 2199 is no run.
    let offset = builder("cron(0 0 L * ? *)", "UTC")
        .offset(days(2))
        .build()
        .unwrap();
    assert_eq!(offset.previous(far), Some(utc("2199-12-02T00:00:00Z")));
    let rate = builder("rate(1 day)", "UTC")
        .anchor(utc("2020-01-01T00:00:00.5Z"))
        .build()
        .unwrap();
    assert_eq!(rate.previous(far), Some(utc("2199-12-31T00:00:00.5Z")));
    assert_eq!(
        timeline("at(2199-12-31T23:59:59)", "UTC").previous(far),
        Some(utc("2199-12-31T23:59:59Z"))
    );
    assert_eq!(
        timeline("at(2200-01-01T00:00:00)", "UTC").previous(far),
        None
    );
    assert_eq!(timeline("at(9999-12-31T23:59:59)", "UTC").next(far), None);
}

#[test]
fn cron_begins_with_the_year_1970_of_the_local_clock() {
    for (zone, first) in [
        ("UTC", "1970-01-01T00:00:00Z"),
        ("+12:00", "1969-12-31T12:00:00Z"),
    ] {
        let hourly = timeline("cron(0 * ? * * *)", zone);
        assert_eq!(
            hourly.next(utc("1900-01-01T00:00:00Z")),
            Some(utc(first)),
            "{zone}"
        );
        assert_eq!(hourly.previous(utc(first)), None, "{zone}");
        assert_eq!(hourly.before(utc(first)).next(), None, "{zone}");
    }
    assert_eq!(
        timeline("at(1900-03-01T00:00:00)", "UTC").next(utc("1800-01-01T00:00:00Z")),
        Some(utc("1900-03-01T00:00:00Z"))
    );
}

#[test]
fn what_never_fires_is_never_found() {
    for never in [
        "cron(0 0 30 2 ? *)",
        "cron(0 0 29 2 ? 2100)",
        "cron(0 0 31 4,6,9,11 ? *)",
        "cron(0 0 ? 2 SUN#5 2026)",
    ] {
        for zone in ["UTC", "America/New_York"] {
            let never = timeline(never, zone);
            for instant in [
                DateTime::<Utc>::MIN_UTC,
                utc("2026-03-08T06:59:59Z"),
                DateTime::<Utc>::MAX_UTC,
            ] {
                assert!(never.never_after(instant));
                assert_eq!(never.previous(instant), None);
                assert_eq!(never.latest(instant), None);
            }
            assert_eq!(never.between(..).next(), None);
            assert_eq!(never.count_between(..), 0);
        }
    }
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    for schedule in [
        "cron(0 0 ? * TUE#3 *)",
        "rate(4294967295 minutes)",
        "at(2026-03-01T00:00:00)",
    ] {
        for anchor in [DateTime::<Utc>::MIN_UTC, utc("2026-01-01T00:00:00Z")] {
            let timeline = builder(schedule, "Asia/Tokyo")
                .anchor(anchor)
                .build()
                .unwrap();
            let (first, last) = (
                timeline.next(DateTime::<Utc>::MIN_UTC),
                timeline.previous(DateTime::<Utc>::MAX_UTC),
            );
            assert_eq!(timeline.next(DateTime::<Utc>::MAX_UTC), None);
            assert_eq!(timeline.previous(DateTime::<Utc>::MIN_UTC), None);
            assert!(first <= last);
        }
        let never = builder(schedule, "Asia/Tokyo")
            .anchor(DateTime::<Utc>::MAX_UTC)
            .build()
            .unwrap();
        assert_eq!(never.between(..).next(), None);
    }
    let far = builder("cron(0 0 ? * TUE#3 *)", "UTC")
        .end(utc("9999-12-31T00:00:00Z"))
        .build()
        .unwrap();
    assert_eq!(far.end(), Some(utc("9999-12-31T00:00:00Z")));
    assert_eq!(
        far.previous(DateTime::<Utc>::MAX_UTC),
        Some(utc("2199-12-17T00:00:00Z"))
    );
}

#[test]
fn a_leap_second_lies_between_its_neighbours() {
    let leap = utc("2016-12-31T23:59:60.5Z");
    let every_minute = timeline("cron(* * ? * * *)", "UTC");
    assert_eq!(every_minute.next(leap), Some(utc("2017-01-01T00:00:00Z")));
    assert_eq!(
        every_minute.previous(leap),
        Some(utc("2016-12-31T23:59:00Z"))
    );
    let rate = builder("rate(1 minute)", "UTC")
        .anchor(leap)
        .build()
        .unwrap();
    assert_eq!(rate.next(leap), Some(utc("2017-01-01T00:00:59.999999999Z")));
}

#[test]
fn ranges_are_as_they_are_written() {
    let daily = timeline("cron(0 6 ? * * *)", "UTC");
    let (first, last) = (utc("2026-03-01T06:00:00Z"), utc("2026-03-03T06:00:00Z"));
    assert_eq!(daily.between(first..last).count(), 2);
    assert_eq!(daily.between(first..=last).count(), 3);
    assert_eq!(
        daily
            .between((Bound::Excluded(first), Bound::Excluded(last)))
            .count(),
        1
    );
    assert_eq!(daily.between(last..first).count(), 0);
    assert_eq!(daily.count_between(last..first), 0);
    assert_eq!(daily.between(first..).next(), Some(first));
    assert_eq!(daily.between(..utc("1970-01-03T00:00:00Z")).count(), 2);
    let rate = builder("rate(1 minute)", "UTC")
        .start(first)
        .build()
        .unwrap();
    assert_eq!(rate.count_between(last..first), 0);
    assert_eq!(rate.count_between(..), 91_429_560); // 63,493 days less six hours
}

#[track_caller]
fn check_notes(builder: TimelineBuilder, from: &str, until: &str, expected: &[&str]) {
    let timeline = builder.build().unwrap();
    let notes: Vec<_> = timeline
        .notes_between(utc(from), utc(until))
        .map(|note| note.to_string())
        .collect();
    assert_eq!(notes, expected);
}

#[test]
fn notes_say_why_a_run_is_missing_or_moved() {
    let spring = ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    let daily = || builder("cron(30 2 ? * * *)", "America/New_York");
    check_notes(
        daily(),
        spring.0,
        spring.1,
        &["02:30 does not exist on 8 March"],
    );
    check_notes(
        daily().gap(Gap::Shift),
        spring.0,
        spring.1,
        &["02:30 does not exist on 8 March, runs at 03:30"],
    );
    check_notes(
        daily().gap(Gap::After),
        spring.0,
        spring.1,
        &["02:30 does not exist on 8 March, runs at 03:00"],
    );
    check_notes(
        builder("cron(0/20 59 2 ? * * *)", "America/New_York"),
        spring.0,
        spring.1,
        &[
            "02:59 does not exist on 8 March",
            "02:59:20 does not exist on 8 March",
            "02:59:40 does not exist on 8 March",
        ],
    );
    let autumn = ("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z");
    let daily = || builder("cron(30 1 ? * * *)", "America/New_York");
    check_notes(
        daily(),
        autumn.0,
        autumn.1,
        &["01:30 comes twice on 1 November, runs the second time"],
    );
    check_notes(
        daily().fold(Fold::First),
        autumn.0,
        autumn.1,
        &["01:30 comes twice on 1 November, runs the first time"],
    );
    check_notes(
        daily().fold(Fold::Both),
        autumn.0,
        autumn.1,
        &["01:30 comes twice on 1 November, runs both times"],
    );
    // Samoa left out a whole day.
    check_notes(
        builder("cron(0 12 ? * * *)", "Pacific/Apia").gap(Gap::Shift),
        "2011-12-01T00:00:00Z",
        "2012-01-01T00:00:00Z",
        &["12:00 does not exist on 30 December, runs at 12:00 on 31 December"],
    );
    // Elapsed time knows no clocks, and a reading outside of the bounds is no run anyway.
    check_notes(
        builder("rate(1 hour)", "America/New_York").anchor(utc(spring.0)),
        spring.0,
        spring.1,
        &[],
    );
    check_notes(
        daily().start(utc("2026-11-02T00:00:00Z")),
        autumn.0,
        autumn.1,
        &[],
    );
    check_notes(
        daily().end(utc("2026-10-31T00:00:00Z")),
        autumn.0,
        autumn.1,
        &[],
    );
    check_notes(
        builder("cron(30 4 ? * * *)", "America/New_York"),
        spring.0,
        autumn.1,
        &[],
    );
}

#[test]
fn the_stored_form_is_what_it_was_built_from() {
    let timeline = builder("cron(30 23 ? * TUE#3 *)", "America/Los_Angeles")
        .offset(days(2))
        .start(utc("2026-01-01T00:00:00Z"))
        .anchor(utc("2025-12-24T08:15:16.991Z"))
        .build()
        .unwrap();
    let stored = concat!(
        r#"{"schedule":"cron(30 23 ? * TUE#3 *)","zone":"America/Los_Angeles","offset":2,"#,
        r#""start":"2026-01-01T00:00:00Z","anchor":"2025-12-24T08:15:16.991Z","gap":"skip","fold":"second"}"#
    );
    assert_eq!(serde_json::to_string(&timeline).unwrap(), stored);
    assert_eq!(serde_json::from_str::<Timeline>(stored).unwrap(), timeline);
    let bare: Timeline = serde_json::from_str(r#"{"schedule":"at(2026-03-01T00:00:00)"}"#).unwrap();
    assert_eq!(
        bare,
        Timeline::new("at(2026-03-01T00:00:00)".parse().unwrap(), Zone::UTC).unwrap()
    );
    let error = serde_json::from_str::<Timeline>(r#"{"schedule":"rate(5 minutes)"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`rate(5 minutes)` needs an anchor or a start date to count from"
    );
}
