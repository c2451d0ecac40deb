//! The maintenance window: its targets, its tasks, and how a run of it goes.

mod constraint;
pub use constraint::{Kind, Member, Operation, Pattern, Shape};

pub mod command;

mod error;
pub use error::{ErrorKind, Missing, Refusal, Refusals, WindowError};

mod execution;
pub use execution::{
    Admission, AlarmState, Decision, Ending, Execution, HALTS, Halt, HaltRule, Invocation, MOVES,
    Outcome, PSEUDO_PARAMETERS, PseudoParameter, ROLL_UP, Status, TaskExecution, Ticket,
    TicketError, TriggeredAlarm, UnknownStatus, Work, details,
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
