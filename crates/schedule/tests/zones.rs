//! Zones: names, offsets, clock changes.

#[path = "zones/laws.rs"]
mod laws;
#[path = "zones/transitions.rs"]
mod transitions;
#[path = "zones/zoneinfo.rs"]
mod zoneinfo;

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use tagout_schedule::{
    ClockChange, Fold, Gap, InstallZoneError, InstallZoneErrorKind, ParsePolicyError,
    UnknownZoneError, Wall, Zone,
};

const _: () = assert!(size_of::<Zone>() == 16);

const fn is_send_and_sync<T: Send + Sync + 'static>() {}
const _: () = {
    is_send_and_sync::<Zone>();
    is_send_and_sync::<Wall>();
    is_send_and_sync::<Gap>();
    is_send_and_sync::<Fold>();
    is_send_and_sync::<ClockChange>();
    is_send_and_sync::<UnknownZoneError>();
    is_send_and_sync::<InstallZoneError>();
    is_send_and_sync::<InstallZoneErrorKind>();
    is_send_and_sync::<ParsePolicyError>();
};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn reading(text: &str) -> NaiveDateTime {
    text.parse().expect("a local time")
}

#[track_caller]
fn check_local(zone: &str, instant: &str, expected: &str) {
    let zone: Zone = zone.parse().expect("a zone");
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

#[test]
fn before_1970_and_after_2200_offsets_stay_as_they_were() {
    check_local(
        "America/New_York",
        "1918-07-01T12:00:00Z",
        "1918-07-01T07:00:00-05:00",
    );
    check_local(
        "America/New_York",
        "2300-07-01T12:00:00Z",
        "2300-07-01T07:00:00-05:00",
    );
}

#[test]
fn keeps_offsets_with_seconds() {
    // Liberia kept its own time until 1972.
    let monrovia = Zone::named("Africa/Monrovia").unwrap();
    assert_eq!(
        monrovia
            .offset_at(utc("1971-01-01T12:00:00Z"))
            .local_minus_utc(),
        -2670
    );
    assert_eq!(
        monrovia.resolve(reading("1971-01-01T11:15:30")),
        Wall::Once(utc("1971-01-01T12:00:00Z"))
    );
}

#[test]
fn a_day_can_be_missing() {
    let apia = Zone::named("Pacific/Apia").unwrap();
    assert_eq!(
        apia.resolve(reading("2011-12-30T12:00:00")),
        Wall::Skipped {
            after: utc("2011-12-30T10:00:00Z"),
            shifted: utc("2011-12-30T22:00:00Z")
        }
    );
    let changes: Vec<ClockChange> = apia
        .changes_between(utc("2011-12-01T00:00:00Z"), utc("2012-01-01T00:00:00Z"))
        .collect();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        changes[0].to_string(),
        "forward from 2011-12-30 00:00 to 2011-12-31 00:00 (-10:00 to +14:00)"
    );
    assert_eq!(changes[0].forward(), TimeDelta::days(1));
}

#[test]
fn keeps_the_fraction_of_a_second() {
    let new_york = Zone::named("America/New_York").unwrap();
    assert_eq!(
        new_york.resolve(reading("2026-11-01T01:59:59.999")),
        Wall::Twice {
            first: utc("2026-11-01T05:59:59.999Z"),
            second: utc("2026-11-01T06:59:59.999Z")
        }
    );
    assert_eq!(
        new_york.resolve(reading("2026-03-08T01:59:59.999")),
        Wall::Once(utc("2026-03-08T06:59:59.999Z"))
    );
    assert_eq!(
        new_york.resolve(reading("2026-03-08T02:59:59.999")),
        Wall::Skipped {
            after: utc("2026-03-08T07:00:00Z"),
            shifted: utc("2026-03-08T07:59:59.999Z")
        }
    );
}

#[test]
fn changes_are_counted_from_the_first_instant_to_before_the_last() {
    let new_york = Zone::named("America/New_York").unwrap();
    let spring = utc("2026-03-08T07:00:00Z");
    let autumn = utc("2026-11-01T06:00:00Z");
    let found = |from, until| {
        new_york
            .changes_between(from, until)
            .map(|change| change.at)
            .collect::<Vec<_>>()
    };
    let nano = TimeDelta::nanoseconds(1);
    assert_eq!(found(spring, autumn), [spring]);
    assert_eq!(found(spring - nano, autumn + nano), [spring, autumn]);
    assert!(found(spring + nano, autumn).is_empty());
    assert!(found(autumn, spring).is_empty());
    assert_eq!(
        Zone::UTC
            .changes_between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC)
            .count(),
        0
    );
}

#[test]
fn policies_choose_among_instants() {
    let new_york = Zone::named("America/New_York").unwrap();
    let chosen = |text, gap, fold| {
        new_york
            .resolve(reading(text))
            .instants(gap, fold)
            .collect::<Vec<_>>()
    };
    let skipped = "2026-03-08T02:30:00";
    assert!(chosen(skipped, Gap::Skip, Fold::Second).is_empty());
    assert_eq!(
        chosen(skipped, Gap::Shift, Fold::Second),
        [utc("2026-03-08T07:30:00Z")]
    );
    assert_eq!(
        chosen(skipped, Gap::After, Fold::Second),
        [utc("2026-03-08T07:00:00Z")]
    );
    let twice = "2026-11-01T01:30:00";
    assert_eq!(
        chosen(twice, Gap::Skip, Fold::First),
        [utc("2026-11-01T05:30:00Z")]
    );
    assert_eq!(
        chosen(twice, Gap::Skip, Fold::Second),
        [utc("2026-11-01T06:30:00Z")]
    );
    assert_eq!(
        chosen(twice, Gap::Skip, Fold::Both),
        [utc("2026-11-01T05:30:00Z"), utc("2026-11-01T06:30:00Z")]
    );
}

#[test]
fn policies_are_words() {
    for gap in Gap::ALL {
        assert_eq!(gap.to_string().parse(), Ok(gap));
        assert_eq!(serde_json::to_string(&gap).unwrap(), format!("\"{gap}\""));
        assert_eq!(
            serde_json::from_str::<Gap>(&format!("\"{gap}\"")).unwrap(),
            gap
        );
    }
    for fold in Fold::ALL {
        assert_eq!(fold.to_string().parse(), Ok(fold));
        assert_eq!(serde_json::to_string(&fold).unwrap(), format!("\"{fold}\""));
        assert_eq!(
            serde_json::from_str::<Fold>(&format!("\"{fold}\"")).unwrap(),
            fold
        );
    }
    assert_eq!(
        "Skip".parse::<Gap>().unwrap_err().to_string(),
        "unknown gap policy `Skip`, expected `skip`, `shift` or `after`"
    );
    assert_eq!(
        "third".parse::<Fold>().unwrap_err().to_string(),
        "unknown fold policy `third`, expected `second`, `first` or `both`"
    );
}

#[test]
fn fixed_offsets_are_read_as_the_service_does_and_written_one_way() {
    let offset = |text: &str| text.parse::<Zone>().map(|zone| zone.to_string()).ok();
    assert_eq!(offset("+09:00").as_deref(), Some("+09:00"));
    assert_eq!(offset("-0800").as_deref(), Some("-08:00"));
    assert_eq!(offset("+00:00").as_deref(), Some("+00:00"));
    assert_eq!(offset("-00:44:30").as_deref(), Some("-00:44:30"));
    assert_eq!(offset("+23:59").as_deref(), Some("+23:59"));
    for text in [
        "+24:00",
        "+09:60",
        "+9",
        "+09",
        "09:00",
        "+09:0",
        "+0 :00",
        "+09-00",
        "\u{2212}08:00",
        "+",
        "",
    ] {
        assert_eq!(offset(text), None, "{text}");
    }
}

#[test]
fn zones_are_equal_by_name() {
    let zones = [
        "UTC",
        "Etc/UTC",
        "+00:00",
        "GMT",
        "Asia/Kolkata",
        "Asia/Calcutta",
        "+05:30",
    ];
    let different: HashSet<Zone> = zones.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(different.len(), zones.len());
    let again: HashSet<Zone> = zones
        .iter()
        .map(|text| Zone::try_from(*text).unwrap())
        .collect();
    assert_eq!(different, again);
    assert_eq!(Zone::default(), Zone::UTC);
    assert_eq!(Zone::named("UTC"), Ok(Zone::UTC));
    assert_eq!(Zone::from(Utc), Zone::UTC);
    assert_eq!(
        Zone::from(FixedOffset::east_opt(19_800).unwrap()),
        "+05:30".parse().unwrap()
    );
    assert_eq!(
        Zone::named("Asia/Kolkata").unwrap().name(),
        Some("Asia/Kolkata")
    );
    assert_eq!("+05:30".parse::<Zone>().unwrap().name(), None);
}

#[test]
fn a_zone_is_stored_as_its_text() {
    let stored = |text: &str| serde_json::to_string(&text.parse::<Zone>().unwrap()).unwrap();
    assert_eq!(stored("Asia/Tokyo"), r#""Asia/Tokyo""#);
    assert_eq!(stored("UTC"), r#""UTC""#);
    assert_eq!(stored("-0800"), r#""-08:00""#);
    assert_eq!(
        serde_json::from_str::<Zone>(r#""Tokyo""#)
            .unwrap_err()
            .to_string(),
        "unknown time zone `Tokyo`, did you mean `Asia/Tokyo`? at line 1 column 7"
    );
    assert_eq!(
        serde_json::from_str::<Zone>("7").unwrap_err().to_string(),
        "invalid type: integer `7`, expected a time zone, such as `Europe/Berlin` or `+09:00` at line 1 column 1"
    );
}

#[test]
fn shows_itself_in_columns() {
    let tokyo = Zone::named("Asia/Tokyo").unwrap();
    assert_eq!(format!("[{tokyo:>12}]"), "[  Asia/Tokyo]");
    assert_eq!(format!("{tokyo:?}"), "Zone(Asia/Tokyo)");
}
