//! One run of a task: its invocations, begun in order and within its limits.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ticket::{Outcome, Ticket};
use super::{Invocation, Status, details};
use crate::id::{ExecutionId, IdSource, InvocationId, TaskExecutionId};
use crate::inventory::{Inventory, Resource};
use crate::scalar::{CutoffBehavior, TaskType};
use crate::target::Target;
use crate::task::{INSTANCE_IDS, Task, values_of};

/// One run of a task within an execution, on the task as it was when the window opened.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TaskExecution {
    id: TaskExecutionId,
    task: Task,
    /// The registered targets that it names and that were there, in the order in which it names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    targets: Vec<Target>,
    pub(super) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    triggered_alarm: Option<TriggeredAlarm>,
    /// In the order in which they begin: target by target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) invocations: Vec<Invocation>,
    /// Those before this place have been begun.
    n_begun: usize,
    n_in_flight: usize,
    n_errors: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    halt: Option<Halt>,
}

/// Why a task starts nothing more, although it has not started everything.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Halt {
    /// It had more errors than it bears.
    Errors,
    /// Its alarm went off, or could not be read.
    Alarm,
    /// The cutoff came, and it is to be cancelled then.
    Cutoff,
    /// The window closed.
    Closed,
    /// Its execution was cancelled while it was paused.
    Cancelled,
}

/// What a halt makes of a task.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HaltRule {
    /// The reason.
    pub halt: Halt,
    /// The status of the task in the end, or `None` if its invocations make it.
    pub task: Option<Status>,
    /// The status of the invocations that were not begun.
    pub invocation: Status,
    /// What is said about both.
    pub details: &'static str,
}

/// What each halt makes of a task, and the only place where it is written down.
///
/// That a task is `TIMED_OUT` if it is not complete at a cutoff that cancels it is documented; the rest is ours.
#[rustfmt::skip] // columns
pub const HALTS: &[HaltRule] = &[
    HaltRule { halt: Halt::Errors,    task: None,                   invocation: Status::Cancelled, details: details::ERRORS },
    HaltRule { halt: Halt::Alarm,     task: Some(Status::Failed),   invocation: Status::Cancelled, details: details::ALARM },
    HaltRule { halt: Halt::Cutoff,    task: Some(Status::TimedOut), invocation: Status::TimedOut,  details: details::CUTOFF },
    HaltRule { halt: Halt::Closed,    task: Some(Status::TimedOut), invocation: Status::TimedOut,  details: details::CLOSED },
    HaltRule { halt: Halt::Cancelled, task: None,                   invocation: Status::Cancelled, details: details::CANCELLED },
];

impl Halt {
    /// Its row of [`HALTS`].
    pub fn rule(self) -> &'static HaltRule {
        &HALTS[self as usize]
    }
}

/// An alarm that stopped a task.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct TriggeredAlarm {
    /// Its name.
    pub name: Box<str>,
    /// What was seen of it.
    pub state: AlarmState,
}

/// What was seen of an alarm that stopped a task.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// It could not be read.
    Unknown,
    /// It went off.
    Alarm,
}

impl AlarmState {
    /// The word of the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Alarm => "ALARM",
        }
    }
}

impl TaskExecution {
    pub(super) fn new(task: &Task, targets: &[Target], id: TaskExecutionId) -> Self {
        let named = task
            .window_target_ids()
            .filter_map(|text| text.parse().ok());
        let there = named.filter_map(|id| targets.iter().find(|target| target.id() == id));
        Self {
            id,
            task: task.clone(),
            targets: there.cloned().collect(),
            status: Status::Pending,
            details: None,
            started_at: None,
            ended_at: None,
            triggered_alarm: None,
            invocations: Vec::new(),
            n_begun: 0,
            n_in_flight: 0,
            n_errors: 0,
            halt: None,
        }
    }

    /// Settles which servers and resources it runs on.
    pub(super) fn resolve(&mut self, inventory: &dyn Inventory, ids: &mut dyn IdSource) {
        let mut id = || InvocationId::from_bits(ids.next_bits());
        if self.task.targets().is_empty() {
            self.invocations.push(Invocation::new(id(), None, None));
        }
        for server in values_of(self.task.targets(), INSTANCE_IDS) {
            self.invocations
                .push(Invocation::new(id(), None, Some(Resource::server(server))));
        }
        for (place, target) in self.targets.iter().enumerate() {
            let found = target.resolve(inventory).into_iter();
            self.invocations
                .extend(found.map(|it| Invocation::new(id(), Some(place), Some(it))));
        }
    }

    /// Begins the task itself; invocations follow by [`begin_ready`](Self::begin_ready).
    pub(super) fn begin(&mut self, now: DateTime<Utc>, allows_unassociated_targets: bool) {
        self.status.step(Status::InProgress);
        self.started_at = Some(now);
        if !allows_unassociated_targets
            && values_of(self.task.targets(), INSTANCE_IDS)
                .next()
                .is_some()
        {
            // The window has been made stricter since the task was registered.
            self.end_unbegun(Status::Failed, details::UNASSOCIATED, now);
            self.end(Status::Failed, Some(details::UNASSOCIATED), now);
        }
    }

    /// Begins every invocation that may be under way now, and says which; of automations, no more than are left.
    pub(super) fn begin_ready(
        &mut self,
        execution: ExecutionId,
        place: usize,
        now: DateTime<Utc>,
        n_automations_left: &mut usize,
        begin: &mut Vec<Ticket>,
    ) {
        if self.halt.is_some() || self.status.is_final() {
            return;
        }
        let n_at_once = self.task.max_concurrency().of(self.invocations.len());
        let is_automation = self.task.task_type() == TaskType::Automation;
        while self.n_in_flight < n_at_once
            && (!is_automation || *n_automations_left > 0)
            && let Some(next) = self.invocations.get(self.n_begun)
            // Registered targets come one after the other, not together.
            && (self.n_in_flight == 0 || next.target == self.invocations[self.n_begun - 1].target)
        {
            let at = self.n_begun;
            let invocation = &mut self.invocations[at];
            invocation.attempt = 1;
            invocation.started_at = Some(now);
            begin.push(invocation.ticket(execution, place, at));
            self.n_begun += 1;
            self.n_in_flight += 1;
            *n_automations_left -= usize::from(is_automation);
        }
    }

    /// Takes the end of an invocation that is under way.
    pub(super) fn take(&mut self, at: usize, outcome: Outcome, now: DateTime<Utc>) {
        let invocation = &mut self.invocations[at];
        if outcome.external_id.is_some() {
            invocation.external_id = outcome.external_id;
        }
        invocation.end(outcome.ending.status(), outcome.details.as_deref(), now);
        self.n_in_flight -= 1;
        self.n_errors += usize::from(outcome.ending.is_error());
        let n_borne = self.task.max_errors().of(self.invocations.len());
        if self.n_errors > n_borne {
            self.halt(Halt::Errors);
        }
    }

    /// Heeds the cutoff; says which invocations are to be cancelled.
    pub(super) fn cut_off(
        &mut self,
        execution: ExecutionId,
        place: usize,
        cancel: &mut Vec<Ticket>,
    ) {
        if self.task.cutoff_behavior() != Some(CutoffBehavior::CancelTask)
            || self.status != Status::InProgress
        {
            return;
        }
        // Complete or not: it has not ended, and so its time is over.
        self.halt.get_or_insert(Halt::Cutoff);
        if self.task.task_type() == TaskType::RunCommand {
            for (at, invocation) in self.invocations[..self.n_begun].iter_mut().enumerate() {
                if invocation.is_in_flight() && invocation.status != Status::Cancelling {
                    invocation.status.step(Status::Cancelling);
                    cancel.push(invocation.ticket(execution, place, at));
                }
            }
        }
    }

    /// Starts nothing more, if there is more to start.
    pub(super) fn halt(&mut self, halt: Halt) {
        if self.status == Status::InProgress && self.n_begun < self.invocations.len() {
            self.halt.get_or_insert(halt);
        }
    }

    /// Heeds its alarm.
    pub(super) fn take_alarm(&mut self, name: &str, state: AlarmState) {
        let Some(configuration) = self.task.alarm_configuration() else {
            return;
        };
        let alarms = configuration.alarms.as_deref().unwrap_or_default();
        let is_ours = alarms
            .iter()
            .any(|alarm| alarm.name.as_deref() == Some(name));
        let ignored =
            state == AlarmState::Unknown && configuration.ignore_poll_alarm_failure == Some(true);
        if is_ours
            && !ignored
            && self.status == Status::InProgress
            && self.triggered_alarm.is_none()
        {
            self.triggered_alarm = Some(TriggeredAlarm {
                name: name.into(),
                state,
            });
            self.halt = Some(Halt::Alarm);
        }
    }

    /// Ends the task if nothing is under way and nothing more will be.
    pub(super) fn settle(&mut self, now: DateTime<Utc>) {
        let is_done = self.halt.is_some() || self.n_begun == self.invocations.len();
        if self.status != Status::InProgress || self.n_in_flight > 0 || !is_done {
            return;
        }
        let rule = self.halt.map(Halt::rule);
        if let Some(rule) = rule {
            self.end_unbegun(rule.invocation, rule.details, now);
        }
        let of_parts =
            Status::of_parts(self.invocations.iter().map(|invocation| invocation.status));
        let status = rule.and_then(|rule| rule.task).unwrap_or(of_parts);
        self.end(status, rule.map(|rule| rule.details), now);
    }

    /// Ends a task that has not begun, and all its invocations with it.
    pub(super) fn end_pending(&mut self, status: Status, details: &str, now: DateTime<Utc>) {
        self.end_unbegun(status, details, now);
        self.end(status, Some(details), now);
    }

    fn end_unbegun(&mut self, status: Status, details: &str, now: DateTime<Utc>) {
        for invocation in &mut self.invocations[self.n_begun..] {
            invocation.end(status, Some(details), now);
        }
    }

    fn end(&mut self, status: Status, details: Option<&str>, now: DateTime<Utc>) {
        self.status.step(status);
        self.details = details.map(Into::into);
        self.ended_at = Some(now);
    }

    /// Its id.
    pub fn id(&self) -> TaskExecutionId {
        self.id
    }

    /// The task as it was when the window opened.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The registered targets that it runs on, as they were when the window opened, in the order in which it gets to
    /// them.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// More about where it stands.
    pub fn details(&self) -> Option<&str> {
        self.details.as_deref()
    }

    /// When it began.
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.ended_at
    }

    /// The alarm that stopped it.
    pub fn triggered_alarm(&self) -> Option<&TriggeredAlarm> {
        self.triggered_alarm.as_ref()
    }

    /// Its invocations, in the order in which they begin.
    pub fn invocations(&self) -> &[Invocation] {
        &self.invocations
    }

    /// How many of its invocations are under way.
    pub fn n_in_flight(&self) -> usize {
        self.n_in_flight
    }

    /// How many of its invocations failed or timed out.
    pub fn n_errors(&self) -> usize {
        self.n_errors
    }

    /// Why it starts nothing more, although it has not started everything.
    pub fn halted_by(&self) -> Option<Halt> {
        self.halt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_halt_has_its_row() {
        for halt in [
            Halt::Errors,
            Halt::Alarm,
            Halt::Cutoff,
            Halt::Closed,
            Halt::Cancelled,
        ] {
            assert_eq!(halt.rule().halt, halt);
        }
    }
}
