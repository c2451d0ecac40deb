//! The maintenance window: one document that holds its timing, its targets and its tasks.

mod due;
pub use due::Due;

mod lists;

mod practice;
pub use practice::{Overlap, Practice};

mod tags;

mod timing;
use timing::{Timing, Wish};

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tagout_schedule::{Cutoff, Duration, ExecutionTime, Plan, ScheduleOffset};

use crate::command::{CreateWindow, UpdateWindow};
use crate::error::WindowError;
use crate::id::WindowId;
use crate::rules::Rules;
use crate::scalar::{Description, Name};
use crate::target::Target;
use crate::task::Task;
use crate::violation::Violations;

/// A maintenance window: when it opens, whom it touches, and what it runs.
///
/// It is one document: its registered targets and tasks stand in it, so that a check over both, such as whether a target
/// is still in use, needs nothing else. Every change is checked first and leaves the window as it was if it is refused.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_window::request::{CreateMaintenanceWindow, Request};
/// use tagout_window::{Rules, Window, WindowId};
///
/// let request = CreateMaintenanceWindow {
///     name: Some("patch-tuesday".to_owned()),
///     schedule: Some("cron(30 23 ? * TUE#3 *)".to_owned()),
///     schedule_timezone: Some("America/Los_Angeles".to_owned()),
///     schedule_offset: Some(2),
///     duration: Some(4),
///     cutoff: Some(1),
///     allow_unassociated_targets: Some(false),
///     ..Default::default()
/// };
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
/// let window = Window::create(request.parse()?, WindowId::from_bits(1), now, &Rules::default())?;
/// assert_eq!(window.next_execution_time().unwrap().to_string(), "2026-03-19T23:30-07:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Window {
    id: WindowId,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
    timing: Timing,
    allow_unassociated_targets: bool,
    created_at: DateTime<Utc>,
    modified_at: DateTime<Utc>,
    /// When it was last settled when the window opens: a notice counts from there.
    announced_at: DateTime<Utc>,
    /// When it opens next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
    /// How many targets and tasks were ever registered.
    n_registered: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<Target>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tasks: Vec<Task>,
    #[serde(default, skip_serializing_if = "Practice::is_default")]
    practice: Practice,
}

impl Window {
    /// A new window, which is always enabled.
    ///
    /// Its instants are kept to the millisecond, as the service does; a rate without start date counts from there.
    ///
    /// # Errors
    ///
    /// Returns everything that the service refuses about the schedule, its zone, offset and dates, and the cutoff.
    pub fn create(
        command: CreateWindow,
        id: WindowId,
        now: DateTime<Utc>,
        rules: &Rules,
    ) -> Result<Self, WindowError> {
        let now = to_millisecond(now);
        if command.tags.len() > rules.quotas.tags_per_window {
            return Err(WindowError::TooManyTags {
                limit: rules.quotas.tags_per_window,
            });
        }
        let wish = Wish {
            schedule: command.schedule.into(),
            timezone: command.schedule_timezone.map(Into::into),
            start_date: command.start_date.map(Into::into),
            end_date: command.end_date.map(Into::into),
            offset: command.schedule_offset,
            duration: command.duration,
            cutoff: command.cutoff,
            enabled: true,
        };
        let mut window = Self {
            id,
            name: command.name,
            description: command.description,
            timing: Timing::new(wish, now, rules.dialect)?,
            allow_unassociated_targets: command.allow_unassociated_targets,
            created_at: now,
            modified_at: now,
            announced_at: now,
            due_at: None,
            tags: command.tags,
            n_registered: 0,
            targets: Vec::new(),
            tasks: Vec::new(),
            practice: Practice::default(),
        };
        window.announce(now);
        Ok(window)
    }

    /// Changes the window: the members that the command has, or all of them if it replaces.
    ///
    /// A change is judged by what the window would be after it, so that a cutoff fits the duration that stands. Replacing
    /// clears what the command leaves out, but not `Enabled`, the tags, the targets or the tasks.
    ///
    /// A rate counts from `now` on only if the meaning of the schedule, its zone, offset or start date changes. Whether
    /// the window opens at another time is looked at again only if one of these, the end date or `Enabled` changes: any
    /// other change leaves an opening alone that is due and not yet taken.
    ///
    /// # Errors
    ///
    /// Returns what is missing for a replacement, else everything that the service refuses about the window as it
    /// would be.
    pub fn update(
        &mut self,
        command: UpdateWindow,
        now: DateTime<Utc>,
        rules: &Rules,
    ) -> Result<(), WindowError> {
        let now = to_millisecond(now);
        if command.replace {
            let missing = [
                ("name", command.name.is_none()),
                ("schedule", command.schedule.is_none()),
                ("duration", command.duration.is_none()),
                ("cutoff", command.cutoff.is_none()),
                (
                    "allowUnassociatedTargets",
                    command.allow_unassociated_targets.is_none(),
                ),
            ];
            let missing = missing
                .iter()
                .filter(|(_, missing)| *missing)
                .map(|(path, _)| *path)
                .collect();
            if let Some(violations) = Violations::missing(missing) {
                return Err(violations.into());
            }
        }
        let old = &self.timing;
        let keep = !command.replace;
        let text = |new: Option<String>, old: &Option<Box<str>>| {
            new.map(Into::into).or_else(|| old.clone().filter(|_| keep))
        };
        let wish = Wish {
            schedule: command
                .schedule
                .map_or_else(|| old.schedule.clone(), Into::into),
            timezone: text(command.schedule_timezone, &old.timezone),
            start_date: text(command.start_date, &old.start_date),
            end_date: text(command.end_date, &old.end_date),
            offset: command
                .schedule_offset
                .or_else(|| self.schedule_offset().filter(|_| keep)),
            duration: command.duration.unwrap_or_else(|| self.duration()),
            cutoff: command.cutoff.unwrap_or_else(|| self.cutoff()),
            enabled: command.enabled.unwrap_or_else(|| self.is_enabled()),
        };
        let timing = old.changed(wish, now, rules.dialect)?;
        let opens_otherwise = timing.opens_otherwise_than(old) || {
            // How long an opening lasts matters to what times it touches.
            self.practice.exclusions.is_some() && timing.plan.duration() != old.plan.duration()
        };

        self.timing = timing;
        self.name = command.name.unwrap_or_else(|| self.name.clone());
        self.description = command
            .description
            .or_else(|| self.description.take().filter(|_| keep));
        self.allow_unassociated_targets = command
            .allow_unassociated_targets
            .unwrap_or(self.allow_unassociated_targets);
        self.modified_at = now;
        if opens_otherwise {
            self.announce(now);
        }
        Ok(())
    }

    /// Sets what the window does beyond the service: which times it keeps out of, what it does while it still runs, and
    /// how long before an opening it has to be known.
    pub fn set_practice(&mut self, practice: Practice, now: DateTime<Utc>) {
        let opens_otherwise = practice.exclusions != self.practice.exclusions
            || practice.notice != self.practice.notice;
        self.practice = practice;
        if opens_otherwise {
            self.announce(to_millisecond(now));
        }
    }

    /// A number for what is registered next.
    pub(crate) fn next_place(&mut self) -> u64 {
        self.n_registered += 1;
        self.n_registered
    }

    /// Its id.
    pub fn id(&self) -> WindowId {
        self.id
    }

    /// What it is called.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// A note on it.
    pub fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }

    /// The schedule, as it was sent.
    pub fn schedule(&self) -> &str {
        &self.timing.schedule
    }

    /// The zone of the schedule, as it was sent; UTC if absent.
    pub fn schedule_timezone(&self) -> Option<&str> {
        self.timing.timezone.as_deref()
    }

    /// How many days after the schedule says it opens.
    pub fn schedule_offset(&self) -> Option<ScheduleOffset> {
        self.timing.plan.timeline().offset()
    }

    /// The start date, as it was sent.
    pub fn start_date(&self) -> Option<&str> {
        self.timing.start_date.as_deref()
    }

    /// The end date, as it was sent.
    pub fn end_date(&self) -> Option<&str> {
        self.timing.end_date.as_deref()
    }

    /// How long it stays open.
    pub fn duration(&self) -> Duration {
        self.timing.plan.duration()
    }

    /// How long before its end nothing new starts.
    pub fn cutoff(&self) -> Cutoff {
        self.timing.plan.cutoff()
    }

    /// Whether a task may name servers that are not registered as targets.
    pub fn allows_unassociated_targets(&self) -> bool {
        self.allow_unassociated_targets
    }

    /// Whether it opens at all.
    pub fn is_enabled(&self) -> bool {
        self.timing.plan.is_enabled()
    }

    /// When it was made, to the millisecond.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When it was last updated, to the millisecond; at first, when it was made.
    pub fn modified_at(&self) -> DateTime<Utc> {
        self.modified_at
    }

    /// When it opens, by its schedule alone.
    pub fn plan(&self) -> &Plan {
        &self.timing.plan
    }

    /// What it does beyond the service.
    pub fn practice(&self) -> &Practice {
        &self.practice
    }

    /// Its tags, by their names.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// Its registered targets, in the order of their registration.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Its registered tasks, in the order of their registration.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// When it opens next, on the clock of its zone: what the service prints as `NextExecutionTime`.
    ///
    /// `None` if it is disabled or never opens again.
    pub fn next_execution_time(&self) -> Option<ExecutionTime> {
        self.due_at.map(|due_at| self.execution_time(due_at))
    }

    /// An instant as the clock of the window's zone shows it.
    pub fn execution_time(&self, instant: DateTime<Utc>) -> ExecutionTime {
        self.timing.plan.timeline().zone().to_local(instant).into()
    }
}

/// The instant without what is below a millisecond, which the service does not keep.
pub(crate) fn to_millisecond(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant
        .duration_trunc(TimeDelta::milliseconds(1))
        .unwrap_or(instant)
}
