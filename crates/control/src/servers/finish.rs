//! Work on servers: how it is ordered, and what its end means.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tagout_backup::BackupRefusalKind;
use tagout_lifecycle::{
    BackupId, Built, Cause, EngineAttribute, EngineVersion, Maintained, MaintenanceFailure,
    RefusalKind, Refused, Restored, ServerName, StackArn, Ticket, Transition, Work,
};
use tagout_store::Store;
use tracing::debug;

use super::records::{BackupRecord, ServerRecord};
use crate::{
    account::Account,
    control::Control,
    driver::{Done, Driver, DriverError},
    error::ControlError,
    outbox::{Order, Origin},
    unit::Unit,
};

/// Whose work it is: the operation that its end is told to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Charge {
    pub(super) server: ServerName,
    pub(super) ticket: Ticket,
    pub(super) task: Task,
}

/// What the work is for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Task {
    Build,
    BackUp {
        backup: BackupId,
    },
    Maintain,
    Restore,
    Modify,
    TearDown,
    EraseBackup {
        backup: BackupId,
    },
    Node {
        /// The id of the request's document.
        association: String,
    },
}

impl Task {
    /// What `work` is for; `None` for that on a node, which does not tell the request.
    pub(super) fn of(work: &Work) -> Option<Self> {
        Some(match work {
            Work::Build(_) => Self::Build,
            Work::BackUp { backup } => Self::BackUp {
                backup: backup.clone(),
            },
            Work::Maintain { .. } => Self::Maintain,
            Work::Restore { .. } => Self::Restore,
            Work::Modify { .. } => Self::Modify,
            Work::TearDown => Self::TearDown,
            Work::EraseBackup { backup } => Self::EraseBackup {
                backup: backup.clone(),
            },
            Work::Associate { .. } | Work::Disassociate { .. } => return None,
        })
    }
}

/// What a driver calls the work.
fn kind_of(work: &Work) -> &'static str {
    match work {
        Work::Build(_) => "server.create",
        Work::BackUp { .. } => "server.backup",
        Work::Maintain { .. } => "server.maintenance",
        Work::Restore { .. } => "server.restore",
        Work::Modify { .. } => "server.update-engine-attributes",
        Work::TearDown => "server.delete",
        Work::EraseBackup { .. } => "backup.delete",
        Work::Associate { .. } => "server.associate-node",
        Work::Disassociate { .. } => "server.disassociate-node",
    }
}

/// The work as a driver gets it: the members of its one variant. Holds secrets.
fn detail_of(work: &Work) -> Value {
    match serde_json::to_value(work) {
        Ok(Value::Object(variant)) => variant.into_iter().next().map_or(Value::Null, |one| one.1),
        _ => Value::Null, // work without members
    }
}

/// What a driver says that did a piece of work, all of it optional.
///
/// | work | members |
/// |---|---|
/// | `server.create` | `stack`, `version`, `attributes` |
/// | `server.maintenance` | `stack`, `version`; or `failed` (why) and `unhealthy` |
/// | `server.restore` | `stack` |
/// | `server.associate-node`, `server.disassociate-node` | `attributes` |
#[derive(Debug, Default, Deserialize)]
struct Said {
    #[serde(default)]
    stack: Option<StackArn>,
    #[serde(default)]
    version: Option<EngineVersion>,
    #[serde(default)]
    attributes: Vec<EngineAttribute>,
    /// The work was done and came to nothing.
    #[serde(default)]
    failed: Option<Cause>,
    /// The server is ill now.
    #[serde(default)]
    unhealthy: bool,
}

/// What the driver said, or why the work has failed.
fn read(result: Result<Done, DriverError>) -> Result<Said, MaintenanceFailure> {
    let done = result.map_err(|error| match error {
        DriverError::Transient { reason } | DriverError::Permanent { reason } => {
            Cause::new(&reason)
        }
        DriverError::TimedOut => Cause::new("it was stopped at its deadline"),
    })?;
    let said: Said = parse(done.detail)?;
    match said.failed {
        Some(cause) => Err(MaintenanceFailure {
            cause,
            left_unhealthy: said.unhealthy,
        }),
        None => Ok(said),
    }
}

fn parse<T: DeserializeOwned + Default>(detail: Value) -> Result<T, Cause> {
    match detail {
        Value::Null => Ok(T::default()),
        // The parser's own words would quote what it found, which may be a secret.
        detail => serde_json::from_value(detail)
            .map_err(|_| Cause::new("its result is not of the form that this work has")),
    }
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Orders `work`, whose end is told to `charge`.
    pub(super) fn charge(
        unit: &mut Unit<'_, S>,
        account: &Account,
        charge: Charge,
        deadline: DateTime<Utc>,
        work: &Work,
    ) -> Result<(), ControlError> {
        let target = match &charge.task {
            Task::EraseBackup { backup } => backup.to_string(),
            _ => charge.server.to_string(),
        };
        let id = charge.ticket.to_string();
        let order = Order {
            account: account.clone(),
            kind: Cow::Borrowed(kind_of(work)),
            target,
            detail: detail_of(work),
            time_limit: deadline - unit.now(),
            origin: Origin::Server(charge),
        };
        Self::order_as(unit, id, order)
    }

    /// Moves on what `charge` says: its work has come to its end.
    ///
    /// A result that nobody waits for any more changes nothing.
    pub(crate) async fn finish_server(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        charge: &Charge,
        result: Result<Done, DriverError>,
    ) -> Result<(), ControlError> {
        match &charge.task {
            Task::EraseBackup { backup } => {
                return self
                    .finish_erased(unit, account, backup, charge.ticket, read(result))
                    .await;
            }
            Task::Node { association } => {
                let result = read(result).map(|said| said.attributes);
                let result = result.map_err(|failure| failure.cause);
                return self
                    .finish_node(unit, account, charge, association, result)
                    .await;
            }
            _ => {}
        }
        let name = charge.server.as_str();
        let Some(record) = unit.get::<ServerRecord>(account.as_str(), name).await? else {
            return Ok(());
        };
        let server = record.server.clone();
        let (ticket, now) = (charge.ticket, unit.now());
        let result = read(result);
        let moved = match &charge.task {
            Task::Build => {
                let result = result.map(|said| Built {
                    stack: said.stack.or_else(|| self.draw_stack(&record, now)),
                    version: said.version,
                    attributes: said.attributes,
                });
                server.handle_built(ticket, result.map_err(|failure| failure.cause), now)
            }
            Task::Maintain => {
                let result = result.map(|said| Maintained {
                    stack: said.stack.or_else(|| self.draw_stack(&record, now)),
                    version: said.version,
                });
                server.handle_maintained(ticket, result, now)
            }
            Task::Restore => {
                let result = result.map(|said| Restored {
                    stack: said.stack.or_else(|| self.draw_stack(&record, now)),
                });
                server.handle_restored(ticket, result.map_err(|failure| failure.cause), now)
            }
            Task::Modify => {
                let result = result.map(drop).map_err(|failure| failure.cause);
                server.handle_modified(ticket, result, now)
            }
            Task::TearDown => {
                let result = result.map(drop).map_err(|failure| failure.cause);
                return match server.handle_torn_down(ticket, result, now) {
                    Ok(tagout_lifecycle::Removal::Kept(moved)) => self
                        .put_moved(unit, account, record, *moved)
                        .await
                        .map(drop),
                    Ok(tagout_lifecycle::Removal::Gone(_)) => {
                        self.bury(unit, account, record).await
                    }
                    Err(refused) => stale(refused).map(drop),
                };
            }
            Task::BackUp { backup } => {
                let result = result.map(drop).map_err(|failure| failure.cause);
                return self
                    .finish_made(unit, account, record, backup, ticket, result)
                    .await;
            }
            Task::EraseBackup { .. } | Task::Node { .. } => return Ok(()), // dealt with above
        };
        match moved.map(Some).or_else(stale)? {
            Some(moved) => self.put_moved(unit, account, record, moved).await.map(drop),
            None => Ok(()),
        }
    }

    async fn finish_made(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: ServerRecord,
        id: &BackupId,
        ticket: Ticket,
        result: Result<(), Cause>,
    ) -> Result<(), ControlError> {
        let Some(BackupRecord(backup)) = unit.get(account.as_str(), id.as_str()).await? else {
            return Ok(());
        };
        let siblings = if BackupRecord::is_automated(&backup) {
            self.siblings(unit, account, record.server.name()).await?
        } else {
            Vec::new()
        };
        let made = backup.handle_made(
            &record.server,
            &siblings,
            ticket,
            result,
            &mut || self.draw_ticket(),
            &self.settings.servers.terms,
            unit.now(),
        );
        let (moved, outcome) = match made {
            Err(refusal) if refusal.kind() == BackupRefusalKind::Stale => return Ok(()),
            made => made?,
        };
        // Its notes have been told with the move.
        self.put_outcome(unit, account, &backup, outcome).await?;
        self.put_moved(unit, account, record, moved).await.map(drop)
    }

    async fn finish_erased(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        id: &BackupId,
        ticket: Ticket,
        result: Result<Said, MaintenanceFailure>,
    ) -> Result<(), ControlError> {
        let Some(BackupRecord(backup)) = unit.get(account.as_str(), id.as_str()).await? else {
            return Ok(());
        };
        let result = result.map(drop).map_err(|failure| failure.cause);
        let outcome = match backup.handle_erased(ticket, result) {
            Err(refusal) if refusal.kind() == BackupRefusalKind::Stale => return Ok(()),
            outcome => outcome?,
        };
        let notes = self.put_outcome(unit, account, &backup, outcome).await?;
        self.tell_server(unit, account, &backup, notes).await
    }

    /// The name of the stack of a machine that was built at `now` by somebody who does not say.
    fn draw_stack(&self, record: &ServerRecord, now: DateTime<Utc>) -> Option<StackArn> {
        let home = record.server.arn().account()?;
        let draw = &mut || self.ids.number();
        Some(StackArn::draw(&home, record.server.name(), now, draw))
    }
}

/// Passes over a result that nobody waits for; a refusal for another reason is an error.
fn stale(refused: Refused) -> Result<Option<Transition>, ControlError> {
    if refused.kind() == RefusalKind::Stale {
        debug!(refusal = %refused, "a result is not taken");
        return Ok(None);
    }
    Err(refused.into_refusal().into())
}
