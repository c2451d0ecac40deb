//! Taking what is due, past whatever others have locked.

use deadpool_postgres::ClientWrapper;
use futures_util::join;
use tokio_postgres::Error;
use tokio_postgres::types::{ToSql, Type};

use super::columns::{DOCUMENT, Keys, document};
use super::group::roll_back;
use super::pool::{Patience, Server, is_competition, is_unreachable};
use crate::{Document, StoreError, TakeDue, Version};

pub(super) async fn take_due(server: &Server, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
    if take.kinds.is_empty() || take.limit() == 0 {
        return Ok(Vec::new());
    }
    let mut patience = Patience::new(server.patience);
    loop {
        let client = server.client().await?;
        let failed = match find(server, &client, take).await {
            Ok(due) => match lease(server, &client, take, due).await {
                Ok(taken) => return taken,
                Err(error) if is_unreachable(&error) => return Err(server.commit_error(error)),
                Err(error) => error,
            },
            Err(error) => error,
        };
        roll_back(client).await;
        let again = is_competition(&failed) || is_unreachable(&failed);
        if !again || !patience.wait().await {
            return Err(server.error(failed));
        }
    }
}

/// What is due and locked by nobody, with the instant from which on it is.
type Due = Vec<(i64, Result<Document, StoreError>)>;

async fn find(server: &Server, client: &ClientWrapper, take: &TakeDue) -> Result<Due, Error> {
    let s = &server.schema;
    let statement = client
        .prepare_cached(&format!(
            "SELECT {DOCUMENT}, d.ready_at FROM unnest($1::bytea[]) AS k(kind) CROSS JOIN LATERAL \
             (SELECT * FROM {s}.documents d WHERE d.kind = k.kind AND d.ready_at <= $2 \
             ORDER BY d.ready_at, d.scope, d.id LIMIT $3 FOR UPDATE SKIP LOCKED) d"
        ))
        .await?;
    let kinds: Vec<&[u8]> = take
        .kinds
        .iter()
        .map(|kind| kind.as_str().as_bytes())
        .collect();
    let (now, limit) = (take.now_micros(), take.limit() as i64);
    let parameters: [&(dyn ToSql + Sync); 3] = [&kinds, &now, &limit];
    let (begun, rows) = join!(
        client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED"),
        client.query(&statement, &parameters),
    );
    begun?;
    rows?
        .iter()
        .map(|row| Ok((row.try_get(8)?, document(server, row))))
        .collect()
}

/// Leases the earliest of what was found, commits, and so leaves the rest to others.
async fn lease(
    server: &Server,
    client: &ClientWrapper,
    take: &TakeDue,
    due: Due,
) -> Result<Result<Vec<Document>, StoreError>, Error> {
    let mut documents = Vec::with_capacity(due.len());
    for (ready, document) in due {
        match document {
            Ok(document) => documents.push((ready, document)),
            Err(error) => {
                client.batch_execute("ROLLBACK").await?;
                return Ok(Err(error));
            }
        }
    }
    documents.sort_by(|(ready, one), (other_ready, other)| {
        (ready, one.key()).cmp(&(other_ready, other.key()))
    });
    documents.truncate(take.limit());
    if documents.is_empty() {
        client.batch_execute("COMMIT").await?;
        return Ok(Ok(Vec::new()));
    }
    let Keys { kinds, scopes, ids } = documents
        .iter()
        .map(|(_, document)| document.key())
        .collect();
    let until = take.until_micros();
    let s = &server.schema;
    let sql = format!(
        "UPDATE {s}.documents d SET version = nextval('{s}.versions'), ready_at = $4 \
         FROM unnest($1, $2, $3) WITH ORDINALITY AS k(kind, scope, id, n) \
         WHERE d.kind = k.kind AND d.scope = k.scope AND d.id = k.id RETURNING k.n, d.version"
    );
    let parameters = [
        (&kinds as _, Type::BYTEA_ARRAY),
        (&scopes as _, Type::BYTEA_ARRAY),
        (&ids as _, Type::BYTEA_ARRAY),
        (&until as _, Type::INT8),
    ];
    let (versions, committed) = join!(
        client.query_typed(&sql, &parameters),
        client.batch_execute("COMMIT")
    );
    let mut taken = vec![None; documents.len()];
    for row in versions? {
        let (n, version): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(place) = taken.get_mut(n as usize - 1) {
            *place = Some(Version(version as u64));
        }
    }
    committed?;
    let taken = documents
        .into_iter()
        .zip(taken)
        .map(|((_, document), version)| {
            let version = version.ok_or_else(|| {
                server.damaged(format!("{} was locked and is gone", document.key()))
            })?;
            Ok(Document::new(document.into_draft(), version))
        });
    Ok(taken.collect())
}
