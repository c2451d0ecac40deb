//! The accounts and their servers, what they ask for, and the work of it from admission to end.

use chrono::TimeDelta;

use super::batch::{
    Action, Alias, ChangeInfo, Command, Order, Owner, Queue, Report, Server, ServerId, Settings,
    Submission, TargetId, UserName, Work,
};
use crate::measure::Took;
use crate::{ACCOUNTS, ALLOCATOR, Result, SERVERS, WORKERS, now};

pub(crate) const ME: Owner = Owner { node: 1, epoch: 1 };

/// The accounts and their servers.
pub(crate) struct Fleet(pub(crate) Vec<(Alias, Vec<ServerId>)>);

impl Fleet {
    pub(crate) fn new() -> Result<Self> {
        let mut accounts = Vec::new();
        for n in 0..ACCOUNTS {
            let alias: Alias = format!("a{n:04}").parse()?;
            let servers = (0..SERVERS / ACCOUNTS).map(|n| format!("wa1{alias}web{n:03}").parse());
            accounts.push((alias, servers.collect::<std::result::Result<_, _>>()?));
        }
        Ok(Self(accounts))
    }

    pub(crate) fn queue(&self, order: Order) -> Result<Queue> {
        let mut queue = Queue::new(Settings {
            order,
            ..Settings::default()
        });
        let change = ChangeInfo::created("setup".into(), now());
        for (alias, servers) in &self.0 {
            queue.open_account(*alias);
            for id in servers {
                queue.put_server(Server::new(*id, *alias, change.clone()))?;
            }
        }
        Ok(queue)
    }

    /// Asks for an operation on each of `n` servers, a batch of one account after a batch of another.
    pub(crate) fn submit(&self, queue: &mut Queue, n: usize, batch: usize, on: bool) -> Result<()> {
        let action = if on {
            Action::StartMaintenance
        } else {
            Action::StopMaintenance
        };
        let by: UserName = "ops".into();
        let mut left = n;
        for chunk in 0.. {
            for (alias, servers) in &self.0 {
                if left == 0 {
                    return Ok(());
                }
                let servers = servers.chunks(batch).nth(chunk).ok_or("enough servers")?;
                let servers = &servers[..servers.len().min(left)];
                let command =
                    Command::new(action.clone(), servers.iter().map(|id| TargetId::Id(*id)));
                let answer = queue.submit(&Submission::new(*alias, by.clone(), command), now())?;
                let mut entries = answer.entries().iter();
                assert!(entries.all(|entry| entry.verdict.is_queued()));
                left -= servers.len();
            }
        }
        Ok(())
    }
}

/// Claims and ends everything there is, and tells how much that was.
pub(crate) fn work_off(queue: &mut Queue) -> Result<usize> {
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
pub(crate) fn burn_down(
    fleet: &Fleet,
    order: Order,
    items: usize,
    batch: usize,
) -> Result<(Took, f64)> {
    let mut queue = fleet.queue(order)?;
    let (mut took, mut bytes) = (Took::default(), 0.0);
    let mut done = 0;
    let mut on = true;
    while done < items {
        let n = SERVERS.min(items - done);
        let before = ALLOCATOR.current_usage();
        took.time(|| fleet.submit(&mut queue, n, batch, on))?;
        if done == 0 {
            bytes = (ALLOCATOR.current_usage() - before) as f64 / n as f64;
        }
        assert_eq!(queue.n_queued(), n as u64);
        assert_eq!(took.time(|| work_off(&mut queue))?, n);
        done += n;
        on = !on;
    }
    Ok((took, bytes))
}

/// Whether a second item gets a server that has one already.
pub(crate) fn shares_servers(fleet: &Fleet) -> Result<bool> {
    let mut queue = fleet.queue(Order::RoundRobin)?;
    let (alias, servers) = &fleet.0[0];
    for action in [Action::StartMaintenance, Action::PowerOff] {
        let command = Command::new(action, [TargetId::Id(servers[0])]);
        queue.submit(&Submission::new(*alias, "ops", command), now())?;
    }
    Ok(queue.n_queued() == 2)
}
