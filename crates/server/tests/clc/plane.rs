//! A server with an inventory, and a user of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tagout_control::{Done, Driver, DriverError, Work};
use tagout_server::{
    AnyClock, AnyDriver, Parts, Seed,
    config::{Config, Layers},
};

use crate::common::{Reply, TestServer};

pub(crate) const GROUP: &str = "2a5c0b9662cf4fc8bf6180f139facdc0";
pub(crate) const REFUSED: &str = "The operation cannot be queued because the server cannot be found or it is not in a valid state.";
pub(crate) const ABSENT: &str = r#"{"message":"The requested resource does not exist."}"#;
pub(crate) const FORBIDDEN: &str =
    r#"{"message":"You do not have permission to perform this operation."}"#;

/// `KIDS` is an account below `DEMO`; `OTHR` is a stranger.
const SEED: &str = r#"{"clc": {"accounts": [
    {"alias": "DEMO", "location": "NY1", "subAccounts": ["KIDS"], "users": [],
     "servers": ["NY1DEMOWEB01", "NY1DEMOWEB02", "NY1DEMOWEB03", "UC1DEMOWEB01"]},
    {"alias": "KIDS", "servers": ["NY1KIDSWEB01"]},
    {"alias": "OTHR", "servers": ["NY1OTHRWEB01"]}
]}}"#;

/// Where nobody is known, everybody comes in here; passwords are hashed slowly, so that few tests have users.
const HOME: &str = "clc.alias = \"demo\"\nclc.location = \"ny1\"";

/// Someone who is logged in.
pub(crate) struct User<'a> {
    server: &'a TestServer,
    bearer: String,
}

/// A server with the inventory, whose work is done at once, and where anybody comes in.
pub(crate) async fn plane() -> TestServer {
    let server = TestServer::configured(HOME, AnyClock::default()).await;
    load(&server, SEED).await;
    server
}

/// The same, with an inventory in which these users of `DEMO` stand.
pub(crate) async fn plane_of(users: &str) -> TestServer {
    let server = TestServer::configured(HOME, AnyClock::default()).await;
    let users = format!("\"users\": [{users}]");
    load(&server, &SEED.replace("\"users\": []", &users)).await;
    server
}

/// A server with the inventory, whose work is done as this driver does it.
pub(crate) async fn plane_with(driver: impl Driver) -> TestServer {
    let mut layers = Layers::new();
    for option in [
        "listen=127.0.0.1:0",
        "store=memory",
        "clc.alias=demo",
        "clc.location=ny1",
    ] {
        layers.option(option).unwrap();
    }
    let config = Config::read(&layers).unwrap();
    let parts = Parts {
        driver: AnyDriver::new(driver),
        ..Parts::chosen(&config).await.unwrap()
    };
    let server = TestServer::of(&config, parts).await;
    load(&server, SEED).await;
    server
}

async fn load(server: &TestServer, seed: &str) {
    assert!(Seed::read(seed).unwrap().load(&server.app).await.unwrap());
}

impl<'a> User<'a> {
    pub(crate) async fn log_in(server: &'a TestServer, name: &str) -> Self {
        let body = format!("username={name}&password=p");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let reply = server
            .send("POST", "/v2/authentication/login", &headers, body)
            .await;
        let token = reply.json()["bearerToken"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        Self { server, bearer }
    }

    pub(crate) async fn admin(server: &'a TestServer) -> Self {
        Self::log_in(server, "admin.demo").await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut all = vec![("authorization", self.bearer.as_str())];
        all.extend(headers);
        self.server.send(method, path, &all, body.to_owned()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        self.send("POST", path, &[], body).await
    }

    /// Has a job end, and its word.
    pub(crate) async fn ended(&self, job: &str) -> String {
        let reply = self
            .get(&format!("/v2/operations/DEMO/status/{job}?wait=60"))
            .await;
        assert_eq!(reply.status, 200);
        reply.json()["status"].as_str().unwrap().to_owned()
    }

    /// Calls what gives a link to a job, and has that succeed.
    pub(crate) async fn succeeded(&self, method: &str, path: &str, body: &str) -> Reply {
        let reply = self.send(method, path, &[], body).await;
        let job = job_of(&reply.json());
        assert_eq!(self.ended(&job).await, "succeeded", "{method} {path}");
        reply
    }

    /// A server as it is shown.
    pub(crate) async fn shown(&self, server: &str) -> Value {
        let reply = self.get(&format!("/v2/servers/DEMO/{server}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    #[track_caller]
    pub(crate) fn check(reply: &Reply, status: u16, body: &str) {
        assert_eq!((reply.status, reply.text()), (status, body));
    }
}

/// The first job that an answer of any shape links to.
fn job_of(answer: &Value) -> String {
    let entity = answer.get(0).unwrap_or(answer);
    let link = entity["links"].as_array().map_or(entity, |links| {
        links.iter().find(|link| link["rel"] == "status").unwrap()
    });
    link["id"].as_str().unwrap().to_owned()
}

/// An entity of a batch that is queued.
pub(crate) fn queued(server: &str, job: &str) -> String {
    format!(
        r#"{{"server":"{server}","isQueued":true,"links":[{}]}}"#,
        link(job)
    )
}

/// A link to the status of a job.
pub(crate) fn link(job: &str) -> String {
    format!(r#"{{"rel":"status","href":"/v2/operations/demo/status/{job}","id":"{job}"}}"#)
}

/// A driver that fails on one server as long as it is told to.
#[derive(Clone)]
pub(crate) struct Failing {
    pub(crate) on: &'static str,
    pub(crate) is_broken: Arc<AtomicBool>,
}

impl Driver for Failing {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        if work.target == self.on && self.is_broken.load(Ordering::Relaxed) {
            let reason = "no power in the rack".to_owned();
            return Err(DriverError::Permanent { reason });
        }
        Ok(Done::default())
    }
}

/// A driver that never comes to an end.
pub(crate) struct Stuck;

impl Driver for Stuck {
    async fn perform(&self, _work: &Work) -> Result<Done, DriverError> {
        std::future::pending().await
    }
}
