//! The interface's constraints as one table: what each member of each operation may hold.
//!
//! A [`Shape`] is a row of that table. The requests of [`request`](crate::request) are made from it, the checker walks
//! a request along it, the reference page is printed from it, and the tests compare it with the published model.
//!
//! The checker knows nothing of windows. Another interface of the same family brings its own rows, and makes its requests
//! of them with [`structure!`]; [`check`] then finds their faults in the same words.
//!
//! # Example
//!
//! ```
//! use tagout_window::constraint::{Shape, Value, check, structure};
//!
//! static NAME: Shape = Shape::text("ServerName").between(1, 40);
//!
//! structure! {
//!     /// Asks for a server to be deleted.
//!     DeleteServer as "DeleteServerRequest" {
//!         /// Which one.
//!         server_name "ServerName": String = NAME, required;
//!     }
//! }
//!
//! let violations = check(DeleteServer::SHAPE, "", DeleteServer::default().node()).unwrap_err();
//! assert_eq!(
//!     violations.to_string(),
//!     "1 validation error detected: \
//!      Value null at 'serverName' failed to satisfy constraint: Member must not be null",
//! );
//! ```

mod check;
pub use check::check;

mod debug;
pub use debug::debug;

mod digest;
pub(crate) use digest::digest;

mod pattern;
pub use pattern::{Pattern, TAG};

mod reference;

pub(crate) mod shapes;

mod structure;
pub use structure::structure;

use std::collections::BTreeMap;

/// What a value of the interface must be.
///
/// Source of every row of this crate: the API model of AWS Systems Manager, version 2014-11-06.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the model.
    pub name: &'static str,
    /// What kind of value it is, and what it is made of.
    pub kind: Kind,
    /// The least length or number, inclusive: characters of a text, bytes of a blob, entries of a list or map.
    pub min: Option<i32>,
    /// The greatest length or number, inclusive, counted as for `min`.
    pub max: Option<i32>,
    /// What a text must look like from its first to its last character.
    pub pattern: Option<&'static Pattern>,
    /// The only texts allowed, if the list is not empty.
    pub values: &'static [&'static str],
    /// Whether a value must never be printed.
    pub sensitive: bool,
}

/// The kinds of value, with what they are made of.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Unicode text; its length is counted in characters.
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Bytes, which travel as Base64.
    Blob,
    /// Values of one shape, in order.
    List(&'static Shape),
    /// Values of one shape by name.
    Map {
        /// What a name must be.
        key: &'static Shape,
        /// What a value must be.
        value: &'static Shape,
    },
    /// Named members.
    Structure(&'static [Member]),
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name in the interface, such as `ScheduleTimezone`.
    pub name: &'static str,
    /// What it must be.
    pub shape: &'static Shape,
    /// Whether it must be there.
    pub required: bool,
}

/// One operation: its name, and the shape of its request.
#[derive(Debug)]
pub struct Operation {
    /// Its name in the interface, such as `CreateMaintenanceWindow`.
    pub name: &'static str,
    /// What its request must be; a structure.
    pub input: &'static Shape,
    /// The names of the errors that the interface declares for it, beside the internal one that all declare.
    pub errors: &'static [&'static str],
}

impl Shape {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            min: None,
            max: None,
            pattern: None,
            values: &[],
            sensitive: false,
        }
    }

    /// A text, of any length and look.
    pub const fn text(name: &'static str) -> Self {
        Self::new(name, Kind::Text)
    }

    /// A whole number of 32 bits.
    pub const fn integer(name: &'static str) -> Self {
        Self::new(name, Kind::Integer)
    }

    /// True or false.
    pub const fn boolean(name: &'static str) -> Self {
        Self::new(name, Kind::Boolean)
    }

    /// Bytes.
    pub const fn blob(name: &'static str) -> Self {
        Self::new(name, Kind::Blob)
    }

    /// Values of the shape `of`, in order.
    pub const fn list(name: &'static str, of: &'static Self) -> Self {
        Self::new(name, Kind::List(of))
    }

    /// Values by name.
    pub const fn map(name: &'static str, key: &'static Self, value: &'static Self) -> Self {
        Self::new(name, Kind::Map { key, value })
    }

    /// Named members.
    pub const fn structure(name: &'static str, members: &'static [Member]) -> Self {
        Self::new(name, Kind::Structure(members))
    }

    /// The same with a least length or number, inclusive.
    pub const fn at_least(mut self, min: i32) -> Self {
        self.min = Some(min);
        self
    }

    /// The same with a greatest length or number, inclusive.
    pub const fn at_most(mut self, max: i32) -> Self {
        self.max = Some(max);
        self
    }

    /// The same with a least and a greatest length or number, both inclusive.
    pub const fn between(self, min: i32, max: i32) -> Self {
        self.at_least(min).at_most(max)
    }

    /// The same, for texts that `pattern` matches as a whole.
    pub const fn like(mut self, pattern: &'static Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// The same, for these texts only.
    pub const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// The same, never to be printed.
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The members of a structure, in the order of the model; none for any other kind.
    pub const fn members(&self) -> &'static [Member] {
        match self.kind {
            Kind::Structure(members) => members,
            _ => &[],
        }
    }
}

/// A value as the checker sees it: its kind, and a way to its parts.
#[derive(Clone, Copy)]
#[expect(
    missing_debug_implementations,
    reason = "a value prints only along its shape, which knows what is sensitive"
)]
pub enum Node<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Integer(i32),
    /// True or false.
    Boolean(bool),
    /// Bytes.
    Blob(&'a [u8]),
    /// A list.
    List(&'a dyn Items),
    /// A map.
    Map(&'a dyn Entries),
    /// A structure.
    Structure(&'a dyn Members),
}

/// A value that the checker can look at.
pub trait Value {
    /// The value as the checker sees it.
    fn node(&self) -> Node<'_>;
}

/// The values of a list.
pub trait Items {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at `index`, counted from 0.
    ///
    /// # Panics
    ///
    /// If there is none.
    fn item(&self, index: usize) -> Node<'_>;
}

/// The named values of a map, in the order of their names.
pub trait Entries {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shows each of them.
    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'a str, Node<'a>));
}

/// The members of a structure, in the order of its shape.
pub trait Members {
    /// Shows each of them, those that are not set as `None`.
    fn visit<'a>(&'a self, each: &mut dyn FnMut(Option<Node<'a>>));
}

impl Value for String {
    fn node(&self) -> Node<'_> {
        Node::Text(self)
    }
}

impl Value for i32 {
    fn node(&self) -> Node<'_> {
        Node::Integer(*self)
    }
}

impl Value for bool {
    fn node(&self) -> Node<'_> {
        Node::Boolean(*self)
    }
}

impl<T: Value> Value for Vec<T> {
    fn node(&self) -> Node<'_> {
        Node::List(self)
    }
}

impl<T: Value> Items for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Node<'_> {
        self[index].node()
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn node(&self) -> Node<'_> {
        Node::Map(self)
    }
}

impl<T: Value> Entries for BTreeMap<String, T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'a str, Node<'a>)) {
        for (key, value) in self {
            each(key, value.node());
        }
    }
}
