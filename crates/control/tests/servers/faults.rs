//! Planes are lost, and stores fail, in the middle of everything.

use std::sync::Arc;

use chrono::TimeDelta;
use tagout_backup::ManualOrder;
use tagout_lifecycle::Status;
use tagout_store::MemoryStore;

use crate::night::{Night, account, name, plane};

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
    night.pass(TimeDelta::minutes(6)).await;
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
