//! Any body of any OpsWorks CM operation: no panic, and a command or an answer of the 400s.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};
use tagout_wire::aws::Fault;
use tagout_wire::opsworkscm::{OPERATIONS, Request};

/// A body: any bytes, or an object of members that operations know, which bytes seldom hit upon.
#[derive(Arbitrary, Debug)]
enum Body<'a> {
    Bytes(&'a [u8]),
    Members(Vec<(u8, Written<'a>)>),
}

#[derive(Arbitrary, Debug)]
enum Written<'a> {
    Null,
    Bool(bool),
    Number(i64),
    Decimal(f64),
    Text(&'a str),
    /// What some member may be.
    Fitting(u8),
    /// A text of this many thousand characters.
    Long(u8),
    List(Vec<Written<'a>>),
    Object(Vec<(u8, Written<'a>)>),
}

const NAMES: [&str; 35] = [
    "AssociatePublicIpAddress", "AttributeName", "AttributeValue", "BackupId", "BackupRetentionCount",
    "CustomCertificate", "CustomDomain", "CustomPrivateKey", "Description", "DisableAutomatedBackup", "Engine",
    "EngineAttributes", "EngineModel", "EngineVersion", "ExportAttributeName", "InputAttributes", "InstanceProfileArn",
    "InstanceType", "Key", "KeyPair", "MaxResults", "Name", "NextToken", "NodeAssociationStatusToken", "NodeName",
    "PreferredBackupWindow", "PreferredMaintenanceWindow", "ResourceArn", "SecurityGroupIds", "ServerName",
    "ServiceRoleArn", "SubnetIds", "TagKeys", "Tags", "Value",
];

fn fitting(choice: u8) -> Value {
    match choice % 20 {
        0 => json!("alpha"),
        1 => json!("alpha-20171218132604388"),
        2 => json!("ChefAutomate"),
        3 => json!("Puppet"),
        4 => json!("Single"),
        5 => json!("2"),
        6 => json!("arn:aws:iam::123456789012:instance-profile/p"),
        7 => json!("arn:aws:iam::123456789012:role/r"),
        8 => json!("arn:aws:opsworks-cm:us-east-1:123456789012:server/alpha/1"),
        9 => json!("Mon:04:00"),
        10 => json!("23:59"),
        11 => json!("chef.example.com"),
        12 => json!("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"),
        13 => json!("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
        14 => json!([{"Name": "CHEF_AUTOMATE_ADMIN_PASSWORD", "Value": "Secret-12"}]),
        15 => json!([{"Key": "Stage", "Value": "Test"}]),
        16 => json!(["Stage"]),
        17 => json!(1),
        18 => json!(i32::MAX),
        _ => json!("CHEF_STARTER_KIT"),
    }
}

impl Written<'_> {
    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Number(value) => json!(value),
            Self::Decimal(value) => json!(value),
            Self::Text(text) => json!(text),
            Self::Fitting(choice) => fitting(*choice),
            Self::Long(thousands) => json!("a".repeat(usize::from(*thousands) * 1000)),
            Self::List(items) => items.iter().map(Written::value).collect(),
            Self::Object(members) => object(members),
        }
    }
}

fn object(members: &[(u8, Written<'_>)]) -> Value {
    let members = members.iter().map(|(place, written)| {
        let name = NAMES[usize::from(*place) % NAMES.len()];
        (name.to_owned(), written.value())
    });
    Value::Object(members.collect::<Map<_, _>>())
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    operation: u8,
    body: Body<'a>,
}

fuzz_target!(|input: Input<'_>| {
    let operation = &OPERATIONS[usize::from(input.operation) % OPERATIONS.len()];
    let body = match input.body {
        Body::Bytes(bytes) => bytes.to_vec(),
        Body::Members(members) => object(&members).to_string().into_bytes(),
    };
    match Request::parse(operation, &body) {
        Ok(request) => drop(format!("{request:?}")),
        Err(fault) => check(&fault),
    }
});

/// What goes out is an object with the name of the error.
fn check(fault: &Fault) {
    assert!((400..500).contains(&fault.status()));
    let body: Value = serde_json::from_slice(&fault.body()).expect("a fault is JSON");
    assert_eq!(body["__type"], fault.code());
    assert!(body["Message"].is_string() || body["message"].is_string());
}
