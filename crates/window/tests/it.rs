//! The crate from outside, one module per theme.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "it/constraints.rs"]
mod constraints;
#[path = "it/model.rs"]
mod model;
