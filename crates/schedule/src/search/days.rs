//! Which days of one month match, as a set of bits.

use super::calendar::{FIRST_YEAR, LAST_YEAR, Month, is_leap};
use crate::schedule::{Cron, Days};

/// A set of years: bit `y - 1970`.
pub(crate) type Years = [u64; 4];

/// The months with 31 days, as bits; January is bit 1.
const MONTHS_OF_31: u16 = 0b1_0101_1010_1010;
/// The months with 30 days, as bits.
const MONTHS_OF_30: u16 = 0b0_1010_0101_0000;
/// February, as a bit.
const FEBRUARY: u16 = 0b100;

/// All years that have a 29 February.
const LEAP_YEARS: Years = {
    let mut years = [0; 4];
    let mut year = FIRST_YEAR;
    while year <= LAST_YEAR {
        if is_leap(year) {
            set(&mut years, year);
        }
        year += 1;
    }
    years
};

/// The years in which a month has a fifth of a weekday: by weekday (Sunday being 0) and month (January being 1).
static FIFTHS: [[Years; 13]; 7] = {
    let mut fifths = [[[0; 4]; 13]; 7];
    let mut year = FIRST_YEAR;
    while year <= LAST_YEAR {
        let mut number = 1;
        while number <= 12 {
            let month = Month::new(year, number);
            // The weekdays of the days from the 29th on are those that come five times.
            let mut day = 28;
            while day < month.n_days() {
                set(
                    &mut fifths[((month.first_weekday() + day) % 7) as usize][number as usize],
                    year,
                );
                day += 1;
            }
            number += 1;
        }
        year += 1;
    }
    fifths
};

const fn set(years: &mut Years, year: u32) {
    let index = year - FIRST_YEAR;
    years[(index / 64) as usize] |= 1 << (index % 64);
}

impl Days {
    /// The matching days of `month`: bit `d` for day `d`.
    #[inline]
    pub(crate) fn in_month(self, month: Month) -> u32 {
        match self {
            // What is asked most by far, without a detour.
            Self::OfMonth(days) => days & (u32::MAX >> (31 - month.n_days())),
            _ => self.mask(month.shape()),
        }
    }

    /// Whether a month of `n_days` days has a matching day, whatever weekday it begins with.
    ///
    /// Not to be asked of the fifth of a weekday, where the answer depends on that.
    fn match_in(self, n_days: u32) -> bool {
        match self {
            Self::OfMonth(days) => days & (u32::MAX >> (31 - n_days)) & !1 != 0,
            Self::Last { before } | Self::LastWeekday { before } => u32::from(before) < n_days,
            Self::NearestWeekday(day) => u32::from(day) <= n_days,
            Self::OfWeek(weekdays) => weekdays != 0,
            Self::LastOfWeek(_) | Self::NthOfWeek { .. } => true,
        }
    }
}

impl Cron {
    /// The years in which it matches at all: none if it can never match.
    ///
    /// Exact, and of constant cost.
    pub(crate) fn matching_years(&self) -> Years {
        let mut matching = [0; 4];
        if let Days::NthOfWeek { weekday, nth: 5 } = self.days {
            let fifths = &FIFTHS[usize::from((weekday + 6) % 7)];
            for (month, years) in fifths.iter().enumerate() {
                if self.months >> month & 1 != 0 {
                    add(&mut matching, years);
                }
            }
        } else {
            let longer = (self.months & MONTHS_OF_31 != 0 && self.days.match_in(31))
                || (self.months & MONTHS_OF_30 != 0 && self.days.match_in(30));
            let february = self.months & FEBRUARY != 0;
            if longer || (february && self.days.match_in(28)) {
                return self.years;
            }
            if february && self.days.match_in(29) {
                matching = LEAP_YEARS;
            }
        }
        for (matching, years) in matching.iter_mut().zip(self.years) {
            *matching &= years;
        }
        matching
    }
}

fn add(years: &mut Years, more: &Years) {
    for (years, more) in years.iter_mut().zip(more) {
        *years |= more;
    }
}

/// The first year of the set after `year`, which may be any from 1969 on.
pub(crate) fn year_after(years: &Years, year: u32) -> Option<u32> {
    let from = year + 1 - FIRST_YEAR;
    let mut word = (from / 64) as usize;
    let mut bits = years.get(word)? & (u64::MAX << (from % 64));
    while bits == 0 {
        word += 1;
        bits = *years.get(word)?;
    }
    Some(FIRST_YEAR + word as u32 * 64 + bits.trailing_zeros())
}

/// The last year of the set before `year`, which may be any from 1970 to 2200.
pub(crate) fn year_before(years: &Years, year: u32) -> Option<u32> {
    let until = year - FIRST_YEAR;
    let mut word = (until / 64) as usize;
    let mut bits = years[word] & !(u64::MAX << (until % 64));
    while bits == 0 {
        word = word.checked_sub(1)?;
        bits = years[word];
    }
    Some(FIRST_YEAR + word as u32 * 64 + bits.ilog2())
}
