//! The limits and times of a queue.

use std::num::NonZeroU8;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::time::later;

/// What a queue allows and how long it waits; every value can be chosen, and the defaults suit one process.
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use tagout_batch::{Retention, Settings};
///
/// let settings = Settings { retention: Retention::try_from(TimeDelta::days(30))?, ..Settings::default() };
/// assert_eq!(settings.attempts_max.get(), 5);
/// # Ok::<(), tagout_batch::TooShortRetention>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many different servers one request may name; for [`Draft::check`](crate::Draft::check) too.
    pub servers_max: usize,
    /// How many items of all accounts may be queued or running.
    pub queued_max: u64,
    /// How many items of one account may be queued or running.
    pub queued_per_account_max: u32,
    /// How often an item is tried before it has failed; lost leases and restarts count.
    pub attempts_max: NonZeroU8,
    /// How long an item waits after a failure that may pass.
    pub backoff: Backoff,
    /// How long one attempt may take, in seconds, however often it is heard of.
    pub run_seconds_max: u32,
    /// How long a job that has ended is remembered.
    pub retention: Retention,
    /// How long the answer to a keyed request is remembered.
    pub key_retention: TimeDelta,
    /// How many keyed answers of one account are remembered at a time.
    pub keys_per_account_max: usize,
    /// Whose turn it is.
    pub order: Order,
    /// How long a planned maintenance waits before it asks again for a server that it did not get.
    pub plan_retry: TimeDelta,
    /// How many plans of one account are remembered at a time.
    pub plans_per_account_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            servers_max: 1_000,
            queued_max: 1_000_000,
            queued_per_account_max: 100_000,
            attempts_max: NonZeroU8::new(5).expect("five is not zero"),
            backoff: Backoff::default(),
            run_seconds_max: 4 * 3_600,
            retention: Retention::default(),
            key_retention: TimeDelta::hours(24),
            keys_per_account_max: 10_000,
            order: Order::default(),
            plan_retry: TimeDelta::seconds(30),
            plans_per_account_max: 1_000,
        }
    }
}

/// Whose turn it is when several accounts have work waiting.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Order {
    /// Each account in its turn, as many items as its weight; within an account by priority, then by age.
    #[default]
    RoundRobin,
    /// All jobs in one line, by priority, then by age, as if they were of one account.
    Arrival,
}

/// The wait after a failure that may pass: `first`, then twice as long each time, never longer than `max`.
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use tagout_batch::Backoff;
///
/// let backoff = Backoff { first: TimeDelta::seconds(2), max: TimeDelta::seconds(10) };
/// let waits = [1, 2, 3, 4, 255].map(|attempt| backoff.after(attempt).num_seconds());
/// assert_eq!(waits, [2, 4, 8, 10, 10]);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoff {
    /// The wait after the first attempt.
    pub first: TimeDelta,
    /// The longest wait.
    pub max: TimeDelta,
}

impl Backoff {
    /// The wait after this attempt, counted from 1.
    pub fn after(&self, attempt: u8) -> TimeDelta {
        let doublings = u32::from(attempt.saturating_sub(1)).min(30);
        self.first
            .checked_mul(1 << doublings)
            .map_or(self.max, |wait| wait.min(self.max))
    }

    pub(crate) fn until(&self, attempt: u8, now: DateTime<Utc>) -> DateTime<Utc> {
        later(now, self.after(attempt))
    }
}

impl Default for Backoff {
    /// One second, up to five minutes.
    fn default() -> Self {
        Self {
            first: TimeDelta::seconds(1),
            max: TimeDelta::minutes(5),
        }
    }
}

/// How long a job that has ended is remembered: 14 days or more.
///
/// A client may poll as long as its token lives, which was two weeks; some of them never stop on "not found".
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Retention(TimeDelta);

impl Retention {
    /// The shortest: 14 days.
    pub const MIN: Self = Self(TimeDelta::days(14));

    /// The time.
    pub const fn get(self) -> TimeDelta {
        self.0
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::MIN
    }
}

impl TryFrom<TimeDelta> for Retention {
    type Error = TooShortRetention;

    fn try_from(time: TimeDelta) -> Result<Self, Self::Error> {
        if time < Self::MIN.0 {
            Err(TooShortRetention {
                seconds: time.num_seconds(),
            })
        } else {
            Ok(Self(time))
        }
    }
}

/// Says that jobs would be forgotten too early.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a retention of {seconds} seconds, expected 14 days or more")]
pub struct TooShortRetention {
    seconds: i64,
}

/// A process that takes work: its name, and which of its lives it is in.
///
/// The epoch grows with every start. What an earlier life of the same node left running is taken back as soon as
/// the new one is there; what other nodes left is taken back when their leases run out.
///
/// # Example
///
/// ```
/// use tagout_batch::Owner;
///
/// let before = Owner { node: 1, epoch: 7 };
/// let after = Owner { node: 1, epoch: 8 };
/// assert!(after.succeeds(before) && !after.succeeds(Owner { node: 2, epoch: 7 }));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub struct Owner {
    /// The node, the same over restarts.
    pub node: u32,
    /// The life of the node, greater with every start.
    pub epoch: u32,
}

impl Owner {
    /// Whether this is a later life of the same node.
    pub fn succeeds(self, earlier: Self) -> bool {
        self.node == earlier.node && self.epoch > earlier.epoch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_fourteen_days_at_least() {
        assert!(Retention::try_from(TimeDelta::days(14)).is_ok());
        let error = Retention::try_from(TimeDelta::days(14) - TimeDelta::seconds(1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a retention of 1209599 seconds, expected 14 days or more"
        );
    }

    #[test]
    fn backoff_never_overflows() {
        let backoff = Backoff {
            first: TimeDelta::days(100_000),
            max: TimeDelta::MAX,
        };
        assert_eq!(backoff.after(255), TimeDelta::MAX);
        assert_eq!(
            backoff.until(255, DateTime::<Utc>::MAX_UTC),
            DateTime::<Utc>::MAX_UTC
        );
    }
}
