//! A store of which one call fails.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chrono::{DateTime, Utc};
use tagout_store::{
    Changes, Document, Events, Key, Kind, MemoryStore, Page, Position, Query, Snapshot, Store,
    StoreError, TakeDue, Version,
};

/// When the call fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Before anything was done.
    Before,
    /// After all was done.
    After,
}

#[derive(Clone)]
pub(crate) struct FaultyStore {
    inner: Arc<MemoryStore>,
    n_calls: Arc<AtomicUsize>,
    /// Which call, from 1, and how.
    fault: (usize, Fault),
}

impl FaultyStore {
    pub(crate) fn new(number: usize, fault: Fault) -> Self {
        Self {
            inner: Arc::default(),
            n_calls: Arc::default(),
            fault: (number, fault),
        }
    }

    pub(crate) fn n_calls(&self) -> usize {
        self.n_calls.load(Ordering::SeqCst)
    }

    async fn call<T>(
        &self,
        writes: bool,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let number = self.n_calls.fetch_add(1, Ordering::SeqCst) + 1;
        let source = || Arc::new(std::io::Error::other("as it was to"));
        let unavailable = || StoreError::Unavailable {
            store: "faulty".into(),
            source: source(),
        };
        if number != self.fault.0 {
            return call.await;
        }
        if self.fault.1 == Fault::Before {
            return Err(unavailable());
        }
        call.await?;
        Err(if writes {
            StoreError::Uncertain {
                store: "faulty".into(),
                source: source(),
            }
        } else {
            unavailable()
        })
    }
}

impl Store for FaultyStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        self.call(false, self.inner.load(keys)).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.call(false, self.inner.page(query)).await
    }

    async fn commit(&self, changes: Changes) -> Result<Version, StoreError> {
        self.call(true, self.inner.commit(changes)).await
    }

    async fn take_due(&self, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
        self.call(true, self.inner.take_due(take)).await
    }

    async fn next_due(&self, kinds: &[Kind]) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.call(false, self.inner.next_due(kinds)).await
    }

    async fn events(&self, after: Position, limit: usize) -> Result<Events, StoreError> {
        self.inner.events(after, limit).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.inner.snapshot().await
    }
}
