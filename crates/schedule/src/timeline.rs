//! A schedule in a zone and within its bounds: a list of instants.

mod beat;
mod cursor;

mod builder;
pub use builder::{TimelineBuilder, TimelineError};

mod near;
mod notes;
pub use notes::{ClockNote, ClockNoteKind, ClockNotes};

mod offset;
pub use offset::{InvalidScheduleOffset, ScheduleOffset};

mod readings;

mod runs;
pub use runs::{RunsAfter, RunsBefore, RunsBetween};

mod steady;
mod stored;
mod walk;

use std::ops::{Bound, RangeBounds};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;
use crate::zone::{Fold, Gap, Zone};
use beat::{Beat, Moment};
use near::Near;
use readings::Readings;
use stored::StoredTimeline;
use walk::Walk;

/// A schedule in a zone, with its offset, its start and end date, and its anchor: a list of instants, its *runs*.
///
/// The list is never held in memory. It is asked from any instant, forwards and backwards, and no question costs more
/// for being asked far from the last one. It reads no clock: whoever asks says from when.
///
/// # Which instants are runs
///
/// * A cron schedule names readings of the local clock. With an [offset](ScheduleOffset) each is moved on by that many
///   calendar days. A reading is one instant, except near a change of the zone's clocks: what a change leaves out is
///   settled by [`Gap`] (default [`Gap::Skip`]), what it brings twice by [`Fold`] (default [`Fold::Second`]).
/// * `at` names one reading, treated in the same way, except that the default is [`Gap::Shift`]: what is to happen once
///   must not be lost.
/// * A rate counts elapsed time, with the fraction of a second of the instant it counts from. That is the start date, if
///   it is after the anchor or if there is no anchor; it is then a run itself. Otherwise it is the anchor, and the first
///   run is one period later.
/// * Runs are strictly after the anchor: the instant of the window's creation, or of the last update that changed its
///   schedule, zone, offset or start date. With an offset this holds for the date that the schedule names: if that had
///   passed by the anchor, the run is left out even though it lies ahead. A reading has passed when the local clock has
///   gone by it, for the last time unless the policy is [`Fold::First`].
/// * No run is before the start date or after the end date; one exactly at either of them takes place.
/// * No run is after the year 2199 of the local clock, where the schedule language ends.
///
/// Runs come in order, without repetition, and no two policies change that. (AWS Systems Manager user guide, schedule and
/// active period options; where the guide is silent the rule is ours.)
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_schedule::{ScheduleOffset, Timeline, Zone};
///
/// // Two days after the second Tuesday of the month, the day of many updates.
/// let timeline = Timeline::builder("cron(30 23 ? * TUE#2 *)".parse()?)
///     .zone(Zone::named("America/Los_Angeles")?)
///     .offset(ScheduleOffset::try_from(2)?)
///     .build()?;
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
/// let next = timeline.next(now).expect("it has no end before 2200");
/// assert_eq!(timeline.zone().to_local(next).to_rfc3339(), "2026-03-12T23:30:00-07:00");
/// assert_eq!(timeline.previous(next).unwrap().to_rfc3339(), "2026-02-13T07:30:00+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "StoredTimeline", into = "StoredTimeline")]
pub struct Timeline {
    schedule: Schedule,
    zone: Zone,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    anchor: Option<DateTime<Utc>>,
    /// The first second that may hold a run; of a rate, the second of run 0.
    first: i64,
    /// The last second that may hold a run; of a rate, how many runs there are.
    last: i64,
    offset: Option<ScheduleOffset>,
    gap: Gap,
    fold: Fold,
}

impl Timeline {
    /// A timeline of `schedule` in UTC, to be completed.
    pub fn builder(schedule: Schedule) -> TimelineBuilder {
        TimelineBuilder::new(schedule)
    }

    /// A timeline of a cron or at schedule in `zone`, without offset, bounds or anchor.
    ///
    /// # Errors
    ///
    /// Returns [`TimelineError::RateWithoutAnchor`] for a rate, which has to count from an instant.
    pub fn new(schedule: Schedule, zone: Zone) -> Result<Self, TimelineError> {
        Self::builder(schedule).zone(zone).build()
    }

    /// The schedule that names the runs.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// The zone whose clocks the schedule is read on.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// How many calendar days after the date that the schedule names each run takes place.
    pub fn offset(&self) -> Option<ScheduleOffset> {
        self.offset
    }

    /// No run is before this instant.
    pub fn start(&self) -> Option<DateTime<Utc>> {
        self.start
    }

    /// No run is after this instant.
    pub fn end(&self) -> Option<DateTime<Utc>> {
        self.end
    }

    /// The instant of creation, or of the last update that changed what the runs are.
    pub fn anchor(&self) -> Option<DateTime<Utc>> {
        self.anchor
    }

    /// What becomes of a reading that a clock change leaves out.
    pub fn gap(&self) -> Gap {
        self.gap
    }

    /// What becomes of a reading that a clock change brings twice.
    pub fn fold(&self) -> Fold {
        self.fold
    }

    /// The first run strictly after `instant`.
    #[inline]
    pub fn next(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.course() {
            Course::Walk(walk) => {
                let near = Near::new(instant);
                self.first_from(&walk, near.second + 1)
                    .map(|run| near.at(run))
            }
            Course::Beat(beat) => self.run(beat, beat.n_until(instant.into())),
        }
    }

    /// The last run strictly before `instant`.
    #[inline]
    pub fn previous(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.course() {
            Course::Walk(walk) => {
                let near = Near::new(instant);
                let until = near.second - i64::from(instant.timestamp_subsec_nanos() == 0);
                self.last_until(&walk, until).map(|run| near.at(run))
            }
            Course::Beat(beat) => self.run_below(beat, beat.n_before(instant.into())),
        }
    }

    /// The last run at or before `instant`.
    #[inline]
    pub fn latest(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.course() {
            Course::Walk(walk) => {
                let near = Near::new(instant);
                self.last_until(&walk, near.second).map(|run| near.at(run))
            }
            Course::Beat(beat) => self.run_below(beat, beat.n_until(instant.into())),
        }
    }

    /// Whether `instant` is a run.
    pub fn is_run(&self, instant: DateTime<Utc>) -> bool {
        self.latest(instant) == Some(instant)
    }

    /// Whether there is no run strictly after `instant`.
    ///
    /// It costs no more than [`next`](Self::next), even for a schedule that never matches.
    pub fn never_after(&self, instant: DateTime<Utc>) -> bool {
        self.next(instant).is_none()
    }

    /// The runs strictly after `instant`, earliest first, lazily.
    ///
    /// The iterator keeps where it stands, so that a step is cheaper than asking [`next`](Self::next) again. It holds a
    /// copy of the timeline and does not allocate.
    pub fn after(&self, instant: DateTime<Utc>) -> RunsAfter {
        RunsAfter::new(self, self.position_after(instant))
    }

    /// The runs strictly before `instant`, latest first, lazily.
    ///
    /// It holds a copy of the timeline and does not allocate.
    pub fn before(&self, instant: DateTime<Utc>) -> RunsBefore {
        let position = match self.course() {
            Course::Walk(_) => ceiling(instant) - 1,
            Course::Beat(beat) => beat.n_before(instant.into()).min(self.last) - 1,
        };
        RunsBefore::new(self, position)
    }

    /// The runs within `range`, earliest first, lazily.
    ///
    /// Bounds are as the range says: `a..b` holds a run at `a` and none at `b`, `a..=b` both. A range that ends before it
    /// begins is empty.
    ///
    /// # Example
    ///
    /// ```
    /// use chrono::{TimeZone, Utc};
    /// use tagout_schedule::{Timeline, Zone};
    ///
    /// let daily = Timeline::new("cron(0 6 ? * * *)".parse()?, Zone::UTC)?;
    /// let june = Utc.with_ymd_and_hms(2026, 6, 1, 6, 0, 0).unwrap()..Utc.with_ymd_and_hms(2026, 7, 1, 6, 0, 0).unwrap();
    /// assert_eq!(daily.between(june.clone()).count(), 30);
    /// assert_eq!(daily.count_between(june), 30);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn between(&self, range: impl RangeBounds<DateTime<Utc>>) -> RunsBetween {
        let position = match range.start_bound() {
            Bound::Included(&from) => self.position_from(from),
            Bound::Excluded(&after) => self.position_after(after),
            Bound::Unbounded => self.position_from(DateTime::<Utc>::MIN_UTC),
        };
        RunsBetween::new(RunsAfter::new(self, position), range.end_bound().cloned())
    }

    /// How many runs are within `range`, with bounds as in [`between`](Self::between).
    ///
    /// Runs of a rate are counted by division, those of a cron schedule one by one.
    pub fn count_between(&self, range: impl RangeBounds<DateTime<Utc>>) -> u64 {
        let Course::Beat(beat) = self.course() else {
            return self.between(range).count() as u64;
        };
        let from = match range.start_bound() {
            Bound::Included(&from) => self.position_from(from),
            Bound::Excluded(&after) => self.position_after(after),
            Bound::Unbounded => 0,
        };
        let until = match range.end_bound() {
            Bound::Included(&last) => beat.n_until(last.into()),
            Bound::Excluded(&end) => beat.n_before(end.into()),
            Bound::Unbounded => self.last,
        };
        u64::try_from(until.min(self.last) - from).unwrap_or(0)
    }

    /// Why readings between two instants are no runs, or run at another time: one note for each reading that a clock
    /// change from `from`, inclusive, to `until`, exclusive, leaves out or brings twice.
    ///
    /// Earliest first, lazily. A rate has none.
    pub fn notes_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> ClockNotes {
        ClockNotes::new(self, from, until)
    }

    #[inline]
    fn course(&self) -> Course<'_> {
        let readings = match &self.schedule {
            Schedule::Rate(rate) => return Course::Beat(self.beat(*rate)),
            Schedule::At(at) => Readings::At(at.local.and_utc().timestamp()),
            Schedule::Cron(cron) => match self.offset {
                None => Readings::Cron {
                    cron,
                    from: 0,
                    shift: 0,
                },
                Some(_) => self.shifted(cron),
            },
        };
        Course::Walk(Walk {
            readings,
            zone: self.zone,
            gap: self.gap,
            fold: self.fold,
        })
    }

    /// The first run at or after the second `from`, within the bounds.
    #[inline]
    fn first_from(&self, walk: &Walk<'_>, from: i64) -> Option<i64> {
        walk.first_from(from.max(self.first))
            .filter(|&run| run <= self.last)
    }

    /// The last run at or before the second `until`, within the bounds.
    #[inline]
    fn last_until(&self, walk: &Walk<'_>, until: i64) -> Option<i64> {
        walk.last_until(until.min(self.last))
            .filter(|&run| run >= self.first)
    }

    /// Run `number` of a rate, if it has that many.
    fn run(&self, beat: Beat, number: i64) -> Option<DateTime<Utc>> {
        (number < self.last).then(|| at_moment(beat.run(number)))
    }

    /// Where to begin for the first run strictly after `instant`: a second, or the number of a run.
    fn position_after(&self, instant: DateTime<Utc>) -> i64 {
        match self.course() {
            Course::Walk(_) => instant.timestamp() + 1,
            Course::Beat(beat) => beat.n_until(instant.into()),
        }
    }

    /// Where to begin for the first run at or after `instant`: a second, or the number of a run.
    fn position_from(&self, instant: DateTime<Utc>) -> i64 {
        match self.course() {
            Course::Walk(_) => ceiling(instant),
            Course::Beat(beat) => beat.n_before(instant.into()),
        }
    }

    /// The last of the first `n_runs` runs of a rate.
    fn run_below(&self, beat: Beat, n_runs: i64) -> Option<DateTime<Utc>> {
        let number = n_runs.min(self.last) - 1;
        (number >= 0).then(|| at_moment(beat.run(number)))
    }
}

/// The two ways to find a run.
#[derive(Clone, Copy, Debug)]
enum Course<'a> {
    Walk(Walk<'a>),
    Beat(Beat),
}

/// The first whole second at or after `instant`.
fn ceiling(instant: DateTime<Utc>) -> i64 {
    instant.timestamp() + i64::from(instant.timestamp_subsec_nanos() > 0)
}

/// The instant of the second `second`, which is that of a run.
fn at_second(second: i64) -> DateTime<Utc> {
    at_moment(Moment {
        second,
        nanosecond: 0,
    })
}

#[inline]
fn at_moment(moment: Moment) -> DateTime<Utc> {
    DateTime::from_timestamp(moment.second, moment.nanosecond)
        .expect("runs are before the year 2200")
}

#[cfg(test)]
mod tests;
