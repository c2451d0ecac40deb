//! Time zones: from an instant to the clock on the wall, and back.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

/// A time zone: a named one with its clock changes, or a fixed offset from UTC.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Zone {
    fixed_seconds: i32, // the zone helper replaces this
}

/// What becomes of a local time that a clock change leaves out.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
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
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Fold {
    /// It happens the second time, in standard time as a rule.
    #[default]
    Second,
    /// It happens the first time.
    First,
    /// It happens both times.
    Both,
}

/// What a reading of the wall clock stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wall {
    /// One instant.
    Once(DateTime<Utc>),
    /// Two instants: the clock was set back over it.
    Twice {
        /// The earlier instant.
        first: DateTime<Utc>,
        /// The later instant.
        second: DateTime<Utc>,
    },
    /// No instant: the clock was set forward over it.
    Skipped {
        /// The instant of the change, the first after the gap.
        after: DateTime<Utc>,
        /// The reading moved forward by the length of the gap.
        shifted: DateTime<Utc>,
    },
}

/// A stretch of time with one offset, in seconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Span {
    /// First second, inclusive.
    pub(crate) from: i64,
    /// Last second, exclusive.
    pub(crate) until: i64,
    /// Local time minus UTC, in seconds.
    pub(crate) offset: i32,
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self { fixed_seconds: 0 };

    /// A zone that never changes its clocks.
    pub fn fixed(offset: FixedOffset) -> Self {
        Self {
            fixed_seconds: offset.local_minus_utc(),
        }
    }

    /// The stretch of one offset that holds the second `at` (since 1970 UTC).
    pub(crate) fn span_at(self, _at: i64) -> Span {
        Span {
            from: i64::MIN,
            until: i64::MAX,
            offset: self.fixed_seconds,
        }
    }

    /// What the reading `local` of this zone's clocks stands for.
    pub fn resolve(self, local: NaiveDateTime) -> Wall {
        Wall::Once(local.and_utc() - chrono::TimeDelta::seconds(self.fixed_seconds.into()))
    }
}
