//! Instants as the numbers that AWS JSON writes.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

/// An instant, written as the number of seconds since 1970-01-01T00:00:00Z, with up to three decimals.
///
/// What is below a millisecond is left out, as the services leave it out.
///
/// # Example
///
/// ```
/// use chrono::DateTime;
/// use tagout_wire::aws::Timestamp;
///
/// let at = DateTime::from_timestamp_millis(1_515_006_912_957).unwrap();
/// assert_eq!(serde_json::to_string(&Timestamp(at))?, "1515006912.957");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(pub DateTime<Utc>);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        epoch_seconds(&self.0, serializer)
    }
}

/// The same for a field of a structure: `#[serde(serialize_with = "epoch_seconds")]`.
///
/// # Errors
///
/// Returns what the serializer returns.
pub fn epoch_seconds<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    let milliseconds = at.timestamp_millis();
    if milliseconds % 1000 == 0 {
        serializer.serialize_i64(milliseconds / 1000)
    } else {
        // Below 2^53 milliseconds, which is the year 287,396, the quotient prints with these three decimals.
        serializer.serialize_f64(milliseconds as f64 / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let at = text.parse().unwrap();
        assert_eq!(serde_json::to_string(&Timestamp(at)).unwrap(), expected);
    }

    #[test]
    fn instants_are_seconds_with_up_to_three_decimals() {
        check("1970-01-01T00:00:00Z", "0");
        check("2018-01-03T19:15:12Z", "1515006912");
        check("2018-01-03T19:15:12.957Z", "1515006912.957");
        check("2018-01-03T19:15:12.900Z", "1515006912.9");
        check("2018-01-03T19:15:12.9574Z", "1515006912.957");
        check("1969-12-31T23:59:59.999Z", "-0.001");
        check("2199-12-31T23:59:59.001Z", "7258118399.001");
    }

    proptest! {
        #[test]
        fn no_millisecond_is_lost(milliseconds in -62_000_000_000_000_i64..=253_000_000_000_000) {
            let at = DateTime::from_timestamp_millis(milliseconds).unwrap();
            let text = serde_json::to_string(&Timestamp(at)).unwrap();
            let read: f64 = text.parse().unwrap();
            prop_assert_eq!((read * 1000.0).round() as i64, milliseconds);
            prop_assert!(text.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 3));
        }
    }
}
