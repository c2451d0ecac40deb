//! One change of a zone's clocks.

use std::{fmt, iter};

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};

use super::{Zone, fixed};

/// The instant at which a zone's clocks are set, and the offsets before and after it.
///
/// [`Zone::changes_between`] finds them. Shown as
/// `forward from 2026-03-08 02:00 to 03:00 (-05:00 to -04:00)`, in local time.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ClockChange {
    /// The first instant at which clocks show the new time.
    pub at: DateTime<Utc>,
    /// Local time minus UTC until then.
    pub before: FixedOffset,
    /// Local time minus UTC from then on, never equal to `before`.
    pub after: FixedOffset,
}

impl ClockChange {
    /// By how much clocks go forward; negative where they go back.
    pub fn forward(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(
            self.after.local_minus_utc() - self.before.local_minus_utc(),
        ))
    }

    /// What clocks would show at the change had they not been set: the start of a gap, or the end of a fold.
    pub fn local_before(self) -> NaiveDateTime {
        self.at.with_timezone(&self.before).naive_local()
    }

    /// What clocks show just after the change: the end of a gap, or the start of a fold.
    pub fn local_after(self) -> NaiveDateTime {
        self.at.with_timezone(&self.after).naive_local()
    }
}

impl fmt::Display for ClockChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.local_before(), self.local_after());
        let direction = if from < to { "forward" } else { "back" };
        write!(f, "{direction} from {} {} to ", from.date(), Clock(from))?;
        if to.date() != from.date() {
            write!(f, "{} ", to.date())?;
        }
        write!(f, "{} ({} to {})", Clock(to), self.before, self.after)
    }
}

/// A time of day, with seconds only where there are any.
struct Clock(NaiveDateTime);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole_minute = self.0.and_utc().timestamp() % 60 == 0;
        write!(
            f,
            "{}",
            self.0
                .format(if whole_minute { "%H:%M" } else { "%H:%M:%S" })
        )
    }
}

pub(super) fn between(
    zone: Zone,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = ClockChange> {
    // The first second that begins at `from` or later; changes happen on whole seconds.
    let first = from.timestamp() + i64::from(from.timestamp_subsec_nanos() > 0);
    let mut before = zone.span_at(first - 1);
    iter::from_fn(move || {
        let at = DateTime::from_timestamp(before.until, 0).filter(|&at| at < until)?;
        let after = zone.span_at(before.until);
        let change = ClockChange {
            at,
            before: fixed::east(before.offset),
            after: fixed::east(after.offset),
        };
        before = after;
        Some(change)
    })
}
