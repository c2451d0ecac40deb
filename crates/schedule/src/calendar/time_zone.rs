//! The clock changes of a zone, as an iCalendar file tells them.

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};

use super::LOCAL_FORMAT;
use super::content_line::write_line;
use crate::Zone;

/// Writes what the clocks of `zone` do within `range`: each offset by itself, without rules (RFC 5545, 3.6.5).
pub(super) fn write(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    zone: Zone,
    range: &RangeInclusive<DateTime<Utc>>,
) -> fmt::Result {
    write_line(f, format_args!("BEGIN:VTIMEZONE"))?;
    write_line(f, format_args!("TZID:{name}"))?;
    // The offset at the start of the range holds since the change before it, if there was one.
    let since = DateTime::from_timestamp(zone.span_at(range.start().timestamp()).from, 0);
    if since.is_none() {
        let offset = zone.offset_at(*range.start());
        write_observance(f, DateTime::UNIX_EPOCH.naive_utc(), offset, offset)?;
    }
    // An event that ends as the clocks are set ends on the new time.
    let until = *range.end() + TimeDelta::seconds(1);
    for change in zone.changes_between(since.unwrap_or(*range.start()), until) {
        write_observance(f, change.local_before(), change.before, change.after)?;
    }
    write_line(f, format_args!("END:VTIMEZONE"))
}

/// Writes one offset and the reading of the clock, by the offset before, from which on it holds.
fn write_observance(
    f: &mut fmt::Formatter<'_>,
    from: NaiveDateTime,
    before: FixedOffset,
    after: FixedOffset,
) -> fmt::Result {
    // To readers of the file the two kinds mean the same.
    let kind = if after.local_minus_utc() > before.local_minus_utc() {
        "DAYLIGHT"
    } else {
        "STANDARD"
    };
    write_line(f, format_args!("BEGIN:{kind}"))?;
    write_line(f, format_args!("DTSTART:{}", from.format(LOCAL_FORMAT)))?;
    write_line(f, format_args!("TZOFFSETFROM:{}", Offset(before)))?;
    write_line(f, format_args!("TZOFFSETTO:{}", Offset(after)))?;
    write_line(f, format_args!("END:{kind}"))
}

/// An offset from UTC in the form of the format: `-0430`, with seconds only where there are any.
struct Offset(FixedOffset);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.local_minus_utc();
        let (sign, ahead) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
        write!(f, "{sign}{:02}{:02}", ahead / 3600, ahead / 60 % 60)?;
        if ahead % 60 > 0 {
            write!(f, "{:02}", ahead % 60)
        } else {
            Ok(())
        }
    }
}
