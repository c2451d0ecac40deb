//! Many who write at once: the limit of manual backups is held by the store, in the commit.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use tagout_backup::{Backup, BackupStatus, ManualOrder, Terms};
use tagout_lifecycle::{BackupId, Cause, Engine, Limited, Quota, Server, Ticket};

use crate::plane::{healthy, noon};

const WRITERS: u64 = 8;
const MAX: u32 = 50;

/// As much of a store as matters: documents with versions, and commits that are all or nothing.
#[derive(Default)]
struct Store {
    documents: Mutex<Documents>,
    most_held: AtomicUsize,
}

#[derive(Default)]
struct Documents {
    quota: Option<(u64, Quota)>,
    counter: i32,
    backups: BTreeMap<BackupId, (u64, Backup)>,
}

/// How the store is asked to hold the limit.
#[derive(Clone, Copy)]
enum Guard {
    /// The quota is a document, and its version is named.
    Version,
    /// A counter is added to that does not pass its limit.
    Counter,
}

impl Store {
    fn quota(&self, guard: Guard) -> (u64, Quota) {
        let documents = self.documents.lock().unwrap();
        match guard {
            Guard::Version => documents
                .quota
                .unwrap_or((0, Quota::empty(Limited::ManualBackups))),
            // Whoever relies on the counter alone may read nothing at all.
            Guard::Counter => (0, Quota::empty(Limited::ManualBackups)),
        }
    }

    /// Writes the backup over `version` of it, and changes the count; or does neither.
    fn commit(
        &self,
        guard: Guard,
        read: (u64, Quota),
        slots: i32,
        version: u64,
        backup: Backup,
    ) -> Result<(), ()> {
        let mut documents = self.documents.lock().unwrap();
        let stored = documents
            .backups
            .get(backup.id())
            .map_or(0, |stored| stored.0);
        if stored != version {
            return Err(());
        }
        match guard {
            Guard::Version if slots != 0 => {
                if documents.quota.map_or(0, |quota| quota.0) != read.0 {
                    return Err(());
                }
                let terms = terms();
                let quota = if slots > 0 {
                    read.1.take(&terms.policy).unwrap()
                } else {
                    read.1.give_back()
                };
                documents.quota = Some((read.0 + 1, quota));
            }
            Guard::Counter => {
                if documents.counter + slots > MAX as i32 {
                    return Err(());
                }
                documents.counter += slots;
            }
            Guard::Version => {}
        }
        documents
            .backups
            .insert(backup.id().clone(), (version + 1, backup));
        let held = documents
            .backups
            .values()
            .filter(|(_, backup)| backup.holds_slot())
            .count();
        self.most_held.fetch_max(held, Ordering::Relaxed);
        Ok(())
    }
}

fn terms() -> Terms {
    let mut terms = Terms::default();
    terms.policy.manual_backups_max = MAX;
    terms
}

/// Writers back their servers up, and delete, over and over; what was held at most, and in the end.
fn race(guard: Guard) -> (usize, usize) {
    let (store, tickets) = (Store::default(), AtomicU64::new(0));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, tickets) = (&store, &tickets);
            scope.spawn(move || {
                let mut ticket = || Ticket::new(tickets.fetch_add(1, Ordering::Relaxed).into());
                let server = healthy(&format!("server-{writer}"), Engine::Puppet);
                for round in 0..400 {
                    if round % 3 == 2 {
                        delete_one(store, guard, &mut ticket, writer as usize + round);
                    } else {
                        back_up(store, guard, &mut ticket, &server);
                    }
                }
            });
        }
    });
    let documents = store.documents.lock().unwrap();
    let held = documents
        .backups
        .values()
        .filter(|(_, backup)| backup.holds_slot())
        .count();
    let counted = match guard {
        Guard::Version => documents.quota.unwrap().1.used() as usize,
        Guard::Counter => documents.counter as usize,
    };
    assert_eq!(counted, held, "the count is of what there is");
    (store.most_held.load(Ordering::Relaxed), held)
}

fn back_up(store: &Store, guard: Guard, ticket: &mut dyn FnMut() -> Ticket, server: &Server) {
    let terms = terms();
    for _ in 0..20 {
        let read = store.quota(guard);
        let taken = |id: &BackupId| store.documents.lock().unwrap().backups.contains_key(id);
        let order = ManualOrder::default();
        let begun = Backup::begin_manual(server, order, read.1, taken, ticket(), &terms, noon());
        let Ok(begun) = begun else { return }; // the account has all it may have
        let made = begun.backup.clone();
        if store
            .commit(guard, read, begun.slots, 0, begun.backup)
            .is_err()
        {
            continue; // somebody was faster: read again
        }
        let operation = made.ticket().unwrap();
        let result = if operation.number() % 5 == 0 {
            Err(Cause::new("disk full"))
        } else {
            Ok(())
        };
        let (_, outcome) = made
            .handle_made(
                &begun.moved.server,
                &[],
                operation,
                result,
                &mut *ticket,
                &terms,
                noon(),
            )
            .unwrap();
        store
            .commit(guard, read, outcome.slots, 1, outcome.backup.unwrap())
            .unwrap();
        return;
    }
}

fn delete_one(store: &Store, guard: Guard, ticket: &mut dyn FnMut() -> Ticket, which: usize) {
    let read = store.quota(guard);
    let picked = {
        let documents = store.documents.lock().unwrap();
        documents
            .backups
            .values()
            .nth(which % documents.backups.len().max(1))
            .cloned()
    };
    let Some((version, backup)) = picked else {
        return;
    };
    if let Ok(outcome) = backup.delete(ticket(), &terms(), noon()) {
        let _ = store.commit(guard, read, outcome.slots, version, outcome.backup.unwrap());
    }
}

#[test]
fn fifty_are_never_passed_with_the_quota_as_a_document() {
    let (most, _) = race(Guard::Version);
    assert_eq!(most, 50, "the limit is reached and not passed");
}

#[test]
fn fifty_are_never_passed_with_the_quota_as_a_counter() {
    let (most, _) = race(Guard::Counter);
    assert_eq!(most, 50, "the limit is reached and not passed");
}

#[test]
fn a_slot_that_is_freed_can_be_used_at_once() {
    for guard in [Guard::Version, Guard::Counter] {
        let (store, mut next) = (Store::default(), 0);
        let mut ticket = || {
            next += 1;
            Ticket::new(next)
        };
        let server = healthy("alpha", Engine::Puppet);
        for _ in 0..60 {
            back_up(&store, guard, &mut ticket, &server);
        }
        let held = || {
            let documents = store.documents.lock().unwrap();
            documents
                .backups
                .values()
                .filter(|(_, backup)| backup.holds_slot())
                .count()
        };
        assert_eq!(held(), 50);
        for round in 0..10 {
            let victim = {
                let documents = store.documents.lock().unwrap();
                let standing = |backup: &Backup| backup.status() != BackupStatus::Deleting;
                documents
                    .backups
                    .values()
                    .position(|(_, backup)| standing(backup))
                    .unwrap()
            };
            delete_one(&store, guard, &mut ticket, victim);
            assert_eq!(
                held(),
                49,
                "round {round}: the removal itself is still under way"
            );
            back_up(&store, guard, &mut ticket, &server);
            assert_eq!(held(), 50);
        }
    }
}
