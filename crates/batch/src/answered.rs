//! Requests that were answered, and come again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Answer, Submission};

/// A keyed request and the answer that it got, as it is stored.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_batch::{Action, Answer, Answered, Command, Submission};
///
/// let reboot = |servers: &[&str]| {
///     let command = Command::new(Action::Reboot, servers.iter().map(|id| (*id).into()));
///     Submission::new("acct".parse().unwrap(), "ops", command).with_key("k1".try_into().unwrap())
/// };
/// let until = Utc.with_ymd_and_hms(2026, 3, 2, 0, 0, 0).unwrap();
/// let answered = Answered::new(reboot(&["wa1acctweb01"]), Answer::default(), until);
/// assert_eq!(answered.replay(&reboot(&["WA1ACCTWEB01"])), Some(&Answer::default()));
/// assert_eq!(answered.replay(&reboot(&["wa1acctweb02"])), None);
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    submission: Submission,
    answer: Answer,
    forget_at: DateTime<Utc>,
}

impl Answered {
    /// Remembers an answer until `forget_at`.
    pub fn new(submission: Submission, answer: Answer, forget_at: DateTime<Utc>) -> Self {
        Self {
            submission,
            answer,
            forget_at,
        }
    }

    /// The request that was answered.
    pub fn submission(&self) -> &Submission {
        &self.submission
    }

    /// When it is forgotten.
    pub fn forget_at(&self) -> DateTime<Utc> {
        self.forget_at
    }

    /// The answer, if `submission` asks for the same of the same servers on the same terms; who asks does not
    /// matter.
    pub fn replay(&self, submission: &Submission) -> Option<&Answer> {
        let Submission {
            account,
            by: _,
            command,
            terms,
            key,
            retry_of,
        } = submission;
        let known = &self.submission;
        let same = (account, command, terms, key, retry_of)
            == (
                &known.account,
                &known.command,
                &known.terms,
                &known.key,
                &known.retry_of,
            );
        same.then_some(&self.answer)
    }
}
