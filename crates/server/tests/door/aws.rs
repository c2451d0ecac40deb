use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tagout_control::ManualClock;
use tagout_server::AnyClock;

use crate::common::{Key, Reply, TestServer};

const GET: &str = "AmazonSSM.GetMaintenanceWindow";
const CREATE: &str = "AmazonSSM.CreateMaintenanceWindow";

const KEYS: &str = r#"
[[credentials]]
access_key_id = "AKIAALL"
secret_access_key = "all of it"

[[credentials]]
access_key_id = "AKIAREAD"
secret_access_key = "read of it"
account = "210987654321"
allow = "read_only"

[[credentials]]
access_key_id = "AKIASOME"
secret_access_key = "some of it"
allow = { operations = ["DescribeMaintenanceWindows"] }

[[credentials]]
access_key_id = "ASIASESSION"
secret_access_key = "for a while"
session_token = "a token"
"#;

const ALL: Key = Key {
    id: "AKIAALL",
    secret: "all of it",
    token: None,
};

fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

async fn guarded() -> TestServer {
    TestServer::configured(KEYS, AnyClock::new(ManualClock::new(noon()))).await
}

#[track_caller]
fn check(reply: &Reply, status: u16, code: &str, message: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(reply.json(), json!({"__type": code, "message": message}));
}

/// Whether the door let it through: what the operation says to an empty body is for other tests.
fn is_let_in(reply: &Reply) -> bool {
    let kind = reply.json()["__type"].as_str().unwrap_or("").to_owned();
    !kind.starts_with("AccessDenied")
        && !kind.contains("Signature")
        && !kind.contains("Client")
        && !kind.contains("Token")
}

#[tokio::test]
async fn without_keys_anybody_comes_in() {
    let server = TestServer::start().await;
    assert!(is_let_in(&server.aws(GET, &json!({})).await));
    let signed = server.aws_signed(ALL, "ssm", noon(), GET, &json!({})).await;
    assert!(is_let_in(&signed));
}

#[tokio::test]
async fn with_keys_only_who_signs_comes_in() {
    let server = guarded().await;
    let signed = server.aws_signed(ALL, "ssm", noon(), GET, &json!({})).await;
    assert!(is_let_in(&signed), "{signed:?}");

    check(
        &server.aws(GET, &json!({})).await,
        400,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    );
    let stranger = Key {
        id: "AKIANOBODY",
        ..ALL
    };
    check(
        &server
            .aws_signed(stranger, "ssm", noon(), GET, &json!({}))
            .await,
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
    let guesser = Key {
        secret: "a guess",
        ..ALL
    };
    let reply = server
        .aws_signed(guesser, "ssm", noon(), GET, &json!({}))
        .await;
    assert_eq!(reply.json()["__type"], "InvalidSignatureException");
    assert_eq!(reply.status, 400);
    let late = noon() - TimeDelta::minutes(5) - TimeDelta::seconds(1);
    check(
        &server.aws_signed(ALL, "ssm", late, GET, &json!({})).await,
        400,
        "InvalidSignatureException",
        "Signature expired: 20261121T115459Z is now earlier than 20261121T115500Z (20261121T120000Z - 5 min.)",
    );
    let elsewhere = server
        .aws_signed(ALL, "opsworks-cm", noon(), GET, &json!({}))
        .await;
    assert_eq!(elsewhere.json()["__type"], "InvalidSignatureException");
}

#[tokio::test]
async fn a_session_must_show_its_token() {
    let server = guarded().await;
    let session = Key {
        id: "ASIASESSION",
        secret: "for a while",
        token: Some("a token"),
    };
    assert!(is_let_in(
        &server
            .aws_signed(session, "ssm", noon(), GET, &json!({}))
            .await
    ));
    for token in [None, Some("another token")] {
        let reply = server
            .aws_signed(Key { token, ..session }, "ssm", noon(), GET, &json!({}))
            .await;
        assert_eq!(reply.json()["__type"], "UnrecognizedClientException");
    }
}

#[tokio::test]
async fn a_key_opens_what_it_is_allowed() {
    let server = guarded().await;
    let reader = Key {
        id: "AKIAREAD",
        secret: "read of it",
        token: None,
    };
    assert!(is_let_in(
        &server
            .aws_signed(reader, "ssm", noon(), GET, &json!({}))
            .await
    ));
    check(
        &server
            .aws_signed(reader, "ssm", noon(), CREATE, &json!({}))
            .await,
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::210987654321:user/AKIAREAD is not authorized to perform: ssm:CreateMaintenanceWindow",
    );
    let some = Key {
        id: "AKIASOME",
        secret: "some of it",
        token: None,
    };
    let describe = "AmazonSSM.DescribeMaintenanceWindows";
    assert!(is_let_in(
        &server
            .aws_signed(some, "ssm", noon(), describe, &json!({}))
            .await
    ));
    check(
        &server
            .aws_signed(some, "ssm", noon(), GET, &json!({}))
            .await,
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/AKIASOME is not authorized to perform: ssm:GetMaintenanceWindow",
    );
}

#[tokio::test]
async fn what_is_no_operation_is_unknown() {
    let server = guarded().await;
    for target in ["", "AmazonSSM.SendPostcard", "AmazonEC2.RunInstances"] {
        let reply = server.aws(target, &json!({})).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["__type"], "UnknownOperationException");
    }
    let reply = server.send("GET", "/", &[], "").await;
    assert_eq!(reply.status, 405);
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_operation_takes() {
    let server = TestServer::configured("limits.body_bytes = 2048", AnyClock::default()).await;
    let headers = [("x-amz-target", GET)];
    let fits = server.send("POST", "/", &headers, " ".repeat(2048)).await;
    assert_ne!(fits.status, 413);
    let reply = server.send("POST", "/", &headers, " ".repeat(2049)).await;
    check(
        &reply,
        413,
        "RequestEntityTooLargeException",
        "The request is longer than 2048 bytes.",
    );
    let certificate = [("x-amz-target", "OpsWorksCM_V2016_11_01.CreateServer")];
    let fits = server
        .send("POST", "/", &certificate, " ".repeat(3_000_000))
        .await;
    assert_ne!(fits.status, 413);
}
