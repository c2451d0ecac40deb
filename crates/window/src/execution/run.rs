//! The moves of an execution: what each thing that happens leads to.

use chrono::{DateTime, Utc};

use super::task::AlarmState;
use super::{
    Decision, Execution, Halt, Invocation, Outcome, Stage, Status, Ticket, TicketError, details,
};
use crate::id::IdSource;
use crate::inventory::Inventory;

impl Execution {
    /// Begins a pending execution: settles what its targets select, and begins the tasks that come first.
    ///
    /// At or after its cutoff nothing begins, and it ends as timed out. If it is not pending, nothing happens.
    pub fn begin(
        &mut self,
        inventory: &dyn Inventory,
        ids: &mut impl IdSource,
        now: DateTime<Utc>,
    ) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        if self.status == Status::Pending {
            self.status.step(Status::InProgress);
            self.started_at = Some(now);
            if now < self.opening.cutoff_at {
                for task in &mut self.tasks {
                    task.resolve(inventory, ids);
                }
            }
            self.pass_time(now, &mut decision);
            self.proceed(now, &mut decision);
        }
        self.decided(decision)
    }

    /// Takes note that an invocation that was to be begun has begun.
    ///
    /// # Errors
    ///
    /// Refuses a ticket that is not the current one of an invocation under way.
    pub fn handle_began(
        &mut self,
        ticket: &Ticket,
        now: DateTime<Utc>,
    ) -> Result<Decision, TicketError> {
        let mut decision = Decision::default();
        self.check(ticket)?;
        let now = self.at(now);
        self.pass_time(now, &mut decision);
        let invocation = self.invocation_mut(ticket);
        if invocation.status == Status::Pending {
            invocation.status.step(Status::InProgress);
            invocation.started_at = Some(now);
        }
        self.proceed(now, &mut decision);
        Ok(self.decided(decision))
    }

    /// Takes note of how an invocation ended. It need not have been reported to have begun.
    ///
    /// # Errors
    ///
    /// Refuses a ticket that is not the current one of an invocation under way: a result is taken once.
    pub fn handle_ended(
        &mut self,
        ticket: &Ticket,
        outcome: Outcome,
        now: DateTime<Utc>,
    ) -> Result<Decision, TicketError> {
        let mut decision = Decision::default();
        self.check(ticket)?;
        let now = self.at(now);
        self.pass_time(now, &mut decision);
        // Whoever has just ended need not be cancelled.
        decision.cancel.retain(|cancelled| cancelled != ticket);
        self.tasks[ticket.task as usize].take(ticket.invocation as usize, outcome, now);
        self.proceed(now, &mut decision);
        Ok(self.decided(decision))
    }

    /// Takes note of an alarm that went off or could not be read: tasks under way that are to stop for it begin nothing
    /// more, and fail.
    pub fn handle_alarm(&mut self, name: &str, state: AlarmState, now: DateTime<Utc>) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        self.pass_time(now, &mut decision);
        for task in &mut self.tasks[self.group_start..self.group_end] {
            task.take_alarm(name, state);
        }
        self.proceed(now, &mut decision);
        self.decided(decision)
    }

    /// Takes note that it is now `now`. Does nothing before [`due_at`](Self::due_at).
    pub fn handle_time(&mut self, now: DateTime<Utc>) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        self.pass_time(now, &mut decision);
        self.proceed(now, &mut decision);
        self.decided(decision)
    }

    /// Cancels: tasks that have not begun are cancelled, and what has begun goes on to its end. While it is paused,
    /// tasks that have begun begin nothing more either.
    ///
    /// An execution that has ended is left as it is.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        self.pass_time(now, &mut decision);
        match self.status {
            Status::Pending => {
                self.started_at = Some(now);
                self.end_tasks_from(0, Status::Cancelled, details::CANCELLED, now);
                self.end(Status::Cancelled, Some(details::CANCELLED), now);
            }
            Status::InProgress => {
                self.status.step(Status::Cancelling);
                self.end_tasks_from(self.group_end, Status::Cancelled, details::CANCELLED, now);
                self.group_end = self.tasks.len();
                if self.is_paused {
                    self.halt_all(Halt::Cancelled);
                }
                self.proceed(now, &mut decision);
            }
            _ => self.proceed(now, &mut decision),
        }
        self.decided(decision)
    }

    /// Begins nothing more until it is resumed. What is under way goes on, and so does time: the cutoff stays.
    pub fn pause(&mut self, now: DateTime<Utc>) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        if matches!(self.status, Status::Pending | Status::InProgress) {
            self.is_paused = true;
        }
        self.pass_time(now, &mut decision);
        self.proceed(now, &mut decision);
        self.decided(decision)
    }

    /// Goes on after a pause.
    pub fn resume(&mut self, now: DateTime<Utc>) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        self.is_paused = false;
        self.pass_time(now, &mut decision);
        self.proceed(now, &mut decision);
        self.decided(decision)
    }

    /// Lets no more than so many invocations of `AUTOMATION` tasks be under way at once; `None` for no limit.
    ///
    /// The service lets 100 automations run at once in an account, whatever windows they are of: who knows of all
    /// executions sets here what is left for this one, and again when that changes. What is under way goes on.
    pub fn limit_automations(&mut self, n_max: Option<usize>, now: DateTime<Utc>) -> Decision {
        let mut decision = Decision::default();
        let now = self.at(now);
        self.automations_max = n_max;
        self.pass_time(now, &mut decision);
        self.proceed(now, &mut decision);
        self.decided(decision)
    }

    /// Gives an invocation that is under way a new ticket, for a new attempt by another worker. The old one is void.
    ///
    /// # Errors
    ///
    /// Refuses a ticket that is not the current one of an invocation under way.
    pub fn retry(&mut self, ticket: &Ticket) -> Result<Ticket, TicketError> {
        self.check(ticket)?;
        let invocation = self.invocation_mut(ticket);
        invocation.attempt += 1;
        Ok(Ticket {
            attempt: invocation.attempt,
            ..*ticket
        })
    }

    /// Heeds the cutoff and the closing, if they have come.
    fn pass_time(&mut self, now: DateTime<Utc>, decision: &mut Decision) {
        if self.status.is_final() {
            return;
        }
        if self.stage < Stage::PastCutoff && now >= self.opening.cutoff_at {
            self.stage = Stage::PastCutoff;
            if self.status == Status::Pending {
                self.started_at = Some(now);
                self.end_tasks_from(0, Status::TimedOut, details::CUTOFF, now);
                self.end(Status::TimedOut, Some(details::WAITED), now);
                return;
            }
            for place in self.group_start..self.group_end {
                self.tasks[place].cut_off(self.id, place, &mut decision.cancel);
            }
            self.end_tasks_from(self.group_end, Status::TimedOut, details::CUTOFF, now);
            self.group_end = self.tasks.len();
        }
        if self.stage < Stage::Closed && now >= self.opening.closes_at {
            self.stage = Stage::Closed;
            self.halt_all(Halt::Closed);
        }
    }

    /// Begins and ends whatever is ready for it.
    fn proceed(&mut self, now: DateTime<Utc>, decision: &mut Decision) {
        if !matches!(self.status, Status::InProgress | Status::Cancelling) {
            return;
        }
        loop {
            // Only tasks of one group are under way together, so what one begins is seen by the next.
            let mut n_left = self.automations_max.map_or(usize::MAX, |n_max| {
                n_max.saturating_sub(self.n_automations())
            });
            for place in self.group_start..self.group_end {
                let task = &mut self.tasks[place];
                if !self.is_paused {
                    task.begin_ready(self.id, place, now, &mut n_left, &mut decision.begin);
                }
                task.settle(now);
            }
            let group = &self.tasks[self.group_start..self.group_end];
            if !group.iter().all(|task| task.status.is_final()) {
                return;
            }
            let Some(next) = self.tasks.get(self.group_end) else {
                self.end_by_tasks(now);
                return;
            };
            if self.is_paused {
                return;
            }
            let priority = next.task().priority();
            let n_equal =
                self.tasks[self.group_end..].partition_point(|it| it.task().priority() == priority);
            self.group_start = self.group_end;
            self.group_end += n_equal;
            for task in &mut self.tasks[self.group_start..self.group_end] {
                task.begin(now, self.allows_unassociated_targets);
            }
        }
    }

    fn end_by_tasks(&mut self, now: DateTime<Utc>) {
        let of_parts = Status::of_parts(self.tasks.iter().map(|task| task.status));
        let status = if self.status == Status::Cancelling {
            Status::Cancelled
        } else {
            of_parts
        };
        let details = match status {
            Status::Success if self.tasks.is_empty() => Some(details::NO_TASKS),
            Status::Failed => Some(details::TASK_FAILED),
            Status::TimedOut => Some(details::CUTOFF),
            Status::Cancelled => Some(details::CANCELLED),
            _ => None,
        };
        self.end(status, details, now);
    }

    /// Ends the tasks from a place on, none of which has begun.
    fn end_tasks_from(&mut self, place: usize, status: Status, details: &str, now: DateTime<Utc>) {
        for task in &mut self.tasks[place..] {
            task.end_pending(status, details, now);
        }
    }

    fn halt_all(&mut self, halt: Halt) {
        for task in &mut self.tasks[self.group_start..self.group_end] {
            task.halt(halt);
        }
    }

    pub(super) fn end(&mut self, status: Status, details: Option<&str>, now: DateTime<Utc>) {
        self.status.step(status);
        self.details = details.map(Into::into);
        self.ended_at = Some(now);
    }

    /// The instant, but none before the latest one.
    fn at(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        let now = self.latest_at.map_or(now, |latest_at| latest_at.max(now));
        self.latest_at = Some(now);
        now
    }

    fn decided(&self, decision: Decision) -> Decision {
        Decision {
            ask_again_at: self.due_at(),
            ..decision
        }
    }

    pub(super) fn check(&self, ticket: &Ticket) -> Result<(), TicketError> {
        if ticket.execution_id != self.id {
            return Err(TicketError::OtherExecution {
                expected: self.id,
                found: ticket.execution_id,
            });
        }
        let task = self.tasks.get(ticket.task as usize);
        let invocation = task.and_then(|task| task.invocations.get(ticket.invocation as usize));
        invocation
            .ok_or(TicketError::Unknown(ticket.invocation_id))?
            .check(ticket)
    }

    /// The invocation of a ticket that has been checked.
    fn invocation_mut(&mut self, ticket: &Ticket) -> &mut Invocation {
        &mut self.tasks[ticket.task as usize].invocations[ticket.invocation as usize]
    }
}
