//! From what was typed to a timeline and a plan.

use chrono::{DateTime, Utc};
use tagout_schedule::{
    Cron, Cutoff, Dialect, Explanation, ParseScheduleError, Plan, PlanError, Schedule, Timeline,
    TimelineError, Zone,
};

use crate::args::{ScheduleArgs, WindowArgs};
use crate::failure::Failure;

/// What was typed, understood.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) timeline: Timeline,
    /// The same with a duration, if one was given.
    pub(crate) plan: Option<Plan>,
}

impl Window {
    /// A window of these options; a rate that has nothing else to count from counts from `asked_at`.
    pub(crate) fn new(
        schedule: Schedule,
        zone: Zone,
        args: &WindowArgs,
        asked_at: DateTime<Utc>,
    ) -> Result<Self, Failure> {
        let dialect = args.schedule.dialect.into();
        let start = args.start.map(|start| start.instant(zone));
        let created = args.created.map(|created| created.instant(zone));
        let counts_from_nothing = matches!(schedule, Schedule::Rate(_)) && start.is_none();
        let timeline = Timeline::builder(schedule)
            .zone(zone)
            .offset(args.schedule.offset)
            .start(start)
            .end(args.end.map(|end| end.instant(zone)))
            .anchor(created.or(counts_from_nothing.then_some(asked_at)))
            .gap(args.gap)
            .fold(args.fold.unwrap_or_default())
            .dialect(dialect)
            .build()
            .map_err(|error| refused_timeline(dialect, error))?;
        Ok(Self {
            timeline,
            plan: plan(timeline, &args.schedule)?,
        })
    }

    /// The schedule in plain English, with all that is known of the window.
    pub(crate) fn explanation(&self) -> String {
        match &self.plan {
            Some(plan) => Explanation::from(plan).to_string(),
            None => Explanation::from(&self.timeline).to_string(),
        }
    }
}

impl ScheduleArgs {
    /// The zone that was named, if one was.
    pub(crate) fn zone(&self) -> Result<Option<Zone>, Failure> {
        self.zone
            .as_deref()
            .map(|zone| zone.parse().map_err(Failure::options))
            .transpose()
    }

    /// The schedule that was typed.
    pub(crate) fn schedule(&self, expression: &str) -> Result<Schedule, Failure> {
        parse(expression, self.dialect.into()).map_err(Failure::Schedule)
    }

    /// Whether what was typed goes together.
    pub(crate) fn check(&self, schedule: Schedule) -> Result<(), Failure> {
        let timeline = Timeline::builder(schedule)
            .offset(self.offset)
            .dialect(self.dialect.into());
        let timeline = timeline.anchor(DateTime::UNIX_EPOCH).build();
        plan(
            timeline.map_err(|error| refused_timeline(self.dialect.into(), error))?,
            self,
        )
        .map(drop)
    }

    /// The schedule in plain English, with the zone only if it was named.
    pub(crate) fn explain(&self, schedule: Schedule, zone: Option<Zone>) -> String {
        let explanation = schedule.explain().offset(self.offset).zone(zone);
        explanation
            .duration(self.duration)
            .cutoff(self.cutoff)
            .to_string()
    }
}

/// Reads an expression, or the fields of a cron by themselves.
pub(crate) fn parse(expression: &str, dialect: Dialect) -> Result<Schedule, ParseScheduleError> {
    if dialect == Dialect::Documented && is_fields(expression) {
        Cron::parse_fields(expression).map(Schedule::Cron)
    } else {
        Schedule::parse(expression, dialect)
    }
}

/// Whether a text looks like the fields of a cron, which begin with minutes or seconds, and not like `cron(...)`.
fn is_fields(text: &str) -> bool {
    let first = text.trim_ascii_start().bytes().next();
    first.is_some_and(|byte| !byte.is_ascii_alphabetic()) && !text.as_bytes().contains(&b'(')
}

fn plan(timeline: Timeline, args: &ScheduleArgs) -> Result<Option<Plan>, Failure> {
    let plan = args
        .duration
        .map(|duration| Plan::new(timeline, duration, args.cutoff.unwrap_or(Cutoff::NONE)));
    plan.transpose()
        .map_err(|error: PlanError| match args.dialect.into() {
            Dialect::Service => Failure::ServiceRefuses(error.service_text()),
            Dialect::Documented => Failure::options(error),
        })
}

fn refused_timeline(dialect: Dialect, error: TimelineError) -> Failure {
    match error.service_text() {
        Some(text) if dialect == Dialect::Service => Failure::ServiceRefuses(text),
        _ => Failure::options(error),
    }
}
