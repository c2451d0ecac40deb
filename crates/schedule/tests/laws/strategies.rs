//! Schedules and instants drawn close to where things go wrong.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tagout_schedule::{Fold, Gap, Zone};

use super::fields::{Day, Fields};
use super::scan::Scan;

/// Zones with clock changes of many kinds, in which chrono-tz and the newest data agree, and their changes.
///
/// Apia left out a whole day, Kwajalein another; Lord Howe moves by half an hour and Troll by two; Dublin calls winter the
/// exception; Cairo, Santiago and Sao Paulo leave out midnight.
static ZONES: LazyLock<Vec<(Tz, Vec<DateTime<Utc>>)>> = LazyLock::new(|| {
    use chrono_tz::{Africa, America, Antarctica, Asia, Atlantic, Australia, Europe, Pacific};
    let zones = [
        Tz::UTC,
        Africa::Cairo,
        America::New_York,
        America::Santiago,
        America::Sao_Paulo,
        America::St_Johns,
        Antarctica::Troll,
        Asia::Amman,
        Asia::Kolkata,
        Atlantic::Azores,
        Australia::Lord_Howe,
        Europe::Dublin,
        Europe::London,
        Pacific::Apia,
        Pacific::Chatham,
        Pacific::Kwajalein,
    ];
    let of_year = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap_or_default()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
    };
    let changes = |zone: Tz| {
        Zone::from(zone)
            .changes_between(of_year(1970), of_year(2090))
            .map(|change| change.at)
    };
    zones.map(|zone| (zone, changes(zone).collect())).into()
});

/// Every gap policy.
pub(crate) const GAPS: [Gap; 3] = [Gap::Skip, Gap::Shift, Gap::After];
/// Every fold policy.
pub(crate) const FOLDS: [Fold; 3] = [Fold::Second, Fold::First, Fold::Both];

/// A zone, and an instant close to a change of its clocks, to the end of a month or year, or anywhere.
pub(crate) fn zone_and_instant() -> impl Strategy<Value = (Tz, DateTime<Utc>)> {
    (0..ZONES.len()).prop_flat_map(|index| {
        let (zone, changes) = &ZONES[index];
        let zone = *zone;
        let near_change = match changes.as_slice() {
            [] => edge_of_month().boxed(),
            changes => (select(changes), -10_000_i64..10_000)
                .prop_map(|(change, seconds)| change + TimeDelta::seconds(seconds))
                .boxed(),
        };
        let instant = prop_oneof![3 => near_change, 2 => edge_of_month(), 1 => (0_i64..3_700_000_000).prop_map(at)];
        instant.prop_map(move |instant| (zone, instant))
    })
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).expect("it is before 2100")
}

fn edge_of_month() -> impl Strategy<Value = DateTime<Utc>> {
    let years = prop_oneof![1971..2090, Just(2000), Just(2024), Just(2028)];
    let months = prop_oneof![1_u32..=12, Just(1), Just(2), Just(3)];
    (years, months, -100_000_i64..100_000).prop_map(|(year, month, seconds)| {
        let first = NaiveDate::from_ymd_opt(year, month, 1).expect("it is a date");
        at(first.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + seconds)
    })
}

/// A few values of a field, those near its ends more often.
fn some_of(all: std::ops::Range<u32>, n_most: usize) -> impl Strategy<Value = Vec<u32>> {
    let all: Vec<u32> = all.collect();
    let ends = [all[0], all[all.len() - 1]];
    prop_oneof![
        3 => subsequence(all, 1..=n_most),
        1 => select(ends.to_vec()).prop_map(|end| vec![end]),
        1 => Just(ends.to_vec()),
    ]
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        4 => Just(Day::Every),
        2 => some_of(1..32, 10).prop_map(Day::Dates),
        2 => some_of(1..8, 6).prop_map(Day::Weekdays),
        1 => prop_oneof![0_u32..3, 26_u32..31].prop_map(|before| Day::Last { before }),
        1 => prop_oneof![0_u32..3, 26_u32..31].prop_map(|before| Day::LastWorkday { before }),
        1 => prop_oneof![1_u32..4, 28_u32..32, 1_u32..32].prop_map(Day::NearestWorkday),
        1 => (1_u32..8).prop_map(Day::LastOf),
        1 => (1_u32..8, 1_u32..6).prop_map(|(weekday, nth)| Day::Nth(weekday, nth)),
    ]
}

/// Fields with at most a few hundred times a day, many of them in the hours in which clocks are changed.
pub(crate) fn fields() -> impl Strategy<Value = Fields> {
    let seconds = prop_oneof![6 => Just(vec![0]), 1 => some_of(0..60, 3)];
    let minutes = prop_oneof![2 => Just(vec![0, 30]), 3 => some_of(0..60, 6)];
    let hours = prop_oneof![
        2 => Just((0..24).collect::<Vec<u32>>()),
        3 => subsequence(vec![0, 1, 2, 3, 4, 23], 1..=6),
        1 => some_of(0..24, 5),
    ];
    let months = prop_oneof![5 => Just(vec![]), 1 => some_of(1..13, 6)];
    // Refused where no month that is named has such a day.
    let is_read = |(_, _, _, day, months): &(_, _, _, Day, Vec<u32>)| {
        !matches!(day, Day::Last { before } | Day::LastWorkday { before } if *before > 27)
            || months.is_empty()
    };
    (seconds, minutes, hours, day(), months)
        .prop_filter("the language has it", is_read)
        .prop_map(|(seconds, minutes, hours, day, months)| Fields {
            seconds,
            minutes,
            hours,
            day,
            months,
            years: vec![],
        })
}

/// A timeline, and an instant at which it is worth a look.
pub(crate) fn scan_and_instant() -> impl Strategy<Value = (Scan, DateTime<Utc>)> {
    let seconds = || prop_oneof![-7200_i64..7200, -900_000_i64..900_000];
    let bound = || prop_oneof![2 => Just(None), 1 => seconds().prop_map(Some)];
    let offset = prop_oneof![2 => Just(0), 1 => 1_u64..=6];
    let bounds = (bound(), bound(), bound());
    (
        zone_and_instant(),
        fields(),
        select(GAPS.to_vec()),
        select(FOLDS.to_vec()),
        offset,
        bounds,
    )
        .prop_map(
            |((zone, instant), fields, gap, fold, offset, (anchor, start, end))| {
                let from_instant = |seconds: i64| instant + TimeDelta::seconds(seconds);
                let (anchor, start) = (anchor.map(from_instant), start.map(from_instant));
                let end = end
                    .map(from_instant)
                    .filter(|end| start.is_none_or(|start| start < *end));
                (
                    Scan {
                        fields,
                        zone,
                        gap,
                        fold,
                        offset,
                        anchor,
                        start,
                        end,
                    },
                    instant,
                )
            },
        )
}
