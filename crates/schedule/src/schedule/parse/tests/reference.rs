//! A slow reading of cron fields: split at the signs, then ask of every value whether it is meant.

use std::collections::BTreeSet;

#[derive(Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) seconds: BTreeSet<u32>,
    pub(super) minutes: BTreeSet<u32>,
    pub(super) hours: BTreeSet<u32>,
    pub(super) days: DayReading,
    pub(super) months: BTreeSet<u32>,
    pub(super) years: BTreeSet<u32>,
}

#[derive(Debug, PartialEq)]
pub(super) enum DayReading {
    OfMonth(BTreeSet<u32>),
    Last(u32),
    LastWeekday(u32),
    Nearest(u32),
    OfWeek(BTreeSet<u32>),
    LastOfWeek(u32),
    Nth(u32, u32),
}

pub(super) fn read(text: &str) -> Option<Reading> {
    let text = text.to_ascii_uppercase();
    let parts: Vec<&str> = text
        .split([' ', '\t'])
        .filter(|part| !part.is_empty())
        .collect();
    let with_seconds = match parts.len() {
        6 => [&["0"], &parts[..]].concat(),
        7 => parts,
        _ => return None,
    };
    let [seconds, minutes, hours, day, month, weekday, year] = with_seconds[..] else {
        return None;
    };
    let reading = Reading {
        seconds: set(seconds, 0, 59, 59, "")?,
        minutes: set(minutes, 0, 59, 59, "")?,
        hours: set(hours, 0, 23, 23, "")?,
        days: match (day, weekday) {
            ("?", "?") => return None,
            (day, "?") => day_of_month(day)?,
            ("?", weekday) => day_of_week(weekday)?,
            _ => return None,
        },
        months: set(month, 1, 12, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC")?,
        years: set(year, 1970, 2199, u32::MAX, "")?,
    };
    // A weekday near a day that no named month has, as `L-30W` in February, is refused.
    let longest = reading.months.iter().map(|month| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    });
    match reading.days {
        DayReading::LastWeekday(before) if longest.max()? <= before => None,
        _ => Some(reading),
    }
}

fn day_of_month(text: &str) -> Option<DayReading> {
    let in_bounds = |text: &str, min, max| number(text).filter(|value| (min..=max).contains(value));
    if let Some(tail) = text.strip_prefix('L') {
        let (offset, is_weekday) = match tail.strip_suffix('W') {
            Some(offset) => (offset, true),
            None => (tail, false),
        };
        let before = match offset.strip_prefix('-') {
            Some(digits) => in_bounds(digits, 0, 30)?,
            None if offset.is_empty() => 0,
            None => return None,
        };
        return Some(if is_weekday {
            DayReading::LastWeekday(before)
        } else {
            DayReading::Last(before)
        });
    }
    if let Some(day) = text.strip_suffix('W') {
        return Some(DayReading::Nearest(in_bounds(day, 1, 31)?));
    }
    Some(DayReading::OfMonth(set(text, 1, 31, 31, "")?))
}

fn day_of_week(text: &str) -> Option<DayReading> {
    const NAMES: &str = "SUNMONTUEWEDTHUFRISAT";
    let one = |text: &str| {
        value(text, NAMES, 1)
            .map(|(day, _)| day)
            .filter(|day| (1..=7).contains(day))
    };
    if text == "L" {
        return Some(DayReading::OfWeek(BTreeSet::from([7])));
    }
    if let Some(day) = text.strip_suffix('L') {
        return Some(DayReading::LastOfWeek(one(day)?));
    }
    if let Some((day, nth)) = text.split_once('#') {
        return Some(DayReading::Nth(
            one(day)?,
            number(nth).filter(|nth| (1..=5).contains(nth))?,
        ));
    }
    let days = set(text, 1, 7, 7, NAMES)?;
    if days.len() == 7 {
        Some(DayReading::OfMonth((1..=31).collect()))
    } else {
        Some(DayReading::OfWeek(days))
    }
}

/// The values from `min` to `max` that a list means.
fn set(text: &str, min: u32, max: u32, step_max: u32, names: &str) -> Option<BTreeSet<u32>> {
    let mut values = BTreeSet::new();
    for item in text.split(',') {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (
                span,
                Some(number(step).filter(|step| (1..=step_max).contains(step))?),
            ),
            None => (item, None),
        };
        let (first, last) = match span {
            "*" => (min, max),
            "" if step.is_some() => (min, max),
            _ => {
                let (first, last) = match span.split_once('-') {
                    Some((first, last)) => {
                        (value(first, names, min)?, Some(value(last, names, min)?))
                    }
                    None => (value(span, names, min)?, None),
                };
                let is_named = first.1 || last.is_some_and(|last| last.1);
                if step.is_some() && is_named || last.is_some_and(|last| last.1 != first.1) {
                    return None;
                }
                let alone = if step.is_some() { max } else { first.0 };
                (first.0, last.map_or(alone, |last| last.0))
            }
        };
        if !(min..=max).contains(&first)
            || !(min..=max).contains(&last)
            || min == 1970 && last < first
        {
            return None;
        }
        // Around the dial, one value after the other, from the first until the last has been reached.
        let dial: Vec<u32> = (min..=max)
            .cycle()
            .skip_while(|value| *value != first)
            .take(1 + max as usize - min as usize)
            .collect();
        let length = dial.iter().position(|value| *value == last)?;
        values.extend(dial[..=length].iter().step_by(step.unwrap_or(1) as usize));
    }
    Some(values)
}

/// A number or a name, and whether it is a name.
fn value(text: &str, names: &str, min: u32) -> Option<(u32, bool)> {
    if let Some(number) = number(text) {
        return Some((number, false));
    }
    let place = (0..names.len() / 3).find(|place| &names[3 * place..3 * place + 3] == text)?;
    Some((min + place as u32, true))
}

fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.chars().all(|char| char.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u32::MAX))
}
