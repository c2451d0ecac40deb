//! What is to be done next by whoever looks after a server: overdue work, and windows that open and pass.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::{Server, Transition};
use crate::{
    EventCategory, Note, PreferredWindow, Refusal, Trigger, WindowKind, window::WindowRecord,
};

/// What is to be done next with a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duty {
    /// Its operation is overdue: [`Server::handle_deadline`].
    HandleDeadline,
    /// Windows have passed unused, or cannot be used yet: [`Server::settle_windows`].
    SettleWindows,
    /// It is to be maintained: [`Server::start_due_maintenance`].
    StartMaintenance {
        /// The opening for which.
        opening: DateTime<Utc>,
    },
    /// It is to be backed up: [`Server::start_backup`], or what keeps the backup with it.
    StartBackup {
        /// The opening for which, or `None` for the backup that follows a major upgrade.
        opening: Option<DateTime<Utc>>,
    },
}

/// How one of the two preferred windows stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum WindowView {
    /// It does not count: automated backups are disabled.
    Disabled,
    /// It is closed, or has been used.
    Closed {
        /// When it opens next.
        opens_at: Option<DateTime<Utc>>,
    },
    /// Its work is due now.
    Due {
        /// The opening for which.
        opening: DateTime<Utc>,
        /// Whether it is over, and the work is done all the same because it was missed for too long.
        late: bool,
    },
    /// It is open and cannot be used: another operation runs, or the status does not allow it.
    Deferred {
        /// The opening.
        opening: DateTime<Utc>,
        /// When it closes.
        closes_at: DateTime<Utc>,
    },
    /// It has passed, and its work is to be done all the same as soon as the running operation is over.
    Awaiting {
        /// The opening.
        opening: DateTime<Utc>,
    },
    /// It was put off by the owner.
    PutOff {
        /// The opening.
        opening: DateTime<Utc>,
    },
    /// It has passed: nobody looked while it was open.
    Missed {
        /// The last opening of those.
        opening: DateTime<Utc>,
        /// How many there were.
        count: u64,
    },
    /// It has passed: the server could not be worked on all the while.
    Skipped {
        /// The opening.
        opening: DateTime<Utc>,
    },
}

/// Maintenance that was missed is caught up outside its window if the last one is older than this.
const MAINTENANCE_AGE_MAX: TimeDelta = TimeDelta::days(7);

impl Server {
    /// The next instant, from `now` on, at which [`Server::poll_duty`] has something to say if nothing else happens.
    ///
    /// It is `now` itself if there is something already, and `None` if nothing is going to happen by itself. It may
    /// change with every move, so ask again after each.
    pub fn poll_due(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.poll_duty(now).is_some() {
            return Some(now);
        }
        let windows = [WindowKind::Maintenance, WindowKind::Backup].map(|kind| {
            match self.window(kind, now) {
                WindowView::Closed { opens_at } => opens_at,
                WindowView::Deferred { closes_at, .. } => Some(closes_at),
                // Nothing, or the end of the running operation, which is a move.
                _ => None,
            }
        });
        let deadline = self
            .operation
            .as_ref()
            .map(|operation| operation.deadline());
        windows.into_iter().chain([deadline]).flatten().min()
    }

    /// What is to be done with it now, one thing at a time; `None` if nothing is until [`Server::poll_due`].
    ///
    /// Ask again after each: whatever it says is done with by doing it. Maintenance goes before backups.
    pub fn poll_duty(&self, now: DateTime<Utc>) -> Option<Duty> {
        if self
            .operation
            .as_ref()
            .is_some_and(|operation| operation.deadline() <= now)
        {
            return Some(Duty::HandleDeadline);
        }
        for kind in [WindowKind::Maintenance, WindowKind::Backup] {
            match self.window(kind, now) {
                WindowView::Due { opening, .. } => {
                    return Some(match kind {
                        WindowKind::Maintenance => Duty::StartMaintenance { opening },
                        WindowKind::Backup => Duty::StartBackup {
                            opening: Some(opening),
                        },
                    });
                }
                WindowView::Deferred { opening, .. }
                    if self.record(kind).deferred == Some(opening) => {}
                WindowView::Disabled | WindowView::Closed { .. } | WindowView::Awaiting { .. } => {}
                WindowView::Deferred { .. }
                | WindowView::PutOff { .. }
                | WindowView::Missed { .. }
                | WindowView::Skipped { .. } => return Some(Duty::SettleWindows),
            }
        }
        let owed = self.owes_backup && self.could(Trigger::BackupDue);
        owed.then_some(Duty::StartBackup { opening: None })
    }

    /// Is done with windows that have passed, and marks those that are open and cannot be used yet.
    ///
    /// One event is told for each window that was skipped or put off, and one for a row of those that nobody saw.
    pub fn settle_windows(self, now: DateTime<Utc>) -> Transition {
        let mut moved = Transition::of(self);
        for kind in [WindowKind::Maintenance, WindowKind::Backup] {
            let (until, message) = match moved.server.window(kind, now) {
                WindowView::Disabled
                | WindowView::Closed { .. }
                | WindowView::Due { .. }
                | WindowView::Awaiting { .. } => continue,
                WindowView::Deferred { opening, .. } => {
                    moved.server.record_mut(kind).defer(opening);
                    continue;
                }
                WindowView::PutOff { opening } => (
                    opening,
                    format!(
                        "The {kind} window of {} was passed over: it was put off",
                        stamp(opening)
                    ),
                ),
                WindowView::Missed { opening, count: 1 } => (
                    opening,
                    format!("The {kind} window of {} was missed", stamp(opening)),
                ),
                WindowView::Missed { opening, count } => (
                    opening,
                    format!(
                        "{count} {kind} windows up to that of {} were missed",
                        stamp(opening)
                    ),
                ),
                WindowView::Skipped { opening } => {
                    let status = moved.server.status();
                    (
                        opening,
                        format!(
                            "The {kind} window of {} was skipped: the server is {status}",
                            stamp(opening)
                        ),
                    )
                }
            };
            moved.server.record_mut(kind).settle(until);
            moved.tell(Note::new(EventCategory::Window, None, message), now);
        }
        moved
    }

    /// How one of its preferred windows stands at `now`.
    ///
    /// Work begins within the hour from an opening or not at all. An opening that nobody looked at while it was open
    /// is missed; backups are not caught up, and maintenance once if the last one (or the creation) is more than
    /// seven days ago.
    pub fn window(&self, kind: WindowKind, now: DateTime<Utc>) -> WindowView {
        if kind == WindowKind::Backup && self.backups_disabled() {
            return WindowView::Disabled;
        }
        let record = self.record(kind);
        if let Some(opening) = record
            .deferred
            .filter(|opening| *opening + PreferredWindow::LENGTH <= now)
        {
            return WindowView::Skipped { opening };
        }
        let Some(opening) = record.pending(now) else {
            return WindowView::Closed {
                opens_at: record.window.next_start(now.max(record.settled_until)),
            };
        };
        let could = self.could(match kind {
            WindowKind::Maintenance => Trigger::MaintenanceDue,
            WindowKind::Backup => Trigger::BackupDue,
        });
        let closes_at = opening + PreferredWindow::LENGTH;
        let is_open = now < closes_at;
        let passed = if is_open {
            record.pending(opening - TimeDelta::milliseconds(1))
        } else {
            Some(opening)
        };
        let first = passed.unwrap_or(opening);
        let put_off = self.deferral.is_some_and(|deferral| first < deferral.until);
        if kind == WindowKind::Maintenance && put_off {
            return WindowView::PutOff { opening: first };
        }
        if let Some(passed) = passed {
            let maintained_at = self.maintained_at.unwrap_or(self.created_at);
            let is_old =
                kind == WindowKind::Maintenance && now - maintained_at > MAINTENANCE_AGE_MAX;
            return match is_old && !is_open {
                true if could => WindowView::Due {
                    opening,
                    late: true,
                },
                true if self.operation.is_some() => WindowView::Awaiting { opening },
                _ => {
                    let count = record.window.count_starts(record.settled_until, passed);
                    WindowView::Missed {
                        opening: passed,
                        count,
                    }
                }
            };
        }
        if could {
            WindowView::Due {
                opening,
                late: false,
            }
        } else {
            WindowView::Deferred { opening, closes_at }
        }
    }

    /// Refuses unless the work of `opening` is due at `now`.
    pub(super) fn expect_due(
        &self,
        window: WindowKind,
        named: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        match self.window(window, now) {
            WindowView::Due { opening, .. } if opening == named => Ok(()),
            _ => Err(Refusal::NotDue {
                server: self.name.clone(),
                window,
                opening: named,
            }),
        }
    }

    fn record(&self, kind: WindowKind) -> &WindowRecord {
        match kind {
            WindowKind::Maintenance => &self.maintenance_window,
            WindowKind::Backup => &self.backup_window,
        }
    }

    fn record_mut(&mut self, kind: WindowKind) -> &mut WindowRecord {
        match kind {
            WindowKind::Maintenance => &mut self.maintenance_window,
            WindowKind::Backup => &mut self.backup_window,
        }
    }

    fn backups_disabled(&self) -> bool {
        self.disable_automated_backup == Some(true)
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
