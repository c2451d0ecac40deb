//! Schedules that come from the `cron` crate.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use tagout_schedule::{BothDaysLimited, Cron, Schedule, Timeline, Zone};

#[track_caller]
fn check(theirs: &str, expected: Option<&str>) {
    let schedule: cron::Schedule = theirs.parse().expect("their crate reads it");
    let found = Cron::try_from(&schedule).map(|cron| cron.to_string());
    let refused = format!(
        "`{theirs}` limits both day-of-month and day-of-week, expected `*` or `?` in one of them"
    );
    match found {
        Ok(found) => assert_eq!(Some(&*found), expected, "{theirs}"),
        Err(error) => assert_eq!((error.to_string(), None), (refused, expected), "{theirs}"),
    }
    assert_eq!(
        Schedule::try_from(&schedule).ok(),
        Cron::try_from(&schedule).ok().map(Schedule::from)
    );
}

#[test]
fn takes_every_form_of_their_grammar() {
    check("@yearly", Some("0 0 1 JAN ? *"));
    check("@monthly", Some("0 0 1 * ? *"));
    check("@weekly", Some("0 0 ? * SUN *"));
    check("@daily", Some("0 0 * * ? *"));
    check("@hourly", Some("0 * * * ? *"));
    check("0 0 6 * * *", Some("0 6 * * ? *"));
    check("0 0 6 * * * *", Some("0 6 * * ? *"));
    check("0 0 6 ? * ?", Some("0 6 * * ? *"));
    check("* * * * * ?", Some("* * * * * ? *"));
    check("0,30 */15 6-8 * * *", Some("0,30 0/15 6-8 * * ? *"));
    check("5/20 10-40/10 0 * * *", Some("5/20 10-40/10 0 * * ? *"));
    check("0 0 6 1,15 * ?", Some("0 6 1,15 * ? *"));
    check(
        "0 0 6 1 jan,March-May,sep *",
        Some("0 6 1 JAN,MAR-MAY,SEP ? *"),
    );
    check("0 0 6 1 1-12/3 *", Some("0 6 1 1/3 ? *"));
    check("0 0 6 * * Mon-Thurs/2", Some("0 6 ? * MON,WED *"));
    check(
        "0 0 6 * * Sunday,tues,FRI-Saturday",
        Some("0 6 ? * SUN,TUE,FRI,SAT *"),
    );
    check(
        "0 0 6 ? * 2-6 2030-2040/2,2050",
        Some("0 6 ? * MON-FRI 2030,2032,2034,2036,2038,2040,2050"),
    );
    check(" 0 , 30  0 6 * * * ", Some("0,30 0 6 * * ? *"));
    check("0 0 6 30 2 *", Some("0 6 30 FEB ? *"));
    // Their years end with 2100; all of them are all.
    check("0 0 6 * * * 1970-2100", Some("0 6 * * ? *"));
    check("0 0 6 * * * 1970-2099", Some("0 6 * * ? 1970-2099"));
}

#[test]
fn takes_every_name_of_their_grammar() {
    let months = "jan january feb february mar march apr april may jun june jul july aug august sep september oct october \
                  nov november dec december";
    for name in months.split_whitespace() {
        check(
            &format!("0 0 0 1 {name} *"),
            Some(&format!("0 0 1 {} ? *", name[..3].to_uppercase())),
        );
    }
    let weekdays = "sun sunday mon monday tue tues tuesday wed wednesday thu thurs thursday fri friday sat saturday";
    for name in weekdays.split_whitespace() {
        check(
            &format!("0 0 0 * * {name}"),
            Some(&format!("0 0 ? * {} *", name[..3].to_uppercase())),
        );
    }
}

#[test]
fn takes_two_limited_day_fields_where_one_form_says_the_same() {
    check("0 0 6 1-7 * Mon", Some("0 6 ? * MON#1 *"));
    check("0 0 6 15-21 * Tue", Some("0 6 ? * TUE#3 *"));
    check("0 0 6 29-31 * Fri", Some("0 6 ? * FRI#5 *"));
    check("0 0 6 24-30 6,9 Fri", Some("0 6 ? JUN,SEP FRIL *"));
    check("0 0 6 25-31 Dec Fri", Some("0 6 ? DEC FRIL *"));
    check("0 0 6 29 2 Sun", Some("0 6 ? FEB SUN#5 *"));
    check("0 0 6 1-31 * Fri", Some("0 6 ? * FRI *"));
    check("0 0 6 13 * 1-7", Some("0 6 13 * ? *"));
    check("0 0 6 13 * Fri", None);
    check("0 0 6 1-8 * Mon", None);
    check("0 0 6 24-30 * Fri", None);
    check("0 0 6 1-7 * Mon,Tue", None);
}

#[test]
fn the_refusal_names_its_text() {
    fn assert_is_error<T: std::error::Error + Send + Sync + 'static>() {}
    assert_is_error::<BothDaysLimited>();
    let theirs: cron::Schedule = "0 0 6 13 * Fri".parse().expect("their crate reads it");
    assert_eq!(
        Schedule::try_from(&theirs).unwrap_err().source_text(),
        "0 0 6 13 * Fri"
    );
}

/// A field of their grammar: numbers, ranges, steps and names.
fn field(min: u32, max: u32, names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let item = prop_oneof![
        4 => (min..=max).prop_map(|value| value.to_string()),
        2 => (min..=max, min..=max).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => (min..=max, 1..=12_u32).prop_map(|(from, step)| format!("{from}/{step}")),
        1 => (1..=12_u32).prop_map(move |step| format!("*/{}", step.min(max))),
        1 => (min..=max, min..=max, 1..=7_u32).prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b))),
    ];
    let item = if names.is_empty() {
        item.boxed()
    } else {
        prop_oneof![2 => item, 1 => prop::sample::select(names).prop_map(str::to_owned)].boxed()
    };
    prop_oneof![
        3 => Just("*".to_owned()),
        4 => prop::collection::vec(item, 1..4).prop_map(|items| items.join(",")),
    ]
}

prop_compose! {
    fn their_schedule()(
        clock in [field(0, 59, &[]), field(0, 59, &[]), field(0, 23, &[])],
        day in prop_oneof![2 => Just("*".to_owned()), 3 => field(1, 31, &[])],
        month in field(1, 12, &["jan", "June", "DECEMBER", "apr-Sep"]),
        weekday in prop_oneof![3 => Just("?".to_owned()), 2 => field(1, 7, &["Mon", "thurs", "SATURDAY", "Mon-Fri", "Tue-Sat/2"])],
        year in prop_oneof![4 => Just(String::new()), 1 => field(2020, 2060, &[]).prop_map(|years| format!(" {years}"))],
    ) -> String {
        let [second, minute, hour] = clock;
        format!("{second} {minute} {hour} {day} {month} {weekday}{year}")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4 * ProptestConfig::default().cases))]

    #[test]
    fn runs_when_theirs_does(text in their_schedule(), start in 0..2_500_000_000_i64) {
        // Their periods refuse steps above the field, and of years all but those from 1 to 2100.
        let Ok(theirs) = text.parse::<cron::Schedule>() else { return Ok(()) };
        let Ok(ours) = Schedule::try_from(&theirs) else { return Ok(()) };
        let timeline = Timeline::new(ours, Zone::UTC).expect("a cron needs no anchor");
        let start = DateTime::from_timestamp(start, 0).expect("the second is in the calendar");
        let end = Utc.with_ymd_and_hms(2101, 1, 1, 0, 0, 0).single().expect("it is a day");
        let their_runs: Vec<_> = theirs.after(&start).take(5).collect();
        let our_runs: Vec<_> = timeline.after(start).take_while(|run| *run < end).take(5).collect();
        prop_assert_eq!(our_runs, their_runs, "{} became {}", text, ours);
    }

    #[test]
    fn names_the_same_seconds(text in their_schedule(), instant in 0..2_500_000_000_i64) {
        let Ok(theirs) = text.parse::<cron::Schedule>() else { return Ok(()) };
        let instant = DateTime::from_timestamp(instant, 0).expect("the second is in the calendar");
        let found = Schedule::try_from(&theirs).map(|ours| {
            let timeline = Timeline::new(ours, Zone::UTC).expect("a cron needs no anchor");
            timeline.after(instant - TimeDelta::seconds(1)).next() == Some(instant)
        });
        prop_assert!(found.is_err() || found == Ok(theirs.includes(instant)), "{} at {}", text, instant);
    }
}
