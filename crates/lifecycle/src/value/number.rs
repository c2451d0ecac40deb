//! Numbers with a range.

use std::{fmt, num::NonZeroU32};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{InvalidValue, Problem};

/// How many automated backups of a server are kept: 1 or more, and 30 at most unless a limit says otherwise.
///
/// Sources: shape `BackupRetentionCountDefinition` of the OpsWorks CM API model for the least, the user guide
/// for the 30.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(transparent)]
pub struct RetentionCount(NonZeroU32);

impl RetentionCount {
    /// What a server has when nothing is asked for: one.
    pub const DEFAULT: Self = Self(NonZeroU32::MIN);
    /// The greatest count unless [`Policy::retention_count_max`](crate::Policy::retention_count_max) is raised.
    pub const MAX: u32 = 30;

    /// The count `value`.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] unless it is 1 to [`RetentionCount::MAX`].
    pub fn new(value: i64) -> Result<Self, InvalidValue> {
        Self::within(value, Self::MAX)
    }

    /// The count `value` under a limit of its own.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] unless it is 1 to `max`.
    pub fn within(value: i64, max: u32) -> Result<Self, InvalidValue> {
        in_range("backup retention count", value, max).map(Self)
    }

    /// The number.
    pub fn count(self) -> u32 {
        self.0.get()
    }
}

impl Default for RetentionCount {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for RetentionCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many days an automated backup is kept, beside the count: 1 to 3,650 times 24 hours.
///
/// tagout's own; the reproduced interface knows only the count.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct RetentionDays(NonZeroU32);

impl RetentionDays {
    /// The greatest number of days.
    pub const MAX: u32 = 3_650;

    /// As many days as `value` says.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] unless it is 1 to [`RetentionDays::MAX`].
    pub fn new(value: i64) -> Result<Self, InvalidValue> {
        in_range("backup retention days", value, Self::MAX).map(Self)
    }

    /// The number of days.
    pub fn days(self) -> u32 {
        self.0.get()
    }

    /// The age from which a backup is too old: so many times 24 hours.
    pub fn age_max(self) -> TimeDelta {
        TimeDelta::days(self.0.get().into())
    }
}

impl TryFrom<i64> for RetentionDays {
    type Error = InvalidValue;

    fn try_from(value: i64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<RetentionDays> for i64 {
    fn from(value: RetentionDays) -> Self {
        value.days().into()
    }
}

/// The greatest number of entries that a page may have: 1 or more.
///
/// Source: shape `MaxResults`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(transparent)]
pub struct MaxResults(NonZeroU32);

impl MaxResults {
    /// What a page holds when nothing is asked for: 100.
    pub const DEFAULT: Self = Self(NonZeroU32::new(100).expect("100 is not zero"));
    /// The most that a page holds; larger wishes are granted this many.
    pub const CLAMP: u32 = 1_000;

    /// A page of at most `value` entries, and at most [`MaxResults::CLAMP`].
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] unless it is 1 to 2,147,483,647.
    pub fn new(value: i64) -> Result<Self, InvalidValue> {
        let asked = in_range("maximum of results", value, i32::MAX.unsigned_abs())?;
        Ok(Self(
            NonZeroU32::new(Self::CLAMP).map_or(asked, |clamp| clamp.min(asked)),
        ))
    }

    /// The number.
    pub fn count(self) -> usize {
        self.0.get() as usize
    }
}

fn in_range(kind: &'static str, value: i64, max: u32) -> Result<NonZeroU32, InvalidValue> {
    u32::try_from(value)
        .ok()
        .filter(|value| *value <= max)
        .and_then(NonZeroU32::new)
        .ok_or_else(|| {
            InvalidValue::new(
                kind,
                &value.to_string(),
                Problem::Range {
                    min: 1,
                    max: max.into(),
                },
            )
        })
}
