//! Limits and deadlines: what an installation may set.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{InvalidValue, OperationKind, PreferredWindow, RetentionCount};

/// What an installation may set for all servers of an account; the default is what the service had.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// How many servers an account may have in a region; 10.
    pub servers_max: u32,
    /// How many manual backups an account may have; 50, the user guide notwithstanding, which says 10.
    pub manual_backups_max: u32,
    /// How many automated backups of a server may be kept; 30.
    pub retention_count_max: u32,
    /// How many tags a server or backup may have; 50.
    pub tags_max: usize,
    /// How far the next maintenance may be put off, counted from the start of the window it was due in; 60 days.
    pub deferral_max: TimeDelta,
    /// Whether preferred windows have to start at whole hours, as the API reference has it; yes. The pattern of the
    /// interface and the examples of its user guide have any minute.
    pub whole_hours_only: bool,
    /// Whether a new or restored server has to run on a machine type that the documentation lists; no.
    pub listed_instance_types_only: bool,
    /// How long work may take.
    pub deadlines: Deadlines,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            servers_max: 10,
            manual_backups_max: 50,
            retention_count_max: 30,
            tags_max: 50,
            deferral_max: TimeDelta::days(60),
            whole_hours_only: true,
            listed_instance_types_only: false,
            deadlines: Deadlines::default(),
        }
    }
}

impl Policy {
    /// What is wrong with settings of a server that are in order by themselves.
    pub(crate) fn check_settings(
        &self,
        retention: Option<RetentionCount>,
        windows: [Option<PreferredWindow>; 2],
    ) -> impl Iterator<Item = InvalidValue> + use<> {
        let retention = retention.and_then(|retention| {
            RetentionCount::within(retention.count().into(), self.retention_count_max).err()
        });
        let is_strict = self.whole_hours_only;
        let windows = windows
            .into_iter()
            .flatten()
            .filter_map(move |window| window.check_whole_hour().err().filter(|_| is_strict));
        retention.into_iter().chain(windows)
    }
}

/// How long each kind of work may take before it has failed, counted from when it was asked for.
///
/// The service documented none. The defaults give what its user guide says the work takes, and time to spare:
///
/// | work | usual | deadline |
/// |---|---|---|
/// | creation | 15 minutes | 40 minutes |
/// | backup | - | 60 minutes |
/// | maintenance | - | 80 minutes |
/// | major upgrade | up to 180 minutes | 240 minutes |
/// | restore | 20 to 180 minutes | 240 minutes |
/// | attribute update | - | 30 minutes |
/// | deletion | - | 40 minutes |
/// | association of a node | under 225 seconds | 225 seconds |
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deadlines {
    /// For building a server.
    pub creation: TimeDelta,
    /// For a backup.
    pub backup: TimeDelta,
    /// For routine maintenance.
    pub maintenance: TimeDelta,
    /// For maintenance that upgrades to the next generation.
    pub upgrade: TimeDelta,
    /// For a restore.
    pub restore: TimeDelta,
    /// For changing an engine attribute.
    pub modification: TimeDelta,
    /// For taking a server down.
    pub deletion: TimeDelta,
    /// For associating or disassociating a node.
    pub association: TimeDelta,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            creation: TimeDelta::minutes(40),
            backup: TimeDelta::minutes(60),
            maintenance: TimeDelta::minutes(80),
            upgrade: TimeDelta::minutes(240),
            restore: TimeDelta::minutes(240),
            modification: TimeDelta::minutes(30),
            deletion: TimeDelta::minutes(40),
            association: TimeDelta::seconds(225),
        }
    }
}

impl Deadlines {
    /// The time for work of this kind; a major upgrade has [`Deadlines::upgrade`] instead.
    pub fn of(&self, kind: OperationKind) -> TimeDelta {
        match kind {
            OperationKind::Create => self.creation,
            OperationKind::BackUp => self.backup,
            OperationKind::Maintain => self.maintenance,
            OperationKind::Restore => self.restore,
            OperationKind::Modify => self.modification,
            OperationKind::Delete => self.deletion,
        }
    }
}

/// Something of which an account may have only so many (structure `AccountAttribute`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub enum Limited {
    /// Servers, in any status, that are still described.
    #[serde(rename = "ServerLimit")]
    Servers,
    /// Manual backups, also those of servers that are gone.
    #[serde(rename = "ManualBackupLimit")]
    ManualBackups,
}

impl Limited {
    /// The public name, as `ManualBackupLimit`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Servers => "ServerLimit",
            Self::ManualBackups => "ManualBackupLimit",
        }
    }

    /// How many `policy` allows.
    pub const fn max(self, policy: &Policy) -> u32 {
        match self {
            Self::Servers => policy.servers_max,
            Self::ManualBackups => policy.manual_backups_max,
        }
    }
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Servers => "servers",
            Self::ManualBackups => "manual backups",
        })
    }
}

/// How many of something an account has: a document of its own, so that a store can hold the limit.
///
/// Whoever takes or gives back a slot reads this, and commits the changed count together with what it was for, naming
/// the version that it read. Of two that read the same count one commit fails, and reads again: the limit is held
/// by the store, however many write at once.
///
/// # Example
/// ```
/// use tagout_lifecycle::{Limited, Policy, Quota};
///
/// let policy = Policy { servers_max: 1, ..Policy::default() };
/// let quota = Quota::empty(Limited::Servers).take(&policy)?;
/// let error = quota.take(&policy).unwrap_err();
/// assert_eq!(error.to_string(), "the account has 1 of at most 1 servers, expected one fewer");
/// assert!(quota.give_back().take(&policy).is_ok());
/// # Ok::<(), tagout_lifecycle::LimitExceeded>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Quota {
    limited: Limited,
    used: u32,
}

impl Quota {
    /// The quota of an account that has `used` of something.
    pub const fn new(limited: Limited, used: u32) -> Self {
        Self { limited, used }
    }

    /// The quota of an account that has none yet.
    pub const fn empty(limited: Limited) -> Self {
        Self::new(limited, 0)
    }

    /// What is counted.
    pub const fn limited(self) -> Limited {
        self.limited
    }

    /// How many there are.
    pub const fn used(self) -> u32 {
        self.used
    }

    /// The quota with one more.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded`] if there are as many as `policy` allows, or more because it was lowered.
    pub fn take(self, policy: &Policy) -> Result<Self, LimitExceeded> {
        let Self { limited, used } = self;
        let max = limited.max(policy);
        if used < max {
            Ok(Self {
                used: used + 1,
                ..self
            })
        } else {
            Err(LimitExceeded { limited, used, max })
        }
    }

    /// The quota with one fewer.
    ///
    /// # Panics
    ///
    /// If there are none: what is given back was taken before.
    pub fn give_back(self) -> Self {
        let used = self
            .used
            .checked_sub(1)
            .expect("what is given back was taken before");
        Self { used, ..self }
    }
}

/// An account has as many of something as it may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the account has {used} of at most {max} {limited}, expected one fewer")]
pub struct LimitExceeded {
    /// Of what.
    pub limited: Limited,
    /// How many it has.
    pub used: u32,
    /// How many it may have.
    pub max: u32,
}
