//! One operation over many servers, kept in the store: the CenturyLink Cloud side of the control plane.
//!
//! Decisions are those of `tagout-batch`. This module says which documents each of them touches, and when they are
//! looked at next.
//!
//! | document | is due |
//! |---|---|
//! | line of an account | when the account has something to start |
//! | item | when the lease of its attempt is over |
//! | job | when an item that was taken back may be tried again, when the time to start is over, when it is forgotten |
//! | server | when its snapshot expires |
//! | plan | when it starts, ends, or is asked for again |
//! | keyed answer | when it is forgotten |
//!
//! Fairness comes from the order in which documents are taken. Each account that has something to start has one line
//! document; serving it starts as many items as the account's weight says, and makes it due anew *now*, which is behind
//! all the others that wait. So ten thousand servers of one account delay another account's one by a single turn.

mod forget;
mod query;
mod records;
mod serve;
mod settle;
mod submit;

pub use query::{JobFilter, JobView, Page};
pub(crate) use records::{
    AnswerRecord, ItemRecord, JobRecord, LineRecord, PlanRecord, ServerRecord,
};
