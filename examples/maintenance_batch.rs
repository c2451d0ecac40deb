//! Before a night of patching, an operator takes six servers into maintenance, two at a time. One of them is unknown,
//! one is in maintenance already, and one is busy at first and gets it on the second attempt. A client polls the job
//! until it has ended; then the operator asks how each server fared.
//!
//! Run it with `cargo run --example maintenance_batch`.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use tagout::batch::{
    Alias, ChangeInfo, Draft, JobId, Operation, Owner, Queue, Report, Server, ServerId, Settings,
    Submission, Terms, Verdict, Work,
};

const SERVERS: [&str; 5] = [
    "DE1ACMEWEB01",
    "DE1ACMEWEB02",
    "DE1ACMEWEB03",
    "DE1ACMEDB01",
    "DE1ACMEDB02",
];

fn main() -> Result<(), Box<dyn Error>> {
    let start: DateTime<Utc> = "2026-03-17T22:00:00Z".parse()?;
    let account: Alias = "ACME".parse()?;
    let mut queue = fleet(account, start)?;

    // A request as it comes in: any letter case, and one server that nobody knows.
    let asked = SERVERS
        .iter()
        .chain(&["de1acmeweb99"])
        .map(|id| (*id).into());
    let command = Draft::new(Operation::StartMaintenance, asked).check(1_000)?;
    let terms = Terms {
        max_concurrency: "2".parse()?,
        ..Terms::default()
    };
    let submission = Submission::new(account, "nora", command).on_terms(terms);

    println!("What would happen:");
    for (server, cell) in queue.dry_run(&submission, start)? {
        println!("  {server:14} {cell:?}");
    }

    let answer = queue.submit(&submission, start)?;
    println!("\nThe answer:");
    for entry in answer.entries() {
        let told = match entry.verdict {
            Verdict::Queued { job } => format!("queued, see job {job}"),
            Verdict::NoOp => "nothing to do".to_owned(),
            Verdict::Refused => entry.verdict.message().unwrap_or_default().to_owned(),
        };
        println!("  {:14} {told}", entry.server);
    }

    let job = answer.jobs()[0];
    println!("\nThe job, polled every second:");
    work_off(&mut queue, account, job, start)?;

    println!("\nServer by server:");
    let (job, items) = queue
        .job(job)
        .ok_or("the job is remembered for two weeks")?;
    for item in items.iter() {
        let seconds = item.ended_at().map(|at| (at - start).num_seconds());
        println!(
            "  {:14} {:10} after {:2}s, {} attempt(s)",
            item.server(),
            item.status(),
            seconds.unwrap_or_default(),
            item.n_attempts()
        );
    }
    let progress = job.progress();
    println!(
        "  {} of {}, {}%",
        progress.succeeded,
        progress.total,
        progress.percent_complete()
    );

    println!("\nIn maintenance now:");
    for id in SERVERS {
        let server = queue.server(id.parse()?).ok_or("it is there")?;
        println!(
            "  {:14} {:5} last changed by {}",
            server.id(),
            server.in_maintenance(),
            server.change().modified_by()
        );
    }
    Ok(())
}

/// Five servers of one account, of which one is in maintenance already.
fn fleet(account: Alias, now: DateTime<Utc>) -> Result<Queue, Box<dyn Error>> {
    let mut queue = Queue::new(Settings::default());
    queue.open_account(account);
    queue.raise_numbers("de1-28398".parse()?);
    for id in SERVERS {
        let server = Server::new(
            ServerId::of_account(id, &account)?,
            account,
            ChangeInfo::created("setup".into(), now - TimeDelta::days(90)),
        );
        queue.put_server(server.with_maintenance(id == "DE1ACMEWEB03"))?;
    }
    Ok(queue)
}

/// Lets one worker do what there is, second by second, and tells what a client sees.
fn work_off(
    queue: &mut Queue,
    account: Alias,
    job: JobId,
    start: DateTime<Utc>,
) -> Result<(), Box<dyn Error>> {
    let me = Owner { node: 1, epoch: 1 };
    let lease = TimeDelta::seconds(30);
    let mut running: Vec<(Work, DateTime<Utc>)> = Vec::new();
    let mut seen = None;
    for second in 0.. {
        let now = start + TimeDelta::seconds(second);
        let (ready, rest) = running
            .into_iter()
            .partition(|(_, ready_at)| *ready_at <= now);
        running = rest;
        for (work, _) in ready {
            let report = match (work.server.as_str(), work.ticket.attempt) {
                ("de1acmedb01", 1) => {
                    Report::Transient("the monitoring system does not answer".into())
                }
                _ => Report::Succeeded,
            };
            queue.finish(work.ticket, report, now)?;
        }
        let status = queue.status(account, job).ok_or("the job is there")?;
        if seen != Some(status) {
            println!("  {second:2}s {status}");
            seen = Some(status);
        }
        if status.is_final() {
            return Ok(());
        }
        // A busy system lets a job wait for a moment; this one begins after two seconds.
        if second >= 2 {
            while let Some(work) = queue.claim(me, lease, now) {
                let takes = TimeDelta::seconds(if work.server.as_str() == "de1acmeweb02" {
                    6
                } else {
                    2
                });
                running.push((work, now + takes));
            }
        }
    }
    Ok(())
}
