//! The promises that every store keeps.

use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    Changes, Document, Events, Key, Kind, Page, Position, Query, Snapshot, StoreError, TakeDue,
    Version,
};

/// Documents, with versions and due times, and a stream of events.
///
/// What every store promises:
///
/// - *Atomic.* A commit makes all of its changes or none, and nobody sees a part of it.
/// - *Durable.* Once `commit` or `take_due` has returned, the change outlives a crash (in memory: the process).
/// - *In the order of commits.* A commit that began after another returned comes after it, for every reader, and its
///   events come later in the stream.
/// - *Versions.* Each write of a document, and each taking, gives it a version that it never had and never has again.
/// - *One taker.* A due document is handed to one taker, and to no other before the lease is over or the document has
///   been written; a commit that names the version of a taking that is over is refused.
/// - *Gapless.* The events from the trimmed position to the last are numbered without a gap, and one that has been
///   read is never preceded by one that has not.
/// - *Honest.* An error says whether nothing was changed or whether that is unknown
///   ([`Uncertain`](crate::ErrorKind::Uncertain)).
///
/// A future that is dropped before it is done may still have its effect, or not.
///
/// The methods are `async fn`s in an implementation. For a store that is chosen while the program runs there is
/// [`AnyStore`](crate::AnyStore).
pub trait Store: Send + Sync {
    /// The documents under these keys, all as they are at one instant, in the order of the keys.
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be read.
    fn load(
        &self,
        keys: &[Key],
    ) -> impl Future<Output = Result<Vec<Option<Document>>, StoreError>> + Send;

    /// The document under `key`, with the version that a later commit must name.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    fn get(&self, key: &Key) -> impl Future<Output = Result<Option<Document>, StoreError>> + Send {
        async { Ok(self.load(std::slice::from_ref(key)).await?.pop().flatten()) }
    }

    /// One page of a kind within a scope, resumable from where it ended even while others write.
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be read.
    fn page(&self, query: &Query) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// All of these changes, or none; returns the version of every document that was written.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Conflict`] where a named version is no longer the stored one, [`StoreError::Limit`]
    /// where a counter would pass its limit, [`StoreError::Invalid`] where no store could do it, and else what the
    /// store answers when it cannot be written to.
    fn commit(&self, changes: Changes) -> impl Future<Output = Result<Version, StoreError>> + Send;

    /// Up to `take.limit` due documents of those kinds, earliest first, each leased to this caller until
    /// `take.now + take.lease`.
    ///
    /// A document that another call is about to take is passed over rather than waited for.
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be written to. After [`StoreError::Uncertain`] documents may be
    /// leased to nobody; they are handed out again when that lease is over.
    fn take_due(
        &self,
        take: &TakeDue,
    ) -> impl Future<Output = Result<Vec<Document>, StoreError>> + Send;

    /// When the next document of these kinds is due or its lease is over, which may be in the past; none if none
    /// waits.
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be read.
    fn next_due(
        &self,
        kinds: &[Kind],
    ) -> impl Future<Output = Result<Option<DateTime<Utc>>, StoreError>> + Send;

    /// Up to `limit` events after a position, earliest first; never more than [`Events::LIMIT_MAX`].
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be read.
    fn events(
        &self,
        after: Position,
        limit: usize,
    ) -> impl Future<Output = Result<Events, StoreError>> + Send;

    /// Everything in the store, as it is at one instant.
    ///
    /// # Errors
    ///
    /// Returns what the store answers when it cannot be read.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;
}

macro_rules! forward_store {
    ($($type:ty),*) => {$(
        impl<S: Store> Store for $type {
            fn load(&self, keys: &[Key]) -> impl Future<Output = Result<Vec<Option<Document>>, StoreError>> + Send {
                S::load(self, keys)
            }

            fn get(&self, key: &Key) -> impl Future<Output = Result<Option<Document>, StoreError>> + Send {
                S::get(self, key)
            }

            fn page(&self, query: &Query) -> impl Future<Output = Result<Page, StoreError>> + Send {
                S::page(self, query)
            }

            fn commit(&self, changes: Changes) -> impl Future<Output = Result<Version, StoreError>> + Send {
                S::commit(self, changes)
            }

            fn take_due(&self, take: &TakeDue) -> impl Future<Output = Result<Vec<Document>, StoreError>> + Send {
                S::take_due(self, take)
            }

            fn next_due(
                &self,
                kinds: &[Kind],
            ) -> impl Future<Output = Result<Option<DateTime<Utc>>, StoreError>> + Send {
                S::next_due(self, kinds)
            }

            fn events(
                &self,
                after: Position,
                limit: usize,
            ) -> impl Future<Output = Result<Events, StoreError>> + Send {
                S::events(self, after, limit)
            }

            fn snapshot(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send {
                S::snapshot(self)
            }
        }
    )*};
}

forward_store!(Arc<S>, &S);
