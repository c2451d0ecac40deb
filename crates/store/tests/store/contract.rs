//! One contract suite, run against each adapter.

use std::sync::atomic::{AtomicU32, Ordering};

use tagout_store::contract::Subject;
use tagout_store::{AnyStore, MemoryStore, PostgresOptions, PostgresStore, SqliteStore};

struct Memory(MemoryStore);

impl Subject for Memory {
    type Store = MemoryStore;

    async fn open(&self) -> MemoryStore {
        self.0.clone()
    }
}

struct Any(AnyStore);

impl Subject for Any {
    type Store = AnyStore;

    async fn open(&self) -> AnyStore {
        self.0.clone()
    }
}

tagout_store::store_contract!(memory, async { Some(Memory(MemoryStore::new())) });
tagout_store::store_contract!(any, async { Some(Any(AnyStore::new(MemoryStore::new()))) });

struct Sqlite(tempfile::TempDir);

impl Sqlite {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Subject for Sqlite {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.0.path().join("store.tagout"))
            .await
            .unwrap()
    }
}

tagout_store::store_contract!(sqlite, async { Some(Sqlite::new()) });

/// A schema of its own on the server that `TAGOUT_TEST_POSTGRES` names.
struct Postgres {
    url: String,
    schema: String,
}

impl Postgres {
    fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("TAGOUT_TEST_POSTGRES").ok()?;
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        Some(Self {
            url,
            schema: format!("contract_{}_{n}", std::process::id()),
        })
    }
}

impl Subject for Postgres {
    type Store = PostgresStore;

    async fn open(&self) -> PostgresStore {
        let options = PostgresOptions {
            schema: self.schema.clone(),
            ..PostgresOptions::default()
        };
        PostgresStore::connect_with(&self.url, options)
            .await
            .unwrap()
    }

    async fn finish(self) {
        self.open().await.destroy().await.unwrap();
    }
}

tagout_store::store_contract!(postgres, async { Postgres::new() });
