//! CenturyLink Cloud over HTTP: servers, batches, their queue, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod batches;
mod jobs;
mod plane;
mod servers;
