//! One server: where it stands, and which job holds it.

use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use crate::hardware::changed_disks;
use crate::legality::{Effect, row};
use crate::{
    Action, Alias, ChangeInfo, Description, Disk, JobId, NewServer, PowerState, Profile, ServerId,
    ServerUuid, Size, Snapshot, UserName,
};

/// The status of a server in the words of the service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ServerStatus {
    /// It is there to be used, whether it runs or not.
    Active,
    /// Only its disks are kept.
    Archived,
    /// It is being built; its power state and hardware are not told yet.
    UnderConstruction,
    /// It waits to be deleted.
    QueuedForDelete,
    /// It waits to come back from the archive.
    QueuedForRestore,
}

impl ServerStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Archived,
        Self::UnderConstruction,
        Self::QueuedForDelete,
        Self::QueuedForRestore,
    ];

    /// The word of the status in the service's answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::UnderConstruction => "underConstruction",
            Self::QueuedForDelete => "queuedForDelete",
            Self::QueuedForRestore => "queuedForRestore",
        }
    }
}

impl fmt::Display for ServerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Where a server stands, as far as its operations care: a column of [`LEGALITY`](crate::LEGALITY).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stand {
    /// Active and running.
    Started,
    /// Active and off.
    Stopped,
    /// Active and suspended.
    Paused,
    /// In the archive.
    Archived,
    /// Being built.
    UnderConstruction,
    /// Waiting to be deleted.
    QueuedForDelete,
    /// Waiting to come back from the archive.
    QueuedForRestore,
}

impl Stand {
    /// Every column, from left to right.
    pub const ALL: [Self; 7] = [
        Self::Started,
        Self::Stopped,
        Self::Paused,
        Self::Archived,
        Self::UnderConstruction,
        Self::QueuedForDelete,
        Self::QueuedForRestore,
    ];
}

/// The hold of one item of a job on a server: as long as it lasts, nothing else is queued for that server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The job.
    pub job: JobId,
    /// The place of the server in the job, from 0.
    pub item: u32,
    /// The status that the server falls back to if nothing comes of it.
    pub before: ServerStatus,
}

/// One server, as it is stored.
///
/// Its state is changed by the jobs of this crate alone; what is brought in from elsewhere is described once with
/// the `with_*` functions.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_batch::{ChangeInfo, PowerState, Server, ServerStatus};
///
/// let created_at = Utc.with_ymd_and_hms(2015, 6, 29, 8, 39, 37).unwrap();
/// let server = Server::new("DE1ALTDWEB577".parse()?, "ALTD".parse()?, ChangeInfo::created("user.altd".into(), created_at))
///     .with_power(PowerState::Paused);
/// assert_eq!(server.id().to_string(), "de1altdweb577");
/// assert_eq!((server.status(), server.power()), (ServerStatus::Active, Some(PowerState::Paused)));
/// assert!(server.claim().is_none());
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(from = "Stored", into = "Stored")]
// What every operation looks at and changes fills one cache line; the rest is kept apart.
#[repr(align(64))]
pub struct Server {
    account: Alias,
    status: ServerStatus,
    power: PowerState,
    in_maintenance: bool,
    claim: Option<Claim>,
    snapshot: Option<Box<Snapshot>>,
    modified_by: UserName,
    modified_at: DateTime<Utc>,
    rest: Box<Rest>,
}

/// Whether items hold their servers. Only a bench builds this crate without, to see what that costs.
const CLAIMS: bool = !cfg!(tagout_without_claims);

/// What few operations look at.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Rest {
    id: ServerId,
    created_by: UserName,
    created_at: DateTime<Utc>,
    /// The number of the newest snapshot there ever was; numbers are not used again.
    n_snapshots: u32,
    size: Size,
    disks: Vec<Disk>,
    profile: Profile,
    uuid: Option<ServerUuid>,
}

impl Server {
    /// An active, started server of one processor and 1024 megabytes, without disks.
    pub fn new(id: ServerId, account: Alias, change: ChangeInfo) -> Self {
        Stored {
            id,
            account,
            status: ServerStatus::Active,
            power: PowerState::Started,
            in_maintenance: false,
            claim: None,
            snapshot: None,
            change,
            profile: Profile::default(),
            disks: Vec::new(),
            n_snapshots: 0,
            size: Size {
                cpu: 1,
                memory_mb: 1_024,
            },
            uuid: None,
        }
        .into()
    }

    /// The server that `new` asks for, under construction.
    pub fn under_construction(
        id: ServerId,
        account: Alias,
        new: &NewServer,
        change: ChangeInfo,
    ) -> Self {
        let mut server = Self::new(id, account, change)
            .with_power(PowerState::Stopped)
            .with_size(new.size)
            .with_disks(new.disks.clone())
            .with_profile(new.profile.clone());
        server.status = ServerStatus::UnderConstruction;
        server.rest.uuid = Some(new.uuid);
        server
    }

    /// The same server with this power state.
    pub fn with_power(self, power: PowerState) -> Self {
        Self { power, ..self }
    }

    /// The same server in the archive, and stopped.
    pub fn archived(self) -> Self {
        Self {
            status: ServerStatus::Archived,
            power: PowerState::Stopped,
            ..self
        }
    }

    /// The same server with this maintenance flag.
    pub fn with_maintenance(self, in_maintenance: bool) -> Self {
        Self {
            in_maintenance,
            ..self
        }
    }

    /// The same server with this snapshot; the numbers of later ones go on from it.
    pub fn with_snapshot(mut self, snapshot: Snapshot) -> Self {
        self.rest.n_snapshots = self.rest.n_snapshots.max(snapshot.number());
        self.snapshot = Some(Box::new(snapshot));
        self
    }

    /// The same server with these processors and this memory.
    pub fn with_size(mut self, size: Size) -> Self {
        self.rest.size = size;
        self
    }

    /// The same server with these disks.
    pub fn with_disks(mut self, disks: Vec<Disk>) -> Self {
        self.rest.disks = disks;
        self
    }

    /// The same server, described like this.
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.rest.profile = profile;
        self
    }

    /// Describes the server differently, at once, by `by` at `now`; whether a job holds it does not matter.
    pub fn describe(&mut self, description: &Description, by: UserName, now: DateTime<Utc>) {
        let Description {
            text,
            group,
            custom_fields,
        } = description.clone();
        if let Some(text) = text {
            self.rest.profile.description = text;
        }
        if let Some(group) = group {
            self.rest.profile.group = Some(group);
        }
        if let Some(custom_fields) = custom_fields {
            self.rest.profile.custom_fields = custom_fields;
        }
        self.stamp(by, now);
    }

    /// Drops the snapshot if it has expired by `now`, and tells whether it did.
    ///
    /// A server that a job holds keeps it until the job is done with it.
    pub fn drop_expired_snapshot(&mut self, now: DateTime<Utc>) -> bool {
        let expired = self.claim.is_none()
            && self
                .snapshot
                .as_ref()
                .is_some_and(|snapshot| snapshot.expires_at() <= now);
        if expired {
            self.snapshot = None;
        }
        expired
    }

    /// The id.
    pub fn id(&self) -> ServerId {
        self.rest.id
    }

    /// The name as the service shows it: the id in upper case.
    pub fn name(&self) -> String {
        self.rest.id.as_str().to_ascii_uppercase()
    }

    /// The account that owns it.
    pub fn account(&self) -> Alias {
        self.account
    }

    /// The second name that it got when it was built through this crate.
    pub fn uuid(&self) -> Option<ServerUuid> {
        self.rest.uuid
    }

    /// The status.
    pub fn status(&self) -> ServerStatus {
        self.status
    }

    /// Whether it runs; nothing while it is under construction.
    pub fn power(&self) -> Option<PowerState> {
        (self.status != ServerStatus::UnderConstruction).then_some(self.power)
    }

    /// The column of [`LEGALITY`](crate::LEGALITY) that it is in.
    pub fn stand(&self) -> Stand {
        match (self.status, self.power) {
            (ServerStatus::Active, PowerState::Started) => Stand::Started,
            (ServerStatus::Active, PowerState::Stopped) => Stand::Stopped,
            (ServerStatus::Active, PowerState::Paused) => Stand::Paused,
            (ServerStatus::Archived, _) => Stand::Archived,
            (ServerStatus::UnderConstruction, _) => Stand::UnderConstruction,
            (ServerStatus::QueuedForDelete, _) => Stand::QueuedForDelete,
            (ServerStatus::QueuedForRestore, _) => Stand::QueuedForRestore,
        }
    }

    /// Whether its monitors are silenced.
    pub fn in_maintenance(&self) -> bool {
        self.in_maintenance
    }

    /// Its snapshot, unless that has expired by `now`.
    pub fn snapshot(&self, now: DateTime<Utc>) -> Option<&Snapshot> {
        self.snapshot
            .as_deref()
            .filter(|snapshot| now < snapshot.expires_at())
    }

    /// When its snapshot expires.
    pub fn snapshot_expires_at(&self) -> Option<DateTime<Utc>> {
        self.snapshot.as_ref().map(|snapshot| snapshot.expires_at())
    }

    /// Its processors and memory; none in the archive, where the former ones are remembered.
    pub fn size(&self) -> Size {
        match self.status {
            ServerStatus::Archived | ServerStatus::QueuedForRestore => Size::default(),
            _ => self.rest.size,
        }
    }

    /// Its disks, in order of their places.
    pub fn disks(&self) -> &[Disk] {
        &self.rest.disks
    }

    /// The size of all disks together, in gigabytes.
    pub fn storage_gb(&self) -> u64 {
        self.rest
            .disks
            .iter()
            .map(|disk| u64::from(disk.size_gb))
            .sum()
    }

    /// How it is described.
    pub fn profile(&self) -> &Profile {
        &self.rest.profile
    }

    /// Who made it and changed it last.
    pub fn change(&self) -> ChangeInfo {
        let Rest {
            created_by,
            created_at,
            ..
        } = &*self.rest;
        let change = ChangeInfo::created(created_by.clone(), *created_at);
        change.modified(self.modified_by.clone(), self.modified_at)
    }

    /// The job that holds it.
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }

    /// Whether this item holds it.
    pub(crate) fn is_held_by(&self, job: JobId, item: u32) -> bool {
        !CLAIMS
            || self
                .claim
                .is_some_and(|claim| (claim.job, claim.item) == (job, item))
    }

    fn stamp(&mut self, by: UserName, now: DateTime<Utc>) {
        self.modified_by = by;
        self.modified_at = now.trunc_subsecs(0);
    }

    /// Gives the server to one item, whose row of the table may change the status at once.
    pub(crate) fn hold(&mut self, job: JobId, item: u32, accepted: Option<ServerStatus>) {
        debug_assert!(self.claim.is_none(), "{} is held already", self.id());
        if !CLAIMS {
            return;
        }
        self.claim = Some(Claim {
            job,
            item,
            before: self.status,
        });
        if let Some(status) = accepted {
            self.status = status;
        }
    }

    /// Ends the claim, and tells whether there was one.
    fn let_go(&mut self) -> bool {
        let claim = self.claim.take();
        if let Some(claim) = claim {
            self.status = claim.before;
        }
        claim.is_some() || !CLAIMS
    }

    /// Lets go of the server without a change: nothing came of the operation.
    ///
    /// A server that was to be built is gone then.
    pub(crate) fn release(&mut self, now: DateTime<Utc>) -> Presence {
        if !self.let_go() {
            return Presence::Stays;
        }
        self.drop_expired_snapshot(now);
        if self.status == ServerStatus::UnderConstruction {
            Presence::Gone
        } else {
            Presence::Stays
        }
    }

    /// Lets go of the server with the effect of an action that succeeded.
    pub(crate) fn complete(
        &mut self,
        action: &Action,
        by: &UserName,
        now: DateTime<Utc>,
    ) -> Presence {
        if !self.let_go() {
            return Presence::Stays;
        }
        let Some(row) = row(action.operation()) else {
            return Presence::Stays;
        };
        let presence = match row.cell(self.stand()).effect() {
            Some(effect) => self.apply(effect, action, now),
            None => Presence::Stays,
        };
        if row.stamps {
            self.stamp(by.clone(), now);
        }
        self.drop_expired_snapshot(now);
        presence
    }

    fn apply(&mut self, effect: Effect, action: &Action, now: DateTime<Utc>) -> Presence {
        match effect {
            Effect::Nothing => {}
            Effect::Power(power) => self.power = power,
            Effect::Maintenance(flag) => self.in_maintenance = flag,
            Effect::Archive => {
                self.status = ServerStatus::Archived;
                self.power = PowerState::Stopped;
            }
            Effect::Restore => {
                self.status = ServerStatus::Active;
                self.power = PowerState::Started;
                if let Action::Restore { group: Some(group) } = action {
                    self.rest.profile.group = Some(**group);
                }
            }
            Effect::TakeSnapshot => {
                if let Action::CreateSnapshot { days } = action {
                    self.rest.n_snapshots = self.rest.n_snapshots.saturating_add(1);
                    let snapshot = Snapshot::taken(self.rest.n_snapshots, now, *days);
                    self.snapshot = Some(Box::new(snapshot));
                }
            }
            Effect::DropSnapshot => self.snapshot = None,
            Effect::Change => {
                if let Action::Change { change } = action {
                    self.rest.size.cpu = change.cpu.unwrap_or(self.rest.size.cpu);
                    let wanted_mb = change.memory_gb.map(|gb| gb.saturating_mul(1_024));
                    self.rest.size.memory_mb = wanted_mb.unwrap_or(self.rest.size.memory_mb);
                    if let Some(wanted) = &change.disks {
                        self.rest.disks = changed_disks(&self.rest.disks, wanted);
                    }
                }
            }
            Effect::Construct => {
                self.status = ServerStatus::Active;
                self.power = PowerState::Started;
            }
            Effect::Delete => return Presence::Gone,
        }
        Presence::Stays
    }
}

/// Whether a server is still there after a job is done with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Presence {
    /// It is there; its document is to be written.
    Stays,
    /// It is no more; its document is to be removed.
    Gone,
}

/// The stored form of a server.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    id: ServerId,
    account: Alias,
    status: ServerStatus,
    power: PowerState,
    in_maintenance: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<Claim>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<Snapshot>,
    change: ChangeInfo,
    profile: Profile,
    disks: Vec<Disk>,
    n_snapshots: u32,
    size: Size,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uuid: Option<ServerUuid>,
}

impl From<Stored> for Server {
    fn from(stored: Stored) -> Self {
        let (created_by, created_at, modified_by, modified_at) = stored.change.into_parts();
        let rest = Rest {
            id: stored.id,
            created_by,
            created_at,
            n_snapshots: stored.n_snapshots,
            size: stored.size,
            disks: stored.disks,
            profile: stored.profile,
            uuid: stored.uuid,
        };
        Self {
            account: stored.account,
            status: stored.status,
            power: stored.power,
            in_maintenance: stored.in_maintenance,
            claim: stored.claim,
            snapshot: stored.snapshot.map(Box::new),
            modified_by,
            modified_at,
            rest: Box::new(rest),
        }
    }
}

impl From<Server> for Stored {
    fn from(server: Server) -> Self {
        let change = server.change();
        let Rest {
            id,
            n_snapshots,
            size,
            disks,
            profile,
            uuid,
            ..
        } = *server.rest;
        Self {
            id,
            account: server.account,
            status: server.status,
            power: server.power,
            in_maintenance: server.in_maintenance,
            claim: server.claim,
            snapshot: server.snapshot.map(|snapshot| *snapshot),
            change,
            profile,
            disks,
            n_snapshots,
            size,
            uuid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_operation_looks_at_fills_one_cache_line() {
        assert_eq!(size_of::<Option<Server>>(), 64);
    }
}
