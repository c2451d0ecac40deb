use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use tagout_window::request::{RegisterTaskWithMaintenanceWindow, UpdateMaintenanceWindow};

use super::*;

const SMALL: Limits = Limits {
    bytes: 200,
    depth: 4,
    values: 10,
};

#[track_caller]
fn refused<'a, T: Deserialize<'a> + fmt::Debug>(body: &'a [u8], expected: &str) {
    let fault = parse_within::<T>(body, &SMALL).unwrap_err();
    assert_eq!(fault.code(), "SerializationException");
    assert_eq!(fault.status(), 400);
    assert_eq!(fault.message(), Some(expected));
}

#[test]
fn values_of_the_wrong_kind_are_named_with_their_place() {
    let update = refused::<UpdateMaintenanceWindow>;
    #[rustfmt::skip] // columns
    let rows = [
        (r#"{"Name":5}"#,          "NUMBER_VALUE cannot be converted to String at 'name'"),
        (r#"{"Name":true}"#,       "TRUE_VALUE cannot be converted to String at 'name'"),
        (r#"{"Name":["a"]}"#,      "Start of list found where not expected at 'name'"),
        (r#"{"Name":{}}"#,         "Start of structure or map found where not expected at 'name'"),
        (r#"{"Duration":"5"}"#,    "STRING_VALUE cannot be converted to Integer at 'duration'"),
        (r#"{"Duration":2.5}"#,    "NUMBER_VALUE cannot be converted to Integer at 'duration'"),
        (r#"{"Duration":4e9}"#,    "NUMBER_VALUE cannot be converted to Integer at 'duration'"),
        (r#"{"Duration":2147483648}"#, "NUMBER_VALUE cannot be converted to Integer at 'duration'"),
        (r#"{"Enabled":"true"}"#,  "STRING_VALUE cannot be converted to Boolean at 'enabled'"),
        (r#"{"Enabled":0}"#,       "NUMBER_VALUE cannot be converted to Boolean at 'enabled'"),
        (r#"["mw-1"]"#,            "expected an object as the body, found START_ARRAY"),
        ("null",                   "expected an object as the body, found NULL_VALUE"),
    ];
    for (body, expected) in rows {
        update(body.as_bytes(), expected);
    }
    let register = refused::<RegisterTaskWithMaintenanceWindow>;
    #[rustfmt::skip] // columns
    let rows = [
        (r#"{"Targets":{}}"#,              "Start of structure or map found where not expected at 'targets'"),
        (r#"{"Targets":["a"]}"#,           "STRING_VALUE cannot be converted to Structure at 'targets.1.member'"),
        (r#"{"Targets":[["Key"]]}"#,       "Start of list found where not expected at 'targets.1.member'"),
        (r#"{"Targets":[{},{"Key":1}]}"#,  "NUMBER_VALUE cannot be converted to String at 'targets.2.member.key'"),
        (r#"{"Targets":[{"Values":[null]}]}"#, "NULL_VALUE cannot be converted to String at 'targets.1.member.values.1.member'"),
        (r#"{"TaskParameters":{"secret":1}}"#, "NUMBER_VALUE cannot be converted to Structure at 'taskParameters.1.member'"),
        (r#"{"TaskParameters":[]}"#,       "Start of list found where not expected at 'taskParameters'"),
    ];
    for (body, expected) in rows {
        register(body.as_bytes(), expected);
    }
}

#[test]
fn what_is_no_json_is_refused() {
    for body in [
        &b""[..],
        b" ",
        b"{",
        b"{}x",
        b"{}{}",
        b"{\"Name\":\"a\"",
        b"{\"Name\":\"a\",}",
        b"{'Name':'a'}",
        b"{\"Duration\":1e400}",
        b"{\"Duration\":NaN}",
        b"{\"Duration\":01}",
        b"{\"Name\":\"\xff\"}",
        b"{\"Other\":\"\xc3\"}",
        b"{\"Name\":\"\\ud800\"}",
        b"\xef\xbb\xbf{}",
    ] {
        let fault = parse::<UpdateMaintenanceWindow>(body).unwrap_err();
        assert_eq!(fault.code(), "SerializationException", "{body:?}");
    }
}

#[test]
fn a_name_that_stands_twice_is_refused_wherever_it_stands() {
    let twice = "a name stands twice in one object at line 1 column";
    for (body, column) in [
        (r#"{"Name":"a","Name":"b"}"#, 23),
        (r#"{"Name":"a","\u004eame":"b"}"#, 28),
        (r#"{"Other":[{"a":1,"a":1}]}"#, 23),
    ] {
        refused::<UpdateMaintenanceWindow>(body.as_bytes(), &format!("{twice} {column}"));
    }
}

#[test]
fn unknown_and_null_members_count_as_left_out() {
    let body = br#"{"Name":null,"Other":{"a":[1,2.5,"x",null,true]},"Duration":3}"#;
    let request: UpdateMaintenanceWindow = parse(body).unwrap();
    let expected = UpdateMaintenanceWindow {
        duration: Some(3),
        ..Default::default()
    };
    assert_eq!(request, expected);
}

#[test]
fn a_body_is_taken_up_to_its_limits_and_not_beyond() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!("{{\"a\":{open}{close}}}")
    };
    let many = |n: usize| format!("{{\"a\":[{}]}}", vec!["1"; n - 2].join(","));
    let long = |n: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(n - 8));
    for body in [nested(4), many(10), long(200)] {
        assert!(parse_within::<UpdateMaintenanceWindow>(body.as_bytes(), &SMALL).is_ok());
    }
    refused::<UpdateMaintenanceWindow>(
        nested(5).as_bytes(),
        "more than 4 levels at line 1 column 10",
    );
    refused::<UpdateMaintenanceWindow>(
        many(11).as_bytes(),
        "more than 10 values at line 1 column 22",
    );
    let fault = parse_within::<UpdateMaintenanceWindow>(long(201).as_bytes(), &SMALL).unwrap_err();
    assert_eq!(fault, Fault::too_large(200));
    // Far beyond: refused before the stack or the memory is used up.
    let deep = "[".repeat(1_000_000);
    assert!(Tree::parse(deep.as_bytes(), &Limits::default()).is_err());
}

#[test]
fn a_tree_shows_no_text_when_it_is_printed() {
    let tree = Tree::parse(br#"{"password":"hunter2"}"#, &SMALL).unwrap();
    assert_eq!(format!("{tree:?}"), "Object(1 members)");
}

/// What a request could be made of beside texts, numbers and structures.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Everything {
    number: Option<f64>,
    small: Option<u8>,
    word: Option<Word>,
    pair: Option<(i64, String)>,
    map: Option<BTreeMap<String, Vec<bool>>>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Word {
    Yes,
    No,
}

fn everything() -> impl Strategy<Value = Everything> {
    let number = proptest::option::of(-1e300..1e300);
    let word = proptest::option::of(prop_oneof![Just(Word::Yes), Just(Word::No)]);
    let pair = proptest::option::of((any::<i64>(), ".{0,8}"));
    let lists = proptest::collection::vec(any::<bool>(), 0..4);
    let map = proptest::option::of(proptest::collection::btree_map(".{0,8}", lists, 0..4));
    (number, any::<Option<u8>>(), word, pair, map).prop_map(|(number, small, word, pair, map)| {
        Everything {
            number,
            small,
            word,
            pair,
            map,
        }
    })
}

proptest! {
    #[test]
    fn a_request_is_read_as_serde_json_reads_it(everything in everything()) {
        let body = serde_json::to_vec(&everything).unwrap();
        let read: Everything = parse(&body).unwrap();
        prop_assert_eq!(&read, &serde_json::from_slice(&body).unwrap());
    }

    #[test]
    fn whatever_is_cut_or_changed_is_read_or_refused(
        everything in everything(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![Just(b'"'), Just(b'{'), Just(b']'), Just(b','), any::<u8>()],
    ) {
        let mut body = serde_json::to_vec(&everything).unwrap();
        let at = at.index(body.len());
        prop_assert!(parse::<Everything>(&body[..at]).is_err());
        body[at] = byte;
        if let Err(fault) = parse::<Everything>(&body) {
            prop_assert_eq!(fault.status(), 400);
        }
    }
}
