//! How a structure of the interface is printed for a developer: what is set, and nothing that is sensitive.

use std::fmt;

use super::{Kind, Members, Node, Shape};

/// Prints the set members of `value`; a sensitive one as `..`.
///
/// # Errors
///
/// Those of the formatter.
pub fn debug(
    name: &str,
    shape: &'static Shape,
    value: &dyn Members,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut printed = f.debug_struct(name);
    let mut members = shape.members().iter();
    value.visit(&mut |node| {
        if let (Some(member), Some(node)) = (members.next(), node) {
            printed.field(
                member.name,
                &Shown {
                    shape: member.shape,
                    node,
                },
            );
        }
    });
    printed.finish()
}

struct Shown<'a> {
    shape: &'static Shape,
    node: Node<'a>,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shape.sensitive {
            return f.write_str("..");
        }
        match (self.shape.kind, self.node) {
            (Kind::List(of), Node::List(items)) => f
                .debug_list()
                .entries((0..items.len()).map(|index| Shown {
                    shape: of,
                    node: items.item(index),
                }))
                .finish(),
            (Kind::Map { value, .. }, Node::Map(entries)) => {
                let mut map = f.debug_map();
                entries.visit(&mut |name, node| {
                    map.entry(&name, &Shown { shape: value, node });
                });
                map.finish()
            }
            (Kind::Structure(_), Node::Structure(members)) => {
                debug(self.shape.name, self.shape, members, f)
            }
            (_, Node::Text(text)) => fmt::Debug::fmt(text, f),
            (_, Node::Integer(number)) => fmt::Debug::fmt(&number, f),
            (_, Node::Boolean(value)) => fmt::Debug::fmt(&value, f),
            (_, Node::Blob(bytes)) => write!(f, "{} bytes", bytes.len()),
            _ => f.write_str(".."),
        }
    }
}
