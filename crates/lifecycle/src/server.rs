//! One server: what it is, how it stands, and what is being done to it.

mod backup;
pub use backup::BackupOccasion;

mod care;
pub use care::{PendingMaintenance, PendingReason, PendingWork, ServerUpdate};

mod create;
pub use create::{Built, CustomEndpoint, InvalidServer, NewServer, ServerFault};

mod duty;
pub use duty::{Duty, WindowView};

mod health;
pub use health::{HealthCheck, HealthReport, Observation};

mod maintenance;
pub use maintenance::{Maintained, MaintenanceFailure};

mod modify;

mod node;
pub use node::{AssociationStatus, NodeAssociation, NodeRequest};

mod operator;
pub use operator::ResetTo;

mod remove;
pub use remove::{Removal, Removed};

mod restore;
pub use restore::{RestoreOrder, RestoreSource, Restored};

mod transition;
pub use transition::{Cause, CurrentOperation, Ended, OperationDetail, Transition};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    CustomDomain, Endpoint, EngineAttribute, Health, InstanceProfileArn, InstanceType, KeyPair,
    MaintenanceStatus, Operation, OperationKind, PreferredWindow, Refusal, Refused, Release,
    ResourceArn, ResourceId, RetentionCount, RetentionDays, ServerName, ServiceRoleArn, StackArn,
    StaleResult, Status, Tags, Ticket, window::WindowRecord,
};

/// What a server is built as: all that a new machine for it needs to be told.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Blueprint {
    /// The engine, its model and version.
    pub release: Release,
    /// The type of its machine.
    pub instance_type: InstanceType,
    /// What its machine may do.
    pub instance_profile_arn: InstanceProfileArn,
    /// What the service may do on its behalf.
    pub service_role_arn: ServiceRoleArn,
    /// The key pair for logging in to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pair: Option<KeyPair>,
    /// The security groups of its machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<ResourceId>,
    /// The subnets of its machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<ResourceId>,
    /// Whether it has a public address.
    pub associate_public_ip_address: bool,
    /// The owner's domain that it answers under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_domain: Option<CustomDomain>,
}

/// One server.
///
/// A command takes it and gives it back moved, with what is to be done outside and what is to be told; or refuses and
/// gives it back as it was ([`Refused::into_server`]). Nothing here reads a clock or does any work: the caller says
/// what time it is, commits the outcome, performs the [`Effect`](crate::Effect)s, and reports back.
///
/// Methods are of four kinds. Plain verbs are what somebody wants (`start_maintenance`). `handle_*` is what has
/// happened (`handle_maintained`). `poll_*` is what to do next (`poll_duty`). The rest tells how it stands.
///
/// # Example
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use tagout_lifecycle::{Account, Built, Engine, Maintained, NewServer, Policy, Server, Status, Ticket};
///
/// let (policy, now): (_, DateTime<Utc>) = (Policy::default(), "2026-03-02T12:00:00Z".parse()?);
/// let account = Account { id: "123456789012".parse()?, region: "eu-central-1".parse()? };
/// let mut random = || 4; // a source of random numbers; this one is for show
///
/// let new = NewServer::new(
///     "alpha".parse()?,
///     Engine::ChefAutomate,
///     "m5.large".parse()?,
///     "arn:aws:iam::123456789012:instance-profile/servers".parse()?,
///     "arn:aws:iam::123456789012:role/servers".parse()?,
/// );
/// let moved = Server::create(new, &account, &mut random, Ticket::new(1), &policy, now)?;
/// assert_eq!(moved.effects.len(), 1); // build it
/// let now = now + TimeDelta::minutes(15);
/// let server = moved.server.handle_built(Ticket::new(1), Ok(Built::default()), now)?.server;
/// assert_eq!(server.status(), Status::Healthy);
///
/// let moved = server.start_maintenance(&[], Ticket::new(2), &policy, now)?;
/// assert_eq!(moved.server.status(), Status::UnderMaintenance);
/// let now = now + TimeDelta::minutes(30);
/// let moved = moved.server.handle_maintained(Ticket::new(2), Ok(Maintained::default()), now)?;
/// assert_eq!(moved.server.status(), Status::Healthy);
/// assert_eq!(moved.events[0].message, "Maintenance completed successfully");
///
/// // A result counts once.
/// let refused = moved.server.handle_maintained(Ticket::new(2), Ok(Maintained::default()), now).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "ticket 00000000000000000000000000000002 reports a maintenance of server `alpha`, \
///      expected no report, as nothing is being done",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Server {
    name: ServerName,
    arn: ResourceArn,
    endpoint: Endpoint,
    created_at: DateTime<Utc>,
    blueprint: Blueprint,
    /// What the engine lets be seen of its attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    engine_attributes: Vec<EngineAttribute>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stack: Option<StackArn>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    tags: Tags,

    health: Health,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<Box<CurrentOperation>>,
    /// Why its health is what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Text>,
    /// Why the last operation failed, until one succeeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Text>,

    backup_window: WindowRecord,
    maintenance_window: WindowRecord,
    retention: RetentionCount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention_days: Option<RetentionDays>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disable_automated_backup: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    protected: bool,

    #[serde(default, skip_serializing_if = "Option::is_none")]
    maintenance_status: Option<MaintenanceStatus>,
    /// When the last maintenance ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maintained_at: Option<DateTime<Utc>>,
    /// When the last successful maintenance ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maintained_well_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deferral: Option<care::Deferral>,
    /// Whether the backup that follows a major upgrade is still to be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    owes_backup: bool,
    /// When the last event was told.
    told_at: DateTime<Utc>,
}

/// A text that is shared and not checked: it was made here.
type Text = Box<str>;

impl Server {
    /// Its name.
    pub fn name(&self) -> &ServerName {
        &self.name
    }

    /// Its ARN, which tells account and region too.
    pub fn arn(&self) -> &ResourceArn {
        &self.arn
    }

    /// Where it is reached, without a scheme.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// When it was created.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// What it is built as.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// The stack of its present machine, once it has had one.
    pub fn stack(&self) -> Option<&StackArn> {
        self.stack.as_ref()
    }

    /// Its tags.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// How it stands, in the public word: [`Status::of`] the two axes.
    pub fn status(&self) -> Status {
        Status::of(
            self.operation.as_ref().map(|operation| operation.kind()),
            self.health,
        )
    }

    /// How it was last seen to be, also while something is being done to it.
    pub fn observed_health(&self) -> Health {
        self.health
    }

    /// What is being done to it.
    pub fn current_operation(&self) -> Option<&CurrentOperation> {
        self.operation.as_deref()
    }

    /// Why it stands as it does: the text that is public beside the status.
    ///
    /// For an unhealthy server it is the failed health check as JSON, for one that is being deleted the code that the
    /// service showed. While any other operation runs it stays what it was before. A server that has no other reason
    /// shows why its last operation failed, until one succeeds.
    pub fn status_reason(&self) -> Option<&str> {
        let reason = match &self.operation {
            Some(operation) if operation.kind() == OperationKind::Delete => {
                return Some(remove::USER_INITIATED);
            }
            Some(operation) => operation.reason_before.as_deref(),
            None => self.reason.as_deref(),
        };
        reason.or(self.failure.as_deref())
    }

    /// How its last maintenance ended; unchanged while one runs.
    pub fn maintenance_status(&self) -> Option<MaintenanceStatus> {
        self.maintenance_status
    }

    /// When its last maintenance ended, well or not.
    pub fn maintained_at(&self) -> Option<DateTime<Utc>> {
        self.maintained_at
    }

    /// The hour in which it is backed up.
    pub fn preferred_backup_window(&self) -> PreferredWindow {
        self.backup_window.window
    }

    /// The hour in which it is maintained.
    pub fn preferred_maintenance_window(&self) -> PreferredWindow {
        self.maintenance_window.window
    }

    /// How many automated backups are kept of it.
    pub fn backup_retention(&self) -> RetentionCount {
        self.retention
    }

    /// How many days automated backups are kept of it, if that was asked for.
    pub fn backup_retention_days(&self) -> Option<RetentionDays> {
        self.retention_days
    }

    /// Whether automated backups were turned off or on by name; `None` if nobody ever said, which means on.
    pub fn disable_automated_backup(&self) -> Option<bool> {
        self.disable_automated_backup
    }

    /// Whether it is protected from deletion.
    pub fn is_protected(&self) -> bool {
        self.protected
    }

    /// Refuses unless its status allows `operation`.
    fn permit(&self, operation: Operation) -> Result<(), Refusal> {
        match Refusal::by_status(&self.name, self.status(), operation) {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    /// Refuses unless `given` is the ticket of the running operation, and that is of this kind if one is named.
    fn expect_ticket(
        &self,
        given: Ticket,
        kind: impl Into<Option<OperationKind>>,
    ) -> Result<(), StaleResult> {
        let kind = kind.into();
        let current = self
            .operation
            .as_ref()
            .map(|operation| (operation.ticket(), operation.kind()));
        match current {
            Some((ticket, running))
                if ticket == given && kind.is_none_or(|kind| kind == running) =>
            {
                Ok(())
            }
            _ => Err(StaleResult {
                server: self.name.clone(),
                given,
                kind,
                current,
            }),
        }
    }

    /// Gives the server back with the refusal, if there is one.
    fn refuse_unless(
        self,
        check: impl FnOnce(&Self) -> Result<(), Refusal>,
    ) -> Result<Self, Refused> {
        match check(&self) {
            Ok(()) => Ok(self),
            Err(refusal) => Err(Refused::new(self, refusal)),
        }
    }
}
