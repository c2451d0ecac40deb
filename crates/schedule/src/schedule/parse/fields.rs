//! The six or seven fields of a cron expression.

use super::day::{day_of_month, day_of_week};
use super::item::{Cursor, Item};
use super::split::split;
use super::{Fault, Kind, check_length, is_blank};
use crate::schedule::Dialect;
use crate::schedule::calendar::{ALL_YEARS, YEAR_MAX, YEAR_MIN, Years};
use crate::schedule::cron::{Cron, Days};
use crate::schedule::field::Field;

/// Reads fields that stand alone.
pub(crate) fn bare_fields(text: &str, dialect: Dialect) -> Result<Cron, Fault> {
    check_length(text, dialect)?;
    fields(text.as_bytes(), 0, text.len(), dialect)
}

/// Reads the fields from `start` to `end`.
#[expect(
    clippy::inline_always,
    reason = "called twice, and its large result would be copied: a third of the time"
)]
#[inline(always)]
pub(super) fn fields(
    bytes: &[u8],
    start: usize,
    end: usize,
    dialect: Dialect,
) -> Result<Cron, Fault> {
    let (spans, n_fields) = split(&bytes[start..end]);
    let shift = match n_fields {
        6 => 0,
        7 => 1,
        8.. if !dialect.rule().checks_tail => 1,
        _ => return Err(wrong_count(bytes, start, end)),
    };
    // A cursor over a field; without seconds, the first field is that of minutes.
    let cursor = |field: Field| {
        let (from, to) = spans[field as usize + shift - 1];
        Cursor::new(
            field,
            &bytes[..start + usize::from(to)],
            start + usize::from(from),
        )
    };
    let seconds = if shift == 0 {
        1
    } else {
        cursor(Field::Seconds).set()?
    };
    let minutes = cursor(Field::Minutes).set()?;
    let hours = cursor(Field::Hours).set()? as u32;
    let of_month = day_of_month(cursor(Field::DayOfMonth))?;
    let months = cursor(Field::Month).set()? as u16;
    let of_week = day_of_week(cursor(Field::DayOfWeek))?;
    let both = |kind| {
        Fault::new(
            kind,
            cursor(Field::DayOfMonth).at(),
            cursor(Field::DayOfWeek).end(),
        )
    };
    if of_month.is_none() && of_week.is_none() {
        return Err(both(Kind::NoDay));
    }
    let years = years(cursor(Field::Year))?;
    let ((Some(days), None) | (None, Some(days))) = (of_month, of_week) else {
        return Err(both(Kind::BothDays));
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

/// There are not six or seven fields.
#[cold]
fn wrong_count(bytes: &[u8], start: usize, end: usize) -> Fault {
    let inner = &bytes[start..end];
    let found = inner
        .split(|&byte| is_blank(byte))
        .filter(|field| !field.is_empty())
        .count();
    let from = if found > 7 {
        start + usize::from(split(inner).0[7].0)
    } else {
        start
    };
    Fault::new(Kind::FieldCount { found }, from, end)
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
        // `*` among others, which a hostile list may hold a thousand times.
        if (item.first, item.last, item.step) == (YEAR_MIN as u32, YEAR_MAX as u32, 1) {
            years = ALL_YEARS;
        } else {
            add_years(&mut years, &item);
        }
        if !cursor.comma()? {
            return Ok(years);
        }
    }
}

fn add_years(years: &mut Years, item: &Item) {
    for year in (item.first..=item.last).step_by(item.step as usize) {
        let bit = year - YEAR_MIN as u32;
        years[bit as usize / 64] |= 1 << (bit % 64);
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
