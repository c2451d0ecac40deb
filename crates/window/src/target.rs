//! The registered targets of a window: servers by id or tag, or the resources of a group.

use serde::{Deserialize, Serialize};

use crate::command::{DeregisterTarget, RegisterTarget, UpdateTarget};
use crate::error::{Missing, Refusal, Refusals, WindowError};
use crate::id::TargetId;
use crate::rules::Rules;
use crate::scalar::{Description, Name, OwnerInformation, ResourceType};
use crate::selector::Selector;
use crate::violation::Violations;
use crate::window::Window;

/// A target that is registered with a window.
///
/// Its selectors have one of these forms (AWS Systems Manager user guide, examples of registering targets):
///
/// | resource type | key | values | what is selected |
/// |---|---|---|---|
/// | `INSTANCE` | `InstanceIds`, alone | 1 to 50 ids | these servers |
/// | `INSTANCE` | `tag:<name>`, up to 5 pairs | values | servers that match every pair |
/// | `INSTANCE` | `tag-key` | up to 5 names | servers that carry every tag |
/// | `RESOURCE_GROUP` | `resource-groups:Name` | 1 group | its resources |
/// | `RESOURCE_GROUP` | `resource-groups:ResourceTypeFilters`, beside the name | types | those of its resources |
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Target {
    id: TargetId,
    /// Its number among all that were ever registered with the window: a page begins after one.
    pub(crate) place: u64,
    resource_type: ResourceType,
    selectors: Vec<Selector>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_information: Option<OwnerInformation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
}

impl Target {
    /// Its id.
    pub fn id(&self) -> TargetId {
        self.id
    }

    /// What it selects; never changes.
    pub fn resource_type(&self) -> ResourceType {
        self.resource_type
    }

    /// How it selects: a server or resource must match every pair.
    pub fn selectors(&self) -> &[Selector] {
        &self.selectors
    }

    /// What its owner wants to be told with every event about it.
    pub fn owner_information(&self) -> Option<&OwnerInformation> {
        self.owner_information.as_ref()
    }

    /// What it is called.
    pub fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// A note on it.
    pub fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }
}

impl Window {
    /// Registers a target.
    ///
    /// # Errors
    ///
    /// Refuses selectors that are in none of the forms that [`Target`] lists, and more targets than the quota.
    pub fn register_target(
        &mut self,
        command: RegisterTarget,
        id: TargetId,
        rules: &Rules,
    ) -> Result<TargetId, WindowError> {
        check_selectors(command.resource_type, &command.targets)?;
        let limit = rules.quotas.targets_per_window;
        if self.targets.len() >= limit {
            return Err(WindowError::LimitExceeded {
                what: "targets of a maintenance window",
                limit,
            });
        }
        let place = self.next_place();
        self.targets.push(Target {
            id,
            place,
            resource_type: command.resource_type,
            selectors: command.targets,
            owner_information: command.owner_information,
            name: command.name,
            description: command.description,
        });
        Ok(id)
    }

    /// Changes a target: the members that the command has, or all of them if it replaces. Its resource type stays.
    ///
    /// # Errors
    ///
    /// Refuses a target that is not there, a replacement without selectors, and selectors that do not fit.
    pub fn update_target(&mut self, command: UpdateTarget) -> Result<&Target, WindowError> {
        let target = self.target_mut(command.target_id)?;
        if command.replace
            && command.targets.is_none()
            && let Some(missing) = Violations::missing(vec!["targets"])
        {
            return Err(missing.into());
        }
        if let Some(selectors) = &command.targets {
            check_selectors(target.resource_type, selectors)?;
        }
        let keep = !command.replace;
        if let Some(selectors) = command.targets {
            target.selectors = selectors;
        }
        target.owner_information = command
            .owner_information
            .or_else(|| target.owner_information.take().filter(|_| keep));
        target.name = command.name.or_else(|| target.name.take().filter(|_| keep));
        target.description = command
            .description
            .or_else(|| target.description.take().filter(|_| keep));
        Ok(target)
    }

    /// Takes a target off. Tasks that name it keep its id, and find nothing to run on there.
    ///
    /// # Errors
    ///
    /// Refuses a target that is not there and, if asked to be safe, one that a task names.
    pub fn deregister_target(&mut self, command: &DeregisterTarget) -> Result<(), WindowError> {
        self.target(command.target_id)?;
        if command.safe
            && let Some(task) = self
                .tasks
                .iter()
                .find(|task| task.names_target(command.target_id))
        {
            return Err(WindowError::TargetInUse { task_id: task.id() });
        }
        self.targets.retain(|target| target.id != command.target_id);
        Ok(())
    }

    /// A target.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none of that id.
    pub fn target(&self, id: TargetId) -> Result<&Target, WindowError> {
        self.targets
            .iter()
            .find(|target| target.id == id)
            .ok_or_else(|| missing(id))
    }

    fn target_mut(&mut self, id: TargetId) -> Result<&mut Target, WindowError> {
        self.targets
            .iter_mut()
            .find(|target| target.id == id)
            .ok_or_else(|| missing(id))
    }
}

fn missing(id: TargetId) -> WindowError {
    WindowError::DoesNotExist(Missing::Target(id.to_string().into()))
}

/// The most tags that a target may select by.
const TAGS_MAX: usize = 5;

/// How the key of a selector selects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyKind<'a> {
    InstanceIds,
    /// By the value of the tag of this name.
    Tag(&'a str),
    TagKey,
    GroupName,
    GroupTypes,
    Unknown,
}

impl<'a> KeyKind<'a> {
    pub(crate) fn of(key: &'a str) -> Self {
        match key {
            "InstanceIds" => Self::InstanceIds,
            "tag-key" => Self::TagKey,
            "resource-groups:Name" => Self::GroupName,
            "resource-groups:ResourceTypeFilters" => Self::GroupTypes,
            _ => match key.strip_prefix("tag:") {
                Some(name) if !name.is_empty() => Self::Tag(name),
                _ => Self::Unknown,
            },
        }
    }

    fn is_of_group(self) -> bool {
        matches!(self, Self::GroupName | Self::GroupTypes)
    }
}

/// Checks the selectors of a registered target.
fn check_selectors(resource_type: ResourceType, selectors: &[Selector]) -> Result<(), WindowError> {
    if selectors.is_empty() {
        return Err(Refusal::TargetValues { key: None }.into());
    }
    let kinds: Vec<KeyKind<'_>> = selectors
        .iter()
        .map(|selector| KeyKind::of(selector.key()))
        .collect();
    let n_of = |wanted: fn(&KeyKind<'_>) -> bool| kinds.iter().filter(|kind| wanted(kind)).count();
    let mut refused = Vec::new();
    match resource_type {
        ResourceType::Instance => {
            let n_ids = n_of(|kind| *kind == KeyKind::InstanceIds);
            let n_names = selectors
                .iter()
                .filter(|it| it.key() == "tag-key")
                .map(|it| it.values.len())
                .max();
            if kinds.iter().all(|kind| kind.is_of_group()) {
                refused.push(Refusal::TargetType);
            } else if kinds
                .iter()
                .any(|kind| kind.is_of_group() || *kind == KeyKind::Unknown)
                || (n_ids > 0 && kinds.len() > 1)
                || n_names.is_some_and(|n_names| n_names > TAGS_MAX)
            {
                refused.push(Refusal::TargetFormat);
            }
        }
        ResourceType::ResourceGroup => {
            if !kinds.iter().all(|kind| kind.is_of_group()) {
                refused.push(Refusal::TargetType);
            } else if n_of(|kind| *kind == KeyKind::GroupName) != 1
                || n_of(|kind| *kind == KeyKind::GroupTypes) > 1
                || selectors
                    .iter()
                    .any(|it| KeyKind::of(it.key()) == KeyKind::GroupName && it.values.len() > 1)
            {
                refused.push(Refusal::ResourceGroup);
            }
        }
    }
    for selector in selectors
        .iter()
        .filter(|selector| selector.values.is_empty())
    {
        refused.push(Refusal::TargetValues {
            key: Some(selector.key().into()),
        });
    }
    Refusals::check(refused)
}
