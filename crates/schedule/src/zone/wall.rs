//! What a reading of the wall clock stands for.

use chrono::{DateTime, FixedOffset, NaiveDateTime, NaiveTime, Timelike, Utc};

use super::{Fold, Gap, fixed};

/// What a reading of the wall clock stands for.
///
/// # Example
///
/// ```
/// use chrono::{NaiveDate, TimeZone, Utc};
/// use tagout_schedule::{Fold, Gap, Wall, Zone};
///
/// let berlin = Zone::named("Europe/Berlin")?;
/// let reading = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap().and_hms_opt(2, 30, 0).unwrap();
/// let first = Utc.with_ymd_and_hms(2026, 10, 25, 0, 30, 0).unwrap();
/// let second = Utc.with_ymd_and_hms(2026, 10, 25, 1, 30, 0).unwrap();
///
/// assert_eq!(berlin.resolve(reading), Wall::Twice { first, second });
/// assert!(berlin.resolve(reading).instants(Gap::Skip, Fold::Second).eq([second]));
/// assert!(berlin.resolve(reading).instants(Gap::Skip, Fold::Both).eq([first, second]));
/// # Ok::<(), tagout_schedule::UnknownZoneError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wall {
    /// One instant.
    Once(DateTime<Utc>),
    /// Two instants: the clock was set back over it.
    Twice {
        /// The earlier instant.
        first: DateTime<Utc>,
        /// The later instant.
        second: DateTime<Utc>,
    },
    /// No instant: the clock was set forward over it.
    Skipped {
        /// The instant of the change, the first after the gap.
        after: DateTime<Utc>,
        /// The reading moved forward by the length of the gap.
        shifted: DateTime<Utc>,
    },
}

impl Wall {
    /// The instants at which a schedule with these policies takes the reading to happen: none, one or two, in order.
    #[inline]
    pub fn instants(self, gap: Gap, fold: Fold) -> impl Iterator<Item = DateTime<Utc>> {
        let (one, two) = match self {
            Self::Once(instant) => (Some(instant), None),
            Self::Twice { first, second } => match fold {
                Fold::First => (Some(first), None),
                Fold::Second => (Some(second), None),
                Fold::Both => (Some(first), Some(second)),
            },
            Self::Skipped { after, shifted } => match gap {
                Gap::Skip => (None, None),
                Gap::Shift => (Some(shifted), None),
                Gap::After => (Some(after), None),
            },
        };
        one.into_iter().chain(two)
    }

    /// What `local` stands for, given what the clocks do about that time.
    #[inline]
    pub(super) fn of(local: NaiveDateTime, clocks: Clocks) -> Self {
        match clocks {
            Clocks::Run { offset } => Self::Once(minus(local, fixed::east(offset))),
            Clocks::Change { at, before, after } if before < after => Self::Skipped {
                after: DateTime::from_timestamp(at, 0)
                    .expect("clocks change between 1969 and 2201"),
                shifted: minus(local, fixed::east(before)),
            },
            Clocks::Change { before, after, .. } => Self::Twice {
                first: minus(local, fixed::east(before)),
                second: minus(local, fixed::east(after)),
            },
        }
    }
}

/// What the clocks of a zone do about a reading.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Clocks {
    /// They show it once, with this offset from UTC in seconds.
    Run { offset: i32 },
    /// They are set over it, `at` a second since 1970 UTC, from one offset to another.
    Change { at: i64, before: i32, after: i32 },
}

/// The instant at which clocks with this offset from UTC show `local`, cut to what chrono can hold.
#[inline]
pub(super) fn minus(local: NaiveDateTime, offset: FixedOffset) -> DateTime<Utc> {
    let east = offset.local_minus_utc();
    // Within one day, which is the common case, the date needs no work.
    let second = local.num_seconds_from_midnight().checked_add_signed(-east);
    if let Some(second) = second
        && let Some(time) =
            NaiveTime::from_num_seconds_from_midnight_opt(second, local.nanosecond())
    {
        return local.date().and_time(time).and_utc();
    }
    match local.checked_sub_offset(offset) {
        Some(instant) => instant.and_utc(),
        None if east > 0 => DateTime::<Utc>::MIN_UTC,
        None => DateTime::<Utc>::MAX_UTC,
    }
}
