//! Tasks of windows.

use serde_json::json;

use crate::client::{Client, text};

#[tokio::test]
async fn a_task_is_registered_read_listed_changed_and_taken_off() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    let target = client.target(&window, &["i-1"]).await;
    let register = json!({
        "WindowId": window, "TaskArn": "AWS-RunShellScript", "TaskType": "RUN_COMMAND", "ServiceRoleArn": "role",
        "Targets": [{ "Key": "WindowTargetIds", "Values": [target] }], "Priority": 3, "MaxConcurrency": "50%",
        "MaxErrors": "0", "Name": "disk", "Description": "d", "CutoffBehavior": "CANCEL_TASK", "ClientToken": "once",
        "TaskInvocationParameters": { "RunCommand": { "Parameters": { "commands": ["df"] }, "TimeoutSeconds": 60 } },
        "AlarmConfiguration": { "Alarms": [{ "Name": "alarm" }] },
    });
    let answer = client
        .call("RegisterTaskWithMaintenanceWindow", register.clone())
        .await;
    let again = client
        .call("RegisterTaskWithMaintenanceWindow", register.clone())
        .await;
    assert_eq!(again, answer);
    let task = text(&answer, "WindowTaskId");

    let mut shown = register;
    shown.as_object_mut().unwrap().remove("ClientToken");
    shown["WindowTaskId"] = json!(task);
    shown["TaskParameters"] = json!({});
    shown["AlarmConfiguration"]["IgnorePollAlarmFailure"] = json!(false);
    let asked = json!({ "WindowId": window, "WindowTaskId": task });
    assert_eq!(
        client.call("GetMaintenanceWindowTask", asked.clone()).await,
        shown
    );

    let mut listed = shown.clone();
    listed["Type"] = listed["TaskType"].take();
    for name in ["TaskType", "TaskInvocationParameters"] {
        listed.as_object_mut().unwrap().remove(name);
    }
    let filters = json!([{ "Key": "Priority", "Values": ["3"] }, { "Key": "TaskType", "Values": ["RUN_COMMAND"] }]);
    let list = json!({ "WindowId": window, "Filters": filters });
    let page = client.call("DescribeMaintenanceWindowTasks", list).await;
    assert_eq!(page, json!({ "Tasks": [listed] }));

    let update =
        json!({ "WindowId": window, "WindowTaskId": task, "Priority": 0, "MaxErrors": "10%" });
    let mut updated = shown;
    updated.as_object_mut().unwrap().remove("TaskType");
    updated["Priority"] = json!(0);
    updated["MaxErrors"] = json!("10%");
    assert_eq!(
        client.call("UpdateMaintenanceWindowTask", update).await,
        updated
    );

    assert_eq!(
        client
            .call("DeregisterTaskFromMaintenanceWindow", asked.clone())
            .await,
        asked
    );
    let message = format!("Window task {task} does not exist");
    for operation in [
        "GetMaintenanceWindowTask",
        "DeregisterTaskFromMaintenanceWindow",
    ] {
        client
            .refused(operation, asked.clone(), "DoesNotExistException", &message)
            .await;
    }
}

#[tokio::test]
async fn a_payload_comes_back_byte_for_byte() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    let register = json!({
        "WindowId": window, "TaskArn": "SSM-function", "TaskType": "LAMBDA",
        "TaskInvocationParameters": { "Lambda": { "Payload": "eyJhIjoi4oKsIn0=", "Qualifier": "1" } },
    });
    let answer = client
        .call("RegisterTaskWithMaintenanceWindow", register.clone())
        .await;
    let asked = json!({ "WindowId": window, "WindowTaskId": answer["WindowTaskId"] });
    let task = client.call("GetMaintenanceWindowTask", asked).await;
    assert_eq!(
        task["TaskInvocationParameters"],
        register["TaskInvocationParameters"]
    );
    assert_eq!(
        (&task["MaxConcurrency"], &task["MaxErrors"]),
        (&json!("1"), &json!("1"))
    );
}
