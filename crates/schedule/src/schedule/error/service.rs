//! The live service's own words for a text that is no schedule.
//!
//! Four of its texts are known: the syntax of the whole, a rate of zero, a malformed `at`, and the frame around what is
//! wrong in a cron expression together with its text for two day fields. What stands in that frame otherwise follows
//! Quartz, whose language it is: its texts, and its positions, which count from the start of one item of a list. Quartz
//! takes some texts that are refused here; for those, its nearest text is used.

use super::ParseScheduleErrorKind as Kind;
use crate::schedule::Field;
use crate::schedule::parse::Fault;

/// What the service says of a text without the form of a schedule.
const SYNTAX: &str = "Schedule expressions must have the following syntax: rate(<number>\\s?(minutes?|hours?|days?)), \
                      cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).";

/// The service's text for the faulty part of `text`.
pub(super) fn service_text(text: &str, fault: &Fault) -> String {
    match fault.kind {
        // The framework before the service checks the length; this is the clause of its message.
        Kind::Empty if text.is_empty() => {
            "Member must have length greater than or equal to 1".to_owned()
        }
        Kind::TooLong { max } => format!("Member must have length less than or equal to {max}"),
        Kind::ZeroRate => "Invalid schedule frequency".to_owned(),
        Kind::AtShape | Kind::NoSuchTime => "Invalid schedule at DateTime expression".to_owned(),
        Kind::Empty
        | Kind::UnknownForm
        | Kind::UpperCase
        | Kind::Unclosed
        | Kind::TextAfter
        | Kind::NoCount
        | Kind::RateTooLong
        | Kind::UnknownUnit
        | Kind::RatePlural { .. }
        | Kind::RateSpacing => SYNTAX.to_owned(),
        _ => {
            let (position, details) = cron_details(text, fault);
            format!("Invalid CRON expression: error at position {position}, details: {details}")
        }
    }
}

/// The place of a fault within an item of a list, as Quartz looks at it.
struct Item<'t> {
    /// The field in upper case.
    field: String,
    /// The item, with the rest of the field after it.
    rest: &'t str,
    /// Bytes from the start of the item to that of the fault.
    at: usize,
    /// The faulty part.
    value: &'t str,
}

impl<'t> Item<'t> {
    fn of(text: &'t str, fault: &Fault) -> Self {
        let is_outside = |char: char| matches!(char, ' ' | '\t' | '(' | ')');
        let field_at = text[..fault.start].rfind(is_outside).map_or(0, |at| at + 1);
        let end = text[fault.start..]
            .find(is_outside)
            .map_or(text.len(), |at| fault.start + at);
        let item_at = text[field_at..fault.start]
            .rfind(',')
            .map_or(field_at, |at| field_at + at + 1);
        Self {
            field: text[field_at..end].to_ascii_uppercase(),
            rest: &text[item_at..end],
            at: fault.start - item_at,
            value: &text[fault.start..fault.end],
        }
    }

    /// The character before the fault, within the item.
    fn before(&self) -> Option<char> {
        self.rest[..self.at].chars().next_back()
    }

    /// The character after the fault.
    fn after(&self) -> Option<char> {
        self.rest[self.at + self.value.len()..].chars().next()
    }

    /// Where the fault ends within the item.
    fn end(&self) -> usize {
        self.at + self.value.len()
    }
}

/// The position and the text within the frame.
fn cron_details(text: &str, fault: &Fault) -> (i64, String) {
    let Some(field) = fault.field else {
        return match fault.kind {
            Kind::BothDays => (
                0,
                "Specifying both a day-of-week AND a day-of-month parameter is not supported."
                    .to_owned(),
            ),
            Kind::NoDay => (
                1,
                "'?' can only be specified for Day-of-Month -OR- Day-of-Week.".to_owned(),
            ),
            _ => {
                let inner = text.split_once('(').map_or(text, |(_, inner)| inner);
                (
                    inner.trim_end_matches(')').chars().count() as i64,
                    "Unexpected end of expression.".to_owned(),
                )
            }
        };
    };
    let item = Item::of(text, fault);
    if let Some(details) = list_details(&item, field) {
        return (-1, details.to_owned());
    }
    let at = item.at as i64;
    let value = item.value.to_ascii_uppercase();
    match fault.kind {
        Kind::OutOfRange { .. }
        | Kind::MissingValue { .. }
        | Kind::NotANumber { .. }
        | Kind::UnexpectedCharacter
            if item.before() == Some('#') =>
        {
            (at, "A numeric value between 1 and 5 must follow the '#' option".to_owned())
        }
        Kind::OutOfRange { .. } if item.rest.starts_with(['L', 'l']) => {
            (at, "Offset from last day must be <= 30".to_owned())
        }
        Kind::OutOfRange { .. } if field == Field::DayOfMonth && matches!(item.after(), Some('W' | 'w')) => (
            item.end() as i64,
            "The 'W' option does not make sense with values larger than 31 (max number of days in a month)".to_owned(),
        ),
        Kind::OutOfRange { .. } => (-1, bounds_details(field).to_owned()),
        Kind::StepOutOfRange { max } if value.bytes().all(|digit| digit == b'0') => {
            (at, format!("Increment must be between 1 and {max} : {value}"))
        }
        Kind::StepOutOfRange { .. } => {
            // Behind the first digit, or the second where the step begins the item.
            let from_start = item.rest.starts_with(['*', '/']) && value.len() > 1;
            (at + 1 + i64::from(from_start), format!("Increment >= {} : {value}", step_bound(field)))
        }
        Kind::MissingValue { .. } => match item.before() {
            Some('/') => (at - 1, "'/' must be followed by an integer.".to_owned()),
            Some(_) => illegal(&format!("java.lang.StringIndexOutOfBoundsException: String index out of range: {at}")),
            None => (at, "Unexpected end of string.".to_owned()),
        },
        Kind::NotANumber { .. } if at > 0 => {
            illegal(&format!("java.lang.NumberFormatException: For input string: \"{}\"", first(&value)))
        }
        Kind::NotANumber { .. } => {
            (at, format!("Illegal characters for this position: '{}'", value.get(..3).unwrap_or(&value)))
        }
        Kind::UnknownName => {
            let name = if value.len() > 3 && is_name(field, &value[..3]) { &value } else { value.get(..3).unwrap_or(&value) };
            let noun = if field == Field::Month { "Month" } else { "Day-of-Week" };
            (at, format!("Invalid {noun} value: '{name}'"))
        }
        Kind::UnexpectedCharacter if item.before() == Some('/') => {
            illegal(&format!("java.lang.NumberFormatException: For input string: \"{}\"", first(&value)))
        }
        Kind::UnexpectedCharacter if item.before() == Some('?') => {
            (at, format!("Illegal character after '?': {}", first(&value)))
        }
        Kind::StepAfterName => {
            let slash = item.value.find('/').unwrap_or(0);
            (at + slash as i64, "Unexpected character: /".to_owned())
        }
        Kind::MixedRange => illegal(&format!("java.lang.NumberFormatException: For input string: \"{}\"", first(&value))),
        Kind::BackwardRange => {
            illegal("java.lang.IllegalArgumentException: Start year must be less than stop year")
        }
        Kind::Misplaced | Kind::NotAlone if value == "?" => match field {
            Field::DayOfMonth | Field::DayOfWeek => (at, "Illegal character after '?': ,".to_owned()),
            _ => (at + 1, "'?' can only be specified for Day-of-Month or Day-of-Week.".to_owned()),
        },
        Kind::Misplaced | Kind::NotAlone if value == "#" && at == 0 => (at, "Unexpected character: #".to_owned()),
        Kind::Misplaced | Kind::NotAlone if value.len() == 1 && matches!(&*value, "L" | "W" | "#") => {
            (at, format!("'{value}' option is not valid here. (pos={at})"))
        }
        // Something else stands behind a wildcard.
        Kind::NotAlone => (item.end() as i64, format!("Unexpected character: {}", item.after().unwrap_or(','))),
        Kind::BeforeFirst => (2, "Offset from last day must be <= 30".to_owned()),
        _ => (at, format!("Unexpected character: {}", first(&value))),
    }
}

/// What Quartz says of a list before it reads it.
fn list_details(item: &Item<'_>, field: Field) -> Option<&'static str> {
    let has_list = |sign: char| item.field.contains(sign) && item.field.contains(',');
    match field {
        Field::DayOfMonth if has_list('L') => Some(
            "Support for specifying 'L' and 'LW' with other days of the month is not implemented",
        ),
        Field::DayOfWeek if has_list('L') => {
            Some("Support for specifying 'L' with other days of the week is not implemented")
        }
        Field::DayOfWeek if item.field.matches('#').count() > 1 => {
            Some("Support for specifying multiple \"nth\" days is not implemented.")
        }
        _ => None,
    }
}

fn bounds_details(field: Field) -> &'static str {
    match field {
        Field::Seconds | Field::Minutes => "Minute and Second values must be between 0 and 59",
        Field::Hours => "Hour values must be between 0 and 23",
        Field::DayOfMonth => "Day of month values must be between 1 and 31",
        Field::Month => "Month values must be between 1 and 12",
        Field::DayOfWeek => "Day-of-Week values must be between 1 and 7",
        // Quartz does not look at years; this is said in its manner.
        Field::Year => "Year values must be between 1970 and 2199",
    }
}

/// The bound that Quartz names for a step, which is not always the one that it keeps.
fn step_bound(field: Field) -> u32 {
    match field {
        Field::Seconds | Field::Minutes => 60,
        Field::Hours => 24,
        Field::DayOfMonth | Field::Month | Field::DayOfWeek | Field::Year => field.rule().step_max,
    }
}

/// What Quartz says when it trips over itself.
fn illegal(cause: &str) -> (i64, String) {
    (0, format!("Illegal cron expression format ({cause})"))
}

fn is_name(field: Field, word: &str) -> bool {
    field.rule().names.contains(&word)
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or(' ')
}
