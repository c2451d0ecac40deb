//! How long a window is open, and how long before its end nothing new starts.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long a window stays open, in elapsed hours: 1 to 24.
///
/// (AWS Systems Manager API reference, CreateMaintenanceWindow, `Duration`.)
///
/// # Example
///
/// ```
/// use tagout_schedule::Duration;
///
/// assert_eq!(Duration::try_from(3)?.hours(), 3);
/// assert_eq!(Duration::try_from(25).unwrap_err().to_string(), "duration is 25, expected 1 to 24 hours");
/// # Ok::<(), tagout_schedule::InvalidDuration>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Duration(u8);

impl Duration {
    /// The longest that a window stays open, in hours.
    pub const HOURS_MAX: u8 = 24;

    /// The number of hours, 1 to 24.
    pub const fn hours(self) -> u8 {
        self.0
    }

    /// The same as elapsed time.
    pub const fn elapsed(self) -> TimeDelta {
        TimeDelta::hours(self.0 as i64)
    }
}

impl TryFrom<i64> for Duration {
    type Error = InvalidDuration;

    fn try_from(hours: i64) -> Result<Self, Self::Error> {
        match u8::try_from(hours) {
            Ok(hours @ 1..=Self::HOURS_MAX) => Ok(Self(hours)),
            _ => Err(InvalidDuration { hours }),
        }
    }
}

impl From<Duration> for i64 {
    fn from(duration: Duration) -> Self {
        duration.0.into()
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hours(self.0, f)
    }
}

/// How long before a window closes nothing new is started, in elapsed hours: 0 to 23, and below the [`Duration`].
///
/// (AWS Systems Manager API reference, CreateMaintenanceWindow, `Cutoff`.)
///
/// # Example
///
/// ```
/// use tagout_schedule::Cutoff;
///
/// assert_eq!(Cutoff::try_from(0)?, Cutoff::NONE);
/// assert_eq!(Cutoff::try_from(24).unwrap_err().to_string(), "cutoff is 24, expected 0 to 23 hours");
/// # Ok::<(), tagout_schedule::InvalidCutoff>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize,
)]
#[serde(try_from = "i64", into = "i64")]
pub struct Cutoff(u8);

impl Cutoff {
    /// Work may start until the window closes.
    pub const NONE: Self = Self(0);

    /// The longest cutoff, in hours.
    pub const HOURS_MAX: u8 = 23;

    /// The number of hours, 0 to 23.
    pub const fn hours(self) -> u8 {
        self.0
    }

    /// The same as elapsed time.
    pub const fn elapsed(self) -> TimeDelta {
        TimeDelta::hours(self.0 as i64)
    }
}

impl TryFrom<i64> for Cutoff {
    type Error = InvalidCutoff;

    fn try_from(hours: i64) -> Result<Self, Self::Error> {
        match u8::try_from(hours) {
            Ok(hours @ 0..=Self::HOURS_MAX) => Ok(Self(hours)),
            _ => Err(InvalidCutoff { hours }),
        }
    }
}

impl From<Cutoff> for i64 {
    fn from(cutoff: Cutoff) -> Self {
        cutoff.0.into()
    }
}

impl fmt::Display for Cutoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hours(self.0, f)
    }
}

fn hours(hours: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match hours {
        1 => f.write_str("1 hour"),
        hours => write!(f, "{hours} hours"),
    }
}

/// A number of hours that is no [`Duration`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("duration is {hours}, expected 1 to {} hours", Duration::HOURS_MAX)]
pub struct InvalidDuration {
    hours: i64,
}

impl InvalidDuration {
    /// The number that was refused.
    pub const fn hours(self) -> i64 {
        self.hours
    }
}

/// A number of hours that is no [`Cutoff`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cutoff is {hours}, expected 0 to {} hours", Cutoff::HOURS_MAX)]
pub struct InvalidCutoff {
    hours: i64,
}

impl InvalidCutoff {
    /// The number that was refused.
    pub const fn hours(self) -> i64 {
        self.hours
    }
}
