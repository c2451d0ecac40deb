//! The twelve operations on lists of servers.

use tagout_batch::Operation;

use crate::plane::{
    ABSENT, FORBIDDEN, REFUSED, Stuck, User, link, plane, plane_of, plane_with, queued,
};

fn path(operation: Operation) -> String {
    format!("/v2/operations/DEMO/servers/{operation}")
}

fn body(operation: Operation, ids: &str) -> String {
    match operation {
        Operation::CreateSnapshot => {
            format!(r#"{{"snapshotExpirationDays":"7","serverIds":[{ids}]}}"#)
        }
        Operation::SetMaintenance => {
            let flags = ids
                .split(',')
                .map(|id| format!(r#"{{"id":{id},"inMaintenanceMode":"true"}}"#));
            format!(r#"{{"servers":[{}]}}"#, flags.collect::<Vec<_>>().join(","))
        }
        Operation::ExecutePackage => {
            format!(
                r#"{{"servers":[{ids}],"package":{{"packageId":"77abb844","parameters":{{"A.b":"c"}}}}}}"#
            )
        }
        _ => format!("[{ids}]"),
    }
}

/// All twelve, each legal for a server on which those before it were done.
const IN_TURN: [Operation; 12] = [
    Operation::PowerOff,
    Operation::PowerOn,
    Operation::Pause,
    Operation::Reset,
    Operation::Reboot,
    Operation::StartMaintenance,
    Operation::StopMaintenance,
    Operation::SetMaintenance,
    Operation::CreateSnapshot,
    Operation::ExecutePackage,
    Operation::ShutDown,
    Operation::Archive,
];

#[tokio::test]
async fn each_operation_queues_what_it_can_in_one_job_and_refuses_the_rest() {
    assert!(
        Operation::BATCH
            .iter()
            .all(|operation| IN_TURN.contains(operation))
    );
    let server = plane().await;
    let admin = User::admin(&server).await;
    let ids = r#""NY1DEMOWEB01","ny1demoweb99","NY1OTHRWEB01","NY1DEMOWEB01""#;
    for (n, operation) in (1..).zip(IN_TURN) {
        let reply = admin.post(&path(operation), &body(operation, ids)).await;
        let job = format!("ny1-{n}");
        let refused =
            |id| format!(r#"{{"server":"{id}","isQueued":false,"errorMessage":"{REFUSED}"}}"#);
        let entities = [
            queued("ny1demoweb01", &job),
            refused("ny1demoweb99"),
            refused("ny1othrweb01"),
        ];
        User::check(&reply, 200, &format!("[{}]", entities.join(",")));
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("cache-control", "no-cache"),
            ("pragma", "no-cache"),
            ("expires", "-1"),
        ] {
            assert_eq!(reply.header(name), value);
        }
        assert_eq!(admin.ended(&job).await, "succeeded", "{operation}");
        let seen = admin
            .get(&format!(
                "/v2/operations/demo/status/{}",
                job.to_uppercase()
            ))
            .await;
        User::check(&seen, 200, r#"{"status":"succeeded"}"#);
    }
}

#[tokio::test]
async fn what_a_batch_has_done_is_seen_once_it_has_succeeded() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    for (operation, status, power, flag) in [
        (Operation::StartMaintenance, "active", "started", true),
        (Operation::Pause, "active", "paused", true),
        (Operation::StopMaintenance, "active", "paused", false),
        (Operation::Reset, "active", "started", false),
        (Operation::ShutDown, "active", "stopped", false),
        (Operation::Archive, "archived", "stopped", false),
    ] {
        let ids = r#""NY1DEMOWEB02","NY1DEMOWEB01""#;
        admin
            .succeeded("POST", &path(operation), &body(operation, ids))
            .await;
        for id in ["ny1demoweb01", "ny1demoweb02"] {
            let shown = admin.shown(id).await;
            let details = &shown["details"];
            assert_eq!(
                (
                    shown["status"].as_str(),
                    details["powerState"].as_str(),
                    &details["inMaintenanceMode"]
                ),
                (Some(status), Some(power), &flag.into()),
                "{operation} {id}"
            );
            assert_eq!(shown["changeInfo"]["modifiedBy"], "admin.demo");
        }
    }
}

#[tokio::test]
async fn servers_of_two_data_centers_get_two_jobs_and_a_no_op_none() {
    let server = plane_with(Stuck).await;
    let admin = User::admin(&server).await;
    let reply = admin
        .post(
            &path(Operation::Reboot),
            r#"["UC1DEMOWEB01","NY1DEMOWEB01"]"#,
        )
        .await;
    let entities = [
        queued("uc1demoweb01", "uc1-1"),
        queued("ny1demoweb01", "ny1-1"),
    ];
    User::check(&reply, 200, &format!("[{}]", entities.join(",")));
    let reply = admin
        .post(&path(Operation::PowerOn), r#"["NY1DEMOWEB02"]"#)
        .await;
    User::check(
        &reply,
        200,
        r#"[{"server":"ny1demoweb02","isQueued":false}]"#,
    );
    let reply = admin
        .post(&path(Operation::Pause), r#"["NY1DEMOWEB01"]"#)
        .await;
    let held =
        format!(r#"[{{"server":"ny1demoweb01","isQueued":false,"errorMessage":"{REFUSED}"}}]"#);
    User::check(&reply, 200, &held);
}

#[tokio::test]
async fn a_snapshot_is_asked_for_by_a_form_gone_back_to_and_deleted() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let asked = "serverIds=NY1DEMOWEB01&snapshotExpirationDays=3";
    let reply = admin
        .send("POST", &path(Operation::CreateSnapshot), &form, asked)
        .await;
    User::check(
        &reply,
        200,
        &format!("[{}]", queued("ny1demoweb01", "ny1-1")),
    );
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    let own = "/v2/servers/demo/ny1demoweb01/snapshots/1";
    let shown = admin.shown("ny1demoweb01").await;
    assert_eq!(shown["details"]["snapshots"][0]["links"][0]["href"], own);

    let upper = "/v2/servers/DEMO/NY1DEMOWEB01/snapshots/1";
    let reply = admin
        .send("POST", &format!("{upper}/restore"), &form, "")
        .await;
    User::check(&reply, 200, &link("ny1-2"));
    assert_eq!(admin.ended("ny1-2").await, "succeeded");
    User::check(
        &admin
            .send("DELETE", &upper.replace("/1", "/2"), &form, "")
            .await,
        404,
        "",
    );
    let reply = admin.send("DELETE", upper, &form, "").await;
    User::check(&reply, 200, &link("ny1-3"));
    assert_eq!(admin.ended("ny1-3").await, "succeeded");
    User::check(&admin.send("DELETE", upper, &form, "").await, 404, "");
}

#[tokio::test]
async fn malformed_batches_and_unknown_words_are_refused_as_a_whole() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let reply = admin.post(&path(Operation::PowerOn), "[]").await;
    let none = r#"{"message":"The request is invalid.","modelState":{"body":["no server is named, expected at least one"]}}"#;
    User::check(&reply, 400, none);
    let reply = admin.post(&path(Operation::PowerOn), "").await;
    let nothing = r#"{"message":"The request is not valid JSON: EOF while parsing a value at line 1 column 0"}"#;
    User::check(&reply, 400, nothing);
    let reply = admin
        .post("/v2/operations/DEMO/servers/resume", r#"["NY1DEMOWEB01"]"#)
        .await;
    User::check(&reply, 404, ABSENT);
    let reply = admin.get("/v2/operations/DEMO/servers/pause").await;
    assert_eq!((reply.status, reply.header("allow")), (405, "POST"));
    let many: Vec<_> = (0..1_001).map(|n| format!("\"a{n}\"")).collect();
    let reply = admin
        .post(&path(Operation::Pause), &format!("[{}]", many.join(",")))
        .await;
    let too_many = r#"{"message":"The request is invalid.","modelState":{"body":["1001 servers are named, expected at most 1000"]}}"#;
    User::check(&reply, 400, too_many);
}

#[tokio::test]
async fn roles_and_accounts_bound_what_a_user_may() {
    let users = r#"
        {"username": "operator.demo", "password": "p", "roles": ["ServerOperator"]},
        {"username": "viewer.demo", "password": "p", "roles": ["AccountViewer"]}"#;
    let server = plane_of(users).await;
    let operator = User::log_in(&server, "operator.demo").await;
    let viewer = User::log_in(&server, "viewer.demo").await;
    let one = r#"["NY1DEMOWEB01"]"#;
    User::check(
        &operator.post(&path(Operation::Archive), one).await,
        403,
        FORBIDDEN,
    );
    User::check(
        &viewer.post(&path(Operation::Pause), one).await,
        403,
        FORBIDDEN,
    );
    let reply = operator
        .send("DELETE", "/v2/servers/demo/ny1demoweb01", &[], "")
        .await;
    User::check(&reply, 403, FORBIDDEN);
    operator
        .succeeded("POST", &path(Operation::Pause), one)
        .await;
    assert_eq!(
        viewer.shown("ny1demoweb01").await["details"]["powerState"],
        "paused"
    );

    // An account may act for those below it, and for nobody else.
    let kids = "/v2/operations/kids/servers/pause";
    let reply = operator.post(kids, r#"["NY1KIDSWEB01"]"#).await;
    assert_eq!(
        reply.json()[0]["links"][0]["href"],
        "/v2/operations/kids/status/ny1-2"
    );
    for alias in ["othr", "none", "!"] {
        let reply = operator
            .post(&format!("/v2/operations/{alias}/servers/pause"), one)
            .await;
        User::check(&reply, 403, FORBIDDEN);
    }
}
