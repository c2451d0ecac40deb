//! What is stored stays readable, and what is public can be sent anywhere.

use tagout_lifecycle::{
    BackupOccasion, Cause, Effect, Event, EventLog, Health, InvalidValue, NodeAssociation,
    Observation, Policy, Quota, Refused, Server, ServerUpdate, Status, TagChange, Ticket,
    Transition,
};

use crate::support::{DELETION, TICKET, Try as _, any_in, healthy, noon};

/// A server in the middle of things, with every member filled that can be.
fn full() -> Server {
    let policy = Policy::default();
    let server = crate::support::created(
        tagout_lifecycle::NewServer {
            key_pair: Some("ops".parse().unwrap()),
            security_group_ids: Some(vec!["sg-1".parse().unwrap()]),
            subnet_ids: Some(vec!["subnet-1".parse().unwrap()]),
            ..crate::support::order(tagout_lifecycle::Engine::ChefAutomate)
        },
        noon(),
    )
    .server
    .built();
    let tag = TagChange::Set(
        [("Stage".parse().unwrap(), "Test".parse().unwrap())]
            .into_iter()
            .collect(),
    );
    let update = ServerUpdate {
        retention_days: Some(Some(tagout_lifecycle::RetentionDays::new(14).unwrap())),
        disable_automated_backup: Some(false),
        ..ServerUpdate::default()
    };
    let server = server
        .change_tags(&tag, &policy)
        .unwrap()
        .server
        .update(&update, noon())
        .unwrap()
        .server;
    let server = server.maintaining().unwrap().server;
    let server = server
        .handle_maintained(TICKET, Err(Cause::new("disk full").into()), noon())
        .unwrap()
        .server;
    let until = crate::support::at("2026-03-20T00:00:00Z");
    let server = server
        .defer_maintenance(until, &policy, noon())
        .unwrap()
        .server;
    let server = server.seen(&Observation::Checked(tagout_lifecycle::HealthReport::new(
        vec![tagout_lifecycle::HealthCheck::failed("api", "503")],
        noon(),
    )));
    let last = server
        .backing_up(BackupOccasion::Final { deletion: DELETION })
        .unwrap()
        .server;
    last.handle_begun(TICKET, noon())
        .unwrap()
        .server
        .protect(true, noon())
        .server
}

#[track_caller]
fn check(written: &str, server: &Server) {
    let read: Server = serde_json::from_str(written).unwrap();
    assert_eq!(&read, server, "what was written is what is read");
    let value: serde_json::Value = serde_json::from_str(written).unwrap();
    assert_eq!(
        serde_json::to_value(server).unwrap(),
        value,
        "and is written so still; else keep the old file too"
    );
}

#[test]
fn servers_of_the_first_version_are_read() {
    check(include_str!("../data/server-idle-1.json"), &healthy());
    check(include_str!("../data/server-busy-1.json"), &full());
}

#[test]
fn a_server_in_any_status_survives_a_restart() {
    for status in Status::ALL {
        let server = any_in(status);
        let stored = serde_json::to_string(&server).unwrap();
        assert_eq!(
            serde_json::from_str::<Server>(&stored).unwrap(),
            server,
            "{status}"
        );
    }
    let moved = healthy().maintaining().unwrap();
    let stored = serde_json::to_string(&(&moved.effects, &moved.events)).unwrap();
    let (effects, events): (Vec<Effect>, Vec<Event>) = serde_json::from_str(&stored).unwrap();
    assert_eq!((effects, events), (moved.effects, moved.events));
}

#[test]
fn all_of_it_can_be_sent_and_shared() {
    fn sound<T: Send + Sync + 'static>() {}
    sound::<Server>();
    sound::<Transition>();
    sound::<Effect>();
    sound::<Event>();
    sound::<EventLog>();
    sound::<Refused>();
    sound::<InvalidValue>();
    sound::<NodeAssociation>();
    sound::<Policy>();
    sound::<Quota>();
    sound::<Ticket>();
    sound::<Health>();
}

#[test]
fn a_server_stays_small() {
    // A speed bump: commands move it by value, and a control plane holds many.
    assert!(size_of::<Server>() <= 560, "{}", size_of::<Server>());
    assert!(size_of::<Refused>() <= 128, "{}", size_of::<Refused>());
}
