//! Tables that the program brings itself.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use chrono::{DateTime, Utc};

use super::{Kind, Zone, bundled, table::Table, tzif};

/// The longest name that is taken; the database's own keep to 31 bytes or so.
const NAME_LEN_MAX: usize = 64;

/// How many zones beyond the bundled ones can be installed: tables stay in memory as long as the program runs.
const INSTALLED_MAX: usize = 1024;

/// Tables of names that are not among the bundled ones.
static INSTALLED: RwLock<BTreeMap<&'static str, &'static Table>> = RwLock::new(BTreeMap::new());

impl Zone {
    /// Puts a compiled table in the place of the bundled one, or adds a zone that has none.
    ///
    /// `tzif` are the bytes of a file such as `/usr/share/zoneinfo/Europe/Berlin`, in the TZif format of RFC 9636,
    /// version 2 or later. This is for a program that must follow a change of the clocks before it can be built
    /// anew; a program calls it at its start, before it names, parses or loads a zone. From then on `name` means
    /// the installed table, also where it is read from stored documents.
    ///
    /// A zone keeps its table for as long as the program runs, so that no plan changes under whoever made it.
    /// Installing once more what is in use already is no error.
    ///
    /// # Errors
    ///
    /// Returns [`InstallZoneError`] if the name or the bytes are not those of a table, or if the zone
    /// is in use with other clock changes than these.
    ///
    /// # Example
    ///
    /// ```no_run
    /// use tagout_schedule::Zone;
    ///
    /// let name = "America/Vancouver";
    /// let vancouver = Zone::install(name, &std::fs::read(format!("/usr/share/zoneinfo/{name}"))?)?;
    /// assert_eq!(Zone::named(name)?, vancouver);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn install(name: &str, tzif: &[u8]) -> Result<Self, InstallZoneError> {
        install(name, tzif).map_err(|kind| InstallZoneError {
            name: name.into(),
            kind,
        })
    }
}

/// Why a table could not be installed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot install time zone `{}`", name.escape_debug())]
pub struct InstallZoneError {
    name: Box<str>,
    #[source]
    kind: InstallZoneErrorKind,
}

impl InstallZoneError {
    /// The name under which the table was to be known.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cause, to branch on.
    pub fn kind(&self) -> &InstallZoneErrorKind {
        &self.kind
    }
}

/// The causes of [`InstallZoneError`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallZoneErrorKind {
    /// The name has characters that no zone name has, or too many.
    #[error("expected a name of a letter and up to {} letters, digits and `/_+-`", NAME_LEN_MAX - 1)]
    Name,
    /// The zone was used before, and with other clock changes.
    #[error(
        "the zone is in use with other clock changes, and keeps them as long as the program runs"
    )]
    InUse,
    /// There are as many zones beyond the bundled ones as there can be.
    #[error("there are {max} installed zones beyond the bundled ones, and no more can be added")]
    TooManyZones {
        /// How many there can be.
        max: usize,
    },
    /// One of the two headers of a TZif file is not there.
    #[error("expected `TZif` at byte {at}")]
    Magic {
        /// Where the header should begin.
        at: usize,
    },
    /// The table is of version 1, which ends in the year 2037.
    #[error("the table is of version 1, which ends in 2037, expected version 2 or later")]
    Version1,
    /// The file ends before the table does.
    #[error("the table goes on after byte {len}, where the file ends")]
    Truncated {
        /// Bytes of the file.
        len: usize,
    },
    /// The table counts leap seconds, as those of the folder `right` do.
    #[error("the table counts {found} leap seconds, expected one for clocks that do not")]
    LeapSeconds {
        /// How many.
        found: u64,
    },
    /// A change names a kind of time that the table does not have.
    #[error("a change is to kind {found} of local time, expected less than {len}")]
    KindOfTime {
        /// The kind named.
        found: u8,
        /// How many there are.
        len: usize,
    },
    /// An offset is a day or more.
    #[error("an offset is {seconds} seconds, expected less than 86400 either way")]
    Offset {
        /// Local time minus UTC.
        seconds: i32,
    },
    /// A change is not later than the one before it.
    #[error("change {index} is not later than the one before it")]
    Order {
        /// Its place, counted from 0.
        index: usize,
    },
    /// The closing rule is not written as POSIX says.
    #[error("expected a closing rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, found `{text}`")]
    Rule {
        /// The rule, escaped.
        text: Box<str>,
    },
    /// Two changes are so near to each other that both touch the same reading of the clock.
    #[error("the change at {at} touches the one before it")]
    Tangled {
        /// The later of the two.
        at: DateTime<Utc>,
    },
    /// The clocks change more often than those of any place.
    #[error("clocks change {found} times between 1970 and 2200, expected up to {max}")]
    TooManyChanges {
        /// How often.
        found: usize,
        /// How often they may.
        max: usize,
    },
}

/// The table that was installed for a name which is not among the bundled ones.
pub(super) fn table(name: &str) -> Option<&'static Table> {
    INSTALLED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(name)
        .copied()
}

/// Keeps a table whose name is not among the bundled ones, and returns the one in use from now on: the first one kept.
///
/// A kept table is never dropped, so there are never more than `max`; `None` if there are as many already.
pub(super) fn keep(table: &Table, max: usize) -> Option<&'static Table> {
    let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(in_use) = installed.get(table.name()) {
        return Some(in_use);
    }
    if installed.len() >= max {
        return None;
    }
    let table: &'static Table = Box::leak(Box::new(table.clone()));
    installed.insert(table.name(), table);
    Some(table)
}

fn install(name: &str, tzif: &[u8]) -> Result<Zone, InstallZoneErrorKind> {
    if !is_name(name) {
        return Err(InstallZoneErrorKind::Name);
    }
    let given = tzif::read(name, tzif, |_| {})?;
    if name == "UTC" {
        return if given.is_utc() {
            Ok(Zone::UTC)
        } else {
            Err(InstallZoneErrorKind::InUse)
        };
    }
    let in_use = bundled::table_or(&given)
        .or_else(|| keep(&given, INSTALLED_MAX))
        .ok_or(InstallZoneErrorKind::TooManyZones { max: INSTALLED_MAX })?;
    if in_use.tells_same_time_as(&given) {
        Ok(Zone(Kind::Named(in_use)))
    } else {
        Err(InstallZoneErrorKind::InUse)
    }
}

/// Whether `text` could be a name, and could not be an offset.
fn is_name(text: &str) -> bool {
    text.len() <= NAME_LEN_MAX
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte))
}
