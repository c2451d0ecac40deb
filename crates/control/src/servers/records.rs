//! What is stored of servers, and of what belongs to them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tagout_backup::{Backup, BackupType, Retention, rotation};
use tagout_lifecycle::{
    AssociationToken, BackupId, Cause, Event, NodeAssociation, NodeName, ResourceArn, Server,
    ServerName,
};
use tagout_store::{Key, Kind, Query, Stored};

use crate::{account::Account, unit::Record};

macro_rules! stored {
    ($($record:ty: $kind:literal),* $(,)?) => {$(
        impl Stored for $record {
            const KIND: Kind = Kind::constant($kind);
            const FORMAT: u32 = 1;
        }
    )*};
}

stored!(
    ServerRecord: "cm-server",
    BackupRecord: "cm-backup",
    EventRecord: "cm-event",
    AssociationRecord: "cm-association",
    NodeRecord: "cm-node",
    RemainsRecord: "cm-remains",
);

/// The counters of what an account may have only so many of; their ids are the public names of the limits.
pub(super) const QUOTA: Kind = Kind::constant("cm-quota");

/// A server.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct ServerRecord {
    pub(crate) server: Server,
    due_at: Option<DateTime<Utc>>,
    /// When the next of its automated backups is too old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sweep_at: Option<DateTime<Utc>>,
}

impl ServerRecord {
    /// A new server.
    pub(super) fn new(server: Server, now: DateTime<Utc>) -> Self {
        Self {
            server,
            due_at: None,
            sweep_at: None,
        }
        .scheduled(now)
    }

    /// The same with the server after a move at `now`.
    pub(super) fn moved(self, server: Server, now: DateTime<Utc>) -> Self {
        Self { server, ..self }.scheduled(now)
    }

    fn scheduled(self, now: DateTime<Utc>) -> Self {
        let duty = self.server.poll_due(now);
        Self {
            due_at: duty.into_iter().chain(self.sweep_at).min(),
            ..self
        }
    }

    /// Looks up when the next of `backups`, which are all of its own, is too old.
    pub(super) fn plan_sweep(&mut self, backups: &[&Backup]) {
        self.sweep_at = rotation::next_sweep(backups, Retention::of(&self.server));
    }

    pub(super) fn sweep_at(&self) -> Option<DateTime<Utc>> {
        self.sweep_at
    }

    /// Under what all that belongs to it stands.
    pub(super) fn incarnation(&self) -> &str {
        incarnation(self.server.arn())
    }
}

/// The last part of the ARN of a server, its UUID.
fn incarnation(arn: &ResourceArn) -> &str {
    arn.as_str().rsplit('/').next().unwrap_or_default()
}

impl Record for ServerRecord {
    fn id(&self) -> String {
        self.server.name().to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }
}

/// A backup.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct BackupRecord(pub(crate) Backup);

impl BackupRecord {
    /// All backups of an account, newest first.
    pub(super) fn of_account(account: &Account) -> Query {
        Query::new(Self::KIND, account.as_str())
            .by_label("made")
            .descending()
    }

    /// All backups of the servers of one name, those that are gone included, newest first.
    pub(super) fn of_server(account: &Account, server: &ServerName) -> Query {
        Query::new(Self::KIND, account.as_str())
            .by_label("server")
            .prefix(&format!("{server}/"))
            .descending()
    }

    /// Backups whose ids may be in the way of one that begins at `now`.
    pub(super) fn around(account: &Account, server: &ServerName, now: DateTime<Utc>) -> Query {
        Query::new(Self::KIND, account.as_str())
            .prefix(&format!("{server}-"))
            .at_least(BackupId::at(server, now).as_str())
    }

    /// Whether nobody asked for `backup`.
    pub(super) fn is_automated(backup: &Backup) -> bool {
        backup.kind() == BackupType::Automated
    }
}

impl Record for BackupRecord {
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.poll_due()
    }

    fn labels(&self) -> Vec<(&'static str, String)> {
        let made = stamp(self.0.created_at());
        vec![
            ("server", format!("{}/{made}", self.0.server())),
            ("made", made),
        ]
    }
}

/// Something that has happened to a server.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct EventRecord {
    pub(super) incarnation: String,
    pub(super) event: Event,
}

impl EventRecord {
    /// All events of a server, newest first.
    pub(super) fn of(account: &Account, incarnation: &str) -> Query {
        Query::new(Self::KIND, account.as_str())
            .prefix(&format!("{incarnation}/"))
            .descending()
    }
}

impl Record for EventRecord {
    fn id(&self) -> String {
        format!("{}/{}", self.incarnation, stamp(self.event.at))
    }
}

/// A request for a node.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct AssociationRecord {
    pub(super) incarnation: String,
    pub(super) association: NodeAssociation,
    /// Why it is going to fail without anything being done, and when that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) doom: Option<(DateTime<Utc>, Cause)>,
}

impl AssociationRecord {
    /// The id of the request with `token`, or `None` if no request has such a token.
    pub(super) fn key(
        account: &Account,
        incarnation: &str,
        token: &AssociationToken,
    ) -> Option<String> {
        let id = format!("{incarnation}/{}", token.as_str());
        Key::new(Self::KIND, account.as_str(), id.as_str()).ok()?;
        Some(id)
    }
}

impl Record for AssociationRecord {
    fn id(&self) -> String {
        format!("{}/{}", self.incarnation, self.association.token())
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        match (&self.doom, self.association.deadline()) {
            (Some((at, _)), Some(_)) => Some(*at),
            (_, deadline) => deadline,
        }
    }
}

/// A node that a server manages.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct NodeRecord {
    pub(super) incarnation: String,
    pub(super) node: NodeName,
    pub(super) since: DateTime<Utc>,
}

impl NodeRecord {
    /// Long names stand by their digest, after a character that no name has.
    pub(super) fn key(incarnation: &str, node: &NodeName) -> String {
        if node.as_str().len() <= 256 {
            return format!("{incarnation}/{node}");
        }
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(node.as_str()));
        format!("{incarnation}/#{digest}")
    }
}

impl Record for NodeRecord {
    fn id(&self) -> String {
        Self::key(&self.incarnation, &self.node)
    }
}

/// What is left of a server that is gone, and is still to be removed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct RemainsRecord {
    pub(super) incarnation: String,
    pub(super) name: ServerName,
    pub(super) gone_at: DateTime<Utc>,
}

impl RemainsRecord {
    pub(super) fn of(record: &ServerRecord, now: DateTime<Utc>) -> Self {
        Self {
            incarnation: record.incarnation().to_owned(),
            name: record.server.name().clone(),
            gone_at: now,
        }
    }
}

impl Record for RemainsRecord {
    fn id(&self) -> String {
        self.incarnation.clone()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        Some(self.gone_at)
    }
}

/// An instant as text that sorts as it does, to the millisecond.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    // 19 digits hold every millisecond that chrono knows after year 0; earlier ones do not come.
    format!("{:019}", at.timestamp_millis().max(0))
}
