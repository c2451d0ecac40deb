//! The canonical text of a schedule.
//!
//! It uses only what every reader of the language knows: names for months and weekdays, `a/n` for a regular list that
//! runs to the end of its field, no range that wraps around, and no step among weekdays.

use std::fmt::{self, Display, Formatter, Write};

use super::calendar::{ALL_YEARS, YEAR_MIN, Years};
use super::cron::{ALL_DAYS, Cron, Days};
use super::field::{Field, FieldRule};
use super::{At, Rate, Schedule};

/// The canonical text: reading it gives an equal schedule, in every dialect that takes a text of its length.
impl Display for Schedule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron(cron) => write!(f, "cron({cron})"),
            Self::Rate(rate) => write!(f, "rate({rate})"),
            Self::At(at) => write!(f, "at({at})"),
        }
    }
}

/// Six fields, or seven where the seconds are other than 0.
impl Display for Cron {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.seconds != 1 {
            write_set(f, Field::Seconds, self.seconds)?;
            f.write_char(' ')?;
        }
        write_set(f, Field::Minutes, self.minutes)?;
        f.write_char(' ')?;
        write_set(f, Field::Hours, self.hours.into())?;
        f.write_char(' ')?;
        match self.days {
            Days::OfMonth(ALL_DAYS) => f.write_char('*')?,
            Days::OfMonth(days) => write_set(f, Field::DayOfMonth, days.into())?,
            Days::Last { before: 0 } => f.write_char('L')?,
            Days::Last { before } => write!(f, "L-{before}")?,
            Days::LastWeekday { before: 0 } => f.write_str("LW")?,
            Days::LastWeekday { before } => write!(f, "L-{before}W")?,
            Days::NearestWeekday(day) => write!(f, "{day}W")?,
            Days::OfWeek(_) | Days::LastOfWeek(_) | Days::NthOfWeek { .. } => f.write_char('?')?,
        }
        f.write_char(' ')?;
        write_set(f, Field::Month, self.months.into())?;
        f.write_char(' ')?;
        match self.days {
            Days::OfWeek(weekdays) => write_set(f, Field::DayOfWeek, weekdays.into())?,
            Days::LastOfWeek(weekday) => write!(f, "{}L", name(Field::DayOfWeek, weekday))?,
            Days::NthOfWeek { weekday, nth } => {
                write!(f, "{}#{nth}", name(Field::DayOfWeek, weekday))?;
            }
            _ => f.write_char('?')?,
        }
        f.write_char(' ')?;
        write_years(f, self.years)
    }
}

/// The count and the largest unit that holds the period in whole numbers: `1 hour` for sixty minutes, `14 days` for two
/// weeks, as weeks are not read everywhere.
impl Display for Rate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (count, unit) = self.count_and_unit();
        write!(
            f,
            "{count} {}",
            if count == 1 { unit.name } else { unit.plural }
        )
    }
}

/// `yyyy-MM-ddTHH:mm:ss`.
impl Display for At {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local.format("%Y-%m-%dT%H:%M:%S"))
    }
}

/// The name that stands for `value` of a field that has names.
fn name(field: Field, value: u8) -> &'static str {
    let rule = field.rule();
    rule.names[usize::from(value) - rule.min as usize]
}

/// Writes a set whose bit `v` stands for the value `v`.
fn write_set(f: &mut Formatter<'_>, field: Field, bits: u64) -> fmt::Result {
    let rule = field.rule();
    let all = (u64::MAX >> (63 - rule.max)) & (u64::MAX << rule.min);
    if bits == all {
        f.write_char('*')
    } else {
        write_values(f, rule, [bits, 0, 0, 0], 0)
    }
}

fn write_years(f: &mut Formatter<'_>, years: Years) -> fmt::Result {
    if years == ALL_YEARS {
        f.write_char('*')
    } else {
        write_values(f, Field::Year.rule(), years, YEAR_MIN as u32)
    }
}

/// Writes the values whose bits are set, counted from `base`, as steps where they are regular, else as a list.
fn write_values(f: &mut Formatter<'_>, rule: &FieldRule, bits: [u64; 4], base: u32) -> fmt::Result {
    let values = || {
        (0..256_u32)
            .filter(|bit| bits[*bit as usize / 64] >> (bit % 64) & 1 == 1)
            .map(|bit| base + bit)
    };
    if rule.field != Field::DayOfWeek
        && let Some(Progression { first, step, last }) = Progression::of(values())
    {
        return if last + step > rule.max {
            write!(f, "{first}/{step}")
        } else {
            write!(f, "{first}-{last}/{step}")
        };
    }
    let mut values = values().peekable();
    let mut is_first = true;
    while let Some(first) = values.next() {
        let mut last = first;
        while let Some(next) = values.next_if_eq(&(last + 1)) {
            last = next;
        }
        if !is_first {
            f.write_char(',')?;
        }
        is_first = false;
        write_value(f, rule, first)?;
        if last > first {
            f.write_char(if last == first + 1 { ',' } else { '-' })?;
            write_value(f, rule, last)?;
        }
    }
    Ok(())
}

fn write_value(f: &mut Formatter<'_>, rule: &FieldRule, value: u32) -> fmt::Result {
    match rule.names.get((value - rule.min) as usize) {
        Some(name) => f.write_str(name),
        None => write!(f, "{value}"),
    }
}

/// Three or more values, each the same step of two or more after the one before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progression {
    pub(crate) first: u32,
    pub(crate) step: u32,
    pub(crate) last: u32,
}

impl Progression {
    /// The progression that these rising values are, if they are one.
    pub(crate) fn of(mut values: impl Iterator<Item = u32>) -> Option<Self> {
        let (first, second) = (values.next()?, values.next()?);
        let step = second - first;
        let mut last = values.next()?;
        if step < 2 || last != second + step {
            return None;
        }
        for value in values {
            if value != last + step {
                return None;
            }
            last = value;
        }
        Some(Self { first, step, last })
    }
}
