//! Reads a schedule from its text, byte by byte and once over.
//!
//! The good path allocates nothing. A bad text gives a [`Fault`]: what is wrong with which bytes; the error that a user
//! sees is made from it afterwards.

mod day;
mod fields;
mod item;
mod once;
mod split;

pub(crate) use fields::bare_fields;

use super::dialect::Length;
use super::error::ParseScheduleErrorKind as Kind;
use super::field::Field;
use super::{Dialect, Schedule};

/// What is wrong with the bytes from `start` to `end` of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) field: Option<Field>,
    /// First byte, inclusive.
    pub(crate) start: usize,
    /// Last byte, exclusive.
    pub(crate) end: usize,
}

impl Fault {
    const fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self {
            kind,
            field: None,
            start,
            end,
        }
    }

    const fn within(self, field: Field) -> Self {
        Self {
            field: Some(field),
            ..self
        }
    }
}

/// Reads a whole schedule.
#[inline]
pub(crate) fn schedule(text: &str, dialect: Dialect) -> Result<Schedule, Fault> {
    check_length(text, dialect)?;
    let bytes = text.as_bytes();
    let (form, start) = form(bytes, dialect)?;
    let end = closing(bytes, start)?;
    match form {
        Form::Cron => fields::fields(bytes, start, end, dialect).map(Schedule::Cron),
        Form::Rate => once::rate(bytes, start, end, dialect).map(Schedule::Rate),
        Form::At => once::at(bytes, start, end).map(Schedule::At),
    }
}

/// Refuses a text that is longer than the dialect takes, without reading it where it is far too long.
#[inline]
fn check_length(text: &str, dialect: Dialect) -> Result<(), Fault> {
    let fault = |max| Fault::new(Kind::TooLong { max }, 0, text.len());
    match dialect.rule().length {
        Length::Bytes(max) if text.len() > max => Err(fault(max)),
        // A character has at most four bytes.
        Length::Characters(max) if text.len() > 4 * max => Err(fault(max)),
        Length::Characters(max) if text.len() > max && text.chars().count() > max => {
            Err(fault(max))
        }
        Length::Bytes(_) | Length::Characters(_) => Ok(()),
    }
}

#[derive(Clone, Copy)]
enum Form {
    Cron,
    Rate,
    At,
}

/// Reads the word before the parenthesis; gives the place after it.
#[inline]
fn form(bytes: &[u8], dialect: Dialect) -> Result<(Form, usize), Fault> {
    if bytes.starts_with(b"cron(") {
        return Ok((Form::Cron, 5));
    }
    for (word, form) in [
        (b"cron(".as_slice(), Form::Cron),
        (b"rate(", Form::Rate),
        (b"at(", Form::At),
    ] {
        if let Some(prefix) = bytes.get(..word.len())
            && prefix.eq_ignore_ascii_case(word)
        {
            if prefix != word && !dialect.rule().any_case {
                return Err(Fault::new(Kind::UpperCase, 0, word.len() - 1));
            }
            return Ok((form, word.len()));
        }
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Fault::new(Kind::Empty, 0, bytes.len()));
    }
    let end = bytes
        .iter()
        .position(|&byte| byte == b'(')
        .unwrap_or(bytes.len());
    Err(Fault::new(Kind::UnknownForm, 0, end))
}

/// The place of the parenthesis that ends the text.
#[inline]
fn closing(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    if bytes.len() > start && bytes.ends_with(b")") {
        return Ok(bytes.len() - 1);
    }
    match bytes.iter().rposition(|&byte| byte == b')') {
        Some(close) => Err(Fault::new(Kind::TextAfter, close + 1, bytes.len())),
        None => Err(Fault::new(Kind::Unclosed, bytes.len(), bytes.len())),
    }
}

/// What separates fields (Quartz splits at blanks and tabs).
const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests;
