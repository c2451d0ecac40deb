//! The documents that are kept, and how each is named.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Account, Alias, Answered, DataCenter, Item, Job, JobId, Key, Operation, Plan, PlanId, Server,
    ServerId,
};

/// One document in its stored form.
///
/// # Example
///
/// ```
/// use tagout_batch::{Account, Document};
///
/// let document = Document::Account(Account::new("acct".parse()?));
/// let stored = serde_json::to_string(&document)?;
/// assert_eq!(stored, r#"{"account":{"alias":"acct","weight":1,"lastPlace":0,"lastPlan":0,"nQueued":0}}"#);
/// assert_eq!(serde_json::from_str::<Document>(&stored)?, document);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Document {
    /// An account.
    Account(Account),
    /// A server.
    Server(Server),
    /// A job without its items.
    Job(Job),
    /// An item of a job.
    Item {
        /// The job.
        job: JobId,
        /// The place of the item in the job, from 0.
        index: u32,
        /// The item.
        item: Item,
    },
    /// The newest job number of a data centre.
    Newest(JobId),
    /// A keyed request that was answered.
    Answered(Box<Answered>),
    /// A planned maintenance.
    Plan(Plan),
}

impl Document {
    /// The key under which it is kept.
    pub fn key(&self) -> DocumentKey {
        match self {
            Self::Account(account) => DocumentKey::Account(account.alias()),
            Self::Server(server) => DocumentKey::Server(server.id()),
            Self::Job(job) => DocumentKey::Job(job.id()),
            Self::Item { job, index, .. } => DocumentKey::Item(*job, *index),
            Self::Newest(job) => DocumentKey::Newest(job.data_center()),
            Self::Answered(answered) => {
                let submission = answered.submission();
                let operation = submission.command().action().operation();
                // Only keyed requests are remembered; an empty key cannot be one of theirs.
                let key = submission.key().map_or("", Key::as_str).into();
                DocumentKey::Answered(submission.account(), operation, key)
            }
            Self::Plan(plan) => DocumentKey::Plan(plan.id()),
        }
    }
}

/// The name of a document; two documents of one name are two versions of one thing.
///
/// Written as a path, such as `job/wa1-12345` or `item/wa1-12345/3`. Keys are ordered so that the items of a job
/// stand together.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum DocumentKey {
    /// Of an account.
    Account(Alias),
    /// Of a server.
    Server(ServerId),
    /// Of a job.
    Job(JobId),
    /// Of an item of a job.
    Item(JobId, u32),
    /// Of the newest job number of a data centre.
    Newest(DataCenter),
    /// Of a keyed request: its account, its operation and its key.
    Answered(Alias, Operation, Box<str>),
    /// Of a planned maintenance.
    Plan(PlanId),
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(alias) => write!(f, "account/{alias}"),
            Self::Server(id) => write!(f, "server/{id}"),
            Self::Job(id) => write!(f, "job/{id}"),
            Self::Item(job, index) => write!(f, "item/{job}/{index}"),
            Self::Newest(dc) => write!(f, "newest/{dc}"),
            Self::Answered(alias, operation, key) => {
                write!(f, "answered/{alias}/{operation}/{key}")
            }
            Self::Plan(id) => write!(f, "plan/{id}"),
        }
    }
}

/// One write of a commit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DocumentChange {
    /// Keep this document in place of the one of its name.
    Put(Document),
    /// Keep no document of this name.
    Remove(DocumentKey),
}
