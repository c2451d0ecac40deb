//! Where servers are at home, and the names that they are given there.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    BackupId, ResourceArn, ServerName,
    ticket::{draw_below, draw_uuid},
    value::{TEXT_MAX, check_characters, text},
};

text! {
    /// The id of an account: twelve digits.
    AccountId, "account id", 12..=12, |text| check_characters(text,
        (|c| c.is_ascii_digit(), "a digit"), (|c| c.is_ascii_digit(), "a digit"))
}

text! {
    /// A region, as `eu-central-1`: letters a-z, digits and `-`, up to 32.
    Region, "region", 1..=32, |text| check_characters(text,
        (|c| c.is_ascii_lowercase(), "a letter a-z"),
        (|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-', "a letter a-z, a digit or `-`"))
}

text! {
    /// The name under which a server is reached: `<server>-<16 of a-z and 0-9>.<region>.opsworks-cm.io`.
    ///
    /// It stays through maintenance and restores.
    Endpoint, "endpoint", 1..=TEXT_MAX, |_| Ok(())
}

text! {
    /// The stack of machines behind a server, which changes whenever its machine is replaced.
    StackArn, "stack ARN", 1..=TEXT_MAX, |_| Ok(())
}

/// An account in a region: everything is at home in exactly one.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The region.
    pub region: Region,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.region, self.id)
    }
}

impl Endpoint {
    /// A new endpoint for `server`, its 16 characters drawn from a source of random numbers.
    pub fn draw(server: &ServerName, region: &Region, draw: &mut dyn FnMut() -> u64) -> Self {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let suffix: String = (0..16)
            .map(|_| char::from(ALPHABET[draw_below(draw, 36) as usize]))
            .collect();
        Self(format!("{server}-{suffix}.{region}.opsworks-cm.io").into())
    }
}

impl ResourceArn {
    /// The name of a new server, its UUID drawn from a source of random numbers.
    pub fn draw_server(
        account: &Account,
        server: &ServerName,
        draw: &mut dyn FnMut() -> u64,
    ) -> Self {
        Self::trusted(format!(
            "arn:aws:opsworks-cm:{account}:server/{server}/{}",
            draw_uuid(draw)
        ))
    }

    /// The name of a backup.
    pub fn of_backup(account: &Account, backup: &BackupId) -> Self {
        Self::trusted(format!("arn:aws:opsworks-cm:{account}:backup/{backup}"))
    }

    /// The name of a backup of the same account and region as this.
    pub fn sibling_backup(&self, backup: &BackupId) -> Self {
        let text = self.as_str();
        let home = text
            .match_indices(':')
            .nth(4)
            .map_or(text, |(end, _)| &text[..end]);
        Self::trusted(format!("{home}:backup/{backup}"))
    }

    /// The account and region that it is of, or `None` if it does not tell them in the usual places.
    pub fn account(&self) -> Option<Account> {
        let mut parts = self.as_str().split(':').skip(3);
        Some(Account {
            region: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
        })
    }
}

impl StackArn {
    /// The stack of a machine that was built at `at`, its UUID drawn from a source of random numbers.
    pub fn draw(
        account: &Account,
        server: &ServerName,
        at: DateTime<Utc>,
        draw: &mut dyn FnMut() -> u64,
    ) -> Self {
        let Account { id, region } = account;
        let (millis, uuid) = (at.timestamp_millis(), draw_uuid(draw));
        let path = format!("stack/aws-opsworks-cm-instance-{server}-{millis}/{uuid}");
        Self(format!("arn:aws:cloudformation:{region}:{id}:{path}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: "123456789012".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
        }
    }

    #[test]
    fn names_have_the_forms_of_the_service() {
        let (server, mut zero): (ServerName, _) = ("alpha".parse().unwrap(), || 0);
        let endpoint = Endpoint::draw(&server, &account().region, &mut zero);
        assert_eq!(
            endpoint.as_str(),
            "alpha-aaaaaaaaaaaaaaaa.us-east-1.opsworks-cm.io"
        );
        let arn = ResourceArn::draw_server(&account(), &server, &mut zero);
        assert_eq!(
            arn.as_str(),
            "arn:aws:opsworks-cm:us-east-1:123456789012:server/alpha/00000000-0000-4000-8000-000000000000"
        );
        assert_eq!(arn.account(), Some(account()));
        let at = DateTime::from_timestamp_millis(1_606_611_794_746).unwrap();
        assert_eq!(
            StackArn::draw(&account(), &server, at, &mut zero).as_str(),
            "arn:aws:cloudformation:us-east-1:123456789012:\
             stack/aws-opsworks-cm-instance-alpha-1606611794746/00000000-0000-4000-8000-000000000000"
        );
    }

    #[test]
    fn the_first_label_of_an_endpoint_fits_the_domain_name_system() {
        let longest: ServerName = "a".repeat(40).parse().unwrap();
        let endpoint = Endpoint::draw(&longest, &account().region, &mut || u64::MAX);
        assert_eq!(endpoint.as_str().split('.').next().map(str::len), Some(57));
    }
}
