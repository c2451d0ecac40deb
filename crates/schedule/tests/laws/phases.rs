//! Phases against the list of openings.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_schedule::{
    Cron, Cutoff, Duration, Opening, Phase, Plan, Rate, Schedule, Timeline, Zone,
};

use super::strategies::{FOLDS, GAPS, fields, zone_and_instant};

/// Until when openings are listed.
const HORIZON: TimeDelta = TimeDelta::days(4);

/// What a window is at an instant, as far as its kind goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Closed,
    Open,
    PastCutoff,
}

fn kind(phase: Phase) -> Kind {
    match phase {
        Phase::Closed { .. } => Kind::Closed,
        Phase::Open { .. } => Kind::Open,
        Phase::PastCutoff { .. } => Kind::PastCutoff,
    }
}

/// By definition: open if any opening takes work, past the cutoff if any is not yet closed.
fn kind_at(openings: &[Opening], instant: DateTime<Utc>) -> Kind {
    // None is open for more than a day.
    let first = openings.partition_point(|opening| opening.opens_at < instant - TimeDelta::days(1));
    let near = openings[first..]
        .iter()
        .take_while(|opening| opening.opens_at <= instant);
    let mut kind = Kind::Closed;
    for opening in near {
        if instant < opening.cutoff_at {
            return Kind::Open;
        }
        if instant < opening.closes_at {
            kind = Kind::PastCutoff;
        }
    }
    kind
}

/// A plan that ends within the horizon, and the instant around which it is looked at.
fn plan_and_instant() -> impl Strategy<Value = (Plan, DateTime<Utc>)> {
    let cron = fields().prop_filter_map("it is a schedule", |fields| {
        Cron::parse_fields(&fields.to_string()).ok()
    });
    let often = prop::sample::select(vec![
        "* * * * ? *",
        "0 * * * ? *",
        "0/30 * * * ? *",
        "0 */2 ? * MON-FRI *",
        "5 0-22 * * ? *",
    ])
    .prop_map(|fields| Cron::parse_fields(fields).expect("it is a schedule"));
    let rate = prop_oneof![Just(30), Just(60), Just(120), 10_u64..3000]
        .prop_filter_map("it is a rate", Rate::from_minutes);
    let schedule = prop_oneof![
        3 => cron.prop_map(Schedule::Cron),
        2 => often.prop_map(Schedule::Cron),
        2 => rate.prop_map(Schedule::Rate),
    ];
    let length = prop_oneof![Just(1_i64), Just(2), 1_i64..=24]
        .prop_flat_map(|duration| (Just(duration), 0..duration));
    let policies = (
        prop::sample::select(GAPS.to_vec()),
        prop::sample::select(FOLDS.to_vec()),
    );
    (
        schedule,
        zone_and_instant(),
        length,
        policies,
        1_i64..200_000,
        prop::bool::weighted(0.95),
    )
        .prop_map(
            |(schedule, (zone, instant), (duration, cutoff), (gap, fold), end, enabled)| {
                let timeline = Timeline::builder(schedule)
                    .zone(Zone::from(zone))
                    .anchor(instant - TimeDelta::hours(40))
                    .end(instant + TimeDelta::seconds(end))
                    .gap(gap)
                    .fold(fold)
                    .build()
                    .expect("it has an anchor");
                let duration = Duration::try_from(duration).expect("it is 1 to 24");
                let cutoff = Cutoff::try_from(cutoff).expect("it is 0 to 23");
                let plan = Plan::new(timeline, duration, cutoff)
                    .expect("the cutoff is below the duration");
                (plan.with_enabled(enabled), instant)
            },
        )
}

proptest! {
    #[test]
    fn phases_are_those_of_the_listed_openings((plan, instant) in plan_and_instant()) {
        let openings: Vec<Opening> = plan.openings_between(instant - TimeDelta::hours(40)..instant + HORIZON).collect();
        let mut edges: Vec<_> = openings.iter().flat_map(|opening| [opening.opens_at, opening.cutoff_at, opening.closes_at]).collect();
        edges.sort();
        let kinds: Vec<_> = edges.iter().map(|edge| kind_at(&openings, *edge)).collect();
        let step = edges.len() / 12 + 1;
        let near_edges = edges.iter().step_by(step).flat_map(|edge| [-1, 0, 1].map(|nanosecond| *edge + TimeDelta::nanoseconds(nanosecond)));
        for probe in near_edges.chain([instant]).filter(|probe| *probe > instant - TimeDelta::hours(16)) {
            let phase = plan.phase_at(probe);
            let expected = kind_at(&openings, probe);
            prop_assert_eq!(kind(phase), expected, "at {}", probe);
            prop_assert_eq!(plan.may_start_at(probe), expected == Kind::Open);
            let change = edges.iter().zip(&kinds).find(|(edge, kind)| **edge > probe && **kind != expected);
            let change = change.map(|(edge, _)| *edge);
            prop_assert_eq!(phase.changes_at(), change, "at {}: {:?}", probe, phase);
            prop_assert_eq!(phase.changes_in(probe), change.map(|change| change - probe));
            let latest = openings.iter().rfind(|opening| opening.opens_at <= probe && probe < opening.closes_at);
            prop_assert_eq!(phase.opening(), latest.copied());
        }
    }

    #[test]
    fn openings_are_runs_with_their_lengths((plan, instant) in plan_and_instant()) {
        let openings: Vec<Opening> = plan.openings_after(instant).take(20).collect();
        let runs = plan.timeline().after(instant).take(if plan.is_enabled() { 20 } else { 0 });
        prop_assert!(runs.eq(openings.iter().map(|opening| opening.opens_at)));
        for opening in &openings {
            prop_assert_eq!(opening.closes_at - opening.opens_at, plan.duration().elapsed());
            prop_assert_eq!(opening.closes_at - opening.cutoff_at, plan.cutoff().elapsed());
        }
        prop_assert_eq!(plan.next_opening(instant), openings.first().copied());
        let back: Vec<Opening> = plan.openings_before(instant).take(3).collect();
        prop_assert_eq!(plan.openings_before(instant).next(), back.first().copied());
        prop_assert!(back.iter().all(|opening| opening.opens_at < instant));
    }
}
