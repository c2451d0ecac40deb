//! Lists of jobs.

use chrono::{DateTime, Utc};

use super::{Items, Queue};
use crate::{Alias, Job, JobStatus, ServerId};

/// Which jobs of an account are listed.
///
/// # Example
///
/// ```
/// use tagout_batch::{JobQuery, JobStatus};
///
/// let query = JobQuery { status: Some(JobStatus::Failed), ..JobQuery::of("acct".parse()?) };
/// assert_eq!(query.limit, 100);
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JobQuery {
    /// The account that asked for them.
    pub account: Alias,
    /// Only those that stand here.
    pub status: Option<JobStatus>,
    /// Only those with this server.
    pub server: Option<ServerId>,
    /// Only those asked for at this instant or later.
    pub since: Option<DateTime<Utc>>,
    /// Only those before this place, which the page before has told.
    pub before: Option<u64>,
    /// How many at most; more than [`JobQuery::LIMIT_MAX`] count as that.
    pub limit: usize,
}

impl JobQuery {
    /// The most jobs of one page.
    pub const LIMIT_MAX: usize = 1_000;
    /// How many jobs one page looks at, so that a rare filter over a long list does not take long.
    const LOOKED_AT_MAX: usize = 10_000;

    /// The newest hundred jobs of an account.
    pub fn of(account: Alias) -> Self {
        Self {
            account,
            status: None,
            server: None,
            since: None,
            before: None,
            limit: 100,
        }
    }
}

/// One page of jobs, the newest first.
#[derive(Debug)]
pub struct JobPage<'a> {
    /// The jobs.
    pub jobs: Vec<&'a Job>,
    /// What to ask for next, as [`JobQuery::before`]; nothing at the end of the list. A page may be short, even
    /// empty, and still not the last.
    pub next: Option<u64>,
}

impl Queue {
    /// One page of the jobs of an account, the newest first.
    ///
    /// Pages that follow one another show each job once, whatever is queued, ends or is forgotten meanwhile.
    pub fn jobs(&self, query: &JobQuery) -> JobPage<'_> {
        let mut page = JobPage {
            jobs: Vec::new(),
            next: None,
        };
        let Some(slot) = self.account_slots.get(&query.account) else {
            return page;
        };
        let places = &self.accounts[*slot as usize].jobs;
        let end = query.before.map_or(places.len(), |before| {
            places.partition_point(|(place, _)| *place < before)
        });
        let limit = query.limit.clamp(1, JobQuery::LIMIT_MAX);
        for (n, (place, slot)) in places.range(..end).rev().enumerate() {
            if n == JobQuery::LOOKED_AT_MAX || page.jobs.len() == limit {
                page.next = Some(place + 1);
                break;
            }
            let Some(this) = self.jobs.get(*slot) else {
                continue;
            };
            let (job, items) = (&this.job, Items::new(&this.items));
            // The slot of a forgotten job may hold another one.
            let there = job.place() == *place && job.account() == query.account;
            let status = query.status.is_none_or(|status| job.status() == status);
            let since = query.since.is_none_or(|since| job.created_at() >= since);
            let server = query
                .server
                .is_none_or(|server| items.iter().any(|item| item.server() == server));
            if there && status && since && server {
                page.jobs.push(job);
            }
        }
        page
    }
}
