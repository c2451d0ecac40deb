//! Instants a fixed elapsed time apart.

use chrono::{DateTime, Utc};

/// Instants a fixed elapsed time apart: the runs of a rate, numbered from 0.
///
/// Every question is answered by a division, however far away the answer lies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Beat {
    /// Run 0.
    first: Moment,
    /// Seconds from one run to the next.
    period: i64,
}

/// An instant in whole seconds since 1970 UTC and nanoseconds beyond, ordered as time is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Moment {
    pub(super) second: i64,
    /// From a billion on inside a leap second, as in chrono.
    pub(super) nanosecond: u32,
}

impl From<DateTime<Utc>> for Moment {
    fn from(instant: DateTime<Utc>) -> Self {
        Self {
            second: instant.timestamp(),
            nanosecond: instant.timestamp_subsec_nanos(),
        }
    }
}

impl Beat {
    pub(super) const fn new(first: Moment, period: i64) -> Self {
        Self { first, period }
    }

    /// Seconds from one run to the next.
    pub(super) const fn period(self) -> i64 {
        self.period
    }

    /// The instant of run `number`.
    pub(super) const fn run(self, number: i64) -> Moment {
        Moment {
            second: self.first.second + number * self.period,
            nanosecond: self.first.nanosecond,
        }
    }

    /// How many runs are before `moment`: also the number of the first one at or after it.
    pub(super) fn n_before(self, moment: Moment) -> i64 {
        // A run in the same second is before if it comes earlier in it.
        let ahead = moment.second - self.first.second
            + i64::from(self.first.nanosecond < moment.nanosecond);
        if ahead <= 0 {
            0
        } else {
            (ahead - 1) / self.period + 1
        }
    }

    /// How many runs are at or before `moment`: also the number of the first one after it.
    pub(super) fn n_until(self, moment: Moment) -> i64 {
        let ahead = moment.second - self.first.second
            + i64::from(self.first.nanosecond <= moment.nanosecond);
        if ahead <= 0 {
            0
        } else {
            (ahead - 1) / self.period + 1
        }
    }
}
