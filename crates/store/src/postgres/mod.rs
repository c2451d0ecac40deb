//! A store in a PostgreSQL database, for many machines that share it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};

use crate::document::at_micros;
use crate::error::Said;
use crate::{
    Changes, Document, Events, Key, Kind, Page, Position, Query, Snapshot, Store, StoreError,
    TakeDue, Version,
};

mod columns;
mod group;
mod pool;
mod read;
mod schema;
mod take;
mod tls;

use group::Job;
use pool::Server;

/// A store in a PostgreSQL database, in a schema of its own.
///
/// Any number of processes on any number of machines may share it, and none of them is special: who takes what is due
/// locks it and passes over what others have locked (`FOR UPDATE SKIP LOCKED`). Commits that wait for a connection are
/// put into one transaction. A commit that the server refused for a reason that lies in the competition with others (a
/// failure to serialise, a deadlock) is tried again, and so is one that found its connection dead before anything was
/// sent; where the connection is lost during the commit itself, the outcome is
/// [`Uncertain`](crate::ErrorKind::Uncertain).
///
/// The schema, its tables, and later changes to them are made by [`connect`](Self::connect), by one process at a time.
/// An acknowledged commit is on the server's disk: where the server says `synchronous_commit = off` or `local`, the
/// session says `on`.
///
/// Of SQL it uses what CockroachDB (from 22.2) and YugabyteDB (from 2.20) document as well: keys are `BYTEA`, because
/// their order is then the same everywhere; `unnest` of several arrays, `LATERAL`, `ON CONFLICT`, data-modifying
/// `WITH`, partial indexes, sequences and row locks; no advisory locks, no `LISTEN`, no triggers, no functions. The
/// tests run against PostgreSQL only. A pooler between must keep sessions, or know prepared statements (PgBouncer from
/// 1.21).
///
/// Its futures need the Tokio runtime on which it was connected.
///
/// ```no_run
/// use tagout_store::PostgresStore;
///
/// # async fn example() -> Result<(), tagout_store::StoreError> {
/// let url = "postgres://tagout:secret@db.example/tagout?sslmode=verify-full";
/// let store = PostgresStore::connect(url).await?;
/// # Ok(())
/// # }
/// ```
pub struct PostgresStore {
    server: Arc<Server>,
    jobs: mpsc::UnboundedSender<Job>,
}

/// How a PostgreSQL database is used.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// The schema that holds the tables: `a-z`, `0-9` and `_`, no digit first, at most 63. Without a word, `tagout`.
    pub schema: String,
    /// The most connections at a time. Without a word, eight.
    pub n_connections: usize,
    /// How long to try to reach the server, or to get in turn, before an answer is
    /// [`Unavailable`](StoreError::Unavailable). Without a word, ten seconds.
    pub patience: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            schema: "tagout".into(),
            n_connections: 8,
            patience: Duration::from_secs(10),
        }
    }
}

impl PostgresStore {
    /// Connects to the database that a URL or a connection string names, and makes the tables if they are not there.
    ///
    /// The text is read as PostgreSQL's own clients read it, with `sslmode` and `sslrootcert`: `disable`; `prefer`
    /// (without a word) and `require` encrypt, and check the certificate where `sslrootcert` names a file;
    /// `verify-ca` and `verify-full` always check the certificate and the name of the host, against that file or else
    /// against the roots of the operating system.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Unavailable`] if there is no answer, [`StoreError::NewerSchema`] if a newer program made
    /// the tables, [`StoreError::NotAStore`] if something else holds them, and else what the server says.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(url, PostgresOptions::default()).await
    }

    /// As [`connect`](Self::connect), in another way than usual.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn connect_with(url: &str, options: PostgresOptions) -> Result<Self, StoreError> {
        let server = Arc::new(Server::new(url, &options)?);
        schema::prepare(&server).await?;
        let (jobs, queue) = mpsc::unbounded_channel();
        tokio::spawn(group::serve(server.clone(), queue));
        Ok(Self { server, jobs })
    }

    /// Removes the schema and everything in it.
    ///
    /// # Errors
    ///
    /// Returns what the server says.
    pub async fn destroy(self) -> Result<(), StoreError> {
        schema::destroy(&self.server).await
    }

    /// Runs to its end what must not be left half done, even if the caller stops waiting.
    async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        tokio::spawn(work)
            .await
            .unwrap_or_else(|_| Err(self.gone()))
    }

    fn gone(&self) -> StoreError {
        StoreError::Uncertain {
            store: self.server.name.clone(),
            source: Said::cause("its task has ended"),
        }
    }
}

impl Store for PostgresStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        read::load(&self.server, keys).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        read::page(&self.server, query).await
    }

    async fn commit(&self, changes: Changes) -> Result<Version, StoreError> {
        let parts = changes.checked()?;
        let (answer, outcome) = oneshot::channel();
        self.jobs
            .send(Job { parts, answer })
            .map_err(|_| self.gone())?;
        outcome.await.unwrap_or_else(|_| Err(self.gone()))
    }

    async fn take_due(&self, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
        let (server, take) = (self.server.clone(), take.clone());
        self.to_the_end(async move { take::take_due(&server, &take).await })
            .await
    }

    async fn next_due(&self, kinds: &[Kind]) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(read::next_due(&self.server, kinds).await?.map(at_micros))
    }

    async fn events(&self, after: Position, limit: usize) -> Result<Events, StoreError> {
        read::events(&self.server, after, limit).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        read::snapshot(&self.server).await
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("name", &self.server.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<PostgresStore>();
    };
}
