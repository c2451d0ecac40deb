//! Every way from one status to another, and no other.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use tagout_lifecycle::{
    BackupOccasion, Built, Cause, Destination, Health, MOVES, Maintained, MaintenanceFailure,
    Observation, Policy, Refused, Removal, ResetTo, Restored, Server, Status, Transition, Trigger,
};

use crate::support::{
    TICKET, Try as _, after, at, created, failed_checks, healthy, lost, noon, order, passed_checks,
    resting, standing,
};

/// The moves once more, in the numbers of the rows of the transition table they were transcribed from, not read from
/// the crate. `-` stands for before and after the server's life, `former` for where the operation set out.
#[rustfmt::skip]
const ROWS: &[(u8, &str, &str, &str)] = &[
    (1,  "-",                                              "create",                  "CREATING"),
    (2,  "CREATING",                                       "built",                   "HEALTHY"),
    (3,  "CREATING",                                       "build failed",            "FAILED"),
    (9,  "RUNNING",                                        "check passed",            "HEALTHY"),
    (10, "RUNNING",                                        "check failed",            "UNHEALTHY"),
    (11, "HEALTHY",                                        "check failed",            "UNHEALTHY"),
    (12, "UNHEALTHY",                                      "check passed",            "HEALTHY"),
    (13, "RUNNING HEALTHY UNHEALTHY",                      "contact lost",            "CONNECTION_LOST"),
    (14, "CONNECTION_LOST",                                "check passed",            "HEALTHY"),
    (15, "CONNECTION_LOST",                                "check failed",            "UNHEALTHY"),
    (16, "RUNNING HEALTHY UNHEALTHY CONNECTION_LOST",      "instance gone",           "TERMINATED"),
    (17, "RUNNING",                                        "back up",                 "BACKING_UP"),
    (18, "HEALTHY",                                        "back up",                 "BACKING_UP"),
    (19, "UNHEALTHY",                                      "back up",                 "BACKING_UP"),
    (20, "RUNNING HEALTHY UNHEALTHY",                      "backup due",              "BACKING_UP"),
    (21, "BACKING_UP",                                     "backed up",               "former"),
    (22, "BACKING_UP",                                     "backup failed",           "former"),
    (23, "BACKING_UP",                                     "contact lost",            "CONNECTION_LOST"),
    (23, "BACKING_UP",                                     "instance gone",           "TERMINATED"),
    (24, "HEALTHY",                                        "maintain",                "UNDER_MAINTENANCE"),
    (25, "UNHEALTHY",                                      "maintain",                "UNDER_MAINTENANCE"),
    (26, "HEALTHY UNHEALTHY",                              "maintenance due",         "UNDER_MAINTENANCE"),
    (27, "UNDER_MAINTENANCE",                              "maintained",              "HEALTHY"),
    (28, "UNDER_MAINTENANCE",                              "maintenance failed",      "former"),
    (29, "UNDER_MAINTENANCE",                              "maintenance failed badly","UNHEALTHY"),
    (30, "UNDER_MAINTENANCE",                              "contact lost",            "CONNECTION_LOST"),
    (31, "HEALTHY",                                        "restore",                 "RESTORING"),
    (32, "UNHEALTHY",                                      "restore",                 "RESTORING"),
    (33, "RUNNING",                                        "restore",                 "RESTORING"),
    (34, "CONNECTION_LOST",                                "restore",                 "RESTORING"),
    (35, "TERMINATED",                                     "restore",                 "RESTORING"),
    (36, "RESTORING",                                      "restored",                "HEALTHY"),
    (37, "RESTORING",                                      "restore failed",          "former"),
    (38, "HEALTHY",                                        "update",                  "MODIFYING"),
    (39, "UNHEALTHY",                                      "update",                  "MODIFYING"),
    (40, "MODIFYING",                                      "updated",                 "former"),
    (41, "MODIFYING",                                      "update failed",           "former"),
    (44, "FAILED",                                         "delete",                  "DELETING"),
    (45, "RUNNING HEALTHY UNHEALTHY CONNECTION_LOST TERMINATED", "delete",            "DELETING"),
    (48, "DELETING",                                       "taken down",              "-"),
    (49, "DELETING",                                       "teardown failed",         "FAILED"),
    // What tagout adds.
    (0,  "CREATING",                                       "cancelled",               "FAILED"),
    (0,  "BACKING_UP UNDER_MAINTENANCE RESTORING MODIFYING", "cancelled",             "former"),
    (0,  "SETUP BACKING_UP UNDER_MAINTENANCE RESTORING MODIFYING FAILED", "reset to running",    "RUNNING"),
    (0,  "SETUP BACKING_UP UNDER_MAINTENANCE RESTORING MODIFYING FAILED", "reset to terminated", "TERMINATED"),
    (0,  "CREATING SETUP BACKING_UP UNDER_MAINTENANCE RESTORING MODIFYING DELETING", "reset to failed", "FAILED"),
];

#[test]
fn table_has_the_transcribed_rows_and_no_others() {
    let transcribed: BTreeSet<String> = ROWS
        .iter()
        .flat_map(|(_, from, trigger, to)| {
            from.split(' ')
                .map(move |from| format!("{from} {trigger} {to}"))
        })
        .collect();
    let listed: Vec<String> = MOVES
        .iter()
        .map(|line| {
            let from = line.from.map_or("-", Status::as_str);
            let to = match line.to {
                Destination::To(status) => status.as_str(),
                Destination::Former => "former",
                Destination::Gone => "-",
            };
            format!("{from} {} {to}", line.trigger)
        })
        .collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), transcribed);
    assert_eq!(listed.len(), transcribed.len(), "no row stands twice");
    let numbered = ROWS
        .iter()
        .filter(|row| row.0 > 0)
        .map(|row| row.0)
        .collect::<BTreeSet<_>>();
    // 4 to 7 are statuses never shown during creation, 8 is 2 from a backup, 42, 43, 46 and 47 move nothing, 50 is
    // 44 again, 51 is the deadline of each operation.
    let others = [4, 5, 6, 7, 8, 42, 43, 46, 47, 50, 51];
    assert_eq!(
        numbered.into_iter().chain(others).collect::<BTreeSet<_>>(),
        (1..=51).collect()
    );
}

#[test]
fn operations_set_out_exactly_where_they_are_allowed() {
    use tagout_lifecycle::{Operation, OperationKind};
    for (operation, kind) in [
        (Operation::CreateBackup, OperationKind::BackUp),
        (Operation::StartMaintenance, OperationKind::Maintain),
        (Operation::RestoreServer, OperationKind::Restore),
        (
            Operation::UpdateServerEngineAttributes,
            OperationKind::Modify,
        ),
        (Operation::DeleteServer, OperationKind::Delete),
    ] {
        assert!(
            operation.allowed_in().eq(kind.sets_out_from()),
            "{operation}"
        );
    }
}

/// Does to the server what `trigger` stands for, with everything else in order.
fn pull(server: Server, trigger: Trigger) -> Result<Option<Transition>, Refused> {
    let (fails, now) = (Cause::new("it broke"), noon());
    let tuesday = at("2026-03-03T04:00:00Z");
    let moved = match trigger {
        Trigger::CreateRequested => return Ok(None), // not done to a server
        Trigger::BuildSucceeded => server.handle_built(TICKET, Ok(Built::default()), now)?,
        Trigger::BuildFailed => server.handle_built(TICKET, Err(fails), now)?,
        Trigger::CheckPassed => server.handle_observation(&passed_checks(), now),
        Trigger::CheckFailed => server.handle_observation(&failed_checks(), now),
        Trigger::ContactLost => server.handle_observation(&lost(), now),
        Trigger::InstanceGone => server.handle_observation(&Observation::InstanceGone, now),
        Trigger::BackupRequested => server.backing_up(BackupOccasion::Requested)?,
        Trigger::BackupDue => {
            let opening = at("2026-03-03T03:00:00Z");
            let backup = "alpha-20260303030000000".parse().unwrap();
            let occasion = BackupOccasion::Due { opening };
            server.start_backup(backup, occasion, TICKET, &Policy::default(), opening)?
        }
        Trigger::BackupSucceeded => server.handle_backed_up(TICKET, Ok(()), now)?,
        Trigger::BackupFailed => server.handle_backed_up(TICKET, Err(fails), now)?,
        Trigger::MaintenanceRequested => server.maintaining()?,
        Trigger::MaintenanceDue => {
            server.start_due_maintenance(tuesday, TICKET, &Policy::default(), tuesday)?
        }
        Trigger::MaintenanceSucceeded => {
            server.handle_maintained(TICKET, Ok(Maintained::default()), now)?
        }
        Trigger::MaintenanceFailed => server.handle_maintained(TICKET, Err(fails.into()), now)?,
        Trigger::MaintenanceFailedBadly => {
            let failure = MaintenanceFailure {
                cause: fails,
                left_unhealthy: true,
            };
            server.handle_maintained(TICKET, Err(failure), now)?
        }
        Trigger::RestoreRequested => server.restoring()?,
        Trigger::RestoreSucceeded => {
            server.handle_restored(TICKET, Ok(Restored::default()), now)?
        }
        Trigger::RestoreFailed => server.handle_restored(TICKET, Err(fails), now)?,
        Trigger::UpdateRequested => server.modifying()?,
        Trigger::UpdateSucceeded => server.handle_modified(TICKET, Ok(()), now)?,
        Trigger::UpdateFailed => server.handle_modified(TICKET, Err(fails), now)?,
        Trigger::DeleteRequested => server.deleting()?,
        Trigger::TeardownSucceeded | Trigger::TeardownFailed => {
            let result = if trigger == Trigger::TeardownFailed {
                Err(fails)
            } else {
                Ok(())
            };
            match server.handle_torn_down(TICKET, result, now)? {
                Removal::Gone(_) => return Ok(None),
                Removal::Kept(moved) => *moved,
            }
        }
        Trigger::Cancelled => server.cancel(now)?,
        Trigger::ResetToRunning => stuck(server, ResetTo::Running)?,
        Trigger::ResetToTerminated => stuck(server, ResetTo::Terminated)?,
        Trigger::ResetToFailed => stuck(server, ResetTo::Failed)?,
    };
    Ok(Some(moved))
}

fn stuck(server: Server, to: ResetTo) -> Result<Transition, Refused> {
    server.reset(
        to,
        &"op".parse().unwrap(),
        &"stuck".parse().unwrap(),
        noon(),
    )
}

/// Where a status may have been come to from.
fn formers(status: Status) -> Vec<Health> {
    match status.operation() {
        Some(kind) => {
            let from: Vec<_> = kind.sets_out_from().filter_map(Health::seen_in).collect();
            if from.is_empty() {
                vec![Health::Healthy]
            } else {
                from
            }
        }
        None => vec![Health::Healthy],
    }
}

#[test]
fn every_row_moves_a_real_server_and_nothing_else_does() {
    let mut counted = 0;
    for status in Status::ALL {
        for trigger in Trigger::ALL {
            if trigger == Trigger::CreateRequested {
                continue; // below
            }
            for former in formers(status) {
                let before = standing(status, former);
                let label = format!("{trigger} on a server that is {status} and was {former:?}");
                match (status.after(trigger), pull(before.clone(), trigger)) {
                    (Some(Destination::Gone), Ok(None)) => counted += 1,
                    (Some(destination), Ok(Some(moved))) => {
                        let expected = match destination {
                            Destination::To(status) => status,
                            _ => former.status(),
                        };
                        assert_eq!(moved.server.status(), expected, "{label}");
                        assert_eq!(moved.events.len(), 1, "{label}: one event for one change");
                        assert_eq!(moved.ended.is_some(), status.is_transitional(), "{label}");
                        counted += 1;
                    }
                    (None, Ok(Some(moved))) => {
                        assert_eq!(moved.server.status(), status, "{label}");
                        assert_eq!(moved.events, [], "{label}: nothing to tell");
                        assert_eq!(moved.effects, [], "{label}: nothing to do");
                    }
                    (None, Err(refused)) => assert_eq!(refused.into_server(), before, "{label}"),
                    (expected, outcome) => {
                        panic!("{label}: expected {expected:?}, got {outcome:?}")
                    }
                }
            }
        }
    }
    // Each row is reached, those of an operation once for each status from which it may have set out.
    let expected: usize = MOVES
        .iter()
        .filter_map(|line| line.from)
        .map(|from| formers(from).len())
        .sum();
    assert_eq!(counted, expected);
}

#[test]
fn creation_begins_in_creating_and_tells_so() {
    let moved = created(order(tagout_lifecycle::Engine::Puppet), noon());
    assert_eq!(moved.server.status(), Status::Creating);
    assert_eq!(moved.events.len(), 1);
    assert_eq!(moved.events[0].message, "Creating server alpha");
    assert_eq!(moved.events[0].at, noon());
    assert_eq!(moved.effects.len(), 1);
    assert_eq!(
        moved.server.current_operation().unwrap().status_before(),
        None
    );
}

#[test]
fn overdue_work_fails_as_if_it_had_said_so() {
    for status in Status::ALL
        .into_iter()
        .filter(|status| status.is_transitional())
    {
        for former in formers(status) {
            let server = standing(status, former);
            let deadline = server.current_operation().unwrap().deadline();
            let early = server
                .clone()
                .handle_deadline(deadline - TimeDelta::milliseconds(1))
                .unwrap_err();
            assert_eq!(early.into_server(), server);
            let moved = server.handle_deadline(deadline).unwrap();
            let expected = match status {
                Status::Creating | Status::Deleting => Status::Failed,
                _ => former.status(),
            };
            assert_eq!(moved.server.status(), expected, "{status} from {former:?}");
            assert_eq!(moved.effects.len(), 1, "the work is called off");
            let failure = moved.ended.unwrap().failure.unwrap();
            assert!(
                failure
                    .as_str()
                    .starts_with("no result came until 2026-03-02T"),
                "{failure}"
            );
            let late = pull(moved.server.clone(), result_of(status)).unwrap_err();
            assert_eq!(
                late.into_server(),
                moved.server,
                "a late result changes nothing"
            );
        }
    }
    let text = healthy()
        .maintaining()
        .unwrap()
        .server
        .handle_deadline(after(1))
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "the maintenance of server `alpha` has until 2026-03-02T13:20:00Z, expected it to be overdue"
    );
    let text = resting(Health::Healthy)
        .handle_deadline(after(1))
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "nothing is being done to server `alpha`, expected an operation"
    );
}

fn result_of(status: Status) -> Trigger {
    match status {
        Status::Creating => Trigger::BuildSucceeded,
        Status::BackingUp => Trigger::BackupSucceeded,
        Status::UnderMaintenance => Trigger::MaintenanceSucceeded,
        Status::Modifying => Trigger::UpdateSucceeded,
        Status::Restoring => Trigger::RestoreSucceeded,
        _ => Trigger::TeardownSucceeded,
    }
}
