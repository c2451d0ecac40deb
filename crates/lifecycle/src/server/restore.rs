//! The server's side of a restore.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Server, Transition, transition::End};
use crate::{
    BackupId, Cause, InstanceType, KeyPair, Operation, OperationDetail, OperationKind, Policy,
    Refusal, Refused, Release, StackArn, Ticket, Trigger, Work,
};

/// What a restore needs to know of the backup.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct RestoreSource {
    /// Its id.
    pub backup: BackupId,
    /// The engine at the time, which the server gets back.
    pub release: Release,
    /// The type of the machine at the time, which the server gets back unless another one is asked for.
    pub instance_type: InstanceType,
}

/// What a restore may change.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RestoreOrder {
    /// The type of the new machine; that of the backup if left out, whatever the server has now.
    pub instance_type: Option<InstanceType>,
    /// The key pair of the new machine; that of the server if left out.
    pub key_pair: Option<KeyPair>,
}

/// What came of a restore that did what it should.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Restored {
    /// The stack of the new machine.
    pub stack: Option<StackArn>,
}

impl Server {
    /// Begins a restore at `now`. Whether the backup may be restored here is the business of whoever keeps backups.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if only listed machine types are allowed and this is none, or
    /// unless it is running, healthy, unhealthy, out of contact or terminated.
    pub fn start_restore(
        self,
        source: RestoreSource,
        order: RestoreOrder,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let RestoreOrder {
            instance_type,
            key_pair,
        } = order;
        let instance_type = instance_type.unwrap_or_else(|| source.instance_type.clone());
        let server = self.refuse_unless(|server| {
            let engine = source.release.engine;
            if policy.listed_instance_types_only && !engine.lists(&instance_type) {
                let instance_type = instance_type.as_str().chars().take(64).collect();
                return Err(Refusal::UnlistedInstanceType {
                    engine,
                    instance_type,
                });
            }
            server.permit(Operation::RestoreServer)
        })?;
        let message = format!("Restoring from backup {}", source.backup);
        let work = Work::Restore {
            backup: source.backup.clone(),
            instance_type: instance_type.clone(),
            key_pair: key_pair
                .clone()
                .or_else(|| server.blueprint.key_pair.clone()),
        };
        let detail = OperationDetail::Restore {
            source: Box::new(source),
            instance_type,
            key_pair,
        };
        let mut moved = Transition::of(server);
        let time = policy.deadlines.of(OperationKind::Restore);
        moved.begin(
            Trigger::RestoreRequested,
            detail,
            (ticket, time),
            message,
            now,
        );
        moved.perform(work);
        Ok(moved)
    }

    /// Its restore has come to its end. Engine, machine type and key pair change now, and only if it succeeded.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running restore.
    pub fn handle_restored(
        self,
        ticket: Ticket,
        result: Result<Restored, Cause>,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server =
            self.refuse_unless(|server| Ok(server.expect_ticket(ticket, OperationKind::Restore)?))?;
        let mut moved = Transition::of(server);
        match result {
            Ok(restored) => {
                let server = &mut moved.server;
                if let Some(OperationDetail::Restore {
                    source,
                    instance_type,
                    key_pair,
                }) = server
                    .operation
                    .as_deref()
                    .map(super::CurrentOperation::detail)
                {
                    let blueprint = &mut server.blueprint;
                    blueprint.release = source.release.clone();
                    blueprint.instance_type = instance_type.clone();
                    blueprint.key_pair = key_pair.clone().or(blueprint.key_pair.take());
                }
                server.stack = restored.stack.or(server.stack.take());
                let message = "Restore completed successfully";
                moved.finish(Trigger::RestoreSucceeded, End::Succeeded, message, now);
            }
            Err(cause) => moved.fail_restore(cause, now),
        }
        Ok(moved)
    }
}

impl Transition {
    /// Ends the running restore badly.
    pub(super) fn fail_restore(&mut self, cause: Cause, now: DateTime<Utc>) {
        let message = format!("Restore failed: {cause}");
        self.finish(Trigger::RestoreFailed, End::Failed(cause), message, now);
    }
}
