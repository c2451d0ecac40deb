//! Schedules in plain English.

use proptest::prelude::*;
use tagout_schedule::{
    Cron, Cutoff, Duration, Explanation, Plan, Schedule, ScheduleOffset, Timeline, Zone,
};

#[track_caller]
fn check(fields: &str, expected: &str) {
    let cron = Cron::parse_fields(fields).expect("the fields are right");
    assert_eq!(
        Schedule::from(cron).explain().to_string(),
        expected,
        "{fields}"
    );
}

#[track_caller]
fn check_schedule(text: &str, expected: &str) {
    let schedule: Schedule = text.parse().expect("the schedule is right");
    assert_eq!(schedule.explain().to_string(), expected);
}

#[test]
fn times_of_day_are_listed_or_ranged() {
    check("30 09 ? * * *", "at 09:30 every day");
    check("24 30 09 ? * * *", "at 09:30:24 every day");
    check("0 0/8 * * ? *", "at 00:00, 08:00 and 16:00 every day");
    check(
        "0 0/6 * * ? *",
        "at 00:00, 06:00, 12:00 and 18:00 every day",
    );
    check("0 8,12 * * ? *", "at 08:00 and 12:00 every day");
    check("0 8-9 * * ? *", "at 08:00 and 09:00 every day");
    check(
        "0,30 8-9 * * ? *",
        "at 08:00, 08:30, 09:00 and 09:30 every day",
    );
    check(
        "0 22-2 ? * * *",
        "at 00:00, 01:00, 02:00, 22:00 and 23:00 every day",
    );
    check(
        "0 22-4/2 * * ? *",
        "at 00:00, 02:00, 04:00 and 22:00 every day",
    );
    check(
        "0/15 8 * * ? *",
        "at 08:00, 08:15, 08:30 and 08:45 every day",
    );
    check(
        "15 0/15 8 * * ? *",
        "at 08:00:15, 08:15:15, 08:30:15 and 08:45:15 every day",
    );
    check(
        "0 0/2 * * ? *",
        "every 2 hours from 00:00 to 22:00 every day",
    );
    check(
        "30 1/2 ? * * *",
        "every 2 hours from 01:30 to 23:30 every day",
    );
}

#[test]
fn rhythms_go_through_the_day_or_a_part_of_it() {
    check("* * * * ? *", "every minute");
    check("* * * * * ? *", "every second");
    check("0/15 * * * ? *", "every 15 minutes");
    check("1/10 * * * ? *", "every 10 minutes from minute 1");
    check("0/10 * * * * ? *", "every 10 seconds");
    check("5/10 * * * * ? *", "every 10 seconds from second 5");
    check("30 0/5 * * * ? *", "every 5 minutes at second 30");
    check(
        "15 1/15 * * * ? *",
        "every 15 minutes from minute 1 at second 15",
    );
    check("0 * * * ? *", "every hour");
    check("30 * * * ? *", "every hour at minute 30");
    check("15 30 * * * ? *", "every hour at minute 30 and second 15");
    check("* 8 * * ? *", "every minute from 08:00 to 08:59 every day");
    check(
        "* * 8 * * ? *",
        "every second from 08:00:00 to 08:59:59 every day",
    );
    check(
        "* 0 8 * * ? *",
        "every second from 08:00:00 to 08:00:59 every day",
    );
    check(
        "* 5 8 * * ? *",
        "every second from 08:05:00 to 08:05:59 every day",
    );
    check(
        "0-9 8 * * ? *",
        "every minute from 08:00 to 08:09 every day",
    );
    check(
        "* 0-9 8 * * ? *",
        "every second from 08:00:00 to 08:09:59 every day",
    );
    check(
        "0/15 8,12 * * ? *",
        "every 15 minutes from 08:00 to 08:45 and from 12:00 to 12:45 every day",
    );
    check(
        "0/30 22-2 * * ? *",
        "every 30 minutes from 00:00 to 02:30 and from 22:00 to 23:30 every day",
    );
    check(
        "0 8-11,13-17 ? * MON-FRI *",
        "every hour from 08:00 to 11:00 and from 13:00 to 17:00, from Monday to Friday",
    );
    check(
        "0/5 8-17 ? * MON-FRI *",
        "every 5 minutes from 08:00 to 17:55, from Monday to Friday",
    );
}

#[test]
fn uneven_times_are_said_field_by_field() {
    check(
        "0/7 * * * ? *",
        "every 7th minute from 0 to 56 of every hour",
    );
    check("1,2,3,7 * * * ? *", "at minutes 1 to 3 and 7 of every hour");
    check(
        "0 0,30 1,2,3,4,7 * * ? *",
        "every 30 minutes from 01:00 to 04:30 and from 07:00 to 07:30 every day",
    );
    check(
        "3,17 2,3 9-17 ? * MON *",
        "at seconds 3 and 17 of minutes 2 and 3 of hours 9 to 17 every Monday",
    );
    check(
        "5-40/7 3-9/3 * * ? *",
        "every 7th minute from 5 to 40 of hours 3, 6 and 9 every day",
    );
}

#[test]
fn days_of_the_month() {
    check(
        "0 12 1,15 * ? *",
        "at 12:00 on the 1st and 15th of every month",
    );
    check(
        "0 12 1-7 * ? *",
        "at 12:00 from the 1st to the 7th of every month",
    );
    check(
        "0 12 1,5-7,20 * ? *",
        "at 12:00 on the 1st, 5th to 7th and 20th of every month",
    );
    check(
        "0 12 1/2 * ? *",
        "at 12:00 on every 2nd day from the 1st to the 31st of every month",
    );
    check(
        "0 12 31 * ? *",
        "at 12:00 on the 31st of every month that has one",
    );
    check(
        "0 12 30,31 * ? *",
        "at 12:00 on the 30th and 31st of every month",
    );
    check(
        "0 0 1 1/3 ? *",
        "at 00:00 on the 1st of January, April, July and October",
    );
    check("0 0 29 2 ? *", "at 00:00 on the 29th of February");
    check(
        "0 0 1 NOV-FEB ? *",
        "at 00:00 on the 1st of every month from November to February",
    );
    check(
        "0 0 1 NOV-FEB ? 2024",
        "at 00:00 on the 1st of January, February, November and December 2024",
    );
    check("0 2 L * ? *", "at 02:00 on the last day of every month");
    check("0 0 L FEB ? *", "at 00:00 on the last day of February");
    check(
        "0 0 L-1 * ? *",
        "at 00:00 on the day before the last day of every month",
    );
    check(
        "0 0 L-3 * ? *",
        "at 00:00 on the 3rd day before the last day of every month",
    );
    check(
        "0 0 L-28 * ? *",
        "at 00:00 on the 28th day before the last day of every month that is long enough",
    );
    check(
        "0 0 LW * ? *",
        "at 00:00 on the last weekday of every month",
    );
    check(
        "0 0 L-3W * ? *",
        "at 00:00 on the weekday nearest to the 3rd day before the last day of every month",
    );
    check(
        "0 0 3W * ? *",
        "at 00:00 on the weekday nearest to the 3rd of every month",
    );
    check(
        "0 0 31W * ? *",
        "at 00:00 on the weekday nearest to the 31st of every month that has one",
    );
}

#[test]
fn days_of_the_week() {
    check("15 10 ? * MON-FRI *", "at 10:15 from Monday to Friday");
    check(
        "0/10 * ? * MON-FRI *",
        "every 10 minutes from Monday to Friday",
    );
    check("0 0 ? * MON-SAT *", "at 00:00 from Monday to Saturday");
    check("0 0 ? * FRI-MON *", "at 00:00 from Friday to Monday");
    check("0 0 ? * SUN *", "at 00:00 every Sunday");
    check("0 0 ? * L *", "at 00:00 every Saturday");
    check("0 0 ? * SAT,SUN *", "at 00:00 every Saturday and Sunday");
    check(
        "0 0 ? * SUN,TUE-THU *",
        "at 00:00 every Tuesday, Wednesday, Thursday and Sunday",
    );
    check(
        "0 0 ? * 2/2 *",
        "at 00:00 every Monday, Wednesday and Friday",
    );
    check(
        "0 0 ? JAN,APR MON,WED,FRI *",
        "at 00:00 every Monday, Wednesday and Friday in January and April",
    );
    check(
        "0 0 ? NOV-FEB MON-FRI *",
        "at 00:00 from Monday to Friday, from November to February",
    );
    check(
        "30 23 ? * TUE#3 *",
        "at 23:30 on the third Tuesday of every month",
    );
    check(
        "0 0 ? * FRI#5 *",
        "at 00:00 on the fifth Friday of every month that has one",
    );
    check(
        "0 0 ? 1,4,7,10 FRI#3 *",
        "at 00:00 on the third Friday of January, April, July and October",
    );
    check(
        "0 */5 * ? * THU#2 *",
        "every 5 minutes on the second Thursday of every month",
    );
    check(
        "15 10 ? * 6L *",
        "at 10:15 on the last Friday of every month",
    );
}

#[test]
fn months_and_years() {
    check(
        "0 0 ? JAN,FEB,MAR * *",
        "at 00:00 every day from January to March",
    );
    check("0 0 1 1 ? 2023", "at 00:00 on the 1st of January 2023");
    check("* * * 3 ? 2024", "every minute in March 2024");
    check(
        "0 0 * JUN,JUL ? 2024",
        "at 00:00 every day in June and July 2024",
    );
    check("0 0 * * ? 2024,2026", "at 00:00 every day in 2024 and 2026");
    check(
        "0 0 * * ? 2020-2030",
        "at 00:00 every day from 2020 to 2030",
    );
    check(
        "0 0 * * ? 2020,2022-2025,2029",
        "at 00:00 every day in 2020, 2022 to 2025 and 2029",
    );
    check(
        "0 0 * * ? 2024/4",
        "at 00:00 every day in every 4th year from 2024",
    );
    check(
        "0 0 1 1 ? 2020-2040/4",
        "at 00:00 on the 1st of January in every 4th year from 2020 to 2040",
    );
    check(
        "0 0 ? JAN 6L 2030",
        "at 00:00 on the last Friday of January 2030",
    );
    check(
        "* * * NOV-FEB ? 2024-2030/2",
        "every minute in January, February, November and December in 2024, 2026, 2028 and 2030",
    );
    check(
        "0/5 8-17 ? NOV-FEB MON-FRI 2020-2030",
        "every 5 minutes from 08:00 to 17:55, from Monday to Friday in January, February, November and December, from 2020 to 2030",
    );
}

#[test]
fn what_never_comes_is_said_to() {
    check(
        "0 0 30 2 ? *",
        "at 00:00 on the 30th of February, which never comes",
    );
    check(
        "0 12 31 4,6 ? *",
        "at 12:00 on the 31st of April and June, which never comes",
    );
    check(
        "0 0 ? 2 SUN#5 2005-2031",
        "at 00:00 on the fifth Sunday of February from 2005 to 2031, which never comes",
    );
}

#[test]
fn rates_and_single_times() {
    check_schedule("rate(1 minute)", "every minute");
    check_schedule("rate(90 minutes)", "every 90 minutes");
    check_schedule("rate(60 minutes)", "every hour");
    check_schedule("rate(1 day)", "every day");
    check_schedule("rate(2 weeks)", "every 14 days");
    check_schedule(
        "at(2026-12-24T18:00)",
        "once, at 18:00 on Thursday, 24 December 2026",
    );
    check_schedule(
        "at(0009-02-01T00:00:05)",
        "once, at 00:00:05 on Sunday, 1 February 9",
    );
}

#[track_caller]
fn check_with(schedule: &str, add: impl FnOnce(Explanation) -> Explanation, expected: &str) {
    let schedule: Schedule = schedule.parse().expect("the schedule is right");
    assert_eq!(add(schedule.explain()).to_string(), expected);
}

#[test]
fn offset_zone_duration_and_cutoff_follow() {
    let zone = |name: &str| name.parse::<Zone>().expect("the zone is known");
    let offset = |days: i64| ScheduleOffset::try_from(days).expect("the offset is right");
    let duration = |hours: i64| Duration::try_from(hours).expect("the duration is right");
    let cutoff = |hours: i64| Cutoff::try_from(hours).expect("the cutoff is right");
    let third_tuesday = "cron(30 23 ? * TUE#3 *)";
    check_with(
        third_tuesday,
        |it| it.offset(offset(2)).zone(zone("America/Los_Angeles")),
        "at 23:30 on the third Tuesday of every month, two days later, Los Angeles time",
    );
    check_with(
        third_tuesday,
        |it| {
            it.cutoff(cutoff(1))
                .duration(duration(4))
                .zone(Zone::UTC)
                .offset(offset(1))
        },
        "at 23:30 on the third Tuesday of every month, one day later, UTC, for four hours, with no new work in the last hour",
    );
    let nightly = "cron(0 2 * * ? *)";
    check_with(
        nightly,
        |it| it.zone(zone("Etc/UTC")),
        "at 02:00 every day, UTC",
    );
    check_with(
        nightly,
        |it| it.zone(zone("+09:00")),
        "at 02:00 every day, UTC+09:00",
    );
    check_with(
        nightly,
        |it| it.zone(zone("Etc/GMT+5")),
        "at 02:00 every day, Etc/GMT+5 time",
    );
    check_with(
        nightly,
        |it| it.zone(zone("Japan")),
        "at 02:00 every day, Japan time",
    );
    check_with(
        nightly,
        |it| it.zone(zone("America/Indiana/Tell_City")),
        "at 02:00 every day, Tell City time",
    );
    check_with(
        nightly,
        |it| it.duration(duration(1)).cutoff(cutoff(0)),
        "at 02:00 every day, for one hour",
    );
    check_with(
        nightly,
        |it| it.duration(duration(24)).cutoff(cutoff(12)),
        "at 02:00 every day, for 24 hours, with no new work in the last 12 hours",
    );
    // A rate has no local times.
    check_with(
        "rate(7 days)",
        |it| it.zone(zone("Asia/Tokyo")).duration(duration(3)),
        "every 7 days, for three hours",
    );
    check_with(
        "at(2026-12-24T18:00)",
        |it| it.zone(zone("Europe/Berlin")),
        "once, at 18:00 on Thursday, 24 December 2026, Berlin time",
    );
}

#[test]
fn a_plan_explains_all_of_itself() {
    let schedule: Schedule = "cron(0 4 ? * SUN#2 *)"
        .parse()
        .expect("the schedule is right");
    let timeline = Timeline::builder(schedule)
        .zone("Asia/Tokyo".parse::<Zone>().expect("the zone is known"))
        .offset(ScheduleOffset::try_from(2).expect("the offset is right"))
        .build()
        .expect("the timeline is right");
    assert_eq!(
        Explanation::from(&timeline).to_string(),
        "at 04:00 on the second Sunday of every month, two days later, Tokyo time"
    );
    let (duration, cutoff) = (
        Duration::try_from(3).expect("right"),
        Cutoff::try_from(1).expect("right"),
    );
    assert_eq!(
        Explanation::from(&Plan::new(timeline, duration, cutoff).expect("the plan is right"))
            .to_string(),
        "at 04:00 on the second Sunday of every month, two days later, Tokyo time, for three hours, \
         with no new work in the last hour"
    );
}

/// A list of a few numbers.
fn list(values: std::ops::Range<u32>) -> impl Strategy<Value = String> {
    let n_values = 1..8.min(values.len());
    prop::collection::btree_set(values, n_values).prop_map(|set| {
        set.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    })
}

/// Seven fields drawn from a few values each, so that forms of all kinds meet.
fn fields() -> impl Strategy<Value = [String; 7]> {
    let clock = || {
        prop_oneof![
            3 => Just("0".to_owned()),
            1 => Just("*".to_owned()),
            2 => list(0..24),
            2 => (0..24_u32, 1..23_u32).prop_map(|(from, step)| format!("{from}/{step}")),
            1 => (0..24_u32, 0..24_u32).prop_map(|(from, to)| format!("{from}-{to}")),
        ]
    };
    let day = prop_oneof![
        Just("*".to_owned()),
        list(1..32),
        (1..32_u32, 1..32_u32).prop_map(|(from, to)| format!("{from}-{to}")),
        (1..32_u32, 1..10_u32).prop_map(|(from, step)| format!("{from}/{step}")),
        (0..31_u32).prop_map(|before| format!("L-{before}")),
        (0..28_u32).prop_map(|before| format!("L-{before}W")),
        (1..32_u32).prop_map(|day| format!("{day}W")),
    ];
    let weekday = prop_oneof![
        list(1..8),
        (1..8_u32, 1..6_u32).prop_map(|(day, nth)| format!("{day}#{nth}")),
        (1..8_u32).prop_map(|day| format!("{day}L")),
    ];
    let days = prop_oneof![
        day.prop_map(|day| (day, "?".to_owned())),
        weekday.prop_map(|weekday| ("?".to_owned(), weekday)),
    ];
    let month = prop_oneof![
        Just("*".to_owned()),
        list(1..13),
        (1..13_u32, 1..13_u32).prop_map(|(from, to)| format!("{from}-{to}")),
    ];
    let year = prop_oneof![
        3 => Just("*".to_owned()),
        1 => list(2020..2030),
        1 => (2020..2199_u32, 1..60_u32).prop_map(|(from, step)| format!("{from}/{step}")),
    ];
    (clock(), clock(), clock(), days, month, year).prop_map(
        |(second, minute, hour, (day, weekday), month, year)| {
            [second, minute, hour, day, month, weekday, year]
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8 * ProptestConfig::default().cases))]

    #[test]
    fn a_sentence_stands_for_one_schedule_only(one in fields(), other in fields(), field in 0..7_usize) {
        // The two schedules differ in one field, or in the two of days.
        let mut changed = one.clone();
        changed[field].clone_from(&other[field]);
        if field == 3 || field == 5 {
            changed[3].clone_from(&other[3]);
            changed[5].clone_from(&other[5]);
        }
        let [one, other] = [one, changed].map(|fields| fields.join(" ").parse::<Cron>().expect("the fields are right"));
        let sentences = [one, other].map(|cron| Schedule::from(cron).explain().to_string());
        prop_assert_eq!(one == other, sentences[0] == sentences[1], "{} and {}: {}", one, other, sentences[0]);
        for sentence in sentences {
            prop_assert!(!sentence.contains("  ") && !sentence.contains(" ,") && !sentence.ends_with([' ', '.', ',']));
        }
    }
}
