//! The picture in the documentation is the table.

use tagout_lifecycle::{MOVES, transitions_dot, transitions_mermaid};

#[test]
fn crate_page_shows_the_diagram_of_the_table() {
    let lines: Vec<&str> = include_str!("../../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let page = lines.join("\n");
    let shown = page
        .split("```mermaid\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    assert_eq!(
        shown,
        Some(transitions_mermaid().as_str()),
        "print it with `cargo run -p tagout-lifecycle --example diagram`"
    );
}

#[test]
fn the_readme_shows_the_diagram_of_the_table() {
    let readme = include_str!("../../README.md");
    let shown = readme
        .split("```mermaid\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    assert_eq!(
        shown,
        Some(transitions_mermaid().as_str()),
        "print it with `cargo run -p tagout-lifecycle --example diagram`"
    );
}

#[test]
fn a_diagram_in_the_architecture_page_is_that_of_the_table() {
    // The page is not part of the package, so it is looked at only where it is.
    let Ok(page) = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../ARCHITECTURE.md"
    )) else {
        return;
    };
    let diagrams = page
        .split("```mermaid\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    for shown in diagrams.filter(|diagram| diagram.contains("UNDER_MAINTENANCE")) {
        assert_eq!(
            shown,
            transitions_mermaid(),
            "print it with `cargo run -p tagout-lifecycle --example diagram`"
        );
    }
}

#[test]
fn both_diagrams_have_an_arrow_for_every_move() {
    let (mermaid, dot) = (transitions_mermaid(), transitions_dot());
    for line in MOVES {
        assert!(mermaid.contains(line.trigger.as_str()), "{}", line.trigger);
        assert!(dot.contains(line.trigger.as_str()), "{}", line.trigger);
    }
    let arrows = mermaid.lines().filter(|line| line.contains("-->")).count();
    assert_eq!(
        arrows,
        dot.lines().filter(|line| line.contains(" -> ")).count()
    );
}
