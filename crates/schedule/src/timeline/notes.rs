//! Why a run is missing, or takes place at another time than the schedule says.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::walk::Stretch;
use super::{Course, Timeline, at_second, ceiling};
use crate::zone::{Fold, Gap};

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

/// The notes on all readings that changes from `from`, inclusive, to `until`, exclusive, leave out or bring twice.
pub(super) fn between(
    timeline: &Timeline,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = ClockNote> + use<> {
    let timeline = *timeline;
    let until = ceiling(until).min(timeline.last.saturating_add(1));
    let mut change = next_change(&timeline, ceiling(from));
    let mut local = i64::MIN;
    std::iter::from_fn(move || {
        let Course::Walk(walk) = timeline.course() else {
            return None;
        };
        while let Some(stretch) = change.filter(|stretch| stretch.span.from < until) {
            let Stretch {
                span,
                before,
                offset,
                ..
            } = stretch;
            let (first, end) = (
                span.from + before.min(offset),
                span.from + before.max(offset),
            );
            let reading = walk
                .readings
                .at_or_after(first.max(local))
                .filter(|&reading| reading < end);
            // The later of the two instants of a reading that comes twice; of one left out, the instant to which it would
            // shift.
            let Some(reading) = reading else {
                change = next_change(&timeline, span.from + 1);
                local = i64::MIN;
                continue;
            };
            local = reading + 1;
            if reading - before.min(offset) >= timeline.first {
                let kind = kind(&timeline, stretch, reading);
                return Some(ClockNote {
                    local: naive(reading),
                    change: at_second(span.from),
                    kind,
                });
            }
        }
        None
    })
}

fn kind(timeline: &Timeline, stretch: Stretch, reading: i64) -> ClockNoteKind {
    let Stretch {
        span,
        before,
        offset,
        ..
    } = stretch;
    if before < offset {
        match timeline.gap {
            Gap::Skip => ClockNoteKind::Skipped,
            Gap::Shift => ClockNoteKind::Moved {
                to: naive(reading - before + offset),
            },
            Gap::After => ClockNoteKind::Moved {
                to: naive(span.from + offset),
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

/// The stretch that begins with the first change at or after the second `from`.
fn next_change(timeline: &Timeline, from: i64) -> Option<Stretch> {
    let change = timeline.zone.span_at(from - 1).until;
    (change != i64::MAX).then(|| Stretch::at(timeline.zone, change))
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
