//! Until when overlapping openings keep a window open.

use chrono::{DateTime, Utc};

use super::{Opening, Plan};

impl Plan {
    /// The first instant after the start of `opening` at which no opening is before its cutoff.
    pub(super) fn open_until(&self, opening: Opening) -> DateTime<Utc> {
        let working = self.lengths().working;
        let mut run = opening.opens_at;
        loop {
            // Runs that follow each other without too long a pause are passed over together, as far as that is plain.
            run = self.timeline.steady_until(run, working);
            let cutoff_at = run + working;
            match self.timeline.latest(cutoff_at) {
                Some(later) if later > run => run = later,
                _ => return cutoff_at,
            }
        }
    }
}
