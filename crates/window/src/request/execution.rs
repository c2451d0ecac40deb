//! Requests on the runs of windows.

use super::{Filter, operation, page_of};
use crate::command::{self, Checked, set};
use crate::constraint::shapes::{
    EXECUTION_ID, EXECUTION_TASK_ID, FILTERS, INVOCATION_ID, MAX_RESULTS, NEXT_TOKEN, WINDOW_ID,
};
use crate::constraint::structure;

structure! {
    /// Asks for the executions of a window, a page at a time.
    DescribeMaintenanceWindowExecutions as "DescribeMaintenanceWindowExecutionsRequest" {
        /// The window.
        window_id "WindowId": String = WINDOW_ID, required;
        /// By `ExecutedBefore` and `ExecutedAfter`.
        filters "Filters": Vec<Filter> = FILTERS;
        /// The most executions on a page, 10 to 100.
        max_results "MaxResults": i32 = MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowExecutions,
    [],
    command::DescribeExecutions,
    |request| {
        command::DescribeExecutions {
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

structure! {
    /// Asks for an execution.
    GetMaintenanceWindowExecution as "GetMaintenanceWindowExecutionRequest" {
        /// Which one.
        window_execution_id "WindowExecutionId": String = EXECUTION_ID, required;
    }
}

operation!(
    GetMaintenanceWindowExecution,
    ["DoesNotExistException"],
    command::GetExecution,
    |request| {
        command::GetExecution {
            execution_id: set(request.window_execution_id).checked(),
        }
    }
);

structure! {
    /// Asks for the task executions of an execution, a page at a time.
    DescribeMaintenanceWindowExecutionTasks as "DescribeMaintenanceWindowExecutionTasksRequest" {
        /// The execution.
        window_execution_id "WindowExecutionId": String = EXECUTION_ID, required;
        /// By `STATUS`.
        filters "Filters": Vec<Filter> = FILTERS;
        /// The most task executions on a page, 10 to 100.
        max_results "MaxResults": i32 = MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowExecutionTasks,
    ["DoesNotExistException"],
    command::DescribeExecutionTasks,
    |request| {
        command::DescribeExecutionTasks {
            page: page_of(&request, request.max_results, request.next_token.as_ref()),
            execution_id: set(request.window_execution_id).checked(),
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
    /// Asks for a task execution.
    GetMaintenanceWindowExecutionTask as "GetMaintenanceWindowExecutionTaskRequest" {
        /// The execution.
        window_execution_id "WindowExecutionId": String = EXECUTION_ID, required;
        /// Which task execution; not the id of the task itself.
        task_id "TaskId": String = EXECUTION_TASK_ID, required;
    }
}

operation!(
    GetMaintenanceWindowExecutionTask,
    ["DoesNotExistException"],
    command::GetExecutionTask,
    |request| {
        command::GetExecutionTask {
            execution_id: set(request.window_execution_id).checked(),
            task_execution_id: set(request.task_id).checked(),
        }
    }
);

structure! {
    /// Asks for the invocations of a task execution, a page at a time.
    DescribeMaintenanceWindowExecutionTaskInvocations as "DescribeMaintenanceWindowExecutionTaskInvocationsRequest" {
        /// The execution.
        window_execution_id "WindowExecutionId": String = EXECUTION_ID, required;
        /// The task execution; not the id of the task itself.
        task_id "TaskId": String = EXECUTION_TASK_ID, required;
        /// By `STATUS`.
        filters "Filters": Vec<Filter> = FILTERS;
        /// The most invocations on a page, 10 to 100.
        max_results "MaxResults": i32 = MAX_RESULTS;
        /// Where the page before ended.
        next_token "NextToken": String = NEXT_TOKEN;
    }
}

operation!(
    DescribeMaintenanceWindowExecutionTaskInvocations,
    ["DoesNotExistException"],
    command::DescribeInvocations,
    |request| command::DescribeInvocations {
        page: page_of(&request, request.max_results, request.next_token.as_ref()),
        execution_id: set(request.window_execution_id).checked(),
        task_execution_id: set(request.task_id).checked(),
        filters: request
            .filters
            .unwrap_or_default()
            .into_iter()
            .map(Checked::checked)
            .collect(),
    }
);

structure! {
    /// Asks for an invocation.
    GetMaintenanceWindowExecutionTaskInvocation as "GetMaintenanceWindowExecutionTaskInvocationRequest" {
        /// The execution.
        window_execution_id "WindowExecutionId": String = EXECUTION_ID, required;
        /// The task execution; not the id of the task itself.
        task_id "TaskId": String = EXECUTION_TASK_ID, required;
        /// Which invocation.
        invocation_id "InvocationId": String = INVOCATION_ID, required;
    }
}

operation!(
    GetMaintenanceWindowExecutionTaskInvocation,
    ["DoesNotExistException"],
    command::GetInvocation,
    |request| {
        command::GetInvocation {
            execution_id: set(request.window_execution_id).checked(),
            task_execution_id: set(request.task_id).checked(),
            invocation_id: set(request.invocation_id).checked(),
        }
    }
);

structure! {
    /// Asks for an execution to be cancelled.
    CancelMaintenanceWindowExecution as "CancelMaintenanceWindowExecutionRequest" {
        /// Which one.
        window_execution_id "WindowExecutionId": String = EXECUTION_ID, required;
    }
}

operation!(
    CancelMaintenanceWindowExecution,
    ["DoesNotExistException"],
    command::CancelExecution,
    |request| {
        command::CancelExecution {
            execution_id: set(request.window_execution_id).checked(),
        }
    }
);
