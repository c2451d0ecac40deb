//! Registered tasks: what fits together, what is refused and how, and what an update changes.

use serde_json::{Value, json};
use tagout_window::request::{
    DeregisterTaskFromMaintenanceWindow, RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow, UpdateMaintenanceWindowTask,
};
use tagout_window::{CutoffBehavior, Rules, Window, WindowError};

use crate::support::{command, target_id, task_id, window, window_id, with};

const RUN_COMMAND_TARGETS: &str = "For Run Command tasks, you must specify at least one resource as the target of the task. \
     You can specify between 1 and 50 instance IDs, or between 1 and 10 maintenance window target IDs.";

/// A window with twelve registered targets.
fn window_with_targets(allow_unassociated: bool) -> Window {
    let mut window = window(
        json!({ "AllowUnassociatedTargets": allow_unassociated }),
        "2026-03-01T12:00:00Z",
    );
    for n in 1..=12 {
        let target = command::<RegisterTargetWithMaintenanceWindow>(json!({
            "WindowId": window_id(), "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:n", "Values": [n.to_string()] }],
        }));
        window
            .register_target(target, target_id(n), &Rules::default())
            .unwrap();
    }
    window
}

fn request(changes: Value) -> Value {
    with(
        json!({
            "WindowId": window_id(), "TaskArn": "AWS-RunPatchBaseline", "TaskType": "RUN_COMMAND",
            "Targets": [{ "Key": "InstanceIds", "Values": ["i-1", "i-2"] }],
            "MaxConcurrency": "10%", "MaxErrors": "0",
        }),
        changes,
    )
}

fn register(window: &mut Window, changes: Value) -> Result<(), WindowError> {
    let command = command::<RegisterTaskWithMaintenanceWindow>(request(changes));
    window
        .register_task(command, task_id(1), &Rules::default())
        .map(drop)
}

#[track_caller]
fn takes(changes: Value) {
    let mut window = window_with_targets(true);
    register(&mut window, changes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(window.tasks().len(), 1);
}

#[track_caller]
fn refuses(changes: Value, message: &str) {
    let mut window = window_with_targets(true);
    let error = register(&mut window, changes).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind().code(), "ValidationException");
    assert_eq!(window.tasks().len(), 0);
}

fn window_targets(range: std::ops::RangeInclusive<u128>) -> Value {
    json!([{ "Key": "WindowTargetIds", "Values": range.map(target_id).collect::<Vec<_>>() }])
}

#[test]
fn tasks_of_all_types_are_taken() {
    takes(json!({}));
    takes(json!({ "Targets": window_targets(1..=10) }));
    takes(
        json!({ "TaskInvocationParameters": { "RunCommand": { "Comment": "now", "TimeoutSeconds": 30 } } }),
    );
    for (task_type, member) in [
        ("AUTOMATION", "Automation"),
        ("LAMBDA", "Lambda"),
        ("STEP_FUNCTIONS", "StepFunctions"),
    ] {
        let parameters = json!({ member: {} });
        takes(json!({ "TaskType": task_type, "TaskInvocationParameters": parameters }));
        takes(json!({
            "TaskType": task_type, "TaskInvocationParameters": parameters,
            "Targets": null, "MaxConcurrency": null, "MaxErrors": null,
        }));
    }
    // The service does not look into the name of what it runs.
    takes(json!({ "TaskType": "AUTOMATION", "TaskArn": "AWS-RunShellScript" }));
}

#[test]
fn targets_are_refused_in_the_words_of_the_service() {
    refuses(
        json!({ "Targets": [{ "Key": "tag:Env", "Values": ["prod"] }] }),
        &format!(
            "tag:Env is an invalid window task target type, use WindowTargetIds or InstanceIds. {RUN_COMMAND_TARGETS}"
        ),
    );
    refuses(
        json!({ "TaskType": "AUTOMATION", "Targets": [{ "Key": "resource-groups:Name", "Values": ["g"] }] }),
        "resource-groups:Name is an invalid window task target type, use WindowTargetIds or InstanceIds.",
    );
    refuses(
        json!({ "Targets": null, "MaxErrors": null, "MaxConcurrency": null }),
        RUN_COMMAND_TARGETS,
    );
    refuses(
        json!({ "Targets": window_targets(1..=11) }),
        "The maximum number of window targets is 10",
    );
}

#[test]
fn limits_go_with_targets_only() {
    refuses(
        json!({ "TaskType": "LAMBDA", "Targets": null }),
        "Maintenance window tasks without targets do not support MaxErrors values. \
         Maintenance window tasks without targets do not support MaxConcurrency values.",
    );
    refuses(
        json!({ "TaskType": "LAMBDA", "Targets": null, "MaxErrors": null }),
        "Maintenance window tasks without targets do not support MaxConcurrency values.",
    );
    refuses(
        json!({ "MaxErrors": null, "MaxConcurrency": null }),
        "Max Errors must be a number of at least 0, or a percentage between 0 and 100 \
         Max Concurrency must be a number greater than 0, or a percentage between 1 and 100",
    );
    refuses(
        json!({ "MaxConcurrency": null }),
        "Max Concurrency must be a number greater than 0, or a percentage between 1 and 100",
    );
}

#[test]
fn invocation_parameters_are_those_of_the_type() {
    let wrong = "Task Invocation Parameters must contain an entry only for the Task Type specified in the Window Task.";
    refuses(
        json!({ "TaskInvocationParameters": { "Lambda": {} } }),
        wrong,
    );
    refuses(
        json!({ "TaskInvocationParameters": { "RunCommand": {}, "Automation": {} } }),
        wrong,
    );
    refuses(
        json!({ "TaskInvocationParameters": { "RunCommand": { "NotificationConfig": { "NotificationArn": "a" } } } }),
        "ServiceRoleArn of RunCommandInvocationParameter is required if NotificationConfig is specified",
    );
    takes(json!({
        "TaskInvocationParameters": { "RunCommand": { "NotificationConfig": { "NotificationArn": "a" }, "ServiceRoleArn": "r" } },
    }));
}

#[test]
fn unassociated_targets_need_leave() {
    let mut window = window_with_targets(false);
    let error = register(&mut window, json!({})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "InstanceIds cannot be used, as the maintenance window does not allow unassociated targets.",
    );
    register(&mut window, json!({ "Targets": window_targets(1..=1) })).unwrap();
}

#[test]
fn a_task_names_targets_that_are_there() {
    let mut window = window_with_targets(true);
    let error = register(&mut window, json!({ "Targets": window_targets(99..=99) })).unwrap_err();
    assert_eq!(error.kind().code(), "DoesNotExistException");
    assert_eq!(
        error.to_string(),
        "Window target 00000000-0000-4000-8000-000000000063 does not exist"
    );
}

#[test]
fn what_is_left_out_reads_as_the_service_reports_it() {
    let mut window = window_with_targets(true);
    register(
        &mut window,
        json!({ "TaskType": "LAMBDA", "Targets": null, "MaxConcurrency": null, "MaxErrors": null }),
    )
    .unwrap();
    let task = &window.tasks()[0];
    assert_eq!((task.priority(), task.cutoff_behavior()), (0, None));
    assert_eq!(
        (
            task.max_concurrency().to_string(),
            task.max_errors().to_string()
        ),
        ("1".into(), "1".into())
    );
}

fn update(window: &mut Window, changes: Value) -> Result<(), WindowError> {
    let request = with(
        json!({ "WindowId": window_id(), "WindowTaskId": task_id(1) }),
        changes,
    );
    window
        .update_task(
            command::<UpdateMaintenanceWindowTask>(request),
            &Rules::default(),
        )
        .map(drop)
}

#[test]
fn an_update_keeps_what_it_does_not_name_but_replaces_parameters_whole() {
    let mut window = window_with_targets(true);
    register(
        &mut window,
        json!({ "Priority": 3, "CutoffBehavior": "CANCEL_TASK", "TaskInvocationParameters": { "RunCommand": { "Comment": "a", "DocumentHash": "b" } } }),
    )
    .unwrap();
    update(
        &mut window,
        json!({ "TaskInvocationParameters": { "RunCommand": { "DocumentHash": "c" } } }),
    )
    .unwrap();
    let task = window.task(task_id(1)).unwrap();
    assert_eq!(
        (task.priority(), task.cutoff_behavior()),
        (3, Some(CutoffBehavior::CancelTask))
    );
    let parameters = task
        .invocation_parameters()
        .unwrap()
        .run_command
        .as_ref()
        .unwrap();
    assert_eq!(
        (
            parameters.comment.as_deref(),
            parameters.document_hash.as_deref()
        ),
        (None, Some("c"))
    );
}

#[test]
fn a_replacement_asks_for_the_arn_and_clears_the_rest() {
    let mut window = window_with_targets(true);
    register(
        &mut window,
        json!({ "TaskType": "AUTOMATION", "Priority": 3, "Name": "old", "ServiceRoleArn": "r" }),
    )
    .unwrap();
    let error = update(&mut window, json!({ "Replace": true, "Priority": 1 })).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 validation error detected: Value null at 'taskArn' failed to satisfy constraint: Member must not be null",
    );
    update(&mut window, json!({ "Replace": true, "TaskArn": "other" })).unwrap();
    let task = window.task(task_id(1)).unwrap();
    assert_eq!(task.task_arn().as_str(), "other");
    assert_eq!(
        (
            task.priority(),
            task.name(),
            task.service_role_arn(),
            task.targets().len()
        ),
        (0, None, None, 0)
    );
}

#[test]
fn an_update_is_judged_by_the_whole_task() {
    let mut window = window_with_targets(true);
    register(&mut window, json!({})).unwrap();
    let error = update(&mut window, json!({ "Replace": true, "TaskArn": "other" })).unwrap_err();
    assert_eq!(error.to_string(), RUN_COMMAND_TARGETS);
    let error = update(
        &mut window,
        json!({ "TaskInvocationParameters": { "Lambda": {} } }),
    )
    .unwrap_err();
    assert_eq!(error.kind().code(), "ValidationException");
    assert_eq!(
        window.tasks()[0].task_arn().as_str(),
        "AWS-RunPatchBaseline"
    );
}

#[test]
fn there_are_no_more_tasks_than_the_quota() {
    let mut window = window_with_targets(true);
    for n in 1..=20 {
        let command = command::<RegisterTaskWithMaintenanceWindow>(request(json!({})));
        window
            .register_task(command, task_id(n), &Rules::default())
            .unwrap();
    }
    let error = register(&mut window, json!({})).unwrap_err();
    assert_eq!(error.kind().code(), "ResourceLimitExceededException");
    assert_eq!(
        error.to_string(),
        "the limit of 20 tasks of a maintenance window is reached"
    );
}

#[test]
fn a_task_that_is_not_there_does_not_exist() {
    let mut window = window_with_targets(true);
    let command = command::<DeregisterTaskFromMaintenanceWindow>(
        json!({ "WindowId": window_id(), "WindowTaskId": task_id(5) }),
    );
    let error = window.deregister_task(&command).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Window task 00000000-0000-4000-8000-000000000005 does not exist"
    );
}

#[test]
fn parameters_are_not_printed() {
    let mut window = window_with_targets(true);
    let secret =
        json!({ "RunCommand": { "Parameters": { "password": ["hunter2"] }, "Comment": "shown" } });
    register(&mut window, json!({ "TaskInvocationParameters": secret })).unwrap();
    let printed = format!("{window:?}");
    assert!(
        printed.contains("shown") && !printed.contains("hunter2") && !printed.contains("password"),
        "{printed}"
    );
    let stored = serde_json::to_string(&window).unwrap();
    assert!(stored.contains("hunter2"), "but they are stored");
    assert_eq!(serde_json::from_str::<Window>(&stored).unwrap(), window);
}
