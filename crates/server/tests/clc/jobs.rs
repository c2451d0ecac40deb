//! Jobs in full, and what can be done about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::plane::{ABSENT, Failing, Stuck, User, plane, plane_with, queued};

const PAUSE: &str = "/v2/operations/DEMO/servers/pause";
const JOBS: &str = "/v2/operations/DEMO/jobs";

#[tokio::test]
async fn a_failed_server_is_told_of_and_tried_again_in_a_new_job() {
    let driver = Failing {
        on: "ny1demoweb02",
        is_broken: Arc::new(AtomicBool::new(true)),
    };
    let server = plane_with(driver.clone()).await;
    let admin = User::admin(&server).await;
    admin
        .post(PAUSE, r#"["NY1DEMOWEB01","NY1DEMOWEB02","NY1DEMOWEB03"]"#)
        .await;
    assert_eq!(admin.ended("ny1-1").await, "failed");
    let job = admin.get(&format!("{JOBS}/ny1-1")).await.json();
    let counts =
        json!({"total": 3, "waiting": 0, "running": 0, "succeeded": 2, "failed": 1, "skipped": 0});
    assert_eq!(
        (&job["counts"], &job["percentComplete"]),
        (&counts, &json!(100))
    );
    let second = &job["servers"][1];
    assert_eq!(
        (&second["server"], &second["status"]),
        (&json!("ny1demoweb02"), &json!("failed"))
    );
    assert_eq!(second["error"], "failed: no power in the rack");

    driver.is_broken.store(false, Ordering::Relaxed);
    let reply = admin.post(&format!("{JOBS}/ny1-1/resume"), "").await;
    User::check(
        &reply,
        200,
        &format!("[{}]", queued("ny1demoweb02", "ny1-2")),
    );
    assert_eq!(admin.ended("ny1-2").await, "succeeded");
    assert_eq!(
        admin.get(&format!("{JOBS}/ny1-2")).await.json()["retryOf"],
        "ny1-1"
    );
    assert_eq!(
        admin.get(&format!("{JOBS}/ny1-1")).await.json()["retriedAs"],
        "ny1-2"
    );
    let reply = admin.post(&format!("{JOBS}/ny1-1/resume"), "").await;
    User::check(
        &reply,
        409,
        r#"{"message":"Job ny1-1 was tried again as ny1-2."}"#,
    );
    let reply = admin.post(&format!("{JOBS}/ny1-2/resume"), "").await;
    User::check(
        &reply,
        409,
        r#"{"message":"Job ny1-2 has no server to try again."}"#,
    );
}

#[tokio::test]
async fn a_job_is_stopped_and_skips_what_was_not_begun() {
    let server = plane_with(Stuck).await;
    let admin = User::admin(&server).await;
    admin
        .post(PAUSE, r#"["NY1DEMOWEB01","NY1DEMOWEB02","NY1DEMOWEB03"]"#)
        .await;
    let status = "/v2/operations/demo/status/ny1-1?wait=1";
    let began = std::time::Instant::now();
    User::check(&admin.get(status).await, 200, r#"{"status":"executing"}"#);
    assert!(began.elapsed() >= std::time::Duration::from_secs(1));
    let reply = admin.post(&format!("{JOBS}/ny1-1/cancel"), "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        (
            &reply.json()["counts"]["skipped"],
            &reply.json()["counts"]["running"]
        ),
        (&json!(2), &json!(1))
    );
    let job = admin.get(&format!("{JOBS}/ny1-1")).await.json();
    assert_eq!(
        (&job["stopped"], &job["servers"][2]["status"]),
        (&json!("the job was cancelled"), &json!("skipped"))
    );
    let reply = admin.post(&format!("{JOBS}/ny1-1/resume"), "").await;
    User::check(
        &reply,
        409,
        r#"{"message":"Job ny1-1 is executing, expected one that has ended."}"#,
    );
}

#[tokio::test]
async fn jobs_are_listed_newest_first_and_by_what_is_asked_for() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    for n in 1..=3 {
        admin
            .succeeded("POST", PAUSE, &format!(r#"["NY1DEMOWEB{n:02}"]"#))
            .await;
    }
    let ids = async |query: &str| {
        let reply = admin.get(&format!("{JOBS}?{query}")).await;
        let part = reply.json();
        let jobs = part["jobs"].as_array().unwrap();
        let ids: Vec<_> = jobs
            .iter()
            .map(|job| job["id"].as_str().unwrap().to_owned())
            .collect();
        (ids.join(" "), part["next"].as_str().map(str::to_owned))
    };
    assert_eq!(ids("").await, ("ny1-3 ny1-2 ny1-1".to_owned(), None));
    assert_eq!(ids("status=failed").await.0, "");
    assert_eq!(ids("server=ny1demoweb02").await.0, "ny1-2");
    assert_eq!(ids("since=2999-01-01T00:00:00Z").await.0, "");
    let (first, next) = ids("limit=2").await;
    assert_eq!(first, "ny1-3 ny1-2");
    assert_eq!(
        ids(&format!("limit=2&after={}", next.unwrap())).await,
        ("ny1-1".to_owned(), None)
    );
    for path in [
        format!("{JOBS}/ny1-9"),
        "/v2/operations/demo/status/ny1-9".to_owned(),
    ] {
        User::check(&admin.get(&path).await, 404, ABSENT);
    }
    User::check(
        &admin.post(&format!("{JOBS}/ny1-9/cancel"), "").await,
        404,
        ABSENT,
    );
    User::check(
        &admin.post(&format!("{JOBS}/ny1-9/resume"), "").await,
        404,
        ABSENT,
    );
    let ended = admin.post(&format!("{JOBS}/ny1-1/cancel"), "").await;
    User::check(
        &ended,
        409,
        r#"{"message":"Job ny1-1 has succeeded, expected one that goes on."}"#,
    );
}

#[tokio::test]
async fn what_is_tried_out_is_not_done() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let reply = admin
        .post(
            &format!("{PAUSE}?dryRun=true"),
            r#"["NY1DEMOWEB01","NY1DEMOWEB77"]"#,
        )
        .await;
    let tried = reply.json();
    assert_eq!(
        (&tried["dryRun"], &tried["servers"][0]["isQueued"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(tried["servers"][1]["isQueued"], false);
    assert_eq!(admin.get(JOBS).await.text(), r#"{"jobs":[]}"#);
}

#[tokio::test]
async fn a_request_with_a_key_is_done_once_and_answered_alike() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let key = [("idempotency-key", "night-of-march-1")];
    let one = r#"["NY1DEMOWEB01"]"#;
    let first = admin.send("POST", PAUSE, &key, one).await;
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    let again = admin.send("POST", PAUSE, &key, &one.to_lowercase()).await;
    User::check(&again, 200, first.text());
    let other = admin.send("POST", PAUSE, &key, r#"["NY1DEMOWEB02"]"#).await;
    let message = r#"{"message":"The key `night-of-march-1` stands for another pause request."}"#;
    User::check(&other, 422, message);
    assert_eq!(
        admin.get(JOBS).await.json()["jobs"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn maintenance_is_planned_listed_and_ended_early() {
    let server = plane().await;
    let admin = User::admin(&server).await;
    let plans = "/v2/operations/DEMO/plans";
    let body = r#"{"servers":["NY1DEMOWEB01"],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2999-01-01T00:00:00Z"}"#;
    let reply = admin.post(plans, body).await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (201, "/v2/operations/demo/plans/1")
    );
    // It has begun already: a job takes the server into maintenance.
    assert_eq!(admin.ended("ny1-1").await, "succeeded");
    assert_eq!(
        admin.shown("ny1demoweb01").await["details"]["inMaintenanceMode"],
        true
    );
    let plan = admin.get(&format!("{plans}/1")).await.json();
    assert_eq!((&plan["id"], &plan["isOver"]), (&json!("1"), &json!(false)));
    assert_eq!(
        admin.get(plans).await.json()["plans"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    User::check(
        &admin.send("DELETE", &format!("{plans}/1"), &[], "").await,
        204,
        "",
    );
    User::check(
        &admin.send("DELETE", &format!("{plans}/2"), &[], "").await,
        404,
        ABSENT,
    );
    User::check(&admin.get(&format!("{plans}/2")).await, 404, ABSENT);
    let backwards = body.replace("2999", "2019");
    let reply = admin.post(plans, &backwards).await;
    let message = r#"{"message":"It starts at 2020-01-01 00:00:00 UTC and ends at 2019-01-01 00:00:00 UTC, expected an end after the start."}"#;
    User::check(&reply, 400, message);
}
