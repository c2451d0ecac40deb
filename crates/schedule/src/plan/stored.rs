//! The stored form of a plan: what it was made of.

use serde::{Deserialize, Serialize};

use super::{Cutoff, Duration, Plan, PlanError};
use crate::timeline::Timeline;

/// The stored form of a [`Plan`].
#[derive(Deserialize, Serialize)]
pub(super) struct StoredPlan {
    timeline: Timeline,
    duration: Duration,
    #[serde(default)]
    cutoff: Cutoff,
    #[serde(default = "enabled")]
    enabled: bool,
}

fn enabled() -> bool {
    true
}

impl TryFrom<StoredPlan> for Plan {
    type Error = PlanError;

    fn try_from(stored: StoredPlan) -> Result<Self, Self::Error> {
        let plan = Self::new(stored.timeline, stored.duration, stored.cutoff)?;
        Ok(plan.with_enabled(stored.enabled))
    }
}

impl From<Plan> for StoredPlan {
    fn from(plan: Plan) -> Self {
        let Plan {
            timeline,
            duration,
            cutoff,
            enabled,
        } = plan;
        Self {
            timeline,
            duration,
            cutoff,
            enabled,
        }
    }
}
