//! The runs of a timeline, one after the other.

use std::iter::FusedIterator;
use std::ops::Bound;

use chrono::{DateTime, Utc};

use super::{Course, Timeline, at_moment, at_second};

/// The runs of a [`Timeline`] from an instant on, earliest first: see [`Timeline::after`].
#[derive(Clone, Debug)]
pub struct RunsAfter {
    timeline: Timeline,
    /// The first second not yet looked at; of a rate, the number of the next run.
    position: i64,
}

impl RunsAfter {
    pub(super) fn new(timeline: &Timeline, position: i64) -> Self {
        Self {
            timeline: *timeline,
            position,
        }
    }
}

impl Iterator for RunsAfter {
    type Item = DateTime<Utc>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.timeline.course() {
            Course::Walk(walk) => {
                let Some(run) = self.timeline.first_from(&walk, self.position) else {
                    self.position = self.timeline.last.saturating_add(1);
                    return None;
                };
                self.position = run + 1;
                Some(at_second(run))
            }
            Course::Beat(beat) => {
                let number = self.position;
                (number < self.timeline.last).then(|| {
                    self.position += 1;
                    at_moment(beat.run(number))
                })
            }
        }
    }
}

impl FusedIterator for RunsAfter {}

/// The runs of a [`Timeline`] down from an instant, latest first: see [`Timeline::before`].
#[derive(Clone, Debug)]
pub struct RunsBefore {
    timeline: Timeline,
    /// The last second not yet looked at; of a rate, the number of the next run.
    position: i64,
}

impl RunsBefore {
    pub(super) fn new(timeline: &Timeline, position: i64) -> Self {
        Self {
            timeline: *timeline,
            position,
        }
    }
}

impl Iterator for RunsBefore {
    type Item = DateTime<Utc>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.timeline.course() {
            Course::Walk(walk) => {
                let Some(run) = self.timeline.last_until(&walk, self.position) else {
                    self.position = self.timeline.first.saturating_sub(1);
                    return None;
                };
                self.position = run - 1;
                Some(at_second(run))
            }
            Course::Beat(beat) => {
                let number = self.position;
                (number >= 0).then(|| {
                    self.position -= 1;
                    at_moment(beat.run(number))
                })
            }
        }
    }
}

impl FusedIterator for RunsBefore {}

/// The runs of a [`Timeline`] within a range, earliest first: see [`Timeline::between`].
#[derive(Clone, Debug)]
pub struct RunsBetween {
    runs: RunsAfter,
    until: Bound<DateTime<Utc>>,
}

impl RunsBetween {
    pub(super) fn new(runs: RunsAfter, until: Bound<DateTime<Utc>>) -> Self {
        Self { runs, until }
    }
}

impl Iterator for RunsBetween {
    type Item = DateTime<Utc>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.runs.next().filter(|run| match &self.until {
            Bound::Included(last) => run <= last,
            Bound::Excluded(end) => run < end,
            Bound::Unbounded => true,
        })
    }
}

impl FusedIterator for RunsBetween {}
