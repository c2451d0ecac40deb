//! A month of backups: every night at three one is made by itself, every Tuesday at four the server is maintained
//! (which begins with a backup too), and now and then somebody asks for one. Some fail. Six automated ones are kept,
//! and not more than ten days, so older ones go as new ones come; of those that were asked for the account may have
//! three.
//!
//! The loop is what every keeper of servers does: sleep until [`Server::poll_due`], do what [`Server::poll_duty`]
//! says, commit what comes of it.
//!
//! Run it with `cargo run --example backup_rotation`.

use std::{collections::BTreeMap, error::Error};

use chrono::{DateTime, TimeDelta, Utc};
use tagout::{
    backup::{
        Backup, BackupStatus, BackupType, Begun, ManualOrder, Outcome, Retention, Terms, rotation,
    },
    lifecycle::{
        Account, BackupId, Built, Cause, Duty, Effect, Engine, Limited, Maintained, NewServer,
        Quota, RetentionCount, RetentionDays, Server, ServerUpdate, Ticket, Transition, Work,
    },
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut keeper = Keeper::new("2026-03-01T12:00:00Z".parse()?)?;
    let end: DateTime<Utc> = "2026-04-01T00:00:00Z".parse()?;

    let mut asks: Vec<DateTime<Utc>> = (0..5)
        .map(|week| keeper.now + TimeDelta::days(7 * week + 4))
        .collect();
    while let Some(due) = keeper.server.poll_due(keeper.now).filter(|due| *due < end) {
        if asks.first().is_some_and(|ask| *ask < due) {
            keeper.now = asks.remove(0);
            keeper.ask_for_backup()?;
        } else {
            keeper.now = due.max(keeper.now);
            keeper.do_duty()?;
        }
    }

    println!("\nAt the end of the month there are:");
    for backup in keeper.backups.values() {
        println!(
            "  {}  {:9}  {}",
            backup.id(),
            backup.kind().as_str(),
            backup.status()
        );
    }

    println!("\nIf tonight's backup is made, these go:");
    let all: Vec<&Backup> = keeper.backups.values().collect();
    let preview = rotation::preview(
        &all,
        Retention::of(&keeper.server),
        "2026-04-01T03:00:00Z".parse()?,
    );
    for removal in preview.remove {
        println!("  {}: {}", removal.backup, removal.reason);
    }
    Ok(())
}

/// Everything that a keeper of servers stores, for one server.
struct Keeper {
    server: Server,
    backups: BTreeMap<BackupId, Backup>,
    quota: Quota,
    terms: Terms,
    now: DateTime<Utc>,
    tickets: u128,
}

impl Keeper {
    fn new(now: DateTime<Utc>) -> Result<Self, Box<dyn Error>> {
        let mut terms = Terms::default();
        terms.policy.manual_backups_max = 3;
        let new = NewServer {
            backup_window: Some("03:00".parse()?),
            maintenance_window: Some("Tue:04:00".parse()?),
            retention: Some(RetentionCount::new(6)?),
            ..NewServer::new(
                "alpha".parse()?,
                Engine::Puppet,
                "m5.xlarge".parse()?,
                "arn:aws:iam::123456789012:instance-profile/servers".parse()?,
                "arn:aws:iam::123456789012:role/servers".parse()?,
            )
        };
        let account = Account {
            id: "123456789012".parse()?,
            region: "eu-central-1".parse()?,
        };
        let ticket = Ticket::new(1);
        let server = Server::create(new, &account, &mut || 4, ticket, &terms.policy, now)?.server;
        let server = server
            .handle_built(ticket, Ok(Built::default()), now)?
            .server;
        let ten_days = ServerUpdate {
            retention_days: Some(Some(RetentionDays::new(10)?)),
            ..ServerUpdate::default()
        };
        let server = server.update(&ten_days, now)?.server;
        let quota = Quota::empty(Limited::ManualBackups);
        Ok(Self {
            server,
            backups: BTreeMap::new(),
            quota,
            terms,
            now,
            tickets: 1,
        })
    }

    fn do_duty(&mut self) -> Result<(), Box<dyn Error>> {
        let (ticket, maintenance) = (self.ticket(), self.ticket());
        let taken = |id: &BackupId| self.backups.contains_key(id);
        match self.server.poll_duty(self.now) {
            Some(Duty::StartBackup { opening }) => {
                let begun =
                    Backup::begin_due(&self.server, opening, taken, ticket, &self.terms, self.now)?;
                self.commit_begun(begun)
            }
            Some(Duty::StartMaintenance { opening }) => {
                let (server, opening, terms, now) =
                    (&self.server, Some(opening), &self.terms, self.now);
                let begun = Backup::begin_with_maintenance(
                    server,
                    &[],
                    opening,
                    taken,
                    maintenance,
                    ticket,
                    terms,
                    now,
                )?;
                self.commit_begun(begun)
            }
            Some(Duty::SettleWindows) => self.commit(self.server.clone().settle_windows(self.now)),
            Some(Duty::HandleDeadline) => {
                self.commit(self.server.clone().handle_deadline(self.now)?)
            }
            None => Ok(()),
        }
    }

    fn ask_for_backup(&mut self) -> Result<(), Box<dyn Error>> {
        let (ticket, order) = (self.ticket(), ManualOrder::default());
        let taken = |id: &BackupId| self.backups.contains_key(id);
        match Backup::begin_manual(
            &self.server,
            order,
            self.quota,
            taken,
            ticket,
            &self.terms,
            self.now,
        ) {
            Ok(begun) => self.commit_begun(begun),
            Err(refusal) => {
                self.say(&format!("a backup is asked for and refused: {refusal}"));
                Ok(())
            }
        }
    }

    fn commit_begun(&mut self, begun: Begun) -> Result<(), Box<dyn Error>> {
        self.keep(Outcome {
            backup: Some(begun.backup),
            slots: begun.slots,
            ..Outcome::default()
        });
        self.commit(begun.moved)
    }

    /// Stores the server, and does what is to be done: twenty minutes for each piece of work, and the next commit.
    fn commit(&mut self, moved: Transition) -> Result<(), Box<dyn Error>> {
        self.server = moved.server;
        for event in &moved.events {
            self.say(&event.message);
        }
        for effect in moved.effects {
            let Effect::Perform { ticket, work, .. } = effect else {
                continue;
            };
            self.now += TimeDelta::minutes(20);
            match work {
                Work::BackUp { backup } => self.finish_backup(&backup, ticket)?,
                Work::Maintain { .. } => {
                    let done = Ok(Maintained::default());
                    self.commit(
                        self.server
                            .clone()
                            .handle_maintained(ticket, done, self.now)?,
                    )?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Backups on days that seven divides fail.
    fn finish_backup(&mut self, id: &BackupId, ticket: Ticket) -> Result<(), Box<dyn Error>> {
        let backup = self.backups[id].clone();
        let fails = backup
            .created_at()
            .format("%d")
            .to_string()
            .parse::<u32>()?
            % 7
            == 0;
        let result = if fails {
            Err(Cause::new("the disk is full"))
        } else {
            Ok(())
        };
        let all: Vec<Backup> = self
            .backups
            .values()
            .filter(|backup| backup.kind() == BackupType::Automated)
            .cloned()
            .collect();
        let (server, terms, now) = (self.server.clone(), self.terms.clone(), self.now);
        let mut tickets = || self.ticket();
        let (moved, outcome) =
            backup.handle_made(&server, &all, ticket, result, &mut tickets, &terms, now)?;
        self.keep(outcome);
        self.commit(moved)
    }

    /// Stores backups, counts manual ones, and removes at once what is to be removed.
    fn keep(&mut self, outcome: Outcome) {
        for backup in outcome.backup.into_iter().chain(outcome.removed) {
            match backup.ticket() {
                Some(ticket) if backup.status() == BackupStatus::Deleting => {
                    let erased = backup.handle_erased(ticket, Ok(()));
                    if erased.is_ok_and(|erased| erased.backup.is_none()) {
                        self.backups.remove(backup.id());
                    }
                }
                _ => _ = self.backups.insert(backup.id().clone(), backup),
            }
        }
        if outcome.slots > 0 {
            self.quota = self.quota.take(&self.terms.policy).unwrap_or(self.quota);
        }
    }

    fn say(&self, what: &str) {
        println!("{}  {what}", self.now.format("%a %d %b %H:%M"));
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket::new(self.tickets)
    }
}
