//! What is said about why something ended. The first two are the service's words, the rest ours.

/// Of an execution without tasks, which is a success.
pub const NO_TASKS: &str = "No tasks to execute.";
/// Of an execution with a task that failed.
pub const TASK_FAILED: &str = "One or more tasks in the orchestration failed.";
/// Of a task with more errors than it bears, and of what it did not begin.
pub const ERRORS: &str = "The maximum number of errors was exceeded.";
/// Of a task whose alarm went off, and of what it did not begin.
pub const ALARM: &str = "The alarm of the task was triggered.";
/// Of what the cutoff stopped.
pub const CUTOFF: &str = "The cutoff of the maintenance window was reached.";
/// Of what the end of the window stopped.
pub const CLOSED: &str = "The maintenance window has closed.";
/// Of what was cancelled before it began.
pub const CANCELLED: &str = "The maintenance window execution was cancelled.";
/// Of a task on servers that the window has no leave for any more.
pub const UNASSOCIATED: &str = "The maintenance window does not allow unassociated targets.";
/// Of an execution that waited for another one until its cutoff.
pub const WAITED: &str =
    "The maintenance window reached its cutoff while it waited for another execution.";
/// Of an execution that was skipped.
pub const SKIPPED: &str = "The maintenance window was still running from an earlier opening.";
