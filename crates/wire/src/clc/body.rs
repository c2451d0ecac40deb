//! What a request says, taken apart: trees, forms and queries within bounds, and the faults found in them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use tagout_batch::Loose;

use super::Fault;
use crate::aws::{Limits, Tree};

/// How many faults of one request are told; one that has more is told so by these.
const FAULTS_MAX: usize = 100;

/// How many pairs a form or a query may have.
const PAIRS_MAX: usize = 10_000;

/// The faults of a request, by the places where they stand.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Box<str>, Box<str>)>);

impl Faults {
    pub(super) fn add(&mut self, place: impl fmt::Display, text: impl fmt::Display) {
        if self.0.len() < FAULTS_MAX {
            self.0
                .push((place.to_string().into(), text.to_string().into()));
        }
    }

    /// All of them as an answer, if there are any.
    pub(super) fn or<T>(self, value: Option<T>) -> Result<T, Fault> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Fault::invalid(self.0)),
        }
    }
}

/// The members of an object, with their names as they were written.
pub(super) type Members<'t, 'a> = &'t [(Cow<'a, str>, Tree<'a>)];

/// The tree of a JSON body.
pub(super) fn tree(body: &[u8]) -> Result<Tree<'_>, Fault> {
    let limits = Limits::default();
    Tree::parse(body, &limits).map_err(|fault| {
        if fault.status() == 413 {
            Fault::too_large(limits.bytes)
        } else {
            let text = fault.message().unwrap_or("unreadable");
            Fault::bad_request(format_args!("The request is not valid JSON: {text}"))
        }
    })
}

/// The object that a JSON body has to be.
pub(super) fn object<'t, 'a>(tree: &'t Tree<'a>) -> Result<Members<'t, 'a>, Fault> {
    match tree {
        Tree::Object(members) => Ok(members),
        other => Err(wrong("body", other, "an object")),
    }
}

/// One value that is not of the kind it has to be, as an answer.
pub(super) fn wrong(place: &str, found: &Tree<'_>, expected: &str) -> Fault {
    let text = format!("it is {}, expected {expected}", loose(Some(found)));
    Fault::invalid([(place.into(), text.into())])
}

/// The member of this name in any letter case, as the service read them; a fault if there is more than one.
pub(super) fn member<'t, 'a>(
    members: Members<'t, 'a>,
    name: &str,
    place: &str,
    faults: &mut Faults,
) -> Option<&'t Tree<'a>> {
    let mut found = members
        .iter()
        .filter(|(written, _)| written.eq_ignore_ascii_case(name))
        .map(|(_, value)| value);
    let first = found.next();
    if found.next().is_some() {
        faults.add(place, "it is said twice, in letters of different case");
    }
    first
}

/// The value as it was written, before anyone knows whether it fits.
pub(super) fn loose(value: Option<&Tree<'_>>) -> Loose {
    match value {
        None => Loose::Missing,
        Some(Tree::Text(text)) => Loose::Text((&**text).into()),
        Some(Tree::Bool(flag)) => Loose::Flag(*flag),
        Some(Tree::Number(number)) => number
            .as_i64()
            .map_or(Loose::Other("a fraction"), Loose::Whole),
        Some(Tree::Null) => Loose::Other("null"),
        Some(Tree::List(_)) => Loose::Other("a list"),
        Some(Tree::Object(_)) => Loose::Other("an object"),
    }
}

/// Reads the members of one object, with a fault for each that is not as it has to be.
///
/// A member that is `null` counts as left out.
pub(super) struct Reader<'f, 't, 'a> {
    pub(super) members: Members<'t, 'a>,
    /// Where the object stands, such as `body`.
    pub(super) place: &'f str,
    pub(super) faults: &'f mut Faults,
}

impl<'t, 'a> Reader<'_, 't, 'a> {
    fn place_of(&self, name: &str) -> String {
        format!("{}.{name}", self.place)
    }

    pub(super) fn fault(&mut self, name: &str, text: impl fmt::Display) {
        let place = self.place_of(name);
        self.faults.add(place, text);
    }

    /// The member, if it is there.
    pub(super) fn value(&mut self, name: &str) -> Option<&'t Tree<'a>> {
        let place = self.place_of(name);
        member(self.members, name, &place, self.faults).filter(|value| !matches!(value, Tree::Null))
    }

    fn unfit(&mut self, name: &str, found: &Tree<'_>, expected: impl fmt::Display) {
        let found = loose(Some(found));
        self.fault(name, format_args!("it is {found}, expected {expected}"));
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Option<&'t str> {
        match self.value(name)? {
            Tree::Text(text) => Some(text),
            other => {
                self.unfit(name, other, "a text");
                None
            }
        }
    }

    /// A text that has to be there; an empty one counts as left out.
    pub(super) fn required(&mut self, name: &str) -> Option<&'t str> {
        match self.value(name) {
            Some(Tree::Text(text)) if !text.is_empty() => Some(text),
            None | Some(Tree::Text(_)) => {
                self.fault(name, "it is missing, expected a text");
                None
            }
            Some(other) => {
                self.unfit(name, other, "a text");
                None
            }
        }
    }

    /// A text that means a value, such as an id.
    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(name, error);
                None
            }
        }
    }

    /// True or false, or a text that says so.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Tree::Bool(flag) => Some(*flag),
            Tree::Text(word) if word.eq_ignore_ascii_case("true") => Some(true),
            Tree::Text(word) if word.eq_ignore_ascii_case("false") => Some(false),
            other => {
                self.unfit(name, other, "true or false");
                None
            }
        }
    }

    /// A whole number within bounds, both inclusive, or a text of digits that says one.
    pub(super) fn whole(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        let value = self.value(name)?;
        let number = whole(value).filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.unfit(
                name,
                value,
                format_args!("a whole number from {min} to {max}"),
            );
        }
        number
    }

    /// An instant, with its offset from UTC.
    pub(super) fn instant(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let text = self.text(name)?;
        let instant = instant(text);
        if instant.is_none() {
            let shown = Loose::from(text);
            self.fault(name, format_args!("it is {shown}, expected {INSTANT}"));
        }
        instant
    }

    /// The values of a list.
    pub(super) fn list(&mut self, name: &str) -> Option<&'t [Tree<'a>]> {
        match self.value(name)? {
            Tree::List(values) => Some(values),
            other => {
                self.unfit(name, other, "a list");
                None
            }
        }
    }
}

/// What an instant looks like.
pub(super) const INSTANT: &str = "an instant such as `2026-03-01T12:00:00Z`";

/// The instant of this text. Those beyond the year 9999 are none.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let year = chrono::Datelike::year(&instant);
    (1970..=9999).contains(&year).then_some(instant)
}

/// The whole number that a number is, or the digits of a text say.
pub(super) fn whole(value: &Tree<'_>) -> Option<i64> {
    match value {
        Tree::Number(number) => number.as_i64(),
        Tree::Text(digits) => digits_of(digits),
        _ => None,
    }
}

fn digits_of(text: &str) -> Option<i64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// The pairs of a form, or of a query.
#[derive(Debug)]
pub(super) struct Pairs<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Pairs<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let pairs: Vec<_> = form_urlencoded::parse(bytes).take(PAIRS_MAX + 1).collect();
        if pairs.len() > PAIRS_MAX {
            let message = format!("The request has more than {PAIRS_MAX} parameters.");
            return Err(Fault::bad_request(message));
        }
        Ok(Self(pairs))
    }

    /// Every value under this name, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }

    /// The one value under this name; a fault if there are more.
    pub(super) fn one(&self, name: &str, faults: &mut Faults) -> Option<&str> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            faults.add(name, "it is said twice");
        }
        first
    }

    /// A value that means something, such as an id.
    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &str,
        faults: &mut Faults,
    ) -> Option<T> {
        match self.one(name, faults)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                faults.add(name, error);
                None
            }
        }
    }

    /// A whole number within bounds, both inclusive.
    pub(super) fn whole(&self, name: &str, min: i64, max: i64, faults: &mut Faults) -> Option<i64> {
        let text = self.one(name, faults)?;
        let number = digits_of(text).filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let shown = Loose::from(text);
            let expected = format!("it is {shown}, expected a whole number from {min} to {max}");
            faults.add(name, expected);
        }
        number
    }

    /// An instant, with its offset from UTC.
    pub(super) fn instant(&self, name: &str, faults: &mut Faults) -> Option<DateTime<Utc>> {
        let text = self.one(name, faults)?;
        let instant = instant(text);
        if instant.is_none() {
            let shown = Loose::from(text);
            faults.add(name, format_args!("it is {shown}, expected {INSTANT}"));
        }
        instant
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        let Some(text) = self.one(name, faults) else {
            return false;
        };
        if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") {
            let shown = Loose::from(text);
            faults.add(name, format_args!("it is {shown}, expected true or false"));
        }
        text.eq_ignore_ascii_case("true")
    }
}
