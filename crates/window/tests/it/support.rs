//! What the tests of several themes start from.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tagout_window::request::Request;
use tagout_window::{
    Fleet, IdSource, Rules, TargetId, TaskId, Violations, Window, WindowError, WindowId,
};

/// An instant from its text.
#[track_caller]
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Ids in the order of the natural numbers.
#[derive(Default)]
pub(crate) struct Counter(u128);

impl IdSource for Counter {
    fn next_bits(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// A task to be registered: on so many servers, or on registered targets of so many servers each.
#[derive(Clone, Debug)]
pub(crate) struct TaskSpec {
    pub(crate) task_type: &'static str,
    pub(crate) priority: u32,
    /// How many servers each of its registered targets has; none for a task without targets.
    pub(crate) targets: Vec<usize>,
    pub(crate) max_concurrency: String,
    pub(crate) max_errors: String,
    pub(crate) cutoff_behavior: Option<&'static str>,
    /// Whether the alarm of the name `alarm` stops it, and whether it goes on while that cannot be read.
    pub(crate) alarm: Option<bool>,
}

impl Default for TaskSpec {
    fn default() -> Self {
        Self {
            task_type: "RUN_COMMAND",
            priority: 0,
            targets: vec![1],
            max_concurrency: "1".to_owned(),
            max_errors: "0".to_owned(),
            cutoff_behavior: None,
            alarm: None,
        }
    }
}

/// A window that opens every day at 22:00 UTC for three hours, with nothing new in the last, and these tasks.
pub(crate) fn window_with(tasks: &[TaskSpec]) -> Window {
    use tagout_window::request::{
        RegisterTargetWithMaintenanceWindow, RegisterTaskWithMaintenanceWindow,
    };
    let rules = Rules {
        quotas: tagout_window::Quotas::UNLIMITED,
        ..Rules::default()
    };
    let mut window = window(json!({}), "2026-03-01T12:00:00Z");
    for (place, spec) in tasks.iter().enumerate() {
        let mut target_ids = Vec::new();
        for (group, n_servers) in spec.targets.iter().enumerate() {
            let id = target_id((place * 100 + group) as u128 + 1);
            let servers: Vec<String> = (0..*n_servers)
                .map(|n| format!("i-{place}-{group}-{n}"))
                .collect();
            // At most 50 ids make a target; more come by their tag.
            let selector = match servers.len() {
                1..=50 => json!({ "Key": "InstanceIds", "Values": servers }),
                _ => json!({ "Key": "tag:target", "Values": [format!("{place}-{group}")] }),
            };
            let request = json!({ "WindowId": window.id(), "ResourceType": "INSTANCE", "Targets": [selector] });
            window
                .register_target(
                    command::<RegisterTargetWithMaintenanceWindow>(request),
                    id,
                    &rules,
                )
                .unwrap();
            target_ids.push(id);
        }
        let mut request = json!({
            "WindowId": window.id(), "TaskArn": format!("task-{place}"), "TaskType": spec.task_type,
            "Priority": spec.priority,
        });
        if !target_ids.is_empty() {
            request["Targets"] = json!([{ "Key": "WindowTargetIds", "Values": target_ids }]);
            request["MaxConcurrency"] = json!(spec.max_concurrency);
            request["MaxErrors"] = json!(spec.max_errors);
        }
        if let Some(behavior) = spec.cutoff_behavior {
            request["CutoffBehavior"] = json!(behavior);
        }
        if let Some(ignore) = spec.alarm {
            request["AlarmConfiguration"] =
                json!({ "Alarms": [{ "Name": "alarm" }], "IgnorePollAlarmFailure": ignore });
        }
        let command = command::<RegisterTaskWithMaintenanceWindow>(request);
        window
            .register_task(command, task_id(place as u128), &rules)
            .unwrap();
    }
    window
}

/// An inventory that has the servers of all targets that are selected by their tag.
pub(crate) fn fleet_of(tasks: &[TaskSpec]) -> Fleet {
    let mut fleet = Fleet::default();
    for (place, spec) in tasks.iter().enumerate() {
        for (group, n_servers) in spec.targets.iter().enumerate() {
            for n in 0..*n_servers {
                let tag = format!("{place}-{group}");
                fleet.add_server(
                    &format!("i-{place}-{group}-{n}"),
                    [("target", tag.as_str())],
                );
            }
        }
    }
    fleet
}

/// The command that a request stands for; members as the interface names them.
#[track_caller]
pub(crate) fn command<R: Request + serde::de::DeserializeOwned>(request: Value) -> R::Command {
    parse::<R>(request).unwrap_or_else(|violations| panic!("{violations}"))
}

pub(crate) fn parse<R: Request + serde::de::DeserializeOwned>(
    request: Value,
) -> Result<R::Command, Violations> {
    serde_json::from_value::<R>(request).unwrap().parse()
}

/// A request for a window that opens every day at 22:00 UTC for three hours, with `changes` on top; a null takes a
/// member away.
pub(crate) fn window_request(changes: Value) -> Value {
    with(
        json!({
            "Name": "nightly",
            "Schedule": "cron(0 22 * * ? *)",
            "Duration": 3,
            "Cutoff": 1,
            "AllowUnassociatedTargets": true,
        }),
        changes,
    )
}

/// The same object with some members set and, where null, taken away.
pub(crate) fn with(mut object: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("not an object: {changes}")
    };
    for (name, value) in changes {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(&name);
        } else {
            object[name] = value;
        }
    }
    object
}

pub(crate) fn create(changes: Value, now: &str, rules: &Rules) -> Result<Window, WindowError> {
    let command =
        parse::<tagout_window::request::CreateMaintenanceWindow>(window_request(changes))?;
    Window::create(command, window_id(), at(now), rules)
}

#[track_caller]
pub(crate) fn window(changes: Value, now: &str) -> Window {
    create(changes, now, &Rules::default()).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn update(window: &mut Window, changes: Value, now: &str) -> Result<(), WindowError> {
    let request = with(json!({ "WindowId": window.id() }), changes);
    let command = parse::<tagout_window::request::UpdateMaintenanceWindow>(request)?;
    window.update(command, at(now), &Rules::default())
}

pub(crate) fn window_id() -> WindowId {
    WindowId::from_bits(0x1_2345_6789_abcd_ef00)
}

pub(crate) fn target_id(n: u128) -> TargetId {
    TargetId::from_bits(n)
}

pub(crate) fn task_id(n: u128) -> TaskId {
    TaskId::from_bits(n)
}
