//! The responses of the maintenance-window operations against the members that the API reference lists.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use tagout_window::{
    AlarmState, Ending, Execution, Fleet, IdSource, Invocation, Outcome, Rules, TargetId,
    TaskExecution, TaskId, Window, WindowId,
};
use tagout_wire::aws;
use tagout_wire::ssm::{OPERATIONS, Request, response};

use crate::requests::{least, request};

/// Which members the API reference lists, and of what kind each is, by operation.
fn transcription() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let mut members = BTreeMap::<_, BTreeMap<_, _>>::new();
    let lines = include_str!("responses.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (operation, rest) = line.split_once(' ').unwrap();
        let (path, kind) = rest.split_once(' ').unwrap();
        members.entry(operation).or_default().insert(path, kind);
    }
    members
}

/// Every path of a value that `known` lists, with what stands there; values of maps and lists share a path.
fn paths(
    value: &Value,
    path: &str,
    known: &BTreeMap<&str, &str>,
    found: &mut BTreeSet<(String, &'static str)>,
) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    if !path.is_empty() {
        found.insert((path.to_owned(), kind));
    }
    match value {
        Value::Array(items) => {
            for item in items {
                paths(item, &format!("{path}[]"), known, found);
            }
        }
        Value::Object(members) => {
            let of_map = format!("{path}{{}}");
            for (name, member) in members {
                let step = if known.contains_key(&*of_map) {
                    of_map.clone()
                } else if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                paths(member, &step, known, found);
            }
        }
        _ => {}
    }
}

/// All responses that a test has come to see.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, Vec<Value>>);

impl Seen {
    fn add(&mut self, operation: &'static str, response: &impl Serialize) {
        let body = serde_json::from_slice(&aws::body(response)).unwrap();
        self.0.entry(operation).or_default().push(body);
    }
}

struct Ids(u128);

impl IdSource for Ids {
    fn next_bits(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

macro_rules! command {
    ($operation:ident, $body:expr) => {
        match request(stringify!($operation), $body) {
            Request::$operation(command) => command,
            other => panic!("{} was asked for", other.operation()),
        }
    };
}

fn window(body: &Value, now: &str) -> Window {
    let command = command!(CreateMaintenanceWindow, body);
    Window::create(command, WindowId::from_bits(1), at(now), &Rules::default()).unwrap()
}

/// A window with everything that one can have.
fn full_window() -> Window {
    let mut window = window(
        &json!({
            "Name": "patch-tuesday", "Description": "d", "StartDate": "2026-01-01T00:00:00Z",
            "EndDate": "2027-01-01T00:00:00Z", "Schedule": "cron(30 23 ? * TUE#3 *)",
            "ScheduleTimezone": "America/Los_Angeles", "ScheduleOffset": 2, "Duration": 4, "Cutoff": 1,
            "AllowUnassociatedTargets": true, "Tags": [{ "Key": "k", "Value": "v" }],
        }),
        "2026-03-01T00:00:00.5Z",
    );
    let rules = Rules::default();
    let target = command!(
        RegisterTargetWithMaintenanceWindow,
        &json!({
            "WindowId": window.id(), "ResourceType": "INSTANCE", "Name": "web", "Description": "d",
            "OwnerInformation": "o", "Targets": [{ "Key": "InstanceIds", "Values": ["i-1", "i-2"] }],
        })
    );
    let target = window
        .register_target(target, TargetId::from_bits(1), &rules)
        .unwrap();
    let parameters = json!({
        "RUN_COMMAND": { "RunCommand": {
            "Comment": "c", "CloudWatchOutputConfig": { "CloudWatchLogGroupName": "g", "CloudWatchOutputEnabled": true },
            "DocumentHash": "00", "DocumentHashType": "Sha256", "DocumentVersion": "$LATEST",
            "NotificationConfig": { "NotificationArn": "a", "NotificationEvents": ["All"], "NotificationType": "Command" },
            "OutputS3BucketName": "bucket", "OutputS3KeyPrefix": "prefix", "Parameters": { "commands": ["ls"] },
            "ServiceRoleArn": "r", "TimeoutSeconds": 60,
        } },
        "AUTOMATION": { "Automation": { "DocumentVersion": "1", "Parameters": { "a": ["b"] } } },
        "STEP_FUNCTIONS": { "StepFunctions": { "Input": "{}", "Name": "n" } },
        "LAMBDA": { "Lambda": { "ClientContext": "c", "Qualifier": "q", "Payload": "e30=" } },
    });
    for (place, (task_type, parameters)) in parameters.as_object().unwrap().iter().enumerate() {
        let task = command!(
            RegisterTaskWithMaintenanceWindow,
            &json!({
                "WindowId": window.id(), "TaskArn": "task", "TaskType": task_type, "ServiceRoleArn": "role",
                "Targets": [{ "Key": "WindowTargetIds", "Values": [target.to_string()] }], "Priority": 1,
                "MaxConcurrency": "50%", "MaxErrors": "0", "Name": "task", "Description": "d",
                "TaskInvocationParameters": parameters, "TaskParameters": { "p": { "Values": ["v"] } },
                "LoggingInfo": { "S3BucketName": "bucket", "S3KeyPrefix": "prefix", "S3Region": "us-east-1" },
                "CutoffBehavior": "CANCEL_TASK", "AlarmConfiguration": { "Alarms": [{ "Name": "alarm" }] },
            })
        );
        window
            .register_task(task, TaskId::from_bits(place as u128), &rules)
            .unwrap();
    }
    window
}

/// A run of a window that has begun, and in which everything that begins fails, so many times over.
fn run(window: &Window, n_rounds: usize) -> Execution {
    let opening = window
        .plan()
        .next_opening(at("2026-03-02T00:00:00Z"))
        .unwrap();
    let mut ids = Ids(100);
    let mut execution = Execution::new(window, opening, &mut ids);
    let mut now = opening.opens_at + TimeDelta::milliseconds(250);
    let mut tickets = execution.begin(&Fleet::default(), &mut ids, now).begin;
    for _ in 0..n_rounds {
        now += TimeDelta::seconds(1);
        for ticket in std::mem::take(&mut tickets) {
            let outcome = Outcome {
                ending: Ending::Failed,
                details: Some("Failed".into()),
                external_id: Some("command-1".into()),
            };
            let decision = execution.handle_ended(&ticket, outcome, now).unwrap();
            tickets.extend(decision.begin);
        }
    }
    execution
}

fn see_window(seen: &mut Seen, window: &Window, next_token: Option<&str>) {
    let windows = std::slice::from_ref(window);
    seen.add(
        "CreateMaintenanceWindow",
        &response::CreateMaintenanceWindow::new(window.id()),
    );
    seen.add(
        "DeleteMaintenanceWindow",
        &response::DeleteMaintenanceWindow::new(window.id()),
    );
    seen.add(
        "GetMaintenanceWindow",
        &response::GetMaintenanceWindow::new(window),
    );
    seen.add(
        "UpdateMaintenanceWindow",
        &response::UpdateMaintenanceWindow::new(window),
    );
    seen.add(
        "DescribeMaintenanceWindows",
        &response::DescribeMaintenanceWindows::new(windows, next_token),
    );
    seen.add(
        "DescribeMaintenanceWindowsForTarget",
        &response::DescribeMaintenanceWindowsForTarget::new(windows, next_token),
    );
    let openings = window
        .next_execution_time()
        .map(|at| (window.id(), window.name(), at));
    seen.add(
        "DescribeMaintenanceWindowSchedule",
        &response::DescribeMaintenanceWindowSchedule::new(openings, next_token),
    );
    seen.add(
        "DescribeMaintenanceWindowTargets",
        &response::DescribeMaintenanceWindowTargets::new(window.id(), window.targets(), next_token),
    );
    seen.add(
        "DescribeMaintenanceWindowTasks",
        &response::DescribeMaintenanceWindowTasks::new(window.id(), window.tasks(), next_token),
    );
    for target in window.targets() {
        let id = target.id();
        seen.add(
            "RegisterTargetWithMaintenanceWindow",
            &response::RegisterTargetWithMaintenanceWindow::new(id),
        );
        seen.add(
            "UpdateMaintenanceWindowTarget",
            &response::UpdateMaintenanceWindowTarget::new(window.id(), target),
        );
        seen.add(
            "DeregisterTargetFromMaintenanceWindow",
            &response::DeregisterTargetFromMaintenanceWindow::new(window.id(), id),
        );
    }
    for task in window.tasks() {
        let id = task.id();
        seen.add(
            "RegisterTaskWithMaintenanceWindow",
            &response::RegisterTaskWithMaintenanceWindow::new(id),
        );
        seen.add(
            "GetMaintenanceWindowTask",
            &response::GetMaintenanceWindowTask::new(window.id(), task),
        );
        seen.add(
            "UpdateMaintenanceWindowTask",
            &response::UpdateMaintenanceWindowTask::new(window.id(), task),
        );
        seen.add(
            "DeregisterTaskFromMaintenanceWindow",
            &response::DeregisterTaskFromMaintenanceWindow::new(window.id(), id),
        );
    }
}

fn see_execution(seen: &mut Seen, execution: &Execution, next_token: Option<&str>) {
    let id = execution.id();
    seen.add(
        "CancelMaintenanceWindowExecution",
        &response::CancelMaintenanceWindowExecution::new(id),
    );
    seen.add(
        "DescribeMaintenanceWindowExecutions",
        &response::DescribeMaintenanceWindowExecutions::new(
            std::slice::from_ref(execution),
            next_token,
        ),
    );
    seen.add(
        "GetMaintenanceWindowExecution",
        &response::GetMaintenanceWindowExecution::new(execution),
    );
    seen.add(
        "DescribeMaintenanceWindowExecutionTasks",
        &response::DescribeMaintenanceWindowExecutionTasks::new(id, execution.tasks(), next_token),
    );
    for task in execution.tasks() {
        seen.add(
            "GetMaintenanceWindowExecutionTask",
            &response::GetMaintenanceWindowExecutionTask::new(id, task),
        );
        for invocation in task.invocations() {
            see_invocation(seen, execution, task, invocation, next_token);
        }
    }
}

fn see_invocation(
    seen: &mut Seen,
    execution: &Execution,
    task: &TaskExecution,
    invocation: &Invocation,
    next_token: Option<&str>,
) {
    let work = execution.work_of(task, invocation);
    let parameters = work.parameters_text();
    let mut twin = response::GetMaintenanceWindowExecutionTaskInvocation::new(
        execution.id(),
        task.id(),
        invocation,
        work.task.task_type(),
        &parameters,
    );
    if let Some(target) = work.target {
        let owner = target
            .owner_information()
            .map(tagout_window::OwnerInformation::as_str);
        twin = twin.by_target(target.id(), owner);
    }
    seen.add("GetMaintenanceWindowExecutionTaskInvocation", &twin);
    seen.add(
        "DescribeMaintenanceWindowExecutionTaskInvocations",
        &response::DescribeMaintenanceWindowExecutionTaskInvocations::new([twin], next_token),
    );
}

#[test]
fn what_has_everything_shows_every_member_and_no_other() {
    let mut seen = Seen::default();
    let window = full_window();
    see_window(&mut seen, &window, Some("token"));
    see_execution(&mut seen, &run(&window, 9), None);
    let mut execution = run(&window, 0);
    execution.handle_alarm("alarm", AlarmState::Alarm, at("2026-03-20T07:00:00Z"));
    see_execution(&mut seen, &execution, Some("token"));
    execution.cancel(at("2026-03-20T07:00:01Z"));
    see_execution(&mut seen, &execution, None);
    let skipped = Execution::skipped(&window, execution.opening(), &mut Ids(500));
    see_execution(&mut seen, &skipped, None);

    let listed = transcription();
    assert_eq!(
        listed.len() + 3,
        OPERATIONS.len(),
        "all but the three that tag"
    );
    for (operation, known) in &listed {
        let mut found = BTreeSet::new();
        for body in &seen.0[operation] {
            paths(body, "", known, &mut found);
        }
        let expected: BTreeSet<_> = known
            .iter()
            .map(|(path, kind)| ((*path).to_owned(), *kind))
            .collect();
        assert_eq!(found, expected, "{operation}");
    }
}

#[track_caller]
fn check(response: &impl Serialize, expected: &Value) {
    let body: Value = serde_json::from_slice(&aws::body(response)).unwrap();
    assert_eq!(body, *expected);
}

#[test]
fn a_window_without_extras_shows_what_is_always_there() {
    let mut window = window(
        &least("CreateMaintenanceWindow"),
        "2018-01-03T19:15:12.957Z",
    );
    let basics = json!({
        "WindowId": "mw-00000000000000001", "Name": "abc", "Schedule": "rate(1 day)", "Duration": 1, "Cutoff": 0,
        "Enabled": true,
    });
    let with = |members: &[(&str, Value)]| {
        let mut body = basics.clone();
        for (name, value) in members {
            body[name] = value.clone();
        }
        body
    };
    let (next, next_value) = ("NextExecutionTime", json!("2018-01-04T19:15:12.957Z"));
    check(
        &response::GetMaintenanceWindow::new(&window),
        &with(&[
            ("AllowUnassociatedTargets", json!(false)),
            ("CreatedDate", json!(1_515_006_912.957)),
            ("ModifiedDate", json!(1_515_006_912.957)),
            (next, next_value.clone()),
        ]),
    );
    check(
        &response::UpdateMaintenanceWindow::new(&window),
        &with(&[("AllowUnassociatedTargets", json!(false))]),
    );
    check(
        &response::DescribeMaintenanceWindows::new(std::slice::from_ref(&window), None),
        &json!({ "WindowIdentities": [with(&[(next, next_value)])] }),
    );
    let disable = json!({ "WindowId": window.id(), "Enabled": false });
    let disable = command!(UpdateMaintenanceWindow, &disable);
    window
        .update(disable, at("2018-01-03T19:15:13Z"), &Rules::default())
        .unwrap();
    check(
        &response::GetMaintenanceWindow::new(&window),
        &with(&[
            ("AllowUnassociatedTargets", json!(false)),
            ("CreatedDate", json!(1_515_006_912.957)),
            ("ModifiedDate", json!(1_515_006_913)),
            ("Enabled", json!(false)),
        ]),
    );
    check(
        &response::DescribeMaintenanceWindowTasks::new(window.id(), window.tasks(), None),
        &json!({ "Tasks": [] }),
    );
}

#[test]
fn a_task_without_targets_shows_the_limits_of_one() {
    let mut window = window(&least("CreateMaintenanceWindow"), "2026-03-01T00:00:00Z");
    let task = command!(
        RegisterTaskWithMaintenanceWindow,
        &least("RegisterTaskWithMaintenanceWindow")
    );
    window
        .register_task(task, TaskId::from_bits(2), &Rules::default())
        .unwrap();
    let basics = json!({
        "WindowId": "mw-00000000000000001", "WindowTaskId": "00000000-0000-4000-8000-000000000002", "TaskArn": "a",
        "Targets": [], "TaskParameters": {}, "Priority": 0, "MaxConcurrency": "1", "MaxErrors": "1",
    });
    check(
        &response::UpdateMaintenanceWindowTask::new(window.id(), &window.tasks()[0]),
        &basics,
    );
    let mut task = basics.clone();
    task["TaskType"] = json!("LAMBDA");
    check(
        &response::GetMaintenanceWindowTask::new(window.id(), &window.tasks()[0]),
        &task,
    );
    let mut listed = basics;
    listed["Type"] = json!("LAMBDA");
    check(
        &response::DescribeMaintenanceWindowTasks::new(window.id(), window.tasks(), None),
        &json!({ "Tasks": [listed] }),
    );
}

#[test]
fn a_run_that_has_not_begun_shows_no_times() {
    let window = window(&least("CreateMaintenanceWindow"), "2026-03-01T00:00:00Z");
    let opening = window
        .plan()
        .next_opening(at("2026-03-02T00:00:00Z"))
        .unwrap();
    let execution = Execution::new(&window, opening, &mut Ids(6));
    let id = "00000000-0000-4000-8000-000000000007";
    check(
        &response::GetMaintenanceWindowExecution::new(&execution),
        &json!({ "WindowExecutionId": id, "TaskIds": [], "Status": "PENDING" }),
    );
    check(
        &response::CancelMaintenanceWindowExecution::new(execution.id()),
        &json!({ "WindowExecutionId": id }),
    );
}

#[test]
fn tags_are_listed_by_name_and_their_changes_answered_with_nothing() {
    let window = full_window();
    check(
        &response::ListTagsForResource::new(window.tags()),
        &json!({ "TagList": [{ "Key": "k", "Value": "v" }] }),
    );
    check(&response::AddTagsToResource::default(), &json!({}));
    check(&response::RemoveTagsFromResource::default(), &json!({}));
}

#[test]
fn responses_print_no_secrets() {
    let mut window = window(&least("CreateMaintenanceWindow"), "2026-03-01T00:00:00Z");
    let mut body = least("RegisterTaskWithMaintenanceWindow");
    body["Description"] = json!("hunter2");
    body["TaskParameters"] = json!({ "p": { "Values": ["hunter2"] } });
    body["TaskInvocationParameters"] = json!({ "Lambda": { "Payload": "aHVudGVyMg==" } });
    let task = command!(RegisterTaskWithMaintenanceWindow, &body);
    window
        .register_task(task, TaskId::from_bits(2), &Rules::default())
        .unwrap();
    let execution = run(&window, 1);
    let task = &execution.tasks()[0];
    let invocation = response::GetMaintenanceWindowExecutionTaskInvocation::new(
        execution.id(),
        task.id(),
        &task.invocations()[0],
        task.task().task_type(),
        "hunter2",
    )
    .by_target(TargetId::from_bits(1), Some("hunter2"));
    let printed = format!(
        "{:?} {:?} {invocation:?}",
        response::GetMaintenanceWindowTask::new(window.id(), &window.tasks()[0]),
        response::GetMaintenanceWindowExecutionTask::new(execution.id(), task),
    );
    assert!(!printed.contains("hunter2"), "{printed}");
}
