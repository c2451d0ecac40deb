//! One stretch of time, dated or yearly, in which openings are not wanted.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::MonthDay;
use crate::ExecutionTime;

/// One stretch of time in which openings are not wanted: between two instants, between two readings of the clock, some
/// days, or some days of every year.
///
/// Whatever is not an instant is read on the clocks of the zone of the [`Exclusions`](crate::Exclusions) that hold it.
///
/// ```
/// use tagout_schedule::Exclusion;
///
/// let freeze = Exclusion::yearly("12-24".parse()?, "01-02".parse()?).named("year-end freeze");
/// assert_eq!(freeze.to_string(), "year-end freeze (24 December to 2 January, every year)");
/// # Ok::<(), tagout_schedule::InvalidMonthDay>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Exclusion {
    name: Option<Box<str>>,
    when: ExcludedTime,
}

/// The time that an [`Exclusion`] takes away.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedTime {
    /// Between two instants.
    Instants {
        /// The first instant, inclusive.
        from: DateTime<Utc>,
        /// The last instant, exclusive; later than `from`.
        until: DateTime<Utc>,
    },
    /// Whenever the clock reads a time between two.
    Local {
        /// The first reading, inclusive.
        from: NaiveDateTime,
        /// The last reading, exclusive; later than `from`.
        until: NaiveDateTime,
    },
    /// Whole days.
    Days {
        /// The first day, inclusive.
        first: NaiveDate,
        /// The last day, inclusive; not earlier than `first`.
        last: NaiveDate,
    },
    /// Whole days of every year.
    Yearly {
        /// The first day, inclusive.
        first: MonthDay,
        /// The last day, inclusive; a day earlier in the year than `first` is in the year after.
        last: MonthDay,
    },
}

impl Exclusion {
    /// The time from one instant, inclusive, until another, exclusive.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyExclusion`] unless `from` is earlier than `until`.
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Self, EmptyExclusion> {
        Self::try_from(ExcludedTime::Instants { from, until })
    }

    /// The time while the clock reads `from`, inclusive, until `until`, exclusive.
    ///
    /// A reading that a clock change brings twice is excluded both times.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyExclusion`] unless `from` is earlier than `until`.
    pub fn local(from: NaiveDateTime, until: NaiveDateTime) -> Result<Self, EmptyExclusion> {
        Self::try_from(ExcludedTime::Local { from, until })
    }

    /// One whole day, from midnight to midnight.
    pub fn day(day: NaiveDate) -> Self {
        ExcludedTime::Days {
            first: day,
            last: day,
        }
        .into_exclusion()
    }

    /// The days from `first` to `last`, both included.
    ///
    /// # Errors
    ///
    /// Returns [`EmptyExclusion`] if `last` is earlier than `first`.
    pub fn days(first: NaiveDate, last: NaiveDate) -> Result<Self, EmptyExclusion> {
        Self::try_from(ExcludedTime::Days { first, last })
    }

    /// The days from `first` to `last` of every year, both included, over the turn of the year if `last` comes earlier
    /// in the year than `first`.
    ///
    /// 29 February is excluded in the years that have it; as an end, it stands for 28 February in the others, and as a
    /// beginning for 1 March.
    pub fn yearly(first: MonthDay, last: MonthDay) -> Self {
        ExcludedTime::Yearly { first, last }.into_exclusion()
    }

    /// The same, with a name to give as the reason.
    pub fn named(self, name: impl Into<Box<str>>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// The name to give as the reason, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The time that it takes away.
    pub fn when(&self) -> ExcludedTime {
        self.when
    }

    /// Whether it takes away an instant at which the clock reads `local`.
    pub(super) fn covers(&self, instant: DateTime<Utc>, local: NaiveDateTime) -> bool {
        match self.when {
            ExcludedTime::Instants { from, until } => from <= instant && instant < until,
            ExcludedTime::Local { from, until } => from <= local && local < until,
            ExcludedTime::Days { first, last } => first <= local.date() && local.date() <= last,
            ExcludedTime::Yearly { first, last } => {
                let day = MonthDay::new(local.month(), local.day())
                    .expect("a date has a day of the year");
                if first <= last {
                    first <= day && day <= last
                } else {
                    first <= day || day <= last
                }
            }
        }
    }
}

impl ExcludedTime {
    fn into_exclusion(self) -> Exclusion {
        Exclusion {
            name: None,
            when: self,
        }
    }
}

impl TryFrom<ExcludedTime> for Exclusion {
    type Error = EmptyExclusion;

    fn try_from(when: ExcludedTime) -> Result<Self, Self::Error> {
        let is_empty = match when {
            ExcludedTime::Instants { from, until } => from >= until,
            ExcludedTime::Local { from, until } => from >= until,
            ExcludedTime::Days { first, last } => first > last,
            ExcludedTime::Yearly { .. } => false,
        };
        if is_empty {
            Err(EmptyExclusion { when })
        } else {
            Ok(when.into_exclusion())
        }
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.when),
            None => self.when.fmt(f),
        }
    }
}

impl fmt::Display for ExcludedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Instants { from, until } => {
                write!(
                    f,
                    "{} until {}",
                    ExecutionTime::from(from),
                    ExecutionTime::from(until)
                )
            }
            Self::Local { from, until } => {
                write!(
                    f,
                    "{} until {}",
                    from.format(LOCAL_FORMAT),
                    until.format(LOCAL_FORMAT)
                )
            }
            Self::Days { first, last } if first == last => {
                write!(f, "{}", first.format(DAY_FORMAT))
            }
            Self::Days { first, last } => write!(
                f,
                "{} to {}",
                first.format(DAY_FORMAT),
                last.format(DAY_FORMAT)
            ),
            Self::Yearly { first, last } => {
                let day =
                    |day: MonthDay| format!("{} {}", day.day(), MONTHS[day.month() as usize - 1]);
                if first == last {
                    write!(f, "{}, every year", day(first))
                } else {
                    write!(f, "{} to {}, every year", day(first), day(last))
                }
            }
        }
    }
}

/// A stretch of time that ends before it begins, or as it begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{when} is no time at all, expected a beginning and a later end")]
pub struct EmptyExclusion {
    when: ExcludedTime,
}

/// How an [`Exclusion`] is stored: its time under the name of its kind, and its name.
#[derive(Deserialize, Serialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Box<str>>,
    #[serde(flatten)]
    when: ExcludedTime,
}

impl TryFrom<Stored> for Exclusion {
    type Error = EmptyExclusion;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Ok(Self {
            name: stored.name,
            ..Self::try_from(stored.when)?
        })
    }
}

impl From<Exclusion> for Stored {
    fn from(exclusion: Exclusion) -> Self {
        Self {
            name: exclusion.name,
            when: exclusion.when,
        }
    }
}

const DAY_FORMAT: &str = "%-d %B %Y";
const LOCAL_FORMAT: &str = "%-d %B %Y %H:%M";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
