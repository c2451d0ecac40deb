//! Times at which no window may be open: which openings meet them, and what becomes of those.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_schedule::{
    Cutoff, Duration, Excluded, ExcludedTime, Excluding, Exclusion, Exclusions, Fate, Hit,
    MonthDay, Opening, Phase, Plan, Timeline, Wall, Zone,
};

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Exclusions>();
const _: () = is_send_and_sync::<Excluding<'static>>();
const _: () = is_send_and_sync::<Fate<'static>>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn day(text: &str) -> MonthDay {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn plan(schedule: &str, zone: &str, hours: i64) -> Plan {
    let timeline = Timeline::builder(schedule.parse().unwrap()).zone(zone.parse::<Zone>().unwrap());
    let timeline = timeline
        .start(
            schedule
                .starts_with("rate")
                .then(|| utc("2026-10-05T22:00:00.25Z")),
        )
        .build();
    Plan::new(
        timeline.unwrap(),
        Duration::try_from(hours).unwrap(),
        Cutoff::NONE,
    )
    .unwrap()
}

fn year_end() -> Exclusion {
    Exclusion::yearly(day("12-24"), day("01-02")).named("year-end freeze")
}

/// The window opens at these local times, from `after` on.
#[track_caller]
fn check(plan: &Plan, exclusions: &Exclusions, after: &str, expected: &[&str]) {
    let opens_at = plan
        .excluding(exclusions)
        .openings_after(utc(after))
        .take(expected.len());
    let opens_at: Vec<_> = opens_at
        .map(|opening| {
            plan.timeline()
                .zone()
                .to_local(opening.opens_at)
                .to_rfc3339()
        })
        .collect();
    assert_eq!(opens_at, expected);
}

#[test]
fn skips_what_falls_on_excluded_days() {
    let freeze = Exclusions::new(Zone::UTC, [year_end()]);
    check(
        &plan("cron(0 6 ? * MON *)", "UTC", 2),
        &freeze,
        "2026-12-14T06:00:00Z",
        &[
            "2026-12-21T06:00:00+00:00",
            "2027-01-04T06:00:00+00:00",
            "2027-01-11T06:00:00+00:00",
        ],
    );
}

#[test]
fn moves_to_the_same_time_of_day_on_the_first_free_day() {
    let freeze = Exclusions::new(Zone::UTC, [year_end()]).moving();
    check(
        &plan("cron(30 23 ? * THU#4 *)", "America/Los_Angeles", 4),
        &freeze,
        "2026-11-27T12:00:00Z",
        // Until midnight UTC it is excluded, which is 16:00 on the clocks of Los Angeles.
        &["2027-01-02T23:30:00-08:00", "2027-01-28T23:30:00-08:00"],
    );
}

#[test]
fn makes_up_once_for_a_row_of_excluded_openings() {
    let freeze = Exclusions::new(Zone::UTC, [year_end()]).moving();
    let weekly = plan("cron(0 6 ? * FRI *)", "UTC", 2); // 25 December and 1 January
    check(
        &weekly,
        &freeze,
        "2026-12-12T00:00:00Z",
        &[
            "2026-12-18T06:00:00+00:00",
            "2027-01-03T06:00:00+00:00",
            "2027-01-08T06:00:00+00:00",
        ],
    );
    let twice_a_day = plan("cron(0 9,17 ? * FRI *)", "UTC", 2);
    check(
        &twice_a_day,
        &freeze,
        "2026-12-18T17:00:00Z",
        &["2027-01-03T17:00:00+00:00", "2027-01-08T09:00:00+00:00"],
    );
}

#[test]
fn gives_way_to_the_next_opening_where_that_comes_first() {
    let freeze = Exclusions::new(Zone::UTC, [year_end()]).moving();
    let daily = plan("cron(0 6 ? * * *)", "UTC", 2);
    check(
        &daily,
        &freeze,
        "2026-12-23T00:00:00Z",
        &["2026-12-23T06:00:00+00:00", "2027-01-03T06:00:00+00:00"],
    );
    let last = daily.next_opening(utc("2027-01-02T00:00:00Z")).unwrap();
    let Fate::Replaced { by, .. } = daily.excluding(&freeze).fate(&last) else {
        panic!("not replaced")
    };
    assert_eq!(by.opens_at, utc("2027-01-03T06:00:00Z"));
}

#[test]
fn does_not_move_beyond_the_end_date() {
    let freeze = Exclusions::new(Zone::UTC, [year_end()]).moving();
    let ends = |end| {
        let timeline = Timeline::builder("cron(0 6 25 12 ? 2026)".parse().unwrap())
            .end(utc(end))
            .build()
            .unwrap();
        Plan::new(timeline, Duration::try_from(1).unwrap(), Cutoff::NONE).unwrap()
    };
    let opens_at = |plan: Plan| {
        plan.excluding(&freeze)
            .next_opening(utc("2026-12-01T00:00:00Z"))
            .map(|next| next.opens_at)
    };
    assert_eq!(
        opens_at(ends("2027-01-03T06:00:00Z")),
        Some(utc("2027-01-03T06:00:00Z"))
    );
    assert_eq!(opens_at(ends("2027-01-03T05:59:59Z")), None);
}

#[test]
fn never_loses_a_window_that_opens_once_when_it_is_moved() {
    let freeze = Exclusions::new(zone("Europe/Berlin"), [year_end()]).moving();
    check(
        &plan("at(2026-12-31T22:00:00)", "Europe/Berlin", 4),
        &freeze,
        "2026-12-01T00:00:00Z",
        &["2027-01-03T22:00:00+01:00"],
    );
}

#[test]
fn resolves_a_moved_time_of_day_as_the_plan_does() {
    let new_york = zone("America/New_York");
    let until_the_change = Exclusion::days(date("2026-03-03"), date("2026-03-07")).unwrap();
    let freeze = Exclusions::new(new_york, [until_the_change]).moving();
    // 02:30 does not exist on 8 March.
    check(
        &plan("cron(30 2 ? * TUE#1 *)", "America/New_York", 1),
        &freeze,
        "2026-03-01T00:00:00Z",
        &["2026-03-09T02:30:00-04:00"],
    );
    let until_the_change = Exclusion::days(date("2026-10-27"), date("2026-10-31")).unwrap();
    let freeze = Exclusions::new(new_york, [until_the_change]).moving();
    // 01:30 comes twice on 1 November.
    check(
        &plan("cron(30 1 ? * TUEL *)", "America/New_York", 1),
        &freeze,
        "2026-10-26T00:00:00Z",
        &["2026-11-01T01:30:00-05:00"],
    );
}

#[test]
fn lets_openings_run_into_excluded_time_only_if_asked() {
    let freeze = Exclusions::new(Zone::UTC, [Exclusion::day(date("2026-12-24"))]);
    let daily = plan("cron(0 22 ? * * *)", "UTC", 4);
    check(
        &daily,
        &freeze,
        "2026-12-22T00:00:00Z",
        &["2026-12-22T22:00:00+00:00", "2026-12-25T22:00:00+00:00"],
    );
    let freeze = freeze.at_start();
    check(
        &daily,
        &freeze,
        "2026-12-22T00:00:00Z",
        &[
            "2026-12-22T22:00:00+00:00",
            "2026-12-23T22:00:00+00:00",
            "2026-12-25T22:00:00+00:00",
        ],
    );
}

#[test]
fn lets_a_window_close_as_excluded_time_begins_and_open_as_it_ends() {
    let noon_to_two =
        Exclusion::between(utc("2026-12-24T12:00:00Z"), utc("2026-12-24T14:00:00Z")).unwrap();
    let freeze = Exclusions::new(Zone::UTC, [noon_to_two]);
    check(
        &plan("cron(0 10,11,13,14 ? * * *)", "UTC", 2),
        &freeze,
        "2026-12-24T00:00:00Z",
        &[
            "2026-12-24T10:00:00+00:00",
            "2026-12-24T14:00:00+00:00",
            "2026-12-25T10:00:00+00:00",
        ],
    );
}

#[test]
fn excludes_a_repeated_hour_both_times_and_a_skipped_one_never() {
    let new_york = zone("America/New_York");
    let one_to_two =
        Exclusion::local(local("2026-11-01T01:00:00"), local("2026-11-01T02:00:00")).unwrap();
    let freeze = Exclusions::new(new_york, [one_to_two]);
    for (at, is_excluded) in [
        ("2026-11-01T04:59:59.999Z", false),
        ("2026-11-01T05:00:00Z", true),
        ("2026-11-01T06:59:59.999Z", true),
        ("2026-11-01T07:00:00Z", false),
    ] {
        assert_eq!(freeze.is_excluded(utc(at)), is_excluded, "{at}");
    }
    assert_eq!(
        freeze.free_from(utc("2026-11-01T05:00:00Z")),
        Some(utc("2026-11-01T07:00:00Z"))
    );

    let skipped =
        Exclusion::local(local("2026-03-08T02:00:00"), local("2026-03-08T03:00:00")).unwrap();
    let freeze = Exclusions::new(new_york, [skipped]);
    assert!((0..120).all(|minutes| {
        !freeze.is_excluded(utc("2026-03-08T06:00:00Z") + TimeDelta::minutes(minutes))
    }));

    // On these clocks, 23:01 on 28 October came twice, and 00:00:30 on the 29th too.
    let st_johns = zone("America/St_Johns");
    let freeze = Exclusions::new(st_johns, [Exclusion::day(date("2000-10-28"))]);
    for (at, is_excluded) in [
        ("2000-10-29T02:29:59Z", true),
        ("2000-10-29T02:30:30Z", false),
        ("2000-10-29T02:31:00Z", true),
        ("2000-10-29T03:29:59Z", true),
        ("2000-10-29T03:30:00Z", false),
    ] {
        assert_eq!(
            freeze.is_excluded(utc(at)),
            is_excluded,
            "{at} is {}",
            st_johns.to_local(utc(at))
        );
    }
}

#[test]
fn takes_the_29th_of_february_as_it_comes() {
    let leap_day = Exclusions::new(Zone::UTC, [Exclusion::yearly(day("02-29"), day("02-29"))]);
    let to_leap_day = Exclusions::new(Zone::UTC, [Exclusion::yearly(day("02-27"), day("02-29"))]);
    let from_leap_day = Exclusions::new(Zone::UTC, [Exclusion::yearly(day("02-29"), day("03-01"))]);
    let days = |of: &Exclusions, year: i32| -> Vec<String> {
        let days = NaiveDate::from_ymd_opt(year, 2, 26)
            .unwrap()
            .iter_days()
            .take(6);
        days.filter(|day| of.is_excluded(day.and_hms_opt(12, 0, 0).unwrap().and_utc()))
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    };
    assert_eq!(days(&leap_day, 2027), Vec::<String>::new());
    assert_eq!(days(&leap_day, 2028), ["02-29"]);
    assert_eq!(days(&leap_day, 2100), Vec::<String>::new());
    assert_eq!(days(&to_leap_day, 2027), ["02-27", "02-28"]);
    assert_eq!(days(&to_leap_day, 2028), ["02-27", "02-28", "02-29"]);
    assert_eq!(days(&from_leap_day, 2027), ["03-01"]);
    assert_eq!(days(&from_leap_day, 2028), ["02-29", "03-01"]);
    // Eight years lie between these two leap days.
    assert_eq!(
        plan("cron(0 6 29 2 ? *)", "UTC", 1)
            .excluding(&leap_day)
            .next_opening(utc("2026-01-01T00:00:00Z")),
        None
    );
    assert_eq!(
        plan("cron(0 6 28,29 2 ? *)", "UTC", 1)
            .excluding(&leap_day)
            .latest_opening(utc("2104-03-01T00:00:00Z"))
            .unwrap()
            .opens_at,
        utc("2104-02-28T06:00:00Z")
    );
}

#[test]
fn ends_at_once_where_everything_is_excluded() {
    let always = [
        Exclusions::new(
            zone("America/New_York"),
            [Exclusion::yearly(day("01-01"), day("12-31"))],
        ),
        Exclusions::new(
            zone("America/New_York"),
            [Exclusion::yearly(day("03-01"), day("02-29"))],
        ),
        Exclusions::new(
            Zone::UTC,
            [Exclusion::between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).unwrap()],
        ),
        Exclusions::new(
            zone("Asia/Tokyo"),
            [Exclusion::local(NaiveDateTime::MIN, NaiveDateTime::MAX).unwrap()],
        ),
        Exclusions::new(
            zone("Asia/Tokyo"),
            [Exclusion::days(NaiveDate::MIN, NaiveDate::MAX).unwrap()],
        ),
    ];
    let every_second = plan("cron(* * * * * ? *)", "America/New_York", 24);
    let now = utc("2026-11-21T12:00:00Z");
    for exclusions in always {
        for exclusions in [
            exclusions.clone(),
            exclusions.clone().moving(),
            exclusions.moving().at_start(),
        ] {
            let window = every_second.excluding(&exclusions);
            assert_eq!(window.next_opening(now), None, "{exclusions:?}");
            assert_eq!(window.latest_opening(now), None, "{exclusions:?}");
            assert_eq!(window.phase_at(now), Phase::Closed { opens_at: None });
            assert_eq!(exclusions.free_from(now), None);
        }
    }
}

#[test]
fn says_why_an_opening_is_not_free() {
    let sale = Exclusion::local(local("2026-11-27T00:00:00"), local("2026-11-28T06:00:00"))
        .unwrap()
        .named("Black Friday");
    let freeze = Exclusions::new(zone("Europe/Berlin"), [sale, year_end()]);
    let nightly = plan("cron(0 22 ? * * *)", "Europe/Berlin", 4);
    let window = nightly.excluding(&freeze);
    let fates: Vec<String> = window
        .fates_between(utc("2026-11-25T00:00:00Z")..utc("2026-11-29T00:00:00Z"))
        .map(|(_, fate)| fate.to_string())
        .collect();
    assert_eq!(
        fates,
        [
            "takes place",
            "skipped, as 2026-11-26T23:00Z is excluded by Black Friday (27 November 2026 00:00 until 28 November 2026 06:00)",
            "skipped, as 2026-11-27T21:00Z is excluded by Black Friday (27 November 2026 00:00 until 28 November 2026 06:00)",
            "takes place",
        ]
    );
    let why = freeze
        .why(&nightly.next_opening(utc("2026-12-30T00:00:00Z")).unwrap())
        .unwrap();
    assert_eq!(why.exclusion(), &year_end());
    assert_eq!(why.from(), utc("2026-12-30T21:00:00Z"));
    assert_eq!(why.free_from(), Some(utc("2027-01-02T23:00:00Z")));
}

#[test]
fn gives_each_kind_of_exclusion_words() {
    for (exclusion, words) in [
        (Exclusion::day(date("2026-11-27")), "27 November 2026"),
        (
            Exclusion::days(date("2026-11-27"), date("2026-11-30")).unwrap(),
            "27 November 2026 to 30 November 2026",
        ),
        (
            Exclusion::yearly(day("05-01"), day("05-01")),
            "1 May, every year",
        ),
        (
            year_end(),
            "year-end freeze (24 December to 2 January, every year)",
        ),
        (
            Exclusion::between(utc("2026-11-27T00:00:00Z"), utc("2026-11-27T06:30:00Z")).unwrap(),
            "2026-11-27T00:00Z until 2026-11-27T06:30Z",
        ),
    ] {
        assert_eq!(exclusion.to_string(), words);
    }
}

#[test]
fn refuses_exclusions_of_no_time() {
    let now = utc("2026-11-27T00:00:00Z");
    let error = Exclusion::between(now, now).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-11-27T00:00Z until 2026-11-27T00:00Z is no time at all, expected a beginning and a later end"
    );
    assert!(Exclusion::local(local("2026-11-27T01:00:00"), local("2026-11-27T00:00:00")).is_err());
    assert!(Exclusion::days(date("2026-11-27"), date("2026-11-26")).is_err());
    for (text, message) in [
        (
            "02-30",
            "`02-30` is no day of a year, expected month and day as in `12-24`",
        ),
        (
            "13-01",
            "`13-01` is no day of a year, expected month and day as in `12-24`",
        ),
        (
            "1-1",
            "`1-1` is no day of a year, expected month and day as in `12-24`",
        ),
        (
            "",
            "`` is no day of a year, expected month and day as in `12-24`",
        ),
        (
            "2026-12-24",
            "`2026-12-24` is no day of a year, expected month and day as in `12-24`",
        ),
        (
            "é1-01",
            "`é1-01` is no day of a year, expected month and day as in `12-24`",
        ),
    ] {
        assert_eq!(text.parse::<MonthDay>().unwrap_err().to_string(), message);
    }
    assert_eq!(
        MonthDay::new(4, 31).unwrap_err().to_string(),
        "`04-31` is no day of a year, expected month and day as in `12-24`"
    );
}

#[test]
fn is_stored_as_its_parts() {
    let freeze = Exclusions::new(
        zone("Europe/Berlin"),
        [
            year_end(),
            Exclusion::day(date("2026-11-27")),
            Exclusion::between(utc("2026-11-27T00:00:00Z"), utc("2026-11-27T06:00:00Z")).unwrap(),
            Exclusion::local(local("2026-11-27T00:00:00"), local("2026-11-27T06:00:00")).unwrap(),
        ],
    )
    .moving()
    .at_start();
    let stored = serde_json::to_string(&freeze).unwrap();
    assert_eq!(
        stored,
        r#"{"zone":"Europe/Berlin","exclusions":[{"name":"year-end freeze","yearly":{"first":"12-24","last":"01-02"}},{"days":{"first":"2026-11-27","last":"2026-11-27"}},{"instants":{"from":"2026-11-27T00:00:00Z","until":"2026-11-27T06:00:00Z"}},{"local":{"from":"2026-11-27T00:00:00","until":"2026-11-27T06:00:00"}}],"hit":"start","excluded":"move"}"#
    );
    let read: Exclusions = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, freeze);
    assert!(
        read.is_excluded(utc("2026-12-24T12:00:00Z")),
        "the times are made anew"
    );

    let sparse: Exclusions = serde_json::from_str(r#"{"zone":"UTC","exclusions":[]}"#).unwrap();
    assert_eq!(
        (sparse.hit(), sparse.excluded()),
        (Hit::Any, Excluded::Skip)
    );
    let backwards =
        r#"{"zone":"UTC","exclusions":[{"days":{"first":"2026-11-27","last":"2026-11-26"}}]}"#;
    assert_eq!(
        serde_json::from_str::<Exclusions>(backwards)
            .unwrap_err()
            .to_string(),
        "27 November 2026 to 26 November 2026 is no time at all, expected a beginning and a later end at line 1 column 80"
    );
}

// ---- the laws, against a slow reading of the same words -------------------------------------------------------------

/// Whether some exclusion says so, of one instant by itself.
fn is_excluded(exclusions: &Exclusions, at: DateTime<Utc>) -> bool {
    let clock = exclusions.zone().to_local(at).naive_local();
    exclusions
        .exclusions()
        .iter()
        .any(|exclusion| match exclusion.when() {
            ExcludedTime::Instants { from, until } => from <= at && at < until,
            ExcludedTime::Local { from, until } => from <= clock && clock < until,
            ExcludedTime::Days { first, last } => first <= clock.date() && clock.date() <= last,
            ExcludedTime::Yearly { first, last } => {
                // On a round of twelve months of 31 days, how far it is from the first to the last, and to this one.
                let place = |month: u32, day: u32| i64::from(month * 31 + day);
                let from_first = |place: i64, first: i64| (place - first).rem_euclid(12 * 31);
                let first = place(first.month(), first.day());
                let to_last = from_first(place(last.month(), last.day()), first);
                from_first(place(clock.month(), clock.day()), first) <= to_last
            }
        })
}

/// All that is drawn falls on quarters of an hour, so that an opening is looked at in steps of them; clocks too change
/// on quarters of an hour here.
const STEP: TimeDelta = TimeDelta::minutes(15);

fn is_hit(exclusions: &Exclusions, opening: &Opening) -> bool {
    let steps = std::iter::successors(Some(opening.opens_at), |at| Some(*at + STEP));
    let last = match exclusions.hit() {
        Hit::Any => opening.closes_at,
        Hit::Start => opening.opens_at + STEP,
    };
    steps
        .take_while(|at| *at < last)
        .any(|at| is_excluded(exclusions, at))
}

/// What takes place for an opening, given the next one of the schedule.
fn taking_place(
    plan: &Plan,
    exclusions: &Exclusions,
    opening: Opening,
    next: Option<Opening>,
) -> Option<Opening> {
    if !is_hit(exclusions, &opening) {
        return Some(opening);
    }
    if exclusions.excluded() == Excluded::Skip {
        return None;
    }
    let timeline = plan.timeline();
    let clock = timeline.zone().to_local(opening.opens_at).naive_local();
    for day in clock.date().iter_days().skip(1).take(800) {
        let opens_at = match timeline.zone().resolve(day.and_time(clock.time())) {
            Wall::Once(at) => at,
            Wall::Twice { second, .. } => second,
            Wall::Skipped { shifted, .. } => {
                if matches!(timeline.schedule(), tagout_schedule::Schedule::At(_)) {
                    shifted
                } else {
                    continue;
                }
            }
        };
        if next.is_some_and(|next| next.opens_at <= opens_at) {
            return None;
        }
        let (working, whole) = (
            opening.cutoff_at - opening.opens_at,
            opening.closes_at - opening.opens_at,
        );
        let moved = Opening {
            opens_at,
            cutoff_at: opens_at + working,
            closes_at: opens_at + whole,
        };
        if !is_hit(exclusions, &moved) {
            return Some(moved);
        }
    }
    None
}

/// Every opening of `plan` that begins from October 2026 to March 2027, by the slow reading.
fn all_taking_place(plan: &Plan, exclusions: &Exclusions) -> Vec<Opening> {
    let (start, end) = (utc("2026-10-01T00:00:00Z"), utc("2027-04-01T00:00:00Z"));
    // The one before may be moved to October.
    let scheduled: Vec<Opening> = plan
        .latest_opening(start - STEP)
        .into_iter()
        .chain(plan.openings_between(start..end))
        .collect();
    let after = scheduled
        .last()
        .and_then(|last| plan.next_opening(last.opens_at));
    let next = scheduled.iter().skip(1).copied().map(Some).chain([after]);
    scheduled
        .iter()
        .zip(next)
        .filter_map(|(opening, next)| taking_place(plan, exclusions, *opening, next))
        .filter(|opening| opening.opens_at >= start)
        .collect()
}

fn any_quarter() -> impl Strategy<Value = TimeDelta> {
    let near_the_changes =
        prop_oneof![Just(31 * 96), Just(12 * 96), Just(158 * 96), Just(164 * 96)];
    prop_oneof![
        0..17_000_i32,
        (near_the_changes, -12..36_i32).prop_map(|(day, quarter)| day + quarter),
    ]
    .prop_map(|quarters| STEP * quarters)
}

fn any_exclusion() -> impl Strategy<Value = Exclusion> {
    let days = || (any_quarter(), prop_oneof![Just(0), 0..3_i64, 0..40_i64]);
    let length =
        || prop_oneof![1..8_i32, 1..96_i32, 1..2000_i32].prop_map(|quarters| STEP * quarters);
    let month_day = || {
        (0..366_u64).prop_map(|n| {
            let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(n);
            MonthDay::new(day.month(), day.day()).unwrap()
        })
    };
    let start = utc("2026-10-01T00:00:00Z");
    prop_oneof![
        (any_quarter(), length()).prop_map(move |(from, length)| Exclusion::between(
            start + from,
            start + from + length
        )
        .unwrap()),
        (any_quarter(), length()).prop_map(move |(from, length)| {
            let from = start.naive_utc() + from;
            Exclusion::local(from, from + length).unwrap()
        }),
        days().prop_map(move |(from, n)| {
            let first = (start + from).date_naive();
            Exclusion::days(first, first + TimeDelta::days(n)).unwrap()
        }),
        (month_day(), 0..20_u64).prop_map(|(first, n)| {
            let day = NaiveDate::from_ymd_opt(2000, first.month(), first.day()).unwrap()
                + chrono::Days::new(n);
            Exclusion::yearly(first, MonthDay::new(day.month(), day.day()).unwrap())
        }),
        (month_day(), month_day()).prop_map(|(first, last)| Exclusion::yearly(first, last)),
    ]
}

fn any_zone() -> impl Strategy<Value = Zone> {
    // The clocks of the first two change on 1 November, of the third on 4 October and 4 April, of the fourth by half an hour.
    prop::sample::select(vec![
        "America/New_York",
        "America/Havana",
        "Australia/Sydney",
        "Australia/Lord_Howe",
        "UTC",
        "Asia/Kathmandu",
    ])
    .prop_map(zone)
}

fn any_exclusions() -> impl Strategy<Value = Exclusions> {
    (
        any_zone(),
        prop::collection::vec(any_exclusion(), 0..6),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(zone, parts, is_moving, is_at_start)| {
            let exclusions = Exclusions::new(zone, parts);
            let exclusions = if is_moving {
                exclusions.moving()
            } else {
                exclusions
            };
            if is_at_start {
                exclusions.at_start()
            } else {
                exclusions
            }
        })
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let schedule = prop::sample::select(vec![
        "cron(0 */2 ? * * *)",
        "cron(30 1 ? * * *)",
        "cron(0 9,17 ? * MON *)",
        "cron(15 2 ? * SUN *)",
        "cron(30 23 ? * TUE#3 *)",
        "cron(0 0 L * ? *)",
        "cron(0 6 25 12 ? 2026)",
        "at(2026-12-25T06:00:00)",
        "rate(36 hours)",
        "rate(7 days)",
    ]);
    (schedule, any_zone(), prop_oneof![Just(1_i64), 1..25_i64]).prop_map(
        |(schedule, zone, hours)| {
            let timeline = Timeline::builder(schedule.parse().unwrap()).zone(zone);
            let timeline = timeline
                .start(
                    schedule
                        .starts_with("rate")
                        .then(|| utc("2026-10-05T22:00:00Z")),
                )
                .build()
                .unwrap();
            let cutoff = Cutoff::try_from(hours / 3).unwrap();
            Plan::new(timeline, Duration::try_from(hours).unwrap(), cutoff).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 2))]

    #[test]
    fn finds_every_free_opening_in_order_forwards_and_backwards(
        plan in any_plan(),
        exclusions in any_exclusions(),
        from in any_quarter(),
    ) {
        let expected: Vec<_> = all_taking_place(&plan, &exclusions).iter().map(|opening| opening.opens_at).collect();
        prop_assert!(expected.is_sorted_by(|a, b| a < b));
        let window = plan.excluding(&exclusions);
        let after = utc("2026-10-01T00:00:00Z") + from;
        let (start, end) = (utc("2026-10-01T00:00:00Z"), utc("2027-04-01T00:00:00Z"));

        let found: Vec<_> = window.openings_after(after).map(|opening| opening.opens_at).take_while(|at| *at < end).collect();
        let wanted: Vec<_> = expected.iter().copied().filter(|at| *at > after && *at < end).collect();
        prop_assert_eq!(&found, &wanted, "after {}", after);

        let found: Vec<_> = window.openings_before(after).map(|opening| opening.opens_at).take_while(|at| *at >= start).collect();
        let wanted: Vec<_> = expected.iter().rev().copied().filter(|at| *at < after).collect();
        prop_assert_eq!(&found, &wanted, "before {}", after);
    }

    #[test]
    fn phase_follows_from_the_openings(plan in any_plan(), exclusions in any_exclusions(), at in any_quarter()) {
        let now = utc("2026-10-01T00:00:00Z") + at;
        let window = plan.excluding(&exclusions);
        let openings: Vec<Opening> = window
            .openings_after(now - TimeDelta::days(2))
            .take_while(|opening| opening.opens_at < now + TimeDelta::days(40))
            .collect();
        let may_start = |at: DateTime<Utc>| openings.iter().any(|opening| opening.opens_at <= at && at < opening.cutoff_at);
        let is_open = |at: DateTime<Utc>| openings.iter().any(|opening| opening.contains(at));
        let phase = window.phase_at(now);
        prop_assert_eq!(phase.is_open(), may_start(now));
        prop_assert_eq!(window.may_start_at(now), may_start(now));
        prop_assert_eq!(phase.is_closed(), !is_open(now));
        if let Some(changes_at) = phase.changes_at().filter(|at| *at < now + TimeDelta::days(39)) {
            let kind = |at| (may_start(at), is_open(at));
            let mut step = now;
            while step < changes_at {
                prop_assert_eq!(kind(step), kind(now), "{} is like {}", step, now);
                step += STEP;
            }
            prop_assert_ne!(kind(changes_at), kind(now), "it changes at {}", changes_at);
        }
    }

    #[test]
    fn fates_tell_what_takes_place(plan in any_plan(), exclusions in any_exclusions()) {
        let window = plan.excluding(&exclusions);
        let start = utc("2026-10-01T00:00:00Z");
        let first = plan.latest_opening(start - STEP).map_or(start, |first| first.opens_at);
        let told = window.fates_between(first..utc("2027-04-01T00:00:00Z")).filter_map(|(opening, fate)| match fate {
            Fate::Held => Some(opening),
            Fate::Moved { to, .. } => Some(to),
            Fate::Skipped { .. } | Fate::Replaced { .. } => None,
        });
        let told = told.filter(|opening| opening.opens_at >= start);
        prop_assert_eq!(told.collect::<Vec<_>>(), all_taking_place(&plan, &exclusions));
    }

    #[test]
    fn reasons_hold(plan in any_plan(), exclusions in any_exclusions()) {
        for opening in plan.openings_between(utc("2026-10-01T00:00:00Z")..utc("2026-12-01T00:00:00Z")) {
            let why = exclusions.why(&opening);
            prop_assert_eq!(why.is_some(), is_hit(&exclusions, &opening), "{:?}", opening);
            if let Some(why) = why {
                prop_assert!(is_excluded(&exclusions, why.from()));
                let alone = Exclusions::new(exclusions.zone(), [why.exclusion().clone()]);
                prop_assert!(is_excluded(&alone, why.from()), "the named exclusion is one that says so");
                let free_from = why.free_from().unwrap_or(utc("2027-12-01T00:00:00Z"));
                let mut step = why.from();
                while step < free_from.min(why.from() + TimeDelta::days(100)) {
                    prop_assert!(is_excluded(&exclusions, step), "{} is before it is free", step);
                    step += STEP;
                }
                prop_assert_eq!(exclusions.free_from(why.from()), why.free_from());
                prop_assert!(why.free_from().is_none_or(|free| !is_excluded(&exclusions, free)));
            }
        }
    }

    #[test]
    fn without_exclusions_a_window_is_its_plan(plan in any_plan(), from in any_quarter()) {
        let none = Exclusions::new(Zone::UTC, []).moving();
        let window = plan.excluding(&none);
        let at = utc("2026-10-01T00:00:00Z") + from;
        prop_assert!(window.openings_after(at).take(20).eq(plan.openings_after(at).take(20)));
        prop_assert!(window.openings_before(at).take(20).eq(plan.openings_before(at).take(20)));
        prop_assert_eq!(window.phase_at(at), plan.phase_at(at));
    }
}
