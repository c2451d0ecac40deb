//! What an invocation runs: its parameters, with pseudo parameters filled in.

use serde_json::{Value, json};
use tagout_window::request::{
    RegisterTargetWithMaintenanceWindow, RegisterTaskWithMaintenanceWindow,
};
use tagout_window::{Execution, Fleet, PSEUDO_PARAMETERS, Resource, Rules, Ticket};

use crate::support::{Counter, at, command, target_id, task_id, window, with};

const NOW: &str = "2026-03-01T22:00:00Z";

/// An execution under way of one task on one target, and the ticket of its first invocation.
fn under_way(resource_type: &str, selector: impl Into<Value>, task: Value) -> (Execution, Ticket) {
    let rules = Rules::default();
    let mut window = window(json!({}), "2026-03-01T12:00:00Z");
    let target = json!({ "WindowId": window.id(), "ResourceType": resource_type, "Targets": [selector.into()] });
    window
        .register_target(
            command::<RegisterTargetWithMaintenanceWindow>(target),
            target_id(7),
            &rules,
        )
        .unwrap();
    let request = with(
        json!({
            "WindowId": window.id(), "TaskArn": "what", "TaskType": "AUTOMATION",
            "Targets": [{ "Key": "WindowTargetIds", "Values": [target_id(7)] }], "MaxConcurrency": "2", "MaxErrors": "0",
        }),
        task,
    );
    window
        .register_task(
            command::<RegisterTaskWithMaintenanceWindow>(request),
            task_id(8),
            &rules,
        )
        .unwrap();
    let mut fleet = Fleet::default();
    let bucket = Resource {
        id: "logs\"1".into(),
        arn: Some("arn:aws:s3:::logs".into()),
    };
    fleet.add_member("group", bucket, "AWS::S3::Bucket");
    fleet.add_member("group", Resource::server("i-9"), "AWS::EC2::Instance");
    fleet.add_server("i-5", [("Env", "prod"), ("Team", "db")]);
    let due = window.take_due(at(NOW)).unwrap();
    let mut ids = Counter::default();
    let mut execution = Execution::new(&window, due.opening, &mut ids);
    let decision = execution.begin(&fleet, &mut ids, at(NOW));
    let ticket = decision.begin[0];
    (execution, ticket)
}

/// A task of a type whose parameter holds every pseudo parameter; what they become.
#[track_caller]
fn filled(resource_type: &str, selector: Value, task_type: &str) -> Vec<String> {
    let names = PSEUDO_PARAMETERS
        .iter()
        .map(|it| format!("{{{{{}}}}}", it.name))
        .collect::<Vec<_>>()
        .join(" ");
    let member = if task_type == "AUTOMATION" {
        "Automation"
    } else {
        "RunCommand"
    };
    let parameters = json!({ member: { "Parameters": { "all": [names] } } });
    let task = json!({ "TaskType": task_type, "TaskInvocationParameters": parameters });
    let (execution, ticket) = under_way(resource_type, selector, task);
    let parameters = execution.work(&ticket).unwrap().parameters();
    let parameters = parameters
        .automation
        .and_then(|it| it.parameters)
        .or(parameters.run_command.and_then(|it| it.parameters));
    parameters.unwrap()["all"][0]
        .split(' ')
        .map(str::to_owned)
        .collect()
}

#[test]
fn pseudo_parameters_are_filled_in() {
    let ids = [
        "00000000-0000-4000-8000-000000000008",
        "00000000-0000-4000-8000-000000000007",
        "00000000-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002",
        "00000000-0000-4000-8000-000000000003",
    ];
    let servers = json!({ "Key": "InstanceIds", "Values": ["i-1"] });
    let found = filled("INSTANCE", servers.clone(), "AUTOMATION");
    assert_eq!(found[0], crate::support::window_id().to_string());
    assert_eq!(found[1..6], ids);
    assert_eq!(found[6..], ["INSTANCE", "i-1", "i-1"]);
    // For commands, what they run on is not filled in.
    let found = filled("INSTANCE", servers, "RUN_COMMAND");
    assert_eq!(found[1..6], ids);
    assert_eq!(found[6..], ["INSTANCE", "{{TARGET_ID}}", "{{RESOURCE_ID}}"]);
    let group = json!({ "Key": "resource-groups:Name", "Values": ["group"] });
    let found = filled("RESOURCE_GROUP", group, "AUTOMATION");
    assert_eq!(
        found[6..],
        ["RESOURCE_GROUP", "arn:aws:s3:::logs", "logs\"1"]
    );
}

#[test]
fn targets_select_by_tags_names_and_groups() {
    let selects = |resource_type: &str, selector: Value| {
        let (execution, ticket) = under_way(resource_type, selector, json!({}));
        execution
            .work(&ticket)
            .unwrap()
            .resource
            .unwrap()
            .id
            .to_string()
    };
    assert_eq!(
        selects(
            "INSTANCE",
            json!({ "Key": "tag:Env", "Values": ["test", "prod"] })
        ),
        "i-5"
    );
    assert_eq!(
        selects(
            "INSTANCE",
            json!({ "Key": "tag-key", "Values": ["Team", "Env"] })
        ),
        "i-5"
    );
    assert_eq!(
        selects(
            "RESOURCE_GROUP",
            json!({ "Key": "resource-groups:Name", "Values": ["group"] })
        ),
        "logs\"1"
    );
}

#[test]
fn what_is_no_pseudo_parameter_is_left_as_it_is() {
    let odd =
        "{{}} {{WINDOW_ID} {{window_id}} {{NOPE}} {{{TARGET_ID}}} {{ TARGET_ID }} }} {{TARGET_ID";
    let parameters = json!({ "Automation": { "Parameters": { "odd": [odd] } } });
    let servers = json!({ "Key": "InstanceIds", "Values": ["i-1"] });
    let (execution, ticket) = under_way(
        "INSTANCE",
        servers,
        json!({ "TaskInvocationParameters": parameters }),
    );
    let parameters = execution
        .work(&ticket)
        .unwrap()
        .parameters()
        .automation
        .unwrap()
        .parameters
        .unwrap();
    assert_eq!(
        parameters["odd"][0],
        "{{}} {{WINDOW_ID} {{window_id}} {{NOPE}} {i-1} {{ TARGET_ID }} }} {{TARGET_ID"
    );
}

#[test]
fn json_texts_stay_json() {
    let group = json!({ "Key": "resource-groups:Name", "Values": ["group"] });
    let payload = "eyJpZCI6Int7UkVTT1VSQ0VfSUR9fSJ9"; // {"id":"{{RESOURCE_ID}}"}
    let task = json!({ "TaskType": "LAMBDA", "TaskInvocationParameters": { "Lambda": { "Payload": payload } } });
    let (execution, ticket) = under_way("RESOURCE_GROUP", group.clone(), task);
    let payload = execution
        .work(&ticket)
        .unwrap()
        .parameters()
        .lambda
        .unwrap()
        .payload
        .unwrap()
        .0;
    assert_eq!(
        serde_json::from_slice::<Value>(&payload).unwrap(),
        json!({ "id": "logs\"1" })
    );

    let input = r#"{"arn":"{{TARGET_ID}}"}"#;
    let task = json!({ "TaskType": "STEP_FUNCTIONS", "TaskInvocationParameters": { "StepFunctions": { "Input": input } } });
    let (execution, ticket) = under_way("RESOURCE_GROUP", group, task);
    let input = execution
        .work(&ticket)
        .unwrap()
        .parameters()
        .step_functions
        .unwrap()
        .input
        .unwrap();
    assert_eq!(input, r#"{"arn":"arn:aws:s3:::logs"}"#);
}

#[test]
fn the_parameters_of_a_command_are_in_the_form_of_the_service() {
    let parameters = json!({ "RunCommand": { "Parameters": { "commands": ["df"] } } });
    let servers = json!({ "Key": "InstanceIds", "Values": ["i-1", "i-2"] });
    let task = json!({ "TaskType": "RUN_COMMAND", "TaskInvocationParameters": parameters, "TaskArn": "AWS-RunShellScript" });
    let (execution, ticket) = under_way("INSTANCE", servers, task);
    let work = execution.work(&ticket).unwrap();
    assert_eq!(
        work.parameters_text(),
        r#"{"documentName":"AWS-RunShellScript","instanceIds":["i-1"],"maxConcurrency":"2","maxErrors":"0","parameters":{"commands":["df"]}}"#,
    );
    let of_task = work.task_execution.parameters();
    assert_eq!(of_task["commands"], ["df"]);
    assert_eq!(of_task["aws:InstanceId"], ["i-1", "i-2"]);
}

#[test]
fn a_command_falls_back_to_deprecated_parameters() {
    let task = json!({
        "TaskType": "RUN_COMMAND",
        "TaskParameters": { "commands": { "Values": ["df {{WINDOW_TASK_ID}}"] } },
        "LoggingInfo": { "S3BucketName": "logs", "S3Region": "us-east-1" },
    });
    let servers = json!({ "Key": "InstanceIds", "Values": ["i-1"] });
    let (execution, ticket) = under_way("INSTANCE", servers.clone(), task.clone());
    let parameters = execution
        .work(&ticket)
        .unwrap()
        .parameters()
        .run_command
        .unwrap();
    assert_eq!(
        parameters.parameters.unwrap()["commands"],
        ["df 00000000-0000-4000-8000-000000000008"]
    );
    assert_eq!(parameters.output_s3_bucket_name.as_deref(), Some("logs"));

    let with_new = with(
        task,
        json!({ "TaskInvocationParameters": { "RunCommand": {} } }),
    );
    let (execution, ticket) = under_way("INSTANCE", servers, with_new);
    assert_eq!(
        execution
            .work(&ticket)
            .unwrap()
            .parameters()
            .run_command
            .unwrap()
            .parameters,
        None
    );
}
