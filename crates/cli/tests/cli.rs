//! The command as it is typed: what it prints, to the byte, and with which code it exits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "cli/bulk.rs"]
mod bulk;
#[path = "cli/calendar.rs"]
mod calendar;
#[path = "cli/help.rs"]
mod help;
#[cfg(feature = "serve")]
#[path = "cli/kill.rs"]
mod kill;
#[path = "cli/language.rs"]
mod language;
#[path = "cli/next.rs"]
mod next;
#[path = "cli/open.rs"]
mod open;
#[cfg(feature = "serve")]
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/windows.rs"]
mod windows;
#[path = "cli/zoneinfo.rs"]
mod zoneinfo;

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The command with these arguments, in surroundings that are the same everywhere.
fn tagout(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagout"));
    command.args(args);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// Runs the command with nothing, or this, on its standard input.
#[track_caller]
fn run(mut command: Command, input: &[u8]) -> Output {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().unwrap()
    })
}

/// What the command prints and says, and its exit code.
#[track_caller]
fn outcome(args: &[&str], input: &[u8]) -> (String, String, i32) {
    let output = run(tagout(args), input);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code().unwrap(),
    )
}

/// The command prints `expected`, says nothing else, and exits with code 0.
#[track_caller]
fn prints(args: &[&str], expected: &str) {
    prints_and_exits(args, expected, 0);
}

/// The command prints `expected`, says nothing else, and exits with `code`.
#[track_caller]
fn prints_and_exits(args: &[&str], expected: &str, code: i32) {
    assert_eq!(
        outcome(args, b""),
        (expected.to_owned(), String::new(), code)
    );
}

/// The command prints nothing, says `expected` on standard error, and exits with code 2.
#[track_caller]
fn refuses(args: &[&str], expected: &str) {
    assert_eq!(outcome(args, b""), (String::new(), expected.to_owned(), 2));
}

/// The time on the clock that the command reads.
#[expect(
    clippy::disallowed_methods,
    reason = "the command is asked what comes next, from now on"
)]
fn now() -> chrono::DateTime<chrono::Utc> {
    std::time::SystemTime::now().into()
}
