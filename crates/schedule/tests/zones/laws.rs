//! What holds for any zone, instant and reading; drawn near the changes of the clocks.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use proptest::{prelude::*, sample::Index};
use tagout_schedule::{ClockChange, Fold, Gap, Wall, Zone};

fn any_zone() -> impl Strategy<Value = Zone> {
    prop_oneof![
        8 => any::<Index>().prop_map(|index| {
            let names: Vec<&str> = Zone::names().collect();
            Zone::named(names[index.index(names.len())]).expect("it is bundled")
        }),
        1 => (-86_399..86_400).prop_map(|seconds| Zone::fixed(FixedOffset::east_opt(seconds).expect("less than a day"))),
        1 => Just(Zone::UTC),
    ]
}

/// A zone, and an instant within a day or so of one of its changes, or anywhere if it has none.
fn zone_and_instant() -> impl Strategy<Value = (Zone, DateTime<Utc>)> {
    let beside = prop_oneof![-7200_i64..7200, -100_000_i64..100_000];
    (any_zone(), any::<Index>(), beside, 0_u32..1_000_000_000).prop_map(
        |(zone, index, seconds, nanos)| {
            let changes: Vec<ClockChange> = zone
                .changes_between(DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC)
                .collect();
            let about = if changes.is_empty() {
                index.index(7_289_654_400) as i64
            } else {
                changes[index.index(changes.len())].at.timestamp()
            };
            (
                zone,
                DateTime::from_timestamp(about + seconds, nanos)
                    .expect("an instant of this or the next century"),
            )
        },
    )
}

fn any_reading() -> impl Strategy<Value = NaiveDateTime> {
    let seconds =
        NaiveDateTime::MIN.and_utc().timestamp()..=NaiveDateTime::MAX.and_utc().timestamp();
    (seconds, 0_u32..2_000_000_000).prop_filter_map("an instant", |(second, nanos)| {
        Some(DateTime::from_timestamp(second, nanos)?.naive_utc())
    })
}

proptest! {
    #[test]
    fn an_instant_is_among_those_of_its_reading((zone, instant) in zone_and_instant()) {
        let wall = zone.resolve(zone.to_local(instant).naive_local());
        prop_assert!(wall.instants(Gap::Skip, Fold::Both).any(|found| found == instant), "{zone}: {wall:?}");
    }

    #[test]
    fn what_a_reading_stands_for_shows_it((zone, instant) in zone_and_instant()) {
        let reading = instant.naive_utc();
        let shown = |at| zone.to_local(at).naive_local();
        match zone.resolve(reading) {
            Wall::Once(at) => prop_assert_eq!(shown(at), reading),
            Wall::Twice { first, second } => {
                prop_assert!(first < second);
                prop_assert_eq!((shown(first), shown(second)), (reading, reading));
            }
            Wall::Skipped { after, shifted } => {
                let last_before = after - TimeDelta::nanoseconds(1);
                prop_assert!(shown(last_before) < reading && reading < shown(after) && after <= shifted);
                let gap = shown(after) - shown(last_before) - TimeDelta::nanoseconds(1);
                prop_assert_eq!(shown(shifted), reading + gap);
            }
        }
    }

    #[test]
    fn policies_never_go_back_and_never_take_more_than_two((_, instant) in zone_and_instant(), zone in any_zone()) {
        let wall = zone.resolve(instant.naive_utc());
        for gap in Gap::ALL {
            for fold in Fold::ALL {
                let instants: Vec<DateTime<Utc>> = wall.instants(gap, fold).collect();
                prop_assert!(instants.len() <= 2 && instants.is_sorted());
                prop_assert_eq!(instants.is_empty(), matches!(wall, Wall::Skipped { .. }) && gap == Gap::Skip);
            }
        }
    }

    #[test]
    fn any_reading_and_instant_of_chrono_is_taken(zone in any_zone(), reading in any_reading()) {
        let _ = zone.resolve(reading);
        let _ = zone.offset_at(reading.and_utc());
        let _ = zone.changes_between(reading.and_utc(), DateTime::<Utc>::MAX_UTC).next();
    }

    #[test]
    fn a_zone_is_the_one_that_its_text_says(zone in any_zone()) {
        prop_assert_eq!(zone.to_string().parse::<Zone>(), Ok(zone));
        let stored = serde_json::to_string(&zone).unwrap();
        prop_assert_eq!(serde_json::from_str::<Zone>(&stored).unwrap(), zone);
    }

    #[test]
    fn any_text_is_a_zone_or_refused(text in r"\PC{0,80}|[A-Za-z_]{0,12}(/[A-Za-z_]{0,12})?|[+-][0-9:]{0,9}") {
        if let Err(error) = text.parse::<Zone>() {
            let suggestions = error.suggestions();
            prop_assert!(suggestions.len() <= 3);
            prop_assert!(suggestions.iter().all(|name| name.parse::<Zone>().is_ok()), "{suggestions:?}");
            prop_assert!(error.to_string().len() < 1000);
        }
    }
}

#[test]
fn the_ends_of_time_are_taken() {
    for zone in [
        "UTC",
        "+23:59:59",
        "-23:59:59",
        "America/New_York",
        "Asia/Tokyo",
    ] {
        let zone: Zone = zone.parse().unwrap();
        for end in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            let Wall::Once(instant) = zone.resolve(end) else {
                panic!("{zone} does not change its clocks then")
            };
            assert!(
                (instant - end.and_utc()).abs() < TimeDelta::days(1),
                "{zone}"
            );
            let _ = zone.offset_at(end.and_utc());
        }
    }
}
