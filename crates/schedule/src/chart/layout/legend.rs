//! What the marks mean.

use super::super::Chart;
use super::super::findings::Findings;
use super::super::px::Px;
use super::{Sizes, Text, TextKind};

/// One mark with its meaning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::chart) struct Key {
    pub(in crate::chart) kind: KeyKind,
    /// The middle of the mark.
    pub(in crate::chart) x: Px,
    pub(in crate::chart) y: Px,
    pub(in crate::chart) text: Text,
}

/// A mark that has a meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::chart) enum KeyKind {
    Open,
    PastCutoff,
    Overlap,
    Change,
    LeftOut,
    Now,
}

/// How much room a mark has from left to right.
pub(in crate::chart) const KEY_WIDTH: Px = Px::new(18);

/// The marks that are on the picture, from `y` on, and where they end.
pub(super) fn of(chart: &Chart, findings: &Findings, sizes: &Sizes, y: Px) -> (Vec<Key>, Px) {
    let is_now_shown = chart
        .now
        .is_some_and(|now| (chart.from()..chart.until()).contains(&now));
    let has_overlaps = !findings.overlaps.is_empty()
        || chart.rows.iter().any(|row| {
            row.openings
                .windows(2)
                .any(|pair| pair[1].opens_at < pair[0].closes_at)
        });
    let mut found = findings.rows.iter();
    let wanted = [
        (KeyKind::Open, "open", true),
        (
            KeyKind::PastCutoff,
            "past its cutoff: nothing new starts",
            true,
        ),
        (KeyKind::Overlap, "open at the same time", has_overlaps),
        (
            KeyKind::Change,
            "the window's clock is set",
            findings.rows.iter().any(|row| !row.changes.is_empty()),
        ),
        (
            KeyKind::LeftOut,
            "left out by the clock change",
            found.any(|row| !row.left_out.is_empty()),
        ),
        (KeyKind::Now, "now", is_now_shown),
    ];
    let size = sizes.of_letters(TextKind::Plain);
    let line = size + Px::new(8);
    let end = sizes.left + sizes.plot;
    let (mut keys, mut x, mut y) = (Vec::new(), sizes.margin, y + line / 2);
    for (kind, text, _) in wanted.into_iter().filter(|(.., is_shown)| *is_shown) {
        let room = KEY_WIDTH + Px::new(6) + sizes.width(text, TextKind::Plain);
        if x > sizes.margin && x + room > end {
            (x, y) = (sizes.margin, y + line);
        }
        let text_x = x + KEY_WIDTH + Px::new(6);
        keys.push(Key {
            kind,
            x: x + KEY_WIDTH / 2,
            y,
            text: Text::new(
                text,
                [text_x, y + size.part(35, 100)],
                TextKind::Plain,
                sizes,
            ),
        });
        x += room + Px::new(16);
    }
    (keys, y + line / 2)
}
