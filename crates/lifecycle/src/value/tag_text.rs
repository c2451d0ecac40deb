//! The two halves of a tag.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{InvalidValue, Problem, check_characters, check_length, text_ways};

const TAG: (fn(char) -> bool, &str) = (
    is_tag_character,
    "a letter, a number, a space or one of `_.:/=+-@`",
);

fn is_tag_character(c: char) -> bool {
    "_.:/=+-@".contains(c)
        || matches!(
            c.general_category_group(),
            GeneralCategoryGroup::Letter
                | GeneralCategoryGroup::Number
                | GeneralCategoryGroup::Separator
        )
}

fn check(text: &str, min: usize, max: usize) -> Result<(), Problem> {
    check_length(text, min, max)?;
    check_characters(text, TAG, TAG)
}

macro_rules! tag_text {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $min:literal..=$max:literal) => {
        $(#[$meta])*
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The least number of characters.
            pub const LEN_MIN: usize = $min;
            /// The greatest number of characters.
            pub const LEN_MAX: usize = $max;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidValue;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                // The text as it came has to be in order, and so has what is left of it to be stored.
                let trimmed = text.trim();
                check(text, Self::LEN_MIN, Self::LEN_MAX)
                    .and_then(|()| check(trimmed, Self::LEN_MIN, Self::LEN_MAX))
                    .map_err(|problem| InvalidValue::new($kind, text, problem))?;
                Ok(Self(trimmed.into()))
            }
        }

        text_ways!($name);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
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

tag_text! {
    /// The key of a tag: 1 to 128 letters, numbers, spaces and `_.:/=+-@`, in any script.
    ///
    /// White space around it is dropped. Source: shape `TagKey` and structure `Tag`.
    TagKey, "tag key", 1..=128
}

tag_text! {
    /// The value of a tag: up to 256 letters, numbers, spaces and `_.:/=+-@`, in any script.
    ///
    /// White space around it is dropped. Source: shape `TagValue` and structure `Tag`.
    TagValue, "tag value", 0..=256
}
