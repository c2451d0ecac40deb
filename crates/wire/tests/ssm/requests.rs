//! Bodies of the maintenance-window operations, as requests and as faults.

use serde_json::{Value, json};
use tagout_window::{Rules, Window, WindowId};
use tagout_wire::aws::{Fault, MessageName, Service};
use tagout_wire::ssm::{self, OPERATIONS, Request};

#[track_caller]
pub(crate) fn request(name: &str, body: &Value) -> Request {
    parse(name, body).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

fn parse(name: &str, body: &Value) -> Result<Request, Fault> {
    let operation = Service::Ssm.operation(name).unwrap();
    Request::parse(operation, body.to_string().as_bytes())
}

/// The least that each operation has to be told.
pub(crate) fn least(name: &str) -> Value {
    let window = "mw-00000000000000001";
    let id = "00000000-0000-0000-0000-000000000001";
    match name {
        "AddTagsToResource" => {
            json!({ "ResourceType": "MaintenanceWindow", "ResourceId": window, "Tags": [] })
        }
        "RemoveTagsFromResource" => {
            json!({ "ResourceType": "MaintenanceWindow", "ResourceId": window, "TagKeys": [] })
        }
        "ListTagsForResource" => {
            json!({ "ResourceType": "MaintenanceWindow", "ResourceId": window })
        }
        "CreateMaintenanceWindow" => json!({
            "Name": "abc", "Schedule": "rate(1 day)", "Duration": 1, "Cutoff": 0, "AllowUnassociatedTargets": false,
        }),
        "DescribeMaintenanceWindows" | "DescribeMaintenanceWindowSchedule" => json!({}),
        "DescribeMaintenanceWindowsForTarget" => {
            json!({ "Targets": [], "ResourceType": "INSTANCE" })
        }
        "RegisterTargetWithMaintenanceWindow" => {
            json!({ "WindowId": window, "Targets": [], "ResourceType": "INSTANCE" })
        }
        "RegisterTaskWithMaintenanceWindow" => {
            json!({ "WindowId": window, "TaskArn": "a", "TaskType": "LAMBDA" })
        }
        "UpdateMaintenanceWindowTarget" | "DeregisterTargetFromMaintenanceWindow" => {
            json!({ "WindowId": window, "WindowTargetId": id })
        }
        "UpdateMaintenanceWindowTask"
        | "DeregisterTaskFromMaintenanceWindow"
        | "GetMaintenanceWindowTask" => json!({ "WindowId": window, "WindowTaskId": id }),
        "GetMaintenanceWindowExecution"
        | "DescribeMaintenanceWindowExecutionTasks"
        | "CancelMaintenanceWindowExecution" => json!({ "WindowExecutionId": id }),
        "GetMaintenanceWindowExecutionTask"
        | "DescribeMaintenanceWindowExecutionTaskInvocations" => {
            json!({ "WindowExecutionId": id, "TaskId": id })
        }
        "GetMaintenanceWindowExecutionTaskInvocation" => {
            json!({ "WindowExecutionId": id, "TaskId": id, "InvocationId": id })
        }
        "GetMaintenanceWindow"
        | "UpdateMaintenanceWindow"
        | "DeleteMaintenanceWindow"
        | "DescribeMaintenanceWindowTargets"
        | "DescribeMaintenanceWindowTasks"
        | "DescribeMaintenanceWindowExecutions" => json!({ "WindowId": window }),
        _ => panic!("{name} is not an operation"),
    }
}

#[test]
fn every_operation_is_read_and_asks_for_what_it_cannot_be_without() {
    for operation in &OPERATIONS {
        let body = least(operation.name);
        assert_eq!(request(operation.name, &body).operation(), operation.name);
        for name in body.as_object().unwrap().keys() {
            let mut without = body.clone();
            without[name] = Value::Null;
            let fault = parse(operation.name, &without).unwrap_err();
            let member = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
            let message = format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
            );
            assert_eq!(fault, Fault::validation(message), "{}", operation.name);
        }
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let body = json!({ "WindowId": "mw-1", "MaxResults": 5, "Filters": [{ "Key": "" }] });
    let fault = parse("DescribeMaintenanceWindowTasks", &body).unwrap_err();
    assert_eq!((fault.status(), fault.code()), (400, "ValidationException"));
    let message = "4 validation errors detected: \
        Value 'mw-1' at 'windowId' failed to satisfy constraint: Member must have length greater than or equal to 20; \
        Value 'mw-1' at 'windowId' failed to satisfy constraint: \
        Member must satisfy regular expression pattern: ^mw-[0-9a-f]{17}$; \
        Value '' at 'filters.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1; \
        Value '5' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 10";
    assert_eq!(fault.message(), Some(message));
    assert!(
        fault
            .body()
            .starts_with(br#"{"__type":"ValidationException","message":"4 "#)
    );
}

#[test]
fn a_body_that_is_too_long_or_of_another_operation_is_refused() {
    let operation = Service::Ssm.operation("GetMaintenanceWindow").unwrap();
    let body = vec![b' '; operation.body_max + 1];
    let fault = Request::parse(operation, &body).unwrap_err();
    assert_eq!(fault, Fault::too_large(operation.body_max));

    let foreign = Service::OpsWorksCm.operation("DescribeServers").unwrap();
    let fault = Request::parse(foreign, b"{}").unwrap_err();
    assert_eq!(fault.code(), "UnknownOperationException");
}

#[test]
fn a_window_says_no_in_the_words_of_the_interface() {
    let id = WindowId::from_bits(1);
    let create = |body| {
        let Request::CreateMaintenanceWindow(command) = request("CreateMaintenanceWindow", &body)
        else {
            unreachable!("it is what was asked for")
        };
        Window::create(command, id, chrono::DateTime::UNIX_EPOCH, &Rules::default())
    };
    let mut body = least("CreateMaintenanceWindow");
    body["Schedule"] = json!("banana");
    let fault = Fault::from(create(body).unwrap_err());
    assert_eq!(fault.code(), "ValidationException");

    let window = create(least("CreateMaintenanceWindow")).unwrap();
    let error = window
        .task(tagout_window::TaskId::from_bits(1))
        .unwrap_err();
    let message = "Window task 00000000-0000-4000-8000-000000000001 does not exist";
    let expected = Fault::declared("DoesNotExistException", MessageName::Upper, message);
    assert_eq!(Fault::from(error), expected);

    let tags = json!({ "ResourceType": "Document", "ResourceId": "a", "Tags": [] });
    let Request::AddTagsToResource(command) = request("AddTagsToResource", &tags) else {
        unreachable!("it is what was asked for")
    };
    let fault = Fault::from(command.window_id().unwrap_err());
    assert_eq!(fault.body(), br#"{"__type":"InvalidResourceType"}"#);
}

#[test]
fn an_internal_error_is_the_declared_one() {
    let fault = ssm::internal_server_error();
    assert_eq!(fault.status(), 500);
    assert_eq!(
        fault.body(),
        br#"{"__type":"InternalServerError","Message":"An error occurred on the server side."}"#
    );
}

#[test]
fn a_request_prints_no_secrets() {
    let mut body = least("RegisterTaskWithMaintenanceWindow");
    body["Description"] = json!("hunter2");
    body["TaskParameters"] = json!({ "hunter2": { "Values": ["hunter2"] } });
    body["TaskInvocationParameters"] = json!({ "Lambda": { "Payload": "aHVudGVyMg==" } });
    let printed = format!("{:?}", request("RegisterTaskWithMaintenanceWindow", &body));
    assert_eq!(printed, "RegisterTaskWithMaintenanceWindow(..)");
}
