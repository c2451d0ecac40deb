//! `tagout open`: the phase, and the exit code that tells it.

use super::{prints_and_exits, refuses};

/// Saturdays at 22:00 in Tokyo, three hours, the last of them without new work.
#[track_caller]
fn check(at: &str, expected: &str, code: i32) {
    let at = format!("--at={at}");
    let args = [
        "open",
        "cron(0 22 ? * SAT *)",
        "--zone=Asia/Tokyo",
        "--duration=3",
        "--cutoff=1",
        &*at,
    ];
    prints_and_exits(&args, expected, code);
}

#[test]
fn exits_with_0_while_work_may_start() {
    let open = |left: &str, closes: &str| {
        format!(
            "open: work may start until Sun 2026-11-22 00:00 +09:00 ({left}), closes Sun 2026-11-22 01:00 +09:00 ({closes})\n"
        )
    };
    check("2026-11-21T22:00", &open("in 2 hours", "in 3 hours"), 0);
    check(
        "2026-11-21T23:59:59.999",
        &open("in 0 seconds", "in 1 hour"),
        0,
    );
}

#[test]
fn exits_with_3_past_the_cutoff() {
    check(
        "2026-11-22T00:00",
        "past cutoff: nothing new starts, closes Sun 2026-11-22 01:00 +09:00 (in 1 hour)\n",
        3,
    );
    check(
        "2026-11-21T15:59:59Z",
        "past cutoff: nothing new starts, closes Sun 2026-11-22 01:00 +09:00 (in 1 second)\n",
        3,
    );
    prints_and_exits(
        &[
            "open",
            "cron(0 */3 ? * * *)",
            "--duration=4",
            "--cutoff=3",
            "--at=2026-11-21T10:30:00Z",
        ],
        "past cutoff: opens again Sat 2026-11-21 12:00 +00:00 (in 2 hours)\n",
        3,
    );
}

#[test]
fn exits_with_1_when_it_is_closed() {
    check(
        "2026-11-22T01:00",
        "closed: opens Sat 2026-11-28 22:00 +09:00 (in 7 days)\n",
        1,
    );
    check(
        "2026-11-21T21:59:59",
        "closed: opens Sat 2026-11-21 22:00 +09:00 (in 1 second)\n",
        1,
    );
    prints_and_exits(
        &[
            "open",
            "at(2026-11-21T12:00:00)",
            "--duration=1",
            "--at=2026-11-22T00:00Z",
        ],
        "closed: does not open again\n",
        1,
    );
}

#[test]
fn exits_with_2_when_it_is_not_understood() {
    refuses(
        &["open", "cron(0 22 ? * SAT *)"],
        "error: the following required arguments were not provided:\n  --duration <HOURS>\n\n\
         Usage: tagout open --duration <HOURS> <EXPR>\n\nFor more information, try '--help'.\n",
    );
    refuses(
        &["open", "cron(0 22 ? * SAT)", "--duration=1"],
        "error: this is no schedule\n\n  cron(0 22 ? * SAT)\n       ^^^^^^^^^^^^\n  5 fields are too few, expected 6, or 7 with seconds first\n  hint: five fields are those of crontab: add a year, or `*`, and write `?` in one of the day fields\n",
    );
}

#[test]
fn prints_json_for_programs() {
    let json = |at: &str| {
        let args = [
            "open",
            "cron(0 22 ? * SAT *)",
            "--duration=3",
            "--cutoff=1",
            "--json",
            at,
        ];
        let (out, _, code) = super::outcome(&args, b"");
        (out, code)
    };
    let inside = |phase: &str, at: &str, changes_at: &str| {
        format!(
            "{{\n  \"phase\": \"{phase}\",\n  \"at\": \"{at}\",\n  \"opens_at\": \"2026-11-21T22:00:00Z\",\n  \
             \"cutoff_at\": \"2026-11-22T00:00:00Z\",\n  \"closes_at\": \"2026-11-22T01:00:00Z\",\n  \
             \"changes_at\": \"{changes_at}\"\n}}\n"
        )
    };
    assert_eq!(
        json("--at=2026-11-21T22:30Z"),
        (
            inside("open", "2026-11-21T22:30:00Z", "2026-11-22T00:00:00Z"),
            0
        )
    );
    assert_eq!(
        json("--at=2026-11-22T00:30Z"),
        (
            inside(
                "past cutoff",
                "2026-11-22T00:30:00Z",
                "2026-11-22T01:00:00Z"
            ),
            3
        )
    );
    assert_eq!(
        json("--at=2026-11-22T01:30Z"),
        (
            "{\n  \"phase\": \"closed\",\n  \"at\": \"2026-11-22T01:30:00Z\",\n  \"opens_at\": \"2026-11-28T22:00:00Z\",\n  \
             \"changes_at\": \"2026-11-28T22:00:00Z\"\n}\n"
                .to_owned(),
            1
        )
    );
}
