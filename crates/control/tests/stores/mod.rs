//! The store that a test runs over: in memory, and, in a second run of the same program, over a SQLite file each or over
//! PostgreSQL.

use std::{
    process::Command,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use tagout_store::{AnyStore, MemoryStore, PostgresOptions, PostgresStore, SqliteStore};
use tokio::runtime::Runtime;

/// Says to the second run where its stores are: a folder, or how their schemas begin and the URL of a server.
const VARIABLE: &str = "TAGOUT_TEST_STORE";

/// Connections outlive the runtime of the test that makes them.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// An empty store of its own.
pub(crate) fn fresh() -> Arc<AnyStore> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(place) = std::env::var(VARIABLE) else {
        return Arc::new(AnyStore::new(MemoryStore::new()));
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let open = async move {
        if let Some((prefix, url)) = place.split_once(' ') {
            let options = PostgresOptions {
                schema: format!("{prefix}{number}"),
                n_connections: 4,
                ..PostgresOptions::default()
            };
            AnyStore::new(PostgresStore::connect_with(url, options).await.unwrap())
        } else {
            let path = format!("{place}/{number}.tagout");
            AnyStore::new(SqliteStore::open(path).await.unwrap())
        }
    };
    // The caller may be within a runtime, which must not wait for another.
    let opening = std::thread::spawn(|| RUNTIME.block_on(open));
    Arc::new(opening.join().unwrap())
}

/// Runs all tests of this program once more, over SQLite files.
pub(crate) fn over_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    again(folder.path().to_str().unwrap());
}

/// Runs all tests of this program once more, over the PostgreSQL server that `TAGOUT_TEST_POSTGRES` names.
pub(crate) fn over_postgres() {
    let Ok(url) = std::env::var("TAGOUT_TEST_POSTGRES") else {
        return println!("left out: there is no postgres to test against");
    };
    let prefix = format!("control_{}_", std::process::id());
    again(&format!("{prefix} {url}"));
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let made =
            format!("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, '{prefix}')");
        for row in client.simple_query(&made).await.unwrap() {
            if let tokio_postgres::SimpleQueryMessage::Row(row) = row {
                let drop = format!("DROP SCHEMA {} CASCADE", row.get(0).unwrap());
                client.batch_execute(&drop).await.unwrap();
            }
        }
    });
}

fn again(place: &str) {
    if std::env::var(VARIABLE).is_ok() {
        return; // this is the second run
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .env(VARIABLE, place)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("running 0 tests"), "{said}");
}
