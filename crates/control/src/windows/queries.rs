//! What an account may know of its windows, their targets, tasks, tags and coming openings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tagout_schedule::{ExecutionTime, Opening};
use tagout_store::{Query, Store, Stored};
use tagout_window::{
    Name, Page, PageKey, PageRequest, ScheduledOpening, Target, Task, Window, WindowFilters,
    WindowId, WindowPlace, Windows,
    command::{
        DescribeSchedule, DescribeTargets, DescribeTasks, DescribeWindows,
        DescribeWindowsForTarget, GetTask, GetWindow, ListTags,
    },
};

use super::{
    commands::{tagged, window},
    records::{BY_DUE, BY_PLACE, WindowRecord, ordered},
};
use tracing::instrument;

use crate::{
    account::Account, control::Control, driver::Driver, error::ControlError, telemetry::observed,
    unit::Unit,
};

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
    #[instrument(skip_all, fields(%account, window = %command.window_id))]
    pub async fn window(
        &self,
        account: &Account,
        command: &GetWindow,
        now: DateTime<Utc>,
    ) -> Result<Window, ControlError> {
        observed("window", async {
            let mut unit = Unit::new(&self.store, now);
            window(&mut unit, account, command.window_id).await
        })
        .await
    }

    /// One page of the windows that the filters leave, in the order of their creation.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for filters that are not known, and for a foreign token.
    #[instrument(skip_all, fields(%account))]
    pub async fn describe_windows(
        &self,
        account: &Account,
        command: &DescribeWindows,
    ) -> Result<Page<Window>, ControlError> {
        observed("describe_windows", async {
            let filters = WindowFilters::parse(&command.filters)?;
            self.page_of_windows(account, &command.page, |window| filters.hold(window))
                .await
        })
        .await
    }

    /// One page of the windows that reach a server or resource, in the order of their creation; see
    /// [`Window::reaches`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for a request that names nothing, and for a foreign token.
    #[instrument(skip_all, fields(%account))]
    pub async fn describe_windows_for_target(
        &self,
        account: &Account,
        command: &DescribeWindowsForTarget,
    ) -> Result<Page<Window>, ControlError> {
        observed("describe_windows_for_target", async {
            self.no_windows().describe_for_target(command)?; // refuses what is wrong with the request itself
            let reaches = |window: &Window| window.reaches(&command.targets, command.resource_type);
            self.page_of_windows(account, &command.page, reaches).await
        })
        .await
    }

    /// One page of coming openings, soonest first: of one window, of those that reach a target, or of all.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, for targets without their type or the other way
    /// round, for filters that are not known, and for a foreign token.
    #[instrument(skip_all, fields(%account))]
    pub async fn describe_window_schedule(
        &self,
        account: &Account,
        command: &DescribeSchedule,
        now: DateTime<Utc>,
    ) -> Result<Page<WindowOpening>, ControlError> {
        observed("describe_window_schedule", async {
            let mut windows = self.no_windows();
            if let Some(id) = command.window_id {
                windows.insert(window(&mut Unit::new(&self.store, now), account, id).await?);
                return Ok(openings(&windows.describe_schedule(command, now)?));
            }
            let mut query = Query::new(WindowRecord::KIND, account.as_str())
                .by_label(BY_DUE)
                .limit(READ_AHEAD);
            loop {
                let read = self.store.page(&query).await?;
                let mut read_until = None;
                for document in &read.documents {
                    let WindowRecord(window) = document.read()?;
                    read_until = window.due_at();
                    windows.insert(window);
                }
                let page = windows.describe_schedule(command, now)?;
                // A window opens no earlier than it is due, so that those that were not read open later still.
                let last = page.entries.last().map(|last| last.opening.opens_at);
                let is_settled = page.next_token.is_some() && last < read_until;
                match read.next {
                    Some(next) if !is_settled => query = query.after(next),
                    _ => return Ok(openings(&page)),
                }
            }
        })
        .await
    }

    /// One page of the targets of a window, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, for filters that are not known, and for a foreign
    /// token.
    #[instrument(skip_all, fields(%account, window = %command.window_id))]
    pub async fn describe_window_targets(
        &self,
        account: &Account,
        command: &DescribeTargets,
        now: DateTime<Utc>,
    ) -> Result<Page<Target>, ControlError> {
        observed("describe_window_targets", async {
            let mut unit = Unit::new(&self.store, now);
            let window = window(&mut unit, account, command.window_id).await?;
            let page = window.describe_targets(command, &self.settings.windows.page_key)?;
            Ok(Page {
                entries: page.entries.into_iter().cloned().collect(),
                next_token: page.next_token,
            })
        })
        .await
    }

    /// One page of the tasks of a window, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, for filters that are not known, and for a foreign
    /// token.
    #[instrument(skip_all, fields(%account, window = %command.window_id))]
    pub async fn describe_window_tasks(
        &self,
        account: &Account,
        command: &DescribeTasks,
        now: DateTime<Utc>,
    ) -> Result<Page<Task>, ControlError> {
        observed("describe_window_tasks", async {
            let mut unit = Unit::new(&self.store, now);
            let window = window(&mut unit, account, command.window_id).await?;
            let page = window.describe_tasks(command, &self.settings.windows.page_key)?;
            Ok(Page {
                entries: page.entries.into_iter().cloned().collect(),
                next_token: page.next_token,
            })
        })
        .await
    }

    /// A task of a window.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window or task.
    #[instrument(skip_all, fields(%account, window = %command.window_id, task = %command.task_id))]
    pub async fn window_task(
        &self,
        account: &Account,
        command: &GetTask,
        now: DateTime<Utc>,
    ) -> Result<Task, ControlError> {
        observed("window_task", async {
            let mut unit = Unit::new(&self.store, now);
            let window = window(&mut unit, account, command.window_id).await?;
            Ok(window.task(command.task_id)?.clone())
        })
        .await
    }

    /// The tags of a window, by their names.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for another type of resource, and if there is no such window.
    #[instrument(skip_all, fields(%account))]
    pub async fn window_tags(
        &self,
        account: &Account,
        command: &ListTags,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<String, String>, ControlError> {
        observed("window_tags", async {
            let mut unit = Unit::new(&self.store, now);
            let window = tagged(&mut unit, account, command.window_id()?).await?;
            Ok(window.tags().clone())
        })
        .await
    }

    fn no_windows(&self) -> Windows {
        let settings = &self.settings.windows;
        Windows::new(settings.rules.clone(), settings.page_key.clone())
    }

    /// One page of the windows that are wanted, in the order of their creation; what comes after it is not read.
    async fn page_of_windows(
        &self,
        account: &Account,
        request: &PageRequest,
        is_wanted: impl Fn(&Window) -> bool,
    ) -> Result<Page<Window>, ControlError> {
        let key = &self.settings.windows.page_key;
        let after: Option<WindowPlace> = key.place(request)?;
        let n = n_wanted(request);
        let mut found = Vec::new();
        // What is read first is often all that is wanted; to find few among many, it goes on in larger steps.
        let mut query = windows_of(account, after.as_ref()).limit(n.min(READ_AHEAD));
        while found.len() < n {
            let page = self.store.page(&query).await?;
            for document in &page.documents {
                let WindowRecord(window) = document.read()?;
                if is_wanted(&window) {
                    found.push((WindowPlace::of(&window), window));
                }
            }
            match page.next {
                Some(next) => query = query.limit(READ_AHEAD).after(next),
                None => break,
            }
        }
        Ok(key.page(request, PAGE, found))
    }
}

/// How many windows are read at a time: with their targets and tasks they are large.
const READ_AHEAD: usize = 100;

fn openings(page: &Page<ScheduledOpening<'_>>) -> Page<WindowOpening> {
    let entries = page.entries.iter().map(|scheduled| WindowOpening {
        window: scheduled.window.id(),
        name: scheduled.window.name().clone(),
        opening: scheduled.opening,
        execution_time: scheduled.execution_time(),
    });
    Page {
        entries: entries.collect(),
        next_token: page.next_token.clone(),
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
