//! How many backups there are, and which ones go.

use chrono::TimeDelta;
use tagout_backup::{BackupStatus, BackupType, ManualOrder};
use tagout_control::{Control, Ids, Settings, SimulatedDriver};
use tagout_lifecycle::{RetentionCount, RetentionDays, ServerUpdate, Status};
use tagout_store::MemoryStore;

use crate::night::{Night, account, all_well, fails, name, new_server, night, noon};

#[tokio::test]
async fn the_store_holds_the_limit_of_manual_backups() {
    let mut settings = Settings::default();
    settings.servers.terms.policy.manual_backups_max = 2;
    let driver = SimulatedDriver::new(1);
    let control = Control::new(MemoryStore::new(), driver, settings, Ids::seeded(1));
    let mut night = Night::new(vec![control]);
    for server in ["a", "b", "c"] {
        night.built(server).await;
    }
    let account = account();
    let order = ManualOrder::default();
    let control = night.plane();
    let [a, b, c] = ["a", "b", "c"].map(name);
    let (one, two, three) = tokio::join!(
        control.create_backup(&account, &a, &order, night.now),
        control.create_backup(&account, &b, &order, night.now),
        control.create_backup(&account, &c, &order, night.now),
    );
    let outcomes = [one, two, three];
    let mut refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert_eq!(
        refused.next().unwrap().to_string(),
        "the account has 2 of at most 2 manual backups, expected one fewer"
    );
    assert!(refused.next().is_none());
    let [_, used] = control.describe_account_attributes(&account).await.unwrap();
    assert_eq!(used.used, 2);
    night.pass(TimeDelta::minutes(5)).await;

    // A place is free as soon as a deletion is asked for.
    let made = night.backups().await;
    night
        .plane()
        .delete_backup(&account, made[0].id(), night.now)
        .await
        .unwrap();
    let status = night.backup_statuses().await;
    assert_eq!(status, [BackupStatus::Deleting, BackupStatus::Ok]);
    night
        .plane()
        .create_backup(&account, &c, &order, night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(5)).await;
    assert_eq!(night.backups().await.len(), 2);
}

#[tokio::test]
async fn every_night_one_is_made_and_the_oldest_goes() {
    let mut night = night();
    let mut new = new_server("alpha");
    new.retention = Some(RetentionCount::new(2).unwrap());
    new.maintenance_window = Some("Mon:00:00".parse().unwrap());
    let control = night.plane();
    control
        .create_server(&account(), new, None, night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::days(5)).await;
    let backups = night.backups().await;
    let ids: Vec<_> = backups.iter().map(|backup| backup.id().as_str()).collect();
    assert_eq!(ids, ["alpha-20260307030000000", "alpha-20260306030000000"]);
    assert!(
        backups
            .iter()
            .all(|backup| backup.kind() == BackupType::Automated)
    );
    let n_erased = night
        .begun
        .iter()
        .filter(|work| work.kind == "backup.delete")
        .count();
    assert_eq!(n_erased, 3);
    assert_eq!(
        night
            .begun
            .iter()
            .filter(|work| work.kind == "server.backup")
            .count(),
        5
    );
}

#[tokio::test]
async fn a_backup_that_fails_pushes_none_out_and_its_server_goes_on() {
    let mut night = night().scripted(|work| match &work.detail["backup"] {
        id if *id == "alpha-20260304030000000" => fails("no room"),
        _ => all_well(work),
    });
    night.built("alpha").await;
    night.until("2026-03-04T12:00:00Z".parse().unwrap()).await;
    let backups = night.backups().await;
    assert_eq!(backups[0].status(), BackupStatus::Failed);
    assert_eq!(backups[0].status_description(), Some("no room"));
    assert_eq!(backups[1].status(), BackupStatus::Ok);
    assert_eq!(night.status("alpha").await, Status::Healthy);
}

#[tokio::test]
async fn what_is_too_old_goes_by_itself() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let update = ServerUpdate {
        retention: Some(RetentionCount::new(30).unwrap()),
        retention_days: Some(Some(RetentionDays::new(3).unwrap())),
        ..ServerUpdate::default()
    };
    night
        .plane()
        .update_server(&account, &alpha, &update, night.now)
        .await
        .unwrap();
    night.until("2026-03-09T12:00:00Z".parse().unwrap()).await;
    let backups = night.backups().await;
    let ids: Vec<_> = backups.iter().map(|backup| backup.id().as_str()).collect();
    assert_eq!(
        ids,
        [
            "alpha-20260309030000000",
            "alpha-20260308030000000",
            "alpha-20260307030000000"
        ]
    );
    // Without new ones they go all the same, but for the last that was made.
    let update = ServerUpdate {
        disable_automated_backup: Some(true),
        maintenance_window: Some("Wed:00:00".parse().unwrap()),
        ..ServerUpdate::default()
    };
    night
        .plane()
        .update_server(&account, &alpha, &update, night.now)
        .await
        .unwrap();
    night.until("2026-03-10T23:00:00Z".parse().unwrap()).await;
    let backups = night.backups().await;
    assert_eq!(backups.len(), 2, "one more is three days old");
}

#[tokio::test]
async fn a_removal_that_is_overdue_has_failed_and_can_be_asked_for_again() {
    let mut night = night().scripted(|work| match &*work.kind {
        "backup.delete" if work.deadline < noon() + TimeDelta::hours(1) => (
            vec![TimeDelta::hours(9)],
            Ok(tagout_control::Done::default()),
        ),
        _ => all_well(work),
    });
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let order = ManualOrder::default();
    let backup = night
        .plane()
        .create_backup(&account, &alpha, &order, night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(5)).await;
    night
        .plane()
        .delete_backup(&account, backup.id(), night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(40)).await;
    assert_eq!(night.backup_statuses().await, [BackupStatus::Failed]);
    assert!(!night.backups().await[0].holds_slot());
    night.pass(TimeDelta::minutes(20)).await;
    night
        .plane()
        .delete_backup(&account, backup.id(), night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::minutes(5)).await;
    assert_eq!(night.backups().await, []);
    let told = night.told("alpha").await;
    assert_eq!(
        told.last().unwrap(),
        &format!("Backup {} was deleted", backup.id())
    );
    night.pass(TimeDelta::hours(9)).await;
    assert_eq!(night.n_stale, 1);
}
