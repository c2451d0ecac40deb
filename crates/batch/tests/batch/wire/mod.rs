//! Requests and answers byte for byte, through a small twin of the public form.

mod twin;

use std::sync::Arc;

use tagout_batch::{
    Action, Change, Description, Disk, IpAddress, JobStatus, NewServer, Operation, Patched,
    PowerState, Profile, Queue, Report, ServerUuid, Size, Snapshot, SnapshotDays, StorageKind,
    Submission, WantedDisk,
};

use crate::support::{ME, Quickly, alias, id, lease, noon, queue_of, server};

/// Sends one batch request the whole way: bytes, draft, command, queue, answer, bytes.
fn call(queue: &mut Queue, path_alias: &str, operation: Operation, body: &str) -> String {
    let command = twin::read(operation, body)
        .unwrap()
        .check(queue.settings().servers_max)
        .unwrap();
    let account = alias(path_alias);
    let answer = queue
        .submit(&Submission::new(account, "user.demo", command), noon())
        .unwrap();
    twin::batch(account, &answer)
}

const REFUSED: &str = r#""isQueued":false,"errorMessage":"The operation cannot be queued because the server cannot be found or it is not in a valid state.""#;

fn queued(server: &str, alias: &str, job: &str) -> String {
    let link = link(alias, job);
    format!(r#"{{"server":"{server}","isQueued":true,"links":[{link}]}}"#)
}

fn link(alias: &str, job: &str) -> String {
    format!(r#"{{"rel":"status","href":"/v2/operations/{alias}/status/{job}","id":"{job}"}}"#)
}

/// A queue with `ny1demosweb01` to `...09`, ready for the operation, whose next job in `ny1` is `ny1-41007`.
fn ready(operation: Operation, n: usize) -> Queue {
    let mut queue = queue_of("demos", &[]);
    for k in 1..=n {
        let made = server(&format!("ny1demosweb{k:02}"), "demos");
        queue
            .put_server(match operation {
                Operation::PowerOn => made.with_power(PowerState::Stopped),
                Operation::StopMaintenance => made.with_maintenance(true),
                _ => made,
            })
            .unwrap();
    }
    queue.raise_numbers("ny1-41006".parse().unwrap());
    queue
}

/// The body of a request for these servers.
fn body(operation: Operation, ids: &[&str]) -> String {
    let list = format!(
        "[{}]",
        ids.iter()
            .map(|id| format!("\"{id}\""))
            .collect::<Vec<_>>()
            .join(",")
    );
    match operation {
        Operation::CreateSnapshot => {
            format!(r#"{{"snapshotExpirationDays":"7","serverIds":{list}}}"#)
        }
        Operation::SetMaintenance => {
            let flags = ids
                .iter()
                .map(|id| format!(r#"{{"id":"{id}","inMaintenanceMode":"true"}}"#));
            format!(r#"{{"servers":[{}]}}"#, flags.collect::<Vec<_>>().join(","))
        }
        Operation::ExecutePackage => format!(
            r#"{{"servers":{list},"package":{{"packageId":"77abb844-579d-478d-3955-c69ab4a7ba1a","parameters":{{"AB.Greeting.Text":"hello"}}}}}}"#
        ),
        _ => list,
    }
}

#[test]
fn each_of_the_twelve_queues_what_it_can_and_refuses_the_rest_in_one_answer() {
    for operation in Operation::BATCH {
        let mut queue = ready(operation, 1);
        let answer = call(
            &mut queue,
            "DEMOS",
            operation,
            &body(operation, &["NY1DEMOSWEB01", "NY1DEMOSWEB02"]),
        );
        let expected = queued("ny1demosweb01", "demos", "ny1-41007");
        assert_eq!(
            answer,
            format!(r#"[{expected},{{"server":"ny1demosweb02",{REFUSED}}}]"#),
            "{operation}"
        );
    }
}

#[test]
fn each_of_the_twelve_answers_one_server_in_any_letter_case() {
    for operation in Operation::BATCH {
        for id in ["NY1DEMOSWEB01", "ny1demosweb01", "Ny1DemosWeb01"] {
            let mut queue = ready(operation, 1);
            let answer = call(&mut queue, "demos", operation, &body(operation, &[id]));
            assert_eq!(
                answer,
                format!("[{}]", queued("ny1demosweb01", "demos", "ny1-41007")),
                "{operation}"
            );
        }
    }
}

#[test]
fn all_servers_of_a_request_share_one_job_and_keep_the_order_of_the_request() {
    let ids = [4, 2, 8, 1, 3, 7, 5, 6].map(|k| format!("NY1DEMOSWEB{k:02}"));
    for n in [3, 8] {
        let mut queue = ready(Operation::Pause, 8);
        let ids: Vec<_> = ids.iter().take(n).map(String::as_str).collect();
        let answer = call(
            &mut queue,
            "DEMOS",
            Operation::Pause,
            &body(Operation::Pause, &ids),
        );
        let expected: Vec<_> = ids
            .iter()
            .map(|id| queued(&id.to_lowercase(), "demos", "ny1-41007"))
            .collect();
        assert_eq!(answer, format!("[{}]", expected.join(",")));
    }
}

#[test]
fn sixteen_ids_of_eight_servers_get_eight_entries() {
    let mut queue = ready(Operation::Reboot, 8);
    let ids: Vec<_> = (0..16)
        .map(|k| {
            format!(
                "NY1DEMOSWEB{:02}",
                [1, 2, 3, 4, 5, 6, 7, 8, 8, 1, 7, 2, 6, 3, 5, 4][k]
            )
        })
        .collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let answer = call(
        &mut queue,
        "DEMOS",
        Operation::Reboot,
        &body(Operation::Reboot, &ids),
    );
    let expected: Vec<_> = (1..=8)
        .map(|k| queued(&format!("ny1demosweb{k:02}"), "demos", "ny1-41007"))
        .collect();
    assert_eq!(answer, format!("[{}]", expected.join(",")));
}

#[test]
fn each_data_center_gets_a_job_of_its_own() {
    let mut queue = queue_of(
        "demos",
        &["ny1demosweb01", "uc1demosweb01", "ny1demosweb02"],
    );
    let ids = ["NY1DEMOSWEB01", "UC1DEMOSWEB01", "NY1DEMOSWEB02"];
    let answer = call(
        &mut queue,
        "demos",
        Operation::Reset,
        &body(Operation::Reset, &ids),
    );
    let expected = [
        queued("ny1demosweb01", "demos", "ny1-1"),
        queued("uc1demosweb01", "demos", "uc1-1"),
        queued("ny1demosweb02", "demos", "ny1-1"),
    ];
    assert_eq!(answer, format!("[{}]", expected.join(",")));
}

#[test]
fn the_next_job_of_the_data_center_has_the_next_number() {
    let mut queue = ready(Operation::StartMaintenance, 1);
    let ids = ["NY1DEMOSWEB01"];
    for (operation, job) in [
        (Operation::StartMaintenance, "ny1-41007"),
        (Operation::StopMaintenance, "ny1-41008"),
    ] {
        let answer = call(&mut queue, "DEMOS", operation, &body(operation, &ids));
        assert_eq!(
            answer,
            format!("[{}]", queued("ny1demosweb01", "demos", job))
        );
        queue.work_off(noon());
    }
}

#[test]
fn a_server_that_is_there_already_is_refused_without_a_word() {
    let mut queue = ready(Operation::PowerOff, 1);
    let answer = call(
        &mut queue,
        "DEMOS",
        Operation::PowerOn,
        r#"["NY1DEMOSWEB01"]"#,
    );
    assert_eq!(answer, r#"[{"server":"ny1demosweb01","isQueued":false}]"#);
    let answer = queue.ask("demos", Action::PowerOn, &["NY1DEMOSWEB01"]);
    let old = r#"[{"server":"ny1demosweb01","isQueued":false,"errorMessage":"The server already in desired state."}]"#;
    assert_eq!(twin::old_batch(alias("demos"), &answer), old);
    assert_eq!(
        queue.numbers().newest_in("ny1".parse().unwrap()),
        Some("ny1-41006".parse().unwrap()),
        "no job"
    );
}

#[test]
fn strange_ids_and_other_peoples_servers_are_refused_like_unknown_ones() {
    let mut queue = ready(Operation::PowerOff, 1);
    queue.open_account(alias("other"));
    queue.put_server(server("ny1otherweb01", "other")).unwrap();
    let answer = call(
        &mut queue,
        "DEMOS",
        Operation::PowerOff,
        r#"["NY1OTHERWEB01","ZZ","","Ünïcode 01"]"#,
    );
    let refused = |id: &str| format!(r#"{{"server":"{id}",{REFUSED}}}"#);
    let expected = [
        "ny1otherweb01",
        "zz",
        "",
        "Ünïcode 01".to_ascii_lowercase().as_str(),
    ]
    .map(refused);
    assert_eq!(answer, format!("[{}]", expected.join(",")));
}

#[test]
fn maintenance_is_set_and_cleared_in_one_call_with_flags_of_either_kind() {
    let mut queue = queue_of("demos", &["ny1demosweb01"]);
    queue
        .put_server(server("ny1demosweb02", "demos").with_maintenance(true))
        .unwrap();
    queue
        .put_server(server("ny1demosweb03", "demos").with_maintenance(true))
        .unwrap();
    let body = r#"{"servers":[{"id":"ny1demosweb01","inMaintenanceMode":"true"},{"id":"ny1demosweb02","inMaintenanceMode":false},{"id":"ny1demosweb03","inMaintenanceMode":"true"}]}"#;
    let answer = call(&mut queue, "demos", Operation::SetMaintenance, body);
    let [one, two] = ["ny1demosweb01", "ny1demosweb02"].map(|id| queued(id, "demos", "ny1-1"));
    assert_eq!(
        answer,
        format!(r#"[{one},{two},{{"server":"ny1demosweb03","isQueued":false}}]"#)
    );
    let actions: Vec<_> = queue
        .work_off(noon())
        .into_iter()
        .map(|work| work.action)
        .collect();
    assert_eq!(actions, [Action::StartMaintenance, Action::StopMaintenance]);
    assert!(queue.server(id("ny1demosweb01")).unwrap().in_maintenance());
    assert!(!queue.server(id("ny1demosweb02")).unwrap().in_maintenance());
}

#[test]
fn snapshots_are_asked_for_with_numbers_digits_or_a_form() {
    for body in [
        r#"{"snapshotExpirationDays":10,"serverIds":["NY1DEMOSWEB01"]}"#,
        &body(Operation::CreateSnapshot, &["NY1DEMOSWEB01"]),
    ] {
        let mut queue = ready(Operation::CreateSnapshot, 1);
        let answer = call(&mut queue, "DEMOS", Operation::CreateSnapshot, body);
        assert_eq!(
            answer,
            format!("[{}]", queued("ny1demosweb01", "demos", "ny1-41007"))
        );
    }
    let command = twin::read_form("serverIds=NY1DEMOSWEB01&snapshotExpirationDays=3")
        .check(10)
        .unwrap();
    assert_eq!(
        *command.action(),
        Action::CreateSnapshot {
            days: SnapshotDays::try_from(3).unwrap()
        }
    );
    let mut queue = ready(Operation::CreateSnapshot, 1);
    let answer = queue
        .submit(
            &Submission::new(alias("demos"), "user.demo", command),
            noon(),
        )
        .unwrap();
    assert_eq!(
        twin::batch(alias("demos"), &answer),
        format!("[{}]", queued("ny1demosweb01", "demos", "ny1-41007"))
    );
}

#[test]
fn the_parameters_of_a_package_reach_the_one_who_runs_it() {
    let mut queue = ready(Operation::ExecutePackage, 1);
    call(
        &mut queue,
        "demos",
        Operation::ExecutePackage,
        &body(Operation::ExecutePackage, &["ny1demosweb01"]),
    );
    let work = queue.claim(ME, lease(), noon()).unwrap();
    let Action::ExecutePackage { package } = work.action else {
        panic!("{:?}", work.action)
    };
    assert_eq!(&*package.id, "77abb844-579d-478d-3955-c69ab4a7ba1a");
    assert_eq!(
        package.parameters,
        [("AB.Greeting.Text".into(), "hello".into())]
    );
}

#[test]
fn malformed_bodies_name_each_fault() {
    let faults = |operation, body: &str| {
        let error = twin::read(operation, body)
            .and_then(|draft| draft.check(2).map_err(|error| error.to_string()));
        error.unwrap_err()
    };
    assert_eq!(
        faults(Operation::PowerOn, "[]"),
        "no server is named, expected at least one"
    );
    assert_eq!(
        faults(Operation::PowerOn, r#"["a",null,7]"#),
        "server 1 is null, expected a text; server 2 is 7, expected a text"
    );
    assert_eq!(
        faults(Operation::PowerOn, r#"{"serverIds":["a"]}"#),
        "expected a list"
    );
    assert_eq!(
        faults(Operation::SetMaintenance, r#"["a"]"#),
        "expected a list `servers`"
    );
    let body = r#"{"snapshotExpirationDays":11,"serverIds":["a","b","c"]}"#;
    assert_eq!(
        faults(Operation::CreateSnapshot, body),
        "3 servers are named, expected at most 2; the days are 11, expected a whole number from 1 to 10"
    );
}

#[test]
fn a_deletion_answers_with_one_entity() {
    let mut queue = ready(Operation::Delete, 1);
    let answer = queue.ask("demos", Action::Delete, &["NY1DEMOSWEB01"]);
    assert_eq!(
        twin::single(alias("demos"), &answer),
        queued("ny1demosweb01", "demos", "ny1-41007")
    );
    queue.work_off(noon());
    assert!(queue.server(id("ny1demosweb01")).is_none());
}

#[test]
fn restores_and_snapshot_calls_answer_with_a_bare_link() {
    let mut queue = queue_of("demos", &[]);
    let snapshot = Snapshot::taken(2, noon(), SnapshotDays::MAX);
    queue
        .put_server(server("ny1demosweb01", "demos").archived())
        .unwrap();
    queue
        .put_server(server("ny1demosweb02", "demos").with_snapshot(snapshot))
        .unwrap();
    let group = "68c30c5898584105902306f7f610b31b".parse().unwrap();
    for (n, action, server) in [
        (
            1,
            Action::Restore {
                group: Some(Arc::new(group)),
            },
            "NY1DEMOSWEB01",
        ),
        (2, Action::RevertToSnapshot { snapshot: 2 }, "ny1demosweb02"),
        (3, Action::DeleteSnapshot { snapshot: 2 }, "ny1demosweb02"),
    ] {
        let answer = queue.ask("demos", action, &[server]);
        assert_eq!(
            twin::link(alias("demos"), answer.jobs()[0]),
            link("demos", &format!("ny1-{n}"))
        );
        queue.work_off(noon());
    }
    assert_eq!(
        queue.server(id("ny1demosweb01")).unwrap().profile().group,
        Some(group)
    );
    assert_eq!(
        queue.server(id("ny1demosweb02")).unwrap().snapshot(noon()),
        None
    );
}

#[test]
fn a_patch_answers_with_a_link_or_at_once() {
    let mut queue = queue_of("demos", &["ny1demosweb01"]);
    let (account, server) = (alias("demos"), id("ny1demosweb01"));
    let description = Description {
        text: Some("New".into()),
        ..Description::default()
    };
    let change = Change {
        cpu: Some(4),
        memory_gb: Some(8),
        disks: Some(vec![WantedDisk {
            id: None,
            size_gb: 20,
            path: Some("/extra".into()),
        }]),
    };
    let patched = queue.patch(
        account,
        server,
        &description,
        Change::default(),
        "user.demo",
        noon(),
    );
    assert_eq!(patched, Ok(Patched::AtOnce));
    let description = Description {
        text: Some("Newer".into()),
        ..Description::default()
    };
    let Ok(Patched::Queued { job }) =
        queue.patch(account, server, &description, change, "user.demo", noon())
    else {
        panic!("queued");
    };
    assert_eq!(twin::link(account, job), link("demos", "ny1-1"));
    let (known, size) = (queue.server(server).unwrap(), |queue: &Queue| {
        queue.server(server).unwrap().size()
    });
    assert_eq!(
        (&*known.profile().description, known.size().cpu),
        ("Newer", 1),
        "the rest at its turn"
    );
    queue.work_off(noon());
    assert_eq!(
        size(&queue),
        Size {
            cpu: 4,
            memory_mb: 8_192
        }
    );
    assert_eq!(queue.server(server).unwrap().storage_gb(), 20);
}

#[test]
fn building_answers_with_the_name_and_a_link_in_the_callers_letters() {
    let mut queue = queue_of("demos", &["ny1demosweb01"]);
    let mut new = NewServer {
        name: "Web".into(),
        data_center: "ny1".parse().unwrap(),
        uuid: "0E70D61953DB402A8A6F5D1F7AC5E4DD".parse().unwrap(),
        source: None,
        size: Size {
            cpu: 1,
            memory_mb: 1_024,
        },
        disks: Vec::new(),
        profile: Profile::default(),
    };
    let (built, entry) = queue
        .create(alias("DEMOS"), new.clone(), "user.demo", noon())
        .unwrap();
    let expected = format!(
        r#"{{"server":"Web","isQueued":true,"links":[{},{{"rel":"self","href":"/v2/servers/DEMOS/0e70d61953db402a8a6f5d1f7ac5e4dd?uuid=True","id":"0e70d61953db402a8a6f5d1f7ac5e4dd","verbs":["GET"]}}]}}"#,
        link("demos", "ny1-1")
    );
    assert_eq!(twin::created("DEMOS", &new, &entry), expected);
    assert_eq!(built, id("ny1demosweb02"), "the first counter that is free");
    assert_eq!(
        queue.server(built).unwrap().power(),
        None,
        "no details while it is built"
    );
    queue.work_off(noon());
    assert_eq!(
        queue.server(built).unwrap().power(),
        Some(PowerState::Started)
    );

    new.source = Some(built);
    new.uuid = ServerUuid::from_bytes([2; 16]);
    let (copy, entry) = queue
        .create(alias("demos"), new, "user.demo", noon())
        .unwrap();
    assert_eq!(
        (copy, entry.verdict.job()),
        (id("ny1demosweb03"), Some("ny1-2".parse().unwrap()))
    );
}

#[test]
fn groups_are_archived_and_restored_by_one_job() {
    let mut queue = queue_of("bryfs", &[]);
    let group = "2a5c0b9662cf4fc8bf6180f139facdc0";
    let profile = Profile {
        group: Some(group.parse().unwrap()),
        ..Profile::default()
    };
    for name in ["ny1bryfsweb02", "ny1bryfsweb01"] {
        queue
            .put_server(server(name, "bryfs").with_profile(profile.clone()))
            .unwrap();
    }
    queue.put_server(server("ny1bryfsweb03", "bryfs")).unwrap();
    let id = group.parse().unwrap();
    let answer = queue
        .submit_for_group(alias("bryfs"), id, Action::Archive, "user.demo", noon())
        .unwrap();
    assert_eq!(
        twin::link(alias("bryfs"), answer.jobs()[0]),
        link("bryfs", "ny1-1")
    );
    let servers: Vec<_> = queue
        .work_off(noon())
        .iter()
        .map(|work| work.server.to_string())
        .collect();
    assert_eq!(servers, ["ny1bryfsweb01", "ny1bryfsweb02"]);

    let restore = Action::Restore {
        group: Some(Arc::new(id)),
    };
    let answer = queue
        .submit_for_group(alias("bryfs"), id, restore, "user.demo", noon())
        .unwrap();
    let own = format!(
        r#"{{"rel":"self","href":"/v2/groups/bryfs/{group}?AccountAlias=BRYFS&identifier={group}"}}"#
    );
    let expected = format!(
        r#"{{"isQueued":true,"links":[{own},{}]}}"#,
        link("bryfs", "ny1-2")
    );
    assert_eq!(twin::group_restored("BRYFS", group, &answer), expected);
}

#[test]
fn polls_see_the_words_of_the_service_in_their_order() {
    let mut queue = queue_of("demos", &["ny1demosweb01"]);
    let job = queue
        .ask("demos", Action::PowerOff, &["ny1demosweb01"])
        .jobs()[0];
    let poll = |queue: &Queue| twin::status(queue.status(alias("DEMOS"), job).unwrap());
    let mut seen = vec![poll(&queue)];
    let work = queue.claim(ME, lease(), noon()).unwrap();
    seen.push(poll(&queue));
    queue
        .finish(work.ticket, Report::Transient("not now".into()), noon())
        .unwrap();
    seen.push(poll(&queue));
    let later = noon() + chrono::TimeDelta::seconds(6);
    let work = queue.claim(ME, lease(), later).unwrap();
    seen.push(poll(&queue));
    queue.finish(work.ticket, Report::Succeeded, later).unwrap();
    seen.push(poll(&queue));
    let words = [
        "notStarted",
        "executing",
        "resumed",
        "executing",
        "succeeded",
    ];
    assert_eq!(seen, words.map(|word| format!(r#"{{"status":"{word}"}}"#)));
    assert_eq!(twin::status(JobStatus::Failed), r#"{"status":"failed"}"#);
}

#[test]
fn a_server_is_shown_as_in_each_recorded_state() {
    let mut queue = queue_of("demos", &[]);
    let disk = |unit: &str, size_gb| Disk {
        id: unit.parse().unwrap(),
        size_gb,
        partition_paths: Vec::new(),
    };
    let profile = Profile {
        description: "My demo server".into(),
        group: Some("462737ea30074f0e91023aa7d3ebd05d".parse().unwrap()),
        os_type: "CentOS 6 64-bit".into(),
        os: "centOS6_64Bit".into(),
        storage: StorageKind::Premium,
        host_name: "ny1demosweb01".into(),
        ip_addresses: vec![IpAddress {
            internal: "10.110.37.43".into(),
            public: None,
        }],
        ..Profile::default()
    };
    let made = server("ny1demosweb01", "demos")
        .with_profile(profile)
        .with_disks(vec![disk("0:0", 1), disk("0:1", 14)]);
    queue
        .put_server(made.with_power(PowerState::Paused).with_maintenance(true))
        .unwrap();
    let shown = |queue: &Queue| twin::server(queue.server(id("ny1demosweb01")).unwrap());
    let body = |status: &str, cpu, flag, mb, power, snapshots: &str, by| {
        format!(
            r#"{{"id":"ny1demosweb01","name":"NY1DEMOSWEB01","description":"My demo server","groupId":"462737ea30074f0e91023aa7d3ebd05d","isTemplate":false,"locationId":"NY1","osType":"CentOS 6 64-bit","os":"centOS6_64Bit","status":"{status}","details":{{"ipAddresses":[{{"internal":"10.110.37.43"}}],"cpu":{cpu},"diskCount":2,"hostName":"ny1demosweb01","inMaintenanceMode":{flag},"memoryMB":{mb},"powerState":"{power}","storageGB":15,"disks":[{{"id":"0:0","sizeGB":1,"partitionPaths":[]}},{{"id":"0:1","sizeGB":14,"partitionPaths":[]}}],"snapshots":[{snapshots}]}},"type":"standard","storageType":"premium","changeInfo":{{"createdBy":"maker","createdDate":"2026-03-01T12:00:00Z","modifiedBy":"{by}","modifiedDate":"2026-03-01T12:00:00Z"}}}}"#
        )
    };
    assert_eq!(
        shown(&queue),
        body("active", 1, true, 1024, "paused", "", "maker")
    );
    let target = ["ny1demosweb01"];
    queue.ask(
        "demos",
        Action::CreateSnapshot {
            days: SnapshotDays::MAX,
        },
        &target,
    );
    queue.work_off(noon());
    let own = "/v2/servers/demos/ny1demosweb01/snapshots/1";
    let snapshot = format!(
        r#"{{"name":"2026-03-01.12:00:00","links":[{{"rel":"self","href":"{own}"}},{{"rel":"delete","href":"{own}"}},{{"rel":"restore","href":"{own}/restore"}}]}}"#
    );
    assert_eq!(
        shown(&queue),
        body("active", 1, true, 1024, "paused", &snapshot, "user.one")
    );
    queue.ask("demos", Action::DeleteSnapshot { snapshot: 1 }, &target);
    queue.work_off(noon());
    queue.ask("demos", Action::StopMaintenance, &target);
    queue.work_off(noon());
    queue.ask("demos", Action::Archive, &target);
    queue.work_off(noon());
    assert_eq!(
        shown(&queue),
        body("archived", 0, false, 0, "stopped", "", "user.one")
    );
    queue.ask("demos", Action::Restore { group: None }, &target);
    assert_eq!(
        shown(&queue),
        body("queuedForRestore", 0, false, 0, "stopped", "", "user.one")
    );
    queue.work_off(noon());
    assert_eq!(
        shown(&queue),
        body("active", 1, false, 1024, "started", "", "user.one")
    );

    let new = NewServer {
        name: "os".into(),
        data_center: "va1".parse().unwrap(),
        uuid: ServerUuid::from_bytes([3; 16]),
        source: None,
        size: Size::default(),
        disks: Vec::new(),
        profile: Profile {
            managed_os: true,
            ..Profile::default()
        },
    };
    let (built, _) = queue
        .create(alias("demos"), new, "user.two", noon())
        .unwrap();
    let shown = twin::server(queue.server(built).unwrap());
    assert_eq!(
        shown,
        r#"{"id":"va1demosos01","name":"VA1DEMOSOS01","description":"","groupId":null,"isTemplate":false,"locationId":"VA1","osType":"","os":"","isManagedOS":true,"status":"underConstruction","type":"standard","storageType":"standard","changeInfo":{"createdBy":"user.two","createdDate":"2026-03-01T12:00:00Z","modifiedBy":"user.two","modifiedDate":"2026-03-01T12:00:00Z"}}"#
    );
}
