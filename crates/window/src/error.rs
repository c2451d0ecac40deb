//! Why an operation was not carried out, in the service's own words.

use std::fmt;

use tagout_schedule::{ParseExecutionTimeError, ParseScheduleError, PlanError, UnknownZoneError};

use crate::id::{ExecutionId, InvocationId, TaskExecutionId, TaskId, WindowId};
use crate::violation::Violations;

/// Why an operation was not carried out. Nothing has changed then.
///
/// Printed, it is the message that goes out with the error, in the service's words where they are known. A message that
/// is not known from the service is ours, and marked as such where it is made.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// The request breaks constraints of the interface.
    #[error(transparent)]
    Violations(#[from] Violations),
    /// The request is well-formed, but asks for something that the service does not do.
    #[error("{0}")]
    Refused(Refusals),
    /// Something that the request names is not there.
    #[error("{0} does not exist")]
    DoesNotExist(Missing),
    /// A target is to be taken off safely, and a task still names it.
    #[error("This Target cannot be deregistered because it is still referenced in Task: {task_id}")]
    TargetInUse {
        /// The first task that names it.
        task_id: TaskId,
    },
    /// A client token came with other parameters before.
    #[error("the client token was used with other parameters before")] // ours
    IdempotentParameterMismatch,
    /// There are as many as there may be.
    #[error("the limit of {limit} {what} is reached")] // ours
    LimitExceeded {
        /// What there may be no more of, such as `maintenance windows`.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// A resource of that type has no tags here.
    #[error("{0} is not a resource type that can be tagged here, only MaintenanceWindow is")]
    // ours
    InvalidResourceType(Box<str>),
    /// No window has that id.
    #[error("{0} is not the id of a maintenance window")] // ours
    InvalidResourceId(Box<str>),
    /// The window would have too many tags.
    #[error("a maintenance window can have at most {limit} tags")] // ours
    TooManyTags {
        /// How many it may have.
        limit: usize,
    },
}

/// Something that is not there, printed as the service names it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Missing {
    /// A window.
    Window(WindowId),
    /// A registered target, as the request named it.
    Target(Box<str>),
    /// A registered task.
    Task(TaskId),
    /// An execution.
    Execution(ExecutionId),
    /// A task execution.
    TaskExecution(TaskExecutionId),
    /// An invocation.
    Invocation(InvocationId),
}

/// Only the words for a window are known from the service; the others follow them.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window(id) => write!(f, "Maintenance window {id}"),
            Self::Target(id) => write!(f, "Window target {id}"),
            Self::Task(id) => write!(f, "Window task {id}"),
            Self::Execution(id) => write!(f, "Window execution {id}"),
            Self::TaskExecution(id) => write!(f, "Window task execution {id}"),
            Self::Invocation(id) => write!(f, "Window task invocation {id}"),
        }
    }
}

/// What class of error it is; the interface names each.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request has to be changed.
    Validation,
    /// Something is not there.
    DoesNotExist,
    /// A target is still in use.
    TargetInUse,
    /// A client token was used before.
    IdempotentParameterMismatch,
    /// There are too many.
    ResourceLimitExceeded,
    /// Not a type of resource that has tags.
    InvalidResourceType,
    /// Not the id of a resource.
    InvalidResourceId,
    /// Too many tags.
    TooManyTags,
}

impl ErrorKind {
    /// The name of the error in the interface, such as `DoesNotExistException`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Validation => "ValidationException",
            Self::DoesNotExist => "DoesNotExistException",
            Self::TargetInUse => "TargetInUseException",
            Self::IdempotentParameterMismatch => "IdempotentParameterMismatch",
            Self::ResourceLimitExceeded => "ResourceLimitExceededException",
            Self::InvalidResourceType => "InvalidResourceType",
            Self::InvalidResourceId => "InvalidResourceId",
            Self::TooManyTags => "TooManyTagsError",
        }
    }
}

impl WindowError {
    /// The class to branch on.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Violations(_) | Self::Refused(_) => ErrorKind::Validation,
            Self::DoesNotExist(_) => ErrorKind::DoesNotExist,
            Self::TargetInUse { .. } => ErrorKind::TargetInUse,
            Self::IdempotentParameterMismatch => ErrorKind::IdempotentParameterMismatch,
            Self::LimitExceeded { .. } => ErrorKind::ResourceLimitExceeded,
            Self::InvalidResourceType(_) => ErrorKind::InvalidResourceType,
            Self::InvalidResourceId(_) => ErrorKind::InvalidResourceId,
            Self::TooManyTags { .. } => ErrorKind::TooManyTags,
        }
    }
}

impl From<Refusal> for WindowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Refusals(vec![refusal]))
    }
}

/// Everything that the service would refuse in one request: at least one, joined by blanks as the service joins them.
#[derive(Clone, Debug)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// `Ok` if nothing was refused.
    pub(crate) fn check(found: Vec<Refusal>) -> Result<(), WindowError> {
        if found.is_empty() {
            Ok(())
        } else {
            Err(WindowError::Refused(Self(found)))
        }
    }

    /// Each of them, in the order in which they are printed.
    pub fn iter(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter()
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            refusal.fmt(f)?;
        }
        Ok(())
    }
}

/// Something that the interface can say but the service does not do.
///
/// Texts without a mark were observed from the service.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The schedule cannot be read.
    #[error("{}", .service_text.as_deref().unwrap_or(&.error.to_string()))]
    Schedule {
        /// What is wrong with it.
        error: ParseScheduleError,
        /// What the service says to it; `None` if the service would take it.
        service_text: Option<Box<str>>,
    },
    /// The schedule takes no offset.
    #[error("An offset can't be added to the specified schedule.")]
    Offset,
    /// There is no such zone.
    #[error("{}", .0.service_message())]
    Timezone(UnknownZoneError),
    /// A start or end date cannot be read.
    #[error("{}", .0.service_text())]
    Date(ParseExecutionTimeError),
    /// The start date is not before the end date.
    #[error("Window start date must be before window end date")]
    Dates,
    /// The cutoff is not below the duration.
    #[error("{}", .0.service_text())]
    Cutoff(PlanError),
    /// The keys of a registered target are not those of its resource type.
    #[error("Target Type does not match with the provided target.")]
    TargetType,
    /// The keys of a registered target are in no known form. The service's text is known in its beginning and in what
    /// its two points say.
    #[error(
        "Targets must be specified in one of the following formats: \
         1) one target with Key=InstanceIds, 2) up to 5 targets with Key=tag:<key> or Key=tag-key"
    )]
    TargetFormat,
    /// A registered target has no target at all, or one without values.
    #[error("{}", no_values(.key.as_deref()))]
    TargetValues {
        /// Its key, or `None` if there is no target at all.
        key: Option<Box<str>>,
    },
    /// A resource-group target has to name exactly one group.
    #[error(
        "A resource group target must name exactly one resource group with Key=resource-groups:Name."
    )] // ours
    ResourceGroup,
    /// A task names what it runs on by a key that tasks do not take.
    #[error("{key} is an invalid window task target type, use WindowTargetIds or InstanceIds.")]
    TaskTargetKey {
        /// The key.
        key: Box<str>,
    },
    /// A command needs something to run on.
    #[error(
        "For Run Command tasks, you must specify at least one resource as the target of the task. You can specify between \
         1 and 50 instance IDs, or between 1 and 10 maintenance window target IDs."
    )]
    RunCommandWithoutTarget,
    /// A task names too many registered targets.
    #[error("The maximum number of window targets is {limit}")]
    WindowTargets {
        /// How many it may name.
        limit: usize,
    },
    /// A task names servers, and its window asks for registered targets.
    #[error(
        "InstanceIds cannot be used, as the maintenance window does not allow unassociated targets."
    )] // ours
    UnassociatedTargets,
    /// A task without targets has `MaxErrors`.
    #[error("Maintenance window tasks without targets do not support MaxErrors values.")]
    MaxErrorsWithoutTargets,
    /// A task without targets has `MaxConcurrency`.
    #[error("Maintenance window tasks without targets do not support MaxConcurrency values.")]
    MaxConcurrencyWithoutTargets,
    /// A task with targets lacks `MaxErrors`.
    #[error("Max Errors must be a number of at least 0, or a percentage between 0 and 100")]
    TargetsWithoutMaxErrors,
    /// A task with targets lacks `MaxConcurrency`.
    #[error("Max Concurrency must be a number greater than 0, or a percentage between 1 and 100")]
    TargetsWithoutMaxConcurrency,
    /// A task has invocation parameters of another type.
    #[error(
        "Task Invocation Parameters must contain an entry only for the Task Type specified in the Window Task."
    )]
    InvocationParameters,
    /// Notifications are asked for without a role that may send them.
    #[error(
        "ServiceRoleArn of RunCommandInvocationParameter is required if NotificationConfig is specified"
    )]
    NotificationWithoutRole,
    /// An operation does not know that filter.
    #[error("{key} is not a valid filter key, use {}.", .known.join(" or "))] // ours
    FilterKey {
        /// The key.
        key: Box<str>,
        /// Those that it knows.
        known: &'static [&'static str],
    },
    /// A filter cannot have that value.
    #[error("{value} is not a valid value for the filter {key}, expected {expected}.")] // ours
    FilterValue {
        /// The filter.
        key: &'static str,
        /// The value.
        value: Box<str>,
        /// What it should be.
        expected: &'static str,
    },
    /// A page token was not made by this service for this request.
    #[error("The specified token is not valid.")] // ours
    NextToken,
    /// A schedule is asked for by targets without their type, or by a type without targets.
    #[error("Targets and ResourceType must be specified together.")] // ours
    TargetsAndResourceType,
}

fn no_values(key: Option<&str>) -> String {
    match key {
        Some(key) => {
            format!("Please specify at least one target. Filter values can't be null and {key} is.")
        }
        None => "Please specify at least one target.".to_owned(),
    }
}
