//! Whose things they are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An account: everything belongs to one, and nothing of another is seen from it.
///
/// 1 to 64 letters, digits, `-`, `_` and `.`: an AWS account number, or a CenturyLink Cloud alias in lower case.
///
/// # Example
///
/// ```
/// use tagout_control::Account;
///
/// let account: Account = "123456789012".parse()?;
/// assert_eq!(account.as_str(), "123456789012");
/// assert!("acme/web".parse::<Account>().is_err());
/// # Ok::<(), tagout_control::InvalidAccount>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Account(Box<str>);

/// The text is no account.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "account {text:?} is not 1 to {} letters, digits, `-`, `_` and `.`",
    Account::LENGTH_MAX
)]
pub struct InvalidAccount {
    text: String,
}

impl Account {
    /// The longest account, in bytes.
    pub const LENGTH_MAX: usize = 64;

    /// The account as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Account {
    type Error = InvalidAccount;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if (1..=Self::LENGTH_MAX).contains(&text.len()) && text.bytes().all(is_good) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAccount {
                text: text.chars().take(Self::LENGTH_MAX + 1).collect(),
            })
        }
    }
}

impl std::str::FromStr for Account {
    type Err = InvalidAccount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.0.into()
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_short_plain_texts() {
        assert_eq!(
            "123456789012".parse::<Account>().unwrap().to_string(),
            "123456789012"
        );
        for text in ["", "a b", "a/b", "é", &"a".repeat(65)] {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
        assert_eq!(
            "a/b".parse::<Account>().unwrap_err().to_string(),
            "account \"a/b\" is not 1 to 64 letters, digits, `-`, `_` and `.`"
        );
    }
}
