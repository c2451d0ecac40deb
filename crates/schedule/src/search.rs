//! The search on a calendar without zones: which local second matches next, and which matched last.
//!
//! A *local second* counts seconds on the clock on the wall from 1970-01-01T00:00:00, as if every day had 24 hours.
//! Every search looks at the month that it starts in, at the months left in that year, and at one more year that is
//! known to match: its cost is bounded by construction.

mod clock;
pub(crate) use clock::Clock;

mod years;

use crate::schedule::Cron;
use crate::schedule::calendar::{Month, N_DAYS};

/// Seconds in a day of 24 hours.
pub(crate) const DAY: i64 = 86_400;

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
        let (day, second_of_day) = ((local / DAY as u64) as u32, (local % DAY as u64) as u32);
        let month = Month::of_day(day);
        let days = self.days_of(month);
        let of_month = day - month.first + 1;
        if days >> of_month & 1 == 1
            && let Some(time) = self.time_at_or_after(Clock::new(second_of_day))
        {
            return Some(local_second(day, time));
        }
        let later = days & (!1 << of_month);
        let day = if later == 0 {
            self.first_day_after(month)?
        } else {
            first_day(month, later)
        };
        Some(local_second(day, self.first_time()))
    }

    /// The last matching local second at or before `local`, down to the beginning of 1970.
    #[inline]
    pub(crate) fn at_or_before(&self, local: i64) -> Option<i64> {
        if local < 0 {
            return None;
        }
        let local = local.min(END - 1) as u64;
        let (day, second_of_day) = ((local / DAY as u64) as u32, (local % DAY as u64) as u32);
        let month = Month::of_day(day);
        let days = self.days_of(month);
        let of_month = day - month.first + 1;
        if days >> of_month & 1 == 1
            && let Some(time) = self.time_at_or_before(Clock::new(second_of_day))
        {
            return Some(local_second(day, time));
        }
        let earlier = days & !(u32::MAX << of_month);
        let day = if earlier == 0 {
            self.last_day_before(month)?
        } else {
            last_day(month, earlier)
        };
        Some(local_second(day, self.last_time()))
    }

    /// The first matching day after the end of `month`.
    #[inline(never)]
    fn first_day_after(&self, month: Month) -> Option<u32> {
        let year = month.year.into();
        if month.is_in(&self.years)
            && let Some(day) = self.first_day_in(year, self.months & (!1 << month.number))
        {
            return Some(day);
        }
        self.first_day_in(self.year_after(year)?, self.months)
    }

    /// The last matching day before the beginning of `month`.
    #[inline(never)]
    fn last_day_before(&self, month: Month) -> Option<u32> {
        let year = month.year.into();
        if month.is_in(&self.years)
            && let Some(day) = self.last_day_in(year, self.months & !(u16::MAX << month.number))
        {
            return Some(day);
        }
        self.last_day_in(self.year_before(year)?, self.months)
    }

    /// The first matching day in `months` of a year that is named.
    fn first_day_in(&self, year: u32, mut months: u16) -> Option<u32> {
        while months != 0 {
            let month = Month::in_year(year, months.trailing_zeros());
            let days = self.days.mask(month);
            if days != 0 {
                return Some(first_day(month, days));
            }
            months &= months - 1;
        }
        None
    }

    /// The last matching day in `months` of a year that is named.
    fn last_day_in(&self, year: u32, mut months: u16) -> Option<u32> {
        while months != 0 {
            let number = months.ilog2();
            let month = Month::in_year(year, number);
            let days = self.days.mask(month);
            if days != 0 {
                return Some(last_day(month, days));
            }
            months &= !(1 << number);
        }
        None
    }

    /// The first day from `day` on, but before `until`, that does not match; `until` if there is none.
    pub(crate) fn first_day_without(&self, day: i64, until: i64) -> i64 {
        let until = until.min(N_DAYS.into());
        let mut from = day;
        while (0..until).contains(&from) {
            let month = Month::of_day(from as u32);
            let of_month = from as u32 - month.first + 1;
            let n_matching = (self.days_of(month) >> of_month).trailing_ones();
            from += i64::from(n_matching);
            if of_month + n_matching <= month.n_days.into() {
                break;
            }
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
}

/// The day number of the first of `days` (not none) of `month`.
#[inline]
fn first_day(month: Month, days: u32) -> u32 {
    month.first + days.trailing_zeros() - 1
}

/// The day number of the last of `days` (not none) of `month`.
#[inline]
fn last_day(month: Month, days: u32) -> u32 {
    month.first + days.ilog2() - 1
}

#[inline]
fn local_second(day: u32, time: Clock) -> i64 {
    i64::from(day) * DAY + i64::from(time.second_of_day())
}
