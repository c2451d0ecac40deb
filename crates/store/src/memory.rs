//! A store that lasts as long as the process: for tests, simulations and examples.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use crate::changes::{Standing, Write};
use crate::document::at_micros;
use crate::snapshot::PollFn;
use crate::{
    Changes, Document, Draft, Event, Events, Key, Kind, Page, Position, Query, Record, Snapshot,
    Store, StoreError, TakeDue, Version,
};
use chrono::{DateTime, Utc};

/// A store that lasts as long as the process. Clones share one content.
///
/// ```
/// use tagout_store::{Body, Changes, Draft, Key, Kind, MemoryStore, Store};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let key = Key::new(Kind::constant("server"), "acct", "web-1")?;
///
/// let mut changes = Changes::new();
/// changes.create(Draft::new(key.clone(), 1, Body::of("running")?));
/// let version = store.commit(changes).await?;
///
/// let mut changes = Changes::new();
/// changes.update(version, Draft::new(key.clone(), 1, Body::of("maintenance")?));
/// store.commit(changes.clone()).await?;
///
/// let again = store.commit(changes).await.unwrap_err();
/// assert_eq!(again.to_string(), "server/acct/web-1 is at version 2, expected at version 1");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    drawers: BTreeMap<(Kind, Box<str>), Drawer>,
    /// What waits, earliest first within its kind.
    ready: BTreeMap<Kind, BTreeSet<(i64, Key)>>,
    n_versions: u64,
    events: VecDeque<Event>,
    trimmed: u64,
    last: u64,
}

/// The documents of a kind within a scope.
#[derive(Debug, Default)]
struct Drawer {
    by_id: BTreeMap<Box<str>, Row>,
    by_label: BTreeMap<Kind, BTreeSet<ValueAndId>>,
}

type ValueAndId = (Box<str>, Box<str>);

#[derive(Clone, Debug)]
struct Row {
    document: Document,
    /// When it may be handed out: its due time, or the end of its lease.
    ready: Option<i64>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // A panic of another thread left the content whole: every change is decided before the first is made.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        let content = self.content();
        Ok(keys
            .iter()
            .map(|key| content.row(key).map(|row| row.document.clone()))
            .collect())
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        Ok(query.page(self.content().select(query)))
    }

    async fn commit(&self, changes: Changes) -> Result<Version, StoreError> {
        let parts = changes.checked()?;
        let mut content = self.content();
        let mut writes = Vec::with_capacity(parts.changes.len());
        for change in &parts.changes {
            let standing = content.row(change.key()).map(|row| &row.document);
            let standing = standing.map(|it| Standing {
                version: it.version(),
                body: Some(it.body()),
            });
            writes.push(change.decide(standing)?);
        }
        let version = content.next_version();
        for write in writes {
            match write {
                Write::Insert(draft) | Write::Replace(draft) => {
                    content.put(draft.into_owned(), version);
                }
                Write::Remove(key) => content.remove(key),
                Write::Nothing => {}
            }
        }
        if let Some(through) = parts.trim {
            content.trim(through);
        }
        for event in parts.events {
            content.last += 1;
            let event = event.at(Position(content.last));
            content.events.push_back(event);
        }
        Ok(version)
    }

    async fn take_due(&self, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
        let mut content = self.content();
        let mut due = BTreeSet::new();
        for kind in &take.kinds {
            let waiting = content.ready.get(kind).into_iter().flatten();
            due.extend(
                waiting
                    .take_while(|(at, _)| *at <= take.now_micros())
                    .take(take.limit())
                    .cloned(),
            );
        }
        let version = if due.is_empty() {
            return Ok(Vec::new());
        } else {
            content.next_version()
        };
        let taken = due.into_iter().take(take.limit());
        Ok(taken
            .filter_map(|(at, key)| content.lease(at, &key, take.until_micros(), version))
            .collect())
    }

    async fn next_due(&self, kinds: &[Kind]) -> Result<Option<DateTime<Utc>>, StoreError> {
        let content = self.content();
        let first = kinds
            .iter()
            .filter_map(|kind| content.ready.get(kind)?.first())
            .map(|(at, _)| *at)
            .min();
        Ok(first.map(at_micros))
    }

    async fn events(&self, after: Position, limit: usize) -> Result<Events, StoreError> {
        let content = self.content();
        let from = content
            .events
            .partition_point(|event| event.position() <= after);
        let events = content
            .events
            .range(from..)
            .take(limit.min(Events::LIMIT_MAX))
            .cloned()
            .collect();
        Ok(Events {
            events,
            trimmed: Position(content.trimmed),
            last: Position(content.last),
        })
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let content = self.content();
        let documents = content
            .drawers
            .values()
            .flat_map(|drawer| drawer.by_id.values());
        let documents = documents.map(|row| Record::Document(row.document.clone()));
        let mut records: VecDeque<_> = documents
            .chain(content.events.iter().cloned().map(Record::Event))
            .collect();
        Ok(Snapshot::new(
            Position(content.trimmed),
            Position(content.last),
            PollFn(move |_: &mut Context<'_>| Poll::Ready(records.pop_front().map(Ok))),
        ))
    }
}

impl Content {
    fn put(&mut self, draft: Draft, version: Version) {
        let key = draft.key().clone();
        self.remove(&key);
        let ready = draft.due_micros();
        if let Some(at) = ready {
            self.ready
                .entry(key.kind().clone())
                .or_default()
                .insert((at, key.clone()));
        }
        let drawer = self
            .drawers
            .entry((key.kind().clone(), key.scope().into()))
            .or_default();
        for (name, value) in draft.label_map() {
            drawer
                .by_label
                .entry(name.clone())
                .or_default()
                .insert((value.clone(), key.id().into()));
        }
        drawer.by_id.insert(
            key.id().into(),
            Row {
                document: Document::new(draft, version),
                ready,
            },
        );
    }

    fn remove(&mut self, key: &Key) {
        let place = (key.kind().clone(), key.scope().into());
        let Some(drawer) = self.drawers.get_mut(&place) else {
            return;
        };
        let Some(row) = drawer.by_id.remove(key.id()) else {
            return;
        };
        for (name, value) in row.document.draft().label_map() {
            if let Some(values) = drawer.by_label.get_mut(name) {
                values.remove(&(value.clone(), key.id().into()));
            }
        }
        if drawer.by_id.is_empty() {
            self.drawers.remove(&place);
        }
        if let (Some(at), Some(waiting)) = (row.ready, self.ready.get_mut(key.kind())) {
            waiting.remove(&(at, key.clone()));
        }
    }

    /// Moves a waiting document to the end of its lease.
    fn lease(&mut self, at: i64, key: &Key, until: i64, version: Version) -> Option<Document> {
        let waiting = self.ready.get_mut(key.kind())?;
        waiting.remove(&(at, key.clone()));
        waiting.insert((until, key.clone()));
        let drawer = self
            .drawers
            .get_mut(&(key.kind().clone(), key.scope().into()))?;
        let row = drawer.by_id.get_mut(key.id())?;
        row.ready = Some(until);
        row.document = Document::new(row.document.draft().clone(), version);
        Some(row.document.clone())
    }

    fn trim(&mut self, Position(through): Position) {
        while self
            .events
            .front()
            .is_some_and(|event| event.position().0 <= through)
        {
            self.events.pop_front();
        }
        self.trimmed = self.trimmed.max(through);
        self.last = self.last.max(through);
    }

    fn next_version(&mut self) -> Version {
        self.n_versions += 1;
        Version(self.n_versions)
    }

    fn row(&self, key: &Key) -> Option<&Row> {
        self.drawers
            .get(&(key.kind().clone(), key.scope().into()))?
            .by_id
            .get(key.id())
    }

    /// The documents of a query, one more than its limit if there are more.
    fn select(&self, query: &Query) -> Vec<Document> {
        let bounds = query.bounds();
        let (Some(range), Some(drawer)) = (
            bounds.range(),
            self.drawers
                .get(&(bounds.kind.clone(), bounds.scope.into())),
        ) else {
            return Vec::new();
        };
        let document = |id: &str| drawer.by_id.get(id).map(|row| row.document.clone());
        match bounds.label {
            None => {
                let range = (range.0.map(|(id, _)| id), range.1.map(|(id, _)| id));
                let ids = drawer.by_id.range::<str, _>(range).map(|(id, _)| &**id);
                in_order(ids, bounds.descending)
                    .take(bounds.limit + 1)
                    .filter_map(document)
                    .collect()
            }
            Some(name) => {
                let Some(values) = name
                    .parse()
                    .ok()
                    .and_then(|name: Kind| drawer.by_label.get(&name))
                else {
                    return Vec::new();
                };
                let owned =
                    |bound: Bound<(&str, &str)>| bound.map(|(value, id)| (value.into(), id.into()));
                let ids = values
                    .range((owned(range.0), owned(range.1)))
                    .map(|(_, id)| &**id);
                in_order(ids, bounds.descending)
                    .take(bounds.limit + 1)
                    .filter_map(document)
                    .collect()
            }
        }
    }
}

fn in_order<'a>(
    ids: impl DoubleEndedIterator<Item = &'a str> + 'a,
    descending: bool,
) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    if descending {
        Box::new(ids.rev())
    } else {
        Box::new(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<MemoryStore>();
    };
}
