//! Responses on windows, their tags and their coming openings.

use std::collections::BTreeMap;

use serde::Serialize;
use tagout_schedule::ExecutionTime;
use tagout_window::{Name, Window, WindowId};

use super::{Secret, Text};
use crate::aws::Timestamp;

/// The id of a new window.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateMaintenanceWindow {
    window_id: Text<WindowId>,
}

impl CreateMaintenanceWindow {
    /// For the window of this id.
    pub const fn new(id: WindowId) -> Self {
        Self {
            window_id: Text(id),
        }
    }
}

/// The id of a window that is gone.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteMaintenanceWindow {
    window_id: Text<WindowId>,
}

impl DeleteMaintenanceWindow {
    /// For the window of this id.
    pub const fn new(id: WindowId) -> Self {
        Self {
            window_id: Text(id),
        }
    }
}

/// What all that shows a window has in common.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Basics<'a> {
    window_id: Text<WindowId>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Secret<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<&'a str>,
    schedule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_timezone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_offset: Option<i64>,
    duration: i64,
    cutoff: i64,
    enabled: bool,
}

impl<'a> Basics<'a> {
    fn of(window: &'a Window) -> Self {
        Self {
            window_id: Text(window.id()),
            name: window.name().as_str(),
            description: window.description().map(|text| Secret(text.as_str())),
            start_date: window.start_date(),
            end_date: window.end_date(),
            schedule: window.schedule(),
            schedule_timezone: window.schedule_timezone(),
            schedule_offset: window.schedule_offset().map(Into::into),
            duration: window.duration().into(),
            cutoff: window.cutoff().into(),
            enabled: window.is_enabled(),
        }
    }
}

/// A window.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetMaintenanceWindow<'a> {
    #[serde(flatten)]
    basics: Basics<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_execution_time: Option<Text<ExecutionTime>>,
    allow_unassociated_targets: bool,
    created_date: Timestamp,
    modified_date: Timestamp,
}

impl<'a> GetMaintenanceWindow<'a> {
    /// For this window.
    pub fn new(window: &'a Window) -> Self {
        Self {
            basics: Basics::of(window),
            next_execution_time: window.next_execution_time().map(Text),
            allow_unassociated_targets: window.allows_unassociated_targets(),
            created_date: Timestamp(window.created_at()),
            modified_date: Timestamp(window.modified_at()),
        }
    }
}

/// A window after a change: not when it opens next, nor when it was made or changed.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateMaintenanceWindow<'a> {
    #[serde(flatten)]
    basics: Basics<'a>,
    allow_unassociated_targets: bool,
}

impl<'a> UpdateMaintenanceWindow<'a> {
    /// For this window, as it is after the change.
    pub fn new(window: &'a Window) -> Self {
        Self {
            basics: Basics::of(window),
            allow_unassociated_targets: window.allows_unassociated_targets(),
        }
    }
}

/// A page of windows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindows<'a> {
    window_identities: Vec<Identity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// A window in a list: not whether it takes unassociated targets, nor when it was made or changed.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity<'a> {
    #[serde(flatten)]
    basics: Basics<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_execution_time: Option<Text<ExecutionTime>>,
}

impl<'a> DescribeMaintenanceWindows<'a> {
    /// For these windows, and the token of the next page.
    pub fn new(windows: &'a [Window], next_token: Option<&'a str>) -> Self {
        let identity = |window| Identity {
            basics: Basics::of(window),
            next_execution_time: window.next_execution_time().map(Text),
        };
        Self {
            window_identities: windows.iter().map(identity).collect(),
            next_token,
        }
    }
}

/// A page of windows that reach a server or resource.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowsForTarget<'a> {
    window_identities: Vec<IdentityForTarget<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// A window in that list: which one it is, and no more.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct IdentityForTarget<'a> {
    window_id: Text<WindowId>,
    name: &'a str,
}

impl<'a> DescribeMaintenanceWindowsForTarget<'a> {
    /// For these windows, and the token of the next page.
    pub fn new(windows: &'a [Window], next_token: Option<&'a str>) -> Self {
        let identity = |window: &'a Window| IdentityForTarget {
            window_id: Text(window.id()),
            name: window.name().as_str(),
        };
        Self {
            window_identities: windows.iter().map(identity).collect(),
            next_token,
        }
    }
}

/// A page of coming openings.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowSchedule<'a> {
    scheduled_window_executions: Vec<ScheduledWindowExecution<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ScheduledWindowExecution<'a> {
    window_id: Text<WindowId>,
    name: &'a str,
    execution_time: Text<ExecutionTime>,
}

impl<'a> DescribeMaintenanceWindowSchedule<'a> {
    /// For these openings, each of a window with its name, at a time on the clock of its zone; and the token of the next
    /// page.
    pub fn new(
        openings: impl IntoIterator<Item = (WindowId, &'a Name, ExecutionTime)>,
        next_token: Option<&'a str>,
    ) -> Self {
        let openings = openings.into_iter();
        let opening = |(id, name, at): (_, &'a Name, _)| ScheduledWindowExecution {
            window_id: Text(id),
            name: name.as_str(),
            execution_time: Text(at),
        };
        Self {
            scheduled_window_executions: openings.map(opening).collect(),
            next_token,
        }
    }
}

/// That tags were set: there is nothing to say.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct AddTagsToResource {}

/// That tags were taken off: there is nothing to say.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct RemoveTagsFromResource {}

/// The tags of a resource.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResource<'a> {
    tag_list: Vec<Tag<'a>>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> ListTagsForResource<'a> {
    /// For these tags, by their names.
    pub fn new(tags: &'a BTreeMap<String, String>) -> Self {
        let tag_list = tags.iter().map(|(key, value)| Tag { key, value });
        Self {
            tag_list: tag_list.collect(),
        }
    }
}
