//! AWS OpsWorks CM as bytes: what requests become, what is wrong with them, and what is answered.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod faults;
mod requests;
