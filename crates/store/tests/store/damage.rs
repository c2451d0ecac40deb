//! Files that are not, or no longer, what a store wrote: refused by name, never read as something else.

use std::fs;
use std::path::{Path, PathBuf};

use tagout_store::{
    Body, Changes, Draft, Key, Kind, Query, Record, SqliteStore, Store, StoreError, Verified,
};
use tempfile::TempDir;

const KIND: Kind = Kind::constant("server");

fn draft(n: usize) -> Draft {
    let key = Key::new(KIND, "acct", format!("{n:03}")).unwrap();
    let due = chrono::DateTime::from_timestamp(n as i64, 0);
    Draft::new(key, 1, Body::of(&"x".repeat(40 + n)).unwrap())
        .label("group", format!("{}", n % 7))
        .unwrap()
        .due_at(due)
}

/// A file with documents, labels and events, closed.
async fn written(folder: &Path, n_documents: usize) -> PathBuf {
    let path = folder.join("whole.tagout");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut changes = Changes::new();
    for n in 0..n_documents {
        changes.create(draft(n));
        changes
            .append_raw(KIND, "acct", 1, Body::of(&n).unwrap())
            .unwrap();
    }
    store.commit(changes).await.unwrap();
    store.close().await;
    path
}

async fn refused(path: &Path) -> String {
    SqliteStore::open(path).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "call the plumber\n".repeat(100)).unwrap();
    let expected = format!(
        "sqlite file `{}` is not a tagout store: file is not a database",
        text.display()
    );
    assert_eq!(refused(&text).await, expected);
    assert_eq!(
        fs::read_to_string(&text).unwrap(),
        "call the plumber\n".repeat(100)
    );

    let other = folder.path().join("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE documents (title TEXT); PRAGMA application_id = 77")
        .unwrap();
    drop(connection);
    let before = fs::read(&other).unwrap();
    let expected = format!(
        "sqlite file `{}` is not a tagout store: another program made it, with application id 0x4d",
        other.display()
    );
    assert_eq!(refused(&other).await, expected);
    assert_eq!(fs::read(&other).unwrap(), before);

    let absent = folder.path().join("no/such/folder/a.tagout");
    assert_eq!(
        refused(&absent).await,
        format!("sqlite file `{}` failed", absent.display())
    );
    let is_folder = folder.path();
    assert_eq!(
        refused(is_folder).await,
        format!("sqlite file `{}` failed", is_folder.display())
    );
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 3).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch("PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let expected = format!(
        "sqlite file `{}` has schema 2, this program knows up to 1: use a newer one",
        path.display()
    );
    assert_eq!(refused(&path).await, expected);
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Everything that a store can be asked for, or the first error.
async fn everything(store: &SqliteStore) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let mut snapshot = store.snapshot().await?;
    while let Some(record) = snapshot.next().await? {
        found.push(match record {
            Record::Document(document) => format!("{document:?} {}", document.body().as_str()),
            Record::Event(event) => format!("{event:?} {}", event.body().as_str()),
        });
    }
    for group in 0..7 {
        let query = Query::new(KIND, "acct")
            .by_label("group")
            .equal_to(&group.to_string());
        found.extend(
            store
                .page(&query)
                .await?
                .documents
                .iter()
                .map(|document| document.key().to_string()),
        );
    }
    found.push(format!("{:?}", store.next_due(&[KIND]).await?));
    Ok(found)
}

/// Opens a damaged copy: either it reads as it was written, or something says that it is damaged. No panic, no end
/// that never comes, and no document that is not as it was written.
async fn check_damage(whole: &[String], bytes: &[u8], what: &str) -> bool {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("damaged.tagout");
    fs::write(&path, bytes).unwrap();
    let is_damage = |error: &StoreError| {
        matches!(
            error,
            StoreError::Damaged { .. }
                | StoreError::NotAStore { .. }
                | StoreError::NewerSchema { .. }
                | StoreError::Failed { .. }
        )
    };
    let store = match SqliteStore::open(&path).await {
        Ok(store) => store,
        Err(error) => {
            assert!(is_damage(&error), "{what}: {error:?}");
            return true;
        }
    };
    let verified = store.verify().await;
    let found = everything(&store).await;
    if let Err(error) = verified.as_ref().map(drop).and(found.as_ref().map(drop)) {
        assert!(is_damage(error), "{what}: {error:?}");
    }
    if let Ok(found) = &found
        && verified.is_ok()
    {
        assert_eq!(found, whole, "{what}");
    }
    // Whatever is wrong, a document that is read at all is as it was written.
    for n in 0..120 {
        match store.get(draft(n).key()).await {
            Ok(Some(document)) => assert_eq!(document.draft(), &draft(n), "{what}"),
            Ok(None) => assert!(verified.is_err(), "{what}: document {n} is gone"),
            Err(error) => assert!(is_damage(&error), "{what}: {error:?}"),
        }
    }
    let is_damaged = verified.is_err() || found.is_err();
    store.close().await;
    is_damaged
}

#[tokio::test]
async fn damage_anywhere_is_found_and_never_read_as_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 120).await;
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(
        store.verify().await.unwrap(),
        Verified {
            n_documents: 120,
            n_events: 120
        }
    );
    let whole = everything(&store).await.unwrap();
    store.close().await;
    let bytes = fs::read(&path).unwrap();
    let n_tries = std::env::var("TAGOUT_TEST_DAMAGES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(150);
    let (mut random, mut n_damaged) = (1u64, 0);
    for _ in 0..n_tries {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let mut damaged = bytes.clone();
        let at = (random >> 20) as usize % bytes.len();
        let what = match random >> 60 {
            0 => {
                damaged.truncate(at);
                format!("cut at {at}")
            }
            1 => {
                let end = (at + 512).min(damaged.len());
                damaged[at..end].fill(0);
                format!("zeros from {at}")
            }
            _ => {
                damaged[at] ^= 1 << (random >> 50 & 7);
                format!("a bit of {at}")
            }
        };
        n_damaged += usize::from(check_damage(&whole, &damaged, &what).await);
    }
    assert!(
        n_damaged > n_tries / 4,
        "{n_damaged} of {n_tries} were found"
    ); // the rest was in room that is not used
}

#[tokio::test]
async fn a_torn_journal_is_read_up_to_the_last_whole_commit() {
    const N_COMMITS: usize = 30;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.tagout");
    let store = SqliteStore::open(&path).await.unwrap();
    for n in 0..N_COMMITS {
        let mut changes = Changes::new();
        changes.create(draft(2 * n)).create(draft(2 * n + 1));
        changes
            .append_raw(KIND, "acct", 1, Body::of(&n).unwrap())
            .unwrap();
        store.commit(changes).await.unwrap();
    }
    // As the disk has it if the power fails now, and the end of the journal was still being written.
    let journal = folder.path().join("live.tagout-wal");
    let (bytes, journal) = (fs::read(&path).unwrap(), fs::read(journal).unwrap());
    let mut n_commits_before = 0;
    for part in 0..=40 {
        let torn = TempDir::new().unwrap();
        let path = torn.path().join("torn.tagout");
        fs::write(&path, &bytes).unwrap();
        fs::write(
            torn.path().join("torn.tagout-wal"),
            &journal[..journal.len() * part / 40],
        )
        .unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        let Verified {
            n_documents,
            n_events,
        } = store.verify().await.unwrap();
        assert_eq!(n_documents, 2 * n_events, "part {part}");
        assert!(n_events >= n_commits_before, "part {part}");
        n_commits_before = n_events;
    }
    assert_eq!(n_commits_before, N_COMMITS as u64);
}
