//! The calendar of 1970 to 2199 as tables: where each month begins, and how it lies in its weeks.
//!
//! A *day number* counts days from 1 January 1970, which is day 0.

/// The first year of the language (AWS Systems Manager user guide, cron and rate expressions).
pub(crate) const YEAR_MIN: i32 = 1970;
/// The last year of the language, inclusive.
pub(crate) const YEAR_MAX: i32 = 2199;
/// How many years the language has.
pub(crate) const N_YEARS: usize = (YEAR_MAX - YEAR_MIN + 1) as usize;
/// How many months the language has.
const N_MONTHS: usize = 12 * N_YEARS;
/// How many days the language has: the day number of 1 January 2200.
pub(crate) const N_DAYS: u32 = MONTHS[N_MONTHS].first;

/// All months in order, and after them, as the end, January 2200.
static MONTHS: [Month; N_MONTHS + 1] = months();

/// A set of years: bit `y - 1970` is set if year `y` is in it.
pub(crate) type Years = [u64; 4];

/// Every year of the language.
pub(crate) const ALL_YEARS: Years = years_with_february_of(28);
/// The years that have a 29 February.
pub(crate) const LEAP_YEARS: Years = years_with_february_of(29);
/// The years in which a month has a fifth of a weekday: by weekday (Sunday 0) and month (January 1).
pub(crate) static YEARS_WITH_FIFTH: [[Years; 13]; 7] = years_with_fifth();

/// The months that have 31 days, as bits; January is bit 1.
pub(crate) const MONTHS_OF_31: u16 = months_of(31);
/// The months that have 30 days, as bits.
pub(crate) const MONTHS_OF_30: u16 = months_of(30);
/// February, as a bit.
pub(crate) const FEBRUARY: u16 = 1 << 2;

/// One month: where it begins, and how it lies in its weeks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Month {
    /// The day number of its first day.
    pub(crate) first: u32,
    /// Years since 1970, 0 to 229.
    pub(crate) year: u8,
    /// 1 to 12.
    pub(crate) number: u8,
    /// 28 to 31.
    pub(crate) n_days: u8,
    /// The weekday of its first day, Sunday being 0.
    pub(crate) first_weekday: u8,
}

impl Month {
    /// January 1970, which began on a Thursday.
    const FIRST: Self = Self {
        first: 0,
        year: 0,
        number: 1,
        n_days: 31,
        first_weekday: 4,
    };

    /// The month that holds the day number `day`, which is below [`N_DAYS`].
    #[inline]
    pub(crate) fn of_day(day: u32) -> Self {
        // So many days to the month that this is the month looked for or the one before it: the tests try each day.
        let guess = ((day * 2153) >> 16) as usize;
        let next = MONTHS[guess + 1];
        if next.first <= day {
            next
        } else {
            MONTHS[guess]
        }
    }

    /// The month `number` (1 to 12) of a year counted from 1970 (0 to 229).
    #[inline]
    pub(crate) fn in_year(year: u32, number: u32) -> Self {
        MONTHS[(12 * year + number - 1) as usize]
    }

    /// The month `number` (1 to 12) of `year` (1970 to 2199), or nothing outside them.
    pub(crate) fn of(year: i32, number: u32) -> Option<Self> {
        let year = u32::try_from(year.checked_sub(YEAR_MIN)?).ok()?;
        ((year as usize) < N_YEARS && (1..=12).contains(&number))
            .then(|| Self::in_year(year, number))
    }

    /// Whether its year is in `years`.
    #[inline]
    pub(crate) const fn is_in(self, years: &Years) -> bool {
        years[(self.year / 64) as usize & 3] >> (self.year % 64) & 1 == 1
    }
}

#[expect(
    clippy::large_stack_arrays,
    reason = "it stands on no stack: the table is made by the compiler"
)]
const fn months() -> [Month; N_MONTHS + 1] {
    const LENGTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut months = [Month::FIRST; N_MONTHS + 1];
    let mut index = 0;
    let mut first = 0;
    while index <= N_MONTHS {
        let (year, month) = (index / 12, index % 12);
        let has_leap_day = month == 1 && is_leap(YEAR_MIN + year as i32);
        let n_days = LENGTHS[month] + has_leap_day as u8;
        months[index] = Month {
            first,
            year: year as u8,
            number: month as u8 + 1,
            n_days,
            first_weekday: ((Month::FIRST.first_weekday as u32 + first) % 7) as u8,
        };
        first += n_days as u32;
        index += 1;
    }
    months
}

const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The years with a February of at least `n_days` days.
const fn years_with_february_of(n_days: u8) -> Years {
    let mut years = [0; 4];
    let mut year = 0;
    while year < N_YEARS {
        if MONTHS[12 * year + 1].n_days >= n_days {
            years[year / 64] |= 1 << (year % 64);
        }
        year += 1;
    }
    years
}

const fn years_with_fifth() -> [[Years; 13]; 7] {
    let mut years = [[[0; 4]; 13]; 7];
    let mut index = 0;
    while index < N_MONTHS {
        let month = MONTHS[index];
        let mut day = 28; // and the 29th is the fifth of its weekday
        while day < month.n_days {
            let weekday = (month.first_weekday + day) % 7;
            years[weekday as usize][month.number as usize][month.year as usize / 64] |=
                1 << (month.year % 64);
            day += 1;
        }
        index += 1;
    }
    years
}

/// The months of `n_days` days in a common year.
const fn months_of(n_days: u8) -> u16 {
    let mut months = 0;
    let mut index = 0;
    while index < 12 {
        if MONTHS[index].n_days == n_days {
            months |= 1 << (index + 1);
        }
        index += 1;
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn every_day_lies_as_chrono_says() {
        let mut date = NaiveDate::from_ymd_opt(YEAR_MIN, 1, 1).unwrap();
        for day in 0..N_DAYS {
            let month = Month::of_day(day);
            assert_eq!(
                Month::of(date.year(), date.month()),
                Some(month),
                "day {day}"
            );
            let found = (
                YEAR_MIN + i32::from(month.year),
                u32::from(month.number),
                day - month.first + 1,
                month.n_days,
            );
            let expected = (
                date.year(),
                date.month(),
                date.day(),
                date.num_days_in_month(),
            );
            assert_eq!(found, expected, "day {day}");
            let weekday = (u32::from(month.first_weekday) + day - month.first) % 7;
            assert_eq!(weekday, date.weekday().num_days_from_sunday(), "day {day}");
            assert_eq!(month.is_in(&LEAP_YEARS), date.leap_year(), "day {day}");
            assert!(month.is_in(&ALL_YEARS), "day {day}");
            date = date.succ_opt().unwrap();
        }
        assert_eq!(date, NaiveDate::from_ymd_opt(YEAR_MAX + 1, 1, 1).unwrap());
        let n_years: u32 = ALL_YEARS.iter().map(|word| word.count_ones()).sum();
        assert_eq!(n_years, 230);
    }

    #[test]
    fn nothing_lies_outside_the_years_of_the_language() {
        for (year, month) in [
            (1969, 12),
            (2200, 1),
            (2000, 0),
            (2000, 13),
            (i32::MIN, 1),
            (i32::MAX, u32::MAX),
        ] {
            assert_eq!(Month::of(year, month), None, "{year}-{month}");
        }
    }
}
