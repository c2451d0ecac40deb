//! Requests on windows and on their tags.

use super::{Target, operation, page_of};
use crate::command::{self, Checked, set};
use crate::constraint::shapes::{
    ALLOW_UNASSOCIATED_TARGETS, BOOLEAN, CLIENT_TOKEN, CUTOFF, DATE_TIME, DESCRIPTION, DURATION,
    ENABLED, FILTER_KEY, FILTER_VALUES, FILTERS, MAX_RESULTS, NAME, NEXT_TOKEN, OFFSET,
    RESOURCE_TYPE, SCHEDULE, SCHEDULE_FILTER_KEY, SCHEDULE_FILTER_VALUES, SCHEDULE_FILTERS,
    SEARCH_MAX_RESULTS, TAG_KEY, TAG_KEYS, TAG_VALUE, TAGGED_ID, TAGGED_TYPE, TAGS, TARGETS,
    TIMEZONE, WINDOW_ID,
};
use crate::constraint::structure;

structure! {
    /// Asks for a new window.
    ///
    /// There is no way to ask for a disabled one: a new window is always enabled.
    CreateMaintenanceWindow as "CreateMaintenanceWindowRequest" {
        /// What it is called; names need not be unique.
        name "Name": String = NAME, required;
        /// A note on it.
        description "Description": String = DESCRIPTION;
        /// It opens no earlier; ISO 8601 with an offset.
        start_date "StartDate": String = DATE_TIME;
        /// It opens no later; ISO 8601 with an offset.
        end_date "EndDate": String = DATE_TIME;
        /// `cron(...)`, `rate(...)` or `at(...)`.
        schedule "Schedule": String = SCHEDULE, required;
        /// The zone whose clocks the schedule means; UTC if absent.
        schedule_timezone "ScheduleTimezone": String = TIMEZONE;
        /// Days that it opens after the schedule says, 1 to 6.
        schedule_offset "ScheduleOffset": i32 = OFFSET;
        /// Hours that it stays open, 1 to 24.
        duration "Duration": i32 = DURATION, required;
        /// Hours before its end from which no task starts, 0 to 23.
        cutoff "Cutoff": i32 = CUTOFF, required;
        /// Whether a task may name servers that are not registered as targets.
        allow_unassociated_targets "AllowUnassociatedTargets": bool = ALLOW_UNASSOCIATED_TARGETS, required;
        /// Makes a repeated request give the same answer.
        client_token "ClientToken": String = CLIENT_TOKEN;
        /// Its tags.
        tags "Tags": Vec<Tag> = TAGS;
    }
}

operation!(
    CreateMaintenanceWindow,
    [
        "IdempotentParameterMismatch",
        "ResourceLimitExceededException"
    ],
    command::CreateWindow,
    |request| command::CreateWindow {
        fingerprint: request.fingerprint(),
        name: set(request.name).checked(),
        description: request.description.map(Checked::checked),
        start_date: request.start_date,
        end_date: request.end_date,
        schedule: set(request.schedule),
        schedule_timezone: request.schedule_timezone,
        schedule_offset: request.schedule_offset.map(Checked::checked),
        duration: set(request.duration).checked(),
        cutoff: set(request.cutoff).checked(),
        allow_unassociated_targets: set(request.allow_unassociated_targets),
        client_token: request.client_token.map(Checked::checked),
        tags: request
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(Tag::into_pair)
            .collect(),
    }
);

structure! {
    /// Asks for a window.
    GetMaintenanceWindow as "GetMaintenanceWindowRequest" {
        /// Which one.
        window_id "WindowId": String = WINDOW_ID, required;
    }
}

operation!(
    GetMaintenanceWindow,
    ["DoesNotExistException"],
    command::GetWindow,
    |request| command::GetWindow {
        window_id: set(request.window_id).checked(),
    }
);

structure! {
    /// Asks for a window to be changed: the members that are set, or, with `Replace`, all of them.
    UpdateMaintenanceWindow as "UpdateMaintenanceWindowRequest" {
        /// Which one.
        window_id "WindowId": String = WINDOW_ID, required;
        /// What it is called.
        name "Name": String = NAME;
        /// A note on it.
        description "Description": String = DESCRIPTION;
        /// It opens no earlier; ISO 8601 with an offset.
        start_date "StartDate": String = DATE_TIME;
        /// It opens no later; ISO 8601 with an offset.
        end_date "EndDate": String = DATE_TIME;
        /// `cron(...)`, `rate(...)` or `at(...)`.
        schedule "Schedule": String = SCHEDULE;
        /// The zone whose clocks the schedule means.
        schedule_timezone "ScheduleTimezone": String = TIMEZONE;
        /// Days that it opens after the schedule says, 1 to 6.
        schedule_offset "ScheduleOffset": i32 = OFFSET;
        /// Hours that it stays open, 1 to 24.
        duration "Duration": i32 = DURATION;
        /// Hours before its end from which no task starts, 0 to 23.
        cutoff "Cutoff": i32 = CUTOFF;
        /// Whether a task may name servers that are not registered as targets.
        allow_unassociated_targets "AllowUnassociatedTargets": bool = ALLOW_UNASSOCIATED_TARGETS;
        /// Whether it opens at all.
        enabled "Enabled": bool = ENABLED;
        /// Whether members that are not set are cleared.
        replace "Replace": bool = BOOLEAN;
    }
}

operation!(
    UpdateMaintenanceWindow,
    ["DoesNotExistException"],
    command::UpdateWindow,
    |request| command::UpdateWindow {
        window_id: set(request.window_id).checked(),
        name: request.name.map(Checked::checked),
        description: request.description.map(Checked::checked),
        start_date: request.start_date,
        end_date: request.end_date,
        schedule: request.schedule,
        schedule_timezone: request.schedule_timezone,
        schedule_offset: request.schedule_offset.map(Checked::checked),
        duration: request.duration.map(Checked::checked),
        cutoff: request.cutoff.map(Checked::checked),
        allow_unassociated_targets: request.allow_unassociated_targets,
        enabled: request.enabled,
        replace: request.replace.unwrap_or(false),
    }
);

structure! {
    /// Asks for a window to be deleted, with its targets and tasks.
    DeleteMaintenanceWindow as "DeleteMaintenanceWindowRequest" {
        /// Which one.
        window_id "WindowId": String = WINDOW_ID, required;
    }
}

operation!(
    DeleteMaintenanceWindow,
    [],
    command::DeleteWindow,
    |request| command::DeleteWindow {
        window_id: set(request.window_id).checked(),
    }
);

structure! {
    /// Asks for windows, a page at a time.
    DescribeMaintenanceWindows as "DescribeMaintenanceWindowsRequest" {
        /// By `Name` (a prefix) and `Enabled`.
        filters "Filters": Vec<Filter> = FILTERS;
        /// The most windows on a page, 10 to 100.
        max_results "MaxResults": i32 = MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindows,
    [],
    command::DescribeWindows,
    |request| command::DescribeWindows {
        page: page_of(&request, request.max_results, request.next_token.as_ref()),
        filters: request
            .filters
            .unwrap_or_default()
            .into_iter()
            .map(Checked::checked)
            .collect(),
    }
);

structure! {
    /// Asks for the windows that reach a server or resource, a page at a time.
    DescribeMaintenanceWindowsForTarget as "DescribeMaintenanceWindowsForTargetRequest" {
        /// What names it: ids, tags or a resource group.
        targets "Targets": Vec<Target> = TARGETS, required;
        /// `INSTANCE` or `RESOURCE_GROUP`.
        resource_type "ResourceType": String = RESOURCE_TYPE, required;
        /// The most windows on a page, at least 1.
        max_results "MaxResults": i32 = SEARCH_MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowsForTarget,
    [],
    command::DescribeWindowsForTarget,
    |request| {
        command::DescribeWindowsForTarget {
            page: page_of(&request, request.max_results, request.next_token.as_ref()),
            targets: set(request.targets)
                .into_iter()
                .map(Checked::checked)
                .collect(),
            resource_type: set(request.resource_type).checked(),
        }
    }
);

structure! {
    /// Asks when windows will open, a page at a time: one window, those that reach a target, or all.
    DescribeMaintenanceWindowSchedule as "DescribeMaintenanceWindowScheduleRequest" {
        /// The one window.
        window_id "WindowId": String = WINDOW_ID;
        /// What names the target: ids, tags or a resource group.
        targets "Targets": Vec<Target> = TARGETS;
        /// `INSTANCE` or `RESOURCE_GROUP`.
        resource_type "ResourceType": String = RESOURCE_TYPE;
        /// By `ScheduledBefore` and `ScheduledAfter`.
        filters "Filters": Vec<ScheduleFilter> = SCHEDULE_FILTERS;
        /// The most openings on a page, at least 1.
        max_results "MaxResults": i32 = SEARCH_MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowSchedule,
    ["DoesNotExistException"],
    command::DescribeSchedule,
    |request| {
        command::DescribeSchedule {
            page: page_of(&request, request.max_results, request.next_token.as_ref()),
            window_id: request.window_id.map(Checked::checked),
            targets: request
                .targets
                .unwrap_or_default()
                .into_iter()
                .map(Checked::checked)
                .collect(),
            resource_type: request.resource_type.map(Checked::checked),
            filters: request
                .filters
                .unwrap_or_default()
                .into_iter()
                .map(Checked::checked)
                .collect(),
        }
    }
);

structure! {
    /// Narrows a list: what a key must be one of.
    Filter as "MaintenanceWindowFilter" {
        /// What is compared.
        key "Key": String = FILTER_KEY;
        /// Any of these will do.
        values "Values": Vec<String> = FILTER_VALUES;
    }
}

structure! {
    /// Narrows the list of coming openings.
    ScheduleFilter as "PatchOrchestratorFilter" {
        /// What is compared.
        key "Key": String = SCHEDULE_FILTER_KEY;
        /// Any of these will do.
        values "Values": Vec<String> = SCHEDULE_FILTER_VALUES;
    }
}

structure! {
    /// A tag of a window.
    Tag as "Tag" {
        /// Its name, 1 to 128 characters.
        key "Key": String = TAG_KEY, required;
        /// Its value, at most 256 characters.
        value "Value": String = TAG_VALUE, required;
    }
}

impl Tag {
    fn into_pair(self) -> (String, String) {
        (set(self.key), set(self.value))
    }
}

structure! {
    /// Asks for tags to be set on a window.
    AddTagsToResource as "AddTagsToResourceRequest" {
        /// The type of the resource; `MaintenanceWindow` here.
        resource_type "ResourceType": String = TAGGED_TYPE, required;
        /// The id of the window.
        resource_id "ResourceId": String = TAGGED_ID, required;
        /// The tags; one of the same name is written over.
        tags "Tags": Vec<Tag> = TAGS, required;
    }
}

operation!(
    AddTagsToResource,
    [
        "InvalidResourceType",
        "InvalidResourceId",
        "TooManyTagsError",
        "TooManyUpdates"
    ],
    command::AddTags,
    |request| command::AddTags {
        resource_type: set(request.resource_type),
        resource_id: set(request.resource_id),
        tags: set(request.tags).into_iter().map(Tag::into_pair).collect(),
    }
);

structure! {
    /// Asks for tags to be taken off a window.
    RemoveTagsFromResource as "RemoveTagsFromResourceRequest" {
        /// The type of the resource; `MaintenanceWindow` here.
        resource_type "ResourceType": String = TAGGED_TYPE, required;
        /// The id of the window.
        resource_id "ResourceId": String = TAGGED_ID, required;
        /// The names of the tags.
        tag_keys "TagKeys": Vec<String> = TAG_KEYS, required;
    }
}

operation!(
    RemoveTagsFromResource,
    ["InvalidResourceType", "InvalidResourceId", "TooManyUpdates"],
    command::RemoveTags,
    |request| command::RemoveTags {
        resource_type: set(request.resource_type),
        resource_id: set(request.resource_id),
        tag_keys: set(request.tag_keys),
    }
);

structure! {
    /// Asks for the tags of a window.
    ListTagsForResource as "ListTagsForResourceRequest" {
        /// The type of the resource; `MaintenanceWindow` here.
        resource_type "ResourceType": String = TAGGED_TYPE, required;
        /// The id of the window.
        resource_id "ResourceId": String = TAGGED_ID, required;
    }
}

operation!(
    ListTagsForResource,
    ["InvalidResourceType", "InvalidResourceId"],
    command::ListTags,
    |request| {
        command::ListTags {
            resource_type: set(request.resource_type),
            resource_id: set(request.resource_id),
        }
    }
);
