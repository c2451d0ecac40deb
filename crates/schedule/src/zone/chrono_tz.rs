//! Zones of the crate `chrono-tz`, which are taken by their names.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::{Kind, Zone, install, table::Table};

/// Where the data of `chrono-tz` ends: it has no change in 2100 or later.
const OBSERVED_UNTIL: i64 = 4_102_444_800;

/// How far apart instants are at which `chrono-tz` is asked: less than there is between any two changes of one zone.
const OBSERVED_EVERY: i64 = 2 * 86_400;

/// Takes the zone by its name.
///
/// Clock changes are those that this crate carries, which are newer than those of `chrono-tz` and go on beyond 2099.
/// Should a later `chrono-tz` know a name that this crate does not, its changes are taken too, as far as they go.
impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        Self::named(tz.name()).unwrap_or_else(|_| {
            Self(Kind::Named(
                install::keep(&observed(tz), usize::MAX).expect("there is room without end"),
            ))
        })
    }
}

/// The table of `tz` as its answers show it.
fn observed(tz: Tz) -> Table {
    let offset = |at: i64| {
        let instant = DateTime::from_timestamp(at, 0).expect("a second between 1970 and 2100");
        tz.offset_from_utc_datetime(&instant.naive_utc())
            .fix()
            .local_minus_utc()
    };
    let changes = (0..OBSERVED_UNTIL)
        .step_by(OBSERVED_EVERY as usize)
        .filter_map(|from| {
            let (mut old, mut new) = (from, from + OBSERVED_EVERY);
            if offset(old) == offset(new) {
                return None;
            }
            while new - old > 1 {
                let middle = i64::midpoint(old, new);
                *(if offset(middle) == offset(old) {
                    &mut old
                } else {
                    &mut new
                }) = middle;
            }
            Some((new, offset(new)))
        });
    Table::new(tz.name(), offset(0), changes)
        .expect("the changes of the IANA database are days apart")
}

#[cfg(test)]
mod tests;
