//! One line of days, with its rows.

use chrono::Datelike;

use super::super::Chart;
use super::super::days::Day;
use super::super::findings::Findings;
use super::super::px::Px;
use super::super::words;
use super::row::{self, RowBox, Shared};
use super::{Scale, Sizes, Text, TextKind, dates};

/// One line of days, with its rows.
#[derive(Debug)]
pub(in crate::chart) struct Band {
    pub(in crate::chart) title: String,
    pub(in crate::chart) columns: Vec<DayColumn>,
    pub(in crate::chart) texts: Vec<Text>,
    pub(in crate::chart) rows: Vec<RowBox>,
    /// The time that two rows have in common, from the one to the other.
    pub(in crate::chart) shared: Vec<Shared>,
    pub(in crate::chart) now: Option<Head>,
    /// Where the rows begin and end.
    pub(in crate::chart) top: Px,
    pub(in crate::chart) bottom: Px,
}

/// One day, behind the rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::chart) struct DayColumn {
    pub(in crate::chart) x: Px,
    pub(in crate::chart) width: Px,
    pub(in crate::chart) is_weekend: bool,
}

/// The present instant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::chart) struct Head {
    pub(in crate::chart) x: Px,
    pub(in crate::chart) title: String,
}

impl Band {
    pub(super) fn of(
        chart: &Chart,
        findings: &Findings,
        sizes: &Sizes,
        days: &[Day],
        y: Px,
    ) -> Self {
        let (first, last) = (days[0], days[days.len() - 1]);
        let scale = Scale {
            from: first.from,
            until: last.until,
            left: sizes.left,
            // A line of fewer days has days as wide as the others.
            plot: sizes.plot.part(days.len() as i64, 7),
        };
        let mut texts = Vec::new();
        let mut y = y;
        let columns: Vec<DayColumn> = days
            .iter()
            .map(|day| DayColumn {
                x: scale.x(day.from),
                width: scale.x(day.until) - scale.x(day.from),
                is_weekend: day.is_weekend(),
            })
            .collect();

        let now = chart.now.filter(|&now| scale.contains(now));
        let now_x = now.map(|now| scale.x(now));
        if let Some(x) = now_x {
            // On a line of its own, so that it meets no day.
            y += sizes.of_letters(TextKind::Now) + Px::new(2);
            let half = sizes.width("now", TextKind::Now) / 2;
            let x = (x - half).clamp(sizes.left, sizes.left + sizes.plot - half * 2);
            texts.push(Text::new("now", [x, y - Px::new(2)], TextKind::Now, sizes));
        }
        y += sizes.of_letters(TextKind::Day) + Px::new(2);
        for (number, (day, column)) in days.iter().zip(&columns).enumerate() {
            let says_month = number == 0 || !sizes.is_narrow || day.date.day() == 1;
            let fits =
                |text: &String| sizes.width(text, TextKind::Day) + Px::new(4) <= column.width;
            if let Some(text) = day_texts(day, says_month).into_iter().find(fits) {
                let at = [column.x + Px::new(3), y];
                texts.push(Text::new(text, at, TextKind::Day, sizes));
            }
        }
        y += Px::new(6);
        let top = y;

        let mut rows = Vec::new();
        let mut places = Vec::new();
        for window in 0..chart.rows.len() {
            let row = RowBox::of(chart, findings, sizes, &scale, window, y);
            if sizes.is_narrow && row.is_blank() {
                places.push(None);
                continue;
            }
            places.push(Some(row.bar_middle));
            y = row.bottom;
            rows.push(row);
        }
        if rows.is_empty() {
            y += Px::new(8);
        }
        Self {
            title: dates(days),
            columns,
            texts,
            shared: row::shared(findings, &scale, &places),
            rows,
            now: now.zip(now_x).map(|(now, x)| Head {
                x,
                title: format!("now: {}", words::instant(now, chart.zone)),
            }),
            top,
            bottom: y,
        }
    }
}

/// What may stand above a day, the longest first; the month is said before the weekday where it has to be said.
fn day_texts(day: &Day, says_month: bool) -> [String; 3] {
    let (weekday, number, month) = (day.date.weekday(), day.date.day(), day.date.format("%b"));
    if says_month {
        let long = format!("{weekday} {number} {month}");
        [long, format!("{number} {month}"), number.to_string()]
    } else {
        let long = format!("{weekday} {number}");
        [long, number.to_string(), String::new()]
    }
}
