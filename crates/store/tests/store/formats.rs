//! What released versions wrote is read for ever: `tests/data` holds a store of each.
//!
//! When a schema or the format of an export changes, `TAGOUT_STORE_WRITE_DATA=1 cargo test -p tagout-store formats`
//! writes the data of the version at hand, which is then committed and never written again.

use std::fs;
use std::path::PathBuf;

use chrono::TimeDelta;
use tagout_store::{
    Body, Changes, Draft, Key, Kind, MemoryStore, Position, PostgresOptions, PostgresStore, Query,
    SqliteStore, Store, TakeDue, export, import,
};

/// The versions whose data is kept.
const VERSIONS: [&str; 1] = ["0.1.0"];

const SERVER: Kind = Kind::constant("server");

fn data(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(version)
}

/// One of everything, as every version can write it.
async fn fill(store: &impl Store) {
    let draft = |id: &str, body: &str| {
        Draft::new(
            Key::new(SERVER, "123456789012", id).unwrap(),
            1,
            Body::from_json(body).unwrap(),
        )
    };
    let mut changes = Changes::new();
    changes.create(
        draft("web-1", r#"{"status":"HEALTHY","tags":["a","ü"]}"#)
            .label("status", "HEALTHY")
            .unwrap(),
    );
    changes.create(
        draft("web-2", r#"{"status":"BACKING_UP"}"#)
            .label("status", "BACKING_UP")
            .unwrap()
            .due_at(
                "2026-03-01T02:00:00.000001Z"
                    .parse::<chrono::DateTime<chrono::Utc>>()
                    .unwrap(),
            ),
    );
    changes.create(Draft::new(
        Key::new(Kind::constant("plain"), "", "ключ 🔑").unwrap(),
        7,
        Body::of(&()).unwrap(),
    ));
    changes.add(
        Key::new(Kind::constant("quota"), "123456789012", "backups").unwrap(),
        3,
        50,
    );
    for n in 0..4 {
        changes
            .append_raw(
                Kind::constant("server.created"),
                "123456789012",
                1,
                Body::of(&n).unwrap(),
            )
            .unwrap();
    }
    store.commit(changes).await.unwrap();
    let mut changes = Changes::new();
    changes.trim(Position(1));
    store.commit(changes).await.unwrap();
}

/// The data of this version, if it is to be written.
async fn write(version: &str) {
    let folder = data(version);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("store.sqlite");
    assert!(
        !path.exists(),
        "{} was written by a released version",
        path.display()
    );
    let store = SqliteStore::open(&path).await.unwrap();
    fill(&store).await;
    export(
        &store,
        &mut fs::File::create(folder.join("export.jsonl")).unwrap(),
    )
    .await
    .unwrap();
    store.close().await;
}

#[tokio::test]
async fn files_and_exports_of_every_released_version_are_read() {
    if std::env::var_os("TAGOUT_STORE_WRITE_DATA").is_some() {
        write(env!("CARGO_PKG_VERSION")).await;
    }
    assert!(
        VERSIONS.contains(&env!("CARGO_PKG_VERSION")),
        "this version's data is not kept yet"
    );
    let expected = MemoryStore::new();
    fill(&expected).await;
    for version in VERSIONS {
        let lines = fs::read(data(version).join("export.jsonl")).unwrap();
        let imported = MemoryStore::new();
        import(&imported, &mut lines.as_slice()).await.unwrap();
        same(&imported, &expected).await;

        // A copy: to open a file may bring it to the schema of today.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.tagout");
        fs::copy(data(version).join("store.sqlite"), &path).unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        store.verify().await.unwrap();
        same(&store, &expected).await;
        works(&store).await;
    }
}

/// Both hold the same, versions apart.
async fn same(one: &impl Store, other: &impl Store) {
    let mut lines = [Vec::new(), Vec::new()];
    export(one, &mut lines[0]).await.unwrap();
    export(other, &mut lines[1]).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&lines[0]),
        String::from_utf8_lossy(&lines[1])
    );
}

/// What was written by an older program can be found, taken, changed and added to.
async fn works(store: &impl Store) {
    let query = Query::new(SERVER, "123456789012")
        .by_label("status")
        .equal_to("HEALTHY");
    let page = store.page(&query).await.unwrap();
    assert_eq!(page.documents.len(), 1);
    let late = "2027-01-01T00:00:00Z".parse().unwrap();
    let taken = store
        .take_due(&TakeDue::new([SERVER], late, TimeDelta::hours(1), 9))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    let mut changes = Changes::new();
    changes.update(taken[0].version(), taken[0].draft().clone());
    changes.delete(page.documents[0].key().clone(), page.documents[0].version());
    changes.add(
        Key::new(Kind::constant("quota"), "123456789012", "backups").unwrap(),
        1,
        50,
    );
    changes
        .append_raw(SERVER, "", 1, Body::of(&()).unwrap())
        .unwrap();
    store.commit(changes).await.unwrap();
    assert_eq!(
        store.events(Position(4), 9).await.unwrap().last,
        Position(5)
    );
}

#[tokio::test]
async fn tables_of_every_released_version_are_read() {
    let Ok(url) = std::env::var("TAGOUT_TEST_POSTGRES") else {
        println!("left out: there is no postgres to test against");
        return;
    };
    let expected = MemoryStore::new();
    fill(&expected).await;
    for version in VERSIONS {
        let schema = format!(
            "format_{}_{}",
            version.replace('.', "_"),
            std::process::id()
        );
        let tables = fs::read_to_string(data(version).join("postgres.sql"))
            .unwrap()
            .replace("{s}", &schema);
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client.batch_execute(&tables).await.unwrap();
        let store = PostgresStore::connect_with(
            &url,
            PostgresOptions {
                schema,
                ..PostgresOptions::default()
            },
        )
        .await
        .unwrap();
        same(&store, &expected).await;
        works(&store).await;
        store.destroy().await.unwrap();
    }
}
