//! What a chart says in words.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};

use crate::{Explanation, Opening, Plan, Zone};

/// A time of day, with seconds only where there are any.
pub(super) struct Clock(pub(super) NaiveDateTime);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())?;
        match self.0.second() {
            0 => Ok(()),
            second => write!(f, ":{second:02}"),
        }
    }
}

/// A date: `Sat 21 November 2026`.
pub(super) struct Date(pub(super) NaiveDate);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.0.weekday(),
            self.0.day(),
            self.0.format("%B %Y")
        )
    }
}

/// From one day to another, both included: `2 to 29 March 2026`.
pub(super) struct Dates(pub(super) NaiveDate, pub(super) NaiveDate);

impl fmt::Display for Dates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(first, last) = *self;
        write!(f, "{}", first.day())?;
        if first.year() != last.year() {
            write!(f, " {}", first.format("%B %Y"))?;
        } else if first.month() != last.month() {
            write!(f, " {}", first.format("%B"))?;
        }
        write!(f, " to {} {}", last.day(), last.format("%B %Y"))
    }
}

/// A zone by its name, a fixed offset as `UTC+09:00`.
pub(super) fn zone(zone: Zone) -> String {
    zone.name()
        .map_or_else(|| format!("UTC{zone}"), str::to_owned)
}

/// `Sat 21 November 2026 22:00 (UTC+01:00)`
pub(super) fn instant(instant: DateTime<Utc>, zone: Zone) -> String {
    let local = zone.to_local(instant);
    format!(
        "{} {} (UTC{})",
        Date(local.date_naive()),
        Clock(local.naive_local()),
        local.offset()
    )
}

/// A time shortly after `since`, with the weekday where it is another, and the offset where it is: `Sun 00:00`.
pub(super) fn soon(instant: DateTime<Utc>, zone: Zone, since: DateTime<Utc>) -> String {
    let (local, before) = (zone.to_local(instant), zone.to_local(since));
    let mut text = Clock(local.naive_local()).to_string();
    if local.date_naive() != before.date_naive() {
        text = format!("{} {text}", local.weekday());
    }
    if local.offset() != before.offset() {
        text = format!("{text} (UTC{})", local.offset());
    }
    text
}

/// `open from Sat 21 November 2026 22:00 (UTC+01:00), nothing new from Sun 00:00, closed from Sun 01:00`
pub(super) fn opening(opening: Opening, zone: Zone) -> String {
    let Opening {
        opens_at,
        cutoff_at,
        closes_at,
    } = opening;
    let soon = |at| soon(at, zone, opens_at);
    let cutoff = if cutoff_at < closes_at {
        format!(", nothing new from {}", soon(cutoff_at))
    } else {
        String::new()
    };
    let (opens, closes) = (instant(opens_at, zone), soon(closes_at));
    format!("open from {opens}{cutoff}, closed from {closes}")
}

/// `open 60 times from Mon 2 March 2026 00:00 (UTC+00:00), last from Mon 2 March 2026 00:59 (UTC+00:00) to 02:00`
pub(super) fn openings(n: usize, first: DateTime<Utc>, last: Opening, zone: Zone) -> String {
    let (from, begun) = (instant(first, zone), instant(last.opens_at, zone));
    let closes = soon(last.closes_at, zone, last.opens_at);
    format!("open {n} times from {from}, last from {begun} to {closes}")
}

/// What a window is, and when it opens.
pub(super) fn meaning(plan: &Plan) -> String {
    let disabled = if plan.is_enabled() { "" } else { "disabled; " };
    format!("{disabled}{}", Explanation::from(plan))
}

/// `2026-11-21 21:00`
pub(super) fn utc(instant: DateTime<Utc>) -> String {
    format!("{} {}", instant.date_naive(), Clock(instant.naive_utc()))
}

/// The names of a few things, cut if they are long, and how many more there are: `a, b and 3 more`.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(NAMES_MAX).map(short).collect();
    match (&*shown, names.count()) {
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (_, n) => format!("{} and {n} more", shown.join(", ")),
    }
}

/// A name, or its beginning.
fn short(name: &str) -> String {
    match name.char_indices().nth(LISTED_NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// The most names in a list.
const NAMES_MAX: usize = 4;
/// The most characters of a name in a list.
const LISTED_NAME_CHARS_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_dates_no_longer_than_they_must_be() {
        let dates = |first: &str, last: &str| {
            Dates(first.parse().unwrap(), last.parse().unwrap()).to_string()
        };
        assert_eq!(dates("2026-03-02", "2026-03-29"), "2 to 29 March 2026");
        assert_eq!(
            dates("2026-03-30", "2026-04-05"),
            "30 March to 5 April 2026"
        );
        assert_eq!(
            dates("2026-12-28", "2027-01-03"),
            "28 December 2026 to 3 January 2027"
        );
        assert_eq!(
            dates("2026-03-02", "2027-03-02"),
            "2 March 2026 to 2 March 2027"
        );
    }

    #[test]
    fn lists_a_few_names() {
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b"]), "a and b");
        assert_eq!(list(["a", "b", "c", "d"]), "a, b, c and d");
        assert_eq!(
            list(["a", "b", "c", "d", "e", "f"]),
            "a, b, c, d and 2 more"
        );
        let (longest, longer) = ("é".repeat(40), "é".repeat(41));
        assert_eq!(list([&*longest]), longest);
        assert_eq!(list([&*longer]), format!("{longest}…"));
    }

    #[test]
    fn says_of_a_time_soon_after_what_is_not_the_same() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let soon =
            |text: &str, since: &str| soon(text.parse().unwrap(), berlin, since.parse().unwrap());
        assert_eq!(
            soon("2026-03-28T21:00:00Z", "2026-03-28T20:00:00Z"),
            "22:00"
        );
        assert_eq!(
            soon("2026-03-28T21:00:05Z", "2026-03-28T20:00:05Z"),
            "22:00:05"
        );
        assert_eq!(
            soon("2026-03-28T23:30:00Z", "2026-03-28T20:00:00Z"),
            "Sun 00:30"
        );
        assert_eq!(
            soon("2026-03-29T01:00:00Z", "2026-03-29T00:30:00Z"),
            "03:00 (UTC+02:00)"
        );
    }
}
