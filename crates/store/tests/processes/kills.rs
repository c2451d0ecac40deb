//! Writers that are killed, and a server that crashes: whatever was acknowledged is there, once.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use tagout_store::{AnyStore, Key, Kind, Position, SqliteStore, Store};

use crate::support::{
    Chance, ITEM, Worker, destroy, ids, n_kills, open, postgres, postgres_script, runtime, sqlite,
};

pub(crate) fn sqlite_file_is_whole(location: &str) {
    let path = location.strip_prefix("sqlite:").unwrap();
    runtime().block_on(async {
        let store = SqliteStore::open(path).await.unwrap();
        store.verify().await.unwrap();
        store.close().await;
    });
}

pub(crate) fn killed_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let location = sqlite(folder.path());
    kill_writers(&location, || sqlite_file_is_whole(&location));
}

pub(crate) fn killed_on_postgres() {
    let Some(location) = postgres("kills") else {
        return;
    };
    kill_writers(&location, || {});
    destroy(&location);
}

/// Kills one writer after the other, each at some moment of its work.
fn kill_writers(location: &str, check: impl Fn()) {
    let mut acknowledged = BTreeSet::new();
    let mut chance = Chance::new(7);
    for _ in 0..n_kills() {
        let writer = Worker::start("write", location);
        writer.wait_for_lines(1);
        chance.pause(0, 120);
        acknowledged.extend(writer.kill());
        check();
        runtime()
            .block_on(async { all_there(&open(location).await.unwrap(), &acknowledged).await });
    }
}

/// Every acknowledged item is stored; and of each item there is all or nothing, once: document, event and count.
async fn all_there(store: &AnyStore, acknowledged: &BTreeSet<String>) {
    let stored: BTreeSet<String> = ids(store, ITEM).await.into_iter().collect();
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(
        lost.is_empty(),
        "{} acknowledged, {} lost: {lost:?}",
        acknowledged.len(),
        lost.len()
    );

    let mut named = Vec::new();
    let mut after = Position::START;
    loop {
        let events = store.events(after, 1_000).await.unwrap();
        let Some(newest) = events.events.last() else {
            break;
        };
        after = newest.position();
        named.extend(
            events
                .events
                .iter()
                .map(|event| event.body().parse::<String>().unwrap()),
        );
    }
    assert_eq!(named.len(), stored.len());
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), stored);

    let key = Key::new(Kind::constant("counter"), "acct", "n").unwrap();
    let counted = store.get(&key).await.unwrap().unwrap().count().unwrap();
    assert_eq!(counted, stored.len() as u64);
}

pub(crate) fn two_processes() {
    let folder = tempfile::tempdir().unwrap();
    let location = sqlite(folder.path());
    let writers = [
        Worker::start("write", &location),
        Worker::start("write", &location),
    ];
    for writer in &writers {
        writer.wait_for_lines(50); // neither keeps the other out
    }
    let acknowledged = writers.into_iter().flat_map(Worker::kill).collect();
    runtime().block_on(async { all_there(&open(&location).await.unwrap(), &acknowledged).await });
    sqlite_file_is_whole(&location);
}

pub(crate) fn postgres_crash() {
    let Ok(folder) = std::env::var("TAGOUT_TEST_POSTGRES_FOLDER") else {
        println!("left out: there is no postgres that may crash");
        return;
    };
    let Some(location) = postgres("crash") else {
        return;
    };
    let writer = Worker::start("write", &location);
    let mut n_lines = 0;
    for _ in 0..3 {
        writer.wait_for_lines(n_lines + 20);
        std::thread::sleep(Duration::from_millis(30));
        let crashed = Command::new(postgres_script())
            .args(["crash", &folder])
            .status();
        assert!(crashed.unwrap().success());
        n_lines = writer.lines().len();
    }
    writer.wait_for_lines(n_lines + 20); // and it goes on
    let acknowledged = writer.kill().into_iter().collect();
    runtime().block_on(async { all_there(&open(&location).await.unwrap(), &acknowledged).await });
    destroy(&location);
}
