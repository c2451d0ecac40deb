//! Order and completeness against a slow scan, and there and back.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_schedule::{Cron, Schedule, ScheduleOffset, Timeline, Zone};

use super::scan::Scan;
use super::strategies::scan_and_instant;

impl Scan {
    fn timeline(&self) -> Timeline {
        let cron =
            Cron::parse_fields(&self.fields.to_string()).expect("it is written by the rules");
        Timeline::builder(Schedule::Cron(cron))
            .zone(Zone::from(self.zone))
            .gap(self.gap)
            .fold(self.fold)
            .offset(ScheduleOffset::try_from(self.offset as i64).ok())
            .anchor(self.anchor)
            .start(self.start)
            .end(self.end)
            .build()
            .expect("start is before end")
    }
}

proptest! {
    #[test]
    fn runs_are_all_those_of_a_slow_scan_in_order((scan, instant) in scan_and_instant(), days in 1_i64..12, wide in prop::bool::weighted(0.2)) {
        let days = if wide { 8 * days } else { days };
        let (from, until) = (instant - TimeDelta::days(days), instant + TimeDelta::days(days));
        let expected = scan.between(from, until);
        let timeline = scan.timeline();
        prop_assert_eq!(timeline.between(from..until).collect::<Vec<_>>(), expected.clone());
        let just_before = from - TimeDelta::nanoseconds(1);
        prop_assert_eq!(timeline.after(just_before).take_while(|run| *run < until).collect::<Vec<_>>(), expected.clone());
        let mut back: Vec<_> = timeline.before(until).take_while(|run| *run >= from).collect();
        back.reverse();
        prop_assert_eq!(back, expected.clone());
        prop_assert_eq!(timeline.count_between(from..until), expected.len() as u64);
    }

    #[test]
    fn next_and_previous_are_the_neighbours_of_every_instant((scan, instant) in scan_and_instant()) {
        let (from, until) = (instant - TimeDelta::days(4), instant + TimeDelta::days(4));
        let expected = scan.between(from, until);
        let timeline = scan.timeline();
        let beside = [-3600, -1801, -1, 0, 1, 1799, 3600].map(|seconds| instant + TimeDelta::seconds(seconds));
        let near_runs = expected.iter().take(60).flat_map(|run| [-1, 0, 1].map(|nanosecond| *run + TimeDelta::nanoseconds(nanosecond)));
        for probe in beside.into_iter().chain(near_runs) {
            check_neighbours(&timeline, &expected, probe, from, until)?;
        }
    }

    #[test]
    fn one_step_back_undoes_one_step_ahead((scan, instant) in scan_and_instant()) {
        let timeline = scan.timeline();
        if let Some(next) = timeline.next(instant) {
            prop_assert!(next > instant);
            prop_assert!(timeline.is_run(next));
            prop_assert_eq!(timeline.previous(next), timeline.latest(instant));
            prop_assert!(!timeline.never_after(instant));
            if let Some(second) = timeline.next(next) {
                prop_assert_eq!(timeline.previous(second), Some(next));
            }
        } else {
            prop_assert!(timeline.never_after(instant));
            prop_assert_eq!(timeline.after(instant).next(), None);
        }
        if let Some(previous) = timeline.previous(instant) {
            prop_assert!(previous < instant);
            prop_assert!(timeline.next(previous).is_none_or(|next| next >= instant));
        }
    }

    #[test]
    fn the_stored_form_is_the_same_timeline((scan, _) in scan_and_instant()) {
        let timeline = scan.timeline();
        let text = serde_json::to_string(&timeline).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read: Timeline = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read, timeline);
    }
}

/// Where the slow scan knows of a neighbour within its range, it is the one; otherwise there is none within it.
fn check_neighbours(
    timeline: &Timeline,
    runs: &[DateTime<Utc>],
    probe: DateTime<Utc>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    let next = runs.iter().copied().find(|run| *run > probe);
    prop_assert_eq!(
        timeline.next(probe).filter(|run| *run < until),
        next,
        "after {}",
        probe
    );
    let previous = runs.iter().copied().rev().find(|run| *run < probe);
    prop_assert_eq!(
        timeline.previous(probe).filter(|run| *run >= from),
        previous,
        "before {}",
        probe
    );
    let latest = runs.iter().copied().rev().find(|run| *run <= probe);
    prop_assert_eq!(
        timeline.latest(probe).filter(|run| *run >= from),
        latest,
        "at or before {}",
        probe
    );
    Ok(())
}
