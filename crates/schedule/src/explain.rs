//! A schedule in plain English.

mod days;
mod times;
mod words;

use std::fmt::{self, Display, Formatter};

use chrono::Timelike;

use crate::schedule::At;
use crate::{Cron, Cutoff, Duration, Plan, Schedule, ScheduleOffset, Timeline, Zone};

/// A schedule in one plain English sentence, without a capital and a full stop so that it fits into another.
///
/// Made by [`Schedule::explain`], or from a [`Timeline`] or a [`Plan`] with all that they say beside the schedule. Times are
/// of 24 hours; they show seconds where a schedule names any but 0. A weekday without a name is a day from Monday to
/// Friday. Two schedules that differ in the days, hours or years
/// that they name differ in their sentences too.
///
/// ```
/// use tagout_schedule::{Duration, Schedule, ScheduleOffset, Zone};
///
/// let schedule: Schedule = "cron(30 23 ? * TUE#3 *)".parse()?;
/// let sentence = schedule.explain().offset(ScheduleOffset::try_from(2)?).zone(Zone::named("America/Los_Angeles")?);
/// assert_eq!(
///     sentence.to_string(),
///     "at 23:30 on the third Tuesday of every month, two days later, Los Angeles time"
/// );
/// assert_eq!(
///     schedule.explain().duration(Duration::try_from(4)?).to_string(),
///     "at 23:30 on the third Tuesday of every month, for four hours"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    schedule: Schedule,
    offset: Option<ScheduleOffset>,
    zone: Option<Zone>,
    duration: Option<Duration>,
    cutoff: Option<Cutoff>,
}

impl Schedule {
    /// The schedule in one plain English sentence; more can be added before it is printed.
    pub fn explain(&self) -> Explanation {
        Explanation {
            schedule: *self,
            offset: None,
            zone: None,
            duration: None,
            cutoff: None,
        }
    }
}

impl Explanation {
    /// Adds the days by which each run is later than the schedule says.
    pub fn offset(mut self, offset: impl Into<Option<ScheduleOffset>>) -> Self {
        self.offset = offset.into();
        self
    }

    /// Adds the zone of the local times; a rate names none, and leaves it out.
    pub fn zone(mut self, zone: impl Into<Option<Zone>>) -> Self {
        self.zone = zone.into();
        self
    }

    /// Adds how long a window stays open.
    pub fn duration(mut self, duration: impl Into<Option<Duration>>) -> Self {
        self.duration = duration.into();
        self
    }

    /// Adds how long before its end a window stops starting work; nothing is said of 0 hours.
    pub fn cutoff(mut self, cutoff: impl Into<Option<Cutoff>>) -> Self {
        self.cutoff = cutoff.into();
        self
    }
}

impl From<&Timeline> for Explanation {
    fn from(timeline: &Timeline) -> Self {
        timeline
            .schedule()
            .explain()
            .offset(timeline.offset())
            .zone(timeline.zone())
    }
}

impl From<&Plan> for Explanation {
    fn from(plan: &Plan) -> Self {
        Self::from(plan.timeline())
            .duration(plan.duration())
            .cutoff(plan.cutoff())
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.schedule {
            Schedule::Cron(cron) => write_cron(f, cron)?,
            Schedule::Rate(rate) => {
                let (count, unit) = rate.count_and_unit();
                write!(f, "{}", words::every(count, unit.name, unit.plural))?;
            }
            Schedule::At(at) => write_at(f, *at)?,
        }
        if let Some(offset) = self.offset {
            let days = offset.days();
            write!(
                f,
                ", {} day{} later",
                words::count(days.into()),
                if days == 1 { "" } else { "s" }
            )?;
        }
        match self.zone {
            Some(zone) if !matches!(self.schedule, Schedule::Rate(_)) => {
                write!(f, ", {}", words::zone(zone))?;
            }
            _ => {}
        }
        if let Some(duration) = self.duration {
            let hours = duration.hours();
            write!(
                f,
                ", for {} hour{}",
                words::count(hours.into()),
                if hours == 1 { "" } else { "s" }
            )?;
        }
        match self.cutoff.map(Cutoff::hours) {
            None | Some(0) => Ok(()),
            Some(1) => f.write_str(", with no new work in the last hour"),
            Some(hours) => write!(
                f,
                ", with no new work in the last {} hours",
                words::count(hours.into())
            ),
        }
    }
}

fn write_cron(f: &mut Formatter<'_>, cron: &Cron) -> fmt::Result {
    let times = times::times(cron);
    let mut text = times.text;
    if let Some(days) = days::days(cron, times.is_all_day) {
        append(&mut text, &days);
    }
    match (
        days::years(cron),
        words::MONTHS.iter().any(|month| text.ends_with(month)),
    ) {
        (Some(years), true) => append(
            &mut text,
            years
                .strip_prefix("in ")
                .filter(|year| year.len() == 4)
                .unwrap_or(&years),
        ),
        (Some(years), false) => append(&mut text, &years),
        (None, _) => {}
    }
    f.write_str(&text)?;
    if cron.never_fires() {
        f.write_str(", which never comes")
    } else {
        Ok(())
    }
}

/// Adds a part to a sentence, after a comma where it would run into a like part: two ranges, two rhythms.
fn append(text: &mut String, part: &str) {
    let collides = |lead: &str| part.starts_with(lead) && text.contains(lead);
    let is_apart = collides("from ") || part.contains(" from ") && collides("every ");
    text.push_str(if is_apart { ", " } else { " " });
    text.push_str(part);
}

fn write_at(f: &mut Formatter<'_>, at: At) -> fmt::Result {
    let local = at.local();
    let clock = if local.second() == 0 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    };
    write!(
        f,
        "once, at {} on {}",
        local.format(clock),
        local.format("%A, %-d %B %-Y")
    )
}
