//! One run, at a local time.

use chrono::{NaiveDateTime, Timelike};

/// One local time to the second, in the years 0 to 9999.
///
/// The zone comes from elsewhere. A time that has passed is no error: it just does not come again.
///
/// ```
/// use tagout_schedule::Schedule;
///
/// let Schedule::At(at) = "at(2026-12-24T18:00)".parse()? else { unreachable!("it says at") };
/// assert_eq!(at.local().to_string(), "2026-12-24 18:00:00");
/// # Ok::<(), tagout_schedule::ParseScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct At {
    pub(crate) local: NaiveDateTime,
}

impl At {
    /// One run at `local`, or nothing if its year is not 0 to 9999, or if it is not a whole second.
    pub fn from_local(local: NaiveDateTime) -> Option<Self> {
        let is_written =
            (0..=9999).contains(&chrono::Datelike::year(&local)) && local.nanosecond() == 0;
        is_written.then_some(Self { local })
    }

    /// The reading of the local clock at which it runs.
    pub const fn local(self) -> NaiveDateTime {
        self.local
    }
}
