//! The `cron` crate, where it can say the same.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use tagout_schedule::{Cron, Schedule, Timeline, Zone};

use super::fields::{Day, Fields};
use super::strategies::{fields, zone_and_instant};

/// Fields that the `cron` crate knows: no `L`, `W` or `#`, and no year after 2100.
fn common_fields() -> impl Strategy<Value = Fields> {
    let years = prop_oneof![
        2 => Just(vec![]),
        1 => prop::collection::btree_set(1970_i32..=2100, 1..6).prop_map(|years| years.into_iter().collect()),
    ];
    (fields(), years).prop_filter_map("the peer knows it", |(fields, years)| match fields.day {
        Day::Every | Day::Dates(_) | Day::Weekdays(_) => Some(Fields { years, ..fields }),
        _ => None,
    })
}

proptest! {
    #[test]
    fn agrees_with_the_cron_crate(fields in common_fields(), (_, instant) in zone_and_instant()) {
        let cron = Cron::parse_fields(&fields.to_string()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let ours = Timeline::new(Schedule::Cron(cron), Zone::UTC).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let peer = cron::Schedule::from_str(&fields.without_question_marks()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let is_known = |run: &DateTime<Utc>| run.timestamp() < 4_133_980_800; // 2101, where the peer ends
        let after: Vec<_> = ours.after(instant).take(5).filter(is_known).collect();
        prop_assert_eq!(after, peer.after(&instant).take(5).collect::<Vec<_>>());
        // Asked from beyond the years that are named, the peer looks back into the January of the last of them only.
        if fields.years.is_empty() {
            let before: Vec<_> = ours.before(instant).take(5).collect();
            prop_assert_eq!(before, peer.after(&instant).rev().take(5).collect::<Vec<_>>());
        }
    }
}
