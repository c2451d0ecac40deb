//! What may be done with servers, in the words of the OpsWorks CM API.

use chrono::{DateTime, Utc};
use tagout_backup::{Backup, ManualOrder};
use tagout_lifecycle::{
    Account as Home, AttributeName, AttributeValue, BackupId, EngineAttribute, EngineAttributeName,
    Limited, NewServer, RestoreOrder, Server, ServerName, ServerUpdate, Transition,
};
use tagout_store::Store;
use tracing::instrument;

use super::{records::ServerRecord, secrets};
use crate::{
    account::Account,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry::observed,
    unit::Unit,
};

/// A server that is being built, and what its owner is told only now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Created {
    /// The server.
    pub server: Server,
    /// Attributes of its engine that were made for it. They are not kept: nobody can ask for them later.
    pub secrets: Vec<EngineAttribute>,
}

/// How a server is taken down.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Removal {
    /// At once.
    #[default]
    AtOnce,
    /// After a last backup, a manual one; if that fails the server stays. tagout's own.
    AfterBackup(ManualOrder),
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Begins to build a server, with the content of `from_backup` if that is named (`CreateServer`).
    ///
    /// Passwords that the owner left out are made, and are in the answer alone.
    ///
    /// # Errors
    ///
    /// In this order: [`ControlError::InvalidServer`] with all that does not go together,
    /// [`ControlError::AlreadyExists`] if the name is taken, [`ControlError::LimitExceeded`] if the account has as many
    /// servers as it may have, [`ControlError::NotFound`] if there is no such backup, and [`ControlError::Backup`] if it
    /// cannot be used.
    #[instrument(skip_all, fields(%account, server = %new.name))]
    pub async fn create_server(
        &self,
        account: &Account,
        new: NewServer,
        from_backup: Option<&BackupId>,
        now: DateTime<Utc>,
    ) -> Result<Created, ControlError> {
        observed("create_server", async {
            let home = self.home(account)?;
            decide!(self, now, |unit| {
                self.create_in(unit, account, &home, new.clone(), from_backup)
                    .await
            })
        })
        .await
    }

    async fn create_in(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        home: &Home,
        mut new: NewServer,
        from_backup: Option<&BackupId>,
    ) -> Result<Created, ControlError> {
        let (now, policy) = (unit.now(), &self.settings.servers.terms.policy);
        let draw = &mut || self.ids.number();
        let ticket = self.draw_ticket();
        let secrets = secrets::complete(&mut new, draw);
        // Refused before anything is looked up, if it is wrong by itself.
        let mut moved = Server::create(new.clone(), home, draw, ticket, policy, now)?;
        let name = new.name.clone();
        let found = unit.get::<ServerRecord>(account.as_str(), name.as_str());
        if found.await?.is_some() {
            return Err(ControlError::already_exists("server", name.as_str()));
        }
        let quota = self.quota(unit, account, Limited::Servers).await?;
        quota.take(policy)?;
        if let Some(id) = from_backup {
            let backup = self.find_backup(unit, account, id).await?;
            let (filled, lent) = backup.offer_to(new, ticket)?;
            moved = Server::create(filled, home, draw, ticket, policy, now)?;
            Self::put_backup(unit, account, Some(&backup), &lent)?;
        }
        self.count(unit, account, Limited::Servers, 1)?;
        let server = self.put_created(unit, account, moved).await?;
        Ok(Created { server, secrets })
    }

    /// Changes windows, retention, and whether there are automated backups (`UpdateServer`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::InvalidServer`] if the policy does not allow
    /// such settings, [`ControlError::Server`] unless its status allows it.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn update_server(
        &self,
        account: &Account,
        name: &ServerName,
        update: &ServerUpdate,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("update_server", async {
            decide!(self, now, |unit| {
                let mut record = self.find_server(unit, account, name).await?;
                update.check(&self.settings.servers.terms.policy)?;
                let moved = record.server.clone().update(update, now).map_err(refused)?;
                if update.retention_days.is_some() {
                    let siblings = self.siblings(unit, account, name).await?;
                    record = record.moved(moved.server.clone(), now); // no update changes the status
                    record.plan_sweep(&siblings.iter().collect::<Vec<_>>());
                }
                self.put_moved(unit, account, record, moved).await
            })
        })
        .await
    }

    /// Takes a server out of service for maintenance, which begins with a backup (`StartMaintenance`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Backup`] if the attributes are not in
    /// order, or unless it is healthy or unhealthy.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn start_maintenance(
        &self,
        account: &Account,
        name: &ServerName,
        attributes: &[EngineAttribute],
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("start_maintenance", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                self.maintain_in(unit, account, record, attributes, None)
                    .await
            })
        })
        .await
    }

    /// Takes a server into maintenance, for `opening` or because somebody asks for it.
    pub(super) async fn maintain_in(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
        attributes: &[EngineAttribute],
        opening: Option<DateTime<Utc>>,
    ) -> Result<Server, ControlError> {
        let taken = self.taken_ids(unit, account, record.server.name()).await?;
        let begun = Backup::begin_with_maintenance(
            &record.server,
            attributes,
            opening,
            |id| taken.contains(id),
            self.draw_ticket(),
            self.draw_ticket(),
            &self.settings.servers.terms,
            unit.now(),
        )?;
        let (server, _) = self.put_begun(unit, account, record, begun).await?;
        Ok(server)
    }

    /// Begins to build a new machine for a server from a backup of it (`RestoreServer`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server or backup, [`ControlError::Backup`] if it is of another
    /// server or engine, if the status of the server does not allow it, or if the backup cannot be used.
    #[instrument(skip_all, fields(%account, server = %name, backup = %id))]
    pub async fn restore_server(
        &self,
        account: &Account,
        name: &ServerName,
        id: &BackupId,
        order: &RestoreOrder,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("restore_server", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let backup = self.find_backup(unit, account, id).await?;
                let begun = backup.begin_restore(
                    &record.server,
                    order.clone(),
                    self.draw_ticket(),
                    &self.settings.servers.terms,
                    now,
                )?;
                Self::put_backup(unit, account, Some(&backup), &begun.backup)?;
                self.put_moved(unit, account, record, begun.moved).await
            })
        })
        .await
    }

    /// Begins to take a server down (`DeleteServer`); with it go its events, nodes and automated backups.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server; [`ControlError::Server`], or [`ControlError::Backup`]
    /// where a last backup is wanted, if something else is still going on, it is being deleted already, or it is
    /// protected; [`ControlError::LimitExceeded`] if there is no place for the backup.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn delete_server(
        &self,
        account: &Account,
        name: &ServerName,
        removal: &Removal,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("delete_server", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                match removal {
                    Removal::AtOnce => {
                        let policy = &self.settings.servers.terms.policy;
                        let server = record.server.clone();
                        let moved = server
                            .delete(self.draw_ticket(), policy, now)
                            .map_err(refused)?;
                        self.put_moved(unit, account, record, moved).await
                    }
                    Removal::AfterBackup(order) => {
                        let taken = self.taken_ids(unit, account, name).await?;
                        let begun = Backup::begin_final(
                            &record.server,
                            order.clone(),
                            self.quota(unit, account, Limited::ManualBackups).await?,
                            |id| taken.contains(id),
                            self.draw_ticket(),
                            self.draw_ticket(),
                            &self.settings.servers.terms,
                            now,
                        )?;
                        let (server, _) = self.put_begun(unit, account, record, begun).await?;
                        Ok(server)
                    }
                }
            })
        })
        .await
    }

    /// Begins to change one attribute of a server's engine (`UpdateServerEngineAttributes`).
    ///
    /// Without a value the engine makes a new one.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Server`] if the engine does not know the
    /// attribute or not such a value, or unless the server is healthy or unhealthy.
    #[instrument(skip_all, fields(%account, server = %name, %attribute))]
    pub async fn update_server_engine_attributes(
        &self,
        account: &Account,
        name: &ServerName,
        attribute: &AttributeName,
        value: Option<&AttributeValue>,
        now: DateTime<Utc>,
    ) -> Result<Server, ControlError> {
        observed("update_server_engine_attributes", async {
            decide!(self, now, |unit| {
                let record = self.find_server(unit, account, name).await?;
                let policy = &self.settings.servers.terms.policy;
                let server = record.server.clone();
                let (attribute, value) = (attribute.clone(), value.cloned());
                let moved: Transition = server
                    .update_engine_attribute(attribute, value, self.draw_ticket(), policy, now)
                    .map_err(refused)?;
                self.put_moved(unit, account, record, moved).await
            })
        })
        .await
    }

    /// The script by which a new machine becomes a node of a server (`ExportServerEngineAttribute`), in base64.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Server`] if `attribute` is not
    /// `Userdata`, the inputs are not in order, or the status does not allow it.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn export_server_engine_attribute(
        &self,
        account: &Account,
        name: &ServerName,
        attribute: &EngineAttributeName,
        inputs: &[EngineAttribute],
        now: DateTime<Utc>,
    ) -> Result<EngineAttribute, ControlError> {
        observed("export_server_engine_attribute", async {
            let mut unit = Unit::new(&self.store, now);
            let record = self.find_server(&mut unit, account, name).await?;
            record.server.export_attribute(attribute, inputs)?;
            let region = &self.settings.servers.region;
            Ok(secrets::userdata(&record.server, region, inputs))
        })
        .await
    }

    /// Where the servers of `account` are at home.
    fn home(&self, account: &Account) -> Result<Home, ControlError> {
        Ok(Home {
            id: account.as_str().parse()?,
            region: self.settings.servers.region.clone(),
        })
    }
}

/// Why, without the server.
pub(super) fn refused(refused: tagout_lifecycle::Refused) -> ControlError {
    refused.into_refusal().into()
}
