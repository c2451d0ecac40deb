//! A client that calls operations by their names and looks at what comes back.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tagout_control::ManualClock;
use tagout_server::AnyClock;

use crate::common::TestServer;

/// A server whose clock stands, and a client of it.
pub(crate) struct Client {
    pub(crate) server: TestServer,
    pub(crate) clock: ManualClock,
}

impl Client {
    /// Of a server as it is without a configuration.
    pub(crate) async fn new() -> Self {
        Self::configured("").await
    }

    /// Of a server as `file` says, TOML.
    pub(crate) async fn configured(file: &str) -> Self {
        let start: DateTime<Utc> = "2026-03-01T12:00:00.500Z".parse().unwrap();
        let clock = ManualClock::new(start);
        let server = TestServer::configured(file, AnyClock::new(clock.clone())).await;
        Self { server, clock }
    }

    /// What an operation answers, which has to be well.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Value {
        let reply = self
            .server
            .aws(&format!("AmazonSSM.{operation}"), &body)
            .await;
        assert_eq!(reply.status, 200, "{operation} {body}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
        assert_eq!(reply.header("x-amzn-requestid").len(), 36);
        reply.json()
    }

    /// The name of the error that an operation answers with status 400, and the members beside it.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> (String, Value) {
        let reply = self
            .server
            .aws(&format!("AmazonSSM.{operation}"), &body)
            .await;
        assert_eq!(reply.status, 400, "{operation} {body}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
        let mut fault = reply.json();
        let code = fault.as_object_mut().unwrap().remove("__type").unwrap();
        (code.as_str().unwrap().to_owned(), fault)
    }

    /// Checks that an operation is refused with this error and this message, in a member of the name that the error has.
    pub(crate) async fn refused(&self, operation: &str, body: Value, code: &str, message: &str) {
        let (found, fault) = self.refusal(operation, body).await;
        // What is checked before any operation says it in lower case, and what an operation declares does not.
        let member = if code == "ValidationException" {
            "message"
        } else {
            "Message"
        };
        assert_eq!(
            (found.as_str(), fault),
            (code, json!({ member: message })),
            "{operation}"
        );
    }

    /// The id of a new window that opens every day at 22:00 UTC for three hours, with `members` set otherwise.
    pub(crate) async fn window(&self, members: Value) -> String {
        let mut body = json!({
            "Name": "nightly", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1,
            "AllowUnassociatedTargets": true,
        });
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = self.call("CreateMaintenanceWindow", body).await;
        text(&answer, "WindowId")
    }

    /// The id of a new target of a window: these servers.
    pub(crate) async fn target(&self, window: &str, servers: &[&str]) -> String {
        let body = json!({
            "WindowId": window, "ResourceType": "INSTANCE", "OwnerInformation": "the owner",
            "Targets": [{ "Key": "InstanceIds", "Values": servers }],
        });
        let answer = self.call("RegisterTargetWithMaintenanceWindow", body).await;
        text(&answer, "WindowTargetId")
    }

    /// The id of a new task of a window: a command on these targets, one after another.
    pub(crate) async fn task(&self, window: &str, targets: &[&str]) -> String {
        let body = json!({
            "WindowId": window, "TaskArn": "AWS-RunShellScript", "TaskType": "RUN_COMMAND",
            "Targets": [{ "Key": "WindowTargetIds", "Values": targets }], "MaxConcurrency": "1", "MaxErrors": "0",
            "TaskInvocationParameters": { "RunCommand": { "Parameters": { "commands": ["df"] } } },
        });
        let answer = self.call("RegisterTaskWithMaintenanceWindow", body).await;
        text(&answer, "WindowTaskId")
    }
}

/// A text of an answer.
#[track_caller]
pub(crate) fn text(answer: &Value, member: &str) -> String {
    answer[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {answer}"))
        .to_owned()
}

/// An id that nothing has.
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// A window that is not there.
pub(crate) const NO_WINDOW: &str = "mw-00000000000000000";
