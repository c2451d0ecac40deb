//! What has changed in the queue, and the queue rebuilt from what was kept.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::items::Held;
use super::{JobSlot, PlanSlot, Queue, Scope, Seat, Wake};
use crate::{
    Answered, DataCenter, Document, DocumentChange, DocumentKey, Item, Job, JobId, Owner, PlanId,
    Progress, Server, ServerId, Settings,
};

/// The names of the documents that have changed.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeSet<DocumentKey>);

impl Queue {
    /// Begins to note which documents change, for [`Queue::take_changes`]; what there is already counts as changed.
    pub fn note_all_changes(&mut self) {
        let keys = self.documents().map(|document| document.key()).collect();
        self.changes = Some(Changes(keys));
    }

    /// The documents that have changed since the last call, by name; none unless the queue was restored, or
    /// [`Queue::note_all_changes`] was called.
    ///
    /// Commit them together, and only then let anyone know what the calls before have returned: then a queue
    /// [rebuilt](Queue::restore) after a crash at any point keeps every promise that was made.
    pub fn take_changes(&mut self) -> Vec<DocumentChange> {
        let Some(Changes(keys)) = self.changes.as_mut().map(std::mem::take) else {
            return Vec::new();
        };
        let change = |key: DocumentKey| match self.document(&key) {
            Some(document) => DocumentChange::Put(document),
            None => DocumentChange::Remove(key),
        };
        keys.into_iter().map(change).collect()
    }

    /// Every document of the queue.
    pub fn documents(&self) -> impl Iterator<Item = Document> {
        let accounts = self
            .accounts
            .iter()
            .map(|slot| Document::Account(slot.account.clone()));
        let servers = self
            .servers
            .iter()
            .map(|server| Document::Server(server.clone()));
        let numbers = self.numbers.newest().map(Document::Newest);
        let jobs = self
            .jobs
            .iter()
            .flat_map(|(_, JobSlot { job, items, .. })| {
                let id = job.id();
                let items = (0..).zip(items).map(move |(index, held)| Document::Item {
                    job: id,
                    index,
                    item: held.item.clone(),
                });
                std::iter::once(Document::Job(job.clone())).chain(items)
            });
        let answered = self
            .answered
            .values()
            .map(|answered| Document::Answered(Box::new(answered.clone())));
        let plans = self
            .plans
            .values()
            .map(|slot| Document::Plan(slot.plan.clone()));
        accounts
            .chain(servers)
            .chain(numbers)
            .chain(jobs)
            .chain(answered)
            .chain(plans)
    }

    /// The document of this name.
    pub fn document(&self, key: &DocumentKey) -> Option<Document> {
        Some(match key {
            DocumentKey::Account(alias) => Document::Account(self.account(*alias)?.clone()),
            DocumentKey::Server(id) => Document::Server(self.server(*id)?.clone()),
            DocumentKey::Job(id) => Document::Job(self.job(*id)?.0.clone()),
            DocumentKey::Item(job, index) => {
                let (_, items) = self.job(*job)?;
                Document::Item {
                    job: *job,
                    index: *index,
                    item: items.get(*index as usize)?.clone(),
                }
            }
            DocumentKey::Newest(dc) => Document::Newest(self.numbers.newest_in(*dc)?),
            DocumentKey::Answered(alias, operation, key) => {
                let scope = (*alias, *operation, key.clone().try_into().ok()?);
                Document::Answered(Box::new(self.answered.get(&scope)?.clone()))
            }
            DocumentKey::Plan(id) => Document::Plan(self.plan(*id)?.clone()),
        })
    }

    /// Rebuilds a queue from its documents, in whatever order they come, for a process that begins as `owner`.
    ///
    /// What an earlier life of `owner` has left running is taken back at once, what others run goes on until its
    /// lease is over, and what has come due meanwhile is done. All that is noted, so that [`Queue::take_changes`]
    /// tells at once what the new start has changed. Counts are made anew from the items.
    ///
    /// # Errors
    ///
    /// Returns [`RestoreError`] if the documents are not those of one state of a queue.
    pub fn restore(
        settings: Settings,
        documents: impl IntoIterator<Item = Document>,
        owner: Owner,
        now: DateTime<Utc>,
    ) -> Result<Self, RestoreError> {
        let mut queue = Self::new(settings);
        let (mut jobs, mut items, mut answered) = (Vec::new(), Vec::new(), Vec::new());
        for document in documents {
            match document {
                Document::Account(mut account) => {
                    account.n_queued = 0;
                    queue.put_account(account);
                }
                Document::Server(server) => queue.restore_server(server),
                Document::Job(job) => jobs.push(job),
                Document::Item { job, index, item } => items.push((job, index, item)),
                Document::Newest(newest) => queue.numbers.raise(newest),
                Document::Answered(known) => answered.push(*known),
                Document::Plan(plan) => {
                    queue.plans.insert(
                        plan.id(),
                        PlanSlot {
                            plan,
                            wake_at: None,
                        },
                    );
                }
            }
        }
        queue.restore_jobs(jobs, items, now)?;
        for server in queue.servers.iter() {
            queue.check_claim(server)?;
        }
        queue.restore_answered(answered);
        queue.changes = Some(Changes::default());
        queue.recover(owner, now);
        let plans: Vec<PlanId> = queue.plans.keys().copied().collect();
        for id in plans {
            queue.move_plan(id, now);
        }
        queue.tick(now);
        Ok(queue)
    }

    fn restore_server(&mut self, server: Server) {
        let expires_at = server.snapshot_expires_at();
        let slot = self.servers.put(server);
        if let Some(at) = expires_at {
            self.wakes.push(Reverse((at, Wake::Server(slot))));
        }
    }

    fn restore_jobs(
        &mut self,
        mut jobs: Vec<Job>,
        mut items: Vec<(JobId, u32, Item)>,
        now: DateTime<Utc>,
    ) -> Result<(), RestoreError> {
        // Age for the lines, place for the lists; within an account they are the same.
        jobs.sort_by_key(|job| (job.created_at, job.account, job.place));
        if !items.is_sorted_by_key(|(job, index, _)| (*job, *index)) {
            items.sort_by_key(|(job, index, _)| (*job, *index));
        }
        let mut by_job = items.into_iter().peekable();
        let mut of_jobs: Vec<(JobId, Vec<Item>)> = Vec::with_capacity(jobs.len());
        while let Some((job, index, item)) = by_job.next() {
            let mut list = vec![item];
            let mut in_order = index == 0;
            while let Some((_, index, item)) = by_job.next_if(|(of, _, _)| *of == job) {
                in_order &= index as usize == list.len();
                list.push(item);
            }
            if !in_order {
                return Err(RestoreError::Items { job });
            }
            of_jobs.push((job, list));
        }
        for job in jobs {
            let id = job.id();
            let at = of_jobs.binary_search_by_key(&id, |(job, _)| *job);
            let items = at
                .map(|at| std::mem::take(&mut of_jobs[at].1))
                .unwrap_or_default();
            self.restore_job(job, items, now)?;
        }
        of_jobs
            .iter()
            .find(|(_, items)| !items.is_empty())
            .map_or(Ok(()), |(job, _)| Err(RestoreError::Items { job: *job }))
    }

    fn restore_job(
        &mut self,
        job: Job,
        items: Vec<Item>,
        now: DateTime<Utc>,
    ) -> Result<(), RestoreError> {
        let (id, place) = (job.id(), job.place());
        let account = self
            .account_slots
            .get(&job.account())
            .copied()
            .ok_or(RestoreError::Account { job: id })?;
        if Progress::of(&items) != *job.progress() || job.next > job.progress().total {
            return Err(RestoreError::Items { job: id });
        }
        let holds = |server: &Server, index: u32| {
            let claim = server.claim();
            claim.is_some_and(|claim| (claim.job, claim.item) == (id, index))
        };
        let mut held = Vec::with_capacity(items.len());
        for (index, item) in (0..).zip(items) {
            let mut server = u32::MAX;
            if !item.status().is_final() {
                let there = self.servers.slot(&item.server());
                server = there.ok_or(RestoreError::Claim { job: id })?;
                if !self
                    .servers
                    .get(server)
                    .is_some_and(|server| holds(server, index))
                {
                    return Err(RestoreError::Claim { job: id });
                }
            }
            held.push(Held { item, server });
        }
        let n_queued = job.progress().total - job.progress().ended();
        self.n_queued += u64::from(n_queued);
        self.numbers.raise(id);
        self.last_arrival += 1;
        let arrival = self.last_arrival;
        let slot = self.jobs.put(JobSlot {
            job,
            items: held.into_boxed_slice(),
            seat: Seat::new(account),
            arrival,
            wake_at: None,
        });
        self.job_slots.insert(id, slot);
        let this = &mut self.accounts[account as usize];
        this.account.n_queued += n_queued;
        this.account.last_place = this.account.last_place.max(place);
        this.jobs.push_back((place, slot));
        self.line_up(slot, now);
        self.wake_restored(slot);
        Ok(())
    }

    fn check_claim(&self, server: &Server) -> Result<(), RestoreError> {
        let Some(claim) = server.claim() else {
            return Ok(());
        };
        let item = self
            .job(claim.job)
            .and_then(|(_, items)| items.get(claim.item as usize));
        let live =
            item.is_some_and(|item| item.server() == server.id() && !item.status().is_final());
        if live {
            Ok(())
        } else {
            Err(RestoreError::Claim { job: claim.job })
        }
    }

    fn restore_answered(&mut self, mut answered: Vec<Answered>) {
        answered.sort_by_key(Answered::forget_at);
        for known in answered {
            let submission = known.submission();
            let Some(key) = submission.key().cloned() else {
                continue;
            };
            let scope = (
                submission.account(),
                submission.command().action().operation(),
                key,
            );
            if let Some(slot) = self.account_slots.get(&scope.0) {
                self.accounts[*slot as usize].n_answered += 1;
            }
            self.answered_order
                .push_back((known.forget_at(), scope.clone()));
            self.answered.insert(scope, known);
        }
    }

    pub(super) fn note_account(&mut self, slot: u32) {
        if let Some(Changes(keys)) = &mut self.changes {
            keys.insert(DocumentKey::Account(
                self.accounts[slot as usize].account.alias(),
            ));
        }
    }

    pub(super) fn note_server(&mut self, id: ServerId) {
        self.note(|| DocumentKey::Server(id));
    }

    pub(super) fn note_job(&mut self, id: JobId) {
        self.note(|| DocumentKey::Job(id));
    }

    pub(super) fn note_item(&mut self, job: JobId, index: u32) {
        self.note(|| DocumentKey::Item(job, index));
    }

    pub(super) fn note_number(&mut self, dc: DataCenter) {
        self.note(|| DocumentKey::Newest(dc));
    }

    pub(super) fn note_answer(&mut self, (alias, operation, key): Scope) {
        self.note(|| DocumentKey::Answered(alias, operation, key.into()));
    }

    pub(super) fn note_plan(&mut self, id: PlanId) {
        self.note(|| DocumentKey::Plan(id));
    }

    /// Notes a job that was just made, with everything that was made or claimed for it.
    pub(super) fn note_new_job(&mut self, slot: u32) {
        let Some(Changes(keys)) = &mut self.changes else {
            return;
        };
        let Some(JobSlot {
            job, items, seat, ..
        }) = self.jobs.get(slot)
        else {
            return;
        };
        let id = job.id();
        keys.insert(DocumentKey::Job(id));
        keys.insert(DocumentKey::Newest(id.data_center()));
        keys.extend(
            (0..)
                .zip(items)
                .map(|(index, _)| DocumentKey::Item(id, index)),
        );
        keys.extend(
            items
                .iter()
                .map(|held| DocumentKey::Server(held.item.server())),
        );
        let account = seat.account();
        self.note_account(account);
    }

    fn note(&mut self, key: impl FnOnce() -> DocumentKey) {
        if let Some(Changes(keys)) = &mut self.changes {
            keys.insert(key());
        }
    }

    /// Sets the first wake of a restored job: as if it had been looked at when it was last due.
    fn wake_restored(&mut self, slot: u32) {
        self.wake_for_rest(slot, DateTime::<Utc>::MIN_UTC);
    }
}

/// Says why documents do not make a queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The account of a job is missing.
    #[error("the account of job {job} is missing")]
    Account {
        /// The job.
        job: JobId,
    },
    /// The items are not those of the job: some are missing or too many, or they stand elsewhere than it says.
    #[error("the items of job {job} are not those that it counts")]
    Items {
        /// The job.
        job: JobId,
    },
    /// A server is held by an item that has ended or is missing, or an item does not hold its server.
    #[error("the servers of job {job} are not those that it holds")]
    Claim {
        /// The job.
        job: JobId,
    },
}
