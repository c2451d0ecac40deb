//! Help, version and completions.

use super::{outcome, prints, run, tagout};

const COMMANDS: [&str; 6] = [
    "next",
    "explain",
    "check",
    "open",
    "calendar",
    "completions",
];

#[test]
fn tells_its_version_and_that_of_its_zone_data() {
    let version = format!(
        "tagout {} (time zone data {})\n",
        env!("CARGO_PKG_VERSION"),
        tagout_schedule::Zone::tzdata_version()
    );
    prints(&["--version"], &version);
    prints(&["-V"], &version);
}

#[test]
fn has_examples_for_every_command() {
    for help in ["--help", "-h"] {
        let (out, ..) = outcome(&[help], b"");
        assert!(out.contains("\nExamples:\n  tagout next "), "{out}");
        for command in COMMANDS {
            assert!(
                out.contains(&format!("\n  {command} ")),
                "{command} is missing:\n{out}"
            );
            let (out, err, code) = outcome(&[command, help], b"");
            assert_eq!((&*err, code), ("", 0));
            assert!(out.contains("\nExamples:\n"), "{out}");
        }
    }
}

/// Each example of the help that is a command by itself does what it says.
#[test]
fn has_examples_that_work() {
    let mut n_run = 0;
    for command in COMMANDS {
        let (help, ..) = outcome(&[command, "--help"], b"");
        for line in help
            .lines()
            .filter_map(|line| line.strip_prefix("  tagout "))
        {
            let line = line
                .split(" > ")
                .next()
                .unwrap()
                .split(" && ")
                .next()
                .unwrap();
            let args: Vec<String> = split(line);
            let output = run(
                tagout(&args.iter().map(String::as_str).collect::<Vec<_>>()),
                b"",
            );
            let code = output.status.code().unwrap();
            let is_refusal = line.starts_with("check");
            assert_eq!(
                code == 2,
                is_refusal,
                "{line}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            n_run += 1;
        }
    }
    assert!(n_run >= 10, "{n_run}");
}

/// Splits at blanks outside of quotes.
fn split(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => parts.push(String::new()),
            _ => parts.last_mut().unwrap().push(character),
        }
    }
    parts
}

#[test]
fn completes_in_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (out, err, code) = outcome(&["completions", shell], b"");
        assert_eq!((&*err, code), ("", 0));
        for command in COMMANDS {
            assert!(out.contains(command), "{shell} does not know {command}");
        }
    }
}
