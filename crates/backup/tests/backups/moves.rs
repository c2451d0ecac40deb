//! Every way of a backup from one status to another, and no other.

use std::collections::BTreeSet;

use tagout_backup::{
    BACKUP_MOVES, BackupDestination, BackupStatus, BackupTrigger, BackupType, ManualOrder,
    UnknownWord,
};
use tagout_lifecycle::{Cause, Ticket};

use crate::plane::Plane;

/// The moves once more, not read from the crate; `-` stands for before and after the backup's life.
#[rustfmt::skip]
const ROWS: &[(&str, &str, &str)] = &[
    ("-",           "Begun",           "IN_PROGRESS"),
    ("IN_PROGRESS", "Made",            "OK"),
    ("IN_PROGRESS", "Failed",          "FAILED"),
    ("OK",          "DeleteRequested", "DELETING"),
    ("FAILED",      "DeleteRequested", "DELETING"),
    ("OK",          "Rotated",         "DELETING"),
    ("FAILED",      "Rotated",         "DELETING"),
    ("OK",          "ServerGone",      "DELETING"),
    ("FAILED",      "ServerGone",      "DELETING"),
    ("DELETING",    "Erased",          "-"),
    ("DELETING",    "EraseFailed",     "FAILED"),
];

#[test]
fn table_has_the_transcribed_rows_and_no_others() {
    let listed: Vec<_> = BACKUP_MOVES
        .iter()
        .map(|line| {
            let to = match line.to {
                BackupDestination::To(status) => status.as_str(),
                BackupDestination::Gone => "-",
            };
            (
                line.from.map_or("-", BackupStatus::as_str),
                format!("{:?}", line.trigger),
                to,
            )
        })
        .collect();
    let transcribed: Vec<_> = ROWS
        .iter()
        .map(|(from, trigger, to)| (*from, (*trigger).to_owned(), *to))
        .collect();
    assert_eq!(
        listed.iter().collect::<BTreeSet<_>>(),
        transcribed.iter().collect()
    );
    assert_eq!(listed.len(), transcribed.len());
    for status in BackupStatus::ALL {
        for trigger in BackupTrigger::ALL {
            let listed = BACKUP_MOVES
                .iter()
                .find(|line| line.from == Some(status) && line.trigger == trigger);
            assert_eq!(status.after(trigger), listed.map(|line| line.to));
        }
    }
}

/// A plane with one manual backup in this status.
fn with_one(status: BackupStatus) -> Plane {
    let mut plane = Plane::new();
    let ticket = plane.back_up(ManualOrder::default()).unwrap();
    match status {
        BackupStatus::InProgress => {}
        BackupStatus::Ok => plane.report(ticket, Ok(())).unwrap(),
        BackupStatus::Failed => plane.report(ticket, Err(Cause::new("disk full"))).unwrap(),
        BackupStatus::Deleting => {
            plane.report(ticket, Ok(())).unwrap();
            let id = plane.backups.keys().next().unwrap().clone();
            plane.delete_backup(&id).unwrap();
        }
    }
    assert_eq!(plane.backups.values().next().unwrap().status(), status);
    plane
}

#[test]
fn results_move_a_backup_that_waits_for_them_and_no_other() {
    for status in BackupStatus::ALL {
        for result in [Ok(()), Err(Cause::new("disk full"))] {
            let mut plane = with_one(status);
            let backup = plane.backups.values().next().unwrap().clone();
            let ticket = backup.ticket();
            assert_eq!(
                ticket.is_some(),
                matches!(status, BackupStatus::InProgress | BackupStatus::Deleting)
            );
            let Some(ticket) = ticket else { continue };
            plane.report(ticket, result.clone()).unwrap();
            let after = plane.backups.get(backup.id());
            let expected = match (status, &result) {
                (BackupStatus::InProgress, Ok(())) => Some((BackupStatus::Ok, None)),
                (BackupStatus::InProgress, Err(_)) => {
                    Some((BackupStatus::Failed, Some("disk full")))
                }
                (_, Ok(())) => None,
                (_, Err(_)) => Some((BackupStatus::Failed, Some("deleting it failed: disk full"))),
            };
            assert_eq!(
                after.map(|after| (after.status(), after.status_description())),
                expected
            );
            let again = plane.report(ticket, result).unwrap_err();
            assert_eq!(again.kind(), tagout_backup::BackupRefusalKind::Stale);
            let forged = Ticket::new(0xf);
            let refused = backup.handle_erased(forged, Ok(())).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!(
                    "ticket 0000000000000000000000000000000f reports on backup `alpha-20260302120000000` that is \
                     {status}, expected ticket {ticket}"
                )
            );
        }
    }
}

#[test]
fn a_report_on_a_backup_at_rest_is_refused() {
    let plane = with_one(BackupStatus::Ok);
    let refused = plane
        .backups
        .values()
        .next()
        .unwrap()
        .handle_erased(Ticket::new(0xf), Ok(()))
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ticket 0000000000000000000000000000000f reports on backup `alpha-20260302120000000` that is OK, \
         expected no report, as no work is being done on it"
    );
}

#[test]
fn only_what_is_there_or_has_failed_can_be_deleted() {
    #[track_caller]
    fn check(status: BackupStatus, expected: Result<(), &str>) {
        let mut plane = with_one(status);
        let id = plane.backups.keys().next().unwrap().clone();
        let outcome = plane
            .delete_backup(&id)
            .map(|_| ())
            .map_err(|refusal| refusal.to_string());
        assert_eq!(outcome, expected.map_err(str::to_owned));
        if expected.is_ok() {
            assert_eq!(plane.backups[&id].status(), BackupStatus::Deleting);
            assert_eq!(plane.quota.used(), 0, "its place is free at once");
        }
    }
    check(BackupStatus::Ok, Ok(()));
    check(BackupStatus::Failed, Ok(()));
    let text = "backup `alpha-20260302120000000` is IN_PROGRESS, deleting it needs OK or FAILED";
    check(BackupStatus::InProgress, Err(text));
    let text = "backup `alpha-20260302120000000` is DELETING, deleting it needs OK or FAILED";
    check(BackupStatus::Deleting, Err(text));
}

#[test]
fn a_removal_that_is_overdue_has_failed_and_can_be_asked_for_again() {
    let mut plane = with_one(BackupStatus::Deleting);
    let id = plane.backups.keys().next().unwrap().clone();
    let backup = plane.backups[&id].clone();
    let due = backup.poll_due().unwrap();
    let early = backup
        .handle_deadline(due - chrono::TimeDelta::milliseconds(1))
        .unwrap_err();
    assert_eq!(
        early.to_string(),
        "backup `alpha-20260302120000000` is DELETING, expected its removal to be overdue"
    );
    let outcome = backup.handle_deadline(due).unwrap();
    assert_eq!(outcome.effects.len(), 1);
    plane.keep_as(&id, outcome);
    assert_eq!(
        plane.backups[&id].status_description(),
        Some("deleting it failed: no result came until 2026-03-02T12:40:00Z")
    );
    let late = plane.report(backup.ticket().unwrap(), Ok(())).unwrap_err();
    assert_eq!(late.kind(), tagout_backup::BackupRefusalKind::Stale);
    plane.delete_backup(&id).unwrap();
    assert_eq!(plane.quota.used(), 0);
}

#[test]
fn words_are_read_as_they_are_written() {
    for status in BackupStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(status));
    }
    for kind in [BackupType::Automated, BackupType::Manual] {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    let text = |error: UnknownWord| error.to_string();
    assert_eq!(
        "automated".parse::<BackupType>().map_err(text),
        Err("unknown backup type `automated`, expected AUTOMATED or MANUAL".to_owned())
    );
    assert_eq!(
        "Successful".parse::<BackupStatus>().map_err(text),
        Err(
            "unknown backup status `Successful`, expected IN_PROGRESS or OK or FAILED or DELETING"
                .to_owned()
        )
    );
}
