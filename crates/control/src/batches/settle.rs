//! What happens to items that were started: heartbeats, results, leases that run out, jobs that stop.

use chrono::{DateTime, Utc};
use tagout_batch::{
    Item, ItemStatus, Job, JobStatus, Moved, Presence, Reason, Report, Server, Ticket, finish,
    heartbeat, skip, take_back,
};
use tagout_store::Store;
use tagout_window::{Ending, Outcome};

use super::records::{ItemRecord, JobRecord, LineRecord, SCOPE, ServerRecord, is_out_of_time};
use super::serve::kind_of;
use super::submit::{ALL, QUEUED};
use crate::{
    control::{Control, decide},
    driver::{Done, Driver, DriverError},
    error::ControlError,
    event::Event,
    telemetry,
    unit::Unit,
    windows::watch_of_job,
    work,
};

/// How many items one commit skips at the most; the rest of a stopped job follows at once.
const SKIPPED_MAX: usize = 1_000;

/// A job with one of its items and the server that the item holds.
struct Held {
    job: Job,
    record: ItemRecord,
    server: Server,
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Keeps a running item with this plane for another lease.
    pub(crate) async fn heartbeat_item(
        &self,
        ticket: Ticket,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        decide!(self, now, |unit| {
            let mut record = item(unit, ticket).await?.ok_or_else(|| stale(ticket))?;
            heartbeat(&mut record.item, ticket, self.settings.lease, now)
                .map_err(|_| stale(ticket))?;
            unit.put(&record.job.to_string(), &record)
        })
    }

    /// Takes in how an attempt at an item ended; gives back what kind of work it was.
    pub(crate) async fn report_item(
        &self,
        ticket: Ticket,
        result: &Result<Done, DriverError>,
        now: DateTime<Utc>,
    ) -> Result<String, ControlError> {
        // Who reports for one account does so one after another: the counts of job and account stand in one place.
        let line = ticket.job.to_string();
        let _turn = self.turn(&line).await;
        let report = match result {
            Ok(_) => Report::Succeeded,
            Err(error) if error.is_transient() => Report::Transient(error.to_string().into()),
            Err(error) => Report::Failed(error.to_string().into()),
        };
        decide!(self, now, |unit| {
            let record = item(unit, ticket).await?.ok_or_else(|| stale(ticket))?;
            let mut held = held(unit, record).await?.ok_or_else(|| stale(ticket))?;
            let settings = &self.settings.batches;
            let Held {
                job,
                record,
                server,
            } = &mut held;
            let moved = finish(
                job,
                &mut record.item,
                server,
                ticket,
                report.clone(),
                now,
                settings,
            )
            .map_err(|_: tagout_batch::StaleTicket| stale(ticket))?;
            let work = kind_of(job.action().operation());
            self.moved(unit, held, moved).await?;
            Ok(work)
        })
    }

    /// Looks at an item whose lease is over: takes it back from a worker that was not heard of.
    pub(crate) async fn advance_item(
        &self,
        record: &ItemRecord,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let (scope, id) = (record.job.to_string(), ItemRecord::id_of(record.index));
        let _turn = self.turn(&scope).await;
        decide!(self, now, |unit| {
            let Some(record) = unit.get::<ItemRecord>(&scope, &id).await? else {
                return Ok(());
            };
            let Some(reason) = record
                .item
                .attempt()
                .and_then(|attempt| attempt.overdue(now))
            else {
                return unit.put(&scope, &record); // its lease was renewed meanwhile
            };
            let Some(mut held) = held(unit, record).await? else {
                return Ok(());
            };
            let settings = &self.settings.batches;
            let Held {
                job,
                record,
                server,
            } = &mut held;
            let index = record.index;
            match take_back(job, &mut record.item, server, index, reason, now, settings) {
                Some(moved) => {
                    self.moved(unit, held, moved).await?;
                    telemetry::attempt_lost();
                    Ok(())
                }
                None => Ok(()),
            }
        })
    }

    /// Writes down what a move has done to an item and its server, and brings the job to rest.
    async fn moved(
        &self,
        unit: &mut Unit<'_, S>,
        held: Held,
        moved: Moved,
    ) -> Result<(), ControlError> {
        let Held {
            job,
            record,
            server,
        } = held;
        write_down(unit, &job, &record, server, moved)?;
        self.settle_job(unit, job).await.map(drop)
    }

    /// Brings a job to rest and writes it: stops it if it is out of time, skips what a stopped one leaves, and puts it
    /// into its line if it has something to start.
    pub(super) async fn settle_job(
        &self,
        unit: &mut Unit<'_, S>,
        mut job: Job,
    ) -> Result<Job, ControlError> {
        let (now, id) = (unit.now(), job.id().to_string());
        if is_out_of_time(&job, now) {
            tagout_batch::stop(&mut job, Reason::NotStartedInTime);
        }
        for _ in 0..SKIPPED_MAX {
            let Some(index) = job.next_to_skip() else {
                break;
            };
            let Some(record) = unit
                .get::<ItemRecord>(&id, &ItemRecord::id_of(index))
                .await?
            else {
                break;
            };
            let Some(mut held) = held(unit, record).await? else {
                break;
            };
            let Some(moved) = skip(
                &mut job,
                &mut held.record.item,
                &mut held.server,
                index,
                now,
            ) else {
                break;
            };
            write_down(unit, &job, &held.record, held.server, moved)?;
        }
        if job.status().is_final() && job.ended_at() == Some(now) {
            unit.tell(
                &job.account().as_str().parse()?,
                Event::JobEnded {
                    job: job.id(),
                    status: job.status(),
                    progress: *job.progress(),
                },
            );
            self.unwatch(unit, &watch_of_job(job.id()), || outcome(job.status()))
                .await?;
        }
        let record = JobRecord::new(job, &self.settings.batches, now);
        if record.in_line() {
            let before = unit.get::<JobRecord>(SCOPE, &id).await?;
            if !before.is_some_and(|before| before.in_line()) {
                self.line_up(unit, &record.job).await?;
            }
        }
        unit.put(SCOPE, &record)?;
        Ok(record.job)
    }

    /// Makes sure that the line of a job, which comes into it now, is served.
    ///
    /// The line is written even if it is served already: a serving under way has not seen this job, and must not end
    /// with the belief that there was nothing more.
    async fn line_up(&self, unit: &mut Unit<'_, S>, job: &Job) -> Result<(), ControlError> {
        let account = job.account();
        let line = unit.get::<LineRecord>(SCOPE, account.as_str()).await?;
        let waiting_since = line.and_then(|line| line.waiting_since);
        unit.put(
            SCOPE,
            &LineRecord {
                account,
                // Where it stands among the others it stays.
                waiting_since: waiting_since.or(Some(unit.now())),
            },
        )
    }
}

/// Writes down what a move has done to an item and its server.
fn write_down<S: Store>(
    unit: &mut Unit<'_, S>,
    job: &Job,
    record: &ItemRecord,
    server: Server,
    moved: Moved,
) -> Result<(), ControlError> {
    unit.put(&record.job.to_string(), record)?;
    match moved.presence {
        Presence::Stays => unit.put(SCOPE, &ServerRecord(server))?,
        Presence::Gone => unit.remove::<ServerRecord>(SCOPE, server.id().as_str())?,
    }
    if moved.status != ItemStatus::Resumed {
        unit.count(QUEUED, SCOPE, ALL, -1, u64::MAX)?;
        unit.count(QUEUED, SCOPE, job.account().as_str(), -1, u64::MAX)?;
    }
    Ok(())
}

/// The item of a ticket.
async fn item<S: Store>(
    unit: &mut Unit<'_, S>,
    ticket: Ticket,
) -> Result<Option<ItemRecord>, ControlError> {
    unit.get::<ItemRecord>(&ticket.job.to_string(), &ItemRecord::id_of(ticket.item))
        .await
}

/// An item with its job and its server; nothing if one of them is gone.
async fn held<S: Store>(
    unit: &mut Unit<'_, S>,
    record: ItemRecord,
) -> Result<Option<Held>, ControlError> {
    let Some(JobRecord { job, .. }) = unit
        .get::<JobRecord>(SCOPE, &record.job.to_string())
        .await?
    else {
        return Ok(None);
    };
    let id = Item::server(&record.item);
    let server = unit.get::<ServerRecord>(SCOPE, id.as_str()).await?;
    Ok(server.map(|ServerRecord(server)| Held {
        job,
        record,
        server,
    }))
}

/// What the end of a job means to the window that asked for it.
fn outcome(status: JobStatus) -> Outcome {
    let ending = match status {
        JobStatus::Succeeded => Ending::Success,
        _ => Ending::Failed,
    };
    ending.into()
}

fn stale(ticket: Ticket) -> ControlError {
    ControlError::StaleTicket {
        ticket: work::Ticket::new(ticket.to_string()),
    }
}
