//! What may happen to a server now: a lifecycle that allows only legal moves.
//!
//! The lifecycle is that of AWS OpsWorks CM, whose service ended in 2024: thirteen statuses, nineteen operations, and
//! the rules of who may do what when. [`Server`] is the record of one server. A command takes it and gives it back
//! moved, as a [`Transition`]: the server, the [`Effect`]s to be performed outside, the [`Event`]s to be told. Or it
//! is [`Refused`], and nothing has changed. Time is an argument and so is chance; this crate does no work itself.
//!
//! Two tables hold the rules, and code, tests and this page read them: [`PERMISSIONS`] says which operation may be
//! asked for in which status, [`MOVES`] where each trigger leads.
//!
//! Behind the one public status are two axes. [`Server::current_operation`] is what is being done: kind, ticket,
//! deadline, and the status before. [`Server::observed_health`] is how the server was last seen to be, also while
//! something is being done to it. A result counts only with the ticket of the operation that is current: one that
//! comes late, twice, or from a worker that was given up changes nothing. Work that is overdue has failed, so that no
//! server is stuck.
//!
//! [`PreferredWindow`]s say when a server is maintained and backed up by itself. [`Server::poll_duty`] says what is
//! to be done now, and [`Server::poll_due`] when to ask again.
//!
//! # The lifecycle
//!
//! Drawn by [`transitions_mermaid`]:
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> CREATING: create
//!     CREATING --> HEALTHY: built
//!     CREATING --> FAILED: build failed, cancelled, reset to failed
//!     RUNNING --> HEALTHY: check passed
//!     RUNNING --> UNHEALTHY: check failed
//!     HEALTHY --> UNHEALTHY: check failed
//!     UNHEALTHY --> HEALTHY: check passed
//!     RUNNING --> CONNECTION_LOST: contact lost
//!     HEALTHY --> CONNECTION_LOST: contact lost
//!     UNHEALTHY --> CONNECTION_LOST: contact lost
//!     CONNECTION_LOST --> HEALTHY: check passed
//!     CONNECTION_LOST --> UNHEALTHY: check failed
//!     RUNNING --> TERMINATED: instance gone
//!     HEALTHY --> TERMINATED: instance gone
//!     UNHEALTHY --> TERMINATED: instance gone
//!     CONNECTION_LOST --> TERMINATED: instance gone
//!     RUNNING --> BACKING_UP: back up, backup due
//!     HEALTHY --> BACKING_UP: back up, backup due
//!     UNHEALTHY --> BACKING_UP: back up, backup due
//!     BACKING_UP --> RUNNING: backed up, backup failed, cancelled, reset to running
//!     BACKING_UP --> HEALTHY: backed up, backup failed, cancelled
//!     BACKING_UP --> UNHEALTHY: backed up, backup failed, cancelled
//!     BACKING_UP --> CONNECTION_LOST: contact lost
//!     BACKING_UP --> TERMINATED: instance gone, reset to terminated
//!     HEALTHY --> UNDER_MAINTENANCE: maintain, maintenance due
//!     UNHEALTHY --> UNDER_MAINTENANCE: maintain, maintenance due
//!     UNDER_MAINTENANCE --> HEALTHY: maintained, maintenance failed, cancelled
//!     UNDER_MAINTENANCE --> UNHEALTHY: maintenance failed, maintenance failed badly, cancelled
//!     UNDER_MAINTENANCE --> CONNECTION_LOST: contact lost
//!     HEALTHY --> RESTORING: restore
//!     UNHEALTHY --> RESTORING: restore
//!     RUNNING --> RESTORING: restore
//!     CONNECTION_LOST --> RESTORING: restore
//!     TERMINATED --> RESTORING: restore
//!     RESTORING --> HEALTHY: restored, restore failed, cancelled
//!     RESTORING --> RUNNING: restore failed, cancelled, reset to running
//!     RESTORING --> UNHEALTHY: restore failed, cancelled
//!     RESTORING --> CONNECTION_LOST: restore failed, cancelled
//!     RESTORING --> TERMINATED: restore failed, cancelled, reset to terminated
//!     HEALTHY --> MODIFYING: update
//!     UNHEALTHY --> MODIFYING: update
//!     MODIFYING --> HEALTHY: updated, update failed, cancelled
//!     MODIFYING --> UNHEALTHY: updated, update failed, cancelled
//!     FAILED --> DELETING: delete
//!     RUNNING --> DELETING: delete
//!     HEALTHY --> DELETING: delete
//!     UNHEALTHY --> DELETING: delete
//!     CONNECTION_LOST --> DELETING: delete
//!     TERMINATED --> DELETING: delete
//!     DELETING --> [*]: taken down
//!     DELETING --> FAILED: teardown failed, reset to failed
//!     SETUP --> RUNNING: reset to running
//!     SETUP --> TERMINATED: reset to terminated
//!     SETUP --> FAILED: reset to failed
//!     BACKING_UP --> FAILED: reset to failed
//!     UNDER_MAINTENANCE --> RUNNING: reset to running
//!     UNDER_MAINTENANCE --> TERMINATED: reset to terminated
//!     UNDER_MAINTENANCE --> FAILED: reset to failed
//!     RESTORING --> FAILED: reset to failed
//!     MODIFYING --> RUNNING: reset to running
//!     MODIFYING --> TERMINATED: reset to terminated
//!     MODIFYING --> FAILED: reset to failed
//!     FAILED --> RUNNING: reset to running
//!     FAILED --> TERMINATED: reset to terminated
//! ```
//!
//! # Beyond the service
//!
//! All of it is off until it is asked for: protection from deletion ([`Server::protect`]), putting maintenance off
//! ([`Server::defer_maintenance`]) and seeing what is to come ([`Server::pending_maintenance`]), cancelling work that
//! nobody has taken up ([`Server::cancel`]), and an operator's reset that is told with name and reason
//! ([`Server::reset`]).

mod account;
pub use account::{Account, AccountId, Endpoint, Region, StackArn};

mod diagram;
pub use diagram::{transitions_dot, transitions_mermaid};

mod effect;
pub use effect::{BuildWork, Effect, Work};

mod engine;
pub use engine::{
    ATTRIBUTES, AttributeFault, AttributeRule, AttributeUse, Engine, EngineAttribute, EngineFamily,
    EngineModel, FULL_VERSIONS, OFFERS, Offer, Release, UnknownEngine, UnknownRelease, ValueRule,
};

mod event;
pub use event::{Event, EventCategory, EventLog, Note};

mod moves;
pub use moves::{Destination, MOVES, Move, Trigger};

mod permission;
pub use permission::{Basis, Operation, PERMISSIONS, Permission, Verdict};

mod policy;
pub use policy::{Deadlines, LimitExceeded, Limited, Policy, Quota};

mod refusal;
pub use refusal::{InvalidState, Refusal, RefusalKind, Refused, StaleAssociation, StaleResult};

mod server;
pub use server::{
    AssociationStatus, BackupOccasion, Blueprint, Built, Cause, CurrentOperation, CustomEndpoint,
    Duty, Ended, HealthCheck, HealthReport, InvalidServer, Maintained, MaintenanceFailure,
    NewServer, NodeAssociation, NodeRequest, Observation, OperationDetail, PendingMaintenance,
    PendingReason, PendingWork, Removal, Removed, ResetTo, RestoreOrder, RestoreSource, Restored,
    Server, ServerFault, ServerUpdate, Transition, WindowView,
};

mod status;
pub use status::{Health, MaintenanceStatus, OperationKind, Status, UnknownStatus};

mod tag;
pub use tag::{TagChange, TagListTooLong, Tags, TooManyTags};

mod ticket;
pub use ticket::Ticket;

mod value;
pub use value::{
    AssociationToken, AttributeName, AttributeValue, BackupId, CustomCertificate, CustomDomain,
    CustomPrivateKey, Description, EngineAttributeName, EngineAttributeValue, EngineVersion,
    InstanceProfileArn, InstanceType, InvalidValue, KeyPair, MaxResults, NextToken, NodeName,
    Problem, REDACTED, Resource, ResourceArn, ResourceId, RetentionCount, RetentionDays,
    ServerName, ServiceRoleArn, TagKey, TagValue, UserArn,
};

mod window;
pub use window::{PreferredWindow, WindowKind};

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
