//! The expressions that are measured, as each crate spells them, and the instants that they are asked from.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// One expression in the spellings of all crates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Minutes to year, with `?`, Sunday being 1.
    pub(crate) aws: &'static str,
    /// Seconds to year, without `?`.
    pub(crate) seven: &'static str,
    /// Minutes to day of week, for crates that know no year.
    pub(crate) five: Option<&'static str>,
}

/// What people schedule by day, week and month, and the two sparsest things that they may write.
#[rustfmt::skip] // columns
pub(crate) const CASES: [Case; 7] = [
    Case { name: "a every minute",    aws: "* * * * ? *",        seven: "0 * * * * * *",         five: Some("* * * * *") },
    Case { name: "b daily 06:00",     aws: "0 6 * * ? *",        seven: "0 0 6 * * * *",         five: Some("0 6 * * *") },
    Case { name: "c MON 06:00",       aws: "0 6 ? * MON *",      seven: "0 0 6 * * MON *",       five: Some("0 6 * * MON") },
    Case { name: "d TUE#3 23:30",     aws: "30 23 ? * TUE#3 *",  seven: "0 30 23 * * TUE#3 *",   five: Some("30 23 * * TUE#3") },
    Case { name: "e LW 06:00",        aws: "0 6 LW * ? *",       seven: "0 0 6 LW * * *",        five: Some("0 6 LW * *") },
    Case { name: "f 29 Feb 06:00",    aws: "0 6 29 2 ? *",       seven: "0 0 6 29 2 * *",        five: Some("0 6 29 2 *") },
    Case { name: "g 1 Jan 2090",      aws: "0 6 1 1 ? 2090",     seven: "0 0 6 1 1 * 2090",      five: None },
];

/// What never comes.
pub(crate) const NEVER: Case = Case {
    name: "30 Feb: never",
    aws: "0 6 30 2 ? *",
    seven: "0 0 6 30 2 * *",
    five: Some("0 6 30 2 *"),
};

/// 256 instants spread over 2026 by a fixed rule, none within two hours of a clock change in New York, where crates differ
/// on purpose.
pub(crate) fn starts() -> Vec<DateTime<Utc>> {
    let at = |month, day| {
        NaiveDate::from_ymd_opt(2026, month, day).and_then(|day| day.and_hms_opt(6, 30, 0))
    };
    let changes = [at(3, 8), at(11, 1)].map(|change| change.expect("these are dates").and_utc());
    let year = NaiveDate::from_ymd_opt(2026, 1, 1)
        .expect("this is a date")
        .and_hms_opt(0, 0, 0)
        .expect("midnight")
        .and_utc();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut starts = Vec::new();
    while starts.len() < 256 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let start = year + TimeDelta::seconds(((state >> 33) % (365 * 86_400)) as i64);
        let is_whole_minute = start.timestamp() % 60 == 0; // whether that counts as after itself is not the question
        if !is_whole_minute
            && changes
                .iter()
                .all(|change| (start - change).abs() > TimeDelta::hours(2))
        {
            starts.push(start);
        }
    }
    starts
}
