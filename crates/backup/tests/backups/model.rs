//! A server with its backups against a small model: thousands of random commands, results that are right, late,
//! repeated or for the wrong ticket, clocks that jump either way, and restarts from what is stored.
//!
//! The model is written from the documented rules in whole minutes, words and lists, and shares no code with the crates.
//! `TAGOUT_TEST_CASES` raises the number of runs.

use proptest::{prelude::*, sample::select, test_runner::Config};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use tagout_backup::{Backup, BackupRefusal, BackupType, ManualOrder};
use tagout_lifecycle::{
    Cause, Engine, HealthCheck, HealthReport, MaintenanceStatus, Observation, OperationKind,
    ResetTo, RestoreOrder, RetentionCount, Server, ServerUpdate, Ticket,
};

use crate::plane::{Plane, account, noon, order};

const MANUAL_MAX: usize = 3;

/// Minutes from the start, a Monday at noon, to the first opening of each window, and from one to the next.
const MAINTENANCE: (i64, i64) = (16 * 60, 7 * 24 * 60); // Tue:04:00
const BACKUP: (i64, i64) = (15 * 60, 24 * 60); // 03:00
const HOUR: i64 = 60;

#[derive(Clone, Debug)]
enum Command {
    Create,
    BackUp,
    BackUpAndDelete,
    Maintain,
    Restore(usize),
    Modify,
    Delete,
    DeleteBackup(usize),
    /// The result of the work that is under way.
    Report {
        good: bool,
    },
    /// The result of the maintenance itself while it still waits for its backup.
    ReportMaintenance {
        good: bool,
    },
    /// A result with a ticket that was good once.
    ReportOld(usize),
    /// A result with a ticket that never was.
    ReportForged,
    ReportErased {
        which: usize,
        good: bool,
    },
    Observe(Seen),
    Begin,
    Cancel,
    Reset(ResetTo),
    Keep(usize),
    Disable(bool),
    Protect(bool),
    Wait(i64),
    Step,
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum Seen {
    Well,
    Ill,
    Lost,
    Gone,
}

#[derive(Clone, Debug)]
struct Model {
    now: i64,
    server: Option<MServer>,
    /// Oldest first.
    backups: Vec<MBackup>,
    /// Whether the last command was accepted.
    accepted: bool,
}

#[derive(Clone, Debug)]
struct MServer {
    /// The status that it has, or has again when the operation is over.
    seen: &'static str,
    operation: Option<MOperation>,
    protected: bool,
    disabled: bool,
    keep: usize,
    maintenance: Option<&'static str>,
    maintained_at: i64,
    /// Of the maintenance window and the backup window: up to where dealt with, and which opening is deferred.
    settled: [i64; 2],
    deferred: [Option<i64>; 2],
}

#[derive(Clone, Debug)]
struct MOperation {
    status: &'static str,
    deadline: i64,
    begun: bool,
    /// The place of the backup that it makes or reads.
    backup: Option<i64>,
    /// Maintenance that still waits for its backup.
    waits: bool,
    deletes: bool,
}

#[derive(Clone, Debug)]
struct MBackup {
    /// When, in milliseconds; also what tells it from others.
    at: i64,
    manual: bool,
    status: &'static str,
    counts: bool,
    readers: usize,
    orphaned: bool,
    deadline: i64,
}

impl MServer {
    fn new(now: i64) -> Self {
        Self {
            seen: "HEALTHY",
            operation: None,
            protected: false,
            disabled: false,
            keep: 1,
            maintenance: None,
            maintained_at: now,
            settled: [now; 2],
            deferred: [None; 2],
        }
    }

    fn status(&self) -> &'static str {
        self.operation
            .as_ref()
            .map_or(self.seen, |operation| operation.status)
    }

    fn is(&self, allowed: &[&str]) -> bool {
        allowed.contains(&self.status())
    }
}

impl Model {
    fn begin(&mut self, status: &'static str, minutes: i64, backup: Option<i64>) {
        let (now, server) = (self.now, self.server.as_mut().unwrap());
        server.operation = Some(MOperation {
            status,
            deadline: now + minutes,
            begun: false,
            backup,
            waits: false,
            deletes: false,
        });
    }

    fn new_backup(&mut self, manual: bool) -> i64 {
        let mut at = self.now * 60_000;
        while self.backups.iter().any(|backup| backup.at == at) {
            at += 1;
        }
        self.backups.push(MBackup {
            at,
            manual,
            status: "IN_PROGRESS",
            counts: manual,
            readers: 0,
            orphaned: false,
            deadline: 0,
        });
        self.backups.sort_by_key(|backup| backup.at);
        at
    }

    fn backup(&mut self, at: i64) -> &mut MBackup {
        self.backups
            .iter_mut()
            .find(|backup| backup.at == at)
            .unwrap()
    }

    fn n_counted(&self) -> usize {
        self.backups.iter().filter(|backup| backup.counts).count()
    }

    fn erase(&mut self, at: i64) {
        let deadline = self.now + 40;
        let backup = self.backup(at);
        (backup.status, backup.counts, backup.deadline) = ("DELETING", false, deadline);
    }

    /// A backup has been made: of the automated ones only the newest stay.
    fn made(&mut self, at: i64) {
        self.backup(at).status = "OK";
        if self.backup(at).manual {
            return;
        }
        let keep = self.server.as_ref().unwrap().keep;
        let mut good: Vec<i64> = self
            .backups
            .iter()
            .filter(|b| !b.manual && !b.orphaned && b.status == "OK")
            .map(|b| b.at)
            .collect();
        good.sort_unstable();
        good.reverse();
        for old in good.into_iter().skip(keep) {
            if self.backup(old).readers == 0 {
                self.erase(old);
            }
        }
    }

    /// The running operation is over; the server stands at `to`, or where it was last seen.
    fn end(&mut self, to: Option<&'static str>, good: bool) {
        let server = self.server.as_mut().unwrap();
        let operation = server.operation.take().unwrap();
        server.seen = to.unwrap_or(server.seen);
        match (operation.status, operation.backup) {
            ("BACKING_UP", Some(backup)) if good => self.made(backup),
            ("BACKING_UP", Some(backup)) => self.backup(backup).status = "FAILED",
            ("UNDER_MAINTENANCE", Some(backup)) if operation.waits => {
                self.backup(backup).status = "FAILED";
            }
            ("RESTORING", Some(backup)) => self.backup(backup).readers -= 1,
            _ => {}
        }
        if good && operation.deletes {
            self.begin("DELETING", 40, None);
        }
    }

    /// The end of the work under way, as it is reported or because it is overdue.
    fn finish(&mut self, good: bool) {
        let now = self.now;
        let server = self.server.as_mut().unwrap();
        let operation = server.operation.clone().unwrap();
        match (operation.status, good) {
            ("UNDER_MAINTENANCE", _) => {
                server.maintenance = Some(if good { "SUCCESS" } else { "FAILED" });
                server.maintained_at = now;
                self.end(good.then_some("HEALTHY"), good);
            }
            ("CREATING" | "RESTORING", true) => self.end(Some("HEALTHY"), true),
            ("CREATING" | "DELETING", false) => self.end(Some("FAILED"), false),
            ("DELETING", true) => self.gone(),
            (_, good) => self.end(None, good),
        }
    }

    fn gone(&mut self) {
        self.server = None;
        for at in self
            .backups
            .iter()
            .map(|backup| backup.at)
            .collect::<Vec<_>>()
        {
            let backup = self.backup(at);
            backup.orphaned = true;
            if !backup.manual && ["OK", "FAILED"].contains(&backup.status) {
                self.erase(at);
            }
        }
    }

    /// What comes of the window's opening, if anything does: whether something was done.
    fn window(&mut self, which: usize) -> bool {
        let now = self.now;
        let (first, period) = [MAINTENANCE, BACKUP][which];
        let server = self.server.as_mut().unwrap();
        if which == 1 && server.disabled {
            return false;
        }
        if let Some(opening) = server.deferred[which].filter(|opening| opening + HOUR <= now) {
            (server.settled[which], server.deferred[which]) = (opening, None); // skipped
            return true;
        }
        let latest = first + (now - first).div_euclid(period) * period;
        if latest <= server.settled[which] {
            return false;
        }
        let could = server.is([
            &["HEALTHY", "UNHEALTHY"][..],
            &["RUNNING", "HEALTHY", "UNHEALTHY"],
        ][which]);
        let is_open = now < latest + HOUR;
        let is_first = latest - period <= server.settled[which];
        let run_late = which == 0 && !is_open && now - server.maintained_at > period;
        if !is_open && run_late && !could && server.operation.is_some() {
            return false; // waits for the operation
        }
        if could && (is_open && is_first || run_late) {
            (server.settled[which], server.deferred[which]) = (latest, None);
            if which == 0 {
                self.maintain();
            } else {
                let backup = self.new_backup(false);
                self.begin("BACKING_UP", 60, Some(backup));
            }
        } else if is_open && is_first {
            if server.deferred[which] == Some(latest) {
                return false;
            }
            server.deferred[which] = Some(latest);
        } else {
            let missed = if is_open { latest - period } else { latest };
            server.settled[which] = missed;
            server.deferred[which] = server.deferred[which].filter(|opening| *opening > missed);
        }
        true
    }

    fn maintain(&mut self) {
        let backup = self.new_backup(false);
        self.begin("UNDER_MAINTENANCE", 80, Some(backup));
        self.operation().unwrap().waits = true;
    }

    fn operation(&mut self) -> Option<&mut MOperation> {
        self.server.as_mut()?.operation.as_mut()
    }

    fn step(&mut self) {
        while self.server.is_some() {
            let now = self.now;
            if self
                .operation()
                .is_some_and(|operation| operation.deadline <= now)
            {
                self.finish(false);
            } else if !self.window(0) && !self.window(1) {
                break;
            }
        }
        for backup in &mut self.backups {
            if backup.status == "DELETING" && backup.deadline <= self.now {
                backup.status = "FAILED";
            }
        }
    }

    fn observe(&mut self, seen: Seen) {
        let now = self.now;
        let server = self.server.as_mut().unwrap();
        let status = server.status();
        match (status, seen) {
            ("CREATING" | "DELETING", _) => return,
            ("BACKING_UP", Seen::Lost) => return self.end(Some("CONNECTION_LOST"), false),
            ("BACKING_UP", Seen::Gone) => return self.end(Some("TERMINATED"), false),
            ("UNDER_MAINTENANCE", Seen::Lost) => {
                (server.maintenance, server.maintained_at) = (Some("FAILED"), now);
                return self.end(Some("CONNECTION_LOST"), false);
            }
            _ => {}
        }
        server.seen = match (server.seen, seen) {
            (was @ ("FAILED" | "TERMINATED"), _) => was,
            (_, Seen::Well) => "HEALTHY",
            (_, Seen::Ill) => "UNHEALTHY",
            (_, Seen::Lost) => "CONNECTION_LOST",
            (_, Seen::Gone) => "TERMINATED",
        };
    }

    fn reset(&mut self, to: ResetTo) -> bool {
        let now = self.now;
        let server = self.server.as_mut().unwrap();
        let to = match to {
            ResetTo::Running => "RUNNING",
            ResetTo::Terminated => "TERMINATED",
            ResetTo::Failed => "FAILED",
        };
        match server.status() {
            "CREATING" | "DELETING" if to != "FAILED" => return false,
            "FAILED" if to != "FAILED" => server.seen = to,
            "UNDER_MAINTENANCE" => {
                (server.maintenance, server.maintained_at) = (Some("FAILED"), now);
                self.end(Some(to), false);
            }
            "CREATING" | "DELETING" | "BACKING_UP" | "MODIFYING" | "RESTORING" => {
                self.end(Some(to), false);
            }
            _ => return false,
        }
        true
    }

    /// Whether the command is accepted, having done it if it is.
    fn obey(&mut self, command: &Command) -> bool {
        if let Command::Wait(minutes) = command {
            self.now += minutes;
            return true;
        }
        if let Some(accepted) = self.obey_on_backups(command) {
            return accepted;
        }
        let n_counted = self.n_counted();
        let Some(server) = self.server.as_mut() else {
            let creates = matches!(command, Command::Create);
            if creates {
                self.server = Some(MServer::new(self.now));
                self.begin("CREATING", 40, None);
            }
            return creates;
        };
        let can_back_up = server.is(&["RUNNING", "HEALTHY", "UNHEALTHY"]) && n_counted < MANUAL_MAX;
        match command {
            Command::BackUp if can_back_up => {
                let backup = self.new_backup(true);
                self.begin("BACKING_UP", 60, Some(backup));
            }
            Command::BackUpAndDelete if can_back_up && !server.protected => {
                let backup = self.new_backup(true);
                self.begin("BACKING_UP", 60, Some(backup));
                self.operation().unwrap().deletes = true;
            }
            Command::Maintain if server.is(&["HEALTHY", "UNHEALTHY"]) => self.maintain(),
            Command::Modify if server.is(&["HEALTHY", "UNHEALTHY"]) => {
                self.begin("MODIFYING", 30, None);
            }
            Command::Delete
                if !server.protected
                    && server.is(&[
                        "RUNNING",
                        "HEALTHY",
                        "UNHEALTHY",
                        "CONNECTION_LOST",
                        "TERMINATED",
                        "FAILED",
                    ]) =>
            {
                self.begin("DELETING", 40, None);
            }
            Command::Report { good } => match server.operation.as_mut() {
                Some(operation) if operation.waits && *good => {
                    operation.waits = false;
                    let backup = operation.backup.unwrap();
                    self.made(backup);
                }
                Some(_) => self.finish(*good),
                None => return false,
            },
            Command::ReportMaintenance { good } => match server.operation.as_ref() {
                Some(operation) if operation.waits => self.finish(*good),
                _ => return false,
            },
            Command::Observe(seen) => self.observe(*seen),
            Command::Begin => match self.operation() {
                Some(operation) => operation.begun = true,
                None => return false,
            },
            Command::Cancel => match server.operation.as_ref() {
                Some(operation) if !operation.begun && operation.status != "DELETING" => {
                    let to = (operation.status == "CREATING").then_some("FAILED");
                    self.end(to, false);
                }
                _ => return false,
            },
            Command::Reset(to) => return self.reset(*to),
            Command::Keep(count)
                if server.is(&["RUNNING", "HEALTHY", "UNHEALTHY", "CONNECTION_LOST"]) =>
            {
                server.keep = *count;
            }
            Command::Disable(disable)
                if server.is(&["RUNNING", "HEALTHY", "UNHEALTHY", "CONNECTION_LOST"]) =>
            {
                if server.disabled && !disable {
                    (server.settled[1], server.deferred[1]) =
                        (server.settled[1].max(self.now), None);
                }
                server.disabled = *disable;
            }
            Command::Protect(protect) => server.protected = *protect,
            Command::Step => self.step(),
            Command::Restart => {}
            _ => return false,
        }
        true
    }

    /// The commands that are about one backup; `None` for others.
    fn obey_on_backups(&mut self, command: &Command) -> Option<bool> {
        let pick = |which: &usize| self.backups.get(which % self.backups.len().max(1)).cloned();
        Some(match command {
            Command::Restore(which) => {
                let states = [
                    "RUNNING",
                    "HEALTHY",
                    "UNHEALTHY",
                    "CONNECTION_LOST",
                    "TERMINATED",
                ];
                let can = self
                    .server
                    .as_ref()
                    .is_some_and(|server| server.is(&states));
                let backup = pick(which).filter(|backup| can && backup.status == "OK");
                if let Some(MBackup { at, .. }) = backup {
                    self.backup(at).readers += 1;
                    self.begin("RESTORING", 240, Some(at));
                }
                backup.is_some()
            }
            Command::DeleteBackup(which) => {
                let backup =
                    pick(which).filter(|b| b.readers == 0 && ["OK", "FAILED"].contains(&b.status));
                if let Some(MBackup { at, .. }) = backup {
                    self.erase(at);
                }
                backup.is_some()
            }
            Command::ReportErased { which, good } => {
                let backup = pick(which).filter(|backup| backup.status == "DELETING");
                if let Some(MBackup { at, .. }) = backup {
                    if *good {
                        self.backups.retain(|backup| backup.at != at);
                    } else {
                        self.backup(at).status = "FAILED";
                    }
                }
                backup.is_some()
            }
            Command::ReportOld(_) | Command::ReportForged => false,
            _ => return None,
        })
    }
}

struct Machine;

impl ReferenceStateMachine for Machine {
    type State = Model;
    type Transition = Command;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model {
            now: 0,
            server: Some(MServer::new(0)),
            backups: Vec::new(),
            accepted: true,
        })
        .boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Command> {
        let busy = model
            .server
            .as_ref()
            .is_some_and(|server| server.operation.is_some());
        let report = if busy { 10 } else { 1 };
        let seen = select(vec![
            Seen::Well,
            Seen::Ill,
            Seen::Lost,
            Seen::Gone,
            Seen::Well,
            Seen::Ill,
        ]);
        // To the next opening of the backup window, and to a minute around its ends.
        let to_window = (BACKUP.0 - model.now).rem_euclid(BACKUP.1);
        let waits = vec![
            1, 29, 30, 40, 59, 60, 61, 80, 240, 1_440, 10_080, -1, -61, -1_440, 50_000,
        ];
        prop_oneof![
            if model.server.is_none() { 20 } else { 1 } => Just(Command::Create),
            5 => Just(Command::BackUp),
            1 => Just(Command::BackUpAndDelete),
            4 => Just(Command::Maintain),
            3 => any::<usize>().prop_map(Command::Restore),
            2 => Just(Command::Modify),
            1 => Just(Command::Delete),
            4 => any::<usize>().prop_map(Command::DeleteBackup),
            report => prop::bool::weighted(0.7).prop_map(|good| Command::Report { good }),
            1 => any::<bool>().prop_map(|good| Command::ReportMaintenance { good }),
            2 => any::<usize>().prop_map(Command::ReportOld),
            1 => Just(Command::ReportForged),
            2 => (any::<usize>(), any::<bool>()).prop_map(|(which, good)| Command::ReportErased { which, good }),
            6 => seen.prop_map(Command::Observe),
            1 => Just(Command::Begin),
            1 => Just(Command::Cancel),
            2 => select(vec![ResetTo::Running, ResetTo::Terminated, ResetTo::Failed]).prop_map(Command::Reset),
            1 => (1..4_usize).prop_map(Command::Keep),
            1 => any::<bool>().prop_map(Command::Disable),
            1 => prop::bool::weighted(0.2).prop_map(Command::Protect),
            4 => select(waits).prop_map(Command::Wait),
            4 => (-1..=61_i64).prop_map(move |minutes| Command::Wait(to_window + minutes)),
            8 => Just(Command::Step),
            1 => Just(Command::Restart),
        ]
        .boxed()
    }

    fn apply(mut model: Model, command: &Command) -> Model {
        model.accepted = model.obey(command);
        model
    }

    fn preconditions(_: &Model, _: &Command) -> bool {
        true
    }
}

/// Does the command to the real thing; whether it was accepted.
fn obey(plane: &mut Plane, command: &Command) -> Result<(), Option<BackupRefusal>> {
    let (now, policy) = (plane.now, plane.terms.policy.clone());
    let result = |good: bool| {
        if good {
            Ok(())
        } else {
            Err(Cause::new("it broke"))
        }
    };
    let pick = |plane: &Plane, which: &usize| {
        plane
            .backups
            .values()
            .nth(which % plane.backups.len().max(1))
            .map(|backup| backup.id().clone())
    };
    match command {
        Command::Wait(minutes) => {
            plane.wait(*minutes);
            return Ok(());
        }
        Command::DeleteBackup(which) => {
            let id = pick(plane, which).ok_or(None)?;
            plane.delete_backup(&id)?;
            return Ok(());
        }
        Command::ReportErased { which, good } => {
            let id = pick(plane, which).ok_or(None)?;
            let ticket = plane.backups[&id].ticket().unwrap_or(Ticket::new(0));
            let outcome = plane.backups[&id].handle_erased(ticket, result(*good))?;
            plane.work.remove(&ticket);
            plane.keep_as(&id, outcome);
            return Ok(());
        }
        Command::Create if plane.server.is_none() => {
            let (new, ticket) = (order("alpha", Engine::ChefAutomate), plane.ticket());
            plane.commit(Server::create(new, &account(), &mut || 9, ticket, &policy, now).unwrap());
            return Ok(());
        }
        _ => {}
    }
    let server = plane.server.clone().ok_or(None)?;
    match command {
        Command::Create => return Err(None),
        Command::BackUp => _ = plane.back_up(ManualOrder::default())?,
        Command::BackUpAndDelete => _ = plane.back_up_and_delete()?,
        Command::Maintain => _ = plane.maintain(None)?,
        Command::Restore(which) => {
            let (id, ticket) = (pick(plane, which).ok_or(None)?, plane.ticket());
            let begun = plane.backups[&id].begin_restore(
                &server,
                RestoreOrder::default(),
                ticket,
                &plane.terms,
                now,
            )?;
            plane.backups.insert(id, begun.backup);
            plane.commit(begun.moved);
        }
        Command::Modify => {
            let ticket = plane.ticket();
            let name = "CHEF_STARTER_KIT".parse().unwrap();
            plane.commit(
                server
                    .update_engine_attribute(name, None, ticket, &policy, now)
                    .map_err(BackupRefusal::from)?,
            );
        }
        Command::Delete => {
            let ticket = plane.ticket();
            plane.commit(
                server
                    .delete(ticket, &policy, now)
                    .map_err(BackupRefusal::from)?,
            );
        }
        Command::Report { good } => {
            let operation = server.current_operation().ok_or(None)?;
            let making = plane.backups.values().find(|backup| {
                operation.kind() == OperationKind::Maintain
                    && Some(backup.id()) == operation.backup()
                    && backup.status() == tagout_backup::BackupStatus::InProgress
            });
            let ticket = making
                .and_then(Backup::ticket)
                .unwrap_or(operation.ticket());
            plane.report(ticket, result(*good))?;
        }
        Command::ReportMaintenance { good } => {
            let operation = server.current_operation().ok_or(None)?;
            let waits = operation.kind() == OperationKind::Maintain
                && plane.backups.values().any(|backup| {
                    Some(backup.id()) == operation.backup()
                        && backup.status() == tagout_backup::BackupStatus::InProgress
                });
            if !waits {
                return Err(None);
            }
            plane.report(operation.ticket(), result(*good))?;
        }
        Command::ReportOld(which) => {
            let old: Vec<Ticket> = plane.ended.clone();
            let ticket = *old.get(which % old.len().max(1)).ok_or(None)?;
            plane.report(ticket, Ok(()))?;
        }
        Command::ReportForged => plane.report(Ticket::new(u128::MAX), Ok(()))?,
        Command::Observe(seen) => {
            let check = match seen {
                Seen::Well => HealthCheck::passed("api"),
                _ => HealthCheck::failed("api", "answers 503"),
            };
            let observation = match seen {
                Seen::Well | Seen::Ill => Observation::Checked(HealthReport::new(vec![check], now)),
                Seen::Lost => Observation::ContactLost(Cause::new("no answer")),
                Seen::Gone => Observation::InstanceGone,
            };
            plane.commit(server.handle_observation(&observation, now));
        }
        Command::Begin => {
            let ticket = server.current_operation().ok_or(None)?.ticket();
            plane.commit(
                server
                    .handle_begun(ticket, now)
                    .map_err(BackupRefusal::from)?,
            );
        }
        Command::Cancel => plane.commit(server.cancel(now).map_err(BackupRefusal::from)?),
        Command::Reset(to) => {
            let (by, why) = ("op".parse().unwrap(), "stuck".parse().unwrap());
            plane.commit(
                server
                    .reset(*to, &by, &why, now)
                    .map_err(BackupRefusal::from)?,
            );
        }
        Command::Keep(count) => {
            let retention = Some(RetentionCount::new(*count as i64).unwrap());
            let update = ServerUpdate {
                retention,
                ..ServerUpdate::default()
            };
            plane.commit(server.update(&update, now).map_err(BackupRefusal::from)?);
        }
        Command::Disable(disable) => {
            let update = ServerUpdate {
                disable_automated_backup: Some(*disable),
                ..ServerUpdate::default()
            };
            plane.commit(server.update(&update, now).map_err(BackupRefusal::from)?);
        }
        Command::Protect(protect) => plane.commit(server.protect(*protect, now)),
        Command::Step => _ = plane.step(),
        Command::Restart => {
            let stored = serde_json::to_string(&(&plane.server, &plane.quota)).unwrap();
            (plane.server, plane.quota) = serde_json::from_str(&stored).unwrap();
            for backup in plane.backups.values_mut() {
                *backup = serde_json::from_str(&serde_json::to_string(backup).unwrap()).unwrap();
            }
        }
        Command::Wait(_) | Command::DeleteBackup(_) | Command::ReportErased { .. } => {
            unreachable!("done above")
        }
    }
    Ok(())
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Plane;
    type Reference = Self;

    fn init_test(_: &Model) -> Plane {
        let mut plane = Plane::new();
        plane.terms.policy.manual_backups_max = MANUAL_MAX as u32;
        plane
    }

    fn apply(mut plane: Plane, model: &Model, command: Command) -> Plane {
        let before = plane.clone();
        let outcome = obey(&mut plane, &command);
        assert_eq!(
            outcome.is_ok(),
            model.accepted,
            "{command:?} on {}: {outcome:?}",
            status(&before)
        );
        if let Err(refusal) = outcome {
            plane.forget_tickets(&before);
            assert_eq!(
                plane, before,
                "{command:?} was refused ({refusal:?}) and changed something"
            );
        }
        if matches!(command, Command::Restart) {
            assert_eq!(plane, before, "what is stored is all there is");
        }
        check_path(&before, &plane, &command);
        plane
    }

    fn check_invariants(plane: &Plane, model: &Model) {
        check_model(plane, model);
        check_promises(plane);
    }
}

fn status(plane: &Plane) -> &'static str {
    plane
        .server
        .as_ref()
        .map_or("gone", |server| server.status().as_str())
}

fn check_model(plane: &Plane, model: &Model) {
    assert_eq!(
        status(plane),
        model.server.as_ref().map_or("gone", MServer::status)
    );
    assert_eq!(
        plane
            .server
            .as_ref()
            .and_then(Server::maintenance_status)
            .map(MaintenanceStatus::as_str),
        model.server.as_ref().and_then(|server| server.maintenance)
    );
    let told: Vec<_> = plane
        .backups
        .values()
        .map(|backup| {
            let at = (backup.created_at() - noon()).num_milliseconds();
            let manual = backup.kind() == BackupType::Manual;
            (
                at,
                manual,
                backup.status().as_str(),
                backup.holds_slot(),
                backup.n_readers(),
                backup.is_orphaned(),
            )
        })
        .collect();
    let expected: Vec<_> = model
        .backups
        .iter()
        .map(|b| (b.at, b.manual, b.status, b.counts, b.readers, b.orphaned))
        .collect();
    assert_eq!(told, expected);
}

fn check_promises(plane: &Plane) {
    if let Some(server) = &plane.server {
        let operation = server.current_operation();
        assert_eq!(
            operation.is_some(),
            server.status().is_transitional(),
            "one owner of a transitional status"
        );
        let due = server.poll_due(plane.now);
        assert_eq!(
            server.poll_duty(plane.now).is_some(),
            due.is_some_and(|due| due <= plane.now),
            "{due:?}"
        );
    }
    for backup in plane.backups.values() {
        if backup.status().as_str() == "IN_PROGRESS" {
            let at = status(plane);
            assert!(
                ["BACKING_UP", "UNDER_MAINTENANCE", "DELETING"].contains(&at),
                "a backup is being made while {at}"
            );
        }
    }
    let counted = plane
        .backups
        .values()
        .filter(|backup| backup.holds_slot())
        .count();
    assert_eq!(counted, plane.quota.used() as usize);
    assert!(counted <= MANUAL_MAX, "{counted} manual backups");
    // What was begun and is not under way has ended, once.
    let current = plane
        .server
        .as_ref()
        .and_then(|server| Some(server.current_operation()?.ticket()));
    let mut open: Vec<Ticket> = plane.begun.clone();
    for ended in &plane.ended {
        if let Some(at) = open.iter().position(|begun| begun == ended) {
            open.swap_remove(at);
        }
    }
    assert_eq!(
        open,
        current.into_iter().collect::<Vec<_>>(),
        "every operation that began has one end"
    );
    let once: std::collections::BTreeSet<_> = plane.ended.iter().collect();
    assert_eq!(once.len(), plane.ended.len(), "no operation ended twice");
    assert!(
        plane.events.windows(2).all(|pair| pair[0].at < pair[1].at),
        "events in strictly increasing times"
    );
}

/// What one command did to the status.
fn check_path(before: &Plane, after: &Plane, command: &Command) {
    let (from, to) = (status(before), status(after));
    if from == "DELETING" {
        assert!(
            ["DELETING", "FAILED", "gone"].contains(&to),
            "{command:?} took a server from DELETING to {to}"
        );
    }
    if from != to && to != "gone" {
        let told = if from == "gone" {
            0
        } else {
            before.events.len()
        };
        assert!(
            after.events.len() > told,
            "{command:?}: from {from} to {to} without an event"
        );
    }
}

fn config() -> Config {
    let cases = std::env::var("TAGOUT_TEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(256);
    Config {
        cases,
        max_shrink_iters: 4_096,
        ..Config::default()
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn server_and_backups_behave_as_the_model_does(sequential 1..120 => Machine);
}
