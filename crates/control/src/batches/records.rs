//! The documents of batches, and how each is found and woken.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_batch::{Account, Alias, Answered, Item, Job, JobId, Plan, Server, Settings};
use tagout_store::{Kind, Stored};

use crate::unit::Record;

/// Ids of servers and jobs are unique over all accounts, and an account may see those of accounts below it: what is
/// found by such an id stands in one scope.
pub(crate) const SCOPE: &str = "";

/// The label by which servers and jobs of an account are listed.
pub(crate) const BY_ACCOUNT: &str = "account";

/// The label by which servers of a group are listed.
pub(crate) const BY_GROUP: &str = "group";

/// The label by which a server is found before its id is known.
pub(crate) const BY_UUID: &str = "uuid";

/// The label of jobs that have something to start, in the order of their account's line.
pub(crate) const BY_LINE: &str = "line";

macro_rules! stored {
    ($($type:ty as $kind:literal;)*) => {$(
        impl Stored for $type {
            const KIND: Kind = Kind::constant($kind);
            const FORMAT: u32 = 1;
        }
    )*};
}

stored! {
    AccountRecord as "batch-account";
    AnswerRecord as "batch-answer";
    ItemRecord as "batch-item";
    JobRecord as "batch-job";
    LineRecord as "batch-line";
    NewestRecord as "batch-newest";
    PlanRecord as "batch-plan";
    ServerRecord as "batch-server";
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct AccountRecord(pub(crate) Account);

impl Record for AccountRecord {
    fn id(&self) -> String {
        self.0.alias().to_string()
    }
}

/// Whether an account has something to start.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct LineRecord {
    pub(crate) account: Alias,
    /// Since when it has; none if it has not.
    pub(crate) waiting_since: Option<DateTime<Utc>>,
}

impl Record for LineRecord {
    fn id(&self) -> String {
        self.account.to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.waiting_since
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct ServerRecord(pub(crate) Server);

impl Record for ServerRecord {
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        // A server that a job holds is looked at when it lets go.
        if self.0.claim().is_some() {
            None
        } else {
            self.0.snapshot_expires_at()
        }
    }

    fn labels(&self) -> Vec<(&'static str, String)> {
        let mut labels = vec![(BY_ACCOUNT, self.0.account().to_string())];
        labels.extend(
            self.0
                .profile()
                .group
                .map(|group| (BY_GROUP, group.to_string())),
        );
        labels.extend(self.0.uuid().map(|uuid| (BY_UUID, uuid.to_string())));
        labels
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct JobRecord {
    pub(crate) job: Job,
    /// Whether it has something to start.
    in_line: bool,
    due_at: Option<DateTime<Utc>>,
}

impl JobRecord {
    pub(crate) fn new(job: Job, settings: &Settings, now: DateTime<Utc>) -> Self {
        let due_at = match job.ended_at() {
            Some(ended_at) => ended_at.checked_add_signed(settings.retention.get()),
            // What a stopped job still has to skip goes on at once, and so does the stop of one that is out of time.
            None if job.next_to_skip().is_some() || is_out_of_time(&job, now) => Some(now),
            None => job.due_after(now),
        };
        Self {
            in_line: job.next_item(now).is_some(),
            job,
            due_at,
        }
    }

    pub(crate) fn in_line(&self) -> bool {
        self.in_line
    }
}

/// Whether the time to start is over for some items of `job`.
pub(crate) fn is_out_of_time(job: &Job, now: DateTime<Utc>) -> bool {
    job.progress().waiting() > 0 && job.start_by().is_some_and(|limit| now >= limit)
}

impl Record for JobRecord {
    fn id(&self) -> String {
        self.job.id().to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }

    fn labels(&self) -> Vec<(&'static str, String)> {
        let (account, place) = (self.job.account(), self.job.place());
        let mut labels = vec![(BY_ACCOUNT, format!("{account}/{place:020}"))];
        if self.in_line {
            // Labels are compared as text: the most urgent first, then the oldest.
            let priority = self.job.priority().get();
            labels.push((BY_LINE, format!("{account}/{priority:03}/{place:020}")));
        }
        labels
    }
}

/// One item of a job; they stand in the scope of their job, by number.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ItemRecord {
    pub(crate) job: JobId,
    pub(crate) index: u32,
    pub(crate) item: Item,
}

impl ItemRecord {
    pub(crate) fn id_of(index: u32) -> String {
        format!("{index:010}")
    }
}

impl Record for ItemRecord {
    fn id(&self) -> String {
        Self::id_of(self.index)
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.item.attempt().map(|attempt| attempt.lease_until)
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct NewestRecord(pub(crate) JobId);

impl Record for NewestRecord {
    fn id(&self) -> String {
        self.0.data_center().to_string()
    }
}

/// A keyed answer; they stand in the scope of their account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct AnswerRecord(pub(crate) Answered);

impl AnswerRecord {
    /// The id of the answer to a submission, which has a key.
    pub(crate) fn id_of(submission: &tagout_batch::Submission) -> Option<String> {
        let operation = submission.command().action().operation();
        // A key may hold any character, and more bytes than an id may: its hexadecimal digits are 510 at the most.
        submission.key().map(|key| {
            let digest = sha256(key.as_str());
            format!("{operation}/{digest}")
        })
    }
}

fn sha256(text: &str) -> String {
    use std::fmt::Write;

    use sha2::{Digest, Sha256};
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |mut digits, byte| {
            // Writing to a text does not fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

impl Record for AnswerRecord {
    fn id(&self) -> String {
        Self::id_of(self.0.submission()).unwrap_or_default()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        Some(self.0.forget_at())
    }
}

/// A planned maintenance; they stand in the scope of their account, by number.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PlanRecord {
    pub(crate) plan: Plan,
    pub(crate) due_at: Option<DateTime<Utc>>,
}

impl PlanRecord {
    pub(crate) fn id_of(number: u32) -> String {
        format!("{number:010}")
    }
}

impl Record for PlanRecord {
    fn id(&self) -> String {
        Self::id_of(self.plan.id().number)
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }
}
