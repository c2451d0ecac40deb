//! What an account may know of the runs of its windows.

use std::fmt;

use chrono::{DateTime, Utc};
use tagout_store::{Query, Store, Stored};
use tagout_window::{
    Execution, ExecutionId, ExecutionPlace, Invocation, Missing, OwnerInformation, Page, TargetId,
    TaskExecution, TaskExecutionId, TaskType, TimeFilters, WindowError,
    command::{
        DescribeExecutionTasks, DescribeExecutions, DescribeInvocations, GetExecution,
        GetExecutionTask, GetInvocation,
    },
};

use super::{
    queries::{PAGE, n_wanted},
    records::{BY_WINDOW, ExecutionRecord, ordered},
};
use tracing::instrument;

use crate::{
    account::Account, control::Control, driver::Driver, error::ControlError, telemetry::observed,
    unit::Unit,
};

/// An invocation, with what the interface says about it that stands in its task. `Debug` leaves the parameters out.
#[derive(Clone, PartialEq)]
pub struct InvocationView {
    /// The execution.
    pub execution: ExecutionId,
    /// The task execution.
    pub task_execution: TaskExecutionId,
    /// The invocation itself.
    pub invocation: Invocation,
    /// What carries it out.
    pub task_type: TaskType,
    /// What it is run with, as JSON. Sensitive.
    pub parameters: String,
    /// What the owner of its registered target wants to be told.
    pub owner_information: Option<OwnerInformation>,
    /// The registered target by which it runs.
    pub target: Option<TargetId>,
}

impl InvocationView {
    fn new(execution: &Execution, task: &TaskExecution, invocation: &Invocation) -> Self {
        let work = execution.work_of(task, invocation);
        Self {
            execution: execution.id(),
            task_execution: task.id(),
            task_type: work.task.task_type(),
            parameters: work.parameters_text(),
            owner_information: work
                .target
                .and_then(|target| target.owner_information())
                .cloned(),
            target: work.target.map(tagout_window::Target::id),
            invocation: invocation.clone(),
        }
    }
}

impl fmt::Debug for InvocationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvocationView")
            .field("execution", &self.execution)
            .field("task_execution", &self.task_execution)
            .field("invocation", &self.invocation)
            .field("task_type", &self.task_type)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl<S: Store, D: Driver> Control<S, D> {
    /// One page of the executions of a window, the newest first. A window that is not there may still have some.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for filters that are not known, and for a foreign token.
    #[instrument(skip_all, fields(%account, window = %command.window_id))]
    pub async fn describe_window_executions(
        &self,
        account: &Account,
        command: &DescribeExecutions,
    ) -> Result<Page<Execution>, ControlError> {
        observed("describe_window_executions", async {
            let filters = TimeFilters::of_executions(&command.filters)?;
            let key = &self.settings.windows.page_key;
            let before: Option<ExecutionPlace> = key.place(&command.page)?;
            let of_window = format!("{}/", command.window_id);
            let mut query = Query::new(ExecutionRecord::KIND, account.as_str())
                .by_label(BY_WINDOW)
                .prefix(&of_window)
                .descending();
            if let Some(place) = before {
                query = query.below(format!("{of_window}{}", ordered(&place)));
            }
            let n = n_wanted(&command.page);
            let mut found = Vec::new();
            query = query.limit(n);
            while found.len() < n {
                let page = self.store.page(&query).await?;
                for document in &page.documents {
                    let ExecutionRecord { execution, .. } = document.read()?;
                    if filters.hold_for(&execution) {
                        found.push((ExecutionPlace::of(&execution), execution));
                    }
                }
                match page.next {
                    Some(next) => query = query.after(next),
                    None => break,
                }
            }
            Ok(key.page(&command.page, PAGE, found))
        })
        .await
    }

    /// An execution.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is none, or it is forgotten.
    #[instrument(skip_all, fields(%account, execution = %command.execution_id))]
    pub async fn window_execution(
        &self,
        account: &Account,
        command: &GetExecution,
        now: DateTime<Utc>,
    ) -> Result<Execution, ControlError> {
        observed("window_execution", async {
            self.execution(account, command.execution_id, now).await
        })
        .await
    }

    /// One page of the task executions of an execution, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution, for filters that are not known, and for a foreign
    /// token.
    #[instrument(skip_all, fields(%account, execution = %command.execution_id))]
    pub async fn describe_window_execution_tasks(
        &self,
        account: &Account,
        command: &DescribeExecutionTasks,
        now: DateTime<Utc>,
    ) -> Result<Page<TaskExecution>, ControlError> {
        observed("describe_window_execution_tasks", async {
            let execution = self.execution(account, command.execution_id, now).await?;
            let page = execution.describe_tasks(command, &self.settings.windows.page_key)?;
            Ok(Page {
                entries: page.entries.into_iter().cloned().collect(),
                next_token: page.next_token,
            })
        })
        .await
    }

    /// A task execution.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution or task execution.
    #[instrument(skip_all, fields(%account, execution = %command.execution_id))]
    pub async fn window_execution_task(
        &self,
        account: &Account,
        command: &GetExecutionTask,
        now: DateTime<Utc>,
    ) -> Result<TaskExecution, ControlError> {
        observed("window_execution_task", async {
            let execution = self.execution(account, command.execution_id, now).await?;
            Ok(execution.task(command.task_execution_id)?.clone())
        })
        .await
    }

    /// One page of the invocations of a task execution, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution or task execution, for filters that are not known,
    /// and for a foreign token.
    #[instrument(skip_all, fields(%account, execution = %command.execution_id))]
    pub async fn describe_window_invocations(
        &self,
        account: &Account,
        command: &DescribeInvocations,
        now: DateTime<Utc>,
    ) -> Result<Page<InvocationView>, ControlError> {
        observed("describe_window_invocations", async {
            let execution = self.execution(account, command.execution_id, now).await?;
            let task = execution.task(command.task_execution_id)?;
            let page = execution.describe_invocations(command, &self.settings.windows.page_key)?;
            let views = page
                .entries
                .into_iter()
                .map(|invocation| InvocationView::new(&execution, task, invocation));
            Ok(Page {
                entries: views.collect(),
                next_token: page.next_token,
            })
        })
        .await
    }

    /// An invocation.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such execution, task execution or invocation.
    #[instrument(skip_all, fields(%account, execution = %command.execution_id, invocation = %command.invocation_id))]
    pub async fn window_invocation(
        &self,
        account: &Account,
        command: &GetInvocation,
        now: DateTime<Utc>,
    ) -> Result<InvocationView, ControlError> {
        observed("window_invocation", async {
            let execution = self.execution(account, command.execution_id, now).await?;
            let task = execution.task(command.task_execution_id)?;
            let invocation = task.invocation(command.invocation_id)?;
            Ok(InvocationView::new(&execution, task, invocation))
        })
        .await
    }

    /// The execution of this id, unless its time is over.
    async fn execution(
        &self,
        account: &Account,
        id: ExecutionId,
        now: DateTime<Utc>,
    ) -> Result<Execution, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        let record = unit
            .get::<ExecutionRecord>(account.as_str(), &id.to_string())
            .await?;
        let rules = &self.settings.windows.rules;
        record
            .map(|record| record.execution)
            .filter(|execution| execution.expires_at(rules).is_none_or(|at| now < at))
            .ok_or_else(|| WindowError::DoesNotExist(Missing::Execution(id)).into())
    }
}
