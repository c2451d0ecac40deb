//! The threads that read.

use std::sync::{Mutex, PoisonError, mpsc};

use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::{mpsc as stream, oneshot};

use super::schema::File;
use crate::document::Labels;
use crate::row::{DocumentRow, EventRow, PageSql};
use crate::{Document, Event, Events, Key, Kind, Page, Position, Query, Record, StoreError};

/// Something to be read by whichever thread is free.
pub(super) type Read = Box<dyn FnOnce(&Reader) + Send>;

/// The columns of [`document`], in its order.
pub(super) const COLUMNS: &str =
    "d.kind, d.scope, d.id, d.version, d.format, d.body, d.labels, d.due_at, d.checksum";

/// When the first of a kind is due.
pub(super) const NEXT_DUE: &str = "SELECT ready_at FROM documents WHERE kind = ?1 AND ready_at IS NOT NULL ORDER BY ready_at LIMIT 1";

/// How many records a snapshot sends at once.
const BATCH: usize = 256;

/// What was found when a whole store was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verified {
    /// How many documents there are.
    pub n_documents: u64,
    /// How many events there are.
    pub n_events: u64,
}

/// A connection that only reads.
pub(super) struct Reader {
    connection: Connection,
    file: File,
}

impl Reader {
    pub(super) fn open(file: &File) -> Result<Self, StoreError> {
        let connection = file.connect()?;
        connection
            .pragma_update(None, "query_only", true)
            .map_err(|error| file.error(error))?;
        let file = File {
            name: file.name.clone(),
            path: file.path.clone(),
            patience: file.patience,
        };
        Ok(Self { connection, file })
    }

    /// Answers until nobody is left to ask.
    pub(super) fn serve(&self, queue: &Mutex<mpsc::Receiver<Read>>) {
        loop {
            let read = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(read) = read else { return };
            read(self);
        }
    }

    pub(super) fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        let load = || {
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM documents d WHERE d.kind = ?1 AND d.scope = ?2 AND d.id = ?3"
            ))?;
            let mut find = |key: &Key| {
                let columns = params![key.kind().as_str(), key.scope(), key.id()];
                statement.query_row(columns, row).optional()
            };
            keys.iter().map(&mut find).collect::<Result<Vec<_>, _>>()
        };
        let found = if keys.len() > 1 {
            self.at_one_instant(load)?
        } else {
            self.sql(load())?
        };
        found
            .into_iter()
            .map(|row| row.map(|row| self.whole(row)).transpose())
            .collect()
    }

    pub(super) fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let Some(page) = PageSql::of(&query.bounds(), "", COLUMNS) else {
            return Ok(query.page(Vec::new()));
        };
        let select = || {
            let mut statement = self.connection.prepare_cached(&page.sql)?;
            for (n, text) in page.texts.iter().enumerate() {
                statement.raw_bind_parameter(n + 1, text)?;
            }
            statement.raw_bind_parameter(page.texts.len() + 1, page.limit)?;
            statement
                .raw_query()
                .mapped(row)
                .collect::<Result<Vec<_>, _>>()
        };
        let rows = self.sql(select())?;
        Ok(query.page(
            rows.into_iter()
                .map(|row| self.whole(row))
                .collect::<Result<_, _>>()?,
        ))
    }

    pub(super) fn next_due(&self, kinds: &[Kind]) -> Result<Option<i64>, StoreError> {
        let next = || {
            let mut statement = self.connection.prepare_cached(NEXT_DUE)?;
            let mut first = |kind: &Kind| {
                statement
                    .query_row([kind.as_str()], |row| row.get(0))
                    .optional()
            };
            kinds
                .iter()
                .map(&mut first)
                .collect::<Result<Vec<Option<i64>>, _>>()
        };
        Ok(self.sql(next())?.into_iter().flatten().min())
    }

    pub(super) fn events(
        &self,
        Position(after): Position,
        limit: usize,
    ) -> Result<Events, StoreError> {
        let (trimmed, last, rows) = self.at_one_instant(|| {
            let (trimmed, last) = state(&self.connection)?;
            let mut statement = self.connection.prepare_cached(
                "SELECT position, kind, scope, format, body, checksum FROM events \
                 WHERE position > ?1 ORDER BY position LIMIT ?2",
            )?;
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let rows =
                statement.query_map([after, limit.min(Events::LIMIT_MAX) as i64], event_row)?;
            Ok((trimmed, last, rows.collect::<Result<Vec<_>, _>>()?))
        })?;
        let events = rows
            .into_iter()
            .map(|row| self.whole_event(row))
            .collect::<Result<_, _>>()?;
        Ok(Events {
            events,
            trimmed,
            last,
        })
    }

    /// Sends everything, as it was when the first line of this function had been read.
    pub(super) fn snapshot(
        &self,
        begun: oneshot::Sender<Result<(Position, Position), StoreError>>,
        records: &stream::Sender<Result<Vec<Record>, StoreError>>,
    ) {
        let beginning = self.sql(
            self.connection
                .execute_batch("BEGIN")
                .and_then(|()| state(&self.connection)),
        );
        let failed = beginning.is_err();
        if begun.send(beginning).is_err() || failed {
            return;
        }
        let mut batch = Vec::with_capacity(BATCH);
        let sent = self.each(|record| {
            batch.push(record);
            if batch.len() < BATCH {
                return Ok(true);
            }
            Ok(records
                .blocking_send(Ok(std::mem::take(&mut batch)))
                .is_ok())
        });
        let last = match sent {
            Ok(true) => Ok(batch),
            Ok(false) => return, // nobody listens any more
            Err(error) => Err(error),
        };
        drop(records.blocking_send(last));
    }

    pub(super) fn verify(&self) -> Result<Verified, StoreError> {
        self.sql(self.connection.execute_batch("BEGIN"))?;
        let verified = self.verify_here();
        self.sql(self.connection.execute_batch("COMMIT"))?;
        verified
    }

    fn verify_here(&self) -> Result<Verified, StoreError> {
        let report = self.sql(
            self.connection
                .pragma_query_value(None, "integrity_check", |row| row.get(0)),
        );
        let report: String = report?;
        if report != "ok" {
            return Err(self.file.damaged(report.lines().next().unwrap_or_default()));
        }
        let (trimmed, last) = self.sql(state(&self.connection))?;
        let (mut n_documents, mut n_events, mut n_labels) = (0, 0, 0);
        self.each(|record| {
            match record {
                Record::Document(document) => {
                    n_documents += 1;
                    n_labels += document.labels().count();
                    let found =
                        self.sql(self.labels_of(document.key(), document.draft().label_map()));
                    if !found? {
                        return Err(self.file.damaged(format!(
                            "labels of {} are not in their index",
                            document.key()
                        )));
                    }
                }
                Record::Event(event) => {
                    n_events += 1;
                    if event.position() != Position(trimmed.0 + n_events) {
                        return Err(self
                            .file
                            .damaged(format!("event {} is gone", trimmed.0 + n_events)));
                    }
                }
            }
            Ok(true)
        })?;
        let n_indexed: i64 = self.sql(self.connection.query_row(
            "SELECT count(*) FROM labels",
            [],
            |row| row.get(0),
        ))?;
        if n_indexed != n_labels as i64 {
            return Err(self.file.damaged(format!(
                "the index has {n_indexed} labels, the documents have {n_labels}"
            )));
        }
        if trimmed.0 + n_events != last.0 {
            return Err(self
                .file
                .damaged(format!("event {} is gone", trimmed.0 + n_events + 1)));
        }
        Ok(Verified {
            n_documents,
            n_events,
        })
    }

    /// Whether all of these labels can be found by.
    fn labels_of(&self, key: &Key, labels: &Labels) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM labels WHERE kind = ?1 AND scope = ?2 AND name = ?3 AND value = ?4 AND id = ?5",
        )?;
        for (name, value) in labels {
            if !statement.exists(params![
                key.kind().as_str(),
                key.scope(),
                name.as_str(),
                &**value,
                key.id()
            ])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Calls `with` for everything, in order, until it returns false; whether it never did.
    fn each(
        &self,
        mut with: impl FnMut(Record) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        let documents = format!("SELECT {COLUMNS} FROM documents d ORDER BY d.kind, d.scope, d.id");
        let mut statement = self.sql(self.connection.prepare(&documents))?;
        let mut rows = self.sql(statement.query_map([], row))?;
        while let Some(row) = self.sql(rows.next().transpose())? {
            if !with(Record::Document(self.whole(row)?))? {
                return Ok(false);
            }
        }
        let events =
            "SELECT position, kind, scope, format, body, checksum FROM events ORDER BY position";
        let mut statement = self.sql(self.connection.prepare(events))?;
        let mut rows = self.sql(statement.query_map([], event_row))?;
        while let Some(row) = self.sql(rows.next().transpose())? {
            if !with(Record::Event(self.whole_event(row)?))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs several statements that see the same commits.
    fn at_one_instant<T>(
        &self,
        read: impl FnOnce() -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.sql(
            self.connection
                .prepare_cached("BEGIN")
                .and_then(|mut begin| begin.execute([])),
        )?;
        let outcome = read();
        self.sql(
            self.connection
                .prepare_cached("COMMIT")
                .and_then(|mut commit| commit.execute([])),
        )?;
        self.sql(outcome)
    }

    fn sql<T>(&self, outcome: rusqlite::Result<T>) -> Result<T, StoreError> {
        outcome.map_err(|error| self.file.error(error))
    }

    fn whole(&self, row: (DocumentRow, i64)) -> Result<Document, StoreError> {
        document(row).map_err(|what| self.file.damaged(what))
    }

    fn whole_event(&self, (row, checksum): (EventRow, i64)) -> Result<Event, StoreError> {
        let position = row.position;
        let event = row.event().map_err(|what| self.file.damaged(what))?;
        if event_checksum(
            event.position().0,
            event.kind(),
            event.scope(),
            event.format(),
            event.body().as_str(),
        ) != checksum
        {
            return Err(self
                .file
                .damaged(format!("event {position} is not as it was written")));
        }
        Ok(event)
    }
}

/// The positions up to which events were removed, and of the last.
fn state(connection: &Connection) -> rusqlite::Result<(Position, Position)> {
    let mut statement = connection.prepare_cached("SELECT trimmed, last FROM state")?;
    statement.query_row([], |row| Ok((Position(row.get(0)?), Position(row.get(1)?))))
}

/// The columns of a document, and its checksum.
pub(super) fn row(row: &Row<'_>) -> rusqlite::Result<(DocumentRow, i64)> {
    let document = DocumentRow {
        kind: row.get(0)?,
        scope: row.get(1)?,
        id: row.get(2)?,
        version: row.get(3)?,
        format: row.get(4)?,
        body: row.get(5)?,
        labels: row.get(6)?,
        due_at: row.get(7)?,
    };
    Ok((document, row.get(8)?))
}

fn event_row(row: &Row<'_>) -> rusqlite::Result<(EventRow, i64)> {
    let event = EventRow {
        position: row.get(0)?,
        kind: row.get(1)?,
        scope: row.get(2)?,
        format: row.get(3)?,
        body: row.get(4)?,
    };
    Ok((event, row.get(5)?))
}

/// The document of a row, or what is wrong with it.
pub(super) fn document((row, checksum): (DocumentRow, i64)) -> Result<Document, Box<str>> {
    let labels = row.labels.clone();
    let document = row.document()?;
    if document_checksum(document.draft(), labels.as_deref()) != checksum {
        return Err(format!("document {} is not as it was written", document.key()).into());
    }
    Ok(document)
}

/// A checksum of what was written under a key; versions and leases move without it.
pub(super) fn document_checksum(draft: &crate::Draft, labels: Option<&str>) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    let key = draft.key();
    for text in [
        key.kind().as_str(),
        key.scope(),
        key.id(),
        labels.unwrap_or_default(),
        draft.body().as_str(),
    ] {
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(&draft.format().to_le_bytes());
    hasher.update(&draft.due_micros().unwrap_or(i64::MIN).to_le_bytes());
    hasher.finalize().into()
}

/// A checksum of an event.
pub(super) fn event_checksum(
    position: u64,
    kind: &Kind,
    scope: &str,
    format: u32,
    body: &str,
) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    for text in [kind.as_str(), scope, body] {
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(&format.to_le_bytes());
    hasher.update(&position.to_le_bytes());
    hasher.finalize().into()
}
