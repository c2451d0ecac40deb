//! One run of a window, as a machine without I/O.

mod admission;
pub use admission::Admission;

pub mod details;

mod invocation;
pub use invocation::Invocation;

mod run;

mod status;
pub use status::{MOVES, ROLL_UP, Status, UnknownStatus, moves_mermaid};

mod task;
pub use task::{AlarmState, HALTS, Halt, HaltRule, TaskExecution, TriggeredAlarm};

mod ticket;
pub use ticket::{Ending, Outcome, Ticket, TicketError};

mod work;
pub use work::{PSEUDO_PARAMETERS, PseudoParameter, Work};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_schedule::Opening;

use crate::id::{ExecutionId, IdSource, TaskExecutionId, WindowId};
use crate::rules::Rules;
use crate::scalar::TaskType;
use crate::window::Window;

/// One run of a window: a machine that is told what happened and says what to do next.
///
/// It reads no clock and starts nothing. Four kinds of methods, and a caller that drives them:
///
/// * *commands*, for what somebody wants: [`begin`](Self::begin), [`cancel`](Self::cancel), [`pause`](Self::pause),
///   [`resume`](Self::resume), [`retry`](Self::retry), [`limit_automations`](Self::limit_automations);
/// * `handle_*`, for what happened: an invocation began or ended, an alarm was seen, time went by;
/// * each of these returns a [`Decision`]: the invocations to begin, those to cancel, and when to ask again;
/// * getters, for those who only look.
///
/// A share, as in `MaxConcurrency` and `MaxErrors`, is one of all that the task runs on. A server that two of its registered
/// targets select is run on twice, once for each.
///
/// It works on the window as it was when it opened: tasks and targets are copied, so a change to the window, its
/// disabling or its deletion is for later openings. What the targets select is settled when it begins.
///
/// # What happens when
///
/// | when | what |
/// |---|---|
/// | it begins | the tasks of the lowest priority number begin, all together |
/// | a task has begun | invocations begin in order, at most `MaxConcurrency` at once; registered targets one after the other |
/// | an invocation fails or times out | one more error; beyond `MaxErrors` the task begins nothing more |
/// | all tasks of a priority have ended, however | those of the next priority begin |
/// | the cutoff | no task begins any more; `CANCEL_TASK` tasks begin nothing more, and commands are to be cancelled |
/// | the window closes | nothing begins any more; what is under way goes on |
/// | it is cancelled | tasks that have not begun are cancelled; the others go on |
/// | it is paused | nothing begins until it is resumed; time goes on |
///
/// (AWS Systems Manager API reference, `RegisterTaskWithMaintenanceWindow`; user guide, assigning tasks. Pausing is ours.)
///
/// # Example
///
/// ```
/// # use chrono::{DateTime, Utc};
/// # use serde_json::json;
/// # use tagout_window::request::{self, Request};
/// # use tagout_window::{Ending, Execution, ExecutionId, Fleet, Rules, Status, TaskId, Window, WindowId};
/// # let now: DateTime<Utc> = "2026-03-01T12:00:00Z".parse()?;
/// # let create: request::CreateMaintenanceWindow = serde_json::from_value(json!({
/// #     "Name": "nightly", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": true,
/// # }))?;
/// # let mut window = Window::create(create.parse()?, WindowId::from_bits(1), now, &Rules::default())?;
/// # let task: request::RegisterTaskWithMaintenanceWindow = serde_json::from_value(json!({
/// #     "WindowId": window.id(), "TaskArn": "AWS-RunPatchBaseline", "TaskType": "RUN_COMMAND",
/// #     "Targets": [{ "Key": "InstanceIds", "Values": ["i-1", "i-2"] }], "MaxConcurrency": "1", "MaxErrors": "0",
/// # }))?;
/// # window.register_task(task.parse()?, TaskId::from_bits(2), &Rules::default())?;
/// // A window with one task on two servers, one at a time, is due.
/// let mut ids = || 0;
/// let due = window.take_due("2026-03-01T22:00:00Z".parse()?).expect("it opens at 22:00");
/// let mut execution = Execution::new(&window, due.opening, &mut ids);
///
/// let mut now = due.opening.opens_at;
/// let mut decision = execution.begin(&Fleet::default(), &mut ids, now);
/// while let Some(ticket) = decision.begin.pop() {
///     let server = execution.work(&ticket)?.resource.expect("it has targets").id.to_string();
///     println!("{server}: patching");
///     now += chrono::TimeDelta::minutes(10); // here the work is done
///     decision = execution.handle_ended(&ticket, Ending::Success.into(), now)?;
/// }
/// assert_eq!(execution.status(), Status::Success);
/// assert_eq!(execution.ended_at(), Some("2026-03-01T22:20:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Execution {
    id: ExecutionId,
    window_id: WindowId,
    opening: Opening,
    allows_unassociated_targets: bool,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    /// By priority, and in the order of registration within one.
    tasks: Vec<TaskExecution>,
    /// The tasks from here on, and before `group_end`, are under way or have just ended; those before have ended.
    group_start: usize,
    group_end: usize,
    is_paused: bool,
    /// How many automations may be under way; no limit if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    automations_max: Option<usize>,
    stage: Stage,
    /// The latest instant that it was told of: it does not go back in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest_at: Option<DateTime<Utc>>,
}

/// How much of its opening an execution has seen go by.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Open,
    PastCutoff,
    Closed,
}

/// What is to be done after something happened.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct Decision {
    /// The invocations to begin now, in this order.
    pub begin: Vec<Ticket>,
    /// The invocations to cancel. Each is still to be reported when it ends, in whatever way.
    pub cancel: Vec<Ticket>,
    /// When [`Execution::handle_time`] has something to do; `None` if nothing waits for time.
    pub ask_again_at: Option<DateTime<Utc>>,
}

impl Execution {
    /// A pending execution of an opening, on the window as it is now.
    pub fn new(window: &Window, opening: Opening, ids: &mut impl IdSource) -> Self {
        let mut execution = Self {
            id: ExecutionId::from_bits(ids.next_bits()),
            window_id: window.id(),
            opening,
            allows_unassociated_targets: window.allows_unassociated_targets(),
            status: Status::Pending,
            details: None,
            started_at: None,
            ended_at: None,
            tasks: Vec::with_capacity(window.tasks().len()),
            group_start: 0,
            group_end: 0,
            is_paused: false,
            automations_max: None,
            stage: Stage::Open,
            latest_at: None,
        };
        for task in window.tasks() {
            let id = TaskExecutionId::from_bits(ids.next_bits());
            execution
                .tasks
                .push(TaskExecution::new(task, window.targets(), id));
        }
        execution
            .tasks
            .sort_by_key(|execution| execution.task().priority());
        execution
    }

    /// An execution that is over before it begins, as the window still runs from an earlier opening.
    ///
    /// It starts and ends at the instant at which it should have opened; the service does not say.
    pub fn skipped(window: &Window, opening: Opening, ids: &mut impl IdSource) -> Self {
        let mut execution = Self::new(window, opening, ids);
        execution.tasks.clear();
        execution.started_at = Some(opening.opens_at);
        execution.status = Status::SkippedOverlapping;
        execution.details = Some(details::SKIPPED.into());
        execution.ended_at = Some(opening.opens_at);
        execution
    }

    /// Its id.
    pub fn id(&self) -> ExecutionId {
        self.id
    }

    /// The window that it is a run of.
    pub fn window_id(&self) -> WindowId {
        self.window_id
    }

    /// The opening that it is a run of.
    pub fn opening(&self) -> Opening {
        self.opening
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// More about where it stands.
    pub fn details(&self) -> Option<&str> {
        self.details.as_deref()
    }

    /// When it began; an execution that was never begun has the instant at which it ended.
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.ended_at
    }

    /// Whether it has begun and not ended.
    pub fn has_begun(&self) -> bool {
        matches!(self.status, Status::InProgress | Status::Cancelling)
    }

    /// Whether it was paused and not resumed.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Its task executions: by priority, and in the order of registration within one.
    pub fn tasks(&self) -> &[TaskExecution] {
        &self.tasks
    }

    /// How many invocations of `AUTOMATION` tasks are under way.
    pub fn n_automations(&self) -> usize {
        let automations = self
            .tasks
            .iter()
            .filter(|it| it.task().task_type() == TaskType::Automation);
        automations.map(TaskExecution::n_in_flight).sum()
    }

    /// When [`handle_time`](Self::handle_time) has something to do: the cutoff, then the closing.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            _ if self.status.is_final() => None,
            Stage::Open => Some(self.opening.cutoff_at),
            Stage::PastCutoff => Some(self.opening.closes_at),
            Stage::Closed => None,
        }
    }

    /// From when on it need not be kept: so long after its end as the rules say.
    pub fn expires_at(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        self.ended_at?.checked_add_signed(rules.history_kept)
    }

    /// The tickets of everything that is under way: what to take up again after a crash.
    pub fn in_flight(&self) -> impl Iterator<Item = Ticket> {
        self.tasks
            .iter()
            .enumerate()
            .flat_map(move |(place, task)| {
                let under_way = task
                    .invocations
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| it.is_in_flight());
                under_way.map(move |(at, invocation)| invocation.ticket(self.id, place, at))
            })
    }
}
