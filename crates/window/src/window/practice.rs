//! What a window does beyond the service.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tagout_schedule::Exclusions;

/// What a window does beyond the service: a value of its own, as the public interface has no members for it.
///
/// The default is what the service does.
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use tagout_schedule::{Exclusion, Exclusions, Zone};
/// use tagout_window::{Overlap, Practice};
///
/// let freeze = Exclusion::yearly("12-10".parse()?, "01-02".parse()?).named("year-end freeze");
/// let practice = Practice {
///     exclusions: Some(Exclusions::new(Zone::UTC, [freeze])),
///     overlap: Overlap::Wait,
///     notice: TimeDelta::hours(24),
/// };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Practice {
    /// The times at which the window must not open, and what becomes of an opening that meets them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusions: Option<Exclusions>,
    /// What becomes of an opening while the one before still runs.
    pub overlap: Overlap,
    /// How long before an opening it has to be known: after a change to when the window opens, openings sooner than this
    /// are left out. Elapsed time.
    #[serde(with = "seconds")]
    pub notice: TimeDelta,
}

impl Practice {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What becomes of an opening while the same window still runs from an earlier one.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Overlap {
    /// It is skipped: its execution ends at once as `SKIPPED_OVERLAPPING`. This is what the service does.
    #[default]
    Skip,
    /// It waits for the other to end, but not beyond its own cutoff.
    Wait,
    /// It cancels the other, as the operation does, and waits for it to end, but not beyond its own cutoff.
    Cancel,
}

/// A span of time as whole seconds.
mod seconds {
    use chrono::TimeDelta;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(span: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(span.num_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        let seconds = i64::deserialize(from)?;
        TimeDelta::try_seconds(seconds)
            .ok_or_else(|| de::Error::custom(format!("{seconds} seconds are too many")))
    }
}
