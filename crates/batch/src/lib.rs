//! One operation over many servers, and the queue that works it off.
//!
//! A [`Submission`] names an [`Action`] and servers. [`admit`] examines each server by [`LEGALITY`], claims those that
//! can take the action, and makes one [`Job`] per data centre with an [`Item`] per server. [`start`] hands out [`Work`]
//! under a [`Ticket`], and [`finish`] takes in the [`Report`]: the item, the job and the [`Server`] change in one move.
//! [`Queue`] does all that in memory, in turn between accounts.
//!
//! The crate has no public names and shapes of the service: its values carry what those need (order, letter case, what
//! is present and what is not), and whoever speaks to clients writes them down. serde gives the *stored* form,
//! [`Document`].
//!
//! **Invariant:** nothing here reads a clock, draws a random number, does I/O or knows what a maintenance window is.
#![doc = include_str!("../README.md")]

mod account;
mod admission;
mod answered;
mod command;
mod diagram;
mod document;
mod hardware;
mod id;
mod item;
mod job;
mod legality;
mod lines;
mod moves;
mod operation;
mod plan;
mod profile;
mod queue;
mod server;
mod settings;
mod terms;
mod ticket;
mod time;

pub use account::{Account, Numbers};
pub use admission::{
    Admission, AdmitError, Answer, Entry, InvalidKey, Inventory, Key, Submission, Verdict, admit,
    examine,
};
pub use answered::Answered;
pub use command::{Command, Draft, DraftTarget, Fault, InvalidCommand, Loose};
pub use document::{Document, DocumentChange, DocumentKey};
pub use hardware::{
    Disk, DiskId, InvalidDiskId, InvalidSnapshotDays, PowerState, Size, Snapshot, SnapshotDays,
};
pub use id::{Alias, DataCenter, GroupId, InvalidId, JobId, ServerId, ServerUuid};
pub use item::{Attempt, ITEM_MOVES, Item, ItemEvent, ItemStatus, Reason, item_moves_mermaid};
pub use job::{JOB_MOVES, Job, JobEvent, JobStatus, Progress, job_moves_mermaid};
pub use legality::{Cell, Effect, Fact, LEGALITY, Row, legality, may_be_cloned};
pub use moves::{Moved, finish, heartbeat, skip, start, stop, take_back};
pub use operation::{Action, Change, Operation, Target, TargetId, UnknownOperation, WantedDisk};
pub use plan::{InvalidPlanId, Plan, PlanEnd, PlanId, Stage};
pub use profile::{
    ChangeInfo, CustomField, Description, IpAddress, NewServer, Package, Profile, ServerKind,
    StorageKind, UserName,
};
pub use queue::{
    CancelError, CreateError, Items, JobPage, JobQuery, PatchError, Patched, PlanError, Queue,
    RestoreError, RetryError, ServerHeld, SubmitError, Which, retry,
};
pub use server::{Claim, Presence, Server, ServerStatus, Stand};
pub use settings::{Backoff, Order, Owner, Retention, Settings, TooShortRetention};
pub use terms::{InvalidLimit, InvalidPriority, MaxConcurrency, MaxErrors, Priority, Terms};
pub use ticket::{InvalidTicket, Report, StaleReason, StaleTicket, Ticket, Work};
