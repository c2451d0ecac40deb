//! Servers, and what belongs to them, whose time has come.

use chrono::{DateTime, Utc};
use tagout_backup::{Retention, rotation};
use tagout_lifecycle::{Duty, Transition};
use tagout_store::{Document, Kind, Store, Stored};

use super::{
    AssociationRecord, BackupRecord, RemainsRecord, commands::refused, records::ServerRecord,
};
use crate::{
    account::Account,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    unit::Unit,
};

impl<S: Store, D: Driver> Control<S, D> {
    /// The kinds of documents that wait here; all of them are among those of [`WAITING`](Self::WAITING).
    pub(crate) const SERVER_KINDS: [Kind; 4] = [
        ServerRecord::KIND,
        BackupRecord::KIND,
        AssociationRecord::KIND,
        RemainsRecord::KIND,
    ];

    /// Does what is to be done with one of them; each time one thing, and it is due again at once if there is more.
    pub(crate) async fn advance_servers(
        &self,
        document: &Document,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let key = document.key();
        let account: Account = key.scope().parse()?;
        decide!(self, now, |unit| {
            // Decided from what is stored now: the lease says who looks, not what they see.
            match key.kind() {
                kind if *kind == ServerRecord::KIND => {
                    match unit.get::<ServerRecord>(account.as_str(), key.id()).await? {
                        Some(record) => self.advance_server(unit, &account, record).await,
                        None => Ok(()),
                    }
                }
                kind if *kind == BackupRecord::KIND => {
                    self.advance_backup(unit, &account, key.id()).await
                }
                kind if *kind == AssociationRecord::KIND => {
                    self.advance_association(unit, &account, key.id()).await
                }
                _ => self.advance_remains(unit, &account, key.id()).await,
            }
        })
    }

    async fn advance_server(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
    ) -> Result<(), ControlError> {
        let now = unit.now();
        let server = record.server.clone();
        let moved = match server.poll_duty(now) {
            Some(Duty::HandleDeadline) => server.handle_deadline(now).map_err(refused)?,
            Some(Duty::SettleWindows) => server.settle_windows(now),
            Some(Duty::StartMaintenance { opening }) => {
                let opening = Some(opening);
                return self
                    .maintain_in(unit, account, record, &[], opening)
                    .await
                    .map(drop);
            }
            Some(Duty::StartBackup { opening }) => {
                return self.back_up_in(unit, account, record, opening).await;
            }
            None if record.sweep_at().is_some_and(|at| at <= now) => {
                return self.sweep(unit, account, record).await;
            }
            None => Transition::of(server), // with its due time
        };
        self.put_moved(unit, account, record, moved).await.map(drop)
    }

    /// Begins to remove the automated backups that are too old.
    async fn sweep(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        mut record: ServerRecord,
    ) -> Result<(), ControlError> {
        let (now, terms) = (unit.now(), &self.settings.servers.terms);
        let name = record.server.name().clone();
        let siblings = self.siblings(unit, account, &name).await?;
        let retention = Retention::of(&record.server);
        let mut moved = Transition::of(record.server.clone());
        let found = rotation::sweep(&siblings.iter().collect::<Vec<_>>(), retention, now);
        for removal in found.remove {
            let Some(backup) = siblings
                .iter()
                .find(|sibling| *sibling.id() == removal.backup)
            else {
                continue;
            };
            let outcome = backup.rotate_out(self.draw_ticket(), terms, now, removal.reason);
            for note in self.put_outcome(unit, account, backup, outcome).await? {
                moved.tell(note, now);
            }
        }
        let left = self.siblings(unit, account, &name).await?;
        record.plan_sweep(&left.iter().collect::<Vec<_>>());
        self.put_moved(unit, account, record, moved).await.map(drop)
    }
}
