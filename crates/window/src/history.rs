//! Many executions in memory: those under way, and the history of those that have ended.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use chrono::{DateTime, Utc};

use crate::command::{
    CancelExecution, DescribeExecutionTasks, DescribeExecutions, DescribeInvocations, GetExecution,
    GetExecutionTask, GetInvocation,
};
use crate::error::{Missing, WindowError};
use crate::execution::{Admission, Decision, Execution, Invocation, TaskExecution};
use crate::filter::{StatusFilters, TimeFilters};
use crate::id::{ExecutionId, InvocationId, TaskExecutionId, WindowId};
use crate::page::{Page, PageKey, Place};
use crate::rules::Rules;
use crate::window::Overlap;

/// How many entries a page has if the request does not say: the service's number is not known.
const PAGE: usize = 50;

/// Many executions in memory: those under way, and those that have ended, for as long as the rules keep them.
///
/// Like [`Windows`](crate::Windows), it is enough for a program that needs no store, and a model for one that does. The
/// caller drives each execution through [`change`](Self::change).
///
/// # Example
///
/// ```
/// # use chrono::{DateTime, Utc};
/// # use serde_json::json;
/// # use tagout_window::request::{self, Request};
/// # use tagout_window::{Execution, Executions, Fleet, PageKey, Rules, Status, Window, WindowId};
/// # let now: DateTime<Utc> = "2026-03-01T12:00:00Z".parse()?;
/// # let create: request::CreateMaintenanceWindow = serde_json::from_value(json!({
/// #     "Name": "nightly", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": true,
/// # }))?;
/// # let mut window = Window::create(create.parse()?, WindowId::from_bits(1), now, &Rules::default())?;
/// let mut executions = Executions::new(Rules::default(), PageKey::new([0; 32]));
/// let mut ids = || 5;
/// let due = window.take_due("2026-03-01T22:00:00Z".parse()?).expect("it opens at 22:00");
/// let id = executions.insert(Execution::new(&window, due.opening, &mut ids));
/// executions.change(id, |execution| execution.begin(&Fleet::default(), &mut ids, due.opening.opens_at))?;
/// assert_eq!(executions.execution(id)?.status(), Status::Success, "it has no tasks");
///
/// assert_eq!(executions.forget("2026-03-31T22:00:00Z".parse()?), 1, "30 days later");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Executions {
    rules: Rules,
    page_key: PageKey,
    by_id: BTreeMap<ExecutionId, Execution>,
    by_window: BTreeSet<(WindowId, ExecutionPlace)>,
    /// Those that have not ended.
    open: BTreeSet<(WindowId, ExecutionId)>,
    by_due: BTreeSet<(DateTime<Utc>, ExecutionId)>,
    by_expiry: BTreeSet<(DateTime<Utc>, ExecutionId)>,
}

/// Where an execution stands among those of its window: by its opening and, within that, by its id.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExecutionPlace {
    opens_at: DateTime<Utc>,
    id: ExecutionId,
}

impl ExecutionPlace {
    /// The place of an execution.
    pub fn of(execution: &Execution) -> Self {
        Self {
            opens_at: execution.opening().opens_at,
            id: execution.id(),
        }
    }

    const MIN: Self = Self {
        opens_at: DateTime::<Utc>::MIN_UTC,
        id: ExecutionId::of_bits(0),
    };
    const MAX: Self = Self {
        opens_at: DateTime::<Utc>::MAX_UTC,
        id: ExecutionId::of_bits(u128::MAX),
    };
}

impl Place for ExecutionPlace {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.opens_at.timestamp().to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.opens_at.timestamp_subsec_nanos().to_be_bytes());
        bytes.extend_from_slice(&self.id.bits().to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let (nanos, id) = rest.split_first_chunk::<4>()?;
        let opens_at =
            DateTime::from_timestamp(i64::from_be_bytes(*seconds), u32::from_be_bytes(*nanos))?;
        Some(Self {
            opens_at,
            id: ExecutionId::of_bits(u128::from_be_bytes(id.try_into().ok()?)),
        })
    }
}

impl Executions {
    /// No executions yet.
    pub fn new(rules: Rules, page_key: PageKey) -> Self {
        Self {
            rules,
            page_key,
            by_id: BTreeMap::new(),
            by_window: BTreeSet::new(),
            open: BTreeSet::new(),
            by_due: BTreeSet::new(),
            by_expiry: BTreeSet::new(),
        }
    }

    /// Puts in an execution, in place of one of the same id.
    pub fn insert(&mut self, execution: Execution) -> ExecutionId {
        let id = execution.id();
        self.remove(id);
        self.index(&execution);
        self.by_window
            .insert((execution.window_id(), ExecutionPlace::of(&execution)));
        self.by_id.insert(id, execution);
        id
    }

    /// Lets something happen to an execution; see its methods.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none of that id.
    pub fn change<T>(
        &mut self,
        id: ExecutionId,
        change: impl FnOnce(&mut Execution) -> T,
    ) -> Result<T, WindowError> {
        let mut execution = self.by_id.remove(&id).ok_or_else(|| unknown(id))?;
        self.unindex(&execution);
        let changed = change(&mut execution);
        self.index(&execution);
        self.by_id.insert(id, execution);
        Ok(changed)
    }

    /// Cancels an execution; see [`Execution::cancel`]. One that has ended is left as it is.
    ///
    /// # Errors
    ///
    /// Refuses an execution that is not there.
    pub fn cancel(
        &mut self,
        command: CancelExecution,
        now: DateTime<Utc>,
    ) -> Result<Decision, WindowError> {
        self.change(command.execution_id, |execution| execution.cancel(now))
    }

    /// Forgets the executions whose time is over by `now`; says how many.
    pub fn forget(&mut self, now: DateTime<Utc>) -> usize {
        let mut n_forgotten = 0;
        while let Some((_, id)) = self
            .by_expiry
            .first()
            .filter(|(expires_at, _)| *expires_at <= now)
        {
            self.remove(*id);
            n_forgotten += 1;
        }
        n_forgotten
    }

    /// Whether an execution that is pending may begin, given what else is under way; see [`Admission::of`].
    pub fn admission(&self, execution: &Execution, overlap: Overlap) -> Admission {
        let others = || self.open.iter().filter(|(_, id)| *id != execution.id());
        let runs = |id: &ExecutionId| self.by_id.get(id).is_some_and(Execution::has_begun);
        let n_running = others().filter(|(_, id)| runs(id)).count();
        // An earlier opening of the same window that waits itself comes first, too.
        let place = ExecutionPlace::of(execution);
        let before = |id: &ExecutionId| {
            self.by_id
                .get(id)
                .is_some_and(|it| ExecutionPlace::of(it) < place)
        };
        let of_window = self
            .open_of(execution.window_id())
            .filter(|id| *id != execution.id());
        let same_window = of_window.into_iter().any(|id| runs(&id) || before(&id));
        Admission::of(overlap, same_window, n_running, &self.rules.quotas)
    }

    /// How many automations an execution may have under way, by what the others have: for
    /// [`Execution::limit_automations`].
    pub fn automations_left(&self, id: ExecutionId) -> usize {
        let others = self.open.iter().filter(|(_, other)| *other != id);
        let n_others: usize = others
            .filter_map(|(_, other)| self.by_id.get(other))
            .map(Execution::n_automations)
            .sum();
        self.rules
            .quotas
            .concurrent_automations
            .saturating_sub(n_others)
    }

    /// The executions of a window that have not ended.
    pub fn open_of(&self, window_id: WindowId) -> impl Iterator<Item = ExecutionId> {
        let range = (window_id, ExecutionPlace::MIN.id)..=(window_id, ExecutionPlace::MAX.id);
        self.open.range(range).map(|(_, id)| *id)
    }

    /// The executions that have something to do by `now`, those due first before the others.
    pub fn due(&self, now: DateTime<Utc>) -> impl Iterator<Item = ExecutionId> {
        self.by_due
            .iter()
            .take_while(move |(due_at, _)| *due_at <= now)
            .map(|(_, id)| *id)
    }

    /// When an execution next has something to do.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.by_due.first().map(|(due_at, _)| *due_at)
    }

    /// How many executions there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no execution.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// An execution.
    ///
    /// # Errors
    ///
    /// Refuses an execution that is not there.
    pub fn get(&self, command: &GetExecution) -> Result<&Execution, WindowError> {
        self.execution(command.execution_id)
    }

    /// An execution by its id.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none.
    pub fn execution(&self, id: ExecutionId) -> Result<&Execution, WindowError> {
        self.by_id.get(&id).ok_or_else(|| unknown(id))
    }

    /// One page of the executions of a window, the newest first. A window that is not there has none.
    ///
    /// # Errors
    ///
    /// Refuses filters that are not known, and a foreign token.
    pub fn describe(&self, command: &DescribeExecutions) -> Result<Page<&Execution>, WindowError> {
        let filters = TimeFilters::of_executions(&command.filters)?;
        let before = self
            .page_key
            .place(&command.page)?
            .map_or(Bound::Included(ExecutionPlace::MAX), Bound::Excluded);
        let of_window = |place| (command.window_id, place);
        let range = (
            Bound::Included(of_window(ExecutionPlace::MIN)),
            before.map(of_window),
        );
        let newest_first = self
            .by_window
            .range(range)
            .rev()
            .filter_map(|(_, place)| self.by_id.get(&place.id));
        let found = newest_first.filter(|execution| filters.hold_for(execution));
        let entries = found.map(|execution| (ExecutionPlace::of(execution), execution));
        Ok(self.page_key.page(&command.page, PAGE, entries))
    }

    /// One page of the task executions of an execution, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// Refuses an execution that is not there, filters that are not known, and a foreign token.
    pub fn describe_tasks(
        &self,
        command: &DescribeExecutionTasks,
    ) -> Result<Page<&TaskExecution>, WindowError> {
        self.execution(command.execution_id)?
            .describe_tasks(command, &self.page_key)
    }

    /// A task execution.
    ///
    /// # Errors
    ///
    /// Refuses an execution or task execution that is not there.
    pub fn task(&self, command: &GetExecutionTask) -> Result<&TaskExecution, WindowError> {
        self.execution(command.execution_id)?
            .task(command.task_execution_id)
    }

    /// One page of the invocations of a task execution, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// Refuses an execution or task execution that is not there, filters that are not known, and a foreign token.
    pub fn describe_invocations(
        &self,
        command: &DescribeInvocations,
    ) -> Result<Page<&Invocation>, WindowError> {
        self.execution(command.execution_id)?
            .describe_invocations(command, &self.page_key)
    }

    /// An invocation.
    ///
    /// # Errors
    ///
    /// Refuses an execution, task execution or invocation that is not there.
    pub fn invocation(&self, command: &GetInvocation) -> Result<&Invocation, WindowError> {
        self.execution(command.execution_id)?
            .task(command.task_execution_id)?
            .invocation(command.invocation_id)
    }

    fn index(&mut self, execution: &Execution) {
        let id = execution.id();
        if !execution.status().is_final() {
            self.open.insert((execution.window_id(), id));
        }
        self.by_due
            .extend(execution.due_at().map(|due_at| (due_at, id)));
        self.by_expiry.extend(
            execution
                .expires_at(&self.rules)
                .map(|expires_at| (expires_at, id)),
        );
    }

    fn unindex(&mut self, execution: &Execution) {
        let id = execution.id();
        self.open.remove(&(execution.window_id(), id));
        execution
            .due_at()
            .map(|due_at| self.by_due.remove(&(due_at, id)));
        execution
            .expires_at(&self.rules)
            .map(|expires_at| self.by_expiry.remove(&(expires_at, id)));
    }

    fn remove(&mut self, id: ExecutionId) {
        if let Some(execution) = self.by_id.remove(&id) {
            self.unindex(&execution);
            self.by_window
                .remove(&(execution.window_id(), ExecutionPlace::of(&execution)));
        }
    }
}

impl Execution {
    /// One page of the task executions, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// Refuses filters that are not known, and a foreign token.
    pub fn describe_tasks(
        &self,
        command: &DescribeExecutionTasks,
        key: &PageKey,
    ) -> Result<Page<&TaskExecution>, WindowError> {
        let filters = StatusFilters::parse(&command.filters)?;
        let n_before: u64 = key.place(&command.page)?.unwrap_or(0);
        let places = (1_u64..)
            .zip(self.tasks())
            .skip(n_before.try_into().unwrap_or(usize::MAX));
        Ok(key.page(
            &command.page,
            PAGE,
            places.filter(|(_, task)| filters.hold(task.status())),
        ))
    }

    /// One page of the invocations of a task execution, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// Refuses a task execution that is not there, filters that are not known, and a foreign token.
    pub fn describe_invocations(
        &self,
        command: &DescribeInvocations,
        key: &PageKey,
    ) -> Result<Page<&Invocation>, WindowError> {
        let task = self.task(command.task_execution_id)?;
        let filters = StatusFilters::parse(&command.filters)?;
        let n_before: u64 = key.place(&command.page)?.unwrap_or(0);
        let places = (1_u64..)
            .zip(task.invocations())
            .skip(n_before.try_into().unwrap_or(usize::MAX));
        Ok(key.page(
            &command.page,
            PAGE,
            places.filter(|(_, invocation)| filters.hold(invocation.status())),
        ))
    }

    /// A task execution.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none of that id.
    pub fn task(&self, id: TaskExecutionId) -> Result<&TaskExecution, WindowError> {
        let found = self.tasks().iter().find(|task| task.id() == id);
        found.ok_or(WindowError::DoesNotExist(Missing::TaskExecution(id)))
    }
}

impl TaskExecution {
    /// An invocation.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::DoesNotExist`] if there is none of that id.
    pub fn invocation(&self, id: InvocationId) -> Result<&Invocation, WindowError> {
        let found = self
            .invocations()
            .iter()
            .find(|invocation| invocation.id() == id);
        found.ok_or(WindowError::DoesNotExist(Missing::Invocation(id)))
    }
}

fn unknown(id: ExecutionId) -> WindowError {
    WindowError::DoesNotExist(Missing::Execution(id))
}
