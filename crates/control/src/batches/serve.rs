//! Starting items, in the order of the lines.

use chrono::{DateTime, Utc};
use tagout_batch::{self as batch, Operation, start};
use tagout_store::{Document, Query, Store, Stored};

use super::records::{BY_LINE, ItemRecord, JobRecord, LineRecord, SCOPE};
use super::submit::account;
use crate::{
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry,
    unit::Unit,
    work::{Ticket, Work},
};

impl<S: Store, D: Driver> Control<S, D> {
    /// Serves the line of an account: starts up to as many items as its weight says, and at most `capacity`.
    ///
    /// After that the line waits behind all others, or, if it has nothing to start any more, not at all.
    pub(crate) async fn serve_line(
        &self,
        document: &Document,
        now: DateTime<Utc>,
        capacity: usize,
    ) -> Result<Vec<Work>, ControlError> {
        let line: LineRecord = document.read()?;
        let _turn = self.turn(line.account.as_str()).await;
        let begun: Vec<Work> = decide!(self, now, |unit| {
            let mut begun = Vec::new();
            let Some(mut line) = unit.get::<LineRecord>(SCOPE, line.account.as_str()).await? else {
                return Ok(begun);
            };
            let weight = usize::from(account(unit, line.account).await?.weight.get());
            let more = self
                .start_first(unit, &line, weight.min(capacity), &mut begun)
                .await?;
            line.waiting_since = more.then_some(now);
            unit.put(SCOPE, &line)?;
            Ok(begun)
        })?;
        for work in &begun {
            telemetry::attempt_begun(&work.kind);
        }
        Ok(begun)
    }

    /// Starts up to `n_max` items of the first jobs in line; tells whether there is more to start.
    async fn start_first(
        &self,
        unit: &mut Unit<'_, S>,
        line: &LineRecord,
        n_max: usize,
        begun: &mut Vec<Work>,
    ) -> Result<bool, ControlError> {
        let (now, settings) = (unit.now(), &self.settings.batches);
        let prefix = format!("{}/", line.account);
        // A job that has nothing to start any more is not in line, so each of these has one item at least.
        let first = Query::new(JobRecord::KIND, SCOPE)
            .by_label(BY_LINE)
            .prefix(&prefix)
            .limit(n_max + 1);
        for document in self.store.page(&first).await?.documents {
            if begun.len() == n_max {
                return Ok(true);
            }
            let id = document.key().id().to_owned();
            unit.adopt(document);
            let Some(JobRecord { mut job, .. }) = unit.get::<JobRecord>(SCOPE, &id).await? else {
                continue;
            };
            while begun.len() < n_max
                && let Some(index) = job.next_item(now)
                && let Some(mut record) = unit
                    .get::<ItemRecord>(&id, &ItemRecord::id_of(index))
                    .await?
                && let Some(work) = start(
                    &mut job,
                    &mut record.item,
                    index,
                    self.owner,
                    self.settings.lease,
                    now,
                    settings,
                )
            {
                unit.put(&id, &record)?;
                begun.push(public(&work, record.item.n_attempts()));
            }
            let record = JobRecord::new(job, settings, now);
            let more = record.in_line();
            unit.put(SCOPE, &record)?;
            if more {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What a driver calls an operation.
pub(super) fn kind_of(operation: Operation) -> String {
    format!("batch.{operation}")
}

/// The work as a driver gets it.
fn public(work: &batch::Work, attempt: u8) -> Work {
    Work {
        ticket: Ticket::new(work.ticket.to_string()),
        account: work.account.to_string(),
        kind: kind_of(work.action.operation()),
        target: work.server.to_string(),
        attempt: attempt.into(),
        deadline: work.deadline,
        detail: serde_json::to_value(&work.action).unwrap_or_default(), // texts and numbers are always JSON
    }
}
