//! Requests: submitting, trying out, changing, building, cancelling, trying again.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::items::Items;
use super::{JobSlot, Queue, Seat};
use crate::admission::admit_from;
use crate::time::later;
use crate::{
    Action, AdmitError, Alias, Answer, Answered, Cell, Change, ChangeInfo, Command, Description,
    Entry, GroupId, InvalidId, Item, ItemStatus, Job, JobId, JobStatus, Key, MaxConcurrency,
    MaxErrors, NewServer, Operation, Progress, Reason, Server, ServerId, Submission, TargetId,
    Terms, UserName, examine, may_be_cloned, stop,
};

impl Queue {
    /// Admits a request: answers for each server, and queues those that it can.
    ///
    /// A request with a key that was sent before gets the answer that it got then, and nothing new is queued.
    ///
    /// # Errors
    ///
    /// Returns [`SubmitError`], with nothing queued, if the account is unknown, the request does not fit into the
    /// queue, or its key stands for another request.
    pub fn submit(
        &mut self,
        submission: &Submission,
        now: DateTime<Utc>,
    ) -> Result<Answer, SubmitError> {
        self.tick(now);
        let account = self.account_slot(submission.account())?;
        if let Some(answer) = self.replay(submission, account)? {
            return Ok(answer);
        }
        let answer = self.admit(submission, account, now)?;
        self.remember(submission, account, &answer, now);
        Ok(answer)
    }

    /// What [`Queue::submit`] would say to each server at `now`, without doing it; keys and limits aside.
    ///
    /// # Errors
    ///
    /// Returns [`SubmitError::UnknownAccount`] if there is no such account.
    pub fn dry_run(
        &self,
        submission: &Submission,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TargetId, Cell)>, SubmitError> {
        let slot = self.account_slot(submission.account())?;
        let account = &self.accounts[slot as usize].account;
        let action = submission.command().action();
        let cell = |target: &crate::Target| {
            let server = match &target.server {
                TargetId::Id(id) => self.server(*id),
                TargetId::Unreadable(_) => None,
            };
            (
                target.server.clone(),
                examine(action, target, server, account, now),
            )
        };
        Ok(submission.command().targets().iter().map(cell).collect())
    }

    /// Changes a server: what describes it at once, its processors, memory and disks by a job.
    ///
    /// # Errors
    ///
    /// Returns [`PatchError`], with nothing changed, if the account has no such server, or the job is turned away.
    pub fn patch(
        &mut self,
        account: Alias,
        server: ServerId,
        description: &Description,
        change: Change,
        by: impl Into<UserName>,
        now: DateTime<Utc>,
    ) -> Result<Patched, PatchError> {
        self.tick(now);
        let by = by.into();
        let slot = self.account_slot(account)?;
        let owner = self.server(server).map(Server::account);
        if !owner.is_some_and(|owner| self.accounts[slot as usize].account.may_see(owner)) {
            return Err(PatchError::UnknownServer { server });
        }
        let patched = if change.is_empty() {
            Patched::AtOnce
        } else {
            let command = Command::new(
                Action::Change {
                    change: Arc::new(change),
                },
                [server.into()],
            );
            let answer = self.submit(&Submission::new(account, by.clone(), command), now)?;
            let job = answer
                .jobs()
                .first()
                .ok_or(PatchError::Refused { server })?;
            Patched::Queued { job: *job }
        };
        if !description.is_empty()
            && let Some(server_slot) = self.servers.slot(&server)
            && let Some(known) = self.servers.get_mut(server_slot)
        {
            known.describe(description, by, now);
            self.note_server(server);
        }
        Ok(patched)
    }

    /// Queues the building of a server, which is there from now on, under construction.
    ///
    /// Its id has the lowest counter that is free. A server that cannot be built, or whose job is cancelled, is
    /// gone again.
    ///
    /// # Errors
    ///
    /// Returns [`CreateError`], with nothing changed, if the name does not make an id, all its counters are in use,
    /// the source cannot be copied, or the job is turned away.
    pub fn create(
        &mut self,
        account: Alias,
        new: NewServer,
        by: impl Into<UserName>,
        now: DateTime<Utc>,
    ) -> Result<(ServerId, Entry), CreateError> {
        self.tick(now);
        let by = by.into();
        let slot = self.account_slot(account)?;
        if let Some(source) = new.source {
            let seen = |server: &&Server| {
                self.accounts[slot as usize]
                    .account
                    .may_see(server.account())
            };
            if !self.server(source).filter(seen).is_some_and(may_be_cloned) {
                return Err(CreateError::NoSource { server: source });
            }
        }
        let id = self.free_id(account, &new)?;
        let server =
            Server::under_construction(id, account, &new, ChangeInfo::created(by.clone(), now));
        self.servers.put(server);

        let command = Command::new(Action::Create { new: Arc::new(new) }, [id.into()]);
        match self.submit(&Submission::new(account, by, command), now) {
            Ok(answer) if answer.jobs().is_empty() => {
                self.servers.remove(&id);
                Err(CreateError::NoNumber { server: id })
            }
            Ok(answer) => {
                self.note_server(id);
                Ok((id, answer.entries()[0].clone()))
            }
            Err(error) => {
                self.servers.remove(&id);
                Err(error.into())
            }
        }
    }

    /// Queues one action for every server of a group, as far as it is legal, in order of the ids.
    ///
    /// The service archives and restores groups so. Nothing is said about servers that cannot take it.
    ///
    /// # Errors
    ///
    /// As [`Queue::submit`].
    pub fn submit_for_group(
        &mut self,
        account: Alias,
        group: GroupId,
        action: Action,
        by: impl Into<UserName>,
        now: DateTime<Utc>,
    ) -> Result<Answer, SubmitError> {
        let slot = self.account_slot(account)?;
        let seen = &self.accounts[slot as usize].account;
        let member = |server: &&Server| {
            server.profile().group == Some(group) && seen.may_see(server.account())
        };
        let mut members: Vec<ServerId> =
            self.servers.iter().filter(member).map(Server::id).collect();
        members.sort_unstable();
        let command = Command::new(action, members.into_iter().map(TargetId::Id));
        self.submit(&Submission::new(account, by, command), now)
    }

    /// Stops a job: what waits is skipped, what runs may end; a job with nothing running ends at once, as failed.
    ///
    /// # Errors
    ///
    /// Returns [`CancelError`] if the account has no such job, or it has ended.
    pub fn cancel(
        &mut self,
        account: Alias,
        id: JobId,
        now: DateTime<Utc>,
    ) -> Result<Progress, CancelError> {
        let slot = self
            .own_job(account, id)
            .ok_or(CancelError::UnknownJob { job: id })?;
        let JobSlot { job, .. } = self
            .jobs
            .get_mut(slot)
            .ok_or(CancelError::UnknownJob { job: id })?;
        if job.status().is_final() {
            return Err(CancelError::Ended {
                job: id,
                status: job.status(),
            });
        }
        stop(job, Reason::Cancelled);
        self.note_job(id);
        self.settle(slot, now);
        let progress = self.jobs.get(slot).map(|this| *this.job.progress());
        progress.ok_or(CancelError::UnknownJob { job: id })
    }

    /// Queues the servers of an ended job that did not succeed once more, as a new job that is linked to the old.
    ///
    /// # Errors
    ///
    /// Returns [`RetryError`], with nothing queued, if the account has no such job, it has not ended, has no such
    /// servers, was retried before, or the new job is turned away.
    pub fn retry(
        &mut self,
        account: Alias,
        id: JobId,
        which: Which,
        by: impl Into<UserName>,
        now: DateTime<Utc>,
    ) -> Result<Answer, RetryError> {
        self.tick(now);
        let slot = self
            .own_job(account, id)
            .ok_or(RetryError::UnknownJob { job: id })?;
        let JobSlot { job, items, .. } = self
            .jobs
            .get(slot)
            .ok_or(RetryError::UnknownJob { job: id })?;
        let submission = retry(job, Items::new(items).iter(), which, by)?;
        let answer = self.submit(&submission, now)?;
        if let (Some(this), Some(newer)) = (self.jobs.get_mut(slot), answer.jobs().first()) {
            this.job.retried_as_is(*newer);
            self.note_job(id);
        }
        Ok(answer)
    }

    /// Admits a request without regard to its key.
    pub(super) fn admit(
        &mut self,
        submission: &Submission,
        account: u32,
        now: DateTime<Utc>,
    ) -> Result<Answer, AdmitError> {
        let room = self.settings.queued_max.saturating_sub(self.n_queued);
        let known = &mut self.accounts[account as usize].account;
        let (answer, jobs) = admit_from(
            submission,
            known,
            room,
            &mut self.servers,
            &mut self.numbers,
            &self.settings,
            now,
        )?;
        for (job, items) in jobs {
            let (id, place, start_by) = (job.id(), job.place(), job.start_by());
            self.n_queued += items.len() as u64;
            self.last_arrival += 1;
            let items = items.into_boxed_slice();
            let arrival = self.last_arrival;
            let slot = self.jobs.put(JobSlot {
                job,
                items,
                seat: Seat::new(account),
                arrival,
                wake_at: None,
            });
            self.job_slots.insert(id, slot);
            self.accounts[account as usize]
                .jobs
                .push_back((place, slot));
            if let Some(at) = start_by {
                self.wake_job(slot, at);
            }
            self.settle(slot, now);
            self.note_new_job(slot);
        }
        Ok(answer)
    }

    pub(super) fn account_slot(&self, alias: Alias) -> Result<u32, SubmitError> {
        self.account_slots
            .get(&alias)
            .copied()
            .ok_or(SubmitError::UnknownAccount { alias })
    }

    /// The slot of a job that the account may see.
    fn own_job(&self, account: Alias, id: JobId) -> Option<u32> {
        self.status(account, id)?;
        self.job_slots.get(id)
    }

    fn free_id(&self, account: Alias, new: &NewServer) -> Result<ServerId, CreateError> {
        for counter in 1..=999 {
            let id = new.id(&account, counter)?;
            if self.server(id).is_none() {
                return Ok(id);
            }
        }
        Err(CreateError::NoCounter {
            name: new.name.chars().take(40).collect(),
        })
    }

    /// The answer to a request that was sent before under the same key.
    fn replay(&self, submission: &Submission, account: u32) -> Result<Option<Answer>, SubmitError> {
        let Some(key) = submission.key() else {
            return Ok(None);
        };
        let operation = submission.command().action().operation();
        if let Some(answered) = self
            .answered
            .get(&(submission.account(), operation, key.clone()))
        {
            return answered
                .replay(submission)
                .cloned()
                .map(Some)
                .ok_or_else(|| SubmitError::KeyReused {
                    key: key.clone(),
                    operation,
                });
        }
        let max = self.settings.keys_per_account_max;
        if self.accounts[account as usize].n_answered >= max {
            return Err(SubmitError::TooManyKeys { max });
        }
        Ok(None)
    }

    fn remember(
        &mut self,
        submission: &Submission,
        account: u32,
        answer: &Answer,
        now: DateTime<Utc>,
    ) {
        let Some(key) = submission.key() else { return };
        let forget_at = later(now, self.settings.key_retention);
        let answered = Answered::new(submission.clone(), answer.clone(), forget_at);
        let scope = (
            submission.account(),
            submission.command().action().operation(),
            key.clone(),
        );
        self.answered_order.push_back((forget_at, scope.clone()));
        self.answered.insert(scope.clone(), answered);
        self.accounts[account as usize].n_answered += 1;
        self.note_answer(scope);
    }

    pub(super) fn forget_answers(&mut self, now: DateTime<Utc>) {
        while let Some((at, _)) = self.answered_order.front()
            && *at <= now
            && let Some((_, scope)) = self.answered_order.pop_front()
        {
            self.answered.remove(&scope);
            if let Some(slot) = self.account_slots.get(&scope.0) {
                self.accounts[*slot as usize].n_answered -= 1;
            }
            self.note_answer(scope);
        }
    }
}

/// The request by which the servers of an ended job that did not succeed are tried again.
///
/// Commit the jobs that it makes together with the old one, told by [`Job::retried_as_is`] what the new one is.
///
/// # Errors
///
/// Returns [`RetryError`] if the job has not ended, was retried before, or has no such servers.
pub fn retry<'a>(
    job: &Job,
    items: impl IntoIterator<Item = &'a Item>,
    which: Which,
    by: impl Into<UserName>,
) -> Result<Submission, RetryError> {
    if !job.status().is_final() {
        return Err(RetryError::NotEnded {
            job: job.id(),
            status: job.status(),
        });
    }
    if let Some(newer) = job.retried_as() {
        return Err(RetryError::Retried {
            job: job.id(),
            newer,
        });
    }
    let mut again = items
        .into_iter()
        .filter(|item| which.includes(item.status()))
        .peekable();
    if again.peek().is_none() {
        return Err(RetryError::NothingLeft { job: job.id() });
    }
    let command = match job.action() {
        Action::SetMaintenance => Command::set_maintenance(
            again.map(|item| (item.server().into(), item.maintenance() == Some(true))),
        ),
        action => Command::new(action.clone(), again.map(|item| item.server().into())),
    };
    let terms = Terms {
        max_concurrency: MaxConcurrency::count(
            job.max_concurrency()
                .try_into()
                .unwrap_or(std::num::NonZeroU32::MIN),
        ),
        max_errors: (job.max_errors != Job::ANY).then(|| MaxErrors::count(job.max_errors)),
        priority: job.priority(),
        start_by: None,
    };
    Ok(Submission {
        retry_of: Some(job.id()),
        ..Submission::new(job.account(), by, command).on_terms(terms)
    })
}

/// How a server was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Patched {
    /// All of it at once.
    AtOnce,
    /// By a job, the description at once.
    Queued {
        /// The job.
        job: JobId,
    },
}

/// Which servers of an ended job are tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Which {
    /// Those that have failed.
    Failed,
    /// Those that have failed and those that were skipped.
    NotSucceeded,
}

impl Which {
    fn includes(self, status: ItemStatus) -> bool {
        match status {
            ItemStatus::Failed => true,
            ItemStatus::Skipped => self == Self::NotSucceeded,
            ItemStatus::NotStarted
            | ItemStatus::Executing
            | ItemStatus::Resumed
            | ItemStatus::Succeeded => false,
        }
    }
}

/// Says why a request was turned away as a whole; nothing has changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// There is no such account.
    #[error("account {alias} is unknown")]
    UnknownAccount {
        /// The alias.
        alias: Alias,
    },
    /// It does not fit into the queue.
    #[error(transparent)]
    Admit(#[from] AdmitError),
    /// Its key was used for another request.
    #[error("the key `{}` stands for another {operation} request", key.as_str())]
    KeyReused {
        /// The key.
        key: Key,
        /// The operation for which it was used.
        operation: Operation,
    },
    /// The account has too many keyed answers remembered.
    #[error("{max} keyed requests are remembered, expected fewer before a new one")]
    TooManyKeys {
        /// How many may be.
        max: usize,
    },
}

/// Says why a server was not changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// The account has no such server.
    #[error("server {server} is unknown")]
    UnknownServer {
        /// The server.
        server: ServerId,
    },
    /// The server is held by a job, or in a state that does not allow the change.
    #[error("server {server} is not in a state to be changed")]
    Refused {
        /// The server.
        server: ServerId,
    },
    /// The job was turned away.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// Says why a server is not built.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The name does not make an id.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// Every counter from 1 to 999 is in use.
    #[error("no counter is left for servers called `{name}`, expected one of 1 to 999")]
    NoCounter {
        /// The name.
        name: Box<str>,
    },
    /// No job number is left in the data centre.
    #[error("no job number is left where server {server} would be built")]
    NoNumber {
        /// The id that it would have had.
        server: ServerId,
    },
    /// The source is unknown, held by a job, or not active.
    #[error("server {server} cannot be copied")]
    NoSource {
        /// The server that was to be copied.
        server: ServerId,
    },
    /// The job was turned away.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// Says why a job was not stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CancelError {
    /// The account has no such job.
    #[error("job {job} is unknown")]
    UnknownJob {
        /// The job.
        job: JobId,
    },
    /// It has ended.
    #[error("job {job} has {status}, expected one that goes on")]
    Ended {
        /// The job.
        job: JobId,
        /// How it has ended.
        status: JobStatus,
    },
}

/// Says why a job is not tried again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RetryError {
    /// The account has no such job.
    #[error("job {job} is unknown")]
    UnknownJob {
        /// The job.
        job: JobId,
    },
    /// It goes on.
    #[error("job {job} is {status}, expected one that has ended")]
    NotEnded {
        /// The job.
        job: JobId,
        /// Where it stands.
        status: JobStatus,
    },
    /// None of its servers is left to do.
    #[error("job {job} has no server to try again")]
    NothingLeft {
        /// The job.
        job: JobId,
    },
    /// It was tried again before.
    #[error("job {job} was tried again as {newer}")]
    Retried {
        /// The job.
        job: JobId,
        /// The newer one.
        newer: JobId,
    },
    /// The new job was turned away.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}
