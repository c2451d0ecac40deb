//! Bodies that are in order become commands.

use proptest::prelude::*;
use serde_json::{Value, json};
use tagout_backup::ManualOrder;
use tagout_lifecycle::{
    CustomEndpoint, EngineAttribute, MaxResults, NewServer, PreferredWindow, RestoreOrder,
    RetentionCount, ServerUpdate, TagChange, Tags,
};
use tagout_wire::{
    aws::Service,
    opsworkscm::{OPERATIONS, Request},
};

const PROFILE: &str = "arn:aws:iam::123456789012:instance-profile/p";
const ROLE: &str = "arn:aws:iam::123456789012:role/r";
const ARN: &str = "arn:aws:opsworks-cm:us-east-1:123456789012:backup/a-1";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n";

#[track_caller]
fn check(operation: &str, body: &Value, expected: &Request) {
    let operation = Service::OpsWorksCm
        .operation(operation)
        .expect("an operation");
    let body = serde_json::to_vec(body).unwrap();
    assert_eq!(Request::parse(operation, &body).as_ref(), Ok(expected));
}

fn attribute(name: &str, value: &str) -> EngineAttribute {
    EngineAttribute {
        name: name.parse().unwrap(),
        value: value.parse().unwrap(),
    }
}

fn tags(key: &str, value: &str) -> Tags {
    [(key.parse().unwrap(), value.parse().unwrap())]
        .into_iter()
        .collect()
}

fn new_server() -> NewServer {
    NewServer::new(
        "alpha".parse().unwrap(),
        tagout_lifecycle::Engine::ChefAutomate,
        "m5.large".parse().unwrap(),
        PROFILE.parse().unwrap(),
        ROLE.parse().unwrap(),
    )
}

#[test]
fn the_least_that_an_operation_asks_for_is_enough() {
    let server = "alpha".parse().unwrap();
    let only_server = json!({"ServerName": "alpha"});
    let new = json!({
        "Engine": "ChefAutomate", "ServerName": "alpha", "InstanceType": "m5.large",
        "InstanceProfileArn": PROFILE, "ServiceRoleArn": ROLE,
    });
    check(
        "CreateServer",
        &new,
        &Request::CreateServer {
            new: Box::new(new_server()),
            from_backup: None,
        },
    );
    check(
        "DescribeAccountAttributes",
        &json!({}),
        &Request::DescribeAccountAttributes,
    );
    check(
        "DescribeServers",
        &json!({}),
        &Request::DescribeServers { server: None },
    );
    check(
        "DescribeBackups",
        &json!({}),
        &Request::DescribeBackups {
            backup: None,
            server: None,
        },
    );
    check(
        "CreateBackup",
        &only_server,
        &Request::CreateBackup {
            server: "alpha".parse().unwrap(),
            order: ManualOrder::default(),
        },
    );
    check(
        "DeleteServer",
        &only_server,
        &Request::DeleteServer { server },
    );
    check(
        "DeleteBackup",
        &json!({"BackupId": "a-1"}),
        &Request::DeleteBackup {
            backup: "a-1".parse().unwrap(),
        },
    );
    check(
        "DescribeEvents",
        &only_server,
        &Request::DescribeEvents {
            server: "alpha".parse().unwrap(),
            next: None,
            max: MaxResults::DEFAULT,
        },
    );
    check(
        "DisassociateNode",
        &json!({"ServerName": "alpha", "NodeName": "i-1"}),
        &Request::DisassociateNode {
            server: "alpha".parse().unwrap(),
            node: "i-1".parse().unwrap(),
            attributes: vec![],
        },
    );
    check(
        "ListTagsForResource",
        &json!({"ResourceArn": ARN}),
        &Request::ListTagsForResource {
            resource: ARN.parse().unwrap(),
            next: None,
            max: MaxResults::DEFAULT,
        },
    );
    check(
        "StartMaintenance",
        &only_server,
        &Request::StartMaintenance {
            server: "alpha".parse().unwrap(),
            attributes: vec![],
        },
    );
    check(
        "UpdateServer",
        &only_server,
        &Request::UpdateServer {
            server: "alpha".parse().unwrap(),
            update: ServerUpdate::default(),
        },
    );
    check(
        "UpdateServerEngineAttributes",
        &json!({"ServerName": "alpha", "AttributeName": "CHEF_STARTER_KIT"}),
        &Request::UpdateServerEngineAttributes {
            server: "alpha".parse().unwrap(),
            attribute: "CHEF_STARTER_KIT".parse().unwrap(),
            value: None,
        },
    );
}

#[test]
fn every_member_reaches_the_command() {
    let body = json!({
        "AssociatePublicIpAddress": false, "CustomDomain": "chef.example.com", "CustomCertificate": CERTIFICATE,
        "CustomPrivateKey": KEY, "DisableAutomatedBackup": true, "Engine": "Puppet", "EngineModel": "Monolithic",
        "EngineVersion": "2019", "EngineAttributes": [{"Name": "PUPPET_ADMIN_PASSWORD", "Value": "Secret-12"}],
        "BackupRetentionCount": 31, "ServerName": "alpha", "InstanceProfileArn": PROFILE, "InstanceType": "m5.xlarge",
        "KeyPair": "k", "PreferredMaintenanceWindow": "Tue:04:15", "PreferredBackupWindow": "03:00",
        "SecurityGroupIds": ["sg-1", "sg-2"], "ServiceRoleArn": ROLE, "SubnetIds": ["subnet-1"],
        "Tags": [{"Key": " Stage ", "Value": "Test"}], "BackupId": "beta-20171218132604388",
    });
    let new = NewServer {
        engine: tagout_lifecycle::Engine::Puppet,
        model: Some(tagout_lifecycle::EngineModel::Monolithic),
        version: Some("2019".parse().unwrap()),
        instance_type: "m5.xlarge".parse().unwrap(),
        key_pair: Some("k".parse().unwrap()),
        security_group_ids: Some(vec!["sg-1".parse().unwrap(), "sg-2".parse().unwrap()]),
        subnet_ids: Some(vec!["subnet-1".parse().unwrap()]),
        associate_public_ip_address: false,
        custom_endpoint: Some(CustomEndpoint {
            domain: "chef.example.com".parse().unwrap(),
            certificate: CERTIFICATE.parse().unwrap(),
            private_key: KEY.parse().unwrap(),
        }),
        attributes: vec![attribute("PUPPET_ADMIN_PASSWORD", "Secret-12")],
        backup_window: Some("03:00".parse().unwrap()),
        maintenance_window: Some(PreferredWindow::parse_lenient("Tue:04:15").unwrap()),
        retention: Some(RetentionCount::within(31, 100).unwrap()),
        disable_automated_backup: Some(true),
        tags: tags("Stage", "Test"),
        ..new_server()
    };
    let from_backup = Some("beta-20171218132604388".parse().unwrap());
    check(
        "CreateServer",
        &body,
        &Request::CreateServer {
            new: Box::new(new),
            from_backup,
        },
    );

    let server = || "alpha".parse().unwrap();
    check(
        "AssociateNode",
        &json!({"ServerName": "alpha", "NodeName": "i-1", "EngineAttributes": [{"Name": "A", "Value": "B"}]}),
        &Request::AssociateNode {
            server: server(),
            node: "i-1".parse().unwrap(),
            attributes: vec![attribute("A", "B")],
        },
    );
    check(
        "DisassociateNode",
        &json!({"ServerName": "alpha", "NodeName": "i-1", "EngineAttributes": [{"Name": "A", "Value": "B"}]}),
        &Request::DisassociateNode {
            server: server(),
            node: "i-1".parse().unwrap(),
            attributes: vec![attribute("A", "B")],
        },
    );
    let order = ManualOrder {
        description: Some("before change".parse().unwrap()),
        user_arn: None,
        tags: tags("Stage", "Test"),
    };
    check(
        "CreateBackup",
        &json!({"ServerName": "alpha", "Description": "before change", "Tags": [{"Key": "Stage", "Value": "Test"}]}),
        &Request::CreateBackup {
            server: server(),
            order,
        },
    );
    check(
        "DescribeBackups",
        &json!({"BackupId": "a-1", "ServerName": "alpha", "NextToken": "n", "MaxResults": 7}),
        &Request::DescribeBackups {
            backup: Some("a-1".parse().unwrap()),
            server: Some(server()),
        },
    );
    check(
        "DescribeServers",
        &json!({"ServerName": "alpha", "NextToken": "n", "MaxResults": 7}),
        &Request::DescribeServers {
            server: Some(server()),
        },
    );
    check(
        "DescribeEvents",
        &json!({"ServerName": "alpha", "NextToken": "n", "MaxResults": 7}),
        &Request::DescribeEvents {
            server: server(),
            next: Some("n".parse().unwrap()),
            max: MaxResults::new(7).unwrap(),
        },
    );
    check(
        "DescribeNodeAssociationStatus",
        &json!({"NodeAssociationStatusToken": "t", "ServerName": "alpha"}),
        &Request::DescribeNodeAssociationStatus {
            server: server(),
            token: "t".parse().unwrap(),
        },
    );
    check(
        "ExportServerEngineAttribute",
        &json!({"ExportAttributeName": "Userdata", "ServerName": "alpha", "InputAttributes": [{"Name": "RunList"}]}),
        &Request::ExportServerEngineAttribute {
            server: server(),
            attribute: "Userdata".parse().unwrap(),
            inputs: vec![attribute("RunList", "")],
        },
    );
    check(
        "ListTagsForResource",
        &json!({"ResourceArn": ARN, "NextToken": "n", "MaxResults": 2_147_483_647}),
        &Request::ListTagsForResource {
            resource: ARN.parse().unwrap(),
            next: Some("n".parse().unwrap()),
            max: MaxResults::new(1000).unwrap(),
        },
    );
    let order = RestoreOrder {
        instance_type: Some("r5.xlarge".parse().unwrap()),
        key_pair: Some("k".parse().unwrap()),
    };
    check(
        "RestoreServer",
        &json!({"BackupId": "a-1", "ServerName": "alpha", "InstanceType": "r5.xlarge", "KeyPair": "k"}),
        &Request::RestoreServer {
            server: server(),
            backup: "a-1".parse().unwrap(),
            order,
        },
    );
    check(
        "StartMaintenance",
        &json!({"ServerName": "alpha", "EngineAttributes": [{"Name": "CHEF_MAJOR_UPGRADE", "Value": "true"}]}),
        &Request::StartMaintenance {
            server: server(),
            attributes: vec![attribute("CHEF_MAJOR_UPGRADE", "true")],
        },
    );
    check(
        "TagResource",
        &json!({"ResourceArn": ARN, "Tags": [{"Key": "Stage", "Value": "Test"}]}),
        &Request::ChangeTags {
            resource: ARN.parse().unwrap(),
            change: TagChange::Set(tags("Stage", "Test")),
        },
    );
    check(
        "UntagResource",
        &json!({"ResourceArn": ARN, "TagKeys": ["Stage"]}),
        &Request::ChangeTags {
            resource: ARN.parse().unwrap(),
            change: TagChange::Unset(vec!["Stage".parse().unwrap()]),
        },
    );
    let update = ServerUpdate {
        retention: Some(RetentionCount::new(3).unwrap()),
        retention_days: None,
        disable_automated_backup: Some(false),
        backup_window: Some("Mon:00:00".parse().unwrap()),
        maintenance_window: Some("23:00".parse().unwrap()),
    };
    check(
        "UpdateServer",
        &json!({
            "ServerName": "alpha", "BackupRetentionCount": 3, "DisableAutomatedBackup": false,
            "PreferredBackupWindow": "Mon:00:00", "PreferredMaintenanceWindow": "23:00",
        }),
        &Request::UpdateServer {
            server: server(),
            update,
        },
    );
    check(
        "UpdateServerEngineAttributes",
        &json!({"ServerName": "alpha", "AttributeName": "PUPPET_ADMIN_PASSWORD", "AttributeValue": "x"}),
        &Request::UpdateServerEngineAttributes {
            server: server(),
            attribute: "PUPPET_ADMIN_PASSWORD".parse().unwrap(),
            value: Some("x".parse().unwrap()),
        },
    );
}

#[test]
fn null_and_unknown_members_count_as_left_out() {
    check(
        "DescribeServers",
        &json!({"ServerName": null, "Colour": {"deep": [1]}, "MaxResults": null}),
        &Request::DescribeServers { server: None },
    );
    // Some clients spell "none" as an empty token.
    check(
        "DescribeEvents",
        &json!({"ServerName": "alpha", "NextToken": ""}),
        &Request::DescribeEvents {
            server: "alpha".parse().unwrap(),
            next: None,
            max: MaxResults::DEFAULT,
        },
    );
}

#[test]
fn requests_travel_and_hide_their_secrets() {
    const fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Request>();
    let operation = Service::OpsWorksCm.operation("CreateServer").unwrap();
    let body = json!({
        "Engine": "Puppet", "ServerName": "alpha", "InstanceType": "t", "InstanceProfileArn": PROFILE,
        "ServiceRoleArn": ROLE, "CustomDomain": "a.example.com", "CustomCertificate": CERTIFICATE,
        "CustomPrivateKey": "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----",
        "EngineAttributes": [{"Name": "PUPPET_ADMIN_PASSWORD", "Value": "hush-hush"}],
    });
    let request = Request::parse(operation, body.to_string().as_bytes()).unwrap();
    let printed = format!("{request:?}");
    assert!(
        printed.contains("alpha") && !printed.contains("hush"),
        "{printed}"
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "alpha",
            "a-1",
            "Puppet",
            "03:00",
            "Mon:04:30",
            PROFILE,
            ROLE,
            ARN
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(
                prop::sample::select(vec!["Name", "Value", "Key", "Other"]),
                inner,
                0..3
            )
            .prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_body_is_a_command_or_a_fault_of_400(
        operation in prop::sample::select(OPERATIONS.iter().collect::<Vec<_>>()),
        members in prop::collection::btree_map(prop::sample::select(vec![
            "ServerName", "NodeName", "EngineAttributes", "BackupId", "Engine", "InstanceType", "InstanceProfileArn",
            "ServiceRoleArn", "ResourceArn", "Tags", "TagKeys", "MaxResults", "NextToken", "AttributeName",
            "AttributeValue", "BackupRetentionCount", "PreferredBackupWindow", "CustomDomain", "CustomPrivateKey",
        ]), any_value(), 0..8),
    ) {
        let body = serde_json::to_vec(&members).unwrap();
        if let Err(fault) = Request::parse(operation, &body) {
            prop_assert_eq!(fault.status(), 400);
            let declared = operation.errors.contains(&fault.code());
            prop_assert!(declared || fault.code() == "SerializationException" || operation.errors.is_empty(), "{}", fault);
        }
    }
}
