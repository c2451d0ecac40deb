//! Each error that the model declares for an operation, from a state of things in which it is due.

use serde_json::{Value, json};
use tagout_wire::opsworkscm::OPERATIONS;

use crate::fixture::{Fixture, new_server};

const VALIDATION: &str = "ValidationException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const INVALID_STATE: &str = "InvalidStateException";
const LIMIT: &str = "LimitExceededException";
const EXISTS: &str = "ResourceAlreadyExistsException";
const NEXT_TOKEN: &str = "InvalidNextTokenException";

/// Everything that is needed to be refused everything.
struct World {
    fixture: Fixture,
    /// The servers `ready` (HEALTHY), `busy` (UNDER_MAINTENANCE), `new` (CREATING) and `leaving` (DELETING).
    leaving_arn: Value,
    /// Of `busy`.
    backup: String,
    /// Of `ready`, and IN_PROGRESS.
    making: String,
}

async fn world() -> World {
    let fixture = Fixture::start().await;
    for name in ["ready", "busy", "leaving"] {
        fixture.healthy(name).await;
    }
    let leaving = fixture.until("leaving", "HEALTHY").await;
    let backup = fixture.backup("busy").await;
    fixture.until("busy", "HEALTHY").await;
    fixture.hold();
    fixture
        .ok("DeleteServer", json!({"ServerName": "leaving"}))
        .await;
    fixture
        .ok("StartMaintenance", json!({"ServerName": "busy"}))
        .await;
    fixture.create("new").await;
    let making = fixture
        .ok("CreateBackup", json!({"ServerName": "ready"}))
        .await;
    World {
        leaving_arn: leaving["ServerArn"].clone(),
        backup,
        making: making["Backup"]["BackupId"].as_str().unwrap().to_owned(),
        fixture,
    }
}

#[tokio::test]
async fn every_declared_error_is_answered_when_it_is_due() {
    let world = world().await;
    let (leaving, backup) = (&world.leaving_arn, &world.backup);
    let server = |name: &str| json!({"ServerName": name});
    let with = |name: &str, more: Value| {
        let mut body = server(name);
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let csr =
        json!({"NodeName": "i-1", "EngineAttributes": [{"Name": "PUPPET_NODE_CSR", "Value": "c"}]});
    let nowhere = "arn:aws:opsworks-cm:us-east-1:123456789012:backup/nobody-1";
    let attribute = json!({"AttributeName": "PUPPET_ADMIN_PASSWORD"});
    let userdata = json!({"ExportAttributeName": "Userdata"});
    let tags = json!([{"Key": "a", "Value": "b"}]);
    let from_nowhere = {
        let mut new = new_server("other");
        new["BackupId"] = "nobody-1".into();
        new
    };
    #[rustfmt::skip] // columns
    let rows = vec![
        ("AssociateNode",                 VALIDATION,    json!({})),
        ("AssociateNode",                 NOT_FOUND,     with("nobody", csr.clone())),
        ("AssociateNode",                 INVALID_STATE, with("busy", csr)),
        ("CreateBackup",                  VALIDATION,    json!({})),
        ("CreateBackup",                  NOT_FOUND,     server("nobody")),
        ("CreateBackup",                  INVALID_STATE, server("busy")),
        ("CreateServer",                  VALIDATION,    json!({})),
        ("CreateServer",                  EXISTS,        new_server("busy")),
        ("CreateServer",                  LIMIT,         new_server("fifth")),
        ("DeleteBackup",                  VALIDATION,    json!({})),
        ("DeleteBackup",                  NOT_FOUND,     json!({"BackupId": "nobody-1"})),
        ("DeleteBackup",                  INVALID_STATE, json!({"BackupId": world.making})),
        ("DeleteServer",                  VALIDATION,    server("busy")),
        ("DeleteServer",                  NOT_FOUND,     server("nobody")),
        ("DeleteServer",                  INVALID_STATE, server("leaving")),
        ("DescribeBackups",               VALIDATION,    server("1")),
        ("DescribeBackups",               NOT_FOUND,     json!({"BackupId": "nobody-1"})),
        ("DescribeEvents",                VALIDATION,    json!({})),
        ("DescribeEvents",                NOT_FOUND,     server("nobody")),
        ("DescribeEvents",                NEXT_TOKEN,    with("busy", json!({"NextToken": "mine"}))),
        ("DescribeNodeAssociationStatus", VALIDATION,    json!({})),
        ("DescribeNodeAssociationStatus", NOT_FOUND,     with("busy", json!({"NodeAssociationStatusToken": "t"}))),
        ("DescribeServers",               VALIDATION,    server("1")),
        ("DescribeServers",               NOT_FOUND,     server("nobody")),
        ("DisassociateNode",              VALIDATION,    json!({})),
        ("DisassociateNode",              NOT_FOUND,     with("nobody", json!({"NodeName": "i-1"}))),
        ("DisassociateNode",              INVALID_STATE, with("busy", json!({"NodeName": "i-1"}))),
        ("ExportServerEngineAttribute",   VALIDATION,    with("busy", json!({"ExportAttributeName": "Kit"}))),
        ("ExportServerEngineAttribute",   NOT_FOUND,     with("nobody", userdata.clone())),
        ("ExportServerEngineAttribute",   INVALID_STATE, with("new", userdata)),
        ("ListTagsForResource",           VALIDATION,    json!({"ResourceArn": leaving, "NextToken": "mine"})),
        ("ListTagsForResource",           NOT_FOUND,     json!({"ResourceArn": nowhere})),
        ("RestoreServer",                 VALIDATION,    with("ready", json!({"BackupId": backup}))),
        ("RestoreServer",                 NOT_FOUND,     with("busy", json!({"BackupId": "nobody-1"}))),
        ("RestoreServer",                 INVALID_STATE, with("busy", json!({"BackupId": backup}))),
        ("StartMaintenance",              VALIDATION,    json!({})),
        ("StartMaintenance",              NOT_FOUND,     server("nobody")),
        ("StartMaintenance",              INVALID_STATE, server("busy")),
        ("TagResource",                   VALIDATION,    json!({})),
        ("TagResource",                   NOT_FOUND,     json!({"ResourceArn": nowhere, "Tags": tags})),
        ("TagResource",                   INVALID_STATE, json!({"ResourceArn": leaving, "Tags": tags})),
        ("UntagResource",                 VALIDATION,    json!({})),
        ("UntagResource",                 NOT_FOUND,     json!({"ResourceArn": nowhere, "TagKeys": ["a"]})),
        ("UntagResource",                 INVALID_STATE, json!({"ResourceArn": leaving, "TagKeys": ["a"]})),
        ("UpdateServer",                  VALIDATION,    with("busy", json!({"BackupRetentionCount": 31}))),
        ("UpdateServer",                  NOT_FOUND,     server("nobody")),
        ("UpdateServer",                  INVALID_STATE, server("busy")),
        ("UpdateServerEngineAttributes",  VALIDATION,    with("ready", json!({"AttributeName": "OTHER"}))),
        ("UpdateServerEngineAttributes",  NOT_FOUND,     with("nobody", attribute.clone())),
        ("UpdateServerEngineAttributes",  INVALID_STATE, with("busy", attribute)),
    ];
    for (operation, code, body) in &rows {
        let reply = world.fixture.call(operation, body).await;
        assert_eq!(
            (reply.status, &reply.json()["__type"]),
            (400, &json!(code)),
            "{operation} {body}: {}",
            reply.text()
        );
        assert!(reply.json()["Message"].is_string(), "{}", reply.text());
    }

    // Nothing of this has changed anything.
    for (name, status) in [
        ("ready", "BACKING_UP"),
        ("busy", "UNDER_MAINTENANCE"),
        ("new", "CREATING"),
        ("leaving", "DELETING"),
    ] {
        world.fixture.until(name, status).await;
    }

    // With a place for one more server, a backup that is not there is the next fault; with two backups there is no third.
    world.fixture.release();
    world
        .fixture
        .until_refused("DescribeServers", &server("leaving"), NOT_FOUND)
        .await;
    world.fixture.until("ready", "HEALTHY").await;
    let mut covered: Vec<_> = rows
        .iter()
        .map(|(operation, code, _)| (*operation, *code))
        .collect();
    for (operation, code, body) in [
        ("CreateServer", NOT_FOUND, from_nowhere),
        ("CreateBackup", LIMIT, server("ready")),
    ] {
        let reply = world.fixture.call(operation, &body).await;
        assert_eq!(
            (reply.status, &reply.json()["__type"]),
            (400, &json!(code)),
            "{operation} {body}: {}",
            reply.text()
        );
        covered.push((operation, code));
    }

    // That is all of them but one: lists that come whole have no bad token.
    covered.extend([
        ("DescribeBackups", NEXT_TOKEN),
        ("DescribeServers", NEXT_TOKEN),
    ]);
    let mut declared: Vec<_> = OPERATIONS
        .iter()
        .flat_map(|it| it.errors.iter().map(|code| (it.name, *code)))
        .collect();
    covered.sort_unstable();
    declared.sort_unstable();
    assert_eq!(covered, declared);
}

#[tokio::test]
async fn refusals_say_what_stands_in_the_way() {
    let fixture = Fixture::start().await;
    let server = json!({"ServerName": "alpha"});
    fixture
        .refused(
            "StartMaintenance",
            &server,
            NOT_FOUND,
            "Server `alpha` is unknown.",
        )
        .await;
    fixture.healthy("alpha").await;
    fixture
        .refused(
            "CreateServer",
            &new_server("alpha"),
            EXISTS,
            "Server `alpha` exists already, expected another name.",
        )
        .await;
    fixture.refused(
        "UpdateServer",
        &json!({"ServerName": "alpha", "BackupRetentionCount": 31, "PreferredBackupWindow": "Fri:18:15"}),
        VALIDATION,
        "Backup retention count `31` is outside 1 to 30; \
         preferred window `Fri:18:15` is not at a whole hour, `HH:00` or `DDD:HH:00`.",
    ).await;
    let mut wrong = new_server("beta");
    wrong["EngineVersion"] = "1".into();
    wrong["EngineAttributes"] = json!([{"Name": "PUPPET_ADMIN_PASSWORD", "Value": "short"}, {"Name": "COLOUR", "Value": "red"}]);
    fixture.refused(
        "CreateServer",
        &wrong,
        VALIDATION,
        "Engine Puppet does not come in version `1`, expected Monolithic `2019` or Monolithic `2017`; \
         engine attribute `PUPPET_ADMIN_PASSWORD` has a value of 5 characters that is not 8 to 32 characters of ASCII; \
         engine attribute `COLOUR` is unknown for Puppet in creation, expected \
         `PUPPET_ADMIN_PASSWORD`, `PUPPET_R10K_REMOTE`, `PUPPET_R10K_PRIVATE_KEY`.",
    ).await;
    fixture.hold();
    fixture.ok("StartMaintenance", server.clone()).await;
    fixture
        .refused(
            "StartMaintenance",
            &server,
            INVALID_STATE,
            "Server `alpha` is UNDER_MAINTENANCE, StartMaintenance needs HEALTHY or UNHEALTHY.",
        )
        .await;
    // Clients of the service wait on this very text.
    fixture.refused(
        "DeleteServer",
        &server,
        VALIDATION,
        "Cannot delete the server 'alpha'. The current operation on the server is still in progress.",
    ).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_said_so_and_the_server_goes_on() {
    let fixture = Fixture::start().await;
    let target = "OpsWorksCM_V2016_11_01.DescribeServers";
    let headers = [
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "",
        "{",
        "[]",
        "{\"ServerName\":1e400}",
        "{\"ServerName\":\"a\",\"ServerName\":\"b\"}",
        deep.as_str(),
    ] {
        let reply = fixture
            .server
            .send("POST", "/", &headers, body.to_owned())
            .await;
        assert_eq!(
            (reply.status, &reply.json()["__type"]),
            (400, &json!("SerializationException")),
            "{}",
            reply.text()
        );
    }
    let long = format!("{{\"ServerName\":\"{}\"}}", "a".repeat(1 << 20));
    let reply = fixture.server.send("POST", "/", &headers, long).await;
    assert_eq!(reply.status, 413);
    let unknown = [
        ("x-amz-target", "OpsWorksCM_V2016_11_01.SendPostcard"),
        headers[1],
    ];
    let reply = fixture.server.send("POST", "/", &unknown, "{}").await;
    assert_eq!(
        (reply.status, &reply.json()["__type"]),
        (400, &json!("UnknownOperationException"))
    );
    assert_eq!(
        fixture.ok("DescribeServers", json!({})).await,
        json!({"Servers": []})
    );
}
