//! Times at which no window may be open, whatever its schedule says: a change freeze as one value.

mod excluded_times;
mod exclusion;
pub use exclusion::{EmptyExclusion, ExcludedTime, Exclusion};

mod excluding;
pub use excluding::{Excluding, ExcludingAfter, Fate};

mod month_day;
pub use month_day::{InvalidMonthDay, MonthDay};

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ExecutionTime, Opening, Zone};
use excluded_times::{ExcludedTimes, Stretch, instant, nanos};

/// The times at which no window may be open, and what becomes of an opening that meets them.
///
/// It stands apart from plans: one value serves all windows, [`Plan::excluding`](crate::Plan::excluding) puts the two
/// together, and a plan by itself pays nothing for it. Days and local times are read on the clocks of one zone, which
/// need not be that of the windows.
///
/// # Example
///
/// ```
/// use tagout_schedule::{Excluded, Exclusion, Exclusions, Zone};
///
/// let freeze = Exclusions::new(Zone::named("Europe/Berlin")?, [
///     Exclusion::yearly("12-24".parse()?, "01-02".parse()?).named("year-end freeze"),
///     Exclusion::day("2026-11-27".parse()?).named("Black Friday"),
/// ])
/// .moving();
///
/// let sale: chrono::DateTime<chrono::Utc> = "2026-11-26T23:00:00Z".parse()?; // midnight in Berlin
/// assert!(freeze.is_excluded(sale));
/// assert_eq!(freeze.free_from(sale), Some("2026-11-27T23:00:00Z".parse()?));
/// assert_eq!(freeze.excluded(), Excluded::Move);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Exclusions {
    zone: Zone,
    parts: Box<[Exclusion]>,
    hit: Hit,
    excluded: Excluded,
    /// The time of all parts together.
    times: ExcludedTimes,
}

/// Which openings meet excluded time.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hit {
    /// Those that are open at any excluded instant. The default: a freeze is meant to find nothing under way.
    #[default]
    Any,
    /// Those that open at an excluded instant. What has begun before may go on.
    Start,
}

/// What becomes of an opening that meets excluded time.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Excluded {
    /// It does not happen. The default: it adds no opening that the schedule does not have.
    #[default]
    Skip,
    /// It happens at its own time of day on the first later day on which it is free, unless the window's next opening
    /// comes no later than that and so takes its place.
    ///
    /// The window is then open as soon as it may be, at a time of day that people have agreed on, and never more often
    /// than its schedule says. The next opening takes the place also if it is excluded itself: it is then the one to
    /// be moved, so that a row of excluded openings is made up for once, and not once for each. The time of day is that
    /// of the clocks of the window's zone, and a day whose clocks skip it, or bring it twice, is treated as the plan
    /// treats it. What would be moved beyond the window's end date, or beyond the end of 2199, is skipped.
    Move,
}

/// The reason why an opening is not free.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Why<'a> {
    exclusion: &'a Exclusion,
    from: DateTime<Utc>,
    free_from: Option<DateTime<Utc>>,
}

impl Exclusions {
    /// The times of all these exclusions, with days and local times on the clocks of `zone`.
    ///
    /// They skip every opening that they touch; see [`moving`](Self::moving) and [`at_start`](Self::at_start).
    pub fn new(zone: Zone, exclusions: impl IntoIterator<Item = Exclusion>) -> Self {
        let parts: Box<[Exclusion]> = exclusions.into_iter().collect();
        let times = ExcludedTimes::new(zone, &parts);
        Self {
            zone,
            parts,
            hit: Hit::default(),
            excluded: Excluded::default(),
            times,
        }
    }

    /// The same, for openings that are moved instead of skipped; see [`Excluded::Move`].
    pub fn moving(self) -> Self {
        Self {
            excluded: Excluded::Move,
            ..self
        }
    }

    /// The same, for openings that may go on into excluded time; see [`Hit::Start`].
    pub fn at_start(self) -> Self {
        Self {
            hit: Hit::Start,
            ..self
        }
    }

    /// The zone on whose clocks days and local times are read.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The exclusions, in the order in which they were given.
    pub fn exclusions(&self) -> &[Exclusion] {
        &self.parts
    }

    /// Which openings meet excluded time.
    pub fn hit(&self) -> Hit {
        self.hit
    }

    /// What becomes of an opening that meets excluded time.
    pub fn excluded(&self) -> Excluded {
        self.excluded
    }

    /// Whether an instant is excluded.
    pub fn is_excluded(&self, at: DateTime<Utc>) -> bool {
        self.times
            .first_within(nanos(at), nanos(at).saturating_add(1))
            .is_some()
    }

    /// The first instant from `at` on, inclusive, that is not excluded; `None` if there is none.
    pub fn free_from(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.times.around(nanos(at)) {
            Some(stretch) => instant(stretch.until),
            None => Some(at),
        }
    }

    /// Why an opening is not free, or `None` if it is.
    pub fn why(&self, opening: &Opening) -> Option<Why<'_>> {
        let (at, around) = self.met_by(opening)?;
        let from = instant(at).unwrap_or(opening.opens_at);
        let local = self.zone.to_local(from).naive_local();
        // One is found, for excluded time is the time of the parts.
        let exclusion = self
            .parts
            .iter()
            .find(|exclusion| exclusion.covers(from, local))?;
        Some(Why {
            exclusion,
            from,
            free_from: instant(around.until),
        })
    }

    /// The first excluded moment that an opening meets, and the excluded time around it.
    fn met_by(&self, opening: &Opening) -> Option<(i64, Stretch)> {
        let from = nanos(opening.opens_at);
        let until = match self.hit {
            Hit::Any => nanos(opening.closes_at),
            Hit::Start => from.saturating_add(1),
        };
        let at = self.times.first_within(from, until)?;
        Some((at, self.times.around(at)?))
    }
}

/// Equal if they were made of equal parts.
impl PartialEq for Exclusions {
    fn eq(&self, other: &Self) -> bool {
        let rest = |of: &Self| (of.zone, of.hit, of.excluded);
        self.parts == other.parts && rest(self) == rest(other)
    }
}

impl Eq for Exclusions {}

impl<'a> Why<'a> {
    /// The first of the exclusions that takes the time away.
    pub fn exclusion(&self) -> &'a Exclusion {
        self.exclusion
    }

    /// The first excluded instant of the opening.
    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// The first instant after that which no exclusion takes away; `None` if there is none.
    pub fn free_from(&self) -> Option<DateTime<Utc>> {
        self.free_from
    }
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is excluded by {}",
            ExecutionTime::from(self.from),
            self.exclusion
        )
    }
}

/// How [`Exclusions`] are stored.
#[derive(Deserialize, Serialize)]
struct Stored {
    zone: Zone,
    exclusions: Box<[Exclusion]>,
    #[serde(default)]
    hit: Hit,
    #[serde(default)]
    excluded: Excluded,
}

impl From<Stored> for Exclusions {
    fn from(stored: Stored) -> Self {
        let Stored {
            zone,
            exclusions,
            hit,
            excluded,
        } = stored;
        Self {
            hit,
            excluded,
            ..Self::new(zone, exclusions)
        }
    }
}

impl From<Exclusions> for Stored {
    fn from(of: Exclusions) -> Self {
        Self {
            zone: of.zone,
            exclusions: of.parts,
            hit: of.hit,
            excluded: of.excluded,
        }
    }
}
