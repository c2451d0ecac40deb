//! The search on a calendar without zones: which local second matches next, and which matched last.
//!
//! A *local second* counts seconds on the clock on the wall from 1970-01-01T00:00:00, as if every day had 24 hours.
//! Every search looks at the month that it starts in, at the months left in that year, and at one more year that is
//! known to match: its cost is bounded by construction.

mod calendar;
pub(crate) use calendar::DAY;
use calendar::{FIRST_YEAR, Month, N_DAYS};

mod clock;
use clock::Clock;

mod days;
use days::{year_after, year_before};

use crate::schedule::Cron;

/// The first local second after the calendar: 2200-01-01T00:00:00.
pub(crate) const END: i64 = N_DAYS as i64 * DAY;

impl Cron {
    /// The first matching local second at or after `local`, up to the end of 2199.
    #[inline]
    pub(crate) fn at_or_after(&self, local: i64) -> Option<i64> {
        if local >= END {
            return None;
        }
        let local = local.max(0) as u64;
        let day = (local / DAY as u64) as u32;
        let (month, of_month) = Month::of_day(day);
        if self.matches_month(month) {
            let days = self.days.in_month(month);
            if days >> of_month & 1 != 0
                && let Some(time) = self.time_at_or_after(Clock::new((local % DAY as u64) as u32))
            {
                return Some(local_second(day, time));
            }
            let days = days & (!1 << of_month);
            if days != 0 {
                return Some(local_second(
                    month.first + days.trailing_zeros() - 1,
                    self.first_time(),
                ));
            }
        }
        self.first_day_after(month)
            .map(|day| local_second(day, self.first_time()))
    }

    /// The last matching local second at or before `local`, down to the beginning of 1970.
    #[inline]
    pub(crate) fn at_or_before(&self, local: i64) -> Option<i64> {
        if local < 0 {
            return None;
        }
        let local = local.min(END - 1) as u64;
        let day = (local / DAY as u64) as u32;
        let (month, of_month) = Month::of_day(day);
        if self.matches_month(month) {
            let days = self.days.in_month(month);
            if days >> of_month & 1 != 0
                && let Some(time) = self.time_at_or_before(Clock::new((local % DAY as u64) as u32))
            {
                return Some(local_second(day, time));
            }
            let days = days & !(u32::MAX << of_month);
            if days != 0 {
                return Some(local_second(
                    month.first + days.ilog2() - 1,
                    self.last_time(),
                ));
            }
        }
        self.last_day_before(month)
            .map(|day| local_second(day, self.last_time()))
    }

    /// The first matching day after the end of `month`.
    pub(crate) fn first_day_after(&self, month: Month) -> Option<u32> {
        if self.matches_year(month.year)
            && let Some(day) = self.first_day_in(month.year, self.months & (!1 << month.number))
        {
            return Some(day);
        }
        let year = year_after(&self.matching_years(), month.year)?;
        self.first_day_in(year, self.months)
    }

    /// The last matching day before the beginning of `month`.
    pub(crate) fn last_day_before(&self, month: Month) -> Option<u32> {
        if self.matches_year(month.year)
            && let Some(day) =
                self.last_day_in(month.year, self.months & !(u16::MAX << month.number))
        {
            return Some(day);
        }
        let year = year_before(&self.matching_years(), month.year)?;
        self.last_day_in(year, self.months)
    }

    /// The first day from `day` on, but before `until`, that does not match; `until` if there is none.
    pub(crate) fn first_day_without(&self, day: i64, until: i64) -> i64 {
        let until = until.min(N_DAYS.into());
        let mut from = day;
        while (0..until).contains(&from) {
            let (month, of_month) = Month::of_day(from as u32);
            let days = if self.matches_month(month) {
                self.days.in_month(month)
            } else {
                0
            };
            // Bits beyond the end of the month are unset, so this is never more than its length less one.
            let n_matching = (days >> of_month).trailing_ones();
            if of_month + n_matching <= month.n_days() {
                return until.min(from + i64::from(n_matching));
            }
            from += i64::from(n_matching);
        }
        from.min(until).max(day)
    }

    /// The longest time between two matching times, an hour or more, if every day matches; in seconds.
    pub(crate) fn longest_pause(&self) -> i64 {
        // From the last time in one hour to the first in the next that matches: within an hour no pause is longer.
        let from_first_to_last = Clock {
            hour: 0,
            ..self.last_time()
        }
        .second_of_day()
            - Clock {
                hour: 0,
                ..self.first_time()
            }
            .second_of_day();
        let (mut longest, mut last) = (0, self.last_time().hour);
        let mut hours = self.hours;
        while hours != 0 {
            let hour = hours.trailing_zeros();
            longest = longest.max(if hour > last {
                hour - last
            } else {
                hour + 24 - last
            });
            last = hour;
            hours &= hours - 1;
        }
        i64::from(longest) * 3600 - i64::from(from_first_to_last)
    }

    fn first_day_in(&self, year: u32, mut months: u16) -> Option<u32> {
        while months != 0 {
            let month = Month::new(year, months.trailing_zeros());
            let days = self.days.in_month(month);
            if days != 0 {
                return Some(month.first + days.trailing_zeros() - 1);
            }
            months &= months - 1;
        }
        None
    }

    fn last_day_in(&self, year: u32, mut months: u16) -> Option<u32> {
        while months != 0 {
            let number = months.ilog2();
            let month = Month::new(year, number);
            let days = self.days.in_month(month);
            if days != 0 {
                return Some(month.first + days.ilog2() - 1);
            }
            months &= !(1 << number);
        }
        None
    }

    fn matches_month(&self, month: Month) -> bool {
        self.months >> month.number & 1 != 0 && self.matches_year(month.year)
    }

    fn matches_year(&self, year: u32) -> bool {
        let index = year - FIRST_YEAR;
        self.years[((index / 64) & 3) as usize] >> (index % 64) & 1 != 0
    }
}

#[inline]
fn local_second(day: u32, time: Clock) -> i64 {
    i64::from(day) * DAY + i64::from(time.second_of_day())
}
