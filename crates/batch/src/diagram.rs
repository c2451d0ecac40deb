//! Tables of moves as pictures.

/// A Mermaid state diagram: an arrow to where it begins, one for each two statuses with all that leads from the one to
/// the other, and one from each end.
pub(crate) fn state_diagram(
    first: &str,
    moves: impl Iterator<Item = (&'static str, &'static str, &'static str)>,
    ends: impl Iterator<Item = &'static str>,
) -> String {
    let mut arrows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for (from, event, to) in moves {
        match arrows
            .iter_mut()
            .find(|arrow| (arrow.0, arrow.1) == (from, to))
        {
            Some((.., events)) => events.push(event),
            None => arrows.push((from, to, vec![event])),
        }
    }
    let mut diagram = format!("stateDiagram-v2\n    [*] --> {first}\n");
    for (from, to, events) in arrows {
        diagram.extend(["    ", from, " --> ", to, ": ", &events.join(", "), "\n"]);
    }
    for end in ends {
        diagram.extend(["    ", end, " --> [*]\n"]);
    }
    diagram
}
