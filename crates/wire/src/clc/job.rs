//! Jobs: in one word for the service's clients, and in full for ours.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use tagout_batch::{Alias, Item, Job, JobId, JobStatus, Progress, Reason};

use super::Reply;
use super::link::Link;

/// The answer to a poll: one word.
///
/// # Example
///
/// ```
/// use tagout_batch::JobStatus;
/// use tagout_wire::clc::status_reply;
///
/// assert_eq!(status_reply(JobStatus::NotStarted).body, br#"{"status":"notStarted"}"#);
/// ```
pub fn status_reply(status: JobStatus) -> Reply {
    #[derive(Serialize)]
    struct Body {
        status: &'static str,
    }
    let status = status.word();
    Reply::json(200, &Body { status })
}

/// An instant as the service writes them: UTC, in whole seconds.
pub(super) fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An instant with its milliseconds, for what the service did not tell.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[derive(Serialize)]
struct Counts {
    total: u32,
    waiting: u32,
    running: u32,
    succeeded: u32,
    failed: u32,
    skipped: u32,
}

fn counts(progress: &Progress) -> Counts {
    Counts {
        total: progress.total,
        waiting: progress.waiting(),
        running: progress.running,
        succeeded: progress.succeeded,
        failed: progress.failed,
        skipped: progress.skipped,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: JobId,
    operation: &'static str,
    status: &'static str,
    percent_complete: u8,
    counts: Counts,
    priority: u8,
    max_concurrency: u32,
    created_by: String,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    /// Why nothing is started any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_of: Option<JobId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retried_as: Option<JobId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    servers: Option<Vec<Part>>,
    links: [Link; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    server: String,
    status: &'static str,
    attempts: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn shown(account: Alias, job: &Job, items: Option<&[Item]>) -> Shown {
    let id = job.id();
    let own = Link::new("self", format!("/v2/operations/{account}/jobs/{id}"));
    Shown {
        id,
        operation: job.action().operation().word(),
        status: job.status().word(),
        percent_complete: job.progress().percent_complete(),
        counts: counts(job.progress()),
        priority: job.priority().get(),
        max_concurrency: job.max_concurrency(),
        created_by: job.by().to_string(),
        created_at: instant(job.created_at()),
        start_by: job.start_by().map(instant),
        finished_at: job.ended_at().map(instant),
        stopped: job.stopped().map(Reason::to_string),
        retry_of: job.retry_of(),
        retried_as: job.retried_as(),
        servers: items.map(|items| items.iter().map(part).collect()),
        links: [own, Link::status(account, id)],
    }
}

fn part(item: &Item) -> Part {
    Part {
        server: item.server().to_string(),
        status: item.status().word(),
        attempts: item.n_attempts(),
        started_at: item.started_at().map(instant),
        finished_at: item.ended_at().map(instant),
        error: item.reason().map(Reason::to_string),
    }
}

/// A job and its servers.
#[derive(Clone, Copy, Debug)]
pub struct JobDetails<'a> {
    /// The job.
    pub job: &'a Job,
    /// Its servers, in order.
    pub items: &'a [Item],
}

/// A job with its servers one by one.
pub fn job_reply(account: Alias, details: JobDetails<'_>) -> Reply {
    Reply::json(200, &shown(account, details.job, Some(details.items)))
}

/// Some jobs of an account, the newest first, without their servers, and where the list goes on.
pub fn jobs_reply<'a>(
    account: Alias,
    jobs: impl IntoIterator<Item = &'a Job>,
    next: Option<&str>,
) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        jobs: Vec<Shown>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<&'a str>,
    }
    let jobs = jobs.into_iter().map(|job| shown(account, job, None));
    Reply::json(
        200,
        &Body {
            jobs: jobs.collect(),
            next,
        },
    )
}

/// The answer to a job that was told to stop: how many of its servers stand where.
pub fn progress_reply(account: Alias, job: JobId, progress: &Progress) -> Reply {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        id: JobId,
        percent_complete: u8,
        counts: Counts,
        links: [Link; 1],
    }
    let body = Body {
        id: job,
        percent_complete: progress.percent_complete(),
        counts: counts(progress),
        links: [Link::status(account, job)],
    };
    Reply::json(200, &body)
}
