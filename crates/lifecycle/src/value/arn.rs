//! Resource names of Amazon's form, as requests carry them.

use super::{BackupId, Problem, ServerName, TEXT_MAX, check_one_line, text};

text! {
    /// The instance profile that a server runs under: `arn:aws:iam::<account>:instance-profile/<name>`.
    ///
    /// Source: shape `InstanceProfileArn`.
    InstanceProfileArn, "instance profile ARN", 0..=TEXT_MAX,
    |text| check_iam(text, ":instance-profile/", "`arn:aws:iam::<12 digits>:instance-profile/<name>` on one line")
}

text! {
    /// The role by which the service works on the account's behalf: `arn:aws:iam::<account>:role/<name>`.
    ///
    /// Source: shape `ServiceRoleArn`.
    ServiceRoleArn, "service role ARN", 0..=TEXT_MAX,
    |text| check_iam(text, ":role/", "`arn:aws:iam::<12 digits>:role/<name>` on one line")
}

text! {
    /// The resource that a tag belongs to: a server or a backup.
    ///
    /// The pattern is loose on purpose; [`ResourceArn::resource`] says what it names. Source: shape
    /// `AWSOpsWorksCMResourceArn`.
    ResourceArn, "resource ARN", 0..=TEXT_MAX, |text| {
        let expected = "`arn:aws:opsworks-cm:<region>:<12 digits>:<resource>` on one line";
        check_one_line(text)?;
        // `arn:aws.*:opsworks-cm:.*:[0-9]{12}:.*`: leftmost service, any later colon before the account.
        text.strip_prefix("arn:aws")
            .and_then(|rest| rest.split_once(":opsworks-cm:"))
            .filter(|(_, rest)| rest.match_indices(':').any(|(at, _)| starts_with_account(&rest[at + 1..])))
            .map(|_| ())
            .ok_or(Problem::Form { expected })
    }
}

/// What a [`ResourceArn`] names.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Resource {
    /// A server.
    Server(ServerName),
    /// A backup.
    Backup(BackupId),
}

impl ResourceArn {
    /// A name that was put together here and is known to be in order.
    pub(crate) fn trusted(text: String) -> Self {
        debug_assert_eq!(Self::check(&text), Ok(()), "{text}");
        Self(text.into())
    }

    /// The server or backup that this names, or `None` if it names neither.
    ///
    /// A server stands as `server/<name>/<uuid>`, a backup as `backup/<id>`.
    pub fn resource(&self) -> Option<Resource> {
        let path = self.as_str().splitn(6, ':').nth(5)?;
        match path.split_once('/')? {
            ("server", rest) => rest.split('/').next()?.parse().ok().map(Resource::Server),
            ("backup", rest) => rest.parse().ok().map(Resource::Backup),
            _ => None,
        }
    }
}

fn check_iam(text: &str, kind: &str, expected: &'static str) -> Result<(), Problem> {
    check_one_line(text)?;
    text.strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_at_checked(12))
        .filter(|(account, rest)| {
            account.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with(kind)
        })
        .map(|_| ())
        .ok_or(Problem::Form { expected })
}

/// Twelve digits and a colon.
fn starts_with_account(text: &str) -> bool {
    text.split_at_checked(12).is_some_and(|(account, rest)| {
        account.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with(':')
    })
}
