//! The operations of AWS Systems Manager maintenance windows, over the control plane.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tagout_control::{Account, Control, ControlError, Driver, InvocationView};
use tagout_store::Store;
use tagout_window::OwnerInformation;
use tagout_wire::{
    aws::{self, Fault, Operation},
    ssm::{self, Request, response},
};
use tracing::error;

use crate::{App, Caller};

/// Answers `operation`, whose caller was let in.
pub(crate) async fn answer(
    app: &App,
    caller: &Caller,
    operation: &Operation,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, Fault> {
    let request = Request::parse(operation, body)?;
    let answer = perform(app.control(), &caller.account, request, now).await;
    answer.map_err(|refusal| fault(operation, &refusal))
}

/// What is told of what the control plane refuses: what windows refuse, in their words; of anything else, only that it
/// went wrong.
fn fault(operation: &Operation, refusal: &ControlError) -> Fault {
    if let ControlError::Window(refusal) = refusal {
        return refusal.into();
    }
    error!(
        operation = operation.name,
        error = refusal as &dyn std::error::Error,
        "an operation went wrong"
    );
    ssm::internal_server_error()
}

/// Does what a request asks, and gives the body of its answer.
async fn perform<S: Store, D: Driver>(
    control: &Control<S, D>,
    account: &Account,
    request: Request,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, ControlError> {
    Ok(match request {
        Request::CreateMaintenanceWindow(command) => {
            let id = control.create_window(account, &command, now).await?;
            body(&response::CreateMaintenanceWindow::new(id))
        }
        Request::GetMaintenanceWindow(command) => {
            let window = control.window(account, &command, now).await?;
            body(&response::GetMaintenanceWindow::new(&window))
        }
        Request::UpdateMaintenanceWindow(command) => {
            let window = control.update_window(account, &command, now).await?;
            body(&response::UpdateMaintenanceWindow::new(&window))
        }
        Request::DeleteMaintenanceWindow(command) => {
            let id = control.delete_window(account, &command, now).await?;
            body(&response::DeleteMaintenanceWindow::new(id))
        }
        Request::DescribeMaintenanceWindows(command) => {
            let page = control.describe_windows(account, &command).await?;
            body(&response::DescribeMaintenanceWindows::new(
                &page.entries,
                page.next_token.as_deref(),
            ))
        }
        Request::DescribeMaintenanceWindowsForTarget(command) => {
            let page = control
                .describe_windows_for_target(account, &command)
                .await?;
            body(&response::DescribeMaintenanceWindowsForTarget::new(
                &page.entries,
                page.next_token.as_deref(),
            ))
        }
        Request::DescribeMaintenanceWindowSchedule(command) => {
            let page = control
                .describe_window_schedule(account, &command, now)
                .await?;
            let openings = page
                .entries
                .iter()
                .map(|opening| (opening.window, &opening.name, opening.execution_time));
            body(&response::DescribeMaintenanceWindowSchedule::new(
                openings,
                page.next_token.as_deref(),
            ))
        }
        Request::AddTagsToResource(command) => {
            control.add_window_tags(account, &command, now).await?;
            body(&response::AddTagsToResource::default())
        }
        Request::RemoveTagsFromResource(command) => {
            control.remove_window_tags(account, &command, now).await?;
            body(&response::RemoveTagsFromResource::default())
        }
        Request::ListTagsForResource(command) => {
            let tags = control.window_tags(account, &command, now).await?;
            body(&response::ListTagsForResource::new(&tags))
        }
        Request::RegisterTargetWithMaintenanceWindow(command) => {
            let id = control
                .register_window_target(account, &command, now)
                .await?;
            body(&response::RegisterTargetWithMaintenanceWindow::new(id))
        }
        Request::UpdateMaintenanceWindowTarget(command) => {
            let target = control.update_window_target(account, &command, now).await?;
            body(&response::UpdateMaintenanceWindowTarget::new(
                command.window_id,
                &target,
            ))
        }
        Request::DeregisterTargetFromMaintenanceWindow(command) => {
            control
                .deregister_window_target(account, &command, now)
                .await?;
            body(&response::DeregisterTargetFromMaintenanceWindow::new(
                command.window_id,
                command.target_id,
            ))
        }
        Request::DescribeMaintenanceWindowTargets(command) => {
            let page = control
                .describe_window_targets(account, &command, now)
                .await?;
            body(&response::DescribeMaintenanceWindowTargets::new(
                command.window_id,
                &page.entries,
                page.next_token.as_deref(),
            ))
        }
        Request::RegisterTaskWithMaintenanceWindow(command) => {
            let id = control.register_window_task(account, &command, now).await?;
            body(&response::RegisterTaskWithMaintenanceWindow::new(id))
        }
        Request::GetMaintenanceWindowTask(command) => {
            let task = control.window_task(account, &command, now).await?;
            body(&response::GetMaintenanceWindowTask::new(
                command.window_id,
                &task,
            ))
        }
        Request::UpdateMaintenanceWindowTask(command) => {
            let task = control.update_window_task(account, &command, now).await?;
            body(&response::UpdateMaintenanceWindowTask::new(
                command.window_id,
                &task,
            ))
        }
        Request::DeregisterTaskFromMaintenanceWindow(command) => {
            control
                .deregister_window_task(account, &command, now)
                .await?;
            body(&response::DeregisterTaskFromMaintenanceWindow::new(
                command.window_id,
                command.task_id,
            ))
        }
        Request::DescribeMaintenanceWindowTasks(command) => {
            let page = control
                .describe_window_tasks(account, &command, now)
                .await?;
            body(&response::DescribeMaintenanceWindowTasks::new(
                command.window_id,
                &page.entries,
                page.next_token.as_deref(),
            ))
        }
        Request::DescribeMaintenanceWindowExecutions(command) => {
            let page = control
                .describe_window_executions(account, &command)
                .await?;
            body(&response::DescribeMaintenanceWindowExecutions::new(
                &page.entries,
                page.next_token.as_deref(),
            ))
        }
        Request::GetMaintenanceWindowExecution(command) => {
            let execution = control.window_execution(account, &command, now).await?;
            body(&response::GetMaintenanceWindowExecution::new(&execution))
        }
        Request::CancelMaintenanceWindowExecution(command) => {
            control
                .cancel_window_execution(account, &command, now)
                .await?;
            body(&response::CancelMaintenanceWindowExecution::new(
                command.execution_id,
            ))
        }
        Request::DescribeMaintenanceWindowExecutionTasks(command) => {
            let page = control
                .describe_window_execution_tasks(account, &command, now)
                .await?;
            body(&response::DescribeMaintenanceWindowExecutionTasks::new(
                command.execution_id,
                &page.entries,
                page.next_token.as_deref(),
            ))
        }
        Request::GetMaintenanceWindowExecutionTask(command) => {
            let task = control
                .window_execution_task(account, &command, now)
                .await?;
            body(&response::GetMaintenanceWindowExecutionTask::new(
                command.execution_id,
                &task,
            ))
        }
        Request::DescribeMaintenanceWindowExecutionTaskInvocations(command) => {
            let page = control
                .describe_window_invocations(account, &command, now)
                .await?;
            body(
                &response::DescribeMaintenanceWindowExecutionTaskInvocations::new(
                    page.entries.iter().map(invocation),
                    page.next_token.as_deref(),
                ),
            )
        }
        Request::GetMaintenanceWindowExecutionTaskInvocation(command) => {
            let view = control.window_invocation(account, &command, now).await?;
            body(&invocation(&view))
        }
    })
}

fn body(response: &impl Serialize) -> Vec<u8> {
    aws::body(response)
}

fn invocation(view: &InvocationView) -> response::GetMaintenanceWindowExecutionTaskInvocation<'_> {
    let twin = response::GetMaintenanceWindowExecutionTaskInvocation::new(
        view.execution,
        view.task_execution,
        &view.invocation,
        view.task_type,
        &view.parameters,
    );
    match view.target {
        Some(target) => {
            let owner = view.owner_information.as_ref();
            twin.by_target(target, owner.map(OwnerInformation::as_str))
        }
        None => twin,
    }
}

#[cfg(test)]
mod tests {
    use tagout_wire::aws::Service;

    use super::*;

    #[test]
    fn what_windows_do_not_refuse_is_an_internal_error_that_tells_nothing() {
        for operation in Service::Ssm.operations() {
            let told = fault(operation, &ControlError::Contended { attempts: 32 });
            assert_eq!((told.status(), told.code()), (500, "InternalServerError"));
            assert_eq!(
                told.message(),
                Some("An error occurred on the server side.")
            );
        }
    }
}
