//! What a server is made of: processors, memory, disks and its snapshot.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::WantedDisk;
use crate::time::later;

/// Whether a server runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PowerState {
    /// It runs.
    Started,
    /// It is off.
    Stopped,
    /// It is suspended, with its memory kept.
    Paused,
}

impl PowerState {
    /// Every power state.
    pub const ALL: [Self; 3] = [Self::Started, Self::Stopped, Self::Paused];

    /// The word of the state in the service's answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
        }
    }
}

impl fmt::Display for PowerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The processors and the memory of a server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Size {
    /// The number of processors.
    pub cpu: u16,
    /// The memory in megabytes.
    pub memory_mb: u32,
}

/// The place of a disk: controller and unit, such as `0:2`.
///
/// # Example
///
/// ```
/// use tagout_batch::DiskId;
///
/// let id: DiskId = "0:2".parse()?;
/// assert_eq!((id.controller, id.unit), (0, 2));
/// # Ok::<(), tagout_batch::InvalidDiskId>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "Box<str>", into = "String")]
pub struct DiskId {
    /// The controller, from 0.
    pub controller: u16,
    /// The place at the controller, from 0.
    pub unit: u16,
}

impl FromStr for DiskId {
    type Err = InvalidDiskId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse().ok())?
        };
        text.split_once(':')
            .and_then(|(controller, unit)| {
                Some(Self {
                    controller: number(controller)?,
                    unit: number(unit)?,
                })
            })
            .ok_or_else(|| InvalidDiskId {
                text: text.chars().take(40).collect(),
            })
    }
}

impl TryFrom<Box<str>> for DiskId {
    type Error = InvalidDiskId;

    fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DiskId> for String {
    fn from(id: DiskId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for DiskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.controller, self.unit)
    }
}

/// Says that a text is not the place of a disk.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is not the place of a disk, expected two numbers as in `0:1`")]
pub struct InvalidDiskId {
    text: Box<str>,
}

/// One disk of a server.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disk {
    /// Its place.
    pub id: DiskId,
    /// Its size in gigabytes.
    pub size_gb: u32,
    /// Where its partitions are mounted.
    pub partition_paths: Vec<Box<str>>,
}

/// The disks after the full wanted set is applied to `disks`, in order of their places.
///
/// A named disk takes the wanted size, a nameless one gets the next free place of controller 0, and a disk that
/// nobody names is gone. A name that is not there is left out; [`names_unknown_disk`] finds it before.
pub(crate) fn changed_disks(disks: &[Disk], wanted: &[WantedDisk]) -> Vec<Disk> {
    let mut changed = Vec::with_capacity(wanted.len());
    for WantedDisk { id, size_gb, .. } in wanted {
        if let Some(disk) = id.and_then(|id| disks.iter().find(|disk| disk.id == id)) {
            changed.push(Disk {
                size_gb: *size_gb,
                ..disk.clone()
            });
        }
    }
    let mut free = (0..=u16::MAX).filter(|unit| {
        let place = DiskId {
            controller: 0,
            unit: *unit,
        };
        !disks.iter().any(|disk| disk.id == place)
    });
    for WantedDisk { id, size_gb, path } in wanted {
        let None = id else { continue };
        let Some(unit) = free.next() else { break };
        let id = DiskId {
            controller: 0,
            unit,
        };
        changed.push(Disk {
            id,
            size_gb: *size_gb,
            partition_paths: path.iter().cloned().collect(),
        });
    }
    changed.sort_by_key(|disk| disk.id);
    changed
}

/// Whether the wanted set names a disk that is not there.
pub(crate) fn names_unknown_disk(disks: &[Disk], wanted: &[WantedDisk]) -> bool {
    let known = |id| disks.iter().any(|disk| disk.id == id);
    wanted
        .iter()
        .filter_map(|wanted| wanted.id)
        .any(|id| !known(id))
}

/// How long a snapshot is kept: 1 to 10 days.
///
/// Source: CenturyLink Cloud API v2 reference, "Create Snapshot".
///
/// # Example
///
/// ```
/// use tagout_batch::SnapshotDays;
///
/// assert_eq!(SnapshotDays::try_from(10)?.get(), 10);
/// let error = SnapshotDays::try_from(11).unwrap_err();
/// assert_eq!(error.to_string(), "a snapshot is kept for 11 days, expected 1 to 10");
/// # Ok::<(), tagout_batch::InvalidSnapshotDays>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct SnapshotDays(u8);

impl SnapshotDays {
    /// The fewest days.
    pub const MIN: Self = Self(1);
    /// The most days.
    pub const MAX: Self = Self(10);

    /// The number of days.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for SnapshotDays {
    type Error = InvalidSnapshotDays;

    fn try_from(days: i64) -> Result<Self, Self::Error> {
        let fits = u8::try_from(days)
            .ok()
            .map(Self)
            .filter(|days| (Self::MIN..=Self::MAX).contains(days));
        fits.ok_or(InvalidSnapshotDays { days })
    }
}

impl From<SnapshotDays> for i64 {
    fn from(days: SnapshotDays) -> Self {
        days.0.into()
    }
}

/// Says that a snapshot cannot be kept that long.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a snapshot is kept for {days} days, expected {min} to {max}", min = SnapshotDays::MIN.0, max = SnapshotDays::MAX.0)]
pub struct InvalidSnapshotDays {
    days: i64,
}

/// The one snapshot of a server.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_batch::{Snapshot, SnapshotDays};
///
/// let taken_at = Utc.with_ymd_and_hms(2014, 5, 16, 23, 45, 52).unwrap();
/// let snapshot = Snapshot::taken(40, taken_at, SnapshotDays::MAX);
/// assert_eq!(snapshot.name(), "2014-05-16.23:45:52");
/// assert_eq!(snapshot.expires_at(), Utc.with_ymd_and_hms(2014, 5, 26, 23, 45, 52).unwrap());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    number: u32,
    taken_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Snapshot {
    /// A snapshot with this number, taken at `now` and kept for `days` times 24 hours.
    pub fn taken(number: u32, now: DateTime<Utc>, days: SnapshotDays) -> Self {
        Self {
            number,
            taken_at: now,
            expires_at: later(now, TimeDelta::days(days.0.into())),
        }
    }

    /// Its number on its server, from 1; it stands in the links of the service.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its name: the time when it was taken, in UTC, as the service writes it.
    pub fn name(&self) -> String {
        self.taken_at.format("%Y-%m-%d.%H:%M:%S").to_string()
    }

    /// When it was taken.
    pub fn taken_at(&self) -> DateTime<Utc> {
        self.taken_at
    }

    /// From when on it is gone.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(id: &str, size_gb: u32) -> Disk {
        Disk {
            id: id.parse().unwrap(),
            size_gb,
            partition_paths: Vec::new(),
        }
    }

    fn wanted(id: Option<&str>, size_gb: u32) -> WantedDisk {
        WantedDisk {
            id: id.map(|id| id.parse().unwrap()),
            size_gb,
            path: None,
        }
    }

    #[test]
    fn the_wanted_set_of_disks_is_the_full_set() {
        let disks = [disk("0:0", 1), disk("0:1", 2), disk("0:3", 14)];
        let data = WantedDisk {
            path: Some("/extra".into()),
            ..wanted(None, 20)
        };
        let changed = changed_disks(
            &disks,
            &[
                data,
                wanted(Some("0:3"), 16),
                wanted(Some("0:0"), 1),
                wanted(None, 5),
            ],
        );
        let sizes: Vec<_> = changed
            .iter()
            .map(|disk| (disk.id.to_string(), disk.size_gb))
            .collect();
        let expected = [("0:0", 1), ("0:2", 20), ("0:3", 16), ("0:4", 5)];
        assert_eq!(sizes, expected.map(|(id, size)| (id.to_owned(), size)));
        assert_eq!(changed[1].partition_paths, ["/extra".into()]);
    }

    #[test]
    fn a_named_disk_has_to_be_there() {
        let disks = [disk("0:0", 1)];
        assert!(!names_unknown_disk(
            &disks,
            &[wanted(Some("0:0"), 2), wanted(None, 2)]
        ));
        assert!(names_unknown_disk(&disks, &[wanted(Some("0:1"), 2)]));
    }

    #[test]
    fn disk_places_are_two_numbers() {
        for text in ["", "0", ":", "0:", ":0", "0:0:0", "+0:1", "0:65536", "a:b"] {
            let error = text.parse::<DiskId>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{text}` is not the place of a disk, expected two numbers as in `0:1`")
            );
        }
        assert_eq!(
            serde_json::to_string(&"0:12".parse::<DiskId>().unwrap()).unwrap(),
            r#""0:12""#
        );
    }

    #[test]
    fn snapshot_days_have_bounds() {
        for (days, fits) in [
            (i64::MIN, false),
            (0, false),
            (1, true),
            (10, true),
            (11, false),
            (266, false),
        ] {
            assert_eq!(SnapshotDays::try_from(days).is_ok(), fits, "{days}");
        }
    }
}
