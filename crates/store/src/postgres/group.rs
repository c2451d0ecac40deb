//! Commits that wait at the same time, in one transaction.
//!
//! Two round trips: the first begins, locks what the commits name and draws a version; then it is decided here which
//! of them stand; the second writes what those come to and commits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::{ClientWrapper, Object};
use futures_util::join;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::columns::Keys;
use super::pool::{Patience, Server, is_competition, is_unreachable};
use crate::changes::{Change, NewEvent, Parts, Standing, Write};
use crate::document::Labels;
use crate::row::labels_text;
use crate::{Body, Changes, Draft, Key, Position, StoreError, Version};

/// The most commits in one transaction.
const GROUP_MAX: usize = 256;

/// How many transactions are under way at a time; what comes meanwhile is grouped.
const N_WRITERS: usize = 4;

/// A commit, and who waits for it.
pub(super) struct Job {
    pub(super) parts: Parts,
    pub(super) answer: oneshot::Sender<Result<Version, StoreError>>,
}

/// Commits until nobody is left to commit for.
pub(super) async fn serve(server: Arc<Server>, mut queue: mpsc::UnboundedReceiver<Job>) {
    let writers = Arc::new(Semaphore::new(N_WRITERS));
    while let Some(first) = queue.recv().await {
        let writer = writers
            .clone()
            .acquire_owned()
            .await
            .expect("nobody closes it");
        let mut n_changes = first.parts.len();
        let mut group = vec![first];
        while group.len() < GROUP_MAX && n_changes < Changes::LEN_MAX {
            let Ok(job) = queue.try_recv() else { break };
            n_changes += job.parts.len();
            group.push(job);
        }
        group.retain(|job| !job.answer.is_closed());
        let server = server.clone();
        tokio::spawn(async move {
            commit(&server, group).await;
            drop(writer);
        });
    }
}

/// Commits a group and answers. If it cannot be done together, each is tried alone, so that one which the server
/// cannot take does not fail the others.
async fn commit(server: &Server, group: Vec<Job>) {
    match together(server, &group).await {
        Ok(outcomes) => {
            for (job, outcome) in group.into_iter().zip(outcomes) {
                drop(job.answer.send(outcome)); // whoever no longer listens does not need to know
            }
        }
        Err(error) => {
            let alone = group.len() > 1
                && matches!(error, StoreError::Failed { .. } | StoreError::Full { .. });
            for job in group {
                let outcome = if alone {
                    together(server, std::slice::from_ref(&job)).await
                } else {
                    Err(error.clone())
                };
                drop(job.answer.send(
                    outcome.and_then(|mut only| only.pop().expect("one job has one outcome")),
                ));
            }
        }
    }
}

/// What each job of a group came to.
type Outcomes = Vec<Result<Version, StoreError>>;

/// Why a transaction came to nothing, or perhaps not.
enum Failure {
    /// Nothing had been sent that could commit, or the server says that it did not.
    Before(Error),
    /// The connection was lost when the commit had been sent.
    During(Error),
    /// The tables hold what nobody wrote.
    Damaged(StoreError),
}

impl Failure {
    fn in_the_end(error: Error) -> Self {
        // Where the server gave up on a silent session, it had not heard of a commit.
        let silent = error.code() == Some(&SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT);
        if is_unreachable(&error) && !silent {
            Self::During(error)
        } else {
            Self::Before(error)
        }
    }
}

async fn together(server: &Server, group: &[Job]) -> Result<Outcomes, StoreError> {
    let mut patience = Patience::new(server.patience);
    loop {
        let client = server.client().await?;
        let error = match transact(server, &client, group).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(Failure::Before(error)) => error,
            Err(Failure::During(error)) => return Err(server.commit_error(error)),
            Err(Failure::Damaged(error)) => {
                roll_back(client).await;
                return Err(error);
            }
        };
        roll_back(client).await;
        let again = is_competition(&error) || is_unreachable(&error);
        if !again || !patience.wait().await {
            return Err(server.error(error));
        }
    }
}

/// Ends a transaction that may have been begun; a connection that cannot even do that is not used again.
pub(super) async fn roll_back(client: Object) {
    if client.batch_execute("ROLLBACK").await.is_err() {
        drop(Object::take(client));
    }
}

async fn transact(
    server: &Server,
    client: &ClientWrapper,
    group: &[Job],
) -> Result<Outcomes, Failure> {
    let mut places = find(server, client, group).await?;
    let version = places.version;
    let mut outcomes = Vec::with_capacity(group.len());
    let mut events = Vec::new();
    let mut trim = None;
    for job in group {
        let decided = places.decide(&job.parts.changes);
        outcomes.push(decided.map(|writes| {
            for write in writes {
                places.apply(write);
            }
            events.extend(&job.parts.events);
            trim = trim.max(job.parts.trim);
            version
        }));
    }
    places.write(server, client, &events, trim).await?;
    Ok(outcomes)
}

/// What the transaction has locked, and what becomes of it.
struct Places<'a> {
    by_key: BTreeMap<&'a Key, Place<'a>>,
    version: Version,
}

#[derive(Default)]
struct Place<'a> {
    /// What is stored now: its labels.
    stored: Option<Labels>,
    /// What stands there after the commits decided so far.
    version: Option<Version>,
    body: Option<Body>,
    becomes: Becomes<'a>,
}

/// What is to be written to a place.
#[derive(Default)]
enum Becomes<'a> {
    /// Nothing is.
    #[default]
    Unchanged,
    /// The document there is removed.
    Empty,
    /// This is the document.
    Document(Cow<'a, Draft>),
}

/// Begins, locks every document that the group names, in the order of keys so that groups wait for each other in one
/// direction only, and draws a version.
async fn find<'a>(
    server: &Server,
    client: &ClientWrapper,
    group: &'a [Job],
) -> Result<Places<'a>, Failure> {
    let s = &server.schema;
    let changes = group.iter().flat_map(|job| &job.parts.changes);
    let mut with_body = BTreeMap::new();
    for change in changes {
        *with_body.entry(change.key()).or_default() |= matches!(change, Change::Add { .. });
    }
    let Keys { kinds, scopes, ids } = with_body.keys().copied().collect();
    let counters: Vec<bool> = with_body.values().copied().collect();
    let before = Failure::Before;
    let lock = client
        .prepare_cached(&format!(
            "SELECT d.kind, d.scope, d.id, d.version, d.labels, CASE WHEN k.counter THEN d.body END \
             FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bool[]) AS k(kind, scope, id, counter) \
             CROSS JOIN LATERAL (SELECT kind, scope, id, version, labels, body FROM {s}.documents d \
             WHERE d.kind = k.kind AND d.scope = k.scope AND d.id = k.id FOR UPDATE) d"
        ))
        .await
        .map_err(before)?;
    let draw = client
        .prepare_cached(&format!("SELECT nextval('{s}.versions')"))
        .await
        .map_err(before)?;

    let (begun, rows, drawn) = join!(
        client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED"),
        async {
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            client
                .query(&lock, &[&kinds, &scopes, &ids, &counters])
                .await
        },
        client.query_one(&draw, &[]),
    );
    begun.map_err(before)?;
    let rows = rows.map_err(before)?;
    let version: i64 = drawn.and_then(|row| row.try_get(0)).map_err(before)?;

    let mut by_key: BTreeMap<&Key, Place<'_>> = with_body
        .into_keys()
        .map(|key| (key, Place::default()))
        .collect();
    let mut found = by_key.iter_mut();
    for row in rows {
        let bytes = |column| row.try_get::<_, &[u8]>(column).map_err(before);
        let (kind, scope, id) = (bytes(0)?, bytes(1)?, bytes(2)?);
        // Rows come in the order of the keys that were asked for, which is the order of the map; some are missing.
        let is_it = |key: &Key| {
            key.id().as_bytes() == id
                && key.scope().as_bytes() == scope
                && key.kind().as_str().as_bytes() == kind
        };
        let place = found.find(|(key, _)| is_it(key)).map(|(_, place)| place);
        let Some(place) = place else {
            return Err(Failure::Damaged(
                server.damaged("rows came in another order"),
            ));
        };
        place.version = Some(Version(row.try_get::<_, i64>(3).map_err(before)? as u64));
        let labels: Option<&str> = row.try_get(4).map_err(before)?;
        let labels = labels.map(serde_json::from_str).transpose();
        let labels = labels
            .map_err(|_| Failure::Damaged(server.damaged("a document has malformed labels")))?;
        place.stored = Some(labels.unwrap_or_default());
        place.body = row
            .try_get::<_, Option<String>>(5)
            .map_err(before)?
            .map(Body::kept);
    }
    Ok(Places {
        by_key,
        version: Version(version as u64),
    })
}

impl<'a> Places<'a> {
    /// What the changes come to after those of the group that were decided before.
    fn decide(&self, changes: &'a [Change]) -> Result<Vec<Write<'a>>, StoreError> {
        let standing = |key| {
            let place: &Place<'_> = self.by_key.get(key)?;
            Some(Standing {
                version: place.version?,
                body: place.body.as_ref(),
            })
        };
        changes
            .iter()
            .map(|change| change.decide(standing(change.key())))
            .collect()
    }

    fn apply(&mut self, write: Write<'a>) {
        let version = Some(self.version);
        match write {
            Write::Insert(draft) | Write::Replace(draft) => {
                // A key of the map, which is the one that the draft was made for.
                let key = draft.key().clone();
                if let Some(place) = self.by_key.get_mut(&key) {
                    place.version = version;
                    place.body = Some(draft.body().clone());
                    place.becomes = Becomes::Document(draft);
                }
            }
            Write::Remove(key) => {
                if let Some(place) = self.by_key.get_mut(key) {
                    *place = Place {
                        stored: place.stored.take(),
                        becomes: Becomes::Empty,
                        ..Place::default()
                    };
                }
            }
            Write::Nothing => {}
        }
    }

    /// Writes what has become of the places, and commits.
    async fn write(
        &self,
        server: &Server,
        client: &ClientWrapper,
        events: &[&NewEvent],
        trim: Option<Position>,
    ) -> Result<(), Failure> {
        let (mut inserted, mut replaced, mut removed) =
            (Rows::default(), Rows::default(), Keys::default());
        let (mut added, mut dropped) = (LabelRows::default(), LabelRows::default());
        let none = Labels::new();
        for (key, place) in &self.by_key {
            let old = place.stored.as_ref().unwrap_or(&none);
            let new = match (&place.becomes, place.stored.is_some()) {
                (Becomes::Unchanged, _) | (Becomes::Empty, false) => continue,
                (Becomes::Empty, true) => {
                    removed.push(key);
                    &none
                }
                (Becomes::Document(draft), there) => {
                    if there { &mut replaced } else { &mut inserted }.push(draft);
                    draft.label_map()
                }
            };
            dropped.push_difference(key, old, new);
            added.push_difference(key, new, old);
        }
        let written = Written {
            inserted,
            replaced,
            removed,
            added,
            dropped,
            version: self.version,
        };
        written.send(server, client, events, trim).await
    }
}

/// Everything that a transaction writes, as arrays.
struct Written<'a> {
    inserted: Rows<'a>,
    replaced: Rows<'a>,
    removed: Keys<'a>,
    added: LabelRows<'a>,
    dropped: LabelRows<'a>,
    version: Version,
}

impl Written<'_> {
    /// Sends it all at once, the commit at the end: if anything of it fails, the server takes nothing of it.
    async fn send(
        &self,
        server: &Server,
        client: &ClientWrapper,
        events: &[&NewEvent],
        trim: Option<Position>,
    ) -> Result<(), Failure> {
        let s = &server.schema;
        let version = self.version.0 as i64;
        let rows = format!(
            "INSERT INTO {s}.documents (kind, scope, id, version, format, body, labels, due_at, ready_at) \
             SELECT kind, scope, id, $8, format, body, labels, due_at, due_at FROM unnest($1::bytea[], $2::bytea[], \
             $3::bytea[], $4::bigint[], $5::text[], $6::text[], $7::bigint[]) \
             AS r(kind, scope, id, format, body, labels, due_at)"
        );
        let over = " ON CONFLICT (kind, scope, id) DO UPDATE SET version = excluded.version, \
                    format = excluded.format, body = excluded.body, labels = excluded.labels, \
                    due_at = excluded.due_at, ready_at = excluded.ready_at";
        let before = Failure::Before;
        let insert = client.prepare_cached(&rows).await.map_err(before)?;
        let replace = client
            .prepare_cached(&format!("{rows}{over}"))
            .await
            .map_err(before)?;
        let append = client
            .prepare_cached(&format!(
                "WITH base AS (UPDATE {s}.stream SET last = last + $5 WHERE id = 1 RETURNING last - $5 AS at) \
                 INSERT INTO {s}.events (position, kind, scope, format, body) \
                 SELECT base.at + e.n, e.kind, e.scope, e.format, e.body FROM base, \
                 unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::text[]) WITH ORDINALITY \
                 AS e(kind, scope, format, body, n)"
            ))
            .await
            .map_err(before)?;
        let label = client
            .prepare_cached(&format!(
                "INSERT INTO {s}.labels (kind, scope, name, value, id) SELECT kind, scope, name, value, id FROM \
                 unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) AS l(kind, scope, name, value, id)"
            ))
            .await
            .map_err(before)?;

        let send_rows = async |statement,
                               Rows {
                                   keys: Keys { kinds, scopes, ids },
                                   formats,
                                   bodies,
                                   labels,
                                   dues,
                               }: &Rows<'_>| {
            if ids.is_empty() {
                return Ok(());
            }
            client
                .execute(
                    statement,
                    &[kinds, scopes, ids, formats, bodies, labels, dues, &version],
                )
                .await
                .map(drop)
        };
        // Statements that join are planned for the arrays at hand, not for some arrays.
        let remove = async || {
            let Keys { kinds, scopes, ids } = &self.removed;
            if ids.is_empty() {
                return Ok(());
            }
            let sql = format!(
                "DELETE FROM {s}.documents d USING unnest($1, $2, $3) AS k(kind, scope, id) \
                 WHERE d.kind = k.kind AND d.scope = k.scope AND d.id = k.id"
            );
            let arrays = [
                (kinds as _, Type::BYTEA_ARRAY),
                (scopes as _, Type::BYTEA_ARRAY),
                (ids as _, Type::BYTEA_ARRAY),
            ];
            client.execute_typed(&sql, &arrays).await.map(drop)
        };
        let drop_labels = async || {
            let LabelRows {
                keys: Keys { kinds, scopes, ids },
                names,
                values,
            } = &self.dropped;
            if ids.is_empty() {
                return Ok(());
            }
            let sql = format!(
                "DELETE FROM {s}.labels d USING unnest($1, $2, $3, $4, $5) AS k(kind, scope, name, value, id) \
                 WHERE d.kind = k.kind AND d.scope = k.scope AND d.name = k.name AND d.value = k.value AND d.id = k.id"
            );
            let arrays =
                [kinds, scopes, names, values, ids].map(|array| (array as _, Type::BYTEA_ARRAY));
            client.execute_typed(&sql, &arrays).await.map(drop)
        };
        let add_labels = async || {
            let LabelRows {
                keys: Keys { kinds, scopes, ids },
                names,
                values,
            } = &self.added;
            if ids.is_empty() {
                return Ok(());
            }
            client
                .execute(&label, &[kinds, scopes, names, values, ids])
                .await
                .map(drop)
        };
        let trim_stream = async || {
            let Some(Position(through)) = trim else {
                return Ok(());
            };
            let sql = format!(
                "WITH gone AS (DELETE FROM {s}.events WHERE position <= $1) UPDATE {s}.stream \
                 SET trimmed = greatest(trimmed, $1), last = greatest(last, $1) WHERE id = 1"
            );
            client
                .execute_typed(&sql, &[(&(through as i64), Type::INT8)])
                .await
                .map(drop)
        };
        let append_events = async || {
            if events.is_empty() {
                return Ok(());
            }
            let kinds: Vec<&[u8]> = events
                .iter()
                .map(|event| event.kind.as_str().as_bytes())
                .collect();
            let scopes: Vec<&[u8]> = events.iter().map(|event| event.scope.as_bytes()).collect();
            let formats: Vec<i64> = events.iter().map(|event| i64::from(event.format)).collect();
            let bodies: Vec<&str> = events.iter().map(|event| event.body.as_str()).collect();
            let n_events = events.len() as i64;
            client
                .execute(&append, &[&kinds, &scopes, &formats, &bodies, &n_events])
                .await
                .map(drop)
        };
        // Each is sent when it is first polled, so in this order and without waiting for answers. The row of the
        // stream is locked last: those who append wait for each other only from there to the end.
        let (removed, inserted, replaced, dropped, added, trimmed, appended, committed) = join!(
            remove(),
            send_rows(&insert, &self.inserted),
            send_rows(&replace, &self.replaced),
            drop_labels(),
            add_labels(),
            trim_stream(),
            append_events(),
            client.batch_execute("COMMIT"),
        );
        let outcomes = [
            removed, inserted, replaced, dropped, added, trimmed, appended, committed,
        ];
        outcomes
            .into_iter()
            .collect::<Result<(), _>>()
            .map_err(Failure::in_the_end)
    }
}

/// Documents as columns.
#[derive(Default)]
struct Rows<'a> {
    keys: Keys<'a>,
    formats: Vec<i64>,
    bodies: Vec<&'a str>,
    labels: Vec<Option<String>>,
    dues: Vec<Option<i64>>,
}

impl<'a> Rows<'a> {
    fn push(&mut self, draft: &'a Draft) {
        self.keys.push(draft.key());
        self.formats.push(i64::from(draft.format()));
        self.bodies.push(draft.body().as_str());
        self.labels.push(labels_text(draft.label_map()));
        self.dues.push(draft.due_micros());
    }
}

/// Labels as columns.
#[derive(Default)]
struct LabelRows<'a> {
    keys: Keys<'a>,
    names: Vec<&'a [u8]>,
    values: Vec<&'a [u8]>,
}

impl<'a> LabelRows<'a> {
    /// The labels of a document that are not, with the same value, among the others.
    fn push_difference(&mut self, key: &'a Key, labels: &'a Labels, others: &Labels) {
        for (name, value) in labels
            .iter()
            .filter(|(name, value)| others.get(name) != Some(value))
        {
            self.keys.push(key);
            self.names.push(name.as_str().as_bytes());
            self.values.push(value.as_bytes());
        }
    }
}
