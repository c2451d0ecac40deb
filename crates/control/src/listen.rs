//! Listening: the events of all accounts, in the order in which they were committed.

use std::collections::VecDeque;

use tagout_store::{Changes, Position, Store, Stored};
use tracing::instrument;

use crate::{
    control::Control,
    driver::Driver,
    error::ControlError,
    event::{Event, EventPage, EventRecord, Recorded},
    telemetry::observed,
};

impl<S: Store, D: Driver> Control<S, D> {
    /// Up to `limit` events after a position, earliest first, and never more than
    /// [`Events::LIMIT_MAX`](tagout_store::Events::LIMIT_MAX).
    ///
    /// The stream is that of the store: planes that share one see the same events at the same positions, without a gap,
    /// and a reader that keeps [`next`](EventPage::next) goes on from there after a restart. From
    /// [`Position::START`] it begins with the first event that is still kept.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::EventsForgotten`] if events after `after` are no longer kept, and
    /// [`ControlError::Store`] if the store cannot be read, or an event is of a newer program.
    #[instrument(skip_all, fields(after = after.0))]
    pub async fn events(&self, after: Position, limit: usize) -> Result<EventPage, ControlError> {
        observed("events", async {
            let found = self.store.events(after, limit).await?;
            if after != Position::START && after < found.trimmed {
                return Err(ControlError::EventsForgotten {
                    after,
                    through: found.trimmed,
                });
            }
            let last_read = found.events.last().map(tagout_store::Event::position);
            let ours = found
                .events
                .iter()
                .filter(|event| *event.kind() == Event::KIND);
            let events = ours.map(recorded).collect::<Result<_, _>>()?;
            Ok(EventPage {
                events,
                next: last_read.unwrap_or(after).max(found.trimmed),
                last: found.last,
            })
        })
        .await
    }

    /// The events after a position as they come, one by one.
    pub fn follow(&self, after: Position) -> Follow<'_, S, D> {
        Follow {
            control: self,
            position: after,
            read_through: after,
            ready: VecDeque::new(),
        }
    }

    /// Forgets the events up to and including `through`. Nothing else does: without it the stream grows for ever.
    ///
    /// Readers that have not come so far are told with [`ControlError::EventsForgotten`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the store cannot be written to, or `through` is beyond
    /// [`Position::TRIM_MAX`].
    #[instrument(skip_all, fields(through = through.0))]
    pub async fn forget_events(&self, through: Position) -> Result<(), ControlError> {
        observed("forget_events", async {
            let mut changes = Changes::new();
            changes.trim(through);
            self.store.commit(changes).await?;
            Ok(())
        })
        .await
    }
}

/// A reader of the stream that waits for what comes.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_control::{Control, Event, Ids, Settings, SimulatedDriver, WindowEvent};
/// use tagout_store::{MemoryStore, Position};
/// use tagout_window::request::{CreateMaintenanceWindow, Request};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let control = Control::new(MemoryStore::new(), SimulatedDriver::new(1), Settings::default(), Ids::seeded(1));
/// let (account, now) = ("acct".parse()?, Utc.with_ymd_and_hms(2026, 3, 1, 22, 0, 0).unwrap());
/// let create: CreateMaintenanceWindow = serde_json::from_value(serde_json::json!({
///     "Name": "nightly", "Schedule": "cron(0 2 * * ? *)", "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": true,
/// }))?;
/// let create = create.parse()?;
///
/// let mut news = control.follow(Position::START);
/// let (made, heard) = tokio::join!(control.create_window(&account, &create, now), news.next());
/// let (window, heard) = (made?, heard?);
/// assert_eq!(heard.event, Event::Window(WindowEvent::StateChanged { window, enabled: true }));
/// assert_eq!((heard.account, heard.at), (account, now));
///
/// let position = news.position(); // kept somewhere, to go on from here after a restart
/// assert_eq!(position, heard.position);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Follow<'a, S, D> {
    control: &'a Control<S, D>,
    position: Position,
    /// How far the store has been read.
    read_through: Position,
    ready: VecDeque<Recorded>,
}

/// How many events are read ahead: what a reader may keep in memory.
const AHEAD_MAX: usize = 256;

impl<S: Store, D: Driver> Follow<'_, S, D> {
    /// The next event; waits until there is one.
    ///
    /// What this plane commits is heard of at once, what others commit within [`idle`](crate::Settings::idle). A future
    /// that is dropped loses no event.
    ///
    /// # Errors
    ///
    /// As [`Control::events`]. After [`ControlError::EventsForgotten`] it goes on with the first event that is kept;
    /// after another error it tries again.
    pub async fn next(&mut self) -> Result<Recorded, ControlError> {
        let idle = self.control.settings.idle.to_std().unwrap_or_default();
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.position = event.position;
                return Ok(event);
            }
            let news = self.control.news.notified();
            tokio::pin!(news);
            news.as_mut().enable(); // what is committed from here on is not slept over
            match self.control.events(self.read_through, AHEAD_MAX).await {
                Ok(page) => {
                    let is_moving = page.next != self.read_through;
                    self.read_through = page.next;
                    if page.events.is_empty() {
                        self.position = page.next; // past what is not ours
                    }
                    self.ready.extend(page.events);
                    if !is_moving {
                        tokio::select! {
                            () = news => {}
                            () = tokio::time::sleep(idle) => {}
                        }
                    }
                }
                Err(ControlError::EventsForgotten { after, through }) => {
                    (self.position, self.read_through) = (through, through);
                    return Err(ControlError::EventsForgotten { after, through });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Behind the event that was given last: where to go on after a restart.
    pub fn position(&self) -> Position {
        self.position
    }
}

fn recorded(event: &tagout_store::Event) -> Result<Recorded, ControlError> {
    let EventRecord {
        happened_at,
        event: what,
    } = event.read()?;
    Ok(Recorded {
        position: event.position(),
        account: event.scope().parse()?,
        at: happened_at,
        event: what,
    })
}
