//! What is wrong with a request is told, all of it, in the words of the interface.

use serde_json::{Value, json};
use tagout_wire::{
    aws::Service,
    opsworkscm::{Request, fault},
};

#[track_caller]
fn check(operation: &str, body: &str, code: &str, message: &str) {
    let operation = Service::OpsWorksCm
        .operation(operation)
        .expect("an operation");
    let fault = Request::parse(operation, body.as_bytes()).unwrap_err();
    assert_eq!((fault.status(), fault.code()), (400, code));
    assert_eq!(fault.message(), Some(message));
}

#[test]
fn every_constraint_that_a_request_breaks_is_in_one_answer() {
    check(
        "CreateServer",
        &json!({
            "ServerName": "1 server", "BackupRetentionCount": 0, "PreferredMaintenanceWindow": "Thr:04:00",
            "Tags": [{"Key": "", "Value": "a*b"}], "InstanceProfileArn": "arn", "ServiceRoleArn": null, "Engine": "Puppet",
        })
        .to_string(),
        "ValidationException",
        "8 validation errors detected: \
         Value '0' at 'backupRetentionCount' failed to satisfy constraint: \
         Member must have value greater than or equal to 1; \
         Value '1 server' at 'serverName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z][a-zA-Z0-9\\-]*; \
         Value 'arn' at 'instanceProfileArn' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: arn:aws:iam::[0-9]{12}:instance-profile/.*; \
         Value null at 'instanceType' failed to satisfy constraint: Member must not be null; \
         Value 'Thr:04:00' at 'preferredMaintenanceWindow' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^((Mon|Tue|Wed|Thu|Fri|Sat|Sun):)?([0-1][0-9]|2[0-3]):[0-5][0-9]$; \
         Value null at 'serviceRoleArn' failed to satisfy constraint: Member must not be null; \
         Value '' at 'tags.1.member.key' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; \
         Value 'a*b' at 'tags.1.member.value' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$",
    );
    let long = "a".repeat(41);
    check(
        "DeleteServer",
        &json!({"ServerName": long}).to_string(),
        "ValidationException",
        &format!(
            "1 validation error detected: Value '{long}' at 'serverName' failed to satisfy constraint: \
             Member must have length less than or equal to 40"
        ),
    );
    check(
        "UntagResource",
        &json!({"ResourceArn": "arn:aws:opsworks-cm::123456789012:x", "TagKeys": vec!["a"; 201]})
            .to_string(),
        "ValidationException",
        &format!(
            "1 validation error detected: Value '[{}]' at 'tagKeys' failed to satisfy constraint: \
             Member must have length less than or equal to 200",
            vec!["a"; 201].join(", ")
        ),
    );
}

#[test]
fn secrets_are_not_repeated() {
    let long = "s".repeat(10_001);
    check(
        "StartMaintenance",
        &json!({"ServerName": "alpha", "EngineAttributes": [{"Name": "A", "Value": long}]})
            .to_string(),
        "ValidationException",
        "1 validation error detected: Value at 'engineAttributes.1.member.value' failed to satisfy constraint: \
         Member must have length less than or equal to 10000",
    );
    check(
        "UpdateServerEngineAttributes",
        &json!({"ServerName": "alpha", "AttributeName": "A", "AttributeValue": long}).to_string(),
        "ValidationException",
        "1 validation error detected: Value at 'attributeValue' failed to satisfy constraint: \
         Member must have length less than or equal to 10000",
    );
}

#[test]
fn what_the_constraints_let_through_is_told_together() {
    check(
        "CreateServer",
        &json!({
            "Engine": "Ansible", "ServerName": "alpha", "InstanceType": "", "CustomDomain": "a.example.com",
            "InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/p",
            "ServiceRoleArn": "arn:aws:iam::123456789012:role/r",
            "EngineAttributes": [{"Value": "x"}, {"Name": "PUPPET_R10K_REMOTE"}], "Tags": [{"Key": " ", "Value": ""}],
        })
        .to_string(),
        "ValidationException",
        "Unknown engine or model `Ansible`, expected Chef, ChefAutomate or Puppet, or Single or Monolithic; \
         instance type `` has 0 characters, expected 1 to 10000; \
         custom endpoint has domain, expected domain, certificate and private key, or none of them; \
         engine attribute 1 has no name; engine attribute 2 has no value; \
         tag key ` ` has 0 characters, expected 1 to 128.",
    );
    check(
        "UpdateServer",
        r#"{"ServerName":"alpha","BackupRetentionCount":-1}"#,
        "ValidationException",
        "Backup retention count `-1` is outside 1 to 4294967295.",
    );
}

#[test]
fn a_body_that_is_not_the_json_asked_for_cannot_be_read() {
    for (body, message) in [
        (
            r#"{"ServerName":7}"#,
            "NUMBER_VALUE cannot be converted to String at 'serverName'",
        ),
        (
            r#"["alpha"]"#,
            "expected an object as the body, found START_ARRAY",
        ),
        (
            r#"{"ServerName":["alpha"]}"#,
            "Start of list found where not expected at 'serverName'",
        ),
    ] {
        check("DeleteServer", body, "SerializationException", message);
    }
    let operation = Service::OpsWorksCm.operation("UpdateServer").unwrap();
    for body in [
        "",
        "{",
        r#"{"ServerName":"alpha""#,
        r#"{"ServerName":"a","ServerName":"b"}"#,
        r#"{"ServerName":"alpha","BackupRetentionCount":2147483648}"#,
        r#"{"ServerName":"alpha","BackupRetentionCount":1e400}"#,
        r#"{"ServerName":"alpha","BackupRetentionCount":1.5}"#,
        r#"{"ServerName":"alpha","BackupRetentionCount":"1"}"#,
        r#"{"ServerName":"alpha","DisableAutomatedBackup":"true"}"#,
    ] {
        let fault = Request::parse(operation, body.as_bytes()).unwrap_err();
        assert_eq!(
            (fault.status(), fault.code()),
            (400, "SerializationException"),
            "{body}"
        );
    }
}

#[test]
fn declared_errors_have_the_one_member_that_the_model_gives_them() {
    for fault in [
        fault::validation("x"),
        fault::invalid_state("x"),
        fault::limit_exceeded("x"),
        fault::not_found("x"),
        fault::already_exists("x"),
        fault::invalid_next_token("x"),
    ] {
        assert_eq!(fault.status(), 400);
        let body: Value = serde_json::from_slice(&fault.body()).unwrap();
        assert_eq!(body, json!({"__type": fault.code(), "Message": "X."}));
    }
}
