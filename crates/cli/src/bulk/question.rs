//! One question, as it stands in a line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// One question: which schedule, in which zone, after when, how many openings.
///
/// Texts are borrowed from the line unless they hold an escape.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) expr: Cow<'a, str>,
    pub(crate) tz: Option<Cow<'a, str>>,
    pub(crate) after: Option<Cow<'a, str>>,
    pub(crate) n: Option<i64>,
    pub(crate) offset: Option<i64>,
}

impl<'a> Question<'a> {
    /// Reads a line, with the fault in words that fit into an answer.
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, String> {
        if line.trim_ascii().is_empty() {
            return Err("the line is empty, expected an object with `expr`".to_owned());
        }
        serde_json::from_slice(line).map_err(|error| {
            // A line is one line: only the column tells anything.
            let text = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            format!(
                "cannot read the line: {} at column {}",
                text.strip_suffix(&place).unwrap_or(&text),
                error.column()
            )
        })
    }
}

/// An object with these members. One that is `null` counts as left out, and others than these are ignored.
impl<'de: 'a, 'a> Deserialize<'de> for Question<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(QuestionVisitor)
    }
}

struct QuestionVisitor;

impl<'de> Visitor<'de> for QuestionVisitor {
    type Value = Question<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Question<'de>, A::Error> {
        let mut expr = None;
        let mut rest = Question {
            expr: Cow::Borrowed(""),
            tz: None,
            after: None,
            n: None,
            offset: None,
        };
        while let Some(Text(member)) = members.next_key()? {
            match &*member {
                "expr" => expr = text(&mut members)?,
                "tz" => rest.tz = text(&mut members)?,
                "after" => rest.after = text(&mut members)?,
                "n" => rest.n = members.next_value()?,
                "offset" => rest.offset = members.next_value()?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        let expr = expr.ok_or_else(|| A::Error::missing_field("expr"))?;
        Ok(Question { expr, ..rest })
    }
}

/// The value of a member that is a text or `null`.
fn text<'de, A: MapAccess<'de>>(members: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    Ok(members
        .next_value::<Option<Text<'de>>>()?
        .map(|text| text.0))
}

/// A text, borrowed from the line where it can be.
#[derive(Debug)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
