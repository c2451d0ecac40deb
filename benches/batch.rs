//! What the queue costs for each item.
use cpu_time::ThreadTime as Instant;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use peak_alloc::PeakAlloc;
use tagout_batch::{
    Action, Alias, ChangeInfo, Command, Order, Owner, Queue, Report, Server, ServerId, Settings,
    Submission, TargetId, Work,
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const ME: Owner = Owner { node: 1, epoch: 1 };

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0)
        .single()
        .expect("good input")
}

struct Fleet {
    accounts: Vec<(Alias, Vec<ServerId>)>,
}

impl Fleet {
    fn new(n_accounts: usize, n_servers: usize) -> Self {
        let per = n_servers / n_accounts;
        let accounts = (0..n_accounts)
            .map(|a| {
                let alias: Alias = format!("a{a:04}").parse().expect("good input");
                let servers = (0..per)
                    .map(|s| {
                        format!("wa1{alias}s{:03}{:02}", s / 100, s % 100)
                            .parse()
                            .expect("good input")
                    })
                    .collect();
                (alias, servers)
            })
            .collect();
        Self { accounts }
    }

    fn queue(&self, order: Order) -> Queue {
        let settings = Settings {
            order,
            queued_max: u64::MAX,
            ..Settings::default()
        };
        let mut queue = Queue::new(settings);
        for (alias, servers) in &self.accounts {
            queue.open_account(*alias);
            for server in servers {
                queue
                    .put_server(Server::new(
                        *server,
                        *alias,
                        ChangeInfo::created("ops".into(), noon()),
                    ))
                    .expect("good input");
            }
        }
        queue
    }
}

fn round(queue: &mut Queue, fleet: &Fleet, batch: usize, on: bool) -> usize {
    let action = if on {
        Action::StartMaintenance
    } else {
        Action::StopMaintenance
    };
    let by: tagout_batch::UserName = "ops".into();
    for chunk in 0.. {
        let mut any = false;
        for (alias, servers) in &fleet.accounts {
            let Some(servers) = servers.chunks(batch).nth(chunk) else {
                continue;
            };
            any = true;
            let command = Command::new(action.clone(), servers.iter().map(|id| TargetId::Id(*id)));
            let answer = queue
                .submit(&Submission::new(*alias, by.clone(), command), noon())
                .expect("good input");
            assert_eq!(answer.jobs().len(), 1);
        }
        if !any {
            break;
        }
    }
    queue.n_queued() as usize
}

fn burn(queue: &mut Queue) -> usize {
    let mut n = 0;
    let mut held: Vec<Work> = Vec::with_capacity(64);
    loop {
        while held.len() < 64 {
            let Some(work) = queue.claim(ME, TimeDelta::seconds(30), noon()) else {
                break;
            };
            held.push(work);
        }
        if held.is_empty() {
            return n;
        }
        for work in held.drain(..) {
            queue
                .finish(work.ticket, Report::Succeeded, noon())
                .expect("good input");
            n += 1;
        }
    }
}

fn main() {
    for (accounts, servers, items) in [(1_000, 100_000, 1_000_000)] {
        let fleet = Fleet::new(accounts, servers);
        for batch in [1] {
            for order in [Order::RoundRobin] {
                let mut best = (f64::MAX, 0.0, 0.0);
                let mut bytes = 0.0;
                for _ in 0..3 {
                    let mut queue = fleet.queue(order);
                    let before = ALLOCATOR.current_usage();
                    let mut done = 0;
                    let (mut ta, mut tb) = (0.0, 0.0);
                    while done < items {
                        let t = Instant::now();
                        round(&mut queue, &fleet, batch, (done / servers) % 2 == 0);
                        ta += t.elapsed().as_secs_f64();
                        if done == 0 {
                            bytes = (ALLOCATOR.current_usage() - before) as f64 / servers as f64;
                        }
                        let t = Instant::now();
                        done += burn(&mut queue);
                        tb += t.elapsed().as_secs_f64();
                    }
                    if ta + tb < best.0 {
                        best = (ta + tb, ta, tb);
                    }
                }
                let ns = |s: f64| s * 1e9 / items as f64;
                println!(
                    "{items} items batch {batch} {order:?}: {:.0} ns/item (admit {:.0} work {:.0}); {bytes:.0} B/queued item",
                    ns(best.0),
                    ns(best.1),
                    ns(best.2)
                );
            }
        }
    }
}
