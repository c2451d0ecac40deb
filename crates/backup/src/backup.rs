//! One backup: what it holds of its server, and how it stands.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_lifecycle::{
    BackupId, Description, InstanceProfileArn, InstanceType, KeyPair, Policy, PreferredWindow,
    Release, ResourceArn, ResourceId, Server, ServerName, ServiceRoleArn, Tags, Ticket, UserArn,
};

use crate::{BackupDestination, BackupStatus, BackupTrigger, BackupType};

/// What a backup holds of its server, as that was when the backup began.
///
/// Not held are the retention, the custom domain, the endpoint and the engine's attributes.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Snapshot {
    /// The server.
    pub server: ServerName,
    /// Its engine, model and version.
    pub release: Release,
    /// The type of its machine.
    pub instance_type: InstanceType,
    /// What its machine might do.
    pub instance_profile_arn: InstanceProfileArn,
    /// What the service might do on its behalf.
    pub service_role_arn: ServiceRoleArn,
    /// Its key pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pair: Option<KeyPair>,
    /// Its security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<ResourceId>,
    /// Its subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<ResourceId>,
    /// Its hour for backups.
    pub backup_window: PreferredWindow,
    /// Its hour for maintenance.
    pub maintenance_window: PreferredWindow,
    /// The version of the tools that made the backup.
    pub tools_version: Box<str>,
}

impl Snapshot {
    /// What a backup of `server` that began now would hold.
    pub fn of(server: &Server, tools_version: &str) -> Self {
        let blueprint = server.blueprint().clone();
        Self {
            server: server.name().clone(),
            release: blueprint.release,
            instance_type: blueprint.instance_type,
            instance_profile_arn: blueprint.instance_profile_arn,
            service_role_arn: blueprint.service_role_arn,
            key_pair: blueprint.key_pair,
            security_group_ids: blueprint.security_group_ids,
            subnet_ids: blueprint.subnet_ids,
            backup_window: server.preferred_backup_window(),
            maintenance_window: server.preferred_maintenance_window(),
            tools_version: tools_version.into(),
        }
    }
}

/// What an installation sets for its backups.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Terms {
    /// Limits and deadlines, the same as for its servers.
    pub policy: Policy,
    /// The version of the tools that make backups, as it is shown with each.
    pub tools_version: Box<str>,
    /// Where the logs of backups are kept: the name of a bucket.
    pub log_bucket: Option<Box<str>>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            tools_version: "1".into(),
            log_bucket: None,
        }
    }
}

/// One backup of a server.
///
/// It is made by a `begin_*` function together with the server's move, follows the operation that makes it
/// ([`Backup::handle_ended`]), and is removed by [`Backup::delete`], by [`rotation`](crate::rotation) or with its
/// server. Every change comes as an [`Outcome`](crate::Outcome), to be committed together with what it belongs to.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Backup {
    pub(crate) id: BackupId,
    pub(crate) arn: ResourceArn,
    #[serde(rename = "type")]
    pub(crate) kind: BackupType,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) snapshot: Snapshot,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Description>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_arn: Option<UserArn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log_url: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub(crate) tags: Tags,

    pub(crate) status: BackupStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status_description: Option<Box<str>>,
    /// The work that is done on it: making it, or removing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) work: Option<CurrentWork>,
    /// The restores and creations that read it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) readers: BTreeSet<Ticket>,
    /// Whether it counts towards the manual backups of the account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) holds_slot: bool,
    /// Whether its server is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) orphaned: bool,
}

/// Work that is done on a backup.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub(crate) struct CurrentWork {
    pub(crate) ticket: Ticket,
    pub(crate) deadline: DateTime<Utc>,
}

impl Backup {
    /// Its id.
    pub fn id(&self) -> &BackupId {
        &self.id
    }

    /// Its ARN.
    pub fn arn(&self) -> &ResourceArn {
        &self.arn
    }

    /// Who asked for it.
    pub fn kind(&self) -> BackupType {
        self.kind
    }

    /// When it began, in UTC to the millisecond; its id tells the same.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// What it holds of its server.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Its server, which may be gone.
    pub fn server(&self) -> &ServerName {
        &self.snapshot.server
    }

    /// What the caller said of it; an automated one has none.
    pub fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }

    /// Who the caller was; an automated one has none.
    pub fn user_arn(&self) -> Option<&UserArn> {
        self.user_arn.as_ref()
    }

    /// Where its log is.
    pub fn log_url(&self) -> Option<&str> {
        self.log_url.as_deref()
    }

    /// Its tags.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Where it stands.
    pub fn status(&self) -> BackupStatus {
        self.status
    }

    /// Why it failed.
    pub fn status_description(&self) -> Option<&str> {
        self.status_description.as_deref()
    }

    /// The ticket of the work that is done on it: making it, or removing it.
    pub fn ticket(&self) -> Option<Ticket> {
        self.work.map(|work| work.ticket)
    }

    /// When its removal is overdue: [`Backup::handle_deadline`].
    ///
    /// What makes it is a matter of its server, and so is the deadline of that.
    pub fn poll_due(&self) -> Option<DateTime<Utc>> {
        self.work
            .filter(|_| self.status == BackupStatus::Deleting)
            .map(|work| work.deadline)
    }

    /// How many restores and creations read it now.
    pub fn n_readers(&self) -> usize {
        self.readers.len()
    }

    /// Whether it takes one of the account's places for manual backups.
    ///
    /// A manual one does from when it begins until its deletion is asked for, whatever became of it and of its
    /// server. One whose deletion has failed stays without: it was given up, and its place may be taken.
    pub fn holds_slot(&self) -> bool {
        self.holds_slot
    }

    /// Whether its server is gone.
    pub fn is_orphaned(&self) -> bool {
        self.orphaned
    }

    /// Moves it by the table.
    pub(crate) fn moved(&self, trigger: BackupTrigger) -> Option<Self> {
        match self.status.after(trigger)? {
            BackupDestination::To(status) => Some(Self {
                status,
                work: None,
                ..self.clone()
            }),
            BackupDestination::Gone => None,
        }
    }
}
