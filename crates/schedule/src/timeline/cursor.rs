//! A place among the runs of a cron schedule, from which its neighbours are a step away.

use chrono::{DateTime, Utc};

use super::near::Near;
use super::readings::Readings;
use super::walk::Walk;
use super::{Timeline, at_second};
use crate::schedule::Cron;
use crate::schedule::calendar::Month;
use crate::search::{Clock, DAY};

/// A run of a cron schedule, and what is known around it: the month of its reading, and how far the offset holds.
///
/// As long as the neighbour lies within both, a step to it looks at a few bits. Otherwise there is no step, and whoever
/// wants the neighbour has to search for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    /// The first second that a step may lead to.
    from: i64,
    /// The first second that a step may not lead to any more.
    until: i64,
    /// The second at which the day of the reading begins.
    midnight: i64,
    /// The matching days of the month of the reading, as bits, ...
    days: u32,
    /// ... the day of the reading among them, ...
    of_month: u32,
    /// ... and the time of the reading.
    time: Clock,
    /// The last run that was stepped to, or the first.
    near: Near,
}

impl Cursor {
    /// The cursor at `run`, unless a clock change has to do with that run.
    pub(super) fn at(timeline: &Timeline, walk: &Walk<'_>, run: i64) -> Option<Self> {
        let Readings::Cron { cron, from, shift } = walk.readings else {
            return None;
        };
        let era = walk.zone.era_at(run);
        let clear = era.clear();
        if !clear.contains(&run) {
            return None;
        }
        let local = run + era.offset - shift;
        let day = u32::try_from(local / DAY).ok()?;
        let of_day = local % DAY;
        let month = Month::of_day(day);
        Some(Self {
            from: clear
                .start
                .max(timeline.first)
                .max(from + shift - era.offset),
            until: clear.end.min(timeline.last + 1),
            midnight: run - of_day,
            days: cron.days_of(month),
            of_month: day - month.first + 1,
            time: Clock::new(of_day as u32),
            near: Near::new(at_second(run)),
        })
    }

    /// The second of the run that the cursor is at.
    #[inline]
    pub(super) fn second(&self) -> i64 {
        self.midnight + i64::from(self.time.second_of_day())
    }

    /// Steps to the next run of `cron`.
    #[inline]
    pub(super) fn later(&mut self, cron: &Cron) -> Option<DateTime<Utc>> {
        if let Some(time) = cron.time_after(self.time) {
            return self.go_to(self.of_month, time);
        }
        let days = self.days & (!1 << self.of_month);
        if days == 0 {
            return None;
        }
        self.go_to(days.trailing_zeros(), cron.first_time())
    }

    /// Steps to the run of `cron` before.
    #[inline]
    pub(super) fn earlier(&mut self, cron: &Cron) -> Option<DateTime<Utc>> {
        if let Some(time) = cron.time_before(self.time) {
            return self.go_to(self.of_month, time);
        }
        let days = self.days & !(u32::MAX << self.of_month);
        if days == 0 {
            return None;
        }
        self.go_to(days.ilog2(), cron.last_time())
    }

    #[inline]
    fn go_to(&mut self, of_month: u32, time: Clock) -> Option<DateTime<Utc>> {
        let midnight = self.midnight + (i64::from(of_month) - i64::from(self.of_month)) * DAY;
        let second = midnight + i64::from(time.second_of_day());
        if !(self.from..self.until).contains(&second) {
            return None;
        }
        (self.midnight, self.of_month, self.time) = (midnight, of_month, time);
        Some(self.near.go_to(second))
    }
}
