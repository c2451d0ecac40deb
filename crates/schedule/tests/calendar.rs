//! Calendars: their text to the byte, and what parsers that are not ours read from it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::process::{Command, Stdio};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use icalendar::parser::{Component, read_components, unfold};
use proptest::prelude::*;
use tagout_schedule::{
    Calendar, CalendarWindow, Cutoff, Duration, Fold, Opening, Plan, Timeline, Zone,
};

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Calendar>();

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn plan(schedule: &str, zone: Zone, hours: i64, cutoff: i64) -> Plan {
    let timeline = Timeline::builder(schedule.parse().unwrap())
        .zone(zone)
        .fold(Fold::Both);
    let timeline = timeline
        .start(
            schedule
                .starts_with("rate")
                .then(|| utc("2026-10-05T22:00:00.25Z")),
        )
        .build();
    Plan::new(
        timeline.unwrap(),
        Duration::try_from(hours).unwrap(),
        Cutoff::try_from(cutoff).unwrap(),
    )
    .unwrap()
}

fn window(id: &str, zone: Zone) -> CalendarWindow<'_> {
    CalendarWindow {
        id,
        name: "Patch",
        description: "",
        zone,
    }
}

#[test]
fn writes_this_text() {
    let los_angeles: Zone = "America/Los_Angeles".parse().unwrap();
    let plan = plan("cron(30 23 ? * TUE#3 *)", los_angeles, 4, 1);
    let window = CalendarWindow {
        id: "mw-0c50858d01EXAMPLE",
        name: "Patch the web servers; reboot",
        description: "Ask ops first, please.\nDrain the load balancer before anything is stopped, and look at the board.",
        zone: los_angeles,
    };
    let mut calendar = Calendar::new(utc("2026-09-21T12:00:00.75Z")).with_alarms();
    for opening in plan.openings_after(utc("2026-10-01T00:00:00Z")).take(2) {
        calendar.push(window, opening);
    }
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tagout//tagout-schedule//EN",
        "BEGIN:VTIMEZONE",
        "TZID:America/Los_Angeles",
        "BEGIN:DAYLIGHT",
        "DTSTART:20260308T020000",
        "TZOFFSETFROM:-0800",
        "TZOFFSETTO:-0700",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20261101T020000",
        "TZOFFSETFROM:-0700",
        "TZOFFSETTO:-0800",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:mw-0c50858d01EXAMPLE-20261021T063000Z@tagout",
        "DTSTAMP:20260921T120000Z",
        "DTSTART;TZID=America/Los_Angeles:20261020T233000",
        "DTEND;TZID=America/Los_Angeles:20261021T033000",
        r"SUMMARY:Patch the web servers\; reboot",
        r"DESCRIPTION:Ask ops first\, please.\nDrain the load balancer before anythin",
        r" g is stopped\, and look at the board.\nNothing new starts from 2026-10-21T",
        " 02:30-07:00 on.",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER;RELATED=END:-PT60M",
        r"DESCRIPTION:Patch the web servers\; reboot: nothing new starts",
        "END:VALARM",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:mw-0c50858d01EXAMPLE-20261118T073000Z@tagout",
        "DTSTAMP:20260921T120000Z",
        "DTSTART;TZID=America/Los_Angeles:20261117T233000",
        "DTEND;TZID=America/Los_Angeles:20261118T033000",
        r"SUMMARY:Patch the web servers\; reboot",
        r"DESCRIPTION:Ask ops first\, please.\nDrain the load balancer before anythin",
        r" g is stopped\, and look at the board.\nNothing new starts from 2026-11-18T",
        " 02:30-08:00 on.",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER;RELATED=END:-PT60M",
        r"DESCRIPTION:Patch the web servers\; reboot: nothing new starts",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    assert_eq!(calendar.to_string(), expected.join("\r\n"));
}

#[test]
fn leaves_out_what_a_window_does_not_have() {
    let plan = plan("cron(0 6 ? * * *)", Zone::UTC, 1, 0);
    let mut calendar = Calendar::new(utc("2026-11-21T12:00:00Z")).with_alarms();
    calendar.push(
        window("a", Zone::UTC),
        plan.next_opening(utc("2026-11-21T12:00:00Z")).unwrap(),
    );
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tagout//tagout-schedule//EN",
        "BEGIN:VEVENT",
        "UID:a-20261122T060000Z@tagout",
        "DTSTAMP:20261121T120000Z",
        "DTSTART:20261122T060000Z",
        "DTEND:20261122T070000Z",
        "SUMMARY:Patch",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    assert_eq!(calendar.to_string(), expected.join("\r\n"));
}

#[test]
fn writes_the_second_of_two_equal_readings_in_utc() {
    let new_york: Zone = "America/New_York".parse().unwrap();
    let plan = plan("cron(30 1 1 11 ? 2026)", new_york, 1, 0); // opens at 05:30Z and, by `Fold::Both`, at 06:30Z
    let mut calendar = Calendar::new(utc("2026-11-21T12:00:00Z"));
    for opening in plan.openings_after(utc("2026-10-01T00:00:00Z")) {
        calendar.push(window("a", new_york), opening);
    }
    let text = calendar.to_string();
    let starts: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("DTSTART") || line.starts_with("DTEND"))
        .collect();
    assert_eq!(
        starts,
        [
            // The first closes at 06:30Z, in the second pass of 01:30.
            "DTSTART:20261101T053000Z",
            "DTEND:20261101T063000Z",
            "DTSTART:20261101T063000Z",
            "DTEND:20261101T073000Z",
        ]
    );
}

#[test]
fn tells_no_zone_in_a_calendar_in_utc() {
    let new_york: Zone = "America/New_York".parse().unwrap();
    let plan = plan("cron(30 6 ? * * *)", new_york, 3, 1);
    let mut calendar = Calendar::new(utc("2026-11-21T12:00:00Z")).in_utc();
    calendar.push(
        window("a", new_york),
        plan.next_opening(utc("2026-11-21T12:00:00Z")).unwrap(),
    );
    let text = calendar.to_string();
    assert!(!text.contains("TZ"), "{text}");
    assert!(
        text.contains("DTSTART:20261122T113000Z\r\nDTEND:20261122T143000Z\r\n"),
        "{text}"
    );
}

#[test]
fn names_fixed_offsets_in_utc_and_zones_without_changes_by_one_offset() {
    let (fixed, kolkata): (Zone, Zone) =
        ("+09:00".parse().unwrap(), "Asia/Kolkata".parse().unwrap());
    let opening = plan("cron(30 6 ? * * *)", Zone::UTC, 3, 0)
        .next_opening(utc("2026-11-21T12:00:00Z"))
        .unwrap();
    let mut calendar = Calendar::new(utc("2026-11-21T12:00:00Z"));
    calendar.push(window("a", fixed), opening);
    calendar.push(window("b", kolkata), opening);
    let text = calendar.to_string();
    assert!(text.contains("DTSTART:20261122T063000Z\r\n"), "{text}");
    assert!(
        text.contains("DTSTART;TZID=Asia/Kolkata:20261122T120000\r\n"),
        "{text}"
    );
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Asia/Kolkata\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
                TZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    assert_eq!(text.matches("VTIMEZONE").count(), 2);
    assert!(text.contains(zone), "{text}");
}

/// An event as a parser reads it.
#[derive(Debug, PartialEq)]
struct Event {
    uid: String,
    summary: String,
    description: String,
    start: i64,
    end: i64,
}

#[track_caller]
fn value<'a>(component: &'a Component<'_>, name: &str) -> &'a str {
    component
        .find_prop(name)
        .unwrap_or_else(|| panic!("no {name} in {component:?}"))
        .val
        .as_str()
}

/// What a time property stands for, by what the calendar says of its zone.
#[track_caller]
fn instant(component: &Component<'_>, name: &str, zones: &[&Component<'_>]) -> i64 {
    let property = component.find_prop(name).unwrap();
    let text = property.val.as_str();
    let Some(tzid) = property.params.iter().find(|param| param.key == "TZID") else {
        return NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")
            .unwrap()
            .and_utc()
            .timestamp();
    };
    let local = |text| {
        NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S")
            .unwrap()
            .and_utc()
            .timestamp()
    };
    let zone = zones.iter().find(|zone| {
        Some(value(zone, "TZID"))
            == tzid
                .val
                .as_ref()
                .map(icalendar::parser::ParseString::as_str)
    });
    // From each onset on, in UTC, an offset; until the next onset.
    let observances = zone.unwrap().components.iter();
    let mut observances: Vec<(i64, i64)> = observances
        .map(|observance| {
            let onset =
                local(value(observance, "DTSTART")) - offset(value(observance, "TZOFFSETFROM"));
            (onset, offset(value(observance, "TZOFFSETTO")))
        })
        .collect();
    observances.sort_unstable();
    let until = observances
        .iter()
        .skip(1)
        .map(|&(onset, _)| onset)
        .chain([i64::MAX]);
    let mut instants = observances
        .iter()
        .zip(until)
        .filter_map(|(&(onset, offset), until)| {
            let instant = local(text) - offset;
            (onset <= instant && instant < until).then_some(instant)
        });
    // A reading that comes twice means the first of its instants.
    instants
        .next()
        .expect("a reading that the clocks of the zone show")
}

/// `-0430` or `+002345`, in seconds.
fn offset(text: &str) -> i64 {
    let pair = |at: usize| {
        text.get(at..at + 2)
            .map_or(0, |pair| pair.parse::<i64>().unwrap())
    };
    let ahead = pair(1) * 3600 + pair(3) * 60 + pair(5);
    if text.starts_with('-') { -ahead } else { ahead }
}

/// Reads with the crate `icalendar`.
#[track_caller]
fn read(text: &str) -> Vec<Event> {
    assert!(
        text.lines().all(|line| line.len() <= 75),
        "a line is too long"
    );
    assert_eq!(
        text.matches('\n').count(),
        text.matches("\r\n").count(),
        "a line ends in something else"
    );
    let unfolded = unfold(text);
    let roots = read_components(&unfolded).unwrap();
    let [root] = &*roots else {
        panic!("{} calendars", roots.len())
    };
    assert_eq!(
        (root.name.as_str(), value(root, "VERSION")),
        ("VCALENDAR", "2.0")
    );
    let kind = |name: &'static str| {
        root.components
            .iter()
            .filter(move |component| component.name == name)
    };
    let zones: Vec<_> = kind("VTIMEZONE").collect();
    let text = |event: &Component<'_>, name: &str| {
        event
            .find_prop(name)
            .map_or(String::new(), |property| property.val.as_str().to_owned())
    };
    let event = |event: &Component<'_>| Event {
        uid: text(event, "UID"),
        summary: text(event, "SUMMARY"),
        description: text(event, "DESCRIPTION"),
        start: instant(event, "DTSTART", &zones),
        end: instant(event, "DTEND", &zones),
    };
    kind("VEVENT").map(event).collect()
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{0,12}",
        r#"[a-z,;:\\"\n=äß漢🛠 ]{0,90}"#,
        "\\PC{0,200}"
    ]
}

/// Openings near and far from clock changes, in any zone.
fn any_openings() -> impl Strategy<Value = (Zone, Vec<Opening>)> {
    let zones: Vec<&'static str> = Zone::names().collect();
    let schedule = prop::sample::select(vec![
        "cron(30 * ? * * *)",
        "cron(0 0 ? * SUN *)",
        "cron(0 2 L * ? *)",
        "rate(31 hours)",
    ]);
    let zone = prop_oneof![
        prop::sample::select(zones).prop_map(str::to_owned),
        prop::sample::select(vec![
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Havana",
            "UTC",
            "-0330"
        ])
        .prop_map(str::to_owned),
    ];
    let after = prop_oneof![
        (-48..48_i64).prop_map(|hours| utc("2026-11-01T06:00:00Z") + TimeDelta::hours(hours)),
        (0..7_000_000_000_i64).prop_map(|second| DateTime::from_timestamp(second, 0).unwrap()),
    ];
    (schedule, zone, after, 1..=24_i64, 0..30_usize).prop_map(
        |(schedule, zone, after, hours, n)| {
            let zone = zone.parse().unwrap();
            (
                zone,
                plan(schedule, zone, hours, hours / 4)
                    .openings_after(after)
                    .take(n)
                    .collect(),
            )
        },
    )
}

/// A calendar and what should be read from it.
fn calendar_of(
    name: &str,
    description: &str,
    parts: &[(Zone, Vec<Opening>)],
) -> (Calendar, Vec<Event>) {
    let mut calendar = Calendar::new(utc("2026-11-21T12:00:00Z"));
    let mut expected = Vec::new();
    for (number, (zone, openings)) in parts.iter().enumerate() {
        let id = format!("mw-{number}");
        for opening in openings {
            calendar.push(
                CalendarWindow {
                    id: &id,
                    name,
                    description,
                    zone: *zone,
                },
                *opening,
            );
            let mut description = description.replace("\r\n", "\n");
            if opening.cutoff_at < opening.closes_at {
                let cutoff = tagout_schedule::ExecutionTime::from(zone.to_local(opening.cutoff_at));
                let separator = if description.is_empty() { "" } else { "\n" };
                description =
                    format!("{description}{separator}Nothing new starts from {cutoff} on.");
            }
            expected.push(Event {
                uid: format!("{id}-{}@tagout", opening.opens_at.format("%Y%m%dT%H%M%SZ")),
                summary: name.to_owned(),
                description,
                start: opening.opens_at.timestamp(),
                end: opening.closes_at.timestamp(),
            });
        }
    }
    (calendar, expected)
}

proptest! {
    #[test]
    fn another_parser_reads_what_was_meant(
        name in any_text(),
        description in any_text(),
        parts in prop::collection::vec(any_openings(), 0..4),
    ) {
        let (calendar, expected) = calendar_of(&name, &description, &parts);
        prop_assert_eq!(read(&calendar.to_string()), expected);
    }
}

/// The PyPI package `icalendar` resolves zones by what the calendar says of them.
#[test]
fn the_python_package_reads_what_was_meant() {
    let Some(python) = std::env::var_os("TAGOUT_TEST_PYTHON") else {
        eprintln!("not run: set TAGOUT_TEST_PYTHON to a Python that has the package `icalendar`");
        return;
    };
    let parts: Vec<_> = [
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Vancouver",
        "Europe/Dublin",
        "Asia/Tokyo",
        "UTC",
    ]
    .map(|zone| {
        let zone: Zone = zone.parse().unwrap();
        let twice_a_day = plan("cron(30 1,9 ? * * *)", zone, 3, 1);
        (
            zone,
            twice_a_day
                .openings_after(utc("2026-03-01T00:00:00Z"))
                .take(600)
                .collect(),
        )
    })
    .into();
    let (calendar, expected) = calendar_of("Größe, \\ 漢; 🛠", "one\ntwo", &parts);
    let mut child = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/icalendar/openings.py"
        ))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(calendar.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let found: Vec<Event> = lines
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |member: &str| event[member].as_str().unwrap().to_owned();
            let number = |member: &str| event[member].as_i64().unwrap();
            Event {
                uid: text("uid"),
                summary: text("summary"),
                description: text("description"),
                start: number("start"),
                end: number("end"),
            }
        })
        .collect();
    assert_eq!(found.len(), 3600);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}
