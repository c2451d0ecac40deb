//! What is a schedule, and its canonical text.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use tagout_schedule::{At, Cron, Dialect, Field, ParseScheduleError, Rate, Schedule};

/// Each row is read in both dialects; nothing stands for a refusal.
#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    for dialect in Dialect::ALL {
        let found = Schedule::parse(text, dialect);
        let canonical = found.as_ref().ok().map(ToString::to_string);
        assert_eq!(canonical.as_deref(), expected, "{text} in {dialect:?}");
        if let Ok(schedule) = found {
            assert_eq!(
                schedule.to_string().parse(),
                Ok(schedule),
                "{text} printed and read again"
            );
        }
    }
}

#[track_caller]
fn same(fields: &str, canonical: &str) {
    check(
        &format!("cron({fields})"),
        Some(&format!("cron({canonical})")),
    );
    // Fields stand for the same without the word around them.
    assert_eq!(
        fields
            .parse::<Cron>()
            .map(|cron| cron.to_string())
            .as_deref(),
        Ok(canonical)
    );
}

/// The expressions that the AWS Systems Manager user guide, API reference and command line manual show for windows.
#[test]
fn reads_the_documented_expressions() {
    same("30 09 ? * * *", "30 9 * * ? *");
    same("24 30 09 ? * * *", "24 30 9 * * ? *");
    same("0 2 ? * THU#3 *", "0 2 ? * THU#3 *");
    same("0 2 ? 1/1 THU#3 *", "0 2 ? * THU#3 *");
    same("15 10 ? * * *", "15 10 * * ? *");
    same("15 10 ? * MON-FRI *", "15 10 ? * MON-FRI *");
    same("0 2 L * ? *", "0 2 L * ? *");
    same("15 10 ? * 6L *", "15 10 ? * FRIL *");
    same("30 23 ? * TUE#3 *", "30 23 ? * TUE#3 *");
    same("0 30 23 ? * TUE#3 *", "30 23 ? * TUE#3 *");
    same("0 16 ? * TUE *", "0 16 ? * TUE *");
    same("0 09 ? * WED *", "0 9 ? * WED *");
    same("0 0 22 ? * SAT *", "0 22 ? * SAT *");
    same("0 0 6 ? * MON *", "0 6 ? * MON *");
    same("0 10 * * ? *", "0 10 * * ? *");
    same("0 8 1 * ? *", "0 8 1 * ? *");
    same("0/15 * * * ? *", "0/15 * * * ? *");
    same("0/10 * ? * MON-FRI *", "0/10 * ? * MON-FRI *");
    same("0/5 8-17 ? * MON-FRI *", "0/5 8-17 ? * MON-FRI *");
    same("0 0 ? JAN,FEB,MAR * *", "0 0 * JAN-MAR ? *");
    same("0 0 1-15 * ? *", "0 0 1-15 * ? *");
    same("1/10 * * * ? *", "1/10 * * * ? *");
    same("0 0 ? * 7 *", "0 0 ? * SAT *");
    same("0 0 ? * 5#3 *", "0 0 ? * THU#3 *");
    same("0 0 3W * ? *", "0 0 3W * ? *");
    same("0 0 2 ? 1/1 THU#3 *", "0 2 ? * THU#3 *");
    same("0 0 0 21 1/1 ? *", "0 0 21 * ? *");
    same("0 */30 * * * ? *", "0,30 * * * ? *");
    same("0 0/12 * * ? *", "0 0,12 * * ? *");
    same("0 */1 * * ? *", "0 * * * ? *");
    same("0 */5 * ? * THU#2 *", "0/5 * ? * THU#2 *");
    check("rate(30 minutes)", Some("rate(30 minutes)"));
    check("rate(1 hour)", Some("rate(1 hour)"));
    check("rate(5 hours)", Some("rate(5 hours)"));
    check("rate(25 days)", Some("rate(25 days)"));
    check("rate(180 minutes)", Some("rate(3 hours)"));
    check("rate(7 days)", Some("rate(7 days)"));
    check("at(2020-07-07T15:55:00)", Some("at(2020-07-07T15:55:00)"));
    check("at(2021-07-07T13:15:30)", Some("at(2021-07-07T13:15:30)"));
}

/// Shown in editions of the user guide before June 2018, in the order of Quartz: seconds first, the year left out.
#[test]
fn refuses_the_expressions_of_the_first_editions() {
    for fields in [
        "0 15 10 ? * *",
        "0 15 10 ? * MON-FRI",
        "0 0 2 L * ?",
        "0 15 10 ? * 6L",
    ] {
        check(&format!("cron({fields})"), None);
    }
}

#[test]
fn refuses_what_the_service_was_seen_to_refuse() {
    check("cron(0 4 1 * 1 *)", None);
}

#[test]
fn one_schedule_has_one_text() {
    same("05,5-07,6 00000008 * * ? *", "5-7 8 * * ? *");
    same("0 22-2 * * ? *", "0 0-2,22,23 * * ? *");
    same("0 0 ? * FRI-MON *", "0 0 ? * SUN,MON,FRI,SAT *");
    same("0 0 ? * 2/2 *", "0 0 ? * MON,WED,FRI *");
    same("0 0 1 nov-Feb ? *", "0 0 1 JAN,FEB,NOV,DEC ? *");
    same("0 0 1 10,APR,AUG ? *", "0 0 1 APR,AUG,OCT ? *");
    same("0 0 1 1,4,7,10 ? *", "0 0 1 1/3 ? *");
    same("0 0 1 5-4/4 ? *", "0 0 1 1/4 ? *");
    same("0 0 28-3 * ? *", "0 0 1-3,28-31 * ? *");
    same("1-9/2 0 * * ? *", "1-9/2 0 * * ? *");
    same("1,31 0 * * ? *", "1,31 0 * * ? *");
    same("1,21,41 0 * * ? *", "1/20 0 * * ? *");
    same("/5 0 * * ? *", "0/5 0 * * ? *");
    same("*,5 0 * * ? *", "* 0 * * ? *");
    same("0 0 ? * L *", "0 0 ? * SAT *");
    same("0 0 l-0 * ? *", "0 0 L * ? *");
    same("0 0 L-07w * ? *", "0 0 L-7W * ? *");
    same("0 0 lw * ? *", "0 0 LW * ? *");
    same("0 0 015w * ? *", "0 0 15W * ? *");
    same("0 0 ? * fril *", "0 0 ? * FRIL *");
    same("0 0 ? * 1#5 *", "0 0 ? * SUN#5 *");
    same("0 0 * * ? 1970-2199", "0 0 * * ? *");
    same("0 0 * * ? */50", "0 0 * * ? 1970/50");
    same(
        "0 0 * * ? 2020-2030/4,2150",
        "0 0 * * ? 2020,2024,2028,2150",
    );
    same("0 0 * * ? 2199/4000000000", "0 0 * * ? 2199");
    same("0-59 0 0 * * ? *", "* 0 0 * * ? *");
    same("30/15 0 0 * * ? *", "30,45 0 0 * * ? *");
    check("rate(60 minutes)", Some("rate(1 hour)"));
    check("rate(0048 hours)", Some("rate(2 days)"));
    check("rate(1440 minutes)", Some("rate(1 day)"));
    check("rate(90 minutes)", Some("rate(90 minutes)"));
    check("rate(4294967295 minutes)", Some("rate(4294967295 minutes)"));
    check("rate(4294967296 minutes)", None);
    check("rate(2982616 days)", Some("rate(2982616 days)"));
    check("rate(2982617 days)", None);
    check("at(0000-01-01T00:00)", Some("at(0000-01-01T00:00:00)"));
    check("at(9999-12-31T23:59:59)", Some("at(9999-12-31T23:59:59)"));
}

#[test]
fn a_day_before_the_first_is_refused_where_no_month_has_it() {
    check("cron(0 0 L-30W 2 ? *)", None);
    check("cron(0 0 L-30W 2,4,6,9,11 ? *)", None);
    check("cron(0 0 L-29W 2 ? *)", None);
    same("0 0 L-29W 2,4 ? *", "0 0 L-29W FEB,APR ? *");
    same("0 0 L-28W 2 ? *", "0 0 L-28W FEB ? *");
    same("0 0 L-30W * ? *", "0 0 L-30W * ? *");
    // Without the `W`, it is a day that never comes, as 30 February.
    same("0 0 L-30 2 ? *", "0 0 L-30 FEB ? *");
}

#[test]
fn what_never_fires_is_known() {
    let never_fires = |text: &str| {
        text.parse::<Schedule>()
            .expect("the schedule is right")
            .never_fires()
    };
    assert!(never_fires("cron(0 0 30 2 ? *)"));
    assert!(never_fires("cron(0 0 29 2 ? 2097-2103)"));
    assert!(!never_fires("cron(0 0 29 2 ? *)"));
    assert!(!never_fires("rate(1 day)"));
    assert!(!never_fires("at(1970-01-01T00:00:00)"));
}

#[test]
fn equal_schedules_hash_alike_however_they_were_spelt() {
    let spelt = [
        "cron(0 0 ? * SUN-SAT *)",
        "cron(0 0 0 1-31 1/1 ? 1970-2199)",
        "cron(0 0 * * ? *)",
    ];
    let set: HashSet<Schedule> = spelt
        .iter()
        .map(|text| text.parse().expect("the schedule is right"))
        .collect();
    assert_eq!(set.len(), 1);
}

#[test]
fn a_schedule_is_stored_as_its_text() {
    let schedule: Schedule = "cron(30 23 ? * 3#3 *)"
        .parse()
        .expect("the schedule is right");
    let json = serde_json::to_string(&schedule).expect("a text can be written");
    assert_eq!(json, r#""cron(30 23 ? * TUE#3 *)""#);
    assert_eq!(
        serde_json::from_str::<Schedule>(&json).expect("it reads what it wrote"),
        schedule
    );
    assert_eq!(
        serde_json::from_str::<Schedule>(r#""cron(0/15 \u002a * * ? *)""#)
            .expect("escapes are no matter")
            .to_string(),
        "cron(0/15 * * * ? *)"
    );
    let error = serde_json::from_str::<Schedule>(r#""cron(0 24 * * ? *)""#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "hour `24` at column 8 is out of range, expected 0 to 23 at line 1 column 20"
    );
    let error = serde_json::from_str::<Schedule>("5").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: integer `5`, expected a schedule expression: cron(...), rate(...) or at(...) at line 1 column 1"
    );
}

#[test]
fn an_irregular_schedule_is_stored_and_read_back_beyond_the_length_of_a_request() {
    let irregular = "0,2,3,5,7/6,11/9,13 1,2,4,8,16 ? 1,2,4,8 2,3,5 1970/2,1971/3,1973/5,1977/7";
    let schedule = Schedule::from(irregular.parse::<Cron>().expect("the fields are right"));
    let text = schedule.to_string();
    assert!(text.len() > 500, "{}", text.len());
    assert_eq!(text.parse(), Ok(schedule));
}

#[test]
fn no_canonical_text_is_too_long_to_be_read() {
    // The longest: no two values of a field are neighbours or evenly spread, and years have four digits.
    let sets = Field::ALL.map(|field| {
        let (min, max) = field.bounds();
        let longest = (min..=max)
            .filter(|value| (value - min) % 3 != 2)
            .map(|value| value.to_string());
        longest.collect::<Vec<_>>().join(",")
    });
    let [second, minute, hour, day, month, _, year] = sets;
    let cron: Cron = format!("{second} {minute} {hour} {day} {month} ? {year}")
        .parse()
        .expect("the fields are right");
    let length = Schedule::from(cron).to_string().len();
    assert!((1000..Schedule::TEXT_MAX / 2).contains(&length), "{length}");
}

#[test]
fn rates_and_times_are_made_from_values_too() {
    assert_eq!(Rate::from_minutes(0), None);
    assert_eq!(Rate::from_minutes(Rate::MINUTES_MAX + 1), None);
    assert_eq!(
        Rate::from_minutes(90).map(Schedule::from),
        Some("rate(90 minutes)".parse().expect("it is right"))
    );
    assert_eq!(
        Rate::from_minutes(Rate::MINUTES_MAX).map(|rate| rate.period().num_days()),
        Some(2_982_616)
    );
    let midnight = NaiveDate::from_ymd_opt(2026, 1, 2)
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .expect("it is a day");
    assert_eq!(
        At::from_local(midnight).map(Schedule::from),
        Some("at(2026-01-02T00:00:00)".parse().expect("it is right"))
    );
    assert_eq!(
        At::from_local(midnight + chrono::TimeDelta::milliseconds(1)),
        None
    );
    let early = NaiveDate::from_ymd_opt(-1, 1, 2)
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .expect("it is a day");
    assert_eq!(At::from_local(early), None);
}

#[test]
fn a_schedule_is_small_and_goes_anywhere() {
    fn assert_goes_anywhere<T: Copy + Send + Sync + Unpin + 'static>() {}
    fn assert_is_error<T: std::error::Error + Clone + Send + Sync + 'static>() {}
    assert_goes_anywhere::<Schedule>();
    assert_goes_anywhere::<Cron>();
    assert_goes_anywhere::<Rate>();
    assert_goes_anywhere::<At>();
    assert_goes_anywhere::<Dialect>();
    assert_is_error::<ParseScheduleError>();
    assert_eq!(size_of::<Schedule>(), 64);
    assert_eq!(size_of::<Option<Schedule>>(), 64);
    assert_eq!(size_of::<ParseScheduleError>(), size_of::<usize>());
}

proptest! {
    #[test]
    fn any_rate_is_read_back(minutes in prop_oneof![
        1..=Rate::MINUTES_MAX,
        (1..=200_u64).prop_map(|days| days * 24 * 60),
        (1..=200_u64).prop_map(|hours| hours * 60),
    ]) {
        let schedule = Schedule::from(Rate::from_minutes(minutes).expect("it is in bounds"));
        for dialect in Dialect::ALL {
            prop_assert_eq!(Schedule::parse(&schedule.to_string(), dialect), Ok(schedule));
        }
    }

    #[test]
    fn any_time_is_read_back(second in -62_167_219_200_i64..=253_402_300_799) {
        let local = DateTime::from_timestamp(second, 0).expect("it is in the calendar").naive_utc();
        let schedule = Schedule::from(At::from_local(local).expect("its year has four digits"));
        for dialect in Dialect::ALL {
            prop_assert_eq!(Schedule::parse(&schedule.to_string(), dialect), Ok(schedule));
        }
    }
}
