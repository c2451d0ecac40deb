//! The six or seven fields of a cron expression.

use super::day::{day_of_month, day_of_week};
use super::item::Cursor;
use super::{Fault, Kind, check_length, is_blank};
use crate::schedule::Dialect;
use crate::schedule::calendar::{ALL_YEARS, YEAR_MIN, Years};
use crate::schedule::cron::{Cron, Days};
use crate::schedule::field::Field;

/// Reads fields that stand alone.
pub(crate) fn bare_fields(text: &str, dialect: Dialect) -> Result<Cron, Fault> {
    check_length(text, dialect)?;
    fields(text.as_bytes(), 0, text.len(), dialect)
}

/// Reads the fields from `start` to `end`.
pub(super) fn fields(
    bytes: &[u8],
    start: usize,
    end: usize,
    dialect: Dialect,
) -> Result<Cron, Fault> {
    let (spans, n_fields) = split(bytes, start, end);
    let seconds = match n_fields {
        6 => 0,
        7 => 1,
        8.. if !dialect.rule().checks_tail => 1,
        8.. => {
            return Err(Fault::new(
                Kind::FieldCount {
                    found: count(bytes, start, end),
                },
                spans[7].0,
                end,
            ));
        }
        _ => return Err(Fault::new(Kind::FieldCount { found: n_fields }, start, end)),
    };
    // The field after the seconds, where there are any: its place in the text, and a cursor over it.
    let cursor = |field: Field| {
        let (from, to) = spans[field as usize - 1 + seconds];
        Cursor::new(field, &bytes[..to], from)
    };
    let seconds = if seconds == 0 {
        1
    } else {
        Cursor::new(Field::Seconds, &bytes[..spans[0].1], spans[0].0).set()?
    };
    let minutes = cursor(Field::Minutes).set()?;
    let hours = cursor(Field::Hours).set()? as u32;
    let of_month = day_of_month(cursor(Field::DayOfMonth))?;
    let months = cursor(Field::Month).set()? as u16;
    let of_week = day_of_week(cursor(Field::DayOfWeek))?;
    let years = years(cursor(Field::Year))?;
    let days = match (of_month, of_week) {
        (Some(days), None) | (None, Some(days)) => days,
        (of_month, _) => {
            let kind = if of_month.is_some() {
                Kind::BothDays
            } else {
                Kind::NoDay
            };
            let (from, to) = (
                cursor(Field::DayOfMonth).at(),
                cursor(Field::DayOfWeek).end(),
            );
            return Err(Fault::new(kind, from, to));
        }
    };
    if let Days::LastWeekday { before } = days
        && months & months_longer_than(before) == 0
    {
        let day = cursor(Field::DayOfMonth);
        return Err(Fault::new(Kind::BeforeFirst, day.at(), day.end()).within(Field::DayOfMonth));
    }
    Ok(Cron {
        seconds,
        minutes,
        years,
        hours,
        days,
        months,
    })
}

/// The places of the first eight fields, and how many fields there are, at most eight.
fn split(bytes: &[u8], start: usize, end: usize) -> ([(usize, usize); 8], usize) {
    let mut spans = [(0, 0); 8];
    let mut n_fields = 0;
    let mut from = start;
    for (at, &byte) in bytes.iter().enumerate().take(end).skip(start) {
        if is_blank(byte) {
            if from < at {
                spans[n_fields] = (from, at);
                n_fields += 1;
                if n_fields == spans.len() {
                    return (spans, n_fields);
                }
            }
            from = at + 1;
        }
    }
    if from < end {
        spans[n_fields] = (from, end);
        n_fields += 1;
    }
    (spans, n_fields)
}

/// How many fields there are, for a message.
fn count(bytes: &[u8], start: usize, end: usize) -> usize {
    bytes[start..end]
        .split(|&byte| is_blank(byte))
        .filter(|field| !field.is_empty())
        .count()
}

/// Reads the years; `*` is all of them.
fn years(mut cursor: Cursor<'_>) -> Result<Years, Fault> {
    if cursor.rest() == b"*" {
        return Ok(ALL_YEARS);
    }
    let mut years = [0_u64; 4];
    loop {
        let item = cursor.item()?;
        if item.last < item.first {
            return Err(cursor.fault_from(Kind::BackwardRange, item.start));
        }
        for year in (item.first..=item.last).step_by(item.step as usize) {
            let bit = year - YEAR_MIN as u32;
            years[bit as usize / 64] |= 1 << (bit % 64);
        }
        if !cursor.comma()? {
            return Ok(years);
        }
    }
}

/// The months that have, in some year at least, more than `days` days.
const fn months_longer_than(days: u8) -> u16 {
    match days {
        ..29 => 0b1_1111_1111_1110,
        29 => 0b1_1111_1111_1010,
        30 => 0b1_0101_1010_1010,
        31.. => 0,
    }
}
