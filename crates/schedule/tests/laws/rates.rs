//! Rates against counting.

use std::ops::Bound;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_schedule::{Rate, Schedule, Timeline};

type Bounds = (
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

const BASE: i64 = 1_700_000_000;

/// An instant with nanoseconds, so near to others that they often fall into the same second.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let seconds = prop_oneof![-3_i64..=3, -40_000_i64..40_000].prop_map(|minutes| minutes * 60);
    let nanoseconds = prop_oneof![
        Just(0_u32),
        Just(1),
        Just(999_999_999),
        0..1_000_000_000_u32
    ];
    (seconds, -1_i64..=1, nanoseconds).prop_map(|(seconds, beside, nanosecond)| {
        DateTime::from_timestamp(BASE + seconds + beside, nanosecond).expect("it is near 2023")
    })
}

/// Anchor, start and end of a timeline, one of the first two at least.
fn bounds() -> impl Strategy<Value = Bounds> {
    let maybe = || prop::option::of(instant());
    (maybe(), maybe(), instant(), maybe()).prop_map(|(anchor, start, other_start, end)| {
        let start = if anchor.is_some() {
            start
        } else {
            Some(start.unwrap_or(other_start))
        };
        (
            anchor,
            start,
            end.filter(|end| start.is_none_or(|start| start < *end)),
        )
    })
}

/// The runs by adding, up to `until`.
fn count(
    period: TimeDelta,
    anchor: Option<DateTime<Utc>>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let first = match (anchor, start) {
        (Some(anchor), Some(start)) if start > anchor => start,
        (Some(anchor), _) => anchor + period,
        (None, Some(start)) => start,
        (None, None) => return vec![],
    };
    let runs = std::iter::successors(Some(first), |run| Some(*run + period));
    runs.take_while(|run| *run <= until && end.is_none_or(|end| *run <= end))
        .collect()
}

proptest! {
    #[test]
    fn a_rate_is_counting(
        minutes in prop_oneof![1_u64..4, 1_u64..20_000],
        (anchor, start, end) in bounds(),
        probes in prop::collection::vec(instant(), 1..6),
    ) {
        let rate = Rate::from_minutes(minutes).ok_or_else(|| TestCaseError::fail("it is in range"))?;
        let timeline = Timeline::builder(Schedule::Rate(rate)).anchor(anchor).start(start).end(end).build()
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let horizon = DateTime::from_timestamp(BASE + 6_000_000, 0).unwrap_or_default();
        let expected = count(rate.period(), anchor, start, end, horizon);
        let near_runs: Vec<_> = expected.iter().step_by(expected.len() / 5 + 1).flat_map(|run| [-1, 0, 1].map(|nanosecond| *run + TimeDelta::nanoseconds(nanosecond))).collect();
        let (before, until) = (
            |instant: DateTime<Utc>| expected.partition_point(|run| *run < instant),
            |instant: DateTime<Utc>| expected.partition_point(|run| *run <= instant),
        );
        let last_of = |n_runs: usize| n_runs.checked_sub(1).map(|index| expected[index]);
        for probe in probes.iter().chain(&near_runs).copied().filter(|probe| *probe < horizon) {
            let next = timeline.next(probe).filter(|run| *run <= horizon);
            prop_assert_eq!(next, expected.get(until(probe)).copied());
            prop_assert_eq!(timeline.previous(probe), last_of(before(probe)));
            prop_assert_eq!(timeline.latest(probe), last_of(until(probe)));
            prop_assert_eq!(timeline.is_run(probe), before(probe) != until(probe));
            for other in &probes {
                let (from, to) = (probe.min(*other), probe.max(*other));
                let within = &expected[before(from)..before(to)];
                prop_assert_eq!(timeline.count_between(from..to), within.len() as u64);
                prop_assert!(timeline.between(from..to).take(100).eq(within.iter().copied().take(100)));
                let range = (Bound::Excluded(from), Bound::Included(to));
                prop_assert_eq!(timeline.count_between(range), (until(to) - until(from)) as u64);
            }
        }
        let back: Vec<_> = timeline.before(horizon).take(20).collect();
        prop_assert!(back.iter().eq(expected.iter().rev().filter(|run| **run < horizon).take(20)));
    }
}
