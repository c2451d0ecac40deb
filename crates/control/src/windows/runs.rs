//! Runs of windows: openings that have come, limits, cutoffs, what ends, and what is forgotten.

use chrono::{DateTime, Utc};
use tagout_store::Store;
use tagout_window::{
    Admission, AlarmState, Decision, Ending, Execution, ExecutionId, Missing, Outcome, Status,
    Ticket, WindowError, command::CancelExecution,
};

use super::{
    commands::{desk, tell},
    event::WindowEvent,
    records::{DeskRecord, ExecutionRecord, WATCHES, WatchRecord, WindowRecord},
};
use tracing::instrument;

use crate::{
    account::Account,
    control::{Control, decide},
    driver::{Done, Driver, DriverError},
    error::ControlError,
    telemetry::observed,
    unit::Unit,
};

impl<S: Store, D: Driver> Control<S, D> {
    /// Looks at a window: runs the opening that has come.
    pub(crate) async fn advance_window(
        &self,
        scope: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let account: Account = scope.parse()?;
        let _turn = self.turn(scope).await;
        decide!(self, now, |unit| {
            let Some(WindowRecord(mut window)) = unit.get::<WindowRecord>(scope, id).await? else {
                return Ok(());
            };
            let Some(due) = window.take_due(now) else {
                return unit.put(scope, &WindowRecord(window)); // it was changed meanwhile
            };
            if let Some(since) = due.missed_since {
                let event = WindowEvent::OpeningsMissed {
                    window: window.id(),
                    since,
                    until: due.opening.opens_at,
                };
                tell(unit, &account, event);
            }
            let overlap = window.practice().overlap;
            let mut ids = || self.bits();
            let execution = Execution::new(&window, due.opening, &mut ids);
            let mut desk = desk(unit, &account).await?;
            let quotas = &self.settings.windows.rules.quotas;
            let record = if desk.admission(&execution, overlap, quotas) == Admission::Skip {
                let mut ids = || self.bits();
                let skipped = Execution::skipped(&window, due.opening, &mut ids);
                ExecutionRecord::new(skipped, overlap)
            } else {
                let mut record = ExecutionRecord::new(execution, overlap);
                desk.note(&record.execution);
                self.try_to_begin(unit, &account, &mut desk, &mut record)
                    .await?;
                record
            };
            unit.put(scope, &WindowRecord(window))?;
            self.settle_run(unit, &account, desk, None, record).await
        })
    }

    /// Looks at an execution: begins one that waited if it may now, heeds cutoff and closing, forgets an old one.
    pub(crate) async fn advance_execution(
        &self,
        scope: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let account: Account = scope.parse()?;
        let _turn = self.turn(id).await;
        decide!(self, now, |unit| {
            let Some(mut record) = unit.get::<ExecutionRecord>(scope, id).await? else {
                return Ok(());
            };
            let rules = &self.settings.windows.rules;
            if record
                .execution
                .expires_at(rules)
                .is_some_and(|at| at <= now)
            {
                return unit.remove::<ExecutionRecord>(scope, id);
            }
            let before = record.execution.clone();
            let mut desk = desk(unit, &account).await?;
            record.woken = false;
            if record.execution.status() == Status::Pending {
                self.try_to_begin(unit, &account, &mut desk, &mut record)
                    .await?;
            } else {
                let decision = record.execution.handle_time(now);
                self.carry_out(unit, &account, &mut record, decision)
                    .await?;
            }
            self.settle_run(unit, &account, desk, Some(before), record)
                .await
        })
    }

    /// Begins a pending execution if it may begin; otherwise it waits, though not beyond its cutoff.
    async fn try_to_begin(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        desk: &mut DeskRecord,
        record: &mut ExecutionRecord,
    ) -> Result<(), ControlError> {
        let now = unit.now();
        let quotas = &self.settings.windows.rules.quotas;
        let decision = match desk.admission(&record.execution, record.overlap, quotas) {
            Admission::Begin => {
                let inventory = self.inventory_for(account, &record.execution).await?;
                let mut ids = || self.bits();
                record.execution.begin(&inventory, &mut ids, now)
            }
            Admission::CancelOther => {
                self.cancel_others(unit, account, desk, &record.execution)
                    .await?;
                record.execution.handle_time(now)
            }
            // What is to be skipped never came this far.
            Admission::Wait | Admission::Skip => record.execution.handle_time(now),
        };
        self.carry_out(unit, account, record, decision).await
    }

    /// Cancels what runs of the same window.
    async fn cancel_others(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        desk: &mut DeskRecord,
        execution: &Execution,
    ) -> Result<(), ControlError> {
        let (window, id) = (execution.window_id(), execution.id());
        let others = desk.open.clone();
        for other in others
            .iter()
            .filter(|it| it.window == window && it.id != id && it.begun)
        {
            let key = other.id.to_string();
            let Some(mut record) = unit.get::<ExecutionRecord>(account.as_str(), &key).await?
            else {
                continue;
            };
            let before = record.execution.clone();
            let decision = record.execution.cancel(unit.now());
            self.carry_out(unit, account, &mut record, decision).await?;
            desk.note(&record.execution);
            self.write_run(unit, account, Some(&before), record)?;
        }
        Ok(())
    }

    /// Does what a machine has decided: gives out what begins, and takes back what is cancelled.
    pub(super) async fn carry_out(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        record: &mut ExecutionRecord,
        decision: Decision,
    ) -> Result<(), ControlError> {
        let mut decisions = vec![decision];
        let mut n_sent = 0;
        loop {
            while let Some(decision) = decisions.pop() {
                record.unsent.extend(decision.begin);
                for ticket in decision.cancel {
                    decisions.extend(self.take_back(unit, record, &ticket).await?);
                }
            }
            if n_sent == SENT_MAX {
                return Ok(()); // the rest follows at once
            }
            let Some(ticket) = record.unsent.pop_front() else {
                return Ok(());
            };
            n_sent += 1;
            decisions.extend(self.send(unit, account, record, &ticket).await?);
        }
    }

    /// Stops an invocation that a driver has or is to get. What another family does for it goes on to its end.
    async fn take_back(
        &self,
        unit: &mut Unit<'_, S>,
        record: &mut ExecutionRecord,
        ticket: &Ticket,
    ) -> Result<Option<Decision>, ControlError> {
        let was_unsent = record.unsent.contains(ticket);
        record.unsent.retain(|unsent| unsent != ticket);
        let errand = record.errands.remove(&ticket.invocation_id());
        if let Some(errand) = &errand {
            self.withdraw(unit, errand).await?;
        }
        if errand.is_none() && !was_unsent {
            return Ok(None);
        }
        let ended = record
            .execution
            .handle_ended(ticket, Ending::Cancelled.into(), unit.now());
        Ok(ended.ok()) // a ticket that is void by now has nothing to say
    }

    /// Takes in how an invocation has ended. One of an execution that is forgotten, or that was given up, says nothing.
    pub(crate) async fn finish_invocation(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        ticket: &Ticket,
        outcome: Outcome,
    ) -> Result<(), ControlError> {
        let id = ticket.execution_id().to_string();
        let Some(mut record) = unit.get::<ExecutionRecord>(account.as_str(), &id).await? else {
            return Ok(());
        };
        let before = record.execution.clone();
        record.errands.remove(&ticket.invocation_id());
        let Ok(decision) = record.execution.handle_ended(ticket, outcome, unit.now()) else {
            return Ok(());
        };
        self.carry_out(unit, account, &mut record, decision).await?;
        if record.execution.status().is_final() {
            let desk = desk(unit, account).await?;
            self.settle_run(unit, account, desk, Some(before), record)
                .await
        } else {
            // It had begun and has not ended: the desk has nothing to learn.
            self.write_run(unit, account, Some(&before), record)
        }
    }

    /// Writes an execution and the desk, and wakes what waits for its end.
    async fn settle_run(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        mut desk: DeskRecord,
        before: Option<Execution>,
        record: ExecutionRecord,
    ) -> Result<(), ControlError> {
        let is_news = desk.note(&record.execution) || desk.freed;
        self.write_run(unit, account, before.as_ref(), record)?;
        if desk.freed {
            for waiting in desk.open.iter().filter(|it| !it.begun) {
                self.wake(unit, account, waiting.id).await?;
            }
        }
        if is_news || before.is_none() {
            unit.put(account.as_str(), &desk)
        } else {
            unit.rely_on::<DeskRecord>(account.as_str(), DeskRecord::ID)
        }
    }

    /// Has a waiting execution looked at again.
    async fn wake(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        id: ExecutionId,
    ) -> Result<(), ControlError> {
        let record = unit
            .get::<ExecutionRecord>(account.as_str(), &id.to_string())
            .await?;
        if let Some(mut record) = record.filter(|record| !record.woken) {
            record.woken = true;
            record.rest(&self.settings.windows.rules, unit.now());
            unit.put(account.as_str(), &record)?;
        }
        Ok(())
    }

    /// Writes an execution, and tells how it has moved since `before`.
    fn write_run(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        before: Option<&Execution>,
        mut record: ExecutionRecord,
    ) -> Result<(), ControlError> {
        for event in WindowEvent::moves(before, &record.execution) {
            tell(unit, account, event);
        }
        record.rest(&self.settings.windows.rules, unit.now());
        unit.put(account.as_str(), &record)
    }

    /// Cancels an execution: tasks that have not begun are cancelled, the others go on. One that has ended is left as
    /// it is.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution.
    #[instrument(skip_all, fields(%account, execution = %command.execution_id))]
    pub async fn cancel_window_execution(
        &self,
        account: &Account,
        command: &CancelExecution,
        now: DateTime<Utc>,
    ) -> Result<ExecutionId, ControlError> {
        observed("cancel_window_execution", async {
            let id = command.execution_id;
            self.move_run(account, id, now, |execution| execution.cancel(now))
                .await?;
            Ok(id)
        })
        .await
    }

    /// Begins nothing more of an execution until it is resumed; time goes on, and so does what has begun.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution.
    #[instrument(skip_all, fields(%account, execution = %id))]
    pub async fn pause_window_execution(
        &self,
        account: &Account,
        id: ExecutionId,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("pause_window_execution", async {
            self.move_run(account, id, now, |execution| execution.pause(now))
                .await
        })
        .await
    }

    /// Goes on with an execution after a pause.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution.
    #[instrument(skip_all, fields(%account, execution = %id))]
    pub async fn resume_window_execution(
        &self,
        account: &Account,
        id: ExecutionId,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("resume_window_execution", async {
            self.move_run(account, id, now, |execution| execution.resume(now))
                .await
        })
        .await
    }

    /// Takes note that an alarm went off or could not be read, for an execution: tasks that are to stop for it begin
    /// nothing more, and fail.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution.
    #[instrument(skip_all, fields(%account, execution = %id))]
    pub async fn alarm_window_execution(
        &self,
        account: &Account,
        id: ExecutionId,
        alarm: &str,
        state: AlarmState,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("alarm_window_execution", async {
            self.move_run(account, id, now, |execution| {
                execution.handle_alarm(alarm, state, now)
            })
            .await
        })
        .await
    }

    /// Lets something happen to an execution.
    async fn move_run(
        &self,
        account: &Account,
        id: ExecutionId,
        now: DateTime<Utc>,
        happen: impl Fn(&mut Execution) -> Decision,
    ) -> Result<(), ControlError> {
        let key = id.to_string();
        let _turn = self.turn(&key).await;
        decide!(self, now, |unit| {
            let mut record = unit
                .get::<ExecutionRecord>(account.as_str(), &key)
                .await?
                .ok_or(WindowError::DoesNotExist(Missing::Execution(id)))?;
            if record.execution.status().is_final() {
                return Ok(());
            }
            let before = record.execution.clone();
            let decision = happen(&mut record.execution);
            self.carry_out(unit, account, &mut record, decision).await?;
            let desk = desk(unit, account).await?;
            self.settle_run(unit, account, desk, Some(before), record)
                .await
        })
    }

    /// Takes note that work of another family has ended, if an invocation waits for it.
    pub(crate) async fn unwatch(
        &self,
        unit: &mut Unit<'_, S>,
        id: &str,
        outcome: impl FnOnce() -> Outcome,
    ) -> Result<(), ControlError> {
        let Some(mut watch) = unit.get::<WatchRecord>(WATCHES, id).await? else {
            return Ok(());
        };
        watch.ended = Some((outcome(), unit.now()));
        unit.put(WATCHES, &watch)
    }

    /// Hands the end of watched work on to its invocation.
    pub(crate) async fn advance_watch(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        decide!(self, now, |unit| {
            let Some(watch) = unit.get::<WatchRecord>(WATCHES, id).await? else {
                return Ok(());
            };
            if let Some((outcome, _)) = watch.ended {
                unit.remove::<WatchRecord>(WATCHES, id)?;
                self.finish_invocation(unit, &watch.account, &watch.ticket, outcome)
                    .await?;
            }
            Ok(())
        })
    }
}

/// How many invocations one commit gives out: each writes a handful of documents and an event.
const SENT_MAX: usize = 500;

/// How an invocation has ended, by what its driver says.
///
/// A result may name the id of what was run (`externalId`) and say more (`details`).
pub(crate) fn outcome(result: Result<Done, DriverError>) -> Outcome {
    match result {
        Ok(done) => {
            let text = |name: &str| done.detail.get(name)?.as_str().map(Into::into);
            Outcome {
                ending: Ending::Success,
                details: text("details"),
                external_id: text("externalId"),
            }
        }
        Err(error) => {
            let ending = match error {
                DriverError::TimedOut => Ending::TimedOut,
                DriverError::Transient { .. } | DriverError::Permanent { .. } => Ending::Failed,
            };
            Outcome {
                ending,
                details: Some(error.to_string().into()),
                external_id: None,
            }
        }
    }
}
