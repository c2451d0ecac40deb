//! Many windows at once: what opens next, and what collides.

mod overlap;
pub use overlap::{Overlap, Overlaps, overlaps};

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use chrono::{DateTime, Utc};

use crate::{Opening, OpeningsAfter, Plan};

/// One opening among those of many windows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct FleetOpening {
    /// Which window opens: its place in the list of windows that was asked about, counted from 0.
    pub window: usize,
    /// When it opens, stops starting work, and closes.
    pub opening: Opening,
}

/// The openings of all these windows that open later than `after`, earliest first.
///
/// Windows that open at the same instant come in the order in which they were given. Lazy: a step searches only the
/// window that opened last, and costs the logarithm of the number of windows beside that search. It ends when no window
/// ever opens again.
///
/// ```
/// use tagout_schedule::{Cutoff, Duration, Plan, Timeline, Zone, upcoming};
///
/// let two_hours = |schedule: &str| -> Result<Plan, Box<dyn std::error::Error>> {
///     Ok(Plan::new(Timeline::new(schedule.parse()?, Zone::UTC)?, Duration::try_from(2)?, Cutoff::NONE)?)
/// };
/// let windows = [two_hours("cron(0 6 ? * MON *)")?, two_hours("cron(0 6 ? * WED *)")?];
/// let now = "2026-11-21T12:00:00Z".parse()?; // a Saturday
/// let order: Vec<usize> = upcoming(&windows, now).map(|coming| coming.window).take(4).collect();
/// assert_eq!(order, [0, 1, 0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn upcoming<'a>(
    plans: impl IntoIterator<Item = &'a Plan>,
    after: DateTime<Utc>,
) -> Upcoming<OpeningsAfter> {
    Upcoming::of(plans.into_iter().map(|plan| plan.openings_after(after)))
}

/// The openings of many windows in one order; see [`upcoming`].
#[derive(Clone, Debug)]
pub struct Upcoming<I> {
    /// The next opening of each window that has one.
    heads: BinaryHeap<Head>,
    /// What each window has after its head.
    rest: Vec<I>,
}

impl<I: Iterator<Item = Opening>> Upcoming<I> {
    /// The openings of any windows, each of which gives its own in the order in which they open, such as those of
    /// windows with exclusions.
    pub fn of(windows: impl IntoIterator<Item = I>) -> Self {
        let mut rest: Vec<I> = windows.into_iter().collect();
        let heads = rest.iter_mut().enumerate();
        let heads = heads.filter_map(|(window, rest)| {
            Some(Head(FleetOpening {
                window,
                opening: rest.next()?,
            }))
        });
        Self {
            heads: heads.collect(),
            rest,
        }
    }
}

impl<I: Iterator<Item = Opening>> Iterator for Upcoming<I> {
    type Item = FleetOpening;

    fn next(&mut self) -> Option<FleetOpening> {
        let mut head = self.heads.peek_mut()?;
        let Head(earliest) = *head;
        match self.rest[earliest.window].next() {
            Some(opening) => head.0.opening = opening,
            None => drop(PeekMut::pop(head)),
        }
        Some(earliest)
    }
}

/// The next opening of one window, the greatest of its kind being the one that is due first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Head(FleetOpening);

impl Head {
    fn due(&self) -> (DateTime<Utc>, usize) {
        (self.0.opening.opens_at, self.0.window)
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other.due().cmp(&self.due())
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
