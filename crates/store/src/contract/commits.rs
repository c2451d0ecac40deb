//! Promises about commits.

use super::{KIND, Subject, commit, draft, key, refused, second, take, value};
use crate::{Body, Changes, Draft, Key, Kind, Position, Store, Version};

/// Body, format, labels and due time come back as they were given.
pub async fn reads_back_what_was_written(subject: &impl Subject) {
    let store = subject.open().await;
    assert_eq!(store.get(&key("a")).await.unwrap(), None);
    let drafts = [
        draft("plain", 1),
        Draft::new(
            Key::new(KIND, "", "no scope").unwrap(),
            7,
            Body::of(&()).unwrap(),
        ),
        Draft::new(
            key("ключ/%_'\"\\ 🔑"),
            u32::MAX,
            Body::from_json(
                r#" {"a" : 1.50, "\u0000":"é\n🔑", "n": 123456789012345678901234567890 }"#,
            )
            .unwrap(),
        )
        .label("empty", "")
        .unwrap()
        .label("odd", "%_'\"\\ 🔑")
        .unwrap(),
        draft("due", 1).due_at(second(1) + chrono::TimeDelta::nanoseconds(1)),
        draft("long ago", 1).due_at(chrono::DateTime::<chrono::Utc>::MIN_UTC),
        draft("never", 1).due_at(chrono::DateTime::<chrono::Utc>::MAX_UTC),
        Draft::new(key("large"), 1, Body::of(&"é".repeat(600_000)).unwrap()),
    ];
    for draft in drafts {
        let version = commit(&store, |changes| changes.create(draft.clone()))
            .await
            .unwrap();
        let document = store.get(draft.key()).await.unwrap().unwrap();
        assert_eq!(document.version(), version);
        assert_eq!(document.into_draft(), draft);
    }
}

/// Another handle, as another process would have, reads the same.
pub async fn keeps_what_was_written_for_the_next_handle(subject: &impl Subject) {
    let version = commit(&subject.open().await, |changes| {
        changes.create(draft("a", 1))
    })
    .await
    .unwrap();
    let again = subject.open().await;
    assert_eq!(
        again.get(&key("a")).await.unwrap().unwrap().version(),
        version
    );
    commit(&again, |changes| changes.update(version, draft("a", 2)))
        .await
        .unwrap();
    assert_eq!(value(&subject.open().await, "a").await, Some(2));
}

/// Two documents never stand under one key.
pub async fn create_refuses_a_document_that_exists(subject: &impl Subject) {
    let store = subject.open().await;
    let version = commit(&store, |changes| changes.create(draft("a", 1)))
        .await
        .unwrap();
    let again = commit(&store, |changes| changes.create(draft("a", 2))).await;
    refused(
        again,
        &format!("thing/acct/a is at version {version}, expected absent"),
    );
    assert_eq!(value(&store, "a").await, Some(1));
}

/// An update needs the version that is stored.
pub async fn update_refuses_any_other_version(subject: &impl Subject) {
    let store = subject.open().await;
    let update = async |version, value| {
        commit(&store, |changes| changes.update(version, draft("a", value))).await
    };
    refused(
        update(Version(1), 9).await,
        "thing/acct/a is absent, expected at version 1",
    );
    let first = commit(&store, |changes| changes.create(draft("a", 1)))
        .await
        .unwrap();
    let second = update(first, 2).await.unwrap();
    refused(
        update(first, 9).await,
        &format!("thing/acct/a is at version {second}, expected at version {first}"),
    );
    assert_eq!(value(&store, "a").await, Some(2));
}

/// So does a removal.
pub async fn delete_refuses_any_other_version(subject: &impl Subject) {
    let store = subject.open().await;
    let delete = async |version| commit(&store, |changes| changes.delete(key("a"), version)).await;
    refused(
        delete(Version(1)).await,
        "thing/acct/a is absent, expected at version 1",
    );
    let first = commit(&store, |changes| changes.create(draft("a", 1)))
        .await
        .unwrap();
    let second = commit(&store, |changes| changes.update(first, draft("a", 2)))
        .await
        .unwrap();
    refused(
        delete(first).await,
        &format!("thing/acct/a is at version {second}, expected at version {first}"),
    );
    delete(second).await.unwrap();
    assert_eq!(value(&store, "a").await, None);
}

/// A requirement guards the other changes of its commit and leaves its document alone.
pub async fn require_changes_nothing_and_refuses_any_other_version(subject: &impl Subject) {
    let store = subject.open().await;
    let first = commit(&store, |changes| changes.create(draft("a", 1)))
        .await
        .unwrap();
    commit(&store, |changes| {
        changes.require(key("a"), first).create(draft("b", 1))
    })
    .await
    .unwrap();
    assert_eq!(
        store.get(&key("a")).await.unwrap().unwrap().version(),
        first
    );
    let second = commit(&store, |changes| changes.update(first, draft("a", 2)))
        .await
        .unwrap();
    let late = commit(&store, |changes| {
        changes.create(draft("c", 1)).require(key("a"), first)
    })
    .await;
    refused(
        late,
        &format!("thing/acct/a is at version {second}, expected at version {first}"),
    );
    assert_eq!(value(&store, "c").await, None);
    let absent = commit(&store, |changes| changes.require(key("x"), first)).await;
    refused(
        absent,
        &format!("thing/acct/x is absent, expected at version {first}"),
    );
}

/// Where one change is refused, no document, label, due time, counter or event has changed.
pub async fn a_commit_makes_all_of_its_changes_or_none(subject: &impl Subject) {
    let store = subject.open().await;
    let version = commit(&store, |changes| {
        changes
            .create(draft("old", 1))
            .create(draft("gone", 1))
            .add(key("counter"), 1, 9);
        changes
    })
    .await
    .unwrap();
    let before = everything(&store).await;
    let all = |changes: &mut Changes| {
        let new = draft("new", 1)
            .label("status", "new")
            .unwrap()
            .due_at(second(0));
        changes
            .create(new)
            .update(version, draft("old", 2))
            .delete(key("gone"), version)
            .add(key("counter"), 1, 9);
        changes
            .append_raw(KIND, "acct", 1, Body::of(&1).unwrap())
            .unwrap();
    };
    let broken = |changes: &mut Changes, limit: bool| {
        if limit {
            changes.add(key("limited"), 1, 0)
        } else {
            changes.require(key("absent"), Version(1))
        };
    };
    for (limit, first) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut changes = Changes::new();
        if first {
            broken(&mut changes, limit);
        }
        all(&mut changes);
        if !first {
            broken(&mut changes, limit);
        }
        store.commit(changes).await.unwrap_err();
        assert_eq!(everything(&store).await, before);
    }
    let mut changes = Changes::new();
    all(&mut changes);
    store.commit(changes).await.unwrap();
    let found = store
        .load(&["new", "old", "gone", "counter"].map(key))
        .await
        .unwrap();
    let values: Vec<Option<&str>> = found
        .iter()
        .map(|found| found.as_ref().map(|it| it.body().as_str()))
        .collect();
    assert_eq!(values, [Some("1"), Some("2"), None, Some("2")]);
    assert_eq!(
        store.take_due(&take(&KIND, 0, 1, 9)).await.unwrap().len(),
        1
    );
    assert_eq!(
        store.events(Position::START, 9).await.unwrap().events.len(),
        1
    );
}

async fn everything(store: &impl Store) -> Vec<crate::Record> {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut records = Vec::new();
    while let Some(record) = snapshot.next().await.unwrap() {
        records.push(record);
    }
    records
}

/// A document that was removed and made again is not taken for the old one.
pub async fn versions_never_come_back(subject: &impl Subject) {
    let store = subject.open().await;
    let mut seen = std::collections::HashSet::new();
    for value in 0..5 {
        let created = commit(&store, |changes| changes.create(draft("a", value)))
            .await
            .unwrap();
        let updated = commit(&store, |changes| changes.update(created, draft("a", value)))
            .await
            .unwrap();
        commit(&store, |changes| changes.delete(key("a"), updated))
            .await
            .unwrap();
        assert!(seen.insert(created) && seen.insert(updated), "{seen:?}");
    }
    let handle = subject.open().await;
    let created = commit(&handle, |changes| changes.create(draft("a", 9)))
        .await
        .unwrap();
    assert!(seen.insert(created), "{seen:?}");
}

/// A counter stops at its limit and at zero, and needs no version.
pub async fn counters_hold_their_limit(subject: &impl Subject) {
    let store = subject.open().await;
    let add = async |by, max| commit(&store, |changes| changes.add(key("n"), by, max)).await;
    refused(
        add(-1, 2).await,
        "counter thing/acct/n is 0, taking 1 would pass zero",
    );
    assert_eq!(store.get(&key("n")).await.unwrap(), None);
    for _ in 0..2 {
        add(1, 2).await.unwrap();
    }
    refused(
        add(1, 2).await,
        "counter thing/acct/n is 2, adding 1 would pass its limit of 2",
    );
    refused(
        add(i64::MAX, 9).await,
        "counter thing/acct/n is 2, adding 9223372036854775807 would pass its limit of 9",
    );
    add(3, 5).await.unwrap();
    add(-1, 0).await.unwrap();
    assert_eq!(
        store
            .get(&key("n"))
            .await
            .unwrap()
            .unwrap()
            .count()
            .unwrap(),
        4
    );
}

/// A counter can be read, written and removed as a document; nothing else can be added to.
pub async fn counters_are_documents_and_nothing_else_is_a_counter(subject: &impl Subject) {
    let store = subject.open().await;
    let add = async || commit(&store, |changes| changes.add(key("n"), 1, 9)).await;
    let version = commit(&store, |changes| changes.create(draft("n", 6)))
        .await
        .unwrap();
    assert_ne!(add().await.unwrap(), version);
    let document = store.get(&key("n")).await.unwrap().unwrap();
    assert_eq!(document.count().unwrap(), 7);
    let text = Draft::new(key("n"), 1, Body::of("seven").unwrap());
    let version = commit(&store, |changes| {
        changes.update(document.version(), text.clone())
    })
    .await
    .unwrap();
    refused(add().await, "cannot commit: thing/acct/n is not a counter");
    commit(&store, |changes| changes.delete(key("n"), version))
        .await
        .unwrap();
    add().await.unwrap();
    assert_eq!(value(&store, "n").await, Some(1));
}

/// What no store could do is refused before anything is done.
pub async fn unfit_changes_are_refused(subject: &impl Subject) {
    let store = subject.open().await;
    let twice = commit(&store, |changes| {
        changes.create(draft("a", 1)).add(key("a"), 1, 9)
    })
    .await;
    refused(twice, "cannot commit: thing/acct/a is changed twice");
    let many = commit(&store, |changes| {
        for i in 0..=Changes::LEN_MAX {
            changes.create(draft(&i.to_string(), 1));
        }
        changes
    });
    refused(
        many.await,
        "cannot commit: 10001 changes, expected at most 10000",
    );
    assert_eq!(value(&store, "a").await, None);
    store.commit(Changes::new()).await.unwrap();
}

/// A key that is asked for twice is answered twice, one that is not there with nothing.
pub async fn load_answers_in_the_order_of_its_keys(subject: &impl Subject) {
    let store = subject.open().await;
    let other = Kind::constant("other");
    commit(&store, |changes| {
        changes.create(draft("a", 1)).create(draft("b", 2));
        changes.create(Draft::new(
            Key::new(other.clone(), "acct", "a").unwrap(),
            1,
            Body::of(&3).unwrap(),
        ));
        changes
    })
    .await
    .unwrap();
    let keys = [
        key("b"),
        key("x"),
        Key::new(other, "acct", "a").unwrap(),
        key("a"),
        key("b"),
    ];
    let found = store.load(&keys).await.unwrap();
    let found: Vec<Option<u64>> = found
        .iter()
        .map(|it| it.as_ref().map(|it| it.body().parse().unwrap()))
        .collect();
    assert_eq!(found, [Some(2), None, Some(3), Some(1), Some(2)]);
    assert_eq!(store.load(&[]).await.unwrap(), []);
}
