//! How a timeline is put together, and what it refuses.

use chrono::{DateTime, Utc};

use super::beat::{Beat, Moment};
use super::readings::Readings;
use super::{ScheduleOffset, Timeline, ceiling};
use crate::schedule::{Cron, Dialect, OffsetRefused, Rate, Schedule};
use crate::search;
use crate::zone::{Era, Fold, Gap, Zone};

/// No instant that chrono can hold is before this second.
const BEGINNING: i64 = i64::MIN / 2;

/// A [`Timeline`] in the making.
///
/// Whatever may be left out can be given as an `Option` or as it is.
#[derive(Clone, Copy, Debug)]
#[must_use = "a timeline is made by `build`"]
pub struct TimelineBuilder {
    schedule: Schedule,
    zone: Zone,
    offset: Option<ScheduleOffset>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    anchor: Option<DateTime<Utc>>,
    gap: Option<Gap>,
    fold: Fold,
    dialect: Dialect,
}

impl TimelineBuilder {
    pub(super) fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            zone: Zone::UTC,
            offset: None,
            start: None,
            end: None,
            anchor: None,
            gap: None,
            fold: Fold::default(),
            dialect: Dialect::default(),
        }
    }

    /// Reads the schedule on the clocks of this zone. Default UTC.
    pub fn zone(mut self, zone: impl Into<Zone>) -> Self {
        self.zone = zone.into();
        self
    }

    /// Runs that many calendar days after the date that the schedule names. Default none.
    pub fn offset(mut self, offset: impl Into<Option<ScheduleOffset>>) -> Self {
        self.offset = offset.into();
        self
    }

    /// Leaves out runs before `start`; one exactly at it takes place. Default none.
    pub fn start(mut self, start: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.start = start.into();
        self
    }

    /// Leaves out runs after `end`; one exactly at it takes place. Default none.
    pub fn end(mut self, end: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.end = end.into();
        self
    }

    /// Leaves out what was due at or before `anchor`, and counts a rate from there. Default none.
    pub fn anchor(mut self, anchor: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.anchor = anchor.into();
        self
    }

    /// Settles readings that a clock change leaves out.
    ///
    /// Default [`Gap::Skip`], but [`Gap::Shift`] for an `at` schedule.
    pub fn gap(mut self, gap: impl Into<Option<Gap>>) -> Self {
        self.gap = gap.into();
        self
    }

    /// Settles readings that a clock change brings twice. Default [`Fold::Second`].
    pub fn fold(mut self, fold: Fold) -> Self {
        self.fold = fold;
        self
    }

    /// Takes an offset where this dialect does. Default [`Dialect::Documented`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The timeline.
    ///
    /// # Errors
    ///
    /// Refuses an offset that the schedule does not take, a start date that is not before the end date, and a rate that has
    /// neither anchor nor start date to count from.
    pub fn build(self) -> Result<Timeline, TimelineError> {
        let Self {
            schedule,
            zone,
            offset,
            start,
            end,
            anchor,
            gap,
            fold,
            dialect,
        } = self;
        if let Some(offset) = offset
            && let Err(OffsetRefused) = schedule.check_offset(dialect)
        {
            return Err(TimelineError::OffsetRefused { schedule, offset });
        }
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            return Err(TimelineError::StartNotBeforeEnd { start, end });
        }
        let gap = gap.unwrap_or(match schedule {
            Schedule::At(_) => Gap::Shift,
            Schedule::Cron(_) | Schedule::Rate(_) => Gap::Skip,
        });
        let mut timeline = Timeline {
            schedule,
            zone,
            start,
            end,
            anchor,
            first: 0,
            last: 0,
            offset,
            gap,
            fold,
        };
        (timeline.first, timeline.last) = match schedule {
            Schedule::Cron(_) | Schedule::At(_) => timeline.seconds(),
            Schedule::Rate(rate) => timeline
                .count(rate)
                .ok_or(TimelineError::RateWithoutAnchor { schedule })?,
        };
        Ok(timeline)
    }
}

impl Timeline {
    /// The first and the last second that may hold a run of a schedule of readings.
    fn seconds(&self) -> (i64, i64) {
        let from_start = self.start.map_or(BEGINNING, ceiling);
        // With an offset the anchor bounds the readings that are moved on, not the runs.
        let anchor = self.anchor.filter(|_| self.offset.is_none());
        let from_anchor = anchor.map_or(BEGINNING, |anchor| anchor.timestamp() + 1);
        let last = self.horizon() - 1;
        (
            from_start.max(from_anchor),
            self.end.map_or(last, |end| last.min(end.timestamp())),
        )
    }

    /// The second in which a rate first runs, and how many runs it has.
    fn count(&self, rate: Rate) -> Option<(i64, i64)> {
        let origin = self.origin()?;
        let period = period(rate);
        let starts_there = self.start > self.anchor;
        let first = if starts_there {
            origin.second
        } else {
            origin.second + period
        };
        let beat = Beat::new(
            Moment {
                second: first,
                ..origin
            },
            period,
        );
        let end = self.end.map_or(i64::MAX, |end| beat.n_until(end.into()));
        Some((
            first,
            end.min(beat.n_before(Moment {
                second: self.horizon(),
                nanosecond: 0,
            })),
        ))
    }

    /// The runs of `rate`, which is the schedule of this timeline.
    pub(super) fn beat(&self, rate: Rate) -> Beat {
        let nanosecond = self.origin().map_or(0, |origin| origin.nanosecond);
        Beat::new(
            Moment {
                second: self.first,
                nanosecond,
            },
            period(rate),
        )
    }

    /// The instant that a rate counts from: the start date if it is after the anchor, else the anchor.
    fn origin(&self) -> Option<Moment> {
        let origin = Moment::from(self.start.max(self.anchor)?);
        // What comes a period after a leap second is no leap second.
        Some(Moment {
            nanosecond: origin.nanosecond.min(999_999_999),
            ..origin
        })
    }

    /// The readings of `cron`, which is the schedule of this timeline, moved on by its offset.
    pub(super) fn shifted<'a>(&self, cron: &'a Cron) -> Readings<'a> {
        let shift = self
            .offset
            .map_or(0, |offset| i64::from(offset.days()) * search::DAY);
        Readings::Cron {
            cron,
            from: self
                .anchor
                .map_or(0, |anchor| self.not_passed_by(anchor.timestamp())),
            shift,
        }
    }

    /// The first reading that the local clock has yet to go by after `second`, for the last time unless the policy says
    /// that the first time counts.
    fn not_passed_by(&self, second: i64) -> i64 {
        let Era {
            from,
            until,
            before,
            offset,
            after,
        } = self.zone.era_at(second);
        let next = second + offset + 1;
        match self.fold {
            Fold::First if before > offset => next.max(from + before),
            Fold::Second | Fold::Both if after < offset => next.min(until + after),
            Fold::First | Fold::Second | Fold::Both => next,
        }
    }

    /// The second at which the year 2200 begins on the local clock.
    fn horizon(&self) -> i64 {
        search::END - self.zone.era_at(search::END).offset
    }
}

fn period(rate: Rate) -> i64 {
    rate.minutes as i64 * 60
}

/// Why there is no such [`Timeline`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TimelineError {
    /// The schedule takes no offset: it is no cron schedule or, in [`Dialect::Service`], one whose day of week is not
    /// counted within the month.
    #[error("`{schedule}` takes no offset, found one of {offset}")]
    OffsetRefused {
        /// The schedule, as it was given.
        schedule: Schedule,
        /// The offset that was asked for.
        offset: ScheduleOffset,
    },
    /// A rate counts from its start date or from its anchor.
    #[error("`{schedule}` needs an anchor or a start date to count from")]
    RateWithoutAnchor {
        /// The rate, as it was given.
        schedule: Schedule,
    },
    /// Between start and end nothing could run.
    #[error("start date {start} is not before end date {end}")]
    StartNotBeforeEnd {
        /// The start date that was asked for.
        start: DateTime<Utc>,
        /// The end date that was asked for.
        end: DateTime<Utc>,
    },
}

impl TimelineError {
    /// The words in which AWS Systems Manager refuses it, where it does.
    pub fn service_text(&self) -> Option<String> {
        match self {
            Self::OffsetRefused { .. } => Some(OffsetRefused.to_string()),
            Self::StartNotBeforeEnd { .. } => {
                Some("Window start date must be before window end date".to_owned())
            }
            Self::RateWithoutAnchor { .. } => None,
        }
    }
}
