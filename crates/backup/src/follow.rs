//! A backup follows the operations of its server, and the wishes of its owner.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tagout_lifecycle::{
    Cause, Effect, Ended, EventCategory, Note, OperationKind, Policy, Server, TagChange, Ticket,
    TooManyTags, Transition, Work,
};

use crate::{
    Backup, BackupRefusal, BackupStatus, BackupTrigger, BackupType, Outcome, Retention, Terms,
    backup::CurrentWork, rotation,
};

impl Backup {
    /// The work of making it has come to its end.
    ///
    /// If it was a backup for its own sake, its server goes back to where it was (or on to its deletion, if it was the
    /// last one). If it was the one that maintenance begins with, the maintenance goes on, or fails with it. When an
    /// automated one has been made, older ones are rotated out: `siblings` are the automated backups of the server,
    /// in any order, with or without this one. `tickets` makes new tickets, one for each that is removed.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] unless `ticket` is that by which it is being made, and the server is still at it.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says another thing, and none has a default"
    )]
    pub fn handle_made(
        &self,
        server: &Server,
        siblings: &[Self],
        ticket: Ticket,
        result: Result<(), Cause>,
        tickets: &mut dyn FnMut() -> Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<(Transition, Outcome), BackupRefusal> {
        if self.status != BackupStatus::InProgress || self.ticket() != Some(ticket) {
            return Err(self.stale(ticket));
        }
        let operation = server
            .current_operation()
            .filter(|operation| operation.backup() == Some(&self.id))
            .ok_or_else(|| self.stale(ticket))?;
        let retention = Retention::of(server);
        match (operation.kind(), result) {
            (OperationKind::Maintain, Ok(())) => {
                let mut moved = Transition::of(server.clone());
                let mut outcome = self.succeed(siblings, retention, tickets, terms, now);
                moved.effects.extend(server.maintenance_work());
                outcome.notes.insert(
                    0,
                    self.note(&format!("Backup {} completed successfully", self.id)),
                );
                Ok((tell_all(moved, &mut outcome, now), outcome))
            }
            (OperationKind::Maintain, Err(cause)) => {
                let maintenance = operation.ticket();
                let failure = Cause::new(&format!("its backup failed: {cause}"));
                let moved =
                    server
                        .clone()
                        .handle_maintained(maintenance, Err(failure.into()), now)?;
                let mut outcome = Outcome::of(self.fail(&cause));
                outcome
                    .notes
                    .push(self.note(&format!("Backup {} failed: {cause}", self.id)));
                Ok((tell_all(moved, &mut outcome, now), outcome))
            }
            (_, result) => {
                let moved = server.clone().handle_backed_up(ticket, result, now)?;
                let ended = moved.ended.clone();
                let mut outcome = match &ended {
                    Some(ended) => {
                        self.handle_ended(ended, siblings, retention, tickets, terms, now)
                    }
                    None => Outcome::of(self.clone()),
                };
                Ok((tell_all(moved, &mut outcome, now), outcome))
            }
        }
    }

    /// An operation of a server has ended that made this backup or was made from it.
    ///
    /// To be called for the backup that [`Ended::backup`] names, in the commit that ends the operation, however that
    /// came about: by its result, its deadline, a lost connection, a cancellation, a reset. A backup that was still
    /// being made has failed, or has been made and rotates others out, as in [`Backup::handle_made`]; one that was
    /// read is read no more. Done twice, it changes nothing more.
    pub fn handle_ended(
        &self,
        ended: &Ended,
        siblings: &[Self],
        retention: Retention,
        tickets: &mut dyn FnMut() -> Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Outcome {
        if ended.backup.as_ref() != Some(&self.id) {
            return Outcome::of(self.clone());
        }
        let in_progress = self.status == BackupStatus::InProgress;
        match (ended.kind, &ended.failure) {
            (OperationKind::BackUp, None) if in_progress && self.ticket() == Some(ended.ticket) => {
                self.succeed(siblings, retention, tickets, terms, now)
            }
            (OperationKind::BackUp, Some(cause))
                if in_progress && self.ticket() == Some(ended.ticket) =>
            {
                Outcome::of(self.fail(cause))
            }
            (OperationKind::Maintain, cause) if in_progress => {
                let cause = cause
                    .clone()
                    .unwrap_or_else(|| Cause::new("the maintenance ended without it"));
                let mut outcome = Outcome::of(self.fail(&cause));
                outcome
                    .notes
                    .push(self.note(&format!("Backup {} failed: {cause}", self.id)));
                outcome
            }
            (OperationKind::Restore | OperationKind::Create, _) => {
                let mut backup = self.clone();
                backup.readers.remove(&ended.ticket);
                if backup.orphaned {
                    return backup.handle_server_gone(tickets, terms, now); // now it can go
                }
                Outcome::of(backup)
            }
            _ => Outcome::of(self.clone()),
        }
    }

    /// Begins to remove it, because somebody wants that. Its place among the manual backups is free at once.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] unless it has been made or has failed, and while something is restored or created from it.
    pub fn delete(
        &self,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Outcome, BackupRefusal> {
        let trigger = BackupTrigger::DeleteRequested;
        if self.status.after(trigger).is_none() {
            return Err(BackupRefusal::NotDeletable {
                backup: self.id.clone(),
                status: self.status,
            });
        }
        if !self.readers.is_empty() {
            return Err(BackupRefusal::InUse {
                backup: self.id.clone(),
                readers: self.readers.len(),
            });
        }
        Ok(self.erase(trigger, ticket, terms, now, "is being deleted"))
    }

    /// Its server is gone. A manual backup stays; an automated one begins to be removed, as soon as nothing reads it.
    ///
    /// To be called for every backup of the server, in the commit that removes the server or, for many, after it:
    /// done twice, it changes nothing more.
    pub fn handle_server_gone(
        &self,
        tickets: &mut dyn FnMut() -> Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Outcome {
        let mut backup = Self {
            orphaned: true,
            ..self.clone()
        };
        if backup.status == BackupStatus::InProgress {
            backup = backup.fail(&Cause::new("its server is gone"));
        }
        let trigger = BackupTrigger::ServerGone;
        let goes = backup.kind == BackupType::Automated && backup.readers.is_empty();
        if goes && backup.status.after(trigger).is_some() {
            return backup.erase(
                trigger,
                tickets(),
                terms,
                now,
                "is being deleted with its server",
            );
        }
        Outcome::of(backup)
    }

    /// The work of removing it has come to its end.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] unless `ticket` is that by which it is being removed.
    pub fn handle_erased(
        &self,
        ticket: Ticket,
        result: Result<(), Cause>,
    ) -> Result<Outcome, BackupRefusal> {
        if self.status != BackupStatus::Deleting || self.ticket() != Some(ticket) {
            return Err(self.stale(ticket));
        }
        Ok(match result {
            Ok(()) => Outcome {
                notes: vec![self.note(&format!("Backup {} was deleted", self.id))],
                ..Outcome::default()
            },
            Err(cause) => self.fail_erasing(&cause),
        })
    }

    /// Its removal is overdue: it has failed, and can be asked for again.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] unless it is being removed and should have been by `now`.
    pub fn handle_deadline(&self, now: DateTime<Utc>) -> Result<Outcome, BackupRefusal> {
        let overdue = self.poll_due().filter(|deadline| *deadline <= now);
        let Some((deadline, work)) = overdue.zip(self.work) else {
            return Err(BackupRefusal::NotOverdue {
                backup: self.id.clone(),
                status: self.status,
            });
        };
        let deadline = deadline.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut outcome =
            self.fail_erasing(&Cause::new(&format!("no result came until {deadline}")));
        outcome.effects.push(Effect::Abandon {
            server: self.server().clone(),
            ticket: work.ticket,
        });
        Ok(outcome)
    }

    /// Changes its tags, because somebody wants that of this one.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] if it would have too many.
    pub fn change_tags(
        &self,
        change: &TagChange,
        policy: &Policy,
    ) -> Result<Outcome, BackupRefusal> {
        let tags = self.tags.changed(change);
        if tags.len() > policy.tags_max {
            let resource = self.id.as_str().into();
            return Err(TooManyTags {
                resource,
                count: tags.len(),
                max: policy.tags_max,
            }
            .into());
        }
        Ok(Outcome::of(Self {
            tags,
            ..self.clone()
        }))
    }

    /// Changes its tags as those of its server were changed.
    ///
    /// Tags of its own can fill it up: then those of the server's that find no room are left out, the greatest keys
    /// first.
    pub fn inherit_tags(&self, change: &TagChange, policy: &Policy) -> Outcome {
        let mut tags = self.tags.clone();
        match change {
            TagChange::Unset(_) => tags = tags.changed(change),
            TagChange::Set(more) => {
                for (key, value) in more.iter() {
                    if tags.value(key.as_str()).is_some() || tags.len() < policy.tags_max {
                        tags.set(key.clone(), value.clone());
                    }
                }
            }
        }
        Outcome::of(Self {
            tags,
            ..self.clone()
        })
    }

    /// It has been made; automated ones that it pushes out begin to be removed.
    fn succeed(
        &self,
        siblings: &[Self],
        retention: Retention,
        tickets: &mut dyn FnMut() -> Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Outcome {
        let made = self
            .moved(BackupTrigger::Made)
            .unwrap_or_else(|| self.clone());
        let mut outcome = Outcome::default();
        if made.kind == BackupType::Automated {
            let mut all: Vec<&Self> = siblings
                .iter()
                .filter(|sibling| sibling.id != made.id)
                .collect();
            all.push(&made);
            for removal in rotation::rotation(&all, retention, now).remove {
                if let Some(old) = all.iter().find(|backup| backup.id == removal.backup) {
                    outcome.push_removed(old.rotate_out(tickets(), terms, now, removal.reason));
                }
            }
        }
        Outcome {
            backup: Some(made),
            ..outcome
        }
    }

    /// Begins to remove it because of what [`rotation`] or [`sweep`](rotation::sweep) found.
    pub fn rotate_out(
        &self,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
        reason: rotation::RemovalReason,
    ) -> Outcome {
        self.erase(
            BackupTrigger::Rotated,
            ticket,
            terms,
            now,
            &format!("is being deleted: {reason}"),
        )
    }

    fn erase(
        &self,
        trigger: BackupTrigger,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
        why: &str,
    ) -> Outcome {
        let Some(moved) = self.moved(trigger) else {
            return Outcome::of(self.clone());
        };
        let time: TimeDelta = terms.policy.deadlines.deletion;
        let deadline = now
            .checked_add_signed(time)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let work = Work::EraseBackup {
            backup: self.id.clone(),
        };
        let effect = Effect::Perform {
            server: self.server().clone(),
            ticket,
            deadline,
            work,
        };
        Outcome {
            slots: -i32::from(self.holds_slot),
            effects: vec![effect],
            notes: vec![self.note(&format!("Backup {} {why}", self.id))],
            backup: Some(Self {
                work: Some(CurrentWork { ticket, deadline }),
                holds_slot: false,
                ..moved
            }),
            removed: Vec::new(),
        }
    }

    fn fail(&self, cause: &Cause) -> Self {
        let failed = self
            .moved(BackupTrigger::Failed)
            .unwrap_or_else(|| self.clone());
        Self {
            status_description: Some(cause.as_str().into()),
            ..failed
        }
    }

    fn fail_erasing(&self, cause: &Cause) -> Outcome {
        let failed = self
            .moved(BackupTrigger::EraseFailed)
            .unwrap_or_else(|| self.clone());
        let text = format!("deleting it failed: {cause}");
        let note = self.note(&format!("Deleting backup {} failed: {cause}", self.id));
        Outcome {
            notes: vec![note],
            ..Outcome::of(Self {
                status_description: Some(text.into()),
                ..failed
            })
        }
    }

    pub(crate) fn note(&self, message: &str) -> Note {
        Note::new(EventCategory::Backup, self.ticket(), message.to_owned())
    }

    fn stale(&self, given: Ticket) -> BackupRefusal {
        BackupRefusal::Stale {
            backup: self.id.clone(),
            status: self.status,
            given,
            current: self.ticket(),
        }
    }
}

impl Outcome {
    /// Takes up what comes of a backup that another one pushes out.
    fn push_removed(&mut self, other: Self) {
        self.removed.extend(other.backup);
        self.effects.extend(other.effects);
        self.notes.extend(other.notes);
        self.slots += other.slots;
    }
}

/// Tells the notes of a backup as events of its server, with which it is committed.
fn tell_all(mut moved: Transition, outcome: &mut Outcome, now: DateTime<Utc>) -> Transition {
    for note in outcome.notes.drain(..) {
        moved.tell(note, now);
    }
    moved
}
