//! Invocations on their way: to a driver, or to another part of the control plane.

use serde::Serialize;
use tagout_batch::{Alias, Command, Draft, JobId, Loose, Operation, Submission, Verdict};
use tagout_store::Store;
use tagout_window::{Decision, Ending, Outcome, Ticket, Work, request::TaskInvocationParameters};

use super::records::{ExecutionRecord, WATCHES, WatchRecord};
use crate::{
    account::Account,
    control::Control,
    driver::Driver,
    error::ControlError,
    outbox::{Order, Origin},
    servers::Chore,
    unit::Unit,
};

/// What the ARN of a task begins with whose work is a batch operation.
const BATCH_ARN: &str = "tagout:batch:";

/// What the ARN of a task begins with whose work is an operation on a server.
const SERVER_ARN: &str = "tagout:server:";

/// Who asks for batch operations when a window does.
const REQUESTER: &str = "maintenance-window";

/// What a driver learns of an invocation, by the names of the interface.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    window_id: String,
    window_execution_id: String,
    task_execution_id: String,
    invocation_id: String,
    window_task_id: String,
    task_arn: &'a str,
    task_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_role_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_target_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_information: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_arn: Option<&'a str>,
    task_invocation_parameters: TaskInvocationParameters,
}

impl<'a> Detail<'a> {
    fn of(work: &Work<'a>) -> Self {
        Self {
            window_id: work.execution.window_id().to_string(),
            window_execution_id: work.execution.id().to_string(),
            task_execution_id: work.task_execution.id().to_string(),
            invocation_id: work.invocation.id().to_string(),
            window_task_id: work.task.id().to_string(),
            task_arn: work.task.task_arn().as_str(),
            task_type: work.task.task_type().as_str(),
            service_role_arn: work.task.service_role_arn(),
            window_target_id: work.target.map(|target| target.id().to_string()),
            owner_information: work
                .target
                .and_then(|target| target.owner_information())
                .map(tagout_window::OwnerInformation::as_str),
            resource_arn: work.resource.and_then(|resource| resource.arn.as_deref()),
            task_invocation_parameters: work.parameters(),
        }
    }
}

/// What becomes of an invocation at once.
enum Sent {
    /// It is under way.
    UnderWay,
    /// It has ended before it began.
    Ended(Outcome),
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Gives an invocation that is to begin to whoever does it, and takes note that it has begun.
    pub(super) async fn send(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: &mut ExecutionRecord,
        ticket: &Ticket,
    ) -> Result<Vec<Decision>, ControlError> {
        let now = unit.now();
        let Ok(work) = record.execution.work(ticket) else {
            return Ok(Vec::new()); // it was ended meanwhile
        };
        let operation = work.task.task_arn().as_str().strip_prefix(BATCH_ARN);
        let sent = if let Some(operation) = operation {
            let server = work.resource.map(|resource| &*resource.id);
            let command = command(operation, server, &work.parameters());
            match command {
                Ok(command) => self.queue(unit, account, ticket, command).await?,
                Err(details) => Sent::Ended(failed(details)),
            }
        } else if let Some(operation) = work.task.task_arn().as_str().strip_prefix(SERVER_ARN) {
            let server = work.resource.map(|resource| &*resource.id);
            self.begin_on_server(unit, account, ticket, operation, server)
                .await?
        } else {
            // Reports about one execution are taken one after another, as all of them change it.
            let id = format!("{}~{}", ticket.execution_id(), self.ids.hex());
            let order = Order {
                account: account.clone(),
                kind: format!("task.{}", work.task.task_type().as_str()).into(),
                target: match work.resource {
                    Some(resource) => resource.id.to_string(),
                    None => work.task.task_arn().as_str().to_owned(),
                },
                detail: serde_json::to_value(Detail::of(&work)).unwrap_or_default(), // texts are always JSON
                time_limit: self.settings.windows.invocation_time_limit,
                origin: Origin::Invocation { ticket: *ticket },
            };
            Self::order_as(unit, id.clone(), order)?;
            record.errands.insert(ticket.invocation_id(), id);
            Sent::UnderWay
        };
        let execution = &mut record.execution;
        let decisions = match sent {
            Sent::UnderWay => execution.handle_began(ticket, now),
            Sent::Ended(outcome) => execution.handle_ended(ticket, outcome, now),
        };
        Ok(decisions.into_iter().collect())
    }

    /// Begins an operation on a server for an invocation, and watches it.
    async fn begin_on_server(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        ticket: &Ticket,
        operation: &str,
        server: Option<&str>,
    ) -> Result<Sent, ControlError> {
        let chore = Chore::ALL.iter().find(|(word, _)| *word == operation);
        let (Some((_, chore)), Some(server)) = (chore, server) else {
            let words = Chore::ALL.map(|(word, _)| word).join(" or ");
            let details = format!("`{operation}` is no operation on a server, expected {words}");
            return Ok(Sent::Ended(failed(details)));
        };
        match self.begin_chore(unit, account, *chore, server).await {
            Ok(Some(operation)) => {
                let watch = WatchRecord {
                    id: watch_of_operation(operation),
                    account: account.clone(),
                    ticket: *ticket,
                    ended: None,
                };
                unit.put(WATCHES, &watch)?;
                Ok(Sent::UnderWay)
            }
            Ok(None) => Ok(Sent::Ended(Ending::Success.into())),
            // Nothing of it was written.
            Err(
                error @ (ControlError::NotFound { .. }
                | ControlError::LimitExceeded(_)
                | ControlError::Server(_)
                | ControlError::Backup(_)
                | ControlError::InvalidValue(_)),
            ) => Ok(Sent::Ended(failed(error.to_string()))),
            Err(error) => Err(error),
        }
    }

    /// Queues a batch operation for an invocation, and watches it.
    async fn queue(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        ticket: &Ticket,
        command: Command,
    ) -> Result<Sent, ControlError> {
        let Ok(alias) = account.as_str().parse::<Alias>() else {
            let details = format!("account {account} has no servers in batches");
            return Ok(Sent::Ended(failed(details)));
        };
        let submission = Submission::new(alias, REQUESTER, command);
        let answer = match self.submit(unit, &submission).await {
            Ok(answer) => answer,
            Err(error @ ControlError::Submit(_)) => {
                return Ok(Sent::Ended(failed(error.to_string())));
            }
            Err(error) => return Err(error),
        };
        let verdict = answer.entries().first().map(|entry| entry.verdict);
        Ok(match verdict {
            Some(Verdict::Queued { job }) => {
                let watch = WatchRecord {
                    id: watch_of_job(job),
                    account: account.clone(),
                    ticket: *ticket,
                    ended: None,
                };
                unit.put(WATCHES, &watch)?;
                Sent::UnderWay
            }
            Some(Verdict::NoOp) => Sent::Ended(Ending::Success.into()),
            Some(Verdict::Refused) | None => Sent::Ended(failed(Verdict::REFUSED_TEXT.to_owned())),
        })
    }
}

/// The id of the watch over an operation on a server.
pub(crate) fn watch_of_operation(ticket: tagout_lifecycle::Ticket) -> String {
    format!("server/{ticket}")
}

/// The id of the watch over a job of a batch.
pub(crate) fn watch_of_job(job: JobId) -> String {
    format!("batch/{job}")
}

/// The batch command that an operation on a server means; `days` and `package` are parameters of the task.
fn command(
    operation: &str,
    server: Option<&str>,
    parameters: &TaskInvocationParameters,
) -> Result<Command, String> {
    let operation: Operation = operation
        .parse()
        .map_err(|error: tagout_batch::UnknownOperation| error.to_string())?;
    let given = parameters
        .automation
        .as_ref()
        .and_then(|automation| automation.parameters.as_ref())
        .or_else(|| {
            let command = parameters.run_command.as_ref()?;
            command.parameters.as_ref()
        });
    let value = |name: &str| {
        let values = given.and_then(|given| given.get(name));
        values
            .and_then(|values| values.first())
            .map_or(Loose::Missing, |value| value.as_str().into())
    };
    let mut draft = Draft::new(operation, server.map(Loose::from));
    draft.days = value("days");
    draft.package = value("package");
    if operation == Operation::SetMaintenance {
        for target in &mut draft.servers {
            target.maintenance = value("maintenance");
        }
    }
    draft.check(1).map_err(|error| error.to_string())
}

fn failed(details: String) -> Outcome {
    Outcome {
        ending: Ending::Failed,
        details: Some(details.into()),
        external_id: None,
    }
}
