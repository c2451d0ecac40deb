//! When a window opens next, and what it hands out when that time has come.

use chrono::{DateTime, TimeDelta, Utc};
use tagout_schedule::Opening;

use super::Window;

/// An opening whose time has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Due {
    /// The latest opening that has begun.
    pub opening: Opening,
    /// When the first of the openings before it began that nobody took, or `None` if this is the first that was due.
    pub missed_since: Option<DateTime<Utc>>,
}

impl Window {
    /// The instant at which the window opens next: when its document is next due.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }

    /// The opening whose time has come by `now`, or `None` if none has. The window then waits for the next one.
    ///
    /// Of several that are due, as after an outage, only the latest is handed out: the window is to be open once at a
    /// time. Its time may be over too; who runs it finds that nothing may start.
    pub fn take_due(&mut self, now: DateTime<Utc>) -> Option<Due> {
        let due_at = self.due_at.filter(|due_at| *due_at <= now)?;
        let opening = self
            .latest_opening(now)
            .filter(|opening| opening.opens_at >= due_at)?;
        self.due_at = self.opening_after(now).map(|opening| opening.opens_at);
        Some(Due {
            opening,
            missed_since: (due_at < opening.opens_at).then_some(due_at),
        })
    }

    /// The openings that begin strictly after `instant`, earliest first, lazily; none while the window is disabled.
    ///
    /// Excluded times and the notice are heeded.
    pub fn openings_after(
        &self,
        instant: DateTime<Utc>,
    ) -> impl Iterator<Item = Opening> + use<'_> {
        let mut after = instant;
        std::iter::from_fn(move || {
            let opening = self.opening_after(after)?;
            after = opening.opens_at;
            Some(opening)
        })
    }

    /// Settles when the window opens from `now` on.
    pub(super) fn announce(&mut self, now: DateTime<Utc>) {
        self.announced_at = now;
        self.due_at = self.opening_after(now).map(|opening| opening.opens_at);
    }

    /// The first opening that begins strictly after `instant` and is known long enough before.
    fn opening_after(&self, instant: DateTime<Utc>) -> Option<Opening> {
        let known = self.announced_at + self.practice.notice - TimeDelta::nanoseconds(1);
        let after = if self.practice.notice.is_zero() {
            instant
        } else {
            instant.max(known)
        };
        match &self.practice.exclusions {
            None => self.timing.plan.next_opening(after),
            Some(exclusions) => self.timing.plan.excluding(exclusions).next_opening(after),
        }
    }

    fn latest_opening(&self, now: DateTime<Utc>) -> Option<Opening> {
        match &self.practice.exclusions {
            None => self.timing.plan.latest_opening(now),
            Some(exclusions) => self.timing.plan.excluding(exclusions).latest_opening(now),
        }
    }
}
