//! The maintenance window: its targets, its tasks, and how a run of it goes.
//!
//! This is the maintenance-window resource of AWS Systems Manager as a pure library: it reads no clock, draws no random
//! number and does no I/O. The caller passes in the time, ids and what happened, and gets back values.
//!
//! # From a request to a run
//!
//! 1. A [`request`] is plain data under the names of the public interface. [`Request::parse`](request::Request::parse)
//!    checks it against one table of constraints, and finds every fault, or makes a [`command`] of it.
//! 2. A command changes a [`Window`]: one document with its timing, its [`Target`]s and its [`Task`]s. What the service
//!    refuses is refused in its words, as a [`WindowError`].
//! 3. [`Window::due_at`] says when the window opens; [`Window::take_due`] hands out the opening when that time has come.
//! 4. An opening becomes an [`Execution`], a machine that says which invocations to begin and to cancel, and is told how
//!    each went. [`Admission`] says whether it may begin beside what runs already.
//!
//! [`Windows`] and [`Executions`] keep many of both in memory, with the lists, filters and pages of the interface. A
//! [`Preview`] runs the machine with durations in place of the world.
//!
//! # What is the service's, and what is ours
//!
//! Where the documentation of the service is silent, each item says so. [`Rules`] collects what can be set: the dialect of
//! schedules, the quotas, and how long things are kept. [`Practice`] is what a window can do beyond the service: keep out
//! of excluded times, wait for an earlier run instead of skipping, and ask for a notice.

pub mod constraint;
pub use constraint::{Kind, Member, Operation, Pattern, Shape};

pub mod command;

mod error;
pub use error::{ErrorKind, Missing, Refusal, Refusals, WindowError};

mod execution;
pub use execution::{
    Admission, AlarmState, Decision, Ending, Execution, HALTS, Halt, HaltRule, Invocation, MOVES,
    Outcome, PSEUDO_PARAMETERS, PseudoParameter, ROLL_UP, Status, TaskExecution, Ticket,
    TicketError, TriggeredAlarm, UnknownStatus, Work, details, moves_mermaid,
};

mod filter;
pub use filter::{StatusFilters, TargetFilters, TaskFilters, TimeFilters, WindowFilters};

mod history;
pub use history::{ExecutionPlace, Executions};

mod id;
pub use id::{ExecutionId, IdSource, InvocationId, TargetId, TaskExecutionId, TaskId, WindowId};

mod inventory;
pub use inventory::{Fleet, Inventory, Resource, TagCondition};

mod page;
pub use page::{Page, PageKey, PageRequest, Place};

mod preview;
pub use preview::{Preview, Step};

mod receipt;
pub use receipt::Receipt;

pub mod request;

mod rules;
pub use rules::{DeleteOfUnknown, Quotas, Rules};

mod scalar;
pub use scalar::{
    ClientToken, CutoffBehavior, Description, MaxConcurrency, MaxErrors, Name, OwnerInformation,
    ResourceType, TaskArn, TaskType,
};

mod selector;
pub use selector::Selector;

mod target;
pub use target::Target;

mod task;
pub use task::Task;

mod violation;
pub use violation::{Clause, Violation, Violations};

mod window;
pub use window::{Due, Overlap, Practice, Window};

mod windows;
pub use windows::{Scheduled, ScheduledOpening, ScheduledPlace, WindowPlace, Windows};

/// The example of the README, so that it runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
