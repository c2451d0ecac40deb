//! What is known of servers and backups; asking changes nothing.

use chrono::{DateTime, Utc};
use tagout_backup::Backup;
use tagout_lifecycle::{
    BackupId, Event, Limited, MaxResults, NextToken, Quota, Server, ServerName,
};
use tagout_store::{Query, Store, StoreError, Stored};
use tracing::instrument;

use super::{
    page::{Listing, resume, token},
    records::{BackupRecord, EventRecord, QUOTA, ServerRecord},
};
use crate::{
    account::Account,
    control::Control,
    driver::Driver,
    error::ControlError,
    telemetry::observed,
    unit::{Record, Unit},
};

/// How many of something an account has, and may have (structure `AccountAttribute`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AccountAttribute {
    /// Of what.
    pub limited: Limited,
    /// How many it may have.
    pub max: u32,
    /// How many it has.
    pub used: u32,
}

impl<S: Store, D: Driver> Control<S, D> {
    /// One server, or all of them in the order of their names (`DescribeServers`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if one is named and there is none.
    #[instrument(skip_all, fields(%account))]
    pub async fn describe_servers(
        &self,
        account: &Account,
        name: Option<&ServerName>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Server>, ControlError> {
        observed("describe_servers", async {
            let mut unit = Unit::new(&self.store, now);
            if let Some(name) = name {
                let record = self.find_server(&mut unit, account, name).await?;
                return Ok(vec![record.server]);
            }
            let all = Query::new(ServerRecord::KIND, account.as_str());
            let records: Vec<ServerRecord> = unit.list(all, usize::MAX).await?;
            Ok(records.into_iter().map(|record| record.server).collect())
        })
        .await
    }

    /// Backups, newest first: all of the account, those of the servers of one name, or one (`DescribeBackups`).
    ///
    /// Where both are named, both hold. A server that is not there has no backups, or those that outlived it.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if a backup is named and there is none.
    #[instrument(skip_all, fields(%account))]
    pub async fn describe_backups(
        &self,
        account: &Account,
        id: Option<&BackupId>,
        server: Option<&ServerName>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Backup>, ControlError> {
        observed("describe_backups", async {
            let mut unit = Unit::new(&self.store, now);
            match (id, server) {
                (Some(id), _) => {
                    let backup = self.find_backup(&mut unit, account, id).await?;
                    let fits = server.is_none_or(|server| backup.server() == server);
                    Ok(fits.then_some(backup).into_iter().collect())
                }
                (None, Some(server)) => self.backups_of(&mut unit, account, server).await,
                (None, None) => {
                    let all = BackupRecord::of_account(account);
                    let records: Vec<BackupRecord> = unit.list(all, usize::MAX).await?;
                    Ok(records.into_iter().map(|record| record.0).collect())
                }
            }
        })
        .await
    }

    /// A page of what has happened to a server, newest first (`DescribeEvents`).
    ///
    /// A list that was begun goes on with older events, whatever happens meanwhile.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::InvalidPageToken`] if `next` is not one
    /// of this list.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn describe_events(
        &self,
        account: &Account,
        name: &ServerName,
        next: Option<&NextToken>,
        max: MaxResults,
        now: DateTime<Utc>,
    ) -> Result<Listing<Event>, ControlError> {
        observed("describe_events", async {
            let mut unit = Unit::new(&self.store, now);
            let record = self.find_server(&mut unit, account, name).await?;
            let list = format!("events {}", record.incarnation());
            let mut query = EventRecord::of(account, record.incarnation());
            if let Some(next) = next {
                query = query.below(resume(&list, next)?);
            }
            let page = self.store.page(&query.limit(max.count())).await?;
            let has_more = page.next.is_some();
            let records = page
                .documents
                .iter()
                .map(tagout_store::Document::read)
                .collect::<Result<Vec<EventRecord>, StoreError>>()?;
            let next = records
                .last()
                .filter(|_| has_more)
                .map(|last| token(&list, &last.id()));
            let items = records.into_iter().map(|record| record.event).collect();
            Ok(Listing { items, next })
        })
        .await
    }

    /// How many servers and manual backups the account has and may have (`DescribeAccountAttributes`).
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store does not answer.
    #[instrument(skip_all, fields(%account))]
    pub async fn describe_account_attributes(
        &self,
        account: &Account,
    ) -> Result<[AccountAttribute; 2], ControlError> {
        observed("describe_account_attributes", async {
            let policy = &self.settings.servers.terms.policy;
            let unit = &mut Unit::new(&self.store, DateTime::UNIX_EPOCH); // counters know no time
            let of = |quota: Quota| AccountAttribute {
                limited: quota.limited(),
                max: quota.limited().max(policy),
                used: quota.used(),
            };
            Ok([
                of(self.quota(unit, account, Limited::Servers).await?),
                of(self.quota(unit, account, Limited::ManualBackups).await?),
            ])
        })
        .await
    }

    /// How many of something the account has, with what `unit` adds.
    pub(super) async fn quota(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        limited: Limited,
    ) -> Result<Quota, ControlError> {
        let used = unit
            .counted(QUOTA, account.as_str(), limited.as_str())
            .await?;
        Ok(Quota::new(limited, u32::try_from(used).unwrap_or(u32::MAX)))
    }
}
