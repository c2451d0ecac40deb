//! What an item of a batch costs from its admission to its end, how many bytes it takes while it waits, what claims and
//! turns add to that, and how long a queue needs to begin again; beside a queue of the field in the same run.
//!
//! Run it with `cargo bench -p tagout-benches --bench batch`. Every figure is the best of a few runs, as wall-clock
//! time and as processor time of the one thread; on a machine that does other things as well the second one counts.
//! An argument keeps to the parts whose name holds it: `throughput`, `plain`, `recovery`, `peer`.

mod measure;
mod ours;
mod peer;
mod plain;

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use peak_alloc::PeakAlloc;
use tagout_batch::{Document, Order, Owner, Queue, Settings};

use crate::measure::Took;
use crate::ours::{Fleet, ME, burn_down, shares_servers, work_off};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One question of the bench.
type Part = fn(&Fleet) -> Result<()>;

const ACCOUNTS: usize = 1_000;
const SERVERS: usize = 100_000;
/// How many pieces of work are held at a time.
const WORKERS: usize = 64;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// The best of a few runs.
fn best_burn_down(fleet: &Fleet, items: usize, batch: usize) -> Result<(Took, f64)> {
    let (mut best, mut bytes) = (None, 0.0);
    for _ in 0..if items < SERVERS { 9 } else { 4 } {
        let (took, taken) = burn_down(fleet, Order::RoundRobin, items, batch)?;
        best = Some(took.best(best));
        bytes = taken;
    }
    Ok((best.unwrap_or_default(), bytes))
}

fn throughput(fleet: &Fleet) -> Result<()> {
    println!(
        "Admission, claim and end, {SERVERS} servers of {ACCOUNTS} accounts, {WORKERS} pieces of work at a time"
    );
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
    }
    Ok(())
}

/// What it costs that a server is held by one item, and that accounts take turns: a plain queue has neither, and keeps
/// the same records otherwise. The two run in turn, so that whatever else the machine does meets both.
fn exclusion_and_fairness(fleet: &Fleet) -> Result<()> {
    println!("\nClaims and turns, against a plain queue of the same records, 1,000,000 items");
    let plain_fleet = plain::Fleet::new()?;
    assert!(!shares_servers(fleet)? && plain::shares_servers(&plain_fleet)?);
    let arrival = tagout_batch_without_claims::Order::Arrival;
    for batch in [1, 10, 100] {
        let (mut fair, mut plain) = (None, None);
        for _ in 0..7 {
            let (took, _) = burn_down(fleet, Order::RoundRobin, 1_000_000, batch)?;
            fair = Some(took.best(fair));
            let (took, _) = plain::burn_down(&plain_fleet, arrival, 1_000_000, batch)?;
            plain = Some(took.best(plain));
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
    let mut queue = fleet.queue(Order::RoundRobin)?;
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
    let only = std::env::args()
        .skip(1)
        .find(|part| !part.starts_with("--"));
    let parts: [(&str, Part); 4] = [
        ("throughput", throughput),
        ("plain", exclusion_and_fairness),
        ("recovery", recovery),
        ("peer", peer::beside),
    ];
    for (name, part) in parts {
        if only.as_ref().is_none_or(|only| name.contains(only)) {
            part(&fleet)?;
        }
    }
    Ok(())
}
