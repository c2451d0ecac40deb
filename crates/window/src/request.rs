//! What the operations are asked: every request as plain data, each member optional, nothing checked yet.
//!
//! A request carries the members of the public interface under the names of the interface (serde reads and writes them
//! so), and [`Request::parse`] turns it into a [`command`](crate::command), or says everything that is wrong with it.

mod execution;
pub use execution::{
    CancelMaintenanceWindowExecution, DescribeMaintenanceWindowExecutionTaskInvocations,
    DescribeMaintenanceWindowExecutionTasks, DescribeMaintenanceWindowExecutions,
    GetMaintenanceWindowExecution, GetMaintenanceWindowExecutionTask,
    GetMaintenanceWindowExecutionTaskInvocation,
};

mod parameters;
pub use parameters::{
    Automation, Blob, CloudWatchOutputConfig, Lambda, LoggingInfo, NotificationConfig, RunCommand,
    StepFunctions, TaskInvocationParameters, TaskParameterValues,
};

mod target;
pub use target::{
    DeregisterTargetFromMaintenanceWindow, DescribeMaintenanceWindowTargets,
    RegisterTargetWithMaintenanceWindow, Target, UpdateMaintenanceWindowTarget,
};

mod task;
pub use task::{
    Alarm, AlarmConfiguration, DeregisterTaskFromMaintenanceWindow, DescribeMaintenanceWindowTasks,
    GetMaintenanceWindowTask, RegisterTaskWithMaintenanceWindow, UpdateMaintenanceWindowTask,
};

mod window;
pub use window::{
    AddTagsToResource, CreateMaintenanceWindow, DeleteMaintenanceWindow,
    DescribeMaintenanceWindowSchedule, DescribeMaintenanceWindows,
    DescribeMaintenanceWindowsForTarget, Filter, GetMaintenanceWindow, ListTagsForResource,
    RemoveTagsFromResource, ScheduleFilter, Tag, UpdateMaintenanceWindow,
};

use crate::constraint::{self, Operation, Value};
use crate::page::PageRequest;
use crate::violation::Violations;

/// A request of the public interface.
///
/// Sealed: the operations are a closed list, [`OPERATIONS`].
#[expect(private_bounds, reason = "the bound is what seals the trait")]
pub trait Request: Value + Sealed {
    /// The operation that it asks for.
    const OPERATION: &'static Operation;

    /// What it becomes.
    type Command;

    /// The command that this request stands for.
    ///
    /// # Errors
    ///
    /// Returns every constraint of the interface that the request breaks, not only the first. What the service checks
    /// only after it has found the window (the schedule, the cutoff against the duration) is checked by the command.
    fn parse(self) -> Result<Self::Command, Violations>;

    /// SHA-256 over the set members but for `ClientToken`: two requests that ask the same have the same fingerprint.
    fn fingerprint(&self) -> [u8; 32] {
        constraint::digest(Self::OPERATION.input, self.node(), &["ClientToken"])
    }
}

/// What seals [`Request`].
pub(crate) trait Sealed {}

/// Which page a request asks for; a token holds for the same operation with the same members only.
fn page_of<R: Request>(
    request: &R,
    max_results: Option<i32>,
    next_token: Option<&String>,
) -> PageRequest {
    PageRequest {
        max_results: max_results.map(i32::cast_unsigned),
        // An empty token is how some clients spell "none".
        next_token: next_token.cloned().filter(|token| !token.is_empty()),
        scope: constraint::digest(
            R::OPERATION.input,
            request.node(),
            &["MaxResults", "NextToken"],
        ),
    }
}

/// Ties a request to its operation and its command.
macro_rules! operation {
    ($request:ident, [$($error:literal),*], $command:ty, $convert:expr) => {
        impl $crate::request::Sealed for $request {}

        impl $crate::request::Request for $request {
            const OPERATION: &'static $crate::constraint::Operation = {
                static OPERATION: $crate::constraint::Operation = $crate::constraint::Operation {
                    name: stringify!($request),
                    input: $request::SHAPE,
                    errors: &[$($error),*],
                };
                &OPERATION
            };
            type Command = $command;

            fn parse(self) -> Result<$command, $crate::violation::Violations> {
                $crate::constraint::check(Self::SHAPE, "", $crate::constraint::Value::node(&self))?;
                let convert: fn($request) -> $command = $convert;
                Ok(convert(self))
            }
        }
    };
}
pub(crate) use operation;

/// Every operation of the interface: the 23 on maintenance windows, and the three that tag them.
pub static OPERATIONS: [&Operation; 26] = [
    AddTagsToResource::OPERATION,
    CancelMaintenanceWindowExecution::OPERATION,
    CreateMaintenanceWindow::OPERATION,
    DeleteMaintenanceWindow::OPERATION,
    DeregisterTargetFromMaintenanceWindow::OPERATION,
    DeregisterTaskFromMaintenanceWindow::OPERATION,
    DescribeMaintenanceWindowExecutionTaskInvocations::OPERATION,
    DescribeMaintenanceWindowExecutionTasks::OPERATION,
    DescribeMaintenanceWindowExecutions::OPERATION,
    DescribeMaintenanceWindowSchedule::OPERATION,
    DescribeMaintenanceWindowTargets::OPERATION,
    DescribeMaintenanceWindowTasks::OPERATION,
    DescribeMaintenanceWindows::OPERATION,
    DescribeMaintenanceWindowsForTarget::OPERATION,
    GetMaintenanceWindow::OPERATION,
    GetMaintenanceWindowExecution::OPERATION,
    GetMaintenanceWindowExecutionTask::OPERATION,
    GetMaintenanceWindowExecutionTaskInvocation::OPERATION,
    GetMaintenanceWindowTask::OPERATION,
    ListTagsForResource::OPERATION,
    RegisterTargetWithMaintenanceWindow::OPERATION,
    RegisterTaskWithMaintenanceWindow::OPERATION,
    RemoveTagsFromResource::OPERATION,
    UpdateMaintenanceWindow::OPERATION,
    UpdateMaintenanceWindowTarget::OPERATION,
    UpdateMaintenanceWindowTask::OPERATION,
];
