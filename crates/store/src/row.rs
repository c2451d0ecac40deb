//! Documents and events as columns, for the adapters that keep them in tables.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::document::Labels;
use crate::query::Bounds;
use crate::{Body, Document, Draft, Event, Key, Kind, Position, Version};

/// The columns of a document, as a database returns them.
#[derive(Debug)]
pub(crate) struct DocumentRow {
    pub(crate) kind: String,
    pub(crate) scope: String,
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) format: i64,
    pub(crate) body: String,
    pub(crate) labels: Option<String>,
    pub(crate) due_at: Option<i64>,
}

impl DocumentRow {
    /// The document of the row, or what is wrong with it.
    pub(crate) fn document(self) -> Result<Document, Box<str>> {
        let place = format!("document {}/{}/{}", self.kind, self.scope, self.id);
        let wrong = |what: &str| format!("{place} has {what}").into_boxed_str();
        let kind = Kind::try_from(self.kind).map_err(|_| wrong("a malformed kind"))?;
        let key = Key::new(kind, self.scope, self.id).map_err(|_| wrong("a malformed key"))?;
        let version = u64::try_from(self.version).map_err(|_| wrong("a negative version"))?;
        let format = u32::try_from(self.format).map_err(|_| wrong("a malformed format"))?;
        let labels = match &self.labels {
            Some(text) => serde_json::from_str(text).map_err(|_| wrong("malformed labels"))?,
            None => Labels::new(),
        };
        let draft = Draft::kept(key, format, Body::kept(self.body), labels, self.due_at);
        Ok(Document::new(draft, Version(version)))
    }
}

/// The labels of a document as one column; none where there are none.
pub(crate) fn labels_text(labels: &Labels) -> Option<String> {
    if labels.is_empty() {
        return None;
    }
    let pairs: BTreeMap<&str, &str> = labels
        .iter()
        .map(|(name, value)| (name.as_str(), &**value))
        .collect();
    Some(serde_json::to_string(&pairs).expect("text is always written"))
}

/// The columns of an event, as a database returns them.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) kind: String,
    pub(crate) scope: String,
    pub(crate) format: i64,
    pub(crate) body: String,
}

impl EventRow {
    /// The event of the row, or what is wrong with it.
    pub(crate) fn event(self) -> Result<Event, Box<str>> {
        let wrong = |what: &str| format!("event {} has {what}", self.position).into_boxed_str();
        let position = u64::try_from(self.position).map_err(|_| wrong("a negative position"))?;
        let kind = Kind::try_from(self.kind).map_err(|_| wrong("a malformed kind"))?;
        let format = u32::try_from(self.format).map_err(|_| wrong("a malformed format"))?;
        Ok(Event::new(
            Position(position),
            kind,
            self.scope,
            format,
            Body::kept(self.body),
        ))
    }
}

/// A query as SQL with numbered parameters, all of them text, and then the limit.
#[derive(Debug)]
pub(crate) struct PageSql<'a> {
    pub(crate) sql: String,
    pub(crate) texts: Vec<&'a str>,
    /// One more than the page holds, to learn whether another follows.
    pub(crate) limit: i64,
}

impl<'a> PageSql<'a> {
    /// The query over tables whose names begin with `schema`; none if it can find nothing.
    pub(crate) fn of(bounds: &Bounds<'a>, schema: &str, columns: &str) -> Option<Self> {
        let range = bounds.range()?;
        if bounds.limit == 0 {
            return None;
        }
        let direction = if bounds.descending { "DESC" } else { "ASC" };
        let sides = [
            range.0.map(|edge| (">", edge)),
            range.1.map(|edge| ("<", edge)),
        ];
        let mut texts = vec![bounds.kind.as_str(), bounds.scope];
        let mut clauses = Vec::new();
        let sql = if let Some(name) = bounds.label {
            texts.push(name);
            for (operator, (value, id)) in sides.into_iter().filter_map(comparison) {
                texts.extend([value, id]);
                let n = texts.len();
                clauses.push(format!(
                    " AND (l.value, l.id) {operator} (${}, ${n})",
                    n - 1
                ));
            }
            format!(
                "SELECT {columns} FROM {schema}labels l CROSS JOIN {schema}documents d \
                 WHERE d.kind = l.kind AND d.scope = l.scope AND d.id = l.id \
                 AND l.kind = $1 AND l.scope = $2 AND l.name = $3{} \
                 ORDER BY l.value {direction}, l.id {direction} LIMIT ${}",
                clauses.concat(),
                texts.len() + 1,
            )
        } else {
            for (operator, (id, _)) in sides.into_iter().filter_map(comparison) {
                texts.push(id);
                clauses.push(format!(" AND d.id {operator} ${}", texts.len()));
            }
            format!(
                "SELECT {columns} FROM {schema}documents d WHERE d.kind = $1 AND d.scope = $2{} \
                 ORDER BY d.id {direction} LIMIT ${}",
                clauses.concat(),
                texts.len() + 1,
            )
        };
        Some(Self {
            sql,
            texts,
            limit: bounds.limit as i64 + 1,
        })
    }
}

/// The operator of a comparison, made inclusive where the bound is, and the edge to compare with.
fn comparison<T>(bound: Bound<(&str, T)>) -> Option<(String, T)> {
    match bound {
        Bound::Unbounded => None,
        Bound::Excluded((operator, edge)) => Some((operator.to_owned(), edge)),
        Bound::Included((operator, edge)) => Some((format!("{operator}="), edge)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;

    #[test]
    fn queries_become_ranges_of_an_index() {
        #[track_caller]
        fn check(query: &Query, expected: &str) {
            let page = PageSql::of(&query.bounds(), "t.", "*").unwrap();
            assert_eq!(
                format!("{} {:?} {}", page.sql, page.texts, page.limit),
                expected
            );
        }
        let query = || Query::new(Kind::constant("k"), "s").limit(5);
        check(
            &query(),
            "SELECT * FROM t.documents d WHERE d.kind = $1 AND d.scope = $2 ORDER BY d.id ASC LIMIT $3 [\"k\", \"s\"] 6",
        );
        check(
            &query().prefix("a").descending(),
            "SELECT * FROM t.documents d WHERE d.kind = $1 AND d.scope = $2 AND d.id >= $3 AND d.id < $4 \
             ORDER BY d.id DESC LIMIT $5 [\"k\", \"s\", \"a\", \"b\"] 6",
        );
        let cursor: crate::Cursor = r#"{"v":"x","i":"7"}"#.parse().unwrap();
        check(
            &query().by_label("status").below("y").after(cursor),
            "SELECT * FROM t.labels l CROSS JOIN t.documents d WHERE d.kind = l.kind AND d.scope = l.scope \
             AND d.id = l.id AND l.kind = $1 AND l.scope = $2 AND l.name = $3 AND (l.value, l.id) > ($4, $5) \
             AND (l.value, l.id) < ($6, $7) ORDER BY l.value ASC, l.id ASC LIMIT $8 \
             [\"k\", \"s\", \"status\", \"x\", \"7\", \"y\", \"\"] 6",
        );
        assert!(PageSql::of(&query().limit(0).bounds(), "", "*").is_none());
        assert!(PageSql::of(&query().at_least("b").below("a").bounds(), "", "*").is_none());
    }

    #[test]
    fn rows_that_nobody_wrote_are_refused() {
        let row = |kind: &str, version, format, labels: Option<&str>| DocumentRow {
            kind: kind.into(),
            scope: "s".into(),
            id: "a".into(),
            version,
            format,
            body: "1".into(),
            labels: labels.map(Into::into),
            due_at: None,
        };
        assert!(row("k", 1, 1, None).document().is_ok());
        let wrong = |row: DocumentRow| String::from(row.document().unwrap_err());
        assert_eq!(
            wrong(row("K", 1, 1, None)),
            "document K/s/a has a malformed kind"
        );
        assert_eq!(
            wrong(row("k", -1, 1, None)),
            "document k/s/a has a negative version"
        );
        assert_eq!(
            wrong(row("k", 1, 1 << 32, None)),
            "document k/s/a has a malformed format"
        );
        assert_eq!(
            wrong(row("k", 1, 1, Some("{"))),
            "document k/s/a has malformed labels"
        );
    }
}
