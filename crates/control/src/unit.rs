//! One decision: what it reads, and what it changes, committed together or not at all.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, Utc};
use tagout_store::{
    Changes, Document, Draft, Key, Kind, Query, Store, StoreError, Stored, Version,
};

use crate::{
    account::Account,
    error::ControlError,
    event::{Event, EventRecord},
};

/// A type that the control plane keeps, and how a document of it is found and woken.
pub(crate) trait Record: Stored {
    /// What tells it apart from the others of its kind in its scope.
    fn id(&self) -> String;

    /// When somebody must look at it next; none if nobody must.
    fn due_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// By what else it is found.
    fn labels(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// One decision in the making.
///
/// Every document is read once and remembered with its version. Those that are written name that version in the commit,
/// and so do those that the decision [relies on](Self::rely_on): if one has changed meanwhile, nothing is committed and
/// the caller decides anew. That is what makes a decision right however many planes share the store.
///
/// Counters need no version, so that those who count do not conflict. A decision looks at what it is
/// [counted](Self::counted) before it takes of it, and refuses in the words of its own family; the commit holds the limit,
/// and a decision that finds the last place taken meanwhile is made anew.
pub(crate) struct Unit<'a, S> {
    store: &'a S,
    now: DateTime<Utc>,
    slots: BTreeMap<Key, Slot>,
    counts: BTreeMap<Key, Count>,
    events: Vec<(Account, EventRecord)>,
}

#[derive(Debug)]
struct Slot {
    found: Option<Document>,
    write: Write,
}

/// A counter, as far as this decision has to do with it.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// What it stood at when it was looked at.
    found: Option<u64>,
    by: i64,
    max: u64,
}

#[derive(Debug)]
enum Write {
    /// It was only read.
    Nothing,
    /// It was only read, and must still be what it was.
    Require,
    Put(Draft),
    Remove,
}

impl<'a, S: Store> Unit<'a, S> {
    pub(crate) fn new(store: &'a S, now: DateTime<Utc>) -> Self {
        Self {
            store,
            now,
            slots: BTreeMap::new(),
            counts: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// The instant for which the decision is made.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Takes `document` as read, so that its lease is part of the decision.
    pub(crate) fn adopt(&mut self, document: Document) {
        self.slots.insert(
            document.key().clone(),
            Slot {
                found: Some(document),
                write: Write::Nothing,
            },
        );
    }

    /// Reads many records of `scope` at once, for [`get`](Self::get) to find them at hand.
    pub(crate) async fn fetch<T: Record>(
        &mut self,
        scope: &str,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<(), ControlError> {
        let mut keys = Vec::new();
        for id in ids {
            let key = key::<T>(scope, &id)?;
            if !self.slots.contains_key(&key) {
                keys.push(key);
            }
        }
        let found = self.store.load(&keys).await?;
        for (key, found) in keys.into_iter().zip(found) {
            self.slots.insert(
                key,
                Slot {
                    found,
                    write: Write::Nothing,
                },
            );
        }
        Ok(())
    }

    /// The record `id` of `scope`, as it is stored or as this decision has left it.
    pub(crate) async fn get<T: Record>(
        &mut self,
        scope: &str,
        id: &str,
    ) -> Result<Option<T>, ControlError> {
        let key = key::<T>(scope, id)?;
        let slot = match self.slots.entry(key) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(slot) => {
                let found = self.store.get(slot.key()).await?;
                slot.insert(Slot {
                    found,
                    write: Write::Nothing,
                })
            }
        };
        match &slot.write {
            Write::Put(draft) => Ok(Some(Document::new(draft.clone(), Version(0)).read()?)),
            Write::Remove => Ok(None),
            Write::Nothing | Write::Require => match &slot.found {
                Some(document) => Ok(Some(document.read()?)),
                None => Ok(None),
            },
        }
    }

    /// Up to `limit` records that `query` finds, each as it is stored or as this decision has left it.
    ///
    /// Records that this decision creates are not among them, and those that others create meanwhile may not be.
    pub(crate) async fn list<T: Record>(
        &mut self,
        mut query: Query,
        limit: usize,
    ) -> Result<Vec<T>, ControlError> {
        let mut records = Vec::new();
        while records.len() < limit {
            query = query.limit((limit - records.len()).min(Query::LIMIT_MAX));
            let page = self.store.page(&query).await?;
            for document in page.documents {
                let key = document.key().clone();
                if !self.slots.contains_key(&key) {
                    self.adopt(document);
                }
                records.extend(self.get::<T>(key.scope(), key.id()).await?);
            }
            match page.next {
                Some(next) => query = query.after(next),
                None => break,
            }
        }
        Ok(records)
    }

    /// Commits only if the record `id` of `scope`, which was read, is then still what it was.
    pub(crate) fn rely_on<T: Record>(&mut self, scope: &str, id: &str) -> Result<(), ControlError> {
        if let Some(slot) = self.slots.get_mut(&key::<T>(scope, id)?)
            && matches!(slot.write, Write::Nothing)
        {
            slot.write = Write::Require;
        }
        Ok(())
    }

    /// Writes `record`, over the one that was read or as a new one.
    pub(crate) fn put<T: Record>(&mut self, scope: &str, record: &T) -> Result<(), ControlError> {
        let mut draft = Draft::of(scope, record.id(), record)
            .map_err(StoreError::from)?
            .due_at(record.due_at());
        for (name, value) in record.labels() {
            draft = draft.label(name, value).map_err(StoreError::from)?;
        }
        self.write(draft.key().clone(), Write::Put(draft));
        Ok(())
    }

    /// Removes the record `id` of `scope`.
    pub(crate) fn remove<T: Record>(&mut self, scope: &str, id: &str) -> Result<(), ControlError> {
        self.write(key::<T>(scope, id)?, Write::Remove);
        Ok(())
    }

    fn write(&mut self, key: Key, write: Write) {
        match self.slots.entry(key) {
            Entry::Occupied(mut slot) => slot.get_mut().write = write,
            Entry::Vacant(slot) => drop(slot.insert(Slot { found: None, write })),
        }
    }

    /// What the counter `id` of `scope` stands at, with what this decision has added to it.
    pub(crate) async fn counted(
        &mut self,
        kind: Kind,
        scope: &str,
        id: &str,
    ) -> Result<u64, ControlError> {
        let key = Key::new(kind, scope, id).map_err(StoreError::from)?;
        let count = self.counts.entry(key.clone()).or_default();
        let found = match count.found {
            Some(found) => found,
            None => match self.store.get(&key).await? {
                Some(counter) => *count.found.insert(counter.count()?),
                None => *count.found.insert(0),
            },
        };
        Ok(found.saturating_add_signed(count.by))
    }

    /// Adds `by` to the counter `id` of `scope`, which must not pass `max`.
    pub(crate) fn count(
        &mut self,
        kind: Kind,
        scope: &str,
        id: &str,
        by: i64,
        max: u64,
    ) -> Result<(), ControlError> {
        let key = Key::new(kind, scope, id).map_err(StoreError::from)?;
        let count = self.counts.entry(key).or_default();
        count.by += by;
        count.max = max;
        Ok(())
    }

    /// Tells those who listen, if the decision is committed.
    pub(crate) fn tell(&mut self, account: &Account, event: Event) {
        let record = EventRecord {
            happened_at: self.now,
            event,
        };
        self.events.push((account.clone(), record));
    }

    /// How much those who listen will hear.
    pub(crate) fn n_events(&self) -> usize {
        self.events.len()
    }

    /// Makes the decision stand; tells whether there was anything in it.
    pub(crate) async fn commit(self) -> Result<bool, StoreError> {
        let mut changes = Changes::new();
        for (key, slot) in self.slots {
            let version = slot.found.map(|document| document.version());
            match (slot.write, version) {
                (Write::Put(draft), Some(version)) => drop(changes.update(version, draft)),
                (Write::Put(draft), None) => drop(changes.create(draft)),
                (Write::Remove, Some(version)) => drop(changes.delete(key, version)),
                (Write::Require, Some(version)) => drop(changes.require(key, version)),
                // What was absent and is to be absent needs no word.
                (Write::Remove | Write::Require, None) | (Write::Nothing, _) => {}
            }
        }
        for (key, count) in self.counts {
            if count.by != 0 {
                changes.add(key, count.by, count.max);
            }
        }
        for (account, event) in &self.events {
            changes.append(account.as_str(), event)?;
        }
        if changes.is_empty() {
            return Ok(false);
        }
        self.store.commit(changes).await?;
        Ok(true)
    }
}

fn key<T: Record>(scope: &str, id: &str) -> Result<Key, ControlError> {
    Ok(Key::new(T::KIND, scope, id).map_err(StoreError::from)?)
}
