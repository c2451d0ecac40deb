//! What is answered has the members of the model, and none that is not set.

use chrono::{DateTime, TimeDelta, Utc};
use tagout_backup::{Backup, ManualOrder, Terms};
use tagout_lifecycle::{
    Account, AssociationToken, Built, Cause, Engine, EngineAttribute, HealthCheck, HealthReport,
    Limited, Maintained, NewServer, NodeRequest, Observation, Policy, Quota, Server, Ticket,
};
use tagout_wire::opsworkscm::{AccountAttribute, Response};

#[track_caller]
fn check(response: &Response, expected: &str) {
    let body = String::from_utf8(response.to_json()).unwrap();
    assert_eq!(body, expected.replace('\n', ""));
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A server as the least request makes it, while it is being built.
fn creating(engine: Engine, change: impl FnOnce(&mut NewServer)) -> Server {
    let mut new = NewServer::new(
        "alpha".parse().unwrap(),
        engine,
        "m5.large".parse().unwrap(),
        "arn:aws:iam::123456789012:instance-profile/p"
            .parse()
            .unwrap(),
        "arn:aws:iam::123456789012:role/r".parse().unwrap(),
    );
    new.backup_window = Some("03:00".parse().unwrap());
    new.maintenance_window = Some("Tue:04:00".parse().unwrap());
    change(&mut new);
    let account = Account {
        id: "123456789012".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
    };
    let now = at("2026-01-02T03:04:05.678Z");
    Server::create(
        new,
        &account,
        &mut || 0,
        Ticket::new(1),
        &Policy::default(),
        now,
    )
    .unwrap()
    .server
}

fn healthy(engine: Engine, change: impl FnOnce(&mut NewServer), built: Built) -> Server {
    let server = creating(engine, change);
    let now = at("2026-01-02T03:19:05Z");
    server
        .handle_built(Ticket::new(1), Ok(built), now)
        .unwrap()
        .server
}

fn attribute(name: &str, value: &str) -> EngineAttribute {
    EngineAttribute {
        name: name.parse().unwrap(),
        value: value.parse().unwrap(),
    }
}

const NEW: &str = r#"{"Server":{"AssociatePublicIpAddress":true,"BackupRetentionCount":1,"ServerName":"alpha",
"CreatedAt":1767323045.678,"Endpoint":"alpha-aaaaaaaaaaaaaaaa.us-east-1.opsworks-cm.io","Engine":"ChefAutomate",
"EngineModel":"Single","EngineAttributes":[],"EngineVersion":"2020-07",
"InstanceProfileArn":"arn:aws:iam::123456789012:instance-profile/p","InstanceType":"m5.large",
"PreferredMaintenanceWindow":"Tue:04:00","PreferredBackupWindow":"03:00",
"ServiceRoleArn":"arn:aws:iam::123456789012:role/r","Status":"CREATING",
"ServerArn":"arn:aws:opsworks-cm:us-east-1:123456789012:server/alpha/00000000-0000-4000-8000-000000000000"}}"#;

#[test]
fn a_new_server_has_no_member_for_what_nobody_set() {
    let server = Box::new(creating(Engine::ChefAutomate, |_| ()));
    check(
        &Response::Server {
            server,
            secrets: vec![],
        },
        NEW,
    );
}

#[test]
fn secrets_are_told_beside_what_everybody_may_see() {
    let server = Box::new(creating(Engine::ChefAutomate, |_| ()));
    let secrets = vec![attribute("CHEF_STARTER_KIT", "UEs=")];
    let told = NEW.replace("[]", r#"[{"Name":"CHEF_STARTER_KIT","Value":"UEs="}]"#);
    check(&Response::Server { server, secrets }, &told);
}

#[test]
fn a_server_shows_all_that_is_known_of_it() {
    let built = Built {
        stack: Some(
            "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1"
                .parse()
                .unwrap(),
        ),
        version: Some("2019.8.10".parse().unwrap()),
        attributes: vec![attribute("PUPPET_API_CA_CERT", "pem")],
    };
    let set = |new: &mut NewServer| {
        new.key_pair = Some("k".parse().unwrap());
        new.security_group_ids = Some(vec!["sg-1".parse().unwrap()]);
        new.subnet_ids = Some(vec!["subnet-1".parse().unwrap()]);
        new.disable_automated_backup = Some(false);
        new.associate_public_ip_address = false;
    };
    let server = healthy(Engine::Puppet, set, built);
    let (policy, now) = (Policy::default(), at("2026-01-03T00:00:00Z"));
    let moved = server
        .start_maintenance(&[], Ticket::new(2), &policy, now)
        .unwrap();
    let moved = moved
        .server
        .handle_maintained(Ticket::new(2), Ok(Maintained::default()), now)
        .unwrap();
    let report = HealthReport::new(vec![HealthCheck::failed("api", "no answer")], now);
    let server = moved
        .server
        .handle_observation(&Observation::Checked(report), now)
        .server;
    check(
        &Response::Servers(vec![server]),
        r#"{"Servers":[{"AssociatePublicIpAddress":false,"BackupRetentionCount":1,"ServerName":"alpha",
"CreatedAt":1767323045.678,"CloudFormationStackArn":"arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
"DisableAutomatedBackup":false,"Endpoint":"alpha-aaaaaaaaaaaaaaaa.us-east-1.opsworks-cm.io","Engine":"Puppet",
"EngineModel":"Monolithic","EngineAttributes":[{"Name":"PUPPET_API_CA_CERT","Value":"pem"}],
"EngineVersion":"2019.8.10","InstanceProfileArn":"arn:aws:iam::123456789012:instance-profile/p",
"InstanceType":"m5.large","KeyPair":"k","MaintenanceStatus":"SUCCESS","PreferredMaintenanceWindow":"Tue:04:00",
"PreferredBackupWindow":"03:00","SecurityGroupIds":["sg-1"],"ServiceRoleArn":"arn:aws:iam::123456789012:role/r",
"Status":"UNHEALTHY",
"StatusReason":"{\"checks\":[{\"name\":\"api\",\"status\":\"FAILED\",\"message\":\"no answer\"}],\"checkedAt\":1767398400.0}",
"SubnetIds":["subnet-1"],
"ServerArn":"arn:aws:opsworks-cm:us-east-1:123456789012:server/alpha/00000000-0000-4000-8000-000000000000"}]}"#,
    );
}

#[test]
fn a_backup_shows_what_it_holds_and_who_asked_for_it() {
    let set = |new: &mut NewServer| {
        new.security_group_ids = Some(vec!["sg-1".parse().unwrap()]);
        new.subnet_ids = Some(vec!["subnet-1".parse().unwrap()]);
    };
    let server = healthy(Engine::ChefAutomate, set, Built::default());
    let order = ManualOrder {
        description: Some("before change".parse().unwrap()),
        user_arn: Some("arn:aws:iam::123456789012:user/dev".parse().unwrap()),
        ..ManualOrder::default()
    };
    let now = at("2026-01-02T04:04:05.678Z");
    let quota = Quota::empty(Limited::ManualBackups);
    let terms = Terms {
        log_bucket: Some("aws-opsworks-cm-x".into()),
        ..Terms::default()
    };
    let begun = Backup::begin_manual(
        &server,
        order,
        quota,
        |_| false,
        Ticket::new(2),
        &terms,
        now,
    )
    .unwrap();
    let expected = r#"{"BackupArn":"arn:aws:opsworks-cm:us-east-1:123456789012:backup/alpha-20260102040405678",
"BackupId":"alpha-20260102040405678","BackupType":"MANUAL","CreatedAt":1767326645.678,"Description":"before change",
"Engine":"ChefAutomate","EngineModel":"Single","EngineVersion":"2020-07",
"InstanceProfileArn":"arn:aws:iam::123456789012:instance-profile/p","InstanceType":"m5.large",
"PreferredBackupWindow":"03:00","PreferredMaintenanceWindow":"Tue:04:00",
"S3LogUrl":"https://s3.amazonaws.com/aws-opsworks-cm-x/alpha-20260102040405678","SecurityGroupIds":["sg-1"],
"ServerName":"alpha","ServiceRoleArn":"arn:aws:iam::123456789012:role/r","Status":"IN_PROGRESS",
"SubnetIds":["subnet-1"],"ToolsVersion":"1","UserArn":"arn:aws:iam::123456789012:user/dev"}"#;
    check(
        &Response::Backup(Box::new(begun.backup.clone())),
        &format!(r#"{{"Backup":{expected}}}"#),
    );

    let failed = Err(Cause::new("no room"));
    let (_, outcome) = begun
        .backup
        .handle_made(
            &begun.moved.server,
            &[],
            Ticket::new(2),
            failed,
            &mut || Ticket::new(3),
            &terms,
            now,
        )
        .unwrap();
    let expected = expected.replace(
        r#""Status":"IN_PROGRESS","#,
        r#""Status":"FAILED","StatusDescription":"no room","#,
    );
    let backups = vec![outcome.backup.unwrap()];
    check(
        &Response::Backups(backups),
        &format!(r#"{{"Backups":[{expected}]}}"#),
    );
}

#[test]
fn lists_tell_where_they_go_on_if_they_do() {
    let server = creating(Engine::Puppet, |_| ());
    let moved = server
        .handle_built(
            Ticket::new(1),
            Ok(Built::default()),
            at("2026-01-02T03:19:05Z"),
        )
        .unwrap();
    let events = moved.events.clone();
    check(
        &Response::Events {
            events,
            next: Some("abc".parse().unwrap()),
        },
        r#"{"ServerEvents":[{"CreatedAt":1767323945,"ServerName":"alpha","Message":"Server alpha was created"}],
"NextToken":"abc"}"#,
    );
    let mut event = moved.events[0].clone();
    event.log_url = Some("https://s3.amazonaws.com/b/l".into());
    check(
        &Response::Events {
            events: vec![event],
            next: None,
        },
        r#"{"ServerEvents":[{"CreatedAt":1767323945,"ServerName":"alpha","Message":"Server alpha was created",
"LogUrl":"https://s3.amazonaws.com/b/l"}]}"#,
    );
    let tags = vec![("Stage".parse().unwrap(), "".parse().unwrap())];
    check(
        &Response::Tags {
            tags: tags.clone(),
            next: None,
        },
        r#"{"Tags":[{"Key":"Stage","Value":""}]}"#,
    );
    check(
        &Response::Tags {
            tags,
            next: Some("t".parse().unwrap()),
        },
        r#"{"Tags":[{"Key":"Stage","Value":""}],"NextToken":"t"}"#,
    );
    check(&Response::Servers(vec![]), r#"{"Servers":[]}"#);
    check(&Response::Backups(vec![]), r#"{"Backups":[]}"#);
}

#[test]
fn a_request_for_a_node_is_told_by_its_token() {
    let server = healthy(Engine::Puppet, |_| (), Built::default());
    let now = at("2026-01-02T05:00:00Z");
    let token: AssociationToken = "t==".parse().unwrap();
    let (moved, asked) = server
        .request_node(
            NodeRequest::Associate,
            "i-1".parse().unwrap(),
            vec![attribute("PUPPET_NODE_CSR", "csr")],
            token.clone(),
            Ticket::new(5),
            &Policy::default(),
            now,
        )
        .unwrap();
    check(
        &Response::NodeAssociationStatusToken(token),
        r#"{"NodeAssociationStatusToken":"t=="}"#,
    );
    check(
        &Response::NodeAssociationStatus(Box::new(asked.clone())),
        r#"{"NodeAssociationStatus":"IN_PROGRESS","EngineAttributes":[]}"#,
    );
    let answer = Ok(vec![attribute("PUPPET_NODE_CERT", "pem")]);
    let later = now + TimeDelta::seconds(60);
    let (_, asked) = moved
        .server
        .handle_node(asked, Ticket::new(5), answer, later)
        .unwrap();
    check(
        &Response::NodeAssociationStatus(Box::new(asked)),
        r#"{"NodeAssociationStatus":"SUCCESS","EngineAttributes":[{"Name":"PUPPET_NODE_CERT","Value":"pem"}]}"#,
    );
}

#[test]
fn the_other_answers_are_as_the_model_has_them() {
    const fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Response>();
    check(&Response::Done, "{}");
    let attributes = vec![
        AccountAttribute {
            limited: Limited::Servers,
            max: 10,
            used: 2,
        },
        AccountAttribute {
            limited: Limited::ManualBackups,
            max: 50,
            used: 1,
        },
    ];
    check(
        &Response::AccountAttributes(attributes),
        r#"{"Attributes":[{"Name":"ServerLimit","Maximum":10,"Used":2},{"Name":"ManualBackupLimit","Maximum":50,"Used":1}]}"#,
    );
    check(
        &Response::Exported {
            server: "alpha".parse().unwrap(),
            attribute: attribute("Userdata", "IyE="),
        },
        r#"{"EngineAttribute":{"Name":"Userdata","Value":"IyE="},"ServerName":"alpha"}"#,
    );
}
