//! The queue as it is.

use tagout_batch as batch;

#[path = "burn.rs"]
mod burn;

pub(crate) use burn::{Fleet, ME, burn_down, shares_servers, work_off};
