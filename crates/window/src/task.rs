//! The registered tasks of a window: what it runs, on what, and within which limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::command::{DeregisterTask, RegisterTask, UpdateTask};
use crate::error::{Missing, Refusal, Refusals, WindowError};
use crate::id::{TargetId, TaskId};
use crate::request::{
    AlarmConfiguration, LoggingInfo, TaskInvocationParameters, TaskParameterValues,
};
use crate::rules::Rules;
use crate::scalar::{
    CutoffBehavior, Description, MaxConcurrency, MaxErrors, Name, TaskArn, TaskType,
};
use crate::selector::Selector;
use crate::violation::Violations;
use crate::window::Window;

/// The key by which a task names servers.
pub(crate) const INSTANCE_IDS: &str = "InstanceIds";
/// The key by which a task names registered targets.
pub(crate) const WINDOW_TARGET_IDS: &str = "WindowTargetIds";

/// A task that is registered with a window.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Task {
    id: TaskId,
    /// Its number among all that were ever registered with the window: a page begins after one.
    pub(crate) place: u64,
    #[serde(rename = "task_type")]
    kind: TaskType,
    #[serde(flatten)]
    settings: Settings,
}

/// What can be changed about a task.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
struct Settings {
    task_arn: TaskArn,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    targets: Vec<Selector>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_role_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task_parameters: Option<BTreeMap<String, TaskParameterValues>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invocation_parameters: Option<TaskInvocationParameters>,
    #[serde(default)]
    priority: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_concurrency: Option<MaxConcurrency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_errors: Option<MaxErrors>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logging_info: Option<LoggingInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cutoff_behavior: Option<CutoffBehavior>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alarm_configuration: Option<AlarmConfiguration>,
}

impl Task {
    /// Its id.
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// What carries it out; never changes.
    pub fn task_type(&self) -> TaskType {
        self.kind
    }

    /// What it runs.
    pub fn task_arn(&self) -> &TaskArn {
        &self.settings.task_arn
    }

    /// What it runs on: pairs of `InstanceIds` or `WindowTargetIds`; none for a task without targets.
    pub fn targets(&self) -> &[Selector] {
        &self.settings.targets
    }

    /// The role that runs it.
    pub fn service_role_arn(&self) -> Option<&str> {
        self.settings.service_role_arn.as_deref()
    }

    /// What it is run with; deprecated by the interface, and only heeded for `RUN_COMMAND` tasks without
    /// [`invocation_parameters`](Self::invocation_parameters).
    pub fn task_parameters(&self) -> Option<&BTreeMap<String, TaskParameterValues>> {
        self.settings.task_parameters.as_ref()
    }

    /// What it is run with.
    pub fn invocation_parameters(&self) -> Option<&TaskInvocationParameters> {
        self.settings.invocation_parameters.as_ref()
    }

    /// When it runs among the tasks of the window: 0 first, equal ones together.
    pub fn priority(&self) -> u32 {
        self.settings.priority
    }

    /// How many targets it runs on at once. For a task without targets, the one that the service then reports.
    pub fn max_concurrency(&self) -> MaxConcurrency {
        self.settings.max_concurrency.unwrap_or(MaxConcurrency::ONE)
    }

    /// How many errors it bears. For a task without targets, the one that the service then reports.
    pub fn max_errors(&self) -> MaxErrors {
        self.settings.max_errors.unwrap_or(MaxErrors::ONE)
    }

    /// Where its output goes; deprecated by the interface.
    pub fn logging_info(&self) -> Option<&LoggingInfo> {
        self.settings.logging_info.as_ref()
    }

    /// What it is called.
    pub fn name(&self) -> Option<&Name> {
        self.settings.name.as_ref()
    }

    /// A note on it.
    pub fn description(&self) -> Option<&Description> {
        self.settings.description.as_ref()
    }

    /// What becomes of it at the cutoff; [`CutoffBehavior::ContinueTask`] holds where there is none.
    pub fn cutoff_behavior(&self) -> Option<CutoffBehavior> {
        self.settings.cutoff_behavior
    }

    /// The alarm that stops it.
    pub fn alarm_configuration(&self) -> Option<&AlarmConfiguration> {
        self.settings.alarm_configuration.as_ref()
    }

    /// Whether it names a registered target.
    pub fn names_target(&self, id: TargetId) -> bool {
        self.window_target_ids().any(|text| text.parse() == Ok(id))
    }

    /// The registered targets that it names, as texts.
    pub(crate) fn window_target_ids(&self) -> impl Iterator<Item = &str> {
        values_of(self.targets(), WINDOW_TARGET_IDS)
    }
}

impl Window {
    /// Registers a task.
    ///
    /// # Errors
    ///
    /// Refuses registered targets that are not there, everything that does not fit together (the rules are those of the
    /// service, in its words), and more tasks than the quota.
    pub fn register_task(
        &mut self,
        command: RegisterTask,
        id: TaskId,
        rules: &Rules,
    ) -> Result<TaskId, WindowError> {
        self.check_window_targets(&command.targets)?;
        let settings = Settings {
            task_arn: command.task_arn,
            targets: command.targets,
            service_role_arn: command.service_role_arn,
            task_parameters: command.task_parameters,
            invocation_parameters: command.task_invocation_parameters,
            priority: command.priority.unwrap_or(0),
            max_concurrency: command.max_concurrency,
            max_errors: command.max_errors,
            logging_info: command.logging_info,
            name: command.name,
            description: command.description,
            cutoff_behavior: command.cutoff_behavior,
            alarm_configuration: command.alarm_configuration,
        };
        self.check_settings(command.task_type, &settings, rules)?;
        let limit = rules.quotas.tasks_per_window;
        if self.tasks.len() >= limit {
            return Err(WindowError::LimitExceeded {
                what: "tasks of a maintenance window",
                limit,
            });
        }
        let place = self.next_place();
        self.tasks.push(Task {
            id,
            place,
            kind: command.task_type,
            settings,
        });
        Ok(id)
    }

    /// Changes a task: the members that the command has, or all of them if it replaces. Its type stays. Invocation
    /// parameters are replaced as a whole in either case.
    ///
    /// # Errors
    ///
    /// Refuses a task or target that is not there, a replacement without `TaskArn`, and what would not fit together.
    pub fn update_task(
        &mut self,
        command: UpdateTask,
        rules: &Rules,
    ) -> Result<&Task, WindowError> {
        let at = self.index_of(command.task_id)?;
        let old = &self.tasks[at];
        if command.replace
            && command.task_arn.is_none()
            && let Some(missing) = Violations::missing(vec!["taskArn"])
        {
            return Err(missing.into());
        }
        self.check_window_targets(command.targets.as_deref().unwrap_or_default())?;
        let kind = old.kind;
        let keep = (!command.replace).then_some(&old.settings);
        let settings = Settings {
            task_arn: command
                .task_arn
                .unwrap_or_else(|| old.settings.task_arn.clone()),
            targets: command
                .targets
                .or_else(|| Some(keep?.targets.clone()))
                .unwrap_or_default(),
            service_role_arn: command
                .service_role_arn
                .or_else(|| keep?.service_role_arn.clone()),
            task_parameters: command
                .task_parameters
                .or_else(|| keep?.task_parameters.clone()),
            invocation_parameters: command
                .task_invocation_parameters
                .or_else(|| keep?.invocation_parameters.clone()),
            priority: command
                .priority
                .or_else(|| Some(keep?.priority))
                .unwrap_or(0),
            max_concurrency: command.max_concurrency.or_else(|| keep?.max_concurrency),
            max_errors: command.max_errors.or_else(|| keep?.max_errors),
            logging_info: command.logging_info.or_else(|| keep?.logging_info.clone()),
            name: command.name.or_else(|| keep?.name.clone()),
            description: command.description.or_else(|| keep?.description.clone()),
            cutoff_behavior: command.cutoff_behavior.or_else(|| keep?.cutoff_behavior),
            alarm_configuration: command
                .alarm_configuration
                .or_else(|| keep?.alarm_configuration.clone()),
        };
        self.check_settings(kind, &settings, rules)?;
        let task = &mut self.tasks[at];
        task.settings = settings;
        Ok(task)
    }

    /// Takes a task off.
    ///
    /// # Errors
    ///
    /// Refuses a task that is not there.
    pub fn deregister_task(&mut self, command: &DeregisterTask) -> Result<(), WindowError> {
        let at = self.index_of(command.task_id)?;
        self.tasks.remove(at);
        Ok(())
    }

    /// A task.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none of that id.
    pub fn task(&self, id: TaskId) -> Result<&Task, WindowError> {
        self.index_of(id).map(|at| &self.tasks[at])
    }

    fn index_of(&self, id: TaskId) -> Result<usize, WindowError> {
        let found = self.tasks.iter().position(|task| task.id == id);
        found.ok_or(WindowError::DoesNotExist(Missing::Task(id)))
    }

    /// Every registered target that is named anew has to be there.
    fn check_window_targets(&self, targets: &[Selector]) -> Result<(), WindowError> {
        for text in values_of(targets, WINDOW_TARGET_IDS) {
            if !self
                .targets
                .iter()
                .any(|target| text.parse() == Ok(target.id()))
            {
                return Err(WindowError::DoesNotExist(Missing::Target(text.into())));
            }
        }
        Ok(())
    }

    /// Everything about a task that the service refuses.
    fn check_settings(
        &self,
        task_type: TaskType,
        task: &Settings,
        rules: &Rules,
    ) -> Result<(), WindowError> {
        let mut refused = Vec::new();
        for selector in &task.targets {
            if !matches!(selector.key(), INSTANCE_IDS | WINDOW_TARGET_IDS) {
                refused.push(Refusal::TaskTargetKey {
                    key: selector.key().into(),
                });
            }
        }
        let n_instances = values_of(&task.targets, INSTANCE_IDS).count();
        let n_window_targets = values_of(&task.targets, WINDOW_TARGET_IDS).count();
        if task_type == TaskType::RunCommand && n_instances + n_window_targets == 0 {
            refused.push(Refusal::RunCommandWithoutTarget);
        }
        let limit = rules.quotas.targets_per_task;
        if n_window_targets > limit {
            refused.push(Refusal::WindowTargets { limit });
        }
        if n_instances > 0 && !self.allows_unassociated_targets() {
            refused.push(Refusal::UnassociatedTargets);
        }
        match (
            task.targets.is_empty(),
            task.max_errors,
            task.max_concurrency,
        ) {
            (true, errors, concurrency) => {
                refused.extend(errors.map(|_| Refusal::MaxErrorsWithoutTargets));
                refused.extend(concurrency.map(|_| Refusal::MaxConcurrencyWithoutTargets));
            }
            (false, errors, concurrency) => {
                refused.extend(errors.is_none().then_some(Refusal::TargetsWithoutMaxErrors));
                refused.extend(
                    concurrency
                        .is_none()
                        .then_some(Refusal::TargetsWithoutMaxConcurrency),
                );
            }
        }
        if let Some(parameters) = &task.invocation_parameters {
            let of_type = [
                (TaskType::RunCommand, parameters.run_command.is_some()),
                (TaskType::Automation, parameters.automation.is_some()),
                (TaskType::StepFunctions, parameters.step_functions.is_some()),
                (TaskType::Lambda, parameters.lambda.is_some()),
            ];
            if of_type
                .iter()
                .any(|(of, is_set)| *is_set && *of != task_type)
            {
                refused.push(Refusal::InvocationParameters);
            }
            let command = parameters.run_command.as_ref();
            if command
                .is_some_and(|it| it.notification_config.is_some() && it.service_role_arn.is_none())
            {
                refused.push(Refusal::NotificationWithoutRole);
            }
        }
        Refusals::check(refused)
    }
}

pub(crate) fn values_of<'a>(
    selectors: &'a [Selector],
    key: &'a str,
) -> impl Iterator<Item = &'a str> {
    selectors
        .iter()
        .filter(move |selector| selector.key() == key)
        .flat_map(|it| it.values.iter().map(String::as_str))
}
