//! The rows of the table that are not structures.
//!
//! Each is named and bounded as in the API model of AWS Systems Manager, version 2014-11-06.

use super::Shape;
use super::pattern;
use crate::request;

// Ids and tokens.
pub(crate) static WINDOW_ID: Shape = Shape::text("MaintenanceWindowId")
    .between(20, 20)
    .like(&pattern::WINDOW_ID);
pub(crate) static TARGET_ID: Shape = uuid("MaintenanceWindowTargetId");
pub(crate) static TASK_ID: Shape = uuid("MaintenanceWindowTaskId");
pub(crate) static EXECUTION_ID: Shape = uuid("MaintenanceWindowExecutionId");
pub(crate) static EXECUTION_TASK_ID: Shape = uuid("MaintenanceWindowExecutionTaskId");
pub(crate) static INVOCATION_ID: Shape = uuid("MaintenanceWindowExecutionTaskInvocationId");
pub(crate) static CLIENT_TOKEN: Shape = Shape::text("ClientToken").between(1, 64);
pub(crate) static NEXT_TOKEN: Shape = Shape::text("NextToken");
pub(crate) static MAX_RESULTS: Shape =
    Shape::integer("MaintenanceWindowMaxResults").between(10, 100);
pub(crate) static SEARCH_MAX_RESULTS: Shape =
    Shape::integer("MaintenanceWindowSearchMaxResults").at_least(1);

// Names and texts.
pub(crate) static NAME: Shape = Shape::text("MaintenanceWindowName")
    .between(3, 128)
    .like(&pattern::NAME);
pub(crate) static DESCRIPTION: Shape = Shape::text("MaintenanceWindowDescription")
    .between(1, 128)
    .sensitive();
pub(crate) static OWNER_INFORMATION: Shape =
    Shape::text("OwnerInformation").between(1, 128).sensitive();
pub(crate) static BOOLEAN: Shape = Shape::boolean("Boolean");

// The window.
pub(crate) static SCHEDULE: Shape = Shape::text("MaintenanceWindowSchedule").between(1, 256);
pub(crate) static TIMEZONE: Shape = Shape::text("MaintenanceWindowTimezone").between(1, 128);
pub(crate) static DATE_TIME: Shape = Shape::text("MaintenanceWindowStringDateTime").between(1, 256);
pub(crate) static OFFSET: Shape = Shape::integer("MaintenanceWindowOffset").between(1, 6);
pub(crate) static DURATION: Shape = Shape::integer("MaintenanceWindowDurationHours").between(1, 24);
pub(crate) static CUTOFF: Shape = Shape::integer("MaintenanceWindowCutoff").between(0, 23);
pub(crate) static ALLOW_UNASSOCIATED_TARGETS: Shape =
    Shape::boolean("MaintenanceWindowAllowUnassociatedTargets");
pub(crate) static ENABLED: Shape = Shape::boolean("MaintenanceWindowEnabled");

// Targets.
pub(crate) static RESOURCE_TYPE: Shape =
    Shape::text("MaintenanceWindowResourceType").one_of(&["INSTANCE", "RESOURCE_GROUP"]);
pub(crate) static TARGET_KEY: Shape = Shape::text("TargetKey")
    .between(1, 163)
    .like(&pattern::TARGET_KEY);
pub(crate) static TARGET_VALUE: Shape = Shape::text("TargetValue");
pub(crate) static TARGET_VALUES: Shape = Shape::list("TargetValues", &TARGET_VALUE).between(0, 50);
pub(crate) static TARGETS: Shape = Shape::list("Targets", request::Target::SHAPE).between(0, 5);

// Filters.
pub(crate) static FILTER_KEY: Shape = Shape::text("MaintenanceWindowFilterKey").between(1, 128);
pub(crate) static FILTER_VALUE: Shape = Shape::text("MaintenanceWindowFilterValue").between(1, 256);
pub(crate) static FILTER_VALUES: Shape =
    Shape::list("MaintenanceWindowFilterValues", &FILTER_VALUE);
pub(crate) static FILTERS: Shape =
    Shape::list("MaintenanceWindowFilterList", request::Filter::SHAPE).between(0, 5);
pub(crate) static SCHEDULE_FILTER_KEY: Shape =
    Shape::text("PatchOrchestratorFilterKey").between(1, 128);
pub(crate) static SCHEDULE_FILTER_VALUE: Shape =
    Shape::text("PatchOrchestratorFilterValue").between(1, 256);
pub(crate) static SCHEDULE_FILTER_VALUES: Shape =
    Shape::list("PatchOrchestratorFilterValues", &SCHEDULE_FILTER_VALUE);
pub(crate) static SCHEDULE_FILTERS: Shape = Shape::list(
    "PatchOrchestratorFilterList",
    request::ScheduleFilter::SHAPE,
)
.between(0, 5);

// Tags.
pub(crate) static TAG_KEY: Shape = Shape::text("TagKey").between(1, 128).like(&pattern::TAG);
pub(crate) static TAG_VALUE: Shape = Shape::text("TagValue").between(0, 256).like(&pattern::TAG);
pub(crate) static TAG_KEYS: Shape = Shape::list("KeyList", &TAG_KEY);
pub(crate) static TAGS: Shape = Shape::list("TagList", request::Tag::SHAPE).at_most(1000);
pub(crate) static TAGGED_ID: Shape = Shape::text("ResourceId");
pub(crate) static TAGGED_TYPE: Shape = Shape::text("ResourceTypeForTagging").one_of(&[
    "Document",
    "ManagedInstance",
    "MaintenanceWindow",
    "Parameter",
    "PatchBaseline",
    "OpsItem",
    "OpsMetadata",
    "Automation",
    "Association",
    "CloudConnector",
]);

// Tasks.
pub(crate) static TASK_ARN: Shape = Shape::text("MaintenanceWindowTaskArn").between(1, 1600);
pub(crate) static TASK_TYPE: Shape = Shape::text("MaintenanceWindowTaskType").one_of(&[
    "RUN_COMMAND",
    "AUTOMATION",
    "STEP_FUNCTIONS",
    "LAMBDA",
]);
pub(crate) static PRIORITY: Shape = Shape::integer("MaintenanceWindowTaskPriority").at_least(0);
pub(crate) static MAX_CONCURRENCY: Shape = Shape::text("MaxConcurrency")
    .between(1, 7)
    .like(&pattern::MAX_CONCURRENCY);
pub(crate) static MAX_ERRORS: Shape = Shape::text("MaxErrors")
    .between(1, 7)
    .like(&pattern::MAX_ERRORS);
pub(crate) static CUTOFF_BEHAVIOR: Shape =
    Shape::text("MaintenanceWindowTaskCutoffBehavior").one_of(&["CONTINUE_TASK", "CANCEL_TASK"]);
pub(crate) static SERVICE_ROLE: Shape = Shape::text("ServiceRole");
pub(crate) static ALARM_NAME: Shape = Shape::text("AlarmName")
    .between(1, 255)
    .like(&pattern::ALARM_NAME);
pub(crate) static ALARMS: Shape = Shape::list("AlarmList", request::Alarm::SHAPE).between(1, 1);

// Deprecated members of a task.
pub(crate) static S3_BUCKET_NAME: Shape = Shape::text("S3BucketName").between(3, 63);
pub(crate) static S3_KEY_PREFIX: Shape = Shape::text("S3KeyPrefix").at_most(500);
pub(crate) static S3_REGION: Shape = Shape::text("S3Region").between(3, 20);
pub(crate) static TASK_PARAMETER_NAME: Shape =
    Shape::text("MaintenanceWindowTaskParameterName").between(1, 255);
pub(crate) static TASK_PARAMETER_VALUE: Shape = Shape::text("MaintenanceWindowTaskParameterValue")
    .between(1, 255)
    .sensitive();
pub(crate) static TASK_PARAMETER_VALUES: Shape = Shape::list(
    "MaintenanceWindowTaskParameterValueList",
    &TASK_PARAMETER_VALUE,
)
.sensitive();
pub(crate) static TASK_PARAMETERS: Shape = Shape::map(
    "MaintenanceWindowTaskParameters",
    &TASK_PARAMETER_NAME,
    request::TaskParameterValues::SHAPE,
)
.sensitive();

// What a task is run with.
pub(crate) static COMMENT: Shape = Shape::text("Comment").at_most(100);
pub(crate) static LOG_GROUP_NAME: Shape = Shape::text("CloudWatchLogGroupName").between(1, 512);
pub(crate) static LOG_OUTPUT_ENABLED: Shape = Shape::boolean("CloudWatchOutputEnabled");
pub(crate) static DOCUMENT_HASH: Shape = Shape::text("DocumentHash").at_most(256);
pub(crate) static DOCUMENT_HASH_TYPE: Shape =
    Shape::text("DocumentHashType").one_of(&["Sha256", "Sha1"]);
pub(crate) static DOCUMENT_VERSION: Shape =
    Shape::text("DocumentVersion").like(&pattern::DOCUMENT_VERSION);
pub(crate) static NOTIFICATION_ARN: Shape = Shape::text("NotificationArn");
pub(crate) static NOTIFICATION_EVENT: Shape = Shape::text("NotificationEvent").one_of(&[
    "All",
    "InProgress",
    "Success",
    "TimedOut",
    "Cancelled",
    "Failed",
]);
pub(crate) static NOTIFICATION_EVENTS: Shape =
    Shape::list("NotificationEventList", &NOTIFICATION_EVENT);
pub(crate) static NOTIFICATION_TYPE: Shape =
    Shape::text("NotificationType").one_of(&["Command", "Invocation"]);
pub(crate) static PARAMETER_NAME: Shape = Shape::text("ParameterName");
pub(crate) static PARAMETER_VALUE: Shape = Shape::text("ParameterValue");
pub(crate) static PARAMETER_VALUES: Shape = Shape::list("ParameterValueList", &PARAMETER_VALUE);
pub(crate) static PARAMETERS: Shape =
    Shape::map("Parameters", &PARAMETER_NAME, &PARAMETER_VALUES).sensitive();
pub(crate) static TIMEOUT_SECONDS: Shape = Shape::integer("TimeoutSeconds").between(30, 2_592_000);
pub(crate) static AUTOMATION_KEY: Shape = Shape::text("AutomationParameterKey").between(1, 50);
pub(crate) static AUTOMATION_VALUE: Shape = Shape::text("AutomationParameterValue").between(1, 512);
pub(crate) static AUTOMATION_VALUES: Shape =
    Shape::list("AutomationParameterValueList", &AUTOMATION_VALUE).between(0, 50);
pub(crate) static AUTOMATION_PARAMETERS: Shape = Shape::map(
    "AutomationParameterMap",
    &AUTOMATION_KEY,
    &AUTOMATION_VALUES,
)
.between(1, 200);
pub(crate) static STEP_FUNCTIONS_INPUT: Shape = Shape::text("MaintenanceWindowStepFunctionsInput")
    .at_most(4096)
    .sensitive();
pub(crate) static STEP_FUNCTIONS_NAME: Shape =
    Shape::text("MaintenanceWindowStepFunctionsName").between(1, 80);
pub(crate) static LAMBDA_CLIENT_CONTEXT: Shape =
    Shape::text("MaintenanceWindowLambdaClientContext").between(1, 8000);
pub(crate) static LAMBDA_QUALIFIER: Shape =
    Shape::text("MaintenanceWindowLambdaQualifier").between(1, 128);
pub(crate) static LAMBDA_PAYLOAD: Shape = Shape::blob("MaintenanceWindowLambdaPayload")
    .at_most(4096)
    .sensitive();

const fn uuid(name: &'static str) -> Shape {
    Shape::text(name).between(36, 36).like(&pattern::UUID)
}
