//! Requests on the tasks of a window.

use std::collections::BTreeMap;

use super::{
    Filter, LoggingInfo, Target, TaskInvocationParameters, TaskParameterValues, operation, page_of,
};
use crate::command::{self, Checked, set};
use crate::constraint::shapes::{
    ALARM_NAME, ALARMS, BOOLEAN, CLIENT_TOKEN, CUTOFF_BEHAVIOR, DESCRIPTION, FILTERS,
    MAX_CONCURRENCY, MAX_ERRORS, MAX_RESULTS, NAME, NEXT_TOKEN, PRIORITY, SERVICE_ROLE, TARGETS,
    TASK_ARN, TASK_ID, TASK_PARAMETERS, TASK_TYPE, WINDOW_ID,
};
use crate::constraint::structure;

structure! {
    /// Asks for a task to be registered with a window.
    RegisterTaskWithMaintenanceWindow as "RegisterTaskWithMaintenanceWindowRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// What it runs on: `InstanceIds` or `WindowTargetIds`.
        targets "Targets": Vec<Target> = TARGETS;
        /// What it runs: a document, a function or a state machine, by name or ARN.
        task_arn "TaskArn": String = TASK_ARN, required;
        /// The role that runs it.
        service_role_arn "ServiceRoleArn": String = SERVICE_ROLE;
        /// `RUN_COMMAND`, `AUTOMATION`, `STEP_FUNCTIONS` or `LAMBDA`.
        task_type "TaskType": String = TASK_TYPE, required;
        /// What it is run with; deprecated by the interface.
        task_parameters "TaskParameters": BTreeMap<String, TaskParameterValues> = TASK_PARAMETERS;
        /// What it is run with.
        task_invocation_parameters "TaskInvocationParameters": TaskInvocationParameters = *TaskInvocationParameters::SHAPE;
        /// When it runs among the tasks of the window: 0 first, equal ones together.
        priority "Priority": i32 = PRIORITY;
        /// How many targets it runs on at once: a number, or a share such as `10%`.
        max_concurrency "MaxConcurrency": String = MAX_CONCURRENCY;
        /// How many errors it bears before it stops: a number, or a share such as `10%`.
        max_errors "MaxErrors": String = MAX_ERRORS;
        /// Where its output goes; deprecated by the interface.
        logging_info "LoggingInfo": LoggingInfo = *LoggingInfo::SHAPE;
        /// What it is called.
        name "Name": String = NAME;
        /// A note on it.
        description "Description": String = DESCRIPTION;
        /// Makes a repeated request give the same answer.
        client_token "ClientToken": String = CLIENT_TOKEN;
        /// What becomes of it at the cutoff: `CONTINUE_TASK` or `CANCEL_TASK`.
        cutoff_behavior "CutoffBehavior": String = CUTOFF_BEHAVIOR;
        /// The alarm that stops it.
        alarm_configuration "AlarmConfiguration": AlarmConfiguration = *AlarmConfiguration::SHAPE;
    }
}

operation!(
    RegisterTaskWithMaintenanceWindow,
    [
        "IdempotentParameterMismatch",
        "DoesNotExistException",
        "ResourceLimitExceededException",
        "FeatureNotAvailableException"
    ],
    command::RegisterTask,
    |request| command::RegisterTask {
        fingerprint: request.fingerprint(),
        window_id: set(request.window_id).checked(),
        targets: request
            .targets
            .unwrap_or_default()
            .into_iter()
            .map(Checked::checked)
            .collect(),
        task_arn: set(request.task_arn).checked(),
        service_role_arn: request.service_role_arn,
        task_type: set(request.task_type).checked(),
        task_parameters: request.task_parameters,
        task_invocation_parameters: request.task_invocation_parameters,
        priority: request.priority.map(|priority| priority as u32),
        max_concurrency: request.max_concurrency.map(Checked::checked),
        max_errors: request.max_errors.map(Checked::checked),
        logging_info: request.logging_info,
        name: request.name.map(Checked::checked),
        description: request.description.map(Checked::checked),
        client_token: request.client_token.map(Checked::checked),
        cutoff_behavior: request.cutoff_behavior.map(Checked::checked),
        alarm_configuration: request.alarm_configuration,
    }
);

structure! {
    /// Asks for a task to be changed: the members that are set, or, with `Replace`, all of them.
    UpdateMaintenanceWindowTask as "UpdateMaintenanceWindowTaskRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// Which task.
        window_task_id "WindowTaskId": String = TASK_ID, required;
        /// What it runs on: `InstanceIds` or `WindowTargetIds`.
        targets "Targets": Vec<Target> = TARGETS;
        /// What it runs: a document, a function or a state machine, by name or ARN.
        task_arn "TaskArn": String = TASK_ARN;
        /// The role that runs it.
        service_role_arn "ServiceRoleArn": String = SERVICE_ROLE;
        /// What it is run with; deprecated by the interface.
        task_parameters "TaskParameters": BTreeMap<String, TaskParameterValues> = TASK_PARAMETERS;
        /// What it is run with; replaces the former parameters as a whole.
        task_invocation_parameters "TaskInvocationParameters": TaskInvocationParameters = *TaskInvocationParameters::SHAPE;
        /// When it runs among the tasks of the window: 0 first, equal ones together.
        priority "Priority": i32 = PRIORITY;
        /// How many targets it runs on at once: a number, or a share such as `10%`.
        max_concurrency "MaxConcurrency": String = MAX_CONCURRENCY;
        /// How many errors it bears before it stops: a number, or a share such as `10%`.
        max_errors "MaxErrors": String = MAX_ERRORS;
        /// Where its output goes; deprecated by the interface.
        logging_info "LoggingInfo": LoggingInfo = *LoggingInfo::SHAPE;
        /// What it is called.
        name "Name": String = NAME;
        /// A note on it.
        description "Description": String = DESCRIPTION;
        /// Whether members that are not set are cleared.
        replace "Replace": bool = BOOLEAN;
        /// What becomes of it at the cutoff: `CONTINUE_TASK` or `CANCEL_TASK`.
        cutoff_behavior "CutoffBehavior": String = CUTOFF_BEHAVIOR;
        /// The alarm that stops it.
        alarm_configuration "AlarmConfiguration": AlarmConfiguration = *AlarmConfiguration::SHAPE;
    }
}

operation!(
    UpdateMaintenanceWindowTask,
    ["DoesNotExistException"],
    command::UpdateTask,
    |request| command::UpdateTask {
        window_id: set(request.window_id).checked(),
        task_id: set(request.window_task_id).checked(),
        targets: request
            .targets
            .map(|targets| targets.into_iter().map(Checked::checked).collect()),
        task_arn: request.task_arn.map(Checked::checked),
        service_role_arn: request.service_role_arn,
        task_parameters: request.task_parameters,
        task_invocation_parameters: request.task_invocation_parameters,
        priority: request.priority.map(|priority| priority as u32),
        max_concurrency: request.max_concurrency.map(Checked::checked),
        max_errors: request.max_errors.map(Checked::checked),
        logging_info: request.logging_info,
        name: request.name.map(Checked::checked),
        description: request.description.map(Checked::checked),
        replace: request.replace.unwrap_or(false),
        cutoff_behavior: request.cutoff_behavior.map(Checked::checked),
        alarm_configuration: request.alarm_configuration,
    }
);

structure! {
    /// The alarm that stops a task when it goes off.
    AlarmConfiguration as "AlarmConfiguration" {
        /// Whether the task goes on while the alarm cannot be read.
        ignore_poll_alarm_failure "IgnorePollAlarmFailure": bool = BOOLEAN;
        /// Exactly one alarm.
        alarms "Alarms": Vec<Alarm> = ALARMS, required;
    }
}

structure! {
    /// An alarm by its name.
    Alarm as "Alarm" {
        /// Its name, 1 to 255 characters.
        name "Name": String = ALARM_NAME, required;
    }
}

structure! {
    /// Asks for a task to be taken off a window.
    DeregisterTaskFromMaintenanceWindow as "DeregisterTaskFromMaintenanceWindowRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// Which task.
        window_task_id "WindowTaskId": String = TASK_ID, required;
    }
}

operation!(
    DeregisterTaskFromMaintenanceWindow,
    ["DoesNotExistException"],
    command::DeregisterTask,
    |request| {
        command::DeregisterTask {
            window_id: set(request.window_id).checked(),
            task_id: set(request.window_task_id).checked(),
        }
    }
);

structure! {
    /// Asks for a task of a window.
    GetMaintenanceWindowTask as "GetMaintenanceWindowTaskRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// Which task.
        window_task_id "WindowTaskId": String = TASK_ID, required;
    }
}

operation!(
    GetMaintenanceWindowTask,
    ["DoesNotExistException"],
    command::GetTask,
    |request| command::GetTask {
        window_id: set(request.window_id).checked(),
        task_id: set(request.window_task_id).checked(),
    }
);

structure! {
    /// Asks for the tasks of a window, a page at a time.
    DescribeMaintenanceWindowTasks as "DescribeMaintenanceWindowTasksRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// By `WindowTaskId`, `TaskArn`, `Priority` and `TaskType`.
        filters "Filters": Vec<Filter> = FILTERS;
        /// The most tasks on a page, 10 to 100.
        max_results "MaxResults": i32 = MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowTasks,
    ["DoesNotExistException"],
    command::DescribeTasks,
    |request| {
        command::DescribeTasks {
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
