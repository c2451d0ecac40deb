//! What can be set about the service as a whole: its dialect, its quotas, and where its documentation is silent.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tagout_schedule::Dialect;

/// What can be set about the service as a whole.
///
/// # Example
///
/// ```
/// use tagout_window::{Quotas, Rules};
///
/// let rules = Rules { quotas: Quotas { windows: 500, ..Quotas::default() }, ..Rules::default() };
/// assert_eq!(rules.quotas.tasks_per_window, 20);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Whether schedules are read as documented or as the live service was seen to read them.
    pub dialect: Dialect,
    /// How many of each thing there may be.
    pub quotas: Quotas,
    /// How long a client token is remembered. Undocumented; 24 hours by default.
    pub client_token_kept: TimeDelta,
    /// How long an execution is kept after its end; 30 days by default.
    pub history_kept: TimeDelta,
    /// Whether deleting a window that is not there is an error.
    pub delete_of_unknown: DeleteOfUnknown,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            quotas: Quotas::default(),
            client_token_kept: TimeDelta::hours(24),
            history_kept: TimeDelta::days(30),
            delete_of_unknown: DeleteOfUnknown::default(),
        }
    }
}

/// What deleting a window that is not there gives.
///
/// The interface declares no error for it, but does not say that it succeeds either.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum DeleteOfUnknown {
    /// The id, as if it had been there.
    #[default]
    Succeeds,
    /// `DoesNotExistException`.
    Fails,
}

/// How many of each thing there may be, in one account and region.
///
/// Source of the defaults: the quotas of AWS Systems Manager in the AWS General Reference; for tags, the 50 that AWS lets most
/// resources have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Quotas {
    /// Windows; 50.
    pub windows: usize,
    /// Registered tasks of a window; 20.
    pub tasks_per_window: usize,
    /// Registered targets of a window; 100.
    pub targets_per_window: usize,
    /// Registered targets that a task may name; 10.
    pub targets_per_task: usize,
    /// Windows that run at the same time; 5. One that opens beyond that waits.
    pub concurrent_executions: usize,
    /// Automations that run at the same time, of all windows; 100. See
    /// [`Execution::limit_automations`](crate::Execution::limit_automations).
    pub concurrent_automations: usize,
    /// Tags of a window; 50.
    pub tags_per_window: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            windows: 50,
            tasks_per_window: 20,
            targets_per_window: 100,
            targets_per_task: 10,
            concurrent_executions: 5,
            concurrent_automations: 100,
            tags_per_window: 50,
        }
    }
}

impl Quotas {
    /// No bounds at all.
    pub const UNLIMITED: Self = Self {
        windows: usize::MAX,
        tasks_per_window: usize::MAX,
        targets_per_window: usize::MAX,
        targets_per_task: usize::MAX,
        concurrent_executions: usize::MAX,
        concurrent_automations: usize::MAX,
        tags_per_window: usize::MAX,
    };
}
