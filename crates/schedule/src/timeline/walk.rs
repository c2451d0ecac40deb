//! The walk over the clock changes of a zone, from readings of its clocks to instants.
//!
//! Between two changes local time runs as steadily as UTC does. What is special about a stretch lies at its ends: its
//! beginning may take over the readings of a gap, and its end or its beginning may leave readings that come twice to its
//! neighbour. Instants of one stretch come before those of the next, so walking stretch by stretch never goes back.

use super::readings::Readings;
use crate::zone::{Fold, Gap, Span, Zone};

/// Seconds around a clock change in which a search looks at it closely; far from it, a reading is one instant.
///
/// No change moves clocks by more: offsets are less than a day to either side of UTC.
const NEAR: i64 = 2 * 86_400;

/// No offset is as long, in seconds.
const OFFSET_END: i64 = 86_400;

/// How readings become instants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    pub(super) readings: Readings<'a>,
    pub(super) zone: Zone,
    pub(super) gap: Gap,
    pub(super) fold: Fold,
}

/// A stretch of one offset, and the offsets beside it (its own where it has no neighbour).
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) span: Span,
    pub(super) before: i64,
    pub(super) offset: i64,
    pub(super) after: i64,
}

impl Stretch {
    pub(super) fn at(zone: Zone, second: i64) -> Self {
        let span = zone.span_at(second);
        let offset_at = |second| i64::from(zone.span_at(second).offset);
        let offset = i64::from(span.offset);
        Self {
            span,
            before: if span.from == i64::MIN {
                offset
            } else {
                offset_at(span.from - 1)
            },
            offset,
            after: if span.until == i64::MAX {
                offset
            } else {
                offset_at(span.until)
            },
        }
    }
}

impl Span {
    /// Whether `second` lies in it, far from both of its ends.
    #[inline]
    fn holds_inside(&self, second: i64) -> bool {
        second >= self.from.saturating_add(NEAR) && second < self.until.saturating_sub(NEAR)
    }
}

impl Walk<'_> {
    /// The first run at or after the second `from`.
    #[inline]
    pub(super) fn first_from(&self, from: i64) -> Option<i64> {
        let span = self.zone.span_at(from);
        if span.holds_inside(from) {
            let local = self.readings.at_or_after(from + i64::from(span.offset))?;
            let second = local - i64::from(span.offset);
            if span.holds_inside(second) {
                return Some(second);
            }
            // No reading on the way, and none that a change on the way could bring back.
            let span = self.zone.span_at(second);
            let second = local - i64::from(span.offset);
            if span.holds_inside(second) {
                return Some(second);
            }
        }
        self.first_near_change(from)
    }

    /// The last run at or before the second `until`.
    #[inline]
    pub(super) fn last_until(&self, until: i64) -> Option<i64> {
        let span = self.zone.span_at(until);
        if span.holds_inside(until) {
            let local = self.readings.at_or_before(until + i64::from(span.offset))?;
            let second = local - i64::from(span.offset);
            if span.holds_inside(second) {
                return Some(second);
            }
            let span = self.zone.span_at(second);
            let second = local - i64::from(span.offset);
            if span.holds_inside(second) {
                return Some(second);
            }
        }
        self.last_near_change(until)
    }

    #[cold]
    #[inline(never)]
    fn first_near_change(self, mut from: i64) -> Option<i64> {
        loop {
            let stretch = Stretch::at(self.zone, from);
            let Stretch {
                span,
                offset,
                after,
                ..
            } = stretch;
            if let Some(run) = self.first_in(stretch, from) {
                return Some(run);
            }
            if span.until == i64::MAX {
                return None;
            }
            let local = from + offset;
            from = span.until;
            if span.until + after.min(offset) >= local {
                // The change ahead brings back nothing before `local`, so all that is left comes from this reading on.
                from = from.max(self.readings.at_or_after(local)? - OFFSET_END);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn last_near_change(self, mut until: i64) -> Option<i64> {
        loop {
            let stretch = Stretch::at(self.zone, until);
            let Stretch {
                span,
                before,
                offset,
                ..
            } = stretch;
            if let Some(run) = self.last_in(stretch, until) {
                return Some(run);
            }
            if span.from == i64::MIN {
                return None;
            }
            let local = until + offset;
            until = span.from - 1;
            if until + before.max(offset) <= local {
                // The change behind leaves nothing after `local`, so all that is left comes from this reading or before.
                until = until.min(self.readings.at_or_before(local)? + OFFSET_END);
            }
        }
    }

    /// The first run of one stretch at or after `from`, which lies in it.
    fn first_in(&self, stretch: Stretch, from: i64) -> Option<i64> {
        let Stretch {
            span,
            before,
            offset,
            ..
        } = stretch;
        let (first, until) = self.own_readings(stretch);
        let own = self
            .readings
            .at_or_after(first.max(from + offset))
            .filter(|&local| local < until);
        let own = own.map(|local| local - offset);
        let moved = match self.gap {
            _ if before >= offset => None,
            Gap::Shift if from - span.from < offset - before => {
                let local = self
                    .readings
                    .at_or_after(from + before)
                    .filter(|&local| local < span.from + offset);
                local.map(|local| local - before)
            }
            Gap::After if from == span.from => self
                .readings
                .any_between(span.from + before, span.from + offset)
                .then_some(span.from),
            Gap::Skip | Gap::Shift | Gap::After => None,
        };
        match (own, moved) {
            (Some(own), Some(moved)) => Some(own.min(moved)),
            (one, other) => one.or(other),
        }
    }

    /// The last run of one stretch at or before `until`, which lies in it.
    fn last_in(&self, stretch: Stretch, until: i64) -> Option<i64> {
        let Stretch {
            span,
            before,
            offset,
            ..
        } = stretch;
        let (first, end) = self.own_readings(stretch);
        let own = self
            .readings
            .at_or_before((end - 1).min(until + offset))
            .filter(|&local| local >= first);
        let own = own.map(|local| local - offset);
        let moved = match self.gap {
            Gap::Skip => None,
            _ if before >= offset => None,
            Gap::Shift => {
                let latest = (until + before).min(span.from + offset - 1);
                let local = self
                    .readings
                    .at_or_before(latest)
                    .filter(|&local| local >= span.from + before);
                local.map(|local| local - before)
            }
            Gap::After => self
                .readings
                .any_between(span.from + before, span.from + offset)
                .then_some(span.from),
        };
        own.max(moved)
    }

    /// The readings of a stretch that are not left to its neighbours: the first, and the end, exclusive.
    fn own_readings(&self, stretch: Stretch) -> (i64, i64) {
        let Stretch {
            span,
            before,
            offset,
            after,
        } = stretch;
        let first = match self.fold {
            Fold::First => before.max(offset),
            Fold::Second | Fold::Both => offset,
        };
        let end = match self.fold {
            Fold::Second => after.min(offset),
            Fold::First | Fold::Both => offset,
        };
        (
            span.from.saturating_add(first),
            span.until.saturating_add(end),
        )
    }
}
