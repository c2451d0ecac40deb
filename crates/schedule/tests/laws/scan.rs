//! The runs of a timeline by definition: every named reading of every date, turned into instants one by one.
//!
//! Nothing here is shared with the library but the names of the policies: dates are chrono's, clock changes chrono-tz's.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use tagout_schedule::{Fold, Gap};

use super::fields::Fields;

/// A timeline, as its parts.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) fields: Fields,
    pub(crate) zone: Tz,
    pub(crate) gap: Gap,
    pub(crate) fold: Fold,
    /// In days, 0 for none.
    pub(crate) offset: u64,
    pub(crate) anchor: Option<DateTime<Utc>>,
    pub(crate) start: Option<DateTime<Utc>>,
    pub(crate) end: Option<DateTime<Utc>>,
}

impl Scan {
    /// The runs from `from`, inclusive, to `until`, exclusive, in order.
    pub(crate) fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let first = from.date_naive() - Days::new(self.offset + 3);
        let n_days = (until - from).num_days() as usize + self.offset as usize + 7;
        let times = self.fields.times();
        let mut runs = Vec::new();
        for date in first
            .iter_days()
            .take(n_days)
            .filter(|date| self.fields.names(*date))
        {
            for base in times.iter().map(|time| date.and_time(*time)) {
                let moved = self.offset > 0;
                if moved
                    && self
                        .anchor
                        .is_some_and(|anchor| self.passes_at(base) <= anchor)
                {
                    continue;
                }
                let reading = base + Days::new(self.offset);
                if reading.year() > 2199 {
                    continue;
                }
                runs.extend(self.instants(reading).into_iter().filter(|run| {
                    (from <= *run && *run < until)
                        && self.start.is_none_or(|start| start <= *run)
                        && self.end.is_none_or(|end| *run <= end)
                        && (moved || self.anchor.is_none_or(|anchor| anchor < *run))
                }));
            }
        }
        runs.sort();
        runs.dedup();
        runs
    }

    /// The instants at which a reading happens under the policies.
    pub(crate) fn instants(&self, reading: NaiveDateTime) -> Vec<DateTime<Utc>> {
        match (self.zone.from_local_datetime(&reading), self.fold, self.gap) {
            (LocalResult::Single(one), ..) => vec![one.to_utc()],
            (LocalResult::Ambiguous(first, _), Fold::First, _) => vec![first.to_utc()],
            (LocalResult::Ambiguous(_, second), Fold::Second, _) => vec![second.to_utc()],
            (LocalResult::Ambiguous(first, second), Fold::Both, _) => {
                vec![first.to_utc(), second.to_utc()]
            }
            (LocalResult::None, _, Gap::Skip) => vec![],
            (LocalResult::None, _, Gap::Shift) => vec![self.shifted(reading)],
            (LocalResult::None, _, Gap::After) => vec![self.change(reading)],
        }
    }

    /// The instant at which the clock has gone by a reading.
    fn passes_at(&self, reading: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&reading) {
            LocalResult::Single(one) => one.to_utc(),
            LocalResult::Ambiguous(first, second) => match self.fold {
                Fold::First => first.to_utc(),
                Fold::Second | Fold::Both => second.to_utc(),
            },
            LocalResult::None => self.change(reading),
        }
    }

    /// A reading that does not exist, in the offset before the change.
    fn shifted(&self, reading: NaiveDateTime) -> DateTime<Utc> {
        // No zone is so far from UTC that this could be after the change.
        let day_before = reading.and_utc() - TimeDelta::days(1);
        (reading
            - self
                .zone
                .offset_from_utc_datetime(&day_before.naive_utc())
                .fix())
        .and_utc()
    }

    /// The change that leaves a reading out.
    fn change(&self, reading: NaiveDateTime) -> DateTime<Utc> {
        let offset_at =
            |at: DateTime<Utc>| self.zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        let (mut before, mut after) = (
            reading.and_utc() - TimeDelta::days(1),
            self.shifted(reading),
        );
        while after - before > TimeDelta::seconds(1) {
            let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
            if offset_at(middle) == offset_at(before) {
                before = middle;
            } else {
                after = middle;
            }
        }
        after
    }
}
