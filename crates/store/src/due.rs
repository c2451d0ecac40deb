//! What is due, and who has taken it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Kind;
use crate::document::{lease_end, micros_down};

/// A request for documents that are due; see [`Store::take_due`](crate::Store::take_due).
///
/// Naming the kinds keeps a long queue of one kind from holding up another: a loop that opens windows does not wait
/// behind ten thousand jobs for which there is no worker.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TakeDue {
    /// The kinds to take from.
    pub kinds: BTreeSet<Kind>,
    /// The instant that decides what is due.
    pub now: DateTime<Utc>,
    /// How long nobody else is to be given the same; nothing below zero, and at zero they may at once.
    pub lease: TimeDelta,
    /// At most this many, and never more than [`LIMIT_MAX`](Self::LIMIT_MAX).
    pub limit: usize,
}

impl TakeDue {
    /// The most documents that one call takes.
    pub const LIMIT_MAX: usize = 1_000;

    /// Up to `limit` documents of these kinds that are due at `now`, for `lease` from then on.
    pub fn new(
        kinds: impl IntoIterator<Item = Kind>,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: usize,
    ) -> Self {
        Self {
            kinds: kinds.into_iter().collect(),
            now,
            lease,
            limit,
        }
    }

    /// The instant that decides, in microseconds since 1970.
    pub(crate) fn now_micros(&self) -> i64 {
        micros_down(self.now)
    }

    /// The end of the lease, in microseconds since 1970.
    pub(crate) fn until_micros(&self) -> i64 {
        lease_end(self.now, self.lease)
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.min(Self::LIMIT_MAX)
    }
}
