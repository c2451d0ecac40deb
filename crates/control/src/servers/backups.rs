//! What may be done with backups, in the words of the OpsWorks CM API.

use chrono::{DateTime, Utc};
use tagout_backup::{Backup, BackupRefusal, ManualOrder};
use tagout_lifecycle::{BackupId, Limited, Server, ServerName};
use tagout_store::Store;
use tracing::instrument;

use super::records::ServerRecord;
use crate::{
    account::Account,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry::observed,
    unit::Unit,
};

impl<S: Store, D: Driver> Control<S, D> {
    /// Begins a manual backup of a server (`CreateBackup`).
    ///
    /// # Errors
    ///
    /// In this order: [`ControlError::NotFound`] if there is no such server; [`ControlError::Backup`] if there would be
    /// too many tags, or unless the server is running, healthy or unhealthy; [`ControlError::LimitExceeded`] if the
    /// account has as many manual backups as it may have.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn create_backup(
        &self,
        account: &Account,
        name: &ServerName,
        order: &ManualOrder,
        now: DateTime<Utc>,
    ) -> Result<Backup, ControlError> {
        observed("create_backup", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let (_, backup) = self
                    .back_up_by_hand(unit, account, record, order.clone())
                    .await?;
                Ok(backup)
            })
        })
        .await
    }

    /// Begins a manual backup, if the account may have one more.
    pub(super) async fn back_up_by_hand(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
        order: ManualOrder,
    ) -> Result<(Server, Backup), ControlError> {
        let taken = self.taken_ids(unit, account, record.server.name()).await?;
        let begun = Backup::begin_manual(
            &record.server,
            order,
            self.quota(unit, account, Limited::ManualBackups).await?,
            |id| taken.contains(id),
            self.draw_ticket(),
            &self.settings.servers.terms,
            unit.now(),
        )?;
        self.put_begun(unit, account, record, begun).await
    }

    /// Begins an automated backup: for `opening`, or because a major upgrade was made.
    pub(super) async fn back_up_in(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
        opening: Option<DateTime<Utc>>,
    ) -> Result<(), ControlError> {
        let taken = self.taken_ids(unit, account, record.server.name()).await?;
        let begun = Backup::begin_due(
            &record.server,
            opening,
            |id| taken.contains(id),
            self.draw_ticket(),
            &self.settings.servers.terms,
            unit.now(),
        )?;
        self.put_begun(unit, account, record, begun).await.map(drop)
    }

    /// Begins to remove a backup, manual or automated (`DeleteBackup`). Its place is free at once.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such backup, [`ControlError::Backup`] unless it has been made or has
    /// failed, and while something is restored or created from it.
    #[instrument(skip_all, fields(%account, backup = %id))]
    pub async fn delete_backup(
        &self,
        account: &Account,
        id: &BackupId,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("delete_backup", async {
            decide!(self, now, |unit| {
                let backup = self.find_backup(unit, account, id).await?;
                let terms = &self.settings.servers.terms;
                let outcome = backup.delete(self.draw_ticket(), terms, now)?;
                let notes = self.put_outcome(unit, account, &backup, outcome).await?;
                self.tell_server(unit, account, &backup, notes).await
            })
        })
        .await
    }

    /// The removal of a backup is overdue: it has failed.
    pub(super) async fn advance_backup(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        id: &str,
    ) -> Result<(), ControlError> {
        let found = unit
            .get::<super::BackupRecord>(account.as_str(), id)
            .await?;
        let Some(super::BackupRecord(backup)) = found else {
            return Ok(());
        };
        let outcome = match backup.handle_deadline(unit.now()) {
            Err(BackupRefusal::NotOverdue { .. }) => {
                return Self::put_backup(unit, account, Some(&backup), &backup); // with its due time
            }
            outcome => outcome?,
        };
        let notes = self.put_outcome(unit, account, &backup, outcome).await?;
        self.tell_server(unit, account, &backup, notes).await
    }
}
