//! Registered targets: their forms, their limits, and what becomes of them.

use serde_json::{Value, json};
use tagout_window::request::{
    DeregisterTargetFromMaintenanceWindow, RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow, UpdateMaintenanceWindowTarget,
};
use tagout_window::{ErrorKind, Quotas, Rules, Window, WindowError};

use crate::support::{command, target_id, task_id, window, window_id, with};

const NOW: &str = "2026-03-01T12:00:00Z";

fn register(window: &mut Window, n: u128, changes: Value) -> Result<(), WindowError> {
    let request = with(
        json!({
            "WindowId": window_id(),
            "ResourceType": "INSTANCE",
            "Targets": [{ "Key": "InstanceIds", "Values": ["i-1"] }],
        }),
        changes,
    );
    let command = command::<RegisterTargetWithMaintenanceWindow>(request);
    window
        .register_target(command, target_id(n), &Rules::default())
        .map(drop)
}

/// Checks what the service says to selectors, or that it takes them.
#[track_caller]
fn check(resource_type: &str, targets: impl Into<Value>, expected: Result<(), &str>) {
    let mut window = window(json!({}), NOW);
    let result = register(
        &mut window,
        1,
        json!({ "ResourceType": resource_type, "Targets": targets.into() }),
    );
    assert_eq!(
        result.map_err(|error| error.to_string()),
        expected.map_err(str::to_owned)
    );
    assert_eq!(window.targets().len(), usize::from(expected.is_ok()));
}

#[test]
fn all_forms_of_targets_are_taken() {
    let ids: Vec<String> = (0..50).map(|n| format!("i-{n}")).collect();
    check(
        "INSTANCE",
        json!([{ "Key": "InstanceIds", "Values": ids }]),
        Ok(()),
    );
    check(
        "INSTANCE",
        json!([{ "Key": "tag:Patch Group", "Values": ["a", "b"] }]),
        Ok(()),
    );
    let five: Vec<Value> = (0..5)
        .map(|n| json!({ "Key": format!("tag:t{n}"), "Values": ["x"] }))
        .collect();
    check("INSTANCE", json!(five), Ok(()));
    check(
        "INSTANCE",
        json!([{ "Key": "tag-key", "Values": ["a", "b", "c", "d", "e"] }]),
        Ok(()),
    );
    check(
        "INSTANCE",
        json!([{ "Key": "tag-key", "Values": ["a"] }, { "Key": "tag:b", "Values": [""] }]),
        Ok(()),
    );
    check(
        "RESOURCE_GROUP",
        json!([{ "Key": "resource-groups:Name", "Values": ["group"] }]),
        Ok(()),
    );
    check(
        "RESOURCE_GROUP",
        json!([
            { "Key": "resource-groups:Name", "Values": ["group"] },
            { "Key": "resource-groups:ResourceTypeFilters", "Values": ["AWS::EC2::Instance", "AWS::EC2::VPC"] },
        ]),
        Ok(()),
    );
}

#[test]
fn other_forms_are_refused_in_the_words_of_the_service() {
    let formats = Err(
        "Targets must be specified in one of the following formats: 1) one target with Key=InstanceIds, \
         2) up to 5 targets with Key=tag:<key> or Key=tag-key",
    );
    check(
        "INSTANCE",
        json!([{ "Key": "Names", "Values": ["a"] }]),
        formats,
    );
    check(
        "INSTANCE",
        json!([{ "Key": "tag:", "Values": ["a"] }]),
        formats,
    );
    check("INSTANCE", json!([{ "Values": ["a"] }]), formats);
    check(
        "INSTANCE",
        json!([{ "Key": "InstanceIds", "Values": ["a"] }, { "Key": "InstanceIds", "Values": ["b"] }]),
        formats,
    );
    check(
        "INSTANCE",
        json!([{ "Key": "InstanceIds", "Values": ["a"] }, { "Key": "tag:x", "Values": ["b"] }]),
        formats,
    );
    check(
        "INSTANCE",
        json!([{ "Key": "tag-key", "Values": ["a", "b", "c", "d", "e", "f"] }]),
        formats,
    );
    let mismatch = Err("Target Type does not match with the provided target.");
    check(
        "INSTANCE",
        json!([{ "Key": "resource-groups:Name", "Values": ["group"] }]),
        mismatch,
    );
    check(
        "RESOURCE_GROUP",
        json!([{ "Key": "InstanceIds", "Values": ["i-1"] }]),
        mismatch,
    );
    check(
        "RESOURCE_GROUP",
        json!([{ "Key": "tag:a", "Values": ["b"] }]),
        mismatch,
    );
    check(
        "INSTANCE",
        json!([{ "Key": "tag:Patch Group", "Values": [] }]),
        Err(
            "Please specify at least one target. Filter values can't be null and tag:Patch Group is.",
        ),
    );
    check(
        "INSTANCE",
        json!([]),
        Err("Please specify at least one target."),
    );
    check(
        "RESOURCE_GROUP",
        json!([{ "Key": "resource-groups:Name", "Values": ["a", "b"] }]),
        Err(
            "A resource group target must name exactly one resource group with Key=resource-groups:Name.",
        ),
    );
}

#[test]
fn there_are_no_more_targets_than_the_quota() {
    let mut window = window(json!({}), NOW);
    for n in 1..=100 {
        register(&mut window, n, json!({})).unwrap();
    }
    let error = register(&mut window, 101, json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResourceLimitExceeded);
    assert_eq!(
        error.to_string(),
        "the limit of 100 targets of a maintenance window is reached"
    );
    let command = command::<RegisterTargetWithMaintenanceWindow>(json!({
        "WindowId": window_id(), "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:a", "Values": ["b"] }],
    }));
    let rules = Rules {
        quotas: Quotas {
            targets_per_window: 101,
            ..Quotas::default()
        },
        ..Rules::default()
    };
    window
        .register_target(command, target_id(101), &rules)
        .unwrap();
}

fn update(window: &mut Window, changes: Value) -> Result<(), WindowError> {
    let request = with(
        json!({ "WindowId": window_id(), "WindowTargetId": target_id(1) }),
        changes,
    );
    window
        .update_target(command::<UpdateMaintenanceWindowTarget>(request))
        .map(drop)
}

#[test]
fn an_update_changes_what_it_names_and_a_replacement_clears_the_rest() {
    let mut window = window(json!({}), NOW);
    register(
        &mut window,
        1,
        json!({ "Name": "first", "Description": "note", "OwnerInformation": "me" }),
    )
    .unwrap();
    update(&mut window, json!({ "Name": "second" })).unwrap();
    let target = window.target(target_id(1)).unwrap();
    assert_eq!(target.name().unwrap().as_str(), "second");
    assert_eq!(target.description().unwrap().as_str(), "note");

    let error = update(&mut window, json!({ "Replace": true, "Name": "third" })).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 validation error detected: Value null at 'targets' failed to satisfy constraint: Member must not be null",
    );
    update(
        &mut window,
        json!({ "Replace": true, "Targets": [{ "Key": "tag:a", "Values": ["b"] }] }),
    )
    .unwrap();
    let target = window.target(target_id(1)).unwrap();
    assert_eq!(
        (
            target.name(),
            target.description(),
            target.owner_information()
        ),
        (None, None, None)
    );
    assert_eq!(target.selectors()[0].key(), "tag:a");
    let error = update(
        &mut window,
        json!({ "Targets": [{ "Key": "resource-groups:Name", "Values": ["g"] }] }),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Target Type does not match with the provided target."
    );
}

#[test]
fn a_target_in_use_is_only_taken_off_without_safe() {
    let mut window = window(json!({}), NOW);
    register(&mut window, 1, json!({})).unwrap();
    let task = command::<RegisterTaskWithMaintenanceWindow>(json!({
        "WindowId": window_id(), "TaskArn": "AWS-RunShellScript", "TaskType": "RUN_COMMAND",
        "Targets": [{ "Key": "WindowTargetIds", "Values": [target_id(1)] }],
        "MaxConcurrency": "1", "MaxErrors": "1",
    }));
    window
        .register_task(task, task_id(7), &Rules::default())
        .unwrap();
    let deregister = |safe: Value| {
        command::<DeregisterTargetFromMaintenanceWindow>(with(
            json!({ "WindowId": window_id(), "WindowTargetId": target_id(1) }),
            json!({ "Safe": safe }),
        ))
    };
    let error = window
        .deregister_target(&deregister(json!(true)))
        .unwrap_err();
    assert_eq!(error.kind().code(), "TargetInUseException");
    assert_eq!(
        error.to_string(),
        "This Target cannot be deregistered because it is still referenced in Task: \
         00000000-0000-4000-8000-000000000007",
    );
    window.deregister_target(&deregister(Value::Null)).unwrap();
    let error = window
        .deregister_target(&deregister(json!(true)))
        .unwrap_err();
    assert_eq!(error.kind().code(), "DoesNotExistException");
    assert_eq!(
        error.to_string(),
        "Window target 00000000-0000-4000-8000-000000000001 does not exist"
    );
    assert!(
        window.task(task_id(7)).unwrap().names_target(target_id(1)),
        "the task keeps the dangling id"
    );
}
