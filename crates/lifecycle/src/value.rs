//! Texts and numbers that are checked once, where they come in, and trusted from there on.

mod arn;
pub use arn::{InstanceProfileArn, Resource, ResourceArn, ServiceRoleArn};

mod backup_id;
pub use backup_id::BackupId;

mod domain;
pub use domain::CustomDomain;

mod name;
pub use name::{
    AssociationToken, AttributeName, Description, EngineAttributeName, EngineVersion, InstanceType,
    KeyPair, NextToken, NodeName, ResourceId, ServerName, UserArn,
};

mod number;
pub use number::{MaxResults, RetentionCount, RetentionDays};

mod pem;
pub use pem::{CustomCertificate, CustomPrivateKey};

mod secret;
pub use secret::{AttributeValue, EngineAttributeValue, REDACTED};

mod tag_text;
pub use tag_text::{TagKey, TagValue};

/// Why a text or number is not a value of the kind that was asked for.
///
/// It names the kind, shows the value (the first 64 characters of it, and never a secret), and says what was
/// expected and where the value departs from that.
///
/// # Example
/// ```
/// use tagout_lifecycle::ServerName;
///
/// let fault = "web 1".parse::<ServerName>().unwrap_err();
/// assert_eq!(fault.to_string(), "server name `web 1` has ` ` at position 4, expected a letter, a digit or `-`");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} {shown} {problem}")]
pub struct InvalidValue {
    kind: &'static str,
    shown: Box<str>,
    problem: Problem,
}

impl InvalidValue {
    /// Characters of a refused value that are shown; the rest is cut off.
    const SHOWN_MAX: usize = 64;

    pub(crate) fn new(kind: &'static str, value: &str, problem: Problem) -> Self {
        let mut shown: String = value
            .chars()
            .take(Self::SHOWN_MAX)
            .flat_map(char::escape_debug)
            .collect();
        if value.chars().nth(Self::SHOWN_MAX).is_some() {
            shown.push('…');
        }
        Self {
            kind,
            shown: format!("`{shown}`").into(),
            problem,
        }
    }

    pub(crate) fn hidden(kind: &'static str, problem: Problem) -> Self {
        Self {
            kind,
            shown: REDACTED.into(),
            problem: problem.without_value(),
        }
    }

    /// The kind of value that was asked for, as "server name".
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// How the value departs from its kind.
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

/// How a value departs from its kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is too short or too long.
    #[error("has {length} characters, expected {min} to {max}")]
    Length {
        /// Its length in characters.
        length: usize,
        /// The least allowed.
        min: usize,
        /// The most allowed.
        max: usize,
    },
    /// One character does not belong.
    #[error("has `{}` at position {position}, expected {expected}", found.escape_debug())]
    Character {
        /// The character.
        found: char,
        /// Where it stands, counted in characters from 1.
        position: usize,
        /// What may stand there.
        expected: &'static str,
    },
    /// It is not put together as its kind is.
    #[error("is not {expected}")]
    Form {
        /// What it should be.
        expected: &'static str,
    },
    /// A number outside its range.
    #[error("is outside {min} to {max}")]
    Range {
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
    },
}

impl Problem {
    /// The same problem, without a character of the value in it.
    fn without_value(self) -> Self {
        match self {
            Self::Character { expected, .. } => Self::Form { expected },
            Self::Length { .. } | Self::Form { .. } | Self::Range { .. } => self,
        }
    }
}

/// The length of the generic text of this interface: up to 10,000 characters.
pub(crate) const TEXT_MAX: usize = 10_000;

pub(crate) fn check_length(text: &str, min: usize, max: usize) -> Result<(), Problem> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        Ok(())
    } else {
        Err(Problem::Length { length, min, max })
    }
}

/// Every character passes `allowed`, the first one also `first`.
pub(crate) fn check_characters(
    text: &str,
    (first, expected_first): (fn(char) -> bool, &'static str),
    (allowed, expected): (fn(char) -> bool, &'static str),
) -> Result<(), Problem> {
    for (index, found) in text.chars().enumerate() {
        if index == 0 && !first(found) {
            return Err(Problem::Character {
                found,
                position: 1,
                expected: expected_first,
            });
        }
        if !allowed(found) {
            return Err(Problem::Character {
                found,
                position: index + 1,
                expected,
            });
        }
    }
    Ok(())
}

/// The characters that end a line in the patterns of this interface, which are of Java's kind.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(crate) fn check_one_line(text: &str) -> Result<(), Problem> {
    const EXPECTED: (fn(char) -> bool, &str) = (|c| !ends_line(c), "no line break");
    check_characters(text, EXPECTED, EXPECTED)
}

/// A checked text: the type, its ways in and out, and its stored form, which is the text.
///
/// `Clone` counts a reference up and copies nothing.
macro_rules! text {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $min:literal..=$max:expr, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub(crate) std::sync::Arc<str>);

        impl $name {
            /// The least number of characters.
            pub const LEN_MIN: usize = $min;
            /// The greatest number of characters.
            pub const LEN_MAX: usize = $max;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            fn check(text: &str) -> Result<(), $crate::value::Problem> {
                $crate::value::check_length(text, Self::LEN_MIN, Self::LEN_MAX)?;
                let check: fn(&str) -> Result<(), $crate::value::Problem> = $check;
                check(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::value::InvalidValue;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                match Self::check(text) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(problem) => Err($crate::value::InvalidValue::new($kind, text, problem)),
                }
            }
        }

        $crate::value::text_ways!($name);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}
pub(crate) use text;

/// What a text type has whether it may be shown or not: it is read from text, and stored as text.
macro_rules! text_ways {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = $crate::value::InvalidValue;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::try_from(text.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::value::InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text =
                    <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::try_from(&*text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_ways;
