//! Every zone around every change of its clocks from 1970 to 2199, beside a definition that knows no table.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use tagout_schedule::{ClockChange, Wall, Zone};

use super::utc;

/// What `local` stands for, by asking for every offset that the zone has near it whether its clocks show `local` then.
fn resolve_slowly(zone: Zone, local: NaiveDateTime, near: &[ClockChange]) -> Wall {
    let mut offsets: Vec<i32> = near
        .iter()
        .flat_map(|change| [change.before, change.after])
        .map(|o| o.local_minus_utc())
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut instants: Vec<DateTime<Utc>> = offsets
        .into_iter()
        .map(|offset| local.and_utc() - TimeDelta::seconds(offset.into()))
        .filter(|&instant| zone.to_local(instant).naive_local() == local)
        .collect();
    instants.sort_unstable();
    match *instants {
        [] => {
            let change = near
                .iter()
                .find(|change| (change.local_before()..change.local_after()).contains(&local))
                .expect("a reading that never comes lies in a gap");
            let shifted = local + change.forward();
            Wall::Skipped {
                after: change.at,
                shifted: shifted.and_utc()
                    - TimeDelta::seconds(change.after.local_minus_utc().into()),
            }
        }
        [once] => Wall::Once(once),
        [first, second] => Wall::Twice { first, second },
        _ => panic!("clocks of {zone} show {local} more than twice"),
    }
}

/// Readings at, beside and a little further from both ends of a gap or a fold, and in its middle.
fn readings_around(change: ClockChange) -> impl Iterator<Item = NaiveDateTime> {
    let ends = [change.local_before(), change.local_after()];
    let middle = ends[0] + (ends[1] - ends[0]) / 2;
    let beside = [-90_000, -3600, -1, 0, 1, 1800, 3600, 90_000].map(TimeDelta::seconds);
    ends.into_iter()
        .flat_map(move |end| beside.map(|by| end + by))
        .chain([middle])
}

#[test]
fn readings_around_every_change_stand_for_what_they_should() {
    let (from, until) = (utc("1970-01-01T00:00:00Z"), utc("2200-01-01T00:00:00Z"));
    let (mut n_changes, mut n_skipped, mut n_twice) = (0, 0, 0);
    for name in Zone::names() {
        let zone = Zone::named(name).unwrap();
        let changes: Vec<ClockChange> = zone
            .changes_between(from, until + TimeDelta::days(400))
            .collect();
        for index in (0..changes.len()).filter(|&index| changes[index].at < until) {
            let near = &changes[index.saturating_sub(2)..changes.len().min(index + 3)];
            n_changes += 1;
            for local in readings_around(changes[index]) {
                let found = zone.resolve(local);
                assert_eq!(
                    found,
                    resolve_slowly(zone, local, near),
                    "{zone} shows {local}"
                );
                n_skipped += usize::from(matches!(found, Wall::Skipped { .. }));
                n_twice += usize::from(matches!(found, Wall::Twice { .. }));
            }
        }
    }
    assert!(
        n_changes > 90_000 && n_skipped > 100_000 && n_twice > 100_000,
        "{n_changes}, {n_skipped}, {n_twice}"
    );
}

#[test]
fn changes_follow_each_other_in_order_and_in_offset() {
    for name in Zone::names() {
        let zone = Zone::named(name).unwrap();
        let changes: Vec<ClockChange> = zone
            .changes_between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC)
            .collect();
        assert!(
            changes.iter().all(|change| change.before != change.after),
            "{zone}"
        );
        for pair in changes.windows(2) {
            assert!(
                pair[0].at < pair[1].at && pair[0].after == pair[1].before,
                "{zone}: {} then {}",
                pair[0],
                pair[1]
            );
        }
        for change in changes {
            assert_eq!(zone.offset_at(change.at), change.after, "{zone}");
            assert_eq!(
                zone.offset_at(change.at - TimeDelta::nanoseconds(1)),
                change.before,
                "{zone}"
            );
        }
    }
}
