//! Tables for people.

use std::fmt::Write;

use anstyle::Style;
use chrono::{DateTime, Datelike, Utc};
use tagout_schedule::Zone;

use crate::output::{HEAD, printable, styled};
use crate::time::Clock;

/// A table with a line for each thing, in columns as wide as they must be.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug)]
struct Column {
    head: &'static str,
    style: Style,
}

impl Table {
    pub(crate) fn new(columns: &[(&'static str, Style)]) -> Self {
        Self {
            columns: columns
                .iter()
                .map(|&(head, style)| Column { head, style })
                .collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a line, with a cell for each column, whatever stands in it.
    pub(crate) fn push(&mut self, row: &[String]) {
        assert_eq!(row.len(), self.columns.len(), "a cell for each column");
        self.rows
            .push(row.iter().map(|cell| printable(cell)).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, the names of the columns first.
    pub(crate) fn render(&self) -> String {
        let n_chars = |text: &str| text.chars().count();
        let width = |(place, column): (usize, &Column)| {
            self.rows
                .iter()
                .map(|row| n_chars(&row[place]))
                .max()
                .unwrap_or(0)
                .max(n_chars(column.head))
        };
        let widths: Vec<usize> = self.columns.iter().enumerate().map(width).collect();
        let heads: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.head.to_owned())
            .collect();
        let mut text = String::new();
        for (number, row) in std::iter::once(&heads).chain(&self.rows).enumerate() {
            let mut blanks = 0;
            for ((cell, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                let style = if number == 0 { HEAD } else { column.style };
                if !cell.is_empty() {
                    let _ = write!(text, "{:blanks$}{}", "", styled(style, cell));
                    blanks = 0;
                }
                blanks += width - n_chars(cell) + 2;
            }
            text.push('\n');
        }
        text
    }
}

/// `Thu 2026-12-17 23:30 -08:00`
pub(crate) fn local(instant: DateTime<Utc>, zone: Zone) -> String {
    let local = zone.to_local(instant);
    format!(
        "{} {} {} {}",
        local.weekday(),
        local.date_naive(),
        Clock(local.naive_local()),
        local.offset()
    )
}

/// `Fri 03:30`, with the offset where it is not that of `since`.
pub(crate) fn local_time(instant: DateTime<Utc>, zone: Zone, since: DateTime<Utc>) -> String {
    let (local, offset) = (zone.to_local(instant), zone.offset_at(since));
    let time = format!("{} {}", local.weekday(), Clock(local.naive_local()));
    if *local.offset() == offset {
        time
    } else {
        format!("{time} {}", local.offset())
    }
}

/// `2026-12-18 07:30Z`
pub(crate) fn utc(instant: DateTime<Utc>) -> String {
    format!("{} {}Z", instant.date_naive(), Clock(instant.naive_utc()))
}
