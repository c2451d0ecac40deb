//! What the OpsWorks CM API did not have: protection, deferral, cancelling, resetting, and what is seen of a server.

use chrono::{DateTime, Utc};
use tagout_lifecycle::{
    Description, Observation, PendingMaintenance, ResetTo, Server, ServerName, Transition, UserArn,
};
use tagout_store::Store;
use tracing::instrument;

use super::{
    commands::refused,
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

impl<S: Store, D: Driver> Control<S, D> {
    /// Protects a server from deletion, or takes the protection off, in any status.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn protect_server(
        &self,
        account: &Account,
        name: &ServerName,
        protected: bool,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("protect_server", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let moved = record.server.clone().protect(protected, now);
                self.put_moved(unit, account, record, moved).await
            })
        })
        .await
    }

    /// Puts the next maintenance of a server off to `until`, or, with `None`, takes that back.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Server`] unless `until` is after `now`
    /// and within the limit.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn defer_maintenance(
        &self,
        account: &Account,
        name: &ServerName,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("defer_maintenance", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let server = record.server.clone();
                let moved = match until {
                    Some(until) => {
                        let policy = &self.settings.servers.terms.policy;
                        server
                            .defer_maintenance(until, policy, now)
                            .map_err(refused)?
                    }
                    None => server.resume_maintenance(now),
                };
                self.put_moved(unit, account, record, moved).await
            })
        })
        .await
    }

    /// The maintenance that is to come for a server, the regular one first.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn pending_maintenance(
        &self,
        account: &Account,
        name: &ServerName,
        now: DateTime<Utc>,
    ) -> Result<Vec<PendingMaintenance>, ControlError> {
        observed("pending_maintenance", async {
            let mut unit = Unit::new(&self.store, now);
            let record = self.find_server(&mut unit, account, name).await?;
            let policy = &self.settings.servers.terms.policy;
            Ok(record.server.pending_maintenance(policy, now))
        })
        .await
    }

    /// Cancels what is being done to a server, if no attempt at it has begun.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Server`] if nothing is being done, an
    /// attempt has begun, or it is a deletion.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn cancel_operation(
        &self,
        account: &Account,
        name: &ServerName,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("cancel_operation", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let mut server = record.server.clone();
                if self.has_begun(unit, account, &record).await?
                    && let Some(operation) = server.current_operation()
                {
                    let ticket = operation.ticket();
                    server = server.handle_begun(ticket, now).map_err(refused)?.server;
                }
                let moved = server.cancel(now).map_err(refused)?;
                self.put_moved(unit, account, record, moved).await
            })
        })
        .await
    }

    /// Whether somebody has taken up the work of the current operation, which is then cancelled no more.
    async fn has_begun(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: &ServerRecord,
    ) -> Result<bool, ControlError> {
        let Some(operation) = record.server.current_operation() else {
            return Ok(false);
        };
        // Maintenance sets out with its backup, whose work has a ticket of its own.
        let mut ticket = operation.ticket();
        if let Some(id) = operation.backup() {
            let backup: Option<BackupRecord> = unit.get(account.as_str(), id.as_str()).await?;
            if let Some(making) = backup
                .filter(|record| record.0.status() == tagout_backup::BackupStatus::InProgress)
                .and_then(|record| record.0.ticket())
            {
                ticket = making;
            } else if operation.kind() == tagout_lifecycle::OperationKind::Maintain {
                return Ok(true); // its backup has been made
            }
        }
        self.is_untouched(unit, &ticket.to_string())
            .await
            .map(|untouched| !untouched)
    }

    /// Puts a server that is stuck where `by` says it is, and tells who did so and why.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Server`] unless something is being done
    /// to it or it has failed.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn reset_server(
        &self,
        account: &Account,
        name: &ServerName,
        to: ResetTo,
        by: &UserArn,
        why: &Description,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("reset_server", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let moved = record.server.clone().reset(to, by, why, now);
                self.put_moved(unit, account, record, moved.map_err(refused)?)
                    .await
            })
        })
        .await
    }

    /// Takes down what somebody saw of a server: a health check, the loss of contact, or of its machine.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn observe_server(
        &self,
        account: &Account,
        name: &ServerName,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("observe_server", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let moved: Transition = record.server.clone().handle_observation(observation, now);
                self.put_moved(unit, account, record, moved).await
            })
        })
        .await
    }
}
