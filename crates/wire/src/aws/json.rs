//! A body as a tree, within bounds, and the tree as a request.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

use super::Fault;

/// How much of a body is looked at before it is turned away.
///
/// What a request may hold by its own constraints stays far below.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The longest body, in bytes, inclusive.
    pub bytes: usize,
    /// How deep lists and objects may stand in each other, the outermost counted.
    pub depth: usize,
    /// How many values there may be in all, members that nobody asks for included.
    pub values: usize,
}

impl Default for Limits {
    /// 1 MiB, 32 levels and 100,000 values.
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            depth: 32,
            values: 100_000,
        }
    }
}

/// A JSON value that keeps to [`Limits`], with no name twice in an object.
#[derive(Clone, PartialEq)]
pub enum Tree<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it was written.
    Number(Number),
    /// A text; borrowed from the body unless it has escapes.
    Text(Cow<'a, str>),
    /// Values in order.
    List(Vec<Tree<'a>>),
    /// Values by name, in the order in which they were written.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

/// Reads a request from a body within the default [`Limits`].
///
/// Members that the request does not know are ignored; one that is `null` counts as left out.
///
/// # Errors
///
/// Returns `SerializationException` for what is not JSON, not an object, beyond the limits, says a name twice in one
/// object, or has a value of the wrong kind; `RequestEntityTooLargeException` for too long a body.
///
/// # Example
///
/// ```
/// use tagout_wire::aws;
/// use tagout_window::request::GetMaintenanceWindow;
///
/// let request: GetMaintenanceWindow = aws::parse(br#"{"WindowId":"mw-0123456789abcdef0","Later":[1]}"#)?;
/// assert_eq!(request.window_id.as_deref(), Some("mw-0123456789abcdef0"));
///
/// let fault = aws::parse::<GetMaintenanceWindow>(br#"{"WindowId":7}"#).unwrap_err();
/// assert_eq!(
///     fault.to_string(),
///     "SerializationException: NUMBER_VALUE cannot be converted to String at 'windowId'"
/// );
/// # Ok::<(), aws::Fault>(())
/// ```
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Fault> {
    parse_within(body, &Limits::default())
}

/// Reads a request from a body within these limits; see [`parse`].
///
/// # Errors
///
/// Returns what [`parse`] returns.
pub fn parse_within<'a, T: Deserialize<'a>>(body: &'a [u8], limits: &Limits) -> Result<T, Fault> {
    let tree = Tree::parse(body, limits)?;
    if !matches!(tree, Tree::Object(_)) {
        return Err(Fault::serialization(format_args!(
            "expected an object as the body, found {}",
            tree.kind()
        )));
    }
    T::deserialize(tree).map_err(Fault::serialization)
}

impl<'a> Tree<'a> {
    /// Reads any JSON value within these limits.
    ///
    /// # Errors
    ///
    /// Returns what [`parse`](crate::aws::parse) returns, but for values of the wrong kind.
    pub fn parse(body: &'a [u8], limits: &Limits) -> Result<Self, Fault> {
        if body.len() > limits.bytes {
            return Err(Fault::too_large(limits.bytes));
        }
        let n_left = Cell::new(limits.values);
        let mut text = serde_json::Deserializer::from_slice(body);
        let grow = Grow {
            limits,
            n_left: &n_left,
            depth: 0,
        };
        let tree = grow.deserialize(&mut text);
        tree.and_then(|tree| text.end().map(|()| tree))
            .map_err(Fault::serialization)
    }

    /// What it is, for an error.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL_VALUE",
            Self::Bool(true) => "TRUE_VALUE",
            Self::Bool(false) => "FALSE_VALUE",
            Self::Number(_) => "NUMBER_VALUE",
            Self::Text(_) => "STRING_VALUE",
            Self::List(_) => "START_ARRAY",
            Self::Object(_) => "START_OBJECT",
        }
    }
}

/// Prints what it is made of and no text: any may be secret.
impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(items) => write!(f, "List({} values)", items.len()),
            Self::Object(members) => write!(f, "Object({} members)", members.len()),
            _ => f.write_str(self.kind()),
        }
    }
}

/// Makes a tree of what a JSON reader comes upon.
#[derive(Clone, Copy)]
struct Grow<'l> {
    limits: &'l Limits,
    n_left: &'l Cell<usize>,
    /// How many lists and objects this value stands in.
    depth: usize,
}

impl Grow<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > self.limits.depth {
            return Err(E::custom(format_args!(
                "more than {} levels",
                self.limits.depth
            )));
        }
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Grow<'_> {
    type Value = Tree<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Tree<'de>, D::Error> {
        let n_left = self.n_left.get().checked_sub(1);
        let n_left = n_left.ok_or_else(|| {
            D::Error::custom(format_args!("more than {} values", self.limits.values))
        })?;
        self.n_left.set(n_left);
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Grow<'_> {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree<'de>, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Tree::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree<'de>, A::Error> {
        let within = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(within)? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree<'de>, A::Error> {
        let within = self.deeper()?;
        let mut object = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            object.push((name, members.next_value_seed(within)?));
        }
        if has_twice(&object) {
            return Err(A::Error::custom("a name stands twice in one object"));
        }
        Ok(Tree::Object(object))
    }
}

/// Whether a name stands there twice.
fn has_twice(object: &[(Cow<'_, str>, Tree<'_>)]) -> bool {
    let mut names: Vec<&str> = object.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

/// Takes the name of a member as it stands in the body, if it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Cow<'de, str>, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
