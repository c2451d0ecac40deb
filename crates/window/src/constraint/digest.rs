//! A fingerprint of a request, by which a repeated one is known.

use sha2::{Digest as _, Sha256};

use super::{Kind, Node, Shape};

/// SHA-256 over the members that are set, without those named in `leave_out`.
///
/// Each part is written with its kind and length, so that no two different requests are written alike.
pub(crate) fn digest(shape: &'static Shape, value: Node<'_>, leave_out: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    feed(shape, value, leave_out, &mut hash);
    hash.finalize().into()
}

fn feed(shape: &'static Shape, node: Node<'_>, leave_out: &[&str], hash: &mut Sha256) {
    let mut bytes = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    match node {
        Node::Text(text) => bytes(b't', text.as_bytes()),
        Node::Integer(number) => bytes(b'i', &number.to_be_bytes()),
        Node::Boolean(value) => bytes(b'b', &[u8::from(value)]),
        Node::Blob(value) => bytes(b'x', value),
        Node::List(items) => {
            bytes(b'l', &(items.len() as u64).to_be_bytes());
            if let Kind::List(of) = shape.kind {
                (0..items.len()).for_each(|index| feed(of, items.item(index), leave_out, hash));
            }
        }
        Node::Map(entries) => {
            bytes(b'm', &(entries.len() as u64).to_be_bytes());
            if let Kind::Map { key, value } = shape.kind {
                entries.visit(&mut |name, node| {
                    feed(key, Node::Text(name), leave_out, hash);
                    feed(value, node, leave_out, hash);
                });
            }
        }
        Node::Structure(members) => {
            bytes(b's', shape.name.as_bytes());
            let mut of = shape.members().iter();
            members.visit(&mut |value| {
                let (Some(member), Some(value)) = (of.next(), value) else {
                    return;
                };
                if !leave_out.contains(&member.name) {
                    feed(shape_of_name(), Node::Text(member.name), &[], hash);
                    feed(member.shape, value, leave_out, hash);
                }
            });
        }
    }
}

/// Names of members are fed as plain texts.
fn shape_of_name() -> &'static Shape {
    static NAME: Shape = Shape::text("name");
    &NAME
}
