//! The runs of a timeline, one after the other.

use std::iter::FusedIterator;
use std::ops::Bound;

use chrono::{DateTime, Utc};

use super::cursor::Cursor;
use super::{Course, Timeline, at_moment, at_second};
use crate::schedule::Schedule;

/// The runs of a [`Timeline`] from an instant on, earliest first: see [`Timeline::after`].
#[derive(Clone, Debug)]
pub struct RunsAfter {
    timeline: Timeline,
    /// The first second not yet looked at; of a rate, the number of the next run.
    position: i64,
    /// At the last run, if its neighbours can be stepped to. Then it counts, and not the position.
    cursor: Option<Cursor>,
}

impl RunsAfter {
    pub(super) fn new(timeline: &Timeline, position: i64) -> Self {
        Self {
            timeline: *timeline,
            position,
            cursor: None,
        }
    }

    fn search(&mut self) -> Option<DateTime<Utc>> {
        match self.timeline.course() {
            Course::Walk(walk) => {
                let from = self
                    .cursor
                    .take()
                    .map_or(self.position, |cursor| cursor.second() + 1);
                let run = self.timeline.first_from(&walk, from);
                self.position = run.unwrap_or(self.timeline.last).saturating_add(1);
                self.cursor = run.and_then(|run| Cursor::at(&self.timeline, &walk, run));
                run.map(at_second)
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

impl Iterator for RunsAfter {
    type Item = DateTime<Utc>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Schedule::Cron(cron) = &self.timeline.schedule
            && let Some(cursor) = &mut self.cursor
            && let Some(run) = cursor.later(cron)
        {
            return Some(run);
        }
        self.search()
    }
}

impl FusedIterator for RunsAfter {}

/// The runs of a [`Timeline`] down from an instant, latest first: see [`Timeline::before`].
#[derive(Clone, Debug)]
pub struct RunsBefore {
    timeline: Timeline,
    /// The last second not yet looked at; of a rate, the number of the next run.
    position: i64,
    /// At the last run, if its neighbours can be stepped to. Then it counts, and not the position.
    cursor: Option<Cursor>,
}

impl RunsBefore {
    pub(super) fn new(timeline: &Timeline, position: i64) -> Self {
        Self {
            timeline: *timeline,
            position,
            cursor: None,
        }
    }

    fn search(&mut self) -> Option<DateTime<Utc>> {
        match self.timeline.course() {
            Course::Walk(walk) => {
                let until = self
                    .cursor
                    .take()
                    .map_or(self.position, |cursor| cursor.second() - 1);
                let run = self.timeline.last_until(&walk, until);
                self.position = run.unwrap_or(self.timeline.first).saturating_sub(1);
                self.cursor = run.and_then(|run| Cursor::at(&self.timeline, &walk, run));
                run.map(at_second)
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

impl Iterator for RunsBefore {
    type Item = DateTime<Utc>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Schedule::Cron(cron) = &self.timeline.schedule
            && let Some(cursor) = &mut self.cursor
            && let Some(run) = cursor.earlier(cron)
        {
            return Some(run);
        }
        self.search()
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
