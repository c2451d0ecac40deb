//! Many windows in memory: every operation on them, by the same decisions on one document each.

mod place;
pub use place::{ScheduledPlace, WindowPlace};

mod scheduled;
pub use scheduled::{Scheduled, ScheduledOpening};

mod search;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::command::{
    AddTags, CreateWindow, DeleteWindow, DeregisterTarget, DeregisterTask, DescribeSchedule,
    DescribeTargets, DescribeTasks, DescribeWindows, DescribeWindowsForTarget, GetTask, GetWindow,
    ListTags, RegisterTarget, RegisterTask, RemoveTags, UpdateTarget, UpdateTask, UpdateWindow,
};
use crate::error::{Missing, WindowError};
use crate::filter::{TimeFilters, WindowFilters};
use crate::id::{IdSource, TargetId, TaskId, WindowId};
use crate::page::{Page, PageKey};
use crate::receipt::{Receipt, Receipts};
use crate::rules::{DeleteOfUnknown, Rules};
use crate::scalar::Name;
use crate::target::Target;
use crate::task::Task;
use crate::window::{Due, Practice, Window};

/// How many entries a page has if the request does not say: the service's number is not known.
const PAGE: usize = 50;
/// The same for coming openings, of which one sample shows fewer.
const SCHEDULE_PAGE: usize = 10;

/// Many windows in memory, in the order of their creation.
///
/// It is the whole of the window operations for a program that needs no store, and a model of them for one that does: each
/// method finds its window, and leaves the decision to the window itself.
///
/// # Example
///
/// ```
/// use tagout_window::request::{CreateMaintenanceWindow, DescribeMaintenanceWindows, Request};
/// use tagout_window::{PageKey, Rules, Windows};
///
/// let mut windows = Windows::new(Rules::default(), PageKey::new([0; 32])); // a real key is random
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let mut ids = || 1; // and so are ids
/// let create = CreateMaintenanceWindow {
///     name: Some("nightly".to_owned()),
///     schedule: Some("cron(0 22 * * ? *)".to_owned()),
///     duration: Some(3),
///     cutoff: Some(1),
///     allow_unassociated_targets: Some(false),
///     client_token: Some("once".to_owned()),
///     ..Default::default()
/// };
/// let id = windows.create(create.clone().parse()?, &mut ids, now)?;
/// assert_eq!(windows.create(create.parse()?, &mut ids, now)?, id, "the token makes it one window");
///
/// let page = windows.describe(&DescribeMaintenanceWindows::default().parse()?)?;
/// assert_eq!(page.entries[0].next_execution_time().unwrap().to_string(), "2026-03-01T22:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Windows {
    rules: Rules,
    page_key: PageKey,
    by_place: BTreeMap<WindowPlace, Box<Window>>,
    places: HashMap<WindowId, WindowPlace>,
    by_name: BTreeSet<(Name, WindowPlace)>,
    enabled: BTreeSet<WindowPlace>,
    disabled: BTreeSet<WindowPlace>,
    by_due: BTreeSet<(DateTime<Utc>, WindowPlace)>,
    created: Receipts<WindowId>,
    targets_registered: Receipts<TargetId>,
    tasks_registered: Receipts<TaskId>,
}

impl Windows {
    /// No windows yet.
    pub fn new(rules: Rules, page_key: PageKey) -> Self {
        Self {
            rules,
            page_key,
            by_place: BTreeMap::new(),
            places: HashMap::new(),
            by_name: BTreeSet::new(),
            enabled: BTreeSet::new(),
            disabled: BTreeSet::new(),
            by_due: BTreeSet::new(),
            created: Receipts::default(),
            targets_registered: Receipts::default(),
            tasks_registered: Receipts::default(),
        }
    }

    /// Makes a window; a repeated request with the same client token gives the id of the first.
    ///
    /// # Errors
    ///
    /// Refuses a token that came with other parameters, what [`Window::create`] refuses, and more windows than the quota.
    pub fn create(
        &mut self,
        mut command: CreateWindow,
        ids: &mut impl IdSource,
        now: DateTime<Utc>,
    ) -> Result<WindowId, WindowError> {
        let (token, fingerprint) = (command.client_token.take(), command.fingerprint);
        if let Some(id) = self.created.answer(token.as_ref(), fingerprint, now)? {
            return Ok(id);
        }
        let id = WindowId::from_bits(ids.next_bits());
        let window = Window::create(command, id, now, &self.rules)?;
        let limit = self.rules.quotas.windows;
        if self.by_place.len() >= limit {
            return Err(WindowError::LimitExceeded {
                what: "maintenance windows",
                limit,
            });
        }
        self.insert(window);
        self.created
            .keep(token, Receipt::new(id, fingerprint, now, &self.rules));
        Ok(id)
    }

    /// Puts in a window as it is, in place of one of the same id: how windows come in from a store.
    pub fn insert(&mut self, window: Window) {
        self.remove(window.id());
        let place = WindowPlace::of(&window);
        self.index(&window, place);
        self.places.insert(window.id(), place);
        self.by_place.insert(place, Box::new(window));
    }

    /// Changes a window; see [`Window::update`].
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, and what the window refuses.
    pub fn update(
        &mut self,
        command: UpdateWindow,
        now: DateTime<Utc>,
    ) -> Result<&Window, WindowError> {
        let id = command.window_id;
        self.change(id, |window, rules| window.update(command, now, rules))?;
        self.window(id)
    }

    /// Deletes a window, with its targets and tasks.
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there only if the rules say so.
    pub fn delete(&mut self, command: &DeleteWindow) -> Result<WindowId, WindowError> {
        let id = command.window_id;
        match (self.remove(id), self.rules.delete_of_unknown) {
            (None, DeleteOfUnknown::Fails) => Err(unknown(id)),
            (Some(_), _) | (None, DeleteOfUnknown::Succeeds) => Ok(id),
        }
    }

    /// Registers a target; see [`Window::register_target`].
    ///
    /// # Errors
    ///
    /// Refuses a token that came with other parameters, a window that is not there, and what the window refuses.
    pub fn register_target(
        &mut self,
        mut command: RegisterTarget,
        ids: &mut impl IdSource,
        now: DateTime<Utc>,
    ) -> Result<TargetId, WindowError> {
        let (token, fingerprint) = (command.client_token.take(), command.fingerprint);
        if let Some(id) = self
            .targets_registered
            .answer(token.as_ref(), fingerprint, now)?
        {
            return Ok(id);
        }
        let id = TargetId::from_bits(ids.next_bits());
        self.change(command.window_id, |window, rules| {
            window.register_target(command, id, rules)
        })?;
        self.targets_registered
            .keep(token, Receipt::new(id, fingerprint, now, &self.rules));
        Ok(id)
    }

    /// Changes a target; see [`Window::update_target`].
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, and what the window refuses.
    pub fn update_target(&mut self, command: UpdateTarget) -> Result<&Target, WindowError> {
        let (window_id, id) = (command.window_id, command.target_id);
        self.change(window_id, |window, _| {
            window.update_target(command).map(drop)
        })?;
        self.window(window_id)?.target(id)
    }

    /// Takes a target off; see [`Window::deregister_target`].
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, and what the window refuses.
    pub fn deregister_target(&mut self, command: &DeregisterTarget) -> Result<(), WindowError> {
        self.change(command.window_id, |window, _| {
            window.deregister_target(command)
        })
    }

    /// Registers a task; see [`Window::register_task`].
    ///
    /// # Errors
    ///
    /// Refuses a token that came with other parameters, a window that is not there, and what the window refuses.
    pub fn register_task(
        &mut self,
        mut command: RegisterTask,
        ids: &mut impl IdSource,
        now: DateTime<Utc>,
    ) -> Result<TaskId, WindowError> {
        let (token, fingerprint) = (command.client_token.take(), command.fingerprint);
        if let Some(id) = self
            .tasks_registered
            .answer(token.as_ref(), fingerprint, now)?
        {
            return Ok(id);
        }
        let id = TaskId::from_bits(ids.next_bits());
        self.change(command.window_id, |window, rules| {
            window.register_task(command, id, rules)
        })?;
        self.tasks_registered
            .keep(token, Receipt::new(id, fingerprint, now, &self.rules));
        Ok(id)
    }

    /// Changes a task; see [`Window::update_task`].
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, and what the window refuses.
    pub fn update_task(&mut self, command: UpdateTask) -> Result<&Task, WindowError> {
        let (window_id, id) = (command.window_id, command.task_id);
        self.change(window_id, |window, rules| {
            window.update_task(command, rules).map(drop)
        })?;
        self.window(window_id)?.task(id)
    }

    /// Takes a task off; see [`Window::deregister_task`].
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, and what the window refuses.
    pub fn deregister_task(&mut self, command: &DeregisterTask) -> Result<(), WindowError> {
        self.change(command.window_id, |window, _| {
            window.deregister_task(command)
        })
    }

    /// Sets tags; see [`Window::add_tags`].
    ///
    /// # Errors
    ///
    /// Refuses another type of resource, a window that is not there, and what the window refuses.
    pub fn add_tags(&mut self, command: AddTags) -> Result<(), WindowError> {
        let id = self.tagged(command.window_id()?)?;
        self.change(id, |window, rules| window.add_tags(command, rules))
    }

    /// Takes tags off; see [`Window::remove_tags`].
    ///
    /// # Errors
    ///
    /// Refuses another type of resource, and a window that is not there.
    pub fn remove_tags(&mut self, command: &RemoveTags) -> Result<(), WindowError> {
        let id = self.tagged(command.window_id()?)?;
        self.change(id, |window, _| {
            window.remove_tags(command);
            Ok(())
        })
    }

    /// Sets what a window does beyond the service; see [`Window::set_practice`].
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there.
    pub fn set_practice(
        &mut self,
        id: WindowId,
        practice: Practice,
        now: DateTime<Utc>,
    ) -> Result<(), WindowError> {
        self.change(id, |window, _| {
            window.set_practice(practice, now);
            Ok(())
        })
    }

    /// Up to `limit` windows whose opening has come, those due first before the others; see [`Window::take_due`].
    pub fn take_due(&mut self, now: DateTime<Utc>, limit: usize) -> Vec<(WindowId, Due)> {
        let due = self
            .by_due
            .iter()
            .take_while(|(due_at, _)| *due_at <= now)
            .take(limit);
        let ids: Vec<WindowId> = due.map(|(_, place)| place.id()).collect();
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            let mut due = None;
            let changed = self.change(id, |window, _| {
                due = window.take_due(now);
                Ok(())
            });
            if changed.is_ok() {
                taken.extend(due.map(|due| (id, due)));
            }
        }
        taken
    }

    /// The rules that hold for all windows.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// How many windows there are.
    pub fn len(&self) -> usize {
        self.by_place.len()
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    /// All windows, in the order of their creation.
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.by_place.values().map(AsRef::as_ref)
    }

    /// When a window is next due: when to call [`take_due`](Self::take_due).
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.by_due.first().map(|(due_at, _)| *due_at)
    }

    /// A window.
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there.
    pub fn get(&self, command: &GetWindow) -> Result<&Window, WindowError> {
        self.window(command.window_id)
    }

    /// A window by its id.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none.
    pub fn window(&self, id: WindowId) -> Result<&Window, WindowError> {
        let place = self.places.get(&id).ok_or_else(|| unknown(id))?;
        self.by_place
            .get(place)
            .map(AsRef::as_ref)
            .ok_or_else(|| unknown(id))
    }

    /// One page of the windows that the filters leave, in the order of their creation.
    ///
    /// # Errors
    ///
    /// Refuses filters that are not known, and a foreign token.
    pub fn describe(&self, command: &DescribeWindows) -> Result<Page<&Window>, WindowError> {
        let filters = WindowFilters::parse(&command.filters)?;
        let after = self.page_key.place(&command.page)?;
        let found = self.matching(&filters, after);
        let page = self.page_key.page(
            &command.page,
            PAGE,
            found.map(|window| (WindowPlace::of(window), window)),
        );
        Ok(page)
    }

    /// One page of the windows that reach a server or resource, in the order of their creation; see
    /// [`Window::reaches`].
    ///
    /// # Errors
    ///
    /// Refuses a request that names nothing, and a foreign token.
    pub fn describe_for_target(
        &self,
        command: &DescribeWindowsForTarget,
    ) -> Result<Page<&Window>, WindowError> {
        search::check_targets(&command.targets)?;
        let after = self.page_key.place(&command.page)?;
        let found = self
            .after(after)
            .filter(|it| it.reaches(&command.targets, command.resource_type));
        Ok(self.page_key.page(
            &command.page,
            PAGE,
            found.map(|window| (WindowPlace::of(window), window)),
        ))
    }

    /// One page of coming openings, soonest first: of one window, of those that reach a target, or of all.
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, targets without their type or the other way round, filters that are not
    /// known, and a foreign token.
    pub fn describe_schedule(
        &self,
        command: &DescribeSchedule,
        now: DateTime<Utc>,
    ) -> Result<Page<ScheduledOpening<'_>>, WindowError> {
        let one = command.window_id.map(|id| self.window(id)).transpose()?;
        let of_target = search::asked_target(command)?;
        let filters = TimeFilters::of_schedule(&command.filters)?;
        let after: Option<ScheduledPlace> = self.page_key.place(&command.page)?;
        let from = filters.after().map_or(now, |after| after.max(now));
        let wanted = |window: &&Window| {
            of_target.is_none_or(|(targets, of_type)| window.reaches(targets, of_type))
        };
        let by_due: Box<dyn Iterator<Item = &Window>> = match one {
            Some(window) => Box::new(std::iter::once(window)),
            None => Box::new(
                self.by_due
                    .iter()
                    .filter_map(|(_, place)| self.by_place.get(place).map(AsRef::as_ref)),
            ),
        };
        let scheduled = Scheduled::of(by_due.filter(wanted), from, after);
        let scheduled = scheduled.take_while(|it| {
            filters
                .before()
                .is_none_or(|before| it.opening.opens_at < before)
        });
        let entries = scheduled.map(|entry| (entry.place(), entry));
        Ok(self.page_key.page(&command.page, SCHEDULE_PAGE, entries))
    }

    /// One page of the targets of a window, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, filters that are not known, and a foreign token.
    pub fn describe_targets(
        &self,
        command: &DescribeTargets,
    ) -> Result<Page<&Target>, WindowError> {
        self.window(command.window_id)?
            .describe_targets(command, &self.page_key)
    }

    /// One page of the tasks of a window, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Refuses a window that is not there, filters that are not known, and a foreign token.
    pub fn describe_tasks(&self, command: &DescribeTasks) -> Result<Page<&Task>, WindowError> {
        self.window(command.window_id)?
            .describe_tasks(command, &self.page_key)
    }

    /// A task of a window.
    ///
    /// # Errors
    ///
    /// Refuses a window or a task that is not there.
    pub fn task(&self, command: &GetTask) -> Result<&Task, WindowError> {
        self.window(command.window_id)?.task(command.task_id)
    }

    /// The tags of a window, by their names.
    ///
    /// # Errors
    ///
    /// Refuses another type of resource, and a window that is not there.
    pub fn list_tags(&self, command: &ListTags) -> Result<&BTreeMap<String, String>, WindowError> {
        let id = self.tagged(command.window_id()?)?;
        self.window(id).map(Window::tags)
    }

    /// Changes a window in place, and its place in the indexes where they are touched.
    fn change<T>(
        &mut self,
        id: WindowId,
        change: impl FnOnce(&mut Window, &Rules) -> Result<T, WindowError>,
    ) -> Result<T, WindowError> {
        let place = *self.places.get(&id).ok_or_else(|| unknown(id))?;
        let window = self.by_place.get_mut(&place).ok_or_else(|| unknown(id))?;
        let (name, due_at, is_enabled) =
            (window.name().clone(), window.due_at(), window.is_enabled());
        let changed = change(window, &self.rules)?;
        if window.due_at() != due_at {
            due_at.map(|due_at| self.by_due.remove(&(due_at, place)));
            window
                .due_at()
                .map(|due_at| self.by_due.insert((due_at, place)));
        }
        if *window.name() != name {
            self.by_name.remove(&(name, place));
            self.by_name.insert((window.name().clone(), place));
        }
        if window.is_enabled() != is_enabled {
            let (from, to) = if is_enabled {
                (&mut self.enabled, &mut self.disabled)
            } else {
                (&mut self.disabled, &mut self.enabled)
            };
            from.remove(&place);
            to.insert(place);
        }
        Ok(changed)
    }

    fn index(&mut self, window: &Window, place: WindowPlace) {
        self.by_name.insert((window.name().clone(), place));
        if window.is_enabled() {
            self.enabled.insert(place)
        } else {
            self.disabled.insert(place)
        };
        self.by_due
            .extend(window.due_at().map(|due_at| (due_at, place)));
    }

    fn remove(&mut self, id: WindowId) -> Option<Box<Window>> {
        let place = self.places.remove(&id)?;
        let window = self.by_place.remove(&place)?;
        self.by_name.remove(&(window.name().clone(), place));
        self.enabled.remove(&place);
        self.disabled.remove(&place);
        window
            .due_at()
            .map(|due_at| self.by_due.remove(&(due_at, place)));
        Some(window)
    }

    /// A window that a tag operation names; what is not there is no valid resource.
    fn tagged(&self, id: WindowId) -> Result<WindowId, WindowError> {
        if self.places.contains_key(&id) {
            Ok(id)
        } else {
            Err(WindowError::InvalidResourceId(id.to_string().into()))
        }
    }
}

fn unknown(id: WindowId) -> WindowError {
    WindowError::DoesNotExist(Missing::Window(id))
}
