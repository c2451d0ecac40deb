//! Responses on the targets of windows.

use serde::Serialize;
use tagout_window::{Name, Target, TargetId, WindowId};

use super::{Secret, Text};

/// The id of a new target.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegisterTargetWithMaintenanceWindow {
    window_target_id: Text<TargetId>,
}

impl RegisterTargetWithMaintenanceWindow {
    /// For the target of this id.
    pub const fn new(id: TargetId) -> Self {
        Self {
            window_target_id: Text(id),
        }
    }
}

/// A target after a change, without its resource type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateMaintenanceWindowTarget<'a> {
    window_id: Text<WindowId>,
    window_target_id: Text<TargetId>,
    targets: Vec<super::Target<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_information: Option<Secret<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Secret<&'a str>>,
}

impl<'a> UpdateMaintenanceWindowTarget<'a> {
    /// For this target of a window, as it is after the change.
    pub fn new(window: WindowId, target: &'a Target) -> Self {
        Self {
            window_id: Text(window),
            window_target_id: Text(target.id()),
            targets: super::Target::all(target.selectors()),
            owner_information: target.owner_information().map(|text| Secret(text.as_str())),
            name: target.name().map(Name::as_str),
            description: target.description().map(|text| Secret(text.as_str())),
        }
    }
}

/// The ids of a target that was taken off, and of its window.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeregisterTargetFromMaintenanceWindow {
    window_id: Text<WindowId>,
    window_target_id: Text<TargetId>,
}

impl DeregisterTargetFromMaintenanceWindow {
    /// For this target of this window.
    pub const fn new(window: WindowId, target: TargetId) -> Self {
        Self {
            window_id: Text(window),
            window_target_id: Text(target),
        }
    }
}

/// A page of targets.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeMaintenanceWindowTargets<'a> {
    targets: Vec<Listed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// A target in a list, with its resource type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    #[serde(flatten)]
    target: UpdateMaintenanceWindowTarget<'a>,
    resource_type: &'static str,
}

impl<'a> DescribeMaintenanceWindowTargets<'a> {
    /// For these targets of a window, and the token of the next page.
    pub fn new(window: WindowId, targets: &'a [Target], next_token: Option<&'a str>) -> Self {
        let listed = |target: &'a Target| Listed {
            target: UpdateMaintenanceWindowTarget::new(window, target),
            resource_type: target.resource_type().as_str(),
        };
        Self {
            targets: targets.iter().map(listed).collect(),
            next_token,
        }
    }
}
