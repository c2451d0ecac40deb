//! The walk over the clock changes of a zone, from readings of its clocks to instants.
//!
//! Between two changes local time runs as steadily as UTC does. What is special about a stretch lies at its ends: its
//! beginning may take over the readings of a gap, and its end or its beginning may leave readings that come twice to its
//! neighbour. Instants of one stretch come before those of the next, so walking stretch by stretch never goes back.

use std::ops::Range;

use super::readings::Readings;
use crate::zone::{Era, Fold, Gap, Zone};

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

impl Era {
    /// The seconds of it that are clear of the changes at both ends: no change leaves out, brings twice or takes over the
    /// reading of such a second, or any reading between two of them.
    #[inline]
    pub(super) fn clear(&self) -> Range<i64> {
        let changed = (self.offset - self.before).abs();
        let repeated = (self.offset - self.after).max(0);
        self.from + changed..self.until - repeated
    }
}

impl Walk<'_> {
    /// The first run at or after the second `from`.
    #[inline]
    pub(super) fn first_from(&self, from: i64) -> Option<i64> {
        let era = self.zone.era_at(from);
        if era.clear().contains(&from) {
            let local = self.readings.at_or_after(from + era.offset)?;
            let second = local - era.offset;
            if era.clear().contains(&second) {
                return Some(second);
            }
            // No reading on the way, and none that a change on the way could bring back.
            let era = self.zone.era_at(second);
            let second = local - era.offset;
            if era.clear().contains(&second) {
                return Some(second);
            }
        }
        self.first_near_change(from)
    }

    /// The last run at or before the second `until`.
    #[inline]
    pub(super) fn last_until(&self, until: i64) -> Option<i64> {
        let era = self.zone.era_at(until);
        if era.clear().contains(&until) {
            let local = self.readings.at_or_before(until + era.offset)?;
            let second = local - era.offset;
            if era.clear().contains(&second) {
                return Some(second);
            }
            let era = self.zone.era_at(second);
            let second = local - era.offset;
            if era.clear().contains(&second) {
                return Some(second);
            }
        }
        self.last_near_change(until)
    }

    #[cold]
    #[inline(never)]
    fn first_near_change(self, mut from: i64) -> Option<i64> {
        loop {
            let era = self.zone.era_at(from);
            if let Some(run) = self.first_in(era, from) {
                return Some(run);
            }
            if era.until == i64::MAX {
                return None;
            }
            let local = from + era.offset;
            from = era.until;
            if era.until + era.after.min(era.offset) >= local {
                // The change ahead brings back nothing before `local`, so all that is left comes from this reading on.
                from = from.max(self.readings.at_or_after(local)? - OFFSET_END);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn last_near_change(self, mut until: i64) -> Option<i64> {
        loop {
            let era = self.zone.era_at(until);
            if let Some(run) = self.last_in(era, until) {
                return Some(run);
            }
            if era.from == i64::MIN {
                return None;
            }
            let local = until + era.offset;
            until = era.from - 1;
            if until + era.before.max(era.offset) <= local {
                // The change behind leaves nothing after `local`, so all that is left comes from this reading or before.
                until = until.min(self.readings.at_or_before(local)? + OFFSET_END);
            }
        }
    }

    /// The first run of one stretch at or after `from`, which lies in it.
    fn first_in(&self, era: Era, from: i64) -> Option<i64> {
        let Era { before, offset, .. } = era;
        let (first, until) = self.own_readings(era);
        let own = self
            .readings
            .at_or_after(first.max(from + offset))
            .filter(|&local| local < until);
        let own = own.map(|local| local - offset);
        let moved = match self.gap {
            _ if before >= offset => None,
            Gap::Shift if from - era.from < offset - before => {
                let local = self
                    .readings
                    .at_or_after(from + before)
                    .filter(|&local| local < era.from + offset);
                local.map(|local| local - before)
            }
            Gap::After if from == era.from => self
                .readings
                .any_between(era.from + before, era.from + offset)
                .then_some(era.from),
            Gap::Skip | Gap::Shift | Gap::After => None,
        };
        match (own, moved) {
            (Some(own), Some(moved)) => Some(own.min(moved)),
            (one, other) => one.or(other),
        }
    }

    /// The last run of one stretch at or before `until`, which lies in it.
    fn last_in(&self, era: Era, until: i64) -> Option<i64> {
        let Era { before, offset, .. } = era;
        let (first, end) = self.own_readings(era);
        let own = self
            .readings
            .at_or_before((end - 1).min(until + offset))
            .filter(|&local| local >= first);
        let own = own.map(|local| local - offset);
        let moved = match self.gap {
            Gap::Skip => None,
            _ if before >= offset => None,
            Gap::Shift => {
                let latest = (until + before).min(era.from + offset - 1);
                let local = self
                    .readings
                    .at_or_before(latest)
                    .filter(|&local| local >= era.from + before);
                local.map(|local| local - before)
            }
            Gap::After => self
                .readings
                .any_between(era.from + before, era.from + offset)
                .then_some(era.from),
        };
        own.max(moved)
    }

    /// The readings of a stretch that are not left to its neighbours: the first, and the end, exclusive.
    fn own_readings(&self, era: Era) -> (i64, i64) {
        let Era {
            before,
            offset,
            after,
            ..
        } = era;
        let first = match self.fold {
            Fold::First => before.max(offset),
            Fold::Second | Fold::Both => offset,
        };
        let end = match self.fold {
            Fold::Second => after.min(offset),
            Fold::First | Fold::Both => offset,
        };
        (
            era.from.saturating_add(first),
            era.until.saturating_add(end),
        )
    }
}
