//! What is seen of a server.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::{Server, Transition, transition::End};
use crate::{Cause, Health, MaintenanceStatus, OperationKind, Trigger};

/// What somebody saw of a server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Observation {
    /// A health check was made: the server can be reached, and is well or not.
    Checked(HealthReport),
    /// It cannot be reached.
    ContactLost(Cause),
    /// Its machine is gone.
    InstanceGone,
}

/// The outcome of one health check. Printed as JSON, it is the status reason of an unhealthy server.
///
/// The service published no schema for that JSON; this one is tagout's:
/// `{"checks":[{"name":"..","status":"FAILED","message":".."}],"checkedAt":1767323045.678}`, with epoch seconds and
/// the statuses `OK` and `FAILED`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    checks: Vec<HealthCheck>,
    #[serde(serialize_with = "epoch_seconds")]
    checked_at: DateTime<Utc>,
}

/// One of the things that a health check looks at.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct HealthCheck {
    name: Box<str>,
    status: Outcome,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: Box<str>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Outcome {
    Ok,
    Failed,
}

impl HealthCheck {
    /// Characters that are kept of a name and of a message.
    pub const LEN_MAX: usize = 200;

    /// One that passed.
    pub fn passed(name: &str) -> Self {
        Self {
            name: cut(name),
            status: Outcome::Ok,
            message: "".into(),
        }
    }

    /// One that failed, and what it says.
    pub fn failed(name: &str, message: &str) -> Self {
        Self {
            name: cut(name),
            status: Outcome::Failed,
            message: cut(message),
        }
    }
}

impl HealthReport {
    /// Checks that are kept, the failed ones first.
    pub const CHECKS_MAX: usize = 20;

    /// The outcome of checks made at `checked_at`.
    pub fn new(mut checks: Vec<HealthCheck>, checked_at: DateTime<Utc>) -> Self {
        if checks.len() > Self::CHECKS_MAX {
            checks.sort_by_key(|check| check.status == Outcome::Ok); // stable
            checks.truncate(Self::CHECKS_MAX);
        }
        Self { checks, checked_at }
    }

    /// Whether all of its checks passed.
    pub fn is_well(&self) -> bool {
        self.checks.iter().all(|check| check.status == Outcome::Ok)
    }

    /// The JSON that stands as the status reason.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() // texts and numbers are always JSON
    }
}

fn cut(text: &str) -> Box<str> {
    text.chars().take(HealthCheck::LEN_MAX).collect()
}

fn epoch_seconds<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.timestamp_millis() as f64 / 1_000.0)
}

impl Observation {
    fn trigger(&self) -> Trigger {
        match self {
            Self::Checked(report) if report.is_well() => Trigger::CheckPassed,
            Self::Checked(_) => Trigger::CheckFailed,
            Self::ContactLost(_) => Trigger::ContactLost,
            Self::InstanceGone => Trigger::InstanceGone,
        }
    }
}

impl Server {
    /// Somebody has looked at it.
    ///
    /// While an operation hides its health, what is seen is kept and becomes public when the operation ends; only
    /// the loss of contact or machine ends a backup, and the loss of contact a maintenance. What says nothing new,
    /// and what is seen of a server that is being created or deleted, has failed, or is gone, changes nothing.
    pub fn handle_observation(self, observation: &Observation, now: DateTime<Utc>) -> Transition {
        let trigger = observation.trigger();
        let mut moved = Transition::of(self);
        let server = &mut moved.server;
        let kind = server.operation.as_ref().map(|operation| operation.kind());
        let seen = server.health.after(trigger);
        match kind {
            Some(OperationKind::Create | OperationKind::Delete) => {}
            Some(kind) if server.status().after(trigger).is_some() => {
                let cause = Cause::new(match trigger {
                    Trigger::InstanceGone => "its instance was terminated",
                    _ => "the connection was lost",
                });
                if kind == OperationKind::Maintain {
                    server.maintenance_status = Some(MaintenanceStatus::Failed);
                    server.maintained_at = Some(now);
                }
                server.reason = reason(&server.name, observation);
                let message = format!("The {kind} of server {} failed: {cause}", server.name);
                moved.abandon_work();
                moved.finish(trigger, End::Failed(cause), message, now);
            }
            Some(_) | None => {
                if seen == Health::Healthy {
                    server.reason = None;
                } else if seen != server.health
                    || trigger == Trigger::CheckFailed && seen == Health::Unhealthy
                {
                    server.reason = reason(&server.name, observation); // a newer report replaces the older
                }
                let told = kind.is_none() && seen != server.health;
                server.health = seen;
                if told {
                    moved.tell_health(now);
                }
            }
        }
        moved
    }
}

/// What is public of why a server is no longer healthy.
fn reason(server: &crate::ServerName, observation: &Observation) -> Option<super::Text> {
    match observation {
        Observation::Checked(report) if report.is_well() => None,
        Observation::Checked(report) => Some(report.to_json().into()),
        Observation::ContactLost(cause) => {
            Some(format!("Connection to server {server} was lost: {cause}").into())
        }
        Observation::InstanceGone => {
            Some(format!("The instance of server {server} has been terminated").into())
        }
    }
}
