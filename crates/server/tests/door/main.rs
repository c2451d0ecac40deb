//! Who comes in, how far, and what is said to the rest.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod aws;
mod health;
mod hostile;
mod limits;
mod login;
