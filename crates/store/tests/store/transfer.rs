//! Everything out of one store and into another.

use chrono::{DateTime, Utc};
use tagout_store::{
    Body, Changes, Draft, Fault, FaultyStore, Key, Kind, MemoryStore, Operation, Position, Record,
    SqliteStore, Store, TakeDue, Transferred, export, import,
};

const KIND: Kind = Kind::constant("server");

fn draft(id: &str) -> Draft {
    let body = Body::from_json(format!(
        r#" {{ "name":{id:?}, "n": 1.50, "deep":[null,"\u0000\n"] }}"#
    ))
    .unwrap();
    Draft::new(Key::new(KIND, "acct", id).unwrap(), 3, body)
}

/// Puts in one of everything, and more documents than go into one commit.
async fn fill(store: &impl Store) {
    let mut changes = Changes::new();
    for id in 0..1_234 {
        changes.create(draft(&format!("{id:04}")));
    }
    changes.create(
        draft("labels \"%_ 🔑")
            .label("a", "")
            .unwrap()
            .label("status", "é")
            .unwrap(),
    );
    let due_at: DateTime<Utc> = "2026-03-01T02:00:00.000001Z".parse().unwrap();
    changes.create(draft("due").due_at(due_at));
    changes.create(draft("first").due_at(DateTime::<Utc>::MIN_UTC));
    changes.create(draft("last").due_at(DateTime::<Utc>::MAX_UTC));
    changes.create(Draft::new(
        Key::new(Kind::constant("plain"), "", "x").unwrap(),
        1,
        Body::of(&()).unwrap(),
    ));
    changes.add(Key::new(KIND, "acct", "counter").unwrap(), 7, 9);
    for n in 0..700 {
        changes
            .append_raw(Kind::constant("done"), "acct", 2, Body::of(&n).unwrap())
            .unwrap();
    }
    store.commit(changes).await.unwrap();
    let mut changes = Changes::new();
    changes.trim(Position(5));
    store.commit(changes).await.unwrap();
    let now = due_at + chrono::TimeDelta::hours(1);
    let taken = store
        .take_due(&TakeDue::new([KIND], now, chrono::TimeDelta::hours(1), 1))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
}

/// Everything in a store but its versions.
async fn content(store: &impl Store) -> (Position, Position, Vec<String>) {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut records = Vec::new();
    while let Some(record) = snapshot.next().await.unwrap() {
        records.push(match record {
            Record::Document(document) => {
                format!("{:?} {}", document.draft(), document.body().as_str())
            }
            Record::Event(event) => format!("{event:?} {}", event.body().as_str()),
        });
    }
    (snapshot.trimmed(), snapshot.last(), records)
}

async fn exported(store: &impl Store) -> String {
    let mut lines = Vec::new();
    export(store, &mut lines).await.unwrap();
    String::from_utf8(lines).unwrap()
}

#[tokio::test]
async fn what_was_exported_is_the_same_after_an_import_into_another_adapter() {
    let memory = MemoryStore::new();
    fill(&memory).await;
    let lines = exported(&memory).await;
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("a.tagout"))
        .await
        .unwrap();
    let transferred = import(&sqlite, &mut lines.as_bytes()).await.unwrap();
    assert_eq!(
        transferred,
        Transferred {
            n_documents: 1_240,
            n_events: 695
        }
    );
    assert_eq!(content(&sqlite).await, content(&memory).await);
    assert_eq!(exported(&sqlite).await, lines);
    sqlite.verify().await.unwrap();

    let Ok(url) = std::env::var("TAGOUT_TEST_POSTGRES") else {
        println!("left out: there is no postgres to test against");
        return;
    };
    let schema = format!("transfer_{}", std::process::id());
    let options = tagout_store::PostgresOptions {
        schema,
        ..Default::default()
    };
    let postgres = tagout_store::PostgresStore::connect_with(&url, options)
        .await
        .unwrap();
    import(&postgres, &mut exported(&sqlite).await.as_bytes())
        .await
        .unwrap();
    assert_eq!(content(&postgres).await, content(&memory).await);
    assert_eq!(exported(&postgres).await, lines);
    postgres.destroy().await.unwrap();
}

#[tokio::test]
async fn a_stream_goes_on_after_the_position_it_had() {
    let (from, to) = (MemoryStore::new(), MemoryStore::new());
    let mut changes = Changes::new();
    changes.trim(Position(41));
    from.commit(changes).await.unwrap();
    import(&to, &mut exported(&from).await.as_bytes())
        .await
        .unwrap();
    let mut changes = Changes::new();
    changes
        .append_raw(KIND, "acct", 1, Body::of(&1).unwrap())
        .unwrap();
    to.commit(changes).await.unwrap();
    assert_eq!(
        to.events(Position(41), 9).await.unwrap().events[0].position(),
        Position(42)
    );
}

#[tokio::test]
async fn lines_that_no_export_wrote_are_refused_by_their_number() {
    #[track_caller]
    fn check(
        outcome: Result<Transferred, tagout_store::TransferError>,
        lines: &str,
        expected: &str,
    ) {
        assert_eq!(outcome.unwrap_err().to_string(), expected, "{lines}");
    }
    let head = r#"{"tagout":{"format":1,"trimmed":0,"last":0}}"#;
    let document =
        r#"{"document":{"kind":"k","scope":"","id":"a","format":1,"body":{"password":"hunter2"}}}"#;
    let event = r#"{"event":{"position":2,"kind":"k","scope":"","format":1,"body":1}}"#;
    for (lines, expected) in [
        (
            String::new(),
            "the lines end after 0, without the line that counts them",
        ),
        (
            "{}\n".into(),
            "line 1 is not a line of an export, from column 2 on",
        ),
        (
            format!("{document}\n"),
            "line 1 is not the first line of an export",
        ),
        (
            r#"{"tagout":{"format":2,"trimmed":0,"last":0}}"#.into(),
            "the lines have format 2, this program knows up to 1: use a newer one",
        ),
        (
            format!("{head}\n{document}\n"),
            "the lines end after 2, without the line that counts them",
        ),
        (
            format!("{head}\n{}", &document[..70]),
            "line 2 is not a line of an export, from column 70 on",
        ),
        (
            format!("{head}\n{head}\n"),
            "line 2 is the first line of another export",
        ),
        (
            format!("{head}\n{event}\n"),
            "line 2 is event 2, expected event 1",
        ),
        (
            format!(
                "{head}\n{document}\n{}",
                r#"{"end":{"documents":2,"events":0}}"#
            ),
            "line 3 is a count that does not agree with what came before",
        ),
        (
            format!(
                "{head}\n{}\n{document}",
                r#"{"end":{"documents":0,"events":0}}"#
            ),
            "line 3 is after the end",
        ),
        (
            format!("{head}\n{}\n", document.replace("\"a\"", "\"\"")),
            "line 2 is no document: id has 0 bytes, expected 1 to 512",
        ),
        (
            format!(
                "{head}\n{document}\n{document}\n{}",
                r#"{"end":{"documents":2,"events":0}}"#
            ),
            "cannot commit: k//a is changed twice",
        ),
    ] {
        let outcome = import(&MemoryStore::new(), &mut lines.as_bytes()).await;
        check(outcome, &lines, expected);
    }
}

#[tokio::test]
async fn a_line_without_end_is_not_read_to_its_end() {
    let mut endless = std::io::BufReader::new(std::io::repeat(b'['));
    let outcome = import(&MemoryStore::new(), &mut endless).await;
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "line 1 is longer than 16842752 bytes"
    );
}

#[tokio::test]
async fn an_import_does_not_mix_with_what_is_there() {
    let store = MemoryStore::new();
    fill(&store).await;
    let lines = exported(&store).await;
    let outcome = import(&store, &mut lines.as_bytes()).await;
    assert_eq!(outcome.unwrap_err().to_string(), "the store is not empty");
}

#[tokio::test]
async fn an_import_that_was_interrupted_says_so() {
    let store = MemoryStore::new();
    fill(&store).await;
    let lines = exported(&store).await;
    let mut n_commits = 0;
    loop {
        let fault = move |call: tagout_store::Call| {
            (call.operation == Operation::Commit && call.number == 1 + n_commits)
                .then_some(Fault::Before)
        };
        let target = FaultyStore::new(MemoryStore::new(), fault);
        match import(&target, &mut lines.as_bytes()).await {
            Err(error) => assert_eq!(error.to_string(), "faulty store cannot be reached"),
            Ok(_) => break,
        }
        n_commits += 1;
    }
    assert_eq!(n_commits, 4);
}
