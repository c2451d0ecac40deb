//! Runs of windows, from the opening to the end.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::client::{Client, text};

/// Asks until the answer is as wanted; the loop of the server looks about once a second at the clock that we move.
async fn until(
    client: &Client,
    operation: &str,
    body: Value,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    for _ in 0..500 {
        let answer = client.call(operation, body.clone()).await;
        if wanted(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{operation} {body} never answered as wanted")
}

/// The window and its first execution, at its opening.
async fn opened(client: &Client, window: &str) -> String {
    client.clock.advance(TimeDelta::hours(10));
    // A change of anything wakes the loop.
    client
        .call("UpdateMaintenanceWindow", json!({ "WindowId": window }))
        .await;
    let list = json!({ "WindowId": window });
    let executions = until(
        client,
        "DescribeMaintenanceWindowExecutions",
        list,
        |page| !page["WindowExecutions"].as_array().unwrap().is_empty(),
    )
    .await;
    text(&executions["WindowExecutions"][0], "WindowExecutionId")
}

#[tokio::test]
async fn a_run_is_told_from_its_window_down_to_each_server() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    let target = client.target(&window, &["i-1", "i-2"]).await;
    client.task(&window, &[&target]).await;
    let id = opened(&client, &window).await;
    let asked = json!({ "WindowExecutionId": id });
    let execution = until(
        &client,
        "GetMaintenanceWindowExecution",
        asked.clone(),
        |execution| execution["Status"] == "SUCCESS",
    )
    .await;
    // 22:00 on the first of March, and half a second.
    assert!(
        execution["StartTime"].as_f64().unwrap() >= 1_772_402_400.0,
        "{execution}"
    );
    assert!(execution["EndTime"].as_f64().unwrap() >= execution["StartTime"].as_f64().unwrap());
    let task = text(&json!({ "Id": execution["TaskIds"][0] }), "Id");

    let list = json!({ "WindowId": window });
    let page = client
        .call("DescribeMaintenanceWindowExecutions", list)
        .await;
    let listed = &page["WindowExecutions"][0];
    assert_eq!(
        (&listed["WindowId"], &listed["Status"]),
        (&json!(window), &json!("SUCCESS"))
    );
    let next = client
        .call("GetMaintenanceWindow", json!({ "WindowId": window }))
        .await;
    assert_eq!(next["NextExecutionTime"], "2026-03-02T22:00Z");

    let tasks = client
        .call("DescribeMaintenanceWindowExecutionTasks", asked)
        .await;
    let listed = &tasks["WindowExecutionTaskIdentities"][0];
    assert_eq!(listed["TaskExecutionId"], json!(task));
    assert_eq!(
        (&listed["TaskType"], &listed["Status"]),
        (&json!("RUN_COMMAND"), &json!("SUCCESS"))
    );

    let of_task = json!({ "WindowExecutionId": id, "TaskId": task });
    let one = client
        .call("GetMaintenanceWindowExecutionTask", of_task.clone())
        .await;
    let parameters = json!([{ "commands": { "Values": ["df"] }, "aws:InstanceId": { "Values": ["i-1", "i-2"] } }]);
    assert_eq!(one["TaskParameters"], parameters);
    assert_eq!(one["Type"], "RUN_COMMAND");

    let page = client
        .call("DescribeMaintenanceWindowExecutionTaskInvocations", of_task)
        .await;
    let invocations = page["WindowExecutionTaskInvocationIdentities"]
        .as_array()
        .unwrap();
    assert_eq!(invocations.len(), 2);
    for (invocation, server) in invocations.iter().zip(["i-1", "i-2"]) {
        assert_eq!(invocation["Status"], "SUCCESS");
        assert_eq!(invocation["OwnerInformation"], "the owner");
        assert_eq!(invocation["WindowTargetId"], json!(target));
        let parameters: Value =
            serde_json::from_str(invocation["Parameters"].as_str().unwrap()).unwrap();
        assert_eq!(parameters["instanceIds"], json!([server]));
        let asked = json!({
            "WindowExecutionId": id, "TaskId": task, "InvocationId": invocation["InvocationId"],
        });
        let one = client
            .call("GetMaintenanceWindowExecutionTaskInvocation", asked)
            .await;
        assert_eq!(one, *invocation);
    }
    let failed =
        json!({ "Filters": [{ "Key": "STATUS", "Values": ["FAILED"] }], "WindowExecutionId": id });
    let page = client
        .call("DescribeMaintenanceWindowExecutionTasks", failed)
        .await;
    assert_eq!(page, json!({ "WindowExecutionTaskIdentities": [] }));
}

#[tokio::test]
async fn a_run_without_tasks_says_so_and_can_still_be_cancelled() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    let id = opened(&client, &window).await;
    let asked = json!({ "WindowExecutionId": id });
    let execution = until(
        &client,
        "GetMaintenanceWindowExecution",
        asked.clone(),
        |execution| execution["Status"] == "SUCCESS",
    )
    .await;
    assert_eq!(execution["StatusDetails"], "No tasks to execute.");
    assert_eq!(execution["TaskIds"], json!([]));
    assert_eq!(
        client
            .call("CancelMaintenanceWindowExecution", asked.clone())
            .await,
        asked
    );
}

#[tokio::test]
async fn a_window_that_is_not_there_has_no_runs() {
    let client = Client::new().await;
    let list = json!({ "WindowId": crate::client::NO_WINDOW });
    let page = client
        .call("DescribeMaintenanceWindowExecutions", list)
        .await;
    assert_eq!(page, json!({ "WindowExecutions": [] }));
}
