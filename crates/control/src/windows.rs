//! Maintenance windows kept in the store: the AWS Systems Manager side of the control plane.
//!
//! Decisions are those of `tagout-window`. This module says which documents each of them touches, and when they are
//! looked at next.
//!
//! | document | is due |
//! |---|---|
//! | window | at its next opening |
//! | execution | when its machine asks for it: cutoff, then closing; when it may begin after a wait; when it is forgotten |
//! | receipt of a client token | when it is forgotten |
//! | watch over work that another family does for an invocation | when that work has ended |
//!
//! Each account has one desk document: how many windows there are, and which executions have not ended. Whatever opens,
//! begins or ends goes through it, so that the limits hold however many planes share the store.
//!
//! An opening that nobody was there for is caught up with by rule: of several, only the latest is run; if its cutoff has
//! come it ends as `TIMED_OUT` without having begun anything, and the earlier ones are told as missed.

mod commands;
mod event;
mod history;
mod nodes;
mod queries;
mod records;
mod runs;
mod send;
mod settings;

pub use event::WindowEvent;
pub use history::InvocationView;
pub use nodes::Node;
pub use queries::WindowOpening;
pub(crate) use records::{ExecutionRecord, ReceiptRecord, WatchRecord, WindowRecord};
pub(crate) use runs::outcome;
pub(crate) use send::{watch_of_job, watch_of_operation};
pub use settings::WindowSettings;
