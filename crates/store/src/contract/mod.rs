//! The promises of a [`Store`] as tests, for every adapter, those of others included.
//!
//! ```
//! # #[cfg(test)]
//! mod tests {
//!     use tagout_store::{MemoryStore, contract::Subject};
//!
//!     struct Memory(MemoryStore);
//!
//!     impl Subject for Memory {
//!         type Store = MemoryStore;
//!
//!         async fn open(&self) -> MemoryStore {
//!             self.0.clone()
//!         }
//!     }
//!
//!     tagout_store::store_contract!(memory, async { Some(Memory(MemoryStore::new())) });
//! }
//! ```
#![expect(
    clippy::missing_panics_doc,
    reason = "every function here is a test, and panics if the promise is broken"
)]
#![expect(clippy::unwrap_used, reason = "every function here is a test")]

use std::collections::BTreeSet;
use std::future::Future;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Body, Changes, Document, Draft, Key, Kind, Query, Store, StoreError, TakeDue, Version,
};

mod commits;
pub use commits::*;

mod pages;
pub use pages::*;

mod dues;
pub use dues::*;

mod streams;
pub use streams::*;

mod concurrent;
pub use concurrent::*;

mod model;
pub use model::*;

/// A place for a store of the adapter under test, empty at first.
pub trait Subject: Send + Sync + 'static {
    /// The adapter.
    type Store: Store + 'static;

    /// Opens the store. Each call is a new handle on the same content, as another process would have.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;

    /// Removes what was stored.
    fn finish(self) -> impl Future<Output = ()> + Send
    where
        Self: Sized,
    {
        async {}
    }
}

/// Makes a module of tests, one for each promise, that run against a [`Subject`](crate::contract::Subject).
///
/// The second argument is a future of `Option<impl Subject>`, evaluated anew for each test; at `None` the test says
/// that it was left out.
#[macro_export]
macro_rules! store_contract {
    ($name:ident, $subject:expr) => {
        $crate::store_contract! { @each $name, $subject,
            reads_back_what_was_written
            keeps_what_was_written_for_the_next_handle
            create_refuses_a_document_that_exists
            update_refuses_any_other_version
            delete_refuses_any_other_version
            require_changes_nothing_and_refuses_any_other_version
            a_commit_makes_all_of_its_changes_or_none
            versions_never_come_back
            counters_hold_their_limit
            counters_are_documents_and_nothing_else_is_a_counter
            unfit_changes_are_refused
            load_answers_in_the_order_of_its_keys
            pages_come_in_the_order_of_bytes
            pages_keep_to_their_kind_and_scope
            pages_go_on_where_they_ended_while_others_write
            ranges_and_prefixes_are_exact
            labels_find_order_and_forget
            nothing_is_handed_out_before_it_is_due
            the_earliest_is_handed_out_first
            a_lease_keeps_others_away_until_it_is_over
            writing_ends_a_lease
            a_commit_from_before_a_taking_is_refused
            each_kind_is_taken_alone
            next_due_says_when_to_come_back
            events_are_numbered_in_the_order_of_commits
            events_go_on_from_any_position
            trimmed_events_are_gone_and_say_so
            a_snapshot_shows_one_instant
            concurrent_writers_lose_no_update
            concurrent_creators_have_one_winner
            concurrent_counts_stop_at_the_limit
            concurrent_takers_share_what_is_due
            concurrent_transfers_keep_the_sum
            concurrent_commits_in_any_order_of_keys_all_end
            a_reader_of_the_stream_misses_nothing
            does_as_the_model_does
        }
    };
    (@each $name:ident, $subject:expr, $($promise:ident)*) => {
        mod $name {
            use super::*;
            $(
                #[test]
                fn $promise() {
                    $crate::contract::run(stringify!($name), $subject, async |subject| {
                        $crate::contract::$promise(subject).await;
                    });
                }
            )*
        }
    };
}

/// Runs one promise against a new subject, on a runtime of its own.
pub fn run<S: Subject>(
    name: &str,
    subject: impl Future<Output = Option<S>>,
    promise: impl AsyncFnOnce(&S),
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let Some(subject) = subject.await else {
            say_left_out(name);
            return;
        };
        promise(&subject).await;
        subject.finish().await;
    });
}

/// Says once for each name, and past the capture of the test harness, that there is nothing to test against.
fn say_left_out(name: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(name.to_owned()) {
        let line = format!(
            "the promises were not tested on {name}: there is none to test against
"
        );
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
}

const KIND: Kind = Kind::constant("thing");

fn key(id: &str) -> Key {
    Key::new(KIND, "acct", id).unwrap()
}

fn draft(id: &str, value: u64) -> Draft {
    Draft::new(key(id), 1, Body::of(&value).unwrap())
}

/// The second number `seconds` of some day.
fn second(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_500_000 + seconds, 0).unwrap()
}

fn take(kind: &Kind, now: i64, lease: i64, limit: usize) -> TakeDue {
    TakeDue::new(
        [kind.clone()],
        second(now),
        TimeDelta::seconds(lease),
        limit,
    )
}

fn ids(documents: &[Document]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document.key().id())
        .collect()
}

/// Commits what `fill` adds to no changes.
async fn commit(
    store: &impl Store,
    fill: impl FnOnce(&mut Changes) -> &mut Changes,
) -> Result<Version, StoreError> {
    let mut changes = Changes::new();
    fill(&mut changes);
    store.commit(changes).await
}

/// The number that stands under a key.
async fn value(store: &impl Store, id: &str) -> Option<u64> {
    store
        .get(&key(id))
        .await
        .unwrap()
        .map(|document| document.body().parse().unwrap())
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, StoreError>, text: &str) {
    assert_eq!(outcome.unwrap_err().to_string(), text);
}

/// A kind that no other test of this process uses.
fn fresh_kind() -> Kind {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("k{}", NEXT.fetch_add(1, Ordering::Relaxed))
        .parse()
        .unwrap()
}

/// Every document of a query, page after page.
async fn all_pages(store: &impl Store, query: Query) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut query = query;
    loop {
        let page = store.page(&query).await.unwrap();
        documents.extend(page.documents);
        let Some(next) = page.next else {
            return documents;
        };
        query = query.after(next);
    }
}
