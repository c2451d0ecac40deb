//! The small values of the interface, each made only of a text or number that is allowed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::constraint::shapes::{
    CLIENT_TOKEN, CUTOFF_BEHAVIOR, DESCRIPTION, MAX_CONCURRENCY, MAX_ERRORS, NAME,
    OWNER_INFORMATION, RESOURCE_TYPE, TASK_ARN, TASK_TYPE,
};
use crate::constraint::{Node, check};
use crate::violation::Violations;

macro_rules! text {
    ($(#[$meta:meta])* $type:ident, $shape:expr, $path:literal) => {
        $(#[$meta])*
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Box<str>);

        impl $type {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes a text that is known to be allowed.
            pub(crate) fn from_checked(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if $shape.sensitive { f.write_str("..") } else { fmt::Debug::fmt(&self.0, f) }
            }
        }

        impl FromStr for $type {
            type Err = Violations;

            fn from_str(text: &str) -> Result<Self, Violations> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<String> for $type {
            type Error = Violations;

            fn try_from(text: String) -> Result<Self, Violations> {
                check(&$shape, $path, Node::Text(&text))?;
                Ok(Self::from_checked(text))
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.0.into()
            }
        }
    };
}

text! {
    /// What a window, a target or a task is called: 3 to 128 characters of `a-z`, `A-Z`, `0-9`, `_`, `-` and `.`.
    Name, NAME, "name"
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text! {
    /// A note on a window, a target or a task: 1 to 128 characters. Sensitive: it is never printed.
    Description, DESCRIPTION, "description"
}

text! {
    /// What the owner of a target wants to be told with every event about it: 1 to 128 characters. Sensitive: it is
    /// never printed.
    OwnerInformation, OWNER_INFORMATION, "ownerInformation"
}

text! {
    /// By what a repeated request is known: 1 to 64 characters.
    ClientToken, CLIENT_TOKEN, "clientToken"
}

text! {
    /// What a task runs: a document, a function or a state machine, by name or ARN; 1 to 1,600 characters. The service
    /// does not look into it, and neither does this.
    TaskArn, TASK_ARN, "taskArn"
}

impl fmt::Display for TaskArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! word {
    ($(#[$meta:meta])* $type:ident, $shape:expr, $path:literal, { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        pub enum $type {
            $( $(#[$doc])* #[serde(rename = $text)] $variant, )*
        }

        impl $type {
            /// All of them, in the order of the interface.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word of the interface.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// Reads a word that is known to be one of them.
            pub(crate) fn from_checked(text: &str) -> Self {
                let found = Self::ALL.iter().copied().find(|value| value.as_str() == text);
                found.expect("the table of shapes lists these words only")
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = Violations;

            fn from_str(text: &str) -> Result<Self, Violations> {
                check(&$shape, $path, Node::Text(text))?;
                Ok(Self::from_checked(text))
            }
        }
    };
}

word! {
    /// What a registered target selects.
    ResourceType, RESOURCE_TYPE, "resourceType", {
        /// Servers, by id or by tag.
        Instance = "INSTANCE",
        /// The resources of a resource group.
        ResourceGroup = "RESOURCE_GROUP",
    }
}

word! {
    /// What carries a task out.
    TaskType, TASK_TYPE, "taskType", {
        /// A command document, on servers.
        RunCommand = "RUN_COMMAND",
        /// A runbook.
        Automation = "AUTOMATION",
        /// A state machine.
        StepFunctions = "STEP_FUNCTIONS",
        /// A function.
        Lambda = "LAMBDA",
    }
}

word! {
    /// What becomes of a running task at the cutoff.
    CutoffBehavior, CUTOFF_BEHAVIOR, "cutoffBehavior", {
        /// It goes on, and may start on further targets until the window closes.
        ContinueTask = "CONTINUE_TASK",
        /// It starts on no further target, and running commands are cancelled.
        CancelTask = "CANCEL_TASK",
    }
}

/// A number of targets, or a share of them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Amount {
    Count(u32),
    Percent(u8),
}

impl Amount {
    /// Reads a text that the pattern of `MaxConcurrency` or `MaxErrors` is known to match.
    fn from_checked(text: &str) -> Self {
        let number = |digits: &str| {
            digits
                .bytes()
                .fold(0u32, |n, digit| n * 10 + u32::from(digit - b'0'))
        };
        match text.strip_suffix('%') {
            Some(digits) => Self::Percent(number(digits) as u8),
            None => Self::Count(number(text)),
        }
    }

    /// A share is rounded down: the service leaves open how it rounds, and down is the careful side of both limits.
    fn of(self, n_targets: usize) -> usize {
        match self {
            Self::Count(count) => count as usize,
            Self::Percent(percent) => (n_targets as u128 * u128::from(percent) / 100) as usize,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

macro_rules! amount {
    ($(#[$meta:meta])* $type:ident, $shape:expr, $path:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Amount);

        impl $type {
            pub(crate) fn from_checked(text: &str) -> Self {
                Self(Amount::from_checked(text))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $type {
            type Err = Violations;

            fn from_str(text: &str) -> Result<Self, Violations> {
                check(&$shape, $path, Node::Text(text))?;
                Ok(Self::from_checked(text))
            }
        }

        impl TryFrom<String> for $type {
            type Error = Violations;

            fn try_from(text: String) -> Result<Self, Violations> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}

amount! {
    /// How many targets a task runs on at once: a number from 1 on, or a share from `1%` to `100%`.
    ///
    /// # Example
    ///
    /// ```
    /// use tagout_window::MaxConcurrency;
    ///
    /// let tenth: MaxConcurrency = "10%".parse()?;
    /// assert_eq!(tenth.of(25), 2);
    /// assert_eq!(tenth.of(3), 1); // a task always gets on
    /// # Ok::<(), tagout_window::Violations>(())
    /// ```
    MaxConcurrency, MAX_CONCURRENCY, "maxConcurrency"
}

impl MaxConcurrency {
    /// One target after the other, which is also what the service reports for a task without targets.
    pub const ONE: Self = Self(Amount::Count(1));

    /// The number of targets at once out of `n_targets`; a share is rounded down, but never below one.
    pub fn of(self, n_targets: usize) -> usize {
        self.0.of(n_targets).max(1)
    }
}

amount! {
    /// How many errors a task bears: a number, or a share from `0%` to `100%` of its targets. One error more, and it
    /// starts on no further target.
    ///
    /// # Example
    ///
    /// ```
    /// use tagout_window::MaxErrors;
    ///
    /// let two: MaxErrors = "2".parse()?;
    /// assert_eq!(two.of(25), 2);
    /// let share: MaxErrors = "10%".parse()?;
    /// assert_eq!(share.of(9), 0);
    /// # Ok::<(), tagout_window::Violations>(())
    /// ```
    MaxErrors, MAX_ERRORS, "maxErrors"
}

impl MaxErrors {
    /// What the service reports for a task without targets.
    pub const ONE: Self = Self(Amount::Count(1));

    /// The number of errors borne with `n_targets`; a share is rounded down.
    pub fn of(self, n_targets: usize) -> usize {
        self.0.of(n_targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_texts_are_not_printed() {
        let note: Description = "the db password is hunter2".parse().unwrap();
        let owner: OwnerInformation = "Mr Smith".parse().unwrap();
        assert_eq!(format!("{note:?} {owner:?}"), ".. ..");
        let error = "x"
            .repeat(129)
            .parse::<Description>()
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "1 validation error detected: Value at 'description' failed to satisfy constraint: \
             Member must have length less than or equal to 128",
        );
    }

    #[test]
    fn the_words_are_those_of_the_table() {
        assert_eq!(
            ResourceType::ALL
                .iter()
                .map(|it| it.as_str())
                .collect::<Vec<_>>(),
            RESOURCE_TYPE.values
        );
        assert_eq!(
            TaskType::ALL
                .iter()
                .map(|it| it.as_str())
                .collect::<Vec<_>>(),
            TASK_TYPE.values
        );
        assert_eq!(
            CutoffBehavior::ALL
                .iter()
                .map(|it| it.as_str())
                .collect::<Vec<_>>(),
            CUTOFF_BEHAVIOR.values
        );
    }

    #[test]
    fn limits_are_rounded_down() {
        let concurrency = |text: &str, n| text.parse::<MaxConcurrency>().unwrap().of(n);
        assert_eq!(
            [
                concurrency("10", 3),
                concurrency("50%", 3),
                concurrency("1%", 10),
                concurrency("100%", 7)
            ],
            [10, 1, 1, 7]
        );
        let errors = |text: &str, n| text.parse::<MaxErrors>().unwrap().of(n);
        assert_eq!(
            [
                errors("0", 9),
                errors("50%", 3),
                errors("9%", 10),
                errors("100%", 7)
            ],
            [0, 1, 0, 7]
        );
    }

    #[test]
    fn limits_are_printed_as_they_were_read() {
        for text in ["1", "9999999", "1%", "100%"] {
            assert_eq!(text.parse::<MaxConcurrency>().unwrap().to_string(), text);
            assert_eq!(
                serde_json::to_string(&text.parse::<MaxErrors>().unwrap()).unwrap(),
                format!("\"{text}\"")
            );
        }
        assert!("0".parse::<MaxConcurrency>().is_err());
        assert!(serde_json::from_str::<MaxErrors>("\"-1\"").is_err());
    }
}
