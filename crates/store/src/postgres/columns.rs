//! Rows to documents and events, and keys to arrays.

use tokio_postgres::{Error, Row};

use super::pool::Server;
use crate::row::{DocumentRow, EventRow};
use crate::{Document, Event, Key, StoreError};

/// The columns of [`document`], in its order.
pub(super) const DOCUMENT: &str =
    "d.kind, d.scope, d.id, d.version, d.format, d.body, d.labels, d.due_at";

/// Keys as three arrays, for `unnest`.
#[derive(Default)]
pub(super) struct Keys<'a> {
    pub(super) kinds: Vec<&'a [u8]>,
    pub(super) scopes: Vec<&'a [u8]>,
    pub(super) ids: Vec<&'a [u8]>,
}

impl<'a> Keys<'a> {
    pub(super) fn push(&mut self, key: &'a Key) {
        self.kinds.push(key.kind().as_str().as_bytes());
        self.scopes.push(key.scope().as_bytes());
        self.ids.push(key.id().as_bytes());
    }
}

impl<'a> FromIterator<&'a Key> for Keys<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Key>>(keys: I) -> Self {
        let mut arrays = Self::default();
        keys.into_iter().for_each(|key| arrays.push(key));
        arrays
    }
}

/// The document of a row that begins with [`DOCUMENT`].
pub(super) fn document(server: &Server, row: &Row) -> Result<Document, StoreError> {
    let columns = || -> Result<_, Error> {
        Ok(DocumentRow {
            kind: text(row, 0)?,
            scope: text(row, 1)?,
            id: text(row, 2)?,
            version: row.try_get(3)?,
            format: row.try_get(4)?,
            body: row.try_get(5)?,
            labels: row.try_get(6)?,
            due_at: row.try_get(7)?,
        })
    };
    columns()
        .map_err(|error| server.error(error))?
        .document()
        .map_err(|what| server.damaged(what))
}

/// The event of a row: position, kind, scope, format, body, from column `first` on.
pub(super) fn event(server: &Server, row: &Row, first: usize) -> Result<Event, StoreError> {
    let columns = || -> Result<_, Error> {
        Ok(EventRow {
            position: row.try_get(first)?,
            kind: text(row, first + 1)?,
            scope: text(row, first + 2)?,
            format: row.try_get(first + 3)?,
            body: row.try_get(first + 4)?,
        })
    };
    columns()
        .map_err(|error| server.error(error))?
        .event()
        .map_err(|what| server.damaged(what))
}

/// Text that is kept as bytes. What is not UTF-8 is not ours, and will be refused as a key.
fn text(row: &Row, column: usize) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(row.try_get(column)?).into_owned())
}
