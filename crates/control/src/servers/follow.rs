//! What follows from a move: documents, work, events, and the backups that were part of it.

use std::collections::BTreeSet;

use tagout_backup::{Backup, Begun, Outcome};
use tagout_lifecycle::{
    BackupId, Effect, Ended, Limited, Note, Server, ServerName, Status, Ticket, Transition,
};
use tagout_store::{Query, Store};

use super::{
    finish::{Charge, Task},
    records::{BackupRecord, EventRecord, QUOTA, ServerRecord},
};
use crate::{
    account::Account, control::Control, driver::Driver, error::ControlError, event::Event,
    unit::Unit, windows::watch_of_operation,
};

/// What the end of an operation means to the window that asked for it.
fn outcome(ended: &Ended) -> tagout_window::Outcome {
    let ending = match ended.failure {
        None => tagout_window::Ending::Success,
        Some(_) => tagout_window::Ending::Failed,
    };
    tagout_window::Outcome {
        details: ended.failure.as_ref().map(|cause| cause.to_string().into()),
        ..ending.into()
    }
}

impl<S: Store, D: Driver> Control<S, D> {
    /// A new ticket.
    pub(super) fn draw_ticket(&self) -> Ticket {
        Ticket::draw(&mut || self.ids.number())
    }

    /// The server of this name.
    pub(super) async fn find_server(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        name: &ServerName,
    ) -> Result<ServerRecord, ControlError> {
        unit.get(account.as_str(), name.as_str())
            .await?
            .ok_or_else(|| ControlError::not_found("server", name.as_str()))
    }

    /// The backup of this id.
    pub(super) async fn find_backup(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        id: &BackupId,
    ) -> Result<Backup, ControlError> {
        let found: Option<BackupRecord> = unit.get(account.as_str(), id.as_str()).await?;
        found
            .map(|record| record.0)
            .ok_or_else(|| ControlError::not_found("backup", id.as_str()))
    }

    /// The backups of the servers of this name, newest first, each as this decision has left it.
    pub(super) async fn backups_of(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        server: &ServerName,
    ) -> Result<Vec<Backup>, ControlError> {
        let found = unit
            .list(BackupRecord::of_server(account, server), usize::MAX)
            .await?;
        Ok(found
            .into_iter()
            .map(|BackupRecord(backup)| backup)
            .collect())
    }

    /// Those of them from among which rotation chooses.
    pub(super) async fn siblings(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        server: &ServerName,
    ) -> Result<Vec<Backup>, ControlError> {
        let mut backups = self.backups_of(unit, account, server).await?;
        backups.retain(|backup| BackupRecord::is_automated(backup) && !backup.is_orphaned());
        Ok(backups)
    }

    /// The ids that a backup of `server` which begins now would find taken.
    pub(super) async fn taken_ids(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        server: &ServerName,
    ) -> Result<BTreeSet<BackupId>, ControlError> {
        let first = BackupId::at(server, unit.now());
        let found: Option<BackupRecord> = unit.get(account.as_str(), first.as_str()).await?;
        if found.is_none() {
            return Ok(BTreeSet::new());
        }
        let query = BackupRecord::around(account, server, unit.now());
        let around: Vec<BackupRecord> = unit.list(query, Query::LIMIT_MAX).await?;
        Ok(around
            .into_iter()
            .map(|record| record.0.id().clone())
            .collect())
    }

    /// Writes a new server down.
    pub(super) async fn put_created(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        moved: Transition,
    ) -> Result<Server, ControlError> {
        let record = ServerRecord::new(moved.server.clone(), unit.now());
        self.put_from(unit, account, None, record, moved).await
    }

    /// Writes the move of a server down, with all that follows from it.
    pub(super) async fn put_moved(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
        moved: Transition,
    ) -> Result<Server, ControlError> {
        let before = record.server.status();
        self.put_from(unit, account, Some(before), record, moved)
            .await
    }

    async fn put_from(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        before: Option<Status>,
        mut record: ServerRecord,
        mut moved: Transition,
    ) -> Result<Server, ControlError> {
        let now = unit.now();
        if let Some(ended) = moved.ended.take() {
            self.unwatch(unit, &watch_of_operation(ended.ticket), || outcome(&ended))
                .await?;
            for note in self
                .follow_with_backup(unit, account, &moved.server, &ended)
                .await?
            {
                moved.tell(note, now);
            }
            if moved.server.backup_retention_days().is_some() {
                let siblings = self.siblings(unit, account, moved.server.name()).await?;
                record.plan_sweep(&siblings.iter().collect::<Vec<_>>());
            }
        }
        let after = moved.server.status();
        if before != Some(after) {
            unit.tell(
                account,
                Event::ServerMoved {
                    server: moved.server.name().clone(),
                    from: before,
                    to: Some(after),
                },
            );
        }
        let record = record.moved(moved.server, now);
        for event in moved.events {
            unit.tell(account, Event::ServerTold(event.clone()));
            let incarnation = record.incarnation().to_owned();
            unit.put(account.as_str(), &EventRecord { incarnation, event })?;
        }
        unit.put(account.as_str(), &record)?;
        self.perform_all(unit, account, moved.effects).await?;
        Ok(record.server)
    }

    /// Lets the backup that an operation made, or was made from, follow its end.
    async fn follow_with_backup(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        server: &Server,
        ended: &Ended,
    ) -> Result<Vec<Note>, ControlError> {
        let Some(id) = &ended.backup else {
            return Ok(Vec::new());
        };
        let Some(BackupRecord(backup)) = unit.get(account.as_str(), id.as_str()).await? else {
            return Ok(Vec::new());
        };
        let now = unit.now();
        let being_made = (backup.status() == tagout_backup::BackupStatus::InProgress)
            .then(|| backup.ticket())
            .flatten();
        let terms = &self.settings.servers.terms;
        let retention = tagout_backup::Retention::of(server);
        // Without siblings: a backup that has been made comes here with that behind it, and only failures are left.
        let outcome = backup.handle_ended(
            ended,
            &[],
            retention,
            &mut || self.draw_ticket(),
            terms,
            now,
        );
        if let Some(ticket) = being_made {
            self.withdraw(unit, &ticket.to_string()).await?; // that of maintenance is not the operation's own
        }
        self.put_outcome(unit, account, &backup, outcome).await
    }

    /// Writes down a backup that has begun together with a move of its server.
    pub(super) async fn put_begun(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
        begun: Begun,
    ) -> Result<(Server, Backup), ControlError> {
        let Begun {
            moved,
            backup,
            slots,
        } = begun;
        let server = self.put_moved(unit, account, record, moved).await?;
        Self::put_backup(unit, account, None, &backup)?;
        self.count(unit, account, Limited::ManualBackups, slots)?;
        Ok((server, backup))
    }

    /// Writes down what has come of a backup, and gives back what is to be told of it.
    pub(super) async fn put_outcome(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        before: &Backup,
        outcome: Outcome,
    ) -> Result<Vec<Note>, ControlError> {
        let Outcome {
            backup,
            removed,
            effects,
            notes,
            slots,
        } = outcome;
        if let Some(after) = backup {
            Self::put_backup(unit, account, Some(before), &after)?;
        } else {
            unit.remove::<BackupRecord>(account.as_str(), before.id().as_str())?;
            Self::tell_backup(unit, account, Some(before), None);
        }
        for after in removed {
            let before: Option<BackupRecord> =
                unit.get(account.as_str(), after.id().as_str()).await?;
            let before = before.map(|record| record.0);
            Self::put_backup(unit, account, before.as_ref(), &after)?;
        }
        self.count(unit, account, Limited::ManualBackups, slots)?;
        self.perform_all(unit, account, effects).await?;
        Ok(notes)
    }

    pub(super) fn put_backup(
        unit: &mut Unit<'_, S>,
        account: &Account,
        before: Option<&Backup>,
        after: &Backup,
    ) -> Result<(), ControlError> {
        Self::tell_backup(unit, account, before, Some(after));
        unit.put(account.as_str(), &BackupRecord(after.clone()))
    }

    fn tell_backup(
        unit: &mut Unit<'_, S>,
        account: &Account,
        before: Option<&Backup>,
        after: Option<&Backup>,
    ) {
        let (from, to) = (before.map(Backup::status), after.map(Backup::status));
        if let Some(backup) = before.or(after)
            && from != to
        {
            let (server, backup) = (backup.server().clone(), backup.id().clone());
            unit.tell(
                account,
                Event::BackupMoved {
                    server,
                    backup,
                    from,
                    to,
                },
            );
        }
    }

    /// Tells the server of a backup something, if it is still there.
    pub(super) async fn tell_server(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        backup: &Backup,
        notes: Vec<Note>,
    ) -> Result<(), ControlError> {
        if backup.is_orphaned() || notes.is_empty() {
            return Ok(());
        }
        let name = backup.server();
        let Some(record) = unit
            .get::<ServerRecord>(account.as_str(), name.as_str())
            .await?
        else {
            return Ok(());
        };
        let mut moved = Transition::of(record.server.clone());
        for note in notes {
            moved.tell(note, unit.now());
        }
        self.put_moved(unit, account, record, moved).await.map(drop)
    }

    /// Changes how many of something the account has; the store holds the limit.
    pub(super) fn count(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        limited: Limited,
        by: i32,
    ) -> Result<(), ControlError> {
        if by == 0 {
            return Ok(());
        }
        let max = limited.max(&self.settings.servers.terms.policy);
        unit.count(
            QUOTA,
            account.as_str(),
            limited.as_str(),
            by.into(),
            max.into(),
        )
    }

    async fn perform_all(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        effects: Vec<Effect>,
    ) -> Result<(), ControlError> {
        for effect in effects {
            match effect {
                Effect::Perform {
                    server,
                    ticket,
                    deadline,
                    work,
                } => {
                    // Requests for nodes are ordered where they are made.
                    if let Some(task) = Task::of(&work) {
                        let charge = Charge {
                            server,
                            ticket,
                            task,
                        };
                        Self::charge(unit, account, charge, deadline, &work)?;
                    }
                }
                Effect::Abandon { ticket, .. } => {
                    self.withdraw(unit, &ticket.to_string()).await?;
                }
            }
        }
        Ok(())
    }
}
