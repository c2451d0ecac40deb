//! One occurrence of a window.

use std::iter::FusedIterator;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::timeline::{RunsAfter, RunsBefore, RunsBetween};

/// One occurrence of a window: when it opens, when it stops starting work, and when it closes.
///
/// Work may start from `opens_at`, inclusive, to `cutoff_at`, exclusive. The window is open, for work that has started,
/// until `closes_at`, exclusive. The three are elapsed hours apart: a clock change in between makes no opening longer or
/// shorter.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Opening {
    /// The first instant at which work may start.
    pub opens_at: DateTime<Utc>,
    /// The first instant from which on nothing new starts. Equal to `closes_at` if the cutoff is 0 hours.
    pub cutoff_at: DateTime<Utc>,
    /// The first instant at which the window is closed again.
    pub closes_at: DateTime<Utc>,
}

impl Opening {
    /// Whether `instant` is at or after the opening and before the closing.
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        self.opens_at <= instant && instant < self.closes_at
    }

    /// Whether there is an instant that both contain.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.opens_at < other.closes_at && other.opens_at < self.closes_at
    }
}

/// From the start of an opening to its cutoff, and to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Lengths {
    pub(super) working: TimeDelta,
    pub(super) whole: TimeDelta,
}

impl Lengths {
    pub(super) fn opening_at(self, opens_at: DateTime<Utc>) -> Opening {
        Opening {
            opens_at,
            cutoff_at: opens_at + self.working,
            closes_at: opens_at + self.whole,
        }
    }
}

/// Declares the iterator over openings that goes with one over runs.
macro_rules! openings {
    ($(#[$doc:meta])* $name:ident, $runs:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            runs: Option<$runs>,
            lengths: Lengths,
        }

        impl $name {
            /// `runs` is nothing if the window is disabled.
            pub(super) fn new(runs: Option<$runs>, lengths: Lengths) -> Self {
                Self { runs, lengths }
            }
        }

        impl Iterator for $name {
            type Item = Opening;

            fn next(&mut self) -> Option<Opening> {
                self.runs.as_mut()?.next().map(|run| self.lengths.opening_at(run))
            }
        }

        impl FusedIterator for $name {}
    };
}

openings! {
    /// The openings of a [`Plan`](super::Plan) from an instant on, earliest first: see
    /// [`openings_after`](super::Plan::openings_after).
    OpeningsAfter, RunsAfter
}
openings! {
    /// The openings of a [`Plan`](super::Plan) down from an instant, latest first: see
    /// [`openings_before`](super::Plan::openings_before).
    OpeningsBefore, RunsBefore
}
openings! {
    /// The openings of a [`Plan`](super::Plan) within a range, earliest first: see
    /// [`openings_between`](super::Plan::openings_between).
    OpeningsBetween, RunsBetween
}
