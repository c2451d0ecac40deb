//! Every documented schedule of a maintenance window is taken, or refused, as its page says, and opens when it says.
//!
//! Source: the AWS Systems Manager user guide (its page on cron and rate expressions, schedule options, the tutorials and
//! walk-throughs), the API reference, and the examples of the AWS CLI.

use serde_json::{Value, json};
use tagout_schedule::Dialect;
use tagout_window::{Rules, Window};

use crate::support::{at, create};

/// One documented schedule, with the zone, the dates and the offset that it is shown with.
struct Example {
    schedule: &'static str,
    with: fn() -> Value,
    created: &'static str,
    /// The first openings after that.
    next: &'static [&'static str],
}

fn nothing() -> Value {
    json!({})
}

fn los_angeles() -> Value {
    json!({ "ScheduleTimezone": "America/Los_Angeles" })
}

fn two_days_later() -> Value {
    json!({ "ScheduleOffset": 2 })
}

const SATURDAY: &str = "2024-06-01T00:00:00Z";

#[rustfmt::skip] // columns
const EXAMPLES: &[Example] = &[
    Example { schedule: "cron(30 09 ? * * *)",       with: nothing, created: SATURDAY, next: &["2024-06-01T09:30Z", "2024-06-02T09:30Z"] },
    Example { schedule: "cron(24 30 09 ? * * *)",    with: nothing, created: SATURDAY, next: &["2024-06-01T09:30:24Z", "2024-06-02T09:30:24Z"] },
    Example { schedule: "cron(0 2 ? * THU#3 *)",     with: nothing, created: SATURDAY, next: &["2024-06-20T02:00Z", "2024-07-18T02:00Z"] },
    Example { schedule: "cron(0 2 ? 1/1 THU#3 *)",   with: nothing, created: SATURDAY, next: &["2024-06-20T02:00Z", "2024-07-18T02:00Z"] },
    Example { schedule: "cron(0 0 2 ? 1/1 THU#3 *)", with: nothing, created: SATURDAY, next: &["2024-06-20T02:00Z"] },
    Example { schedule: "cron(0 0 0 21 1/1 ? *)",    with: nothing, created: SATURDAY, next: &["2024-06-21T00:00Z", "2024-07-21T00:00Z"] },
    Example { schedule: "cron(15 10 ? * * *)",       with: nothing, created: SATURDAY, next: &["2024-06-01T10:15Z"] },
    Example { schedule: "cron(15 10 ? * MON-FRI *)", with: nothing, created: SATURDAY, next: &["2024-06-03T10:15Z", "2024-06-04T10:15Z"] },
    Example { schedule: "cron(0 2 L * ? *)",         with: nothing, created: SATURDAY, next: &["2024-06-30T02:00Z", "2024-07-31T02:00Z"] },
    Example { schedule: "cron(15 10 ? * 6L *)",      with: nothing, created: SATURDAY, next: &["2024-06-28T10:15Z", "2024-07-26T10:15Z"] },
    Example { schedule: "cron(30 23 ? * TUE#3 *)",   with: nothing, created: SATURDAY, next: &["2024-06-18T23:30Z"] },
    Example { schedule: "cron(30 23 ? * TUE#3 *)",   with: two_days_later, created: SATURDAY, next: &["2024-06-20T23:30Z"] },
    Example { schedule: "cron(0 30 23 ? * TUE#3 *)", with: two_days_later, created: SATURDAY, next: &["2024-06-20T23:30Z"] },
    Example { schedule: "cron(0 16 ? * TUE *)",      with: nothing, created: SATURDAY, next: &["2024-06-04T16:00Z"] },
    Example { schedule: "cron(0 16 ? * TUE *)",      with: || json!({ "ScheduleTimezone": "America/Los_Angeles", "StartDate": "2021-01-01T00:00:00-08:00", "EndDate": "2021-06-30T00:00:00-08:00" }), created: "2020-12-01T00:00:00Z", next: &["2021-01-05T16:00-08:00", "2021-01-12T16:00-08:00"] },
    Example { schedule: "cron(0 16 ? * TUE *)",      with: || json!({ "ScheduleTimezone": "UTC", "StartDate": "2019-03-13T19:00:00Z", "EndDate": "2019-03-23T19:00:00Z" }), created: "2019-03-01T00:00:00Z", next: &["2019-03-19T16:00Z"] },
    Example { schedule: "cron(0 09 ? * WED *)",      with: || json!({ "ScheduleTimezone": "America/Los_Angeles", "StartDate": "2021-01-01T00:00:00-08:00" }), created: "2020-12-01T00:00:00Z", next: &["2021-01-06T09:00-08:00"] },
    Example { schedule: "cron(0 09 ? * FRI *)",      with: || json!({ "ScheduleTimezone": "America/Los_Angeles", "StartDate": "2019-01-01T00:00:00-08:00" }), created: "2018-12-01T00:00:00Z", next: &["2019-01-04T09:00-08:00"] },
    Example { schedule: "cron(0 2 ? * SUN *)",       with: los_angeles, created: "2019-01-30T00:00:00Z", next: &["2019-02-03T02:00-08:00"] },
    Example { schedule: "cron(0 0 22 ? * TUE *)",    with: nothing, created: SATURDAY, next: &["2024-06-04T22:00Z"] },
    Example { schedule: "cron(0 0 22 ? * SAT *)",    with: nothing, created: SATURDAY, next: &["2024-06-01T22:00Z"] },
    Example { schedule: "cron(0 0 6 ? * MON *)",     with: nothing, created: SATURDAY, next: &["2024-06-03T06:00Z"] },
    Example { schedule: "cron(0 0 6 ? * WED *)",     with: nothing, created: SATURDAY, next: &["2024-06-05T06:00Z"] },
    Example { schedule: "rate(30 minutes)",          with: nothing, created: SATURDAY, next: &["2024-06-01T00:30Z", "2024-06-01T01:00Z"] },
    Example { schedule: "rate(1 hour)",              with: nothing, created: SATURDAY, next: &["2024-06-01T01:00Z"] },
    Example { schedule: "rate(5 hours)",             with: nothing, created: SATURDAY, next: &["2024-06-01T05:00Z"] },
    Example { schedule: "rate(25 days)",             with: nothing, created: SATURDAY, next: &["2024-06-26T00:00Z"] },
    Example { schedule: "rate(7 days)",              with: los_angeles, created: SATURDAY, next: &["2024-06-07T17:00-07:00"] },
    Example { schedule: "rate(7 days)",              with: || json!({ "ScheduleTimezone": "Asia/Tokyo", "StartDate": "2019-01-01T00:03:15+09:00", "EndDate": "2019-06-30T00:06:15+09:00" }), created: "2018-12-01T00:00:00Z", next: &["2019-01-01T00:03:15+09:00", "2019-01-08T00:03:15+09:00", "2019-01-15T00:03:15+09:00"] },
    Example { schedule: "rate(5 minutes)",           with: nothing, created: "2019-05-11T16:41:16.991Z", next: &["2019-05-11T16:46:16.991Z", "2019-05-11T16:51:16.991Z"] },
    Example { schedule: "rate(3 minutes)",           with: nothing, created: SATURDAY, next: &["2024-06-01T00:03Z"] },
    Example { schedule: "rate(3 days)",              with: nothing, created: "2020-02-22T00:08:15.099Z", next: &["2020-02-25T00:08:15.099Z"] },
    Example { schedule: "rate(180 minutes)",         with: nothing, created: SATURDAY, next: &["2024-06-01T03:00Z"] },
    Example { schedule: "rate(2 days)",              with: nothing, created: SATURDAY, next: &["2024-06-03T00:00Z"] },
    Example { schedule: "at(2020-07-07T15:55:00)",   with: || json!({ "ScheduleTimezone": "UTC" }), created: "2020-07-01T00:00:00Z", next: &["2020-07-07T15:55Z"] },
    Example { schedule: "at(2021-07-07T13:15:30)",   with: los_angeles, created: "2021-07-01T00:00:00Z", next: &["2021-07-07T13:15:30-07:00"] },
    Example { schedule: "at(2021-07-07T13:15:30)",   with: nothing, created: "2021-07-01T00:00:00Z", next: &["2021-07-07T13:15:30Z"] },
    Example { schedule: "at(2019-07-07T13:15:30)",   with: nothing, created: "2021-07-01T00:00:00Z", next: &[] },
    Example { schedule: "at(2020-05-14T15:55:00)",   with: nothing, created: "2020-05-01T00:00:00Z", next: &["2020-05-14T15:55Z"] },
];

fn made(example: &Example, dialect: Dialect) -> Window {
    let mut changes = (example.with)();
    changes["Schedule"] = json!(example.schedule);
    let rules = Rules {
        dialect,
        ..Rules::default()
    };
    create(changes, example.created, &rules)
        .unwrap_or_else(|error| panic!("{}: {error}", example.schedule))
}

#[test]
fn documented_schedules_open_when_their_page_says() {
    for example in EXAMPLES {
        for dialect in [Dialect::Documented, Dialect::Service] {
            let window = made(example, dialect);
            let next: Vec<String> = window
                .openings_after(at(example.created))
                .take(example.next.len().max(1))
                .map(|opening| window.execution_time(opening.opens_at).to_string())
                .collect();
            assert_eq!(next, example.next, "{}", example.schedule);
        }
    }
}

#[test]
fn a_rate_with_dates_has_the_documented_number_of_openings() {
    let tokyo = EXAMPLES
        .iter()
        .find(|it| it.schedule == "rate(7 days)" && it.next.len() == 3)
        .unwrap();
    let window = made(tokyo, Dialect::Documented);
    let all: Vec<_> = window.openings_after(at(tokyo.created)).collect();
    assert_eq!(all.len(), 26);
    assert_eq!(
        window.execution_time(all[25].opens_at).to_string(),
        "2019-06-25T00:03:15+09:00"
    );
}

/// The page calls them invalid, the service takes them; and the other way round for weeks.
#[test]
fn what_the_dialects_differ_in_is_taken_by_one_of_them() {
    for (schedule, documented, service) in [
        ("rate(1 hours)", false, true),
        ("rate(5 hour)", false, true),
        ("rate(2 weeks)", true, false),
        ("Rate(1 day)", false, true),
    ] {
        let taken = |dialect| {
            create(
                json!({ "Schedule": schedule }),
                SATURDAY,
                &Rules {
                    dialect,
                    ..Rules::default()
                },
            )
            .is_ok()
        };
        assert_eq!(
            (taken(Dialect::Documented), taken(Dialect::Service)),
            (documented, service),
            "{schedule}"
        );
    }
}
