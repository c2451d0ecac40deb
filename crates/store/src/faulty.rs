//! A store that fails on purpose, to find out what a program does then.

use std::fmt;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::error::Said;
use crate::{
    Changes, Document, Events, Key, Kind, Page, Position, Query, Snapshot, Store, StoreError,
    TakeDue, Version,
};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fault {
    /// Nothing is done, and the caller learns it ([`Unavailable`](StoreError::Unavailable)).
    Before,
    /// It is done, but the caller does not learn it ([`Uncertain`](StoreError::Uncertain); of a call that only reads,
    /// the answer is lost and it is [`Unavailable`](StoreError::Unavailable)).
    After,
    /// It is not begun before its future has been polled this many times, so that others go first.
    Slow(u32),
    /// It is not begun before this time has gone by, as it is for a caller that is stopped and woken. The time is that
    /// of Tokio, in whose runtime the call has to be made.
    Late(Duration),
    /// Nothing is done, and the call never returns: so it is for a caller that is killed just before it.
    LostBefore,
    /// It is done, and the call never returns: so it is for a caller that is killed just after it.
    LostAfter,
}

/// One call of a store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Call {
    /// Which call it is; the first is 0.
    pub number: u64,
    /// What is asked for.
    pub operation: Operation,
}

/// What a call asks for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(missing_docs, reason = "each is the method of its name")]
pub enum Operation {
    Load,
    Page,
    Commit,
    TakeDue,
    NextDue,
    Events,
    Snapshot,
}

impl Operation {
    /// Whether the call changes what is stored.
    pub fn writes(self) -> bool {
        matches!(self, Self::Commit | Self::TakeDue)
    }
}

impl Fault {
    /// A plan in which this happens to the call of that number, and nothing to any other.
    pub fn at(self, number: u64) -> impl Fn(Call) -> Option<Fault> + Send + Sync + 'static {
        move |call| (call.number == number).then_some(self)
    }

    /// A plan in which about this many of a thousand calls go wrong: as often before as after as slowly. None is lost.
    ///
    /// The same seed gives the same faults to the same calls.
    pub fn seeded(
        seed: u64,
        per_thousand: u64,
    ) -> impl Fn(Call) -> Option<Fault> + Send + Sync + 'static {
        move |call| {
            let drawn = mixed(seed ^ mixed(call.number));
            let kind = mixed(drawn);
            (drawn % 1_000 < per_thousand).then_some(match kind % 3 {
                0 => Self::Before,
                1 => Self::After,
                _ => Self::Slow(1 + (kind >> 32) as u32 % 8),
            })
        }
    }
}

/// The mixing step of SplitMix64: every bit of the result depends on every bit of the number.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A store that fails on purpose, by a plan that sees each call.
///
/// ```
/// use tagout_store::{Changes, ErrorKind, Fault, FaultyStore, MemoryStore, Store};
/// # use tagout_store::{Body, Draft, Key, Kind, StoreError};
///
/// async fn workflow(store: &impl Store) -> Result<(), StoreError> {
///     let mut changes = Changes::new();
///     // …
/// #   changes.create(Draft::new(Key::new(Kind::constant("k"), "s", "a")?, 1, Body::of(&1)?));
///     store.commit(changes).await.map(drop)
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// // The workflow again and again, with a fault at every step of it.
/// for number in 0.. {
///     let store = FaultyStore::new(MemoryStore::new(), Fault::After.at(number));
///     let outcome = workflow(&store).await;
///     if store.n_calls() <= number {
///         break; // it ended before the fault
///     }
///     assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Uncertain);
/// }
/// # });
/// ```
pub struct FaultyStore<S> {
    inner: S,
    plan: Box<dyn Fn(Call) -> Option<Fault> + Send + Sync>,
    n_calls: AtomicU64,
}

impl<S: Store> FaultyStore<S> {
    /// The store, with a plan that says what goes wrong with each call.
    pub fn new(inner: S, plan: impl Fn(Call) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            inner,
            plan: Box::new(plan),
            n_calls: AtomicU64::new(0),
        }
    }

    /// How many calls there have been.
    pub fn n_calls(&self) -> u64 {
        self.n_calls.load(Ordering::Relaxed)
    }

    /// The store as it is without faults.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    async fn call<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let number = self.n_calls.fetch_add(1, Ordering::Relaxed);
        let store: Arc<str> = "faulty store".into();
        let source = || Said::cause(format!("call {number} was to fail"));
        match (self.plan)(Call { number, operation }) {
            None => work.await,
            Some(Fault::Before) => Err(StoreError::Unavailable {
                store,
                source: source(),
            }),
            Some(Fault::After) => {
                work.await?;
                Err(if operation.writes() {
                    StoreError::Uncertain {
                        store,
                        source: source(),
                    }
                } else {
                    StoreError::Unavailable {
                        store,
                        source: source(),
                    }
                })
            }
            Some(Fault::Late(time)) => {
                tokio::time::sleep(time).await;
                work.await
            }
            Some(Fault::LostBefore) => pending().await,
            Some(Fault::LostAfter) => {
                drop(work.await);
                pending().await
            }
            Some(Fault::Slow(n_polls)) => {
                let mut left = n_polls;
                poll_fn(|context| {
                    if left == 0 {
                        return Poll::Ready(());
                    }
                    left -= 1;
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
                work.await
            }
        }
    }
}

impl<S> fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStore")
            .field("n_calls", &self.n_calls)
            .finish_non_exhaustive()
    }
}

impl<S: Store> Store for FaultyStore<S> {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        self.call(Operation::Load, self.inner.load(keys)).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.call(Operation::Page, self.inner.page(query)).await
    }

    async fn commit(&self, changes: Changes) -> Result<Version, StoreError> {
        self.call(Operation::Commit, self.inner.commit(changes))
            .await
    }

    async fn take_due(&self, take: &TakeDue) -> Result<Vec<Document>, StoreError> {
        self.call(Operation::TakeDue, self.inner.take_due(take))
            .await
    }

    async fn next_due(&self, kinds: &[Kind]) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.call(Operation::NextDue, self.inner.next_due(kinds))
            .await
    }

    async fn events(&self, after: Position, limit: usize) -> Result<Events, StoreError> {
        self.call(Operation::Events, self.inner.events(after, limit))
            .await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.call(Operation::Snapshot, self.inner.snapshot()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Body, Draft, ErrorKind, MemoryStore};

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<FaultyStore<MemoryStore>>();
    };

    fn key() -> Key {
        Key::new(Kind::constant("k"), "s", "a").unwrap()
    }

    async fn create(store: &impl Store) -> Result<Version, StoreError> {
        let mut changes = Changes::new();
        changes.create(Draft::new(key(), 1, Body::of(&1).unwrap()));
        store.commit(changes).await
    }

    #[tokio::test]
    async fn each_fault_does_what_it_says() {
        #[track_caller]
        fn check(fault: Option<Fault>, done: bool, outcome: Result<(), &str>, stored: bool) {
            assert_eq!(done, outcome.is_ok(), "{fault:?}");
            assert_eq!(stored, !matches!(fault, Some(Fault::Before)), "{fault:?}");
        }
        for (fault, refused) in [
            (None, None),
            (
                Some(Fault::Before),
                Some((ErrorKind::Transient, "faulty store cannot be reached")),
            ),
            (
                Some(Fault::After),
                Some((
                    ErrorKind::Uncertain,
                    "faulty store was lost during a commit, which was made or was not",
                )),
            ),
            (Some(Fault::Slow(3)), None),
        ] {
            let store = FaultyStore::new(MemoryStore::new(), move |call| {
                fault.filter(|_| call.number == 0)
            });
            let outcome = create(&store).await;
            let text = outcome
                .as_ref()
                .err()
                .map(|error| (error.kind(), error.to_string()));
            assert_eq!(text, refused.map(|(kind, text)| (kind, text.to_owned())));
            let stored = store.inner().get(&key()).await.unwrap().is_some();
            check(
                fault,
                outcome.is_ok(),
                outcome.map(drop).map_err(|_| "refused"),
                stored,
            );
            assert_eq!(store.n_calls(), 1);
        }
    }

    #[tokio::test]
    async fn a_read_whose_answer_is_lost_is_no_uncertainty() {
        let store = FaultyStore::new(MemoryStore::new(), |_| Some(Fault::After));
        assert_eq!(
            store.get(&key()).await.unwrap_err().kind(),
            ErrorKind::Transient
        );
    }

    #[tokio::test]
    async fn a_slow_call_lets_others_go_first() {
        let inner = MemoryStore::new();
        let store = FaultyStore::new(inner.clone(), |_| Some(Fault::Slow(1)));
        let mut slow = std::pin::pin!(create(&store));
        poll_fn(|context| {
            assert!(slow.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        create(&inner).await.unwrap();
        assert_eq!(slow.await.unwrap_err().kind(), ErrorKind::Conflict);
    }

    #[tokio::test]
    async fn a_late_call_is_made_after_its_time() {
        let inner = MemoryStore::new();
        let store = FaultyStore::new(inner.clone(), Fault::Late(Duration::from_millis(20)).at(0));
        let (late, early) = tokio::join!(create(&store), create(&inner));
        early.unwrap();
        assert_eq!(late.unwrap_err().kind(), ErrorKind::Conflict);
    }

    #[tokio::test]
    async fn a_lost_call_is_done_or_not_and_never_returns() {
        for (fault, stored) in [(Fault::LostBefore, false), (Fault::LostAfter, true)] {
            let store = FaultyStore::new(MemoryStore::new(), fault.at(0));
            let mut lost = Box::pin(create(&store));
            poll_fn(|context| {
                for _ in 0..10 {
                    assert!(lost.as_mut().poll(context).is_pending(), "{fault:?}");
                }
                Poll::Ready(())
            })
            .await;
            drop(lost);
            let found = store.get(&key()).await.unwrap();
            assert_eq!(found.is_some(), stored, "{fault:?}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_faults_again_and_about_as_many_as_asked_for() {
        let faults = |seed| {
            let plan = Fault::seeded(seed, 100);
            let call = |number| Call {
                number,
                operation: Operation::Commit,
            };
            (0..10_000)
                .map(|number| plan(call(number)))
                .collect::<Vec<_>>()
        };
        let first = faults(1);
        assert_eq!(first, faults(1));
        assert_ne!(first, faults(2));
        for (kind, is_it) in [
            (
                "before",
                (|fault| matches!(fault, Fault::Before)) as fn(&Fault) -> bool,
            ),
            ("after", |fault| matches!(fault, Fault::After)),
            ("slow", |fault| matches!(fault, Fault::Slow(1..=8))),
        ] {
            let n = first.iter().flatten().filter(|fault| is_it(fault)).count();
            assert!((270..400).contains(&n), "{kind}: {n} of 10000");
        }
    }
}
