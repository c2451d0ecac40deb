//! Requests: submitting, trying out, building, changing, cancelling, trying again, planning.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use tagout_batch::{
    Account, Action, Admission, AdmitError, Alias, Answer, Answered, CancelError, Cell, Change,
    ChangeInfo, Command, CreateError, Description, Entry, GroupId, Item, ItemStatus, JobId,
    NewServer, Numbers, PatchError, Patched, Plan, PlanError, PlanId, Progress, Reason, RetryError,
    Server, ServerId, Submission, SubmitError, Target, TargetId, Terms, UserName, Which, admit,
    examine, may_be_cloned,
};
use tagout_store::{Kind, Store};

use super::records::{
    AccountRecord, AnswerRecord, ItemRecord, JobRecord, NewestRecord, PlanRecord, SCOPE,
    ServerRecord,
};
use tracing::instrument;

use crate::{
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry::observed,
    unit::Unit,
};

/// How many items wait or run: of each account, and of all.
pub(super) const QUEUED: Kind = Kind::constant("batch-queued");

/// What the count of all accounts is called; no alias has a star in it.
pub(super) const ALL: &str = "*";

/// How many keyed answers of an account are remembered.
pub(super) const KEYED: Kind = Kind::constant("batch-keyed");

/// The most servers of one request: with its item and its server each writes two documents of one commit.
pub(crate) const SERVERS_MAX: usize = 4_000;

impl<S: Store, D: Driver> Control<S, D> {
    /// Makes sure that there is such an account, with this weight and these accounts below it.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store does not do as asked.
    #[instrument(skip_all, fields(account = %account.alias()))]
    pub async fn put_batch_account(
        &self,
        account: Account,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("put_batch_account", async {
            decide!(self, now, |unit| {
                let record = match unit
                    .get::<AccountRecord>(SCOPE, &account.alias().to_string())
                    .await?
                {
                    Some(AccountRecord(mut known)) => {
                        known.weight = account.weight;
                        known.sub_accounts.clone_from(&account.sub_accounts);
                        known
                    }
                    None => account.clone(),
                };
                unit.put(SCOPE, &AccountRecord(record))
            })
        })
        .await
    }

    /// Brings in a server that exists already, or describes anew one that no job holds.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::ServerHeld`] if a job holds the server that is there, or `server` itself says so.
    #[instrument(skip_all, fields(account = %server.account(), server = %server.id()))]
    pub async fn put_batch_server(
        &self,
        server: Server,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("put_batch_server", async {
            decide!(self, now, |unit| {
                let known = unit
                    .get::<ServerRecord>(SCOPE, server.id().as_str())
                    .await?;
                let held = known
                    .as_ref()
                    .and_then(|known| known.0.claim())
                    .or(server.claim());
                if let Some(claim) = held {
                    return Err(ControlError::ServerHeld {
                        server: server.id(),
                        job: claim.job,
                    });
                }
                unit.put(SCOPE, &ServerRecord(server.clone()))
            })
        })
        .await
    }

    /// Admits a request: answers for each server, and queues those that it can.
    ///
    /// A request with a key that was sent before gets the answer that it got then, and nothing new is queued.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`], with nothing queued, if the account is unknown, the request does not fit into
    /// the queue, or its key stands for another request.
    #[instrument(skip_all, fields(account = %submission.account()))]
    pub async fn submit_batch(
        &self,
        submission: &Submission,
        now: DateTime<Utc>,
    ) -> Result<Answer, ControlError> {
        observed("submit_batch", async {
            let _turn = self.turn(submission.account().as_str()).await;
            decide!(self, now, |unit| { self.submit(unit, submission).await })
        })
        .await
    }

    /// What [`submit_batch`](Self::submit_batch) would say to each server, without doing it; keys and limits aside.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`] if there is no such account.
    #[instrument(skip_all, fields(account = %submission.account()))]
    pub async fn try_out_batch(
        &self,
        submission: &Submission,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TargetId, Cell)>, ControlError> {
        observed("try_out_batch", async {
            let mut unit = Unit::new(&self.store, now);
            let account = account(&mut unit, submission.account()).await?;
            let inventory = inventory(&mut unit, submission.command()).await?;
            let cell = |target: &Target| {
                let server = match &target.server {
                    TargetId::Id(id) => inventory.get(id),
                    TargetId::Unreadable(_) => None,
                };
                (
                    target.server.clone(),
                    examine(submission.command().action(), target, server, &account, now),
                )
            };
            Ok(submission.command().targets().iter().map(cell).collect())
        })
        .await
    }

    /// Changes a server: what describes it at once, its processors, memory and disks by a job.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Patch`], with nothing changed, if the account has no such server, or the job is turned
    /// away.
    #[instrument(skip_all, fields(account = %alias, %server))]
    pub async fn patch_batch_server(
        &self,
        alias: Alias,
        server: ServerId,
        description: &Description,
        change: &Change,
        by: &UserName,
        now: DateTime<Utc>,
    ) -> Result<Patched, ControlError> {
        observed("patch_batch_server", async {
            let _turn = self.turn(alias.as_str()).await;
            decide!(self, now, |unit| {
                let unknown = PatchError::UnknownServer { server };
                let seen = account(unit, alias).await?;
                let record = unit.get::<ServerRecord>(SCOPE, server.as_str()).await?;
                if !record.is_some_and(|ServerRecord(server)| seen.may_see(server.account())) {
                    return Err(unknown.into());
                }
                let patched = if change.is_empty() {
                    Patched::AtOnce
                } else {
                    let command = Command::new(
                        Action::Change {
                            change: change.clone().into(),
                        },
                        [server.into()],
                    );
                    let answer = self
                        .submit(unit, &Submission::new(alias, by.clone(), command))
                        .await
                        .map_err(|error| within(error, PatchError::Submit))?;
                    let job = *answer
                        .jobs()
                        .first()
                        .ok_or(PatchError::Refused { server })?;
                    Patched::Queued { job }
                };
                if !description.is_empty() {
                    let ServerRecord(mut known) = unit
                        .get::<ServerRecord>(SCOPE, server.as_str())
                        .await?
                        .ok_or(unknown)?;
                    known.describe(description, by.clone(), now);
                    unit.put(SCOPE, &ServerRecord(known))?;
                }
                Ok(patched)
            })
        })
        .await
    }

    /// Queues the building of a server, which is there from now on, under construction.
    ///
    /// Its id has the lowest counter that is free. A server that cannot be built, or whose job is cancelled, is gone
    /// again.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Create`], with nothing changed, if the name does not make an id, all its counters are in
    /// use, the source cannot be copied, or the job is turned away.
    #[instrument(skip_all, fields(account = %alias))]
    pub async fn create_batch_server(
        &self,
        alias: Alias,
        new: &NewServer,
        by: &UserName,
        now: DateTime<Utc>,
    ) -> Result<(ServerId, Entry), ControlError> {
        observed("create_batch_server", async {
            let _turn = self.turn(alias.as_str()).await;
            decide!(self, now, |unit| {
                let seen = account(unit, alias).await?;
                if let Some(source) = new.source {
                    let known = unit.get::<ServerRecord>(SCOPE, source.as_str()).await?;
                    let good = known.is_some_and(|ServerRecord(server)| {
                        seen.may_see(server.account()) && may_be_cloned(&server)
                    });
                    if !good {
                        return Err(CreateError::NoSource { server: source }.into());
                    }
                }
                let id = free_id(unit, alias, new).await?;
                let change = ChangeInfo::created(by.clone(), now);
                unit.put(
                    SCOPE,
                    &ServerRecord(Server::under_construction(id, alias, new, change)),
                )?;
                let command = Command::new(
                    Action::Create {
                        new: new.clone().into(),
                    },
                    [id.into()],
                );
                let answer = self
                    .submit(unit, &Submission::new(alias, by.clone(), command))
                    .await
                    .map_err(|error| within(error, CreateError::Submit))?;
                match answer.entries().first() {
                    Some(entry) if entry.verdict.is_queued() => Ok((id, entry.clone())),
                    _ => Err(CreateError::NoNumber { server: id }.into()),
                }
            })
        })
        .await
    }

    /// Queues one action for every server of a group, as far as it is legal, in order of the ids.
    ///
    /// # Errors
    ///
    /// As [`submit_batch`](Self::submit_batch), and [`ControlError::TooManyServers`] if the group is larger than a
    /// request may be.
    #[instrument(skip_all, fields(account = %alias, %group))]
    pub async fn submit_batch_for_group(
        &self,
        alias: Alias,
        group: GroupId,
        action: &Action,
        by: &UserName,
        now: DateTime<Utc>,
    ) -> Result<Answer, ControlError> {
        observed("submit_batch_for_group", async {
            let members = self.batch_servers_of_group(alias, group, now).await?;
            let command = Command::new(action.clone(), members.into_iter().map(TargetId::Id));
            self.submit_batch(&Submission::new(alias, by.clone(), command), now)
                .await
        })
        .await
    }

    /// Stops a job: what waits is skipped, what runs may end.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Cancel`] if the account has no such job, or it has ended.
    #[instrument(skip_all, fields(account = %alias, job = %id))]
    pub async fn cancel_batch(
        &self,
        alias: Alias,
        id: JobId,
        now: DateTime<Utc>,
    ) -> Result<Progress, ControlError> {
        observed("cancel_batch", async {
            let _turn = self.turn(alias.as_str()).await;
            decide!(self, now, |unit| {
                let record = self
                    .own_job(unit, alias, id)
                    .await?
                    .ok_or(CancelError::UnknownJob { job: id })?;
                let mut job = record.job;
                if job.status().is_final() {
                    return Err(CancelError::Ended {
                        job: id,
                        status: job.status(),
                    }
                    .into());
                }
                tagout_batch::stop(&mut job, Reason::Cancelled);
                self.settle_job(unit, job).await.map(|job| *job.progress())
            })
        })
        .await
    }

    /// Queues the servers of an ended job that did not succeed once more, as a new job that is linked to the old.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Retry`], with nothing queued, if the account has no such job, it has not ended, has no
    /// such servers, was retried before, or the new job is turned away.
    #[instrument(skip_all, fields(account = %alias, job = %id))]
    pub async fn retry_batch(
        &self,
        alias: Alias,
        id: JobId,
        which: Which,
        by: &UserName,
        now: DateTime<Utc>,
    ) -> Result<Answer, ControlError> {
        observed("retry_batch", async {
            let _turn = self.turn(alias.as_str()).await;
            decide!(self, now, |unit| {
                let record = self
                    .own_job(unit, alias, id)
                    .await?
                    .ok_or(RetryError::UnknownJob { job: id })?;
                let items = self.items_of(unit, &record.job).await?;
                let submission = tagout_batch::retry(&record.job, &items, which, by.clone())?;
                let answer = self
                    .submit(unit, &submission)
                    .await
                    .map_err(|error| within(error, RetryError::Submit))?;
                if let Some(newer) = answer.jobs().first() {
                    let mut job = record.job;
                    job.retried_as_is(*newer);
                    unit.put(SCOPE, &JobRecord::new(job, &self.settings.batches, now))?;
                }
                Ok(answer)
            })
        })
        .await
    }

    /// Plans maintenance of some servers from `starts_at` to `ends_at`, both of which happen by themselves.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Plan`], with nothing planned, if the plan would not end after it starts, it has no
    /// servers or too many, or the account has too many plans.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a plan, who makes it, and when"
    )]
    #[instrument(skip_all, fields(account = %alias))]
    pub async fn plan_batch_maintenance(
        &self,
        alias: Alias,
        servers: &[ServerId],
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        terms: &Terms,
        by: &UserName,
        now: DateTime<Utc>,
    ) -> Result<PlanId, ControlError> {
        observed("plan_batch_maintenance", async {
            let _turn = self.turn(alias.as_str()).await;
            let settings = &self.settings.batches;
            let max = settings.plans_per_account_max;
            decide!(self, now, |unit| {
                // Whoever plans writes the account, so that of two who count the same plans one counts anew.
                let mut owner = account(unit, alias).await?;
                if self.n_plans(alias, max).await? >= max {
                    return Err(PlanError::TooManyPlans { max }.into());
                }
                let id = owner.next_plan().ok_or(PlanError::TooManyPlans { max })?;
                let plan = Plan::new(
                    id,
                    by.clone(),
                    terms.clone(),
                    servers.iter().copied(),
                    starts_at,
                    ends_at,
                )
                .ok_or(PlanError::NotInOrder { starts_at, ends_at })?;
                let named = plan.servers().len();
                let servers_max = settings.servers_max.min(SERVERS_MAX);
                if !(1..=servers_max).contains(&named) {
                    return Err(PlanError::Servers {
                        named,
                        max: servers_max,
                    }
                    .into());
                }
                unit.put(SCOPE, &AccountRecord(owner))?;
                self.move_plan(unit, plan).await?;
                Ok(id)
            })
        })
        .await
    }

    /// Ends a plan now instead of later; tells whether there is such a plan, and it was not over.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store does not do as asked.
    #[instrument(skip_all, fields(account = %id.account, plan = id.number))]
    pub async fn end_batch_plan_early(
        &self,
        id: PlanId,
        now: DateTime<Utc>,
    ) -> Result<bool, ControlError> {
        observed("end_batch_plan_early", async {
            let _turn = self.turn(id.account.as_str()).await;
            decide!(self, now, |unit| {
                let record = unit
                    .get::<PlanRecord>(id.account.as_str(), &PlanRecord::id_of(id.number))
                    .await?;
                match record {
                    Some(PlanRecord { mut plan, .. }) if !plan.is_over() => {
                        plan.end_early(now);
                        self.move_plan(unit, plan).await?;
                        Ok(true)
                    }
                    _ => Ok(false),
                }
            })
        })
        .await
    }

    /// Moves a plan on as far as it goes.
    pub(super) async fn move_plan(
        &self,
        unit: &mut Unit<'_, S>,
        mut plan: Plan,
    ) -> Result<(), ControlError> {
        let (now, settings) = (unit.now(), &self.settings.batches);
        let mut servers = BTreeMap::new();
        let mut statuses = BTreeMap::new();
        for (id, stage) in plan.servers() {
            if let Some(ServerRecord(server)) = unit.get::<ServerRecord>(SCOPE, id.as_str()).await?
            {
                servers.insert(*id, server);
            }
            if let tagout_batch::Stage::Starting { job } | tagout_batch::Stage::Ending { job, .. } =
                *stage
                && let Some(status) = self.status_in(unit, job, *id, servers.get(id)).await?
            {
                statuses.insert((job, *id), status);
            }
        }
        let wanted = plan.poll(
            now,
            |job, server| statuses.get(&(job, server)).copied(),
            |server| servers.get(&server),
        );
        if let Some(submission) = wanted {
            match self.admit(unit, &submission).await {
                Ok(answer) => plan.answered(&answer),
                // What does not fit into the queue now is asked for again.
                Err(ControlError::Submit(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let forget_at = plan.ends_at().checked_add_signed(settings.retention.get());
        let due_at = plan
            .due_after(now, settings.plan_retry.max(TimeDelta::milliseconds(1)))
            .or(forget_at);
        let scope = plan.id().account;
        if due_at.is_some_and(|at| at <= now) {
            unit.remove::<PlanRecord>(scope.as_str(), &PlanRecord::id_of(plan.id().number))
        } else {
            unit.put(scope.as_str(), &PlanRecord { plan, due_at })
        }
    }

    /// Where a server of a job stands.
    async fn status_in(
        &self,
        unit: &mut Unit<'_, S>,
        job: JobId,
        server: ServerId,
        record: Option<&Server>,
    ) -> Result<Option<ItemStatus>, ControlError> {
        // While the job holds the server, that says where to look.
        if let Some(claim) = record
            .and_then(Server::claim)
            .filter(|claim| claim.job == job)
        {
            let item = unit
                .get::<ItemRecord>(&job.to_string(), &ItemRecord::id_of(claim.item))
                .await?;
            return Ok(item.map(|record| record.item.status()));
        }
        let Some(JobRecord { job, .. }) = unit.get::<JobRecord>(SCOPE, &job.to_string()).await?
        else {
            return Ok(None);
        };
        let items = self.items_of(unit, &job).await?;
        Ok(items
            .iter()
            .find(|item| item.server() == server)
            .map(Item::status))
    }

    pub(crate) async fn submit(
        &self,
        unit: &mut Unit<'_, S>,
        submission: &Submission,
    ) -> Result<Answer, ControlError> {
        let (settings, alias) = (&self.settings.batches, submission.account());
        let Some(id) = AnswerRecord::id_of(submission) else {
            return self.admit(unit, submission).await;
        };
        if let Some(AnswerRecord(answered)) = unit.get(alias.as_str(), &id).await? {
            let key = submission.key().cloned();
            let operation = submission.command().action().operation();
            return match (answered.replay(submission), key) {
                (Some(answer), _) => Ok(answer.clone()),
                (None, Some(key)) => Err(SubmitError::KeyReused { key, operation }.into()),
                (None, None) => self.admit(unit, submission).await,
            };
        }
        let max = settings.keys_per_account_max;
        if unit.counted(KEYED, alias.as_str(), "n").await? >= max as u64 {
            return Err(SubmitError::TooManyKeys { max }.into());
        }
        let answer = self.admit(unit, submission).await?;
        let forget_at = unit
            .now()
            .checked_add_signed(settings.key_retention)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let answered = Answered::new(submission.clone(), answer.clone(), forget_at);
        unit.put(alias.as_str(), &AnswerRecord(answered))?;
        unit.count(KEYED, alias.as_str(), "n", 1, max as u64)?;
        Ok(answer)
    }

    /// Admits a request without regard to its key.
    async fn admit(
        &self,
        unit: &mut Unit<'_, S>,
        submission: &Submission,
    ) -> Result<Answer, ControlError> {
        let (settings, command) = (&self.settings.batches, submission.command());
        let max = settings.servers_max.min(SERVERS_MAX);
        if command.targets().len() > max {
            return Err(ControlError::TooManyServers {
                named: command.targets().len(),
                max,
            });
        }
        let mut account = account(unit, submission.account()).await?;
        let mut inventory = inventory(unit, command).await?;
        let before = inventory.clone();
        let mut numbers = Numbers::default();
        let centres: std::collections::BTreeSet<_> =
            inventory.keys().map(ServerId::data_center).collect();
        for centre in centres {
            if let Some(NewestRecord(newest)) = unit.get(SCOPE, &centre.to_string()).await? {
                numbers.raise(newest);
            }
        }
        let alias = account.alias();
        let n_queued = unit.counted(QUEUED, SCOPE, alias.as_str()).await?;
        account.set_n_queued(u32::try_from(n_queued).unwrap_or(u32::MAX));
        let n_queued = unit.counted(QUEUED, SCOPE, ALL).await?;
        let room = settings.queued_max.saturating_sub(n_queued);
        let Admission { answer, jobs } = admit(
            submission,
            &mut account,
            room,
            &mut inventory,
            &mut numbers,
            settings,
            unit.now(),
        )
        .map_err(SubmitError::from)?;
        if jobs.is_empty() {
            return Ok(answer);
        }

        account.set_n_queued(0); // counted apart, so that the end of an item does not touch the account
        unit.put(SCOPE, &AccountRecord(account))?;
        for (id, server) in inventory {
            if before.get(&id) != Some(&server) {
                unit.put(SCOPE, &ServerRecord(server))?;
            }
        }
        for (job, items) in jobs {
            unit.put(SCOPE, &NewestRecord(job.id()))?;
            let n = items.len() as i64;
            unit.count(QUEUED, SCOPE, ALL, n, settings.queued_max)?;
            unit.count(
                QUEUED,
                SCOPE,
                job.account().as_str(),
                n,
                settings.queued_per_account_max.into(),
            )?;
            let id = job.id();
            for (index, item) in (0..).zip(items) {
                unit.put(
                    &id.to_string(),
                    &ItemRecord {
                        job: id,
                        index,
                        item,
                    },
                )?;
            }
            self.settle_job(unit, job).await?;
        }
        Ok(answer)
    }
}

/// The account of an alias.
pub(super) async fn account<S: Store>(
    unit: &mut Unit<'_, S>,
    alias: Alias,
) -> Result<Account, ControlError> {
    let record = unit.get::<AccountRecord>(SCOPE, alias.as_str()).await?;
    record
        .map(|AccountRecord(account)| account)
        .ok_or_else(|| SubmitError::UnknownAccount { alias }.into())
}

/// The servers that a command names, as far as there are such.
async fn inventory<S: Store>(
    unit: &mut Unit<'_, S>,
    command: &Command,
) -> Result<BTreeMap<ServerId, Server>, ControlError> {
    let ids: Vec<ServerId> = command
        .targets()
        .iter()
        .filter_map(|target| match target.server {
            TargetId::Id(id) => Some(id),
            TargetId::Unreadable(_) => None,
        })
        .collect();
    unit.fetch::<ServerRecord>(SCOPE, ids.iter().map(ToString::to_string))
        .await?;
    let mut inventory = BTreeMap::new();
    for id in ids {
        if let Some(ServerRecord(server)) = unit.get::<ServerRecord>(SCOPE, id.as_str()).await? {
            inventory.insert(id, server);
        }
    }
    Ok(inventory)
}

/// The id with the lowest counter that is free.
async fn free_id<S: Store>(
    unit: &mut Unit<'_, S>,
    alias: Alias,
    new: &NewServer,
) -> Result<ServerId, ControlError> {
    for counter in 1..=999 {
        let id = new.id(&alias, counter).map_err(CreateError::from)?;
        if unit
            .get::<ServerRecord>(SCOPE, id.as_str())
            .await?
            .is_none()
        {
            return Ok(id);
        }
    }
    Err(CreateError::NoCounter {
        name: new.name.chars().take(40).collect(),
    }
    .into())
}

/// A submission that was turned away, in the words of the request that it was part of.
fn within<E: Into<ControlError>>(
    error: ControlError,
    part: impl FnOnce(SubmitError) -> E,
) -> ControlError {
    match error {
        ControlError::Submit(error) => part(error).into(),
        error => error,
    }
}

impl From<AdmitError> for ControlError {
    fn from(error: AdmitError) -> Self {
        SubmitError::from(error).into()
    }
}
