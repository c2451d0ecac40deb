//! Texts that must not be seen in logs.

use super::TEXT_MAX;

/// What stands in place of a secret wherever one would be printed.
pub const REDACTED: &str = "[redacted]";

/// A checked text that shows as [`REDACTED`] in `Debug`, has no `Display`, and is read through `expose`.
///
/// Its stored form is the text itself: whoever stores documents keeps secrets.
macro_rules! secret {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $min:literal..=$max:expr, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Eq, Hash, PartialEq)]
        pub struct $name(pub(crate) std::sync::Arc<str>);

        impl $name {
            /// The least number of characters.
            pub const LEN_MIN: usize = $min;
            /// The greatest number of characters.
            pub const LEN_MAX: usize = $max;

            /// The secret text. Not for logs, events or errors.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::value::InvalidValue;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                let check: fn(&str) -> Result<(), $crate::value::Problem> = $check;
                match $crate::value::check_length(text, Self::LEN_MIN, Self::LEN_MAX).and_then(|()| check(text)) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(problem) => Err($crate::value::InvalidValue::hidden($kind, problem)),
                }
            }
        }

        $crate::value::text_ways!($name);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::value::REDACTED)
            }
        }
    };
}
pub(super) use secret;

secret! {
    /// The value of an engine attribute, which may be a key or a password: up to 10,000 characters.
    ///
    /// # Example
    /// ```
    /// use tagout_lifecycle::EngineAttributeValue;
    ///
    /// let password: EngineAttributeValue = "Tr0ub4dor&3".parse()?;
    /// assert_eq!(format!("{password:?}"), "[redacted]");
    /// assert_eq!(password.expose(), "Tr0ub4dor&3");
    /// # Ok::<(), tagout_lifecycle::InvalidValue>(())
    /// ```
    EngineAttributeValue, "engine attribute value", 0..=TEXT_MAX, |_| Ok(())
}

secret! {
    /// The value that `UpdateServerEngineAttributes` sets, a key or a password: up to 10,000 characters.
    AttributeValue, "attribute value", 0..=TEXT_MAX, |_| Ok(())
}
