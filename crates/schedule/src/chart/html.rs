//! A page with the picture, and with the same as a table.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use super::findings::Findings;
use super::layout::dates;
use super::text::Escaped;
use super::{Chart, words};
use crate::{Opening, Upcoming};

/// A page with the picture in its two widths, and the same as a table.
pub(super) fn render(chart: &Chart, findings: &Findings, pictures: &[String; 2]) -> String {
    let mut text = String::new();
    // A String takes everything.
    let _ = write_page(&mut text, chart, findings, pictures);
    text
}

fn write_page(
    f: &mut String,
    chart: &Chart,
    findings: &Findings,
    [wide, narrow]: &[String; 2],
) -> fmt::Result {
    let title = format!("Maintenance windows, {}", dates(&chart.days));
    let title = Escaped(&title);
    write!(
        f,
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<div class="wide">
{wide}</div>
<div class="narrow">
{narrow}</div>
"#
    )?;
    write_windows(f, chart)?;
    write_clocks(f, chart, findings)?;
    write_openings(f, chart, findings)?;
    f.write_str("</main>\n</body>\n</html>\n")
}

/// What each window is.
fn write_windows(f: &mut String, chart: &Chart) -> fmt::Result {
    if chart.rows.is_empty() {
        return Ok(());
    }
    f.write_str("<h2>Windows</h2>\n<dl>\n")?;
    for row in &chart.rows {
        let (name, meaning) = (Escaped(&row.name), words::meaning(&row.plan));
        writeln!(
            f,
            "<dt><bdi>{name}</bdi></dt>\n<dd>{}</dd>",
            Escaped(&meaning)
        )?;
    }
    f.write_str("</dl>\n")
}

/// What the clocks do, and what becomes of the runs that they touch.
fn write_clocks(f: &mut String, chart: &Chart, findings: &Findings) -> fmt::Result {
    let mut changes = BTreeSet::new();
    let mut fates = Vec::new();
    for (row, found) in chart.rows.iter().zip(&findings.rows) {
        let zone = words::zone(row.plan.timeline().zone());
        for change in &found.changes {
            changes.insert((change.at, format!("{zone}: clocks go {change}.")));
        }
        let left_out = found.left_out.iter().map(ToString::to_string);
        let remarks = left_out.chain(found.remarks.iter().cloned());
        fates.extend(remarks.map(|remark| (&*row.name, remark)));
    }
    if changes.is_empty() {
        return Ok(());
    }
    f.write_str("<h2>Clock changes</h2>\n<ul>\n")?;
    for (_, change) in changes {
        writeln!(f, "<li>{}</li>", Escaped(&change))?;
    }
    for (name, remark) in fates {
        let (name, remark) = (Escaped(name), Escaped(&remark));
        writeln!(f, "<li><bdi>{name}</bdi>: {remark}.</li>")?;
    }
    f.write_str("</ul>\n")
}

/// Every opening, in the order in which they open.
fn write_openings(f: &mut String, chart: &Chart, findings: &Findings) -> fmt::Result {
    f.write_str("<h2>Openings</h2>\n")?;
    for cut in chart.cuts(findings) {
        writeln!(f, "<p>{}</p>", Escaped(&cut))?;
    }
    let openings = chart.rows.iter().map(|row| row.openings.iter().copied());
    let mut openings = Upcoming::of(openings).peekable();
    if openings.peek().is_none() {
        return f.write_str("<p>Nothing opens in these weeks.</p>\n");
    }
    f.write_str(TABLE_HEAD)?;
    for coming in openings.by_ref().take(Chart::TABLE_OPENINGS_MAX) {
        let row = &chart.rows[coming.window];
        let zone = row.plan.timeline().zone();
        let Opening {
            opens_at,
            cutoff_at,
            closes_at,
        } = coming.opening;
        let also = findings.also_open(chart, coming.window, opens_at);
        writeln!(
            f,
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td>{}</td><td>{}</td><td class=\"utc\">{}</td><td>{}</td></tr>",
            Escaped(&row.name),
            Escaped(&words::instant(opens_at, zone)),
            words::soon(cutoff_at, zone, opens_at),
            words::soon(closes_at, zone, opens_at),
            words::utc(opens_at),
            Escaped(&also.unwrap_or_default()),
        )?;
    }
    f.write_str("</tbody>\n</table>\n</div>\n")?;
    match openings.count() {
        0 => Ok(()),
        n => writeln!(f, "<p>{n} more openings are not in the table.</p>"),
    }
}

const TABLE_HEAD: &str = "\
<div class=\"table\" role=\"region\" aria-label=\"Openings\" tabindex=\"0\">
<table>
<thead>
<tr><th scope=\"col\">Window</th><th scope=\"col\">Opens</th><th scope=\"col\">Nothing new from</th>\
<th scope=\"col\">Closes</th><th scope=\"col\" class=\"utc\">Opens, in UTC</th><th scope=\"col\">At the same time</th></tr>
</thead>
<tbody>
";

/// The look of the page around the picture, in light and in dark.
const STYLE: &str = include_str!("page.css");
