//! Documents with versions and due times, in memory, in SQLite or in PostgreSQL.
//!
//! A [`Store`] keeps JSON documents by kind, scope and id. It commits changes to several of them at once, if none has
//! moved since it was read; it hands out those that are due, each to one taker; it holds limits; and it keeps a stream
//! of events in the order in which they were committed. What the documents mean it does not know.
//!
//! | adapter | feature | for |
//! |---|---|---|
//! | [`MemoryStore`] | always there | tests, simulations, examples |
#![cfg_attr(
    feature = "sqlite",
    doc = "| [`SqliteStore`] | `sqlite`, on by default | one machine: one file beside the program |"
)]
#![cfg_attr(
    feature = "postgres",
    doc = "| [`PostgresStore`] | `postgres` | many machines: a database that they share |"
)]
//!
//! # Deciding from what was read
//!
//! Read, decide, commit, and begin again if someone else was faster:
//!
//! ```
//! use tagout_store::{Body, Changes, Draft, ErrorKind, Key, Kind, MemoryStore, Store, StoreError};
//!
//! /// Takes a server out of service, whatever else happens to it meanwhile.
//! async fn start_maintenance(store: &impl Store, server: &Key) -> Result<(), StoreError> {
//!     loop {
//!         let Some(document) = store.get(server).await? else { return Ok(()) };
//!         let mut changes = Changes::new();
//!         let draft = Draft::new(server.clone(), 1, Body::of("UNDER_MAINTENANCE")?);
//!         changes.update(document.version(), draft);
//!         match store.commit(changes).await {
//!             Err(error) if error.kind() == ErrorKind::Conflict => continue,
//!             outcome => return outcome.map(drop),
//!         }
//!     }
//! }
//! # let store = MemoryStore::new();
//! # let key = Key::new(Kind::constant("server"), "acct", "a")?;
//! # let mut changes = Changes::new();
//! # changes.create(Draft::new(key.clone(), 1, Body::of("HEALTHY")?));
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(store.commit(changes))?;
//! # runtime.block_on(start_maintenance(&store, &key))?;
//! # assert_eq!(runtime.block_on(store.get(&key))?.unwrap().body().as_str(), "\"UNDER_MAINTENANCE\"");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod key;
pub use key::{InvalidKey, Key, Kind};

mod document;
pub use document::{
    Body, Document, Draft, InvalidBody, InvalidDraft, Stored, UnreadableBody, Version,
};

mod changes;
pub use changes::Changes;

mod query;
pub use query::{Cursor, InvalidCursor, Page, Query};

mod due;
pub use due::TakeDue;

mod event;
pub use event::{Event, Events, Position};

mod snapshot;
pub use snapshot::{Record, Snapshot};

mod error;
pub use error::{Cause, ErrorKind, InvalidChanges, StoreError};

mod store;
pub use store::Store;

mod any;
pub use any::AnyStore;

mod memory;
pub use memory::MemoryStore;

mod transfer;
pub use transfer::{TransferError, Transferred, export, import};

#[cfg(feature = "faulty")]
mod faulty;
#[cfg(feature = "faulty")]
pub use faulty::{Call, Fault, FaultyStore, Operation};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod row;

#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteOptions, SqliteStore, Verified};

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresOptions, PostgresStore};

#[cfg(feature = "contract")]
pub mod contract;

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
