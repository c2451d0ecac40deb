//! What an item of a batch costs from its admission to its end, how many bytes it takes while it waits, what fairness
//! adds to that, and how long a queue needs to begin again; beside a queue of the field in the same run.
//!
//! Run it with `cargo bench -p tagout-benches --bench batch`. Every figure is the best of a few runs, as wall-clock
//! time and as processor time of the one thread; on a machine that does other things as well the second one counts.

mod fleet;
mod measure;
mod peer;
mod plain;

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use peak_alloc::PeakAlloc;
use tagout_batch::{Document, Owner, Queue, Report, Settings, Work};

use crate::fleet::Fleet;
use crate::measure::Took;
use crate::plain::PlainFifo;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ACCOUNTS: usize = 1_000;
const SERVERS: usize = 100_000;
const ME: Owner = Owner { node: 1, epoch: 1 };
/// How many pieces of work are held at a time.
const WORKERS: usize = 64;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// Claims and ends everything there is, and tells how much that was.
fn work_off(queue: &mut Queue) -> Result<usize> {
    let mut held: Vec<Work> = Vec::with_capacity(WORKERS);
    let mut n = 0;
    loop {
        while held.len() < WORKERS
            && let Some(work) = queue.claim(ME, TimeDelta::seconds(30), now())
        {
            held.push(work);
        }
        if held.is_empty() {
            return Ok(n);
        }
        for work in held.drain(..) {
            queue.finish(work.ticket, Report::Succeeded, now())?;
            n += 1;
        }
    }
}

/// Admission and work of `items` items, and the bytes that each takes while it waits.
fn burn_down(fleet: &Fleet, items: usize, batch: usize) -> Result<(Took, Took, f64)> {
    let mut queue = fleet.queue()?;
    let (mut admission, mut work, mut bytes) = (Took::default(), Took::default(), 0.0);
    let mut done = 0;
    let mut on = true;
    while done < items {
        let n = SERVERS.min(items - done);
        let before = ALLOCATOR.current_usage();
        admission.time(|| fleet.submit(&mut queue, n, batch, on))?;
        if done == 0 {
            bytes = (ALLOCATOR.current_usage() - before) as f64 / n as f64;
        }
        assert_eq!(queue.n_queued(), n as u64);
        assert_eq!(work.time(|| work_off(&mut queue))?, n);
        done += n;
        on = !on;
    }
    Ok((admission, work, bytes))
}

/// The best of a few runs.
fn best_burn_down(fleet: &Fleet, items: usize, batch: usize) -> Result<(Took, f64)> {
    let (mut best, mut bytes) = (None, 0.0);
    for _ in 0..if items < SERVERS { 9 } else { 4 } {
        let (admission, work, taken) = burn_down(fleet, items, batch)?;
        best = Some(admission.plus(work).best(best));
        bytes = taken;
    }
    Ok((best.unwrap_or_default(), bytes))
}

fn throughput(fleet: &Fleet) -> Result<Took> {
    println!(
        "Admission, claim and end, {SERVERS} servers of {ACCOUNTS} accounts, {WORKERS} pieces of work at a time"
    );
    let mut of_ten = Took::default();
    for batch in [1, 10, 100] {
        let (thousand, _) = best_burn_down(fleet, 1_000, batch)?;
        let (million, bytes) = best_burn_down(fleet, 1_000_000, batch)?;
        println!(
            "  batches of {batch:3},     1,000 items: {}",
            thousand.show(1_000)
        );
        println!(
            "  batches of {batch:3}, 1,000,000 items: {}",
            million.show(1_000_000)
        );
        let ratio = million.cpu_ns(1_000_000) / thousand.cpu_ns(1_000);
        println!(
            "  batches of {batch:3}: {ratio:.2} times as much for each of a million; {bytes:.0} bytes for each that waits"
        );
        if batch == 10 {
            of_ten = million;
        }
    }
    Ok(of_ten)
}

fn fairness(fleet: &Fleet) -> Result<()> {
    println!(
        "\nTurns between accounts, against a plain queue of the same records, 1,000,000 items"
    );
    for batch in [1, 10] {
        // Run in turn, so that whatever else the machine does meets both.
        let (mut fair, mut plain) = (None, None);
        for _ in 0..5 {
            let (admission, work, _) = burn_down(fleet, 1_000_000, batch)?;
            fair = Some(admission.plus(work).best(fair));
            plain = Some(PlainFifo::burn_down(fleet, 1_000_000, batch)?.best(plain));
        }
        let [fair, plain] = [fair, plain].map(|took| took.unwrap_or_default().cpu_ns(1_000_000));
        let percent = (fair / plain - 1.0) * 100.0;
        println!(
            "  batches of {batch:3}: {fair:.0} ns against {plain:.0} ns of processor, {percent:+.1} %"
        );
    }
    Ok(())
}

fn recovery(fleet: &Fleet) -> Result<()> {
    println!("\nA new start from 1,000,000 ended and 100,000 live items, {SERVERS} servers");
    let mut queue = fleet.queue()?;
    for round in 0..11 {
        fleet.submit(&mut queue, SERVERS, 10, round % 2 == 0)?;
        if round < 10 {
            work_off(&mut queue)?;
        }
    }
    for _ in 0..1_000 {
        queue
            .claim(ME, TimeDelta::seconds(30), now())
            .ok_or("there is work")?;
    }
    let lines: Vec<String> = queue
        .documents()
        .map(|document| serde_json::to_string(&document))
        .collect::<std::result::Result<_, _>>()?;
    let n_queued = queue.n_queued();
    drop(queue);
    let bytes: usize = lines.iter().map(String::len).sum();

    let mut best = None;
    for _ in 0..3 {
        let mut parsing = Took::default();
        let parse = || {
            lines
                .iter()
                .map(|line| serde_json::from_str::<Document>(line))
                .collect()
        };
        let documents: std::result::Result<Vec<_>, _> = parsing.time(parse);
        let documents = documents?;
        let mut deciding = Took::default();
        let reborn = Owner {
            epoch: ME.epoch + 1,
            ..ME
        };
        let again =
            deciding.time(|| Queue::restore(Settings::default(), documents, reborn, now()))?;
        assert_eq!(again.n_queued(), n_queued);
        let best_so_far: &mut Option<(Took, Took)> = &mut best;
        if best_so_far.is_none_or(|(best, _)| deciding.cpu < best.cpu) {
            *best_so_far = Some((deciding, parsing));
        }
    }
    let (deciding, parsing) = best.unwrap_or_default();
    let seconds = |took: Took| {
        format!(
            "{:.2} s of processor, {:.2} s of wall clock",
            took.cpu.as_secs_f64(),
            took.wall.as_secs_f64()
        )
    };
    println!("  deciding: {}", seconds(deciding));
    println!(
        "  parsing {} documents, {} MB: {}",
        lines.len(),
        bytes / 1_000_000,
        seconds(parsing)
    );
    Ok(())
}

fn main() -> Result<()> {
    let fleet = Fleet::new()?;
    let ours = throughput(&fleet)?;
    fairness(&fleet)?;
    recovery(&fleet)?;
    peer::peer(ours)
}
