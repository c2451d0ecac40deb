//! The three kinds of schedule, as values that cannot hold a bad one, and the language that they are written in.

mod at;
pub(crate) mod calendar;
#[cfg(feature = "cron")]
mod convert;
mod cron;
mod dialect;
mod error;
mod field;
mod parse;
mod print;
mod rate;

pub use at::At;
pub(crate) use calendar::{ALL_YEARS, YEAR_MAX, YEAR_MIN};
#[cfg(feature = "cron")]
pub use convert::BothDaysLimited;
pub use cron::Cron;
pub(crate) use cron::{ALL_DAYS, Days};
pub use dialect::Dialect;
pub use error::{OffsetRefused, ParseScheduleError, ParseScheduleErrorKind};
pub use field::Field;
pub(crate) use print::Progression;
pub use rate::Rate;

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// An expression: `cron(...)`, `rate(...)` or `at(...)`.
///
/// Equal schedules mean the same, however they were spelt. As text, and in serde, a schedule is its canonical
/// expression, which gives an equal schedule when it is read. It takes 64 bytes, and neither reading nor copying one
/// allocates.
///
/// ```
/// use tagout_schedule::Schedule;
///
/// let patch_night: Schedule = "cron(0 30 23 ? 1-12 3#3 *)".parse()?;
/// assert_eq!(patch_night.to_string(), "cron(30 23 ? * TUE#3 *)");
///
/// let error = "cron(30 24 ? * TUE#3 *)".parse::<Schedule>().unwrap_err();
/// assert_eq!(error.to_string(), "hour `24` at column 9 is out of range, expected 0 to 23");
/// # Ok::<(), tagout_schedule::ParseScheduleError>(())
/// ```
///
/// # Grammar
///
/// | form | example | meaning |
/// |---|---|---|
/// | `cron(fields)` | `cron(30 23 ? * TUE#3 *)` | whenever the fields match the local time |
/// | `rate(count unit)` | `rate(7 days)` | again and again, a fixed elapsed time apart; minutes, hours, days, weeks |
/// | `at(time)` | `at(2026-12-24T18:00:00)` | once; the seconds may be left out |
///
/// Six fields are minutes to year; seven begin with seconds, which are 0 otherwise. Fields are separated by blanks or
/// tabs.
///
/// | field | values | wildcards |
/// |---|---|---|
/// | seconds, minutes | 0 to 59 | `,` `-` `*` `/` |
/// | hours | 0 to 23 | `,` `-` `*` `/` |
/// | day of month | 1 to 31 | `,` `-` `*` `/` `?` `L` `W` |
/// | month | 1 to 12, `JAN` to `DEC` | `,` `-` `*` `/` |
/// | day of week | 1 to 7, `SUN` to `SAT` | `,` `-` `*` `/` `?` `L` `#` |
/// | year | 1970 to 2199 | `,` `-` `*` `/` |
///
/// | written | where | meaning |
/// |---|---|---|
/// | `*` | everywhere | every value |
/// | `?` | one of the two day fields, never both or neither | nothing: the other day field decides |
/// | `a,b,c` | everywhere | each of these; they may be ranges and steps |
/// | `a-b` | everywhere | from a to b, both inclusive; where b is below a, over the end of the field (not in years) |
/// | `a/n` | everywhere | every n-th value from a to the end of the field; `*/n` and `/n` from its beginning |
/// | `a-b/n` | everywhere | every n-th value of the range, which begins anew in each hour, month and so on |
/// | `L`, `L-3` | day of month | the last day of the month, three days before it |
/// | `15W` | day of month | the day from Monday to Friday nearest to the 15th, in the same month |
/// | `LW`, `L-3W` | day of month | the day from Monday to Friday nearest to such a day, in the same month |
/// | `6L`, `FRIL` | day of week | the last Friday of the month |
/// | `6#3`, `FRI#3` | day of week | the third Friday of the month |
/// | `L` | day of week | Saturday |
///
/// A step is at least 1 and at most 59 (seconds, minutes), 23 (hours), 31 (day of month), 12 (month) or 7 (day of week); of
/// years any step will do. Names and letters may be in any case, numbers may have leading zeros. A month without the day that is asked for is
/// passed over: `31W` names nothing in April, and `FRI#5` nothing in most months. The wildcards with `L`, `W` and `#`
/// are the whole field or nothing: they go into no list.
///
/// The fields and wildcards are those of the AWS Systems Manager user guide. What it leaves open is settled as in
/// Quartz, whose language it is, without the texts that Quartz takes by accident. Long names (`MONDAY`) and steps after
/// names (`MON-FRI/2`) are refused, a step without a start (`/5`) is taken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Schedule {
    /// Whenever the fields match the local time.
    Cron(Cron),
    /// Again and again, a fixed elapsed time apart.
    Rate(Rate),
    /// Once.
    At(At),
}

impl Schedule {
    /// The longest text that the documented dialect reads, in bytes.
    ///
    /// The 256 characters of the service bound one member of its requests, and its dialect keeps them. As a bound of the
    /// language they would be too few: the canonical text of an irregular set of years is longer. No canonical text
    /// comes near this one, and beyond it a text is refused unread.
    pub const TEXT_MAX: usize = 4096;

    /// Reads an expression in the given dialect.
    ///
    /// Takes time in proportion to the length of the text, whatever is in it.
    ///
    /// # Errors
    ///
    /// Says which part of the text is wrong, and what was expected there.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, ParseScheduleError> {
        parse::schedule(text, dialect)
            .map_err(|fault| ParseScheduleError::new(text, dialect, fault))
    }

    /// Whether it is known to have no run at all, as `cron(0 0 30 2 ? *)`, whatever the zone.
    pub fn never_fires(&self) -> bool {
        match self {
            Self::Cron(cron) => cron.never_fires(),
            Self::Rate(_) | Self::At(_) => false,
        }
    }

    /// Whether a number of days may be added to its runs.
    ///
    /// In [`Dialect::Documented`], to those of every cron. In [`Dialect::Service`], only where the day of week is
    /// counted within the month: `TUE#3`, `FRIL`. Never to a rate or to a single time.
    ///
    /// # Errors
    ///
    /// Returns [`OffsetRefused`], whose text is the service's own, where it may not.
    pub fn check_offset(&self, dialect: Dialect) -> Result<(), OffsetRefused> {
        match self {
            Self::Cron(Cron {
                days: Days::LastOfWeek(_) | Days::NthOfWeek { .. },
                ..
            }) => Ok(()),
            Self::Cron(_) if !dialect.rule().checks_offset => Ok(()),
            Self::Cron(_) | Self::Rate(_) | Self::At(_) => Err(OffsetRefused),
        }
    }
}

/// Reads an expression in [`Dialect::Documented`].
impl FromStr for Schedule {
    type Err = ParseScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text, Dialect::Documented)
    }
}

impl From<Cron> for Schedule {
    fn from(cron: Cron) -> Self {
        Self::Cron(cron)
    }
}

impl From<Rate> for Schedule {
    fn from(rate: Rate) -> Self {
        Self::Rate(rate)
    }
}

impl From<At> for Schedule {
    fn from(at: At) -> Self {
        Self::At(at)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Schedule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a schedule expression: cron(...), rate(...) or at(...)")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Schedule, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
