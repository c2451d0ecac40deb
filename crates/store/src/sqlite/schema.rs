//! The tables of a SQLite file, and how it is opened.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::StoreError;

/// In the header of the file: who made it ("tago").
const APPLICATION_ID: i32 = 0x7461_676f;

/// The schema that this program writes.
const SCHEMA: u32 = 1;

/// The steps from one schema to the next; the first makes the tables of schema 1.
const MIGRATIONS: [&str; SCHEMA as usize] = ["
    CREATE TABLE documents (
        kind     TEXT    NOT NULL,
        scope    TEXT    NOT NULL,
        id       TEXT    NOT NULL,
        version  INTEGER NOT NULL,
        format   INTEGER NOT NULL,
        body     TEXT    NOT NULL,
        labels   TEXT,              -- a JSON object
        due_at   INTEGER,           -- microseconds since 1970
        ready_at INTEGER,           -- when it is due or its lease is over
        checksum INTEGER NOT NULL,
        PRIMARY KEY (kind, scope, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX documents_ready ON documents (kind, ready_at) WHERE ready_at IS NOT NULL;
    CREATE TABLE labels (
        kind  TEXT NOT NULL,
        scope TEXT NOT NULL,
        name  TEXT NOT NULL,
        value TEXT NOT NULL,
        id    TEXT NOT NULL,
        PRIMARY KEY (kind, scope, name, value, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        kind     TEXT    NOT NULL,
        scope    TEXT    NOT NULL,
        format   INTEGER NOT NULL,
        body     TEXT    NOT NULL,
        checksum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE state (
        id       INTEGER PRIMARY KEY CHECK (id = 1),
        versions INTEGER NOT NULL,  -- the last version that was given
        last     INTEGER NOT NULL,  -- the position of the last event
        trimmed  INTEGER NOT NULL   -- the position up to which events were removed
    ) STRICT;
    INSERT INTO state VALUES (1, 0, 0, 0);
"];

/// A file, and how long to wait for others who write to it.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: Arc<str>,
    pub(super) path: PathBuf,
    pub(super) patience: Duration,
}

impl File {
    /// Opens the file for writing, and brings it to the schema of this program.
    pub(super) fn create_or_open(&self) -> Result<Connection, StoreError> {
        self.probe()?;
        let mut connection = self.connect()?;
        let (found, is_new) = self.identify(&connection)?;
        let migrate = || -> rusqlite::Result<()> {
            // Only now is anything written.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
            connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
            connection.pragma_update(None, "cache_size", -64_000)?;
            if found == SCHEMA && !is_new {
                return Ok(());
            }
            let transaction =
                connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let found: u32 =
                transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
            for migration in &MIGRATIONS[found.min(SCHEMA) as usize..] {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA.max(found))?;
            transaction.commit()
        };
        let mut migrate = migrate;
        migrate().map_err(|error| self.error(error))?;
        let mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .map_err(|error| self.error(error))?;
        if mode != "wal" {
            let what = format!(
                "its folder allows journal mode {mode}, expected wal: is it on a local disk?"
            );
            return Err(StoreError::Failed {
                store: self.name.clone(),
                source: crate::error::Said::cause(what),
            });
        }
        self.identify(&connection)?; // another process may have been faster, and newer
        Ok(connection)
    }

    /// Opens a file that is known to be a store.
    pub(super) fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connect = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(self.patience)?;
            connection.set_prepared_statement_cache_capacity(64);
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            Ok(connection)
        };
        connect().map_err(|error| self.error(error))
    }

    /// The schema of the file, and whether it is empty yet.
    fn identify(&self, connection: &Connection) -> Result<(u32, bool), StoreError> {
        let identify = || -> rusqlite::Result<(i32, u32, i64)> {
            let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
            let tables = "SELECT count(*) FROM sqlite_schema";
            Ok((
                pragma("application_id")?,
                pragma("user_version")? as u32,
                connection.query_row(tables, [], |row| row.get(0))?,
            ))
        };
        let (application, schema, n_tables) = identify().map_err(|error| self.error(error))?;
        let is_new = n_tables == 0 && application == 0 && schema == 0;
        if !is_new && application != APPLICATION_ID {
            let what = format!("another program made it, with application id {application:#x}");
            return Err(StoreError::NotAStore {
                store: self.name.clone(),
                what: what.into(),
            });
        }
        if schema > SCHEMA {
            return Err(StoreError::NewerSchema {
                store: self.name.clone(),
                found: schema,
                known: SCHEMA,
            });
        }
        Ok((schema, is_new))
    }

    /// Finds out by plain means what SQLite would report as "unable to open database file".
    fn probe(&self) -> Result<(), StoreError> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => std::path::Path::new("."),
        };
        let is_there = self.path.exists();
        let file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path);
        file.map_err(|error| self.refused(error))?;
        if is_there {
            // SQLite needs to make files beside it.
            let probe = folder.join(format!(
                ".tagout-{}-{:?}",
                std::process::id(),
                std::thread::current().id()
            ));
            fs::write(&probe, b"").map_err(|error| self.refused(error))?;
            fs::remove_file(&probe).map_err(|error| self.refused(error))?;
        }
        Ok(())
    }

    fn refused(&self, error: io::Error) -> StoreError {
        let (store, kind) = (self.name.clone(), error.kind());
        let source: crate::Cause = Arc::new(error);
        match kind {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::ReadOnly { store, source }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                StoreError::Full { store, source }
            }
            _ => StoreError::Failed { store, source },
        }
    }

    /// An error of SQLite while nothing was being committed, in the words of a store.
    pub(super) fn error(&self, error: rusqlite::Error) -> StoreError {
        let store = self.name.clone();
        let code = error.sqlite_error_code();
        let text: Box<str> = error.to_string().into();
        let source: crate::Cause = Arc::new(error);
        match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Unavailable { store, source }
            }
            Some(ErrorCode::DiskFull) => StoreError::Full { store, source },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { store, source }
            }
            Some(ErrorCode::NotADatabase) => StoreError::NotAStore { store, what: text },
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { store, what: text },
            _ => StoreError::Failed { store, source },
        }
    }

    /// An error of SQLite during the last step of a commit.
    pub(super) fn commit_error(&self, error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            // The record of the commit may or may not have reached the disk.
            Some(ErrorCode::SystemIoFailure) | None => StoreError::Uncertain {
                store: self.name.clone(),
                source: Arc::new(error),
            },
            _ => self.error(error),
        }
    }

    /// Something that the file holds and that nobody wrote.
    pub(super) fn damaged(&self, what: impl Into<Box<str>>) -> StoreError {
        StoreError::Damaged {
            store: self.name.clone(),
            what: what.into(),
        }
    }
}
