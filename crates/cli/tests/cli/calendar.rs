//! `tagout calendar`: a file for calendar programs, and pictures for people.
//!
//! `TAGOUT_ACCEPT=1` writes the stored pictures anew.

use std::fs;

use super::{outcome, prints, refuses};

#[test]
fn writes_a_calendar() {
    prints(
        &[
            "calendar",
            "cron(0 22 ? * SAT *)",
            "--zone=Asia/Tokyo",
            "--duration=3",
            "--cutoff=1",
            "--after=2026-11-21T12:00:00Z",
            "--stamp=2026-11-21T12:00:00Z",
            "--count=1",
            "--name=Patch; then reboot",
            "--id=mw-1",
            "--alarms",
        ],
        &[
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//tagout//tagout-schedule//EN",
            "BEGIN:VTIMEZONE",
            "TZID:Asia/Tokyo",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0900",
            "TZOFFSETTO:+0900",
            "END:STANDARD",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            "UID:mw-1-20261121T130000Z@tagout",
            "DTSTAMP:20261121T120000Z",
            "DTSTART;TZID=Asia/Tokyo:20261121T220000",
            "DTEND;TZID=Asia/Tokyo:20261122T010000",
            r"SUMMARY:Patch\; then reboot",
            r"DESCRIPTION:at 22:00 every Saturday\, Tokyo time\, for three hours\, with n",
            r" o new work in the last hour\nNothing new starts from 2026-11-22T00:00+09:0",
            " 0 on.",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER;RELATED=END:-PT60M",
            r"DESCRIPTION:Patch\; then reboot: nothing new starts",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        .join("\r\n"),
    );
}

#[test]
fn writes_all_windows_of_a_file_in_one() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/data/windows.json"
    );
    let args = [
        "calendar",
        "--windows",
        file,
        "--after=2026-03-02T12:00:00Z",
        "--count=30",
        "--utc",
    ];
    let (out, err, code) = outcome(&args, b"");
    assert_eq!((err, code), (String::new(), 0));
    let count = |what: &str| out.matches(what).count();
    assert_eq!(count("BEGIN:VEVENT"), 30);
    assert_eq!(count("BEGIN:VTIMEZONE"), 0);
    assert_eq!(count("SUMMARY:patch-tuesday"), 1);
    assert_eq!(count("UID:mw-0e4f5a6b7c8d9104b-20260320T063000Z@tagout"), 1);
    assert_eq!(
        count("DESCRIPTION:Patch the web servers two days after the vendors do\\n"),
        1
    );
    assert_eq!(count("legacy-reboot"), 0, "it is disabled");
}

/// What draws the windows of the examples over four weeks with two clock changes.
const PICTURE: [&str; 6] = [
    "calendar",
    "--windows",
    concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/data/windows.json"
    ),
    "--after=2026-03-02T00:00:00Z",
    "--stamp=2026-03-05T15:00:00Z",
    "--weeks=4",
];

/// A picture of the windows of the examples, drawn with these options, is the one that is stored under this name.
#[track_caller]
fn check_picture(options: &[&str], name: &str) {
    let path = format!(
        "{}/../../examples/pictures/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let (drawn, err, code) = outcome(&[&PICTURE, options].concat(), b"");
    assert_eq!((err, code), (String::new(), 0));
    if std::env::var_os("TAGOUT_ACCEPT").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap();
    for (number, (drawn, stored)) in drawn.lines().zip(stored.lines()).enumerate() {
        assert_eq!(drawn, stored, "{name}, line {}", number + 1);
    }
    assert!(drawn == stored, "{name}: one is longer than the other");
}

#[test]
fn draws_the_pictures_that_the_readme_shows() {
    check_picture(&["--svg"], "windows.svg");
    check_picture(&["--svg", "--width=390"], "windows-narrow.svg");
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    for name in ["windows.svg", "windows-narrow.svg"] {
        assert!(
            readme.contains(&format!("\"examples/pictures/{name}\"")),
            "{name}"
        );
    }
}

#[test]
fn writes_a_page_with_both_pictures_and_a_table() {
    let (page, err, code) = outcome(&[&PICTURE[..], &["--html"]].concat(), b"");
    assert_eq!((err, code), (String::new(), 0));
    for options in [&["--svg"][..], &["--svg", "--width=390"]] {
        let (picture, ..) = outcome(&[&PICTURE, options].concat(), b"");
        assert!(page.contains(&picture));
    }
    assert!(page.contains(
        "<tr><th scope=\"row\"><bdi>storage-migration</bdi></th><td>Sun 29 March 2026 03:30 (UTC+02:00)</td>\
         <td>11:30</td><td>15:30</td><td class=\"utc\">2026-03-29 01:30</td><td>database-vacuum and nightly-backup</td></tr>"
    ));
}

#[test]
fn draws_a_window_that_is_alone_on_its_own_days() {
    let window = [
        "calendar",
        "cron(30 2 ? * * *)",
        "--zone=Asia/Tokyo",
        "--duration=3",
        "--name=Backups",
        "--after=2026-03-02T20:00:00Z",
        "--weeks=1",
        "--svg",
    ];
    let (picture, err, code) = outcome(&window, b"");
    assert_eq!((err, code), (String::new(), 0));
    assert!(picture.contains("<title>Maintenance windows, 3 to 9 March 2026</title>"));
    assert!(picture.contains(
        "<title>Backups: open from Tue 3 March 2026 02:30 (UTC+09:00), closed from 05:30</title>"
    ));
    assert!(picture.contains(">Days in Asia/Tokyo. "));
}

#[test]
fn options_of_pictures_and_of_files_do_not_go_together() {
    let window = ["calendar", "rate(7 days)", "--duration=3"];
    for (options, said) in [
        (
            &["--svg", "--html"][..],
            "'--svg' cannot be used with '--html'",
        ),
        (
            &["--svg", "--count=3"],
            "'--svg' cannot be used with '--count <N>'",
        ),
        (
            &["--html", "--alarms"],
            "'--html' cannot be used with '--alarms'",
        ),
        (&["--svg", "--utc"], "'--svg' cannot be used with '--utc'"),
        (
            &["--svg", "--id=mw-1"],
            "'--svg' cannot be used with '--id <TEXT>'",
        ),
        (
            &["--html", "--width=390"],
            "'--html' cannot be used with '--width <PIXELS>'",
        ),
    ] {
        let (out, err, code) = outcome(&[&window, options].concat(), b"");
        let first = err.lines().next().unwrap_or_default();
        assert_eq!(
            (&*out, first, code),
            ("", &*format!("error: the argument {said}"), 2)
        );
    }
    for (option, missing) in [("--weeks=2", "<--svg|--html>"), ("--width=390", "--svg")] {
        let (_, err, code) = outcome(&[&window[..], &[option]].concat(), b"");
        assert!(err.contains(missing), "{err}");
        assert_eq!(code, 2);
    }
    refuses(
        &[&window[..], &["--svg", "--weeks=54"]].concat(),
        "error: invalid value '54' for '--weeks <N>': 54 is not in 1..=53\n\nFor more information, try '--help'.\n",
    );
    refuses(
        &[&window[..], &["--svg", "--width=319"]].concat(),
        "error: invalid value '319' for '--width <PIXELS>': 319 is not in 320..=4000\n\nFor more information, try '--help'.\n",
    );
}
