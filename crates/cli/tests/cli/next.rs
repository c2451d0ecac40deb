//! `tagout next` for one window.

use super::{now, outcome, prints, refuses, run, tagout};

#[test]
fn prints_a_table_for_people() {
    prints(
        &[
            "next",
            "cron(30 23 ? * TUE#3 *)",
            "--zone=America/Los_Angeles",
            "--offset=2",
            "--duration=4",
            "--cutoff=1",
            "--after=2026-11-21T12:00:00Z",
            "--count=4",
        ],
        "\
cron(30 23 ? * TUE#3 *)  at 23:30 on the third Tuesday of every month, two days later, Los Angeles time, for four hours, with no new work in the last hour

OPENS                        UTC                CUTOFF     CLOSES
Thu 2026-12-17 23:30 -08:00  2026-12-18 07:30Z  Fri 02:30  Fri 03:30  in 27 days
Thu 2027-01-21 23:30 -08:00  2027-01-22 07:30Z  Fri 02:30  Fri 03:30  in 62 days
Thu 2027-02-18 23:30 -08:00  2027-02-19 07:30Z  Fri 02:30  Fri 03:30  in 90 days
Thu 2027-03-18 23:30 -07:00  2027-03-19 06:30Z  Fri 02:30  Fri 03:30  in 118 days
",
    );
}

#[test]
fn prints_five_openings_and_no_closing_unless_asked() {
    prints(
        &["next", "0 0 6 ? * MON *", "--after", "2026-11-21T12:00:00Z"],
        "\
cron(0 6 ? * MON *)  at 06:00 every Monday, UTC

OPENS                        UTC
Mon 2026-11-23 06:00 +00:00  2026-11-23 06:00Z  in 2 days
Mon 2026-11-30 06:00 +00:00  2026-11-30 06:00Z  in 9 days
Mon 2026-12-07 06:00 +00:00  2026-12-07 06:00Z  in 16 days
Mon 2026-12-14 06:00 +00:00  2026-12-14 06:00Z  in 23 days
Mon 2026-12-21 06:00 +00:00  2026-12-21 06:00Z  in 30 days
",
    );
}

#[test]
fn shows_the_offset_where_it_changes_and_says_what_the_clocks_did() {
    prints(
        &[
            "next",
            "cron(30 1 ? * * *)",
            "--zone=America/New_York",
            "--fold=both",
            "--after=2026-10-31T12:00",
            "-n3",
            "--duration=2",
        ],
        "\
cron(30 1 * * ? *)  at 01:30 every day, New York time, for two hours

OPENS                        UTC                CUTOFF            CLOSES
Sun 2026-11-01 01:30 -04:00  2026-11-01 05:30Z  Sun 02:30 -05:00  Sun 02:30 -05:00  in 14 hours
Sun 2026-11-01 01:30 -05:00  2026-11-01 06:30Z  Sun 03:30         Sun 03:30         in 15 hours
Mon 2026-11-02 01:30 -05:00  2026-11-02 06:30Z  Mon 03:30         Mon 03:30         in 2 days

01:30 comes twice on 1 November, runs both times
",
    );
}

#[test]
fn says_why_there_is_nothing_and_that_it_is_all() {
    prints(
        &[
            "next",
            "30 2 8 3 ? 2026",
            "--zone=America/New_York",
            "--after=2026-03-01T00:00Z",
        ],
        "\
cron(30 2 8 MAR ? 2026)  at 02:30 on the 8th of March 2026, New York time

02:30 does not exist on 8 March
It does not open again.
",
    );
    prints(
        &[
            "next",
            "30 2 8 3 ? 2026",
            "--zone=America/New_York",
            "--after=2026-03-01T00:00Z",
            "--gap=shift",
        ],
        "\
cron(30 2 8 MAR ? 2026)  at 02:30 on the 8th of March 2026, New York time

OPENS                        UTC
Sun 2026-03-08 03:30 -04:00  2026-03-08 07:30Z  in 7 days

02:30 does not exist on 8 March, runs at 03:30
It does not open again.
",
    );
}

#[test]
fn tells_of_some_clock_changes_and_counts_the_rest() {
    let (out, ..) = outcome(
        &[
            "next",
            "* 1 1 11 ? 2026",
            "--zone=America/New_York",
            "--after=2026-10-31T12:00",
            "--count=62",
        ],
        b"",
    );
    let notes: Vec<&str> = out.lines().skip(63).collect();
    assert_eq!(
        notes,
        [
            "",
            "01:00 comes twice on 1 November, runs the second time",
            "01:01 comes twice on 1 November, runs the second time",
            "01:02 comes twice on 1 November, runs the second time",
            "01:03 comes twice on 1 November, runs the second time",
            "01:04 comes twice on 1 November, runs the second time",
            "and 55 more such times",
            "It does not open again.",
        ]
    );
}

#[test]
fn counts_a_rate_from_its_start_from_its_making_or_from_now() {
    prints(
        &[
            "next",
            "rate(90 minutes)",
            "--start=2026-11-21T12:00:00.250Z",
            "--end=2026-11-21T15:00:00.250Z",
            "--after=2026-11-21T11:59:00Z",
        ],
        "\
rate(90 minutes)  every 90 minutes

OPENS                        UTC
Sat 2026-11-21 12:00 +00:00  2026-11-21 12:00Z  in 1 minute
Sat 2026-11-21 13:30 +00:00  2026-11-21 13:30Z  in 2 hours
Sat 2026-11-21 15:00 +00:00  2026-11-21 15:00Z  in 3 hours

It does not open again.
",
    );
    prints(
        &[
            "next",
            "rate(2 weeks)",
            "--created=2026-11-20T12:00Z",
            "--after=2026-11-21T00:00Z",
            "--count=1",
        ],
        "\
rate(14 days)  every 14 days

OPENS                        UTC
Fri 2026-12-04 12:00 +00:00  2026-12-04 12:00Z  in 14 days
",
    );
    prints(
        &[
            "next",
            "rate(2 weeks)",
            "--after=2026-11-21T00:00Z",
            "--count=1",
        ],
        "\
rate(14 days)  every 14 days

OPENS                        UTC
Sat 2026-12-05 00:00 +00:00  2026-12-05 00:00Z  in 14 days
",
    );
}

#[test]
fn leaves_out_what_was_due_when_the_window_was_made() {
    // The base day, 20 January, has passed by then, though the 22nd has not.
    let first = |created: &str| {
        let created = format!("--created={created}");
        let args = [
            "next",
            "cron(30 23 ? * TUE#3 *)",
            "--offset=2",
            &*created,
            "--after=2026-01-21T00:00Z",
            "--count=1",
            "--json",
        ];
        let (out, ..) = outcome(&args, b"");
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["openings"][0]["local"].clone()
    };
    assert_eq!(first("2026-01-21T00:00Z"), "2026-02-19T23:30Z");
    assert_eq!(first("2026-01-20T23:29Z"), "2026-01-22T23:30Z");
}

#[test]
fn prints_json_for_programs() {
    prints(
        &[
            "next",
            "cron(30 2 ? * SUN *)",
            "--zone=America/New_York",
            "--after=2026-03-01T12:00:00Z",
            "--count=1",
            "--duration=2",
            "--cutoff=1",
            "--json",
        ],
        r#"{
  "schedule": "cron(30 2 ? * SUN *)",
  "zone": "America/New_York",
  "explanation": "at 02:30 every Sunday, New York time, for two hours, with no new work in the last hour",
  "openings": [
    {
      "opens_at": "2026-03-15T06:30:00Z",
      "local": "2026-03-15T02:30-04:00",
      "cutoff_at": "2026-03-15T07:30:00Z",
      "closes_at": "2026-03-15T08:30:00Z"
    }
  ],
  "notes": [
    "02:30 does not exist on 8 March"
  ]
}
"#,
    );
    prints(
        &[
            "next",
            "at(2026-03-08T02:30:00)",
            "--after=2027-01-01T00:00Z",
            "--json",
        ],
        r#"{
  "schedule": "at(2026-03-08T02:30:00)",
  "zone": "UTC",
  "explanation": "once, at 02:30 on Sunday, 8 March 2026, UTC",
  "openings": [],
  "notes": []
}
"#,
    );
}

#[test]
fn asks_from_now_on_if_no_time_is_given() {
    let (out, ..) = outcome(&["next", "* * * * ? *", "--count=1", "--json"], b"");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let next: chrono::DateTime<chrono::Utc> = told["openings"][0]["opens_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let ahead = next - now();
    assert!(ahead.abs() < chrono::TimeDelta::minutes(2), "{ahead}");
}

#[test]
fn shows_a_fault_with_a_caret_and_names_the_option() {
    refuses(
        &["next", "cron(0 2 * * MON *)"],
        "\
error: this is no schedule

  cron(0 2 * * MON *)
           ^^^^^^^
  `* * MON` at column 10 sets both day-of-month and day-of-week, expected `?` in one of them
  hint: write `?` in day-of-month
",
    );
    for (args, message) in [
        (
            &["--zone=Europe/Berln"][..],
            "error: unknown time zone `Europe/Berln`, did you mean `Europe/Berlin`?\n",
        ),
        (
            &["--duration=1", "--cutoff=1"],
            "error: cutoff is 1 hour, expected less than the duration of 1 hour\n",
        ),
        (
            &["--start=2026-01-02T00:00", "--end=2026-01-01T00:00"],
            "error: start date 2026-01-02 00:00:00 UTC is not before end date 2026-01-01 00:00:00 UTC\n",
        ),
        (
            &["--duration=25"],
            "error: invalid value '25' for '--duration <HOURS>': duration is 25, expected 1 to 24 hours\n\nFor more information, try '--help'.\n",
        ),
        (
            &["--offset=0"],
            "error: invalid value '0' for '--offset <DAYS>': schedule offset is 0, expected 1 to 6 days\n\nFor more information, try '--help'.\n",
        ),
        (
            &["--count=100001"],
            "error: invalid value '100001' for '--count <N>': 100001 is not in 0..=100000\n\nFor more information, try '--help'.\n",
        ),
        (
            &["--gap=never"],
            "error: invalid value 'never' for '--gap <POLICY>': unknown gap policy `never`, expected `skip`, `shift` or `after`\n\nFor more information, try '--help'.\n",
        ),
        (
            &["--after=2026-01-01"],
            "error: invalid value '2026-01-01' for '--after <TIME>': cannot read `2026-01-01` as a date, time and offset, at byte 10: expected `T` between date and time\n\nFor more information, try '--help'.\n",
        ),
    ] {
        refuses(&[&["next", "cron(0 2 ? * MON *)"], args].concat(), message);
    }
    refuses(
        &["next", "rate(1 day)", "--offset=1"],
        "error: `rate(1 day)` takes no offset, found one of 1 day\n",
    );
}

#[test]
fn colours_only_where_they_are_wanted() {
    let printed = |names: &[(&str, &str)]| {
        let mut command = tagout(&[
            "next",
            "0 6 ? * MON *",
            "--after=2026-11-21T12:00:00Z",
            "--count=1",
        ]);
        command.envs(names.iter().copied());
        String::from_utf8(run(command, b"").stdout).unwrap()
    };
    let plain = printed(&[]);
    assert!(!plain.contains('\x1b'), "this is no terminal");
    let coloured = printed(&[("CLICOLOR_FORCE", "1")]);
    assert!(
        coloured.contains("\x1b[1m\x1b[32mMon 2026-11-23 06:00 +00:00\x1b[0m"),
        "{coloured:?}"
    );
    assert_eq!(
        printed(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]),
        plain
    );
}

#[test]
fn takes_it_well_that_nobody_reads_on() {
    for args in [
        &[
            "next",
            "* * * * ? *",
            "-n",
            "100000",
            "--after=2026-11-21T12:00:00Z",
        ][..],
        &["next", "* * * * ? *", "--json"],
        &["explain", "* * * * ? *"],
        &["check", "* * * * ? *"],
        &["calendar", "* * * * ? *", "--duration=1"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = tagout(args)
            .stdout(writer)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{args:?}");
    }
}
