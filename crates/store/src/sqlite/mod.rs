//! A store in one SQLite file: the embedded default.
//!
//! One thread writes. Whoever commits while it waits for the disk is put into the next transaction with all others who
//! did, so one wait for the disk acknowledges many commits. A few more threads read, each seeing the last commit.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc as stream, oneshot};

use crate::document::{at_micros, micros_down};
use crate::error::Said;
use crate::{
    Changes, Document, Events, Key, Kind, Page, Position, Query, Snapshot, Store, StoreError,
    TakeDue, Version,
};

mod read;
mod schema;
mod write;

pub use read::Verified;

use read::Reader;
use write::Job;

/// A store in one SQLite file beside the program.
///
/// A commit that was acknowledged is on the disk: the file is kept in SQLite's write-ahead mode with
/// `synchronous=FULL`, so it outlives the loss of power, as far as the disk keeps its own promise. The files with
/// `-wal` and `-shm` after its name belong to it. Another process may open the same file at the same time; its commits
/// and these wait for each other. The file must lie on a local disk: SQLite's write-ahead mode needs shared memory,
/// which network file systems do not give.
///
/// Needs no runtime of its own: its futures may be awaited on any.
///
/// ```
/// use tagout_store::{Body, Changes, Draft, Key, Kind, SqliteStore, Store};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("night.tagout");
/// let key = Key::new(Kind::constant("server"), "acct", "web-1")?;
///
/// let store = SqliteStore::open(&file).await?;
/// let mut changes = Changes::new();
/// changes.create(Draft::new(key.clone(), 1, Body::of("running")?));
/// store.commit(changes).await?;
/// store.close().await;
///
/// let again = SqliteStore::open(&file).await?;
/// assert_eq!(again.get(&key).await?.unwrap().body().as_str(), "\"running\"");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    name: Arc<str>,
    path: PathBuf,
    jobs: mpsc::Sender<Job>,
    reads: mpsc::Sender<read::Read>,
    /// Ends when every thread has closed its connection.
    closed: stream::Receiver<()>,
}

/// How a SQLite file is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// How long to wait for another process that writes. Without a word, five seconds.
    pub patience: Duration,
    /// How many threads read. Without a word, two.
    pub n_readers: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(5),
            n_readers: 2,
        }
    }
}

impl SqliteStore {
    /// Opens the store in this file, or makes one if there is no such file.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::NotAStore`] if something else is in the file, [`StoreError::NewerSchema`] if a newer
    /// program made it, [`StoreError::Damaged`] if its first pages are, [`StoreError::ReadOnly`] if it or its folder
    /// may not be written, and else what SQLite says. In none of these cases is anything written to it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, SqliteOptions::default()).await
    }

    /// As [`open`](Self::open), in another way than usual.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_with(
        path: impl AsRef<Path>,
        options: SqliteOptions,
    ) -> Result<Self, StoreError> {
        let path = path.as_ref().to_path_buf();
        let name: Arc<str> = format!("sqlite file `{}`", path.display()).into();
        let file = schema::File {
            name: name.clone(),
            path: path.clone(),
            patience: options.patience,
        };
        let (jobs, job_queue) = mpsc::channel();
        let (reads, read_queue) = mpsc::channel();
        let (open, closed) = stream::channel(1);
        let (opened, outcome) = oneshot::channel();
        let n_readers = options.n_readers.max(1);
        start("tagout-sqlite-writer", &name, move || {
            let opening = file.create_or_open().and_then(|writer| {
                let readers = (0..n_readers)
                    .map(|_| Reader::open(&file))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok((writer, readers))
            });
            let (writer, readers) = match opening {
                Ok(connections) => connections,
                Err(error) => return drop(opened.send(Err(error))),
            };
            let queue = Arc::new(std::sync::Mutex::new(read_queue));
            for reader in readers {
                let (queue, open) = (queue.clone(), open.clone());
                let started = start("tagout-sqlite-reader", &file.name, move || {
                    reader.serve(&queue);
                    drop(open);
                });
                if let Err(error) = started {
                    return drop(opened.send(Err(error)));
                }
            }
            if opened.send(Ok(())).is_ok() {
                write::serve(&file, writer, &job_queue);
            }
            drop(open);
        })?;
        outcome.await.unwrap_or_else(|_| Err(gone(&name)))?;
        Ok(Self {
            name,
            path,
            jobs,
            reads,
            closed,
        })
    }

    /// Closes the file, once what was begun is done. A store that is dropped does the same, without anyone waiting.
    pub async fn close(self) {
        let Self {
            jobs,
            reads,
            mut closed,
            ..
        } = self;
        drop((jobs, reads));
        while closed.recv().await.is_some() {}
    }

    /// Reads everything and compares it with its checksums and its indexes: whether the file is whole.
    ///
    /// Takes as long as reading the file takes; others may write meanwhile.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Damaged`], naming the first thing that is.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        self.read(Reader::verify).await
    }

    async fn write<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job,
    ) -> Result<T, StoreError> {
        let (answer, outcome) = oneshot::channel();
        self.jobs.send(job(answer)).map_err(|_| gone(&self.name))?;
        outcome.await.unwrap_or_else(|_| Err(gone(&self.name)))
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, outcome) = oneshot::channel();
        let read: read::Read = Box::new(move |reader| drop(answer.send(read(reader))));
        self.reads.send(read).map_err(|_| gone(&self.name))?;
        outcome.await.unwrap_or_else(|_| Err(gone(&self.name)))
    }
}

impl Store for SqliteStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        let keys = keys.to_vec();
        self.read(move |reader| reader.load(&keys)).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let query = query.clone();
        self.read(move |reader| reader.page(&query)).await
    }

    async fn commit(&self, changes: Changes) -> Result<Version, StoreError> {
        let parts = changes.checked()?;
        self.write(|answer| Job::Commit(parts, answer)).await
    }

    async fn take_due(&self, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
        let kinds: Vec<Kind> = take.kinds.iter().cloned().collect();
        let next = self.read(move |reader| reader.next_due(&kinds)).await?;
        if next.is_none_or(|next| next > micros_down(take.now)) {
            return Ok(Vec::new()); // nobody has to wait for the disk to learn that there is nothing to do
        }
        let take = take.clone();
        self.write(|answer| Job::Take(take, answer)).await
    }

    async fn next_due(&self, kinds: &[Kind]) -> Result<Option<DateTime<Utc>>, StoreError> {
        let kinds = kinds.to_vec();
        Ok(self
            .read(move |reader| reader.next_due(&kinds))
            .await?
            .map(at_micros))
    }

    async fn events(&self, after: Position, limit: usize) -> Result<Events, StoreError> {
        self.read(move |reader| reader.events(after, limit)).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let file = schema::File {
            name: self.name.clone(),
            path: self.path.clone(),
            patience: SqliteOptions::default().patience,
        };
        let (begun, beginning) = oneshot::channel();
        let (records, received) = stream::channel(4);
        start(
            "tagout-sqlite-snapshot",
            &self.name,
            move || match Reader::open(&file) {
                Ok(reader) => reader.snapshot(begun, &records),
                Err(error) => drop(begun.send(Err(error))),
            },
        )?;
        let (trimmed, last) = beginning.await.unwrap_or_else(|_| Err(gone(&self.name)))?;
        Ok(Snapshot::received(trimmed, last, received))
    }
}

fn start(
    thread: &str,
    name: &Arc<str>,
    run: impl FnOnce() + Send + 'static,
) -> Result<(), StoreError> {
    let started = std::thread::Builder::new().name(thread.into()).spawn(run);
    started.map(drop).map_err(|error| StoreError::Unavailable {
        store: name.clone(),
        source: Arc::new(error),
    })
}

/// The thread that was to answer has ended, which happens only by a panic.
fn gone(name: &Arc<str>) -> StoreError {
    StoreError::Uncertain {
        store: name.clone(),
        source: Said::cause("its thread has ended"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<SqliteStore>();
    };

    #[test]
    fn every_question_goes_through_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tagout");
        let file = schema::File {
            name: "a".into(),
            path,
            patience: Duration::ZERO,
        };
        let connection = file.create_or_open().unwrap();
        let query = || Query::new(Kind::constant("k"), "s");
        let cursor: crate::Cursor = r#"{"v":"ab","i":"7"}"#.parse().unwrap();
        let queries = [
            query(),
            query().prefix("a").descending(),
            query().by_label("l"),
            query().by_label("l").prefix("a").after(cursor.clone()),
            query().by_label("l").below("z").descending().after(cursor),
        ];
        let pages = queries.iter().map(|query| {
            let page = crate::row::PageSql::of(&query.bounds(), "", read::COLUMNS);
            page.map_or_else(String::new, |page| page.sql)
        });
        for sql in pages.chain([read::NEXT_DUE.to_owned(), write::due_sql()]) {
            let mut statement = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let lines = statement
                .raw_query()
                .mapped(|row| row.get::<_, String>(3))
                .collect::<Result<Vec<_>, _>>();
            let plan = lines.unwrap().join("; ");
            assert!(
                plan.starts_with("SEARCH") && !plan.contains("SCAN") && !plan.contains("B-TREE"),
                "{sql}: {plan}"
            );
        }
    }
}
