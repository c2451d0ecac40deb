//! Targets of windows.

use serde_json::json;

use crate::client::{Client, text};

#[tokio::test]
async fn a_target_is_registered_listed_changed_and_taken_off() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    let register = json!({
        "WindowId": window, "ResourceType": "RESOURCE_GROUP", "Name": "group", "Description": "d",
        "OwnerInformation": "o", "Targets": [{ "Key": "resource-groups:Name", "Values": ["web"] }],
        "ClientToken": "once",
    });
    let answer = client
        .call("RegisterTargetWithMaintenanceWindow", register.clone())
        .await;
    let again = client
        .call("RegisterTargetWithMaintenanceWindow", register)
        .await;
    assert_eq!(again, answer);
    let group = text(&answer, "WindowTargetId");
    let servers = client.target(&window, &["i-1", "i-2"]).await;

    let of_group = json!({
        "WindowId": window, "WindowTargetId": group, "ResourceType": "RESOURCE_GROUP", "Name": "group",
        "Description": "d", "OwnerInformation": "o",
        "Targets": [{ "Key": "resource-groups:Name", "Values": ["web"] }],
    });
    let of_servers = json!({
        "WindowId": window, "WindowTargetId": servers, "ResourceType": "INSTANCE", "OwnerInformation": "the owner",
        "Targets": [{ "Key": "InstanceIds", "Values": ["i-1", "i-2"] }],
    });
    let list = json!({ "WindowId": window });
    let page = client
        .call("DescribeMaintenanceWindowTargets", list.clone())
        .await;
    assert_eq!(page, json!({ "Targets": [of_group, of_servers] }));
    let filter =
        json!({ "WindowId": window, "Filters": [{ "Key": "Type", "Values": ["INSTANCE"] }] });
    let page = client
        .call("DescribeMaintenanceWindowTargets", filter)
        .await;
    assert_eq!(page, json!({ "Targets": [of_servers] }));

    let update = json!({
        "WindowId": window, "WindowTargetId": servers, "Name": "tagged", "Replace": true,
        "Targets": [{ "Key": "tag:stage", "Values": ["test"] }],
    });
    let updated = client.call("UpdateMaintenanceWindowTarget", update).await;
    let expected = json!({
        "WindowId": window, "WindowTargetId": servers, "Name": "tagged",
        "Targets": [{ "Key": "tag:stage", "Values": ["test"] }],
    });
    assert_eq!(updated, expected);

    let gone = json!({ "WindowId": window, "WindowTargetId": group });
    assert_eq!(
        client
            .call("DeregisterTargetFromMaintenanceWindow", gone.clone())
            .await,
        gone
    );
    let message = format!("Window target {group} does not exist");
    let operation = "DeregisterTargetFromMaintenanceWindow";
    client
        .refused(operation, gone, "DoesNotExistException", &message)
        .await;
}

#[tokio::test]
async fn a_target_in_use_is_kept_if_the_caller_wants_to_be_safe() {
    let client = Client::new().await;
    let window = client.window(json!({})).await;
    let target = client.target(&window, &["i-1"]).await;
    let task = client.task(&window, &[&target]).await;
    let body = json!({ "WindowId": window, "WindowTargetId": target, "Safe": true });
    let message = format!(
        "This Target cannot be deregistered because it is still referenced in Task: {task}"
    );
    let operation = "DeregisterTargetFromMaintenanceWindow";
    client
        .refused(operation, body, "TargetInUseException", &message)
        .await;
    let body = json!({ "WindowId": window, "WindowTargetId": target });
    client.call(operation, body).await;
}
