//! How many automated backups are kept, and how long: what goes next, and why.

use std::fmt;

use chrono::{DateTime, Utc};
use tagout_lifecycle::{BackupId, RetentionCount, RetentionDays, Server};

use crate::{Backup, BackupStatus, BackupTrigger, BackupType};

/// How many automated backups of a server are kept, and how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    /// How many.
    pub count: RetentionCount,
    /// How many days, if that is limited too.
    pub days: Option<RetentionDays>,
}

impl Retention {
    /// What `server` asks for.
    pub fn of(server: &Server) -> Self {
        Self {
            count: server.backup_retention(),
            days: server.backup_retention_days(),
        }
    }
}

/// Which automated backups are to go.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rotation {
    /// These, oldest first.
    pub remove: Vec<Removal>,
    /// These would go too, but something is being restored or created from them: they go with a later rotation.
    pub held: Vec<BackupId>,
}

/// One automated backup that is to go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Removal {
    /// Which one.
    pub backup: BackupId,
    /// Why.
    pub reason: RemovalReason,
}

/// Why an automated backup is to go.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RemovalReason {
    /// There are as many newer ones as are kept.
    Count {
        /// How many are kept.
        kept: RetentionCount,
    },
    /// It is older than they are kept.
    Age {
        /// How many days they are kept.
        days: RetentionDays,
    },
}

impl fmt::Display for RemovalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { kept } => write!(f, "of automated ones the newest {kept} are kept"),
            Self::Age { days } => write!(
                f,
                "automated ones are kept for {} times 24 hours",
                days.days()
            ),
        }
    }
}

/// What goes now, a new automated backup having been made: it is among `backups` and is [`BackupStatus::Ok`].
///
/// Of the automated ones that have been made, the newest [`Retention::count`] stay; what is older than
/// [`Retention::days`] goes too, failed ones included, but never the newest one that has been made. Manual ones, those
/// being made or removed, and those whose server is gone are passed over. The order of `backups` does not matter.
pub fn rotation(backups: &[&Backup], retention: Retention, now: DateTime<Utc>) -> Rotation {
    let newest = newest_made(backups).map(Backup::id);
    choose(
        backups,
        retention,
        Some(retention.count.count()),
        newest,
        now,
    )
}

/// What goes because of its age alone, at any time.
///
/// Empty unless [`Retention::days`] says something.
pub fn sweep(backups: &[&Backup], retention: Retention, now: DateTime<Utc>) -> Rotation {
    let newest = newest_made(backups).map(Backup::id);
    choose(backups, retention, None, newest, now)
}

/// What the next rotation is going to remove if the next automated backup is made at `at`, and why.
///
/// Nothing is changed by asking.
///
/// # Example
/// ```
/// use tagout_backup::{Backup, Retention, rotation};
/// use tagout_lifecycle::RetentionCount;
///
/// fn print_preview(backups: &[&Backup], at: chrono::DateTime<chrono::Utc>) {
///     let retention = Retention { count: RetentionCount::DEFAULT, days: None };
///     for removal in rotation::preview(backups, retention, at).remove {
///         println!("{} goes: {}", removal.backup, removal.reason);
///     }
/// }
/// ```
pub fn preview(backups: &[&Backup], retention: Retention, at: DateTime<Utc>) -> Rotation {
    // The new one takes a place, and protects none of those that are there from age.
    choose(
        backups,
        retention,
        Some(retention.count.count() - 1),
        None,
        at,
    )
}

/// When [`sweep`] has something to remove next, `None` if never.
pub fn next_sweep(backups: &[&Backup], retention: Retention) -> Option<DateTime<Utc>> {
    let age_max = retention.days?.age_max();
    let newest = newest_made(backups).map(Backup::id);
    backups
        .iter()
        .filter(|backup| {
            is_removable(backup) && newest != Some(&backup.id) && backup.readers.is_empty()
        })
        .filter_map(|backup| backup.created_at.checked_add_signed(age_max))
        .min()
}

/// `kept` is how many that have been made stay, if that is limited; `spared` is the one that age does not touch.
fn choose(
    backups: &[&Backup],
    retention: Retention,
    kept: Option<u32>,
    spared: Option<&BackupId>,
    now: DateTime<Utc>,
) -> Rotation {
    let mut candidates: Vec<&Backup> = backups
        .iter()
        .copied()
        .filter(|backup| is_removable(backup))
        .collect();
    candidates.sort_by_key(|backup| std::cmp::Reverse((backup.created_at, &backup.id))); // newest first
    let mut n_made = 0;
    let mut rotation = Rotation::default();
    for backup in candidates {
        let is_made = backup.status == BackupStatus::Ok;
        n_made += u32::from(is_made);
        let too_many = is_made && kept.is_some_and(|kept| n_made > kept);
        let too_old = retention
            .days
            .filter(|days| now - backup.created_at >= days.age_max());
        let reason = match too_old {
            _ if too_many => RemovalReason::Count {
                kept: retention.count,
            },
            Some(days) if spared != Some(&backup.id) => RemovalReason::Age { days },
            _ => continue,
        };
        if backup.readers.is_empty() {
            rotation.remove.push(Removal {
                backup: backup.id.clone(),
                reason,
            });
        } else {
            rotation.held.push(backup.id.clone());
        }
    }
    rotation.remove.reverse();
    rotation.held.reverse();
    rotation
}

/// Whether rotation may move it at all.
fn is_removable(backup: &Backup) -> bool {
    backup.kind == BackupType::Automated
        && !backup.orphaned
        && backup.status.after(BackupTrigger::Rotated).is_some()
}

fn newest_made<'a>(backups: &[&'a Backup]) -> Option<&'a Backup> {
    backups
        .iter()
        .copied()
        .filter(|backup| is_removable(backup) && backup.status == BackupStatus::Ok)
        .max_by_key(|backup| (backup.created_at, &backup.id))
}
