//! A queue without turns, to see what they cost.

use std::collections::{HashMap, VecDeque};
use std::error::Error;

use chrono::TimeDelta;
use tagout_batch::{
    Account, ChangeInfo, Inventory, Item, Job, Numbers, Report, Server, ServerId, Settings,
    Submission, Work, admit, finish, start,
};

use crate::fleet::Fleet;
use crate::measure::Took;
use crate::{ME, Result, SERVERS, WORKERS, now};

/// A plain queue with the same records: one line of jobs, whoever asked for them; one that comes back goes to its end.
///
/// It is made of the same public moves, and keeps jobs, items and servers in the same way. It has no lines, no turns,
/// no weights and no priorities, wakes nobody, and forgets nothing.
pub(crate) struct PlainFifo {
    settings: Settings,
    accounts: Vec<Account>,
    servers: PlainServers,
    numbers: Numbers,
    jobs: Vec<(Job, Vec<(Item, u32)>)>,
    first_number: u64,
    /// The jobs with something to start.
    line: VecDeque<u32>,
}

#[derive(Default)]
struct PlainServers {
    by_id: HashMap<ServerId, u32>,
    servers: Vec<Server>,
}

impl Inventory for PlainServers {
    fn server_mut(&mut self, id: &ServerId) -> Option<&mut Server> {
        let slot = *self.by_id.get(id)?;
        self.servers.get_mut(slot as usize)
    }
}

impl PlainFifo {
    fn new(fleet: &Fleet) -> Self {
        let mut servers = PlainServers::default();
        let change = ChangeInfo::created("setup".into(), now());
        for (alias, ids) in &fleet.0 {
            for id in ids {
                servers.by_id.insert(*id, servers.servers.len() as u32);
                servers
                    .servers
                    .push(Server::new(*id, *alias, change.clone()));
            }
        }
        Self {
            settings: Settings::default(),
            accounts: fleet
                .0
                .iter()
                .map(|(alias, _)| Account::new(*alias))
                .collect(),
            servers,
            numbers: Numbers::default(),
            jobs: Vec::new(),
            first_number: 1,
            line: VecDeque::new(),
        }
    }

    fn submit(&mut self, account: usize, submission: &Submission) -> Result<()> {
        let Self {
            accounts,
            servers,
            numbers,
            settings,
            ..
        } = self;
        let admission = admit(
            submission,
            &mut accounts[account],
            u64::MAX,
            servers,
            numbers,
            settings,
            now(),
        )?;
        for (job, items) in admission.jobs {
            let slot = self.jobs.len() as u32;
            self.line.push_back(slot);
            let with_slot = |item: Item| (self.servers.by_id[&item.server()], item);
            let items = items
                .into_iter()
                .map(with_slot)
                .map(|(slot, item)| (item, slot))
                .collect();
            self.jobs.push((job, items));
        }
        Ok(())
    }

    fn claim(&mut self) -> Option<Work> {
        let (job, items) = &mut self.jobs[*self.line.front()? as usize];
        let index = job.next_item(now())?;
        let (item, _) = &mut items[index as usize];
        let work = start(
            job,
            item,
            index,
            ME,
            TimeDelta::seconds(30),
            now(),
            &self.settings,
        );
        if job.next_item(now()).is_none() {
            self.line.pop_front();
        }
        work
    }

    fn finish(&mut self, work: &Work) -> Result<()> {
        let slot = (work.ticket.job.number() - self.first_number) as u32;
        let (job, items) = &mut self.jobs[slot as usize];
        let (item, server) = &mut items[work.ticket.item as usize];
        let server = &mut self.servers.servers[*server as usize];
        let was_in_line = job.next_item(now()).is_some();
        finish(
            job,
            item,
            server,
            work.ticket,
            Report::Succeeded,
            now(),
            &self.settings,
        )?;
        if !was_in_line && job.next_item(now()).is_some() {
            self.line.push_back(slot);
        }
        Ok(())
    }

    pub(crate) fn burn_down(fleet: &Fleet, items: usize, batch: usize) -> Result<Took> {
        let mut queue = Self::new(fleet);
        let mut took = Took::default();
        for round in 0..items / SERVERS {
            took.time(|| {
                fleet.ask(SERVERS, batch, round % 2 == 0, |account, asked| {
                    queue.submit(account, &asked)
                })?;
                let mut held = Vec::with_capacity(WORKERS);
                loop {
                    held.extend(std::iter::from_fn(|| queue.claim()).take(WORKERS));
                    if held.is_empty() {
                        break;
                    }
                    for work in held.drain(..) {
                        queue.finish(&work)?;
                    }
                }
                Ok::<_, Box<dyn Error>>(())
            })?;
        }
        Ok(took)
    }
}
