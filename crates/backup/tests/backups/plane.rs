//! A control plane in a few lines: one account, one server, its backups, and a clock that the test sets.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use tagout_backup::{
    Backup, BackupRefusal, BackupType, Begun, ManualOrder, Outcome, Retention, Terms,
};
use tagout_lifecycle::{
    Account, BackupId, Built, Cause, CurrentOperation, Duty, Effect, Ended, Engine, Event, Limited,
    Maintained, NewServer, OperationKind as Kind, Quota, Removal, Restored, Server, Ticket,
    Transition, Work,
};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Monday, in the middle of no window.
pub(crate) fn noon() -> DateTime<Utc> {
    at("2026-03-02T12:00:00Z")
}

pub(crate) fn account() -> Account {
    Account {
        id: "123456789012".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
    }
}

pub(crate) fn order(name: &str, engine: Engine) -> NewServer {
    NewServer {
        maintenance_window: Some("Tue:04:00".parse().unwrap()),
        backup_window: Some("03:00".parse().unwrap()),
        ..NewServer::new(
            name.parse().unwrap(),
            engine,
            "m5.large".parse().unwrap(),
            "arn:aws:iam::123456789012:instance-profile/profile"
                .parse()
                .unwrap(),
            "arn:aws:iam::123456789012:role/role".parse().unwrap(),
        )
    }
}

/// A healthy server, created and built at noon.
pub(crate) fn healthy(name: &str, engine: Engine) -> Server {
    let ticket = Ticket::new(1);
    let terms = Terms::default();
    let moved = Server::create(
        order(name, engine),
        &account(),
        &mut || 5,
        ticket,
        &terms.policy,
        noon(),
    )
    .unwrap();
    moved
        .server
        .handle_built(ticket, Ok(Built::default()), noon())
        .unwrap()
        .server
}

/// What is stored of an account with one server, and the work that is under way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub(crate) server: Option<Server>,
    pub(crate) backups: BTreeMap<BackupId, Backup>,
    pub(crate) quota: Quota,
    pub(crate) terms: Terms,
    pub(crate) now: DateTime<Utc>,
    /// Work that was handed out and not reported on.
    pub(crate) work: BTreeMap<Ticket, Work>,
    pub(crate) events: Vec<Event>,
    /// Operations of servers that were begun, and those that have ended.
    pub(crate) begun: Vec<Ticket>,
    pub(crate) ended: Vec<Ticket>,
    next_ticket: u128,
}

impl Plane {
    pub(crate) fn new() -> Self {
        Self {
            server: Some(healthy("alpha", Engine::ChefAutomate)),
            backups: BTreeMap::new(),
            quota: Quota::empty(Limited::ManualBackups),
            terms: Terms::default(),
            now: noon(),
            work: BTreeMap::new(),
            events: Vec::new(),
            begun: Vec::new(),
            ended: Vec::new(),
            next_ticket: 100,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("the server is there")
    }

    pub(crate) fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket::new(self.next_ticket)
    }

    /// Draws the next tickets from where `other` does: a ticket that was drawn and not used is nothing.
    pub(crate) fn forget_tickets(&mut self, other: &Self) {
        self.next_ticket = other.next_ticket;
    }

    pub(crate) fn wait(&mut self, minutes: i64) {
        self.now += TimeDelta::minutes(minutes);
    }

    /// Backups of one kind, oldest first.
    pub(crate) fn of_kind(&self, kind: BackupType) -> Vec<&Backup> {
        self.backups
            .values()
            .filter(|backup| backup.kind() == kind)
            .collect()
    }

    fn do_all(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Perform { ticket, work, .. } => _ = self.work.insert(ticket, work),
                Effect::Abandon { ticket, .. } => _ = self.work.remove(&ticket),
            }
        }
    }

    /// Commits a move of the server, and what its backups do with it.
    pub(crate) fn commit(&mut self, mut moved: Transition) {
        let outcome = moved
            .ended
            .clone()
            .and_then(|ended| self.follow(&moved.server, &ended));
        if let Some(outcome) = outcome {
            self.keep(outcome, Some(&mut moved));
        }
        self.store(moved);
    }

    fn follow(&mut self, server: &Server, ended: &Ended) -> Option<Outcome> {
        let backup = self.backups.get(ended.backup.as_ref()?)?.clone();
        let siblings = self.siblings();
        let (retention, terms, now) = (Retention::of(server), self.terms.clone(), self.now);
        Some(backup.handle_ended(
            ended,
            &siblings,
            retention,
            &mut || self.ticket(),
            &terms,
            now,
        ))
    }

    fn store(&mut self, moved: Transition) {
        self.ended.extend(moved.ended.map(|ended| ended.ticket));
        let current = moved
            .server
            .current_operation()
            .map(CurrentOperation::ticket);
        if let Some(ticket) = current.filter(|ticket| self.begun.last() != Some(ticket)) {
            self.begun.push(ticket);
        }
        self.do_all(moved.effects);
        self.events.extend(moved.events);
        self.server = Some(moved.server);
    }

    fn siblings(&self) -> Vec<Backup> {
        self.of_kind(BackupType::Automated)
            .into_iter()
            .cloned()
            .collect()
    }

    /// Commits what comes of a decision about a backup, which was stored under `id` before.
    pub(crate) fn keep_as(&mut self, id: &BackupId, outcome: Outcome) {
        if outcome.backup.is_none() {
            self.backups.remove(id);
        }
        match self.server.take() {
            Some(server) => {
                let mut moved = Transition::of(server);
                self.keep(outcome, Some(&mut moved));
                self.store(moved);
            }
            None => self.keep(outcome, None),
        }
    }

    fn keep(&mut self, outcome: Outcome, moved: Option<&mut Transition>) {
        for backup in outcome.backup.into_iter().chain(outcome.removed) {
            self.backups.insert(backup.id().clone(), backup);
        }
        if let Some(moved) = moved {
            for note in outcome.notes {
                moved.tell(note, self.now);
            }
        }
        for _ in 0..outcome.slots.abs() {
            self.quota = if outcome.slots > 0 {
                self.quota
                    .take(&self.terms.policy)
                    .expect("a slot that was decided on is free")
            } else {
                self.quota.give_back()
            };
        }
        self.do_all(outcome.effects);
    }

    fn begun(&mut self, begun: Begun) -> Ticket {
        let Begun {
            moved,
            backup,
            slots,
        } = begun;
        let ticket = backup.ticket().expect("a new backup is being made");
        self.keep(
            Outcome {
                backup: Some(backup),
                slots,
                ..Outcome::default()
            },
            None,
        );
        self.commit(moved);
        ticket
    }

    pub(crate) fn back_up(&mut self, order: ManualOrder) -> Result<Ticket, BackupRefusal> {
        let (ticket, quota) = (self.ticket(), self.quota);
        let taken = |id: &BackupId| self.backups.contains_key(id);
        let begun = Backup::begin_manual(
            self.server(),
            order,
            quota,
            taken,
            ticket,
            &self.terms,
            self.now,
        )?;
        Ok(self.begun(begun))
    }

    pub(crate) fn back_up_and_delete(&mut self) -> Result<Ticket, BackupRefusal> {
        let (ticket, deletion, quota) = (self.ticket(), self.ticket(), self.quota);
        let taken = |id: &BackupId| self.backups.contains_key(id);
        let (server, order) = (self.server(), ManualOrder::default());
        let begun = Backup::begin_final(
            server,
            order,
            quota,
            taken,
            ticket,
            deletion,
            &self.terms,
            self.now,
        )?;
        Ok(self.begun(begun))
    }

    /// Starts maintenance; `opening` is `None` where it is asked for.
    pub(crate) fn maintain(
        &mut self,
        opening: Option<DateTime<Utc>>,
    ) -> Result<Ticket, BackupRefusal> {
        let (maintenance, ticket) = (self.ticket(), self.ticket());
        let taken = |id: &BackupId| self.backups.contains_key(id);
        let (server, terms, now) = (self.server(), &self.terms, self.now);
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
        Ok(self.begun(begun))
    }

    fn back_up_due(&mut self, opening: Option<DateTime<Utc>>) -> Result<Ticket, BackupRefusal> {
        let ticket = self.ticket();
        let taken = |id: &BackupId| self.backups.contains_key(id);
        let begun =
            Backup::begin_due(self.server(), opening, taken, ticket, &self.terms, self.now)?;
        Ok(self.begun(begun))
    }

    /// Does what the server says is due, one thing after the other; how many there were.
    pub(crate) fn step(&mut self) -> usize {
        let mut n_done = 0;
        while let Some(duty) = self
            .server
            .as_ref()
            .and_then(|server| server.poll_duty(self.now))
        {
            let (server, now) = (self.server().clone(), self.now);
            match duty {
                Duty::HandleDeadline => self.commit(server.handle_deadline(now).unwrap()),
                Duty::SettleWindows => self.commit(server.settle_windows(now)),
                Duty::StartMaintenance { opening } => _ = self.maintain(Some(opening)).unwrap(),
                Duty::StartBackup { opening } => _ = self.back_up_due(opening).unwrap(),
            }
            n_done += 1;
            assert!(n_done < 100, "{duty:?} is not done with by doing it");
        }
        for (id, backup) in self.backups.clone() {
            if let Ok(outcome) = backup.handle_deadline(self.now) {
                self.keep_as(&id, outcome);
                n_done += 1;
            }
        }
        n_done
    }

    /// Reports the end of the work of a backup, of maintenance, or of anything else.
    pub(crate) fn report(
        &mut self,
        ticket: Ticket,
        result: Result<(), Cause>,
    ) -> Result<(), BackupRefusal> {
        let now = self.now;
        if let Some(backup) = self
            .backups
            .values()
            .find(|backup| backup.ticket() == Some(ticket))
            .cloned()
        {
            let (id, terms, siblings) = (backup.id().clone(), self.terms.clone(), self.siblings());
            if backup.status() == tagout_backup::BackupStatus::Deleting {
                let outcome = backup.handle_erased(ticket, result)?;
                self.keep_as(&id, outcome);
            } else {
                let server = self.server().clone();
                let (moved, outcome) = backup.handle_made(
                    &server,
                    &siblings,
                    ticket,
                    result,
                    &mut || self.ticket(),
                    &terms,
                    now,
                )?;
                self.keep(outcome, None);
                self.store(moved);
            }
        } else {
            let server = self.server().clone();
            let kind = server.current_operation().map(CurrentOperation::kind);
            match kind.unwrap_or(Kind::BackUp) {
                Kind::Create => self.commit(server.handle_built(
                    ticket,
                    result.map(|()| Built::default()),
                    now,
                )?),
                Kind::BackUp => self.commit(server.handle_backed_up(ticket, result, now)?),
                Kind::Maintain => {
                    let result = result.map(|()| Maintained::default()).map_err(Into::into);
                    self.commit(server.handle_maintained(ticket, result, now)?);
                }
                Kind::Restore => {
                    self.commit(server.handle_restored(
                        ticket,
                        result.map(|()| Restored::default()),
                        now,
                    )?);
                }
                Kind::Modify => self.commit(server.handle_modified(ticket, result, now)?),
                Kind::Delete => match server.handle_torn_down(ticket, result, now)? {
                    Removal::Kept(moved) => self.commit(*moved),
                    Removal::Gone(_) => self.server_gone(),
                },
            }
        }
        self.work.remove(&ticket);
        Ok(())
    }

    fn server_gone(&mut self) {
        self.ended.extend(
            self.server
                .take()
                .and_then(|server| Some(server.current_operation()?.ticket())),
        );
        self.events.clear();
        for (id, backup) in self.backups.clone() {
            let (terms, now) = (self.terms.clone(), self.now);
            let outcome = backup.handle_server_gone(&mut || self.ticket(), &terms, now);
            self.keep_as(&id, outcome);
        }
    }

    pub(crate) fn delete_backup(&mut self, id: &BackupId) -> Result<Ticket, BackupRefusal> {
        let ticket = self.ticket();
        let outcome = self.backups[id].delete(ticket, &self.terms, self.now)?;
        self.keep_as(id, outcome);
        Ok(ticket)
    }
}
