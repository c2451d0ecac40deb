//! The thread that writes: what waits is committed together.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::read::{COLUMNS, document, document_checksum, event_checksum, row};
use super::schema::File;
use crate::changes::{Change, NewEvent, Parts, Standing, Write};
use crate::row::labels_text;
use crate::{Body, Document, Draft, Key, Position, StoreError, TakeDue, Version};

/// The most commits in one transaction.
const GROUP_MAX: usize = 512;

/// Something to be written, and who waits for it.
#[derive(Debug)]
pub(super) enum Job {
    Commit(Parts, oneshot::Sender<Result<Version, StoreError>>),
    Take(TakeDue, oneshot::Sender<Result<Vec<Document>, StoreError>>),
}

/// What a job came to, to be told once it is on the disk.
enum Done {
    Committed(Version),
    Taken(Vec<Document>),
}

/// Why a job was not done.
enum Undone {
    /// It was refused before it wrote anything.
    Refused(StoreError),
    /// The file could not be read or written, and the transaction is lost.
    Failed(rusqlite::Error),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Undone {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl Job {
    fn answer(self, outcome: Result<Done, StoreError>) {
        const KEPT: &str = "a commit is done with a version, a taking with documents";
        // Whoever no longer listens does not need to know.
        match self {
            Self::Commit(_, answer) => {
                let outcome = outcome.map(|done| {
                    if let Done::Committed(it) = done {
                        it
                    } else {
                        unreachable!("{KEPT}")
                    }
                });
                drop(answer.send(outcome));
            }
            Self::Take(_, answer) => {
                let outcome = outcome.map(|done| {
                    if let Done::Taken(it) = done {
                        it
                    } else {
                        unreachable!("{KEPT}")
                    }
                });
                drop(answer.send(outcome));
            }
        }
    }

    fn is_abandoned(&self) -> bool {
        match self {
            Self::Commit(_, answer) => answer.is_closed(),
            Self::Take(_, answer) => answer.is_closed(),
        }
    }
}

/// Writes until nobody is left to write for.
pub(super) fn serve(file: &File, connection: Connection, queue: &mpsc::Receiver<Job>) {
    let writer = Writer { file, connection };
    let mut last = Last {
        n_jobs: 1,
        took: Duration::ZERO,
    };
    while let Ok(first) = queue.recv() {
        let mut group = last.gather(first, queue);
        group.retain(|job| !job.is_abandoned());
        let (begin, n_jobs) = (Instant::now(), group.len());
        writer.write(group);
        last = Last {
            n_jobs,
            took: begin.elapsed(),
        };
    }
}

/// The group before: whoever was in it is likely to be back with the next commit at once.
struct Last {
    n_jobs: usize,
    took: Duration,
}

impl Last {
    /// The longest wait for a group to become as large as the last one.
    const PAUSE_MAX: Duration = Duration::from_micros(500);

    /// All that wait; and, while there are fewer than in the last group, those who come in a fraction of the time that
    /// it took. Without that pause, the first to come back would have a transaction alone, and keep the others waiting.
    fn gather(&self, first: Job, queue: &mpsc::Receiver<Job>) -> Vec<Job> {
        let mut group = vec![first];
        let mut until = None;
        loop {
            group.extend(queue.try_iter().take(GROUP_MAX - group.len()));
            if group.len() >= self.n_jobs {
                return group;
            }
            let now = Instant::now();
            if now >= *until.get_or_insert(now + (self.took / 4).min(Self::PAUSE_MAX)) {
                return group;
            }
            std::thread::yield_now();
        }
    }
}

struct Writer<'a> {
    file: &'a File,
    connection: Connection,
}

/// The one row of the table `state`, as it will be.
#[derive(Clone, Copy, PartialEq)]
struct State {
    versions: u64,
    last: u64,
    trimmed: u64,
}

impl Writer<'_> {
    /// Writes a group in one transaction, and answers. If that cannot be, each on its own, so that one which asks for
    /// too much does not fail the others.
    fn write(&self, group: Vec<Job>) {
        match self.attempt(&group) {
            Ok(outcomes) => {
                for (job, outcome) in group.into_iter().zip(outcomes) {
                    job.answer(outcome);
                }
            }
            Err(error) if group.len() == 1 || matches!(error, StoreError::Uncertain { .. }) => {
                for job in group {
                    job.answer(Err(error.clone()));
                }
            }
            Err(_) => {
                for job in group {
                    self.write(vec![job]);
                }
            }
        }
    }

    /// Writes a group in one transaction; the outcome of each, or why there is no transaction.
    fn attempt(&self, group: &[Job]) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
        let outcome = self.transact(group);
        if outcome.is_err() && !self.connection.is_autocommit() {
            // If even that fails, the next transaction will say so.
            drop(self.run("ROLLBACK"));
        }
        outcome
    }

    fn transact(&self, group: &[Job]) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
        let sql = |error| self.file.error(error);
        self.run("BEGIN IMMEDIATE").map_err(sql)?;
        let before = self.state().map_err(sql)?;
        let mut state = before;
        let mut outcomes = Vec::with_capacity(group.len());
        for job in group {
            let done = match job {
                Job::Commit(parts, _) => self.commit(&mut state, parts).map(Done::Committed),
                Job::Take(take, _) => self.take(&mut state, take).map(Done::Taken),
            };
            outcomes.push(match done {
                Ok(done) => Ok(done),
                Err(Undone::Refused(error)) => Err(error),
                Err(Undone::Failed(error)) => return Err(sql(error)),
            });
        }
        if state != before {
            self.set_state(state).map_err(sql)?;
        }
        self.run("COMMIT")
            .map_err(|error| self.file.commit_error(error))?;
        Ok(outcomes)
    }

    fn commit(&self, state: &mut State, parts: &Parts) -> Result<Version, Undone> {
        let mut writes = Vec::with_capacity(parts.changes.len());
        for change in &parts.changes {
            let found = self.find(change)?;
            let standing = found.as_ref().map(|found| Standing {
                version: found.version,
                body: found.body.as_ref(),
            });
            writes.push((
                change.decide(standing)?,
                found.and_then(|found| found.labels),
            ));
        }
        state.versions += 1;
        let version = Version(state.versions);
        for (write, labels) in &writes {
            match write {
                Write::Insert(draft) => self.insert(draft, version)?,
                Write::Replace(draft) => self.replace(draft, version, labels.as_deref())?,
                Write::Remove(key) => self.remove(key, labels.as_deref())?,
                Write::Nothing => {}
            }
        }
        if let Some(through) = parts.trim {
            self.trim(state, through)?;
        }
        for event in &parts.events {
            state.last += 1;
            self.append(state.last, event)?;
        }
        Ok(version)
    }

    fn take(&self, state: &mut State, take: &TakeDue) -> Result<Vec<Document>, Undone> {
        let mut due = Vec::new();
        for kind in &take.kinds {
            let mut statement = self.connection.prepare_cached(&due_sql())?;
            let rows = statement.query_map(
                params![kind.as_str(), take.now_micros(), take.limit() as i64],
                |found| Ok((found.get::<_, i64>(9)?, row(found)?)),
            )?;
            for found in rows {
                let (ready, row) = found?;
                due.push((
                    ready,
                    document(row).map_err(|what| self.file.damaged(what))?,
                ));
            }
        }
        due.sort_by(|(ready, document), (other_ready, other)| {
            (ready, document.key()).cmp(&(other_ready, other.key()))
        });
        due.truncate(take.limit());
        if due.is_empty() {
            return Ok(Vec::new());
        }
        state.versions += 1;
        let version = Version(state.versions);
        let mut statement = self.connection.prepare_cached(
            "UPDATE documents SET version = ?4, ready_at = ?5 WHERE kind = ?1 AND scope = ?2 AND id = ?3",
        )?;
        let mut taken = Vec::with_capacity(due.len());
        for (_, document) in due {
            let key = document.key();
            statement.execute(params![
                key.kind().as_str(),
                key.scope(),
                key.id(),
                state.versions as i64,
                take.until_micros()
            ])?;
            taken.push(Document::new(document.into_draft(), version));
        }
        Ok(taken)
    }

    /// What stands under the key of a change.
    fn find(&self, change: &Change) -> rusqlite::Result<Option<Found>> {
        let key = change.key();
        let with_body = matches!(change, Change::Add { .. });
        let mut statement = self.connection.prepare_cached(if with_body {
            "SELECT version, labels, body FROM documents WHERE kind = ?1 AND scope = ?2 AND id = ?3"
        } else {
            "SELECT version, labels FROM documents WHERE kind = ?1 AND scope = ?2 AND id = ?3"
        })?;
        let find =
            statement.query_row(params![key.kind().as_str(), key.scope(), key.id()], |row| {
                let body = if with_body {
                    Some(Body::kept(row.get::<_, String>(2)?))
                } else {
                    None
                };
                Ok(Found {
                    version: Version(row.get(0)?),
                    labels: row.get(1)?,
                    body,
                })
            });
        find.optional()
    }

    fn insert(&self, draft: &Draft, version: Version) -> rusqlite::Result<()> {
        let labels = labels_text(draft.label_map());
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO documents (kind, scope, id, version, format, body, labels, due_at, ready_at, checksum) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
        )?;
        Self::bind(&mut statement, draft, version, labels.as_deref())?;
        statement.raw_execute()?;
        if labels.is_some() {
            self.add_labels(draft)
        } else {
            Ok(())
        }
    }

    fn replace(
        &self,
        draft: &Draft,
        version: Version,
        old_labels: Option<&str>,
    ) -> rusqlite::Result<()> {
        let labels = labels_text(draft.label_map());
        let mut statement = self.connection.prepare_cached(
            "UPDATE documents SET version = ?4, format = ?5, body = ?6, labels = ?7, due_at = ?8, ready_at = ?8, \
             checksum = ?9 WHERE kind = ?1 AND scope = ?2 AND id = ?3",
        )?;
        Self::bind(&mut statement, draft, version, labels.as_deref())?;
        statement.raw_execute()?;
        if labels.as_deref() == old_labels {
            return Ok(());
        }
        if old_labels.is_some() {
            self.remove_labels(draft.key(), old_labels)?;
        }
        self.add_labels(draft)
    }

    fn remove(&self, key: &Key, labels: Option<&str>) -> rusqlite::Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM documents WHERE kind = ?1 AND scope = ?2 AND id = ?3")?;
        statement.execute(params![key.kind().as_str(), key.scope(), key.id()])?;
        self.remove_labels(key, labels)
    }

    fn bind(
        statement: &mut rusqlite::CachedStatement<'_>,
        draft: &Draft,
        Version(version): Version,
        labels: Option<&str>,
    ) -> rusqlite::Result<()> {
        let key = draft.key();
        statement.raw_bind_parameter(1, key.kind().as_str())?;
        statement.raw_bind_parameter(2, key.scope())?;
        statement.raw_bind_parameter(3, key.id())?;
        statement.raw_bind_parameter(4, version as i64)?;
        statement.raw_bind_parameter(5, draft.format())?;
        statement.raw_bind_parameter(6, draft.body().as_str())?;
        statement.raw_bind_parameter(7, labels)?;
        statement.raw_bind_parameter(8, draft.due_micros())?;
        statement.raw_bind_parameter(9, document_checksum(draft, labels))
    }

    fn add_labels(&self, draft: &Draft) -> rusqlite::Result<()> {
        let key = draft.key();
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO labels (kind, scope, name, value, id) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (name, value) in draft.labels() {
            statement.execute(params![
                key.kind().as_str(),
                key.scope(),
                name,
                value,
                key.id()
            ])?;
        }
        Ok(())
    }

    fn remove_labels(&self, key: &Key, labels: Option<&str>) -> rusqlite::Result<()> {
        // What cannot be read as labels was found to be damaged before this document could be decided on.
        let labels: crate::document::Labels = labels
            .and_then(|labels| serde_json::from_str(labels).ok())
            .unwrap_or_default();
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM labels WHERE kind = ?1 AND scope = ?2 AND name = ?3 AND value = ?4 AND id = ?5",
        )?;
        for (name, value) in &labels {
            statement.execute(params![
                key.kind().as_str(),
                key.scope(),
                name.as_str(),
                &**value,
                key.id()
            ])?;
        }
        Ok(())
    }

    fn trim(&self, state: &mut State, Position(through): Position) -> rusqlite::Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM events WHERE position <= ?1")?;
        statement.execute([i64::try_from(through).unwrap_or(i64::MAX)])?;
        state.trimmed = state.trimmed.max(through);
        state.last = state.last.max(through);
        Ok(())
    }

    fn append(&self, position: u64, event: &NewEvent) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO events (position, kind, scope, format, body, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let body = event.body.as_str();
        let checksum = event_checksum(position, &event.kind, &event.scope, event.format, body);
        statement.execute(params![
            position as i64,
            event.kind.as_str(),
            &*event.scope,
            event.format,
            body,
            checksum
        ])?;
        Ok(())
    }

    fn state(&self) -> rusqlite::Result<State> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT versions, last, trimmed FROM state")?;
        statement.query_row([], |row| {
            Ok(State {
                versions: row.get(0)?,
                last: row.get(1)?,
                trimmed: row.get(2)?,
            })
        })
    }

    fn set_state(&self, state: State) -> rusqlite::Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("UPDATE state SET versions = ?1, last = ?2, trimmed = ?3")?;
        statement.execute([
            state.versions as i64,
            state.last as i64,
            state.trimmed as i64,
        ])?;
        Ok(())
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

/// What is due of a kind, earliest first.
pub(super) fn due_sql() -> String {
    format!(
        "SELECT {COLUMNS}, d.ready_at FROM documents d WHERE d.kind = ?1 AND d.ready_at <= ?2 \
         ORDER BY d.ready_at, d.scope, d.id LIMIT ?3"
    )
}

/// What stands under a key.
struct Found {
    version: Version,
    labels: Option<String>,
    body: Option<Body>,
}
