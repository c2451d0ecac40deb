//! Connections, and what their errors mean.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Hook, HookError, Manager, Object, Pool, PoolError, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, Row, config::Host};

use super::{PostgresOptions, tls};
use crate::error::Said;
use crate::{Cause, StoreError};

/// A database, the schema in it, and connections to it.
pub(super) struct Server {
    /// What it is called in errors: no password.
    pub(super) name: Arc<str>,
    /// The schema, quoted by its narrow alphabet.
    pub(super) schema: String,
    pub(super) patience: Duration,
    pool: Pool,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Server {
    pub(super) fn new(url: &str, options: &PostgresOptions) -> Result<Self, StoreError> {
        let unnamed: Arc<str> = "postgres database".into();
        let failed = |store: &Arc<str>, source: Cause| StoreError::Failed {
            store: store.clone(),
            source,
        };
        let (url, trust) = tls::read_url(url);
        let mut config: Config = url
            .parse()
            .map_err(|error: Error| failed(&unnamed, Arc::new(error)))?;
        let name = name_of(&config);
        let schema = options.schema.clone();
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if !(1..=63).contains(&schema.len())
            || schema.as_bytes()[0].is_ascii_digit()
            || !schema.bytes().all(fits)
        {
            let what = format!(
                "schema `{schema}`: expected 1 to 63 of `a-z`, `0-9` and `_`, no digit first"
            );
            return Err(failed(&name, Said::cause(what)));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.patience);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        if config.get_application_name().is_none() {
            config.application_name("tagout");
        }
        let tls = tls::connector(&trust).map_err(|error| failed(&name, error.into()))?;
        let pool = Pool::builder(Manager::new(config, tls))
            .max_size(options.n_connections.max(2))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.patience))
            .create_timeout(Some(options.patience))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async { set_session(client).await.map_err(HookError::Backend) })
            }))
            .build()
            .map_err(|error| failed(&name, Arc::new(error)))?;
        Ok(Self {
            name,
            schema,
            patience: options.patience,
            pool,
        })
    }

    /// A connection that was alive when last used. Tries for as long as the server is out of reach and patience lasts.
    pub(super) async fn client(&self) -> Result<Object, StoreError> {
        let mut patience = Patience::new(self.patience);
        loop {
            match self.pool.get().await {
                Ok(client) => return Ok(client),
                Err(
                    PoolError::Backend(error)
                    | PoolError::PostCreateHook(HookError::Backend(error)),
                ) if is_unreachable(&error) => {
                    if !patience.wait().await {
                        return Err(self.unavailable(error));
                    }
                }
                Err(PoolError::Backend(error)) => return Err(self.error(error)),
                Err(error) => {
                    return Err(StoreError::Unavailable {
                        store: self.name.clone(),
                        source: Arc::new(error),
                    });
                }
            }
        }
    }

    /// The rows of a statement that changes nothing. It is prepared once for each connection, and sent again on another
    /// if the first turns out to be dead.
    pub(super) async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let mut patience = Patience::new(self.patience);
        loop {
            let client = self.client().await?;
            let outcome = match client.prepare_cached(sql).await {
                Ok(statement) => client.query(&statement, parameters).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(rows) => return Ok(rows),
                Err(error) => self.try_again(error, &mut patience).await?,
            }
        }
    }

    /// As [`query`](Self::query), planned each time for the parameters at hand.
    pub(super) async fn query_planned(
        &self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, StoreError> {
        let mut patience = Patience::new(self.patience);
        loop {
            let error = match self.client().await?.query_typed(sql, parameters).await {
                Ok(rows) => return Ok(rows),
                Err(error) => error,
            };
            self.try_again(error, &mut patience).await?;
        }
    }

    /// Pauses after an error that another attempt may not have.
    async fn try_again(&self, error: Error, patience: &mut Patience) -> Result<(), StoreError> {
        let again = is_competition(&error) || is_unreachable(&error);
        if again && patience.wait().await {
            Ok(())
        } else {
            Err(self.error(error))
        }
    }

    fn unavailable(&self, error: Error) -> StoreError {
        StoreError::Unavailable {
            store: self.name.clone(),
            source: Arc::new(error),
        }
    }

    /// An error that came before anything was to be committed, or with the server's word that nothing was.
    pub(super) fn error(&self, error: Error) -> StoreError {
        if is_unreachable(&error) || is_competition(&error) {
            return self.unavailable(error);
        }
        let (store, code) = (self.name.clone(), error.code().cloned());
        let source: Cause = Arc::new(error);
        match code {
            Some(SqlState::DISK_FULL | SqlState::OUT_OF_MEMORY) => {
                StoreError::Full { store, source }
            }
            Some(SqlState::READ_ONLY_SQL_TRANSACTION) => StoreError::ReadOnly { store, source },
            Some(SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED) => StoreError::Damaged {
                store,
                what: source.to_string().into(),
            },
            _ => StoreError::Failed { store, source },
        }
    }

    /// An error that came when the commit itself had been sent.
    pub(super) fn commit_error(&self, error: Error) -> StoreError {
        if is_unreachable(&error)
            || error.code() == Some(&SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN)
        {
            return StoreError::Uncertain {
                store: self.name.clone(),
                source: Arc::new(error),
            };
        }
        self.error(error)
    }

    /// Something that the tables hold and that nobody wrote.
    pub(super) fn damaged(&self, what: impl Into<Box<str>>) -> StoreError {
        StoreError::Damaged {
            store: self.name.clone(),
            what: what.into(),
        }
    }
}

/// Whether the server was not there, or went away: the statement may be tried elsewhere or later.
pub(super) fn is_unreachable(error: &Error) -> bool {
    match error.code() {
        // No word from the server itself, and not for want of a password or the like.
        None => error.is_closed() || has_io_error(error),
        Some(code) => {
            let gone = [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::CANNOT_CONNECT_NOW,
                SqlState::DATABASE_DROPPED,
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                SqlState::TOO_MANY_CONNECTIONS,
            ];
            gone.contains(code) || code.code().starts_with("08")
        }
    }
}

fn has_io_error(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return error.kind() != std::io::ErrorKind::InvalidData; // which is a certificate that is not trusted
        }
        cause = error.source();
    }
    false
}

/// Whether others were faster: nothing was changed, and the same may succeed at once.
pub(super) fn is_competition(error: &Error) -> bool {
    let lost = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::UNIQUE_VIOLATION, // two made the same document
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    error.code().is_some_and(|code| lost.contains(code))
}

/// Pauses between attempts, longer each time, while patience lasts.
pub(super) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            pause: Duration::from_millis(2),
        }
    }

    /// Pauses; false if patience is over.
    pub(super) async fn wait(&mut self) -> bool {
        if Instant::now() + self.pause > self.until {
            return false;
        }
        // A part of the pause differs between competitors, so that they do not meet again.
        let part =
            u32::from(std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0) as u8);
        tokio::time::sleep(self.pause / 2 + self.pause * part / 512).await;
        self.pause = (self.pause * 2).min(Duration::from_millis(500));
        true
    }
}

/// What each session needs, once.
async fn set_session(client: &Client) -> Result<(), Error> {
    // A process that is stopped in the middle of a transaction must not keep its locks for long.
    client
        .batch_execute("SET idle_in_transaction_session_timeout = '3s'")
        .await?;
    let durable: String = client
        .query_typed("SHOW synchronous_commit", &[])
        .await?
        .first()
        .map_or_else(|| Ok("on".into()), |row| row.try_get(0))?;
    if durable == "off" || durable == "local" {
        client.batch_execute("SET synchronous_commit = on").await?;
    }
    // Every statement here has an index. A plan that was kept from when a table was small must not read all of it once
    // it is large. Where that cannot be said, it need not be.
    match client.batch_execute("SET enable_seqscan = off").await {
        Err(error) if error.code().is_none() => Err(error),
        _ => Ok(()),
    }
}

/// What to call the database in errors.
fn name_of(config: &Config) -> Arc<str> {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".into(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let database = config
        .get_dbname()
        .or(config.get_user())
        .unwrap_or_default();
    format!("postgres database `{database}` at {host}:{port}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_is_durable_even_where_the_server_is_not() {
        let Ok(url) = std::env::var("TAGOUT_TEST_POSTGRES") else {
            println!("left out: there is no postgres to test against");
            return;
        };
        let parameter = if url.contains('?') { '&' } else { '?' };
        for (setting, expected) in [
            ("off", "on"),
            ("local", "on"),
            ("on", "on"),
            ("remote_write", "remote_write"),
        ] {
            let url = format!("{url}{parameter}options=-c%20synchronous_commit%3D{setting}");
            let server = Server::new(&url, &PostgresOptions::default()).unwrap();
            let rows = server.query("SHOW synchronous_commit", &[]).await.unwrap();
            assert_eq!(rows[0].get::<_, &str>(0), expected, "{setting}");
        }
    }
}
