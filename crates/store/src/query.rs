//! One page of documents: of a kind within a scope, by id or by a label.

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Document, Kind};

/// Which documents of a kind within a scope, in which order, from where on, and how many.
///
/// Documents come in the order of their ids, or, [by a label](Self::by_label), in the order of its values and then of
/// their ids; documents without that label are then left out. A document that is there, unchanged, from the first page
/// to the last is on exactly one of them, whatever else is written in between.
///
/// ```
/// use tagout_store::{Body, Changes, Draft, Key, Kind, MemoryStore, Query, Store};
///
/// const JOB: Kind = Kind::constant("job");
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let mut changes = Changes::new();
/// for (id, status) in [("1", "succeeded"), ("2", "notStarted"), ("3", "succeeded"), ("4", "succeeded")] {
///     changes.create(Draft::new(Key::new(JOB, "acct", id)?, 1, Body::of(&())?).label("status", status)?);
/// }
/// store.commit(changes).await?;
///
/// let query = Query::new(JOB, "acct").by_label("status").equal_to("succeeded").limit(2);
/// let first = store.page(&query).await?;
/// assert_eq!(first.documents.iter().map(|job| job.key().id()).collect::<Vec<_>>(), ["1", "3"]);
/// let second = store.page(&query.after(first.next)).await?;
/// assert_eq!(second.documents.iter().map(|job| job.key().id()).collect::<Vec<_>>(), ["4"]);
/// assert!(second.next.is_none());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Query {
    kind: Kind,
    scope: Box<str>,
    label: Option<Box<str>>,
    from: Option<Box<str>>,
    until: Option<Box<str>>,
    after: Option<Cursor>,
    descending: bool,
    limit: usize,
}

impl Query {
    /// The most documents on one page, and how many there are if no limit is named.
    pub const LIMIT_MAX: usize = 1_000;

    /// All documents of the kind within the scope, by id.
    pub fn new(kind: Kind, scope: impl Into<Box<str>>) -> Self {
        let scope = scope.into();
        Self {
            kind,
            scope,
            label: None,
            from: None,
            until: None,
            after: None,
            descending: false,
            limit: Self::LIMIT_MAX,
        }
    }

    /// Only those with a label of this name, ordered by its value and then by id. Ranges are then ranges of the value.
    pub fn by_label(mut self, name: impl Into<Box<str>>) -> Self {
        self.label = Some(name.into());
        self
    }

    /// Only those whose id, or value of the label, begins with this text.
    pub fn prefix(self, prefix: &str) -> Self {
        let until = successor(prefix);
        let query = self.at_least(prefix);
        match until {
            Some(until) => query.below(until),
            None => query,
        }
    }

    /// Only those whose id, or value of the label, is this text.
    pub fn equal_to(self, text: &str) -> Self {
        self.at_least(text).below(format!("{text}\0")) // the least text above it
    }

    /// Only those whose id, or value of the label, is this text or comes after it.
    pub fn at_least(mut self, from: impl Into<Box<str>>) -> Self {
        self.from = self.from.max(Some(from.into()));
        self
    }

    /// Only those whose id, or value of the label, comes before this text.
    pub fn below(mut self, until: impl Into<Box<str>>) -> Self {
        let until = until.into();
        self.until = Some(
            self.until
                .map_or_else(|| until.clone(), |earlier| earlier.min(until.clone())),
        );
        self
    }

    /// Only those that come after the last document of an earlier page, in the order of this query.
    pub fn after(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.after = cursor.into();
        self
    }

    /// In the opposite order, greatest first.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most this many documents on the page; at most [`LIMIT_MAX`](Self::LIMIT_MAX) in any case.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.min(Self::LIMIT_MAX);
        self
    }

    /// The query as an adapter needs it.
    pub(crate) fn bounds(&self) -> Bounds<'_> {
        let after = self.after.as_ref().map(|cursor| match &self.label {
            Some(_) => (cursor.value.as_deref().unwrap_or_default(), &*cursor.id),
            None => (&*cursor.id, ""),
        });
        Bounds {
            kind: &self.kind,
            scope: &self.scope,
            label: self.label.as_deref(),
            from: self.from.as_deref(),
            until: self.until.as_deref(),
            after,
            descending: self.descending,
            limit: self.limit,
        }
    }

    /// The page of these documents, of which there is one more than the limit if others follow.
    pub(crate) fn page(&self, mut documents: Vec<Document>) -> Page {
        let more = documents.len() > self.limit;
        documents.truncate(self.limit);
        let next = documents.last().filter(|_| more).map(|last| Cursor {
            value: self.label.as_ref().and_then(|name| {
                let value = last.labels().find(|(label, _)| *label == &**name);
                value.map(|(_, value)| value.into())
            }),
            id: last.key().id().into(),
        });
        Page { documents, next }
    }
}

/// The least text greater than every text that begins with `prefix`; none if there is no such text.
fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let above = match last {
            '\u{d7ff}' => Some('\u{e000}'), // no characters lie between
            char::MAX => None,
            _ => char::from_u32(last as u32 + 1),
        };
        if let Some(above) = above {
            text.push(above);
            return Some(text);
        }
    }
    None
}

/// A place in the order of a query: its leading column and its second.
pub(crate) type Pair<'a> = (&'a str, &'a str);

/// A query, with its leading column (the id, or the value of a label) and the second (nothing, or the id).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds<'a> {
    pub(crate) kind: &'a Kind,
    pub(crate) scope: &'a str,
    pub(crate) label: Option<&'a str>,
    /// Inclusive, of the leading column.
    pub(crate) from: Option<&'a str>,
    /// Exclusive, of the leading column.
    pub(crate) until: Option<&'a str>,
    /// Exclusive, of both columns.
    pub(crate) after: Option<Pair<'a>>,
    pub(crate) descending: bool,
    pub(crate) limit: usize,
}

impl<'a> Bounds<'a> {
    /// The range of pairs (leading, second) in ascending order; none if it is empty.
    pub(crate) fn range(&self) -> Option<(Bound<Pair<'a>>, Bound<Pair<'a>>)> {
        let mut low = self
            .from
            .map_or(Bound::Unbounded, |from| Bound::Included((from, "")));
        let mut high = self
            .until
            .map_or(Bound::Unbounded, |until| Bound::Excluded((until, "")));
        if let Some(after) = self.after {
            if self.descending {
                if edge(&high).is_none_or(|until| after < until) {
                    high = Bound::Excluded(after);
                }
            } else if edge(&low).is_none_or(|from| after >= from) {
                low = Bound::Excluded(after);
            }
        }
        let empty = match (edge(&low), edge(&high)) {
            (Some(from), Some(until)) => from >= until,
            _ => false,
        };
        (!empty).then_some((low, high))
    }
}

fn edge<'a>(bound: &Bound<Pair<'a>>) -> Option<Pair<'a>> {
    match bound {
        Bound::Included(edge) | Bound::Excluded(edge) => Some(*edge),
        Bound::Unbounded => None,
    }
}

/// One page of documents, and where the next begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page {
    /// The documents, in the order of the query.
    pub documents: Vec<Document>,
    /// Where to go on; none if these were the last.
    pub next: Option<Cursor>,
}

/// A place between two documents of a query, to go on from; `Display` and `FromStr` carry it through a public token.
///
/// It says where a page ended, not what was on it: it holds no body, but the id, and the value of the label.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Cursor {
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    value: Option<Box<str>>,
    #[serde(rename = "i")]
    id: Box<str>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cursor: Self = serde_json::from_str(text).map_err(|_| InvalidCursor)?;
        let characters = cursor
            .id
            .chars()
            .chain(cursor.value.iter().flat_map(|value| value.chars()));
        if characters.clone().any(char::is_control) || text.len() > Self::BYTES_MAX {
            return Err(InvalidCursor);
        }
        Ok(cursor)
    }
}

impl Cursor {
    /// The longest cursor as text, in bytes.
    pub const BYTES_MAX: usize = 4_096;
}

/// The text was not written by [`Cursor`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a cursor of a page")]
pub struct InvalidCursor;

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<Query>();
        both::<Page>();
        both::<Cursor>();
    };

    #[test]
    fn a_prefix_ends_before_the_least_text_above_it() {
        #[track_caller]
        fn check(prefix: &str, expected: Option<&str>) {
            assert_eq!(successor(prefix).as_deref(), expected);
        }
        check("", None);
        check("mw-", Some("mw."));
        check("a\u{7f}", Some("a\u{80}"));
        check("a\u{d7ff}", Some("a\u{e000}"));
        check("a\u{10ffff}", Some("b"));
        check("\u{10ffff}\u{10ffff}", None);
    }

    #[test]
    fn ranges_meet_and_empty_ones_are_known() {
        let query = || Query::new(Kind::constant("k"), "s");
        let range = |query: Query| {
            query
                .bounds()
                .range()
                .map(|(low, high)| format!("{low:?} {high:?}"))
        };
        let cursor = |id: &str| Cursor {
            value: None,
            id: id.into(),
        };
        assert_eq!(range(query()).unwrap(), "Unbounded Unbounded");
        assert_eq!(
            range(query().prefix("b").at_least("a").below("z")).unwrap(),
            r#"Included(("b", "")) Excluded(("c", ""))"#
        );
        assert_eq!(range(query().at_least("b").below("b")), None);
        assert_eq!(
            range(query().at_least("b").after(cursor("a"))).unwrap(),
            r#"Included(("b", "")) Unbounded"#
        );
        assert_eq!(
            range(query().at_least("b").after(cursor("b"))).unwrap(),
            r#"Excluded(("b", "")) Unbounded"#
        );
        assert_eq!(range(query().below("b").after(cursor("b"))), None);
        assert_eq!(
            range(query().below("b").descending().after(cursor("z"))).unwrap(),
            r#"Unbounded Excluded(("b", ""))"#
        );
        assert_eq!(
            range(query().at_least("b").descending().after(cursor("b"))),
            None
        );
    }

    #[test]
    fn cursors_travel_as_text_and_others_are_refused() {
        for (value, id) in [
            (None, "a\"b"),
            (Some("".into()), "a"),
            (Some("ü".into()), "b"),
        ] {
            let cursor = Cursor {
                value,
                id: id.into(),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in [
            "",
            "{}",
            "a",
            r#"{"i":"a\u0000"}"#,
            r#"{"v":"\n","i":"a"}"#,
            &format!(r#"{{"i":"{}"}}"#, "a".repeat(4_096)),
        ] {
            let parsed: Result<Cursor, _> = text.parse();
            assert_eq!(parsed.unwrap_err().to_string(), "not a cursor of a page");
        }
    }
}
