//! What a server is called and described as: the parts that no operation looks at, or only one.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use crate::{Alias, DataCenter, Disk, GroupId, InvalidId, ServerId, ServerUuid, Size};

/// The name of whoever asked for something, as it is kept in change records.
///
/// Any text; cheap to copy, and one word wide.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(transparent)]
pub struct UserName(Arc<String>);

impl UserName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for UserName {
    fn from(name: &str) -> Self {
        Self(Arc::new(name.into()))
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Who made a server and who changed it last, and when.
///
/// Instants have whole seconds, as in the service's answers.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_batch::ChangeInfo;
///
/// let created_at = Utc.with_ymd_and_hms(2015, 6, 29, 8, 39, 37).unwrap();
/// let change = ChangeInfo::created("user.altd".into(), created_at)
///     .modified("other.altd".into(), created_at + chrono::TimeDelta::milliseconds(1_900));
/// assert_eq!(change.modified_by().as_str(), "other.altd");
/// assert_eq!(change.modified_at(), created_at + chrono::TimeDelta::seconds(1));
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeInfo {
    created_by: UserName,
    created_at: DateTime<Utc>,
    modified_by: UserName,
    modified_at: DateTime<Utc>,
}

impl ChangeInfo {
    /// A record that begins with `by` at `now`.
    pub fn created(by: UserName, now: DateTime<Utc>) -> Self {
        let now = now.trunc_subsecs(0);
        Self {
            created_by: by.clone(),
            created_at: now,
            modified_by: by,
            modified_at: now,
        }
    }

    /// The same with `by` as the one who changed it last, at `now`.
    pub fn modified(self, by: UserName, now: DateTime<Utc>) -> Self {
        Self {
            modified_by: by,
            modified_at: now.trunc_subsecs(0),
            ..self
        }
    }

    /// Who made it and when, who changed it last and when.
    pub(crate) fn into_parts(self) -> (UserName, DateTime<Utc>, UserName, DateTime<Utc>) {
        (
            self.created_by,
            self.created_at,
            self.modified_by,
            self.modified_at,
        )
    }

    /// Who made it.
    pub fn created_by(&self) -> &UserName {
        &self.created_by
    }

    /// When it was made.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// Who changed it last.
    pub fn modified_by(&self) -> &UserName {
        &self.modified_by
    }

    /// When it was changed last.
    pub fn modified_at(&self) -> DateTime<Utc> {
        self.modified_at
    }
}

/// The class of a server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ServerKind {
    /// A virtual machine.
    #[default]
    Standard,
    /// A virtual machine with fast local storage.
    Hyperscale,
    /// A machine of its own.
    BareMetal,
}

/// The class of a server's storage.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum StorageKind {
    /// With daily backups of its own.
    #[default]
    Standard,
    /// Also kept in a second data centre.
    Premium,
    /// Fast, local, without backups.
    Hyperscale,
}

/// One address of a server.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IpAddress {
    /// The address inside the data centre.
    pub internal: Box<str>,
    /// The address that the world sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<Box<str>>,
}

/// A value of the account's own that hangs on a server.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomField {
    /// The id of the field, which the account has defined.
    pub id: Box<str>,
    /// The value on this server.
    pub value: Box<str>,
}

/// How a server is described; every value is fine.
///
/// # Example
///
/// ```
/// use tagout_batch::Profile;
///
/// let profile = Profile { description: "My web server".into(), ..Profile::default() };
/// assert!(!profile.managed_os);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// What its owner says about it.
    pub description: Box<str>,
    /// The group it is in.
    pub group: Option<GroupId>,
    /// Whether new servers are made from it.
    pub is_template: bool,
    /// The operating system as people read it, such as `CentOS 6 64-bit`.
    pub os_type: Box<str>,
    /// The operating system as a code, such as `centOS6_64Bit`.
    pub os: Box<str>,
    /// The class of the server.
    pub kind: ServerKind,
    /// The class of its storage.
    pub storage: StorageKind,
    /// Whether the provider looks after the operating system; such a server cannot be archived.
    pub managed_os: bool,
    /// Whether the provider looks after backups.
    pub managed_backup: bool,
    /// The name that the server has on its network.
    pub host_name: Box<str>,
    /// Its addresses.
    pub ip_addresses: Vec<IpAddress>,
    /// Values of the account's own.
    pub custom_fields: Vec<CustomField>,
}

/// What is changed about a server's description at once, without a job.
///
/// # Example
///
/// ```
/// use tagout_batch::Description;
///
/// let description = Description { text: Some("New description".into()), ..Description::default() };
/// assert!(!description.is_empty());
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Description {
    /// What its owner says about it.
    pub text: Option<Box<str>>,
    /// The group that it moves to.
    pub group: Option<GroupId>,
    /// The full set of the account's own values.
    pub custom_fields: Option<Vec<CustomField>>,
}

impl Description {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.group.is_none() && self.custom_fields.is_none()
    }
}

/// A package of software to run on a server.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The id of the package, as its catalogue writes it.
    pub id: Box<str>,
    /// Names and values, in the order of the request.
    pub parameters: Vec<(Box<str>, Box<str>)>,
}

/// A server that is to be built.
///
/// # Example
///
/// ```
/// use tagout_batch::{NewServer, ServerUuid, Size};
///
/// let new = NewServer {
///     name: "web".into(),
///     data_center: "wa1".parse()?,
///     uuid: ServerUuid::from_bytes([7; 16]),
///     source: None,
///     size: Size { cpu: 2, memory_mb: 4_096 },
///     disks: Vec::new(),
///     profile: Default::default(),
/// };
/// assert_eq!(new.id(&"acct".parse()?, 1)?.to_string(), "wa1acctweb01");
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewServer {
    /// The name in the middle of the id: 1 to 8 letters, digits and dashes. The answer repeats it as it came.
    pub name: Box<str>,
    /// Where it is built.
    pub data_center: DataCenter,
    /// The name by which it can be asked for from the start; from the caller's source of random ids.
    pub uuid: ServerUuid,
    /// The server that it is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ServerId>,
    /// Its processors and memory.
    pub size: Size,
    /// Its disks.
    pub disks: Vec<Disk>,
    /// How it is described.
    pub profile: Profile,
}

impl NewServer {
    /// The id of the `counter`-th server of that name.
    ///
    /// # Errors
    ///
    /// As [`ServerId::compose`].
    pub fn id(&self, account: &Alias, counter: u16) -> Result<ServerId, InvalidId> {
        ServerId::compose(self.data_center, account, &self.name, counter)
    }
}
