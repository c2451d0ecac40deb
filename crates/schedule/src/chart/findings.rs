//! What there is to see beside the openings: clock changes, runs that they leave out, and time in common.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::vec;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::words::{self, Clock};
use super::{Chart, Row};
use crate::{ClockChange, ClockNoteKind, Opening, Overlap, Overlaps};

/// What is found out about a chart once, for everything that shows it.
#[derive(Debug)]
pub(super) struct Findings {
    /// Of each window.
    pub(super) rows: Vec<RowFindings>,
    /// The times at which two different windows are open together. Openings of one window that follow each other
    /// without a break are one here.
    pub(super) overlaps: Vec<Overlap>,
    pub(super) are_overlaps_cut: bool,
    /// For an opening of a window, the windows that are open at some time of it: others, and itself if it opens again.
    others: BTreeMap<(usize, DateTime<Utc>), BTreeSet<usize>>,
}

/// What is found out about one window.
#[derive(Debug)]
pub(super) struct RowFindings {
    /// The changes of the window's clock.
    pub(super) changes: Vec<ClockChange>,
    /// For each change that leaves out runs of the window, which ones.
    pub(super) left_out: Vec<LeftOut>,
    /// What a clock change does to a run that takes place all the same.
    pub(super) remarks: Vec<String>,
}

/// Runs that a clock change leaves out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct LeftOut {
    /// The instant of the change.
    pub(super) change: DateTime<Utc>,
    /// The first reading that does not exist.
    pub(super) first: NaiveDateTime,
    /// How many there are.
    pub(super) n: usize,
}

/// `02:30 does not exist on 8 March, and nothing opens`
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (clock, day) = (Clock(self.first), self.first.format("%-d %B"));
        match self.n {
            1 => write!(f, "{clock} does not exist on {day}, and nothing opens"),
            n => write!(
                f,
                "{clock} and {} more times do not exist on {day}, and nothing opens",
                n - 1
            ),
        }
    }
}

impl Findings {
    pub(super) fn of(chart: &Chart) -> Self {
        let stretches = chart.rows.iter().map(|row| stretches(&row.openings));
        let range = chart.from()..chart.until();
        let mut overlaps: Vec<Overlap> = Overlaps::of(stretches, range)
            .take(Chart::OVERLAPS_MAX + 1)
            .collect();
        let are_overlaps_cut = overlaps.len() > Chart::OVERLAPS_MAX;
        overlaps.truncate(Chart::OVERLAPS_MAX);

        let mut others: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for overlap in &overlaps {
            let (one, other) = (overlap.first.window, overlap.second.window);
            let common = overlap.from()..overlap.until();
            for (one, other) in [(one, other), (other, one)] {
                for opening in within(&chart.rows[one].openings, &common) {
                    let key = (one, opening.opens_at);
                    others.entry(key).or_default().insert(other);
                }
            }
        }
        for (window, row) in chart.rows.iter().enumerate() {
            let pairs = row.openings.windows(2);
            for opening in pairs.filter(|pair| pair[0].overlaps(&pair[1])).flatten() {
                let key = (window, opening.opens_at);
                others.entry(key).or_default().insert(window);
            }
        }
        Self {
            rows: chart
                .rows
                .iter()
                .map(|row| RowFindings::of(chart, row))
                .collect(),
            overlaps,
            are_overlaps_cut,
            others,
        }
    }

    /// What else is open at some time of an opening, in words; nothing if nothing is.
    pub(super) fn also_open(
        &self,
        chart: &Chart,
        window: usize,
        opens_at: DateTime<Utc>,
    ) -> Option<String> {
        let others = self.others.get(&(window, opens_at))?;
        let name = |&other: &usize| match other {
            _ if other == window => "itself",
            _ => &*chart.rows[other].name,
        };
        let names = others.iter().map(name);
        Some(words::list(names))
    }
}

impl RowFindings {
    fn of(chart: &Chart, row: &Row) -> Self {
        let timeline = row.plan.timeline();
        let (from, until) = (chart.from(), chart.until());
        let mut left_out: Vec<LeftOut> = Vec::new();
        let mut remarks = Vec::new();
        let notes = timeline.notes_between(from, until).take(NOTES_MAX);
        for note in notes.filter(|_| row.plan.is_enabled()) {
            match (note.kind, left_out.last_mut()) {
                (ClockNoteKind::Skipped, Some(last)) if last.change == note.change => last.n += 1,
                (ClockNoteKind::Skipped, _) => left_out.push(LeftOut {
                    change: note.change,
                    first: note.local,
                    n: 1,
                }),
                _ => remarks.push(note.to_string()),
            }
        }
        Self {
            changes: timeline.zone().changes_between(from, until).collect(),
            left_out,
            remarks,
        }
    }
}

/// The times at which a window is open, as openings that do not touch.
fn stretches(openings: &[Opening]) -> vec::IntoIter<Opening> {
    let mut stretches: Vec<Opening> = Vec::new();
    for opening in openings {
        match stretches.last_mut() {
            Some(last) if opening.opens_at <= last.closes_at => {
                last.closes_at = last.closes_at.max(opening.closes_at);
            }
            _ => stretches.push(*opening),
        }
    }
    stretches.into_iter()
}

/// The openings of one window that are open at some time of `range`.
fn within<'a>(
    openings: &'a [Opening],
    range: &'a Range<DateTime<Utc>>,
) -> impl Iterator<Item = &'a Opening> {
    // Those of one window are all of one length, so that they close in the order in which they open.
    let first = openings.partition_point(|opening| opening.closes_at <= range.start);
    openings[first..]
        .iter()
        .take_while(|opening| opening.opens_at < range.end)
}

/// The most notes on clock changes that are read of one window.
const NOTES_MAX: usize = 100;
