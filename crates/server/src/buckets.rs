//! How many requests each caller may make in a second.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

/// A bucket of tokens for each caller: each request takes one, and they come back at a steady rate.
///
/// A bucket holds the tokens of [`BURST_SECONDS`] seconds: OpsWorks CM took 5 requests a second, and bursts of 10
/// (AWS OpsWorks CM API reference, "Throttling limits"). There are as many buckets as there are callers who were let in.
#[derive(Debug)]
pub(crate) struct Buckets {
    per_second: f64,
    known: Mutex<HashMap<Box<str>, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
}

/// How long a caller who was silent may go at full speed.
const BURST_SECONDS: f64 = 2.0;

impl Buckets {
    /// Buckets that let through `per_second` requests of each caller in a second; any number if it is 0.
    pub(crate) fn new(per_second: u64) -> Self {
        Self {
            per_second: per_second as f64,
            known: Mutex::default(),
        }
    }

    /// Takes a token of this caller's; false if there is none.
    pub(crate) fn take(&self, caller: &str, now: DateTime<Utc>) -> bool {
        if self.per_second == 0.0 {
            return true;
        }
        let full = self.per_second * BURST_SECONDS;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(caller) {
            let bucket = Bucket {
                tokens: full,
                filled_at: now,
            };
            known.insert(caller.into(), bucket);
        }
        let Some(bucket) = known.get_mut(caller) else {
            return true;
        };
        let seconds = (now - bucket.filled_at).as_seconds_f64().max(0.0);
        bucket.tokens = (bucket.tokens + seconds * self.per_second).min(full);
        bucket.filled_at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn a_burst_goes_through_and_then_the_rate() {
        let buckets = Buckets::new(5);
        let n_taken = |at: DateTime<Utc>| (0..100).filter(|_| buckets.take("one", at)).count();
        assert_eq!(n_taken(at(0)), 10);
        assert_eq!(n_taken(at(199)), 0);
        assert_eq!(n_taken(at(201)), 1);
        assert_eq!(n_taken(at(1_201)), 5);
        assert_eq!(n_taken(at(1_000_000)), 10);
        assert_eq!(n_taken(at(0)), 0, "a clock that goes back gives nothing");
        assert!(buckets.take("another", at(0)));
    }

    #[test]
    fn zero_is_any_number() {
        let buckets = Buckets::new(0);
        assert!((0..10_000).all(|_| buckets.take("one", at(0))));
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_burst_and_rate(
            per_second in 1_u64..50,
            pauses in prop::collection::vec(0_i64..400, 1..200),
        ) {
            let buckets = Buckets::new(per_second);
            let (mut now, mut n_taken) = (0, 0);
            for pause in pauses {
                now += pause;
                n_taken += u64::from(buckets.take("one", at(now)));
                let most = per_second as f64 * (BURST_SECONDS + now as f64 / 1000.0);
                prop_assert!(n_taken as f64 <= most + 1e-6, "{n_taken} by {now} ms");
            }
        }
    }
}
