//! What a window is at an instant.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Opening;

/// What a window is at an instant: closed, open, or past its cutoff.
///
/// The phase of a [`Plan`](super::Plan) is that of its latest [`Opening`]: as all of them are equally long, it is the one
/// that takes work the longest. An opening takes work from `opens_at`, inclusive, to `cutoff_at`, exclusive, and is past
/// its cutoff from there to `closes_at`, exclusive. With a cutoff of 0 hours there is no time past it.
///
/// # Example
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use tagout_schedule::{Cutoff, Duration, Phase, Plan, Timeline, Zone};
///
/// let timeline = Timeline::new("cron(0 22 ? * SAT *)".parse()?, Zone::UTC)?;
/// let plan = Plan::new(timeline, Duration::try_from(3)?, Cutoff::try_from(1)?)?;
///
/// let now = Utc.with_ymd_and_hms(2026, 3, 7, 23, 15, 0).unwrap();
/// let phase = plan.phase_at(now);
/// assert!(matches!(phase, Phase::Open { .. }));
/// assert_eq!(phase.changes_in(now).unwrap().num_minutes(), 45); // then nothing new may start
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Outside of every opening.
    Closed {
        /// When the window opens next, strictly later; nothing if it never does.
        opens_at: Option<DateTime<Utc>>,
    },
    /// Within an opening, before its cutoff: work may start.
    Open {
        /// The latest opening.
        opening: Opening,
        /// The first instant from which on nothing new may start, exclusive. That is the cutoff of this opening, or of a
        /// later one where the next opening begins before this one reaches its cutoff, and so on.
        until: DateTime<Utc>,
    },
    /// Within an opening, from its cutoff on: what runs may go on, nothing new starts.
    PastCutoff {
        /// The latest opening.
        opening: Opening,
        /// When this ends, exclusive: the window closes, or the next opening begins before that.
        until: DateTime<Utc>,
    },
}

impl Phase {
    /// Whether work may start.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Whether the window is outside of every opening.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// The latest opening, unless the window is closed.
    pub const fn opening(self) -> Option<Opening> {
        match self {
            Self::Closed { .. } => None,
            Self::Open { opening, .. } | Self::PastCutoff { opening, .. } => Some(opening),
        }
    }

    /// The first instant at which the window is in another phase, or nothing if it stays closed for ever.
    pub const fn changes_at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Closed { opens_at } => opens_at,
            Self::Open { until, .. } | Self::PastCutoff { until, .. } => Some(until),
        }
    }

    /// How long after `now`, for which this phase was asked, the window is in another phase.
    pub fn changes_in(self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.changes_at().map(|at| at - now)
    }
}
