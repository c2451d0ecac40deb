//! A document as it is written and as it is read.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::key::{check_characters, check_length};
use crate::{InvalidKey, Key, Kind, StoreError};

/// Which writing of a document this is: a number that no other writing of it ever has, not even after it was deleted.
///
/// Versions are for comparing as the same or not the same; which is later, they do not say.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A type that is kept in a store: its kind, its format, and how to read what older programs wrote.
///
/// Raise `FORMAT` when a program of today could not read what tomorrow's writes, and teach
/// [`from_older`](Self::from_older) the old ones. A document of a newer format is refused rather than guessed at, so a
/// program that does not know a field cannot write the document back without it.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tagout_store::{Body, Document, Draft, Key, Kind, Stored, UnreadableBody, Version};
///
/// #[derive(Debug, PartialEq, Deserialize, Serialize)]
/// struct Server {
///     name: String,
///     cores: u32,
/// }
///
/// impl Stored for Server {
///     const KIND: Kind = Kind::constant("server");
///     const FORMAT: u32 = 2;
///
///     fn from_older(_format: u32, body: &Body) -> Result<Self, UnreadableBody> {
///         #[derive(Deserialize)]
///         struct First {
///             name: String,
///         }
///         let First { name } = body.parse()?;
///         Ok(Self { name, cores: 1 }) // what every server had then
///     }
/// }
///
/// let old = Draft::new(Key::new(Server::KIND, "acct", "a")?, 1, Body::from_json(r#"{"name":"a"}"#)?);
/// let document = Document::new(old, Version(1));
/// assert_eq!(document.read::<Server>()?, Server { name: "a".into(), cores: 1 });
///
/// let newer = Draft::new(Key::new(Server::KIND, "acct", "b")?, 3, Body::from_json(r#"{"fqdn":"b.example"}"#)?);
/// let refused = Document::new(newer, Version(2)).read::<Server>().unwrap_err();
/// assert_eq!(refused.to_string(), "server/acct/b has format 3, this program knows up to 2: use a newer one");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Stored: Serialize + DeserializeOwned {
    /// What sort of document this type is.
    const KIND: Kind;
    /// The format that this program writes; the first is 1.
    const FORMAT: u32;

    /// Reads what an older program wrote, in a format before `FORMAT`.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableBody`] if the body is not of that format; as provided, of any older format.
    fn from_older(format: u32, body: &Body) -> Result<Self, UnreadableBody> {
        let _ = body;
        Err(UnreadableBody(
            format!("format {format} has no reader").into(),
        ))
    }
}

/// The content of a document or an event: one JSON text on one line.
///
/// A clone shares the text, and `{:?}` shows its length only, because bodies hold secrets.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Body(Arc<str>);

impl Body {
    /// The longest body, in bytes.
    pub const BYTES_MAX: usize = 16 << 20;

    /// The body of a value that writes itself as JSON.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidBody`] if the value refuses to be written, or its text is too long.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, InvalidBody> {
        let text = serde_json::to_string(value).map_err(|error| InvalidBody::NotJson {
            why: error.to_string().into(),
        })?;
        Self::sized(text.into())
    }

    /// The body that is this JSON text. Line breaks between its tokens become spaces, and what is around it goes; all
    /// else stays as it is.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidBody`] if the text is no JSON, or is too long.
    pub fn from_json(text: impl Into<String>) -> Result<Self, InvalidBody> {
        let mut text: String = text.into();
        serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|error| {
            InvalidBody::NotJson {
                why: place_of(&error),
            }
        })?;
        if text.contains(['\n', '\r']) {
            text = text.replace(['\n', '\r'], " "); // inside a string they are escaped
        }
        let trimmed = text.trim_ascii();
        if trimmed.len() < text.len() {
            text = String::from(trimmed);
        }
        Self::sized(text.into())
    }

    fn sized(text: Arc<str>) -> Result<Self, InvalidBody> {
        if text.len() > Self::BYTES_MAX {
            return Err(InvalidBody::TooLong {
                length: text.len(),
                max: Self::BYTES_MAX,
            });
        }
        Ok(Self(text))
    }

    /// The body that a store of ours kept: checked when it was written.
    pub(crate) fn kept(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value that the text stands for.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableBody`], with the place and the sort of the mistake but no part of the text.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, UnreadableBody> {
        serde_json::from_str(&self.0).map_err(|error| UnreadableBody(place_of(&error)))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

/// Where a JSON text is wrong, and how, without quoting it: `serde_json` would quote values.
fn place_of(error: &serde_json::Error) -> Box<str> {
    let how = match error.classify() {
        serde_json::error::Category::Io => "not readable",
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Data => "not the expected type",
        serde_json::error::Category::Eof => "cut short",
    };
    format!("{how} at line {}, column {}", error.line(), error.column()).into()
}

/// Why a text or a value is no body.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBody {
    /// It is no JSON.
    #[error("the body is {why}")]
    NotJson {
        /// The place and the sort of the mistake.
        why: Box<str>,
    },
    /// It is too long.
    #[error("the body has {length} bytes, expected at most {max}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The most bytes.
        max: usize,
    },
}

/// Why a body is not of the type it was read as; quotes no part of it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableBody(pub Box<str>);

/// A document before it is written: what a commit puts under a key.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_store::{Body, Draft, Key, Kind};
///
/// let key = Key::new(Kind::constant("job"), "acct", "wa1-12345")?;
/// let draft = Draft::new(key, 1, Body::of(&["reboot", "WA1ACCTWEB01"])?)
///     .label("status", "notStarted")?
///     .due_at(Utc.with_ymd_and_hms(2026, 3, 1, 2, 0, 0).unwrap());
/// assert_eq!(draft.body().as_str(), r#"["reboot","WA1ACCTWEB01"]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Draft {
    key: Key,
    format: u32,
    body: Body,
    labels: Labels,
    due_at: Option<DateTime<Utc>>,
}

/// The labels of one document, by name.
pub(crate) type Labels = BTreeMap<Kind, Box<str>>;

impl Draft {
    /// The most labels of one document.
    pub const LABELS_MAX: usize = 8;
    /// The longest value of a label, in bytes.
    pub const LABEL_BYTES_MAX: usize = 256;

    /// A document without labels that is never due.
    pub fn new(key: Key, format: u32, body: Body) -> Self {
        Self {
            key,
            format,
            body,
            labels: Labels::new(),
            due_at: None,
        }
    }

    /// The document of a value that is kept in stores.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidDraft`] if `scope` or `id` cannot be part of a key, or the value cannot be a body.
    pub fn of<T: Stored>(
        scope: impl Into<Box<str>>,
        id: impl Into<Box<str>>,
        value: &T,
    ) -> Result<Self, InvalidDraft> {
        Ok(Self::new(
            Key::new(T::KIND, scope, id)?,
            T::FORMAT,
            Body::of(value)?,
        ))
    }

    /// The document with this label, by which a [`Query`](crate::Query) can find and order it.
    ///
    /// A label of the same name is replaced. The value may be empty and holds no control characters; values are
    /// ordered by their bytes, so a number needs leading zeros.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] if `name` is not made as a [`Kind`], the value is too long, or there are already
    /// [`LABELS_MAX`](Self::LABELS_MAX).
    pub fn label(mut self, name: &str, value: impl Into<Box<str>>) -> Result<Self, InvalidKey> {
        let (name, value) = (name.parse()?, value.into());
        check_length("label value", &value, 0, Self::LABEL_BYTES_MAX)?;
        check_characters("label value", &value)?;
        self.labels.insert(name, value);
        if self.labels.len() > Self::LABELS_MAX {
            return Err(InvalidKey::TooManyLabels {
                max: Self::LABELS_MAX,
            });
        }
        Ok(self)
    }

    /// The document, due from `at` on, inclusive. Kept to the microsecond, and never handed out before `at`.
    pub fn due_at(mut self, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.due_at = at.into().map(|at| at_micros(micros_up(at)));
        self
    }

    /// The place of the document.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The format of its body.
    pub fn format(&self) -> u32 {
        self.format
    }

    /// Its content.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Its labels, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels
            .iter()
            .map(|(name, value)| (name.as_str(), &**value))
    }

    /// When it is next due; none if never.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }

    pub(crate) fn label_map(&self) -> &Labels {
        &self.labels
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn kept(
        key: Key,
        format: u32,
        body: Body,
        labels: Labels,
        due_at: Option<i64>,
    ) -> Self {
        Self {
            key,
            format,
            body,
            labels,
            due_at: due_at.map(at_micros),
        }
    }

    pub(crate) fn due_micros(&self) -> Option<i64> {
        self.due_at.as_ref().map(DateTime::timestamp_micros)
    }
}

/// Why a value is no draft.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDraft {
    /// Its place is no key.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// Its value is no body.
    #[error(transparent)]
    Body(#[from] InvalidBody),
}

/// A document as it is stored, with the version that a later commit must name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    draft: Draft,
    version: Version,
}

impl Document {
    /// The document that a draft became.
    pub fn new(draft: Draft, version: Version) -> Self {
        Self { draft, version }
    }

    /// Which writing of the document this is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The place of the document.
    pub fn key(&self) -> &Key {
        &self.draft.key
    }

    /// The format of its body.
    pub fn format(&self) -> u32 {
        self.draft.format
    }

    /// Its content.
    pub fn body(&self) -> &Body {
        &self.draft.body
    }

    /// Its labels, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.draft.labels()
    }

    /// When it was said to be due; none if never. A lease does not change it.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.draft.due_at
    }

    /// What was written, to be changed and written again.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What was written, without its version.
    pub fn into_draft(self) -> Draft {
        self.draft
    }

    /// The value that the document holds.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::NewerFormat`] if a newer program wrote it, and [`StoreError::Unreadable`] if it is of
    /// another kind or its body is not of its format.
    pub fn read<T: Stored>(&self) -> Result<T, StoreError> {
        read(self.key().kind(), self.format(), self.body(), || {
            self.key().to_string()
        })
    }

    /// What the counter stands at.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Unreadable`] if the document is no counter.
    pub fn count(&self) -> Result<u64, StoreError> {
        count_of(self.body()).ok_or_else(|| StoreError::Unreadable {
            what: self.key().to_string().into(),
            why: "not a counter".into(),
        })
    }
}

/// The format of a counter, whose body is one number.
pub(crate) const COUNTER_FORMAT: u32 = 1;

pub(crate) fn count_of(body: &Body) -> Option<u64> {
    body.as_str().parse().ok()
}

/// Reads a body of `kind` and `format` as a `T`; `what` names it in errors.
pub(crate) fn read<T: Stored>(
    kind: &Kind,
    format: u32,
    body: &Body,
    what: impl Fn() -> String,
) -> Result<T, StoreError> {
    let unreadable = |why: Box<str>| StoreError::Unreadable {
        what: what().into(),
        why,
    };
    if *kind != T::KIND {
        return Err(unreadable(
            format!("its kind is {kind}, expected {}", T::KIND).into(),
        ));
    }
    match format.cmp(&T::FORMAT) {
        std::cmp::Ordering::Greater => Err(StoreError::NewerFormat {
            what: what().into(),
            found: format,
            known: T::FORMAT,
        }),
        std::cmp::Ordering::Equal => body.parse().map_err(|error| unreadable(error.0)),
        std::cmp::Ordering::Less => {
            T::from_older(format, body).map_err(|error| unreadable(error.0))
        }
    }
}

/// Microseconds since 1970, rounded down: `now`, as it is compared with due times.
pub(crate) fn micros_down(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// Microseconds since 1970, rounded up: a due time, so that nothing is handed out early.
pub(crate) fn micros_up(at: DateTime<Utc>) -> i64 {
    let down = at.timestamp_micros();
    let exact = at.timestamp_subsec_nanos().is_multiple_of(1_000);
    if exact {
        down
    } else {
        down.saturating_add(1)
            .min(DateTime::<Utc>::MAX_UTC.timestamp_micros())
    }
}

/// The end of a lease of `lease` from `now`, in microseconds; a lease that is not positive ends at `now`.
pub(crate) fn lease_end(now: DateTime<Utc>, lease: TimeDelta) -> i64 {
    micros_up(
        now.checked_add_signed(lease.max(TimeDelta::zero()))
            .unwrap_or(DateTime::<Utc>::MAX_UTC),
    )
}

/// The instant of that many microseconds since 1970, as near as chrono can come.
pub(crate) fn at_micros(micros: i64) -> DateTime<Utc> {
    let nearest = if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    };
    DateTime::from_timestamp_micros(micros).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<Document>();
        both::<Draft>();
    };

    fn key() -> Key {
        Key::new(Kind::constant("secret"), "acct", "a").unwrap()
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct Port(u16);

    impl Stored for Port {
        const KIND: Kind = Kind::constant("secret");
        const FORMAT: u32 = 2;
    }

    #[test]
    fn debug_and_errors_do_not_quote_a_body() {
        let document = Document::new(
            Draft::new(key(), 2, Body::of("hunter2").unwrap()),
            Version(3),
        );
        let refused = document.read::<Port>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "secret/acct/a cannot be read: not the expected type at line 1, column 9"
        );
        assert!(!format!("{document:?} {refused:?}").contains("hunter2"));
    }

    #[test]
    fn a_document_without_a_reader_for_its_format_is_refused() {
        let document = Document::new(Draft::new(key(), 1, Body::of(&80).unwrap()), Version(3));
        assert_eq!(
            document.read::<Port>().unwrap_err().to_string(),
            "secret/acct/a cannot be read: format 1 has no reader"
        );
    }

    #[test]
    fn a_document_of_another_kind_is_refused() {
        let key = Key::new(Kind::constant("server"), "acct", "a").unwrap();
        let document = Document::new(Draft::new(key, 2, Body::of(&80).unwrap()), Version(3));
        assert_eq!(
            document.read::<Port>().unwrap_err().to_string(),
            "server/acct/a cannot be read: its kind is server, expected secret"
        );
    }

    #[test]
    fn a_body_is_one_line_of_json() {
        assert_eq!(
            Body::from_json("{\n\t\"a\": \"x\\ny\"\r\n}")
                .unwrap()
                .as_str(),
            "{ \t\"a\": \"x\\ny\"  }"
        );
        assert_eq!(
            Body::from_json("{\"a\"").unwrap_err().to_string(),
            "the body is cut short at line 1, column 4"
        );
        assert_eq!(
            Body::from_json("{} x").unwrap_err().to_string(),
            "the body is not JSON at line 1, column 4"
        );
        let long = format!("\"{}\"", "x".repeat(Body::BYTES_MAX));
        assert_eq!(
            Body::from_json(long).unwrap_err().to_string(),
            "the body has 16777218 bytes, expected at most 16777216"
        );
    }

    #[test]
    fn labels_are_checked_and_replaced_by_name() {
        let draft = || Draft::new(key(), 1, Body::of(&1).unwrap());
        let twice = draft()
            .label("status", "a")
            .unwrap()
            .label("status", "b")
            .unwrap();
        assert_eq!(twice.labels().collect::<Vec<_>>(), [("status", "b")]);
        let refused =
            |name: &str, value: String| draft().label(name, value).unwrap_err().to_string();
        assert_eq!(
            refused("Status", String::new()),
            "kind `Status` holds `S`, expected only `a-z`, `0-9`, `-`, `_` and `.`"
        );
        assert_eq!(
            refused("status", "x".repeat(257)),
            "label value has 257 bytes, expected 0 to 256"
        );
        assert_eq!(
            refused("status", "\u{85}".into()),
            "label value \"\\u{85}\" holds a control character"
        );
        let full = (0..8).fold(draft(), |draft, i| {
            draft.label(&format!("l{i}"), "").unwrap()
        });
        assert_eq!(
            full.label("one-more", "").unwrap_err().to_string(),
            "a document has at most 8 labels"
        );
    }

    #[test]
    fn due_times_round_up_and_now_rounds_down() {
        let nanos = |nanos| DateTime::from_timestamp(1_000, nanos).unwrap();
        assert_eq!(micros_up(nanos(1)), 1_000_000_001);
        assert_eq!(micros_up(nanos(1_000)), 1_000_000_001);
        assert_eq!(micros_down(nanos(999)), 1_000_000_000);
        let before_1970 = DateTime::from_timestamp(-1, 999_999_999).unwrap();
        assert_eq!((micros_down(before_1970), micros_up(before_1970)), (-1, 0));
        for extreme in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let draft = Draft::new(key(), 1, Body::of(&1).unwrap()).due_at(extreme);
            assert_eq!(draft.due().map(micros_up), draft.due_micros());
        }
        assert_eq!(
            lease_end(DateTime::<Utc>::MAX_UTC, TimeDelta::days(1)),
            DateTime::<Utc>::MAX_UTC.timestamp_micros()
        );
        assert_eq!(lease_end(nanos(0), TimeDelta::days(-1)), 1_000_000_000);
    }
}
