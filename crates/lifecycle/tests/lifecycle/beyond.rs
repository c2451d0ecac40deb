//! What the service did not have: protection, cancelling, and an operator's reset.

use tagout_lifecycle::{
    Cause, Effect, EventCategory, Health, MaintenanceStatus, Observation, Policy, ResetTo, Server,
    Status, Transition,
};

use crate::support::{TICKET, Try as _, after, any_in, healthy, noon, resting, standing};

#[test]
fn a_protected_server_is_not_deleted() {
    let moved = healthy().protect(true, noon());
    assert_eq!(moved.events[0].message, "Deletion protection was set");
    assert_eq!(moved.events[0].category, EventCategory::Operator);
    assert_eq!(
        moved.server.clone().protect(true, noon()).events,
        [],
        "it is already"
    );
    let refused = moved.server.deleting().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "server `alpha` is protected from deletion, expected the protection to be taken off first"
    );
    let moved = refused.into_server().protect(false, noon());
    assert_eq!(moved.events[0].message, "Deletion protection was taken off");
    assert!(moved.server.deleting().is_ok());
    let busy = any_in(Status::BackingUp).protect(true, noon()).server;
    assert!(
        busy.deleting()
            .unwrap_err()
            .to_string()
            .starts_with("Cannot delete the server 'alpha'.")
    );
}

#[test]
fn work_that_nobody_has_begun_can_be_cancelled() {
    for before in [Health::Healthy, Health::Unhealthy] {
        for status in [
            Status::BackingUp,
            Status::UnderMaintenance,
            Status::Modifying,
            Status::Restoring,
        ] {
            let server = standing(status, before);
            let moved = server.cancel(after(1)).unwrap();
            assert_eq!(moved.server.status(), before.status());
            assert_eq!(moved.server.maintenance_status(), None, "it never ran");
            assert_eq!(
                moved.effects,
                [Effect::Abandon {
                    server: "alpha".parse().unwrap(),
                    ticket: TICKET
                }]
            );
            assert_eq!(
                moved.ended.unwrap().failure,
                Some(Cause::new("cancelled before it began"))
            );
        }
    }
    let moved = any_in(Status::UnderMaintenance).cancel(after(1)).unwrap();
    assert_eq!(
        moved.events[0].message,
        "The maintenance of server alpha was cancelled before it began"
    );
    let moved = any_in(Status::Creating).cancel(after(1)).unwrap();
    assert_eq!(moved.server.status(), Status::Failed);
    assert_eq!(
        moved.server.status_reason(),
        Some("Server alpha create failed due to its cancellation")
    );

    let begun = any_in(Status::Restoring)
        .handle_begun(TICKET, noon())
        .unwrap()
        .server;
    assert_eq!(
        begun.cancel(after(1)).unwrap_err().to_string(),
        "the restore of server `alpha` cannot be cancelled, expected work other than a deletion, not yet begun"
    );
    assert_eq!(
        any_in(Status::Deleting)
            .cancel(after(1))
            .unwrap_err()
            .to_string(),
        "the deletion of server `alpha` cannot be cancelled, expected work other than a deletion, not yet begun"
    );
    assert_eq!(
        healthy().cancel(after(1)).unwrap_err().to_string(),
        "nothing is being done to server `alpha`, expected an operation"
    );
}

fn reset(server: Server, to: ResetTo) -> Result<Transition, String> {
    let by = "arn:aws:iam::123456789012:user/op".parse().unwrap();
    server
        .reset(to, &by, &"the driver was lost".parse().unwrap(), after(1))
        .map_err(|refused| refused.to_string())
}

#[test]
fn an_operator_can_say_where_a_stuck_server_stands() {
    let moved = reset(any_in(Status::UnderMaintenance), ResetTo::Running).unwrap();
    assert_eq!(moved.server.status(), Status::Running);
    assert_eq!(
        moved.server.maintenance_status(),
        Some(MaintenanceStatus::Failed)
    );
    assert_eq!(moved.events.len(), 1);
    assert_eq!(moved.events[0].category, EventCategory::Operator);
    assert_eq!(
        moved.events[0].message,
        "Reset from UNDER_MAINTENANCE to RUNNING by arn:aws:iam::123456789012:user/op: the driver was lost"
    );
    assert_eq!(
        moved.effects,
        [Effect::Abandon {
            server: "alpha".parse().unwrap(),
            ticket: TICKET
        }]
    );
    let late = moved.server.clone().handle_maintained(
        TICKET,
        Ok(tagout_lifecycle::Maintained::default()),
        after(2),
    );
    assert_eq!(late.unwrap_err().into_server(), moved.server);

    let moved = reset(resting(Health::Broken), ResetTo::Terminated).unwrap();
    assert_eq!(
        moved.server.status(),
        Status::Terminated,
        "from where it can be restored"
    );
    assert_eq!(
        moved.server.status_reason(),
        Some(
            "Reset from FAILED to TERMINATED by arn:aws:iam::123456789012:user/op: the driver was lost"
        )
    );
    assert_eq!(moved.ended, None);
    assert_eq!(
        reset(healthy(), ResetTo::Running).unwrap_err(),
        "server `alpha` is HEALTHY and cannot be reset to RUNNING, expected a status in which work is stuck"
    );
    assert_eq!(
        reset(any_in(Status::Deleting), ResetTo::Running).unwrap_err(),
        "server `alpha` is DELETING and cannot be reset to RUNNING, expected a status in which work is stuck"
    );
    let seen = reset(any_in(Status::BackingUp), ResetTo::Running)
        .unwrap()
        .server
        .seen(&Observation::InstanceGone);
    assert_eq!(seen.status(), Status::Terminated, "and life goes on");
}

#[test]
fn nothing_of_it_is_on_unless_it_is_asked_for() {
    let stored = serde_json::to_value(healthy()).unwrap();
    for member in [
        "protected",
        "deferral",
        "retention_days",
        "owes_backup",
        "operation",
        "failure",
    ] {
        assert_eq!(stored.get(member), None, "{member}");
    }
    assert!(healthy().delete(TICKET, &Policy::default(), noon()).is_ok());
}
