//! The lifecycle as a picture, drawn from [`MOVES`].

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{Destination, MOVES, Status, Trigger};

/// The place on the picture before a server exists and after it is gone.
const OUTSIDE: &str = "[*]";

/// Every arrow of the picture with what is written on it, in the order of [`MOVES`].
///
/// A return to the former status is one arrow to each status from which the operation may set out.
fn arrows() -> Vec<(&'static str, &'static str, Vec<Trigger>)> {
    let mut order = Vec::new();
    let mut labels: BTreeMap<_, Vec<Trigger>> = BTreeMap::new();
    for line in MOVES {
        let from = line.from.map_or(OUTSIDE, Status::as_str);
        let destinations: Vec<_> = match line.to {
            Destination::To(status) => vec![status.as_str()],
            Destination::Gone => vec![OUTSIDE],
            Destination::Former => line
                .from
                .and_then(Status::operation)
                .map(|kind| kind.sets_out_from().map(Status::as_str).collect())
                .unwrap_or_default(),
        };
        for to in destinations {
            let triggers = labels.entry((from, to)).or_default();
            if triggers.is_empty() {
                order.push((from, to));
            }
            triggers.push(line.trigger);
        }
    }
    order
        .into_iter()
        .map(|(from, to)| (from, to, labels.remove(&(from, to)).unwrap_or_default()))
        .collect()
}

fn label(triggers: &[Trigger]) -> String {
    triggers
        .iter()
        .map(|trigger| trigger.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The lifecycle as a Mermaid state diagram, one arrow a line, ending in a line break.
///
/// # Example
/// ```
/// let diagram = tagout_lifecycle::transitions_mermaid();
/// assert!(diagram.starts_with("stateDiagram-v2\n"));
/// assert!(diagram.contains("    CREATING --> HEALTHY: built\n"));
/// ```
pub fn transitions_mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n");
    for (from, to, triggers) in arrows() {
        let _ = writeln!(text, "    {from} --> {to}: {}", label(&triggers)); // a String takes everything
    }
    text
}

/// The lifecycle as a graph for Graphviz, one arrow a line, ending in a line break.
///
/// # Example
/// ```
/// let diagram = tagout_lifecycle::transitions_dot();
/// assert!(diagram.contains(r#"    CREATING -> HEALTHY [label="built"];"#));
/// ```
pub fn transitions_dot() -> String {
    let mut text = String::from(
        "digraph lifecycle {\n    before [shape=point];\n    after [shape=doublecircle, label=\"\"];\n",
    );
    for (from, to, triggers) in arrows() {
        let from = if from == OUTSIDE { "before" } else { from };
        let to = if to == OUTSIDE { "after" } else { to };
        let _ = writeln!(text, "    {from} -> {to} [label=\"{}\"];", label(&triggers)); // a String takes everything
    }
    text.push_str("}\n");
    text
}
