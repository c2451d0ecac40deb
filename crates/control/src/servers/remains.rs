//! A server is gone, and what belonged to it goes after it.

use tagout_lifecycle::{AssociationStatus, Limited};
use tagout_store::{Kind, Query, Store, Stored};

use super::records::{AssociationRecord, EventRecord, NodeRecord, RemainsRecord, ServerRecord};
use crate::{
    account::Account,
    control::Control,
    driver::Driver,
    error::ControlError,
    event::Event,
    unit::{Record, Unit},
};

/// How many documents of a server that is gone one commit removes.
const REMOVED_MAX: usize = 250;

impl<S: Store, D: Driver> Control<S, D> {
    /// Removes a server that has been taken down. Its name is free at once; the rest is done by and by.
    pub(super) async fn bury(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
    ) -> Result<(), ControlError> {
        let mut remains = RemainsRecord::of(&record, unit.now());
        for backup in self.backups_of(unit, account, &remains.name).await? {
            remains.gone_at = remains.gone_at.max(backup.created_at()); // another plane's clock may be ahead
        }
        let server = remains.name.clone();
        unit.remove::<ServerRecord>(account.as_str(), server.as_str())?;
        self.count(unit, account, Limited::Servers, -1)?;
        let (from, to) = (Some(record.server.status()), None);
        unit.tell(account, Event::ServerMoved { server, from, to });
        self.orphan_backups(unit, account, &remains).await?;
        unit.put(account.as_str(), &remains)
    }

    /// Removes some more of what is left of a server.
    pub(super) async fn advance_remains(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        id: &str,
    ) -> Result<(), ControlError> {
        let Some(remains) = unit.get::<RemainsRecord>(account.as_str(), id).await? else {
            return Ok(());
        };
        let mut n_removed = self.orphan_backups(unit, account, &remains).await?;
        let prefix = format!("{}/", remains.incarnation);
        let requests: Vec<AssociationRecord> = unit
            .list(of::<AssociationRecord>(account, &prefix), REMOVED_MAX)
            .await?;
        for request in requests {
            if request.association.status() == AssociationStatus::InProgress {
                let ticket = request.association.ticket().to_string();
                self.withdraw(unit, &ticket).await?;
            }
            n_removed += remove(unit, account, &request)?;
        }
        let nodes: Vec<NodeRecord> = unit
            .list(of::<NodeRecord>(account, &prefix), REMOVED_MAX)
            .await?;
        for node in nodes {
            n_removed += remove(unit, account, &node)?;
        }
        let events: Vec<EventRecord> = unit
            .list(of::<EventRecord>(account, &prefix), REMOVED_MAX)
            .await?;
        for event in events {
            n_removed += remove(unit, account, &event)?;
        }
        if n_removed == 0 {
            unit.remove::<RemainsRecord>(account.as_str(), id)
        } else {
            unit.put(account.as_str(), &remains) // due again at once
        }
    }

    /// Lets backups follow their server: automated ones go, manual ones stay. Says how many there were, up to a limit.
    async fn orphan_backups(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        remains: &RemainsRecord,
    ) -> Result<usize, ControlError> {
        let now = unit.now();
        let mut n_orphaned = 0;
        for backup in self.backups_of(unit, account, &remains.name).await? {
            // A younger one is of a new server of that name.
            if backup.is_orphaned() || backup.created_at() > remains.gone_at {
                continue;
            }
            if n_orphaned == REMOVED_MAX {
                break;
            }
            n_orphaned += 1;
            let terms = &self.settings.servers.terms;
            let outcome = backup.handle_server_gone(&mut || self.draw_ticket(), terms, now);
            // There is nobody left to tell.
            self.put_outcome(unit, account, &backup, outcome).await?;
        }
        Ok(n_orphaned)
    }
}

/// All documents of one sort that belong to the server of `prefix`.
fn of<T: Stored>(account: &Account, prefix: &str) -> Query {
    let kind: Kind = T::KIND;
    Query::new(kind, account.as_str()).prefix(prefix)
}

fn remove<S: Store, T: Record>(
    unit: &mut Unit<'_, S>,
    account: &Account,
    record: &T,
) -> Result<usize, ControlError> {
    unit.remove::<T>(account.as_str(), &record.id())?;
    Ok(1)
}
