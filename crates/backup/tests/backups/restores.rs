//! What may be restored where, and deleted when.

use tagout_backup::{Backup, BackupStatus, BackupType, ManualOrder, Terms};
use tagout_lifecycle::{
    Cause, Engine, NewServer, RestoreOrder, Server, Status, TagChange, Tags, Ticket,
};

use crate::plane::{Plane, account, at, healthy, noon, order};

/// A plane with one good manual backup, and its id.
fn with_backup() -> (Plane, tagout_lifecycle::BackupId) {
    let mut plane = Plane::new();
    let ticket = plane.back_up(ManualOrder::default()).unwrap();
    plane.report(ticket, Ok(())).unwrap();
    let id = plane.backups.keys().next().unwrap().clone();
    plane.wait(1);
    (plane, id)
}

fn restore(
    plane: &mut Plane,
    id: &tagout_lifecycle::BackupId,
    order: RestoreOrder,
) -> Result<Ticket, String> {
    let ticket = plane.ticket();
    let begun = plane.backups[id]
        .begin_restore(plane.server(), order, ticket, &plane.terms, plane.now)
        .map_err(|refusal| refusal.to_string())?;
    plane.backups.insert(id.clone(), begun.backup);
    plane.commit(begun.moved);
    Ok(ticket)
}

#[test]
fn a_snapshot_is_of_the_server_at_the_start() {
    let mut plane = Plane::new();
    plane.terms.log_bucket = Some("aws-opsworks-cm-logs".into());
    let order = ManualOrder {
        description: Some("before change".parse().unwrap()),
        user_arn: Some("arn:aws:iam::123456789012:user/dev".parse().unwrap()),
        tags: [("Stage".parse().unwrap(), "Test".parse().unwrap())]
            .into_iter()
            .collect(),
    };
    plane.now = at("2026-01-02T03:04:05.678Z");
    plane.back_up(order).unwrap();
    let backup = plane.backups.values().next().unwrap();
    assert_eq!(backup.id().as_str(), "alpha-20260102030405678");
    assert_eq!(
        backup.arn().as_str(),
        "arn:aws:opsworks-cm:us-east-1:123456789012:backup/alpha-20260102030405678"
    );
    assert_eq!(backup.created_at(), plane.now);
    assert_eq!(backup.kind(), BackupType::Manual);
    assert_eq!(backup.description().unwrap().as_str(), "before change");
    assert_eq!(
        backup.user_arn().unwrap().as_str(),
        "arn:aws:iam::123456789012:user/dev"
    );
    assert_eq!(backup.tags().value("Stage").unwrap().as_str(), "Test");
    assert_eq!(
        backup.log_url(),
        Some("https://s3.amazonaws.com/aws-opsworks-cm-logs/alpha-20260102030405678")
    );
    let snapshot = backup.snapshot();
    assert_eq!(&snapshot.release, &plane.server().blueprint().release);
    assert_eq!(snapshot.backup_window.to_string(), "03:00");
    assert_eq!(snapshot.maintenance_window.to_string(), "Tue:04:00");
    assert_eq!(&*snapshot.tools_version, "1");
}

#[test]
fn ids_of_the_same_millisecond_are_moved_on() {
    let mut plane = Plane::new();
    for _ in 0..3 {
        let ticket = plane.back_up(ManualOrder::default()).unwrap();
        plane.report(ticket, Ok(())).unwrap();
    }
    let ids: Vec<_> = plane
        .backups
        .keys()
        .map(tagout_lifecycle::BackupId::as_str)
        .collect();
    assert_eq!(
        ids,
        [
            "alpha-20260302120000000",
            "alpha-20260302120000001",
            "alpha-20260302120000002"
        ]
    );
}

#[test]
fn a_restore_takes_engine_and_machine_from_the_backup() {
    let (mut plane, id) = with_backup();
    let bigger = RestoreOrder {
        instance_type: Some("r5.2xlarge".parse().unwrap()),
        key_pair: Some("key".parse().unwrap()),
    };
    let ticket = restore(&mut plane, &id, bigger).unwrap();
    plane.report(ticket, Ok(())).unwrap();
    assert_eq!(
        plane.server().blueprint().instance_type.as_str(),
        "r5.2xlarge"
    );
    assert_eq!(
        plane
            .server()
            .blueprint()
            .key_pair
            .as_ref()
            .unwrap()
            .as_str(),
        "key"
    );
    let ticket = restore(&mut plane, &id, RestoreOrder::default()).unwrap();
    assert_eq!(
        plane.server().blueprint().instance_type.as_str(),
        "r5.2xlarge",
        "nothing changes before it is over"
    );
    plane.report(ticket, Ok(())).unwrap();
    let blueprint = plane.server().blueprint();
    assert_eq!(
        blueprint.instance_type.as_str(),
        "m5.large",
        "the backup's, not the server's"
    );
    assert_eq!(
        blueprint.key_pair.as_ref().unwrap().as_str(),
        "key",
        "the server's own"
    );
    assert_eq!(
        plane.events.last().unwrap().message,
        "Restore completed successfully"
    );
}

#[test]
fn a_failed_restore_leaves_the_server_as_it_was() {
    let (mut plane, id) = with_backup();
    let before = plane.server().blueprint().clone();
    let bigger = RestoreOrder {
        instance_type: Some("r5.2xlarge".parse().unwrap()),
        key_pair: None,
    };
    let ticket = restore(&mut plane, &id, bigger).unwrap();
    plane
        .report(ticket, Err(Cause::new("no capacity")))
        .unwrap();
    assert_eq!(plane.server().blueprint(), &before);
    assert_eq!(plane.server().status(), Status::Healthy);
    assert_eq!(
        plane.server().status_reason(),
        Some("restore failed: no capacity")
    );
}

#[test]
fn each_restore_that_cannot_be_has_its_own_refusal() {
    let (mut plane, id) = with_backup();
    let backup = plane.backups[&id].clone();
    let begin = |backup: &Backup, server: &Server| {
        let outcome = backup.begin_restore(
            server,
            RestoreOrder::default(),
            Ticket::new(9),
            &Terms::default(),
            noon(),
        );
        outcome.map(|_| ()).map_err(|refusal| refusal.to_string())
    };
    let error = begin(&backup, &healthy("beta", Engine::ChefAutomate)).unwrap_err();
    assert_eq!(
        error,
        "backup `alpha-20260302120000000` is of server `alpha`, expected one of server `beta`"
    );
    let error = begin(&backup, &healthy("alpha", Engine::Puppet)).unwrap_err();
    assert_eq!(
        error,
        "backup `alpha-20260302120000000` is of a Chef server, expected one of a Puppet server"
    );
    assert_eq!(
        begin(&backup, &healthy("alpha", Engine::Chef)),
        Ok(()),
        "one family"
    );

    let busy = plane.back_up(ManualOrder::default()).unwrap();
    let error = begin(&backup, plane.server()).unwrap_err();
    assert_eq!(
        error,
        "server `alpha` is BACKING_UP, RestoreServer needs RUNNING, HEALTHY, UNHEALTHY, CONNECTION_LOST or TERMINATED"
    );
    let unfinished = plane
        .backups
        .values()
        .find(|one| one.ticket() == Some(busy))
        .unwrap()
        .clone();
    let error = begin(&unfinished, &healthy("alpha", Engine::Chef)).unwrap_err();
    assert_eq!(
        error,
        "backup `alpha-20260302120100000` is IN_PROGRESS, restoring from it needs OK"
    );
}

#[test]
fn a_backup_that_is_read_cannot_be_deleted() {
    let (mut plane, id) = with_backup();
    let ticket = restore(&mut plane, &id, RestoreOrder::default()).unwrap();
    let refused = plane.delete_backup(&id).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "backup `alpha-20260302120000000` is being read by 1 operation(s), deleting it needs none"
    );
    plane
        .report(ticket, Err(Cause::new("no capacity")))
        .unwrap();
    plane.delete_backup(&id).unwrap();
}

#[test]
fn a_new_server_takes_from_the_backup_what_its_request_leaves_open() {
    let (plane, id) = with_backup();
    let backup = &plane.backups[&id];
    let ticket = Ticket::new(77);
    let new = NewServer {
        maintenance_window: None,
        backup_window: None,
        ..order("beta", Engine::ChefAutomate)
    };
    let (filled, lent) = backup.offer_to(new, ticket).unwrap();
    assert_eq!(lent.n_readers(), 1);
    let moved = Server::create(
        filled,
        &account(),
        &mut || 3,
        ticket,
        &plane.terms.policy,
        noon(),
    )
    .unwrap();
    assert_eq!(
        moved.server.preferred_maintenance_window().to_string(),
        "Tue:04:00"
    );
    assert_eq!(moved.server.preferred_backup_window().to_string(), "03:00");
    assert_eq!(moved.server.blueprint().release, backup.snapshot().release);
    let done = moved
        .server
        .handle_built(ticket, Err(Cause::new("no capacity")), noon())
        .unwrap();
    let mut none = || panic!("nothing is removed");
    let released = lent.handle_ended(
        &done.ended.unwrap(),
        &[],
        tagout_backup::Retention::of(plane.server()),
        &mut none,
        &plane.terms,
        noon(),
    );
    assert_eq!(released.backup.unwrap().n_readers(), 0);

    let mut stored = serde_json::to_value(backup).unwrap();
    stored["snapshot"]["key_pair"] = "ops".into();
    stored["snapshot"]["subnet_ids"] = serde_json::json!(["subnet-1"]);
    stored["snapshot"]["security_group_ids"] = serde_json::json!(["sg-1"]);
    stored["snapshot"]["release"]["version"] = "2020-11".into();
    let rich: Backup = serde_json::from_value(stored).unwrap();
    let (filled, _) = rich
        .offer_to(order("beta", Engine::ChefAutomate), ticket)
        .unwrap();
    let moved = Server::create(
        filled,
        &account(),
        &mut || 3,
        ticket,
        &plane.terms.policy,
        noon(),
    )
    .unwrap();
    let blueprint = moved.server.blueprint();
    assert_eq!(blueprint.key_pair.as_ref().unwrap().as_str(), "ops");
    assert_eq!(blueprint.subnet_ids[0].as_str(), "subnet-1");
    assert_eq!(blueprint.security_group_ids[0].as_str(), "sg-1");
    assert_eq!(
        blueprint.release.version.as_str(),
        "2020-11",
        "in order once, and so in order now"
    );
    let given = NewServer {
        key_pair: Some("mine".parse().unwrap()),
        subnet_ids: Some(vec![]),
        version: Some("12".parse().unwrap()),
        ..order("beta", Engine::ChefAutomate)
    };
    let (filled, _) = rich.offer_to(given, ticket).unwrap();
    let moved = Server::create(
        filled,
        &account(),
        &mut || 3,
        ticket,
        &plane.terms.policy,
        noon(),
    )
    .unwrap();
    let blueprint = moved.server.blueprint();
    assert_eq!(
        blueprint.key_pair.as_ref().unwrap().as_str(),
        "mine",
        "what is given goes before"
    );
    assert_eq!(blueprint.subnet_ids, []);
    assert_eq!(blueprint.release.version.as_str(), "12.17.33");

    let mut busy = plane.clone();
    busy.back_up(ManualOrder::default()).unwrap();
    let unfinished = busy
        .backups
        .values()
        .find(|one| one.status() == BackupStatus::InProgress)
        .unwrap();
    let refused = unfinished
        .offer_to(order("beta", Engine::ChefAutomate), ticket)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "backup `alpha-20260302120100000` is IN_PROGRESS, creating a server from it needs OK"
    );
    assert_eq!(refused.kind(), tagout_backup::BackupRefusalKind::Validation);
}

#[test]
fn the_server_goes_and_its_manual_backups_stay() {
    let (mut plane, manual) = with_backup();
    plane.now = at("2026-03-04T03:00:00Z");
    plane.step();
    let automated = *plane.work.keys().next().unwrap();
    plane.report(automated, Ok(())).unwrap();
    let moved = plane
        .server()
        .clone()
        .delete(Ticket::new(55), &plane.terms.policy, plane.now)
        .unwrap();
    plane.commit(moved);
    plane.report(Ticket::new(55), Ok(())).unwrap();
    assert!(plane.server.is_none());
    assert_eq!(plane.backups[&manual].status(), BackupStatus::Ok);
    assert!(plane.backups[&manual].is_orphaned());
    let gone = plane.of_kind(BackupType::Automated);
    assert!(
        gone.iter()
            .all(|backup| backup.status() == BackupStatus::Deleting)
    );
    assert_eq!(gone.len(), 1);
    assert_eq!(plane.quota.used(), 1, "it counts on");
}

#[test]
fn a_last_backup_is_made_before_the_server_goes_and_saves_it_when_it_fails() {
    let mut plane = Plane::new();
    let ticket = plane.back_up_and_delete().unwrap();
    plane.report(ticket, Err(Cause::new("disk full"))).unwrap();
    assert_eq!(plane.server().status(), Status::Healthy);
    plane.wait(1);

    let ticket = plane.back_up_and_delete().unwrap();
    assert_eq!(plane.server().status(), Status::BackingUp);
    plane.report(ticket, Ok(())).unwrap();
    assert_eq!(plane.server().status(), Status::Deleting);
    let told: Vec<_> = plane.events.iter().map(|event| &*event.message).collect();
    assert_eq!(
        told,
        [
            "Backup alpha-20260302120000000 started",
            "Backup failed: disk full",
            "Backup alpha-20260302120100000 started",
            "Backup alpha-20260302120100000 completed successfully",
            "Deleting server alpha",
        ]
    );
    let teardown = *plane.work.keys().next().unwrap();
    plane.report(teardown, Ok(())).unwrap();
    assert!(plane.server.is_none());
    assert_eq!(plane.of_kind(BackupType::Manual).len(), 2);

    let mut plane = Plane::new();
    let moved = plane.server().clone().protect(true, plane.now);
    plane.commit(moved);
    let refused = plane.back_up_and_delete().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "server `alpha` is protected from deletion, expected the protection to be taken off first"
    );
}

#[test]
fn tags_come_from_the_server_and_later_changes_follow() {
    let tags = |pairs: &[(&str, &str)]| -> Tags {
        pairs
            .iter()
            .map(|(key, value)| (key.parse().unwrap(), value.parse().unwrap()))
            .collect()
    };
    let mut plane = Plane::new();
    let set = TagChange::Set(tags(&[("Team", "ops"), ("Stage", "Test")]));
    let moved = plane
        .server()
        .clone()
        .change_tags(&set, &plane.terms.policy)
        .unwrap();
    plane.commit(moved);
    let order = ManualOrder {
        tags: tags(&[("Stage", "Gold")]),
        ..ManualOrder::default()
    };
    plane.back_up(order).unwrap();
    let backup = plane.backups.values().next().unwrap().clone();
    assert_eq!(backup.tags(), &tags(&[("Stage", "Gold"), ("Team", "ops")]));
    let unset = TagChange::Unset(vec!["Team".parse().unwrap(), "Nothing".parse().unwrap()]);
    let outcome = backup.inherit_tags(&unset, &plane.terms.policy);
    assert_eq!(outcome.backup.unwrap().tags(), &tags(&[("Stage", "Gold")]));

    plane.terms.policy.tags_max = 2;
    let many = TagChange::Set(tags(&[("A", "1"), ("Team", "dev")]));
    let outcome = backup.inherit_tags(&many, &plane.terms.policy);
    assert_eq!(
        outcome.backup.unwrap().tags(),
        &tags(&[("Stage", "Gold"), ("Team", "dev")])
    );
    let refused = backup.change_tags(&many, &plane.terms.policy).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "3 tags would be on `alpha-20260302120000000`, expected at most 2"
    );
    let order = ManualOrder {
        tags: tags(&[("A", "1")]),
        ..ManualOrder::default()
    };
    let mut plane = plane.clone();
    let refused = plane.back_up(order).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "3 tags would be on `backup of alpha`, expected at most 2"
    );
}

#[test]
fn an_automated_backup_that_is_read_goes_when_it_is_read_no_more() {
    let mut plane = Plane::new();
    plane.now = at("2026-03-04T03:00:00Z");
    plane.step();
    let automated = *plane.work.keys().next().unwrap();
    plane.report(automated, Ok(())).unwrap();
    let id = plane.backups.keys().next().unwrap().clone();
    let reading = Ticket::new(77);
    let (_, lent) = plane.backups[&id]
        .offer_to(order("beta", Engine::ChefAutomate), reading)
        .unwrap();
    plane.backups.insert(id.clone(), lent);
    let moved = plane
        .server()
        .clone()
        .delete(Ticket::new(55), &plane.terms.policy, plane.now)
        .unwrap();
    plane.commit(moved);
    plane.report(Ticket::new(55), Ok(())).unwrap();
    assert_eq!(
        plane.backups[&id].status(),
        BackupStatus::Ok,
        "beta is being created from it"
    );
    let ended = tagout_lifecycle::Ended {
        ticket: reading,
        kind: tagout_lifecycle::OperationKind::Create,
        backup: Some(id.clone()),
        failure: None,
    };
    let retention = tagout_backup::Retention {
        count: tagout_lifecycle::RetentionCount::DEFAULT,
        days: None,
    };
    let (backup, terms, now) = (plane.backups[&id].clone(), plane.terms.clone(), plane.now);
    let outcome = backup.handle_ended(&ended, &[], retention, &mut || plane.ticket(), &terms, now);
    assert_eq!(outcome.effects.len(), 1);
    plane.keep_as(&id, outcome);
    assert_eq!(plane.backups[&id].status(), BackupStatus::Deleting);
}
