//! Lists of what stands in a window, and the question whom it reaches.

use super::Window;
use crate::command::{DescribeTargets, DescribeTasks};
use crate::error::WindowError;
use crate::filter::{TargetFilters, TaskFilters};
use crate::page::{Page, PageKey};
use crate::scalar::ResourceType;
use crate::selector::Selector;
use crate::target::Target;
use crate::task::{INSTANCE_IDS, Task, values_of};

/// How many entries a page has if the request does not say: the service's number is not known.
const PAGE: usize = 50;

impl Window {
    /// One page of the targets, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Refuses filters that are not known, and a foreign token.
    pub fn describe_targets(
        &self,
        command: &DescribeTargets,
        key: &PageKey,
    ) -> Result<Page<&Target>, WindowError> {
        let filters = TargetFilters::parse(&command.filters)?;
        let after: u64 = key.place(&command.page)?.unwrap_or(0);
        let found = self
            .targets
            .iter()
            .filter(|it| it.place > after && filters.hold(it));
        Ok(key.page(
            &command.page,
            PAGE,
            found.map(|target| (target.place, target)),
        ))
    }

    /// One page of the tasks, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Refuses filters that are not known, and a foreign token.
    pub fn describe_tasks(
        &self,
        command: &DescribeTasks,
        key: &PageKey,
    ) -> Result<Page<&Task>, WindowError> {
        let filters = TaskFilters::parse(&command.filters)?;
        let after: u64 = key.place(&command.page)?.unwrap_or(0);
        let found = self
            .tasks
            .iter()
            .filter(|it| it.place > after && filters.hold(it));
        Ok(key.page(&command.page, PAGE, found.map(|task| (task.place, task))))
    }

    /// Whether the window reaches a server or resource that is described by selectors.
    ///
    /// It does if one of them has the key of a selector of a registered target of that type, and a value in common with
    /// it, or names a server that a task names. The service documents "the targets or tasks the node is associated
    /// with"; how it compares is not known.
    pub fn reaches(&self, selectors: &[Selector], resource_type: ResourceType) -> bool {
        let meets = |one: &Selector, other: &Selector| {
            one.key() == other.key() && one.values.iter().any(|value| other.values.contains(value))
        };
        let by_target = self
            .targets
            .iter()
            .filter(|target| target.resource_type() == resource_type)
            .any(|target| {
                target
                    .selectors()
                    .iter()
                    .any(|its| selectors.iter().any(|asked| meets(its, asked)))
            });
        by_target
            || resource_type == ResourceType::Instance
                && self.tasks.iter().any(|task| {
                    values_of(selectors, INSTANCE_IDS)
                        .any(|id| values_of(task.targets(), INSTANCE_IDS).any(|its| its == id))
                })
    }
}
