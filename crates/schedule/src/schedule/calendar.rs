//! The calendar of 1970 to 2199 as tables: how each month lies in its weeks.
//!
//! A year is one of fourteen kinds (leap or not, and the weekday of 1 January), and a kind fixes all twelve months. What
//! a schedule can do in 230 years is thus known from at most 14 × 12 months.

/// The first year of the language (AWS Systems Manager user guide, cron and rate expressions).
pub(crate) const YEAR_MIN: i32 = 1970;
/// The last year of the language, inclusive.
pub(crate) const YEAR_MAX: i32 = 2199;
/// How many years the language has.
pub(crate) const N_YEARS: usize = (YEAR_MAX - YEAR_MIN + 1) as usize;
/// How many kinds of year there are.
const N_KINDS: usize = 14;

/// A set of years: bit `y - 1970` is set if year `y` is in it.
pub(crate) type Years = [u64; 4];

/// Every year of the language.
pub(crate) const ALL_YEARS: Years = all_years();
/// The kind of each year: weekday of 1 January (Sunday 0), plus 7 in a leap year.
const KINDS: [u8; N_YEARS] = kinds();
/// The years of each kind.
pub(crate) const YEARS_OF_KIND: [Years; N_KINDS] = years_of_kind();
/// The twelve months of each kind of year.
pub(crate) const MONTHS_OF_KIND: [[Month; 12]; N_KINDS] = months_of_kind();

/// How one month lies: its length, and the weekday that it begins on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Month {
    /// Days in the month, 28 to 31.
    pub(crate) days: u8,
    /// Weekday of the first, Sunday being 0.
    pub(crate) first: u8,
}

impl Month {
    /// The month `month` (1 to 12) of `year` (1970 to 2199), or nothing outside them.
    pub(crate) fn of(year: i32, month: u32) -> Option<Self> {
        let kind = *KINDS.get(usize::try_from(year.checked_sub(YEAR_MIN)?).ok()?)?;
        MONTHS_OF_KIND[usize::from(kind)]
            .get((month as usize).checked_sub(1)?)
            .copied()
    }
}

/// Whether `year` is in `years`.
pub(crate) const fn has_year(years: &Years, year: i32) -> bool {
    if year < YEAR_MIN || year > YEAR_MAX {
        return false;
    }
    let bit = (year - YEAR_MIN) as usize;
    years[bit / 64] >> (bit % 64) & 1 == 1
}

const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn all_years() -> Years {
    let mut years = [u64::MAX; 4];
    years[3] = (1 << (N_YEARS - 3 * 64)) - 1;
    years
}

const fn kinds() -> [u8; N_YEARS] {
    let mut kinds = [0; N_YEARS];
    let mut first = 4; // 1 January 1970 was a Thursday
    let mut i = 0;
    while i < N_YEARS {
        let leap = is_leap(YEAR_MIN + i as i32);
        kinds[i] = first + if leap { 7 } else { 0 };
        first = (first + if leap { 2 } else { 1 }) % 7;
        i += 1;
    }
    kinds
}

const fn years_of_kind() -> [Years; N_KINDS] {
    let mut years = [[0; 4]; N_KINDS];
    let mut i = 0;
    while i < N_YEARS {
        years[KINDS[i] as usize][i / 64] |= 1 << (i % 64);
        i += 1;
    }
    years
}

const fn months_of_kind() -> [[Month; 12]; N_KINDS] {
    let mut months = [[Month { days: 0, first: 0 }; 12]; N_KINDS];
    let mut kind = 0;
    while kind < N_KINDS {
        let mut lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        lengths[1] += (kind / 7) as u8;
        let mut first = (kind % 7) as u8;
        let mut m = 0;
        while m < 12 {
            months[kind][m] = Month {
                days: lengths[m],
                first,
            };
            first = (first + lengths[m]) % 7;
            m += 1;
        }
        kind += 1;
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn every_month_lies_as_chrono_says() {
        for year in YEAR_MIN..=YEAR_MAX {
            for month in 1..=12 {
                let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
                let next = first.checked_add_months(chrono::Months::new(1)).unwrap();
                let expected = Month {
                    days: (next - first).num_days() as u8,
                    first: first.weekday().num_days_from_sunday() as u8,
                };
                assert_eq!(Month::of(year, month), Some(expected), "{year}-{month}");
            }
        }
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
        assert!(!has_year(&ALL_YEARS, 1969) && !has_year(&ALL_YEARS, 2200));
    }

    #[test]
    fn the_kinds_share_out_the_years() {
        let mut union = [0; 4];
        let mut n_years = 0;
        for years in YEARS_OF_KIND {
            for (all, word) in union.iter_mut().zip(years) {
                *all |= word;
                n_years += word.count_ones();
            }
        }
        assert_eq!((union, n_years), (ALL_YEARS, 230));
    }
}
