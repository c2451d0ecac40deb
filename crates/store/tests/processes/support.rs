//! Children, places to store, and chance.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tagout_store::{AnyStore, Kind, Page, Query, Store};

pub(crate) const ITEM: Kind = Kind::constant("item");

/// A runtime for the test itself.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// A copy of this program that does one task with a store.
pub(crate) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Worker {
    pub(crate) fn start(task: &str, location: &str) -> Self {
        Self::start_as(
            Command::new(std::env::current_exe().unwrap()),
            task,
            location,
        )
    }

    /// As `start`, by a command that comes before the program's own arguments.
    pub(crate) fn start_as(mut command: Command, task: &str, location: &str) -> Self {
        let command = command
            .args(["child", task, location])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let reader = std::thread::spawn({
            let lines = lines.clone();
            move || {
                for line in BufReader::new(stdout).split(b'\n') {
                    // A line that was cut off by a kill was not acknowledged.
                    let Ok(Ok(line)) = line.map(String::from_utf8) else {
                        return;
                    };
                    lines.lock().unwrap().push(line);
                }
            }
        });
        Self {
            child,
            stdin,
            lines,
            reader: Some(reader),
        }
    }

    /// What it has said so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits until it has said at least so many lines.
    #[track_caller]
    pub(crate) fn wait_for_lines(&self, n_lines: usize) -> Vec<String> {
        let start = Instant::now();
        loop {
            let lines = self.lines();
            if lines.len() >= n_lines {
                return lines;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "expected {n_lines} lines, found {lines:?}"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Kills it as `kill -9` does, and returns everything that it had said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.finish()
    }

    /// Waits for its end, and returns everything that it has said.
    pub(crate) fn finish(mut self) -> Vec<String> {
        drop(self.stdin.take());
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.lines()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.reader.is_some() {
            drop(self.child.kill()); // a test that failed leaves no process
            drop(self.child.wait());
        }
    }
}

/// A location of PostgreSQL with a schema of its own; none, and it says so, if there is no server.
pub(crate) fn postgres(schema: &str) -> Option<String> {
    let Ok(url) = std::env::var("TAGOUT_TEST_POSTGRES") else {
        println!("left out: there is no postgres to test against");
        return None;
    };
    Some(format!("{schema}_{}@{url}", std::process::id()))
}

/// The location of a new SQLite file.
pub(crate) fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("store.tagout").display())
}

/// Opens a location of [`postgres`] or any other.
pub(crate) async fn open(location: &str) -> Result<AnyStore, tagout_store::StoreError> {
    match location.split_once('@') {
        Some((schema, url)) if url.starts_with("postgres") => {
            let options = tagout_store::PostgresOptions {
                schema: schema.into(),
                n_connections: 4,
                ..tagout_store::PostgresOptions::default()
            };
            Ok(AnyStore::new(
                tagout_store::PostgresStore::connect_with(url, options).await?,
            ))
        }
        _ => AnyStore::open(location).await,
    }
}

/// Removes the tables of a location of [`postgres`].
pub(crate) fn destroy(location: &str) {
    let (schema, url) = location.split_once('@').unwrap();
    let options = tagout_store::PostgresOptions {
        schema: schema.into(),
        ..Default::default()
    };
    runtime().block_on(async {
        let store = tagout_store::PostgresStore::connect_with(url, options)
            .await
            .unwrap();
        store.destroy().await.unwrap();
    });
}

/// Every id of a kind, in order.
pub(crate) async fn ids(store: &AnyStore, kind: Kind) -> Vec<String> {
    let mut query = Query::new(kind, "acct");
    let mut ids = Vec::new();
    loop {
        let Page { documents, next } = store.page(&query).await.unwrap();
        ids.extend(
            documents
                .iter()
                .map(|document| document.key().id().to_owned()),
        );
        let Some(next) = next else { return ids };
        query = query.after(next);
    }
}

/// Pauses that differ from one to the next.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn pause(&mut self, least: u64, most: u64) {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(
            least + (self.0 >> 33) % (most - least),
        ));
    }
}

/// How often to kill.
pub(crate) fn n_kills() -> usize {
    std::env::var("TAGOUT_TEST_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10)
}

/// The script that starts and crashes servers.
pub(crate) fn postgres_script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/postgres")
}
