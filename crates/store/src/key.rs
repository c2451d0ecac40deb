//! What a document is found by: its kind, its scope, and its id in there.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What sort of thing a document, an event or a label holds: 1 to 64 of `a-z`, `0-9`, `-`, `_` and `.`.
///
/// ```
/// use tagout_store::Kind;
///
/// const WINDOW: Kind = Kind::constant("window"); // refused by the compiler if malformed
/// assert_eq!("window".parse::<Kind>()?, WINDOW);
/// assert_eq!(
///     "Window".parse::<Kind>().unwrap_err().to_string(),
///     "kind `Window` holds `W`, expected only `a-z`, `0-9`, `-`, `_` and `.`",
/// );
/// # Ok::<(), tagout_store::InvalidKey>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// The longest kind, in bytes.
    pub const BYTES_MAX: usize = 64;

    /// A kind known when writing the program.
    ///
    /// # Panics
    ///
    /// Panics if the text is no kind, which in a constant is an error of compilation.
    #[must_use]
    pub const fn constant(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        assert!(
            !bytes.is_empty() && bytes.len() <= Self::BYTES_MAX,
            "a kind has 1 to 64 bytes"
        );
        let mut i = 0;
        while i < bytes.len() {
            assert!(
                is_kind_byte(bytes[i]),
                "a kind holds only a-z, 0-9, -, _ and ."
            );
            i += 1;
        }
        Self(Cow::Borrowed(text))
    }

    /// The kind as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_kind_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')
}

impl TryFrom<String> for Kind {
    type Error = InvalidKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        check_length("kind", &text, 1, Self::BYTES_MAX)?;
        match text
            .chars()
            .find(|c| !c.is_ascii() || !is_kind_byte(*c as u8))
        {
            Some(found) => Err(InvalidKey::NotKind {
                text: text.into(),
                found,
            }),
            None => Ok(Self(Cow::Owned(text))),
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.0.into_owned()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place of one document: its kind, its scope (an account, say), and its id in that scope.
///
/// Keys are ordered by kind, then scope, then id, each by its bytes, whatever the language of the database.
/// A clone shares the text.
///
/// ```
/// use tagout_store::{Key, Kind};
///
/// let key = Key::new(Kind::constant("window"), "123456789012", "mw-0c50858d01EXAMPLE")?;
/// assert_eq!(key.to_string(), "window/123456789012/mw-0c50858d01EXAMPLE");
/// # Ok::<(), tagout_store::InvalidKey>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key(Arc<Parts>);

#[derive(Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Parts {
    kind: Kind,
    scope: Box<str>,
    id: Box<str>,
}

impl Key {
    /// The longest scope, in bytes.
    pub const SCOPE_BYTES_MAX: usize = 256;
    /// The longest id, in bytes.
    pub const ID_BYTES_MAX: usize = 512;

    /// A key of these parts; the scope may be empty, the id may not, and neither holds control characters.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] where a part is too long, empty without leave, or holds a control character.
    pub fn new(
        kind: Kind,
        scope: impl Into<Box<str>>,
        id: impl Into<Box<str>>,
    ) -> Result<Self, InvalidKey> {
        let (scope, id) = (scope.into(), id.into());
        check_scope(&scope)?;
        check_length("id", &id, 1, Self::ID_BYTES_MAX)?;
        check_characters("id", &id)?;
        Ok(Self(Arc::new(Parts { kind, scope, id })))
    }

    /// What sort of document this is the key of.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Whose document it is.
    pub fn scope(&self) -> &str {
        &self.0.scope
    }

    /// Which one of them it is.
    pub fn id(&self) -> &str {
        &self.0.id
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind(), self.scope(), self.id())
    }
}

/// Why a text is no part of a key, or no label.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// The text is shorter or longer than that part may be.
    #[error("{part} has {length} bytes, expected {min} to {max}")]
    Length {
        /// Which part: `kind`, `scope`, `id`, `label value`.
        part: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The fewest bytes.
        min: usize,
        /// The most bytes.
        max: usize,
    },
    /// The text holds a control character (U+0000 to U+001F, U+007F to U+009F).
    #[error("{part} {text:?} holds a control character")]
    Control {
        /// Which part.
        part: &'static str,
        /// The whole text.
        text: Box<str>,
    },
    /// The text of a kind, or of the name of a label, holds something else than its few characters.
    #[error("kind `{text}` holds `{found}`, expected only `a-z`, `0-9`, `-`, `_` and `.`")]
    NotKind {
        /// The whole text.
        text: Box<str>,
        /// The first character that does not belong.
        found: char,
    },
    /// The document has as many labels as it may have.
    #[error("a document has at most {max} labels")]
    TooManyLabels {
        /// The most labels.
        max: usize,
    },
}

/// Refuses a text that is no scope.
pub(crate) fn check_scope(scope: &str) -> Result<(), InvalidKey> {
    check_length("scope", scope, 0, Key::SCOPE_BYTES_MAX)?;
    check_characters("scope", scope)
}

/// Refuses a text of fewer than `min` or more than `max` bytes.
pub(crate) fn check_length(
    part: &'static str,
    text: &str,
    min: usize,
    max: usize,
) -> Result<(), InvalidKey> {
    let length = text.len();
    if (min..=max).contains(&length) {
        Ok(())
    } else {
        Err(InvalidKey::Length {
            part,
            length,
            min,
            max,
        })
    }
}

/// Refuses control characters: databases disagree on them, and they hide in logs.
pub(crate) fn check_characters(part: &'static str, text: &str) -> Result<(), InvalidKey> {
    if text.chars().any(char::is_control) {
        Err(InvalidKey::Control {
            part,
            text: text.into(),
        })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<Key>();
        both::<Kind>();
        both::<InvalidKey>();
    };

    #[track_caller]
    fn check(kind: &str, scope: &str, id: &str, expected: Result<&str, &str>) {
        let key = kind.parse().and_then(|kind| Key::new(kind, scope, id));
        let printed = key
            .map(|key| key.to_string())
            .map_err(|error| error.to_string());
        assert_eq!(printed, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn keys_print_their_parts_and_name_what_is_wrong() {
        check("server", "", "a", Ok("server//a"));
        check(
            "server",
            "ACCT/east",
            "WA1ACCTWEB01",
            Ok("server/ACCT/east/WA1ACCTWEB01"),
        );
        check("", "s", "a", Err("kind has 0 bytes, expected 1 to 64"));
        check(
            &"k".repeat(65),
            "s",
            "a",
            Err("kind has 65 bytes, expected 1 to 64"),
        );
        check(
            "sérver",
            "s",
            "a",
            Err("kind `sérver` holds `é`, expected only `a-z`, `0-9`, `-`, `_` and `.`"),
        );
        check(
            "server",
            &"s".repeat(257),
            "a",
            Err("scope has 257 bytes, expected 0 to 256"),
        );
        check(
            "server",
            "s\n",
            "a",
            Err("scope \"s\\n\" holds a control character"),
        );
        check("server", "s", "", Err("id has 0 bytes, expected 1 to 512"));
        check(
            "server",
            "s",
            &"é".repeat(257),
            Err("id has 514 bytes, expected 1 to 512"),
        );
        check(
            "server",
            "s",
            "a\0b",
            Err("id \"a\\0b\" holds a control character"),
        );
    }

    #[test]
    fn keys_are_ordered_by_kind_then_scope_then_id() {
        let key =
            |kind: &str, scope: &str, id: &str| Key::new(kind.parse().unwrap(), scope, id).unwrap();
        let sorted = [
            key("a", "a", "z"),
            key("a", "b", "Z"),
            key("a", "b", "a"),
            key("a", "b", "é"),
            key("b", "", "a"),
        ];
        assert!(sorted.is_sorted());
    }
}
