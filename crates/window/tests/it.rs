//! The crate from outside, one module per theme.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "it/collections.rs"]
mod collections;
#[path = "it/constraints.rs"]
mod constraints;
#[path = "it/documented.rs"]
mod documented;
#[path = "it/documents.rs"]
mod documents;
#[path = "it/executions.rs"]
mod executions;
#[path = "it/model.rs"]
mod model;
#[path = "it/previews.rs"]
mod previews;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/simulation.rs"]
mod simulation;
#[path = "it/stored.rs"]
mod stored;
#[path = "it/support.rs"]
mod support;
#[path = "it/targets.rs"]
mod targets;
#[path = "it/tasks.rs"]
mod tasks;
#[path = "it/windows.rs"]
mod windows;
#[path = "it/work.rs"]
mod work;
