//! The calendar from 1970 to 2199 in the few integer operations that a search needs.
//!
//! A *day number* counts days from 1 January 1970, which is day 0. In these 230 years only 2100 breaks the rule that
//! every fourth year has a 29 February, so the arithmetic is that of four-year cycles with one correction.

use crate::schedule::MonthShape;

/// The first year of the calendar.
pub(crate) const FIRST_YEAR: u32 = 1970;
/// The last year of the calendar.
pub(crate) const LAST_YEAR: u32 = 2199;
/// How many days the calendar has: the day number of 1 January 2200.
pub(crate) const N_DAYS: u32 = 84_006;
/// Seconds in a day of 24 hours.
pub(crate) const DAY: i64 = 86_400;

/// The one year divisible by four here that has no 29 February.
const NOT_LEAP: u32 = 2100;
/// The day number of 1 March 2100, from which the cycles are a day ahead.
const AFTER_NOT_LEAP: u32 = 47_541;
/// Days from 1 March 1968, where a four-year cycle begins, to day 0.
const CYCLE_LEAD: u32 = 671;

/// Days in the common year before the first of each month; January is 1.
const DAYS_BEFORE: [u16; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// One month: where it begins, and how many days it has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Month {
    /// 1970 to 2199.
    pub(crate) year: u32,
    /// 1 to 12.
    pub(crate) number: u32,
    /// The day number of its first day.
    pub(crate) first: u32,
}

impl Month {
    /// The month that holds the day number `day` (below [`N_DAYS`]), and the day of the month, from 1.
    #[inline]
    pub(crate) const fn of_day(day: u32) -> (Self, u32) {
        let cycle = day + CYCLE_LEAD + (day >= AFTER_NOT_LEAP) as u32;
        let quarter_days = 4 * cycle + 3;
        let march_year = quarter_days / 1461;
        let of_year = (quarter_days % 1461) / 4;
        // From March on, five months have 153 days: 2141/65536 is one month per 30.6 days.
        let packed = 2141 * of_year + 197_913;
        let (month, of_month) = (packed >> 16, (packed & 0xffff) / 2141);
        let past_december = (of_year >= 306) as u32;
        let month = Self {
            year: 1968 + march_year + past_december,
            number: month - 12 * past_december,
            first: day - of_month,
        };
        (month, of_month + 1)
    }

    /// The month `month` (1 to 12) of `year` (1970 to 2199).
    pub(crate) const fn new(year: u32, month: u32) -> Self {
        let years = year - FIRST_YEAR;
        let leap_days = (years + 1) / 4 - (year > NOT_LEAP) as u32;
        let leap_day = (is_leap(year) && month > 2) as u32;
        Self {
            year,
            number: month,
            first: years * 365 + leap_days + DAYS_BEFORE[(month & 15) as usize] as u32 + leap_day,
        }
    }

    /// How many days it has, 28 to 31.
    #[inline]
    pub(crate) const fn n_days(self) -> u32 {
        // Two bits for each month: its length in a common year, less 28.
        const LENGTHS: u32 = 0b11_10_11_10_11_11_10_11_10_11_00_11_00;
        28 + (LENGTHS >> (2 * self.number) & 3) + (self.number == 2 && is_leap(self.year)) as u32
    }

    /// How it lies in its weeks.
    #[inline]
    pub(crate) const fn shape(self) -> MonthShape {
        MonthShape {
            days: self.n_days() as u8,
            first: self.first_weekday() as u8,
        }
    }

    /// The weekday of its first day, Sunday being 0.
    pub(crate) const fn first_weekday(self) -> u32 {
        (self.first + 4) % 7
    }
}

/// Whether `year` (1970 to 2199) has a 29 February.
pub(crate) const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && year != NOT_LEAP
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn every_day_agrees_with_chrono() {
        let mut date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for day in 0..N_DAYS {
            let (month, of_month) = Month::of_day(day);
            let expected = (date.year().unsigned_abs(), date.month(), date.day());
            assert_eq!((month.year, month.number, of_month), expected, "day {day}");
            assert_eq!(month, Month::new(month.year, month.number), "day {day}");
            assert_eq!(month.first + of_month - 1, day);
            assert_eq!(
                month.n_days(),
                u32::from(date.num_days_in_month()),
                "day {day}"
            );
            assert_eq!(
                (month.first_weekday() + of_month - 1) % 7,
                date.weekday().num_days_from_sunday(),
                "day {day}"
            );
            assert_eq!(is_leap(month.year), date.leap_year());
            date = date.succ_opt().unwrap();
        }
        assert_eq!(date, NaiveDate::from_ymd_opt(2200, 1, 1).unwrap());
        assert_eq!(i32::try_from(LAST_YEAR).unwrap() + 1, date.year());
    }
}
