//! What each operation refuses: what it declares, and what is checked before it.

use serde_json::{Value, json};
use tagout_wire::ssm::OPERATIONS;

use crate::client::{Client, NO_WINDOW, NOBODY};

/// A good request for each operation, on a window and things of it that are not there.
fn requests() -> Vec<(&'static str, Value)> {
    let targets = json!([{ "Key": "InstanceIds", "Values": ["i-1"] }]);
    let window = json!({ "WindowId": NO_WINDOW });
    let target = json!({ "WindowId": NO_WINDOW, "WindowTargetId": NOBODY });
    let task = json!({ "WindowId": NO_WINDOW, "WindowTaskId": NOBODY });
    let execution = json!({ "WindowExecutionId": NOBODY });
    let of_task = json!({ "WindowExecutionId": NOBODY, "TaskId": NOBODY });
    let resource = |member: &str| {
        let mut body = json!({ "ResourceType": "MaintenanceWindow", "ResourceId": NO_WINDOW });
        if !member.is_empty() {
            body[member] = json!([]);
        }
        body
    };
    vec![
        ("AddTagsToResource", resource("Tags")),
        ("CancelMaintenanceWindowExecution", execution.clone()),
        (
            "CreateMaintenanceWindow",
            json!({
                "Name": "abc", "Schedule": "rate(1 day)", "Duration": 1, "Cutoff": 0,
                "AllowUnassociatedTargets": true,
            }),
        ),
        ("DeleteMaintenanceWindow", window.clone()),
        ("DeregisterTargetFromMaintenanceWindow", target.clone()),
        ("DeregisterTaskFromMaintenanceWindow", task.clone()),
        (
            "DescribeMaintenanceWindowExecutionTaskInvocations",
            of_task.clone(),
        ),
        ("DescribeMaintenanceWindowExecutionTasks", execution.clone()),
        ("DescribeMaintenanceWindowExecutions", window.clone()),
        ("DescribeMaintenanceWindowSchedule", window.clone()),
        ("DescribeMaintenanceWindowTargets", window.clone()),
        ("DescribeMaintenanceWindowTasks", window.clone()),
        ("DescribeMaintenanceWindows", json!({})),
        (
            "DescribeMaintenanceWindowsForTarget",
            json!({ "Targets": targets, "ResourceType": "INSTANCE" }),
        ),
        ("GetMaintenanceWindow", window.clone()),
        ("GetMaintenanceWindowExecution", execution),
        ("GetMaintenanceWindowExecutionTask", of_task),
        (
            "GetMaintenanceWindowExecutionTaskInvocation",
            json!({ "WindowExecutionId": NOBODY, "TaskId": NOBODY, "InvocationId": NOBODY }),
        ),
        ("GetMaintenanceWindowTask", task.clone()),
        ("ListTagsForResource", resource("")),
        (
            "RegisterTargetWithMaintenanceWindow",
            json!({ "WindowId": NO_WINDOW, "ResourceType": "INSTANCE", "Targets": targets }),
        ),
        (
            "RegisterTaskWithMaintenanceWindow",
            json!({ "WindowId": NO_WINDOW, "TaskArn": "SSM-a", "TaskType": "LAMBDA" }),
        ),
        ("RemoveTagsFromResource", resource("TagKeys")),
        ("UpdateMaintenanceWindow", window),
        ("UpdateMaintenanceWindowTarget", target),
        ("UpdateMaintenanceWindowTask", task),
    ]
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_each_operation_that_declares_it() {
    let client = Client::new().await;
    let requests = requests();
    assert!(
        requests
            .iter()
            .map(|it| it.0)
            .eq(OPERATIONS.iter().map(|it| it.name))
    );
    for (operation, (name, body)) in OPERATIONS.iter().zip(requests) {
        if operation.errors.contains(&"DoesNotExistException") {
            let (code, fault) = client.refusal(name, body).await;
            assert_eq!(code, "DoesNotExistException", "{name}");
            let message = if name.contains("Execution") {
                format!("Window execution {NOBODY} does not exist")
            } else {
                format!("Maintenance window {NO_WINDOW} does not exist")
            };
            assert_eq!(fault, json!({ "Message": message }), "{name}");
        } else if operation.errors.contains(&"InvalidResourceId") {
            let refusal = client.refusal(name, body).await;
            assert_eq!(
                refusal,
                ("InvalidResourceId".to_owned(), json!({})),
                "{name}"
            );
        } else {
            client.call(name, body).await;
        }
    }
}

#[tokio::test]
async fn every_operation_asks_for_what_it_cannot_be_without_and_takes_nothing_for_something_else() {
    let client = Client::new().await;
    for (name, body) in requests() {
        for member in body.as_object().unwrap().keys() {
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(member);
            let path = format!("{}{}", member[..1].to_lowercase(), &member[1..]);
            // The schedule of all windows may be asked for.
            if (name, member.as_str()) != ("DescribeMaintenanceWindowSchedule", "WindowId") {
                let message = format!(
                    "1 validation error detected: Value null at '{path}' failed to satisfy constraint: \
                     Member must not be null"
                );
                client
                    .refused(name, without, "ValidationException", &message)
                    .await;
            }
            let mut other = body.clone();
            other[member] = json!({ "a": [1] });
            let (code, fault) = client.refusal(name, other).await;
            assert_eq!(code, "SerializationException", "{name}");
            let message = fault["message"].as_str().unwrap();
            assert!(
                message.ends_with(&format!(" at '{path}'")),
                "{name}: {message}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_came_with_other_parameters_is_refused() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    for (name, mut body) in requests() {
        if !OPERATIONS
            .iter()
            .any(|it| it.name == name && it.errors.contains(&"IdempotentParameterMismatch"))
        {
            continue;
        }
        if body.get("WindowId").is_some() {
            body["WindowId"] = json!(window);
        }
        body["ClientToken"] = json!("once");
        let answer = client.call(name, body.clone()).await;
        assert_eq!(client.call(name, body.clone()).await, answer, "{name}");
        body["Description"] = json!("another");
        let message = "the client token was used with other parameters before";
        client
            .refused(name, body, "IdempotentParameterMismatch", message)
            .await;
    }
}

#[tokio::test]
async fn more_than_the_quota_is_refused() {
    let client = Client::configured("[limits]\nmaintenance_windows = 1\n").await;
    let window = client.window(json!({})).await;
    let create = requests().swap_remove(2).1;
    let message = "the limit of 1 maintenance windows is reached";
    client
        .refused(
            "CreateMaintenanceWindow",
            create,
            "ResourceLimitExceededException",
            message,
        )
        .await;
    for (name, n_max, what) in [
        (
            "RegisterTargetWithMaintenanceWindow",
            100,
            "targets of a maintenance window",
        ),
        (
            "RegisterTaskWithMaintenanceWindow",
            20,
            "tasks of a maintenance window",
        ),
    ] {
        let (_, mut body) = requests().into_iter().find(|it| it.0 == name).unwrap();
        body["WindowId"] = json!(window);
        for _ in 0..n_max {
            client.call(name, body.clone()).await;
        }
        let message = format!("the limit of {n_max} {what} is reached");
        client
            .refused(name, body, "ResourceLimitExceededException", &message)
            .await;
    }
}

#[tokio::test]
async fn only_windows_have_tags_and_not_too_many() {
    let client = Client::new().await;
    let id = client.window(json!({})).await;
    for (operation, member) in [
        ("AddTagsToResource", "Tags"),
        ("RemoveTagsFromResource", "TagKeys"),
    ] {
        let mut body = json!({ "ResourceType": "Document", "ResourceId": id });
        body[member] = json!([]);
        let refusal = client.refusal(operation, body).await;
        assert_eq!(refusal, ("InvalidResourceType".to_owned(), json!({})));
    }
    let tags: Vec<_> = (0..51)
        .map(|n| json!({ "Key": format!("k{n}"), "Value": "" }))
        .collect();
    let body = json!({ "ResourceType": "MaintenanceWindow", "ResourceId": id, "Tags": tags });
    let refusal = client.refusal("AddTagsToResource", body).await;
    assert_eq!(refusal, ("TooManyTagsError".to_owned(), json!({})));
}

#[tokio::test]
async fn what_only_the_service_knows_is_refused_in_its_words() {
    let client = Client::new().await;
    let window = client
        .window(json!({ "AllowUnassociatedTargets": false }))
        .await;
    let create = |member: &str, value: Value| {
        let mut body = requests().swap_remove(2).1;
        body[member] = value;
        ("CreateMaintenanceWindow", body)
    };
    let task = |members: Value| {
        let mut body = json!({ "WindowId": window, "TaskArn": "a", "TaskType": "RUN_COMMAND" });
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        ("RegisterTaskWithMaintenanceWindow", body)
    };
    let rows = [
        (
            create("Cutoff", json!(1)),
            "Cutoff was 1 but must be smaller than 0 (Duration  - 1 )",
        ),
        (
            create("ScheduleTimezone", json!("Mars/Base")),
            "Mars/Base is a malformed timezone. Please refer to the IANA time zone database for a valid timezones.",
        ),
        (
            create("StartDate", json!("2026-01-01T00:00:00")),
            "DateTime 2026-01-01T00:00:00 is malformed, format either must contain an offset - \
             e.g. '2018-01-01T00:00:00-02:00' or '2018-01-01T00:00:00Z'",
        ),
        (
            task(
                json!({ "Targets": [{ "Key": "tag:a", "Values": ["b"] }], "MaxErrors": "0", "MaxConcurrency": "1" }),
            ),
            "tag:a is an invalid window task target type, use WindowTargetIds or InstanceIds. \
             For Run Command tasks, you must specify at least one resource as the target of the task. \
             You can specify between 1 and 50 instance IDs, or between 1 and 10 maintenance window target IDs.",
        ),
        (
            task(json!({ "TaskType": "LAMBDA", "MaxErrors": "0", "MaxConcurrency": "1" })),
            "Maintenance window tasks without targets do not support MaxErrors values. \
             Maintenance window tasks without targets do not support MaxConcurrency values.",
        ),
        (
            (
                "DescribeMaintenanceWindows",
                json!({ "Filters": [{ "Key": "Age", "Values": ["1"] }] }),
            ),
            "Age is not a valid filter key, use Name or Enabled.",
        ),
        (
            (
                "DescribeMaintenanceWindows",
                json!({ "NextToken": "made up" }),
            ),
            "The specified token is not valid.",
        ),
    ];
    for ((operation, body), message) in rows {
        client
            .refused(operation, body, "ValidationException", message)
            .await;
    }
}
