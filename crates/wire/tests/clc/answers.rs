//! Answers byte for byte, in the forms that were recorded.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use tagout_batch::{
    Action, Alias, Answer, Cell, ChangeInfo, Command, Disk, Effect, Entry, IpAddress, Owner,
    PowerState, Profile, Queue, Report, Server, Settings, Snapshot, SnapshotDays, StorageKind,
    Submission, Verdict,
};
use tagout_wire::clc::{self, JobDetails};

use crate::text;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

fn demo() -> Alias {
    "DEMO".parse().unwrap()
}

fn entry(server: &str, verdict: Verdict) -> Entry {
    let server = server.into();
    Entry { server, verdict }
}

fn queued(job: &str) -> Verdict {
    let job = job.parse().unwrap();
    Verdict::Queued { job }
}

#[test]
fn a_batch_answers_for_each_server_in_the_order_of_the_request() {
    let answer = Answer::from(vec![
        entry("NY1DEMOWEB01", queued("NY1-41007")),
        entry("ny1demoweb02", Verdict::Refused),
        entry("NY1DEMOWEB03", Verdict::NoOp),
    ]);
    let reply = clc::batch_reply(demo(), &answer);
    assert_eq!((reply.status, reply.location.clone()), (200, None));
    assert_eq!(
        text(reply),
        r#"[{"server":"ny1demoweb01","isQueued":true,"links":[{"rel":"status","href":"/v2/operations/demo/status/ny1-41007","id":"ny1-41007"}]},{"server":"ny1demoweb02","isQueued":false,"errorMessage":"The operation cannot be queued because the server cannot be found or it is not in a valid state."},{"server":"ny1demoweb03","isQueued":false}]"#
    );
}

#[test]
fn what_is_tried_out_is_told_apart_from_what_is_done() {
    let cells = [
        ("NY1DEMOWEB01".into(), Cell::Queue(Effect::Nothing)),
        ("ny1demoweb02".into(), Cell::NoOp),
        ("ny1demoweb03".into(), Cell::Refuse),
    ];
    assert_eq!(
        text(clc::dry_run_reply(&cells)),
        r#"{"dryRun":true,"servers":[{"server":"ny1demoweb01","isQueued":true},{"server":"ny1demoweb02","isQueued":false},{"server":"ny1demoweb03","isQueued":false,"errorMessage":"The operation cannot be queued because the server cannot be found or it is not in a valid state."}]}"#
    );
}

#[test]
fn calls_on_one_server_answer_with_an_entity_or_a_bare_link() {
    let reply = clc::entity_reply(demo(), &entry("NY1DEMOWEB01", queued("ny1-7")));
    assert_eq!(reply.status, 202);
    assert_eq!(
        text(reply),
        r#"{"server":"ny1demoweb01","isQueued":true,"links":[{"rel":"status","href":"/v2/operations/demo/status/ny1-7","id":"ny1-7"}]}"#
    );
    let reply = clc::link_reply(200, demo(), "ny1-8".parse().unwrap());
    assert_eq!(
        (reply.status, text(reply)),
        (
            200,
            r#"{"rel":"status","href":"/v2/operations/demo/status/ny1-8","id":"ny1-8"}"#.into()
        )
    );
}

#[test]
fn building_repeats_the_name_and_the_letters_of_the_path() {
    let uuid = "0E70D61953DB402A8A6F5D1F7AC5E4DD".parse().unwrap();
    let entry = entry("ny1demoweb01", queued("ny1-7"));
    let reply = clc::created_reply(demo(), "DEMO", "Web", uuid, &entry);
    assert_eq!(reply.status, 202);
    assert_eq!(
        text(reply),
        r#"{"server":"Web","isQueued":true,"links":[{"rel":"status","href":"/v2/operations/demo/status/ny1-7","id":"ny1-7"},{"rel":"self","href":"/v2/servers/DEMO/0e70d61953db402a8a6f5d1f7ac5e4dd?uuid=True","id":"0e70d61953db402a8a6f5d1f7ac5e4dd","verbs":["GET"]}]}"#
    );
}

#[test]
fn a_group_comes_back_under_one_job_for_each_data_center() {
    let group = "2a5c0b9662cf4fc8bf6180f139facdc0".parse().unwrap();
    let answer = Answer::from(vec![entry("ny1demoweb01", queued("ny1-7"))]);
    assert_eq!(
        text(clc::group_restored_reply(demo(), "DEMO", group, &answer)),
        r#"{"isQueued":true,"links":[{"rel":"self","href":"/v2/groups/demo/2a5c0b9662cf4fc8bf6180f139facdc0?AccountAlias=DEMO&identifier=2a5c0b9662cf4fc8bf6180f139facdc0"},{"rel":"status","href":"/v2/operations/demo/status/ny1-7","id":"ny1-7"}]}"#
    );
    let none = Answer::from(vec![entry("ny1demoweb01", Verdict::Refused)]);
    assert_eq!(
        text(clc::group_restored_reply(demo(), "DEMO", group, &none)),
        r#"{"isQueued":false,"links":[{"rel":"self","href":"/v2/groups/demo/2a5c0b9662cf4fc8bf6180f139facdc0?AccountAlias=DEMO&identifier=2a5c0b9662cf4fc8bf6180f139facdc0"}],"errorMessage":"The operation cannot be queued because the server cannot be found or it is not in a valid state."}"#
    );
}

fn server(profile: Profile) -> Server {
    let disk = |unit: &str, size_gb, paths: &[&str]| Disk {
        id: unit.parse().unwrap(),
        size_gb,
        partition_paths: paths.iter().map(|path| (*path).into()).collect(),
    };
    let made = ChangeInfo::created("maker".into(), noon());
    Server::new("NY1DEMOWEB01".parse().unwrap(), demo(), made)
        .with_profile(profile)
        .with_disks(vec![disk("0:0", 1, &[]), disk("0:1", 14, &["/data"])])
}

fn profile() -> Profile {
    Profile {
        description: "My demo server".into(),
        group: Some("462737ea30074f0e91023aa7d3ebd05d".parse().unwrap()),
        os_type: "CentOS 6 64-bit".into(),
        os: "centOS6_64Bit".into(),
        storage: StorageKind::Premium,
        host_name: "ny1demoweb01".into(),
        ip_addresses: vec![IpAddress {
            internal: "10.110.37.43".into(),
            public: None,
        }],
        ..Profile::default()
    }
}

const HEAD: &str = r#"{"id":"ny1demoweb01","name":"NY1DEMOWEB01","description":"My demo server","groupId":"462737ea30074f0e91023aa7d3ebd05d","isTemplate":false,"locationId":"NY1","osType":"CentOS 6 64-bit","os":"centOS6_64Bit""#;
const CHANGED: &str = r#""changeInfo":{"createdBy":"maker","createdDate":"2026-03-01T12:00:00Z","modifiedBy":"maker","modifiedDate":"2026-03-01T12:00:00Z"}"#;
const COMMON_LINKS: &str = r#"{"rel":"group","href":"/v2/groups/demo/462737ea30074f0e91023aa7d3ebd05d","id":"462737ea30074f0e91023aa7d3ebd05d"},{"rel":"account","href":"/v2/accounts/demo","id":"demo"},{"rel":"billing","href":"/v2/billing/demo/serverPricing/ny1demoweb01"}"#;

fn details(cpu: u16, flag: bool, memory_mb: u32, power: &str, snapshots: &str) -> String {
    format!(
        r#""details":{{"ipAddresses":[{{"internal":"10.110.37.43"}}],"alertPolicies":[],"cpu":{cpu},"diskCount":2,"hostName":"ny1demoweb01","inMaintenanceMode":{flag},"memoryMB":{memory_mb},"powerState":"{power}","storageGB":15,"disks":[{{"id":"0:0","sizeGB":1,"partitionPaths":[]}},{{"id":"0:1","sizeGB":14,"partitionPaths":["/data"]}}],"partitions":[{{"sizeGB":14.0,"path":"/data"}}],"snapshots":[{snapshots}],"customFields":[]}}"#
    )
}

#[test]
fn an_active_server_shows_all_its_links() {
    let server = server(profile())
        .with_power(PowerState::Paused)
        .with_maintenance(true);
    let own = "/v2/servers/demo/ny1demoweb01";
    let links = format!(
        r#"{{"rel":"self","href":"{own}","id":"ny1demoweb01","verbs":["GET","PATCH","DELETE"]}},{COMMON_LINKS},{{"rel":"statistics","href":"{own}/statistics"}},{{"rel":"upcomingScheduledActivities","href":"{own}/upcomingScheduledActivities"}},{{"rel":"scheduledActivities","href":"{own}/scheduledActivities","verbs":["GET","POST"]}},{{"rel":"publicIPAddresses","href":"{own}/publicIPAddresses","verbs":["POST"]}},{{"rel":"alertPolicyMappings","href":"{own}/alertPolicies","verbs":["POST"]}},{{"rel":"antiAffinityPolicyMapping","href":"{own}/antiAffinityPolicy","verbs":["PUT","DELETE"]}},{{"rel":"cpuAutoscalePolicyMapping","href":"{own}/cpuAutoscalePolicy","verbs":["PUT","DELETE"]}},{{"rel":"capabilities","href":"{own}/capabilities"}},{{"rel":"credentials","href":"{own}/credentials"}}"#
    );
    let details = details(1, true, 1024, "paused", "");
    assert_eq!(
        text(clc::server_reply(demo(), &server, noon())),
        format!(
            r#"{HEAD},"status":"active",{details},"type":"standard","storageType":"premium",{CHANGED},"links":[{links}]}}"#
        )
    );
}

#[test]
fn a_snapshot_has_links_until_it_expires_and_an_address_one_while_it_is_public() {
    let snapshot = Snapshot::taken(40, noon(), SnapshotDays::MIN);
    let mut profile = profile();
    profile.ip_addresses[0].public = Some("91.14.111.101".into());
    let server = server(profile).with_snapshot(snapshot);
    let own = "/v2/servers/demo/ny1demoweb01/snapshots/40";
    let shown = text(clc::server_reply(demo(), &server, noon()));
    let expected = format!(
        r#""snapshots":[{{"name":"2026-03-01.12:00:00","links":[{{"rel":"self","href":"{own}"}},{{"rel":"delete","href":"{own}"}},{{"rel":"restore","href":"{own}/restore"}}]}}]"#
    );
    assert!(shown.contains(&expected), "{shown}");
    assert!(
        shown.contains(r#""ipAddresses":[{"internal":"10.110.37.43","public":"91.14.111.101"}]"#),
        "{shown}"
    );
    let address = r#"{"rel":"publicIPAddress","href":"/v2/servers/demo/ny1demoweb01/publicIPAddresses/91.14.111.101","id":"91.14.111.101","verbs":["GET","PUT","DELETE"]}]}"#;
    assert!(shown.ends_with(address), "{shown}");
    let later = noon() + TimeDelta::days(1);
    let shown = text(clc::server_reply(demo(), &server, later));
    assert!(shown.contains(r#""snapshots":[]"#), "{shown}");
}

#[test]
fn an_archived_server_has_no_processors_and_can_come_back() {
    let server = server(profile()).archived();
    let own = "/v2/servers/demo/ny1demoweb01";
    let details = details(0, false, 0, "stopped", "");
    assert_eq!(
        text(clc::server_reply(demo(), &server, noon())),
        format!(
            r#"{HEAD},"status":"archived",{details},"type":"standard","storageType":"premium",{CHANGED},"links":[{{"rel":"self","href":"{own}","id":"ny1demoweb01","verbs":["GET","PATCH"]}},{COMMON_LINKS},{{"rel":"restore","href":"{own}/restore"}},{{"rel":"delete","href":"{own}"}}]}}"#
        )
    );
}

#[test]
fn a_server_that_is_built_has_no_details() {
    let new = tagout_batch::NewServer {
        name: "os".into(),
        data_center: "va1".parse().unwrap(),
        uuid: "0e70d61953db402a8a6f5d1f7ac5e4dd".parse().unwrap(),
        source: None,
        size: tagout_batch::Size::default(),
        disks: Vec::new(),
        profile: Profile {
            managed_os: true,
            ..Profile::default()
        },
    };
    let id = "va1demoos01".parse().unwrap();
    let server = Server::under_construction(
        id,
        demo(),
        &new,
        ChangeInfo::created("maker".into(), noon()),
    );
    assert_eq!(
        text(clc::server_reply(demo(), &server, noon())),
        format!(
            r#"{{"id":"va1demoos01","name":"VA1DEMOOS01","description":"","groupId":null,"isTemplate":false,"locationId":"VA1","osType":"","os":"","isManagedOS":true,"status":"underConstruction","type":"standard","storageType":"standard",{CHANGED},"links":[{{"rel":"self","href":"/v2/servers/demo/va1demoos01","id":"va1demoos01","verbs":["GET","PATCH"]}},{{"rel":"account","href":"/v2/accounts/demo","id":"demo"}},{{"rel":"billing","href":"/v2/billing/demo/serverPricing/va1demoos01"}}]}}"#
        )
    );
}

#[test]
fn a_list_of_servers_says_where_it_goes_on() {
    let one = server(profile());
    let whole = text(clc::server_reply(demo(), &one, noon()));
    let list = text(clc::servers_reply(demo(), [&one], Some("here"), noon()));
    assert_eq!(list, format!(r#"{{"servers":[{whole}],"next":"here"}}"#));
    assert_eq!(
        text(clc::servers_reply(demo(), [], None, noon())),
        r#"{"servers":[]}"#
    );
}

#[test]
fn a_job_tells_of_each_of_its_servers() {
    let mut queue = Queue::new(Settings::default());
    queue.open_account(demo());
    let ids = ["ny1demoweb01", "ny1demoweb02"];
    for id in ids {
        let made = ChangeInfo::created("maker".into(), noon());
        queue
            .put_server(Server::new(id.parse().unwrap(), demo(), made))
            .unwrap();
    }
    let command = Command::new(Action::Reboot, ids.map(Into::into));
    let answer = queue
        .submit(&Submission::new(demo(), "ops", command), noon())
        .unwrap();
    let me = Owner { node: 1, epoch: 1 };
    let at = |seconds| noon() + TimeDelta::seconds(seconds);
    let work = queue.claim(me, TimeDelta::seconds(30), at(5)).unwrap();
    queue
        .finish(work.ticket, Report::Failed("no power".into()), at(6))
        .unwrap();
    let id = answer.jobs()[0];
    let (job, items) = queue.job(id).unwrap();
    let items: Vec<_> = items.iter().cloned().collect();
    let links = r#""links":[{"rel":"self","href":"/v2/operations/demo/jobs/ny1-1"},{"rel":"status","href":"/v2/operations/demo/status/ny1-1","id":"ny1-1"}]"#;
    let head = r#""id":"ny1-1","operation":"reboot","status":"executing","percentComplete":50,"counts":{"total":2,"waiting":1,"running":0,"succeeded":0,"failed":1,"skipped":0},"priority":3,"maxConcurrency":1,"createdBy":"ops","createdAt":"2026-03-01T12:00:00.000Z""#;
    let reply = clc::job_reply(demo(), JobDetails { job, items: &items });
    assert_eq!(
        text(reply),
        format!(
            r#"{{{head},"servers":[{{"server":"ny1demoweb01","status":"failed","attempts":1,"startedAt":"2026-03-01T12:00:05.000Z","finishedAt":"2026-03-01T12:00:06.000Z","error":"no power"}},{{"server":"ny1demoweb02","status":"notStarted","attempts":0}}],{links}}}"#
        )
    );
    assert_eq!(
        text(clc::jobs_reply(demo(), [job], Some("here"))),
        format!(r#"{{"jobs":[{{{head},{links}}}],"next":"here"}}"#)
    );
    assert_eq!(
        text(clc::progress_reply(demo(), id, job.progress())),
        r#"{"id":"ny1-1","percentComplete":50,"counts":{"total":2,"waiting":1,"running":0,"succeeded":0,"failed":1,"skipped":0},"links":[{"rel":"status","href":"/v2/operations/demo/status/ny1-1","id":"ny1-1"}]}"#
    );
}

#[test]
fn a_plan_tells_of_each_of_its_servers() {
    let id = "demo/7".parse().unwrap();
    let ends_at = noon() + TimeDelta::hours(1);
    let servers = ["ny1demoweb01", "ny1demoweb02", "ny1demoweb03"].map(|id| id.parse().unwrap());
    let mut plan = tagout_batch::Plan::new(
        id,
        "ops".into(),
        tagout_batch::Terms::default(),
        servers,
        noon(),
        ends_at,
    )
    .unwrap();
    let there = server(profile());
    plan.poll(noon(), |_, _| None, |_| Some(&there));
    plan.answered(&Answer::from(vec![
        entry("ny1demoweb01", queued("ny1-7")),
        entry("ny1demoweb02", Verdict::NoOp),
        entry("ny1demoweb03", Verdict::Refused),
    ]));
    let shown = r#"{"id":"7","startsAt":"2026-03-01T12:00:00Z","endsAt":"2026-03-01T13:00:00Z","isOver":false,"servers":[{"server":"ny1demoweb01","stage":"starting","job":"ny1-7"},{"server":"ny1demoweb02","stage":"wasOn"},{"server":"ny1demoweb03","stage":"waiting"}]}"#;
    assert_eq!(text(clc::plan_reply(&plan)), shown);
    assert_eq!(
        text(clc::plans_reply([&plan], None)),
        format!(r#"{{"plans":[{shown}]}}"#)
    );
    let reply = clc::planned_reply(demo(), id);
    assert_eq!(
        (reply.status, reply.location.as_deref()),
        (201, Some("/v2/operations/demo/plans/7"))
    );
    assert_eq!(
        text(reply),
        r#"{"id":"7","links":[{"rel":"self","href":"/v2/operations/demo/plans/7","verbs":["GET","DELETE"]}]}"#
    );
}
