//! One operation over many servers, and the queue that works it off.

mod account;
mod admission;
mod answered;
mod command;
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
pub use item::{Attempt, ITEM_MOVES, Item, ItemEvent, ItemStatus, Reason};
pub use job::{JOB_MOVES, Job, JobEvent, JobStatus, Progress};
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
