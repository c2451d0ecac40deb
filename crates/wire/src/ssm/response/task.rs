//! Responses on the tasks of windows.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;
use tagout_window::request::{LoggingInfo, TaskInvocationParameters, TaskParameterValues};
use tagout_window::{CutoffBehavior, MaxConcurrency, MaxErrors, Name, Task, TaskId, WindowId};

use super::{AlarmConfiguration, Secret, Target, Text};

/// The id of a new task.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegisterTaskWithMaintenanceWindow {
    window_task_id: Text<TaskId>,
}

impl RegisterTaskWithMaintenanceWindow {
    /// For the task of this id.
    pub const fn new(id: TaskId) -> Self {
        Self {
            window_task_id: Text(id),
        }
    }
}

/// The ids of a task that was taken off, and of its window.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeregisterTaskFromMaintenanceWindow {
    window_id: Text<WindowId>,
    window_task_id: Text<TaskId>,
}

impl DeregisterTaskFromMaintenanceWindow {
    /// For this task of this window.
    pub const fn new(window: WindowId, task: TaskId) -> Self {
        Self {
            window_id: Text(window),
            window_task_id: Text(task),
        }
    }
}

/// What all that shows a task has in common.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Basics<'a> {
    window_id: Text<WindowId>,
    window_task_id: Text<TaskId>,
    targets: Vec<Target<'a>>,
    task_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_role_arn: Option<&'a str>,
    /// There even if there are none, as the samples of the user guide have it.
    task_parameters: Secret<Cow<'a, BTreeMap<String, TaskParameterValues>>>,
    priority: u32,
    max_concurrency: Text<MaxConcurrency>,
    max_errors: Text<MaxErrors>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logging_info: Option<&'a LoggingInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Secret<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cutoff_behavior: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm_configuration: Option<AlarmConfiguration<'a>>,
}

impl<'a> Basics<'a> {
    fn of(window: WindowId, task: &'a Task) -> Self {
        Self {
            window_id: Text(window),
            window_task_id: Text(task.id()),
            targets: Target::all(task.targets()),
            task_arn: task.task_arn().as_str(),
            service_role_arn: task.service_role_arn(),
            task_parameters: Secret(
                task.task_parameters()
                    .map_or_else(|| Cow::Owned(BTreeMap::new()), Cow::Borrowed),
            ),
            priority: task.priority(),
            max_concurrency: Text(task.max_concurrency()),
            max_errors: Text(task.max_errors()),
            logging_info: task.logging_info(),
            name: task.name().map(Name::as_str),
            description: task.description().map(|text| Secret(text.as_str())),
            cutoff_behavior: task.cutoff_behavior().map(CutoffBehavior::as_str),
            alarm_configuration: AlarmConfiguration::of(task),
        }
    }
}

/// A task.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetMaintenanceWindowTask<'a> {
    #[serde(flatten)]
    basics: Basics<'a>,
    task_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_invocation_parameters: Option<&'a TaskInvocationParameters>,
}

impl<'a> GetMaintenanceWindowTask<'a> {
    /// For this task of a window.
    pub fn new(window: WindowId, task: &'a Task) -> Self {
        Self {
            basics: Basics::of(window, task),
            task_type: task.task_type().as_str(),
            task_invocation_parameters: task.invocation_parameters(),
        }
    }
}

/// A task after a change, without its type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateMaintenanceWindowTask<'a> {
    #[serde(flatten)]
    basics: Basics<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_invocation_parameters: Option<&'a TaskInvocationParameters>,
}

impl<'a> UpdateMaintenanceWindowTask<'a> {
    /// For this task of a window, as it is after the change.
    pub fn new(window: WindowId, task: &'a Task) -> Self {
        Self {
            basics: Basics::of(window, task),
            task_invocation_parameters: task.invocation_parameters(),
        }
    }
}

/// A page of tasks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowTasks<'a> {
    tasks: Vec<Listed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// A task in a list, without what it is run with.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    #[serde(flatten)]
    basics: Basics<'a>,
    r#type: &'static str,
}

impl<'a> DescribeMaintenanceWindowTasks<'a> {
    /// For these tasks of a window, and the token of the next page.
    pub fn new(window: WindowId, tasks: &'a [Task], next_token: Option<&'a str>) -> Self {
        let listed = |task: &'a Task| Listed {
            basics: Basics::of(window, task),
            r#type: task.task_type().as_str(),
        };
        Self {
            tasks: tasks.iter().map(listed).collect(),
            next_token,
        }
    }
}
