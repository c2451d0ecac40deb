//! Requests on the registered targets of a window.

use super::{Filter, operation, page_of};
use crate::command::{self, Checked, set};
use crate::constraint::shapes::{
    BOOLEAN, CLIENT_TOKEN, DESCRIPTION, FILTERS, MAX_RESULTS, NAME, NEXT_TOKEN, OWNER_INFORMATION,
    RESOURCE_TYPE, TARGET_ID, TARGET_KEY, TARGET_VALUES, TARGETS, WINDOW_ID,
};
use crate::constraint::structure;

structure! {
    /// What selects servers or resources: a key and the values that it may have.
    Target as "Target" {
        /// `InstanceIds`, `tag:<name>`, `tag-key`, `resource-groups:Name`, `WindowTargetIds`, ...
        key "Key": String = TARGET_KEY;
        /// At most 50 values.
        values "Values": Vec<String> = TARGET_VALUES;
    }
}

structure! {
    /// Asks for a target to be registered with a window.
    RegisterTargetWithMaintenanceWindow as "RegisterTargetWithMaintenanceWindowRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// `INSTANCE` or `RESOURCE_GROUP`.
        resource_type "ResourceType": String = RESOURCE_TYPE, required;
        /// What selects its servers or resources.
        targets "Targets": Vec<Target> = TARGETS, required;
        /// Handed on with every event about it.
        owner_information "OwnerInformation": String = OWNER_INFORMATION;
        /// What it is called.
        name "Name": String = NAME;
        /// A note on it.
        description "Description": String = DESCRIPTION;
        /// Makes a repeated request give the same answer.
        client_token "ClientToken": String = CLIENT_TOKEN;
    }
}

operation!(
    RegisterTargetWithMaintenanceWindow,
    [
        "IdempotentParameterMismatch",
        "DoesNotExistException",
        "ResourceLimitExceededException"
    ],
    command::RegisterTarget,
    |request| command::RegisterTarget {
        fingerprint: request.fingerprint(),
        window_id: set(request.window_id).checked(),
        resource_type: set(request.resource_type).checked(),
        targets: set(request.targets)
            .into_iter()
            .map(Checked::checked)
            .collect(),
        owner_information: request.owner_information.map(Checked::checked),
        name: request.name.map(Checked::checked),
        description: request.description.map(Checked::checked),
        client_token: request.client_token.map(Checked::checked),
    }
);

structure! {
    /// Asks for a registered target to be changed: the members that are set, or, with `Replace`, all of them.
    UpdateMaintenanceWindowTarget as "UpdateMaintenanceWindowTargetRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// Which target.
        window_target_id "WindowTargetId": String = TARGET_ID, required;
        /// What selects its servers or resources.
        targets "Targets": Vec<Target> = TARGETS;
        /// Handed on with every event about it.
        owner_information "OwnerInformation": String = OWNER_INFORMATION;
        /// What it is called.
        name "Name": String = NAME;
        /// A note on it.
        description "Description": String = DESCRIPTION;
        /// Whether members that are not set are cleared.
        replace "Replace": bool = BOOLEAN;
    }
}

operation!(
    UpdateMaintenanceWindowTarget,
    ["DoesNotExistException"],
    command::UpdateTarget,
    |request| {
        command::UpdateTarget {
            window_id: set(request.window_id).checked(),
            target_id: set(request.window_target_id).checked(),
            targets: request
                .targets
                .map(|targets| targets.into_iter().map(Checked::checked).collect()),
            owner_information: request.owner_information.map(Checked::checked),
            name: request.name.map(Checked::checked),
            description: request.description.map(Checked::checked),
            replace: request.replace.unwrap_or(false),
        }
    }
);

structure! {
    /// Asks for a target to be taken off a window.
    DeregisterTargetFromMaintenanceWindow as "DeregisterTargetFromMaintenanceWindowRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// Which target.
        window_target_id "WindowTargetId": String = TARGET_ID, required;
        /// Whether to refuse while a task still names it.
        safe "Safe": bool = BOOLEAN;
    }
}

operation!(
    DeregisterTargetFromMaintenanceWindow,
    ["DoesNotExistException", "TargetInUseException"],
    command::DeregisterTarget,
    |request| command::DeregisterTarget {
        window_id: set(request.window_id).checked(),
        target_id: set(request.window_target_id).checked(),
        safe: request.safe.unwrap_or(false),
    }
);

structure! {
    /// Asks for the targets of a window, a page at a time.
    DescribeMaintenanceWindowTargets as "DescribeMaintenanceWindowTargetsRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// By `Type`, `WindowTargetId` and `OwnerInformation`.
        filters "Filters": Vec<Filter> = FILTERS;
        /// The most targets on a page, 10 to 100.
        max_results "MaxResults": i32 = MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowTargets,
    ["DoesNotExistException"],
    command::DescribeTargets,
    |request| {
        command::DescribeTargets {
            page: page_of(&request, request.max_results, request.next_token.as_ref()),
            window_id: set(request.window_id).checked(),
            filters: request
                .filters
                .unwrap_or_default()
                .into_iter()
                .map(Checked::checked)
                .collect(),
        }
    }
);
