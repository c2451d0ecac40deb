//! What a move leaves behind: reason, maintenance status, events, work.

use chrono::TimeDelta;
use tagout_lifecycle::{
    BackupOccasion, Built, Cause, Duty, Effect, Engine, EngineAttribute, EventCategory, EventLog,
    Health, HealthCheck, HealthReport, Maintained, MaintenanceFailure, MaintenanceStatus,
    Observation, OperationKind, Policy, Removal, RestoreOrder, Restored, Server, Status, Ticket,
    Transition, Work,
};

use crate::support::{
    TICKET, Try as _, after, any_in, at, created, failed_checks, healthy, lost, noon, order,
    passed_checks, resting, source,
};

const OTHER: Ticket = Ticket::new(99);

#[test]
fn reasons_are_set_and_cleared_by_where_the_server_comes_to() {
    #[track_caller]
    fn check(health: Health, expected: Option<&str>) {
        assert_eq!(resting(health).status_reason(), expected);
    }
    check(Health::Healthy, None);
    check(
        Health::Unhealthy,
        Some(
            r#"{"checks":[{"name":"disk","status":"OK"},{"name":"api","status":"FAILED","message":"answers 503"}],"checkedAt":1772452800.0}"#,
        ),
    );
    check(
        Health::Unreachable,
        Some("Connection to server alpha was lost: no answer on port 443"),
    );
    check(
        Health::Gone,
        Some("The instance of server alpha has been terminated"),
    );
    check(
        Health::Broken,
        Some("Server alpha create failed due to no capacity"),
    );
    assert_eq!(
        any_in(Status::Deleting).status_reason(),
        Some("Client.UserInitiated")
    );
    assert_eq!(
        resting(Health::Unhealthy)
            .seen(&passed_checks())
            .status_reason(),
        None
    );
}

#[test]
fn a_newer_health_report_replaces_the_reason() {
    let worse = Observation::Checked(HealthReport::new(
        vec![HealthCheck::failed("disk", "full")],
        after(1),
    ));
    let moved = resting(Health::Unhealthy).handle_observation(&worse, after(1));
    assert!(moved.server.status_reason().unwrap().contains("full"));
    assert_eq!(moved.events, [], "the status is the same");
}

#[test]
fn health_reports_are_bounded() {
    let long = "x".repeat(10_000);
    let mut checks = vec![HealthCheck::passed(&long); 30];
    checks.push(HealthCheck::failed("last", &long));
    let report = HealthReport::new(checks, noon());
    assert!(!report.is_well());
    assert!(
        report.to_json().len() < 10_000,
        "{}",
        report.to_json().len()
    );
    assert!(
        report.to_json().contains("last"),
        "failed ones are kept first"
    );
    let milliseconds = HealthReport::new(vec![], at("2026-01-02T03:04:05.678Z"));
    assert_eq!(
        milliseconds.to_json(),
        r#"{"checks":[],"checkedAt":1767323045.678}"#
    );
}

#[test]
fn a_failure_is_told_until_an_operation_succeeds() {
    let fails = || Cause::new("disk full");
    let busy = healthy()
        .backing_up(BackupOccasion::Requested)
        .unwrap()
        .server;
    let server = busy
        .handle_backed_up(TICKET, Err(fails()), noon())
        .unwrap()
        .server;
    assert_eq!(server.status(), Status::Healthy);
    assert_eq!(server.status_reason(), Some("backup failed: disk full"));

    let ill = server.seen(&failed_checks());
    assert!(
        ill.status_reason().unwrap().starts_with("{\"checks\""),
        "being ill goes before"
    );
    let well = ill.seen(&passed_checks());
    assert_eq!(well.status_reason(), Some("backup failed: disk full"));

    let busy = well.maintaining().unwrap().server;
    assert_eq!(busy.status_reason(), Some("backup failed: disk full"));
    let failed = busy
        .handle_maintained(TICKET, Err(fails().into()), noon())
        .unwrap()
        .server;
    assert_eq!(
        failed.status_reason(),
        Some("maintenance failed: disk full")
    );
    let restored = failed
        .restoring()
        .unwrap()
        .server
        .handle_restored(TICKET, Err(fails()), noon())
        .unwrap()
        .server;
    assert_eq!(restored.status_reason(), Some("restore failed: disk full"));
    let modified = restored
        .modifying()
        .unwrap()
        .server
        .handle_modified(TICKET, Err(fails()), noon())
        .unwrap()
        .server;
    assert_eq!(
        modified.status_reason(),
        Some("attribute update failed: disk full")
    );
    let again = modified
        .modifying()
        .unwrap()
        .server
        .handle_modified(TICKET, Ok(()), noon())
        .unwrap()
        .server;
    assert_eq!(again.status_reason(), None);
}

#[test]
fn what_is_seen_behind_an_operation_comes_out_when_it_ends() {
    let busy = healthy()
        .backing_up(BackupOccasion::Requested)
        .unwrap()
        .server;
    let hidden = busy.handle_observation(&failed_checks(), after(1));
    assert_eq!(hidden.events, []);
    assert_eq!(hidden.server.status(), Status::BackingUp);
    assert_eq!(hidden.server.observed_health(), Health::Unhealthy);
    assert_eq!(
        hidden.server.status_reason(),
        None,
        "the public side keeps still"
    );
    let moved = hidden
        .server
        .handle_backed_up(TICKET, Ok(()), after(2))
        .unwrap();
    assert_eq!(moved.server.status(), Status::Unhealthy);
    let told: Vec<_> = moved
        .events
        .iter()
        .map(|event| (&*event.message, event.at))
        .collect();
    assert_eq!(
        told,
        [
            (
                "Backup alpha-20260302120000000 completed successfully",
                after(2)
            ),
            ("Health check failed", after(2) + TimeDelta::milliseconds(1)),
        ],
        "back to the former status first, then as it was seen"
    );

    let gone = healthy()
        .restoring()
        .unwrap()
        .server
        .seen(&Observation::InstanceGone);
    assert_eq!(gone.status(), Status::Restoring);
    let moved = gone
        .clone()
        .handle_restored(TICKET, Err(Cause::new("no capacity")), after(1))
        .unwrap();
    assert_eq!(moved.server.status(), Status::Terminated);
    assert_eq!(moved.events.len(), 2);
    let moved = gone
        .handle_restored(TICKET, Ok(Restored::default()), after(1))
        .unwrap();
    assert_eq!(
        moved.server.status(),
        Status::Healthy,
        "it was the old machine"
    );
    assert_eq!(moved.server.status_reason(), None);
}

#[test]
fn maintenance_status_is_the_outcome_of_the_last_run() {
    let server = healthy();
    assert_eq!(server.maintenance_status(), None);
    let busy = server.maintaining().unwrap().server;
    assert_eq!(busy.maintenance_status(), None);
    let done = busy
        .handle_maintained(TICKET, Ok(Maintained::default()), after(30))
        .unwrap()
        .server;
    assert_eq!(done.maintenance_status(), Some(MaintenanceStatus::Success));
    assert_eq!(done.maintained_at(), Some(after(30)));
    let busy = done.maintaining().unwrap().server;
    assert_eq!(
        busy.maintenance_status(),
        Some(MaintenanceStatus::Success),
        "unchanged while it runs"
    );
    let ill = MaintenanceFailure {
        cause: Cause::new("update broke"),
        left_unhealthy: true,
    };
    let failed = busy
        .clone()
        .handle_maintained(TICKET, Err(ill), after(60))
        .unwrap()
        .server;
    assert_eq!(failed.status(), Status::Unhealthy);
    assert_eq!(
        failed.status_reason(),
        Some("maintenance failed: update broke")
    );
    assert_eq!(failed.maintenance_status(), Some(MaintenanceStatus::Failed));
    assert!(
        failed
            .status()
            .may(tagout_lifecycle::Operation::StartMaintenance),
        "it can be tried again"
    );
    let unreachable = busy.handle_observation(&lost(), after(60));
    assert_eq!(
        unreachable.server.maintenance_status(),
        Some(MaintenanceStatus::Failed)
    );
    assert_eq!(
        unreachable.effects,
        [Effect::Abandon {
            server: "alpha".parse().unwrap(),
            ticket: TICKET
        }]
    );
    assert_eq!(
        unreachable.ended.unwrap().failure,
        Some(Cause::new("the connection was lost"))
    );
}

#[test]
fn events_of_one_server_never_share_an_instant() {
    let server = healthy();
    let mut log = EventLog::keeping(3);
    let mut server = server;
    for round in 0..5_u32 {
        let observation = if round % 2 == 0 {
            failed_checks()
        } else {
            passed_checks()
        };
        // The clock stands still, and then goes back an hour.
        let now = if round < 3 { noon() } else { after(-60) };
        let moved = server.handle_observation(&observation, now);
        log.extend(moved.events);
        server = moved.server;
    }
    let at: Vec<_> = log
        .newest_first()
        .map(|event| (event.at - noon()).num_milliseconds())
        .collect();
    assert_eq!(
        at,
        [6, 5, 4],
        "creation took the first two, and three are kept"
    );
    assert!(
        log.newest_first()
            .all(|event| event.category == EventCategory::Health)
    );
}

#[test]
fn every_kind_of_operation_tells_what_it_is_about() {
    #[track_caller]
    fn check(moved: &Transition, category: EventCategory, message: &str) {
        let event = &moved.events[0];
        assert_eq!((event.category, &*event.message), (category, message));
        assert_eq!(event.operation, Some(TICKET));
        assert_eq!(event.server.as_str(), "alpha");
    }
    check(
        &created(order(Engine::Chef), noon()),
        EventCategory::Creation,
        "Creating server alpha",
    );
    let moved = healthy().maintaining().unwrap();
    check(&moved, EventCategory::Maintenance, "Maintenance started");
    let moved = moved
        .server
        .handle_maintained(TICKET, Ok(Maintained::default()), noon())
        .unwrap();
    check(
        &moved,
        EventCategory::Maintenance,
        "Maintenance completed successfully",
    );
    let moved = healthy().restoring().unwrap();
    check(
        &moved,
        EventCategory::Restore,
        "Restoring from backup alpha-20260301030000000",
    );
    let moved = moved
        .server
        .handle_restored(TICKET, Ok(Restored::default()), noon())
        .unwrap();
    check(
        &moved,
        EventCategory::Restore,
        "Restore completed successfully",
    );
    let moved = healthy().modifying().unwrap();
    check(
        &moved,
        EventCategory::Modification,
        "Updating engine attribute CHEF_STARTER_KIT",
    );
    let moved = healthy().deleting().unwrap();
    check(&moved, EventCategory::Deletion, "Deleting server alpha");
    let Removal::Kept(moved) = moved
        .server
        .handle_torn_down(TICKET, Err(Cause::new("stack is stuck")), noon())
        .unwrap()
    else {
        panic!("it is still there");
    };
    check(
        &moved,
        EventCategory::Deletion,
        "Server alpha delete failed due to stack is stuck",
    );
    assert_eq!(
        moved.server.status_reason(),
        Some("Server alpha delete failed due to stack is stuck")
    );
    assert_eq!(
        moved.server.deleting().unwrap().server.status(),
        Status::Deleting,
        "and can be tried again"
    );
}

#[test]
fn results_count_once_and_only_with_the_current_ticket() {
    #[track_caller]
    fn check(server: &Server, ticket: Ticket, expected: &str) {
        let refused = server
            .clone()
            .handle_backed_up(ticket, Ok(()), noon())
            .unwrap_err();
        assert_eq!(refused.to_string(), expected);
        assert_eq!(refused.kind(), tagout_lifecycle::RefusalKind::Stale);
        assert_eq!(&refused.into_server(), server);
    }
    let busy = healthy()
        .backing_up(BackupOccasion::Requested)
        .unwrap()
        .server;
    check(
        &busy,
        OTHER,
        "ticket 00000000000000000000000000000063 reports a backup of server `alpha`, \
         expected ticket 00000000000000000000000000000007 of a backup",
    );
    let done = busy
        .clone()
        .handle_backed_up(TICKET, Ok(()), noon())
        .unwrap()
        .server;
    check(
        &done,
        TICKET,
        "ticket 00000000000000000000000000000007 reports a backup of server `alpha`, \
         expected no report, as nothing is being done",
    );
    let maintaining = done.maintaining().unwrap().server;
    check(
        &maintaining,
        TICKET,
        "ticket 00000000000000000000000000000007 reports a backup of server `alpha`, \
         expected ticket 00000000000000000000000000000007 of a maintenance",
    );
}

#[test]
fn work_says_what_is_to_be_done_and_until_when() {
    let moved = healthy().maintaining().unwrap();
    let Effect::Perform {
        server,
        ticket,
        deadline,
        work,
    } = &moved.effects[0]
    else {
        panic!("nothing to do")
    };
    assert_eq!(
        (server.as_str(), *ticket, *deadline),
        ("alpha", TICKET, after(80))
    );
    assert_eq!(work, &Work::Maintain { upgrade: false });
    assert_eq!(
        moved.server.maintenance_work().as_ref(),
        moved.effects.first()
    );
    assert_eq!(healthy().maintenance_work(), None);

    let server = healthy();
    let order = RestoreOrder {
        instance_type: None,
        key_pair: Some("key".parse().unwrap()),
    };
    let moved = server
        .clone()
        .start_restore(source(&server), order, TICKET, &Policy::default(), noon())
        .unwrap();
    let Effect::Perform { work, deadline, .. } = &moved.effects[0] else {
        panic!("nothing to do")
    };
    assert_eq!(*deadline, after(240));
    let Work::Restore {
        instance_type,
        key_pair,
        ..
    } = work
    else {
        panic!("another work")
    };
    assert_eq!(instance_type.as_str(), "r5.xlarge");
    assert_eq!(key_pair.as_ref().unwrap().as_str(), "key");

    let strict = Policy {
        listed_instance_types_only: true,
        ..Policy::default()
    };
    let order = RestoreOrder {
        instance_type: Some("x1.large".parse().unwrap()),
        key_pair: None,
    };
    let refused = server
        .clone()
        .start_restore(source(&server), order, TICKET, &strict, noon())
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "instance type `x1.large` is not listed for ChefAutomate, expected one of m5.large, r5.xlarge, r5.2xlarge, \
         t2.medium, m4.large, m4.2xlarge, r4.xlarge, r4.2xlarge"
    );
}

#[test]
fn a_build_may_say_more_than_was_asked() {
    let stack = tagout_lifecycle::StackArn::try_from(
        "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
    )
    .unwrap();
    let certificate = EngineAttribute {
        name: "PUPPET_API_CA_CERT".parse().unwrap(),
        value: "-----BEGIN".parse().unwrap(),
    };
    let built = Built {
        stack: Some(stack.clone()),
        version: Some("2019.8.11".parse().unwrap()),
        attributes: vec![certificate.clone()],
    };
    let server = created(order(Engine::Puppet), noon())
        .server
        .handle_built(TICKET, Ok(built), noon())
        .unwrap()
        .server;
    assert_eq!(server.stack(), Some(&stack));
    assert_eq!(server.blueprint().release.version.as_str(), "2019.8.11");
    assert_eq!(server.engine_attributes(), [certificate]);
    let later = tagout_lifecycle::StackArn::try_from(
        "arn:aws:cloudformation:us-east-1:123456789012:stack/s/2",
    )
    .unwrap();
    let maintained = Maintained {
        stack: Some(later.clone()),
        version: None,
    };
    let server = server
        .maintaining()
        .unwrap()
        .server
        .handle_maintained(TICKET, Ok(maintained), noon())
        .unwrap()
        .server;
    assert_eq!(
        server.stack(),
        Some(&later),
        "a new machine has a new stack"
    );
    let server = server
        .maintaining()
        .unwrap()
        .server
        .handle_maintained(TICKET, Ok(Maintained::default()), noon())
        .unwrap()
        .server;
    assert_eq!(server.stack(), Some(&later));
}

fn upgrade() -> Vec<EngineAttribute> {
    vec![EngineAttribute {
        name: "CHEF_MAJOR_UPGRADE".parse().unwrap(),
        value: "true".parse().unwrap(),
    }]
}

#[test]
fn major_upgrades_need_automate_1_and_a_maintenance_that_went_well() {
    let policy = Policy::default();
    let new = created(order(Engine::Chef), noon()).server.built();
    let refused = new
        .start_maintenance(&upgrade(), TICKET, &policy, noon())
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "server `alpha` is not eligible for CHEF_MAJOR_UPGRADE, expected Chef Automate 1 with a successful \
         maintenance since 2019-11-01"
    );
    assert_eq!(refused.kind(), tagout_lifecycle::RefusalKind::Validation);
    let new = refused.into_server();
    assert_eq!(new.engine_attributes(), []);

    let long_ago = at("2019-10-31T23:00:00Z");
    let old = new
        .clone()
        .start_maintenance(&[], TICKET, &policy, long_ago)
        .unwrap()
        .server;
    let old = old
        .handle_maintained(TICKET, Ok(Maintained::default()), long_ago)
        .unwrap()
        .server;
    assert!(!old.may_upgrade(), "before November 2019");

    let able = old.maintaining().unwrap().server;
    let able = able
        .handle_maintained(TICKET, Ok(Maintained::default()), noon())
        .unwrap()
        .server;
    assert!(able.may_upgrade());
    assert_eq!(
        able.engine_attributes()[0].name.as_str(),
        "CHEF_MAJOR_UPGRADE_AVAILABLE"
    );
    assert_eq!(able.engine_attributes()[0].value.expose(), "true");

    let busy = able.backing_up(BackupOccasion::Requested).unwrap().server;
    let refused = busy
        .start_maintenance(&upgrade(), TICKET, &policy, noon())
        .unwrap_err();
    assert_eq!(refused.kind(), tagout_lifecycle::RefusalKind::InvalidState);
    let able = refused
        .into_server()
        .handle_backed_up(TICKET, Ok(()), noon())
        .unwrap()
        .server;

    let moved = able
        .start_maintenance(&upgrade(), TICKET, &policy, noon())
        .unwrap();
    assert_eq!(
        moved.events[0].message,
        "Upgrading Chef server from Automate 1 to Automate 2"
    );
    assert_eq!(
        moved.server.current_operation().unwrap().deadline(),
        after(240),
        "three hours and time to spare"
    );
    let rolled_back = moved
        .server
        .clone()
        .handle_maintained(TICKET, Err(Cause::new("disk").into()), after(9))
        .unwrap();
    assert_eq!(rolled_back.server.status(), Status::Healthy);
    assert!(rolled_back.server.may_upgrade());

    let moved = moved
        .server
        .handle_maintained(TICKET, Ok(Maintained::default()), after(100))
        .unwrap();
    assert_eq!(
        moved.events[0].message,
        "Successfully upgraded to Automate 2."
    );
    let release = &moved.server.blueprint().release;
    assert_eq!(
        (release.engine, release.version.as_str()),
        (Engine::ChefAutomate, "2020-07")
    );
    assert!(!moved.server.may_upgrade());
    let duty = moved.server.poll_duty(after(100));
    assert_eq!(
        duty,
        Some(Duty::StartBackup { opening: None }),
        "a second backup follows the upgrade"
    );
    let backup = "alpha-20260302134000000".parse().unwrap();
    let occasion = BackupOccasion::AfterUpgrade;
    let moved = moved
        .server
        .start_backup(backup, occasion, TICKET, &policy, after(100))
        .unwrap();
    let done = moved
        .server
        .handle_backed_up(TICKET, Ok(()), after(110))
        .unwrap()
        .server;
    assert_eq!(done.poll_duty(after(110)), None);
    let refused = done.backing_up(BackupOccasion::AfterUpgrade).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "no automated backup window of server `alpha` opened at 2026-03-02T12:00:00Z, \
         expected one that is open and not yet used"
    );
}

#[test]
fn causes_are_one_short_line() {
    assert_eq!(Cause::new(&"x".repeat(600)).as_str().len(), 500);
    assert_eq!(Cause::new(" a\r\n\tb ").as_str(), "a   b");
    let stored = serde_json::to_string(&Cause::new("disk full")).unwrap();
    assert_eq!(stored, r#""disk full""#);
    assert_eq!(
        serde_json::from_str::<Cause>(&stored).unwrap(),
        Cause::new("disk full")
    );
}

#[test]
fn operations_tell_their_kind_ticket_times_and_where_they_set_out() {
    let server = resting(Health::Unhealthy).maintaining().unwrap().server;
    let operation = server.current_operation().unwrap();
    assert_eq!(operation.kind(), OperationKind::Maintain);
    assert_eq!(operation.ticket(), TICKET);
    assert_eq!(operation.started_at(), noon());
    assert_eq!(operation.deadline(), after(80));
    assert_eq!(operation.status_before(), Some(Status::Unhealthy));
    assert_eq!(operation.begun_at(), None);
    let begun = server.handle_begun(TICKET, after(1)).unwrap().server;
    let again = begun.handle_begun(TICKET, after(2)).unwrap().server;
    assert_eq!(
        again.current_operation().unwrap().begun_at(),
        Some(after(1)),
        "the first time counts"
    );
    let refused = again.handle_begun(OTHER, after(2)).unwrap_err();
    assert_eq!(refused.kind(), tagout_lifecycle::RefusalKind::Stale);
    assert_eq!(
        refused.to_string(),
        "ticket 00000000000000000000000000000063 reports the beginning of work on server `alpha`, \
         expected ticket 00000000000000000000000000000007 of a maintenance"
    );
}
