//! Maintenance that begins and ends by itself.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::time::later;
use crate::{
    Action, Alias, Answer, Command, ItemStatus, JobId, Server, ServerId, Submission, Terms,
    UserName, Verdict,
};

/// The id of a plan: the account and a number that grows there from 1, such as `acct/7`.
///
/// # Example
///
/// ```
/// use tagout_batch::PlanId;
///
/// let id: PlanId = "ACCT/7".parse()?;
/// assert_eq!((id.to_string(), id.number), ("acct/7".into(), 7));
/// # Ok::<(), tagout_batch::InvalidPlanId>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "Box<str>", into = "String")]
pub struct PlanId {
    /// The account.
    pub account: Alias,
    /// The number of the plan in its account, from 1.
    pub number: u32,
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.number)
    }
}

impl FromStr for PlanId {
    type Err = InvalidPlanId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (account, number) = text.split_once('/')?;
            Some(Self {
                account: account.parse().ok()?,
                number: number.parse().ok()?,
            })
        };
        let canonical = parse().filter(|id| id.to_string().eq_ignore_ascii_case(text));
        canonical.ok_or_else(|| InvalidPlanId {
            text: text.chars().take(40).collect(),
        })
    }
}

impl TryFrom<Box<str>> for PlanId {
    type Error = InvalidPlanId;

    fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.to_string()
    }
}

/// Says that a text is no id of a plan.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is not the id of a plan, expected one such as `acct/7`")]
pub struct InvalidPlanId {
    text: Box<str>,
}

/// Where one server of a plan stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Stage {
    /// It waits for the beginning, or is asked for again because something else held it.
    Waiting,
    /// A job takes it into maintenance.
    Starting {
        /// The job.
        job: JobId,
    },
    /// The plan has taken it into maintenance.
    On {
        /// How many jobs have failed to take it out.
        n_failed: u8,
    },
    /// A job takes it out of maintenance.
    Ending {
        /// The job.
        job: JobId,
        /// How many jobs have failed before.
        n_failed: u8,
    },
    /// The plan has nothing more to do with it.
    Over {
        /// How it ended.
        end: PlanEnd,
    },
}

/// How a plan ended for one server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PlanEnd {
    /// It was in maintenance, and is out of it.
    Done,
    /// It was in maintenance before; that is someone else's, and was left alone.
    WasOn,
    /// It could not be taken into maintenance.
    NotStarted,
    /// It could not be taken out of maintenance, and is still in it.
    NotEnded,
    /// It is no more.
    Gone,
}

/// Maintenance of some servers from one instant to another, as it is stored.
///
/// It begins and ends by ordinary jobs. A server that something else holds at the beginning is asked for again until
/// the end; one that was in maintenance before is left as it is; and one that the plan has taken into maintenance is
/// taken out again, however long something else holds it at the end.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    id: PlanId,
    by: UserName,
    terms: Terms,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    servers: Vec<(ServerId, Stage)>,
}

impl Plan {
    /// How many jobs may fail to take a server out of maintenance before it is given up.
    const ENDINGS_MAX: u8 = 10;
    /// How long after the end a server that cannot be taken out is asked for; shorter than a plan is remembered.
    const ENDING_FOR: TimeDelta = TimeDelta::days(7);

    /// A plan for these servers; nothing unless it ends after it starts.
    pub fn new(
        id: PlanId,
        by: UserName,
        terms: Terms,
        servers: impl IntoIterator<Item = ServerId>,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    ) -> Option<Self> {
        let mut servers: Vec<_> = servers
            .into_iter()
            .map(|server| (server, Stage::Waiting))
            .collect();
        servers.sort_by_key(|(server, _)| *server);
        servers.dedup_by_key(|(server, _)| *server);
        (starts_at < ends_at).then_some(Self {
            id,
            by,
            terms,
            starts_at,
            ends_at,
            servers,
        })
    }

    /// The id.
    pub fn id(&self) -> PlanId {
        self.id
    }

    /// When it begins.
    pub fn starts_at(&self) -> DateTime<Utc> {
        self.starts_at
    }

    /// When it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.ends_at
    }

    /// The servers in order of their ids, and where each stands.
    pub fn servers(&self) -> &[(ServerId, Stage)] {
        &self.servers
    }

    /// Whether it has nothing more to do.
    pub fn is_over(&self) -> bool {
        self.servers
            .iter()
            .all(|(_, stage)| matches!(stage, Stage::Over { .. }))
    }

    /// Ends the plan at `now` instead of later; one that has not begun never will.
    pub fn end_early(&mut self, now: DateTime<Utc>) {
        self.ends_at = self.ends_at.min(now);
        self.starts_at = self.starts_at.min(self.ends_at);
    }

    /// Takes in how its jobs have ended, and tells what to submit at `now`, if anything.
    ///
    /// `item` tells where a server stands in a job, `server` what is there. The answer to the submission goes to
    /// [`Plan::answered`], and both are committed together.
    pub fn poll<'a>(
        &mut self,
        now: DateTime<Utc>,
        item: impl Fn(JobId, ServerId) -> Option<ItemStatus>,
        server: impl Fn(ServerId) -> Option<&'a Server>,
    ) -> Option<Submission> {
        let has_ended = self.ends_at <= now;
        let given_up = later(self.ends_at, Self::ENDING_FOR) <= now;
        for (id, stage) in &mut self.servers {
            *stage = match *stage {
                Stage::Over { .. } => continue,
                _ if server(*id).is_none() && has_ended => Stage::Over { end: PlanEnd::Gone },
                Stage::Waiting if has_ended => Stage::Over {
                    end: PlanEnd::NotStarted,
                },
                Stage::Starting { job } => match item(job, *id) {
                    Some(ItemStatus::Succeeded) => Stage::On { n_failed: 0 },
                    Some(ItemStatus::Failed | ItemStatus::Skipped) | None => Stage::Over {
                        end: PlanEnd::NotStarted,
                    },
                    Some(ItemStatus::NotStarted | ItemStatus::Executing | ItemStatus::Resumed) => {
                        continue;
                    }
                },
                Stage::Ending { job, n_failed } => match item(job, *id) {
                    Some(ItemStatus::Succeeded) => Stage::Over { end: PlanEnd::Done },
                    Some(ItemStatus::NotStarted | ItemStatus::Executing | ItemStatus::Resumed) => {
                        continue;
                    }
                    Some(ItemStatus::Failed | ItemStatus::Skipped) | None
                        if n_failed < Self::ENDINGS_MAX =>
                    {
                        Stage::On {
                            n_failed: n_failed + 1,
                        }
                    }
                    Some(ItemStatus::Failed | ItemStatus::Skipped) | None => Stage::Over {
                        end: PlanEnd::NotEnded,
                    },
                },
                Stage::On { .. } if given_up => Stage::Over {
                    end: PlanEnd::NotEnded,
                },
                Stage::Waiting | Stage::On { .. } => continue,
            };
        }
        if now < self.starts_at {
            return None;
        }
        let action = if has_ended {
            Action::StopMaintenance
        } else {
            Action::StartMaintenance
        };
        let wanted = |stage: &Stage| match stage {
            Stage::Waiting => !has_ended,
            Stage::On { .. } => has_ended,
            Stage::Starting { .. } | Stage::Ending { .. } | Stage::Over { .. } => false,
        };
        let servers: Vec<_> = self
            .servers
            .iter()
            .filter(|(_, stage)| wanted(stage))
            .map(|(id, _)| (*id).into())
            .collect();
        let command = (!servers.is_empty()).then(|| Command::new(action, servers))?;
        Some(
            Submission::new(self.id.account, self.by.clone(), command).on_terms(self.terms.clone()),
        )
    }

    /// Takes in the answer to what [`Plan::poll`] has asked for.
    pub fn answered(&mut self, answer: &Answer) {
        for entry in answer.entries() {
            let planned = self
                .servers
                .iter_mut()
                .find(|(id, _)| id.as_str() == entry.server.as_str());
            let Some((_, stage)) = planned else { continue };
            *stage = match (*stage, entry.verdict) {
                (Stage::Waiting, Verdict::Queued { job }) => Stage::Starting { job },
                (Stage::Waiting, Verdict::NoOp) => Stage::Over {
                    end: PlanEnd::WasOn,
                },
                (Stage::On { n_failed }, Verdict::Queued { job }) => {
                    Stage::Ending { job, n_failed }
                }
                (Stage::On { .. }, Verdict::NoOp) => Stage::Over { end: PlanEnd::Done },
                (stage, _) => stage,
            };
        }
    }

    /// When [`Plan::poll`] has something to do after `now`; nothing once it is over.
    ///
    /// A server that is not yet where it should be is looked at again after `retry`, or a tenth of the time that it
    /// has taken already if that is longer.
    pub fn due_after(&self, now: DateTime<Utc>, retry: TimeDelta) -> Option<DateTime<Utc>> {
        let since = if now < self.ends_at {
            self.starts_at
        } else {
            self.ends_at
        };
        let again = later(now, retry.max((now - since) / 10));
        let due = |stage: &Stage| match stage {
            Stage::Waiting if now < self.starts_at => Some(self.starts_at),
            Stage::On { .. } if now < self.ends_at => Some(self.ends_at),
            // Asked for in vain, or on the way: look again, but never after the end.
            Stage::Waiting | Stage::Starting { .. } if now < self.ends_at => {
                Some(again.min(self.ends_at))
            }
            Stage::Waiting | Stage::Starting { .. } | Stage::On { .. } | Stage::Ending { .. } => {
                Some(again)
            }
            Stage::Over { .. } => None,
        };
        self.servers
            .iter()
            .filter_map(|(_, stage)| due(stage))
            .min()
    }
}
