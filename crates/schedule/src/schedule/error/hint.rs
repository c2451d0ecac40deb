//! What to write instead.

use super::ParseScheduleErrorKind as Kind;
use crate::schedule::parse::{Fault, bare_fields};
use crate::schedule::rate::UNITS;
use crate::schedule::{Dialect, Field};

/// What crontab's short forms would be called here.
const SHORT_FORMS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 ? *"),
    ("@annually", "0 0 1 1 ? *"),
    ("@monthly", "0 0 1 * ? *"),
    ("@weekly", "0 0 ? * SUN *"),
    ("@daily", "0 0 * * ? *"),
    ("@midnight", "0 0 * * ? *"),
    ("@hourly", "0 * * * ? *"),
];

/// What its writer may have meant by the faulty part of `text`.
pub(super) fn hint(text: &str, dialect: Dialect, fault: &Fault) -> Option<String> {
    let value = &text[fault.start..fault.end];
    match fault.kind {
        Kind::UnknownForm => form_hint(text, dialect),
        Kind::TextAfter if value.trim().is_empty() => Some("remove the blanks after it".to_owned()),
        Kind::FieldCount { found: 5 } => {
            Some("five fields are those of crontab: add a year, or `*`, and write `?` in one of the day fields".to_owned())
        }
        Kind::BothDays => Some(match value.split_ascii_whitespace().collect::<Vec<_>>()[..] {
            [.., "*"] => "write `?` in day-of-week".to_owned(),
            ["*", ..] => "write `?` in day-of-month".to_owned(),
            _ => "write `?` in the one that does not matter".to_owned(),
        }),
        Kind::NoDay => Some("write `*` in one of them for every day".to_owned()),
        Kind::UnknownName | Kind::NotANumber { .. } => name_hint(value, fault.field?),
        Kind::OutOfRange { max: 7, .. } if value.bytes().all(|digit| digit == b'0') => {
            Some("Sunday is 1, or `SUN`".to_owned())
        }
        Kind::OutOfRange { max: 23, .. } if value == "24" => Some("midnight is hour 0".to_owned()),
        Kind::StepAfterName => step_hint(value, fault.field?),
        Kind::Misplaced if fault.field == Some(Field::Month) && value == "?" => {
            Some("six fields begin with minutes and end with a year; seven begin with seconds".to_owned())
        }
        Kind::NotAlone if value != "?" && is_list(text, fault) => {
            Some("write one schedule for each such day".to_owned())
        }
        Kind::UnknownUnit => unit_hint(text, dialect, fault),
        Kind::AtShape if value.ends_with('Z') || value.rfind(['+', '-']).is_some_and(|sign| sign > 10) => {
            Some("leave the zone out: it is set beside the schedule".to_owned())
        }
        _ => None,
    }
}

/// The form that the whole text lacks.
fn form_hint(text: &str, dialect: Dialect) -> Option<String> {
    if text.starts_with(char::is_whitespace) {
        return Some("remove the blanks before it".to_owned());
    }
    if bare_fields(text, dialect).is_ok() {
        return Some("put the fields into `cron(...)`".to_owned());
    }
    let (_, fields) = SHORT_FORMS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))?;
    Some(format!("write `cron({fields})`"))
}

/// Whether the field that holds the fault is a list.
fn is_list(text: &str, fault: &Fault) -> bool {
    let is_outside = |char: char| matches!(char, ' ' | '\t' | '(' | ')');
    text[fault.end..]
        .split(is_outside)
        .next()
        .is_some_and(|rest| rest.contains(','))
        || text[..fault.start]
            .rsplit(is_outside)
            .next()
            .is_some_and(|rest| rest.contains(','))
}

/// The unit that was meant: in the right case, or weeks as days.
fn unit_hint(text: &str, dialect: Dialect, fault: &Fault) -> Option<String> {
    let value = &text[fault.start..fault.end];
    let unit = UNITS.iter().find(|unit| {
        [unit.name, unit.plural]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(value))
    })?;
    if unit.name != "week" || dialect.rule().weeks {
        return Some(format!("write `{}`", value.to_ascii_lowercase()));
    }
    let count = text[..fault.start]
        .trim_end()
        .rsplit(|char: char| !char.is_ascii_digit())
        .next()?;
    let days = count.parse::<u32>().ok()?.checked_mul(7)?;
    Some(format!("write `rate({days} days)`"))
}

/// The three letters of a long name, or the field that a name belongs to.
fn name_hint(value: &str, field: Field) -> Option<String> {
    let is_name = |known: &&&str| {
        value
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(known))
    };
    if let Some(name) = field.rule().names.iter().find(is_name) {
        return Some(format!("write `{name}`"));
    }
    let other = [Field::Month, Field::DayOfWeek].into_iter().find(|other| {
        *other != field && value.len() == 3 && other.rule().names.iter().any(|name| is_name(&name))
    })?;
    Some(format!("`{value}` belongs in the {other} field"))
}

/// The same step with numbers instead of names.
fn step_hint(value: &str, field: Field) -> Option<String> {
    let (range, step) = value.split_once('/')?;
    let rule = field.rule();
    let number = |name: &str| {
        let place = rule
            .names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        Some(rule.min + place as u32)
    };
    match range.split_once('-') {
        Some((first, last)) => Some(format!(
            "write `{}-{}/{step}`",
            number(first)?,
            number(last)?
        )),
        None => Some(format!("write `{}/{step}`", number(range)?)),
    }
}
