//! How many days after its date on the calendar a cron schedule runs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many calendar days after the date that a cron schedule names its run takes place: 1 to 6.
///
/// The days are added on the local clock: 23:30 stays 23:30, whatever clock change lies between. (AWS Systems Manager
/// API reference, `ScheduleOffset`.)
///
/// # Example
///
/// ```
/// use tagout_schedule::ScheduleOffset;
///
/// assert_eq!(ScheduleOffset::try_from(2)?.days(), 2);
/// assert_eq!(ScheduleOffset::try_from(7).unwrap_err().to_string(), "schedule offset is 7, expected 1 to 6 days");
/// # Ok::<(), tagout_schedule::InvalidScheduleOffset>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct ScheduleOffset(u8);

impl ScheduleOffset {
    /// The longest offset, in days.
    pub const DAYS_MAX: u8 = 6;

    /// The number of days, 1 to 6.
    pub const fn days(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for ScheduleOffset {
    type Error = InvalidScheduleOffset;

    fn try_from(days: i64) -> Result<Self, Self::Error> {
        match u8::try_from(days) {
            Ok(days @ 1..=Self::DAYS_MAX) => Ok(Self(days)),
            _ => Err(InvalidScheduleOffset { days }),
        }
    }
}

impl From<ScheduleOffset> for i64 {
    fn from(offset: ScheduleOffset) -> Self {
        offset.0.into()
    }
}

impl fmt::Display for ScheduleOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 day"),
            days => write!(f, "{days} days"),
        }
    }
}

/// A number of days that is no [`ScheduleOffset`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "schedule offset is {days}, expected 1 to {} days",
    ScheduleOffset::DAYS_MAX
)]
pub struct InvalidScheduleOffset {
    days: i64,
}

impl InvalidScheduleOffset {
    /// The number that was refused.
    pub const fn days(self) -> i64 {
        self.days
    }
}
