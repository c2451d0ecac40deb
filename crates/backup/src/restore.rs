//! Servers restored from a backup, and created from one.

use chrono::{DateTime, Utc};
use tagout_lifecycle::{
    EngineFamily, NewServer, RestoreOrder, RestoreSource, Server, Ticket, Transition,
};

use crate::{Backup, BackupRefusal, BackupStatus, Terms};

/// A restore that has been begun, and the backup that it reads. Both are to be committed together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RestoreBegun {
    /// The server's move, with the work to be performed.
    pub moved: Transition,
    /// The backup, which cannot be deleted until the restore is over.
    pub backup: Backup,
}

impl Backup {
    /// Begins to restore its server from it at `now`.
    ///
    /// The server gets the engine and version of the backup, and its machine type too unless `order` names another,
    /// whatever it has now. Windows, tags and retention stay as they are, and so does the key pair unless another one
    /// is named.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] if it is of another server, or of an engine of another family; unless the server is running,
    /// healthy, unhealthy, out of contact or terminated; unless the backup has been made; in this order.
    pub fn begin_restore(
        &self,
        server: &Server,
        order: RestoreOrder,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<RestoreBegun, BackupRefusal> {
        if self.server() != server.name() {
            return Err(BackupRefusal::OtherServer {
                backup: self.id.clone(),
                server: self.server().clone(),
                target: server.name().clone(),
            });
        }
        self.expect_family(server.blueprint().release.engine.family())?;
        let moved =
            server
                .clone()
                .start_restore(self.source(), order, ticket, &terms.policy, now)?;
        if self.status != BackupStatus::Ok {
            return Err(BackupRefusal::NotRestorable {
                backup: self.id.clone(),
                status: self.status,
            });
        }
        Ok(RestoreBegun {
            moved,
            backup: self.lent(ticket),
        })
    }

    /// Lets a server be created from it: fills in what `new` leaves open.
    ///
    /// Windows, key pair, security groups, subnets, model and version come from the backup where they are left open,
    /// and from the usual defaults where the backup does not have them either. `ticket` is the one with which
    /// [`Server::create`] is then called; the backup comes back with it, and cannot be deleted until the creation is
    /// over.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] if it is of an engine of another family, or has not been made.
    pub fn offer_to(
        &self,
        new: NewServer,
        ticket: Ticket,
    ) -> Result<(NewServer, Self), BackupRefusal> {
        self.expect_family(new.engine.family())?;
        if self.status != BackupStatus::Ok {
            return Err(BackupRefusal::NotUsable {
                backup: self.id.clone(),
                status: self.status,
            });
        }
        let held = &self.snapshot;
        let list = |ids: &Vec<_>| (!ids.is_empty()).then(|| ids.clone());
        let filled = NewServer {
            key_pair: new.key_pair.or_else(|| held.key_pair.clone()),
            security_group_ids: new
                .security_group_ids
                .or_else(|| list(&held.security_group_ids)),
            subnet_ids: new.subnet_ids.or_else(|| list(&held.subnet_ids)),
            backup_window: new.backup_window.or(Some(held.backup_window)),
            maintenance_window: new.maintenance_window.or(Some(held.maintenance_window)),
            from_backup: Some(self.source()),
            ..new
        };
        Ok((filled, self.lent(ticket)))
    }

    fn source(&self) -> RestoreSource {
        RestoreSource {
            backup: self.id.clone(),
            release: self.snapshot.release.clone(),
            instance_type: self.snapshot.instance_type.clone(),
        }
    }

    fn lent(&self, ticket: Ticket) -> Self {
        let mut backup = self.clone();
        backup.readers.insert(ticket);
        backup
    }

    fn expect_family(&self, target: EngineFamily) -> Result<(), BackupRefusal> {
        let family = self.snapshot.release.engine.family();
        if family == target {
            return Ok(());
        }
        Err(BackupRefusal::OtherEngine {
            backup: self.id.clone(),
            family,
            target,
        })
    }
}
