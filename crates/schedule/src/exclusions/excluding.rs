//! A plan, less the times that are excluded.

use std::fmt;
use std::iter::{self, FusedIterator};
use std::ops::RangeBounds;

use chrono::{DateTime, Datelike, Days, TimeDelta, Utc};

use super::excluded_times::{instant, nanos};
use super::{Excluded, Exclusions, Hit, Why};
use crate::{ExecutionTime, Opening, OpeningsAfter, Phase, Plan};

impl Plan {
    /// This window as it opens when some times are excluded.
    pub fn excluding<'a>(&self, exclusions: &'a Exclusions) -> Excluding<'a> {
        Excluding {
            plan: *self,
            exclusions,
        }
    }
}

/// A window whose openings are skipped or moved where they meet excluded time; see [`Plan::excluding`].
///
/// It answers what a [`Plan`] answers, in the same words, and what became of an opening that the schedule has and the
/// window has not.
///
/// # Example
///
/// ```
/// use tagout_schedule::{Cutoff, Duration, Exclusion, Exclusions, Plan, Timeline, Zone};
///
/// let third_tuesday = Timeline::new("cron(30 23 ? * TUE#3 *)".parse()?, Zone::UTC)?;
/// let plan = Plan::new(third_tuesday, Duration::try_from(4)?, Cutoff::try_from(1)?)?;
/// let freeze = Exclusion::yearly("12-10".parse()?, "01-02".parse()?).named("year-end freeze");
/// let freeze = Exclusions::new(Zone::UTC, [freeze]).moving();
///
/// let now = "2026-11-21T12:00:00Z".parse()?;
/// let window = plan.excluding(&freeze);
/// let opens_at: Vec<String> = window.openings_after(now).take(2).map(|next| next.opens_at.to_string()).collect();
/// assert_eq!(opens_at, ["2027-01-03 23:30:00 UTC", "2027-01-19 23:30:00 UTC"]);
///
/// let december = plan.next_opening(now).unwrap();
/// assert_eq!(
///     window.fate(&december).to_string(),
///     "moved to 2027-01-03T23:30Z, as 2026-12-15T23:30Z is excluded by \
///      year-end freeze (10 December to 2 January, every year)"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Excluding<'a> {
    plan: Plan,
    exclusions: &'a Exclusions,
}

/// What becomes of an opening that a schedule has, where some times are excluded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate<'a> {
    /// It is free, and takes place.
    Held,
    /// It does not take place, and no other does for it.
    Skipped {
        /// What it met.
        why: Why<'a>,
    },
    /// Another opening takes place for it, which the schedule does not have.
    Moved {
        /// That opening.
        to: Opening,
        /// What it met.
        why: Why<'a>,
    },
    /// The schedule's next opening stands for it, as that comes before it could be moved to any day. What becomes of
    /// that one is its own question.
    Replaced {
        /// The schedule's next opening.
        by: Opening,
        /// What it met.
        why: Why<'a>,
    },
}

impl<'a> Excluding<'a> {
    /// The plan by itself.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The times that are excluded.
    pub fn exclusions(&self) -> &'a Exclusions {
        self.exclusions
    }

    /// What becomes of an opening of the plan.
    pub fn fate(&self, opening: &Opening) -> Fate<'a> {
        let Some(why) = self.exclusions.why(opening) else {
            return Fate::Held;
        };
        let next = match self.exclusions.excluded() {
            Excluded::Skip => return Fate::Skipped { why },
            Excluded::Move => self.plan.next_opening(opening.opens_at),
        };
        match (self.moved(opening, next), next) {
            (Some(to), _) => Fate::Moved { to, why },
            (None, Some(by)) => Fate::Replaced { by, why },
            (None, None) => Fate::Skipped { why },
        }
    }

    /// The openings that the schedule has within `range`, and what becomes of each, earliest first, lazily.
    pub fn fates_between<R: RangeBounds<DateTime<Utc>>>(
        &self,
        range: R,
    ) -> impl Iterator<Item = (Opening, Fate<'a>)> + use<'a, R> {
        let excluding = *self;
        self.plan
            .openings_between(range)
            .map(move |opening| (opening, excluding.fate(&opening)))
    }

    /// The first opening that begins strictly after `instant`.
    pub fn next_opening(&self, instant: DateTime<Utc>) -> Option<Opening> {
        self.openings_after(instant).next()
    }

    /// The last opening that begins at or before `instant`.
    pub fn latest_opening(&self, instant: DateTime<Utc>) -> Option<Opening> {
        self.openings_before(just_after(instant)).next()
    }

    /// The openings that begin strictly after `instant`, earliest first, lazily.
    ///
    /// A stretch of excluded time is passed in one step, however many openings the schedule has in it.
    pub fn openings_after(&self, instant: DateTime<Utc>) -> ExcludingAfter<'a> {
        // The one before may have been moved to after.
        let current = self
            .plan
            .latest_opening(instant)
            .or_else(|| self.plan.next_opening(instant));
        let rest = self
            .plan
            .openings_after(current.map_or(instant, |current| current.opens_at));
        ExcludingAfter {
            excluding: *self,
            after: instant,
            current,
            rest,
        }
    }

    /// The openings that begin strictly before `instant`, latest first, lazily.
    ///
    /// A stretch of excluded time is passed in one step, however many openings the schedule has in it.
    pub fn openings_before(
        &self,
        instant: DateTime<Utc>,
    ) -> impl Iterator<Item = Opening> + use<'a> {
        let excluding = *self;
        let mut rest = self.plan.openings_before(instant);
        iter::from_fn(move || {
            loop {
                let current = rest.next()?;
                let Some((_, around)) = excluding.exclusions.met_by(&current) else {
                    return Some(current);
                };
                let moved = match excluding.exclusions.excluded() {
                    Excluded::Skip => None,
                    Excluded::Move => {
                        excluding.moved(&current, excluding.plan.next_opening(current.opens_at))
                    }
                };
                // Those before it that meet the same time have nothing to show for it, as this one comes next.
                rest = match super::excluded_times::instant(around.from) {
                    Some(from) => excluding
                        .plan
                        .openings_before(excluding.first_to_meet(from)),
                    None => return None,
                };
                if let Some(moved) = moved.filter(|moved| moved.opens_at < instant) {
                    return Some(moved);
                }
            }
        })
    }

    /// What the window is at `now`.
    pub fn phase_at(&self, now: DateTime<Utc>) -> Phase {
        let next = || self.next_opening(now).map(|opening| opening.opens_at);
        match self.latest_opening(now) {
            Some(opening) if now < opening.cutoff_at => Phase::Open {
                opening,
                until: self.open_until(opening),
            },
            Some(opening) if now < opening.closes_at => {
                let until = next().map_or(opening.closes_at, |next| next.min(opening.closes_at));
                Phase::PastCutoff { opening, until }
            }
            _ => Phase::Closed { opens_at: next() },
        }
    }

    /// Whether work may start at `instant`: whether the phase is [`Phase::Open`].
    pub fn may_start_at(&self, instant: DateTime<Utc>) -> bool {
        self.latest_opening(instant)
            .is_some_and(|opening| instant < opening.cutoff_at)
    }

    /// The same opening at its own time of day on the first later day on which it is free, if that is before `next`,
    /// the one that follows it in the schedule, and not after the end date.
    fn moved(&self, opening: &Opening, next: Option<Opening>) -> Option<Opening> {
        let timeline = self.plan.timeline();
        let zone = timeline.zone();
        let local = zone.to_local(opening.opens_at).naive_local();
        let mut day = local.date();
        loop {
            day = day
                .checked_add_days(Days::new(1))
                .filter(|day| day.year() <= LAST_YEAR)?;
            let mut hit_until = None;
            for opens_at in zone
                .resolve(day.and_time(local.time()))
                .instants(timeline.gap(), timeline.fold())
            {
                if next.is_some_and(|next| next.opens_at <= opens_at)
                    || timeline.end().is_some_and(|end| end < opens_at)
                {
                    return None;
                }
                let moved = moved_by(opening, opens_at - opening.opens_at);
                match self.exclusions.met_by(&moved) {
                    None => return Some(moved),
                    Some((_, around)) => hit_until = Some(instant(around.until)?),
                }
            }
            if let Some(until) = hit_until {
                // Whatever begins before that meets the same time.
                let day_before = zone
                    .to_local(until)
                    .naive_local()
                    .date()
                    .checked_sub_days(Days::new(1))?;
                day = day.max(day_before);
            }
        }
    }

    /// Until when work may start, from a free opening on.
    fn open_until(&self, opening: Opening) -> DateTime<Utc> {
        let mut last = opening;
        loop {
            if let Phase::Open { opening, until } = self.plan.phase_at(last.opens_at)
                && opening.opens_at == last.opens_at
            {
                // The schedule alone keeps the window open until then, by openings of which some may not be free.
                let scheduled = moved_by(&last, until - last.cutoff_at);
                let met_until = match self.exclusions.hit() {
                    Hit::Any => scheduled.closes_at,
                    Hit::Start => just_after(scheduled.opens_at),
                };
                let met = self
                    .exclusions
                    .times
                    .first_within(nanos(last.opens_at), nanos(met_until));
                let Some(met) = met.and_then(instant) else {
                    return until;
                };
                last = self
                    .plan
                    .openings_before(self.first_to_meet(met))
                    .next()
                    .map_or(last, |free| free.max(last));
            }
            match self.next_opening(last.opens_at) {
                Some(next) if next.opens_at <= last.cutoff_at => last = next,
                _ => return last.cutoff_at,
            }
        }
    }

    /// The first instant at which an opening that begins then meets excluded time that begins at `from`.
    fn first_to_meet(&self, from: DateTime<Utc>) -> DateTime<Utc> {
        match self.exclusions.hit() {
            Hit::Any => just_after(
                from.checked_sub_signed(self.plan.duration().elapsed())
                    .unwrap_or(from),
            ),
            Hit::Start => from,
        }
    }
}

/// The openings of a window that begin after an instant, earliest first; see [`Excluding::openings_after`].
#[derive(Clone, Debug)]
pub struct ExcludingAfter<'a> {
    excluding: Excluding<'a>,
    after: DateTime<Utc>,
    /// The first opening of the schedule that is not dealt with yet.
    current: Option<Opening>,
    /// Those that follow it.
    rest: OpeningsAfter,
}

impl Iterator for ExcludingAfter<'_> {
    type Item = Opening;

    fn next(&mut self) -> Option<Opening> {
        let Excluding { plan, exclusions } = self.excluding;
        loop {
            let current = self.current?;
            let held = match exclusions.met_by(&current) {
                None => {
                    self.current = self.rest.next();
                    Some(current)
                }
                Some((_, around)) => {
                    // All that begin before the end of the excluded time meet it, and only the last of them can be
                    // moved: the others are followed by one that comes before they would be free.
                    let just_before = instant(around.until)? - TimeDelta::nanoseconds(1);
                    self.rest = plan.openings_after(just_before);
                    self.current = self.rest.next();
                    match exclusions.excluded() {
                        Excluded::Skip => None,
                        Excluded::Move => {
                            let last = plan.latest_opening(just_before).unwrap_or(current);
                            self.excluding.moved(&last, self.current)
                        }
                    }
                }
            };
            if let Some(held) = held.filter(|held| held.opens_at > self.after) {
                return Some(held);
            }
        }
    }
}

impl FusedIterator for ExcludingAfter<'_> {}

impl fmt::Display for Fate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held => f.write_str("takes place"),
            Self::Skipped { why } => write!(f, "skipped, as {why}"),
            Self::Moved { to, why } => {
                write!(f, "moved to {}, as {why}", ExecutionTime::from(to.opens_at))
            }
            Self::Replaced { by, why } => {
                write!(
                    f,
                    "left to the next one, at {}, as {why}",
                    ExecutionTime::from(by.opens_at)
                )
            }
        }
    }
}

/// The same opening so much later.
fn moved_by(opening: &Opening, by: TimeDelta) -> Opening {
    Opening {
        opens_at: opening.opens_at + by,
        cutoff_at: opening.cutoff_at + by,
        closes_at: opening.closes_at + by,
    }
}

/// The instant after which nothing but later ones come.
fn just_after(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant
        .checked_add_signed(TimeDelta::nanoseconds(1))
        .unwrap_or(instant)
}

/// The year in which schedules end.
const LAST_YEAR: i32 = 2199;
