//! What is kept of an account, and the numbers that jobs get.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::{Alias, DataCenter, JobId};

/// One account, as it is stored.
///
/// # Example
///
/// ```
/// use std::num::NonZeroU16;
/// use tagout_batch::Account;
///
/// let mut account = Account::new("acct".parse()?);
/// account.weight = NonZeroU16::new(3).unwrap();
/// account.sub_accounts.push("sub1".parse()?);
/// assert!(account.may_see("SUB1".parse()?) && !account.may_see("othr".parse()?));
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    alias: Alias,
    /// How many items it gets started when it is its turn.
    pub weight: NonZeroU16,
    /// The accounts below it, at whatever depth; their servers count as its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_accounts: Vec<Alias>,
    /// The place of its newest job.
    pub(crate) last_place: u64,
    /// The number of its newest plan.
    #[serde(default)]
    pub(crate) last_plan: u32,
    /// How many of its items wait or run.
    pub(crate) n_queued: u32,
}

impl Account {
    /// An account of weight 1 that has never asked for anything.
    pub fn new(alias: Alias) -> Self {
        Self {
            alias,
            weight: NonZeroU16::MIN,
            sub_accounts: Vec::new(),
            last_place: 0,
            last_plan: 0,
            n_queued: 0,
        }
    }

    /// The alias.
    pub fn alias(&self) -> Alias {
        self.alias
    }

    /// How many of its items wait or run.
    pub fn n_queued(&self) -> u32 {
        self.n_queued
    }

    /// Says how many items of the account wait or run, for those who count them elsewhere.
    pub fn set_n_queued(&mut self, n_queued: u32) {
        self.n_queued = n_queued;
    }

    /// The id of the next plan of the account; nothing once all numbers are used.
    pub fn next_plan(&mut self) -> Option<crate::PlanId> {
        self.last_plan = self.last_plan.checked_add(1)?;
        Some(crate::PlanId {
            account: self.alias,
            number: self.last_plan,
        })
    }

    /// Whether servers of `owner` are its own or of an account below it.
    pub fn may_see(&self, owner: Alias) -> bool {
        owner == self.alias || self.sub_accounts.contains(&owner)
    }

    /// Notes that an item of the account has ended.
    pub fn count_end(&mut self) {
        self.n_queued = self.n_queued.saturating_sub(1);
    }
}

/// The number of the newest job in each data centre.
///
/// Numbers go up by one, over all accounts, and are never given out twice as long as this is kept.
///
/// # Example
///
/// ```
/// use tagout_batch::Numbers;
///
/// let mut numbers = Numbers::default();
/// numbers.raise("ca1-28398".parse()?);
/// assert_eq!(numbers.next("ca1".parse()?).unwrap().to_string(), "ca1-28399");
/// assert_eq!(numbers.next("wa1".parse()?).unwrap().to_string(), "wa1-1");
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Numbers(BTreeMap<DataCenter, u64>);

impl Numbers {
    /// The id of a new job; nothing once [`JobId::NUMBER_MAX`] has been reached.
    pub fn next(&mut self, dc: DataCenter) -> Option<JobId> {
        let last = self.0.entry(dc).or_insert(0);
        let id = JobId::new(dc, last.saturating_add(1))?;
        *last = id.number();
        Some(id)
    }

    /// Makes sure that the next number in the data centre of `newest` is greater than its number.
    pub fn raise(&mut self, newest: JobId) {
        let last = self.0.entry(newest.data_center()).or_insert(0);
        *last = newest.number().max(*last);
    }

    /// The newest job of each data centre that has had one.
    pub fn newest(&self) -> impl Iterator<Item = JobId> {
        self.0
            .iter()
            .filter_map(|(dc, number)| JobId::new(*dc, *number))
    }

    /// The newest job of one data centre.
    pub fn newest_in(&self, dc: DataCenter) -> Option<JobId> {
        JobId::new(dc, *self.0.get(&dc)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_and_never_repeat() {
        let mut numbers = Numbers::default();
        let dc = "wa1".parse().unwrap();
        numbers.raise(JobId::new(dc, JobId::NUMBER_MAX - 1).unwrap());
        assert_eq!(numbers.next(dc).map(JobId::number), Some(JobId::NUMBER_MAX));
        assert_eq!((numbers.next(dc), numbers.next(dc)), (None, None));
        numbers.raise(JobId::new(dc, 1).unwrap());
        assert_eq!(
            numbers.newest_in(dc).map(JobId::number),
            Some(JobId::NUMBER_MAX)
        );
    }
}
