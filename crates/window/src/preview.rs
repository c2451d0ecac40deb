//! What a run of a window would do, without doing it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, TimeDelta, Utc};
use tagout_schedule::Opening;

use crate::execution::{Decision, Ending, Execution, Status, Ticket, Work};
use crate::inventory::Inventory;
use crate::window::Window;

/// What a run of a window would do: what would run when, on what, in which order, and what would be cut off.
///
/// It is the execution itself, driven by given durations instead of the world, so that it cannot differ from what the
/// machine does. Every invocation succeeds after its duration; a command that is cancelled ends at once.
///
/// # Example
///
/// ```
/// # use chrono::{DateTime, TimeDelta, Utc};
/// # use serde_json::json;
/// # use tagout_window::request::{self, Request};
/// # use tagout_window::{Fleet, Preview, Rules, Status, TaskId, Window, WindowId};
/// # let now: DateTime<Utc> = "2026-03-01T12:00:00Z".parse()?;
/// # let create: request::CreateMaintenanceWindow = serde_json::from_value(json!({
/// #     "Name": "nightly", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": true,
/// # }))?;
/// # let mut window = Window::create(create.parse()?, WindowId::from_bits(1), now, &Rules::default())?;
/// # let task: request::RegisterTaskWithMaintenanceWindow = serde_json::from_value(json!({
/// #     "WindowId": window.id(), "TaskArn": "AWS-RunPatchBaseline", "TaskType": "RUN_COMMAND",
/// #     "Targets": [{ "Key": "InstanceIds", "Values": ["i-1", "i-2", "i-3", "i-4"] }],
/// #     "MaxConcurrency": "1", "MaxErrors": "0", "CutoffBehavior": "CANCEL_TASK",
/// # }))?;
/// # window.register_task(task.parse()?, TaskId::from_bits(2), &Rules::default())?;
/// // One task on four servers, one at a time, 50 minutes each, and nothing after the cutoff at 120 minutes.
/// let opening = window.openings_after(now).next().expect("it opens every night");
/// let preview = Preview::of(&window, opening, &Fleet::default(), |_| TimeDelta::minutes(50));
/// let [first, second, third, fourth] = preview.steps() else { panic!("one step for each server") };
/// assert_eq!((first.status, second.status), (Status::Success, Status::Success));
/// assert_eq!(third.began_at, Some(opening.opens_at + TimeDelta::minutes(100)));
/// assert_eq!((third.ended_at, third.status), (opening.cutoff_at, Status::Cancelled));
/// assert_eq!((fourth.began_at, fourth.status), (None, Status::TimedOut));
/// assert_eq!(preview.execution().status(), Status::TimedOut);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Preview {
    execution: Execution,
    steps: Vec<Step>,
}

/// One invocation of a preview.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// The place of its task execution in the execution.
    pub task: usize,
    /// The place of the invocation in its task execution.
    pub invocation: usize,
    /// When it would begin; `None` if it never would.
    pub began_at: Option<DateTime<Utc>>,
    /// When it would end, or be known never to begin.
    pub ended_at: DateTime<Utc>,
    /// How it would end.
    pub status: Status,
}

impl Preview {
    /// What the run of an opening of the window would do, given how long each invocation takes.
    ///
    /// Negative durations count as none.
    pub fn of(
        window: &Window,
        opening: Opening,
        inventory: &dyn Inventory,
        mut duration: impl FnMut(Work<'_>) -> TimeDelta,
    ) -> Self {
        // Nobody sees these ids, so they only need to differ.
        let mut n_ids = 0;
        let mut ids = || {
            n_ids += 1;
            n_ids
        };
        let mut execution = Execution::new(window, opening, &mut ids);
        let mut now = opening.opens_at;
        let mut ends: BinaryHeap<Reverse<(DateTime<Utc>, usize, Ticket)>> = BinaryHeap::new();
        let mut n_ends = 0;
        let mut decision = execution.begin(inventory, &mut ids, now);
        loop {
            let Decision {
                begin,
                cancel,
                ask_again_at,
            } = decision;
            for ticket in begin {
                let lasts = execution
                    .work(&ticket)
                    .map_or(TimeDelta::zero(), &mut duration)
                    .max(TimeDelta::zero());
                let ends_at = now
                    .checked_add_signed(lasts)
                    .unwrap_or(DateTime::<Utc>::MAX_UTC);
                n_ends += 1;
                ends.push(Reverse((ends_at, n_ends, ticket)));
            }
            for ticket in cancel {
                n_ends += 1;
                ends.push(Reverse((now, n_ends, ticket)));
            }
            // What was cancelled has ended before its time.
            while ends
                .peek()
                .is_some_and(|Reverse((_, _, ticket))| execution.work(ticket).is_err())
            {
                ends.pop();
            }
            let next_end = ends.peek().map(|Reverse((ends_at, ..))| *ends_at);
            if let Some(asked_at) = ask_again_at
                && next_end.is_none_or(|ends_at| asked_at <= ends_at)
            {
                now = asked_at;
                decision = execution.handle_time(now);
            } else if let Some(Reverse((ends_at, _, ticket))) = ends.pop() {
                now = ends_at;
                let is_cancelled = execution
                    .work(&ticket)
                    .is_ok_and(|it| it.invocation.status() == Status::Cancelling);
                let ending = if is_cancelled {
                    Ending::Cancelled
                } else {
                    Ending::Success
                };
                // The tickets that are left in the heap are current, so that none is refused.
                let taken = execution.handle_ended(&ticket, ending.into(), now);
                decision = taken.unwrap_or_else(|_| execution.handle_time(now));
            } else {
                break;
            }
        }
        let steps = steps_of(&execution);
        Self { execution, steps }
    }

    /// The execution as it would be in the end.
    pub fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Every invocation, in the order in which they would begin; those that never would come last.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What a step would run.
    ///
    /// # Panics
    ///
    /// Panics if the step is not of this preview.
    pub fn work(&self, step: &Step) -> Work<'_> {
        let task = &self.execution.tasks()[step.task];
        self.execution
            .work_of(task, &task.invocations()[step.invocation])
    }

    /// The steps that would not be taken, or not to their end, for want of time.
    pub fn cut_off(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| matches!(step.status, Status::TimedOut | Status::Cancelled))
    }
}

fn steps_of(execution: &Execution) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (task, task_execution) in execution.tasks().iter().enumerate() {
        for (at, invocation) in task_execution.invocations().iter().enumerate() {
            steps.push(Step {
                task,
                invocation: at,
                began_at: invocation.started_at(),
                ended_at: invocation
                    .ended_at()
                    .unwrap_or(execution.opening().closes_at),
                status: invocation.status(),
            });
        }
    }
    // A stable sort keeps tasks and their invocations in order where they begin together.
    steps.sort_by_key(|step| (step.began_at.is_none(), step.began_at));
    steps
}
