//! How a batch is worked off: how much at a time, how many failures, how urgent, and by when.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The terms of one job.
///
/// By default one server after the other, whatever fails, as the service did it.
///
/// # Example
///
/// ```
/// use tagout_batch::{Priority, Terms};
///
/// let terms = Terms {
///     max_concurrency: "10%".parse()?,
///     max_errors: Some("2".parse()?),
///     priority: Priority::HIGHEST,
///     ..Terms::default()
/// };
/// assert_eq!(terms.max_concurrency.of(250), 25);
/// # Ok::<(), tagout_batch::InvalidLimit>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    /// How many servers may be worked on at a time.
    pub max_concurrency: MaxConcurrency,
    /// How many may fail before nothing new is started; without it, any number.
    pub max_errors: Option<MaxErrors>,
    /// What goes first among the jobs of an account.
    pub priority: Priority,
    /// From this instant on no server is started any more; those not started by then are skipped.
    pub start_by: Option<DateTime<Utc>>,
}

/// The place of a job among those of its account: 1 goes first, 5 last, 3 unless said otherwise.
///
/// # Example
///
/// ```
/// use tagout_batch::Priority;
///
/// assert_eq!(Priority::try_from(1)?, Priority::HIGHEST);
/// assert_eq!(Priority::try_from(6).unwrap_err().to_string(), "a priority of 6, expected 1 to 5");
/// # Ok::<(), tagout_batch::InvalidPriority>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

impl Priority {
    /// Goes first.
    pub const HIGHEST: Self = Self(1);
    /// Goes last.
    pub const LOWEST: Self = Self(5);

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The priority so many steps below this one, or the lowest.
    pub(crate) fn lower_by(self, steps: u8) -> Self {
        Self(self.0.saturating_add(steps).min(Self::LOWEST.0))
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u8> for Priority {
    type Error = InvalidPriority;

    fn try_from(priority: u8) -> Result<Self, Self::Error> {
        let fits = (Self::HIGHEST.0..=Self::LOWEST.0).contains(&priority);
        if fits {
            Ok(Self(priority))
        } else {
            Err(InvalidPriority { priority })
        }
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority.0
    }
}

/// Says that a number is no priority.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a priority of {priority}, expected {first} to {last}", first = Priority::HIGHEST.0, last = Priority::LOWEST.0)]
pub struct InvalidPriority {
    priority: u8,
}

/// A number of servers, or a share of those in the batch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Limit {
    Count(u32),
    /// At most 100.
    Percent(u8),
}

impl Limit {
    fn parse(text: &str, least: u32) -> Option<Self> {
        let (digits, percent) = text
            .strip_suffix('%')
            .map_or((text, false), |digits| (digits, true));
        let canonical = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        let number = canonical
            .then(|| digits.parse::<u32>().ok())?
            .filter(|number| *number >= least)?;
        if !percent {
            return Some(Self::Count(number));
        }
        u8::try_from(number)
            .ok()
            .filter(|percent| *percent <= 100)
            .map(Self::Percent)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Defines one of the two limits.
macro_rules! limit {
    ($(#[$doc:meta])* $name:ident, $least:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
        #[serde(try_from = "Box<str>", into = "String")]
        pub struct $name(Limit);

        impl FromStr for $name {
            type Err = InvalidLimit;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let shown = || text.chars().take(40).collect();
                Limit::parse(text, $least).map(Self).ok_or_else(|| InvalidLimit { text: shown(), expected: $expected })
            }
        }

        impl TryFrom<Box<str>> for $name {
            type Error = InvalidLimit;

            fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(limit: $name) -> Self {
                limit.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

limit! {
    /// How many servers of a batch may be worked on at a time: a number from 1, or 1% to 100%.
    ///
    /// # Example
    ///
    /// ```
    /// use tagout_batch::MaxConcurrency;
    ///
    /// assert_eq!(MaxConcurrency::default().of(100), 1, "one after the other");
    /// assert_eq!("10%".parse::<MaxConcurrency>()?.of(15), 2, "rounded up");
    /// let error = "0".parse::<MaxConcurrency>().unwrap_err();
    /// assert_eq!(error.to_string(), "a limit of `0`, expected a number from 1, or 1% to 100%");
    /// # Ok::<(), tagout_batch::InvalidLimit>(())
    /// ```
    MaxConcurrency, 1, "a number from 1, or 1% to 100%"
}

limit! {
    /// How many servers of a batch may fail before nothing new is started: a number from 0, or 0% to 100%.
    ///
    /// The failure after the last allowed one stops the batch.
    ///
    /// # Example
    ///
    /// ```
    /// use tagout_batch::MaxErrors;
    ///
    /// assert_eq!("10%".parse::<MaxErrors>()?.of(55), 5, "rounded down: the sixth stops the batch");
    /// # Ok::<(), tagout_batch::InvalidLimit>(())
    /// ```
    MaxErrors, 0, "a number from 0, or 0% to 100%"
}

impl MaxConcurrency {
    /// This many at a time.
    pub const fn count(count: NonZeroU32) -> Self {
        Self(Limit::Count(count.get()))
    }

    /// How many that is in a batch of `n`; at least 1.
    pub fn of(self, n: u32) -> u32 {
        match self.0 {
            Limit::Count(count) => count,
            Limit::Percent(percent) => (u64::from(n) * u64::from(percent)).div_ceil(100) as u32,
        }
        .max(1)
    }
}

impl Default for MaxConcurrency {
    fn default() -> Self {
        Self::count(NonZeroU32::MIN)
    }
}

impl MaxErrors {
    /// This many.
    pub const fn count(count: u32) -> Self {
        Self(Limit::Count(count))
    }

    /// How many that is in a batch of `n`.
    pub fn of(self, n: u32) -> u32 {
        match self.0 {
            Limit::Count(count) => count,
            Limit::Percent(percent) => (u64::from(n) * u64::from(percent) / 100) as u32,
        }
    }
}

/// Says that a text is no limit.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a limit of `{text}`, expected {expected}")]
pub struct InvalidLimit {
    text: Box<str>,
    expected: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_or_shares() {
        for (text, concurrency, errors) in [
            ("0", false, true),
            ("1", true, true),
            ("4294967295", true, true),
            ("4294967296", false, false),
            ("0%", false, true),
            ("1%", true, true),
            ("100%", true, true),
            ("101%", false, false),
            ("", false, false),
            ("%", false, false),
            ("010", false, false),
            ("-1", false, false),
            ("+1", false, false),
            ("1.5%", false, false),
            ("5 %", false, false),
        ] {
            assert_eq!(
                text.parse::<MaxConcurrency>().is_ok(),
                concurrency,
                "{text}"
            );
            assert_eq!(text.parse::<MaxErrors>().is_ok(), errors, "{text}");
        }
        let error = "none".parse::<MaxErrors>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a limit of `none`, expected a number from 0, or 0% to 100%"
        );
    }

    #[test]
    fn shares_round_up_for_work_and_down_for_failures() {
        for (percent, n, up, down) in [
            ("50%", 3, 2, 1),
            ("1%", 1, 1, 0),
            ("100%", 7, 7, 7),
            ("33%", 100, 33, 33),
        ] {
            assert_eq!(
                percent.parse::<MaxConcurrency>().unwrap().of(n),
                up,
                "{percent} of {n}"
            );
            assert_eq!(
                percent.parse::<MaxErrors>().unwrap().of(n),
                down,
                "{percent} of {n}"
            );
        }
        assert_eq!("100%".parse::<MaxErrors>().unwrap().of(u32::MAX), u32::MAX);
    }

    #[test]
    fn terms_are_stored_as_people_write_them() {
        let terms = Terms {
            max_concurrency: "25%".parse().unwrap(),
            ..Terms::default()
        };
        let stored = r#"{"maxConcurrency":"25%","maxErrors":null,"priority":3,"startBy":null}"#;
        assert_eq!(serde_json::to_string(&terms).unwrap(), stored);
        assert_eq!(
            serde_json::from_str::<Terms>("{}").unwrap(),
            Terms::default()
        );
    }
}
