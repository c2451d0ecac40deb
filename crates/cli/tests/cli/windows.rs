//! `tagout next --windows`: the windows that the AWS command prints.

use super::{outcome, prints, refuses};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/data/windows.json"
);

/// The windows of this text, asked on 2 March 2026 at noon UTC; what is said of them, and what is printed.
#[track_caller]
fn check(windows: &str, said: &str, printed: &str) {
    let text = format!(r#"{{"WindowIdentities": [{windows}]}}"#);
    let args = [
        "next",
        "--windows=-",
        "--after=2026-03-02T12:00:00Z",
        "--count=3",
    ];
    let code = if said.is_empty() { 0 } else { 2 };
    assert_eq!(
        outcome(&args, text.as_bytes()),
        (printed.to_owned(), said.to_owned(), code)
    );
}

/// What is printed where no window opens.
const NOTHING: &str = "It does not open again.\n";

#[test]
fn merges_the_openings_of_all_windows() {
    prints(
        &["next", "--windows", FILE, "--after=2026-03-02T12:00:00Z", "--count=12"],
        "\
OPENS                           UTC                   CUTOFF        CLOSES                     WINDOW
Tue 2026-03-03 02:30 -05:00     2026-03-03 07:30Z     Tue 04:30     Tue 05:30     in 20 hours  nightly-backup       mw-0f5a6b7c8d9e0215c
Tue 2026-03-03 16:00 -08:00     2026-03-04 00:00Z     Tue 17:00     Tue 17:00     in 2 days    kernel-livepatch     mw-0c8d9e0f1a2b3548f
Wed 2026-03-04 06:00 +01:00     2026-03-04 05:00Z     Wed 07:00     Wed 08:00     in 2 days    certificate-renewal  mw-0d3e4f5a6b7c8093a
Wed 2026-03-04 02:30 -05:00     2026-03-04 07:30Z     Wed 04:30     Wed 05:30     in 2 days    nightly-backup       mw-0f5a6b7c8d9e0215c
Thu 2026-03-05 00:08:15 +00:00  2026-03-05 00:08:15Z  Thu 01:08:15  Thu 02:08:15  in 3 days    agent-update         mw-0a6b7c8d9e0f1326d
Thu 2026-03-05 02:30 -05:00     2026-03-05 07:30Z     Thu 04:30     Thu 05:30     in 3 days    nightly-backup       mw-0f5a6b7c8d9e0215c
Fri 2026-03-06 02:30 -05:00     2026-03-06 07:30Z     Fri 04:30     Fri 05:30     in 4 days    nightly-backup       mw-0f5a6b7c8d9e0215c
Sat 2026-03-07 02:30 -05:00     2026-03-07 07:30Z     Sat 04:30     Sat 05:30     in 5 days    nightly-backup       mw-0f5a6b7c8d9e0215c
Mon 2026-03-09 06:00 +00:00     2026-03-09 06:00Z     Mon 07:00     Mon 07:00     in 7 days    cache-restart        mw-0c2d3e4f5a6b70829
Mon 2026-03-09 02:30 -04:00     2026-03-09 06:30Z     Mon 04:30     Mon 05:30     in 7 days    nightly-backup       mw-0f5a6b7c8d9e0215c
Tue 2026-03-10 00:08:15 +00:00  2026-03-10 00:08:15Z  Tue 01:08:15  Tue 02:08:15  in 8 days    agent-update         mw-0a6b7c8d9e0f1326d
Tue 2026-03-10 02:30 -04:00     2026-03-10 06:30Z     Tue 04:30     Tue 05:30     in 8 days    nightly-backup       mw-0f5a6b7c8d9e0215c
",
    );
}

#[test]
fn prints_json_for_programs() {
    prints(
        &[
            "next",
            "--windows",
            FILE,
            "--after=2026-03-19T12:00:00Z",
            "--count=1",
            "--json",
        ],
        r#"[
  {
    "window_id": "mw-0a6b7c8d9e0f1326d",
    "name": "agent-update",
    "opens_at": "2026-03-20T00:08:15.099Z",
    "local": "2026-03-20T00:08:15.099Z",
    "cutoff_at": "2026-03-20T01:08:15.099Z",
    "closes_at": "2026-03-20T02:08:15.099Z"
  }
]
"#,
    );
}

#[test]
fn keeps_to_what_the_service_says_of_each_window() {
    let row = |opens: &str, utc: &str, cutoff: &str, closes: &str, ahead: &str| {
        format!(
            "OPENS                        UTC                CUTOFF     CLOSES                 WINDOW\n\
             {opens}  {utc}  {cutoff}  {closes}  {ahead}  patch   mw-1\n\nIt does not open again.\n"
        )
    };
    let window = |rest: &str| {
        format!(r#"{{"WindowId": "mw-1", "Name": "patch", "Duration": 4, "Cutoff": 1, {rest}}}"#)
    };
    // The third Tuesday was the 17th; two days later; the next one is after the end date.
    check(
        &window(
            r#""Enabled": true, "Schedule": "cron(30 23 ? * TUE#3 *)", "ScheduleTimezone": "America/Los_Angeles",
               "ScheduleOffset": 2, "StartDate": "2026-03-01T00:00:00-08:00", "EndDate": "2026-04-23T00:00-07:00""#,
        ),
        "",
        &row(
            "Thu 2026-03-19 23:30 -07:00",
            "2026-03-20 06:30Z",
            "Fri 02:30",
            "Fri 03:30",
            "in 18 days",
        ),
    );
    check(
        &window(r#""Enabled": false, "Schedule": "cron(0 6 ? * * *)""#),
        "",
        NOTHING,
    );
    check(
        &window(r#""Schedule": "cron(0 6 ? * * *)", "EndDate": "2026-03-01T00:00Z""#),
        "",
        NOTHING,
    );
    // What only the service takes is taken from it.
    check(
        &window(
            r#""Schedule": "Rate(1 days)", "StartDate": "2026-04-01T06:00Z", "EndDate": "2026-04-01T07:00Z""#,
        ),
        "",
        &row(
            "Wed 2026-04-01 06:00 +00:00",
            "2026-04-01 06:00Z",
            "Wed 09:00",
            "Wed 10:00",
            "in 30 days",
        ),
    );
}

#[test]
fn counts_a_rate_from_what_is_known_of_it() {
    let next = |rest: &str| {
        let window = format!(
            r#"[{{"WindowId": "mw-1", "Schedule": "rate(2 weeks)", "Duration": 1, "Cutoff": 0, {rest}}}]"#
        );
        let args = [
            "next",
            "--windows=-",
            "--after=2026-03-02T12:00:00Z",
            "--count=1",
            "--json",
        ];
        let (out, err, code) = outcome(&args, window.as_bytes());
        assert_eq!((&*err, code), ("", 0));
        serde_json::from_str::<serde_json::Value>(&out).unwrap()[0]["local"]
            .as_str()
            .map(str::to_owned)
    };
    assert_eq!(
        next(r#""StartDate": "2026-01-04T06:00Z""#).unwrap(),
        "2026-03-15T06:00Z"
    );
    assert_eq!(
        next(r#""NextExecutionTime": "2026-01-04T06:00:00.5Z""#).unwrap(),
        "2026-03-15T06:00:00.500Z"
    );
    assert_eq!(
        next(r#""NextExecutionTime": "2026-05-10T06:00Z""#).unwrap(),
        "2026-05-10T06:00Z"
    );
    // A start date that the next opening is in step with, and one that had passed when the window was made.
    assert_eq!(
        next(r#""StartDate": "2026-01-04T06:00Z", "NextExecutionTime": "2026-03-15T06:00Z""#)
            .unwrap(),
        "2026-03-15T06:00Z"
    );
    assert_eq!(
        next(
            r#""StartDate": "2026-01-04T06:00Z", "NextExecutionTime": "2026-03-10T17:04:05.678Z""#
        )
        .unwrap(),
        "2026-03-10T17:04:05.678Z"
    );
    assert_eq!(next(r#""Enabled": false"#), None);
    assert_eq!(
        next(r#""EndDate": "2026-03-01T06:00Z""#),
        None,
        "it has ended"
    );
}

#[test]
fn names_window_and_member_of_every_fault_and_prints_the_others() {
    check(
        r#"{"WindowId": "mw-1", "Name": "patch", "Schedule": "cron(0 6 ? * * *)", "Duration": 25, "Cutoff": -1},
           {"Name": "reboot", "Schedule": "cron(0 6 * * * *)", "Duration": 2, "Cutoff": 2, "Enabled": "yes"},
           {"WindowId": "mw-3", "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1},
           {"WindowId": "mw-4", "Name": "target only"},
           {"WindowId": "mw-5", "Schedule": "cron(0 6 ? * * *)", "Duration": 2, "Cutoff": 2, "StartDate": "2026-01-01T00:00:00"},
           {"WindowId": "mw-6", "Schedule": "at(2026-03-03T06:00:00)", "Duration": 1, "Cutoff": 0},
           {"WindowId": "mw-7", "Schedule": "cron(0 6 ? * * *)", "Duration": 2, "Cutoff": 1, "ScheduleTimezone": "etc/UTC"},
           {"WindowId": "mw-8", "Schedule": "cron(0 6 ? * * *)", "Duration": 2, "Cutoff": 2},
           {"WindowId": "mw-9", "Schedule": "rate(1 day)", "ScheduleOffset": 1, "StartDate": "2026-01-01T00:00Z", "Duration": 2, "Cutoff": 1},
           {"WindowId": "mw-10", "Schedule": "cron(0 6 ? * * *)", "StartDate": "2026-02-01T00:00Z", "EndDate": "2026-01-01T00:00Z", "Duration": 2, "Cutoff": 1},
           {"WindowId": "mw-11", "Name": 5, "Schedule": "cron(0 6 ? * * *)", "Duration": 2, "Cutoff": 1},
           5"#,
        "\
error: some windows cannot be read, for 17 faults:
  mw-1 (patch): Duration: duration is 25, expected 1 to 24 hours
  mw-1 (patch): Cutoff: cutoff is -1, expected 0 to 23 hours
  window 2 (reboot): WindowId is missing
  window 2 (reboot): Enabled is \"yes\", expected true or false
  window 2 (reboot): Schedule: `* * *` at column 10 sets both day-of-month and day-of-week, expected `?` in one of them
  mw-3: NextExecutionTime is missing, as is StartDate: nothing tells from when the rate counts
  mw-4 (target only): Schedule is missing
  mw-4 (target only): Duration is missing
  mw-4 (target only): Cutoff is missing
  mw-5: StartDate: cannot read `2026-01-01T00:00:00` as a date, time and offset, at byte 19: expected an offset, `Z` or `+hh:mm`, after the time
  mw-5: Cutoff: cutoff is 2 hours, expected less than the duration of 2 hours
  mw-7: ScheduleTimezone: unknown time zone `etc/UTC`, did you mean `Etc/UTC`?
  mw-8: Cutoff: cutoff is 2 hours, expected less than the duration of 2 hours
  mw-9: ScheduleOffset: `rate(1 day)` takes no offset, found one of 1 day
  mw-10: EndDate: start date 2026-02-01 00:00:00 UTC is not before end date 2026-01-01 00:00:00 UTC
  mw-11: Name is 5, expected a text
  window 12: expected an object
",
        "\
OPENS                        UTC                CUTOFF     CLOSES                  WINDOW
Tue 2026-03-03 06:00 +00:00  2026-03-03 06:00Z  Tue 07:00  Tue 07:00  in 18 hours          mw-6

It does not open again.
",
    );
}

#[test]
fn says_what_is_wrong_with_a_file() {
    let refused = |text: &str, message: &str| {
        let (out, err, code) = outcome(&["next", "--windows=-"], text.as_bytes());
        assert_eq!(
            (&*out, &*err, code),
            ("", &*format!("error: standard input: {message}\n"), 2)
        );
    };
    refused("", "EOF while parsing a value at line 1 column 0");
    refused("{}", "expected an object with a list `WindowIdentities`");
    refused(
        r#"{"WindowIdentities": {}}"#,
        "expected an object with a list `WindowIdentities`",
    );
    refused("5", "expected an object with a list `WindowIdentities`");
    refuses(
        &["next", "--windows", "/no/such/file"],
        "error: cannot read /no/such/file: No such file or directory (os error 2)\n",
    );
    refuses(
        &["next", "--windows", FILE, "--zone=UTC"],
        "error: the argument '--windows <FILE>' cannot be used with '--zone <ZONE>'\n\n\
         Usage: tagout next --windows <FILE> [EXPR]\n\nFor more information, try '--help'.\n",
    );
}

#[test]
fn lets_no_name_steer_the_terminal() {
    check(
        r#"{"WindowId": "mw-1", "Name": "a\u001b[31mb\r\nc", "Schedule": "at(2026-03-03T06:00:00)", "Duration": 1, "Cutoff": 0},
           {"WindowId": "mw-2", "Name": "\u001b[2J"}"#,
        "\
error: some windows cannot be read, for 3 faults:
  mw-2 (\\u{1b}[2J): Schedule is missing
  mw-2 (\\u{1b}[2J): Duration is missing
  mw-2 (\\u{1b}[2J): Cutoff is missing
",
        "\
OPENS                        UTC                CUTOFF     CLOSES                  WINDOW
Tue 2026-03-03 06:00 +00:00  2026-03-03 06:00Z  Tue 07:00  Tue 07:00  in 18 hours  a\\u{1b}[31mb\\r\\nc  mw-1

It does not open again.
",
    );
}
