//! Requests: what they may ask for, and all that is wrong with them.

use std::str::FromStr;

use tagout_lifecycle::{
    AssociationStatus, AssociationToken, AttributeName, Built, Cause, CustomEndpoint, Effect,
    Engine, EngineAttribute, EngineAttributeValue, EngineModel, InvalidServer, Limited, NewServer,
    NodeAssociation, NodeRequest, OFFERS, Policy, PreferredWindow, Quota, Refused, Release,
    RetentionCount, Server, ServerUpdate, Status, TagChange, Tags, Ticket, Transition,
    UnknownRelease, Work,
};

use crate::support::{TICKET, account, after, any_in, created, healthy, noon, order, seeded};

fn attribute(name: &str, value: &str) -> EngineAttribute {
    EngineAttribute {
        name: name.parse().unwrap(),
        value: value.parse().unwrap(),
    }
}

fn create(new: NewServer) -> Result<Transition, InvalidServer> {
    Server::create(
        new,
        &account(),
        &mut seeded(3),
        TICKET,
        &Policy::default(),
        noon(),
    )
}

#[test]
fn what_is_left_open_gets_its_default() {
    let open = NewServer {
        maintenance_window: None,
        backup_window: None,
        ..order(Engine::ChefAutomate)
    };
    let server = create(open).unwrap().server;
    let blueprint = server.blueprint();
    assert!(blueprint.associate_public_ip_address);
    assert_eq!(blueprint.release.to_string(), "ChefAutomate Single 2020-07");
    assert_eq!(server.backup_retention(), RetentionCount::DEFAULT);
    assert_eq!(server.disable_automated_backup(), None);
    assert!(!server.is_protected());
    let mut draw = seeded(3);
    for _ in 0..18 {
        draw(); // endpoint and ARN
    }
    assert_eq!(
        server.preferred_maintenance_window(),
        PreferredWindow::draw_weekly(&mut draw)
    );
    assert_eq!(
        server.preferred_backup_window(),
        PreferredWindow::draw_daily(&mut draw)
    );
    let label = server.endpoint().as_str().strip_prefix("alpha-").unwrap();
    let (suffix, rest) = label.split_once('.').unwrap();
    assert!(
        suffix.len() == 16
            && suffix
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        "{suffix}"
    );
    assert_eq!(rest, "us-east-1.opsworks-cm.io");
    assert_eq!(server.arn().account(), Some(account()));
    assert_eq!(server.created_at(), noon());
}

#[test]
fn every_offer_can_be_had_and_nothing_else() {
    #[track_caller]
    fn check(
        engine: Engine,
        model: Option<EngineModel>,
        version: Option<&str>,
        expected: Result<&str, &str>,
    ) {
        let version = version.map(|text| text.parse().unwrap());
        let release = Release::choose(engine, model, version.as_ref());
        let told = release
            .map(|release| release.version.as_str().to_owned())
            .map_err(|e: UnknownRelease| e.to_string());
        assert_eq!(told, expected.map(str::to_owned).map_err(str::to_owned));
    }
    for offer in OFFERS {
        check(
            offer.engine,
            Some(offer.model),
            Some(offer.asked),
            Ok(offer.full),
        );
        check(
            offer.engine,
            Some(offer.model),
            Some(offer.full),
            Ok(offer.full),
        );
    }
    check(Engine::Chef, None, None, Ok("12.17.33"));
    check(Engine::Puppet, None, None, Ok("2019.8.10"));
    check(Engine::ChefAutomate, None, Some("12.11.1"), Ok("12.11.1"));
    check(
        Engine::ChefAutomate,
        None,
        Some("3"),
        Err("engine ChefAutomate does not come in version `3`, expected Single `2` or Single `12`"),
    );
    check(
        Engine::Puppet,
        Some(EngineModel::Single),
        Some("2019"),
        Err(
            "engine Puppet does not come as Single in version `2019`, expected Monolithic `2019` or Monolithic `2017`",
        ),
    );
}

#[test]
fn a_server_that_cannot_be_is_told_all_its_faults() {
    let policy = Policy {
        listed_instance_types_only: true,
        tags_max: 1,
        ..Policy::default()
    };
    let tags = |keys: &[&str]| -> Tags {
        keys.iter()
            .map(|key| (key.parse().unwrap(), "x".parse().unwrap()))
            .collect()
    };
    let new = NewServer {
        version: Some("3".parse().unwrap()),
        instance_type: "x1.large".parse().unwrap(),
        attributes: vec![
            attribute("CHEF_AUTOMATE_ADMIN_PASSWORD", "short"),
            attribute("CHEF_NONSENSE", "1"),
            attribute("CHEF_AUTOMATE_ADMIN_PASSWORD", "again"),
        ],
        tags: tags(&["a", "b"]),
        ..order(Engine::ChefAutomate)
    };
    let error = Server::create(new, &account(), &mut || 0, TICKET, &policy, noon()).unwrap_err();
    let told: Vec<_> = error.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "engine ChefAutomate does not come in version `3`, expected Single `2` or Single `12`",
            "engine attribute `CHEF_AUTOMATE_ADMIN_PASSWORD` has a value of 5 characters that is not 8 to 32 letters, \
             digits and `!/@#$%^&+=_`, with a small letter, a capital, a digit and a special one",
            "engine attribute `CHEF_NONSENSE` is unknown for Chef in creation, expected `CHEF_AUTOMATE_PIVOTAL_KEY`, \
             `CHEF_PIVOTAL_KEY`, `CHEF_AUTOMATE_ADMIN_PASSWORD`, `CHEF_DELIVERY_ADMIN_PASSWORD`",
            "engine attribute `CHEF_AUTOMATE_ADMIN_PASSWORD` is given twice, expected once",
            "instance type `x1.large` is not listed for ChefAutomate, expected one of m5.large, r5.xlarge, \
             r5.2xlarge, t2.medium, m4.large, m4.2xlarge, r4.xlarge, r4.2xlarge",
            "2 tags would be on `alpha`, expected at most 1",
        ]
    );
    assert_eq!(error.to_string(), told.join("; "));
}

#[test]
fn custom_endpoints_come_whole_or_not_at_all() {
    let domain = || Some("chef.example.com".parse().unwrap());
    let certificate = || {
        Some(
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
                .parse()
                .unwrap(),
        )
    };
    let key = || {
        Some(
            "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"
                .parse()
                .unwrap(),
        )
    };
    assert_eq!(CustomEndpoint::from_parts(None, None, None), Ok(None));
    let whole = CustomEndpoint::from_parts(domain(), certificate(), key()).unwrap();
    let fault = CustomEndpoint::from_parts(domain(), None, key()).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "custom endpoint has domain and private key, expected domain, certificate and private key, or none of them"
    );
    let moved = create(NewServer {
        custom_endpoint: whole,
        ..order(Engine::ChefAutomate)
    })
    .unwrap();
    assert_eq!(
        moved
            .server
            .blueprint()
            .custom_domain
            .as_ref()
            .unwrap()
            .as_str(),
        "chef.example.com"
    );
    let Effect::Perform {
        work: Work::Build(work),
        ..
    } = &moved.effects[0]
    else {
        panic!("nothing to build")
    };
    assert!(work.certificate.is_some());
    let shown = format!("{:?}", moved.effects);
    assert!(
        shown.contains("[redacted]") && !shown.contains("PRIVATE"),
        "{shown}"
    );
    assert!(
        !serde_json::to_string(&moved.server)
            .unwrap()
            .contains("PRIVATE"),
        "the server does not keep it"
    );
}

#[test]
fn passwords_follow_the_rule_of_their_engine() {
    #[track_caller]
    fn check(engine: Engine, name: &str, value: &str, good: bool) {
        let new = NewServer {
            attributes: vec![attribute(name, value)],
            ..order(engine)
        };
        assert_eq!(create(new).is_ok(), good, "{name}={value}");
    }
    for name in [
        "CHEF_AUTOMATE_ADMIN_PASSWORD",
        "CHEF_DELIVERY_ADMIN_PASSWORD",
    ] {
        check(Engine::Chef, name, "aB3!aB3!", true);
        check(Engine::Chef, name, &"aB3!".repeat(8), true);
        check(Engine::Chef, name, "aB3!aB3", false); // short
        check(Engine::Chef, name, &format!("{}a", "aB3!".repeat(8)), false); // long
        check(Engine::Chef, name, "AB3!AB3!", false); // no small letter
        check(Engine::Chef, name, "ab3!ab3!", false); // no capital
        check(Engine::Chef, name, "aBc!aBc!", false); // no digit
        check(Engine::Chef, name, "aB34aB34", false); // nothing special
        check(Engine::Chef, name, "aB3!aB3-", false); // not that special
    }
    check(Engine::Puppet, "PUPPET_ADMIN_PASSWORD", "12345678", true);
    check(Engine::Puppet, "PUPPET_ADMIN_PASSWORD", "1234567", false);
    check(Engine::Puppet, "PUPPET_ADMIN_PASSWORD", "1234567é", false);
    check(Engine::Puppet, "CHEF_PIVOTAL_KEY", "x", false);
}

#[test]
fn what_is_not_given_is_generated() {
    let all = |new: NewServer| new.attributes_to_generate().collect::<Vec<_>>();
    assert_eq!(
        all(order(Engine::Puppet)),
        ["PUPPET_ADMIN_PASSWORD", "PUPPET_STARTER_KIT"]
    );
    let given = vec![attribute("CHEF_DELIVERY_ADMIN_PASSWORD", "aB3!aB3!")];
    let some = NewServer {
        attributes: given,
        ..order(Engine::ChefAutomate)
    };
    assert_eq!(
        all(some),
        ["CHEF_AUTOMATE_PIVOTAL_KEY", "CHEF_STARTER_KIT"],
        "the older name means the same"
    );
    let mut draw = seeded(2);
    for round in 0..300_u64 {
        let drawn = match round {
            0 => EngineAttributeValue::draw_password(&mut || 0),
            1 => EngineAttributeValue::draw_password(&mut || u64::MAX),
            _ => EngineAttributeValue::draw_password(&mut draw),
        };
        for (engine, name) in [
            (Engine::ChefAutomate, "CHEF_AUTOMATE_ADMIN_PASSWORD"),
            (Engine::Puppet, "PUPPET_ADMIN_PASSWORD"),
        ] {
            let new = NewServer {
                attributes: vec![attribute(name, drawn.expose())],
                ..order(engine)
            };
            assert!(create(new).is_ok(), "{}", drawn.expose());
        }
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Refused>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn attributes_of_other_requests_are_judged_before_the_status() {
    let policy = Policy::default();
    let busy = any_in(Status::BackingUp);
    let given = [attribute("CHEF_MAJOR_UPGRADE", "yes"), attribute("X", "")];
    assert_eq!(
        refusal(
            busy.clone()
                .start_maintenance(&given, TICKET, &policy, noon())
        ),
        "engine attribute `CHEF_MAJOR_UPGRADE` has a value of 3 characters that is not `true`; \
         engine attribute `X` is unknown for Chef in maintenance, expected `CHEF_MAJOR_UPGRADE`"
    );
    let name = |text: &str| AttributeName::from_str(text).unwrap();
    assert_eq!(
        refusal(
            busy.clone()
                .update_engine_attribute(name("FOO"), None, TICKET, &policy, noon())
        ),
        "engine attribute `FOO` is unknown for Chef in an update, expected `CHEF_AUTOMATE_PIVOTAL_KEY`, \
         `CHEF_PIVOTAL_KEY`, `CHEF_STARTER_KIT`"
    );
    let puppet = created(order(Engine::Puppet), noon()).server;
    assert_eq!(
        refusal(puppet.clone().start_maintenance(
            &[attribute("CHEF_MAJOR_UPGRADE", "true")],
            TICKET,
            &policy,
            noon()
        )),
        "engine attribute `CHEF_MAJOR_UPGRADE` is unknown for Puppet in maintenance, expected none"
    );
    let puppet = puppet
        .handle_built(TICKET, Ok(Built::default()), noon())
        .unwrap()
        .server;
    let password = name("PUPPET_ADMIN_PASSWORD");
    let short = puppet.clone().update_engine_attribute(
        password.clone(),
        Some("x".parse().unwrap()),
        TICKET,
        &policy,
        noon(),
    );
    assert_eq!(
        refusal(short),
        "engine attribute `PUPPET_ADMIN_PASSWORD` has a value of 1 characters that is not 8 to 32 characters of ASCII"
    );
    assert!(
        puppet
            .update_engine_attribute(password, None, TICKET, &policy, noon())
            .is_ok(),
        "the engine makes one"
    );
}

#[test]
fn only_userdata_can_be_exported() {
    let server = healthy();
    let inputs = [
        attribute("RunList", "role[web]"),
        attribute("NodeClientVersion", "14.10.9"),
    ];
    assert_eq!(
        server.export_attribute(&"Userdata".parse().unwrap(), &inputs),
        Ok(())
    );
    let inputs = [
        attribute("NodeClientVersion", "14.10"),
        attribute("Colour", "red"),
    ];
    assert_eq!(
        server
            .export_attribute(&"userdata".parse().unwrap(), &inputs)
            .unwrap_err()
            .to_string(),
        "engine attribute `userdata` cannot be exported, expected `Userdata`; \
         engine attribute `NodeClientVersion` has a value of 5 characters that is not nothing, or three numbers with \
         dots as in `14.10.9`; \
         engine attribute `Colour` is unknown for Chef in an export, expected `RunList`, `OrganizationName`, \
         `NodeEnvironment`, `NodeClientVersion`"
    );
    let puppet = created(order(Engine::Puppet), noon()).server.handle_built(
        TICKET,
        Ok(Built::default()),
        noon(),
    );
    let inputs = [attribute("RunList", "x"), attribute("Colour", "red")];
    assert_eq!(
        puppet
            .unwrap()
            .server
            .export_attribute(&"Userdata".parse().unwrap(), &inputs),
        Ok(()),
        "Puppet passes inputs over"
    );
}

fn request_node(
    attributes: Vec<EngineAttribute>,
) -> Result<(Transition, NodeAssociation), Refused> {
    let token = AssociationToken::draw(&mut seeded(9));
    let (request, node) = (NodeRequest::Associate, "i-1".parse().unwrap());
    healthy().request_node(
        request,
        node,
        attributes,
        token,
        TICKET,
        &Policy::default(),
        noon(),
    )
}

#[test]
fn nodes_are_associated_beside_the_status() {
    let (moved, association) =
        request_node(vec![attribute("CHEF_NODE_PUBLIC_KEY", "key")]).unwrap();
    assert_eq!(moved.server, healthy(), "the server is as it was");
    assert!(matches!(
        &moved.effects[0],
        Effect::Perform {
            work: Work::Associate { .. },
            ticket: TICKET,
            ..
        }
    ));
    assert_eq!(association.status(), AssociationStatus::InProgress);
    assert_eq!(association.token().as_str().len(), 88);
    assert_eq!(
        association.deadline(),
        Some(noon() + chrono::TimeDelta::seconds(225))
    );
    assert_eq!(
        (association.node().as_str(), association.server().as_str()),
        ("i-1", "alpha")
    );

    let stored = serde_json::to_string(&association).unwrap();
    assert_eq!(
        serde_json::from_str::<NodeAssociation>(&stored).unwrap(),
        association
    );

    let certificate = vec![attribute("PUPPET_NODE_CERT", "-----BEGIN")];
    let (told, done) = moved
        .server
        .clone()
        .handle_node(association.clone(), TICKET, Ok(certificate), after(1))
        .unwrap();
    assert_eq!(done.status(), AssociationStatus::Success);
    assert_eq!(done.attributes()[0].value.expose(), "-----BEGIN");
    assert_eq!(done.deadline(), None);
    assert_eq!(told.events[0].message, "Associating node i-1 succeeded");
    assert_eq!(
        refusal(
            told.server
                .clone()
                .handle_node(done, TICKET, Ok(vec![]), after(1))
        ),
        "ticket 00000000000000000000000000000007 reports on node `i-1` of server `alpha` whose request is SUCCESS, \
         expected the ticket of a request that is IN_PROGRESS there"
    );
    assert!(
        told.server
            .clone()
            .handle_node(association.clone(), Ticket::new(1), Ok(vec![]), after(1))
            .is_err()
    );

    let beta = NewServer {
        name: "beta".parse().unwrap(),
        ..order(Engine::ChefAutomate)
    };
    let beta = create(beta)
        .unwrap()
        .server
        .handle_built(TICKET, Ok(Built::default()), noon())
        .unwrap()
        .server;
    assert_eq!(
        refusal(beta.handle_node(association.clone(), TICKET, Ok(vec![]), after(1))),
        "ticket 00000000000000000000000000000007 reports on node `i-1` of server `beta` whose request is IN_PROGRESS, \
         expected the ticket of a request that is IN_PROGRESS there"
    );

    let failed = told.server.handle_node(
        association,
        TICKET,
        Err(Cause::new("no such organization")),
        after(1),
    );
    let (told, failed) = failed.unwrap();
    assert_eq!(failed.status().as_str(), "FAILED");
    assert_eq!(failed.failure().unwrap().as_str(), "no such organization");
    assert_eq!(
        told.events[0].message,
        "Associating node i-1 failed: no such organization"
    );
}

#[test]
fn a_missing_key_is_refused_and_a_strange_organization_fails_later() {
    assert_eq!(
        refusal(request_node(vec![attribute(
            "CHEF_ORGANIZATION",
            "default"
        )])),
        "engine attribute `CHEF_AUTOMATE_NODE_PUBLIC_KEY` is missing, expected for Chef in associating a node"
    );
    let key = || attribute("CHEF_AUTOMATE_NODE_PUBLIC_KEY", "key");
    let (_, strange) =
        request_node(vec![key(), attribute("CHEF_AUTOMATE_ORGANIZATION", "acme")]).unwrap();
    assert_eq!(
        strange.obstacle(false),
        Some(Cause::new(
            "organization `acme` is unknown, expected `default`"
        ))
    );
    let (_, fine) = request_node(vec![key(), attribute("CHEF_ORGANIZATION", "default")]).unwrap();
    assert_eq!(fine.obstacle(false), None);
    assert_eq!(
        fine.obstacle(true),
        Some(Cause::new(
            "node `i-1` is already associated with server `alpha`"
        ))
    );
    let token = AssociationToken::draw(&mut seeded(9));
    let gone = healthy().request_node(
        NodeRequest::Disassociate,
        "i-1".parse().unwrap(),
        vec![],
        token,
        TICKET,
        &Policy::default(),
        noon(),
    );
    let (_, gone) = gone.unwrap();
    assert_eq!(gone.obstacle(true), None);
    assert_eq!(
        gone.obstacle(false),
        Some(Cause::new(
            "node `i-1` is not associated with server `alpha`"
        ))
    );
}

#[test]
fn updates_change_what_they_name_and_nothing_else() {
    let before = healthy();
    let same = before
        .clone()
        .update(&ServerUpdate::default(), after(1))
        .unwrap();
    assert_eq!(same, Transition::of(before.clone()));
    let update = ServerUpdate {
        retention: Some(RetentionCount::new(7).unwrap()),
        ..ServerUpdate::default()
    };
    let after_ = before.clone().update(&update, after(1)).unwrap().server;
    assert_eq!(after_.backup_retention().count(), 7);
    assert_eq!(
        after_.preferred_backup_window(),
        before.preferred_backup_window()
    );
}

#[test]
fn tags_are_trimmed_overwritten_and_limited() {
    let tags = |pairs: &[(&str, &str)]| -> Tags {
        pairs
            .iter()
            .map(|(key, value)| (key.parse().unwrap(), value.parse().unwrap()))
            .collect()
    };
    let policy = Policy {
        tags_max: 2,
        ..Policy::default()
    };
    let set = |server: Server, pairs: &[(&str, &str)]| {
        server.change_tags(&TagChange::Set(tags(pairs)), &policy)
    };
    let server = set(healthy(), &[(" Stage ", " Test "), ("Team", "")])
        .unwrap()
        .server;
    assert_eq!(server.tags(), &tags(&[("Stage", "Test"), ("Team", "")]));
    let server = set(server, &[("Stage", "Production")]).unwrap().server;
    assert_eq!(server.tags().value("Stage").unwrap().as_str(), "Production");
    assert_eq!(
        refusal(set(server.clone(), &[("Third", "x")])),
        "3 tags would be on `alpha`, expected at most 2"
    );
    let unset = TagChange::Unset(vec!["Stage".parse().unwrap(), "Absent".parse().unwrap()]);
    let server = server.change_tags(&unset, &policy).unwrap().server;
    assert_eq!(server.tags(), &tags(&[("Team", "")]));
    assert!(!server.tags().is_empty());
    let key = |i: usize| format!("k{i}").parse().unwrap();
    assert!(TagChange::unset((0..200).map(key).collect()).is_ok());
    assert_eq!(
        TagChange::unset((0..201).map(key).collect())
            .unwrap_err()
            .to_string(),
        "201 tags are listed, expected at most 200"
    );
    let twice = vec![
        (key(1), "a".parse().unwrap()),
        (key(1), "b".parse().unwrap()),
    ];
    assert_eq!(
        TagChange::set(twice),
        Ok(TagChange::Set(tags(&[("k1", "b")])))
    );
    assert!(TagChange::set((0..201).map(|i| (key(i), "".parse().unwrap())).collect()).is_err());
}

#[test]
fn an_account_has_only_so_many_servers() {
    let policy = Policy::default();
    let mut quota = Quota::empty(Limited::Servers);
    for _ in 0..10 {
        quota = quota.take(&policy).unwrap();
    }
    let error = quota.take(&policy).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the account has 10 of at most 10 servers, expected one fewer"
    );
    assert_eq!(
        (quota.used(), quota.limited().as_str()),
        (10, "ServerLimit")
    );
    assert_eq!(Limited::ManualBackups.max(&policy), 50);
    let lowered = Policy {
        servers_max: 3,
        ..Policy::default()
    };
    assert_eq!(
        quota.give_back().take(&lowered).unwrap_err().used,
        9,
        "what is there may stay"
    );
}

#[test]
fn settings_are_held_to_the_policy_when_a_server_is_made_and_when_it_is_changed() {
    let retention = RetentionCount::within(31, 100).unwrap();
    let window = PreferredWindow::parse_lenient("Fri:18:15").unwrap();
    let expected = "backup retention count `31` is outside 1 to 30; \
                    preferred window `Fri:18:15` is not at a whole hour, `HH:00` or `DDD:HH:00`";
    let update = ServerUpdate {
        retention: Some(retention),
        maintenance_window: Some(window),
        ..ServerUpdate::default()
    };
    let refused = update.check(&Policy::default()).unwrap_err();
    assert_eq!(refused.to_string(), expected);
    let new = || NewServer {
        retention: Some(retention),
        maintenance_window: Some(window),
        ..order(Engine::ChefAutomate)
    };
    assert_eq!(create(new()).unwrap_err().to_string(), expected);

    let lenient = Policy {
        retention_count_max: 31,
        whole_hours_only: false,
        ..Policy::default()
    };
    assert_eq!(update.check(&lenient), Ok(()));
    let made = Server::create(new(), &account(), &mut seeded(3), TICKET, &lenient, noon());
    assert_eq!(made.unwrap().server.preferred_maintenance_window(), window);
}
