//! Requests, as they are written by the reference and by the clients.

use tagout_batch::{Action, Operation, Which};
use tagout_wire::clc::{Input, Request, Route, ServerRef, Source, Submit};

use crate::{read, text};

fn submit(operation: Operation, query: &str, body: &str) -> Submit {
    let path = format!("/v2/operations/DEMO/servers/{operation}?{query}");
    match read("POST", &path, body) {
        Ok(Request::Submit(submit)) => *submit,
        other => panic!("{other:?}"),
    }
}

/// The message and the faults of a refused request.
#[track_caller]
fn refused(method: &str, path: &str, body: &str, status: u16, expected: &str) {
    let reply = read(method, path, body).unwrap_err().reply();
    assert_eq!(
        (reply.status, text(reply)),
        (status, expected.to_owned()),
        "{path} {body}"
    );
}

/// The faults of a body, as the inside of `modelState`.
#[track_caller]
fn invalid(method: &str, path: &str, body: &str, model_state: &str) {
    let expected =
        format!(r#"{{"message":"The request is invalid.","modelState":{{{model_state}}}}}"#);
    refused(method, path, body, 400, &expected);
}

fn targets(submit: &Submit) -> Vec<&str> {
    let targets = submit.command.targets().iter();
    targets.map(|target| target.server.as_str()).collect()
}

#[test]
fn ten_operations_take_a_bare_list_of_ids_in_any_case() {
    for operation in Operation::BATCH {
        let bodied = [
            Operation::CreateSnapshot,
            Operation::SetMaintenance,
            Operation::ExecutePackage,
        ];
        if bodied.contains(&operation) {
            continue;
        }
        let submit = submit(
            operation,
            "",
            r#"["NY1DEMOWEB01","ny1demoweb02","Ny1DemoWeb01"]"#,
        );
        assert_eq!(submit.command.action().operation(), operation);
        assert_eq!(targets(&submit), ["ny1demoweb01", "ny1demoweb02"]);
        assert!(!submit.dry_run && submit.key.is_none());
    }
}

#[test]
fn the_other_three_take_objects_with_numbers_and_flags_as_texts_too() {
    for days in ["7", "\"7\""] {
        let body = format!(r#"{{"snapshotExpirationDays":{days},"serverIds":["NY1DEMOWEB01"]}}"#);
        let submit = submit(Operation::CreateSnapshot, "", &body);
        assert!(
            matches!(submit.command.action(), Action::CreateSnapshot { days } if days.get() == 7)
        );
    }
    let body = r#"{"servers":[{"id":"ny1demoweb01","inMaintenanceMode":"true"},{"ID":"ny1demoweb02","inMaintenanceMode":false}]}"#;
    let set = submit(Operation::SetMaintenance, "", body);
    let flags: Vec<_> = set
        .command
        .targets()
        .iter()
        .map(|target| target.maintenance)
        .collect();
    assert_eq!(flags, [Some(true), Some(false)]);

    let body = r#"{"servers":["ny1demoweb01"],"package":{"packageId":"77abb844","parameters":{"B.z":"1","A.a":"2"}}}"#;
    let execute = submit(Operation::ExecutePackage, "", body);
    let Action::ExecutePackage { package } = execute.command.action() else {
        panic!("{execute:?}");
    };
    let expected = [("B.z".into(), "1".into()), ("A.a".into(), "2".into())];
    assert_eq!(
        (&*package.id, package.parameters.as_slice()),
        ("77abb844", expected.as_slice())
    );
    let body = r#"{"servers":["ny1demoweb01"],"package":{"packageId":"77abb844"}}"#;
    submit(Operation::ExecutePackage, "", body);
}

#[test]
fn a_snapshot_may_be_asked_for_by_a_form() {
    let route = Route::find("POST", "/v2/operations/demo/servers/createSnapshot").unwrap();
    let read = |content_type, body: &str| {
        let input = Input {
            content_type,
            body: body.as_bytes(),
            ..Input::default()
        };
        match Request::parse(&route, &input) {
            Ok(Request::Submit(submit)) => Ok(targets(&submit).join(" ")),
            Ok(other) => panic!("{other:?}"),
            Err(fault) => Err(text(fault.reply())),
        }
    };
    let form = "Application/X-WWW-Form-Urlencoded";
    let one = "serverIds=NY1DEMOWEB01&snapshotExpirationDays=3";
    assert_eq!(read(form, one).unwrap(), "ny1demoweb01");
    let two = "snapshotExpirationDays=3&serverIds=NY1DEMOWEB01&serverIds=NY1DEMOWEB02";
    assert_eq!(read(form, two).unwrap(), "ny1demoweb01 ny1demoweb02");
    let json = r#" {"snapshotExpirationDays":3,"serverIds":["NY1DEMOWEB01"]}"#;
    assert_eq!(
        read(form, json).unwrap(),
        "ny1demoweb01",
        "JSON under the wrong name"
    );
    assert_eq!(
        read(form, "serverIds=NY1DEMOWEB01").unwrap_err(),
        r#"{"message":"The request is invalid.","modelState":{"body.snapshotExpirationDays":["the days are missing, expected a whole number from 1 to 10"]}}"#
    );
}

#[test]
fn the_query_sets_terms_and_the_header_a_key() {
    let query = "maxConcurrency=10%25&maxErrors=2&priority=1&startBy=2026-03-01T12:00:00%2B01:00&dryRun=true";
    let submit = submit(Operation::PowerOn, query, r#"["NY1DEMOWEB01"]"#);
    let stored = serde_json::to_string(&submit.terms).unwrap();
    assert_eq!(
        stored,
        r#"{"maxConcurrency":"10%","maxErrors":"2","priority":1,"startBy":"2026-03-01T11:00:00Z"}"#
    );
    assert!(submit.dry_run);
    let route = Route::find("POST", "/v2/operations/demo/servers/pause").unwrap();
    let input = Input {
        idempotency_key: Some("night"),
        body: br#"["NY1DEMOWEB01"]"#,
        ..Input::default()
    };
    let Ok(Request::Submit(keyed)) = Request::parse(&route, &input) else {
        panic!("a batch");
    };
    assert_eq!(keyed.key.unwrap().as_str(), "night");
    let fault = Request::parse(
        &route,
        &Input {
            idempotency_key: Some(""),
            ..input
        },
    )
    .unwrap_err();
    assert_eq!(
        text(fault.reply()),
        r#"{"message":"The request is invalid.","modelState":{"Idempotency-Key":["a key of 0 bytes, expected 1 to 255"]}}"#
    );
}

#[test]
fn every_fault_of_a_batch_is_told_at_its_place() {
    let path = |operation: &str| format!("/v2/operations/demo/servers/{operation}");
    invalid(
        "POST",
        &path("powerOn"),
        "[]",
        r#""body":["no server is named, expected at least one"]"#,
    );
    invalid(
        "POST",
        &path("powerOn"),
        r#"["a",null,7,["b"]]"#,
        r#""body[1]":["server 1 is null, expected a text"],"body[2]":["server 2 is 7, expected a text"],"body[3]":["server 3 is a list, expected a text"]"#,
    );
    invalid(
        "POST",
        &path("powerOn"),
        r#"{"serverIds":["a"]}"#,
        r#""body":["it is an object, expected a list"]"#,
    );
    invalid(
        "POST",
        &path("setMaintenance"),
        r#"["ny1demoweb01"]"#,
        r#""body":["it is a list, expected an object"]"#,
    );
    invalid(
        "POST",
        &path("setMaintenance"),
        r#"{"servers":["a",{"id":"b"},{"id":"c","inMaintenanceMode":true},{"id":"C","inMaintenanceMode":false}]}"#,
        r#""body.servers[0]":["it is `a`, expected an object"],"body.servers[1].inMaintenanceMode":["the maintenance flag of server 1 is missing, expected true or false"],"body.servers[3].inMaintenanceMode":["server 3 is the same as server 2 and asks for another maintenance flag"]"#,
    );
    invalid(
        "POST",
        &path("createSnapshot"),
        r#"{"snapshotExpirationDays":11}"#,
        r#""body.serverIds":["no server is named, expected at least one"],"body.snapshotExpirationDays":["the days are 11, expected a whole number from 1 to 10"]"#,
    );
    invalid(
        "POST",
        &path("executePackage"),
        r#"{"servers":["a"],"package":{"parameters":{"A.b":1}}}"#,
        r#""body.package.packageId":["the package is missing, expected its id"],"body.package.parameters.A.b":["parameter `A.b` is 1, expected a text"]"#,
    );
    invalid(
        "POST",
        &format!(
            "{}?maxConcurrency=0&priority=9&startBy=noon&dryRun=maybe&maxErrors=1&maxErrors=2",
            path("reset")
        ),
        r#"["a"]"#,
        r#""dryRun":["it is `maybe`, expected true or false"],"maxConcurrency":["a limit of `0`, expected a number from 1, or 1% to 100%"],"maxErrors":["it is said twice"],"priority":["it is `9`, expected a whole number from 1 to 5"],"startBy":["it is `noon`, expected an instant such as `2026-03-01T12:00:00Z`"]"#,
    );
    refused(
        "POST",
        &path("resume"),
        "[]",
        404,
        r#"{"message":"The requested resource does not exist."}"#,
    );
    refused(
        "POST",
        &path("delete"),
        r#"["a"]"#,
        404,
        r#"{"message":"The requested resource does not exist."}"#,
    );
    refused(
        "POST",
        &path("powerOn"),
        r#"["a""#,
        400,
        r#"{"message":"The request is not valid JSON: EOF while parsing a list at line 1 column 4"}"#,
    );
}

#[test]
fn names_that_differ_only_in_case_are_ambiguous() {
    invalid(
        "POST",
        "/v2/operations/demo/servers/createSnapshot",
        r#"{"serverIds":["a"],"SERVERIDS":["b"],"snapshotExpirationDays":1}"#,
        r#""body.serverIds":["it is said twice, in letters of different case"]"#,
    );
}

#[test]
fn too_many_servers_are_one_fault() {
    let route = Route::find("POST", "/v2/operations/demo/servers/reset").unwrap();
    let input = Input {
        body: br#"["a","b","c","A"]"#,
        servers_max: 2,
        ..Input::default()
    };
    let fault = Request::parse(&route, &input).unwrap_err();
    assert_eq!(
        text(fault.reply()),
        r#"{"message":"The request is invalid.","modelState":{"body":["3 servers are named, expected at most 2"]}}"#
    );
}

#[test]
fn servers_and_jobs_are_found_by_their_paths() {
    let is = |method, path, expected: &Request| {
        assert_eq!(read(method, path, "").unwrap(), *expected, "{path}");
    };
    let server = "ny1demoweb01".parse().unwrap();
    let uuid = "0E70D61953DB402A8A6F5D1F7AC5E4DD".parse().unwrap();
    is(
        "GET",
        "/v2/servers/DEMO/NY1DEMOWEB01",
        &Request::Server(ServerRef::Id(server)),
    );
    let by_uuid = Request::Server(ServerRef::Uuid(uuid));
    is(
        "GET",
        "/v2/servers/demo/0e70d61953db402a8a6f5d1f7ac5e4dd?uuid=True",
        &by_uuid,
    );
    is(
        "DELETE",
        "/v2/servers/DEMO/ny1demoweb01",
        &Request::Delete { server },
    );
    is(
        "POST",
        "/v2/servers/demo/ny1demoweb01/restore",
        &Request::Restore {
            server,
            group: None,
        },
    );
    let snapshot = 40;
    is(
        "POST",
        "/v2/servers/demo/ny1demoweb01/snapshots/40/restore",
        &Request::Revert { server, snapshot },
    );
    is(
        "DELETE",
        "/v2/servers/demo/ny1demoweb01/snapshots/40",
        &Request::DeleteSnapshot { server, snapshot },
    );
    let job = "ny1-41007".parse().unwrap();
    let wait = std::time::Duration::from_secs(20);
    is(
        "GET",
        "/v2/operations/DEMO/status/NY1-41007?wait=20",
        &Request::Status { job, wait },
    );
    is(
        "GET",
        "/v2/operations/DEMO/jobs/ny1-41007",
        &Request::Job { job },
    );
    is(
        "POST",
        "/v2/operations/DEMO/jobs/ny1-41007/cancel",
        &Request::Cancel { job },
    );
    let which = Which::NotSucceeded;
    is(
        "POST",
        "/v2/operations/DEMO/jobs/ny1-41007/resume?which=notSucceeded",
        &Request::Resume { job, which },
    );
    is(
        "DELETE",
        "/v2/operations/DEMO/plans/7",
        &Request::EndPlan { number: 7 },
    );
}

#[test]
fn what_can_be_nothing_that_exists_is_not_found() {
    let message = r#"{"message":"The requested resource does not exist."}"#;
    for (method, path, body) in [
        ("GET", "/v2/servers/demo/no", ""),
        ("DELETE", "/v2/servers/demo/no", ""),
        ("DELETE", "/v2/servers/demo/ny1demoweb01/snapshots/x", ""),
        ("DELETE", "/v2/servers/demo/ny1demoweb01/snapshots/01", ""),
        ("GET", "/v2/operations/demo/status/12345", message),
        ("GET", "/v2/operations/demo/plans/0x7", message),
        ("DELETE", "/v2/groups/demo/default", message),
    ] {
        refused(method, path, "", 404, body);
    }
}

#[test]
fn lists_take_a_part_and_filters() {
    let path = "/v2/operations/demo/jobs?status=Failed&server=NY1DEMOWEB01&since=2026-03-01T00:00:00Z&limit=7&after=x";
    let Ok(Request::Jobs(query)) = read("GET", path, "") else {
        panic!("jobs");
    };
    assert_eq!(
        (query.page.limit, query.page.after.as_deref()),
        (7, Some("x"))
    );
    assert_eq!(query.status.unwrap().word(), "failed");
    assert_eq!(query.server.unwrap().as_str(), "ny1demoweb01");
    assert_eq!(
        query.since.unwrap().to_rfc3339(),
        "2026-03-01T00:00:00+00:00"
    );
    invalid(
        "GET",
        "/v2/operations/demo/jobs?status=done&limit=0&server=x",
        "",
        r#""limit":["it is `0`, expected a whole number from 1 to 1000"],"server":["`x` is not a server id: data centre, account alias, name and counter"],"status":["it is `done`, expected one of notStarted, executing, resumed, succeeded, failed"]"#,
    );
    invalid(
        "GET",
        "/v2/operations/demo/status/ny1-1?wait=61",
        "",
        r#""wait":["it is `61`, expected a whole number from 0 to 60"]"#,
    );
}

#[test]
fn a_plan_has_servers_a_start_and_an_end() {
    let path = "/v2/operations/demo/plans?maxConcurrency=2";
    let body = r#"{"servers":["NY1DEMOWEB01"],"startsAt":"2026-03-01T23:00:00Z","endsAt":"2026-03-02T01:00:00+01:00"}"#;
    let Ok(Request::NewPlan(plan)) = read("POST", path, body) else {
        panic!("a plan");
    };
    assert_eq!(plan.servers, ["ny1demoweb01".parse().unwrap()]);
    assert_eq!((plan.ends_at - plan.starts_at).num_minutes(), 60);
    assert_eq!(plan.terms.max_concurrency.of(9), 2);
    invalid(
        "POST",
        "/v2/operations/demo/plans",
        r#"{"servers":["x",1],"startsAt":5}"#,
        r#""body.endsAt":["it is missing, expected an instant such as `2026-03-01T12:00:00Z`"],"body.servers[0]":["`x` is not a server id: data centre, account alias, name and counter"],"body.servers[1]":["it is 1, expected a text"],"body.startsAt":["it is 5, expected a text"]"#,
    );
    invalid(
        "POST",
        "/v2/operations/demo/plans",
        r#"{"startsAt":"2026-03-01T23:00:00Z","endsAt":"12026-03-01T23:00:00Z"}"#,
        r#""body.endsAt":["it is `12026-03-01T23:00:00Z`, expected an instant such as `2026-03-01T12:00:00Z`"],"body.servers":["it is missing, expected a list"]"#,
    );
}

#[test]
fn a_server_is_described_as_its_clients_do_it() {
    // With all that one client sends, nulls and other spellings included.
    let body = r#"{"name":"Web","description":"web","groupId":"0712936001A14A7E9BB24F70FC3DEAF1","primaryDNS":null,"networkId":"x","password":null,"type":"standard","customFields":[{"id":"64433178c3e3418a89894af103e5223b","value":0}],"sourceServerId":"CENTOS-6-64-TEMPLATE","isManagedOS":false,"ipAddress":null,"sourceServerPassword":null,"cpu":1,"memoryGB":"2","storageType":"premium","additionalDisks":[{"sizeGB":2,"type":"raw"},{"sizeGB":4,"type":"partitioned","path":"/data"}],"ttl":null,"packages":[]}"#;
    let Ok(Request::Create(new)) = read("POST", "/v2/servers/DEMO/", body) else {
        panic!("a server");
    };
    assert_eq!(&*new.name, "Web");
    assert_eq!(new.source, Source::Template("CENTOS-6-64-TEMPLATE".into()));
    assert_eq!((new.size.cpu, new.size.memory_mb), (1, 2_048));
    assert_eq!(new.group.to_string(), "0712936001a14a7e9bb24f70fc3deaf1");
    assert_eq!(&*new.custom_fields[0].value, "0");
    let disks: Vec<_> = new
        .disks
        .iter()
        .map(|disk| format!("{} {} {:?}", disk.id, disk.size_gb, disk.partition_paths))
        .collect();
    assert_eq!(disks, ["0:0 2 []", "0:1 4 [\"/data\"]"]);

    let copy = body.replace("CENTOS-6-64-TEMPLATE", "NY1DEMOWEB01");
    let Ok(Request::Create(new)) = read("POST", "/v2/servers/DEMO", &copy) else {
        panic!("a copy");
    };
    assert_eq!(new.source, Source::Server("ny1demoweb01".parse().unwrap()));

    let import = r#"{"name":"import","groupId":"3d30a6bc6b5443388b7bc966d073e353","cpu":2,"memoryGB":4,"ovfId":"DEMO/OVF","ovfOsType":"redHat6_64Bit"}"#;
    let Ok(Request::Create(new)) = read("POST", "/v2/vmImport/DEMO/", import) else {
        panic!("an import");
    };
    assert_eq!(new.source, Source::Template("DEMO/OVF".into()));
}

#[test]
fn every_fault_of_a_new_server_is_told() {
    invalid(
        "POST",
        "/v2/servers/demo",
        r#"{"name":"much-too-long","type":"big","cpu":17,"memoryGB":"x","additionalDisks":[{"sizeGB":0},7],"isManagedOS":"no"}"#,
        r#""body.additionalDisks[0].sizeGB":["it is 0, expected a whole number from 1 to 1024"],"body.additionalDisks[1]":["it is 7, expected an object"],"body.cpu":["it is 17, expected a whole number from 1 to 16"],"body.groupId":["it is missing, expected a text"],"body.isManagedOS":["it is `no`, expected true or false"],"body.memoryGB":["it is `x`, expected a whole number from 1 to 128"],"body.name":["it is `much-too-long`, expected 1 to 8 letters, digits and hyphens"],"body.sourceServerId":["it is missing, expected a text"],"body.type":["it is `big`, expected standard, hyperscale or bareMetal"]"#,
    );
}

#[test]
fn a_patch_sets_members_with_numbers_as_texts_too() {
    let body = r#"[{"op":"set","member":"cpu","value":"4"},{"op":"SET","member":"memory","value":8},{"op":"set","member":"disks","value":[{"diskId":"0:0","sizeGB":"1","type":"raw"},{"path":"/extra","sizeGB":20,"type":"partitioned"}]},{"op":"set","member":"description","value":"New"},{"op":"set","member":"groupId","value":"2a5c0b9662cf4fc8bf6180f139facdc0"},{"op":"set","member":"customFields","value":[{"id":"a","value":"b"}]}]"#;
    let Ok(Request::Patch { patch, .. }) = read("PATCH", "/v2/servers/demo/ny1demoweb01", body)
    else {
        panic!("a patch");
    };
    let change = serde_json::to_string(&patch.change).unwrap();
    assert_eq!(
        change,
        r#"{"cpu":4,"memoryGb":8,"disks":[{"id":"0:0","sizeGb":1},{"sizeGb":20,"path":"/extra"}]}"#
    );
    assert_eq!(patch.description.text.as_deref(), Some("New"));
    assert!(patch.description.group.is_some());
    assert_eq!(
        patch.description.custom_fields.as_ref().map(Vec::len),
        Some(1)
    );
    invalid(
        "PATCH",
        "/v2/servers/demo/ny1demoweb01",
        r#"[{"op":"add","member":"cpu","value":1},{"op":"set","member":"cpu","value":2},{"op":"set","member":"password","value":{}},{"op":"set","member":"color"},{"op":"set","member":"disks","value":[{"diskId":"x"}]},{"op":"set","member":"groupId"}]"#,
        r#""body[0].op":["it is `add`, expected `set`"],"body[1].member":["`cpu` is set twice"],"body[2].member":["passwords are not kept here, expected another member"],"body[3].member":["it is `color`, expected one of cpu, memory, disks, description, groupId, customFields"],"body[4].value[0].diskId":["`x` is not the place of a disk, expected two numbers as in `0:1`"],"body[4].value[0].sizeGB":["it is missing, expected a whole number from 1 to 1024"],"body[5].value":["it is missing, expected a text"]"#,
    );
}

#[test]
fn a_restore_may_name_a_group() {
    let server = "ny1demoweb01".parse().unwrap();
    let path = "/v2/servers/demo/ny1demoweb01/restore";
    let group = "2a5c0b9662cf4fc8bf6180f139facdc0";
    let body = format!(r#"{{"targetGroupId":"{group}"}}"#);
    let group = Some(group.parse().unwrap());
    assert_eq!(
        read("POST", path, &body).unwrap(),
        Request::Restore { server, group }
    );
    invalid(
        "POST",
        path,
        r#"{"targetGroupId":"x"}"#,
        r#""body.targetGroupId":["`x` is not an id of 32 hexadecimal digits"]"#,
    );
}
