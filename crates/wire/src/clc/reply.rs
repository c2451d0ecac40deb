//! An answer, before it is put on a wire.

use serde::Serialize;

/// The headers of every answer that has a body, beside its length and date, as in every recorded one.
pub const HEADERS: [(&str, &str); 4] = [
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("expires", "-1"),
    ("content-type", "application/json; charset=utf-8"),
];

/// An answer: its status, its body, and the headers that are its own.
///
/// # Example
///
/// ```
/// use tagout_wire::clc::Reply;
///
/// let reply = Reply::json(200, &["one", "two"]);
/// assert_eq!(reply.body, br#"["one","two"]"#);
/// assert!(Reply::empty(204).body.is_empty());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON or empty.
    pub body: Vec<u8>,
    /// Where the thing is that was made: the `Location` header.
    pub location: Option<Box<str>>,
    /// The methods that the path takes: the `Allow` header, for a refused method.
    pub allow: Option<Box<str>>,
}

impl Reply {
    /// An answer with a JSON body, compact.
    ///
    /// # Panics
    ///
    /// Panics if `body` cannot be written as JSON: if it is a map by something other than texts, or refuses by itself.
    pub fn json(status: u16, body: &(impl Serialize + ?Sized)) -> Self {
        let body = serde_json::to_vec(body).expect("an answer is made of texts, numbers and lists");
        Self {
            body,
            ..Self::empty(status)
        }
    }

    /// An answer without a body.
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            body: Vec::new(),
            location: None,
            allow: None,
        }
    }

    pub(super) fn at(self, location: impl Into<Box<str>>) -> Self {
        Self {
            location: Some(location.into()),
            ..self
        }
    }
}
