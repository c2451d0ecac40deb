//! Zones: names, offsets, clock changes.

use chrono::{DateTime, NaiveDateTime, Utc};
use tagout_schedule::{Wall, Zone};

const _: () = assert!(size_of::<Zone>() == 16);

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Zone>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn reading(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

#[track_caller]
fn check_local(zone: &str, instant: &str, expected: &str) {
    let zone: Zone = zone.parse().unwrap();
    assert_eq!(
        zone.to_local(utc(instant)).to_rfc3339(),
        expected,
        "{zone} at {instant}"
    );
}

#[test]
fn tells_the_local_time() {
    check_local("UTC", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00+00:00");
    check_local(
        "+09:00",
        "2026-03-01T12:00:00Z",
        "2026-03-01T21:00:00+09:00",
    );
    check_local("-0800", "2026-03-01T12:00:00Z", "2026-03-01T04:00:00-08:00");
    check_local(
        "America/New_York",
        "2026-03-08T06:59:59Z",
        "2026-03-08T01:59:59-05:00",
    );
    check_local(
        "America/New_York",
        "2026-03-08T07:00:00Z",
        "2026-03-08T03:00:00-04:00",
    );
    check_local(
        "America/New_York",
        "2026-11-01T05:59:59Z",
        "2026-11-01T01:59:59-04:00",
    );
    check_local(
        "America/New_York",
        "2026-11-01T06:00:00Z",
        "2026-11-01T01:00:00-05:00",
    );
    check_local(
        "Australia/Lord_Howe",
        "2026-12-01T00:00:00Z",
        "2026-12-01T11:00:00+11:00",
    );
    check_local(
        "Australia/Lord_Howe",
        "2026-07-01T00:00:00Z",
        "2026-07-01T10:30:00+10:30",
    );
}

#[test]
fn follows_the_newest_rules() {
    check_local(
        "America/Vancouver",
        "2026-12-01T12:00:00Z",
        "2026-12-01T05:00:00-07:00",
    );
    check_local(
        "America/Edmonton",
        "2026-12-01T12:00:00Z",
        "2026-12-01T06:00:00-06:00",
    );
    check_local(
        "America/Winnipeg",
        "2026-12-01T12:00:00Z",
        "2026-12-01T07:00:00-05:00",
    );
    check_local(
        "Africa/Casablanca",
        "2026-12-01T12:00:00Z",
        "2026-12-01T12:00:00+00:00",
    );
    check_local(
        "America/Havana",
        "2026-12-01T12:00:00Z",
        "2026-12-01T08:00:00-04:00",
    );
    check_local(
        "America/Havana",
        "2027-12-01T12:00:00Z",
        "2027-12-01T07:00:00-05:00",
    );
}

#[test]
fn follows_the_closing_rule_to_2200() {
    check_local(
        "America/New_York",
        "2199-07-01T12:00:00Z",
        "2199-07-01T08:00:00-04:00",
    );
    check_local(
        "America/New_York",
        "2200-07-01T12:00:00Z",
        "2200-07-01T08:00:00-04:00",
    );
    check_local(
        "Europe/Dublin",
        "2150-07-01T12:00:00Z",
        "2150-07-01T13:00:00+01:00",
    );
    check_local(
        "Europe/Dublin",
        "2150-12-01T12:00:00Z",
        "2150-12-01T12:00:00+00:00",
    );
}

#[test]
fn knows_skipped_and_repeated_readings() {
    let new_york = Zone::named("America/New_York").unwrap();
    assert_eq!(
        new_york.resolve(reading("2026-03-08T02:30:00")),
        Wall::Skipped {
            after: utc("2026-03-08T07:00:00Z"),
            shifted: utc("2026-03-08T07:30:00Z")
        }
    );
    assert_eq!(
        new_york.resolve(reading("2026-03-08T03:00:00")),
        Wall::Once(utc("2026-03-08T07:00:00Z"))
    );
    assert_eq!(
        new_york.resolve(reading("2026-11-01T01:30:00")),
        Wall::Twice {
            first: utc("2026-11-01T05:30:00Z"),
            second: utc("2026-11-01T06:30:00Z")
        }
    );
    assert_eq!(
        new_york.resolve(reading("2026-11-01T02:00:00")),
        Wall::Once(utc("2026-11-01T07:00:00Z"))
    );
}

#[test]
fn every_name_of_chrono_tz_is_known() {
    for tz in chrono_tz::TZ_VARIANTS {
        assert_eq!(Zone::named(tz.name()), Ok(Zone::from(tz)), "{tz}");
        assert_eq!(Zone::from(tz).name(), Some(tz.name()));
    }
}

#[test]
fn every_bundled_name_has_a_table() {
    for name in Zone::names() {
        assert_eq!(Zone::named(name).unwrap().name(), Some(name));
    }
}
