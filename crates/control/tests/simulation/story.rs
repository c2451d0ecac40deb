//! What the events tell: one story for each thing, without a gap and without a step that nobody may take.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tagout_backup::{BACKUP_MOVES, BackupDestination, BackupStatus};
use tagout_batch::JobId;
use tagout_control::{Event, WindowEvent};
use tagout_lifecycle::{BackupId, Destination, MOVES, ServerName, Status};
use tagout_store::{MemoryStore, Position, Store};
use tagout_window::{Status as Run, WindowId};

use crate::record::hold;

/// All that was told so far.
#[derive(Debug, Default)]
pub(crate) struct Story {
    heard: Position,
    pub(crate) ended: BTreeSet<JobId>,
    servers: BTreeMap<ServerName, Life>,
    /// How often a server has come into a status.
    pub(crate) entered: BTreeMap<(ServerName, Status), usize>,
    backups: BTreeMap<BackupId, Option<BackupStatus>>,
    /// Backups that ever were.
    pub(crate) made: BTreeSet<BackupId>,
    /// Executions, task executions and invocations by their ids.
    runs: BTreeMap<String, Run>,
    /// Spans of openings that nobody was there for.
    pub(crate) missed: BTreeMap<WindowId, Vec<Span>>,
}

/// From when, inclusive, until when, exclusive.
type Span = (DateTime<Utc>, DateTime<Utc>);

#[derive(Clone, Copy, Debug, Default)]
struct Life {
    now: Option<Status>,
    /// Where it stood before what is going on.
    former: Option<Status>,
}

impl Story {
    /// Hears what is new.
    pub(crate) async fn hear(&mut self, store: &MemoryStore) -> Result<(), String> {
        loop {
            let found = store.events(self.heard, 1_000).await.unwrap();
            if found.events.is_empty() {
                return Ok(());
            }
            for event in &found.events {
                hold!(
                    event.position().0 == self.heard.0 + 1,
                    "event {} follows {}",
                    event.position(),
                    self.heard
                );
                self.heard = event.position();
                let told: Event = event.read().map_err(|error| error.to_string())?;
                self.take(told)
                    .map_err(|what| format!("event {}: {what}", self.heard))?;
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::JobEnded {
                job,
                status,
                progress,
            } => {
                hold!(status.is_final(), "job {job} ended as {status}");
                hold!(
                    progress.ended() == progress.total,
                    "job {job} ended with {progress:?}"
                );
                hold!(self.ended.insert(job), "job {job} ended twice");
            }
            Event::ServerMoved { server, from, to } => self.move_server(server, from, to)?,
            Event::BackupMoved {
                backup, from, to, ..
            } => {
                let known = self.backups.entry(backup.clone()).or_default();
                hold!(
                    *known == from,
                    "backup {backup} left {from:?}, it was {known:?}"
                );
                let is_move = BACKUP_MOVES.iter().any(|line| {
                    line.from == from
                        && match line.to {
                            BackupDestination::To(status) => to == Some(status),
                            BackupDestination::Gone => to.is_none(),
                        }
                });
                hold!(is_move, "backup {backup} went from {from:?} to {to:?}");
                *known = to;
                if from.is_none() {
                    hold!(
                        self.made.insert(backup.clone()),
                        "backup {backup} came twice"
                    );
                }
            }
            Event::Window(event) => self.move_window(&event)?,
            _ => {}
        }
        Ok(())
    }

    fn move_server(
        &mut self,
        server: ServerName,
        from: Option<Status>,
        to: Option<Status>,
    ) -> Result<(), String> {
        let life = self.servers.entry(server.clone()).or_default();
        hold!(
            life.now == from,
            "server {server} left {from:?}, it was {:?}",
            life.now
        );
        let leads = |from: Option<Status>, to: Option<Status>| {
            MOVES.iter().any(|line| {
                line.from == from
                    && match line.to {
                        Destination::To(status) => to == Some(status),
                        Destination::Former => to.is_some() && to == life.former,
                        Destination::Gone => to.is_none(),
                    }
            })
        };
        // A deletion follows the last backup at once, which are two moves in one.
        let is_final_backup = (from, to) == (Some(Status::BackingUp), Some(Status::Deleting));
        let is_move = leads(from, to)
            || is_final_backup && leads(from, life.former) && leads(life.former, to);
        hold!(
            is_move,
            "server {server} went from {from:?} to {to:?}, before that it was {:?}",
            life.former
        );
        *life = Life {
            now: to,
            former: from,
        };
        if let Some(to) = to {
            *self.entered.entry((server, to)).or_default() += 1;
        }
        Ok(())
    }

    fn move_window(&mut self, event: &WindowEvent) -> Result<(), String> {
        match *event {
            WindowEvent::OpeningsMissed {
                window,
                since,
                until,
            } => {
                hold!(
                    since < until,
                    "openings from {since} until {until} were missed"
                );
                self.missed.entry(window).or_default().push((since, until));
            }
            WindowEvent::ExecutionMoved {
                execution,
                status,
                started_at,
                ended_at,
                ..
            } => {
                hold!(
                    status.is_final() == ended_at.is_some(),
                    "execution {execution} is {status}, ended {ended_at:?}"
                );
                if let (Some(started), Some(ended)) = (started_at, ended_at) {
                    hold!(
                        started <= ended,
                        "execution {execution} ended at {ended}, before {started}"
                    );
                }
                self.step(format!("execution {execution}"), status)?;
            }
            WindowEvent::TaskMoved { task, status, .. } => {
                self.step(format!("task {task}"), status)?;
            }
            WindowEvent::InvocationMoved {
                invocation, status, ..
            } => {
                self.step(format!("invocation {invocation}"), status)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, what: String, to: Run) -> Result<(), String> {
        let from = self.runs.get(&what).copied();
        let is_step = match from {
            Some(from) => tagout_window::MOVES.contains(&(from, to)),
            // An execution comes as pending or skipped, or is told of when it has moved on at once.
            None => {
                to == Run::SkippedOverlapping
                    || to == Run::Pending
                    || tagout_window::MOVES.contains(&(Run::Pending, to))
            }
        };
        hold!(is_step, "{what} went from {from:?} to {to}");
        self.runs.insert(what, to);
        Ok(())
    }
}
