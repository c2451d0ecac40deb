//! When a maintenance window opens, stops starting work, and closes.

mod execution_time;
pub use execution_time::{ExecutionTime, ParseExecutionTimeError, ParseExecutionTimeErrorKind};

mod schedule;
#[cfg(feature = "cron")]
pub use schedule::BothDaysLimited;
pub use schedule::{
    At, Cron, Dialect, Field, OffsetRefused, ParseScheduleError, ParseScheduleErrorKind, Rate,
    Schedule,
};

mod explain;
pub use explain::Explanation;

mod plan;
pub use plan::{
    Cutoff, Duration, InvalidCutoff, InvalidDuration, Opening, OpeningsAfter, OpeningsBefore,
    OpeningsBetween, Phase, Plan, PlanError,
};

mod search;

mod timeline;
pub use timeline::{
    ClockNote, ClockNoteKind, ClockNotes, InvalidScheduleOffset, RunsAfter, RunsBefore,
    RunsBetween, ScheduleOffset, Timeline, TimelineBuilder, TimelineError,
};

mod zone;
pub use zone::{
    ClockChange, Fold, Gap, InstallZoneError, InstallZoneErrorKind, ParsePolicyError,
    UnknownZoneError, Wall, Zone,
};

mod fleet;
pub use fleet::{FleetOpening, Overlap, Overlaps, Upcoming, overlaps, upcoming};

mod exclusions;
pub use exclusions::{
    EmptyExclusion, Excluded, ExcludedTime, Excluding, ExcludingAfter, Exclusion, Exclusions, Fate,
    Hit, InvalidMonthDay, MonthDay, Why,
};

mod calendar;
pub use calendar::{Calendar, CalendarWindow};

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod chart;
pub use chart::{Chart, ChartWindow};
