//! No room, and no right to write: a clear error, nothing lost, and the file opens after.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tagout_store::{Body, Changes, Draft, ErrorKind, Key, SqliteStore, Store, StoreError};

use crate::kills::sqlite_file_is_whole;
use crate::support::{ITEM, Worker, ids, open, runtime, sqlite};

/// A file system of a few megabytes, while it lives.
struct Small(tempfile::TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let small = Self(folder);
        small
            .call("mount", &["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
            .then_some(small)
    }

    fn grow(&self) {
        assert!(self.call("mount", &["-o", "remount,size=30m"]));
    }

    fn call(&self, program: &str, arguments: &[&str]) -> bool {
        let output = Command::new(program)
            .args(arguments)
            .arg(self.0.path())
            .output();
        output.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        self.call("umount", &[]);
    }
}

pub(crate) fn full_file_system() {
    let Some(small) = Small::mount() else {
        println!("left out: this user may not mount a small file system");
        return;
    };
    let location = sqlite(small.0.path());
    let mut lines = Worker::start("fill", &location).finish();
    let error = lines.pop().unwrap();
    assert!(error.starts_with("Transient: sqlite file `"), "{error}");
    assert!(
        error.contains("store.tagout` has no room left: database or disk is full"),
        "{error}"
    );
    assert!(lines.len() > 50, "{} items", lines.len());

    runtime().block_on(async {
        let store = open(&location).await.unwrap();
        assert_eq!(ids(&store, ITEM).await, lines);
        // Full is full, for as long as it lasts, and no longer.
        let refused = put(&store, &"x".repeat(200_000)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Full { .. }), "{refused}");
        small.grow();
        put(&store, "room again").await.unwrap();
    });
    sqlite_file_is_whole(&location);
}

async fn put(store: &impl Store, text: &str) -> Result<(), StoreError> {
    let mut changes = Changes::new();
    changes.create(Draft::new(
        Key::new(ITEM, "acct", "more").unwrap(),
        1,
        Body::of(text).unwrap(),
    ));
    store.commit(changes).await.map(drop)
}

/// A limit on the size of files, as quotas and `ulimit` set it, which SQLite reports as an input/output error.
pub(crate) fn file_size_limit() {
    let folder = tempfile::tempdir().unwrap();
    let location = sqlite(folder.path());
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 6000; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap());
    let mut lines = Worker::start_as(limited, "fill", &location).finish();
    let error = lines.pop().unwrap();
    let kind = error.split(':').next().unwrap();
    assert!(
        ["Permanent", "Uncertain", "Transient"].contains(&kind),
        "{error}"
    );
    assert!(error.contains("sqlite file `"), "{error}");
    assert!(lines.len() > 50, "{} items: {error}", lines.len());
    sqlite_file_is_whole(&location);
    runtime().block_on(async {
        let store = open(&location).await.unwrap();
        let stored = ids(&store, ITEM).await;
        // What was not acknowledged may have been written all the same, if the error said so.
        assert_eq!(stored[..lines.len()], lines);
        assert!(
            stored.len() <= lines.len() + usize::from(kind == "Uncertain"),
            "{error}"
        );
        put(&store, "room again").await.unwrap();
    });
}

/// Opens a location as somebody who is not root, to whom permissions apply.
fn opened_by_nobody(location: &str) -> Vec<String> {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(&program);
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let copy = tempfile::tempdir().unwrap();
    if is_root {
        // The program may lie where only root can read.
        fs::set_permissions(copy.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let public = copy.path().join("program");
        fs::copy(&program, &public).unwrap();
        command = Command::new(public);
        command.uid(65_534).gid(65_534);
    }
    Worker::start_as(command, "open", location).finish()
}

/// A folder that lets nobody in to write.
fn read_only(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
}

pub(crate) fn read_only_folder() {
    let folder = tempfile::tempdir().unwrap();
    read_only(folder.path());
    let location = sqlite(folder.path());
    let path = location.strip_prefix("sqlite:").unwrap();
    let expected =
        format!("Permanent: sqlite file `{path}` is read-only: Permission denied (os error 13)");
    assert_eq!(opened_by_nobody(&location), [expected.as_str()]);

    // And the same with a store in it that may itself be written.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    make(path);
    fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    read_only(folder.path());
    assert_eq!(opened_by_nobody(&location), [expected.as_str()]);
    still_opens(folder.path(), path);
}

pub(crate) fn read_only_file() {
    let folder = tempfile::tempdir().unwrap();
    let location = sqlite(folder.path());
    let path = location.strip_prefix("sqlite:").unwrap();
    make(path);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o444)).unwrap();
    let expected =
        format!("Permanent: sqlite file `{path}` is read-only: Permission denied (os error 13)");
    assert_eq!(opened_by_nobody(&location), [expected]);
    fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    still_opens(folder.path(), path);
}

fn make(path: &str) {
    runtime().block_on(async {
        let store = SqliteStore::open(path).await.unwrap();
        put(&store, "before").await.unwrap();
        store.close().await;
    });
}

fn still_opens(folder: &Path, path: &str) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    runtime().block_on(async {
        let store = SqliteStore::open(path).await.unwrap();
        let again = put(&store, "after").await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict); // what was written before is there
    });
}
