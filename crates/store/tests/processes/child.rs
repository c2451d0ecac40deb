//! What the children do.

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_store::{
    AnyStore, Body, Changes, Draft, ErrorKind, Key, Kind, Store, StoreError, TakeDue,
};

use crate::support::{ITEM, open, runtime};

/// Does the task; what it says on its standard output is what it knows to be stored.
pub(crate) fn run(task: &str, location: &str) -> ExitCode {
    runtime().block_on(async {
        let store = match open(location).await {
            Ok(store) => Arc::new(store),
            Err(error) => {
                say(&chain(&error));
                return ExitCode::FAILURE;
            }
        };
        match task {
            "write" => write(store).await,
            "take" => take(&store).await,
            "hold" => hold(&store).await,
            "fill" => fill(&store).await,
            "open" => say("opened"),
            other => panic!("no task {other}"),
        }
        ExitCode::SUCCESS
    })
}

/// One line, in one piece.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may be gone.
    drop(
        out.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| out.flush()),
    );
}

/// An error with its causes, and its class.
fn chain(error: &StoreError) -> String {
    let mut text = format!("{:?}: {error}", error.kind());
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}").replace('\n', " ");
        cause = error.source();
    }
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process of its own has a clock of its own"
)]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

fn counter() -> Key {
    Key::new(Kind::constant("counter"), "acct", "n").unwrap()
}

/// The commit of one item: a document, an event that names it, and a count of all.
fn item(id: &str) -> Changes {
    let mut changes = Changes::new();
    let key = Key::new(ITEM, "acct", id).unwrap();
    changes.create(Draft::new(key, 1, Body::of(id).unwrap()));
    changes.add(counter(), 1, u64::MAX);
    changes
        .append_raw(ITEM, "acct", 1, Body::of(id).unwrap())
        .unwrap();
    changes
}

/// Writes items for ever, eight at a time, and says each that was acknowledged.
async fn write(store: Arc<AnyStore>) {
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0.. {
                    let id = format!("{}-{writer}-{n:06}", std::process::id());
                    put(&store, &id).await;
                    say(&id);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// Writes one item, once, however often the store is away meanwhile.
async fn put(store: &AnyStore, id: &str) {
    loop {
        let Err(error) = store.commit(item(id)).await else {
            return;
        };
        assert!(
            matches!(error.kind(), ErrorKind::Transient | ErrorKind::Uncertain),
            "{}",
            chain(&error)
        );
        if error.kind() == ErrorKind::Uncertain {
            let key = Key::new(ITEM, "acct", id).unwrap();
            loop {
                match store.get(&key).await {
                    Ok(Some(_)) => return,
                    Ok(None) => break,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Transient, "{}", chain(&error));
                    }
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Does what is due, a few at a time: the document is done, and a count of its own says how often.
async fn take(store: &AnyStore) {
    loop {
        let due = TakeDue::new([ITEM], now(), TimeDelta::milliseconds(400), 3);
        let taken = store.take_due(&due).await.unwrap();
        if taken.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for document in taken {
            tokio::time::sleep(Duration::from_millis(5)).await; // the work
            let mut changes = Changes::new();
            changes.update(
                document.version(),
                Draft::new(document.key().clone(), 1, Body::of("done").unwrap()),
            );
            changes.add(
                Key::new(Kind::constant("times"), "acct", document.key().id()).unwrap(),
                1,
                u64::MAX,
            );
            match store.commit(changes).await {
                Ok(_) => say(document.key().id()),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{}", chain(&error)),
            }
        }
    }
}

/// Takes one document for half a second, and reports only when told to.
async fn hold(store: &AnyStore) {
    let due = TakeDue::new([ITEM], now(), TimeDelta::milliseconds(500), 1);
    let document = store.take_due(&due).await.unwrap().remove(0);
    say("taken");
    std::io::stdin()
        .lock()
        .read_line(&mut String::new())
        .unwrap();
    let mut changes = Changes::new();
    changes.update(
        document.version(),
        Draft::new(document.key().clone(), 1, Body::of("late").unwrap()),
    );
    match store.commit(changes).await {
        Ok(_) => say("accepted"),
        Err(error) => say(&format!("{:?}", error.kind())),
    }
}

/// Writes items until the store refuses.
async fn fill(store: &AnyStore) {
    let body = "x".repeat(10_000);
    for n in 0..100_000 {
        let id = format!("{n:06}-{body}");
        let mut changes = item(&id[..6]);
        let key = Key::new(Kind::constant("weight"), "acct", &id[..6]).unwrap();
        changes.create(Draft::new(key, 1, Body::of(&id).unwrap()));
        match store.commit(changes).await {
            Ok(_) => say(&id[..6]),
            Err(error) => return say(&chain(&error)),
        }
    }
}
