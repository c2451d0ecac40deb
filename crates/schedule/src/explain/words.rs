//! Words: numbers, ordinals, names, lists.

use crate::Zone;

/// Months, January first.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Weekdays, Sunday first.
pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The places in a month that `#` names.
pub(super) const NTH: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

/// A number as a word up to ten, in digits above.
pub(super) fn count(number: u64) -> String {
    const WORDS: [&str; 11] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    match WORDS.get(usize::try_from(number).unwrap_or(usize::MAX)) {
        Some(word) => (*word).to_owned(),
        None => number.to_string(),
    }
}

/// `every day`, `every 7 days`.
pub(super) fn every(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("every {one}")
    } else {
        format!("every {number} {many}")
    }
}

/// `1st`, `2nd`, `3rd`, `4th`.
pub(super) fn ordinal(number: u32) -> String {
    let suffix = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn join(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The values in runs of consecutive ones, as `3`, `3 and 4`, `3 to 7`.
pub(super) fn spans(values: &[u32], name: impl Fn(u32) -> String) -> Vec<String> {
    let mut spans = Vec::new();
    for run in values.chunk_by(|value, next| *next == value + 1) {
        match run {
            [first, _, .., last] => spans.push(format!("{} to {}", name(*first), name(*last))),
            few => spans.extend(few.iter().map(|value| name(*value))),
        }
    }
    spans
}

/// The first and last of values that follow one another without a hole, around the end of `min..=max` if need be.
///
/// Nothing for fewer than three values, or for all.
pub(super) fn range_around(values: &[u32], min: u32, max: u32) -> Option<(u32, u32)> {
    let n_values = (max - min + 1) as usize;
    if values.len() < 3 || values.len() == n_values {
        return None;
    }
    let next = |value: u32| if value == max { min } else { value + 1 };
    let mut ends = values
        .iter()
        .filter(|value| !values.contains(&next(**value)));
    let last = *ends.next()?;
    if ends.next().is_some() {
        return None;
    }
    let first = *values
        .iter()
        .find(|value| values.iter().all(|other| next(*other) != **value))?;
    Some((first, last))
}

/// `Los Angeles time`, `UTC`, `UTC+09:00`.
pub(super) fn zone(zone: Zone) -> String {
    const UTC: [&str; 8] = [
        "UTC",
        "Etc/UTC",
        "Etc/UCT",
        "UCT",
        "Etc/Zulu",
        "Zulu",
        "Etc/Universal",
        "Universal",
    ];
    let text = zone.to_string();
    match text.rsplit_once('/') {
        _ if UTC.contains(&&*text) => "UTC".to_owned(),
        None if text.starts_with(['+', '-']) => format!("UTC{text}"),
        Some((area, city)) if area != "Etc" => format!("{} time", city.replace('_', " ")),
        _ => format!("{text} time"),
    }
}
