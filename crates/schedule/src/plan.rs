//! A window: when it opens, how long it takes work, and when it closes.

mod length;
pub use length::{Cutoff, Duration, InvalidCutoff, InvalidDuration};

mod opening;
pub use opening::{Opening, OpeningsAfter, OpeningsBefore, OpeningsBetween};

mod phase;
pub use phase::Phase;

mod stored;
mod stretch;

use std::ops::RangeBounds;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::timeline::Timeline;
use opening::Lengths;
use stored::StoredPlan;

/// A timeline whose runs are the openings of a window, each [`Duration`] long and with nothing new started in the last
/// [`Cutoff`] hours.
///
/// A plan that is disabled has no openings. A start or end date of the timeline bounds when an opening may *begin*: one
/// that has begun lasts as long as every other, past the end date too.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_schedule::{Cutoff, Duration, Plan, Timeline, Zone};
///
/// let timeline = Timeline::new("cron(0 22 ? * SAT *)".parse()?, Zone::named("Asia/Tokyo")?)?;
/// let plan = Plan::new(timeline, Duration::try_from(3)?, Cutoff::try_from(1)?)?;
///
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
/// let opening = plan.openings_after(now).next().unwrap();
/// assert_eq!(opening.opens_at.to_rfc3339(), "2026-03-07T13:00:00+00:00");
/// assert_eq!(opening.cutoff_at.to_rfc3339(), "2026-03-07T15:00:00+00:00");
/// assert_eq!(opening.closes_at.to_rfc3339(), "2026-03-07T16:00:00+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "StoredPlan", into = "StoredPlan")]
pub struct Plan {
    timeline: Timeline,
    duration: Duration,
    cutoff: Cutoff,
    enabled: bool,
}

impl Plan {
    /// An enabled plan.
    ///
    /// # Errors
    ///
    /// Returns [`PlanError`] unless `cutoff` is below `duration`.
    pub fn new(timeline: Timeline, duration: Duration, cutoff: Cutoff) -> Result<Self, PlanError> {
        if cutoff.hours() < duration.hours() {
            Ok(Self {
                timeline,
                duration,
                cutoff,
                enabled: true,
            })
        } else {
            Err(PlanError { duration, cutoff })
        }
    }

    /// The same plan, enabled or disabled.
    pub fn with_enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// The instants at which the window opens while it is enabled.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// How long each opening lasts.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// How long before the end of an opening nothing new is started.
    pub fn cutoff(&self) -> Cutoff {
        self.cutoff
    }

    /// Whether the window opens at all.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The first opening that begins strictly after `instant`.
    pub fn next_opening(&self, instant: DateTime<Utc>) -> Option<Opening> {
        let run = if self.enabled {
            self.timeline.next(instant)
        } else {
            None
        };
        run.map(|run| self.opening_at(run))
    }

    /// The last opening that begins at or before `instant`.
    pub fn latest_opening(&self, instant: DateTime<Utc>) -> Option<Opening> {
        let run = if self.enabled {
            self.timeline.latest(instant)
        } else {
            None
        };
        run.map(|run| self.opening_at(run))
    }

    /// The openings that begin strictly after `instant`, earliest first, lazily.
    pub fn openings_after(&self, instant: DateTime<Utc>) -> OpeningsAfter {
        OpeningsAfter::new(
            self.enabled.then(|| self.timeline.after(instant)),
            self.lengths(),
        )
    }

    /// The openings that begin strictly before `instant`, latest first, lazily.
    pub fn openings_before(&self, instant: DateTime<Utc>) -> OpeningsBefore {
        OpeningsBefore::new(
            self.enabled.then(|| self.timeline.before(instant)),
            self.lengths(),
        )
    }

    /// The openings that begin within `range`, earliest first, lazily.
    pub fn openings_between(&self, range: impl RangeBounds<DateTime<Utc>>) -> OpeningsBetween {
        OpeningsBetween::new(
            self.enabled.then(|| self.timeline.between(range)),
            self.lengths(),
        )
    }

    /// What the window is at `now`.
    ///
    /// Where openings overlap so that the window stays open, finding out until when takes two searches for each clock
    /// change on the way, and is otherwise independent of how long that is.
    pub fn phase_at(&self, now: DateTime<Utc>) -> Phase {
        let next = |now| self.next_opening(now).map(|opening| opening.opens_at);
        match self.latest_opening(now) {
            Some(opening) if now < opening.cutoff_at => Phase::Open {
                opening,
                until: self.open_until(opening),
            },
            Some(opening) if now < opening.closes_at => {
                let until = next(now).map_or(opening.closes_at, |next| next.min(opening.closes_at));
                Phase::PastCutoff { opening, until }
            }
            _ => Phase::Closed {
                opens_at: next(now),
            },
        }
    }

    /// Whether work may start at `instant`: whether the phase is [`Phase::Open`].
    pub fn may_start_at(&self, instant: DateTime<Utc>) -> bool {
        self.latest_opening(instant)
            .is_some_and(|opening| instant < opening.cutoff_at)
    }

    fn opening_at(&self, opens_at: DateTime<Utc>) -> Opening {
        self.lengths().opening_at(opens_at)
    }

    fn lengths(&self) -> Lengths {
        let whole = self.duration.elapsed();
        Lengths {
            working: whole - self.cutoff.elapsed(),
            whole,
        }
    }
}

/// A [`Cutoff`] that is not below its [`Duration`].
///
/// # Example
///
/// ```
/// use tagout_schedule::{Cutoff, Duration, Plan, Timeline, Zone};
///
/// let timeline = Timeline::new("cron(0 22 ? * SAT *)".parse()?, Zone::UTC)?;
/// let error = Plan::new(timeline, Duration::try_from(1)?, Cutoff::try_from(2)?).unwrap_err();
/// assert_eq!(error.to_string(), "cutoff is 2 hours, expected less than the duration of 1 hour");
/// assert_eq!(error.service_text(), "Cutoff was 2 but must be smaller than 0 (Duration  - 1 )");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cutoff is {cutoff}, expected less than the duration of {duration}")]
pub struct PlanError {
    duration: Duration,
    cutoff: Cutoff,
}

impl PlanError {
    /// The duration that the cutoff is not below.
    pub const fn duration(self) -> Duration {
        self.duration
    }

    /// The cutoff that was refused.
    pub const fn cutoff(self) -> Cutoff {
        self.cutoff
    }

    /// The words in which AWS Systems Manager refuses it.
    ///
    /// They name a bound that is one too low: a cutoff of the duration less one hour is taken.
    pub fn service_text(self) -> String {
        let (cutoff, bound) = (self.cutoff.hours(), self.duration.hours() - 1);
        format!("Cutoff was {cutoff} but must be smaller than {bound} (Duration  - 1 )")
    }
}

#[cfg(test)]
mod tests;
