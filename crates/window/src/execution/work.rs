//! What an invocation runs: the task, what it runs on, and its parameters with the pseudo parameters filled in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::{Execution, Invocation, TaskExecution, Ticket, TicketError};
use crate::inventory::Resource;
use crate::request::{Blob, RunCommand, TaskInvocationParameters};
use crate::scalar::{ResourceType, TaskType};
use crate::target::Target;
use crate::task::Task;

/// What an invocation runs.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// The execution that it is part of.
    pub execution: &'a Execution,
    /// The task execution that it is part of.
    pub task_execution: &'a TaskExecution,
    /// The invocation itself.
    pub invocation: &'a Invocation,
    /// The task as it was when the window opened.
    pub task: &'a Task,
    /// The registered target by which it came to run there; `None` if the task names servers, or nothing.
    pub target: Option<&'a Target>,
    /// What it runs on; `None` for a task without targets.
    pub resource: Option<&'a Resource>,
}

/// A pseudo parameter: a name that stands, in double braces, for something of the run at hand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PseudoParameter {
    /// Its name.
    pub name: &'static str,
    /// Whether it is filled in for `RUN_COMMAND` tasks too.
    pub for_commands: bool,
}

/// All pseudo parameters. (AWS Systems Manager user guide, pseudo parameters of maintenance windows.)
#[rustfmt::skip] // columns
pub const PSEUDO_PARAMETERS: &[PseudoParameter] = &[
    PseudoParameter { name: "WINDOW_ID",           for_commands: true },
    PseudoParameter { name: "WINDOW_TASK_ID",      for_commands: true },
    PseudoParameter { name: "WINDOW_TARGET_ID",    for_commands: true },
    PseudoParameter { name: "WINDOW_EXECUTION_ID", for_commands: true },
    PseudoParameter { name: "TASK_EXECUTION_ID",   for_commands: true },
    PseudoParameter { name: "INVOCATION_ID",       for_commands: true },
    PseudoParameter { name: "TARGET_TYPE",         for_commands: true },
    PseudoParameter { name: "TARGET_ID",           for_commands: false },
    PseudoParameter { name: "RESOURCE_ID",         for_commands: false },
];

impl Execution {
    /// What the invocation of a ticket runs.
    ///
    /// # Errors
    ///
    /// Refuses a ticket that is not the current one of an invocation under way.
    pub fn work(&self, ticket: &Ticket) -> Result<Work<'_>, TicketError> {
        self.check(ticket)?;
        let task_execution = &self.tasks[ticket.task as usize];
        Ok(self.work_of(
            task_execution,
            &task_execution.invocations[ticket.invocation as usize],
        ))
    }

    /// What an invocation of a task execution of this execution runs, ran or is to run.
    pub fn work_of<'a>(
        &'a self,
        task_execution: &'a TaskExecution,
        invocation: &'a Invocation,
    ) -> Work<'a> {
        Work {
            execution: self,
            task_execution,
            invocation,
            task: task_execution.task(),
            target: invocation
                .target
                .and_then(|place| task_execution.targets().get(place)),
            resource: invocation.resource(),
        }
    }
}

impl Work<'_> {
    /// The parameters of the task, with every pseudo parameter filled in.
    ///
    /// A `RUN_COMMAND` task without invocation parameters takes its deprecated ones. In the two that are JSON texts, the
    /// input of a state machine and the payload of a function, what is filled in is escaped as JSON asks.
    pub fn parameters(&self) -> TaskInvocationParameters {
        let mut parameters = self
            .task
            .invocation_parameters()
            .cloned()
            .unwrap_or_else(|| self.deprecated());
        if let Some(command) = &mut parameters.run_command {
            let texts = [&mut command.comment, &mut command.output_s3_key_prefix];
            texts
                .into_iter()
                .flatten()
                .for_each(|text| self.fill(text, Escape::No));
            self.fill_map(command.parameters.as_mut());
        }
        if let Some(automation) = &mut parameters.automation {
            self.fill_map(automation.parameters.as_mut());
        }
        if let Some(step_functions) = &mut parameters.step_functions {
            step_functions
                .name
                .iter_mut()
                .for_each(|text| self.fill(text, Escape::No));
            step_functions
                .input
                .iter_mut()
                .for_each(|text| self.fill(text, Escape::Json));
        }
        if let Some(lambda) = &mut parameters.lambda {
            lambda
                .client_context
                .iter_mut()
                .for_each(|text| self.fill(text, Escape::No));
            if let Some(Blob(payload)) = &mut lambda.payload
                && let Ok(text) = str::from_utf8(payload)
            {
                let mut text = text.to_owned();
                self.fill(&mut text, Escape::Json);
                *payload = text.into_bytes();
            }
        }
        parameters
    }

    /// What the interface calls the `Parameters` of an invocation: a JSON text. Sensitive.
    ///
    /// For `RUN_COMMAND` its form is that of the service's samples; for the other types it is our own: the parameters by
    /// the names of the interface.
    pub fn parameters_text(&self) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Command<'a> {
            document_name: &'a str,
            instance_ids: Vec<&'a str>,
            max_concurrency: String,
            max_errors: String,
            parameters: BTreeMap<String, Vec<String>>,
        }
        let parameters = self.parameters();
        match self.task.task_type() {
            TaskType::RunCommand => json(&Command {
                document_name: self.task.task_arn().as_str(),
                instance_ids: self.resource.iter().map(|resource| &*resource.id).collect(),
                max_concurrency: self.task.max_concurrency().to_string(),
                max_errors: self.task.max_errors().to_string(),
                parameters: parameters
                    .run_command
                    .and_then(|command| command.parameters)
                    .unwrap_or_default(),
            }),
            TaskType::Automation => json(&parameters.automation.unwrap_or_default()),
            TaskType::StepFunctions => json(&parameters.step_functions.unwrap_or_default()),
            TaskType::Lambda => json(&parameters.lambda.unwrap_or_default()),
        }
    }

    /// The value of a pseudo parameter here, or `None` if it has none: it is then left as it is written.
    pub fn pseudo_parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        let is_command = self.task.task_type() == TaskType::RunCommand;
        PSEUDO_PARAMETERS
            .iter()
            .find(|it| it.name == name && (it.for_commands || !is_command))?;
        let resource_type = self
            .target
            .map_or(ResourceType::Instance, Target::resource_type);
        Some(match name {
            "WINDOW_ID" => self.execution.window_id().to_string().into(),
            "WINDOW_TASK_ID" => self.task.id().to_string().into(),
            "WINDOW_TARGET_ID" => self.target?.id().to_string().into(),
            "WINDOW_EXECUTION_ID" => self.execution.id().to_string().into(),
            "TASK_EXECUTION_ID" => self.task_execution.id().to_string().into(),
            "INVOCATION_ID" => self.invocation.id().to_string().into(),
            "TARGET_TYPE" => {
                self.resource?;
                resource_type.as_str().into()
            }
            "TARGET_ID" => match (resource_type, self.resource?) {
                (ResourceType::ResourceGroup, Resource { arn: Some(arn), .. }) => (&**arn).into(),
                (_, resource) => (&*resource.id).into(),
            },
            "RESOURCE_ID" => (&*self.resource?.id).into(),
            _ => return None,
        })
    }

    /// The deprecated parameters, in the form of the new ones.
    fn deprecated(&self) -> TaskInvocationParameters {
        if self.task.task_type() != TaskType::RunCommand {
            return TaskInvocationParameters::default();
        }
        let values = self.task.task_parameters().into_iter().flatten();
        let values =
            values.map(|(name, values)| (name.clone(), values.values.clone().unwrap_or_default()));
        let logging = self.task.logging_info();
        TaskInvocationParameters {
            run_command: Some(RunCommand {
                parameters: Some(values.collect()),
                output_s3_bucket_name: logging.and_then(|it| it.s3_bucket_name.clone()),
                output_s3_key_prefix: logging.and_then(|it| it.s3_key_prefix.clone()),
                ..RunCommand::default()
            }),
            ..TaskInvocationParameters::default()
        }
    }

    fn fill_map(&self, parameters: Option<&mut BTreeMap<String, Vec<String>>>) {
        for values in parameters.into_iter().flat_map(BTreeMap::values_mut) {
            for value in values {
                self.fill(value, Escape::No);
            }
        }
    }

    /// Fills in every pseudo parameter of a text; reads it once, so that nothing that is filled in is looked at again.
    fn fill(&self, text: &mut String, escape: Escape) {
        if !text.contains("{{") {
            return;
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find("{{") {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            // A name is short: no need to look far for its end.
            let end = from
                .bytes()
                .skip(2)
                .take(NAME_MAX + 2)
                .position(|b| b == b'}')
                .map(|end| end + 2);
            let value = end
                .filter(|end| from[*end..].starts_with("}}"))
                .and_then(|end| {
                    let value = self.pseudo_parameter(&from[2..end])?;
                    Some((value, end + 2))
                });
            if let Some((value, end)) = value {
                escape.push(&value, &mut filled);
                rest = &from[end..];
            } else {
                filled.push('{');
                rest = &from[1..];
            }
        }
        filled.push_str(rest);
        *text = filled;
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers, and maps by texts can be written as JSON")
}

/// The length of the longest name of a pseudo parameter.
const NAME_MAX: usize = 19;

#[derive(Clone, Copy, Debug)]
enum Escape {
    No,
    /// For a place within a JSON string.
    Json,
}

impl Escape {
    fn push(self, value: &str, text: &mut String) {
        match self {
            Self::No => text.push_str(value),
            Self::Json => {
                let quoted = json(&value);
                text.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
    }
}

impl TaskExecution {
    /// What the interface calls the `TaskParameters` of a task execution: the parameters by name, as the task was
    /// registered with them, and the servers it runs on as `aws:InstanceId`. Sensitive.
    pub fn parameters(&self) -> BTreeMap<String, Vec<String>> {
        let task = self.task();
        let given = task
            .invocation_parameters()
            .and_then(|parameters| match task.task_type() {
                TaskType::RunCommand => parameters.run_command.as_ref()?.parameters.clone(),
                TaskType::Automation => parameters.automation.as_ref()?.parameters.clone(),
                TaskType::StepFunctions | TaskType::Lambda => None,
            });
        let deprecated = || {
            let values = task.task_parameters().into_iter().flatten();
            values
                .map(|(name, values)| (name.clone(), values.values.clone().unwrap_or_default()))
                .collect()
        };
        let mut parameters: BTreeMap<_, _> = given.unwrap_or_else(deprecated);
        let servers = self
            .invocations()
            .iter()
            .filter_map(|it| Some(it.resource()?.id.to_string()));
        let servers: Vec<String> = servers.collect();
        if !servers.is_empty() {
            parameters.insert("aws:InstanceId".to_owned(), servers);
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_longer_than_is_looked_for() {
        assert_eq!(
            PSEUDO_PARAMETERS.iter().map(|it| it.name.len()).max(),
            Some(NAME_MAX)
        );
    }
}
