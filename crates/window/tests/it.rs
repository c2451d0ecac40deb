//! The crate from outside, one module per theme.

#[path = "it/constraints.rs"]
mod constraints;
#[path = "it/model.rs"]
mod model;
