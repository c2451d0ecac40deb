//! Servers are backed up and maintained by themselves, in their hours.

use chrono::{DateTime, TimeDelta, Utc};
use tagout_lifecycle::{PendingReason, ServerUpdate, Status};

use crate::night::{account, name, night};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn maintenance_comes_once_a_week_within_its_hour() {
    let mut night = night();
    night.built("alpha").await;
    night.until(at("2026-03-18T12:00:00Z")).await;
    let starts: Vec<_> = night
        .told("alpha")
        .await
        .into_iter()
        .filter(|message| message == "Maintenance started")
        .collect();
    assert_eq!(starts.len(), 3, "on the 3rd, the 10th and the 17th");
    assert_eq!(
        night.server("alpha").await.maintained_at(),
        Some(at("2026-03-17T04:10:00Z"))
    );
}

#[tokio::test]
async fn windows_that_nobody_saw_are_told_and_maintenance_is_caught_up_after_a_week() {
    let mut night = night();
    night.built("alpha").await;
    night.now = at("2026-03-13T12:00:00Z"); // nobody ran since the 2nd
    night.pass(TimeDelta::hours(1)).await;
    let told = night.told("alpha").await;
    assert_eq!(
        told[2..],
        [
            "Maintenance started",
            "Backup alpha-20260313120000000 started",
            "11 automated backup windows up to that of 2026-03-13T03:00:00Z were missed",
            "Backup alpha-20260313120000000 completed successfully",
            "Maintenance completed successfully",
        ]
        .map(str::to_owned)
    );
    assert_eq!(night.status("alpha").await, Status::Healthy);
}

#[tokio::test]
async fn a_window_that_is_put_off_is_passed_over() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let until = at("2026-03-11T00:00:00Z");
    let control = night.plane();
    control
        .defer_maintenance(&account, &alpha, Some(until), night.now)
        .await
        .unwrap();
    let pending = control
        .pending_maintenance(&account, &alpha, night.now)
        .await
        .unwrap();
    assert_eq!(pending[0].not_before, at("2026-03-17T04:00:00Z"));
    assert!(matches!(pending[0].reason, PendingReason::Deferred { .. }));
    night.until(at("2026-03-16T00:00:00Z")).await;
    assert_eq!(night.server("alpha").await.maintained_at(), None);
    assert!(
        night.told("alpha").await.contains(
            &"The maintenance window of 2026-03-03T04:00:00Z was passed over: it was put off"
                .to_owned()
        )
    );
    night.until(at("2026-03-18T00:00:00Z")).await;
    assert_eq!(
        night.server("alpha").await.maintained_at(),
        Some(at("2026-03-17T04:10:00Z"))
    );
}

#[tokio::test]
async fn of_two_windows_at_once_maintenance_goes_first() {
    let mut night = night();
    night.built("alpha").await;
    let update = ServerUpdate {
        backup_window: Some("Tue:04:00".parse().unwrap()),
        ..ServerUpdate::default()
    };
    let control = night.plane();
    control
        .update_server(&account(), &name("alpha"), &update, night.now)
        .await
        .unwrap();
    night.until(at("2026-03-03T04:12:00Z")).await;
    let kinds: Vec<_> = night.begun.iter().map(|work| &*work.kind).collect();
    assert_eq!(
        kinds,
        [
            "server.create",
            "server.backup",
            "server.maintenance",
            "server.backup"
        ]
    );
}
