//! Everything in a store as JSON lines: to keep a copy, or to move to another adapter.
//!
//! The first line says what this is, each further one holds a document or an event, and the last counts them, so that
//! a copy that was cut short is known as one:
//!
//! ```text
//! {"tagout":{"format":1,"trimmed":0,"last":1}}
//! {"document":{"kind":"server","scope":"acct","id":"web-1","format":1,"labels":{"status":"HEALTHY"},"body":{}}}
//! {"event":{"position":1,"kind":"server.created","scope":"acct","format":1,"body":{"name":"web-1"}}}
//! {"end":{"documents":1,"events":1}}
//! ```
//!
//! Versions and leases are not in it: in another store, documents have new versions, and what was leased is due as it
//! was before.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Body, Changes, Draft, Event, InvalidDraft, Key, Kind, Position, Record, Store, StoreError,
};

/// The format of the lines that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// The longest line that is read: the longest body, and room for its key and labels.
const LINE_BYTES_MAX: u64 = (Body::BYTES_MAX + (64 << 10)) as u64;

/// How much is written by one commit of an import, in records and in bytes.
const CHUNK: (usize, usize) = (500, 4 << 20);

/// How much was exported or imported.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct Transferred {
    /// How many documents.
    #[serde(rename = "documents")]
    pub n_documents: u64,
    /// How many events.
    #[serde(rename = "events")]
    pub n_events: u64,
}

/// Why an export or an import came to nothing, or to a part.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The store did not answer, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lines could not be read or written.
    #[error("line {line} cannot be transferred")]
    Io {
        /// Which line; the first is 1.
        line: u64,
        /// What the system said.
        #[source]
        source: Arc<io::Error>,
    },
    /// A line is not what an export writes.
    #[error("line {line} is {why}")]
    Line {
        /// Which line; the first is 1.
        line: u64,
        /// What is wrong with it; no part of a body.
        why: Box<str>,
    },
    /// The lines end before their end.
    #[error("the lines end after {n_lines}, without the line that counts them")]
    CutShort {
        /// How many there are.
        n_lines: u64,
    },
    /// The lines were written by a newer program.
    #[error("the lines have format {found}, this program knows up to {known}: use a newer one")]
    NewerFormat {
        /// The format of the lines.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// There is something in the store already. Nothing was imported.
    #[error("the store is not empty")]
    NotEmpty,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    Tagout {
        format: u32,
        trimmed: Position,
        last: Position,
    },
    Document(DocumentLine),
    Event(EventLine),
    End(Transferred),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DocumentLine {
    kind: Kind,
    scope: Box<str>,
    id: Box<str>,
    format: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<Box<str>, Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<DateTime<Utc>>,
    body: Box<RawValue>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EventLine {
    position: Position,
    kind: Kind,
    scope: Box<str>,
    format: u32,
    body: Box<RawValue>,
}

/// Writes everything in a store, as it is at one instant, while others may go on writing to it.
///
/// `out` is written to as the store is read; a slow one belongs on a thread that may block.
///
/// # Errors
///
/// Returns [`TransferError`] if the store cannot be read or `out` not be written. What was written then lacks its last
/// line, and [`import`] refuses it.
pub async fn export(
    store: &impl Store,
    out: &mut (impl Write + Send),
) -> Result<Transferred, TransferError> {
    let mut snapshot = store.snapshot().await?;
    let mut transferred = Transferred::default();
    let mut n_lines = 0;
    let mut write = |line: &Line| {
        n_lines += 1;
        let outcome = serde_json::to_writer(&mut *out, line)
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"));
        outcome.map_err(|error| TransferError::Io {
            line: n_lines,
            source: Arc::new(error),
        })
    };
    write(&Line::Tagout {
        format: FORMAT,
        trimmed: snapshot.trimmed(),
        last: snapshot.last(),
    })?;
    while let Some(record) = snapshot.next().await? {
        match record {
            Record::Document(document) => {
                transferred.n_documents += 1;
                write(&document_line(document.draft())?)?;
            }
            Record::Event(event) => {
                transferred.n_events += 1;
                write(&event_line(&event)?)?;
            }
        }
    }
    write(&Line::End(transferred))?;
    out.flush().map_err(|error| TransferError::Io {
        line: n_lines,
        source: Arc::new(error),
    })?;
    Ok(transferred)
}

fn document_line(draft: &Draft) -> Result<Line, StoreError> {
    Ok(Line::Document(DocumentLine {
        kind: draft.key().kind().clone(),
        scope: draft.key().scope().into(),
        id: draft.key().id().into(),
        format: draft.format(),
        labels: draft
            .labels()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        due_at: draft.due(),
        body: raw(draft.body(), || draft.key().to_string())?,
    }))
}

fn event_line(event: &Event) -> Result<Line, StoreError> {
    Ok(Line::Event(EventLine {
        position: event.position(),
        kind: event.kind().clone(),
        scope: event.scope().into(),
        format: event.format(),
        body: raw(event.body(), || format!("event {}", event.position()))?,
    }))
}

fn raw(body: &Body, what: impl Fn() -> String) -> Result<Box<RawValue>, StoreError> {
    body.parse().map_err(|error| StoreError::Unreadable {
        what: what().into(),
        why: error.0,
    })
}

/// Writes what an [`export`] wrote into an empty store.
///
/// Many commits make it up. After an error, the store may hold a part of it, and is to be thrown away.
///
/// # Errors
///
/// Returns [`TransferError`] if the store is not empty or cannot be written, or if the lines are not, whole, what an
/// export writes.
pub async fn import(
    store: &impl Store,
    from: &mut (impl BufRead + Send),
) -> Result<Transferred, TransferError> {
    let mut snapshot = store.snapshot().await?;
    if snapshot.next().await?.is_some() || snapshot.last() != Position::START {
        return Err(TransferError::NotEmpty);
    }
    drop(snapshot);
    let mut lines = Lines {
        from,
        n_read: 0,
        text: Vec::new(),
    };
    let (mut next, last) = match lines.next()? {
        Some(Line::Tagout { format, .. }) if format > FORMAT => {
            return Err(TransferError::NewerFormat {
                found: format,
                known: FORMAT,
            });
        }
        Some(Line::Tagout { trimmed, last, .. }) => (trimmed, last),
        Some(_) => return Err(lines.wrong("not the first line of an export")),
        None => return Err(TransferError::CutShort { n_lines: 0 }),
    };
    let mut transferred = Transferred::default();
    let mut changes = Changes::new();
    changes.trim(next);
    let mut n_bytes = 0;
    loop {
        match lines.next()? {
            Some(Line::Document(document)) => {
                transferred.n_documents += 1;
                n_bytes += document.body.get().len();
                changes.create(
                    document
                        .draft()
                        .map_err(|error| lines.wrong(&format!("no document: {error}")))?,
                );
            }
            Some(Line::Event(event)) => {
                transferred.n_events += 1;
                next = Position(next.0 + 1);
                if event.position != next {
                    return Err(
                        lines.wrong(&format!("event {}, expected event {next}", event.position))
                    );
                }
                n_bytes += event.body.get().len();
                event
                    .append(&mut changes)
                    .map_err(|error| lines.wrong(&format!("no event: {error}")))?;
            }
            Some(Line::End(counted)) => {
                if counted != transferred || next != last {
                    return Err(lines.wrong("a count that does not agree with what came before"));
                }
                break;
            }
            Some(Line::Tagout { .. }) => {
                return Err(lines.wrong("the first line of another export"));
            }
            None => {
                return Err(TransferError::CutShort {
                    n_lines: lines.n_read,
                });
            }
        }
        if changes.len() >= CHUNK.0 || n_bytes >= CHUNK.1 {
            n_bytes = 0;
            store.commit(std::mem::take(&mut changes)).await?;
        }
    }
    if lines.next()?.is_some() {
        return Err(lines.wrong("after the end"));
    }
    store.commit(changes).await?;
    Ok(transferred)
}

impl DocumentLine {
    fn draft(self) -> Result<Draft, InvalidDraft> {
        let key = Key::new(self.kind, self.scope, self.id)?;
        let mut draft = Draft::new(
            key,
            self.format,
            Body::from_json(String::from(Box::<str>::from(self.body)))?,
        );
        for (name, value) in self.labels {
            draft = draft.label(&name, value)?;
        }
        Ok(draft.due_at(self.due_at))
    }
}

impl EventLine {
    fn append(self, changes: &mut Changes) -> Result<(), InvalidDraft> {
        let body = Body::from_json(String::from(Box::<str>::from(self.body)))?;
        changes
            .append_raw(self.kind, self.scope, self.format, body)
            .map(drop)
    }
}

/// Lines that are read one by one, none longer than it may be.
struct Lines<'a, R> {
    from: &'a mut R,
    n_read: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Option<Line>, TransferError> {
        self.text.clear();
        let line = self.n_read + 1;
        let read = self
            .from
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut self.text);
        let n_bytes = read.map_err(|error| TransferError::Io {
            line,
            source: Arc::new(error),
        })?;
        if n_bytes == 0 {
            return Ok(None);
        }
        self.n_read = line;
        if n_bytes as u64 == LINE_BYTES_MAX {
            return Err(self.wrong(&format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let parsed = serde_json::from_slice(&self.text);
        // The text of the error would quote values.
        parsed.map(Some).map_err(|error| {
            self.wrong(&format!(
                "not a line of an export, from column {} on",
                error.column()
            ))
        })
    }

    fn wrong(&self, why: &str) -> TransferError {
        TransferError::Line {
            line: self.n_read,
            why: why.into(),
        }
    }
}
