//! Which openings of many windows have time in common.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use super::{FleetOpening, Upcoming};
use crate::{Opening, OpeningsAfter, Plan};

/// Two openings that are open at the same time.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Overlap {
    /// The one that opens first; of two that open together, that of the window that was given first.
    pub first: FleetOpening,
    /// The other one.
    pub second: FleetOpening,
}

impl Overlap {
    /// The first instant at which both are open.
    pub fn from(self) -> DateTime<Utc> {
        self.second.opening.opens_at
    }

    /// The end of the time in which both are open, exclusive.
    pub fn until(self) -> DateTime<Utc> {
        self.first
            .opening
            .closes_at
            .min(self.second.opening.closes_at)
    }

    /// Whether one window is open twice at the same time, as one is that opens every hour for two hours.
    pub fn is_of_one_window(self) -> bool {
        self.first.window == self.second.window
    }
}

/// Every two openings of different windows that are open at the same time at some instant of `range`.
///
/// An opening reaches from its first instant, inclusive, until it closes, exclusive: a window that opens as another
/// closes does not collide with it. Pairs come in the order in which they begin to have time in common, then in the
/// order of the second window, then in that in which the first opened. Lazy: the work done and the openings held at
/// any time are those that are open together. For windows that collide with themselves, see
/// [`within_windows_too`](Overlaps::within_windows_too).
///
/// ```
/// use tagout_schedule::{Cutoff, Duration, Plan, Timeline, Zone, overlaps};
///
/// let four_hours = |schedule: &str| -> Result<Plan, Box<dyn std::error::Error>> {
///     Ok(Plan::new(Timeline::new(schedule.parse()?, Zone::UTC)?, Duration::try_from(4)?, Cutoff::NONE)?)
/// };
/// let windows = [
///     four_hours("cron(0 22 ? * SUN *)")?,
///     four_hours("cron(0 1 ? * MON *)")?,
///     four_hours("cron(0 2 ? * MON *)")?,
/// ];
/// let week = "2026-11-01T00:00:00Z".parse()?.."2026-11-08T00:00:00Z".parse()?;
/// let found: Vec<_> = overlaps(&windows, week).map(|pair| (pair.first.window, pair.second.window)).collect();
/// assert_eq!(found, [(0, 1), (1, 2)]); // the first closes as the third opens
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn overlaps<'a>(
    plans: impl IntoIterator<Item = &'a Plan>,
    range: Range<DateTime<Utc>>,
) -> Overlaps<OpeningsAfter> {
    // What is open at the start of the range opened less than the longest duration before it.
    let long_before = range
        .start
        .checked_sub_signed(LONGEST)
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    Overlaps::of(
        plans
            .into_iter()
            .map(|plan| plan.openings_after(long_before)),
        range,
    )
}

/// The pairs of openings that have time in common; see [`overlaps`].
#[derive(Clone, Debug)]
pub struct Overlaps<I> {
    openings: Upcoming<I>,
    range: Range<DateTime<Utc>>,
    within_windows_too: bool,
    /// Those that were open when `newest` opened, in the order in which they opened, `newest` last.
    open: Vec<FleetOpening>,
    /// How many of `open` were already compared with the last of them.
    n_compared: usize,
}

impl<I: Iterator<Item = Opening>> Overlaps<I> {
    /// The collisions within `range` of any windows, each of which gives its openings in the order in which they open,
    /// from a day before the range.
    pub fn of(windows: impl IntoIterator<Item = I>, range: Range<DateTime<Utc>>) -> Self {
        Self {
            openings: Upcoming::of(windows),
            range,
            within_windows_too: false,
            open: Vec::new(),
            n_compared: 0,
        }
    }

    /// The same, with the openings of a window that collide with others of that same window.
    pub fn within_windows_too(self) -> Self {
        Self {
            within_windows_too: true,
            ..self
        }
    }

    /// Takes the next opening, and lets go of those that are closed when it opens; `None` beyond the range.
    fn open_next(&mut self) -> Option<()> {
        loop {
            let newest = self.openings.next()?;
            if newest.opening.opens_at >= self.range.end || self.range.is_empty() {
                return None;
            }
            if newest.opening.closes_at > self.range.start {
                self.open
                    .retain(|open| open.opening.closes_at > newest.opening.opens_at);
                self.open.push(newest);
                self.n_compared = 0;
                return Some(());
            }
        }
    }
}

impl<I: Iterator<Item = Opening>> Iterator for Overlaps<I> {
    type Item = Overlap;

    fn next(&mut self) -> Option<Overlap> {
        loop {
            if let [others @ .., second] = &*self.open
                && let Some(first) = others.get(self.n_compared)
            {
                self.n_compared += 1;
                let overlap = Overlap {
                    first: *first,
                    second: *second,
                };
                if (self.within_windows_too || !overlap.is_of_one_window())
                    && overlap.until() > self.range.start
                {
                    return Some(overlap);
                }
            } else {
                self.open_next()?;
            }
        }
    }
}

/// The longest time that a window may be open.
const LONGEST: TimeDelta = TimeDelta::hours(24);
