//! What there is to see beside the openings: clock changes, runs that they leave out, and time in common.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::words::{self, Clock};
use super::{Chart, Row};
use crate::{ClockChange, ClockNoteKind, Overlap, Overlaps};

/// What is found out about a chart once, for everything that shows it.
#[derive(Debug)]
pub(super) struct Findings {
    /// Of each window.
    pub(super) rows: Vec<RowFindings>,
    /// The pairs of openings of different windows that have time in common.
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
        let openings = chart.rows.iter().map(|row| row.openings.iter().copied());
        let mut overlaps: Vec<Overlap> = Overlaps::of(openings, chart.from()..chart.until())
            .take(Chart::OVERLAPS_MAX + 1)
            .collect();
        let are_overlaps_cut = overlaps.len() > Chart::OVERLAPS_MAX;
        overlaps.truncate(Chart::OVERLAPS_MAX);

        let mut others: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for Overlap { first, second } in &overlaps {
            for (one, other) in [(first, second), (second, first)] {
                others
                    .entry((one.window, one.opening.opens_at))
                    .or_default()
                    .insert(other.window);
            }
        }
        for (window, row) in chart.rows.iter().enumerate() {
            for pair in row
                .openings
                .windows(2)
                .filter(|pair| pair[0].overlaps(&pair[1]))
            {
                for opening in pair {
                    let key = (window, opening.opens_at);
                    others.entry(key).or_default().insert(window);
                }
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

/// The most notes on clock changes that are read of one window.
const NOTES_MAX: usize = 100;
