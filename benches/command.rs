//! How many questions a second `tagout next --json-lines` answers, its start not counted.
//!
//! Run it with `cargo bench -p tagout-benches --bench command`; it builds the command first. The time is that on
//! the clock, the best of some rounds, with the questions and the answers in files.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Schedules of all kinds of fields, each of which opens within a year, and the next opening of the first in UTC.
const EXPRESSIONS: [&str; 6] = [
    "0 6 ? * MON *",
    "30 23 ? * TUE#3 *",
    "0 6 LW * ? *",
    "cron(* * * * ? *)",
    "0/15 8-17 ? * MON-FRI *",
    "24 30 9 1,15 JAN-DEC ? *",
];
const FIRST_ANSWER: &str = r#"{"next":["2026-01-05T06:00:00Z","#;

/// What is asked, how many questions a second are asked for, and in which zones.
const CASES: [(&str, Option<u32>, &[&str]); 2] = [
    ("UTC", Some(400_000), &["UTC"]),
    (
        "mixed zones",
        None,
        &[
            "America/New_York",
            "Europe/Berlin",
            "Asia/Tokyo",
            "Australia/Lord_Howe",
        ],
    ),
];

const N_LINES: usize = 1_000_000;
const N_ROUNDS: usize = 5;

fn main() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut build = Command::new(env!("CARGO"));
    let build = build.args([
        "build",
        "--release",
        "--locked",
        "-p",
        "tagout-cli",
        "--message-format=json",
    ]);
    let build = build
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(build.status.success(), "the command does not build");
    let messages = String::from_utf8_lossy(&build.stdout).into_owned();
    let command = messages
        .split("\"executable\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|path| path.ends_with("tagout"))
        .expect("cargo names what it has built");

    let directory = std::env::temp_dir().join(format!("tagout-bench-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a place for questions");
    let nothing = directory.join("nothing");
    fs::write(&nothing, "").expect("a place for questions");
    let start = (0..N_ROUNDS)
        .map(|_| run(command, &nothing).1)
        .min()
        .unwrap_or_default();
    for (name, wanted, zones) in CASES {
        let path = directory.join("questions");
        fs::write(&path, questions(zones)).expect("room for the questions");
        let mut best = Duration::MAX;
        for _ in 0..N_ROUNDS {
            let (answers, time) = run(command, &path);
            assert_eq!(
                answers.lines().count(),
                N_LINES,
                "an answer for each question"
            );
            assert!(!answers.contains("error"), "every question is a good one");
            assert!(
                name != "UTC" || answers.starts_with(FIRST_ANSWER),
                "{}",
                &answers[..80]
            );
            best = best.min(time.saturating_sub(start));
        }
        let per_second = N_LINES as f64 / best.as_secs_f64();
        let wanted = wanted.map_or(String::new(), |wanted| format!(", wanted {wanted}"));
        println!("command/json_lines/{name}: {per_second:.0} lines a second{wanted}");
    }
    fs::remove_dir_all(directory).expect("it is ours");
}

/// A million questions, each for the next five openings.
fn questions(zones: &[&str]) -> String {
    let mut text = String::new();
    for number in 0..N_LINES {
        let (expression, zone) = (
            EXPRESSIONS[number % EXPRESSIONS.len()],
            zones[number % zones.len()],
        );
        let (month, day, minute) = (number % 12 + 1, number / 12 % 28 + 1, number / 336 % 60);
        let _ = writeln!(
            text,
            r#"{{"expr":"{expression}","tz":"{zone}","after":"2026-{month:02}-{day:02}T12:{minute:02}:00Z","n":5}}"#
        );
    }
    text
}

/// What the command answers, and how long it takes on the clock.
fn run(command: &str, questions: &Path) -> (String, Duration) {
    let answers = questions.with_extension("answers");
    let begun = Instant::now();
    let status = Command::new(command)
        .args(["next", "--json-lines"])
        .stdin(File::open(questions).expect("it was just written"))
        .stdout(File::create(&answers).expect("there is room beside the questions"))
        .status()
        .expect("the command was just built");
    let time = begun.elapsed();
    assert!(status.success());
    (fs::read_to_string(answers).expect("answers are text"), time)
}
