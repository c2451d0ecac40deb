//! Responses on the runs of windows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tagout_window::{
    Execution, ExecutionId, Invocation, InvocationId, MaxConcurrency, MaxErrors, Status, TargetId,
    TaskExecution, TaskExecutionId, TaskType, WindowId,
};

use super::{AlarmConfiguration, Secret, Text, TriggeredAlarm};
use crate::aws::Timestamp;

/// The id of an execution that is to be cancelled.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CancelMaintenanceWindowExecution {
    window_execution_id: Text<ExecutionId>,
}

impl CancelMaintenanceWindowExecution {
    /// For the execution of this id.
    pub const fn new(id: ExecutionId) -> Self {
        Self {
            window_execution_id: Text(id),
        }
    }
}

/// How a run goes, or went: what executions, their tasks and their invocations have in common.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Course<'a> {
    status: Text<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<Timestamp>,
}

impl<'a> Course<'a> {
    fn new(
        status: Status,
        details: Option<&'a str>,
        started_at: Option<DateTime<Utc>>,
        ended_at: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            status: Text(status),
            status_details: details,
            start_time: started_at.map(Timestamp),
            end_time: ended_at.map(Timestamp),
        }
    }

    fn of(execution: &'a Execution) -> Self {
        Self::new(
            execution.status(),
            execution.details(),
            execution.started_at(),
            execution.ended_at(),
        )
    }

    fn of_task(task: &'a TaskExecution) -> Self {
        Self::new(
            task.status(),
            task.details(),
            task.started_at(),
            task.ended_at(),
        )
    }

    fn of_invocation(invocation: &'a Invocation) -> Self {
        Self::new(
            invocation.status(),
            invocation.details(),
            invocation.started_at(),
            invocation.ended_at(),
        )
    }
}

/// A page of executions.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowExecutions<'a> {
    window_executions: Vec<Listed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// An execution in a list, with its window and without its tasks.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    window_id: Text<WindowId>,
    window_execution_id: Text<ExecutionId>,
    #[serde(flatten)]
    course: Course<'a>,
}

impl<'a> DescribeMaintenanceWindowExecutions<'a> {
    /// For these executions, and the token of the next page.
    pub fn new(executions: &'a [Execution], next_token: Option<&'a str>) -> Self {
        let listed = |execution: &'a Execution| Listed {
            window_id: Text(execution.window_id()),
            window_execution_id: Text(execution.id()),
            course: Course::of(execution),
        };
        Self {
            window_executions: executions.iter().map(listed).collect(),
            next_token,
        }
    }
}

/// An execution, with its task executions and without its window.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetMaintenanceWindowExecution<'a> {
    window_execution_id: Text<ExecutionId>,
    task_ids: Vec<Text<TaskExecutionId>>,
    #[serde(flatten)]
    course: Course<'a>,
}

impl<'a> GetMaintenanceWindowExecution<'a> {
    /// For this execution.
    pub fn new(execution: &'a Execution) -> Self {
        let tasks = execution.tasks().iter();
        Self {
            window_execution_id: Text(execution.id()),
            task_ids: tasks.map(|task| Text(task.id())).collect(),
            course: Course::of(execution),
        }
    }
}

/// A page of task executions.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowExecutionTasks<'a> {
    window_execution_task_identities: Vec<ListedTask<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// What is known of a task execution wherever it is shown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TaskBasics<'a> {
    window_execution_id: Text<ExecutionId>,
    task_execution_id: Text<TaskExecutionId>,
    task_arn: &'a str,
    #[serde(flatten)]
    course: Course<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm_configuration: Option<AlarmConfiguration<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    triggered_alarms: Option<[TriggeredAlarm<'a>; 1]>,
}

impl<'a> TaskBasics<'a> {
    fn of(execution: ExecutionId, task: &'a TaskExecution) -> Self {
        Self {
            window_execution_id: Text(execution),
            task_execution_id: Text(task.id()),
            task_arn: task.task().task_arn().as_str(),
            course: Course::of_task(task),
            alarm_configuration: AlarmConfiguration::of(task.task()),
            triggered_alarms: TriggeredAlarm::all(task),
        }
    }
}

/// A task execution in a list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedTask<'a> {
    #[serde(flatten)]
    basics: TaskBasics<'a>,
    task_type: &'static str,
}

impl<'a> DescribeMaintenanceWindowExecutionTasks<'a> {
    /// For these task executions of an execution, and the token of the next page.
    pub fn new(
        execution: ExecutionId,
        tasks: &'a [TaskExecution],
        next_token: Option<&'a str>,
    ) -> Self {
        let listed = |task: &'a TaskExecution| ListedTask {
            basics: TaskBasics::of(execution, task),
            task_type: task.task().task_type().as_str(),
        };
        Self {
            window_execution_task_identities: tasks.iter().map(listed).collect(),
            next_token,
        }
    }
}

/// A task execution.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetMaintenanceWindowExecutionTask<'a> {
    #[serde(flatten)]
    basics: TaskBasics<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_role: Option<&'a str>,
    r#type: &'static str,
    /// One map of all parameters, or none.
    task_parameters: Secret<Vec<BTreeMap<String, Values>>>,
    priority: u32,
    max_concurrency: Text<MaxConcurrency>,
    max_errors: Text<MaxErrors>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Values {
    values: Vec<String>,
}

impl<'a> GetMaintenanceWindowExecutionTask<'a> {
    /// For this task execution of an execution.
    pub fn new(execution: ExecutionId, task: &'a TaskExecution) -> Self {
        let parameters: BTreeMap<_, _> = task
            .parameters()
            .into_iter()
            .map(|(name, values)| (name, Values { values }))
            .collect();
        let of = task.task();
        Self {
            basics: TaskBasics::of(execution, task),
            service_role: of.service_role_arn(),
            r#type: of.task_type().as_str(),
            task_parameters: Secret(
                Some(parameters)
                    .filter(|parameters| !parameters.is_empty())
                    .into_iter()
                    .collect(),
            ),
            priority: of.priority(),
            max_concurrency: Text(of.max_concurrency()),
            max_errors: Text(of.max_errors()),
        }
    }
}

/// A page of invocations.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowExecutionTaskInvocations<'a> {
    window_execution_task_invocation_identities:
        Vec<GetMaintenanceWindowExecutionTaskInvocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

impl<'a> DescribeMaintenanceWindowExecutionTaskInvocations<'a> {
    /// For these invocations, and the token of the next page.
    pub fn new(
        invocations: impl IntoIterator<Item = GetMaintenanceWindowExecutionTaskInvocation<'a>>,
        next_token: Option<&'a str>,
    ) -> Self {
        Self {
            window_execution_task_invocation_identities: invocations.into_iter().collect(),
            next_token,
        }
    }
}

/// An invocation, which a list shows in full.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetMaintenanceWindowExecutionTaskInvocation<'a> {
    window_execution_id: Text<ExecutionId>,
    task_execution_id: Text<TaskExecutionId>,
    invocation_id: Text<InvocationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_id: Option<&'a str>,
    task_type: &'static str,
    parameters: Secret<&'a str>,
    #[serde(flatten)]
    course: Course<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_information: Option<Secret<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_target_id: Option<Text<TargetId>>,
}

impl<'a> GetMaintenanceWindowExecutionTaskInvocation<'a> {
    /// For this invocation of a task execution.
    pub fn new(
        execution: ExecutionId,
        task_execution: TaskExecutionId,
        invocation: &'a Invocation,
        task_type: TaskType,
        parameters: &'a str,
    ) -> Self {
        Self {
            window_execution_id: Text(execution),
            task_execution_id: Text(task_execution),
            invocation_id: Text(invocation.id()),
            execution_id: invocation.external_id(),
            task_type: task_type.as_str(),
            parameters: Secret(parameters),
            course: Course::of_invocation(invocation),
            owner_information: None,
            window_target_id: None,
        }
    }

    /// The same for an invocation that a registered target brought about.
    pub fn by_target(self, target: TargetId, owner_information: Option<&'a str>) -> Self {
        Self {
            window_target_id: Some(Text(target)),
            owner_information: owner_information.map(Secret),
            ..self
        }
    }
}
