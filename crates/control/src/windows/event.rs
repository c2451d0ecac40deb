//! What happened to maintenance windows, for those who listen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_window::{
    Execution, ExecutionId, Invocation, InvocationId, Status, TargetId, TaskExecution,
    TaskExecutionId, TaskId, WindowId,
};

/// Something that happened to a maintenance window or a run of it.
///
/// The classes follow the events that the service sends to Amazon EventBridge; deletion and missed openings are ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WindowEvent {
    /// A window was made, enabled or disabled.
    StateChanged {
        /// The window.
        window: WindowId,
        /// Whether it opens.
        enabled: bool,
    },
    /// A window was deleted, with its targets and tasks.
    Deleted {
        /// The window.
        window: WindowId,
    },
    /// A target was registered or taken off.
    TargetChanged {
        /// The window.
        window: WindowId,
        /// The target.
        target: TargetId,
        /// Whether it is there now.
        registered: bool,
    },
    /// A task was registered or taken off.
    TaskChanged {
        /// The window.
        window: WindowId,
        /// The task.
        task: TaskId,
        /// Whether it is there now.
        registered: bool,
    },
    /// Openings went by while no plane was there; only the one at `until` is run.
    OpeningsMissed {
        /// The window.
        window: WindowId,
        /// When the first of them began.
        since: DateTime<Utc>,
        /// When the first that was not missed began; exclusive.
        until: DateTime<Utc>,
    },
    /// An execution has come, or moved.
    ExecutionMoved {
        /// The window.
        window: WindowId,
        /// The execution.
        execution: ExecutionId,
        /// Where it stands.
        status: Status,
        /// When it began.
        started_at: Option<DateTime<Utc>>,
        /// When it ended.
        ended_at: Option<DateTime<Utc>>,
    },
    /// A task execution has moved.
    TaskMoved {
        /// The window.
        window: WindowId,
        /// The execution.
        execution: ExecutionId,
        /// The task execution.
        task: TaskExecutionId,
        /// Where it stands.
        status: Status,
    },
    /// An invocation that was begun has moved. Of those that never begin, the end of their task tells.
    InvocationMoved {
        /// The window.
        window: WindowId,
        /// The execution.
        execution: ExecutionId,
        /// The task execution.
        task: TaskExecutionId,
        /// The invocation.
        invocation: InvocationId,
        /// The registered target by which it runs.
        target: Option<TargetId>,
        /// Where it stands.
        status: Status,
    },
}

impl WindowEvent {
    /// What has become of an execution and its parts since it was `before`; none before it came.
    pub(super) fn moves(before: Option<&Execution>, after: &Execution) -> Vec<Self> {
        let (window, execution) = (after.window_id(), after.id());
        let mut moves = Vec::new();
        if before.map(Execution::status) != Some(after.status()) {
            moves.push(Self::ExecutionMoved {
                window,
                execution,
                status: after.status(),
                started_at: after.started_at(),
                ended_at: after.ended_at(),
            });
        }
        for (place, task) in after.tasks().iter().enumerate() {
            let earlier = before.and_then(|before| before.tasks().get(place));
            let was = earlier.map_or(Status::Pending, TaskExecution::status);
            for (at, invocation) in task.invocations().iter().enumerate() {
                let was = earlier
                    .and_then(|earlier| earlier.invocations().get(at))
                    .map_or(Status::Pending, Invocation::status);
                if invocation.status() != was && invocation.n_attempts() > 0 {
                    let work = after.work_of(task, invocation);
                    moves.push(Self::InvocationMoved {
                        window,
                        execution,
                        task: task.id(),
                        invocation: invocation.id(),
                        target: work.target.map(tagout_window::Target::id),
                        status: invocation.status(),
                    });
                }
            }
            if task.status() != was {
                moves.push(Self::TaskMoved {
                    window,
                    execution,
                    task: task.id(),
                    status: task.status(),
                });
            }
        }
        moves
    }
}
