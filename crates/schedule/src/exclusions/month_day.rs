//! A day that comes every year.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A day of the year without a year, such as 24 December; 29 February comes in leap years only.
///
/// Its text is the month and the day, two digits each.
///
/// ```
/// use tagout_schedule::MonthDay;
///
/// let christmas_eve: MonthDay = "12-24".parse()?;
/// assert_eq!((christmas_eve.month(), christmas_eve.day()), (12, 24));
/// # Ok::<(), tagout_schedule::InvalidMonthDay>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: u8,
    day: u8,
}

impl MonthDay {
    /// Day `day` of month `month`, both counted from 1.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidMonthDay`] if no year has that day.
    pub fn new(month: u32, day: u32) -> Result<Self, InvalidMonthDay> {
        match NaiveDate::from_ymd_opt(SOME_LEAP_YEAR, month, day) {
            Some(_) => Ok(Self {
                month: month as u8,
                day: day as u8,
            }),
            None => Err(InvalidMonthDay {
                text: format!("{month:02}-{day:02}").into(),
            }),
        }
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.month.into()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.day.into()
    }

    /// How many days of a leap year come before it: 0 for 1 January, 365 for 31 December.
    pub(super) fn days_before(self) -> u16 {
        let day = NaiveDate::from_ymd_opt(SOME_LEAP_YEAR, self.month(), self.day());
        chrono::Datelike::ordinal0(&day.expect("checked when it was made")) as u16
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for MonthDay {
    type Err = InvalidMonthDay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || InvalidMonthDay {
            text: text.chars().take(16).collect::<String>().into(),
        };
        let number = |digits: &[u8]| match digits {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            _ => None,
        };
        let [month @ .., b'-', tens, ones] = text.as_bytes() else {
            return Err(refused());
        };
        let (month, day) = number(month)
            .zip(number(&[*tens, *ones]))
            .ok_or_else(refused)?;
        Self::new(month, day).map_err(|_| refused())
    }
}

impl TryFrom<String> for MonthDay {
    type Error = InvalidMonthDay;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MonthDay> for String {
    fn from(day: MonthDay) -> Self {
        day.to_string()
    }
}

/// A text or a pair of numbers that names no day of any year.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is no day of a year, expected month and day as in `12-24`")]
pub struct InvalidMonthDay {
    text: Box<str>,
}

/// A year that has every day a year can have.
const SOME_LEAP_YEAR: i32 = 2000;
