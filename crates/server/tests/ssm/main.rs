//! Maintenance windows over HTTP: every operation, each error that it declares, and what it checks first.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod client;
mod errors;
mod executions;
mod targets;
mod tasks;
mod windows;
