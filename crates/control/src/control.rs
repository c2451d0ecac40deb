//! The control plane.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tagout_store::{Document, ErrorKind, Kind, Store, Stored};
use tokio::sync::Notify;

use crate::{
    driver::Driver, error::ControlError, ids::Ids, outbox::Errand, settings::Settings, unit::Unit,
    work::Work,
};

/// The control plane: a method for each command and query, and the loop that moves on what is due.
///
/// Any number of planes may share one store, in one process or on many machines; none is special. It reads no clock:
/// every method is told the time, but for [`run`](Self::run), which asks.
#[derive(Debug)]
pub struct Control<S, D> {
    pub(crate) store: S,
    pub(crate) driver: Arc<D>,
    pub(crate) settings: Settings,
    pub(crate) ids: Ids,
    /// Rung when something may have become due.
    pub(crate) bell: Notify,
}

/// What one step did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The attempts that begin now: to be performed, and reported.
    pub begun: Vec<Work>,
    /// How many documents were moved on.
    pub n_advanced: usize,
    /// When the next document is due, as far as is known; none if none waits.
    pub next_due: Option<DateTime<Utc>>,
}

impl<S: Store, D: Driver> Control<S, D> {
    /// A control plane over `store` whose work is done by `driver`.
    pub fn new(store: S, driver: D, settings: Settings, ids: Ids) -> Self {
        Self {
            store,
            driver: Arc::new(driver),
            settings,
            ids,
            bell: Notify::new(),
        }
    }

    /// The kinds of documents that wait for something other than a driver.
    pub(crate) const WAITING: [Kind; 0] = [];

    /// All kinds of documents that wait.
    pub(crate) fn kinds() -> Vec<Kind> {
        Self::WAITING.into_iter().chain([Errand::KIND]).collect()
    }

    /// Moves on a document that is due, or whose lease is over.
    pub(crate) async fn advance(
        &self,
        document: Document,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let _ = (document, now);
        Ok(())
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Makes the decision of `unit` stand; false if it must be made anew, because others changed what it was made
    /// from. Ends after [`retries_max`](Settings::retries_max) of those.
    pub(crate) async fn settle(
        &self,
        unit: Unit<'_, S>,
        n_overtaken: &mut u32,
    ) -> Result<bool, ControlError> {
        match unit.commit().await {
            Ok(()) => {
                self.bell.notify_one();
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::Conflict => {
                *n_overtaken += 1;
                if *n_overtaken < self.settings.retries_max {
                    Ok(false)
                } else {
                    Err(ControlError::Contended {
                        attempts: *n_overtaken,
                    })
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Decides and commits, and decides anew if others changed what was read: `decide!(control, now, |unit| { ... })`.
///
/// The block sees `unit: &mut Unit` and may await and use `?`; it ends in a `Result` and must be free of effects of its
/// own, because it may run several times. A macro rather than a function, because the future of a function that takes an
/// asynchronous closure cannot be shown to be `Send`.
macro_rules! decide {
    ($control:expr, $now:expr, |$unit:ident| $decision:block) => {{
        let control = $control;
        let mut n_overtaken = 0;
        loop {
            let mut unit = $crate::unit::Unit::new(&control.store, $now);
            let outcome = {
                let $unit = &mut unit;
                async { $decision }.await?
            };
            if control.settle(unit, &mut n_overtaken).await? {
                break Ok::<_, $crate::error::ControlError>(outcome);
            }
        }
    }};
}
pub(crate) use decide;

#[cfg(test)]
mod tests {
    use super::*;
    use tagout_store::MemoryStore;
    fn send<T: Send>(t: T) -> T {
        t
    }
    #[tokio::test]
    async fn futures_travel_between_threads() {
        let control = Control::new(
            MemoryStore::new(),
            crate::SimulatedDriver::new(1),
            Settings::default(),
            Ids::seeded(1),
        );
        let ticket = crate::Ticket::new("a.1");
        let _ = send(control.heartbeat(&ticket, DateTime::UNIX_EPOCH)).await;
        let _ =
            send(control.report(&ticket, Ok(crate::Done::default()), DateTime::UNIX_EPOCH)).await;
        let control = Arc::new(control);
        tokio::spawn(async move {
            let _ = control
                .report(&ticket, Ok(crate::Done::default()), DateTime::UNIX_EPOCH)
                .await;
        })
        .await
        .unwrap();
    }
    async fn generic<S: Store + 'static, D: Driver>(c: Arc<Control<S, D>>) {
        tokio::spawn(async move {
            let _ = c
                .report(
                    &crate::Ticket::new("x"),
                    Ok(crate::Done::default()),
                    DateTime::UNIX_EPOCH,
                )
                .await;
        })
        .await
        .unwrap();
    }
}
