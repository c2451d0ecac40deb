//! A store that is chosen while the program runs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::error::Said;
use crate::{
    Changes, Document, Events, Key, Kind, Page, Position, Query, Snapshot, Store, StoreError,
    TakeDue, Version,
};

/// The locations that this program can open.
const KNOWN: &[&str] = &[
    "`memory:`",
    #[cfg(feature = "sqlite")]
    "`sqlite:PATH`",
    #[cfg(feature = "postgres")]
    "`postgres://USER:PASSWORD@HOST/DATABASE`",
];

/// A store of any type, for a program that learns which one from its user. Clones share it.
///
/// Each call costs one allocation more than a call of the store itself.
///
/// ```
/// use tagout_store::{AnyStore, MemoryStore, Store};
///
/// async fn n_events(store: &AnyStore) -> Result<u64, tagout_store::StoreError> {
///     Ok(store.snapshot().await?.last().0)
/// }
///
/// let store = AnyStore::new(MemoryStore::new());
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// assert_eq!(runtime.block_on(n_events(&store))?, 0);
/// # Ok::<(), tagout_store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct AnyStore(Arc<dyn Erased>);

impl AnyStore {
    /// The store as one among others.
    pub fn new(store: impl Store + 'static) -> Self {
        Self(Arc::new(store))
    }

    /// Opens the store that a location names: `memory:`; `sqlite:` and the path of a file; or the URL of a PostgreSQL
    /// database, `postgres://` and so on.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Failed`] if the location names none of them, or one that this program was built without,
    /// and else what the store says when it is opened.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(
            clippy::unused_async,
            reason = "memory needs no waiting, the other stores do"
        )
    )]
    pub async fn open(location: &str) -> Result<Self, StoreError> {
        match location.split_once(':') {
            Some(("memory", "")) => Ok(Self::new(crate::MemoryStore::new())),
            #[cfg(feature = "sqlite")]
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Self::new(crate::SqliteStore::open(path).await?))
            }
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => {
                Ok(Self::new(crate::PostgresStore::connect(location).await?))
            }
            // What comes after the colon may hold a password.
            scheme => Err(StoreError::Failed {
                store: format!("store `{}`", scheme.map_or("", |(scheme, _)| scheme)).into(),
                source: Said::cause(format!("expected {}", KNOWN.join(", "))),
            }),
        }
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyStore").finish_non_exhaustive()
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Store`], with futures that all have one type.
trait Erased: Send + Sync {
    fn load<'a>(&'a self, keys: &'a [Key]) -> Boxed<'a, Vec<Option<Document>>>;
    fn page<'a>(&'a self, query: &'a Query) -> Boxed<'a, Page>;
    fn commit(&self, changes: Changes) -> Boxed<'_, Version>;
    fn take_due<'a>(&'a self, take: &'a TakeDue) -> Boxed<'a, Vec<Document>>;
    fn next_due<'a>(&'a self, kinds: &'a [Kind]) -> Boxed<'a, Option<DateTime<Utc>>>;
    fn events(&self, after: Position, limit: usize) -> Boxed<'_, Events>;
    fn snapshot(&self) -> Boxed<'_, Snapshot>;
}

impl<S: Store> Erased for S {
    fn load<'a>(&'a self, keys: &'a [Key]) -> Boxed<'a, Vec<Option<Document>>> {
        Box::pin(Store::load(self, keys))
    }

    fn page<'a>(&'a self, query: &'a Query) -> Boxed<'a, Page> {
        Box::pin(Store::page(self, query))
    }

    fn commit(&self, changes: Changes) -> Boxed<'_, Version> {
        Box::pin(Store::commit(self, changes))
    }

    fn take_due<'a>(&'a self, take: &'a TakeDue) -> Boxed<'a, Vec<Document>> {
        Box::pin(Store::take_due(self, take))
    }

    fn next_due<'a>(&'a self, kinds: &'a [Kind]) -> Boxed<'a, Option<DateTime<Utc>>> {
        Box::pin(Store::next_due(self, kinds))
    }

    fn events(&self, after: Position, limit: usize) -> Boxed<'_, Events> {
        Box::pin(Store::events(self, after, limit))
    }

    fn snapshot(&self) -> Boxed<'_, Snapshot> {
        Box::pin(Store::snapshot(self))
    }
}

impl Store for AnyStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        self.0.load(keys).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.0.page(query).await
    }

    async fn commit(&self, changes: Changes) -> Result<Version, StoreError> {
        self.0.commit(changes).await
    }

    async fn take_due(&self, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
        self.0.take_due(take).await
    }

    async fn next_due(&self, kinds: &[Kind]) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.0.next_due(kinds).await
    }

    async fn events(&self, after: Position, limit: usize) -> Result<Events, StoreError> {
        self.0.events(after, limit).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.0.snapshot().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<AnyStore>();
    };

    #[tokio::test]
    async fn a_location_names_a_store_and_no_error_repeats_a_password() {
        assert!(AnyStore::open("memory:").await.is_ok());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tagout");
        assert!(
            AnyStore::open(&format!("sqlite:{}", path.display()))
                .await
                .is_ok()
        );
        assert!(path.exists());
        for location in [
            "",
            "a.tagout",
            "memory:x",
            "sqlite:",
            "mysql://user:hunter2@host/d",
        ] {
            let error = AnyStore::open(location).await.unwrap_err();
            let scheme = location.split_once(':').map_or("", |(scheme, _)| scheme);
            assert_eq!(error.to_string(), format!("store `{scheme}` failed"));
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert_eq!(
                cause,
                "expected `memory:`, `sqlite:PATH`, `postgres://USER:PASSWORD@HOST/DATABASE`"
            );
        }
        for location in [
            "postgres://user:hunter2@127.0.0.1:1/d",
            "postgres://user:hunter2@/%zz?port=x",
        ] {
            let options = crate::PostgresOptions {
                patience: std::time::Duration::ZERO,
                ..Default::default()
            };
            let error = crate::PostgresStore::connect_with(location, options)
                .await
                .unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }
}
