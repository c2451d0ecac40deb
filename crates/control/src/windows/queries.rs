//! What an account may know of its windows, their targets, tasks, tags and coming openings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tagout_schedule::{ExecutionTime, Opening};
use tagout_store::{Query, Store, Stored};
use tagout_window::{
    Name, Page, PageKey, PageRequest, Target, Task, Window, WindowFilters, WindowId, WindowPlace,
    Windows,
    command::{
        DescribeSchedule, DescribeTargets, DescribeTasks, DescribeWindows,
        DescribeWindowsForTarget, GetTask, GetWindow, ListTags,
    },
};

use super::{
    commands::{tagged, window},
    records::{BY_PLACE, WindowRecord, ordered},
};
use crate::{account::Account, control::Control, driver::Driver, error::ControlError, unit::Unit};

/// How many entries a page has if the request does not say: the service's number is not known.
pub(super) const PAGE: usize = 50;

/// How many entries a page has, and one more, which shows whether there is another page.
pub(super) fn n_wanted(page: &PageRequest) -> usize {
    let n_asked = page.max_results.map_or(PAGE, |n| n as usize);
    n_asked.clamp(1, PageKey::ENTRIES_MAX) + 1
}

/// A coming opening of a window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowOpening {
    /// The window.
    pub window: WindowId,
    /// What it is called.
    pub name: Name,
    /// When it opens, stops starting work and closes.
    pub opening: Opening,
    /// When it opens, on the clock of the window's zone.
    pub execution_time: ExecutionTime,
}

impl<S: Store, D: Driver> Control<S, D> {
    /// A window.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is none.
    pub async fn window(
        &self,
        account: &Account,
        command: &GetWindow,
        now: DateTime<Utc>,
    ) -> Result<Window, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        window(&mut unit, account, command.window_id).await
    }

    /// One page of the windows that the filters leave, in the order of their creation.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for filters that are not known, and for a foreign token.
    pub async fn describe_windows(
        &self,
        account: &Account,
        command: &DescribeWindows,
    ) -> Result<Page<Window>, ControlError> {
        let filters = WindowFilters::parse(&command.filters)?;
        let key = &self.settings.windows.page_key;
        let after: Option<WindowPlace> = key.place(&command.page)?;
        let n = n_wanted(&command.page);
        let mut found = Vec::new();
        let mut query = windows_of(account, after.as_ref());
        while found.len() < n {
            let page = self.store.page(&query).await?;
            for document in &page.documents {
                let WindowRecord(window) = document.read()?;
                if filters.hold(&window) {
                    found.push((WindowPlace::of(&window), window));
                }
            }
            match page.next {
                Some(next) => query = query.after(next),
                None => break,
            }
        }
        Ok(key.page(&command.page, PAGE, found))
    }

    /// One page of the windows that reach a server or resource, in the order of their creation; see
    /// [`Window::reaches`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for a request that names nothing, and for a foreign token.
    pub async fn describe_windows_for_target(
        &self,
        account: &Account,
        command: &DescribeWindowsForTarget,
    ) -> Result<Page<Window>, ControlError> {
        let windows = self.windows(account).await?;
        let page = windows.describe_for_target(command)?;
        Ok(Page {
            entries: page.entries.into_iter().cloned().collect(),
            next_token: page.next_token,
        })
    }

    /// One page of coming openings, soonest first: of one window, of those that reach a target, or of all.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, for targets without their type or the other way
    /// round, for filters that are not known, and for a foreign token.
    pub async fn describe_window_schedule(
        &self,
        account: &Account,
        command: &DescribeSchedule,
        now: DateTime<Utc>,
    ) -> Result<Page<WindowOpening>, ControlError> {
        let windows = match command.window_id {
            Some(id) => {
                let mut windows = self.no_windows();
                windows.insert(window(&mut Unit::new(&self.store, now), account, id).await?);
                windows
            }
            None => self.windows(account).await?,
        };
        let page = windows.describe_schedule(command, now)?;
        let entries = page.entries.iter().map(|scheduled| WindowOpening {
            window: scheduled.window.id(),
            name: scheduled.window.name().clone(),
            opening: scheduled.opening,
            execution_time: scheduled.execution_time(),
        });
        Ok(Page {
            entries: entries.collect(),
            next_token: page.next_token,
        })
    }

    /// One page of the targets of a window, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, for filters that are not known, and for a foreign
    /// token.
    pub async fn describe_window_targets(
        &self,
        account: &Account,
        command: &DescribeTargets,
        now: DateTime<Utc>,
    ) -> Result<Page<Target>, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        let window = window(&mut unit, account, command.window_id).await?;
        let page = window.describe_targets(command, &self.settings.windows.page_key)?;
        Ok(Page {
            entries: page.entries.into_iter().cloned().collect(),
            next_token: page.next_token,
        })
    }

    /// One page of the tasks of a window, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, for filters that are not known, and for a foreign
    /// token.
    pub async fn describe_window_tasks(
        &self,
        account: &Account,
        command: &DescribeTasks,
        now: DateTime<Utc>,
    ) -> Result<Page<Task>, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        let window = window(&mut unit, account, command.window_id).await?;
        let page = window.describe_tasks(command, &self.settings.windows.page_key)?;
        Ok(Page {
            entries: page.entries.into_iter().cloned().collect(),
            next_token: page.next_token,
        })
    }

    /// A task of a window.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window or task.
    pub async fn window_task(
        &self,
        account: &Account,
        command: &GetTask,
        now: DateTime<Utc>,
    ) -> Result<Task, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        let window = window(&mut unit, account, command.window_id).await?;
        Ok(window.task(command.task_id)?.clone())
    }

    /// The tags of a window, by their names.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for another type of resource, and if there is no such window.
    pub async fn window_tags(
        &self,
        account: &Account,
        command: &ListTags,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<String, String>, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        let window = tagged(&mut unit, account, command.window_id()?).await?;
        Ok(window.tags().clone())
    }

    fn no_windows(&self) -> Windows {
        let settings = &self.settings.windows;
        Windows::new(settings.rules.clone(), settings.page_key.clone())
    }

    /// All windows of an account: as many as its quota at the most.
    async fn windows(&self, account: &Account) -> Result<Windows, ControlError> {
        let mut windows = self.no_windows();
        let mut query = windows_of(account, None);
        loop {
            let page = self.store.page(&query).await?;
            for document in &page.documents {
                let WindowRecord(window) = document.read()?;
                windows.insert(window);
            }
            match page.next {
                Some(next) => query = query.after(next),
                None => return Ok(windows),
            }
        }
    }
}

/// The windows of an account that come after a place, in the order of their creation.
fn windows_of(account: &Account, after: Option<&WindowPlace>) -> Query {
    let query = Query::new(WindowRecord::KIND, account.as_str()).by_label(BY_PLACE);
    match after {
        Some(place) => query.at_least(format!("{}\0", ordered(place))), // the least text above it
        None => query,
    }
}
