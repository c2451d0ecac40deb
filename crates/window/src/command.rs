//! What the operations are asked, once parsed: every value is of its own type and within its bounds.
//!
//! A command is made by [`Request::parse`](crate::request::Request::parse). Where an update leaves a member out, it is
//! `None`. Schedules, dates and zones are still texts here: the service reads them only after it has found the window,
//! and says in other words what is wrong with them.

use std::collections::BTreeMap;

use tagout_schedule::{Cutoff, Duration, ScheduleOffset};

use crate::id::{ExecutionId, InvocationId, TargetId, TaskExecutionId, TaskId, WindowId};
use crate::page::PageRequest;
use crate::request::{
    self, AlarmConfiguration, LoggingInfo, TaskInvocationParameters, TaskParameterValues,
};
use crate::scalar::{
    ClientToken, CutoffBehavior, Description, MaxConcurrency, MaxErrors, Name, OwnerInformation,
    ResourceType, TaskArn, TaskType,
};
use crate::selector::Selector;

/// Makes a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CreateWindow {
    /// What it is called.
    pub name: Name,
    /// A note on it.
    pub description: Option<Description>,
    /// It opens no earlier; text, ISO 8601 with an offset.
    pub start_date: Option<String>,
    /// It opens no later; text, ISO 8601 with an offset.
    pub end_date: Option<String>,
    /// `cron(...)`, `rate(...)` or `at(...)`; 1 to 256 characters.
    pub schedule: String,
    /// The zone whose clocks the schedule means.
    pub schedule_timezone: Option<String>,
    /// How long after the schedule says it opens.
    pub schedule_offset: Option<ScheduleOffset>,
    /// How long it stays open.
    pub duration: Duration,
    /// How long before its end nothing new starts.
    pub cutoff: Cutoff,
    /// Whether a task may name servers that are not registered as targets.
    pub allow_unassociated_targets: bool,
    /// Makes a repeated request give the same answer.
    pub client_token: Option<ClientToken>,
    /// Its tags; of two with the same name, the later.
    pub tags: BTreeMap<String, String>,
    /// What the request asked, by which a repeated one is known.
    pub fingerprint: [u8; 32],
}

/// Changes a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpdateWindow {
    /// Which one.
    pub window_id: WindowId,
    /// What it is called.
    pub name: Option<Name>,
    /// A note on it.
    pub description: Option<Description>,
    /// It opens no earlier; text, ISO 8601 with an offset.
    pub start_date: Option<String>,
    /// It opens no later; text, ISO 8601 with an offset.
    pub end_date: Option<String>,
    /// `cron(...)`, `rate(...)` or `at(...)`; 1 to 256 characters.
    pub schedule: Option<String>,
    /// The zone whose clocks the schedule means.
    pub schedule_timezone: Option<String>,
    /// How long after the schedule says it opens.
    pub schedule_offset: Option<ScheduleOffset>,
    /// How long it stays open.
    pub duration: Option<Duration>,
    /// How long before its end nothing new starts.
    pub cutoff: Option<Cutoff>,
    /// Whether a task may name servers that are not registered as targets.
    pub allow_unassociated_targets: Option<bool>,
    /// Whether it opens at all.
    pub enabled: Option<bool>,
    /// Whether what is `None` is cleared; what a window cannot be without has to be there then.
    pub replace: bool,
}

/// Reads a window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GetWindow {
    /// Which one.
    pub window_id: WindowId,
}

/// Deletes a window, with its targets and tasks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeleteWindow {
    /// Which one.
    pub window_id: WindowId,
}

/// Lists windows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeWindows {
    /// By `Name` (a prefix) and `Enabled`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Lists the windows that reach a server or resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeWindowsForTarget {
    /// What names it.
    pub targets: Vec<Selector>,
    /// What it is.
    pub resource_type: ResourceType,
    /// Which page.
    pub page: PageRequest,
}

/// Lists coming openings: of one window, of those that reach a target, or of all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeSchedule {
    /// The one window.
    pub window_id: Option<WindowId>,
    /// What names the target.
    pub targets: Vec<Selector>,
    /// What the target is.
    pub resource_type: Option<ResourceType>,
    /// By `ScheduledBefore` and `ScheduledAfter`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Sets tags on a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AddTags {
    /// What the resource is, such as `MaintenanceWindow`.
    pub resource_type: String,
    /// Which one it is.
    pub resource_id: String,
    /// The tags; of two with the same name, the later.
    pub tags: BTreeMap<String, String>,
}

/// Takes tags off a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RemoveTags {
    /// What the resource is, such as `MaintenanceWindow`.
    pub resource_type: String,
    /// Which one it is.
    pub resource_id: String,
    /// The names of the tags.
    pub tag_keys: Vec<String>,
}

/// Lists the tags of a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListTags {
    /// What the resource is, such as `MaintenanceWindow`.
    pub resource_type: String,
    /// Which one it is.
    pub resource_id: String,
}

/// Registers a target with a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegisterTarget {
    /// The window.
    pub window_id: WindowId,
    /// What it selects.
    pub resource_type: ResourceType,
    /// How it selects.
    pub targets: Vec<Selector>,
    /// Handed on with every event about it.
    pub owner_information: Option<OwnerInformation>,
    /// What it is called.
    pub name: Option<Name>,
    /// A note on it.
    pub description: Option<Description>,
    /// Makes a repeated request give the same answer.
    pub client_token: Option<ClientToken>,
    /// What the request asked, by which a repeated one is known.
    pub fingerprint: [u8; 32],
}

/// Changes a registered target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpdateTarget {
    /// The window.
    pub window_id: WindowId,
    /// Which target.
    pub target_id: TargetId,
    /// How it selects.
    pub targets: Option<Vec<Selector>>,
    /// Handed on with every event about it.
    pub owner_information: Option<OwnerInformation>,
    /// What it is called.
    pub name: Option<Name>,
    /// A note on it.
    pub description: Option<Description>,
    /// Whether what is `None` is cleared; `targets` has to be there then.
    pub replace: bool,
}

/// Takes a target off a window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeregisterTarget {
    /// The window.
    pub window_id: WindowId,
    /// Which target.
    pub target_id: TargetId,
    /// Whether to refuse while a task still names it.
    pub safe: bool,
}

/// Lists the targets of a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeTargets {
    /// The window.
    pub window_id: WindowId,
    /// By `Type`, `WindowTargetId` and `OwnerInformation`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Registers a task with a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegisterTask {
    /// The window.
    pub window_id: WindowId,
    /// What it runs on; nothing for a task without targets.
    pub targets: Vec<Selector>,
    /// What it runs.
    pub task_arn: TaskArn,
    /// The role that runs it.
    pub service_role_arn: Option<String>,
    /// What carries it out.
    pub task_type: TaskType,
    /// What it is run with; deprecated by the interface.
    pub task_parameters: Option<BTreeMap<String, TaskParameterValues>>,
    /// What it is run with.
    pub task_invocation_parameters: Option<TaskInvocationParameters>,
    /// When it runs among the tasks of the window: 0 first, equal ones together.
    pub priority: Option<u32>,
    /// How many targets it runs on at once.
    pub max_concurrency: Option<MaxConcurrency>,
    /// How many errors it bears.
    pub max_errors: Option<MaxErrors>,
    /// Where its output goes; deprecated by the interface.
    pub logging_info: Option<LoggingInfo>,
    /// What it is called.
    pub name: Option<Name>,
    /// A note on it.
    pub description: Option<Description>,
    /// Makes a repeated request give the same answer.
    pub client_token: Option<ClientToken>,
    /// What becomes of it at the cutoff.
    pub cutoff_behavior: Option<CutoffBehavior>,
    /// The alarm that stops it.
    pub alarm_configuration: Option<AlarmConfiguration>,
    /// What the request asked, by which a repeated one is known.
    pub fingerprint: [u8; 32],
}

/// Changes a registered task.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpdateTask {
    /// The window.
    pub window_id: WindowId,
    /// Which task.
    pub task_id: TaskId,
    /// What it runs on.
    pub targets: Option<Vec<Selector>>,
    /// What it runs.
    pub task_arn: Option<TaskArn>,
    /// The role that runs it.
    pub service_role_arn: Option<String>,
    /// What it is run with; deprecated by the interface.
    pub task_parameters: Option<BTreeMap<String, TaskParameterValues>>,
    /// What it is run with; replaces the former parameters as a whole.
    pub task_invocation_parameters: Option<TaskInvocationParameters>,
    /// When it runs among the tasks of the window: 0 first, equal ones together.
    pub priority: Option<u32>,
    /// How many targets it runs on at once.
    pub max_concurrency: Option<MaxConcurrency>,
    /// How many errors it bears.
    pub max_errors: Option<MaxErrors>,
    /// Where its output goes; deprecated by the interface.
    pub logging_info: Option<LoggingInfo>,
    /// What it is called.
    pub name: Option<Name>,
    /// A note on it.
    pub description: Option<Description>,
    /// Whether what is `None` is cleared; `task_arn` has to be there then.
    pub replace: bool,
    /// What becomes of it at the cutoff.
    pub cutoff_behavior: Option<CutoffBehavior>,
    /// The alarm that stops it.
    pub alarm_configuration: Option<AlarmConfiguration>,
}

/// Takes a task off a window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeregisterTask {
    /// The window.
    pub window_id: WindowId,
    /// Which task.
    pub task_id: TaskId,
}

/// Reads a task of a window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GetTask {
    /// The window.
    pub window_id: WindowId,
    /// Which task.
    pub task_id: TaskId,
}

/// Lists the tasks of a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeTasks {
    /// The window.
    pub window_id: WindowId,
    /// By `WindowTaskId`, `TaskArn`, `Priority` and `TaskType`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Lists the executions of a window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeExecutions {
    /// The window.
    pub window_id: WindowId,
    /// By `ExecutedBefore` and `ExecutedAfter`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Reads an execution.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GetExecution {
    /// Which one.
    pub execution_id: ExecutionId,
}

/// Lists the task executions of an execution.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeExecutionTasks {
    /// The execution.
    pub execution_id: ExecutionId,
    /// By `STATUS`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Reads a task execution.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GetExecutionTask {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Which task execution.
    pub task_execution_id: TaskExecutionId,
}

/// Lists the invocations of a task execution.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribeInvocations {
    /// The execution.
    pub execution_id: ExecutionId,
    /// The task execution.
    pub task_execution_id: TaskExecutionId,
    /// By `STATUS`.
    pub filters: Vec<Filter>,
    /// Which page.
    pub page: PageRequest,
}

/// Reads an invocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GetInvocation {
    /// The execution.
    pub execution_id: ExecutionId,
    /// The task execution.
    pub task_execution_id: TaskExecutionId,
    /// Which invocation.
    pub invocation_id: InvocationId,
}

/// Cancels an execution.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CancelExecution {
    /// Which one.
    pub execution_id: ExecutionId,
}

/// Narrows a list: what `key` names has to be one of `values`. Several filters all have to hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Filter {
    /// What is compared, 1 to 128 characters; `None` if the request had none.
    pub key: Option<String>,
    /// Any of these will do, each 1 to 256 characters.
    pub values: Vec<String>,
}

/// A value that the checker has passed, on its way to its own type.
pub(crate) trait Checked<T> {
    fn checked(self) -> T;
}

macro_rules! checked {
    ($($type:ty),* ; $($borrowed:ty),*) => {
        $(impl Checked<$type> for String {
            fn checked(self) -> $type {
                <$type>::from_checked(self)
            }
        })*
        $(impl Checked<$borrowed> for String {
            fn checked(self) -> $borrowed {
                <$borrowed>::from_checked(&self)
            }
        })*
    };
}

checked!(
    Name, Description, OwnerInformation, ClientToken, TaskArn;
    WindowId, TargetId, TaskId, ExecutionId, TaskExecutionId, InvocationId,
    ResourceType, TaskType, CutoffBehavior, MaxConcurrency, MaxErrors
);

macro_rules! checked_number {
    ($($type:ty),*) => {
        $(impl Checked<$type> for i32 {
            fn checked(self) -> $type {
                <$type>::try_from(i64::from(self)).expect("the checker has kept it within its bounds")
            }
        })*
    };
}

checked_number!(Duration, Cutoff, ScheduleOffset);

impl Checked<Selector> for request::Target {
    fn checked(self) -> Selector {
        Selector {
            key: self.key,
            values: self.values.unwrap_or_default(),
        }
    }
}

impl Checked<Filter> for request::Filter {
    fn checked(self) -> Filter {
        Filter {
            key: self.key,
            values: self.values.unwrap_or_default(),
        }
    }
}

impl Checked<Filter> for request::ScheduleFilter {
    fn checked(self) -> Filter {
        Filter {
            key: self.key,
            values: self.values.unwrap_or_default(),
        }
    }
}

/// A required member of a request that the checker has passed.
pub(crate) fn set<T>(member: Option<T>) -> T {
    member.expect("the checker has found every required member")
}
