//! One job: a batch that was queued, and how far it is.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::diagram::state_diagram;
use crate::{Action, Alias, Item, ItemStatus, JobId, Priority, Reason, Terms, UserName};

/// Where a job stands, in the words of the service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum JobStatus {
    /// Nothing was begun.
    NotStarted,
    /// Some server is being worked on, or waits for its turn after another one.
    Executing,
    /// Some server was taken back, and nothing was begun since.
    Resumed,
    /// Every server has succeeded.
    Succeeded,
    /// Every server has ended, and some did not succeed.
    Failed,
}

/// What can happen to a job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JobEvent {
    /// One of its servers is taken.
    Started,
    /// One of its servers is taken back.
    Returned,
    /// Its last server ends, and all have succeeded.
    EndedWell,
    /// Its last server ends, and some have not succeeded.
    EndedBadly,
}

impl JobEvent {
    /// What happened, in lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Returned => "returned",
            Self::EndedWell => "ended well",
            Self::EndedBadly => "ended badly",
        }
    }
}

/// Every legal move of a job, and the only place where one is written down.
///
/// # Example
///
/// ```
/// use tagout_batch::{JobEvent, JobStatus};
///
/// assert_eq!(JobStatus::Executing.after(JobEvent::Returned), Some(JobStatus::Resumed));
/// assert_eq!(JobStatus::Succeeded.after(JobEvent::Started), None);
/// ```
#[rustfmt::skip] // columns
pub const JOB_MOVES: &[(JobStatus, JobEvent, JobStatus)] = &[
    (JobStatus::NotStarted, JobEvent::Started,    JobStatus::Executing),
    (JobStatus::Executing,  JobEvent::Started,    JobStatus::Executing),
    (JobStatus::Resumed,    JobEvent::Started,    JobStatus::Executing),
    (JobStatus::Executing,  JobEvent::Returned,   JobStatus::Resumed),
    (JobStatus::Resumed,    JobEvent::Returned,   JobStatus::Resumed),
    (JobStatus::Executing,  JobEvent::EndedWell,  JobStatus::Succeeded),
    (JobStatus::NotStarted, JobEvent::EndedBadly, JobStatus::Failed),
    (JobStatus::Executing,  JobEvent::EndedBadly, JobStatus::Failed),
    (JobStatus::Resumed,    JobEvent::EndedBadly, JobStatus::Failed),
];

/// The moves of a job as a Mermaid state diagram, one arrow a line, ending in a line break.
///
/// # Example
///
/// ```
/// let diagram = tagout_batch::job_moves_mermaid();
/// assert!(diagram.starts_with("stateDiagram-v2\n    [*] --> notStarted\n"));
/// assert!(diagram.contains("    resumed --> executing: started\n"));
/// ```
pub fn job_moves_mermaid() -> String {
    let moves = JOB_MOVES
        .iter()
        .map(|(from, event, to)| (from.word(), event.word(), to.word()));
    let ends = JobStatus::ALL
        .into_iter()
        .filter(|status| status.is_final());
    state_diagram(
        JobStatus::NotStarted.word(),
        moves,
        ends.map(JobStatus::word),
    )
}

impl JobStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::NotStarted,
        Self::Executing,
        Self::Resumed,
        Self::Succeeded,
        Self::Failed,
    ];

    /// Where the event leads from here; nothing if it cannot happen.
    pub fn after(self, event: JobEvent) -> Option<Self> {
        JOB_MOVES
            .iter()
            .find(|(from, with, _)| (*from, *with) == (self, event))
            .map(|(_, _, to)| *to)
    }

    /// Whether nothing more happens.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }

    /// The word of the status in the service's answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "notStarted",
            Self::Executing => "executing",
            Self::Resumed => "resumed",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How many servers of a job stand where.
///
/// # Example
///
/// ```
/// use tagout_batch::Progress;
///
/// let progress = Progress { total: 8, succeeded: 5, failed: 1, running: 2, ..Progress::default() };
/// assert_eq!((progress.percent_complete(), progress.waiting()), (75, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// All of them.
    pub total: u32,
    /// Being worked on.
    pub running: u32,
    /// Done.
    pub succeeded: u32,
    /// Not done.
    pub failed: u32,
    /// Never tried.
    pub skipped: u32,
}

impl Progress {
    /// Counts the items of a job.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut progress = Self::default();
        for item in items {
            progress.total += 1;
            match item.status() {
                ItemStatus::NotStarted | ItemStatus::Resumed => {}
                ItemStatus::Executing => progress.running += 1,
                ItemStatus::Succeeded => progress.succeeded += 1,
                ItemStatus::Failed => progress.failed += 1,
                ItemStatus::Skipped => progress.skipped += 1,
            }
        }
        progress
    }

    /// Those to which nothing more happens.
    pub fn ended(&self) -> u32 {
        self.succeeded + self.failed + self.skipped
    }

    /// Those that wait for an attempt.
    pub fn waiting(&self) -> u32 {
        self.total - self.running - self.ended()
    }

    /// The share of those that have ended, from 0 to 100, rounded down.
    pub fn percent_complete(&self) -> u8 {
        (u64::from(self.ended()) * 100)
            .checked_div(self.total.into())
            .map_or(100, |percent| percent as u8)
    }
}

/// One job without its items, as it is stored.
///
/// A job and each of its items are documents of their own, so that the end of one server of ten thousand writes
/// two small ones. The counts here are those of the items; they change together.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_batch::{Action, ChangeInfo, Command, JobStatus, Queue, Server, Settings, Submission};
///
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
/// let account = "acct".parse()?;
/// let mut queue = Queue::new(Settings::default());
/// queue.open_account(account);
/// queue.put_server(Server::new("wa1acctweb01".parse()?, account, ChangeInfo::created("ops".into(), now)))?;
///
/// let command = Command::new(Action::Reboot, ["WA1ACCTWEB01".into()]);
/// let answer = queue.submit(&Submission::new(account, "ops", command), now)?;
/// let (job, items) = queue.job(answer.jobs()[0]).unwrap();
/// assert_eq!((job.status(), job.progress().total, items.len()), (JobStatus::NotStarted, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub(crate) id: JobId,
    pub(crate) account: Alias,
    pub(crate) place: u64,
    pub(crate) action: Action,
    pub(crate) by: UserName,
    pub(crate) created_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) status: JobStatus,
    pub(crate) priority: Priority,
    pub(crate) max_concurrency: u32,
    /// [`Job::ANY`] for any number.
    #[serde(default = "any", skip_serializing_if = "is_any")]
    pub(crate) max_errors: u32,
    pub(crate) progress: Progress,
    /// The first item that was never taken and never skipped; those after it were not either.
    pub(crate) next: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) more: Option<Box<More>>,
}

/// What few jobs have.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start_by: Option<DateTime<Utc>>,
    /// Why nothing is started any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stopped: Option<Reason>,
    /// The items that wait for another attempt, by the instant from which on it may be made.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) returned: BTreeSet<(DateTime<Utc>, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_of: Option<JobId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retried_as: Option<JobId>,
}

fn any() -> u32 {
    Job::ANY
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_any(max_errors: &u32) -> bool {
    *max_errors == Job::ANY
}

impl Job {
    /// More failures than there can be.
    pub(crate) const ANY: u32 = u32::MAX;

    /// The job with this id over `n` servers, not started.
    #[expect(clippy::too_many_arguments, reason = "each is a field of its own")]
    pub(crate) fn new(
        id: JobId,
        account: Alias,
        place: u64,
        action: Action,
        by: UserName,
        terms: &Terms,
        n: u32,
        now: DateTime<Utc>,
    ) -> Self {
        let start_by = terms.start_by;
        Self {
            id,
            account,
            place,
            action,
            by,
            created_at: now,
            ended_at: None,
            status: JobStatus::NotStarted,
            priority: terms.priority,
            max_concurrency: terms.max_concurrency.of(n),
            max_errors: terms.max_errors.map_or(Self::ANY, |limit| limit.of(n)),
            progress: Progress {
                total: n,
                ..Progress::default()
            },
            next: 0,
            more: start_by.is_some().then(|| {
                Box::new(More {
                    start_by,
                    ..More::default()
                })
            }),
        }
    }

    /// The id.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// The account that asked for it, and in whose line it waits.
    pub fn account(&self) -> Alias {
        self.account
    }

    /// Its place among all jobs of the account, from 1.
    pub fn place(&self) -> u64 {
        self.place
    }

    /// What is done.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Who asked for it.
    pub fn by(&self) -> &UserName {
        &self.by
    }

    /// When it was asked for.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When its last server ended.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.ended_at
    }

    /// Where it stands.
    pub fn status(&self) -> JobStatus {
        self.status
    }

    /// How far it is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Its priority within the account.
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// How many of its servers may be worked on at a time.
    pub fn max_concurrency(&self) -> u32 {
        self.max_concurrency
    }

    /// From when on nothing is started any more.
    pub fn start_by(&self) -> Option<DateTime<Utc>> {
        self.more.as_ref()?.start_by
    }

    /// Why nothing is started any more, if it was stopped.
    pub fn stopped(&self) -> Option<&Reason> {
        self.more.as_ref()?.stopped.as_ref()
    }

    /// The job whose servers are tried again here.
    pub fn retry_of(&self) -> Option<JobId> {
        self.more.as_ref()?.retry_of
    }

    /// The job in which servers of this one are tried again.
    pub fn retried_as(&self) -> Option<JobId> {
        self.more.as_ref()?.retried_as
    }

    /// Links an ended job to the one in which servers of it are tried again.
    pub fn retried_as_is(&mut self, newer: JobId) {
        self.more_mut().retried_as = Some(newer);
    }

    /// The item to start at `now`: one that was taken back, else the next in line.
    ///
    /// Nothing while as many run as may, nothing waits, or the job is stopped or out of time.
    pub fn next_item(&self, now: DateTime<Utc>) -> Option<u32> {
        if self.progress.running >= self.max_concurrency {
            return None;
        }
        if let Some(more) = &self.more {
            if more.stopped.is_some() || more.start_by.is_some_and(|limit| now >= limit) {
                return None;
            }
            if let Some((not_before, index)) = more.returned.first()
                && *not_before <= now
            {
                return Some(*index);
            }
        }
        (self.next < self.progress.total).then_some(self.next)
    }

    /// The first item that a stopped job still has to skip.
    pub fn next_to_skip(&self) -> Option<u32> {
        let more = self.more.as_ref().filter(|more| more.stopped.is_some())?;
        let returned = more.returned.first().map(|(_, index)| *index);
        returned.or_else(|| (self.next < self.progress.total).then_some(self.next))
    }

    /// When the job itself, apart from what runs, next has to be looked at after `now`: the next attempt of an item
    /// that was taken back may begin, or the time to start is over.
    pub fn due_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let more = self
            .more
            .as_ref()
            .filter(|more| more.stopped.is_none() && self.progress.waiting() > 0)?;
        let returned = more
            .returned
            .iter()
            .map(|(not_before, _)| *not_before)
            .find(|not_before| now < *not_before);
        returned
            .into_iter()
            .chain(more.start_by)
            .filter(|at| now < *at)
            .min()
    }

    pub(crate) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Takes an item out of those that wait.
    pub(crate) fn take(&mut self, index: u32, not_before: Option<DateTime<Utc>>) {
        if index == self.next {
            self.next += 1;
        } else if let (Some(more), Some(not_before)) = (&mut self.more, not_before) {
            more.returned.remove(&(not_before, index));
        }
    }

    /// Moves the job as the table says; what the table does not know changes nothing.
    pub(crate) fn happen(&mut self, event: JobEvent) {
        let next = self.status.after(event);
        debug_assert!(
            next.is_some(),
            "{} cannot be {event:?} while {}",
            self.id,
            self.status
        );
        self.status = next.unwrap_or(self.status);
    }

    /// Counts an item that has ended, and ends the job with the last one.
    pub(crate) fn count_end(&mut self, status: ItemStatus, was_running: bool, now: DateTime<Utc>) {
        self.progress.running -= u32::from(was_running);
        match status {
            ItemStatus::Succeeded => self.progress.succeeded += 1,
            ItemStatus::Skipped => self.progress.skipped += 1,
            _ => self.progress.failed += 1,
        }
        let all_ended = self.progress.ended() == self.progress.total;
        if !all_ended && self.progress.failed > self.max_errors && self.stopped().is_none() {
            self.more_mut().stopped = Some(Reason::TooManyErrors);
        }
        if all_ended {
            let well = self.progress.succeeded == self.progress.total;
            self.happen(if well {
                JobEvent::EndedWell
            } else {
                JobEvent::EndedBadly
            });
            self.ended_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_statuses_have_no_move() {
        for status in JobStatus::ALL {
            assert_eq!(
                status.is_final(),
                !JOB_MOVES.iter().any(|(from, _, _)| *from == status),
                "{status}"
            );
        }
    }

    #[test]
    fn nothing_leads_back_to_not_started_and_all_but_the_first_are_reached() {
        for status in JobStatus::ALL {
            let reached = JOB_MOVES.iter().any(|(_, _, to)| *to == status);
            assert_eq!(reached, status != JobStatus::NotStarted, "{status}");
        }
    }

    #[test]
    fn percent_is_rounded_down_and_full_only_at_the_end() {
        let percent = |total, succeeded| {
            Progress {
                total,
                succeeded,
                ..Progress::default()
            }
            .percent_complete()
        };
        assert_eq!(
            [
                percent(3, 0),
                percent(3, 1),
                percent(1_000, 999),
                percent(3, 3)
            ],
            [0, 33, 99, 100]
        );
        assert_eq!(percent(u32::MAX, u32::MAX), 100);
    }

    #[test]
    fn a_job_is_small() {
        assert!(size_of::<Job>() <= 152, "{}", size_of::<Job>());
    }
}
