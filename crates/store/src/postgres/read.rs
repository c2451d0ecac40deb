//! Everything that only reads: one statement each, so that it sees one instant.

use std::collections::HashMap;

use deadpool_postgres::ClientWrapper;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::columns::{DOCUMENT, Keys, document, event};
use super::pool::Server;
use crate::row::PageSql;
use crate::{Document, Events, Key, Kind, Page, Position, Query, Record, Snapshot, StoreError};

/// How many rows a snapshot reads at once.
const BATCH: usize = 500;

pub(super) async fn load(
    server: &Server,
    keys: &[Key],
) -> Result<Vec<Option<Document>>, StoreError> {
    let s = &server.schema;
    if let [key] = keys {
        let sql = format!(
            "SELECT {DOCUMENT} FROM {s}.documents d WHERE d.kind = $1 AND d.scope = $2 AND d.id = $3"
        );
        let (kind, scope, id) = (
            key.kind().as_str().as_bytes(),
            key.scope().as_bytes(),
            key.id().as_bytes(),
        );
        let rows = server.query(&sql, &[&kind, &scope, &id]).await?;
        return Ok(vec![
            rows.first().map(|row| document(server, row)).transpose()?,
        ]);
    }
    let Keys { kinds, scopes, ids } = keys.iter().collect();
    let sql = format!(
        "SELECT {DOCUMENT} FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS k(kind, scope, id) \
         CROSS JOIN LATERAL (SELECT * FROM {s}.documents d \
         WHERE d.kind = k.kind AND d.scope = k.scope AND d.id = k.id) d"
    );
    let rows = server.query(&sql, &[&kinds, &scopes, &ids]).await?;
    let mut found = HashMap::new();
    for row in &rows {
        let document = document(server, row)?;
        found.insert(document.key().clone(), document);
    }
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

pub(super) async fn page(server: &Server, query: &Query) -> Result<Page, StoreError> {
    let schema = format!("{}.", server.schema);
    let Some(page) = PageSql::of(&query.bounds(), &schema, DOCUMENT) else {
        return Ok(query.page(Vec::new()));
    };
    let bytes: Vec<&[u8]> = page.texts.iter().map(|text| text.as_bytes()).collect();
    let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = Vec::new();
    parameters.extend(bytes.iter().map(|text| (text as _, Type::BYTEA)));
    parameters.push((&page.limit, Type::INT8));
    let rows = server.query_planned(&page.sql, &parameters).await?;
    Ok(query.page(
        rows.iter()
            .map(|row| document(server, row))
            .collect::<Result<_, _>>()?,
    ))
}

pub(super) async fn next_due(server: &Server, kinds: &[Kind]) -> Result<Option<i64>, StoreError> {
    let kinds: Vec<&[u8]> = kinds.iter().map(|kind| kind.as_str().as_bytes()).collect();
    let sql = format!(
        "SELECT d.ready_at FROM unnest($1::bytea[]) AS k(kind) CROSS JOIN LATERAL (SELECT ready_at \
         FROM {}.documents d WHERE d.kind = k.kind AND d.ready_at IS NOT NULL ORDER BY d.ready_at LIMIT 1) d",
        server.schema
    );
    let rows = server.query(&sql, &[&kinds]).await?;
    let first = rows
        .iter()
        .map(|row| row.try_get::<_, i64>(0))
        .collect::<Result<Vec<_>, _>>();
    Ok(first
        .map_err(|error| server.error(error))?
        .into_iter()
        .min())
}

pub(super) async fn events(
    server: &Server,
    Position(after): Position,
    limit: usize,
) -> Result<Events, StoreError> {
    let s = &server.schema;
    let sql = format!(
        "SELECT s.trimmed, s.last, e.position, e.kind, e.scope, e.format, e.body FROM {s}.stream s \
         LEFT JOIN LATERAL (SELECT * FROM {s}.events WHERE position > $1 ORDER BY position LIMIT $2) e ON true \
         WHERE s.id = 1 ORDER BY e.position"
    );
    let (after, limit) = (
        i64::try_from(after).unwrap_or(i64::MAX),
        limit.min(Events::LIMIT_MAX) as i64,
    );
    let rows = server.query(&sql, &[&after, &limit]).await?;
    let (trimmed, last) = state(server, rows.first())?;
    let mut events = Vec::with_capacity(rows.len());
    for row in &rows {
        if row
            .try_get::<_, Option<i64>>(2)
            .map_err(|error| server.error(error))?
            .is_some()
        {
            events.push(event(server, row, 2)?);
        }
    }
    Ok(Events {
        events,
        trimmed,
        last,
    })
}

/// The positions up to which events were removed, and of the last.
fn state(server: &Server, row: Option<&Row>) -> Result<(Position, Position), StoreError> {
    let row = row.ok_or_else(|| server.damaged("table stream has no row"))?;
    let position = |column| {
        row.try_get::<_, i64>(column)
            .map(|position| Position(position as u64))
    };
    let positions = || Ok((position(0)?, position(1)?));
    positions().map_err(|error| server.error(error))
}

pub(super) async fn snapshot(server: &std::sync::Arc<Server>) -> Result<Snapshot, StoreError> {
    let (answer, beginning) = oneshot::channel();
    let (records, received) = mpsc::channel(4);
    let name = server.name.clone();
    let server = server.clone();
    tokio::spawn(async move {
        if let Err(error) = send_all(&server, answer, &records).await {
            drop(records.send(Err(error)).await); // if nobody listens any more, nobody needs to know
        }
    });
    let gone = || StoreError::Unavailable {
        store: name,
        source: crate::error::Said::cause("its task has ended"),
    };
    let (trimmed, last) = beginning.await.unwrap_or_else(|_| Err(gone()))?;
    Ok(Snapshot::received(trimmed, last, received))
}

type Beginning = Result<(Position, Position), StoreError>;
type Records = mpsc::Sender<Result<Vec<Record>, StoreError>>;

async fn send_all(
    server: &Server,
    answer: oneshot::Sender<Beginning>,
    records: &Records,
) -> Result<(), StoreError> {
    let s = &server.schema;
    let begin = async |client: &ClientWrapper| {
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        // A reader may take its time.
        client
            .batch_execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            .await?;
        client
            .query_typed(
                &format!("SELECT trimmed, last FROM {s}.stream WHERE id = 1"),
                &[],
            )
            .await
    };
    let client = match server.client().await {
        // Taken out of the pool: however this ends, nobody else gets a connection in the middle of a transaction.
        Ok(client) => deadpool_postgres::Object::take(client),
        Err(error) => {
            drop(answer.send(Err(error)));
            return Ok(());
        }
    };
    let beginning = begin(&client).await.map_err(|error| server.error(error));
    let beginning = beginning.and_then(|rows| state(server, rows.first()));
    let failed = beginning.is_err();
    if answer.send(beginning).is_err() || failed {
        return Ok(());
    }

    let sql = format!(
        "SELECT {DOCUMENT} FROM {s}.documents d WHERE (d.kind, d.scope, d.id) > ($1, $2, $3) \
         ORDER BY d.kind, d.scope, d.id LIMIT {BATCH}"
    );
    let statement = client
        .prepare(&sql)
        .await
        .map_err(|error| server.error(error))?;
    let mut last: Option<Key> = None;
    loop {
        let empty: &[u8] = &[];
        let (kind, scope, id) = last.as_ref().map_or((empty, empty, empty), |key| {
            (
                key.kind().as_str().as_bytes(),
                key.scope().as_bytes(),
                key.id().as_bytes(),
            )
        });
        let rows = client
            .query(&statement, &[&kind, &scope, &id])
            .await
            .map_err(|error| server.error(error))?;
        let documents = rows
            .iter()
            .map(|row| document(server, row))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(end) = documents.last() else { break };
        last = Some(end.key().clone());
        if records
            .send(Ok(documents.into_iter().map(Record::Document).collect()))
            .await
            .is_err()
        {
            return Ok(());
        }
    }
    let sql = format!(
        "SELECT position, kind, scope, format, body FROM {s}.events WHERE position > $1 ORDER BY position LIMIT {BATCH}"
    );
    let statement = client
        .prepare(&sql)
        .await
        .map_err(|error| server.error(error))?;
    let mut last = 0;
    loop {
        let rows = client
            .query(&statement, &[&last])
            .await
            .map_err(|error| server.error(error))?;
        let events = rows
            .iter()
            .map(|row| event(server, row, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(end) = events.last() else {
            return Ok(());
        };
        last = end.position().0 as i64;
        if records
            .send(Ok(events.into_iter().map(Record::Event).collect()))
            .await
            .is_err()
        {
            return Ok(());
        }
    }
}
