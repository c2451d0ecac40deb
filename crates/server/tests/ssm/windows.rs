//! Windows: their lives, lists, tags and coming openings.

use serde_json::{Value, json};

use crate::client::{Client, NO_WINDOW, text};

#[tokio::test]
async fn a_window_is_made_read_changed_and_deleted() {
    let client = Client::new().await;
    let members = json!({
        "Name": "patch-tuesday", "Description": "d", "Schedule": "cron(30 23 ? * TUE#3 *)",
        "ScheduleTimezone": "America/Los_Angeles", "ScheduleOffset": 2, "Duration": 4,
        "StartDate": "2026-03-02T00:00:00-08:00", "EndDate": "2027-01-01T00:00:00Z",
    });
    let id = client.window(members.clone()).await;
    let mut window = members;
    for (name, value) in [
        ("WindowId", json!(id)),
        ("Cutoff", json!(1)),
        ("Enabled", json!(true)),
        ("AllowUnassociatedTargets", json!(true)),
    ] {
        window[name] = value;
    }
    let mut shown = window.clone();
    shown["CreatedDate"] = json!(1_772_366_400.5);
    shown["ModifiedDate"] = json!(1_772_366_400.5);
    shown["NextExecutionTime"] = json!("2026-03-19T23:30-07:00");
    let asked = json!({ "WindowId": id });
    assert_eq!(
        client.call("GetMaintenanceWindow", asked.clone()).await,
        shown
    );

    client.clock.advance(chrono::TimeDelta::milliseconds(500));
    let disable = json!({ "WindowId": id, "Enabled": false, "Duration": 5 });
    window["Enabled"] = json!(false);
    window["Duration"] = json!(5);
    assert_eq!(
        client.call("UpdateMaintenanceWindow", disable).await,
        window
    );
    let now = client.call("GetMaintenanceWindow", asked.clone()).await;
    assert_eq!(now["ModifiedDate"], json!(1_772_366_401));
    assert!(now.get("NextExecutionTime").is_none(), "{now}");

    let replace = json!({
        "WindowId": id, "Replace": true, "Name": "other", "Schedule": "rate(7 days)", "Duration": 2, "Cutoff": 0,
        "AllowUnassociatedTargets": false,
    });
    let replaced = client.call("UpdateMaintenanceWindow", replace).await;
    let expected = json!({
        "WindowId": id, "Name": "other", "Schedule": "rate(7 days)", "Duration": 2, "Cutoff": 0,
        "AllowUnassociatedTargets": false, "Enabled": false,
    });
    assert_eq!(replaced, expected);

    assert_eq!(
        client.call("DeleteMaintenanceWindow", asked.clone()).await,
        asked
    );
    let message = format!("Maintenance window {id} does not exist");
    client
        .refused(
            "GetMaintenanceWindow",
            asked.clone(),
            "DoesNotExistException",
            &message,
        )
        .await;
    // No error is declared for a second time.
    assert_eq!(
        client.call("DeleteMaintenanceWindow", asked.clone()).await,
        asked
    );
}

#[tokio::test]
async fn windows_are_listed_by_page_and_filter() {
    let client = Client::new().await;
    let mut ids = Vec::new();
    for number in 0..23 {
        client.clock.advance(chrono::TimeDelta::milliseconds(1));
        ids.push(
            client
                .window(json!({ "Name": format!("window-{number:02}") }))
                .await,
        );
    }
    let disable = json!({ "WindowId": ids[3], "Enabled": false });
    client.call("UpdateMaintenanceWindow", disable).await;

    let (mut found, mut token) = (Vec::new(), Value::Null);
    for length in [10, 10, 3] {
        let body = json!({ "MaxResults": 10, "NextToken": token });
        let mut page = client.call("DescribeMaintenanceWindows", body).await;
        assert_eq!(page["WindowIdentities"].as_array().unwrap().len(), length);
        found.extend(
            page["WindowIdentities"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| text(it, "WindowId")),
        );
        token = page["NextToken"].take();
    }
    assert_eq!(found, ids);
    assert_eq!(token, Value::Null);

    let filters = json!([
        { "Key": "Name", "Values": ["window-0"] }, { "Key": "Enabled", "Values": ["false"] },
    ]);
    let page = client
        .call("DescribeMaintenanceWindows", json!({ "Filters": filters }))
        .await;
    let expected = json!({ "WindowIdentities": [{
        "WindowId": ids[3], "Name": "window-03", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1,
        "Enabled": false,
    }] });
    assert_eq!(page, expected);
}

#[tokio::test]
async fn coming_openings_are_told_of_one_window_a_target_or_all() {
    let client = Client::new().await;
    let tokyo = client
        .window(json!({ "Name": "tokyo", "ScheduleTimezone": "Asia/Tokyo" }))
        .await;
    let weekly = client
        .window(json!({ "Name": "weekly", "Schedule": "rate(7 days)" }))
        .await;
    client.target(&weekly, &["i-1"]).await;
    let opening = |id: &str, name: &str, at: &str| json!({ "WindowId": id, "Name": name, "ExecutionTime": at });

    let one = json!({ "WindowId": tokyo, "MaxResults": 2 });
    let page = client.call("DescribeMaintenanceWindowSchedule", one).await;
    let expected = [
        opening(&tokyo, "tokyo", "2026-03-01T22:00+09:00"),
        opening(&tokyo, "tokyo", "2026-03-02T22:00+09:00"),
    ];
    assert_eq!(page["ScheduledWindowExecutions"], json!(expected));
    let next = json!({ "WindowId": tokyo, "MaxResults": 2, "NextToken": page["NextToken"] });
    let next = client.call("DescribeMaintenanceWindowSchedule", next).await;
    assert_eq!(
        next["ScheduledWindowExecutions"][0],
        opening(&tokyo, "tokyo", "2026-03-03T22:00+09:00")
    );

    let reached = json!({
        "Targets": [{ "Key": "InstanceIds", "Values": ["i-1"] }], "ResourceType": "INSTANCE", "MaxResults": 1,
    });
    let page = client
        .call("DescribeMaintenanceWindowSchedule", reached.clone())
        .await;
    let first = opening(&weekly, "weekly", "2026-03-08T12:00:00.500Z");
    assert_eq!(page["ScheduledWindowExecutions"], json!([first]));
    let page = client
        .call("DescribeMaintenanceWindowsForTarget", reached)
        .await;
    assert_eq!(
        page,
        json!({ "WindowIdentities": [{ "WindowId": weekly, "Name": "weekly" }] })
    );

    let before =
        json!({ "Filters": [{ "Key": "ScheduledBefore", "Values": ["2026-03-03T00:00:00Z"] }] });
    let page = client
        .call("DescribeMaintenanceWindowSchedule", before)
        .await;
    assert_eq!(page, json!({ "ScheduledWindowExecutions": expected }));
}

#[tokio::test]
async fn tags_are_set_listed_and_taken_off() {
    let client = Client::new().await;
    let id = client
        .window(json!({ "Tags": [{ "Key": "stage", "Value": "test" }] }))
        .await;
    let resource = |more: Value| {
        let mut body = json!({ "ResourceType": "MaintenanceWindow", "ResourceId": id });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let tags =
        json!({ "Tags": [{ "Key": "owner", "Value": "" }, { "Key": "stage", "Value": "prod" }] });
    assert_eq!(
        client.call("AddTagsToResource", resource(tags)).await,
        json!({})
    );
    let listed = client
        .call("ListTagsForResource", resource(json!({})))
        .await;
    let expected = json!([{ "Key": "owner", "Value": "" }, { "Key": "stage", "Value": "prod" }]);
    assert_eq!(listed, json!({ "TagList": expected }));
    let keys = json!({ "TagKeys": ["owner", "nobody"] });
    assert_eq!(
        client.call("RemoveTagsFromResource", resource(keys)).await,
        json!({})
    );
    let listed = client
        .call("ListTagsForResource", resource(json!({})))
        .await;
    assert_eq!(
        listed,
        json!({ "TagList": [{ "Key": "stage", "Value": "prod" }] })
    );
}

#[tokio::test]
async fn a_repeated_request_with_the_same_token_makes_nothing_new() {
    let client = Client::new().await;
    let token = json!({ "ClientToken": "once" });
    let id = client.window(token.clone()).await;
    assert_eq!(client.window(token).await, id);
    let page = client.call("DescribeMaintenanceWindows", json!({})).await;
    assert_eq!(page["WindowIdentities"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let file = |account: &str| {
        format!(
            "[[credentials]]\naccess_key_id = \"{account}\"\nsecret_access_key = \"s\"\naccount = \"{account}\"\n"
        )
    };
    let client =
        Client::configured(&format!("{}{}", file("111111111111"), file("222222222222"))).await;
    let at = tagout_control::Clock::now(&client.clock);
    let call = async |id: &'static str, operation: &str, body: Value| {
        let key = crate::common::Key {
            id,
            secret: "s",
            token: None,
        };
        let target = format!("AmazonSSM.{operation}");
        client
            .server
            .aws_signed(key, "ssm", at, &target, &body)
            .await
    };
    let (one, other) = ("111111111111", "222222222222");
    let create = json!({
        "Name": "abc", "Schedule": "rate(1 day)", "Duration": 1, "Cutoff": 0, "AllowUnassociatedTargets": true,
        "ClientToken": "token",
    });
    let id = text(
        &call(one, "CreateMaintenanceWindow", create.clone())
            .await
            .json(),
        "WindowId",
    );
    let asked = json!({ "WindowId": id });
    assert_eq!(
        call(one, "GetMaintenanceWindow", asked.clone())
            .await
            .status,
        200
    );
    let foreign = call(other, "GetMaintenanceWindow", asked.clone()).await;
    assert_eq!(foreign.json()["__type"], "DoesNotExistException");
    assert_eq!(
        call(other, "DeleteMaintenanceWindow", asked.clone())
            .await
            .status,
        200
    );
    assert_eq!(call(one, "GetMaintenanceWindow", asked).await.status, 200);
    // The token of one account is not that of the other.
    let second = text(
        &call(other, "CreateMaintenanceWindow", create).await.json(),
        "WindowId",
    );
    assert_ne!(second, id);
    assert_ne!(second, NO_WINDOW);
}
