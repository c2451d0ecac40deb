//! What can happen to a queued item: pure moves of a job, one of its items, and the server that it holds.
//!
//! Each function takes the documents that the move touches, and changes all of them or none. Where the documents
//! are kept is the caller's business: [`Queue`](crate::Queue) keeps them in memory, and a store commits the same
//! ones together. No function reads a clock.

use chrono::{DateTime, TimeDelta, Utc};

use crate::time::later;
use crate::{
    Attempt, Item, ItemEvent, ItemStatus, Job, JobEvent, Owner, Presence, Reason, Report, Server,
    Settings, StaleReason, StaleTicket, Ticket, Work,
};

/// What a move has done to an item, and to the server's document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moved {
    /// Where the item stands now.
    pub status: ItemStatus,
    /// Whether the server is still there.
    pub presence: Presence,
}

/// Begins an attempt at the item that [`Job::next_item`] names, and hands out the work; nothing if it names none
/// or another.
///
/// The lease is cut at the deadline of the attempt.
pub fn start(
    job: &mut Job,
    item: &mut Item,
    index: u32,
    owner: Owner,
    lease: TimeDelta,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Option<Work> {
    if job.next_item(now) != Some(index) {
        return None;
    }
    item.status().after(ItemEvent::Started)?;
    job.take(index, item.due_at());
    job.progress.running += 1;
    job.happen(JobEvent::Started);

    let attempt = Attempt {
        owner,
        started_at: now,
        lease_until: now,
        run_seconds_max: settings.run_seconds_max,
    };
    let deadline = attempt.deadline();
    let lease_until = later(now, lease).min(deadline);
    item.start(Attempt {
        lease_until,
        ..attempt
    });
    Some(Work {
        ticket: Ticket {
            job: job.id,
            item: index,
            attempt: item.n_attempts(),
        },
        server: item.server(),
        action: job.action.for_server(item.maintenance()),
        account: job.account,
        by: job.by.clone(),
        lease_until,
        deadline,
    })
}

/// Makes the lease of a running attempt end `lease` after `now`, at its deadline at the latest, and tells when.
///
/// A lease that has run out is good again as long as nobody has taken the item back.
///
/// # Errors
///
/// Returns [`StaleTicket`] unless the ticket is current.
pub fn heartbeat(
    item: &mut Item,
    ticket: Ticket,
    lease: TimeDelta,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StaleTicket> {
    let attempt = item
        .current(ticket.attempt)
        .map_err(|reason| StaleTicket { ticket, reason })?;
    attempt.lease_until = later(now, lease).min(attempt.deadline());
    Ok(attempt.lease_until)
}

/// Takes in the report on an attempt: the item ends and the server with it, or the item waits for another attempt.
///
/// The effect on the server and the end of the item are one move. After the end of an item, a job whose
/// [`Job::next_to_skip`] names one has been stopped by it.
///
/// # Errors
///
/// Returns [`StaleTicket`], with nothing changed, unless the ticket is current.
pub fn finish(
    job: &mut Job,
    item: &mut Item,
    server: &mut Server,
    ticket: Ticket,
    report: Report,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<Moved, StaleTicket> {
    let stale = |reason| StaleTicket { ticket, reason };
    item.current(ticket.attempt).map_err(stale)?;
    if job.id != ticket.job || !server.is_held_by(ticket.job, ticket.item) {
        return Err(stale(StaleReason::Unknown));
    }
    Ok(match report {
        Report::Succeeded => {
            let action = job.action.for_server(item.maintenance());
            let presence = server.complete(&action, &job.by, now);
            let status = end(job, item, ItemEvent::Succeeded, None, now);
            Moved { status, presence }
        }
        Report::Failed(text) => fail(job, item, server, Reason::reported(&text), now),
        Report::Transient(text) => {
            let not_before = settings.backoff.until(item.n_attempts(), now);
            return_or_fail(
                job,
                item,
                server,
                ticket.item,
                Reason::reported(&text),
                not_before,
                now,
                settings,
            )
        }
    })
}

/// Takes a running item back from whoever has it, to be tried again at once, or to fail if that was the last
/// attempt, it took too long, or the job is stopped; its ticket is current no more.
///
/// Whether it may be taken is the caller's decision: [`Attempt::overdue`] tells about time, [`Owner::succeeds`]
/// about restarts. Nothing happens if the item does not run.
pub fn take_back(
    job: &mut Job,
    item: &mut Item,
    server: &mut Server,
    index: u32,
    reason: Reason,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Option<Moved> {
    item.attempt()?;
    Some(match reason {
        Reason::TookTooLong => fail(job, item, server, reason, now),
        _ => return_or_fail(job, item, server, index, reason, now, now, settings),
    })
}

/// Drops the item that [`Job::next_to_skip`] names from a stopped job, and lets go of its server; nothing if it
/// names none or another.
pub fn skip(
    job: &mut Job,
    item: &mut Item,
    server: &mut Server,
    index: u32,
    now: DateTime<Utc>,
) -> Option<Moved> {
    if job.next_to_skip() != Some(index) {
        return None;
    }
    item.status().after(ItemEvent::Dropped)?;
    job.take(index, item.due_at());
    let presence = server.release(now);
    let reason = job.stopped().cloned();
    let status = end(job, item, ItemEvent::Dropped, reason, now);
    Some(Moved { status, presence })
}

/// Stops a job: nothing of it is started any more, what runs may end, and what waits is to be skipped.
///
/// Tells whether that changed anything; a job that has ended or is stopped stays as it is.
pub fn stop(job: &mut Job, reason: Reason) -> bool {
    let goes_on = !job.status.is_final() && job.stopped().is_none();
    if goes_on {
        job.more_mut().stopped = Some(reason);
    }
    goes_on
}

fn fail(
    job: &mut Job,
    item: &mut Item,
    server: &mut Server,
    reason: Reason,
    now: DateTime<Utc>,
) -> Moved {
    let presence = server.release(now);
    let status = end(job, item, ItemEvent::Failed, Some(reason), now);
    Moved { status, presence }
}

#[expect(
    clippy::too_many_arguments,
    reason = "three documents, where, why, and three values of time and rule"
)]
fn return_or_fail(
    job: &mut Job,
    item: &mut Item,
    server: &mut Server,
    index: u32,
    reason: Reason,
    not_before: DateTime<Utc>,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Moved {
    if job.stopped().is_some() || item.n_attempts() >= settings.attempts_max.get() {
        return fail(job, item, server, reason, now);
    }
    item.give_back(not_before, reason);
    job.progress.running -= 1;
    job.more_mut().returned.insert((not_before, index));
    job.happen(JobEvent::Returned);
    Moved {
        status: ItemStatus::Resumed,
        presence: Presence::Stays,
    }
}

/// Ends an item that the table lets end so, and counts it.
fn end(
    job: &mut Job,
    item: &mut Item,
    event: ItemEvent,
    reason: Option<Reason>,
    now: DateTime<Utc>,
) -> ItemStatus {
    let was_running = item.attempt().is_some();
    let status = item
        .end(event, reason, now)
        .expect("the caller has asked the table");
    job.count_end(status, was_running, now);
    status
}
