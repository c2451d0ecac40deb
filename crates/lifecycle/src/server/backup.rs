//! The server's side of a backup. What is kept of it is the business of whoever keeps backups.

use chrono::{DateTime, Utc};

use super::{Server, Transition, transition::End};
use crate::{
    BackupId, Cause, Operation, OperationDetail, OperationKind, Policy, Refusal, Refused, Ticket,
    Trigger, WindowKind, Work,
};

/// Why a backup is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BackupOccasion {
    /// Somebody asks for it.
    Requested,
    /// Its window has opened.
    Due {
        /// When.
        opening: DateTime<Utc>,
    },
    /// A major upgrade has been made.
    AfterUpgrade,
    /// It is the last one: the server is deleted as soon as it is made, and not if it fails.
    Final {
        /// The ticket of that deletion.
        deletion: Ticket,
    },
}

impl Server {
    /// Begins a backup at `now`.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, unless it is running, healthy or unhealthy; if the occasion is a
    /// window that is not open or has been dealt with; or if the backup is the last one and the server may not be
    /// deleted.
    pub fn start_backup(
        self,
        backup: BackupId,
        occasion: BackupOccasion,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let mut server = self.refuse_unless(|server| {
            match occasion {
                BackupOccasion::Final { .. } => server.permit_deletion()?,
                BackupOccasion::Due { opening } => {
                    server.expect_due(WindowKind::Backup, opening, now)?;
                }
                BackupOccasion::AfterUpgrade if !server.owes_backup => {
                    return Err(Refusal::NotDue {
                        server: server.name.clone(),
                        window: WindowKind::Backup,
                        opening: now,
                    });
                }
                BackupOccasion::AfterUpgrade | BackupOccasion::Requested => {}
            }
            server.permit(Operation::CreateBackup)
        })?;
        let (mut then_delete, mut deletion_seconds) = (None, None);
        let trigger = match occasion {
            BackupOccasion::Requested => Trigger::BackupRequested,
            BackupOccasion::Final { deletion } => {
                then_delete = Some(deletion);
                deletion_seconds = Some(policy.deadlines.deletion.num_seconds());
                Trigger::BackupRequested
            }
            BackupOccasion::Due { opening } => {
                server.backup_window.settle(opening);
                Trigger::BackupDue
            }
            BackupOccasion::AfterUpgrade => {
                server.owes_backup = false;
                Trigger::BackupDue
            }
        };
        let message = format!("Backup {backup} started");
        let detail = OperationDetail::BackUp {
            backup: backup.clone(),
            then_delete,
            deletion_seconds,
        };
        let mut moved = Transition::of(server);
        moved.begin(
            trigger,
            detail,
            (ticket, policy.deadlines.backup),
            message,
            now,
        );
        moved.perform(Work::BackUp { backup });
        Ok(moved)
    }

    /// Its backup has come to its end. The deletion that was to follow a last backup begins with it.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running backup.
    pub fn handle_backed_up(
        self,
        ticket: Ticket,
        result: Result<(), Cause>,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server =
            self.refuse_unless(|server| Ok(server.expect_ticket(ticket, OperationKind::BackUp)?))?;
        let mut moved = Transition::of(server);
        match result {
            Ok(()) => moved.succeed_backup(now),
            Err(cause) => moved.fail_backup(cause, now),
        }
        Ok(moved)
    }
}

impl Transition {
    fn succeed_backup(&mut self, now: DateTime<Utc>) {
        let Some(OperationDetail::BackUp {
            backup,
            then_delete,
            deletion_seconds,
        }) = self
            .server
            .operation
            .as_deref()
            .map(super::CurrentOperation::detail)
        else {
            return;
        };
        let message = format!("Backup {backup} completed successfully");
        let deletion = then_delete.zip(deletion_seconds.and_then(chrono::TimeDelta::try_seconds));
        self.finish(Trigger::BackupSucceeded, End::Succeeded, message, now);
        if let Some(deletion) = deletion {
            self.begin_deletion(deletion, now);
        }
    }

    /// Ends the running backup badly.
    pub(super) fn fail_backup(&mut self, cause: Cause, now: DateTime<Utc>) {
        let message = format!("Backup failed: {cause}");
        self.finish(Trigger::BackupFailed, End::Failed(cause), message, now);
    }
}
