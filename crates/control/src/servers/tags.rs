//! Tags of servers and backups.

use chrono::{DateTime, Utc};
use tagout_backup::Backup;
use tagout_lifecycle::{
    MaxResults, NextToken, Resource, ResourceArn, TagChange, TagKey, TagValue, Tags,
};
use tagout_store::Store;
use tracing::instrument;

use super::{
    commands::refused,
    page::{Listing, resume, token},
    records::{BackupRecord, ServerRecord},
};
use crate::{
    account::Account,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry::observed,
    unit::Unit,
};

/// What an ARN names.
enum Named {
    Server(Box<ServerRecord>),
    Backup(Box<Backup>),
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Changes the tags of a server, and with them those of its backups; or of a backup (`TagResource`,
    /// `UntagResource`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such resource; [`ControlError::Server`] or [`ControlError::Backup`] if
    /// it would have too many tags, or while it is being deleted.
    #[instrument(skip_all, fields(%account, resource = %arn))]
    pub async fn change_tags(
        &self,
        account: &Account,
        arn: &ResourceArn,
        change: &TagChange,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("change_tags", async {
            let policy = &self.settings.servers.terms.policy;
            decide!(self, now, |unit| {
                match self.find_resource(unit, account, arn).await? {
                    Named::Server(record) => {
                        let server = record.server.clone();
                        let moved = server.change_tags(change, policy).map_err(refused)?;
                        let name = record.server.name().clone();
                        for backup in self.backups_of(unit, account, &name).await? {
                            if !backup.is_orphaned() {
                                let outcome = backup.inherit_tags(change, policy);
                                self.put_outcome(unit, account, &backup, outcome).await?;
                            }
                        }
                        self.put_moved(unit, account, *record, moved)
                            .await
                            .map(drop)
                    }
                    Named::Backup(backup) => {
                        let outcome = backup.change_tags(change, policy)?;
                        self.put_outcome(unit, account, &backup, outcome)
                            .await
                            .map(drop)
                    }
                }
            })
        })
        .await
    }

    /// The tags of a server or backup, in the order of their keys (`ListTagsForResource`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such resource, [`ControlError::InvalidPageToken`] if `next` is not
    /// one of this list.
    #[instrument(skip_all, fields(%account, resource = %arn))]
    pub async fn list_tags_for_resource(
        &self,
        account: &Account,
        arn: &ResourceArn,
        next: Option<&NextToken>,
        max: MaxResults,
        now: DateTime<Utc>,
    ) -> Result<Listing<(TagKey, TagValue)>, ControlError> {
        observed("list_tags_for_resource", async {
            let mut unit = Unit::new(&self.store, now);
            let tags: Tags = match self.find_resource(&mut unit, account, arn).await? {
                Named::Server(record) => record.server.tags().clone(),
                Named::Backup(backup) => backup.tags().clone(),
            };
            let list = format!("tags {arn}");
            let after = next.map(|next| resume(&list, next)).transpose()?;
            let mut left = tags
                .into_iter()
                .filter(|(key, _)| after.as_deref().is_none_or(|after| key.as_str() > after));
            let items: Vec<_> = left.by_ref().take(max.count()).collect();
            let has_more = left.next().is_some();
            let next = items
                .last()
                .filter(|_| has_more)
                .map(|(key, _)| token(&list, key.as_str()));
            Ok(Listing { items, next })
        })
        .await
    }

    async fn find_resource(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        arn: &ResourceArn,
    ) -> Result<Named, ControlError> {
        let scope = account.as_str();
        // The ARN has to be that of the thing, with its region, account and UUID.
        let found = match arn.resource() {
            Some(Resource::Server(name)) => {
                let found: Option<ServerRecord> = unit.get(scope, name.as_str()).await?;
                found
                    .filter(|record| record.server.arn() == arn)
                    .map(|record| Named::Server(Box::new(record)))
            }
            Some(Resource::Backup(id)) => {
                let found: Option<BackupRecord> = unit.get(scope, id.as_str()).await?;
                found
                    .filter(|record| record.0.arn() == arn)
                    .map(|record| Named::Backup(Box::new(record.0)))
            }
            None => None,
        };
        found.ok_or_else(|| ControlError::not_found("resource", arn.as_str()))
    }
}
