//! The loop that moves on what is due, and has the work done.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tagout_store::{Key, Store, TakeDue};
use tokio::{task::JoinSet, time::Instant};
use tracing::{Instrument, debug, debug_span, info_span, warn};

use crate::{
    clock::Clock,
    control::{Control, Step},
    driver::{Driver, DriverError},
    error::ControlError,
    telemetry,
    work::Work,
};

impl<S: Store + 'static, D: Driver> Control<S, D> {
    /// Moves on what is due at `now`, and begins up to `capacity` attempts.
    ///
    /// Attempts are leased to the caller: perform them, keep them with [`heartbeat`](Self::heartbeat), and
    /// [`report`](Self::report) them. A document that cannot be moved on is passed over, with a line in the log, and
    /// comes due again when its lease is over.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the store cannot be asked what is due.
    pub async fn step(&self, now: DateTime<Utc>, capacity: usize) -> Result<Step, ControlError> {
        let take = TakeDue::new(
            Self::WAITING,
            now,
            self.settings.lease,
            self.settings.step_limit,
        );
        let since = Instant::now();
        let mut n_advanced = 0;
        for document in self.store.take_due(&take).await? {
            let key = document.key().clone();
            let kind = key.kind().as_str();
            telemetry::due(kind, document.due_at(), now);
            let span = debug_span!("advance", kind, account = key.scope(), id = key.id());
            match Box::pin(self.advance(document, now)).instrument(span).await {
                Ok(()) => n_advanced += 1,
                Err(error) => passed_over(&key, &error),
            }
        }
        let begun = if capacity == 0 {
            Vec::new()
        } else {
            Box::pin(self.begin_due(now, capacity)).await?
        };
        let next_due = match self.store.next_due(&Self::kinds()).await {
            Ok(next_due) => next_due,
            // What has begun is to be performed all the same.
            Err(_) if !begun.is_empty() => Some(now),
            Err(error) => return Err(error.into()),
        };
        telemetry::step_ended(since);
        Ok(Step {
            begun,
            n_advanced,
            next_due,
        })
    }

    /// Steps until `shutdown` is ready, with the work done by the driver; then lets running attempts end.
    ///
    /// Attempts that have not ended within [`drain`](crate::Settings::drain) are dropped, and begun anew by another
    /// plane, or at the next start, when their leases are over. A store that does not answer is asked again.
    pub async fn run(self: Arc<Self>, clock: impl Clock, shutdown: impl Future<Output = ()>) {
        let clock = Arc::new(clock);
        let mut running = JoinSet::new();
        let mut measured: Option<Instant> = None;
        tokio::pin!(shutdown);
        loop {
            if measured.is_none_or(|at| at.elapsed() >= MEASURED_EVERY) {
                measured = Some(Instant::now());
                self.measure().await;
            }
            telemetry::attempts_running(running.len());
            let capacity = self.settings.concurrency.saturating_sub(running.len());
            let pause = match self.step(clock.now(), capacity).await {
                Ok(step) => {
                    let busy = !step.begun.is_empty() || step.n_advanced > 0;
                    for work in step.begun {
                        let span = info_span!(
                            "work",
                            kind = work.kind,
                            account = work.account,
                            target = work.target,
                            attempt = work.attempt
                        );
                        running.spawn(
                            Arc::clone(&self)
                                .perform(Arc::clone(&clock), work)
                                .instrument(span),
                        );
                    }
                    if busy {
                        Duration::ZERO
                    } else {
                        self.pause_until(step.next_due, clock.now())
                    }
                }
                Err(error) => {
                    warn!(
                        error = &error as &dyn std::error::Error,
                        "the store cannot be asked what is due"
                    );
                    self.pause_until(None, clock.now())
                }
            };
            tokio::select! {
                () = &mut shutdown => break,
                () = self.bell.notified() => {}
                Some(_) = running.join_next() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        let drain = self.settings.drain.to_std().unwrap_or_default();
        let ended = tokio::time::timeout(drain, async {
            while running.join_next().await.is_some() {}
        })
        .await;
        if ended.is_err() {
            warn!(n_attempts = running.len(), "attempts are given up");
            running.shutdown().await;
        }
    }

    /// Tells how much waits, which is known to the store alone.
    async fn measure(&self) {
        match self.n_queued().await {
            Ok(n_queued) => telemetry::queue_depth(n_queued),
            Err(error) => debug!(
                error = &error as &dyn std::error::Error,
                "the queue cannot be measured"
            ),
        }
    }

    fn pause_until(&self, next_due: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
        let idle = self.settings.idle;
        let pause = next_due.map_or(idle, |due| (due - now).min(idle));
        // At least a moment: what is due but leased to somebody else is not ours to wait for without rest.
        pause
            .to_std()
            .unwrap_or_default()
            .max(Duration::from_millis(5))
    }

    /// Has `work` done, keeps its lease meanwhile, and reports how it ended.
    async fn perform(self: Arc<Self>, clock: Arc<impl Clock>, work: Work) {
        let limit = (work.deadline - clock.now()).to_std().unwrap_or_default();
        let began = Instant::now();
        let call = tokio::time::timeout(limit, self.driver.perform(&work));
        let result = tokio::select! {
            result = call => result.unwrap_or(Err(DriverError::TimedOut)),
            () = self.keep(&*clock, &work) => return,
        };
        telemetry::attempt_took(&work.kind, began.elapsed());
        match &result {
            Ok(_) => debug!("done"),
            // What a driver says of a failure is for the owner: it goes into the record, not into the log.
            Err(error) => debug!(is_transient = error.is_transient(), "not done"),
        }
        // Without an answer from the store the attempt is begun anew when its lease is over.
        for _ in 0..self.settings.retries_max {
            match self.report(&work.ticket, result.clone(), clock.now()).await {
                Err(ControlError::Store(error))
                    if error.kind() == tagout_store::ErrorKind::Transient =>
                {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => {
                    return warn!(
                        error = &error as &dyn std::error::Error,
                        "the report was refused"
                    );
                }
                Ok(()) => return,
            }
        }
    }

    /// Renews the lease of `work` for as long as it is polled; returns when the attempt is no longer ours.
    async fn keep(&self, clock: &impl Clock, work: &Work) {
        let rhythm = (self.settings.lease / 3)
            .to_std()
            .unwrap_or(Duration::from_secs(1));
        loop {
            tokio::time::sleep(rhythm).await;
            match self.heartbeat(&work.ticket, clock.now()).await {
                Err(ControlError::StaleTicket { .. }) => {
                    return warn!("the attempt was given to somebody else");
                }
                Err(error) => warn!(
                    error = &error as &dyn std::error::Error,
                    "the lease was not renewed"
                ),
                Ok(()) => {}
            }
        }
    }
}

/// How often a plane looks at what only the store knows of how it stands.
const MEASURED_EVERY: Duration = Duration::from_secs(5);

/// Says that a document could not be moved on; it comes due again when its lease is over.
pub(crate) fn passed_over(key: &Key, error: &ControlError) {
    telemetry::passed_over(key.kind().as_str());
    warn!(%key, error = error as &dyn std::error::Error, "cannot be moved on");
}

#[cfg(test)]
mod tests {
    use tagout_store::{FaultyStore, MemoryStore};

    use super::*;
    use crate::{Ids, Settings, SimulatedDriver, SystemClock};

    #[tokio::test]
    async fn a_plane_with_nothing_to_do_rests() {
        let store = FaultyStore::new(MemoryStore::new(), |_| None);
        let driver = SimulatedDriver::new(1);
        let control = Control::new(store, driver, Settings::default(), Ids::seeded(1));
        let control = Arc::new(control);
        let stop = tokio::time::sleep(Duration::from_millis(500));
        Arc::clone(&control).run(SystemClock, stop).await;
        // A step asks the store a few times, and the loop rests for a second after each.
        let n_calls = control.store().n_calls();
        assert!((1..20).contains(&n_calls), "asked {n_calls} times");
    }
}
