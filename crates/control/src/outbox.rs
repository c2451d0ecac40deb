//! Work that was decided and committed, and is yet to be done outside.
//!
//! A decision's effects become errands in the same commit. A step takes those that are due, gives each attempt a
//! ticket, and hands them to whoever performs them; a report ends them in the commit that moves the record on. An errand
//! whose plane died comes due again when its lease is over, and its next attempt has another ticket, so that a late
//! report of the first is refused.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tagout_store::{Document, Kind, Store, Stored, TakeDue};
use tracing::instrument;
use tracing::warn;

use crate::{
    account::Account,
    control::{Control, decide, is_overtaken},
    driver::{Done, Driver, DriverError},
    error::ControlError,
    run::passed_over,
    servers::Charge,
    telemetry::{self, observed},
    unit::{Record, Unit},
    windows,
    work::{Ticket, Work},
};

/// Work that is on its way: the stored form.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Errand {
    /// What tells it apart: random, so that a ticket cannot be guessed.
    id: String,
    account: Account,
    kind: Cow<'static, str>,
    target: String,
    detail: serde_json::Value,
    /// How long one attempt may take.
    time_limit: TimeDelta,
    /// Whose result it is.
    pub(crate) origin: Origin,
    /// How many attempts have begun.
    attempt: u32,
    /// Whether an attempt is under way.
    begun: bool,
    due_at: DateTime<Utc>,
}

/// Who wants to know how an errand ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "family", rename_all = "snake_case")]
pub(crate) enum Origin {
    /// A server, or a backup of one.
    Server(Charge),
    /// An invocation of a task of a maintenance window.
    Invocation {
        /// The right to report it.
        ticket: tagout_window::Ticket,
    },
}

/// What a decision wants done outside.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) account: Account,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) target: String,
    pub(crate) detail: serde_json::Value,
    pub(crate) time_limit: TimeDelta,
    pub(crate) origin: Origin,
}

impl Stored for Errand {
    const KIND: Kind = Kind::constant("errand");
    const FORMAT: u32 = 1;
}

impl Record for Errand {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        Some(self.due_at)
    }
}

/// Errands belong to no account's scope: a ticket alone finds them.
const SCOPE: &str = "";

impl Errand {
    /// Begins the next attempt, which nobody else begins before `until`.
    fn begin(&mut self, now: DateTime<Utc>, until: DateTime<Utc>) -> Work {
        self.attempt += 1;
        self.begun = true;
        self.due_at = until;
        Work {
            ticket: ticket(&self.id, self.attempt),
            account: self.account.to_string(),
            kind: self.kind.to_string(),
            target: self.target.clone(),
            attempt: self.attempt,
            deadline: now + self.time_limit,
            detail: self.detail.clone(),
        }
    }
}

fn ticket(id: &str, attempt: u32) -> Ticket {
    Ticket::new(format!("{id}.{attempt}"))
}

/// The errand and the attempt of a ticket, if it can be one of ours.
fn parts(ticket: &Ticket) -> Option<(&str, u32)> {
    let (id, attempt) = ticket.as_str().split_once('.')?;
    Some((id, attempt.parse().ok()?))
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Puts `order` into the outbox under an id by which it can be [withdrawn](Self::withdraw): nobody can guess it,
    /// and it never comes twice. It may be begun as soon as `unit` is committed.
    ///
    /// An id may begin with what it is about, up to a `~`: reports about one thing are then taken one after another.
    pub(crate) fn order_as(
        unit: &mut Unit<'_, S>,
        id: String,
        order: Order,
    ) -> Result<(), ControlError> {
        let Order {
            account,
            kind,
            target,
            detail,
            time_limit,
            origin,
        } = order;
        let errand = Errand {
            id,
            account,
            kind,
            target,
            detail,
            time_limit,
            origin,
            attempt: 0,
            begun: false,
            due_at: unit.now(),
        };
        unit.put(SCOPE, &errand)
    }

    /// Takes an order back, if it has not ended; an attempt under way is stopped, and its report refused.
    pub(crate) async fn withdraw(
        &self,
        unit: &mut Unit<'_, S>,
        id: &str,
    ) -> Result<(), ControlError> {
        if unit.get::<Errand>(SCOPE, id).await?.is_some() {
            unit.remove::<Errand>(SCOPE, id)?;
        }
        Ok(())
    }

    /// Whether an order waits for its first attempt, and will still do so when `unit` is committed.
    pub(crate) async fn is_untouched(
        &self,
        unit: &mut Unit<'_, S>,
        id: &str,
    ) -> Result<bool, ControlError> {
        let errand = unit.get::<Errand>(SCOPE, id).await?;
        unit.rely_on::<Errand>(SCOPE, id)?;
        Ok(errand.is_some_and(|errand| errand.attempt == 0))
    }

    /// Begins up to `limit` attempts at what is due, each leased to this plane.
    ///
    /// Errands and the lines of batch accounts are taken in one order, the longest due first, so that neither keeps the
    /// other waiting.
    pub(crate) async fn begin_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Work>, ControlError> {
        let lease = self.settings.lease;
        let take = TakeDue::new(Self::GIVING, now, lease, limit);
        let mut unit = Unit::new(&self.store, now);
        let (mut begun, mut served) = (Vec::new(), Vec::new());
        for document in self.store.take_due(&take).await? {
            telemetry::due(document.key().kind().as_str(), document.due_at(), now);
            if *document.key().kind() != Errand::KIND {
                let capacity = limit.saturating_sub(served.len());
                match self.serve_line(&document, now, capacity).await {
                    Ok(works) => served.extend(works),
                    Err(error) => passed_over(document.key(), &error),
                }
                continue;
            }
            let mut errand: Errand = match document.read() {
                Ok(errand) => errand,
                Err(error) => {
                    passed_over(document.key(), &error.into());
                    continue;
                }
            };
            if errand.attempt >= self.settings.attempts_max {
                let key = document.key().clone();
                if let Err(error) = self.give_up(document, errand, now).await {
                    passed_over(&key, &error);
                }
                telemetry::attempt_lost();
                continue;
            }
            if errand.begun {
                telemetry::attempt_lost();
            }
            unit.adopt(document);
            begun.push(errand.begin(now, now + lease));
            unit.put(SCOPE, &errand)?;
        }
        match unit.commit().await {
            Ok(_) => {
                for work in &begun {
                    telemetry::attempt_begun(&work.kind);
                }
                served.extend(begun);
            }
            // The leases ran out before we came to this: whoever has them now begins them.
            Err(error) if is_overtaken(&error) => {}
            // What lines have begun is to be performed all the same.
            Err(error) if !served.is_empty() => {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "errands are begun when their leases are over"
                );
            }
            Err(error) => return Err(error.into()),
        }
        Ok(served)
    }

    /// Ends an errand that was attempted too often, as failed.
    async fn give_up(
        &self,
        document: Document,
        errand: Errand,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let reason = format!("no attempt of {} was heard of again", errand.attempt);
        let result = Err(DriverError::Permanent { reason });
        let mut unit = Unit::new(&self.store, now);
        unit.adopt(document);
        unit.remove::<Errand>(SCOPE, &errand.id)?;
        self.finish(&mut unit, &errand, result).await?;
        match self.commit(unit).await {
            Ok(()) => Ok(()),
            // It comes due again when its lease is over, and is decided anew.
            Err(error) if is_overtaken(&error) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the attempt of `ticket` with this plane for another lease.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::StaleTicket`] if another attempt has begun, or the work has ended: stop.
    #[instrument(skip_all)]
    pub async fn heartbeat(&self, ticket: &Ticket, now: DateTime<Utc>) -> Result<(), ControlError> {
        observed("heartbeat", async {
            if let Ok(item) = ticket.as_str().parse() {
                return self.heartbeat_item(item, now).await;
            }
            decide!(self, now, |unit| {
                let mut errand = self.current(unit, ticket).await?;
                errand.due_at = now + self.settings.lease;
                unit.put(SCOPE, &errand)
            })
        })
        .await
    }

    /// Says how the attempt of `ticket` ended.
    ///
    /// It is accepted once, in the commit that moves the record on. A transient failure leads to another attempt, with
    /// another ticket, until there were [`attempts_max`](crate::Settings::attempts_max).
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::StaleTicket`] if the attempt was given up or has been reported before: nothing changes.
    #[instrument(skip_all)]
    pub async fn report(
        &self,
        ticket: &Ticket,
        result: Result<Done, DriverError>,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("report", async {
            let work = self.take_in(ticket, &result, now).await?;
            telemetry::attempt_ended(&work, &result);
            Ok(())
        })
        .await
    }

    /// Moves on whatever `ticket` is of; gives back what kind of work it was.
    async fn take_in(
        &self,
        ticket: &Ticket,
        result: &Result<Done, DriverError>,
        now: DateTime<Utc>,
    ) -> Result<Cow<'static, str>, ControlError> {
        // The ticket of a batch's item says so itself: it has a slash, which no other has.
        if let Ok(item) = ticket.as_str().parse() {
            return self.report_item(item, result, now).await.map(Cow::Owned);
        }
        let _turn = match ticket.as_str().split_once('~') {
            Some((thing, _)) => Some(self.turn(thing).await),
            None => None,
        };
        decide!(self, now, |unit| {
            let mut errand = self.current(unit, ticket).await?;
            match result {
                Err(error)
                    if error.is_transient() && errand.attempt < self.settings.attempts_max =>
                {
                    errand.begun = false;
                    errand.due_at = now + self.backoff(errand.attempt);
                    unit.put(SCOPE, &errand)?;
                }
                _ => {
                    unit.remove::<Errand>(SCOPE, &errand.id)?;
                    self.finish(unit, &errand, result.clone()).await?;
                }
            }
            Ok(errand.kind)
        })
    }

    /// The errand whose attempt under way has `ticket`.
    async fn current(
        &self,
        unit: &mut Unit<'_, S>,
        ticket: &Ticket,
    ) -> Result<Errand, ControlError> {
        let stale = || ControlError::StaleTicket {
            ticket: ticket.clone(),
        };
        let (id, attempt) = parts(ticket).ok_or_else(stale)?;
        let errand = unit.get::<Errand>(SCOPE, id).await?.ok_or_else(stale)?;
        if errand.begun && errand.attempt == attempt {
            Ok(errand)
        } else {
            Err(stale())
        }
    }

    fn backoff(&self, attempt: u32) -> TimeDelta {
        self.settings.backoff * 2_i32.saturating_pow(attempt.saturating_sub(1).min(10))
    }

    /// Moves the record on: the errand has ended.
    async fn finish(
        &self,
        unit: &mut Unit<'_, S>,
        errand: &Errand,
        result: Result<Done, DriverError>,
    ) -> Result<(), ControlError> {
        match &errand.origin {
            Origin::Invocation { ticket } => {
                let outcome = windows::outcome(result);
                self.finish_invocation(unit, &errand.account, ticket, outcome)
                    .await
            }
            Origin::Server(charge) => {
                self.finish_server(unit, &errand.account, charge, result)
                    .await
            }
        }
    }
}
