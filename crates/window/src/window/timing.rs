//! When a window opens: what was asked, in the words of the request, and the plan that it means.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_schedule::{
    Cutoff, Dialect, Duration, ExecutionTime, ParseScheduleError, Plan, Schedule, ScheduleOffset,
    Timeline, TimelineError, Zone,
};

use crate::error::{Refusal, Refusals, WindowError};

/// What was asked about the timing of a window.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) schedule: Box<str>,
    pub(super) timezone: Option<Box<str>>,
    pub(super) start_date: Option<Box<str>>,
    pub(super) end_date: Option<Box<str>>,
    pub(super) offset: Option<ScheduleOffset>,
    pub(super) duration: Duration,
    pub(super) cutoff: Cutoff,
    pub(super) enabled: bool,
}

/// The texts as they were sent, which the service gives back unchanged, and the plan that they mean.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub(super) struct Timing {
    pub(super) schedule: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timezone: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) start_date: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<Box<str>>,
    pub(super) plan: Plan,
}

impl Timing {
    /// What the wish means for a window that counts from `anchor`.
    pub(super) fn new(
        wish: Wish,
        anchor: DateTime<Utc>,
        dialect: Dialect,
    ) -> Result<Self, WindowError> {
        let plan = wish.read(dialect)?.plan(anchor)?;
        Ok(Self {
            schedule: wish.schedule,
            timezone: wish.timezone,
            start_date: wish.start_date,
            end_date: wish.end_date,
            plan,
        })
    }

    /// What the wish means for the window that had this timing: it counts from where it did, unless it means another
    /// schedule, zone, offset or start date.
    pub(super) fn changed(
        &self,
        wish: Wish,
        now: DateTime<Utc>,
        dialect: Dialect,
    ) -> Result<Self, WindowError> {
        let old = self.plan.timeline();
        let anchor = old.anchor().unwrap_or(now);
        let kept = Self::new(wish.clone(), anchor, dialect)?;
        let new = kept.plan.timeline();
        let same = (new.schedule(), new.zone(), new.offset(), new.start())
            == (old.schedule(), old.zone(), old.offset(), old.start());
        if same {
            Ok(kept)
        } else {
            Self::new(wish, now, dialect)
        }
    }

    /// Whether the window opens at other instants than with the `other` timing.
    pub(super) fn opens_otherwise_than(&self, other: &Self) -> bool {
        (self.plan.timeline(), self.plan.is_enabled())
            != (other.plan.timeline(), other.plan.is_enabled())
    }
}

/// A wish whose texts have been read, each by itself.
struct Read {
    schedule: Schedule,
    zone: Zone,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    offset: Option<ScheduleOffset>,
    duration: Duration,
    cutoff: Cutoff,
    enabled: bool,
}

impl Wish {
    /// Reads each text, and says about all of them what is wrong.
    fn read(&self, dialect: Dialect) -> Result<Read, WindowError> {
        let mut refused = Vec::new();
        let schedule = match Schedule::parse(&self.schedule, dialect) {
            Ok(schedule) => Some(schedule),
            Err(error) => {
                refused.push(self.refused_schedule(error));
                None
            }
        };
        let zone = match self.timezone.as_deref().map(str::parse) {
            None => Some(Zone::UTC),
            Some(Ok(zone)) => Some(zone),
            Some(Err(error)) => {
                refused.push(Refusal::Timezone(error));
                None
            }
        };
        if let (Some(schedule), Some(_)) = (schedule, self.offset)
            && schedule.check_offset(dialect).is_err()
        {
            refused.push(Refusal::Offset);
        }
        let mut date =
            |text: &Option<Box<str>>| match text.as_deref().map(str::parse::<ExecutionTime>) {
                None => None,
                Some(Ok(time)) => Some(time.instant()),
                Some(Err(error)) => {
                    refused.push(Refusal::Date(error));
                    None
                }
            };
        let (start, end) = (date(&self.start_date), date(&self.end_date));
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            refused.push(Refusal::Dates);
        }
        if let Err(error) = self.cutoff_of() {
            refused.push(error);
        }
        Refusals::check(refused)?;
        Ok(Read {
            schedule: schedule.expect("else it was refused"),
            zone: zone.expect("else it was refused"),
            start,
            end,
            offset: self.offset,
            duration: self.duration,
            cutoff: self.cutoff,
            enabled: self.enabled,
        })
    }

    /// The refusal of a schedule, which is told in the service's words also where its documentation is followed.
    fn refused_schedule(&self, error: ParseScheduleError) -> Refusal {
        let of_service = Schedule::parse(&self.schedule, Dialect::Service).err();
        let service_text = of_service.and_then(|error| error.service_text().map(Into::into));
        Refusal::Schedule {
            error,
            service_text,
        }
    }

    /// Checks the cutoff against the duration, for which any timeline will do.
    fn cutoff_of(&self) -> Result<(), Refusal> {
        let any: Schedule = "at(2000-01-01T00:00:00)"
            .parse()
            .expect("a documented form");
        let any = Timeline::new(any, Zone::UTC).expect("only a rate needs an anchor");
        Plan::new(any, self.duration, self.cutoff)
            .map(drop)
            .map_err(Refusal::Cutoff)
    }
}

impl Read {
    fn plan(self, anchor: DateTime<Utc>) -> Result<Plan, WindowError> {
        let timeline = Timeline::builder(self.schedule)
            .zone(self.zone)
            .offset(self.offset)
            .start(self.start)
            .end(self.end)
            .anchor(anchor)
            .build()
            .map_err(|error| match error {
                TimelineError::StartNotBeforeEnd { .. } => Refusal::Dates,
                _ => Refusal::Offset,
            })?;
        let plan = Plan::new(timeline, self.duration, self.cutoff).map_err(Refusal::Cutoff)?;
        Ok(plan.with_enabled(self.enabled))
    }
}
