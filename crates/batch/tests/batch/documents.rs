//! The diagrams in the README are those of the tables.
//!
//! `TAGOUT_ACCEPT=1` writes them anew.

use std::fs;

use tagout_batch::{item_moves_mermaid, job_moves_mermaid};

#[test]
fn the_diagrams_in_the_readme_are_those_of_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let mut expected = String::new();
    let mut diagrams = [job_moves_mermaid(), item_moves_mermaid()].into_iter();
    for (number, part) in readme.split("```mermaid\n").enumerate() {
        let text = match part.split_once("```") {
            Some((_, text)) if number > 0 => {
                let diagram = diagrams.next().expect("a table for each diagram");
                expected.extend(["```mermaid\n", &diagram, "```"]);
                text
            }
            _ => part,
        };
        expected += text;
    }
    assert_eq!(diagrams.next(), None, "a diagram for each table");
    if std::env::var_os("TAGOUT_ACCEPT").is_some() {
        fs::write(path, &expected).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), expected);
}

#[test]
fn every_move_is_an_arrow() {
    for (from, event, to) in tagout_batch::JOB_MOVES {
        check(&job_moves_mermaid(), from.word(), event.word(), to.word());
    }
    for (from, event, to) in tagout_batch::ITEM_MOVES {
        check(&item_moves_mermaid(), from.word(), event.word(), to.word());
    }
}

/// One arrow leads from here to there, and names what happened.
#[track_caller]
fn check(diagram: &str, from: &str, event: &str, to: &str) {
    let arrow = format!("    {from} --> {to}: ");
    let mut arrows = diagram.lines().filter_map(|line| line.strip_prefix(&arrow));
    let events = arrows.next().unwrap();
    assert!(
        events.split(", ").any(|one| one == event),
        "{arrow}{events}"
    );
    assert_eq!(arrows.next(), None);
}
