//! A cron schedule as sets of bits, one per field, and the days that it names.

use std::str::FromStr;

use chrono::NaiveDate;

use super::calendar::{
    FEBRUARY, LEAP_YEARS, MONTHS_OF_30, MONTHS_OF_31, Month, YEAR_MIN, YEARS_WITH_FIFTH, Years,
};
use super::{Dialect, ParseScheduleError, parse};

/// A cron schedule: the sets of seconds, minutes, hours, days, months and years that it names.
///
/// Equal schedules name the same sets, however they were spelt: `0 0 1-31 * ? *` equals `0 0 ? * SUN-SAT *`. All times
/// are readings of a local clock; the zone comes from elsewhere.
///
/// ```
/// use tagout_schedule::Cron;
///
/// let cron = Cron::parse_fields("30 23 ? * tue#3 *")?;
/// assert_eq!(cron.to_string(), "30 23 ? * TUE#3 *");
/// assert_eq!(cron, "0 30 23 ? 1/1 3#3 1970-2199".parse()?);
/// # Ok::<(), tagout_schedule::ParseScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Cron {
    /// Bit `s` is set if second `s` matches.
    pub(crate) seconds: u64,
    /// Bit `m` is set if minute `m` matches.
    pub(crate) minutes: u64,
    /// Bit `y - 1970` is set if year `y` matches; 1970 to 2199.
    pub(crate) years: [u64; 4],
    /// Bit `h` is set if hour `h` matches.
    pub(crate) hours: u32,
    /// Which days of a matching month match.
    pub(crate) days: Days,
    /// Bit `m` is set if month `m` matches, January being 1.
    pub(crate) months: u16,
}

/// The two day fields, of which exactly one says something (the other is `?`).
///
/// "Every day" has one form, `OfMonth(ALL_DAYS)`, whichever of the fields said it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Days {
    /// Day of month: bit `d` is set if day `d` matches, 1 to 31; `*` sets all 31.
    OfMonth(u32),
    /// `L` and `L-n`: the day that is `before` days before the last, 0 to 30.
    Last { before: u8 },
    /// `LW` and `L-nW`: the weekday (Monday to Friday) of the same month nearest to that day.
    LastWeekday { before: u8 },
    /// `nW`: the weekday (Monday to Friday) of the same month nearest to day `n`, 1 to 31.
    NearestWeekday(u8),
    /// Day of week: bit `d` is set if weekday `d` matches, Sunday being 1; never all seven.
    OfWeek(u8),
    /// `nL`: the last such weekday of the month, Sunday being 1.
    LastOfWeek(u8),
    /// `n#k`: the `k`-th such weekday of the month, Sunday being 1, `k` 1 to 5.
    NthOfWeek { weekday: u8, nth: u8 },
}

impl Cron {
    /// Reads a bare list of fields, as it stands inside `cron(...)`, in the documented dialect.
    ///
    /// Six fields are minutes, hours, day of month, month, day of week and year; seven begin with seconds.
    ///
    /// # Errors
    ///
    /// Says which part of which field is wrong, and what was expected there.
    pub fn parse_fields(text: &str) -> Result<Self, ParseScheduleError> {
        Self::parse_fields_in(text, Dialect::Documented)
    }

    /// Reads a bare list of fields in the given dialect.
    ///
    /// # Errors
    ///
    /// As [`parse_fields`](Self::parse_fields).
    pub fn parse_fields_in(text: &str, dialect: Dialect) -> Result<Self, ParseScheduleError> {
        parse::bare_fields(text, dialect)
            .map_err(|fault| ParseScheduleError::new(text, dialect, fault))
    }

    /// Whether no instant of 1970 to 2199 can match: 30 February, say, or 29 February in common years only.
    ///
    /// Exact, and known in less than a microsecond: it looks at the kinds of year there are, not at the years.
    pub fn never_fires(&self) -> bool {
        self.live_years() == [0; 4]
    }

    /// The first local date that matches, or nothing if none ever does.
    pub fn first_date(&self) -> Option<NaiveDate> {
        let years = self.live_years();
        let word = years.iter().position(|&word| word != 0)?;
        let year = YEAR_MIN + (64 * word) as i32 + years[word].trailing_zeros() as i32;
        (1..=12).find_map(|month| match self.days_in(year, month) {
            0 => None,
            days => NaiveDate::from_ymd_opt(year, month, days.trailing_zeros()),
        })
    }

    /// The last local date that matches, or nothing if none ever does.
    ///
    /// A schedule whose last date is over will not fire again.
    pub fn last_date(&self) -> Option<NaiveDate> {
        let years = self.live_years();
        let word = years.iter().rposition(|&word| word != 0)?;
        let year = YEAR_MIN + (64 * word) as i32 + years[word].ilog2() as i32;
        (1..=12)
            .rev()
            .find_map(|month| match self.days_in(year, month) {
                0 => None,
                days => NaiveDate::from_ymd_opt(year, month, days.ilog2()),
            })
    }

    /// The days of one month that match, as bits 1 to 31; none outside the named years and months.
    pub(crate) fn days_in(&self, year: i32, month: u32) -> u32 {
        Month::of(year, month).map_or(0, |month| self.days_of(month))
    }

    /// The days of `month` that match, as bits 1 to 31; none if its year or month is not named.
    #[inline]
    pub(crate) fn days_of(&self, month: Month) -> u32 {
        if self.months >> month.number & 1 == 1 && month.is_in(&self.years) {
            self.days.mask(month)
        } else {
            0
        }
    }

    /// The years in which at least one day matches, as in [`Cron::years`].
    ///
    /// A search that steps from one such year to the next always ends within the year it has reached.
    pub(crate) fn live_years(&self) -> Years {
        let live = if let Days::NthOfWeek { weekday, nth: 5 } = self.days {
            self.years_with_fifth(weekday)
        } else {
            let longest = match self.months {
                months if months & MONTHS_OF_31 != 0 => 31,
                months if months & MONTHS_OF_30 != 0 => 30,
                _ => 28, // February, in common years
            };
            match self.days.shortest_month() {
                shortest if shortest <= longest => return self.years,
                29 if self.months & FEBRUARY != 0 => LEAP_YEARS,
                _ => return [0; 4],
            }
        };
        std::array::from_fn(|word| live[word] & self.years[word])
    }

    /// The years in which a named month has a fifth `weekday`, Sunday being 1.
    fn years_with_fifth(&self, weekday: u8) -> Years {
        let mut all = [0; 4];
        for (month, years) in YEARS_WITH_FIFTH[usize::from(weekday - 1)]
            .iter()
            .enumerate()
        {
            if self.months >> month & 1 == 1 {
                all.iter_mut()
                    .zip(years)
                    .for_each(|(all, years)| *all |= years);
            }
        }
        all
    }
}

/// As [`Cron::parse_fields`].
impl FromStr for Cron {
    type Err = ParseScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_fields(text)
    }
}

/// Every day of a month, as bits.
pub(crate) const ALL_DAYS: u32 = 0xFFFF_FFFE;
/// Every day of a week, as bits.
pub(crate) const ALL_WEEKDAYS: u8 = 0xFE;

const SUNDAY: u32 = 0;
const SATURDAY: u32 = 6;

impl Days {
    /// These weekdays, Sunday being bit 1.
    pub(crate) const fn of_week(weekdays: u8) -> Self {
        if weekdays == ALL_WEEKDAYS {
            Self::OfMonth(ALL_DAYS)
        } else {
            Self::OfWeek(weekdays)
        }
    }

    /// The length from which on a month has a matching day, whatever weekday it begins on; 28 if every month has one.
    ///
    /// Not to be asked of the fifth of a weekday, where that decides.
    fn shortest_month(self) -> u32 {
        let shortest = match self {
            Self::OfMonth(days) => days.trailing_zeros(),
            Self::Last { before } | Self::LastWeekday { before } => u32::from(before) + 1,
            Self::NearestWeekday(day) => day.into(),
            Self::OfWeek(_) | Self::LastOfWeek(_) | Self::NthOfWeek { .. } => 1,
        };
        shortest.max(28)
    }

    /// The days of `month` that match, as bits 1 to 31.
    #[inline]
    pub(crate) fn mask(self, month: Month) -> u32 {
        let in_month = u32::MAX >> (31 - month.n_days) & ALL_DAYS;
        match self {
            Self::OfMonth(days) => days & in_month,
            Self::OfWeek(weekdays) => weekdays_in(month, weekdays) & in_month,
            Self::LastOfWeek(weekday) => {
                weekdays_in(month, 1 << weekday) & in_month & (0x7F << (month.n_days - 6))
            }
            Self::NthOfWeek { weekday, nth } => {
                weekdays_in(month, 1 << weekday) & in_month & ((0x7F_u64 << (7 * nth - 6)) as u32)
            }
            Self::Last { before } if before < month.n_days => 1 << (month.n_days - before),
            Self::LastWeekday { before } if before < month.n_days => {
                1 << nearest_weekday(month, month.n_days - before)
            }
            Self::NearestWeekday(day) if day <= month.n_days => 1 << nearest_weekday(month, day),
            Self::Last { .. } | Self::LastWeekday { .. } | Self::NearestWeekday(_) => 0,
        }
    }
}

/// The days 1 to 31 that fall on `weekdays` in a month that begins like this one.
#[inline]
fn weekdays_in(month: Month, weekdays: u8) -> u32 {
    const EVERY_WEEK: u64 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28 | 1 << 35;
    // Bit d of the product is set if the day d days after a Sunday falls on one of the weekdays.
    ((u64::from(weekdays >> 1) * EVERY_WEEK) >> month.first_weekday << 1) as u32
}

/// The day from Monday to Friday of the same month that is nearest to `day`, which lies in the month.
///
/// Saturday gives the day before and Sunday the day after, unless that leaves the month: then two or three days the
/// other way (Quartz's `W`).
#[inline]
fn nearest_weekday(month: Month, day: u8) -> u32 {
    let (first, day) = (u32::from(month.first_weekday), u32::from(day));
    let weekday = (first + day - 1) % 7;
    let nearest = day + u32::from(weekday == SUNDAY) - u32::from(weekday == SATURDAY);
    let before_month = u32::from(nearest == 0);
    let after_month = u32::from(nearest > u32::from(month.n_days));
    nearest + 3 * before_month - 3 * after_month
}

#[cfg(test)]
mod tests;
