//! The coming openings of many windows as one list, soonest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::iter::Peekable;

use chrono::{DateTime, Utc};
use tagout_schedule::{ExecutionTime, Opening};

use super::{ScheduledPlace, WindowPlace};
use crate::window::Window;

/// A coming opening, and the window that it is of.
#[derive(Clone, Copy, Debug)]
pub struct ScheduledOpening<'a> {
    /// The window.
    pub window: &'a Window,
    /// When it opens, stops starting work and closes.
    pub opening: Opening,
}

impl ScheduledOpening<'_> {
    /// When it opens, on the clock of the window's zone: what the service prints as `ExecutionTime`.
    pub fn execution_time(&self) -> ExecutionTime {
        self.window.execution_time(self.opening.opens_at)
    }

    /// Where it stands among all.
    pub fn place(&self) -> ScheduledPlace {
        place_at(self.window, self.opening.opens_at)
    }
}

/// The coming openings of many windows, soonest first and, where they open together, by the creation of the windows.
///
/// Lazy: a window is looked at when its time comes. Disabled windows have no openings.
pub struct Scheduled<'a, I: Iterator<Item = &'a Window>> {
    /// In the order in which they are due.
    windows: Peekable<I>,
    next: BinaryHeap<Reverse<(ScheduledPlace, ByPlace<'a>)>>,
    from: DateTime<Utc>,
    after: Option<ScheduledPlace>,
}

impl<'a, I: Iterator<Item = &'a Window>> Scheduled<'a, I> {
    /// The openings strictly after `from` and, for a further page, after the place where the page before ended.
    ///
    /// `windows` have to come in the order of [`Window::due_at`]. Windows that are not due at all are left out.
    pub fn of(windows: I, from: DateTime<Utc>, after: Option<ScheduledPlace>) -> Self {
        Self {
            windows: windows.peekable(),
            next: BinaryHeap::new(),
            from,
            after,
        }
    }

    /// Takes up the first opening of a window that comes after where the list begins.
    fn take_up(&mut self, window: &'a Window) {
        let mut next = window.openings_after(self.from).next();
        if let (Some(after), Some(opening)) = (self.after, next) {
            let place = |opening: Opening| place_at(window, opening.opens_at);
            // The opening at the very instant of the place may still be to come, if it is of a later window.
            if place(opening) <= after {
                let at_same_instant = after.opens_at - chrono::TimeDelta::nanoseconds(1);
                next = window
                    .openings_after(at_same_instant.max(self.from))
                    .find(|it| place(*it) > after);
            }
        }
        self.push(window, next);
    }

    fn push(&mut self, window: &'a Window, opening: Option<Opening>) {
        if let Some(opening) = opening {
            let place = ScheduledOpening { window, opening }.place();
            self.next
                .push(Reverse((place, ByPlace { window, opening })));
        }
    }
}

impl<'a, I: Iterator<Item = &'a Window>> fmt::Debug for Scheduled<'a, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduled")
            .field("from", &self.from)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

impl<'a, I: Iterator<Item = &'a Window>> Iterator for Scheduled<'a, I> {
    type Item = ScheduledOpening<'a>;

    fn next(&mut self) -> Option<ScheduledOpening<'a>> {
        // A window opens no earlier than it is due, so that only those whose place may come first are looked at.
        loop {
            let soonest = self.next.peek().map(|Reverse((place, _))| *place);
            let may_come_first = |window: &&'a Window| match (soonest, window.due_at()) {
                (None, _) => true,
                (Some(soonest), Some(due_at)) => place_at(window, due_at) < soonest,
                (Some(_), None) => false,
            };
            match self.windows.next_if(may_come_first) {
                Some(window) => self.take_up(window),
                None => break,
            }
        }
        let Reverse((_, ByPlace { window, opening })) = self.next.pop()?;
        self.push(window, window.openings_after(opening.opens_at).next());
        Some(ScheduledOpening { window, opening })
    }
}

fn place_at(window: &Window, opens_at: DateTime<Utc>) -> ScheduledPlace {
    ScheduledPlace {
        opens_at,
        window: WindowPlace::of(window),
    }
}

/// An opening in the heap, which is ordered by its place alone.
#[derive(Clone, Copy, Debug)]
struct ByPlace<'a> {
    window: &'a Window,
    opening: Opening,
}

impl PartialEq for ByPlace<'_> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ByPlace<'_> {}

impl PartialOrd for ByPlace<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByPlace<'_> {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}
