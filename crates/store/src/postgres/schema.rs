//! The tables, made and changed by one process at a time.

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

use super::pool::{Patience, Server, is_competition};
use crate::StoreError;

/// The schema that this program writes.
const SCHEMA: u32 = 1;

/// The steps from one schema to the next; the first makes the tables of schema 1. `{s}` is the name of the schema.
const MIGRATIONS: [&str; SCHEMA as usize] = ["
    CREATE TABLE {s}.documents (
        kind     BYTEA  NOT NULL,
        scope    BYTEA  NOT NULL,
        id       BYTEA  NOT NULL,
        version  BIGINT NOT NULL,
        format   BIGINT NOT NULL,
        body     TEXT   NOT NULL,
        labels   TEXT,            -- a JSON object
        due_at   BIGINT,          -- microseconds since 1970
        ready_at BIGINT,          -- when it is due or its lease is over
        PRIMARY KEY (kind, scope, id)
    ) WITH (fillfactor = 80);
    CREATE INDEX documents_ready ON {s}.documents (kind, ready_at, scope, id) WHERE ready_at IS NOT NULL;
    CREATE TABLE {s}.labels (
        kind  BYTEA NOT NULL,
        scope BYTEA NOT NULL,
        name  BYTEA NOT NULL,
        value BYTEA NOT NULL,
        id    BYTEA NOT NULL,
        PRIMARY KEY (kind, scope, name, value, id)
    );
    CREATE TABLE {s}.events (
        position BIGINT PRIMARY KEY,
        kind     BYTEA  NOT NULL,
        scope    BYTEA  NOT NULL,
        format   BIGINT NOT NULL,
        body     TEXT   NOT NULL
    );
    CREATE TABLE {s}.stream (
        id      BIGINT PRIMARY KEY,
        last    BIGINT NOT NULL,  -- the position of the last event
        trimmed BIGINT NOT NULL   -- the position up to which events were removed
    );
    INSERT INTO {s}.stream VALUES (1, 0, 0);
    CREATE SEQUENCE {s}.versions;
    -- For people: the keys as text and the times as times.
    CREATE VIEW {s}.readable AS
        SELECT convert_from(kind, 'UTF8') AS kind, convert_from(scope, 'UTF8') AS scope, convert_from(id, 'UTF8') AS id,
               version, format, body, labels, to_timestamp(due_at / 1000000.0) AS due_at,
               to_timestamp(ready_at / 1000000.0) AS ready_at
        FROM {s}.documents;
"];

/// Makes the schema and its tables, or brings them to what this program knows.
pub(super) async fn prepare(server: &Server) -> Result<(), StoreError> {
    let mut patience = Patience::new(server.patience);
    loop {
        let client = server.client().await?;
        match found(server, &client)
            .await
            .map_err(|error| server.error(error))?
        {
            Some(SCHEMA) => return Ok(()),
            Some(found) if found > SCHEMA => {
                return Err(StoreError::NewerSchema {
                    store: server.name.clone(),
                    found,
                    known: SCHEMA,
                });
            }
            _ => {}
        }
        let Err(error) = migrate(server, &client).await else {
            return Ok(());
        };
        if client.batch_execute("ROLLBACK").await.is_err() {
            drop(deadpool_postgres::Object::take(client));
        }
        let others_were_faster = is_competition(&error)
            || matches!(
                error.code(),
                Some(
                    &SqlState::DUPLICATE_SCHEMA
                        | &SqlState::DUPLICATE_TABLE
                        | &SqlState::INTERNAL_ERROR
                )
            );
        if !others_were_faster || !patience.wait().await {
            if error.code() == Some(&SqlState::DUPLICATE_TABLE) {
                let what = format!("schema {} has tables of another program", server.schema).into();
                return Err(StoreError::NotAStore {
                    store: server.name.clone(),
                    what,
                });
            }
            return Err(server.error(error));
        }
    }
}

/// The schema that the tables have; none if there are no tables.
async fn found(server: &Server, client: &Client) -> Result<Option<u32>, Error> {
    let table = client
        .query_typed(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = 'tagout'",
            &[(&server.schema, Type::TEXT)],
        )
        .await?;
    if table.is_empty() {
        return Ok(None);
    }
    let rows = client
        .query_typed(
            &format!("SELECT schema FROM {}.tagout WHERE id = 1", server.schema),
            &[],
        )
        .await?;
    Ok(rows
        .first()
        .map(|row| row.try_get::<_, i64>(0))
        .transpose()?
        .map(|schema| schema as u32))
}

/// Takes the lock that guards the tables, and makes the steps that are missing.
async fn migrate(server: &Server, client: &Client) -> Result<(), Error> {
    let s = &server.schema;
    let there = client
        .query_typed(
            "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1",
            &[(s, Type::TEXT)],
        )
        .await?;
    if there.is_empty() {
        client
            .batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {s}"))
            .await?;
    }
    client
        .batch_execute(&format!(
            "CREATE TABLE IF NOT EXISTS {s}.tagout (id BIGINT PRIMARY KEY, schema BIGINT NOT NULL); \
             INSERT INTO {s}.tagout VALUES (1, 0) ON CONFLICT DO NOTHING"
        ))
        .await?;
    client.batch_execute("BEGIN").await?;
    let rows = client
        .query_typed(
            &format!("SELECT schema FROM {s}.tagout WHERE id = 1 FOR UPDATE"),
            &[],
        )
        .await?;
    let found: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    for migration in MIGRATIONS.iter().skip(found as usize) {
        client.batch_execute(&migration.replace("{s}", s)).await?;
    }
    if found < i64::from(SCHEMA) {
        client
            .batch_execute(&format!(
                "UPDATE {s}.tagout SET schema = {SCHEMA} WHERE id = 1"
            ))
            .await?;
    }
    client.batch_execute("COMMIT").await
}

pub(super) async fn destroy(server: &Server) -> Result<(), StoreError> {
    let client = server.client().await?;
    let dropped = client
        .batch_execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", server.schema))
        .await;
    dropped.map_err(|error| server.error(error))
}
