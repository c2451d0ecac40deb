//! What may be done with servers.

use chrono::TimeDelta;
use tagout_backup::{BackupStatus, ManualOrder};
use tagout_control::{Control, ControlError, Done, Event, Ids, Removal, Settings, SimulatedDriver};
use tagout_lifecycle::{
    AttributeName, EngineAttribute, HealthCheck, HealthReport, Limited, MaintenanceStatus,
    MaxResults, NextToken, Observation, ResetTo, ResourceArn, RestoreOrder, ServerUpdate, Status,
    TagChange, Tags,
};
use tagout_store::{MemoryStore, Position, Store};

use crate::night::{Night, account, all_well, fails, name, new_server, night, noon, plane};

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, ControlError>, expected: &str) {
    assert_eq!(outcome.unwrap_err().to_string(), expected);
}

fn attribute(name: &str, value: &str) -> EngineAttribute {
    EngineAttribute {
        name: name.parse().unwrap(),
        value: value.parse().unwrap(),
    }
}

#[tokio::test]
async fn a_server_is_built_and_its_password_is_told_once() {
    let mut night = night();
    let created = night
        .plane()
        .create_server(&account(), new_server("alpha"), None, noon())
        .await
        .unwrap();
    assert_eq!(created.server.status(), Status::Creating);
    assert!(
        created
            .server
            .arn()
            .as_str()
            .starts_with("arn:aws:opsworks-cm:us-east-1:123456789012:server/alpha/")
    );
    let [password] = &created.secrets[..] else {
        panic!("one attribute is made");
    };
    assert_eq!(password.name.as_str(), "CHEF_AUTOMATE_ADMIN_PASSWORD");
    assert_eq!(password.value.expose().len(), 24);

    night.pass(minutes(5)).await;
    let server = night.server("alpha").await;
    assert_eq!(server.status(), Status::Healthy);
    assert_eq!(server.engine_attributes(), []);
    assert!(server.stack().is_some());
    assert_eq!(night.begun.len(), 1);
    let work = &night.begun[0];
    assert_eq!((&*work.kind, &*work.target), ("server.create", "alpha"));
    assert_eq!(
        work.detail["attributes"][0]["value"].as_str(),
        Some(password.value.expose())
    );
    assert_eq!(
        night.told("alpha").await,
        ["Creating server alpha", "Server alpha was created"]
    );
}

#[tokio::test]
async fn what_was_made_for_an_owner_is_seen_nowhere_else() {
    let mut night = night();
    let made = night
        .plane()
        .create_server(&account(), new_server("alpha"), None, noon())
        .await
        .unwrap();
    let secret = made.secrets[0].value.expose().to_owned();
    assert!(!format!("{made:?}").contains(&secret));
    night.pass(minutes(5)).await;
    assert!(!format!("{:?}", night.begun).contains(&secret));
    let store = night.plane().store();
    for event in store.events(Position::START, 1_000).await.unwrap().events {
        assert!(!event.body().as_str().contains(&secret));
    }
    // The work is done, and with it goes the last document that held it.
    let mut all = store.snapshot().await.unwrap();
    while let Some(record) = all.next().await.unwrap() {
        if let tagout_store::Record::Document(document) = record {
            assert!(
                !document.body().as_str().contains(&secret),
                "{}",
                document.key()
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_built_has_failed_and_can_only_be_deleted() {
    let mut night = night().scripted(|work| match &*work.kind {
        "server.create" => fails("no address is left"),
        _ => all_well(work),
    });
    let server = night.built("alpha").await;
    assert_eq!(server.status(), Status::Failed);
    assert_eq!(
        server.status_reason(),
        Some("Server alpha create failed due to no address is left")
    );
    refused(
        night
            .plane()
            .start_maintenance(&account(), &name("alpha"), &[], night.now)
            .await,
        "server `alpha` is FAILED, StartMaintenance needs HEALTHY or UNHEALTHY",
    );
    night
        .plane()
        .delete_server(&account(), &name("alpha"), &Removal::AtOnce, night.now)
        .await
        .unwrap();
    night.pass(minutes(5)).await;
    refused(
        night
            .plane()
            .describe_servers(&account(), Some(&name("alpha")), night.now)
            .await,
        "server `alpha` is unknown",
    );
}

#[tokio::test]
async fn faults_are_found_in_the_order_of_the_interface() {
    let mut settings = Settings::default();
    settings.servers.terms.policy.servers_max = 1;
    let control = Control::new(
        MemoryStore::new(),
        SimulatedDriver::new(1),
        settings,
        Ids::seeded(1),
    );
    let create = |new, backup: Option<&'static str>| {
        let control = &control;
        async move {
            let backup = backup.map(|id| id.parse().unwrap());
            control
                .create_server(&account(), new, backup.as_ref(), noon())
                .await
        }
    };
    let mut wrong = new_server("alpha");
    wrong.attributes.push(attribute("CHEF_PIE", "apple"));
    create(new_server("alpha"), None).await.unwrap();
    // Wrong by itself, and taken, and one too many, and made from nothing.
    refused(
        create(wrong, Some("none")).await,
        "engine attribute `CHEF_PIE` is unknown for Chef in creation, expected \
         `CHEF_AUTOMATE_PIVOTAL_KEY`, `CHEF_PIVOTAL_KEY`, `CHEF_AUTOMATE_ADMIN_PASSWORD`, \
         `CHEF_DELIVERY_ADMIN_PASSWORD`",
    );
    refused(
        create(new_server("alpha"), Some("none")).await,
        "server `alpha` exists already, expected another name",
    );
    refused(
        create(new_server("beta"), Some("none")).await,
        "the account has 1 of at most 1 servers, expected one fewer",
    );
    let other: tagout_control::Account = "210987654321".parse().unwrap();
    let none = "none".parse().unwrap();
    refused(
        control
            .create_server(&other, new_server("beta"), Some(&none), noon())
            .await,
        "backup `none` is unknown",
    );
    let short: tagout_control::Account = "acct".parse().unwrap();
    refused(
        control
            .create_server(&short, new_server("beta"), None, noon())
            .await,
        "account id `acct` has 4 characters, expected 12 to 12",
    );
    let [servers, backups] = control
        .describe_account_attributes(&account())
        .await
        .unwrap();
    assert_eq!(
        (servers.limited, servers.max, servers.used),
        (Limited::Servers, 1, 1)
    );
    assert_eq!((backups.max, backups.used), (50, 0));
}

#[tokio::test]
async fn nothing_of_one_account_is_seen_from_another() {
    let mut night = night();
    let server = night.built("alpha").await;
    let other: tagout_control::Account = "210987654321".parse().unwrap();
    let control = night.plane();
    let none = control.describe_servers(&other, None, night.now).await;
    assert_eq!(none.unwrap(), []);
    let unknown = format!("resource `{}` is unknown", server.arn());
    let max = MaxResults::DEFAULT;
    refused(
        control
            .list_tags_for_resource(&other, server.arn(), None, max, night.now)
            .await,
        &unknown,
    );
}

#[tokio::test]
async fn maintenance_begins_with_a_backup_and_ends_well() {
    let mut night = night();
    night.built("alpha").await;
    let server = night
        .plane()
        .start_maintenance(&account(), &name("alpha"), &[], night.now)
        .await
        .unwrap();
    assert_eq!(server.status(), Status::UnderMaintenance);
    assert_eq!(night.backup_statuses().await, [BackupStatus::InProgress]);
    night.pass(minutes(5)).await;
    assert_eq!(night.backup_statuses().await, [BackupStatus::Ok]);
    assert_eq!(night.status("alpha").await, Status::UnderMaintenance);
    night.pass(minutes(5)).await;
    let kinds: Vec<_> = night.begun.iter().map(|work| &*work.kind).collect();
    assert_eq!(
        kinds,
        ["server.create", "server.backup", "server.maintenance"]
    );
    let done = night.server("alpha").await;
    assert_eq!(done.status(), Status::Healthy);
    assert_eq!(
        done.maintenance_status().map(MaintenanceStatus::as_str),
        Some("SUCCESS")
    );
    assert_ne!(done.stack(), server.stack());
}

#[tokio::test]
async fn a_driver_may_say_that_maintenance_left_the_server_ill() {
    let mut night = night().scripted(|work| match &*work.kind {
        "server.maintenance" => {
            let detail = serde_json::json!({"failed": "disk is broken", "unhealthy": true});
            (vec![minutes(5)], Ok(Done { detail }))
        }
        _ => all_well(work),
    });
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    control
        .start_maintenance(&account, &alpha, &[], night.now)
        .await
        .unwrap();
    night.pass(minutes(10)).await;
    let server = night.server("alpha").await;
    assert_eq!(server.status(), Status::Unhealthy);
    assert_eq!(
        server.status_reason(),
        Some("maintenance failed: disk is broken")
    );
}

#[tokio::test]
async fn a_result_of_another_form_fails_the_work_and_is_not_repeated() {
    let mut night = night().scripted(|_| {
        let detail = serde_json::json!({"stack": ["hush"]});
        (vec![minutes(5)], Ok(Done { detail }))
    });
    let server = night.built("alpha").await;
    assert_eq!(server.status(), Status::Failed);
    assert_eq!(
        server.status_reason(),
        Some("Server alpha create failed due to its result is not of the form that this work has")
    );
}

#[tokio::test]
async fn work_that_is_overdue_has_failed_and_its_late_result_is_refused() {
    let mut night = night().scripted(|work| match &*work.kind {
        "server.maintenance" => (vec![TimeDelta::hours(3)], Ok(Done::default())),
        _ => all_well(work),
    });
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    control
        .start_maintenance(&account, &alpha, &[], night.now)
        .await
        .unwrap();
    night.pass(minutes(79)).await;
    assert_eq!(night.status("alpha").await, Status::UnderMaintenance);
    night.pass(minutes(1)).await;
    let server = night.server("alpha").await;
    assert_eq!(server.status(), Status::Healthy);
    assert_eq!(
        server.maintenance_status().map(MaintenanceStatus::as_str),
        Some("FAILED")
    );
    night.pass(minutes(180)).await;
    assert_eq!(night.n_stale, 1);
    assert_eq!(night.server("alpha").await, server);
}

#[tokio::test]
async fn results_that_come_twice_count_once() {
    let mut night = night().scripted(|_| {
        (
            vec![minutes(5), minutes(6), minutes(9)],
            Ok(Done::default()),
        )
    });
    night.built("alpha").await;
    let before = night.server("alpha").await;
    night.pass(minutes(10)).await;
    assert_eq!(night.n_stale, 2);
    assert_eq!(night.server("alpha").await, before);
}

#[tokio::test]
async fn work_is_cancelled_until_it_is_begun() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    control
        .start_maintenance(&account, &alpha, &[], night.now)
        .await
        .unwrap();
    let server = control
        .cancel_operation(&account, &alpha, night.now)
        .await
        .unwrap();
    assert_eq!(server.status(), Status::Healthy);
    assert_eq!(night.backup_statuses().await, [BackupStatus::Failed]);
    night.pass(minutes(10)).await;
    assert_eq!(night.begun.len(), 1, "only the server was built");

    let control = night.plane();
    control
        .start_maintenance(&account, &alpha, &[], night.now)
        .await
        .unwrap();
    night.pass(TimeDelta::seconds(1)).await; // its backup begins
    refused(
        night
            .plane()
            .cancel_operation(&account, &alpha, night.now)
            .await,
        "the maintenance of server `alpha` cannot be cancelled, expected work other than a deletion, not yet begun",
    );
    night.pass(minutes(5)).await; // and the maintenance itself
    refused(
        night
            .plane()
            .cancel_operation(&account, &alpha, night.now)
            .await,
        "the maintenance of server `alpha` cannot be cancelled, expected work other than a deletion, not yet begun",
    );
    night.pass(minutes(5)).await;
    refused(
        night
            .plane()
            .cancel_operation(&account, &alpha, night.now)
            .await,
        "nothing is being done to server `alpha`, expected an operation",
    );
}

#[tokio::test]
async fn a_reset_ends_the_work_and_names_the_operator() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    control
        .start_maintenance(&account, &alpha, &[], night.now)
        .await
        .unwrap();
    night.pass(minutes(1)).await;
    let (by, why) = ("olga".parse().unwrap(), "it hangs".parse().unwrap());
    let server = night
        .plane()
        .reset_server(&account, &alpha, ResetTo::Running, &by, &why, night.now)
        .await
        .unwrap();
    assert_eq!(server.status(), Status::Running);
    assert_eq!(night.backup_statuses().await, [BackupStatus::Failed]);
    night.pass(minutes(10)).await;
    assert_eq!((night.n_stale, night.begun.len()), (1, 2));
    assert!(
        night
            .told("alpha")
            .await
            .contains(&"Reset from UNDER_MAINTENANCE to RUNNING by olga: it hangs".to_owned())
    );
}

#[tokio::test]
async fn a_lost_connection_ends_a_backup_and_health_comes_back() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    let order = ManualOrder::default();
    control
        .create_backup(&account, &alpha, &order, night.now)
        .await
        .unwrap();
    night.pass(minutes(1)).await;
    let lost = Observation::ContactLost("no route".into());
    let server = night
        .plane()
        .observe_server(&account, &alpha, &lost, night.now)
        .await;
    assert_eq!(server.unwrap().status(), Status::ConnectionLost);
    assert_eq!(night.backup_statuses().await, [BackupStatus::Failed]);
    night.pass(minutes(10)).await;
    assert_eq!(night.n_stale, 1);
    let well = HealthReport::new(vec![HealthCheck::passed("https")], night.now);
    let seen = Observation::Checked(well);
    let server = night
        .plane()
        .observe_server(&account, &alpha, &seen, night.now)
        .await;
    assert_eq!(server.unwrap().status(), Status::Healthy);
}

#[tokio::test]
async fn an_attribute_is_changed_and_its_value_reaches_the_driver_alone() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let key: AttributeName = "CHEF_PIVOTAL_KEY".parse().unwrap();
    let value = "hush".parse().unwrap();
    let control = night.plane();
    let server = control
        .update_server_engine_attributes(&account, &alpha, &key, Some(&value), night.now)
        .await
        .unwrap();
    assert_eq!(server.status(), Status::Modifying);
    night.pass(minutes(5)).await;
    assert_eq!(night.status("alpha").await, Status::Healthy);
    let work = &night.begun[1];
    assert_eq!(work.kind, "server.update-engine-attributes");
    assert_eq!(work.detail["value"], "hush");
    assert!(!format!("{:?}", night.heard().await).contains("hush"));
}

#[tokio::test]
async fn the_script_of_a_new_node_is_made_for_the_server() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    let mut night = night();
    night.built("alpha").await;
    let userdata = "Userdata".parse().unwrap();
    let inputs = [attribute("RunList", "role[o'hara]")];
    let made = night
        .plane()
        .export_server_engine_attribute(&account(), &name("alpha"), &userdata, &inputs, night.now)
        .await
        .unwrap();
    let script = String::from_utf8(STANDARD.decode(made.value.expose()).unwrap()).unwrap();
    assert!(
        script.starts_with("#!/bin/sh\n# Makes this machine a node of alpha.\n"),
        "{script}"
    );
    assert!(
        script.contains("RUN_LIST='role[o'\\''hara]'\nORGANIZATION='default'\n"),
        "{script}"
    );
    let other = "StarterKit".parse().unwrap();
    refused(
        night
            .plane()
            .export_server_engine_attribute(&account(), &name("alpha"), &other, &[], night.now)
            .await,
        "engine attribute `StarterKit` cannot be exported, expected `Userdata`",
    );
}

#[tokio::test]
async fn deletion_takes_all_that_is_automated_and_leaves_what_was_asked_for() {
    let mut night = night();
    let first = night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let order = ManualOrder::default();
    let control = night.plane();
    let kept = control
        .create_backup(&account, &alpha, &order, night.now)
        .await
        .unwrap();
    night.pass(minutes(5)).await;
    let control = night.plane();
    control
        .start_maintenance(&account, &alpha, &[], night.now)
        .await
        .unwrap();
    night.pass(minutes(10)).await;
    assert_eq!(night.backups().await.len(), 2);
    let control = night.plane();
    let delete = || control.delete_server(&account, &alpha, &Removal::AtOnce, night.now);
    assert_eq!(delete().await.unwrap().status(), Status::Deleting);
    refused(
        delete().await,
        "server `alpha` is DELETING, DeleteServer needs RUNNING, HEALTHY, UNHEALTHY, CONNECTION_LOST, FAILED or \
         TERMINATED",
    );
    night.pass(minutes(15)).await;
    refused(
        night
            .plane()
            .delete_server(&account, &alpha, &Removal::AtOnce, night.now)
            .await,
        "server `alpha` is unknown",
    );
    let left = night.backups().await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id(), left[0].is_orphaned()), (kept.id(), true));
    let gone = Event::ServerMoved {
        server: alpha.clone(),
        from: Some(Status::Deleting),
        to: None,
    };
    assert!(night.heard().await.contains(&gone));
    assert_eq!(
        documents(night.plane().store(), &first).await,
        0,
        "nothing of it is left"
    );

    // The name is free, and what was kept can be built from.
    let control = night.plane();
    let new = new_server("alpha");
    control
        .create_server(&account, new, Some(kept.id()), night.now)
        .await
        .unwrap();
    refused(
        control.delete_backup(&account, kept.id(), night.now).await,
        &format!(
            "backup `{}` is being read by 1 operation(s), deleting it needs none",
            kept.id()
        ),
    );
    night.pass(minutes(5)).await;
    assert_eq!(night.told("alpha").await.len(), 2);
    let work = night.begun.last().unwrap();
    assert_eq!(work.detail["from_backup"], kept.id().as_str());
    night
        .plane()
        .delete_backup(&account, kept.id(), night.now)
        .await
        .unwrap();
}

/// How many documents there are that belong to a server by its incarnation.
async fn documents(store: &impl Store, server: &tagout_lifecycle::Server) -> usize {
    let incarnation = server.arn().as_str().rsplit('/').next().unwrap();
    let mut all = store.snapshot().await.unwrap();
    let mut n_found = 0;
    while let Some(record) = all.next().await.unwrap() {
        if let tagout_store::Record::Document(document) = record {
            n_found += usize::from(document.key().id().starts_with(incarnation));
        }
    }
    n_found
}

#[tokio::test]
async fn a_last_backup_is_made_before_the_server_goes_and_keeps_it_if_it_fails() {
    let mut night = night().scripted(|work| match (&*work.kind, &*work.target) {
        ("server.backup", "beta") => fails("no room"),
        _ => all_well(work),
    });
    night.built("alpha").await;
    night.built("beta").await;
    let control = night.plane();
    let last = Removal::AfterBackup(ManualOrder::default());
    for server in ["alpha", "beta"] {
        let server = control
            .delete_server(&account(), &name(server), &last, night.now)
            .await;
        assert_eq!(server.unwrap().status(), Status::BackingUp);
    }
    night.pass(minutes(15)).await;
    let all = night
        .plane()
        .describe_servers(&account(), None, night.now)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].name().as_str(), all[0].status()),
        ("beta", Status::Healthy)
    );
    assert_eq!(
        night.backup_statuses().await,
        [BackupStatus::Failed, BackupStatus::Ok]
    );
}

#[tokio::test]
async fn protection_keeps_a_server() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    control
        .protect_server(&account, &alpha, true, night.now)
        .await
        .unwrap();
    refused(
        control
            .delete_server(&account, &alpha, &Removal::AtOnce, night.now)
            .await,
        "server `alpha` is protected from deletion, expected the protection to be taken off first",
    );
    control
        .protect_server(&account, &alpha, false, night.now)
        .await
        .unwrap();
    control
        .delete_server(&account, &alpha, &Removal::AtOnce, night.now)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_restore_gives_back_what_the_backup_holds() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let order = ManualOrder::default();
    let control = night.plane();
    let backup = control
        .create_backup(&account, &alpha, &order, night.now)
        .await
        .unwrap();
    let restore = RestoreOrder::default();
    let at = night.now;
    refused(
        control
            .restore_server(&account, &alpha, backup.id(), &restore, at)
            .await,
        "server `alpha` is BACKING_UP, RestoreServer needs RUNNING, HEALTHY, UNHEALTHY, CONNECTION_LOST or TERMINATED",
    );
    night.pass(minutes(5)).await;
    let bigger = RestoreOrder {
        instance_type: Some("r5.xlarge".parse().unwrap()),
        ..restore
    };
    let control = night.plane();
    let server = control
        .restore_server(&account, &alpha, backup.id(), &bigger, night.now)
        .await;
    assert_eq!(server.unwrap().status(), Status::Restoring);
    assert_eq!(night.backups().await[0].n_readers(), 1);
    night.pass(minutes(5)).await;
    let server = night.server("alpha").await;
    assert_eq!(server.status(), Status::Healthy);
    assert_eq!(server.blueprint().instance_type.as_str(), "r5.xlarge");
    assert_eq!(night.backups().await[0].n_readers(), 0);
}

#[tokio::test]
async fn events_go_on_where_a_page_ended_whatever_happens_meanwhile() {
    let mut night = night();
    night.built("alpha").await;
    night.built("beta").await;
    let (account, alpha, beta) = (account(), name("alpha"), name("beta"));
    for _ in 0..3 {
        let control = night.plane();
        control
            .start_maintenance(&account, &alpha, &[], night.now)
            .await
            .unwrap();
        night.pass(minutes(10)).await;
    }
    let whole = night.told("alpha").await;
    let max = MaxResults::new(2).unwrap();
    let mut seen = Vec::new();
    let mut next: Option<NextToken> = None;
    loop {
        let control = night.plane();
        let page = control
            .describe_events(&account, &alpha, next.as_ref(), max, night.now)
            .await
            .unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(
            page.items
                .into_iter()
                .map(|event| event.message.into_owned()),
        );
        next = page.next;
        let Some(next) = &next else { break };
        let bad = "the page token is not one of this list, expected one that it gave";
        let other = control.describe_events(&account, &beta, Some(next), max, night.now);
        refused(other.await, bad);
        let lies = "bGllcw".parse().unwrap();
        let forged = control.describe_events(&account, &alpha, Some(&lies), max, night.now);
        refused(forged.await, bad);
        control
            .protect_server(&account, &alpha, seen.len() % 4 == 2, night.now)
            .await
            .unwrap();
    }
    seen.reverse();
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn tags_of_a_server_reach_its_backups_and_are_listed_in_pages() {
    let mut night = night();
    let server = night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let control = night.plane();
    let order = ManualOrder::default();
    let backup = control
        .create_backup(&account, &alpha, &order, night.now)
        .await
        .unwrap();
    let mut tags = Tags::default();
    for key in ["Stage", "Owner", "Cost"] {
        tags.set(key.parse().unwrap(), "x".parse().unwrap());
    }
    let set = TagChange::Set(tags);
    control
        .change_tags(&account, server.arn(), &set, night.now)
        .await
        .unwrap();
    let unset = TagChange::Unset(vec!["Owner".parse().unwrap()]);
    control
        .change_tags(&account, backup.arn(), &unset, night.now)
        .await
        .unwrap();
    let list = |arn: ResourceArn, next: Option<NextToken>| {
        let account = &account;
        async move {
            let max = MaxResults::new(2).unwrap();
            let page = control
                .list_tags_for_resource(account, &arn, next.as_ref(), max, noon())
                .await
                .unwrap();
            let keys: Vec<_> = page.items.iter().map(|(key, _)| key.to_string()).collect();
            (keys, page.next)
        }
    };
    let (keys, next) = list(server.arn().clone(), None).await;
    assert_eq!(keys, ["Cost", "Owner"]);
    let (keys, next) = list(server.arn().clone(), next).await;
    assert_eq!((keys, next), (vec!["Stage".to_owned()], None));
    let (keys, next) = list(backup.arn().clone(), None).await;
    assert_eq!(
        (keys, next),
        (vec!["Cost".to_owned(), "Stage".to_owned()], None)
    );
    let stranger: ResourceArn = format!("{}0", server.arn()).parse().unwrap();
    refused(
        control
            .change_tags(&account, &stranger, &unset, night.now)
            .await,
        &format!("resource `{stranger}` is unknown"),
    );
}

#[tokio::test]
async fn settings_are_changed_while_nothing_is_being_done() {
    let mut night = night();
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let update = ServerUpdate {
        backup_window: Some("Sun:05:00".parse().unwrap()),
        ..ServerUpdate::default()
    };
    let control = night.plane();
    let server = control
        .update_server(&account, &alpha, &update, night.now)
        .await
        .unwrap();
    assert_eq!(server.preferred_backup_window().to_string(), "Sun:05:00");
    let order = ManualOrder::default();
    control
        .create_backup(&account, &alpha, &order, night.now)
        .await
        .unwrap();
    refused(
        control
            .update_server(&account, &alpha, &update, night.now)
            .await,
        "server `alpha` is BACKING_UP, UpdateServer needs RUNNING, HEALTHY, UNHEALTHY or CONNECTION_LOST",
    );
}

#[tokio::test]
async fn decisions_of_two_planes_at_once_are_made_one_after_the_other() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let mut night = Night::new(vec![plane(store.clone(), 1), plane(store, 2)]);
    night.built("alpha").await;
    let (account, alpha) = (account(), name("alpha"));
    let [first, second] = [&night.planes[0], &night.planes[1]];
    let order = ManualOrder::default();
    let (one, other) = tokio::join!(
        first.create_backup(&account, &alpha, &order, night.now),
        second.create_backup(&account, &alpha, &order, night.now),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    assert_eq!(night.backups().await.len(), 1);
}
