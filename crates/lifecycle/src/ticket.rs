//! The right to report on one attempt at an operation, and other numbers that are passed in.

use std::{fmt, str::FromStr};

use crate::{InvalidValue, value::Problem};

/// The right to report the result of one attempt at an operation.
///
/// A number of 128 bits, made by the caller, that must never come twice; as text, 32 hexadecimal digits. It is also
/// the id of the operation. A result is accepted once, for the ticket that is current.
///
/// # Example
/// ```
/// use tagout_lifecycle::Ticket;
///
/// let ticket = Ticket::new(0xbeef);
/// assert_eq!(ticket.to_string(), "0000000000000000000000000000beef");
/// assert_eq!(ticket.to_string().parse(), Ok(ticket));
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ticket(u128);

impl Ticket {
    /// The ticket with this number.
    pub const fn new(number: u128) -> Self {
        Self(number)
    }

    /// A ticket from a source of random numbers.
    pub fn draw(draw: &mut dyn FnMut() -> u64) -> Self {
        Self(draw_u128(draw))
    }

    /// The number.
    pub const fn number(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({self})")
    }
}

impl FromStr for Ticket {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.len() == 32
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_hex
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten()
            .map(Self)
            .ok_or_else(|| {
                InvalidValue::new(
                    "ticket",
                    text,
                    Problem::Form {
                        expected: "32 digits of `0-9a-f`",
                    },
                )
            })
    }
}

impl serde::Serialize for Ticket {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Ticket {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

fn draw_u128(draw: &mut dyn FnMut() -> u64) -> u128 {
    u128::from(draw()) << 64 | u128::from(draw())
}

/// A random number below `bound`, which is not zero. It draws once, so that no source can make it loop.
pub(crate) fn draw_below(draw: &mut dyn FnMut() -> u64, bound: u32) -> u32 {
    ((u128::from(draw()) * u128::from(bound)) >> 64) as u32
}

/// A random UUID (version 4) in its usual form.
pub(crate) fn draw_uuid(draw: &mut dyn FnMut() -> u64) -> String {
    let bits = draw_u128(draw) & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        bits >> 80 & 0xffff,
        bits >> 64 & 0xffff,
        bits >> 48 & 0xffff,
        bits & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_uuids_are_of_version_four() {
        assert_eq!(
            draw_uuid(&mut || u64::MAX),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        assert_eq!(draw_uuid(&mut || 0), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn draws_reach_both_ends_of_their_range_and_no_further() {
        assert_eq!(draw_below(&mut || 0, 72), 0);
        assert_eq!(draw_below(&mut || u64::MAX, 72), 71);
    }

    #[test]
    fn tickets_are_read_in_one_form_only() {
        for text in [
            "",
            "beef",
            "0x00000000000000000000000000beef",
            "0000000000000000000000000000BEEF",
        ] {
            let error = text.parse::<Ticket>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("ticket `{text}` is not 32 digits of `0-9a-f`")
            );
        }
    }
}
