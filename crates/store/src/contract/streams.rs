//! Promises about the stream of events, and about snapshots.

use super::{KIND, Subject, commit, draft, key, refused};
use crate::{Body, Changes, Event, Events, Position, Record, Store};

fn append(changes: &mut Changes, value: u64) -> &mut Changes {
    let body = Body::of(&value).unwrap();
    changes.append_raw(KIND, "acct", 3, body).unwrap()
}

fn values(events: &Events) -> Vec<u64> {
    events
        .events
        .iter()
        .map(|event| event.body().parse().unwrap())
        .collect()
}

/// The first event has number 1, and each commit's follow those of the commit before it.
pub async fn events_are_numbered_in_the_order_of_commits(subject: &impl Subject) {
    let store = subject.open().await;
    let empty = store.events(Position::START, 9).await.unwrap();
    assert_eq!(
        empty,
        Events {
            events: vec![],
            trimmed: Position(0),
            last: Position(0)
        }
    );
    commit(&store, |changes| append(changes, 10)).await.unwrap();
    commit(&store, |changes| {
        append(changes, 20);
        append(changes, 21);
        changes
    })
    .await
    .unwrap();
    commit(&subject.open().await, |changes| append(changes, 30))
        .await
        .unwrap();
    let events = store.events(Position::START, 9).await.unwrap();
    let body = |value: u64| Body::of(&value).unwrap();
    let expected = [10, 20, 21, 30].into_iter().zip(1..);
    let expected = expected
        .map(|(value, n)| Event::new(Position(n), KIND, "acct", 3, body(value)))
        .collect();
    assert_eq!(
        events,
        Events {
            events: expected,
            trimmed: Position(0),
            last: Position(4)
        }
    );
}

/// A reader that has kept its position reads on from there.
pub async fn events_go_on_from_any_position(subject: &impl Subject) {
    let store = subject.open().await;
    for chunk in 0..5 {
        commit(&store, |changes| {
            (chunk * 500..(chunk + 1) * 500).fold(changes, append)
        })
        .await
        .unwrap();
    }
    let mut after = Position::START;
    let mut seen = Vec::new();
    for limit in [0, 1, 2, 700, usize::MAX, usize::MAX] {
        let events = store.events(after, limit).await.unwrap();
        assert!(events.events.len() <= limit.min(Events::LIMIT_MAX));
        seen.extend(values(&events));
        after = events.events.last().map_or(after, Event::position);
        assert_eq!(events.last, Position(2_500));
    }
    assert_eq!(seen, (0..2_500).collect::<Vec<_>>());
    for beyond in [2_500, 2_501, u64::MAX] {
        assert_eq!(store.events(Position(beyond), 9).await.unwrap().events, []);
    }
}

/// Old events can be removed; who comes from before them learns it, and numbers are not used again.
pub async fn trimmed_events_are_gone_and_say_so(subject: &impl Subject) {
    let store = subject.open().await;
    commit(&store, |changes| (1..=5).fold(changes, append))
        .await
        .unwrap();
    commit(&store, |changes| changes.trim(Position(3)))
        .await
        .unwrap();
    let events = store.events(Position(1), 9).await.unwrap();
    assert_eq!(
        (values(&events), events.trimmed, events.last),
        (vec![4, 5], Position(3), Position(5))
    );

    commit(&store, |changes| changes.trim(Position(2)))
        .await
        .unwrap();
    assert_eq!(store.events(Position(1), 9).await.unwrap(), events);

    commit(&store, |changes| {
        append(changes, 9);
        changes.trim(Position(8));
        changes
    })
    .await
    .unwrap();
    let events = store.events(Position(5), 9).await.unwrap();
    assert_eq!((events.trimmed, events.last), (Position(8), Position(9)));
    assert_eq!(
        (values(&events), events.events[0].position()),
        (vec![9], Position(9))
    );

    let far = commit(&store, |changes| changes.trim(Position(u64::MAX))).await;
    refused(
        far,
        "cannot commit: cannot trim through position 18446744073709551615, expected at most 4611686018427387904",
    );
}

/// A snapshot is not moved by what is written after it was taken, and holds everything from before.
pub async fn a_snapshot_shows_one_instant(subject: &impl Subject) {
    const N: usize = 2_345;
    let store = subject.open().await;
    let ids: Vec<String> = (0..N).map(|n| format!("{n:05}")).collect();
    let version = commit(&store, |changes| {
        for id in &ids {
            changes.create(draft(id, 1).label("l", "v").unwrap());
        }
        (0..N as u64).fold(changes, append).trim(Position(7))
    })
    .await
    .unwrap();
    let mut snapshot = store.snapshot().await.unwrap();
    commit(&store, |changes| {
        for (n, id) in ids.iter().enumerate() {
            match n % 3 {
                0 => changes.update(version, draft(id, 2)),
                1 => changes.delete(key(id), version),
                _ => changes.create(draft(&format!("{id}-new"), 2)),
            };
        }
        append(changes, 0);
        changes.trim(Position(1_000));
        changes
    })
    .await
    .unwrap();
    assert_eq!(
        (snapshot.trimmed(), snapshot.last()),
        (Position(7), Position(7 + N as u64))
    );
    for id in &ids {
        let Some(Record::Document(document)) = snapshot.next().await.unwrap() else {
            panic!("no {id}")
        };
        assert_eq!(
            (document.key().id(), document.version()),
            (id.as_str(), version)
        );
        assert_eq!(document.draft(), &draft(id, 1).label("l", "v").unwrap());
    }
    for value in 0..N as u64 {
        let Some(Record::Event(event)) = snapshot.next().await.unwrap() else {
            panic!("no {value}")
        };
        assert_eq!(
            event,
            Event::new(
                Position(8 + value),
                KIND,
                "acct",
                3,
                Body::of(&value).unwrap()
            )
        );
    }
    assert_eq!(snapshot.next().await.unwrap(), None);
}
