//! A clock that is chosen while the program runs.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use tagout_control::{Clock, SystemClock};

/// A clock of any type. Clones show the same time.
#[derive(Clone)]
pub struct AnyClock(Arc<dyn Clock>);

impl AnyClock {
    /// The clock as one among others.
    pub fn new(clock: impl Clock) -> Self {
        Self(Arc::new(clock))
    }
}

impl Default for AnyClock {
    /// The clock of this machine.
    fn default() -> Self {
        Self::new(SystemClock)
    }
}

impl Clock for AnyClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

impl fmt::Debug for AnyClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyClock").finish_non_exhaustive()
    }
}
