//! `tagout next --json-lines`: questions in lines.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use super::{now, outcome, refuses, tagout};

const LINES: &[&str] = &["next", "--json-lines"];

/// Asks one question.
#[track_caller]
fn check(question: &str, answer: &str) {
    let (out, err, code) = outcome(LINES, question.as_bytes());
    assert_eq!(
        (&*out, &*err, code),
        (&*format!("{answer}\n"), "", 0),
        "{question}"
    );
}

#[test]
fn answers_a_line_with_a_line() {
    check(
        r#"{"expr":"cron(0 6 ? * MON *)","tz":"Asia/Tokyo","after":"2026-11-21T12:00:00Z","n":2}"#,
        r#"{"next":["2026-11-22T21:00:00Z","2026-11-29T21:00:00Z"]}"#,
    );
    // Fields by themselves, five openings in UTC, an offset, seconds first, an offset from UTC in place of a zone.
    check(
        r#"{"expr":"0 6 ? * MON *","after":"2026-11-21T12:00:00Z"}"#,
        r#"{"next":["2026-11-23T06:00:00Z","2026-11-30T06:00:00Z","2026-12-07T06:00:00Z","2026-12-14T06:00:00Z","2026-12-21T06:00:00Z"]}"#,
    );
    check(
        r#"{"expr":"30 23 ? * TUE#3 *","tz":"America/Los_Angeles","after":"2026-11-21T12:00:00Z","n":1,"offset":2}"#,
        r#"{"next":["2026-12-18T07:30:00Z"]}"#,
    );
    check(
        r#"{"expr":"24 30 9 ? * * *","tz":"+09:00","after":"2026-11-21T12:00:00+09:00","n":1}"#,
        r#"{"next":["2026-11-22T00:30:24Z"]}"#,
    );
    check(
        r#"{"expr":"at(2026-12-01T06:00:00)","after":"2026-11-21T12:00:00Z"}"#,
        r#"{"next":["2026-12-01T06:00:00Z"]}"#,
    );
    check(
        r#"{"expr":"at(2026-11-01T06:00:00)","after":"2026-11-21T12:00:00Z"}"#,
        r#"{"next":[]}"#,
    );
    check(
        r#"{"expr":"rate(5 minutes)","after":"2026-11-21T12:00:00.25Z","n":2}"#,
        r#"{"next":["2026-11-21T12:05:00.250Z","2026-11-21T12:10:00.250Z"]}"#,
    );
    check(
        r#"{"expr":"0 6 ? * MON *","after":"2026-11-21T12:00:00Z","n":0}"#,
        r#"{"next":[]}"#,
    );
}

#[test]
fn takes_null_as_left_out_and_lets_other_members_be() {
    check(
        r#"{"id":[1,{"expr":5}],"n":1,"after":"2026-11-21T12:00:00Z","tz":null,"offset":null,"ex\u0070r":"0 6 ? * \u004dON *"}"#,
        r#"{"next":["2026-11-23T06:00:00Z"]}"#,
    );
}

#[test]
fn takes_what_is_left_out_from_the_options() {
    let args = [
        LINES,
        &[
            "--zone=Asia/Tokyo",
            "--after=2026-11-21T12:00:00Z",
            "--count=1",
            "--offset=1",
        ],
    ]
    .concat();
    let (out, ..) = outcome(
        &args,
        b"{\"expr\":\"0 6 ? * MON *\"}\n{\"expr\":\"0 6 ? * MON *\",\"tz\":\"UTC\",\"offset\":2}",
    );
    assert_eq!(
        out,
        "{\"next\":[\"2026-11-23T21:00:00Z\"]}\n{\"next\":[\"2026-11-25T06:00:00Z\"]}\n"
    );
}

#[test]
fn asks_from_now_on_if_no_time_is_given() {
    let (out, ..) = outcome(LINES, br#"{"expr":"* * * * ? *","n":1}"#);
    let next: chrono::DateTime<chrono::Utc> = out[10..30].parse().unwrap();
    let ahead = next - now();
    assert!(ahead.abs() < chrono::TimeDelta::minutes(2), "{ahead}");
}

#[test]
fn says_what_is_wrong_with_a_line() {
    for (question, error) in [
        (
            r#"{"expr":"cron(0 6 ? * FRI#6 *)"}"#,
            "expr: day-of-week `6` at column 18 is out of range, expected 1 to 5",
        ),
        (
            r#"{"expr":"0 6 ? *"}"#,
            "expr: 4 fields are too few, expected 6, or 7 with seconds first",
        ),
        (
            r#"{"expr":"daily"}"#,
            "expr: `daily` at column 1 is no form of schedule, expected `cron(...)`, `rate(...)` or `at(...)`",
        ),
        (
            r#"{"expr":"0 6 ? * MON *","tz":"Asia/Tokio"}"#,
            "tz: unknown time zone `Asia/Tokio`, did you mean `Asia/Tokyo`?",
        ),
        (
            r#"{"expr":"0 6 ? * MON *","after":"2026-11-21T12:00:00"}"#,
            "after: cannot read `2026-11-21T12:00:00` as a date, time and offset, at byte 19: expected an offset, `Z` or `+hh:mm`, after the time",
        ),
        (
            r#"{"expr":"0 6 ? * MON *","n":-1}"#,
            "n is -1, expected 0 to 100000",
        ),
        (
            r#"{"expr":"0 6 ? * MON *","n":100001}"#,
            "n is 100001, expected 0 to 100000",
        ),
        (
            r#"{"expr":"0 6 ? * MON *","offset":7}"#,
            "schedule offset is 7, expected 1 to 6 days",
        ),
        (
            r#"{"expr":"rate(1 day)","offset":1}"#,
            "`rate(1 day)` takes no offset, found one of 1 day",
        ),
        (
            r#"{"expr":5}"#,
            "cannot read the line: invalid type: integer `5`, expected a text at column 9",
        ),
        (
            r#"{"expr":"0 6 ? * MON *","n":"5"}"#,
            "cannot read the line: invalid type: string \"5\", expected i64 at column 31",
        ),
        (
            r#"{"tz":"UTC"}"#,
            "cannot read the line: missing field `expr` at column 12",
        ),
        (
            r#"["0 6 ? * MON *"]"#,
            "cannot read the line: invalid type: sequence, expected an object at column 0",
        ),
        (
            r#"{"expr":"0 6 ? * MON *""#,
            "cannot read the line: EOF while parsing an object at column 23",
        ),
        (
            "\u{feff}{}",
            "cannot read the line: expected value at column 1",
        ),
        (
            "nonsense",
            "cannot read the line: expected ident at column 2",
        ),
        (" \t", "the line is empty, expected an object with `expr`"),
    ] {
        check(
            question,
            &format!("{{\"error\":{}}}", serde_json::to_string(error).unwrap()),
        );
    }
}

#[test]
fn never_stops_at_a_bad_line() {
    let good: &[u8] = br#"{"expr":"0 6 ? * MON *","after":"2026-11-21T12:00:00Z","n":1}"#;
    let long = vec![b'x'; 3_000_000];
    let lines: Vec<&[u8]> = vec![
        good,
        b"",
        b"\xff\xfe\0",
        &long,
        b"{\"expr\":\"\xff\"}",
        b"{",
        good,
    ];
    let (out, err, code) = outcome(LINES, &lines.join(&b"\r\n"[..]));
    assert_eq!((err, code), (String::new(), 0));
    assert_eq!(
        out.lines().collect::<Vec<_>>(),
        [
            r#"{"next":["2026-11-23T06:00:00Z"]}"#,
            r#"{"error":"the line is empty, expected an object with `expr`"}"#,
            r#"{"error":"cannot read the line: expected value at column 1"}"#,
            r#"{"error":"the line has more than 65536 bytes"}"#,
            r#"{"error":"cannot read the line: invalid unicode code point at column 10"}"#,
            r#"{"error":"cannot read the line: EOF while parsing an object at column 2"}"#,
            r#"{"next":["2026-11-23T06:00:00Z"]}"#,
        ]
    );
}

#[test]
fn prints_nothing_for_nothing() {
    assert_eq!(outcome(LINES, b""), (String::new(), String::new(), 0));
}

/// Rows that hold a question and Quartz's answer, far from clock changes; the answer is one of the members that are let
/// be.
#[test]
fn answers_as_quartz_does() {
    let rows = include_str!("../../../schedule/tests/data/quartz-oracle-open.jsonl");
    let rows: Vec<&str> = rows
        .lines()
        .filter(|row| !row.contains("\"dst\""))
        .collect();
    assert!(rows.len() > 3000, "{}", rows.len());
    let (out, ..) = outcome(LINES, rows.join("\n").as_bytes());
    assert_eq!(out.lines().count(), rows.len());
    for (row, answer) in rows.iter().zip(out.lines()) {
        let next =
            |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["next"].clone();
        assert_eq!(next(answer), next(row), "{row}");
    }
}

#[test]
fn answers_before_the_next_question_is_asked() {
    let mut child = tagout(LINES)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut questions, mut answers) = (
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()).lines(),
    );
    for day in 10..20 {
        writeln!(
            questions,
            r#"{{"expr":"0 6 * * ? *","after":"2026-11-{day}T12:00:00Z","n":1}}"#
        )
        .unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert_eq!(
            answer,
            format!(r#"{{"next":["2026-11-{}T06:00:00Z"]}}"#, day + 1)
        );
    }
    drop(questions);
    assert!(answers.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn takes_it_well_that_nobody_reads_on() {
    let mut child = tagout(LINES)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut questions = child.stdin.take().unwrap();
    // It stops by itself, and so this fails sooner or later.
    while questions.write_all(b"{\"expr\":\"0 6 * * ? *\"}\n").is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap()
        ),
        (Some(0), String::new())
    );
}

#[test]
fn asks_for_no_window_beside() {
    refuses(
        &["next", "--json-lines", "0 6 * * ? *"],
        "error: the argument '--json-lines' cannot be used with '[EXPR]'\n\n\
         Usage: tagout next --json-lines [EXPR]\n\nFor more information, try '--help'.\n",
    );
}
