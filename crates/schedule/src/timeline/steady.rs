//! How long runs follow each other without a pause.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Course, Timeline, at_second};
use crate::schedule::Schedule;
use crate::search::DAY;

impl Timeline {
    /// A run at or after `run`, itself a run, up to which no two runs are further apart than `pause`, an hour or more.
    ///
    /// It is the last one there is if runs are never further apart than that on any day, and if neither a clock change nor
    /// a day without runs comes before.
    pub(crate) fn steady_until(&self, run: DateTime<Utc>, pause: TimeDelta) -> DateTime<Utc> {
        let walk = match self.course() {
            Course::Walk(walk) => walk,
            Course::Beat(beat) if beat.period() <= pause.num_seconds() => {
                return self.run(beat, self.last - 1).unwrap_or(run);
            }
            Course::Beat(_) => return run,
        };
        let Schedule::Cron(cron) = &self.schedule else {
            return run;
        };
        if cron.longest_pause() > pause.num_seconds() {
            return run;
        }
        let era = self.zone.era_at(run.timestamp());
        let to_date = era.offset
            - self
                .offset
                .map_or(0, |offset| i64::from(offset.days()) * DAY);
        let day = (run.timestamp() + to_date).div_euclid(DAY);
        let day_end = era.until.saturating_add(to_date).div_euclid(DAY) + 1;
        let until = (cron.first_day_without(day, day_end) * DAY - to_date).min(era.until);
        let Some(last) = self.last_until(&walk, until - 1) else {
            return run;
        };
        at_second(last).max(run)
    }
}
