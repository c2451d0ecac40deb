//! The diagrams in the README are those of the tables.
//!
//! `TAGOUT_ACCEPT=1` writes them anew.

use std::fs;

use tagout_backup::{BACKUP_MOVES, backup_moves_mermaid};

#[test]
fn the_diagrams_in_the_readme_are_those_of_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let mut expected = String::new();
    let mut diagrams = [backup_moves_mermaid()].into_iter();
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
fn every_move_is_on_an_arrow() {
    let diagram = backup_moves_mermaid();
    let n_moves: usize = diagram
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(_, triggers)| triggers.split(", ").count())
        .sum();
    assert_eq!(n_moves, BACKUP_MOVES.len());
}
