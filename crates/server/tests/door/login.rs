use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tagout_control::ManualClock;
use tagout_server::{AnyClock, Seed};

use crate::common::{Reply, TestServer};

const LOGIN: &str = "/v2/authentication/login";
const REFUSED: &str = "We didn't recognize the username or password you entered. Please try again.";

fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

async fn log_in(server: &TestServer, username: &str, password: &str) -> Reply {
    let body = json!({"username": username, "password": password});
    let headers = [("content-type", "application/json")];
    server.send("POST", LOGIN, &headers, body.to_string()).await
}

fn token(reply: &Reply) -> String {
    let token = reply.json()["bearerToken"].as_str().unwrap().to_owned();
    assert!(token.starts_with("eyJ0eXAi"), "{token}");
    token
}

async fn get(server: &TestServer, path: &str, token: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    server
        .send("GET", path, &[("authorization", &bearer)], "")
        .await
}

#[track_caller]
fn check(reply: &Reply, status: u16, message: &str) {
    assert_eq!(
        (reply.status, reply.json()),
        (status, json!({ "message": message }))
    );
    assert_eq!(reply.header("cache-control"), "no-cache");
    assert_eq!(
        reply.header("content-type"),
        "application/json; charset=utf-8"
    );
}

#[tokio::test]
async fn without_users_anybody_logs_in_to_the_account_of_the_configuration() {
    let file = "clc.alias = \"altd\"\nclc.location = \"de1\"";
    let server = TestServer::configured(file, AnyClock::default()).await;
    let reply = log_in(&server, "anybody", "anything").await;
    let mut answer = reply.json();
    answer["bearerToken"] = Value::Null;
    assert_eq!(
        answer,
        json!({
            "userName": "anybody",
            "accountAlias": "ALTD",
            "locationAlias": "DE1",
            "roles": ["AccountAdmin"],
            "bearerToken": null,
        })
    );
    check(&log_in(&server, "", "anything").await, 400, REFUSED);
}

#[tokio::test]
async fn where_keys_are_configured_nobody_logs_in_unknown() {
    let file = "[[credentials]]\naccess_key_id = \"AKIA1\"\nsecret_access_key = \"s\"\n";
    let server = TestServer::configured(file, AnyClock::default()).await;
    check(&log_in(&server, "anybody", "anything").await, 400, REFUSED);
}

#[tokio::test]
async fn a_token_opens_the_rest_until_it_is_over() {
    const DENIED: &str = "Authorization has been denied for this request.";
    let clock = ManualClock::new(noon());
    let server =
        TestServer::configured("limits.token_seconds = 60", AnyClock::new(clock.clone())).await;
    let token = token(&log_in(&server, "anybody", "anything").await);
    let path = "/v2/servers/alias/wa1aliaswb01";
    assert_eq!(get(&server, path, &token).await.status, 404);

    for wrong in ["", "x", &token[1..], &token[..token.len() - 1]] {
        check(&get(&server, path, wrong).await, 401, DENIED);
    }
    let unasked = server.send("GET", path, &[], "").await;
    check(&unasked, 401, DENIED);
    let basic = [("authorization", "Basic eDp5")];
    check(&server.send("GET", path, &basic, "").await, 401, DENIED);

    clock.advance(TimeDelta::seconds(60));
    assert_eq!(get(&server, path, &token).await.status, 404);
    clock.advance(TimeDelta::seconds(1));
    check(&get(&server, path, &token).await, 401, DENIED);
}

#[tokio::test]
async fn a_token_of_another_server_opens_nothing() {
    let (one, other) = (TestServer::start().await, TestServer::start().await);
    let token = token(&log_in(&one, "anybody", "anything").await);
    let path = "/v2/servers/alias/wa1aliaswb01";
    assert_eq!(get(&one, path, &token).await.status, 404);
    assert_eq!(get(&other, path, &token).await.status, 401);
}

#[tokio::test]
async fn what_is_no_call_is_told_in_the_words_of_the_service() {
    let server = TestServer::start().await;
    check(
        &server.send("GET", "/v2/moons", &[], "").await,
        404,
        "The requested resource does not exist.",
    );
    let reply = server.send("GET", LOGIN, &[], "").await;
    assert_eq!((reply.status, reply.header("allow")), (405, "POST"));
    let long = "x".repeat(1_048_577);
    let reply = server.send("POST", LOGIN, &[], long).await;
    check(&reply, 413, "The request is longer than 1048576 bytes.");
}

const FORBIDDEN: &str = "You do not have permission to perform this operation.";

const SEED: &str = r#"{"clc": {"accounts": [
    {"alias": "ALTD", "users": [
        {"username": "admin@altd", "password": "for all", "roles": ["AccountAdmin"]},
        {"username": "viewer@altd", "password": "for some", "roles": ["AccountViewer", "DNSManager"]}
    ], "servers": ["DE1ALTDWEB01"]},
    {"alias": "OTHR", "location": "VA1", "users": [
        {"username": "admin@othr", "password": "for others", "roles": ["AccountAdmin"]}
    ]}
]}}"#;

#[tokio::test]
async fn users_of_an_inventory_log_in_with_their_own_passwords_and_roles() {
    let server = TestServer::start().await;
    let seed = Seed::read(SEED).unwrap();
    assert!(seed.load(&server.app).await.unwrap());
    assert!(!seed.load(&server.app).await.unwrap());

    let reply = log_in(&server, "VIEWER@altd", "for some").await;
    let mut answer = reply.json();
    answer["bearerToken"] = Value::Null;
    assert_eq!(
        answer,
        json!({
            "userName": "viewer@altd",
            "accountAlias": "ALTD",
            "locationAlias": "DE1",
            "roles": ["AccountViewer", "DNSManager"],
            "bearerToken": null,
        })
    );
    for (name, password) in [
        ("viewer@altd", "for all"),
        ("viewer@altd", ""),
        ("nobody@altd", "for some"),
    ] {
        check(&log_in(&server, name, password).await, 400, REFUSED);
    }

    let viewer = token(&reply);
    let bearer = format!("Bearer {viewer}");
    let headers = [("authorization", bearer.as_str())];
    let path = "/v2/operations/altd/servers/startMaintenance";
    let refused = server.send("POST", path, &headers, "[]").await;
    check(&refused, 403, FORBIDDEN);
    let stranger = token(&log_in(&server, "admin@othr", "for others").await);
    let refused = get(&server, "/v2/servers/altd/de1altdweb01", &stranger).await;
    check(&refused, 403, FORBIDDEN);
}
