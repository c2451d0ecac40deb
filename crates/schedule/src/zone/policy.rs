//! What becomes of a local time that clocks skip, or show twice.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What becomes of a local time that a clock change leaves out.
///
/// The default is [`Gap::Skip`], which is also what Quartz and EventBridge Scheduler do with a cron expression: it asks
/// for moments at which the clock shows something, and there is none. A time that is named once, as in
/// `at(2026-03-08T02:30:00)`, must not be lost, so `at` takes [`Gap::Shift`] unless told otherwise.
///
/// # Example
///
/// ```
/// use tagout_schedule::Gap;
///
/// assert_eq!(Gap::default(), Gap::Skip);
/// assert_eq!("after".parse(), Ok(Gap::After));
/// assert_eq!(Gap::Shift.to_string(), "shift");
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gap {
    /// It does not happen.
    #[default]
    Skip,
    /// It happens later by the length of the gap: 02:30 becomes 03:30.
    Shift,
    /// It happens at the first instant after the gap: 02:30 becomes 03:00.
    After,
}

/// What becomes of a local time that a clock change brings twice.
///
/// The default is [`Fold::Second`], which is what Quartz does. The second time is in standard time as a rule, so the
/// day of the change is like the winter days that follow it; and what runs every minute runs once for each reading, as
/// it does on any other day.
///
/// # Example
///
/// ```
/// use tagout_schedule::Fold;
///
/// assert_eq!(Fold::default(), Fold::Second);
/// assert_eq!("both".parse(), Ok(Fold::Both));
/// assert_eq!(Fold::First.to_string(), "first");
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fold {
    /// It happens the second time, in standard time as a rule.
    #[default]
    Second,
    /// It happens the first time.
    First,
    /// It happens both times.
    Both,
}

impl Gap {
    /// Every policy, the default first.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Shift, Self::After];

    /// The word for this policy: `skip`, `shift` or `after`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Shift => "shift",
            Self::After => "after",
        }
    }
}

impl Fold {
    /// Every policy, the default first.
    pub const ALL: [Self; 3] = [Self::Second, Self::First, Self::Both];

    /// The word for this policy: `second`, `first` or `both`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::First => "first",
            Self::Both => "both",
        }
    }
}

/// A word that names no policy for clock changes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown {policy} policy `{}`, expected {expected}", text.escape_debug())]
pub struct ParsePolicyError {
    policy: &'static str,
    text: Box<str>,
    expected: &'static str,
}

impl FromStr for Gap {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.word() == text)
            .ok_or_else(|| ParsePolicyError {
                policy: "gap",
                text: text.into(),
                expected: "`skip`, `shift` or `after`",
            })
    }
}

impl FromStr for Fold {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.word() == text)
            .ok_or_else(|| ParsePolicyError {
                policy: "fold",
                text: text.into(),
                expected: "`second`, `first` or `both`",
            })
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
