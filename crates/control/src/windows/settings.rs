//! What may be set about maintenance windows.

use chrono::TimeDelta;
use tagout_window::{PageKey, Rules};

/// How a control plane keeps maintenance windows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WindowSettings {
    /// The dialect of schedules, quotas, and how long things are remembered.
    pub rules: Rules,
    /// What page tokens are made with. Planes that share a store need the same one. The default is known to everybody:
    /// whoever makes a token with it can begin a list of their own account elsewhere, and nothing more.
    pub page_key: PageKey,
    /// How long one attempt at an invocation may take; 1 hour, which is what the service gives a shell command (AWS
    /// Systems Manager user guide, `executionTimeout` of `AWS-RunShellScript`).
    pub invocation_time_limit: TimeDelta,
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            page_key: PageKey::new(
                *b"tagout: anybody can read this key"
                    .first_chunk()
                    .expect("the text is longer"),
            ),
            invocation_time_limit: TimeDelta::hours(1),
        }
    }
}
