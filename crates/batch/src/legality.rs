//! Which operation is legal where, and what becomes of the server: one table.

use chrono::{DateTime, Utc};

use crate::hardware::names_unknown_disk;
use crate::{Action, Operation, PowerState, Server, ServerStatus, Stand, StorageKind};

/// What the table says for one operation on a server that stands somewhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cell {
    /// The operation is queued, and has this effect once it has succeeded.
    Queue(Effect),
    /// Nothing is queued, as the server is already what was asked for.
    NoOp,
    /// The operation is refused.
    Refuse,
}

impl Cell {
    /// The effect, where the operation is queued.
    pub fn effect(self) -> Option<Effect> {
        match self {
            Self::Queue(effect) => Some(effect),
            Self::NoOp | Self::Refuse => None,
        }
    }
}

/// What becomes of a server when an operation has succeeded on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Nothing that is seen from here.
    Nothing,
    /// The power state is this.
    Power(PowerState),
    /// The maintenance flag is this.
    Maintenance(bool),
    /// It is archived, and stopped.
    Archive,
    /// It is active and started, with its former processors and memory.
    Restore,
    /// It has a new snapshot.
    TakeSnapshot,
    /// It has no snapshot.
    DropSnapshot,
    /// It has other processors, memory or disks.
    Change,
    /// It is active and started for the first time.
    Construct,
    /// It is gone.
    Delete,
}

/// Something about a server, beside where it stands, that decides about an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fact {
    /// The maintenance flag is set.
    InMaintenance,
    /// The maintenance flag is not set.
    NotInMaintenance,
    /// It has a snapshot.
    HasSnapshot,
    /// The snapshot that the operation names is not there.
    NoSuchSnapshot,
    /// The provider looks after its operating system.
    ManagedOs,
    /// It has standard storage of more than a terabyte of 1024 gigabytes.
    OverTerabyte,
    /// The operation names a disk that is not there.
    NoSuchDisk,
}

impl Fact {
    /// Whether it is true of `server` at `now`, for `action`.
    pub fn holds(self, server: &Server, action: &Action, now: DateTime<Utc>) -> bool {
        match self {
            Self::InMaintenance => server.in_maintenance(),
            Self::NotInMaintenance => !server.in_maintenance(),
            Self::HasSnapshot => server.snapshot(now).is_some(),
            Self::NoSuchSnapshot => match action {
                Action::RevertToSnapshot { snapshot } | Action::DeleteSnapshot { snapshot } => {
                    server
                        .snapshot(now)
                        .is_none_or(|there| there.number() != *snapshot)
                }
                _ => false,
            },
            Self::ManagedOs => server.profile().managed_os,
            Self::OverTerabyte => {
                server.profile().storage == StorageKind::Standard && server.storage_gb() > 1_024
            }
            Self::NoSuchDisk => match action {
                Action::Change { change } => change
                    .disks
                    .as_ref()
                    .is_some_and(|wanted| names_unknown_disk(server.disks(), wanted)),
                _ => false,
            },
        }
    }
}

/// One row of the table: everything about the legality and the outcome of one operation.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The operation.
    pub operation: Operation,
    /// What holds in each column, in the order of [`Stand::ALL`].
    pub cells: [Cell; 7],
    /// What stands in for a [`Cell::Queue`] where a fact is true, the first one that is.
    pub unless: &'static [(Fact, Cell)],
    /// The status that the server shows from acceptance to the end of the operation.
    pub waiting_as: Option<ServerStatus>,
    /// Whether the server's change record is stamped at the end. In the recordings, archive and restore leave it
    /// alone; the others move it.
    pub stamps: bool,
}

impl Row {
    /// What holds for a server that stands there.
    pub fn cell(&self, stand: Stand) -> Cell {
        self.cells[stand as usize]
    }
}

/// Every operation, where it is legal, and what becomes of the server; the only place where this is written down.
///
/// The columns are [`Stand::ALL`]: started, stopped and paused (of active servers), archived, under construction,
/// queued for delete, queued for restore. A server that any job holds takes no other operation, whatever stands
/// here. [`Operation::SetMaintenance`] has no row, as each server of such a batch starts or stops its maintenance.
///
/// Sources: CenturyLink Cloud API v2 reference; recordings of its SDKs (2015 and 2016); knowledge-base articles on
/// power states, snapshots and managed servers. Where all are silent: a paused guest cannot shut down or take a
/// package; a stopped server has nothing to suspend or restart; taking a server into the maintenance that it is in
/// is answered like powering on one that runs; managed servers, snapshots and big disks follow the articles.
///
/// # Example
///
/// ```
/// use tagout_batch::{Cell, Effect, LEGALITY, Operation, PowerState, Stand};
///
/// let row = LEGALITY.iter().find(|row| row.operation == Operation::PowerOn).unwrap();
/// assert_eq!(row.cell(Stand::Paused), Cell::Queue(Effect::Power(PowerState::Started)));
/// assert_eq!(row.cell(Stand::Started), Cell::NoOp);
/// ```
#[rustfmt::skip] // columns
pub const LEGALITY: [Row; Operation::ALL.len() - 1] = [
    // operation                      started     stopped     paused      archived     building       deleting  restoring
    plain(Operation::PowerOn,          [N,          UP,         UP,         X,           X,             X,        X], &[]),
    plain(Operation::PowerOff,         [DOWN,       N,          DOWN,       X,           X,             X,        X], &[]),
    plain(Operation::ShutDown,         [DOWN,       N,          X,          X,           X,             X,        X], &[]),
    plain(Operation::Pause,            [SLEEP,      X,          N,          X,           X,             X,        X], &[]),
    plain(Operation::Reset,            [UP,         X,          UP,         X,           X,             X,        X], &[]),
    plain(Operation::Reboot,           [UP,         X,          UP,         X,           X,             X,        X], &[]),
    plain(Operation::StartMaintenance, [FLAG,       FLAG,       FLAG,       X,           X,             X,        X], &[(Fact::InMaintenance, N)]),
    plain(Operation::StopMaintenance,  [CLEAR,      CLEAR,      CLEAR,      X,           X,             X,        X], &[(Fact::NotInMaintenance, N)]),
    Row { stamps: false,
   ..plain(Operation::Archive,         [Q(E::Archive), Q(E::Archive), Q(E::Archive), N,  X,             X,        X], &[(Fact::ManagedOs, X)]) },
    plain(Operation::CreateSnapshot,   [SNAP,       SNAP,       SNAP,       X,           X,             X,        X], &[(Fact::HasSnapshot, X), (Fact::OverTerabyte, X)]),
    plain(Operation::ExecutePackage,   [SAME,       SAME,       X,          X,           X,             X,        X], &[]),
    Row { waiting_as: Some(ServerStatus::QueuedForDelete),
   ..plain(Operation::Delete,          [DEL,        DEL,        DEL,        DEL,         X,             N,        X], &[]) },
    Row { waiting_as: Some(ServerStatus::QueuedForRestore), stamps: false,
   ..plain(Operation::Restore,         [X,          X,          X,          Q(E::Restore), X,           X,        X], &[]) },
    plain(Operation::RevertToSnapshot, [SAME,       SAME,       SAME,       X,           X,             X,        X], &[(Fact::NoSuchSnapshot, X)]),
    plain(Operation::DeleteSnapshot,   [DROP,       DROP,       DROP,       X,           X,             X,        X], &[(Fact::NoSuchSnapshot, X)]),
    plain(Operation::Change,           [Q(E::Change), Q(E::Change), Q(E::Change), X,     X,             X,        X], &[(Fact::HasSnapshot, X), (Fact::NoSuchDisk, X)]),
    plain(Operation::Create,           [X,          X,          X,          X,           Q(E::Construct), X,      X], &[]),
    plain(Operation::Clone,            [SAME,       SAME,       SAME,       X,           X,             X,        X], &[]),
];

use Cell::{NoOp as N, Queue as Q, Refuse as X};
use Effect as E;
const UP: Cell = Q(E::Power(PowerState::Started));
const DOWN: Cell = Q(E::Power(PowerState::Stopped));
const SLEEP: Cell = Q(E::Power(PowerState::Paused));
const FLAG: Cell = Q(E::Maintenance(true));
const CLEAR: Cell = Q(E::Maintenance(false));
const SNAP: Cell = Q(E::TakeSnapshot);
const DROP: Cell = Q(E::DropSnapshot);
const SAME: Cell = Q(E::Nothing);
const DEL: Cell = Q(E::Delete);

const fn plain(operation: Operation, cells: [Cell; 7], unless: &'static [(Fact, Cell)]) -> Row {
    Row {
        operation,
        cells,
        unless,
        waiting_as: None,
        stamps: true,
    }
}

/// The row of an operation; none for [`Operation::SetMaintenance`].
pub(crate) fn row(operation: Operation) -> Option<&'static Row> {
    static ROWS: [Row; LEGALITY.len()] = LEGALITY;
    ROWS.iter().find(|row| row.operation == operation)
}

/// Whether `action` may be queued for `server` at `now`.
///
/// The action is the one for this server, so [`Action::SetMaintenance`] has been told apart by
/// [`Action::for_server`] before; as itself it is refused.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_batch::{Action, Cell, ChangeInfo, Server, legality};
///
/// let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
/// let server = Server::new("wa1acctweb01".parse()?, "acct".parse()?, ChangeInfo::created("ops".into(), now))
///     .with_maintenance(true);
/// assert_eq!(legality(&Action::StartMaintenance, &server, now), Cell::NoOp);
/// assert_eq!(legality(&Action::Restore { group: None }, &server, now), Cell::Refuse);
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
pub fn legality(action: &Action, server: &Server, now: DateTime<Utc>) -> Cell {
    row(action.operation()).map_or(Cell::Refuse, |row| {
        check(row, server, |fact| fact.holds(server, action, now))
    })
}

/// Whether a new server may be made as a copy of `server`.
pub fn may_be_cloned(server: &Server) -> bool {
    row(Operation::Clone).is_some_and(|row| check(row, server, |_| false).effect().is_some())
}

fn check(row: &Row, server: &Server, holds: impl Fn(Fact) -> bool) -> Cell {
    if server.claim().is_some() {
        return Cell::Refuse;
    }
    match row.cell(server.stand()) {
        cell @ Cell::Queue(_) => row
            .unless
            .iter()
            .find(|(fact, _)| holds(*fact))
            .map_or(cell, |(_, cell)| *cell),
        cell => cell,
    }
}
