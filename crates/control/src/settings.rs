//! What may be set about a control plane.

use chrono::TimeDelta;

use crate::servers::ServerSettings;
use crate::windows::WindowSettings;

/// How a control plane goes about its work.
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use tagout_control::Settings;
///
/// let mut settings = Settings::default();
/// settings.concurrency = 8;
/// settings.lease = TimeDelta::minutes(2);
/// settings.servers.terms.policy.manual_backups_max = 10;
/// settings.windows.rules.quotas.windows = 500;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long a taken document stays with the plane that took it, if it is not heard of. Longer than any pause that
    /// a healthy plane makes; shorter than anyone wants to wait for a dead one's work.
    pub lease: TimeDelta,
    /// How often one piece of work is attempted before it counts as failed.
    pub attempts_max: u32,
    /// How long to wait before the second attempt; doubled for each further one.
    pub backoff: TimeDelta,
    /// How many pieces of work one plane does at a time.
    pub concurrency: usize,
    /// How many documents one step moves on at the most, of those that wait for something other than a driver.
    pub step_limit: usize,
    /// How often a decision is made anew because somebody else changed what it was made from.
    pub retries_max: u32,
    /// The longest pause between two steps: how late a plane may notice what another one has made due.
    pub idle: TimeDelta,
    /// How long attempts under way may go on after shutdown was asked for.
    pub drain: TimeDelta,
    /// The limits and times of batches and their queue.
    pub batches: tagout_batch::Settings,
    /// How servers are kept.
    pub servers: ServerSettings,
    /// The limits and times of maintenance windows.
    pub windows: WindowSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: TimeDelta::seconds(30),
            attempts_max: 5,
            backoff: TimeDelta::seconds(5),
            concurrency: 64,
            step_limit: 256,
            retries_max: 32,
            idle: TimeDelta::seconds(1),
            drain: TimeDelta::seconds(20),
            batches: tagout_batch::Settings::default(),
            servers: ServerSettings::default(),
            windows: WindowSettings::default(),
        }
    }
}
