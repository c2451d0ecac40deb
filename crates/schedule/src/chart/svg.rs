//! A layout as SVG.

use std::fmt::{self, Write};

use super::layout::{
    BAR, BAR_AFTER_CUTOFF, Band, Bar, KEY_WIDTH, Key, KeyKind, Layout, OVERLAP, RowBox, Text,
    TextKind,
};
use super::px::Px;
use super::text::Escaped;

/// The picture as an SVG element, a line for each thing in it.
pub(super) fn render(layout: &Layout) -> String {
    let mut text = String::new();
    // A String takes everything.
    let _ = write_svg(&mut text, layout);
    text
}

fn write_svg(f: &mut String, layout: &Layout) -> fmt::Result {
    let (width, height) = (layout.width, layout.height);
    writeln!(
        f,
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="tagout-chart" role="group" viewBox="0 0 {width} {height}" width="{width}" height="{height}">"#
    )?;
    writeln!(f, "<title>{}</title>", Escaped(&layout.title))?;
    writeln!(f, "<desc>{}</desc>", Escaped(&layout.description))?;
    writeln!(f, "<style>\n{STYLE}</style>")?;
    let area = Area {
        x: Px::ZERO,
        y: Px::ZERO,
        width,
        height,
    };
    rect(f, "ground", area)?;
    for line in &layout.texts {
        write_text(f, line)?;
    }
    for band in &layout.bands {
        write_band(f, band)?;
    }
    writeln!(f, r#"<g aria-hidden="true">"#)?;
    for key in &layout.keys {
        write_key(f, key)?;
    }
    writeln!(f, "</g>")?;
    writeln!(f, "</svg>")
}

fn write_band(f: &mut String, band: &Band) -> fmt::Result {
    let Band { top, bottom, .. } = *band;
    writeln!(
        f,
        r#"<g role="group" aria-label="{}">"#,
        Escaped(&band.title)
    )?;
    for column in &band.columns {
        let class = if column.is_weekend {
            "day weekend"
        } else {
            "day"
        };
        let area = Area {
            x: column.x,
            y: top,
            width: column.width,
            height: bottom - top,
        };
        rect(f, class, area)?;
    }
    for shared in &band.shared {
        let area = Area {
            x: shared.from,
            y: shared.top,
            width: shared.until - shared.from,
            height: shared.bottom - shared.top,
        };
        rect(f, "shared", area)?;
    }
    for line in &band.texts {
        write_text(f, line)?;
    }
    if let (Some(first), Some(last)) = (band.columns.first(), band.columns.last()) {
        let end = last.x + last.width;
        let left = band.rows.first().map_or(first.x, |row| row.left);
        for row in &band.rows {
            line(f, "rule", [left, row.bottom, end, row.bottom])?;
        }
        line(f, "rule", [left, top, end, top])?;
    }
    if let Some(now) = &band.now {
        writeln!(f, r#"<g role="img"><title>{}</title>"#, Escaped(&now.title))?;
        line(f, "now", [now.x, top - Px::new(2), now.x, bottom])?;
        writeln!(f, "</g>")?;
    }
    for row in &band.rows {
        write_row(f, row)?;
    }
    writeln!(f, "</g>")
}

fn write_row(f: &mut String, row: &RowBox) -> fmt::Result {
    writeln!(
        f,
        r#"<g role="group"><title>{}</title>"#,
        Escaped(&row.title)
    )?;
    let middle = row.bar_middle;
    for text in &row.texts {
        write_text(f, text)?;
    }
    for change in &row.changes {
        writeln!(
            f,
            r#"<g role="img"><title>{}</title>"#,
            Escaped(&change.title)
        )?;
        line(
            f,
            "change",
            [change.x, row.change_top, change.x, row.bottom],
        )?;
        writeln!(f, "</g>")?;
    }
    for bar in &row.left_out {
        writeln!(f, r#"<g role="img"><title>{}</title>"#, Escaped(&bar.title))?;
        rect(f, "left-out", thick(bar.from, bar.until, middle, BAR))?;
        writeln!(f, "</g>")?;
    }
    for Bar {
        title,
        from,
        cutoff,
        until,
        ..
    } in &row.bars
    {
        writeln!(f, r#"<g role="img"><title>{}</title>"#, Escaped(title))?;
        if from < cutoff {
            rect(f, "open", thick(*from, *cutoff, middle, BAR))?;
        }
        if cutoff < until {
            rect(f, "past", thick(*cutoff, *until, middle, BAR_AFTER_CUTOFF))?;
        }
        writeln!(f, "</g>")?;
    }
    for overlap in &row.overlaps {
        let area = Area {
            x: overlap.from,
            y: overlap.top,
            width: overlap.until - overlap.from,
            height: overlap.bottom - overlap.top,
        };
        rect(f, "overlap", area)?;
    }
    writeln!(f, "</g>")
}

fn write_key(f: &mut String, key: &Key) -> fmt::Result {
    let (x, y) = (key.x, key.y);
    let (from, until) = (x - KEY_WIDTH / 2, x + KEY_WIDTH / 2);
    match key.kind {
        KeyKind::Open => rect(f, "open", thick(from, until, y, BAR))?,
        KeyKind::PastCutoff => rect(f, "past", thick(from, until, y, BAR_AFTER_CUTOFF))?,
        KeyKind::Overlap => rect(f, "overlap", thick(from, until, y, OVERLAP))?,
        KeyKind::LeftOut => rect(f, "left-out", thick(from, until, y, BAR))?,
        KeyKind::Change => line(f, "change", [x, y - Px::new(8), x, y + Px::new(8)])?,
        KeyKind::Now => line(f, "now", [x, y - Px::new(8), x, y + Px::new(8)])?,
    }
    write_text(f, &key.text)
}

#[derive(Clone, Copy, Debug)]
struct Area {
    x: Px,
    y: Px,
    width: Px,
    height: Px,
}

/// An area so thick, about a line.
fn thick(from: Px, until: Px, middle: Px, thickness: Px) -> Area {
    Area {
        x: from,
        y: middle - thickness / 2,
        width: until - from,
        height: thickness,
    }
}

fn rect(f: &mut String, class: &str, area: Area) -> fmt::Result {
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    writeln!(
        f,
        r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#
    )
}

fn line(f: &mut String, class: &str, [x1, y1, x2, y2]: [Px; 4]) -> fmt::Result {
    writeln!(
        f,
        r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
    )
}

fn write_text(f: &mut String, text: &Text) -> fmt::Result {
    let Text { x, y, size, .. } = text;
    let class = class(text.kind);
    let end = if text.is_at_end { " end" } else { "" };
    writeln!(
        f,
        r#"<text class="{class}{end}" x="{x}" y="{y}" font-size="{size}">{}</text>"#,
        Escaped(&text.words)
    )
}

fn class(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Title => "title",
        TextKind::Plain => "plain",
        TextKind::Name => "name",
        TextKind::Zone => "zone",
        TextKind::Day => "date",
        TextKind::Time => "time",
        TextKind::Change => "set",
        TextKind::LeftOut => "missing",
        TextKind::Now => "present",
        TextKind::Remark => "remark",
    }
}

/// The look of every part, in light and in dark.
const STYLE: &str = include_str!("chart.css");
