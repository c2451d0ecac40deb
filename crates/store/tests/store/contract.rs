//! One contract suite, run against each adapter.

use tagout_store::contract::Subject;
use tagout_store::{AnyStore, MemoryStore, SqliteStore};

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
