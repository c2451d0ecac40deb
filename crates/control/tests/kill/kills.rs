//! Planes that are killed, and a database that crashes: whatever was accepted is there, once, and comes to its end.

use std::{path::Path, process::Command, time::Duration};

use tagout_store::SqliteStore;

use crate::{
    record::{Accepted, comes_to_its_end, found, is_there},
    support::{Chance, Worker, destroy, n_kills, postgres, postgres_script, runtime, sqlite},
};

pub(crate) fn killed_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let location = sqlite(folder.path());
    kill_planes(&location);
    file_is_whole(&location);
}

pub(crate) fn killed_on_postgres() {
    let Some(location) = postgres("planes") else {
        return;
    };
    kill_planes(&location);
    destroy(&location);
}

fn file_is_whole(location: &str) {
    let path = location.strip_prefix("sqlite:").unwrap();
    runtime().block_on(async {
        let store = SqliteStore::open(Path::new(path)).await.unwrap();
        store.verify().await.unwrap();
        store.close().await;
    });
}

/// Kills one plane after the other, each at some moment of its work.
fn kill_planes(location: &str) {
    found(location);
    let (mut accepted, mut chance) = (Accepted::default(), Chance::new(17));
    for _ in 0..n_kills() {
        let plane = Worker::start("ask", location);
        plane.wait_for_lines(5); // a server, at most three windows, and a batch
        chance.pause(0, 300);
        accepted.hear(&plane.kill());
        is_there(location, &accepted);
    }
    assert!(accepted.n_jobs() >= n_kills(), "{accepted:?}");
    comes_to_its_end(location, &accepted);
}

pub(crate) fn postgres_crash() {
    let Ok(folder) = std::env::var("TAGOUT_TEST_POSTGRES_FOLDER") else {
        println!("left out: there is no postgres that may crash");
        return;
    };
    let Some(location) = postgres("planes_crash") else {
        return;
    };
    found(&location);
    let planes = [
        Worker::start("ask", &location),
        Worker::start("ask", &location),
    ];
    for _ in 0..3 {
        // Both have been heard of since the last crash.
        let n_lines = planes.each_ref().map(|plane| plane.lines().len());
        for (plane, n_lines) in planes.iter().zip(n_lines) {
            plane.wait_for_lines(n_lines + 10);
        }
        std::thread::sleep(Duration::from_millis(50));
        let crashed = Command::new(postgres_script())
            .args(["crash", &folder])
            .status();
        assert!(crashed.unwrap().success());
    }
    let mut accepted = Accepted::default();
    for plane in planes {
        let n_lines = plane.lines().len();
        plane.wait_for_lines(n_lines + 10); // it goes on
        accepted.hear(&plane.kill());
    }
    comes_to_its_end(&location, &accepted);
    destroy(&location);
}

/// A plane whose file may not grow accepts nothing more, says so, and loses nothing; with room it goes on.
pub(crate) fn full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let location = sqlite(folder.path());
    found(&location);
    let mut limited = Command::new("sh");
    limited
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\" 2>/dev/null",
        ])
        .arg(std::env::current_exe().unwrap());
    let plane = Worker::start_as(limited, "ask", &location);
    // It is full when it has nothing more to say.
    let mut n_lines = plane.wait_for_lines(5).len();
    loop {
        std::thread::sleep(Duration::from_millis(1_500));
        let n_now = plane.lines().len();
        if n_now == n_lines {
            break;
        }
        n_lines = n_now;
        assert!(n_lines < 20_000, "it never gets full");
    }
    let mut accepted = Accepted::default();
    accepted.hear(&plane.kill());
    file_is_whole(&location);
    comes_to_its_end(&location, &accepted);
}
