//! What lists are narrowed by: the keys that each operation knows, and what their values mean.
//!
//! Several filters all have to hold; of the values of one, any will do. (AWS Systems Manager user guide, the tutorial on
//! describing windows, where two filters narrow; the rest follows the filters of other operations.)

use chrono::{DateTime, Utc};
use tagout_schedule::{ExecutionTime, Opening};

use crate::command::Filter;
use crate::error::{Refusal, WindowError};
use crate::execution::{Execution, Status};
use crate::target::Target;
use crate::task::Task;
use crate::window::Window;

/// Narrows windows, by `Name` (a prefix, in its case) and `Enabled` (`true` or `false`, also capitalized).
#[derive(Clone, Debug)]
pub struct WindowFilters(Vec<WindowFilter>);

#[derive(Clone, Debug)]
enum WindowFilter {
    Name(Vec<String>),
    Enabled(Vec<bool>),
}

impl WindowFilters {
    /// The keys, as the interface spells them.
    pub const KEYS: &'static [&'static str] = &["Name", "Enabled"];

    /// Reads the filters of a request.
    ///
    /// # Errors
    ///
    /// Refuses an unknown key, a filter without values, and what is neither true nor false.
    pub fn parse(filters: &[Filter]) -> Result<Self, WindowError> {
        let enabled = |value: &String| match value.as_str() {
            "true" | "True" => Ok(true),
            "false" | "False" => Ok(false),
            _ => Err(refused("Enabled", value, "true or false")),
        };
        let filters = read(filters, Self::KEYS, |key, values| {
            if key == "Name" {
                Ok(WindowFilter::Name(values.to_vec()))
            } else {
                values
                    .iter()
                    .map(enabled)
                    .collect::<Result<_, _>>()
                    .map(WindowFilter::Enabled)
            }
        });
        filters.map(Self)
    }

    /// Whether a window is listed.
    pub fn hold(&self, window: &Window) -> bool {
        self.0.iter().all(|filter| match filter {
            WindowFilter::Name(prefixes) => prefixes
                .iter()
                .any(|prefix| window.name().as_str().starts_with(prefix)),
            WindowFilter::Enabled(values) => values.contains(&window.is_enabled()),
        })
    }

    /// The prefixes of one filter by name, if there is one.
    pub(crate) fn name_prefixes(&self) -> Option<&[String]> {
        self.0.iter().find_map(|filter| match filter {
            WindowFilter::Name(prefixes) => Some(prefixes.as_slice()),
            WindowFilter::Enabled(_) => None,
        })
    }

    /// Whether only enabled or only disabled windows are listed.
    pub(crate) fn enabled(&self) -> Option<bool> {
        self.0.iter().find_map(|filter| match filter {
            WindowFilter::Enabled(values) if values.iter().all(|value| *value == values[0]) => {
                Some(values[0])
            }
            WindowFilter::Name(_) | WindowFilter::Enabled(_) => None,
        })
    }
}

/// Narrows the targets of a window, by `Type`, `WindowTargetId` and `OwnerInformation`, each as a whole.
#[derive(Clone, Debug)]
pub struct TargetFilters(Vec<(&'static str, Vec<String>)>);

impl TargetFilters {
    /// The keys, as the interface spells them.
    pub const KEYS: &'static [&'static str] = &["Type", "WindowTargetId", "OwnerInformation"];

    /// Reads the filters of a request.
    ///
    /// # Errors
    ///
    /// Refuses an unknown key and a filter without values.
    pub fn parse(filters: &[Filter]) -> Result<Self, WindowError> {
        read(filters, Self::KEYS, |key, values| {
            Ok((key, values.to_vec()))
        })
        .map(Self)
    }

    /// Whether a target is listed.
    pub fn hold(&self, target: &Target) -> bool {
        self.0.iter().all(|(key, values)| match *key {
            "Type" => values
                .iter()
                .any(|value| value == target.resource_type().as_str()),
            "WindowTargetId" => values.iter().any(|value| value.parse() == Ok(target.id())),
            _ => target
                .owner_information()
                .is_some_and(|it| values.iter().any(|value| value == it.as_str())),
        })
    }
}

/// Narrows the tasks of a window, by `WindowTaskId`, `TaskArn`, `Priority` and `TaskType`, each as a whole.
#[derive(Clone, Debug)]
pub struct TaskFilters(Vec<(&'static str, Vec<String>)>);

impl TaskFilters {
    /// The keys, as the interface spells them.
    pub const KEYS: &'static [&'static str] = &["WindowTaskId", "TaskArn", "Priority", "TaskType"];

    /// Reads the filters of a request.
    ///
    /// # Errors
    ///
    /// Refuses an unknown key and a filter without values.
    pub fn parse(filters: &[Filter]) -> Result<Self, WindowError> {
        read(filters, Self::KEYS, |key, values| {
            Ok((key, values.to_vec()))
        })
        .map(Self)
    }

    /// Whether a task is listed.
    pub fn hold(&self, task: &Task) -> bool {
        self.0.iter().all(|(key, values)| match *key {
            "WindowTaskId" => values.iter().any(|value| value.parse() == Ok(task.id())),
            "TaskArn" => values.iter().any(|value| value == task.task_arn().as_str()),
            "Priority" => values
                .iter()
                .any(|value| value.parse() == Ok(task.priority())),
            _ => values
                .iter()
                .any(|value| value == task.task_type().as_str()),
        })
    }
}

/// Narrows task executions and invocations, by `STATUS`.
#[derive(Clone, Debug)]
pub struct StatusFilters(Vec<Vec<Status>>);

impl StatusFilters {
    /// The keys, as the interface spells them.
    pub const KEYS: &'static [&'static str] = &["STATUS"];

    /// Reads the filters of a request.
    ///
    /// # Errors
    ///
    /// Refuses an unknown key, a filter without values, and a word that is no status of a part: `SKIPPED_OVERLAPPING` is
    /// one of whole executions.
    pub fn parse(filters: &[Filter]) -> Result<Self, WindowError> {
        read(filters, Self::KEYS, |_, values| {
            let status = |value: &String| match value.parse() {
                Ok(status) if status != Status::SkippedOverlapping => Ok(status),
                _ => Err(refused("STATUS", value, "a status such as IN_PROGRESS")),
            };
            values.iter().map(status).collect()
        })
        .map(Self)
    }

    /// Whether a part with this status is listed.
    pub fn hold(&self, status: Status) -> bool {
        self.0.iter().all(|statuses| statuses.contains(&status))
    }
}

/// Narrows what happens at instants to those strictly between two.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TimeFilters {
    after: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
}

impl TimeFilters {
    /// The keys for executions, as the interface spells them.
    pub const EXECUTION_KEYS: &'static [&'static str] = &["ExecutedBefore", "ExecutedAfter"];
    /// The keys for coming openings, as the interface spells them.
    pub const SCHEDULE_KEYS: &'static [&'static str] = &["ScheduledBefore", "ScheduledAfter"];

    /// Reads the filters of a request for executions.
    ///
    /// # Errors
    ///
    /// Refuses an unknown key, a filter without values, and what is no date and time with an offset.
    pub fn of_executions(filters: &[Filter]) -> Result<Self, WindowError> {
        Self::parse(filters, Self::EXECUTION_KEYS)
    }

    /// Reads the filters of a request for coming openings.
    ///
    /// # Errors
    ///
    /// As for [`of_executions`](Self::of_executions).
    pub fn of_schedule(filters: &[Filter]) -> Result<Self, WindowError> {
        Self::parse(filters, Self::SCHEDULE_KEYS)
    }

    fn parse(filters: &[Filter], keys: &'static [&'static str]) -> Result<Self, WindowError> {
        let mut found = Self::default();
        let bounds = read(filters, keys, |key, values| {
            let instant = |value: &String| {
                let time: Result<ExecutionTime, _> = value.parse();
                time.map(ExecutionTime::instant).map_err(|_| {
                    refused(key, value, "a date and time such as 2026-11-04T05:00:00Z")
                })
            };
            let instants: Vec<DateTime<Utc>> =
                values.iter().map(instant).collect::<Result<_, _>>()?;
            Ok((key, instants))
        })?;
        for (key, instants) in bounds {
            // Any of the values will do, and all filters have to hold.
            if key == keys[0] {
                let before = instants.into_iter().max();
                found.before = [found.before, before].into_iter().flatten().min();
            } else {
                let after = instants.into_iter().min();
                found.after = found.after.max(after);
            }
        }
        Ok(found)
    }

    /// Whether something at this instant is listed.
    pub fn hold(&self, instant: DateTime<Utc>) -> bool {
        self.after.is_none_or(|after| instant > after)
            && self.before.is_none_or(|before| instant < before)
    }

    /// Nothing at or before this instant is listed.
    pub fn after(&self) -> Option<DateTime<Utc>> {
        self.after
    }

    /// Nothing at or after this instant is listed.
    pub fn before(&self) -> Option<DateTime<Utc>> {
        self.before
    }

    /// Whether an execution is listed: by when it started, or else should have.
    pub fn hold_for(&self, execution: &Execution) -> bool {
        let Opening { opens_at, .. } = execution.opening();
        self.hold(execution.started_at().unwrap_or(opens_at))
    }
}

/// Reads each filter whose key is known and that has values.
fn read<T>(
    filters: &[Filter],
    keys: &'static [&'static str],
    of: impl Fn(&'static str, &[String]) -> Result<T, WindowError>,
) -> Result<Vec<T>, WindowError> {
    let one = |filter: &Filter| {
        let key = filter.key.as_deref().unwrap_or_default();
        let known = keys.iter().copied().find(|known| *known == key);
        let known = known.ok_or_else(|| Refusal::FilterKey {
            key: key.into(),
            known: keys,
        })?;
        if filter.values.is_empty() {
            return Err(refused(known, "", "at least one value"));
        }
        of(known, &filter.values)
    };
    filters.iter().map(one).collect()
}

fn refused(key: &'static str, value: &str, expected: &'static str) -> WindowError {
    Refusal::FilterValue {
        key,
        value: value.into(),
        expected,
    }
    .into()
}
