//! `tagout calendar`: a file for calendar programs.

use super::{outcome, prints};

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
