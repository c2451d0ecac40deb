//! Where everything stands on the picture, whatever it is drawn with.

mod band;
mod legend;
mod row;

use chrono::{DateTime, TimeDelta, Utc};

use super::days::Day;
use super::findings::Findings;
use super::px::Px;
use super::text::{width, wrapped};
use super::{Chart, Row, words};
pub(super) use band::Band;
pub(super) use legend::{KEY_WIDTH, Key, KeyKind};
pub(super) use row::{BAR, BAR_AFTER_CUTOFF, Bar, OVERLAP, RowBox};

/// A picture, as boxes and texts.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: Px,
    pub(super) height: Px,
    /// What the picture is called.
    pub(super) title: String,
    /// What it shows, for whoever does not see it.
    pub(super) description: String,
    pub(super) texts: Vec<Text>,
    pub(super) bands: Vec<Band>,
    pub(super) keys: Vec<Key>,
}

/// A line of text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Text {
    pub(super) words: String,
    pub(super) x: Px,
    /// The line on which the letters stand.
    pub(super) y: Px,
    pub(super) kind: TextKind,
    pub(super) size: Px,
    /// Whether it ends at `x`, and does not begin there.
    pub(super) is_at_end: bool,
}

/// What a text is, on which its look depends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TextKind {
    Title,
    Plain,
    Name,
    Zone,
    Day,
    Time,
    Change,
    LeftOut,
    Now,
    Remark,
}

/// The sizes that follow from the width.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    /// Whether names stand above the bars.
    is_narrow: bool,
    margin: Px,
    /// Where the days begin, and how wide all seven are.
    left: Px,
    plot: Px,
}

/// The part of a line of days that the picture gives to time.
#[derive(Clone, Copy, Debug)]
struct Scale {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    left: Px,
    plot: Px,
}

impl Layout {
    pub(super) fn of(chart: &Chart, findings: &Findings, pixels: u32) -> Self {
        let sizes = Sizes::of(chart, pixels);
        let title = format!("Maintenance windows, {}", dates(&chart.days));
        let mut texts = Vec::new();
        let room = sizes.left + sizes.plot - sizes.margin;
        let mut y = sizes.margin;
        let mut paragraph = |y: &mut Px, text: &str, kind: TextKind| {
            let size = sizes.of_letters(kind);
            for line in wrapped(text, size, room) {
                *y += size + size.part(4, 10);
                let at = [sizes.margin, *y - size.part(4, 10)];
                texts.push(Text::new(line, at, kind, &sizes));
            }
        };
        paragraph(&mut y, &title, TextKind::Title);
        y += Px::new(2);
        let axis = words::zone(chart.zone);
        paragraph(
            &mut y,
            &format!(
                "Days in {axis}. The time beside a bar is when it opens on the window's own clock."
            ),
            TextKind::Plain,
        );
        for cut in chart.cuts(findings) {
            paragraph(&mut y, &cut, TextKind::Remark);
        }
        if chart.rows.is_empty() {
            paragraph(&mut y, "There are no windows.", TextKind::Remark);
        }
        y += Px::new(10);

        let mut bands = Vec::new();
        for days in chart.weeks() {
            let band = Band::of(chart, findings, &sizes, days, y);
            y = band.bottom + Px::new(if sizes.is_narrow { 14 } else { 18 });
            bands.push(band);
        }
        let (keys, bottom) = legend::of(chart, findings, &sizes, y);
        Self {
            width: Px::new(pixels.into()),
            height: bottom + sizes.margin,
            title,
            description: description(chart, findings),
            texts,
            bands,
            keys,
        }
    }
}

impl Sizes {
    fn of(chart: &Chart, pixels: u32) -> Self {
        let width = Px::new(pixels.into());
        let is_narrow = pixels < 800;
        let margin = Px::new(if is_narrow { 12 } else { 24 });
        let sizes = Self {
            is_narrow,
            margin,
            left: Px::ZERO,
            plot: Px::ZERO,
        };
        let names = if is_narrow {
            Px::ZERO
        } else {
            let widths = chart.rows.iter().map(|row| sizes.names_width(row));
            let widest = widths.max().unwrap_or_default() + NAMES_GAP * 2;
            widest.clamp(Px::new(120), width.part(1, 4))
        };
        let left = margin + names;
        Self {
            left,
            plot: width - margin - left,
            ..sizes
        }
    }

    /// The height of letters, as fonts count it.
    const fn of_letters(&self, kind: TextKind) -> Px {
        let (wide, narrow) = match kind {
            TextKind::Title => (200, 148),
            TextKind::Plain | TextKind::Remark | TextKind::Name => (130, 120),
            TextKind::Day => (120, 110),
            TextKind::Zone | TextKind::Now => (110, 105),
            TextKind::Time | TextKind::Change | TextKind::LeftOut => (110, 100),
        };
        Px::tenths(if self.is_narrow { narrow } else { wide })
    }

    /// How wide a text is at most.
    fn width(&self, text: &str, kind: TextKind) -> Px {
        width(text, self.of_letters(kind))
    }

    fn names_width(&self, row: &Row) -> Px {
        let zone = words::zone(row.plan.timeline().zone());
        self.width(&row.name, TextKind::Name) + NAMES_GAP + self.width(&zone, TextKind::Zone)
    }

    /// How wide a text may be where a name and a zone stand.
    fn names_room(&self) -> Px {
        if self.is_narrow {
            self.plot - NAMES_GAP
        } else {
            self.left - self.margin - NAMES_GAP * 2
        }
    }
}

/// The room between a name and its zone, and between that and the days.
const NAMES_GAP: Px = Px::new(10);

impl Scale {
    /// Where an instant stands; one before or after the days at their edge.
    fn x(&self, instant: DateTime<Utc>) -> Px {
        self.left + self.length(instant.clamp(self.from, self.until) - self.from)
    }

    /// How long a time is.
    fn length(&self, time: TimeDelta) -> Px {
        let all = (self.until - self.from).num_seconds().max(1);
        self.plot.part(time.num_seconds(), all)
    }

    fn contains(&self, instant: DateTime<Utc>) -> bool {
        self.from <= instant && instant < self.until
    }
}

impl Text {
    fn new(words: impl Into<String>, [x, y]: [Px; 2], kind: TextKind, sizes: &Sizes) -> Self {
        Self {
            words: words.into(),
            x,
            y,
            kind,
            size: sizes.of_letters(kind),
            is_at_end: false,
        }
    }
}

/// From the first of these days to the last.
pub(super) fn dates(days: &[Day]) -> String {
    match days {
        [first, .., last] => words::Dates(first.date, last.date).to_string(),
        [day] => words::Date(day.date).to_string(),
        [] => String::new(),
    }
}

/// The picture in a sentence or two.
fn description(chart: &Chart, findings: &Findings) -> String {
    let n_openings: usize = chart.rows.iter().map(|row| row.openings.len()).sum();
    let n_overlaps = findings.overlaps.len();
    let n_left_out: usize = findings
        .rows
        .iter()
        .flat_map(|row| &row.left_out)
        .map(|left_out| left_out.n)
        .sum();
    let count = |n: usize, what: &str| match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    let mut text = format!(
        "{} of {}; {}; {} left out by clock changes.",
        count(n_openings, "opening"),
        count(chart.rows.len(), "window"),
        count(n_overlaps, "overlap"),
        count(n_left_out, "run"),
    );
    for cut in chart.cuts(findings) {
        text = format!("{text} {cut}");
    }
    text
}

#[cfg(test)]
mod tests;
