//! Promises that hold while many write at once, through two handles.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{KIND, Subject, commit, draft, key, second, take, value};
use crate::{Body, Draft, ErrorKind, Event, Key, Position, Store};

/// Runs `n` copies of a task at once, half of them on another handle, and returns what they return.
async fn at_once<S: Subject, T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    subject: &S,
    n: usize,
    task: impl Fn(Arc<S::Store>, usize) -> F,
) -> Vec<T> {
    let handles = [
        Arc::new(subject.open().await),
        Arc::new(subject.open().await),
    ];
    let tasks: Vec<_> = (0..n)
        .map(|i| tokio::spawn(task(handles[i % 2].clone(), i)))
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

/// Adds one to a document by reading and writing it, again and again until nobody was faster.
async fn increment(store: &impl Store, id: &str) {
    loop {
        let document = store.get(&key(id)).await.unwrap();
        let outcome = commit(store, |changes| match &document {
            Some(document) => {
                let value: u64 = document.body().parse().unwrap();
                changes.update(document.version(), draft(id, value + 1))
            }
            None => changes.create(draft(id, 1)),
        });
        match outcome.await {
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            outcome => {
                outcome.unwrap();
                return;
            }
        }
    }
}

/// What was written from a document as it was read is never written over by another who read the same.
pub async fn concurrent_writers_lose_no_update(subject: &impl Subject) {
    at_once(subject, 8, |store, _| async move {
        for _ in 0..25 {
            increment(&*store, "a").await;
        }
    })
    .await;
    assert_eq!(value(&subject.open().await, "a").await, Some(200));
}

/// Of many who make the same document one succeeds, and the others learn that it is there.
pub async fn concurrent_creators_have_one_winner(subject: &impl Subject) {
    for round in 0..10 {
        let outcomes = at_once(subject, 8, move |store, i| async move {
            commit(&*store, |changes| {
                changes
                    .create(draft(&format!("contested-{round}"), i as u64))
                    .create(draft(&format!("{round}-{i}"), 1));
                changes
            })
            .await
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 7));
        for error in lost {
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Conflict);
        }
    }
}

/// A limit holds exactly, without a conflict.
pub async fn concurrent_counts_stop_at_the_limit(subject: &impl Subject) {
    let outcomes = at_once(subject, 90, |store, i| async move {
        commit(&*store, |changes| {
            changes
                .create(draft(&i.to_string(), 1))
                .add(key("n"), 1, 50)
        })
        .await
    })
    .await;
    let refused: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .collect();
    assert_eq!(refused.len(), 40);
    assert!(
        refused.iter().all(|error| error.kind() == ErrorKind::Limit),
        "{refused:?}"
    );
    assert_eq!(value(&subject.open().await, "n").await, Some(50));
}

/// Each due document is handed to one taker, and all of them are handed out.
pub async fn concurrent_takers_share_what_is_due(subject: &impl Subject) {
    const N: usize = 400;
    let store = subject.open().await;
    commit(&store, |changes| {
        for n in 0..N {
            changes.create(draft(&format!("{n:03}"), 1).due_at(second(n as i64 % 7)));
        }
        changes
    })
    .await
    .unwrap();
    let taken = at_once(subject, 8, |store, _| async move {
        let mut taken = Vec::new();
        loop {
            let documents = store.take_due(&take(&KIND, 60, 600, 7)).await.unwrap();
            taken.extend(
                documents
                    .iter()
                    .map(|document| document.key().id().to_owned()),
            );
            if documents.is_empty() && store.next_due(&[KIND]).await.unwrap() > Some(second(60)) {
                return taken;
            }
        }
    })
    .await;
    let all: Vec<String> = taken.into_iter().flatten().collect();
    assert_eq!(
        (all.len(), all.iter().collect::<BTreeSet<_>>().len()),
        (N, N)
    );
}

/// What is moved from one document to another is at every instant in exactly one of them.
pub async fn concurrent_transfers_keep_the_sum(subject: &impl Subject) {
    const N: u64 = 5;
    let store = Arc::new(subject.open().await);
    let accounts: Vec<Key> = (0..N).map(|n| key(&n.to_string())).collect();
    commit(&*store, |changes| {
        for n in 0..N {
            changes.create(draft(&n.to_string(), 100));
        }
        changes
    })
    .await
    .unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let watcher = tokio::spawn({
        let (store, done, accounts) = (store.clone(), done.clone(), accounts.clone());
        async move {
            let mut n_looks = 0;
            while !done.load(Ordering::Relaxed) || n_looks == 0 {
                let found = store.load(&accounts).await.unwrap();
                let sum: u64 = found
                    .iter()
                    .map(|it| it.as_ref().unwrap().body().parse::<u64>().unwrap())
                    .sum();
                assert_eq!(sum, 100 * N);
                n_looks += 1;
            }
        }
    });
    at_once(subject, 6, |store, task| async move {
        for step in 0..20u64 {
            let from = (task as u64 + step) % N;
            let to = (from + 1 + step % (N - 1)) % N;
            loop {
                let found = store
                    .load(&[from, to].map(|n| key(&n.to_string())))
                    .await
                    .unwrap();
                let [Some(giver), Some(taker)] = found.as_slice() else {
                    panic!("an account is gone")
                };
                let value = |document: &crate::Document| document.body().parse::<u64>().unwrap();
                if value(giver) == 0 {
                    break;
                }
                let outcome = commit(&*store, |changes| {
                    changes.update(giver.version(), draft(giver.key().id(), value(giver) - 1));
                    changes.update(taker.version(), draft(taker.key().id(), value(taker) + 1));
                    changes
                });
                match outcome.await {
                    Err(error) if error.kind() == ErrorKind::Conflict => {}
                    outcome => {
                        outcome.unwrap();
                        break;
                    }
                }
            }
        }
    })
    .await;
    done.store(true, Ordering::Relaxed);
    watcher.await.unwrap();
}

/// Commits over the same documents, named in different orders, neither wait for each other for ever nor fail.
pub async fn concurrent_commits_in_any_order_of_keys_all_end(subject: &impl Subject) {
    at_once(subject, 12, |store, task| async move {
        for step in 0..10usize {
            let mut order: Vec<usize> = (0..6).collect();
            order.rotate_left((task + step) % 6);
            if task % 2 == 0 {
                order.reverse();
            }
            commit(&*store, |changes| {
                for n in order {
                    changes.add(key(&format!("counter-{n}")), 1, u64::MAX);
                }
                changes.create(draft(&format!("{task}-{step}"), 1));
                changes
            })
            .await
            .unwrap();
        }
    })
    .await;
    assert_eq!(value(&subject.open().await, "counter-3").await, Some(120));
}

/// A reader that follows the stream sees every event once, in order, and never one that comes up before another that
/// it has read; and whoever saw a commit finds its event before the events of what he then did.
pub async fn a_reader_of_the_stream_misses_nothing(subject: &impl Subject) {
    const N_TASKS: usize = 8;
    const N_STEPS: usize = 30;
    let reader = subject.open().await;
    let follow = tokio::spawn(async move {
        let (mut after, mut seen) = (Position::START, Vec::<(usize, usize)>::new());
        while seen.len() < N_TASKS * N_STEPS {
            let events = reader.events(after, 50).await.unwrap();
            for event in &events.events {
                assert_eq!(event.position(), Position(after.0 + 1));
                after = event.position();
                seen.push(event.body().parse().unwrap());
            }
            assert!(events.last >= after);
            tokio::task::yield_now().await;
        }
        seen
    });
    at_once(subject, N_TASKS, |store, task| async move {
        for step in 0..N_STEPS {
            commit(&*store, |changes| {
                let key = Key::new(KIND, "acct", format!("{task}-{step}")).unwrap();
                changes.create(Draft::new(key, 1, Body::of(&1).unwrap()));
                changes
                    .append_raw(KIND, "acct", 1, Body::of(&(task, step)).unwrap())
                    .unwrap();
                changes
            })
            .await
            .unwrap();
        }
    })
    .await;
    let seen = follow.await.unwrap();
    for task in 0..N_TASKS {
        let steps: Vec<usize> = seen
            .iter()
            .filter(|(by, _)| *by == task)
            .map(|(_, step)| *step)
            .collect();
        assert_eq!(steps, (0..N_STEPS).collect::<Vec<_>>(), "task {task}");
    }
    let all = subject
        .open()
        .await
        .events(Position::START, 1_000)
        .await
        .unwrap();
    assert_eq!(all.last, Position((N_TASKS * N_STEPS) as u64));
    assert_eq!(all.events.last().map(Event::position), Some(all.last));
}
