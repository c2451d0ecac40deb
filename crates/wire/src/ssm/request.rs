//! What is asked, from the bytes of a body.

use std::fmt;

use tagout_window::{
    WindowError, command,
    request::{self, Request as _},
};

use crate::aws::{self, Fault, Operation};

macro_rules! requests {
    ($($(#[$doc:meta])* $operation:ident($command:ident),)*) => {
        /// A request of any operation: what its command has to be told.
        #[derive(Clone, Eq, PartialEq)]
        pub enum Request {
            $($(#[$doc])* $operation(command::$command),)*
        }

        impl Request {
            /// The request that a body holds.
            ///
            /// # Errors
            ///
            /// Returns what [`aws::parse`] returns, and `ValidationException` with every constraint of the interface
            /// that the request breaks.
            pub fn parse(operation: &Operation, body: &[u8]) -> Result<Self, Fault> {
                let limits = aws::Limits { bytes: operation.body_max, ..aws::Limits::default() };
                match operation.name {
                    $(stringify!($operation) => {
                        let request: request::$operation = aws::parse_within(body, &limits)?;
                        let command = request.parse().map_err(WindowError::from)?;
                        Ok(Self::$operation(command))
                    })*
                    name => Err(Fault::unknown_operation(name)),
                }
            }

            /// The name of its operation.
            pub const fn operation(&self) -> &'static str {
                match self {
                    $(Self::$operation(_) => stringify!($operation),)*
                }
            }
        }
    };
}

/// Prints its operation only: what is asked may hold secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.operation()).finish_non_exhaustive()
    }
}

requests! {
    /// Sets tags of a window.
    AddTagsToResource(AddTags),
    /// Cancels an execution.
    CancelMaintenanceWindowExecution(CancelExecution),
    /// Makes a window.
    CreateMaintenanceWindow(CreateWindow),
    /// Deletes a window.
    DeleteMaintenanceWindow(DeleteWindow),
    /// Takes a target off a window.
    DeregisterTargetFromMaintenanceWindow(DeregisterTarget),
    /// Takes a task off a window.
    DeregisterTaskFromMaintenanceWindow(DeregisterTask),
    /// Lists the invocations of a task execution.
    DescribeMaintenanceWindowExecutionTaskInvocations(DescribeInvocations),
    /// Lists the task executions of an execution.
    DescribeMaintenanceWindowExecutionTasks(DescribeExecutionTasks),
    /// Lists the executions of a window.
    DescribeMaintenanceWindowExecutions(DescribeExecutions),
    /// Lists coming openings.
    DescribeMaintenanceWindowSchedule(DescribeSchedule),
    /// Lists the targets of a window.
    DescribeMaintenanceWindowTargets(DescribeTargets),
    /// Lists the tasks of a window.
    DescribeMaintenanceWindowTasks(DescribeTasks),
    /// Lists windows.
    DescribeMaintenanceWindows(DescribeWindows),
    /// Lists the windows that reach a server or resource.
    DescribeMaintenanceWindowsForTarget(DescribeWindowsForTarget),
    /// Reads a window.
    GetMaintenanceWindow(GetWindow),
    /// Reads an execution.
    GetMaintenanceWindowExecution(GetExecution),
    /// Reads a task execution.
    GetMaintenanceWindowExecutionTask(GetExecutionTask),
    /// Reads an invocation.
    GetMaintenanceWindowExecutionTaskInvocation(GetInvocation),
    /// Reads a task of a window.
    GetMaintenanceWindowTask(GetTask),
    /// Lists the tags of a window.
    ListTagsForResource(ListTags),
    /// Registers a target with a window.
    RegisterTargetWithMaintenanceWindow(RegisterTarget),
    /// Registers a task with a window.
    RegisterTaskWithMaintenanceWindow(RegisterTask),
    /// Takes tags off a window.
    RemoveTagsFromResource(RemoveTags),
    /// Changes a window.
    UpdateMaintenanceWindow(UpdateWindow),
    /// Changes a target of a window.
    UpdateMaintenanceWindowTarget(UpdateTarget),
    /// Changes a task of a window.
    UpdateMaintenanceWindowTask(UpdateTask),
}
