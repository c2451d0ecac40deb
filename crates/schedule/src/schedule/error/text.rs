//! The words of a message.

use std::fmt::{self, Display, Formatter};

use super::{ParseScheduleError, ParseScheduleErrorKind as Kind};
use crate::schedule::dialect::{Length, RateBlank};
use crate::schedule::{Field, Rate};

/// What is wrong, and where.
pub(super) struct Complaint<'e>(pub(super) &'e ParseScheduleError);

/// What could have stood there.
pub(super) struct Expected<'e>(pub(super) &'e ParseScheduleError);

impl Display for Complaint<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let error = self.0;
        let column = error.detail.column;
        let what = match error.kind() {
            Kind::Empty => return f.write_str("the schedule is empty"),
            Kind::TooLong { .. } => return f.write_str("the schedule is too long"),
            Kind::Unclosed => return write!(f, "the schedule ends at column {column}"),
            Kind::FieldCount { found } => {
                let (noun, many) = (
                    if found == 1 { "field is" } else { "fields are" },
                    if found < 6 { "few" } else { "many" },
                );
                return write!(f, "{found} {noun} too {many}");
            }
            Kind::MissingValue { .. } => "lacks a value",
            Kind::NoCount if error.value().is_empty() => "lacks a count",
            Kind::UnknownUnit if error.value().is_empty() => "lacks a unit",
            Kind::RateSpacing if error.value().is_empty() => "lacks a blank",
            Kind::AtShape if error.value().is_empty() => "lacks a time",
            Kind::UnknownForm => "is no form of schedule",
            Kind::UpperCase => "is not in lower case",
            Kind::TextAfter => "follows the schedule",
            Kind::UnexpectedCharacter => "is out of place",
            Kind::NotANumber { .. } => "is not a number",
            Kind::UnknownName => "is no known name",
            Kind::OutOfRange { .. } => "is out of range",
            Kind::StepOutOfRange { .. } => "is no possible step",
            Kind::StepAfterName => "steps from a name",
            Kind::MixedRange => "mixes a number and a name",
            Kind::BackwardRange => "runs backwards",
            Kind::Misplaced => "has no meaning here",
            Kind::NotAlone => "does not stand alone",
            Kind::BothDays => "sets both day-of-month and day-of-week",
            Kind::NoDay => "sets neither day-of-month nor day-of-week",
            Kind::BeforeFirst => "lies before the first day of every month named",
            Kind::NoCount => "is no whole number",
            Kind::ZeroRate => "is no rate",
            Kind::RateTooLong => "is too long",
            Kind::UnknownUnit => "is no unit of a rate",
            Kind::RatePlural { plural: true } => "is singular",
            Kind::RatePlural { plural: false } => "is plural",
            Kind::RateSpacing => "stands between count and unit",
            Kind::AtShape => "is not written as a time",
            Kind::NoSuchTime => "is no time of any day",
        };
        if let Some(field) = error.field() {
            write!(f, "{field} ")?;
        }
        if !error.value().is_empty() {
            let cut = if error.value().len() < error.span().len() {
                "..."
            } else {
                ""
            };
            write!(f, "`{}{cut}` ", error.value().escape_debug())?;
        } else if error.field().is_none() {
            f.write_str("the schedule ")?;
        }
        write!(f, "at column {column} {what}")
    }
}

impl Display for Expected<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let error = self.0;
        let rule = error.dialect().rule();
        match error.kind() {
            Kind::Empty | Kind::UnknownForm => f.write_str("`cron(...)`, `rate(...)` or `at(...)`"),
            Kind::TooLong { max } => match rule.length {
                Length::Bytes(_) => write!(f, "at most {max} bytes"),
                Length::Characters(_) => write!(f, "at most {max} characters"),
            },
            Kind::UpperCase => write!(f, "`{}`", error.value().to_ascii_lowercase()),
            Kind::Unclosed => f.write_str("`)`"),
            Kind::TextAfter => f.write_str("nothing after `)`"),
            Kind::FieldCount { .. } => f.write_str("6, or 7 with seconds first"),
            Kind::MissingValue { min, max } | Kind::NotANumber { min, max } => {
                write!(f, "a number {}", Bounds { min, max })?;
                match error.field() {
                    Some(field) if field.bounds() == (min, max) => write_names(f, field, " or "),
                    _ => Ok(()),
                }
            }
            Kind::UnexpectedCharacter => match error.field() {
                Some(field) => write_alphabet(f, field),
                None => Ok(()),
            },
            Kind::UnknownName => match error.field() {
                Some(field) => write_names(f, field, ""),
                None => Ok(()),
            },
            Kind::OutOfRange { min, max } => write!(f, "{min} to {max}"),
            Kind::StepOutOfRange { max } => write!(f, "a number {}", Bounds { min: 1, max }),
            Kind::StepAfterName => f.write_str("numbers before `/`"),
            Kind::MixedRange => f.write_str("two numbers or two names"),
            Kind::BackwardRange => f.write_str("the earlier year first"),
            Kind::Misplaced | Kind::NotAlone => match error.field() {
                Some(Field::DayOfMonth) if error.kind() == Kind::NotAlone => {
                    f.write_str("`?`, `L`, `L-3`, `LW`, `L-3W` or `15W` as the whole field")
                }
                Some(Field::DayOfWeek) if error.kind() == Kind::NotAlone => {
                    f.write_str("`?`, `L`, `6L`, `FRIL`, `6#3` or `FRI#3` as the whole field")
                }
                Some(field) => write_alphabet(f, field),
                None => Ok(()),
            },
            Kind::BothDays => f.write_str("`?` in one of them"),
            Kind::NoDay => f.write_str("`?` in only one of them"),
            Kind::BeforeFirst => f.write_str("a month that is long enough"),
            Kind::NoCount | Kind::ZeroRate => f.write_str("a whole number from 1"),
            Kind::RateTooLong => write!(f, "at most {} minutes", Rate::MINUTES_MAX),
            Kind::UnknownUnit => f.write_str(if rule.weeks {
                "minutes, hours, days or weeks"
            } else {
                "minutes, hours or days"
            }),
            Kind::RatePlural { plural } => match error.value().trim_end_matches('s') {
                unit if plural => write!(f, "`{unit}s`"),
                unit => write!(f, "`{unit}`"),
            },
            Kind::RateSpacing => f.write_str(match rule.rate_blank {
                RateBlank::Some => "a blank between count and unit",
                RateBlank::AtMostOne => "at most one blank between count and unit",
            }),
            Kind::AtShape => f.write_str("`yyyy-MM-ddTHH:mm:ss` or `yyyy-MM-ddTHH:mm`"),
            Kind::NoSuchTime => {
                f.write_str("a day of the calendar and a time from 00:00:00 to 23:59:59")
            }
        }
    }
}

/// `from 1 to 59`, or `from 1` where there is no upper bound.
struct Bounds {
    min: u32,
    max: u32,
}

impl Display for Bounds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { min, max } = self;
        if *max == u32::MAX {
            write!(f, "from {min}")
        } else {
            write!(f, "from {min} to {max}")
        }
    }
}

/// Writes the names of a field, if it has any.
fn write_names(f: &mut Formatter<'_>, field: Field, before: &str) -> fmt::Result {
    match field.rule().names {
        [first, .., last] => write!(f, "{before}`{first}` to `{last}`"),
        _ => Ok(()),
    }
}

/// Writes what a field is made of: values and signs.
fn write_alphabet(f: &mut Formatter<'_>, field: Field) -> fmt::Result {
    let (min, max) = field.bounds();
    write!(f, "{min} to {max}")?;
    write_names(f, field, ", ")?;
    f.write_str(" and `, - * /")?;
    for wildcard in field.rule().wildcards {
        write!(f, " {}", char::from(*wildcard))?;
    }
    f.write_str("`")
}
