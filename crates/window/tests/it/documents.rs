//! The documents beside the code say what the code says.
//!
//! `TAGOUT_ACCEPT=1` writes them anew.

use std::fmt::Write as _;

use tagout_window::moves_mermaid;
use tagout_window::request::OPERATIONS;

const HEAD: &str = "# What each operation may be asked\n\n\
     The members of every request and what they must be, printed from the table of constraints that the code reads. `[]` is\n\
     an entry of a list, `{name}` a name and `{}` a value of a map. A regular expression has to match the whole text, and a\n\
     sensitive value is never printed.\n";

#[test]
fn the_reference_is_printed_from_the_table() {
    let mut expected = HEAD.to_owned();
    for operation in OPERATIONS {
        write!(expected, "\n{operation}").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/OPERATIONS.md");
    if std::env::var_os("TAGOUT_ACCEPT").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
}

#[test]
fn the_diagram_in_the_readme_is_that_of_the_moves() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once("```mermaid\n").unwrap();
    let (diagram, after) = rest.split_once("```").unwrap();
    if std::env::var_os("TAGOUT_ACCEPT").is_some() {
        std::fs::write(
            path,
            format!("{before}```mermaid\n{}```{after}", moves_mermaid()),
        )
        .unwrap();
        return;
    }
    assert_eq!(diagram, moves_mermaid());
}
