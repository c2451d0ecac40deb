//! Promises about what is due.

use chrono::{DateTime, TimeDelta, Utc};

use super::{KIND, Subject, commit, draft, ids, key, refused, second, take};
use crate::{Body, Draft, Key, Kind, Store, TakeDue};

/// Due means due at that instant or before it, to the microsecond and not a nanosecond early.
pub async fn nothing_is_handed_out_before_it_is_due(subject: &impl Subject) {
    let store = subject.open().await;
    let fine = TimeDelta::nanoseconds(1);
    commit(&store, |changes| {
        changes.create(draft("never", 1));
        changes.create(draft("at ten", 1).due_at(second(10)));
        changes.create(draft("just after ten", 1).due_at(second(10) + fine));
        changes.create(draft("at the end of time", 1).due_at(DateTime::<Utc>::MAX_UTC));
        changes
    })
    .await
    .unwrap();
    let take = async |now| {
        let taken = store
            .take_due(&TakeDue::new([KIND], now, TimeDelta::days(1), 9))
            .await
            .unwrap();
        ids(&taken).join(" ")
    };
    assert_eq!(take(DateTime::<Utc>::MIN_UTC).await, "");
    assert_eq!(take(second(10) - fine).await, "");
    assert_eq!(take(second(10)).await, "at ten");
    assert_eq!(take(second(10) + fine).await, "");
    assert_eq!(
        take(second(10) + TimeDelta::microseconds(1)).await,
        "just after ten"
    );
    assert_eq!(
        take(DateTime::<Utc>::MAX_UTC).await,
        "at ten just after ten at the end of time"
    );
}

/// The order is that of due times, and the limit cuts off the latest.
pub async fn the_earliest_is_handed_out_first(subject: &impl Subject) {
    let store = subject.open().await;
    commit(&store, |changes| {
        for (id, at) in [("d", 4), ("a", 3), ("c", 1), ("b", 2)] {
            changes.create(draft(id, 1).due_at(second(at)));
        }
        changes.create(draft("ancient", 1).due_at(DateTime::<Utc>::MIN_UTC));
        changes
    })
    .await
    .unwrap();
    assert_eq!(store.take_due(&take(&KIND, 9, 60, 0)).await.unwrap(), []);
    assert_eq!(
        ids(&store.take_due(&take(&KIND, 9, 60, 3)).await.unwrap()),
        ["ancient", "c", "b"]
    );
    assert_eq!(
        ids(&store
            .take_due(&take(&KIND, 9, 60, usize::MAX))
            .await
            .unwrap()),
        ["a", "d"]
    );
}

/// During a lease the document is handed to nobody; from its last instant on it is again, under its old due time.
pub async fn a_lease_keeps_others_away_until_it_is_over(subject: &impl Subject) {
    let (store, other) = (subject.open().await, subject.open().await);
    commit(&store, |changes| {
        changes.create(draft("a", 1).due_at(second(0)))
    })
    .await
    .unwrap();
    let first = store.take_due(&take(&KIND, 10, 5, 9)).await.unwrap();
    assert_eq!(first[0].due_at(), Some(second(0)));
    assert_eq!(store.get(&key("a")).await.unwrap().as_ref(), first.first());
    for now in [0, 10, 14] {
        assert_eq!(other.take_due(&take(&KIND, now, 5, 9)).await.unwrap(), []);
    }
    let again = other.take_due(&take(&KIND, 15, 0, 9)).await.unwrap();
    assert_eq!(
        (again[0].due_at(), again[0].draft()),
        (Some(second(0)), first[0].draft())
    );
    assert_ne!(again[0].version(), first[0].version());
    assert_eq!(
        ids(&store.take_due(&take(&KIND, 15, -5, 9)).await.unwrap()),
        ["a"]
    );
    assert_eq!(
        ids(&store
            .take_due(&take(&KIND, 15, i64::MAX / 1_000, 9))
            .await
            .unwrap()),
        ["a"]
    );
    assert_eq!(
        store.take_due(&take(&KIND, 1_000_000, 1, 9)).await.unwrap(),
        []
    );
}

/// Who writes a document says when it is next due, whatever lease there was.
pub async fn writing_ends_a_lease(subject: &impl Subject) {
    let store = subject.open().await;
    commit(&store, |changes| {
        for id in ["again", "done", "later", "removed"] {
            changes.create(draft(id, 1).due_at(second(0)));
        }
        changes
    })
    .await
    .unwrap();
    let taken = store.take_due(&take(&KIND, 0, 1_000, 9)).await.unwrap();
    commit(&store, |changes| {
        for document in &taken {
            match document.key().id() {
                "again" => changes.update(document.version(), draft("again", 2).due_at(second(5))),
                "later" => {
                    changes.update(document.version(), draft("later", 2).due_at(second(2_000)))
                }
                "removed" => changes.delete(document.key().clone(), document.version()),
                other => changes.update(document.version(), draft(other, 2)),
            };
        }
        changes
    })
    .await
    .unwrap();
    assert_eq!(
        ids(&store.take_due(&take(&KIND, 1_500, 1, 9)).await.unwrap()),
        ["again"]
    );
    assert_eq!(
        ids(&store.take_due(&take(&KIND, 9_999, 1, 9)).await.unwrap()),
        ["again", "later"]
    );
}

/// A taker whose lease is over cannot write over what the next one took.
pub async fn a_commit_from_before_a_taking_is_refused(subject: &impl Subject) {
    let store = subject.open().await;
    let created = commit(&store, |changes| {
        changes.create(draft("a", 1).due_at(second(0)))
    })
    .await
    .unwrap();
    let slow = store
        .take_due(&take(&KIND, 0, 10, 1))
        .await
        .unwrap()
        .remove(0)
        .version();
    let quick = store
        .take_due(&take(&KIND, 10, 10, 1))
        .await
        .unwrap()
        .remove(0)
        .version();
    for late in [created, slow] {
        let outcome = commit(&store, |changes| changes.update(late, draft("a", 2))).await;
        refused(
            outcome,
            &format!("thing/acct/a is at version {quick}, expected at version {late}"),
        );
    }
    commit(&store, |changes| changes.update(quick, draft("a", 3)))
        .await
        .unwrap();
}

/// A long queue of one kind does not stand before another.
pub async fn each_kind_is_taken_alone(subject: &impl Subject) {
    let store = subject.open().await;
    let (job, window, other) = (
        Kind::constant("job"),
        Kind::constant("window"),
        Kind::constant("other"),
    );
    let draft = |kind: &Kind, id: &str, at| {
        Draft::new(
            Key::new(kind.clone(), "acct", id).unwrap(),
            1,
            Body::of(&1).unwrap(),
        )
        .due_at(second(at))
    };
    commit(&store, |changes| {
        for at in 0..20 {
            changes.create(draft(&job, &format!("j{at:02}"), at));
        }
        changes
            .create(draft(&window, "w", 15))
            .create(draft(&other, "o", 0));
        changes
    })
    .await
    .unwrap();
    assert_eq!(
        ids(&store.take_due(&take(&window, 30, 60, 9)).await.unwrap()),
        ["w"]
    );
    let both = TakeDue::new([window, job], second(90), TimeDelta::seconds(60), 18);
    let taken = store.take_due(&both).await.unwrap();
    assert_eq!(ids(&taken)[..3], ["j00", "j01", "j02"]);
    assert_eq!(taken.len(), 18);
    assert_eq!(
        ids(&store.take_due(&both).await.unwrap()),
        ["j18", "j19", "w"]
    );
    assert_eq!(
        store
            .take_due(&TakeDue::new([], second(90), TimeDelta::seconds(60), 9))
            .await
            .unwrap(),
        []
    );
}

/// A loop can sleep until then.
pub async fn next_due_says_when_to_come_back(subject: &impl Subject) {
    let store = subject.open().await;
    let other = Kind::constant("other");
    let next = async |kinds: &[Kind]| store.next_due(kinds).await.unwrap();
    assert_eq!(next(&[KIND, other.clone()]).await, None);
    commit(&store, |changes| {
        changes
            .create(draft("never", 1))
            .create(draft("b", 1).due_at(second(7)))
            .create(draft("a", 1).due_at(second(3)));
        let key = Key::new(other.clone(), "", "o").unwrap();
        changes.create(Draft::new(key, 1, Body::of(&1).unwrap()).due_at(second(1)));
        changes
    })
    .await
    .unwrap();
    assert_eq!(next(&[KIND]).await, Some(second(3)));
    assert_eq!(next(&[KIND, other.clone()]).await, Some(second(1)));
    assert_eq!(next(&[]).await, None);
    store.take_due(&take(&KIND, 3, 20, 1)).await.unwrap();
    assert_eq!(next(&[KIND]).await, Some(second(7)));
    store.take_due(&take(&KIND, 7, 20, 1)).await.unwrap();
    assert_eq!(next(&[KIND]).await, Some(second(23)));
}
