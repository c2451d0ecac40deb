//! What is stored stays readable, and what is public can be sent anywhere.

use tagout_backup::{
    Backup, BackupRefusal, Begun, ManualOrder, Outcome, Rotation, Snapshot, Terms,
};
use tagout_lifecycle::{RestoreOrder, Ticket};

use crate::plane::{Plane, at};

/// A manual backup with every member filled that can be, and an automated one with few.
fn examples() -> [Backup; 2] {
    let mut plane = Plane::new();
    plane.terms.log_bucket = Some("aws-opsworks-cm-logs".into());
    let order = ManualOrder {
        description: Some("before change".parse().unwrap()),
        user_arn: Some("arn:aws:iam::123456789012:user/dev".parse().unwrap()),
        tags: [("Stage".parse().unwrap(), "Test".parse().unwrap())]
            .into_iter()
            .collect(),
    };
    let ticket = plane.back_up(order).unwrap();
    plane.report(ticket, Ok(())).unwrap();
    let made = plane.backups.values().next().unwrap();
    let order = RestoreOrder::default();
    let lent = made
        .begin_restore(
            plane.server(),
            order,
            Ticket::new(0xabc),
            &plane.terms,
            plane.now,
        )
        .unwrap();
    plane.terms = Terms::default();
    plane.now = at("2026-03-03T03:00:00Z");
    plane.step();
    let automated = plane.backups.values().last().unwrap().clone();
    [lent.backup, automated]
}

#[test]
fn backups_of_the_first_version_are_read() {
    let written = [
        include_str!("../data/backup-manual-1.json"),
        include_str!("../data/backup-automated-1.json"),
    ];
    for (written, backup) in written.into_iter().zip(examples()) {
        let read: Backup = serde_json::from_str(written).unwrap();
        assert_eq!(read, backup, "what was written is what is read");
        let value: serde_json::Value = serde_json::from_str(written).unwrap();
        assert_eq!(
            serde_json::to_value(&backup).unwrap(),
            value,
            "and is written so still; else keep the old file too"
        );
    }
}

#[test]
fn all_of_it_can_be_sent_and_shared() {
    fn sound<T: Send + Sync + 'static>() {}
    sound::<Backup>();
    sound::<BackupRefusal>();
    sound::<Begun>();
    sound::<Outcome>();
    sound::<Rotation>();
    sound::<Snapshot>();
    sound::<Terms>();
}
