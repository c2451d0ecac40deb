//! Each of the nineteen operations, when it goes well.

use serde_json::{Value, json};

use crate::fixture::{Fixture, PROFILE, ROLE, new_server};

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["Name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_server_is_built_described_and_taken_down() {
    let fixture = Fixture::start().await;
    fixture.hold();
    let request = json!({
        "ServerName": "alpha", "Engine": "Puppet", "EngineModel": "Monolithic", "EngineVersion": "2019",
        "InstanceType": "m5.xlarge", "InstanceProfileArn": PROFILE, "ServiceRoleArn": ROLE, "KeyPair": "k",
        "PreferredMaintenanceWindow": "Tue:04:00", "PreferredBackupWindow": "03:00", "BackupRetentionCount": 7,
        "SecurityGroupIds": ["sg-1"], "SubnetIds": ["subnet-1"], "AssociatePublicIpAddress": false,
        "DisableAutomatedBackup": true, "Tags": [{"Key": "Stage", "Value": "Test"}],
    });
    let created = fixture.ok("CreateServer", request).await;
    let server = &created["Server"];
    assert_eq!(server["Status"], "CREATING");
    assert_eq!(server["EngineVersion"], "2019.8.10");
    assert!(names(&server["EngineAttributes"]).contains(&"PUPPET_ADMIN_PASSWORD"));
    for member in ["Endpoint", "ServerArn", "CreatedAt"] {
        assert!(!server[member].is_null(), "{member}");
    }
    let found = fixture.ok("DescribeServers", json!({})).await;
    assert_eq!(found["Servers"].as_array().unwrap().len(), 1);
    assert_eq!(found["Servers"][0]["EngineAttributes"], json!([])); // secrets are told once
    assert_eq!(found["Servers"][0]["BackupRetentionCount"], 7);
    assert_eq!(found["Servers"][0]["AssociatePublicIpAddress"], false);
    assert_eq!(found["Servers"][0]["DisableAutomatedBackup"], true);
    assert!(found.get("NextToken").is_none());

    fixture.release();
    let server = fixture.until("alpha", "HEALTHY").await;
    assert!(
        server["CloudFormationStackArn"]
            .as_str()
            .unwrap()
            .contains("aws-opsworks-cm-instance-alpha-")
    );

    let by_name = json!({"ServerName": "alpha"});
    let done = fixture.ok("DeleteServer", by_name.clone()).await;
    assert_eq!(done, json!({}));
    fixture
        .until_refused("DescribeServers", &by_name, "ResourceNotFoundException")
        .await;
    fixture
        .until_refused("DescribeEvents", &by_name, "ResourceNotFoundException")
        .await;
    assert_eq!(
        fixture.ok("DescribeServers", json!({})).await,
        json!({"Servers": []})
    );
}

#[tokio::test]
async fn servers_come_in_the_order_of_their_names_and_pages_are_passed_over() {
    let fixture = Fixture::start().await;
    for name in ["gamma", "alpha", "beta"] {
        fixture.healthy(name).await;
    }
    let found = fixture
        .ok(
            "DescribeServers",
            json!({"MaxResults": 1, "NextToken": "any"}),
        )
        .await;
    let found: Vec<_> = found["Servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["ServerName"].clone())
        .collect();
    assert_eq!(found, ["alpha", "beta", "gamma"]);
}

#[tokio::test]
async fn what_a_server_is_told_at_birth_reaches_it_from_a_backup() {
    let fixture = Fixture::start().await;
    fixture
        .ok("CreateServer", {
            let mut request = new_server("alpha");
            request["PreferredBackupWindow"] = "Sun:05:00".into();
            request["KeyPair"] = "old".into();
            request
        })
        .await;
    fixture.until("alpha", "HEALTHY").await;
    let id = fixture.backup("alpha").await;
    let mut request = new_server("beta");
    request["BackupId"] = id.as_str().into();
    let created = fixture.ok("CreateServer", request).await;
    assert_eq!(created["Server"]["PreferredBackupWindow"], "Sun:05:00");
    assert_eq!(created["Server"]["KeyPair"], "old");
    fixture.until("beta", "HEALTHY").await;
}

#[tokio::test]
async fn settings_are_changed_in_place() {
    let fixture = Fixture::start().await;
    fixture.healthy("alpha").await;
    let changed = fixture
        .ok(
            "UpdateServer",
            json!({
                "ServerName": "alpha", "BackupRetentionCount": 3, "DisableAutomatedBackup": false,
                "PreferredBackupWindow": "Mon:00:00", "PreferredMaintenanceWindow": "23:00",
            }),
        )
        .await;
    let server = &changed["Server"];
    assert_eq!(server["BackupRetentionCount"], 3);
    assert_eq!(server["DisableAutomatedBackup"], false);
    assert_eq!(server["PreferredBackupWindow"], "Mon:00:00");
    assert_eq!(server["PreferredMaintenanceWindow"], "23:00");
    let found = fixture
        .ok("DescribeServers", json!({"ServerName": "alpha"}))
        .await;
    assert_eq!(&found["Servers"][0], server);
}

#[tokio::test]
async fn a_backup_is_made_listed_restored_and_removed() {
    let fixture = Fixture::start().await;
    fixture.healthy("alpha").await;
    fixture.hold();
    let begun = fixture.ok("CreateBackup", json!({
        "ServerName": "alpha", "Description": "before change", "Tags": [{"Key": "Stage", "Value": "Test"}],
    })).await;
    let backup = &begun["Backup"];
    assert_eq!(backup["Status"], "IN_PROGRESS");
    assert_eq!(backup["BackupType"], "MANUAL");
    assert_eq!(backup["Description"], "before change");
    assert_eq!(backup["UserArn"], "arn:aws:iam::123456789012:root");
    let id = backup["BackupId"].as_str().unwrap();
    fixture.until("alpha", "BACKING_UP").await;
    fixture.release();
    fixture.until_backup(id, "OK").await;
    fixture.until("alpha", "HEALTHY").await;

    let second = fixture.backup("alpha").await;
    let all = fixture
        .ok("DescribeBackups", json!({"ServerName": "alpha"}))
        .await;
    let ids: Vec<_> = all["Backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["BackupId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [second.as_str(), id]); // newest first
    let none = fixture
        .ok("DescribeBackups", json!({"ServerName": "nobody"}))
        .await;
    assert_eq!(none, json!({"Backups": []}));

    fixture.hold();
    let restored = fixture.ok("RestoreServer", json!({
        "ServerName": "alpha", "BackupId": id, "InstanceType": "c5.2xlarge", "KeyPair": "new",
    })).await;
    assert_eq!(restored["Server"]["Status"], "RESTORING");
    fixture.release();
    let server = fixture.until("alpha", "HEALTHY").await;
    assert_eq!(server["InstanceType"], "c5.2xlarge");
    assert_eq!(server["KeyPair"], "new");

    let by_id = json!({"BackupId": id});
    assert_eq!(fixture.ok("DeleteBackup", by_id.clone()).await, json!({}));
    fixture
        .until_refused("DescribeBackups", &by_id, "ResourceNotFoundException")
        .await;
}

#[tokio::test]
async fn maintenance_ends_with_its_outcome_and_an_event() {
    let fixture = Fixture::start().await;
    let new = fixture.healthy("alpha").await;
    assert!(new.get("MaintenanceStatus").is_none());
    fixture.hold();
    let begun = fixture
        .ok("StartMaintenance", json!({"ServerName": "alpha"}))
        .await;
    assert_eq!(begun["Server"]["Status"], "UNDER_MAINTENANCE");
    fixture.release();
    let server = fixture.until("alpha", "HEALTHY").await;
    assert_eq!(server["MaintenanceStatus"], "SUCCESS");
    let backups = fixture
        .ok("DescribeBackups", json!({"ServerName": "alpha"}))
        .await;
    assert_eq!(backups["Backups"][0]["BackupType"], "AUTOMATED");
    assert!(backups["Backups"][0].get("UserArn").is_none());

    let events = fixture
        .ok("DescribeEvents", json!({"ServerName": "alpha"}))
        .await;
    assert_eq!(
        events["ServerEvents"][0]["Message"],
        "Maintenance completed successfully"
    );

    fixture.fail(true);
    fixture
        .ok("StartMaintenance", json!({"ServerName": "alpha"}))
        .await;
    let server = fixture.until("alpha", "HEALTHY").await;
    assert_eq!(server["MaintenanceStatus"], "FAILED");
    assert!(server["StatusReason"].as_str().unwrap().contains("no room"));
}

#[tokio::test]
async fn events_go_on_where_the_page_before_ended() {
    let fixture = Fixture::start().await;
    fixture.healthy("alpha").await;
    fixture.backup("alpha").await;
    let whole = fixture
        .ok("DescribeEvents", json!({"ServerName": "alpha"}))
        .await;
    let whole = whole["ServerEvents"].as_array().unwrap();
    assert!(whole.len() > 3);
    let times: Vec<_> = whole
        .iter()
        .map(|event| event["CreatedAt"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, next| one > next), "{times:?}");

    let mut pages = Vec::new();
    let mut next = Value::Null;
    loop {
        let page = fixture
            .ok(
                "DescribeEvents",
                json!({"ServerName": "alpha", "MaxResults": 1, "NextToken": next}),
            )
            .await;
        pages.extend(page["ServerEvents"].as_array().unwrap().clone());
        match page.get("NextToken") {
            // Events that come meanwhile do not show.
            Some(token) if pages.len() == 1 => {
                next = token.clone();
                fixture.backup("alpha").await;
            }
            Some(token) => next = token.clone(),
            None => break,
        }
    }
    assert_eq!(&pages, whole);
}

#[tokio::test]
async fn a_node_is_associated_and_disassociated_by_its_token() {
    let fixture = Fixture::start().await;
    fixture.healthy("alpha").await;
    let status = async |token: &Value| {
        let request = json!({"ServerName": "alpha", "NodeAssociationStatusToken": token});
        loop {
            let found = fixture
                .ok("DescribeNodeAssociationStatus", request.clone())
                .await;
            if found["NodeAssociationStatus"] != "IN_PROGRESS" {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let request = json!({
        "ServerName": "alpha", "NodeName": "i-1", "EngineAttributes": [{"Name": "PUPPET_NODE_CSR", "Value": "csr"}],
    });
    fixture.hold();
    let first = fixture.ok("AssociateNode", request.clone()).await;
    let token = &first["NodeAssociationStatusToken"];
    let asked = json!({"ServerName": "alpha", "NodeAssociationStatusToken": token});
    let waiting = fixture.ok("DescribeNodeAssociationStatus", asked).await;
    assert_eq!(
        waiting,
        json!({"NodeAssociationStatus": "IN_PROGRESS", "EngineAttributes": []})
    );
    fixture.release();
    let done = status(token).await;
    assert_eq!(done["NodeAssociationStatus"], "SUCCESS");
    assert_eq!(
        done["EngineAttributes"][0],
        json!({"Name": "PUPPET_NODE_CERT", "Value": "pem"})
    );

    let again = fixture.ok("AssociateNode", request).await;
    assert_eq!(
        status(&again["NodeAssociationStatusToken"]).await["NodeAssociationStatus"],
        "FAILED"
    );
    let off = fixture
        .ok(
            "DisassociateNode",
            json!({"ServerName": "alpha", "NodeName": "i-1"}),
        )
        .await;
    assert_eq!(
        status(&off["NodeAssociationStatusToken"]).await["NodeAssociationStatus"],
        "SUCCESS"
    );
}

#[tokio::test]
async fn an_engine_attribute_is_changed_and_exported() {
    let fixture = Fixture::start().await;
    fixture.healthy("alpha").await;
    fixture.hold();
    let changed = fixture.ok("UpdateServerEngineAttributes", json!({
        "ServerName": "alpha", "AttributeName": "PUPPET_ADMIN_PASSWORD", "AttributeValue": "Secret-12",
    })).await;
    assert_eq!(changed["Server"]["Status"], "MODIFYING");
    fixture.release();
    fixture.until("alpha", "HEALTHY").await;
    let exported = fixture
        .ok(
            "ExportServerEngineAttribute",
            json!({
                "ServerName": "alpha", "ExportAttributeName": "Userdata",
                "InputAttributes": [{"Name": "RunList", "Value": "ignored"}],
            }),
        )
        .await;
    assert_eq!(exported["ServerName"], "alpha");
    assert_eq!(exported["EngineAttribute"]["Name"], "Userdata");
    assert!(
        exported["EngineAttribute"]["Value"]
            .as_str()
            .unwrap()
            .starts_with("IyEvYmluL3No")
    ); // #!/bin/sh
}

#[tokio::test]
async fn tags_reach_a_server_and_its_backups_and_are_listed_in_pages() {
    let fixture = Fixture::start().await;
    let server = fixture.healthy("alpha").await;
    let backup = fixture.backup("alpha").await;
    let backup = fixture.until_backup(&backup, "OK").await;
    let arn = &server["ServerArn"];
    let done = fixture.ok("TagResource", json!({
        "ResourceArn": arn, "Tags": [{"Key": " b ", "Value": "2"}, {"Key": "a", "Value": "1"}, {"Key": "c", "Value": ""}],
    })).await;
    assert_eq!(done, json!({}));
    let listed = fixture
        .ok("ListTagsForResource", json!({"ResourceArn": arn}))
        .await;
    let all =
        json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": ""}]);
    assert_eq!(listed, json!({"Tags": all}));
    let of_backup = fixture
        .ok(
            "ListTagsForResource",
            json!({"ResourceArn": backup["BackupArn"]}),
        )
        .await;
    assert_eq!(of_backup, listed);

    let first = fixture
        .ok(
            "ListTagsForResource",
            json!({"ResourceArn": arn, "MaxResults": 2}),
        )
        .await;
    assert_eq!(first["Tags"].as_array().unwrap().len(), 2);
    let rest = fixture
        .ok(
            "ListTagsForResource",
            json!({"ResourceArn": arn, "NextToken": first["NextToken"]}),
        )
        .await;
    assert_eq!(rest, json!({"Tags": [{"Key": "c", "Value": ""}]}));

    fixture
        .ok(
            "UntagResource",
            json!({"ResourceArn": arn, "TagKeys": ["a", "never there"]}),
        )
        .await;
    let listed = fixture
        .ok(
            "ListTagsForResource",
            json!({"ResourceArn": backup["BackupArn"]}),
        )
        .await;
    assert_eq!(listed["Tags"][0]["Key"], "b");
}

#[tokio::test]
async fn the_account_knows_what_it_uses() {
    let fixture = Fixture::start().await;
    fixture.healthy("alpha").await;
    fixture.backup("alpha").await;
    let found = fixture.ok("DescribeAccountAttributes", json!({})).await;
    assert_eq!(
        found,
        json!({"Attributes": [
            {"Name": "ServerLimit", "Maximum": 4, "Used": 1}, {"Name": "ManualBackupLimit", "Maximum": 2, "Used": 1},
        ]})
    );
}
