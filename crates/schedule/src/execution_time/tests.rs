use std::error::Error;

use chrono::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::{Cutoff, Duration, Timeline, Zone};

const fn assert_send_sync<T: Send + Sync>() {}
const _: () = assert_send_sync::<ExecutionTime>();

/// `text` is read as the instant that chrono's own reading of `rfc3339` gives, and printed as it stands.
#[track_caller]
fn check(text: &str, rfc3339: &str) {
    let read: ExecutionTime = text.parse().unwrap();
    let expected = DateTime::parse_from_rfc3339(rfc3339).unwrap();
    assert_eq!(read.instant(), expected.to_utc(), "{text}");
    assert_eq!(read.offset(), *expected.offset(), "{text}");
    assert_eq!(ExecutionTime::from(expected).to_string(), text);
}

#[test]
fn writes_and_reads_the_texts_seen_from_the_service() {
    check("2024-03-12T09:00-05:00", "2024-03-12T09:00:00-05:00");
    check("2020-07-26T00:00+10:00", "2020-07-26T00:00:00+10:00");
    check("2019-02-03T02:00-08:00", "2019-02-03T02:00:00-08:00");
    check("2020-02-19T16:00Z", "2020-02-19T16:00:00Z");
    check("2019-10-20T05:34:56-07:00", "2019-10-20T05:34:56-07:00");
    check("2020-02-12T23:19:20.596Z", "2020-02-12T23:19:20.596Z");
    check("2019-05-11T16:46:16.991Z", "2019-05-11T16:46:16.991Z");
}

#[test]
fn leaves_out_what_is_zero_and_groups_the_fraction_by_three() {
    check("1970-01-01T00:00Z", "1970-01-01T00:00:00Z");
    check("2024-01-01T00:00:01Z", "2024-01-01T00:00:01Z");
    check("2024-01-01T00:00:00.100Z", "2024-01-01T00:00:00.1Z");
    check("2024-01-01T00:00:00.000100Z", "2024-01-01T00:00:00.0001Z");
    check(
        "2024-01-01T00:00:00.000000001Z",
        "2024-01-01T00:00:00.000000001Z",
    );
    check(
        "2199-12-31T23:59:59.999+05:45",
        "2199-12-31T23:59:59.999+05:45",
    );
}

#[test]
fn reads_more_than_it_writes() {
    for (text, canonical) in [
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00Z"),
        ("2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00.500Z"),
        ("2024-01-01T00:00:00.000Z", "2024-01-01T00:00Z"),
        ("2024-01-01T00:00-00:00", "2024-01-01T00:00Z"),
        ("2024-01-01T00:00+01:00:00", "2024-01-01T00:00+01:00"),
    ] {
        assert_eq!(
            text.parse::<ExecutionTime>().unwrap().to_string(),
            canonical
        );
    }
}

#[test]
fn writes_offsets_with_seconds_and_years_of_more_than_four_digits() {
    let amsterdam = FixedOffset::east_opt(19 * 60 + 32).unwrap();
    let shown = amsterdam.with_ymd_and_hms(1937, 1, 1, 12, 0, 0).unwrap();
    assert_eq!(
        ExecutionTime::from(shown).to_string(),
        "1937-01-01T12:00+00:19:32"
    );
    assert_eq!(
        "1937-01-01T12:00+00:19:32"
            .parse::<ExecutionTime>()
            .unwrap(),
        shown.into()
    );
    for (year, text) in [
        (12_024, "+12024-01-01T00:00Z"),
        (-44, "-0044-01-01T00:00Z"),
        (44, "0044-01-01T00:00Z"),
    ] {
        let shown = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
        assert_eq!(ExecutionTime::from(shown).to_string(), text);
    }
}

#[test]
fn shows_a_leap_second_as_the_one_before() {
    let leap = DateTime::parse_from_rfc3339("2016-12-31T23:59:60.250Z").unwrap();
    assert_eq!(
        ExecutionTime::from(leap).to_string(),
        "2016-12-31T23:59:59.999999999Z"
    );
}

#[test]
fn tells_when_a_plan_opens_next_on_its_own_clocks() {
    let next = |schedule: &str, zone: &str, after: &str| {
        let timeline =
            Timeline::builder(schedule.parse().unwrap()).zone(zone.parse::<Zone>().unwrap());
        let timeline = timeline.end(Some("2024-12-31T00:00:00Z".parse().unwrap()));
        let timeline = timeline
            .anchor("2020-02-12T23:09:20.596Z".parse::<DateTime<Utc>>().unwrap())
            .build()
            .unwrap();
        let plan = Plan::new(timeline, Duration::try_from(2).unwrap(), Cutoff::NONE).unwrap();
        plan.next_execution_time(after.parse().unwrap())
            .map(|next| next.to_string())
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        next(
            "cron(0 9 * * ? *)",
            "America/Chicago",
            "2024-03-09T15:00:00Z"
        ),
        some("2024-03-10T09:00-05:00")
    );
    assert_eq!(
        next(
            "cron(0 9 * * ? *)",
            "America/Chicago",
            "2024-03-08T15:00:00Z"
        ),
        some("2024-03-09T09:00-06:00")
    );
    assert_eq!(
        next("cron(0 16 ? * WED *)", "UTC", "2020-02-13T00:00:00Z"),
        some("2020-02-19T16:00Z")
    );
    assert_eq!(
        next("rate(10 minutes)", "UTC", "2020-02-12T23:09:20.596Z"),
        some("2020-02-12T23:19:20.596Z")
    );
    assert_eq!(
        next(
            "cron(0 9 * * ? *)",
            "America/Chicago",
            "2024-12-30T15:00:00Z"
        ),
        None,
        "it has ended"
    );
    assert_eq!(
        next(
            "cron(0 9 30 2 ? *)",
            "America/Chicago",
            "2024-03-08T15:00:00Z"
        ),
        None,
        "it never opens"
    );
}

#[track_caller]
fn refused(text: &str, message: &str) {
    let error = text.parse::<ExecutionTime>().unwrap_err();
    assert_eq!(format!("{error}: {}", error.source().unwrap()), message);
}

#[test]
fn says_what_is_wrong_and_where() {
    let lead = "as a date, time and offset, at byte";
    refused(
        "2024-03-12T09:00",
        &format!(
            "cannot read `2024-03-12T09:00` {lead} 16: expected an offset, `Z` or `+hh:mm`, after the time"
        ),
    );
    refused(
        "",
        &format!("cannot read `` {lead} 0: expected a year of four digits"),
    );
    refused(
        "24-03-12T09:00Z",
        &format!("cannot read `24-03-12T09:00Z` {lead} 0: expected a year of four digits"),
    );
    refused(
        "2024-3-12T09:00Z",
        &format!("cannot read `2024-3-12T09:00Z` {lead} 5: expected two digits"),
    );
    refused(
        "2024-13-12T09:00Z",
        &format!("cannot read `2024-13-12T09:00Z` {lead} 5: month is 13, expected 1 to 12"),
    );
    refused(
        "2023-02-29T09:00Z",
        &format!("cannot read `2023-02-29T09:00Z` {lead} 8: the month has no day 29"),
    );
    refused(
        "2024-03-12 09:00Z",
        &format!("cannot read `2024-03-12 09:00Z` {lead} 10: expected `T` between date and time"),
    );
    refused(
        "2024-03-12T24:00Z",
        &format!("cannot read `2024-03-12T24:00Z` {lead} 11: hour is 24, expected 0 to 23"),
    );
    refused(
        "2024-03-12T09:00:60Z",
        &format!("cannot read `2024-03-12T09:00:60Z` {lead} 17: second is 60, expected 0 to 59"),
    );
    refused(
        "2024-03-12T09:00:00.Z",
        &format!(
            "cannot read `2024-03-12T09:00:00.Z` {lead} 20: expected a fraction of 1 to 9 digits"
        ),
    );
    refused(
        "2024-03-12T09:00z",
        &format!("cannot read `2024-03-12T09:00z` {lead} 16: expected `Z` or `+hh:mm`"),
    );
    refused(
        "2024-03-12T09:00+0100",
        &format!(
            "cannot read `2024-03-12T09:00+0100` {lead} 19: expected `:` after the hours of the offset"
        ),
    );
    refused(
        "2024-03-12T09:00+18:01",
        &format!(
            "cannot read `2024-03-12T09:00+18:01` {lead} 16: expected an offset of at most 18 hours"
        ),
    );
    refused(
        "2024-03-12T09:00Z ",
        &format!("cannot read `2024-03-12T09:00Z ` {lead} 17: expected nothing after the offset"),
    );
    refused(
        "２024-03-12T09:00Z",
        &format!("cannot read `２024-03-12T09:00Z` {lead} 0: expected a year of four digits"),
    );
}

#[test]
fn quotes_the_service_for_a_date_without_offset() {
    let error = "2021-01-01T00:00:00".parse::<ExecutionTime>().unwrap_err();
    assert_eq!(error.kind(), ParseExecutionTimeErrorKind::NoOffset);
    assert_eq!(
        error.service_text(),
        "DateTime 2021-01-01T00:00:00 is malformed, format either must contain an offset - \
         e.g. '2018-01-01T00:00:00-02:00' or '2018-01-01T00:00:00Z'"
    );
}

#[test]
fn keeps_a_message_short_however_long_the_text() {
    let error = "9".repeat(1_000_000).parse::<ExecutionTime>().unwrap_err();
    assert_eq!(error.text(), "9".repeat(64));
}

#[test]
fn is_stored_as_its_text() {
    let time: ExecutionTime = "2020-02-12T23:19:20.596Z".parse().unwrap();
    let stored = serde_json::to_string(&time).unwrap();
    assert_eq!(stored, r#""2020-02-12T23:19:20.596Z""#);
    assert_eq!(
        serde_json::from_str::<ExecutionTime>(&stored).unwrap(),
        time
    );
    assert_eq!(
        serde_json::from_str::<ExecutionTime>(r#""tomorrow""#)
            .unwrap_err()
            .to_string(),
        "cannot read `tomorrow` as a date, time and offset, at byte 0"
    );
}

proptest! {
    #[test]
    fn reads_back_what_it_wrote(
        seconds in 0_i64..7_258_118_400,
        nanos in prop_oneof![Just(0), 0_u32..1_000, (0_u32..1_000).prop_map(|n| n * 1_000), (0_u32..1_000).prop_map(|n| n * 1_000_000)],
        offset in prop_oneof![Just(0), -64_800_i32..=64_800, (-72_i32..=72).prop_map(|quarter| quarter * 900)],
    ) {
        let offset = FixedOffset::east_opt(offset).unwrap();
        let shown = DateTime::from_timestamp(seconds, nanos).unwrap().with_timezone(&offset);
        let time = ExecutionTime::from(shown);
        prop_assert_eq!(time.instant(), shown.to_utc());
        prop_assert_eq!(DateTime::<FixedOffset>::from(time), shown);
        prop_assert_eq!(time.to_string().parse::<ExecutionTime>().unwrap(), time);
    }

    #[test]
    fn takes_any_text(text in "\\PC*|[-+:.TZ0-9]{0,40}") {
        if let Ok(time) = text.parse::<ExecutionTime>() {
            prop_assert_eq!(time.to_string().parse::<ExecutionTime>().unwrap(), time);
        }
    }
}
