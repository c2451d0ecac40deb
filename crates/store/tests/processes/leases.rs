//! Takers that are killed or stopped: their work is done by others, and once.

use std::time::{Duration, Instant};

use chrono::DateTime;
use tagout_store::{AnyStore, Body, Changes, Draft, Key, Kind, Store};

use crate::support::{Chance, ITEM, Worker, destroy, ids, open, postgres, runtime, sqlite};

pub(crate) fn killed_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    kill_takers(&sqlite(folder.path()));
}

pub(crate) fn killed_on_postgres() {
    let Some(location) = postgres("takers") else {
        return;
    };
    kill_takers(&location);
    destroy(&location);
}

/// Three takers share what is due, and again and again one of them is killed and replaced.
fn kill_takers(location: &str) {
    const N_ITEMS: usize = 150;
    let runtime = runtime();
    let store = runtime.block_on(open(location)).unwrap();
    runtime.block_on(due(&store, N_ITEMS));
    let mut takers: Vec<Worker> = (0..3).map(|_| Worker::start("take", location)).collect();
    let (mut chance, start) = (Chance::new(11), Instant::now());
    let mut said = Vec::new();
    loop {
        chance.pause(20, 150);
        let done = runtime.block_on(ids(&store, Kind::constant("times")));
        if done.len() == N_ITEMS {
            break;
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "{} of {N_ITEMS} done",
            done.len()
        );
        let place = said.len() % takers.len();
        said.extend(std::mem::replace(&mut takers[place], Worker::start("take", location)).kill());
    }
    said.extend(takers.into_iter().flat_map(Worker::kill));
    said.sort_unstable();
    assert!(said.windows(2).all(|two| two[0] != two[1]), "{said:?}");
    for id in runtime.block_on(ids(&store, Kind::constant("times"))) {
        let key = Key::new(Kind::constant("times"), "acct", id).unwrap();
        let times = runtime.block_on(store.get(&key)).unwrap().unwrap();
        assert_eq!(times.count().unwrap(), 1, "{key}");
    }
}

/// Makes items that are due since long ago.
async fn due(store: &AnyStore, n_items: usize) {
    let mut changes = Changes::new();
    for n in 0..n_items {
        let key = Key::new(ITEM, "acct", format!("{n:03}")).unwrap();
        changes.create(Draft::new(key, 1, Body::of("to do").unwrap()).due_at(DateTime::UNIX_EPOCH));
    }
    store.commit(changes).await.unwrap();
}

pub(crate) fn stopped_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    stop_taker(&sqlite(folder.path()));
}

pub(crate) fn stopped_on_postgres() {
    let Some(location) = postgres("stopped") else {
        return;
    };
    stop_taker(&location);
    destroy(&location);
}

/// A taker is stopped past its lease; another does the work; the first wakes up and is refused.
fn stop_taker(location: &str) {
    let runtime = runtime();
    let store = runtime.block_on(open(location)).unwrap();
    runtime.block_on(due(&store, 1));
    let mut slow = Worker::start("hold", location);
    slow.wait_for_lines(1);
    slow.signal("STOP");
    let quick = Worker::start("take", location);
    assert_eq!(quick.wait_for_lines(1), ["000"]);
    quick.kill();
    slow.signal("CONT");
    slow.say("report");
    assert_eq!(slow.finish(), ["taken", "Conflict"]);
    let item = runtime
        .block_on(store.get(&Key::new(ITEM, "acct", "000").unwrap()))
        .unwrap()
        .unwrap();
    assert_eq!(item.body().as_str(), "\"done\"");
}

/// Writers that are stopped wherever they are, again and again: the others are held up for a while at most.
pub(crate) fn stopped_while_writing() {
    let Some(location) = postgres("held") else {
        return;
    };
    let stopped = Worker::start("write", &location);
    let other = Worker::start("write", &location);
    stopped.wait_for_lines(1);
    let mut chance = Chance::new(13);
    for _ in 0..3 {
        chance.pause(1, 30);
        stopped.signal("STOP");
        // The server gives up on a session that is silent within a transaction.
        let n_lines = other.lines().len();
        other.wait_for_lines(n_lines + 5);
        stopped.signal("CONT");
    }
    let n_lines = stopped.lines().len();
    stopped.wait_for_lines(n_lines + 5);
    drop((stopped.kill(), other.kill()));
    destroy(&location);
}
