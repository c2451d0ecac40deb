//! What no request may do: panic, loop, or be answered with anything but a refusal.

use proptest::prelude::*;
use tagout_wire::clc::{Fault, Input, ROUTES, Request, Route};

use crate::read;

#[track_caller]
fn refused(body: &str, expected: &str) {
    let fault = read("POST", "/v2/operations/demo/servers/powerOn", body).unwrap_err();
    assert_eq!(fault.to_string(), expected);
}

#[test]
fn bodies_are_bounded_in_size_depth_and_count() {
    let long = format!("[\"{}\"]", "a".repeat(1 << 20));
    refused(&long, "413: The request is longer than 1048576 bytes.");
    let deep = "[".repeat(100_000);
    refused(
        &deep,
        "400: The request is not valid JSON: more than 32 levels at line 1 column 33",
    );
    let many = format!("[{}1]", "1,".repeat(200_000));
    refused(
        &many,
        "400: The request is not valid JSON: more than 100000 values at line 1 column 199999",
    );
}

#[test]
fn a_thousand_faults_are_told_by_the_first_hundred() {
    let body = format!("[{}1]", "1,".repeat(999));
    let fault = read("POST", "/v2/operations/demo/servers/powerOn", &body).unwrap_err();
    assert_eq!(fault.to_string().matches("expected a text").count(), 100);
}

#[test]
fn a_name_twice_in_an_object_is_no_request() {
    let fault = read(
        "POST",
        "/v2/operations/demo/servers/createSnapshot",
        r#"{"serverIds":["a"],"serverIds":["b"]}"#,
    );
    assert_eq!(fault.unwrap_err().status(), 400);
}

/// A JSON text that is close to what some call asks for.
fn near_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e400".to_owned()),
        Just("-0".to_owned()),
        (-2_i64..20).prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        prop_oneof![
            Just("NY1DEMOWEB01"),
            Just("set"),
            Just("cpu"),
            Just("disks"),
            Just("7"),
            Just("true"),
            Just("0:1"),
            Just("0712936001a14a7e9bb24f70fc3deaf1"),
            Just("2026-03-01T12:00:00Z"),
            Just("\\u0000\\ud83d\\ude00"),
            Just(""),
        ]
        .prop_map(|text| format!("\"{text}\"")),
    ];
    let name = prop::sample::select(vec![
        "servers",
        "serverIds",
        "id",
        "inMaintenanceMode",
        "package",
        "packageId",
        "parameters",
        "op",
        "member",
        "value",
        "diskId",
        "sizeGB",
        "path",
        "name",
        "groupId",
        "cpu",
        "memoryGB",
        "sourceServerId",
        "customFields",
        "additionalDisks",
        "snapshotExpirationDays",
        "startsAt",
        "endsAt",
        "targetGroupId",
        "username",
        "password",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let member =
            (name.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|values| format!("[{}]", values.join(","))),
            prop::collection::vec(member, 0..6)
                .prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

fn check(row: usize, tail: &str, query: &str, content_type: &str, body: &[u8]) -> Option<Fault> {
    let row = ROUTES[row % ROUTES.len()];
    let path = row
        .path
        .replace("{alias}", "demo")
        .replace(
            "{operation}",
            [
                "setMaintenance",
                "createSnapshot",
                "executePackage",
                "pause",
            ][body.len() % 4],
        )
        .replace("{server}", "ny1demoweb01")
        .replace("{job}", "ny1-7")
        .replace("{group}", "0712936001a14a7e9bb24f70fc3deaf1")
        .replace("{snapshot}", "2")
        .replace("{plan}", "1");
    let path = format!("{path}{tail}");
    let input = Input {
        query,
        content_type,
        body,
        ..Input::default()
    };
    let read = Route::find(row.method, &path).and_then(|route| Request::parse(&route, &input));
    read.err()
}

proptest! {
    #[test]
    fn requests_are_read_or_refused(
        row in any::<usize>(),
        body in near_json(),
        cut in any::<prop::sample::Index>(),
        form in any::<bool>(),
    ) {
        let content_type = if form { "application/x-www-form-urlencoded" } else { "" };
        let cut = cut.index(body.len() + 1);
        for body in [body.as_bytes(), &body.as_bytes()[..cut]] {
            if let Some(fault) = check(row, "", "", content_type, body) {
                prop_assert!((400..500).contains(&fault.status()), "{fault}");
                let reply = fault.reply();
                prop_assert!(reply.body.is_empty() || serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok());
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        row in any::<usize>(),
        tail in "[/a-z%]{0,6}",
        query in ".{0,40}",
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        if let Some(fault) = check(row, &tail, &query, "", &body) {
            prop_assert!((400..500).contains(&fault.status()), "{fault}");
        }
    }
}
