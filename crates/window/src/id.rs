//! The names of things: one type for each kind, so that a target cannot stand where a task is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::constraint::shapes::{
    EXECUTION_ID, EXECUTION_TASK_ID, INVOCATION_ID, TARGET_ID, TASK_ID, WINDOW_ID,
};
use crate::constraint::{Node, Shape, check};
use crate::violation::Violations;

/// Where new ids come from: 128 bits at a time, which should be random and must not repeat.
///
/// The crate has no source of its own, so that the same inputs give the same outcome. A closure is one.
///
/// # Example
///
/// ```
/// use tagout_window::{IdSource, TargetId, WindowId};
///
/// let mut counter = 0;
/// let mut ids = || {
///     counter += 1;
///     counter
/// };
/// assert_eq!(WindowId::from_bits(ids.next_bits()).to_string(), "mw-00000000000000001");
/// assert_eq!(TargetId::from_bits(ids.next_bits()).to_string(), "00000000-0000-4000-8000-000000000002");
/// ```
pub trait IdSource {
    /// The next 128 bits.
    fn next_bits(&mut self) -> u128;
}

impl<F: FnMut() -> u128> IdSource for F {
    fn next_bits(&mut self) -> u128 {
        self()
    }
}

macro_rules! id {
    ($(#[$meta:meta])* $type:ident, $shape:expr, $path:literal, $make:expr, $write:expr) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(u128);

        impl $type {
            /// The id that is made of these bits; those that the form of the id has no room for are left out.
            pub fn from_bits(bits: u128) -> Self {
                let make: fn(u128) -> u128 = $make;
                Self(make(bits))
            }

            /// Reads a text that is known to have the form of this id.
            pub(crate) fn from_checked(text: &str) -> Self {
                let digits = text.trim_start_matches("mw").bytes().filter_map(|b| (b as char).to_digit(16));
                Self(digits.fold(0, |bits, digit| bits << 4 | u128::from(digit)))
            }

            fn shape() -> &'static Shape {
                &$shape
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let write: fn(u128, &mut fmt::Formatter<'_>) -> fmt::Result = $write;
                write(self.0, f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $type {
            type Err = Violations;

            fn from_str(text: &str) -> Result<Self, Violations> {
                check(Self::shape(), $path, Node::Text(text))?;
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
            fn from(id: $type) -> Self {
                id.to_string()
            }
        }
    };
}

/// Keeps the 68 bits that 17 hexadecimal digits hold.
fn low_68(bits: u128) -> u128 {
    bits & ((1 << 68) - 1)
}

/// Marks 128 bits as a UUID of version 4 (RFC 9562).
fn uuid_4(bits: u128) -> u128 {
    bits & !(0xF << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62
}

fn write_uuid(bits: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (high, low) = ((bits >> 64) as u64, bits as u64);
    write!(
        f,
        "{:08x}-{:04x}-{:04x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF
    )?;
    write!(f, "-{:04x}-{:012x}", low >> 48, low & 0xFFFF_FFFF_FFFF)
}

id! {
    /// The id of a maintenance window: `mw-` and 17 hexadecimal digits in lower case.
    WindowId, WINDOW_ID, "windowId", low_68, |bits, f| write!(f, "mw-{bits:017x}")
}

id! {
    /// The id of a registered target: a UUID.
    TargetId, TARGET_ID, "windowTargetId", uuid_4, write_uuid
}

id! {
    /// The id of a registered task: a UUID.
    TaskId, TASK_ID, "windowTaskId", uuid_4, write_uuid
}

id! {
    /// The id of one run of a window: a UUID.
    ExecutionId, EXECUTION_ID, "windowExecutionId", uuid_4, write_uuid
}

id! {
    /// The id of one run of a task within an execution: a UUID. The interface calls it `TaskId` in requests and
    /// `TaskExecutionId` in answers.
    TaskExecutionId, EXECUTION_TASK_ID, "taskId", uuid_4, write_uuid
}

id! {
    /// The id of one run of a task on one target: a UUID.
    InvocationId, INVOCATION_ID, "invocationId", uuid_4, write_uuid
}

macro_rules! bits {
    ($($type:ty),*) => {
        $(impl $type {
            /// The id of exactly these bits, for the places of pages.
            pub(crate) const fn of_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// All bits of the id.
            pub(crate) const fn bits(self) -> u128 {
                self.0
            }
        })*
    };
}

bits!(WindowId, ExecutionId);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_printed_as_the_interface_writes_them() {
        assert_eq!(
            WindowId::from_bits(u128::MAX).to_string(),
            "mw-fffffffffffffffff"
        );
        assert_eq!(
            TaskId::from_bits(u128::MAX).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }

    #[test]
    fn a_bad_id_says_what_is_wrong_with_it() {
        assert_eq!(
            "mw-1".parse::<WindowId>().unwrap_err().to_string(),
            "2 validation errors detected: Value 'mw-1' at 'windowId' failed to satisfy constraint: \
             Member must have length greater than or equal to 20; Value 'mw-1' at 'windowId' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: ^mw-[0-9a-f]{17}$",
        );
    }

    #[test]
    fn a_uuid_is_read_in_either_case() {
        let lower: TargetId = "0123abcd-4567-89ef-0123-456789abcdef".parse().unwrap();
        let upper: TargetId = "0123ABCD-4567-89EF-0123-456789ABCDEF".parse().unwrap();
        assert_eq!(lower, upper);
        assert_eq!(upper.to_string(), "0123abcd-4567-89ef-0123-456789abcdef");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bits: u128) {
            let window = WindowId::from_bits(bits);
            prop_assert_eq!(window.to_string().parse::<WindowId>().unwrap(), window);
            let task = TaskId::from_bits(bits);
            prop_assert_eq!(task.to_string().parse::<TaskId>().unwrap(), task);
            let stored = serde_json::to_string(&task).unwrap();
            prop_assert_eq!(serde_json::from_str::<TaskId>(&stored).unwrap(), task);
        }
    }
}
