//! How many backups there may be, and which ones go.

use chrono::TimeDelta;
use proptest::prelude::*;
use tagout_backup::{Backup, BackupStatus, BackupType, ManualOrder, Retention, rotation};
use tagout_lifecycle::{BackupId, Cause, RetentionCount, RetentionDays, ServerUpdate, Ticket};

use crate::plane::{Plane, at};

fn back_up_by_hand(plane: &mut Plane) {
    let ticket = plane.back_up(ManualOrder::default()).unwrap();
    plane.report(ticket, Ok(())).unwrap();
    plane.wait(1);
}

#[test]
fn fifty_manual_backups_and_no_more() {
    let mut plane = Plane::new();
    for _ in 0..50 {
        back_up_by_hand(&mut plane);
    }
    let refused = plane.back_up(ManualOrder::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the account has 50 of at most 50 manual backups, expected one fewer"
    );
    assert_eq!(
        refused.kind(),
        tagout_backup::BackupRefusalKind::LimitExceeded
    );
    let first = plane.backups.keys().next().unwrap().clone();
    plane.delete_backup(&first).unwrap();
    back_up_by_hand(&mut plane); // usable at once, before the removal is over
    assert!(plane.back_up(ManualOrder::default()).is_err());
}

#[test]
fn a_removal_that_fails_does_not_take_its_place_back() {
    let mut plane = Plane::new();
    plane.terms.policy.manual_backups_max = 1;
    back_up_by_hand(&mut plane);
    let id = plane.backups.keys().next().unwrap().clone();
    let removal = plane.delete_backup(&id).unwrap();
    back_up_by_hand(&mut plane);
    plane
        .report(removal, Err(Cause::new("bucket is locked")))
        .unwrap();
    assert_eq!(plane.backups[&id].status(), BackupStatus::Failed);
    assert!(!plane.backups[&id].holds_slot());
    assert_eq!(plane.quota.used(), 1);
    plane.delete_backup(&id).unwrap(); // and does not give one back twice
    assert_eq!(plane.quota.used(), 1);
}

/// One day after the other: the backup at 3 o'clock is made, or fails.
fn run_days(plane: &mut Plane, results: &[bool]) {
    for good in results {
        plane.now = plane
            .now
            .date_naive()
            .succ_opt()
            .unwrap()
            .and_hms_opt(3, 0, 0)
            .unwrap()
            .and_utc();
        plane.step();
        let ticket = *plane
            .work
            .iter()
            .find(|(_, work)| matches!(work, tagout_lifecycle::Work::BackUp { .. }))
            .unwrap()
            .0;
        plane
            .report(
                ticket,
                if *good {
                    Ok(())
                } else {
                    Err(Cause::new("disk full"))
                },
            )
            .unwrap();
    }
}

fn kept(plane: &Plane, status: BackupStatus) -> Vec<String> {
    let automated = plane.of_kind(BackupType::Automated).into_iter();
    let days = automated.filter(|backup| backup.status() == status);
    days.map(|backup| backup.created_at().format("%d").to_string())
        .collect()
}

fn keep(plane: &mut Plane, count: i64, days: Option<i64>) {
    let update = ServerUpdate {
        retention: Some(RetentionCount::new(count).unwrap()),
        retention_days: Some(days.map(|days| RetentionDays::new(days).unwrap())),
        maintenance_window: Some("Mon:12:00".parse().unwrap()), // out of the way
        ..ServerUpdate::default()
    };
    let moved = plane.server().clone().update(&update, plane.now).unwrap();
    plane.commit(moved);
}

#[test]
fn rotation_keeps_the_newest_and_waits_for_a_good_one() {
    let mut plane = Plane::new();
    keep(&mut plane, 2, None);
    run_days(&mut plane, &[true, true]);
    assert_eq!(kept(&plane, BackupStatus::Ok), ["03", "04"]);
    run_days(&mut plane, &[false]);
    assert_eq!(
        kept(&plane, BackupStatus::Ok),
        ["03", "04"],
        "a failed one evicts nothing"
    );
    run_days(&mut plane, &[true]);
    assert_eq!(kept(&plane, BackupStatus::Ok), ["04", "06"]);
    assert_eq!(kept(&plane, BackupStatus::Deleting), ["03"]);
    assert_eq!(
        kept(&plane, BackupStatus::Failed),
        ["05"],
        "and is itself not counted"
    );
}

#[test]
fn a_lower_count_acts_with_the_next_backup() {
    let mut plane = Plane::new();
    keep(&mut plane, 4, None);
    run_days(&mut plane, &[true, true, true, true]);
    keep(&mut plane, 1, None);
    assert_eq!(kept(&plane, BackupStatus::Ok), ["03", "04", "05", "06"]);
    run_days(&mut plane, &[true]);
    assert_eq!(kept(&plane, BackupStatus::Ok), ["07"]);
}

#[test]
fn manual_backups_are_outside_rotation() {
    let mut plane = Plane::new();
    keep(&mut plane, 1, None);
    back_up_by_hand(&mut plane);
    run_days(&mut plane, &[true, true, true]);
    assert_eq!(plane.of_kind(BackupType::Manual).len(), 1);
    assert_eq!(kept(&plane, BackupStatus::Ok), ["05"]);
}

#[test]
fn preview_says_what_the_next_rotation_removes_and_why() {
    let mut plane = Plane::new();
    keep(&mut plane, 3, Some(2));
    run_days(&mut plane, &[true, true, false, true]);
    let automated = plane.of_kind(BackupType::Automated);
    let retention = Retention::of(plane.server());
    let next = at("2026-03-07T03:00:00Z");
    let preview = rotation::preview(&automated, retention, next);
    let told: Vec<_> = preview
        .remove
        .iter()
        .map(|one| format!("{}: {}", one.backup, one.reason))
        .collect();
    assert_eq!(
        told,
        ["alpha-20260305030000000: automated ones are kept for 2 times 24 hours",]
    );
    run_days(&mut plane, &[true]);
    assert_eq!(kept(&plane, BackupStatus::Ok), ["06", "07"]);
    assert_eq!(
        kept(&plane, BackupStatus::Failed),
        Vec::<String>::new(),
        "age takes failed ones too"
    );
}

#[test]
fn age_spares_the_newest_backup_until_there_is_a_newer_one() {
    let mut plane = Plane::new();
    keep(&mut plane, 3, Some(1));
    run_days(&mut plane, &[true, false, false]);
    let automated = plane.of_kind(BackupType::Automated);
    let retention = Retention::of(plane.server());
    assert_eq!(
        rotation::next_sweep(&automated, retention),
        Some(at("2026-03-05T03:00:00Z"))
    );
    let swept = rotation::sweep(&automated, retention, at("2026-03-09T00:00:00Z"));
    let told: Vec<_> = swept.remove.iter().map(|one| one.backup.as_str()).collect();
    assert_eq!(
        told,
        ["alpha-20260304030000000", "alpha-20260305030000000"],
        "both failed; the good one stays"
    );
    let unlimited = Retention {
        days: None,
        ..retention
    };
    assert_eq!(
        rotation::sweep(&automated, unlimited, at("2099-01-01T00:00:00Z")),
        rotation::Rotation::default()
    );
    assert_eq!(rotation::next_sweep(&automated, unlimited), None);
}

/// A pile of backups of random kinds, statuses and ages, made by hand of what is stored.
fn pile(made: &[(u8, bool, u8, i64)]) -> Vec<Backup> {
    let mut plane = Plane::new();
    let ticket = plane.back_up(ManualOrder::default()).unwrap();
    plane.report(ticket, Ok(())).unwrap();
    let stored = serde_json::to_value(plane.backups.values().next().unwrap()).unwrap();
    let one = |(status, automated, more, hours): &(u8, bool, u8, i64)| {
        let mut stored = stored.clone();
        let at = plane.now - TimeDelta::hours(*hours);
        stored["id"] = BackupId::at(&"alpha".parse().unwrap(), at).as_str().into();
        stored["created_at"] = serde_json::to_value(at).unwrap();
        stored["status"] = ["OK", "OK", "OK", "FAILED", "IN_PROGRESS", "DELETING"]
            [usize::from(*status % 6)]
        .into();
        stored["type"] = if *automated { "AUTOMATED" } else { "MANUAL" }.into();
        stored["orphaned"] = (*more == 0).into();
        if *more == 1 {
            stored["readers"] = serde_json::json!([Ticket::new(5).to_string()]);
        }
        serde_json::from_value(stored).unwrap()
    };
    let mut pile: Vec<Backup> = made.iter().map(one).collect();
    pile.sort_by(|a, b| a.id().cmp(b.id()));
    pile.dedup_by(|a, b| a.id() == b.id());
    pile
}

proptest! {
    /// The chosen ones against the rule, said of each backup for itself.
    #[test]
    fn rotation_keeps_exactly_the_newest_and_the_young(
        made in proptest::collection::vec((0_u8..6, prop::bool::weighted(0.8), 0_u8..12, 0_i64..200), 0..20),
        count in 1_i64..6, days in prop::option::of(1_i64..6), shuffle in any::<prop::sample::Index>(),
    ) {
        let mut pile = pile(&made);
        let now = crate::plane::noon();
        let retention = Retention {
            count: RetentionCount::new(count).unwrap(),
            days: days.map(|days| RetentionDays::new(days).unwrap()),
        };
        let counts = |b: &Backup| b.kind() == BackupType::Automated && !b.is_orphaned() && b.status() == BackupStatus::Ok;
        let goes = |backup: &Backup, n_more: i64, spared: bool| {
            let newer = pile.iter().filter(|other| counts(other) && other.created_at() > backup.created_at()).count() as i64;
            let hours = (now - backup.created_at()).num_hours();
            let age = days.is_some_and(|days| hours >= days * 24) && !(spared && newer == 0 && counts(backup));
            let failed = backup.kind() == BackupType::Automated && !backup.is_orphaned()
                && backup.status() == BackupStatus::Failed;
            counts(backup) && (newer + n_more >= count || age) || failed && age
        };
        let mut expected = [Vec::new(), Vec::new(), Vec::new()];
        for (expected, (n_more, spared)) in expected.iter_mut().zip([(0, true), (1, false), (i64::MIN / 2, true)]) {
            for backup in pile.iter().filter(|backup| goes(backup, n_more, spared)) {
                expected.push((backup.n_readers() == 0, backup.id().clone()));
            }
        }
        if !pile.is_empty() {
            let at = shuffle.index(pile.len());
            pile.rotate_left(at);
        }
        let all: Vec<&Backup> = pile.iter().collect();
        let told = [
            rotation::rotation(&all, retention, now),
            rotation::preview(&all, retention, now),
            rotation::sweep(&all, retention, now),
        ];
        for (told, expected) in told.into_iter().zip(expected) {
            let removed: Vec<_> = told.remove.into_iter().map(|removal| removal.backup).collect();
            let (free, held): (Vec<_>, Vec<_>) = expected.into_iter().partition(|one| one.0);
            prop_assert_eq!(removed, free.into_iter().map(|one| one.1).collect::<Vec<_>>());
            prop_assert_eq!(told.held, held.into_iter().map(|one| one.1).collect::<Vec<_>>());
        }
        let next = rotation::next_sweep(&all, retention);
        let due = !rotation::sweep(&all, retention, now).remove.is_empty();
        prop_assert_eq!(next.is_some_and(|next| next <= now), due);
    }
}
