//! A plain queue: built from the same sources, but servers are looked at and never held.

use tagout_batch_without_claims as batch;

#[path = "burn.rs"]
#[expect(clippy::duplicate_mod, reason = "the same work with another queue")]
mod burn;

pub(crate) use burn::{Fleet, burn_down, shares_servers};
