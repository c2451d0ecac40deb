//! Planes are lost, and stores fail, in the middle of everything.

use std::sync::Arc;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use tagout_backup::{BackupStatus, ManualOrder};
use tagout_control::{ControlError, Event, Removal};
use tagout_lifecycle::{EngineAttribute, Status};
use tagout_store::{Fault, FaultyStore, MemoryStore, Record, Store, StoreError};

use crate::night::{Night, account, name, new_server, plane};

#[tokio::test]
async fn work_of_a_plane_that_is_lost_is_begun_anew_by_another() {
    let store = Arc::new(MemoryStore::new());
    let mut night = Night::new(vec![plane(store.clone(), 1), plane(store.clone(), 2)]);
    night.built("alpha").await;
    let control = night.plane();
    control
        .create_backup(
            &account(),
            &name("alpha"),
            &ManualOrder::default(),
            night.now,
        )
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(2)).await;
    assert_eq!(night.begun.len(), 2);
    for number in 0..2 {
        night.lose(number, plane(store.clone(), 3 + number as u64));
    }
    night.pass(TimeDelta::minutes(8)).await;
    assert_eq!(night.status("alpha").await, Status::Healthy);
    let attempts: Vec<_> = night.begun.iter().map(|work| work.attempt).collect();
    assert_eq!(attempts, [1, 1, 2]);
}

#[tokio::test]
async fn the_late_result_of_a_plane_that_stalled_is_refused() {
    let store = Arc::new(MemoryStore::new());
    let mut night = Night::new(vec![plane(store.clone(), 1), plane(store, 2)]);
    night.built("alpha").await;
    let control = night.plane();
    control
        .create_backup(
            &account(),
            &name("alpha"),
            &ManualOrder::default(),
            night.now,
        )
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(2)).await;
    night.stall(0);
    night.stall(1);
    night.pass(TimeDelta::minutes(8)).await;
    assert_eq!(night.status("alpha").await, Status::Healthy);
    assert_eq!(night.n_stale, 1);
    let made = night
        .told("alpha")
        .await
        .into_iter()
        .filter(|message| message.ends_with("completed successfully"))
        .count();
    assert_eq!(made, 1, "done once in the record");
}

/// Whether a command has to be given again; a refusal is fine if an earlier one, of unknown outcome, had its way.
fn again<T>(outcome: Result<T, ControlError>, is_uncertain: &mut bool) -> bool {
    match outcome {
        Ok(_) => false,
        Err(ControlError::Store(error)) => {
            *is_uncertain |= matches!(error, StoreError::Uncertain { .. });
            true
        }
        Err(error) => {
            assert!(*is_uncertain, "{error}");
            false
        }
    }
}

/// Gives a command until it is known to have been accepted.
macro_rules! insist {
    ($command:expr) => {{
        let mut is_uncertain = false;
        while again($command.await, &mut is_uncertain) {}
    }};
}

/// The whole life of a server, over a store of which one call fails; how many calls there were.
async fn life(number: u64, fault: Fault) -> u64 {
    use Status::{BackingUp, Creating, Deleting, Healthy, UnderMaintenance};

    let context = format!("call {number} fails {fault:?}");
    let store = Arc::new(FaultyStore::new(MemoryStore::new(), fault.at(number)));
    let mut night = Night::new(vec![plane(store.clone(), 1), plane(store.clone(), 2)]);
    let (account, alpha) = (account(), name("alpha"));
    let patience = TimeDelta::minutes(12);

    insist!(
        night
            .plane()
            .create_server(&account, new_server("alpha"), None, night.now)
    );
    night.pass(patience).await;
    let order = ManualOrder::default();
    insist!(
        night
            .plane()
            .create_backup(&account, &alpha, &order, night.now)
    );
    night.pass(patience).await;
    let node = "i-1".parse().unwrap();
    let key = [EngineAttribute {
        name: "CHEF_NODE_PUBLIC_KEY".parse().unwrap(),
        value: "key".parse().unwrap(),
    }];
    insist!(
        night
            .plane()
            .associate_node(&account, &alpha, &node, &key, night.now)
    );
    insist!(
        night
            .plane()
            .start_maintenance(&account, &alpha, &[], night.now)
    );
    night.pass(patience).await;
    insist!(
        night
            .plane()
            .delete_server(&account, &alpha, &Removal::AtOnce, night.now)
    );
    night.pass(patience).await;

    let n_calls = store.n_calls();

    // The record tells one story without a gap, however often it had to be begun.
    let mut servers: Vec<Option<Status>> = vec![None];
    let mut backups: BTreeMap<String, Vec<Option<BackupStatus>>> = BTreeMap::new();
    for event in night.heard().await {
        match event {
            Event::ServerMoved { from, to, .. } => {
                assert_eq!(servers.last(), Some(&from), "{context}");
                servers.push(to);
            }
            Event::BackupMoved {
                backup, from, to, ..
            } => {
                let moves = backups.entry(backup.to_string()).or_insert(vec![None]);
                assert_eq!(moves.last(), Some(&from), "{context}");
                moves.push(to);
            }
            _ => {}
        }
    }
    let expected = [
        Creating,
        Healthy,
        BackingUp,
        Healthy,
        UnderMaintenance,
        Healthy,
        Deleting,
    ];
    let expected: Vec<_> = expected.map(Some).into_iter().chain([None]).collect();
    assert_eq!(servers[1..], expected, "{context}");
    let stories: Vec<_> = backups.into_values().collect();
    let made = [None, Some(BackupStatus::InProgress), Some(BackupStatus::Ok)];
    assert_eq!(stories[0], made, "{context}");
    assert_eq!(
        stories[1],
        [&made[..], &[Some(BackupStatus::Deleting), None]].concat(),
        "{context}"
    );
    assert_eq!(stories.len(), 2, "{context}");

    // What was asked for is kept, and nothing else is left.
    let mut left = Vec::new();
    let mut all = store.snapshot().await.unwrap();
    while let Some(record) = all.next().await.unwrap() {
        if let Record::Document(document) = record {
            let (kind, id) = (document.key().kind().as_str(), document.key().id());
            left.push(match document.count() {
                Ok(count) if kind == "cm-quota" => format!("{id}: {count}"),
                _ => kind.to_owned(),
            });
        }
    }
    assert_eq!(
        left,
        ["cm-backup", "ManualBackupLimit: 1", "ServerLimit: 0"],
        "{context}"
    );
    n_calls
}

#[tokio::test]
async fn a_store_that_fails_at_any_one_call_changes_no_story() {
    let n_calls = life(u64::MAX, Fault::Before).await;
    assert!(n_calls > 200, "{n_calls} calls are not a life");
    for number in 0..n_calls {
        life(number, Fault::Before).await;
        life(number, Fault::After).await;
    }
}
