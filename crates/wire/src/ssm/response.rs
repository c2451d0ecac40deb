//! What the operations answer: a twin for each response, with the names of the interface.
//!
//! A twin borrows from the values that it shows. Members without a value are left out; numbers and booleans that the
//! interface's model does not mark as nullable are always there, and so are lists, empty ones included.
//!
//! Three names that are easily confused are kept as the interface has them: a task's kind is `Type` in the list of a window's
//! tasks and in a task execution, and `TaskType` elsewhere; its role is `ServiceRole` in a task execution; and
//! `TaskParameters` is a map with a task and a list of maps with a task execution.

mod execution;
pub use execution::{
    CancelMaintenanceWindowExecution, DescribeMaintenanceWindowExecutionTaskInvocations,
    DescribeMaintenanceWindowExecutionTasks, DescribeMaintenanceWindowExecutions,
    GetMaintenanceWindowExecution, GetMaintenanceWindowExecutionTask,
    GetMaintenanceWindowExecutionTaskInvocation,
};

mod target;
pub use target::{
    DeregisterTargetFromMaintenanceWindow, DescribeMaintenanceWindowTargets,
    RegisterTargetWithMaintenanceWindow, UpdateMaintenanceWindowTarget,
};

mod task;
pub use task::{
    DeregisterTaskFromMaintenanceWindow, DescribeMaintenanceWindowTasks, GetMaintenanceWindowTask,
    RegisterTaskWithMaintenanceWindow, UpdateMaintenanceWindowTask,
};

mod window;
pub use window::{
    AddTagsToResource, CreateMaintenanceWindow, DeleteMaintenanceWindow,
    DescribeMaintenanceWindowSchedule, DescribeMaintenanceWindows,
    DescribeMaintenanceWindowsForTarget, GetMaintenanceWindow, ListTagsForResource,
    RemoveTagsFromResource, UpdateMaintenanceWindow,
};

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};
use tagout_window::{AlarmState, Selector};

/// A value as the text that it prints.
#[derive(Clone, Copy, Debug)]
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A text that may be secret, so that `Debug` leaves it out.
#[derive(Clone, Copy, Serialize)]
#[serde(transparent)]
struct Secret<T>(T);

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A pair of a key and its values.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Target<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    values: &'a [String],
}

impl<'a> Target<'a> {
    fn all(selectors: &'a [Selector]) -> Vec<Self> {
        let of = |selector: &'a Selector| Self {
            key: selector.key.as_deref(),
            values: &selector.values,
        };
        selectors.iter().map(of).collect()
    }
}

/// The alarm that stops a task.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AlarmConfiguration<'a> {
    ignore_poll_alarm_failure: bool,
    alarms: Vec<Alarm<'a>>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Alarm<'a> {
    name: &'a str,
}

impl<'a> AlarmConfiguration<'a> {
    fn of(task: &'a tagout_window::Task) -> Option<Self> {
        let configuration = task.alarm_configuration()?;
        let alarms = configuration.alarms.iter().flatten();
        Some(Self {
            ignore_poll_alarm_failure: configuration.ignore_poll_alarm_failure.unwrap_or(false),
            alarms: alarms
                .map(|alarm| Alarm {
                    name: alarm.name.as_deref().unwrap_or_default(),
                })
                .collect(),
        })
    }
}

/// An alarm that stopped a task.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TriggeredAlarm<'a> {
    name: &'a str,
    state: &'static str,
}

impl<'a> TriggeredAlarm<'a> {
    fn all(task: &'a tagout_window::TaskExecution) -> Option<[Self; 1]> {
        task.triggered_alarm().map(|alarm| {
            [Self {
                name: &alarm.name,
                state: match alarm.state {
                    AlarmState::Unknown => "UNKNOWN",
                    AlarmState::Alarm => "ALARM",
                },
            }]
        })
    }
}
