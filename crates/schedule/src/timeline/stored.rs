//! The stored form of a timeline: what it was built from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ScheduleOffset, Timeline, TimelineError};
use crate::schedule::Schedule;
use crate::zone::{Fold, Gap, Zone};

/// The stored form of a [`Timeline`]. What is absent has the value that the builder gives it.
#[derive(Deserialize, Serialize)]
pub(super) struct StoredTimeline {
    schedule: Schedule,
    #[serde(default)]
    zone: Zone,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset: Option<ScheduleOffset>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<DateTime<Utc>>,
    #[serde(default)]
    gap: Option<Gap>,
    #[serde(default)]
    fold: Fold,
}

impl TryFrom<StoredTimeline> for Timeline {
    type Error = TimelineError;

    fn try_from(stored: StoredTimeline) -> Result<Self, Self::Error> {
        Self::builder(stored.schedule)
            .zone(stored.zone)
            .offset(stored.offset)
            .start(stored.start)
            .end(stored.end)
            .anchor(stored.anchor)
            .gap(stored.gap)
            .fold(stored.fold)
            .build()
    }
}

impl From<Timeline> for StoredTimeline {
    fn from(timeline: Timeline) -> Self {
        Self {
            schedule: timeline.schedule,
            zone: timeline.zone,
            offset: timeline.offset,
            start: timeline.start,
            end: timeline.end,
            anchor: timeline.anchor,
            gap: Some(timeline.gap),
            fold: timeline.fold,
        }
    }
}
