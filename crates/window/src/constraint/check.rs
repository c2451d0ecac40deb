//! The walk along the table that finds every fault of a value.

use super::{Kind, Node, Shape};
use crate::violation::{Clause, Printed, Violation, Violations};

/// Finds every fault of `value`, which stands at `path` (the empty path for the request of an operation).
///
/// # Errors
///
/// All that `shape` forbids of it, up to [`Violations::MAX`] faults.
pub fn check(shape: &'static Shape, path: &str, value: Node<'_>) -> Result<(), Violations> {
    let mut walk = Walk {
        path: path.to_owned(),
        found: Vec::new(),
    };
    walk.value(shape, value, false);
    Violations::new(walk.found).map_or(Ok(()), Err)
}

struct Walk {
    path: String,
    found: Vec<Violation>,
}

impl Walk {
    /// Looks at one value and all within it.
    fn value(&mut self, shape: &'static Shape, node: Node<'_>, hidden: bool) {
        faults(shape, node, &mut |clause| {
            self.report(shape, Some(node), hidden || shape.sensitive, clause);
        });
        self.parts(shape, node, hidden);
    }

    /// Looks at all within a value. What lies inside something sensitive is sensitive too.
    fn parts(&mut self, shape: &'static Shape, node: Node<'_>, hidden: bool) {
        let hidden = hidden || shape.sensitive;
        match (shape.kind, node) {
            (Kind::List(of), Node::List(items)) => {
                if is_scalar(of) {
                    // One report for the list, however many of its entries are wrong.
                    if (0..items.len()).any(|index| is_faulty(of, items.item(index))) {
                        self.report(shape, Some(node), hidden || of.sensitive, Clause::Each(of));
                    }
                } else {
                    for index in 0..items.len() {
                        self.within(&format!("{}.member", index + 1), |walk| {
                            walk.value(of, items.item(index), hidden);
                        });
                    }
                }
            }
            (Kind::Map { key, value }, Node::Map(entries)) => {
                let (mut bad_key, mut bad_value) = (false, false);
                entries.visit(&mut |name, node| {
                    bad_key |= is_faulty(key, Node::Text(name));
                    bad_value |= is_faulty(value, node);
                });
                let hidden = hidden || key.sensitive || value.sensitive;
                if bad_key {
                    self.report(shape, Some(node), hidden, Clause::Keys(key));
                }
                if bad_value {
                    self.report(shape, Some(node), hidden, Clause::MapValues(value));
                }
                if !is_scalar(value) {
                    let mut index = 0;
                    entries.visit(&mut |name, node| {
                        index += 1;
                        // The names in a sensitive map are not for printing either.
                        let step = if hidden {
                            format!("{index}.member")
                        } else {
                            format!("{name}.member")
                        };
                        self.within(&step, |walk| walk.parts(value, node, hidden));
                    });
                }
            }
            (Kind::Structure(members), Node::Structure(structure)) => {
                let mut members = members.iter();
                structure.visit(&mut |value| {
                    let Some(member) = members.next() else { return };
                    if value.is_none() && !member.required {
                        return;
                    }
                    self.within(&lower_camel(member.name), |walk| match value {
                        Some(value) => walk.value(member.shape, value, hidden),
                        None => walk.report(
                            member.shape,
                            None,
                            hidden || member.shape.sensitive,
                            Clause::NotNull,
                        ),
                    });
                });
            }
            _ => {}
        }
    }

    fn within(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        look(self);
        self.path.truncate(length);
    }

    fn report(
        &mut self,
        shape: &'static Shape,
        value: Option<Node<'_>>,
        hidden: bool,
        clause: Clause,
    ) {
        if self.found.len() == Violations::MAX {
            return;
        }
        let value = match value {
            None => Printed::Null,
            Some(_) if hidden => Printed::Hidden,
            Some(node) => {
                let mut text = String::new();
                print(shape, node, &mut text);
                Printed::Text(text.into())
            }
        };
        self.found
            .push(Violation::new(self.path.as_str().into(), value, clause));
    }
}

/// The clauses of `shape` that the value itself breaks, in the order in which the service lists them.
fn faults(shape: &'static Shape, node: Node<'_>, found: &mut dyn FnMut(Clause)) {
    if let Node::Integer(number) = node {
        if let Some(max) = shape.max.filter(|&max| number > max) {
            found(Clause::ValueAtMost(max));
        }
        if let Some(min) = shape.min.filter(|&min| number < min) {
            found(Clause::ValueAtLeast(min));
        }
        return;
    }
    let length = match node {
        Node::Text(text) => text.chars().count(),
        Node::Blob(bytes) => bytes.len(),
        Node::List(items) => items.len(),
        Node::Map(entries) => entries.len(),
        Node::Integer(_) | Node::Boolean(_) | Node::Structure(_) => 0,
    };
    if let Some(max) = shape.max.filter(|&max| length > max as usize) {
        found(Clause::LengthAtMost(max));
    }
    if let Some(min) = shape.min.filter(|&min| length < min as usize) {
        found(Clause::LengthAtLeast(min));
    }
    if let Node::Text(text) = node {
        if let Some(pattern) = shape.pattern.filter(|pattern| !pattern.matches(text)) {
            found(Clause::Pattern(pattern.text));
        }
        if !shape.values.is_empty() && !shape.values.contains(&text) {
            found(Clause::Values(shape.values));
        }
    }
}

fn is_faulty(shape: &'static Shape, node: Node<'_>) -> bool {
    let mut faulty = false;
    faults(shape, node, &mut |_| faulty = true);
    faulty
}

fn is_scalar(shape: &Shape) -> bool {
    matches!(
        shape.kind,
        Kind::Text | Kind::Integer | Kind::Boolean | Kind::Blob
    )
}

/// `ScheduleTimezone` becomes `scheduleTimezone`; only the first letter changes.
fn lower_camel(name: &str) -> String {
    let mut text = name.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

/// Prints a value the way the service's Java prints it: `[Target(key=tag:a, values=[1])]`.
fn print(shape: &Shape, node: Node<'_>, text: &mut String) {
    use std::fmt::Write as _;
    if shape.sensitive {
        text.push_str("***");
        return;
    }
    match (shape.kind, node) {
        (Kind::List(of), Node::List(items)) => {
            text.push('[');
            for index in 0..items.len() {
                if index > 0 {
                    text.push_str(", ");
                }
                print(of, items.item(index), text);
            }
            text.push(']');
        }
        (Kind::Map { value, .. }, Node::Map(entries)) => {
            text.push('{');
            let mut first = true;
            entries.visit(&mut |name, node| {
                if !std::mem::take(&mut first) {
                    text.push_str(", ");
                }
                text.push_str(name);
                text.push('=');
                print(value, node, text);
            });
            text.push('}');
        }
        (Kind::Structure(members), Node::Structure(structure)) => {
            text.push_str(shape.name);
            text.push('(');
            let mut index = 0;
            structure.visit(&mut |value| {
                let Some(member) = members.get(index) else {
                    return;
                };
                if index > 0 {
                    text.push_str(", ");
                }
                index += 1;
                text.push_str(&lower_camel(member.name));
                text.push('=');
                match value {
                    Some(value) => print(member.shape, value, text),
                    None => text.push_str("null"),
                }
            });
            text.push(')');
        }
        (_, Node::Text(value)) => text.push_str(value),
        (_, Node::Integer(value)) => drop(write!(text, "{value}")),
        (_, Node::Boolean(value)) => drop(write!(text, "{value}")),
        (_, Node::Blob(bytes)) => drop(write!(text, "{} bytes", bytes.len())),
        _ => {}
    }
}
