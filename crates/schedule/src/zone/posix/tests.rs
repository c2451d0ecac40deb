use chrono::DateTime;
use proptest::prelude::*;

use super::*;

/// Checks the changes of `year`, each written as instant and new offset in seconds.
#[track_caller]
fn check(rule: &str, year: i32, expected: &[(&str, i32)]) {
    let changes = Rule::parse(rule).expect("a rule").changes(year..=year);
    let written: Vec<(String, i32)> = changes
        .into_iter()
        .map(|(at, offset)| {
            (
                DateTime::from_timestamp(at, 0)
                    .expect("an instant")
                    .to_rfc3339(),
                offset,
            )
        })
        .collect();
    let written: Vec<(&str, i32)> = written
        .iter()
        .map(|(at, offset)| (at.trim_end_matches(":00+00:00"), *offset))
        .collect();
    assert_eq!(written, expected, "{rule} in {year}");
}

#[test]
fn a_rule_gives_the_changes_of_a_year() {
    check("UTC0", 2026, &[]);
    check("<+0530>-5:30", 2026, &[]);
    check(
        "EST5EDT,M3.2.0,M11.1.0",
        2026,
        &[("2026-03-08T07:00", -14_400), ("2026-11-01T06:00", -18_000)],
    );
    check(
        "GMT0BST,M3.5.0/1,M10.5.0",
        2199,
        &[("2199-03-31T01:00", 3600), ("2199-10-27T01:00", 0)],
    );
    // The southern summer begins late in the year.
    check(
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        2026,
        &[("2026-04-04T15:00", 37_800), ("2026-10-03T15:30", 39_600)],
    );
    // Two hours at once.
    check(
        "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
        2026,
        &[("2026-03-29T01:00", 7200), ("2026-10-25T01:00", 0)],
    );
}

#[test]
fn irish_winter_may_be_the_saving_time() {
    check(
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        2026,
        &[("2026-03-29T01:00", 3600), ("2026-10-25T01:00", 0)],
    );
    check(
        "GMT0IST,M3.5.0/1,M10.5.0",
        2026,
        &[("2026-03-29T01:00", 3600), ("2026-10-25T01:00", 0)],
    );
}

#[test]
fn a_time_may_lie_on_another_day() {
    check(
        "EET-2EEST,M3.4.4/50,M10.4.4/50",
        2026,
        &[("2026-03-28T00:00", 10_800), ("2026-10-23T23:00", 7200)],
    );
    check(
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        2026,
        &[("2026-03-29T01:00", -3600), ("2026-10-25T01:00", -7200)],
    );
    check(
        "AAA0BBB,M1.1.0/-167,M6.1.0/+167",
        2026,
        &[("2025-12-28T01:00", 3600), ("2026-06-13T22:00", 0)],
    );
}

#[test]
fn days_of_the_year_count_the_leap_day_or_not() {
    check(
        "AAA0BBB,J59/0,J60/0",
        2024,
        &[("2024-02-28T00:00", 3600), ("2024-02-29T23:00", 0)],
    );
    check(
        "AAA0BBB,J59/0,J60/0",
        2026,
        &[("2026-02-28T00:00", 3600), ("2026-02-28T23:00", 0)],
    );
    check(
        "AAA0BBB,58/0,59/0",
        2024,
        &[("2024-02-28T00:00", 3600), ("2024-02-28T23:00", 0)],
    );
    check(
        "AAA0BBB,59/0,60/0",
        2026,
        &[("2026-03-01T00:00", 3600), ("2026-03-01T23:00", 0)],
    );
    check(
        "AAA0BBB,0/0,365/0",
        2026,
        &[("2026-01-01T00:00", 3600), ("2026-12-31T23:00", 0)],
    );
    check(
        "AAA0BBB,J1/0,J365/0",
        2024,
        &[("2024-01-01T00:00", 3600), ("2024-12-30T23:00", 0)],
    );
}

#[test]
fn saving_time_all_year_ends_as_it_begins_again() {
    let changes = Rule::parse("EST5EDT,0/0,J365/25")
        .expect("a rule")
        .changes(2024..=2026);
    assert!(
        changes[1..]
            .chunks_exact(2)
            .all(|pair| pair[0].0 == pair[1].0 && pair[1].1 == -14_400),
        "{changes:?}"
    );
}

#[test]
fn refuses_what_is_no_rule() {
    for text in [
        "",
        "EST",
        "ES5",
        "5",
        "EST5EDT",
        "EST5EDT,",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,M3.2,M11.1.0",
        "EST5EDT,J0,J365",
        "EST5EDT,J1,J366",
        "EST5EDT,366,1",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/2:60,M11.1.0",
        "EST5EDT,M3.2.0/,M11.1.0",
        "EST25",
        "EST5:",
        "<-3",
        "<>3",
        "<-03>",
        "EST0005",
        "EST5 ",
        "ÉST5",
        "EST5ÉDT",
        "EST-",
        "EST+-5",
        "EST5EDT4EXT",
    ] {
        assert_eq!(Rule::parse(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in r"\PC{0,40}|[A-Z<>+\-0-9:,./MJ]{0,40}") {
        if let Some(rule) = Rule::parse(&text) {
            rule.changes(1960..=2201);
        }
    }

    /// Against days counted one by one.
    #[test]
    fn finds_the_weekday_of_the_month(year in 1960..2202, month in 1_u32..=12, week in 1_u32..=5, weekday in 0_u32..7) {
        let rule = format!("AAA0BBB,M{month}.{week}.{weekday}/0,M{month}.{week}.{weekday}/1");
        let begins = Rule::parse(&rule).expect("a rule").changes(year..=year)[0].0;
        let found = (1..=31)
            .filter_map(|day| NaiveDate::from_ymd_opt(year, month, day))
            .filter(|date| date.weekday().num_days_from_sunday() == weekday)
            .take(week as usize)
            .last();
        prop_assert_eq!(DateTime::from_timestamp(begins, 0).map(|at| at.date_naive()), found);
    }
}
