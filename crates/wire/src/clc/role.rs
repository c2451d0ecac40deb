//! Who may do what.

use std::fmt;
use std::str::FromStr;

/// A role of a user, as a login tells it.
///
/// # Example
///
/// ```
/// use tagout_wire::clc::{Need, Role};
///
/// let role: Role = "ServerOperator".parse().unwrap();
/// assert!(role.may(Need::Operate) && !role.may(Need::Remove));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    missing_docs,
    reason = "the names are all that is known of each; `ROLES` says what it may"
)]
pub enum Role {
    AccountAdmin,
    AccountViewer,
    BillingAdmin,
    DnsManager,
    NetworkAdmin,
    SecurityAdmin,
    ServerAdmin,
    ServerOperator,
    ServerScheduler,
}

/// What a call asks of its caller, beside an account.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// Nothing, not even a token: only for the login.
    Nothing,
    /// To look.
    Read,
    /// To switch servers on and off, take them into maintenance, take snapshots of them, and all that can be undone.
    Operate,
    /// To build, change, archive and delete servers.
    Remove,
}

/// Every role, its name, and the most that it may.
///
/// The names are those of recorded logins. What each may is inferred from them: operations on power and maintenance for
/// operators and administrators, archiving and deleting for administrators alone.
#[rustfmt::skip] // columns
pub const ROLES: [(Role, &str, Need); 9] = [
    (Role::AccountAdmin,    "AccountAdmin",    Need::Remove),
    (Role::AccountViewer,   "AccountViewer",   Need::Read),
    (Role::BillingAdmin,    "BillingAdmin",    Need::Read),
    (Role::DnsManager,      "DNSManager",      Need::Read),
    (Role::NetworkAdmin,    "NetworkAdmin",    Need::Read),
    (Role::SecurityAdmin,   "SecurityAdmin",   Need::Read),
    (Role::ServerAdmin,     "ServerAdmin",     Need::Remove),
    (Role::ServerOperator,  "ServerOperator",  Need::Operate),
    (Role::ServerScheduler, "ServerScheduler", Need::Read),
];

impl Role {
    /// The name, as a login tells it.
    pub fn name(self) -> &'static str {
        ROLES[self as usize].1
    }

    /// Whether who has this role may do what needs `need`.
    pub fn may(self, need: Need) -> bool {
        need <= ROLES[self as usize].2
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    /// Reads the name of a role, in any letter case.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = ROLES.iter().find(|row| row.1.eq_ignore_ascii_case(name));
        found.map(|row| row.0).ok_or_else(|| UnknownRole {
            name: name.chars().take(40).collect(),
        })
    }
}

/// Says that a text is not the name of a role.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{name}` is no role, expected one such as `ServerOperator`")]
pub struct UnknownRole {
    name: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_the_row_of_its_own() {
        for (index, (role, name, _)) in ROLES.into_iter().enumerate() {
            assert_eq!(role as usize, index);
            assert_eq!(name.to_lowercase().parse(), Ok(role));
            assert_eq!(role.to_string(), name);
        }
        let error = "Janitor".parse::<Role>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`Janitor` is no role, expected one such as `ServerOperator`"
        );
    }

    #[test]
    fn operators_operate_and_administrators_remove() {
        let who = |need| {
            let may = |row: &(Role, &'static str, Need)| row.0.may(need).then_some(row.1);
            ROLES.iter().filter_map(may).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(who(Need::Remove), "AccountAdmin ServerAdmin");
        assert_eq!(
            who(Need::Operate),
            "AccountAdmin ServerAdmin ServerOperator"
        );
        assert_eq!(who(Need::Read).split(' ').count(), 9);
    }
}
