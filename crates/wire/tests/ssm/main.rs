//! Maintenance windows on the wire, from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod requests;
mod responses;
