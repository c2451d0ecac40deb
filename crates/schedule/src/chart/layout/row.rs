//! One window within one line of days.

use std::ops::Range;
use std::slice;

use super::super::findings::{Findings, RowFindings};
use super::super::px::Px;
use super::super::text::fitting;
use super::super::words::{self, Clock};
use super::super::{Chart, Row};
use super::{NAMES_GAP, Scale, Sizes, Text, TextKind};
use crate::ClockChange;

/// One window within one line of days.
#[derive(Debug)]
pub(in crate::chart) struct RowBox {
    /// What the window is and when it opens.
    pub(in crate::chart) title: String,
    pub(in crate::chart) texts: Vec<Text>,
    pub(in crate::chart) bars: Vec<Bar>,
    pub(in crate::chart) overlaps: Vec<Shared>,
    pub(in crate::chart) changes: Vec<Change>,
    pub(in crate::chart) left_out: Vec<LeftOutBar>,
    pub(in crate::chart) bottom: Px,
    /// Where a rule below it begins.
    pub(in crate::chart) left: Px,
    /// Where the line of a clock change begins.
    pub(in crate::chart) change_top: Px,
    pub(in crate::chart) bar_middle: Px,
}

/// One opening, or the part of it that lies in these days.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::chart) struct Bar {
    pub(in crate::chart) title: String,
    pub(in crate::chart) from: Px,
    pub(in crate::chart) cutoff: Px,
    pub(in crate::chart) until: Px,
    /// What is to be written beside it: when it opens, if it does within these days.
    text: Option<String>,
}

/// Time that openings have in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::chart) struct Shared {
    pub(in crate::chart) from: Px,
    pub(in crate::chart) until: Px,
    pub(in crate::chart) top: Px,
    pub(in crate::chart) bottom: Px,
}

/// A change of the window's clock.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::chart) struct Change {
    pub(in crate::chart) title: String,
    pub(in crate::chart) x: Px,
    text: String,
}

/// What would have opened had a clock change not left it out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::chart) struct LeftOutBar {
    pub(in crate::chart) title: String,
    pub(in crate::chart) from: Px,
    pub(in crate::chart) until: Px,
    /// What is to be written beside it, the longest first.
    texts: [String; 3],
}

/// How thick a bar is before its cutoff, and after it.
pub(in crate::chart) const BAR: Px = Px::new(12);
pub(in crate::chart) const BAR_AFTER_CUTOFF: Px = Px::new(5);
/// How thick the mark below time in common is.
pub(in crate::chart) const OVERLAP: Px = Px::new(3);
/// An opening that begins so soon after another is drawn as one with it.
const BAR_WIDTH_MIN: Px = Px::new(3);
/// No time in common is narrower than this, so that it can be seen.
const OVERLAP_WIDTH_MIN: Px = Px::tenths(15);

impl RowBox {
    pub(super) fn of(
        chart: &Chart,
        findings: &Findings,
        sizes: &Sizes,
        scale: &Scale,
        window: usize,
        top: Px,
    ) -> Self {
        let row = &chart.rows[window];
        let is_first = scale.from == chart.from();
        let now = chart.now.filter(|&now| scale.contains(now));
        let now = now.map(|now| scale.x(now));
        let mut this = Self {
            title: format!("{}: {}", row.name, words::meaning(&row.plan)),
            texts: names(row, sizes, top).into(),
            bars: Vec::new(),
            overlaps: Vec::new(),
            changes: Vec::new(),
            left_out: Vec::new(),
            left: sizes.margin,
            change_top: top + Px::new(if sizes.is_narrow { 18 } else { 1 }),
            bottom: top + Px::new(if sizes.is_narrow { 40 } else { 26 }),
            bar_middle: top + Px::new(if sizes.is_narrow { 26 } else { 12 }),
        };
        this.place_bars(chart, findings, scale, window);
        this.place_overlaps(findings, scale, window, row);
        this.place_changes(&findings.rows[window], scale, row);
        let y = this.bar_middle + Px::new(4);
        if let Some(remark) = remark(row).filter(|_| is_first && this.left_out.is_empty()) {
            let at = [scale.left + Px::new(3), y];
            this.texts
                .push(Text::new(remark, at, TextKind::Remark, sizes));
        }
        this.write_texts(Line {
            taken: now.map(|x| x..x).into_iter().collect(),
            range: scale.left..scale.left + scale.plot,
            y,
            sizes,
            texts: Vec::new(),
        });
        this
    }

    /// Whether there is nothing to see in it but its name.
    pub(super) fn is_blank(&self) -> bool {
        let says_something = self.texts.iter().any(|text| text.kind == TextKind::Remark);
        self.bars.is_empty()
            && self.left_out.is_empty()
            && self.changes.is_empty()
            && !says_something
    }

    fn place_bars(&mut self, chart: &Chart, findings: &Findings, scale: &Scale, window: usize) {
        let row = &chart.rows[window];
        let zone = row.plan.timeline().zone();
        let mut openings = row.openings.iter().peekable();
        while let Some(first) = openings.next() {
            let (mut last, mut n) = (first, 1);
            // Openings that are too close to be told apart make one bar.
            while let Some(next) = openings.next_if(|next| {
                next.opens_at <= last.cutoff_at
                    && scale.length(next.opens_at - last.opens_at) < BAR_WIDTH_MIN
            }) {
                (last, n) = (next, n + 1);
            }
            // One that opens before this one has closed goes on from there.
            let next = openings.peek().map(|next| next.opens_at);
            let closes_at = next.map_or(last.closes_at, |next| next.min(last.closes_at));
            if first.opens_at >= scale.until || closes_at <= scale.from {
                continue;
            }
            let words = if n == 1 {
                words::opening(*first, zone)
            } else {
                words::openings(n, first.opens_at, *last, zone)
            };
            let also = findings
                .also_open(chart, window, last.opens_at)
                .map(|names| format!("; at the same time: {names}"));
            self.bars.push(Bar {
                title: format!("{}: {words}{}", row.name, also.unwrap_or_default()),
                from: scale.x(first.opens_at),
                cutoff: scale.x(last.cutoff_at.min(closes_at)),
                until: scale.x(closes_at),
                text: scale.contains(first.opens_at).then(|| {
                    let local = zone.to_local(first.opens_at);
                    let date = chart.zone.to_local(first.opens_at).date_naive();
                    let is_same_day = local.date_naive() == date;
                    let format = if is_same_day { "%H:%M" } else { "%a %H:%M" };
                    local.format(format).to_string()
                }),
            });
        }
    }

    fn place_changes(&mut self, found: &RowFindings, scale: &Scale, row: &Row) {
        let zone = words::zone(row.plan.timeline().zone());
        for change in found
            .changes
            .iter()
            .filter(|change| scale.contains(change.at))
        {
            self.changes.push(Change {
                title: format!("{zone}: clocks go {change}"),
                x: scale.x(change.at),
                text: change_text(*change),
            });
        }
        let duration = row.plan.duration().elapsed();
        for left_out in found
            .left_out
            .iter()
            .filter(|found| scale.contains(found.change))
        {
            let first = Clock(left_out.first);
            self.left_out.push(LeftOutBar {
                title: format!("{}: {}", row.name, left_out),
                from: scale.x(left_out.change),
                until: scale.x(left_out.change + duration),
                texts: [
                    format!("{first} left out"),
                    "left out".to_owned(),
                    first.to_string(),
                ],
            });
        }
    }

    fn place_overlaps(&mut self, findings: &Findings, scale: &Scale, window: usize, row: &Row) {
        let others = findings
            .overlaps
            .iter()
            .filter(|overlap| [overlap.first.window, overlap.second.window].contains(&window))
            .map(|overlap| overlap.from()..overlap.until());
        let itself = row
            .openings
            .windows(2)
            .map(|pair| pair[1].opens_at..pair[0].closes_at);
        let mut ranges: Vec<_> = others
            .chain(itself)
            .filter(|range| range.start < range.end)
            .filter(|range| range.start < scale.until && range.end > scale.from)
            .collect();
        ranges.sort_by_key(|range| range.start);
        let top = self.bar_middle + BAR / 2 + Px::new(1);
        for range in ranges {
            let (from, until) = (scale.x(range.start), scale.x(range.end));
            let until = until.max(from + OVERLAP_WIDTH_MIN);
            match self.overlaps.last_mut() {
                Some(last) if from <= last.until => last.until = last.until.max(until),
                _ => self.overlaps.push(Shared {
                    from,
                    until,
                    top,
                    bottom: top + OVERLAP,
                }),
            }
        }
    }

    /// Writes beside the bars when they open, and beside the changes what they do, where there is room for it.
    fn write_texts(&mut self, mut line: Line<'_>) {
        for change in &self.changes {
            line.taken
                .push(change.x - Px::new(1)..change.x + Px::new(1));
        }
        let left_out = self.left_out.iter().map(|bar| bar.from..bar.until);
        line.taken.extend(left_out);
        line.taken
            .extend(self.bars.iter().map(|bar| bar.from..bar.until));
        for bar in &self.left_out {
            line.write_beside(bar.from..bar.until, &bar.texts, TextKind::LeftOut);
        }
        for bar in &self.bars {
            line.write_beside(bar.from..bar.until, bar.text.as_slice(), TextKind::Time);
        }
        for change in &self.changes {
            let mark = change.x - Px::new(1)..change.x + Px::new(1);
            line.write_beside(mark, slice::from_ref(&change.text), TextKind::Change);
        }
        self.texts.extend(line.texts);
    }
}

/// The line on which bars lie, and what is written there between them.
#[derive(Debug)]
struct Line<'a> {
    /// What lies there already, in no order.
    taken: Vec<Range<Px>>,
    /// From the first day to the last.
    range: Range<Px>,
    /// Where letters stand.
    y: Px,
    sizes: &'a Sizes,
    texts: Vec<Text>,
}

impl Line<'_> {
    /// Writes the first of these texts for which there is room, after the mark or else before it.
    fn write_beside(&mut self, mark: Range<Px>, texts: &[String], kind: TextKind) {
        for text in texts {
            let width = self.sizes.width(text, kind);
            let after = mark.end + TEXT_GAP..mark.end + TEXT_GAP + width;
            let before = mark.start - TEXT_GAP - width..mark.start - TEXT_GAP;
            if let Some(place) = [after, before]
                .into_iter()
                .find(|place| self.is_free(place))
            {
                let text = Text::new(text.as_str(), [place.start, self.y], kind, self.sizes);
                self.texts.push(text);
                self.taken.push(place);
                return;
            }
        }
    }

    fn is_free(&self, place: &Range<Px>) -> bool {
        self.range.start <= place.start
            && place.end <= self.range.end
            && self.taken.iter().all(|taken| {
                taken.end + TEXT_GAP <= place.start || place.end + TEXT_GAP <= taken.start
            })
    }
}

/// The room between a mark and what is written beside it.
const TEXT_GAP: Px = Px::new(3);

/// The name at the left, and the zone where it ends.
fn names(row: &Row, sizes: &Sizes, top: Px) -> [Text; 2] {
    let (narrow, room) = (sizes.is_narrow, sizes.names_room());
    let y = top + Px::new(if narrow { 14 } else { 16 });
    let zone = words::zone(row.plan.timeline().zone());
    // The zone has half of the room, and whatever the name leaves of its own.
    let name_width = sizes.width(&row.name, TextKind::Name);
    let zone_room = (room - name_width - NAMES_GAP).max(room / 2);
    let zone = fitting(&zone, sizes.of_letters(TextKind::Zone), zone_room);
    let name_room = room - sizes.width(&zone, TextKind::Zone) - NAMES_GAP;
    let name = fitting(&row.name, sizes.of_letters(TextKind::Name), name_room);
    let left = sizes.margin + if narrow { Px::new(3) } else { Px::ZERO };
    [
        Text::new(name, [left, y], TextKind::Name, sizes),
        Text {
            is_at_end: true,
            ..Text::new(zone, [left + room, y], TextKind::Zone, sizes)
        },
    ]
}

/// What there is to say of a window that does not open.
fn remark(row: &Row) -> Option<&'static str> {
    let remark = if row.plan.is_enabled() {
        "does not open in these weeks"
    } else {
        "disabled"
    };
    row.openings.is_empty().then_some(remark)
}

/// By how much clocks go forward or back: `+1 h`.
fn change_text(change: ClockChange) -> String {
    let minutes = change.forward().num_minutes();
    let sign = if minutes < 0 { '−' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (hours, 0) => format!("{sign}{hours} h"),
        (0, minutes) => format!("{sign}{minutes} min"),
        (hours, minutes) => format!("{sign}{hours} h {minutes} min"),
    }
}

/// The time that two windows have in common, from the bars of the one to those of the other.
///
/// `places` tells of each window where its bars lie, if they do.
pub(super) fn shared(findings: &Findings, scale: &Scale, places: &[Option<Px>]) -> Vec<Shared> {
    let overlaps = findings.overlaps.iter();
    let seen = overlaps.filter(|pair| pair.from() < scale.until && pair.until() > scale.from);
    seen.filter_map(|pair| {
        let (one, other) = (places[pair.first.window]?, places[pair.second.window]?);
        let (from, until) = (scale.x(pair.from()), scale.x(pair.until()));
        Some(Shared {
            from,
            until: until.max(from + OVERLAP_WIDTH_MIN),
            top: one.min(other),
            bottom: one.max(other),
        })
    })
    .collect()
}
