//! What an account may know of its servers and jobs.

use chrono::{DateTime, Utc};
use tagout_batch::{
    Account, Alias, GroupId, Item, Job, JobId, JobStatus, Plan, PlanId, Server, ServerId,
    ServerUuid,
};
use tagout_store::{Cursor, Query, Store, Stored};

use super::records::{
    AccountRecord, BY_ACCOUNT, BY_GROUP, BY_UUID, ItemRecord, JobRecord, PlanRecord, SCOPE,
    ServerRecord,
};
use super::submit::{ALL, QUEUED, SERVERS_MAX, account};
use tracing::instrument;

use crate::{
    control::Control, driver::Driver, error::ControlError, telemetry::observed, unit::Unit,
};

/// A job and what has become of each of its servers.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// The job.
    pub job: Job,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// Some things of a list, and where the list goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The things, in the order of the list.
    pub items: Vec<T>,
    /// Where to go on; none if these were the last.
    pub next: Option<Cursor>,
}

/// Which jobs of an account are looked for; the default is all of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct JobFilter {
    /// Only those that stand here.
    pub status: Option<JobStatus>,
    /// Only those with this server.
    pub server: Option<ServerId>,
    /// Only those asked for at this instant or later.
    pub since: Option<DateTime<Utc>>,
}

impl JobFilter {
    /// How many jobs one page looks at, so that a rare filter over a long list does not take long.
    const LOOKED_AT_MAX: usize = 1_000;

    fn passes(&self, job: &Job) -> bool {
        self.status.is_none_or(|status| job.status() == status)
            && self.since.is_none_or(|since| job.created_at() >= since)
    }
}

impl<S: Store, D: Driver> Control<S, D> {
    /// An account, if there is one of that alias.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store cannot be read.
    pub async fn batch_account(
        &self,
        alias: Alias,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>, ControlError> {
        let mut unit = Unit::new(&self.store, now);
        let found = unit.get::<AccountRecord>(SCOPE, alias.as_str()).await?;
        Ok(found.map(|AccountRecord(account)| account))
    }

    /// A job of the account or of one below it, with its items.
    ///
    /// A job of someone else is as unknown as one that never was, or is no longer remembered.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`] if the account is unknown.
    #[instrument(skip_all, fields(account = %alias, job = %id))]
    pub async fn batch_job(
        &self,
        alias: Alias,
        id: JobId,
        now: DateTime<Utc>,
    ) -> Result<Option<JobView>, ControlError> {
        observed("batch_job", async {
            let mut unit = Unit::new(&self.store, now);
            let Some(JobRecord { job, .. }) = self.own_job(&mut unit, alias, id).await? else {
                return Ok(None);
            };
            let items = self.items_of(&mut unit, &job).await?;
            Ok(Some(JobView { job, items }))
        })
        .await
    }

    /// A job of the account or of one below it, without its items.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`] if the account is unknown.
    #[instrument(skip_all, fields(account = %alias, job = %id))]
    pub async fn batch_job_status(
        &self,
        alias: Alias,
        id: JobId,
        now: DateTime<Utc>,
    ) -> Result<Option<Job>, ControlError> {
        observed("batch_job_status", async {
            let mut unit = Unit::new(&self.store, now);
            Ok(self
                .own_job(&mut unit, alias, id)
                .await?
                .map(|record| record.job))
        })
        .await
    }

    /// The jobs of an account, newest first.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store cannot be read.
    #[instrument(skip_all, fields(account = %alias))]
    pub async fn batch_jobs(
        &self,
        alias: Alias,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Job>, ControlError> {
        observed("batch_jobs", async {
            let query = Query::new(JobRecord::KIND, SCOPE)
                .by_label(BY_ACCOUNT)
                .prefix(&format!("{alias}/"))
                .descending()
                .after(after)
                .limit(limit);
            let page = self.store.page(&query).await?;
            let jobs: Result<_, _> = page
                .documents
                .iter()
                .map(|document| document.read().map(|JobRecord { job, .. }| job))
                .collect();
            Ok(Page {
                items: jobs?,
                next: page.next,
            })
        })
        .await
    }

    /// The jobs of an account that a filter lets through, newest first.
    ///
    /// A page may be short, even empty, and still say where the list goes on.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store cannot be read.
    pub async fn batch_jobs_like(
        &self,
        alias: Alias,
        filter: &JobFilter,
        after: Option<Cursor>,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<Page<Job>, ControlError> {
        let mut found = Page {
            items: Vec::new(),
            next: after,
        };
        let mut n_looked_at = 0;
        loop {
            // Never more than still fit, so that the page ends where the list goes on.
            let wanted = limit.max(1) - found.items.len();
            let page = self.batch_jobs(alias, found.next.take(), wanted).await?;
            n_looked_at += page.items.len();
            for job in page.items {
                if filter.passes(&job) && self.has_server(&job, filter.server, now).await? {
                    found.items.push(job);
                }
            }
            found.next = page.next;
            let is_full = found.items.len() >= limit || n_looked_at >= JobFilter::LOOKED_AT_MAX;
            if is_full || found.next.is_none() {
                return Ok(found);
            }
        }
    }

    async fn has_server(
        &self,
        job: &Job,
        server: Option<ServerId>,
        now: DateTime<Utc>,
    ) -> Result<bool, ControlError> {
        let Some(server) = server else {
            return Ok(true);
        };
        let items = self.items_of(&mut Unit::new(&self.store, now), job).await?;
        Ok(items.iter().any(|item| item.server() == server))
    }

    /// A server that the account may see.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`] if the account is unknown.
    #[instrument(skip_all, fields(account = %alias, server = %id))]
    pub async fn batch_server(
        &self,
        alias: Alias,
        id: ServerId,
        now: DateTime<Utc>,
    ) -> Result<Option<Server>, ControlError> {
        observed("batch_server", async {
            let mut unit = Unit::new(&self.store, now);
            let owner = account(&mut unit, alias).await?;
            let server = unit.get::<ServerRecord>(SCOPE, id.as_str()).await?;
            Ok(server
                .map(|ServerRecord(server)| server)
                .filter(|server| owner.may_see(server.account())))
        })
        .await
    }

    /// A server that the account may see, by the id under which its creation was answered.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`] if the account is unknown.
    #[instrument(skip_all, fields(account = %alias, uuid = %uuid))]
    pub async fn batch_server_by_uuid(
        &self,
        alias: Alias,
        uuid: ServerUuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Server>, ControlError> {
        observed("batch_server_by_uuid", async {
            let owner = account(&mut Unit::new(&self.store, now), alias).await?;
            let query = Query::new(ServerRecord::KIND, SCOPE)
                .by_label(BY_UUID)
                .equal_to(&uuid.to_string())
                .limit(1);
            let found = self.store.page(&query).await?.documents;
            let server = found
                .first()
                .map(tagout_store::Document::read)
                .transpose()?;
            Ok(server
                .map(|ServerRecord(server)| server)
                .filter(|server| owner.may_see(server.account())))
        })
        .await
    }

    /// The servers of an account, by id.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store cannot be read.
    #[instrument(skip_all, fields(account = %alias))]
    pub async fn batch_servers(
        &self,
        alias: Alias,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Server>, ControlError> {
        observed("batch_servers", async {
            let query = Query::new(ServerRecord::KIND, SCOPE)
                .by_label(BY_ACCOUNT)
                .equal_to(alias.as_str())
                .after(after)
                .limit(limit);
            let page = self.store.page(&query).await?;
            let servers: Result<_, _> = page
                .documents
                .iter()
                .map(|document| document.read().map(|ServerRecord(server)| server))
                .collect();
            Ok(Page {
                items: servers?,
                next: page.next,
            })
        })
        .await
    }

    /// The ids of the servers of a group that the account may see, in order.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Submit`] if the account is unknown, and [`ControlError::TooManyServers`] if the group is
    /// larger than a request may be.
    pub async fn batch_servers_of_group(
        &self,
        alias: Alias,
        group: GroupId,
        now: DateTime<Utc>,
    ) -> Result<Vec<ServerId>, ControlError> {
        let owner = account(&mut Unit::new(&self.store, now), alias).await?;
        let mut query = Query::new(ServerRecord::KIND, SCOPE)
            .by_label(BY_GROUP)
            .equal_to(&group.to_string());
        let mut members = Vec::new();
        loop {
            let page = self.store.page(&query).await?;
            for document in &page.documents {
                let ServerRecord(server) = document.read()?;
                if owner.may_see(server.account()) {
                    members.push(server.id());
                }
            }
            if members.len() > SERVERS_MAX {
                return Err(ControlError::TooManyServers {
                    named: members.len(),
                    max: SERVERS_MAX,
                });
            }
            match page.next {
                Some(next) => query = query.after(next),
                None => return Ok(members),
            }
        }
    }

    /// A planned maintenance.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store cannot be read.
    #[instrument(skip_all, fields(account = %id.account, plan = id.number))]
    pub async fn batch_plan(
        &self,
        id: PlanId,
        now: DateTime<Utc>,
    ) -> Result<Option<Plan>, ControlError> {
        observed("batch_plan", async {
            let mut unit = Unit::new(&self.store, now);
            let record = unit
                .get::<PlanRecord>(id.account.as_str(), &PlanRecord::id_of(id.number))
                .await?;
            Ok(record.map(|record| record.plan))
        })
        .await
    }

    /// How many servers wait or are worked on, of all accounts.
    pub(crate) async fn n_queued(&self) -> Result<u64, ControlError> {
        let mut unit = Unit::new(&self.store, DateTime::UNIX_EPOCH); // counters know no time
        unit.counted(QUEUED, SCOPE, ALL).await
    }

    /// The planned maintenance of an account, in the order in which it was planned.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError`] if the store cannot be read.
    pub async fn batch_plans(
        &self,
        alias: Alias,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Plan>, ControlError> {
        let query = Query::new(PlanRecord::KIND, alias.as_str())
            .after(after)
            .limit(limit);
        let page = self.store.page(&query).await?;
        let plans: Result<_, _> = page
            .documents
            .iter()
            .map(|document| document.read().map(|record: PlanRecord| record.plan))
            .collect();
        Ok(Page {
            items: plans?,
            next: page.next,
        })
    }

    /// How many plans of an account are remembered, as far as a limit of `max` needs to know.
    pub(super) async fn n_plans(&self, alias: Alias, max: usize) -> Result<usize, ControlError> {
        let mut query = Query::new(PlanRecord::KIND, alias.as_str());
        let mut n_plans = 0;
        loop {
            let page = self.store.page(&query).await?;
            n_plans += page.documents.len();
            match page.next {
                Some(next) if n_plans < max => query = query.after(next),
                _ => return Ok(n_plans),
            }
        }
    }

    /// The job of this id, if the account may see it.
    pub(super) async fn own_job(
        &self,
        unit: &mut Unit<'_, S>,
        alias: Alias,
        id: JobId,
    ) -> Result<Option<JobRecord>, ControlError> {
        let owner = account(unit, alias).await?;
        let record = unit.get::<JobRecord>(SCOPE, &id.to_string()).await?;
        Ok(record.filter(|record| owner.may_see(record.job.account())))
    }

    /// All items of a job, in order.
    pub(super) async fn items_of(
        &self,
        unit: &mut Unit<'_, S>,
        job: &Job,
    ) -> Result<Vec<Item>, ControlError> {
        let scope = job.id().to_string();
        unit.fetch::<ItemRecord>(&scope, (0..job.progress().total).map(ItemRecord::id_of))
            .await?;
        let mut items = Vec::new();
        for index in 0..job.progress().total {
            if let Some(record) = unit
                .get::<ItemRecord>(&scope, &ItemRecord::id_of(index))
                .await?
            {
                items.push(record.item);
            }
        }
        Ok(items)
    }
}
