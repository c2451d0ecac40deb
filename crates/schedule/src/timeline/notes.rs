//! Why a run is missing, or takes place at another time than the schedule says.

use std::fmt;
use std::iter::FusedIterator;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::{Course, Timeline, at_second, ceiling};
use crate::zone::{Era, Fold, Gap};

/// Why one reading of the local clock is no run, or runs at another time: a clock change leaves it out or brings it
/// twice.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_schedule::{ClockNoteKind, Timeline, Zone};
///
/// let timeline = Timeline::new("cron(30 2 ? * SUN *)".parse()?, Zone::named("America/New_York")?)?;
/// let march = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
/// let note = timeline.notes_between(march, march + chrono::TimeDelta::days(31)).next().unwrap();
/// assert_eq!(note.kind, ClockNoteKind::Skipped);
/// assert_eq!(note.to_string(), "02:30 does not exist on 8 March");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub struct ClockNote {
    /// The reading of the local clock that the schedule, with its offset, asks for.
    pub local: NaiveDateTime,
    /// The instant at which the clock is set forward or back.
    pub change: DateTime<Utc>,
    /// What became of the reading.
    pub kind: ClockNoteKind,
}

/// What became of a reading that a clock change leaves out or brings twice.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockNoteKind {
    /// It does not exist that day, and nothing runs ([`Gap::Skip`]).
    Skipped,
    /// It does not exist that day, and the run is at another reading ([`Gap::Shift`] and [`Gap::After`]).
    Moved {
        /// The reading at which it runs.
        to: NaiveDateTime,
    },
    /// It comes twice, and runs the first time ([`Fold::First`]).
    RunsFirst,
    /// It comes twice, and runs the second time ([`Fold::Second`]).
    RunsSecond,
    /// It comes twice, and runs both times ([`Fold::Both`]).
    RunsBoth,
}

/// The notes of a [`Timeline`] on the clock changes within a range, earliest first: see [`Timeline::notes_between`].
#[derive(Clone, Debug)]
pub struct ClockNotes {
    timeline: Timeline,
    /// The era that begins with the change that is looked at.
    era: Option<Era>,
    /// The first reading not yet looked at.
    local: i64,
    /// The first second at which a change is not looked at any more.
    until: i64,
}

impl ClockNotes {
    pub(super) fn new(timeline: &Timeline, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self {
            timeline: *timeline,
            era: first_change(timeline, ceiling(from)),
            local: i64::MIN,
            until: ceiling(until),
        }
    }
}

impl Iterator for ClockNotes {
    type Item = ClockNote;

    fn next(&mut self) -> Option<ClockNote> {
        let Course::Walk(walk) = self.timeline.course() else {
            return None; // elapsed time knows no clocks
        };
        while let Some(era) = self.era.filter(|era| era.from < self.until) {
            let (least, most) = (era.before.min(era.offset), era.before.max(era.offset));
            let first = self.local.max(era.from + least);
            let Some(local) = walk
                .readings
                .at_or_after(first)
                .filter(|&local| local < era.from + most)
            else {
                self.era = first_change(&self.timeline, era.from + 1);
                self.local = i64::MIN;
                continue;
            };
            self.local = local + 1;
            // Where the reading would be in the old offset and in the new one: within the bounds once is enough.
            if local - least >= self.timeline.first && local - most <= self.timeline.last {
                return Some(ClockNote {
                    local: naive(local),
                    change: at_second(era.from),
                    kind: kind(&self.timeline, era, local),
                });
            }
        }
        None
    }
}

impl FusedIterator for ClockNotes {}

fn kind(timeline: &Timeline, era: Era, reading: i64) -> ClockNoteKind {
    let Era {
        from,
        before,
        offset,
        ..
    } = era;
    if before < offset {
        match timeline.gap {
            Gap::Skip => ClockNoteKind::Skipped,
            Gap::Shift => ClockNoteKind::Moved {
                to: naive(reading - before + offset),
            },
            Gap::After => ClockNoteKind::Moved {
                to: naive(from + offset),
            },
        }
    } else {
        match timeline.fold {
            Fold::First => ClockNoteKind::RunsFirst,
            Fold::Second => ClockNoteKind::RunsSecond,
            Fold::Both => ClockNoteKind::RunsBoth,
        }
    }
}

/// The era that begins with the first change at or after the second `from`.
fn first_change(timeline: &Timeline, from: i64) -> Option<Era> {
    let change = timeline.zone.era_at(from - 1).until;
    (change != i64::MAX).then(|| timeline.zone.era_at(change))
}

fn naive(local: i64) -> NaiveDateTime {
    at_second(local).naive_utc()
}

/// In English, without the year: `02:30 does not exist on 8 March`.
impl fmt::Display for ClockNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, date) = (Time(self.local), Date(self.local));
        match self.kind {
            ClockNoteKind::Skipped => write!(f, "{time} does not exist on {date}"),
            ClockNoteKind::Moved { to } if to.date() == self.local.date() => {
                write!(f, "{time} does not exist on {date}, runs at {}", Time(to))
            }
            ClockNoteKind::Moved { to } => {
                write!(
                    f,
                    "{time} does not exist on {date}, runs at {} on {}",
                    Time(to),
                    Date(to)
                )
            }
            ClockNoteKind::RunsFirst => {
                write!(f, "{time} comes twice on {date}, runs the first time")
            }
            ClockNoteKind::RunsSecond => {
                write!(f, "{time} comes twice on {date}, runs the second time")
            }
            ClockNoteKind::RunsBoth => write!(f, "{time} comes twice on {date}, runs both times"),
        }
    }
}

/// A time of day, with seconds only where there are any.
struct Time(NaiveDateTime);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}",
            self.0.format(if self.0.second() == 0 {
                "%H:%M"
            } else {
                "%H:%M:%S"
            })
        )
    }
}

/// A day of the year.
struct Date(NaiveDateTime);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.day(), self.0.format("%B"))
    }
}
