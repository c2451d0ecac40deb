//! A rate: the same elapsed time between two runs.

use chrono::TimeDelta;

/// A fixed elapsed time between two runs, from one minute to 4,294,967,295 minutes (8,166 years).
///
/// Equal rates take the same time, however they were spelt: 60 minutes are one hour. It is elapsed time: a day is 24
/// hours, over a clock change too.
///
/// ```
/// use tagout_schedule::Schedule;
///
/// let Schedule::Rate(rate) = "rate(2 weeks)".parse()? else { unreachable!("it says rate") };
/// assert_eq!(rate.minutes(), 2 * 7 * 24 * 60);
/// assert_eq!(rate.to_string(), "14 days");
/// # Ok::<(), tagout_schedule::ParseScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rate {
    /// 1 to [`Rate::MINUTES_MAX`].
    pub(crate) minutes: u64,
}

/// The unit that a rate is counted in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unit {
    /// As written after the count 1.
    pub(crate) name: &'static str,
    /// As written after any other count.
    pub(crate) plural: &'static str,
    pub(crate) minutes: u64,
}

/// The units of a rate, smallest first. Only the documentation's samples know weeks (`Dialect`).
#[rustfmt::skip] // columns
pub(crate) const UNITS: [Unit; 4] = [
    Unit { name: "minute", plural: "minutes", minutes: 1 },
    Unit { name: "hour",   plural: "hours",   minutes: 60 },
    Unit { name: "day",    plural: "days",    minutes: 24 * 60 },
    Unit { name: "week",   plural: "weeks",   minutes: 7 * 24 * 60 },
];

impl Rate {
    /// The longest rate there is, in minutes. It outlasts the calendar of the language more than thirty times, and keeps
    /// every sum of instants and periods far from overflow.
    pub const MINUTES_MAX: u64 = u32::MAX as u64;

    /// A run every `minutes` minutes, or nothing if that is 0 or above [`MINUTES_MAX`](Self::MINUTES_MAX).
    pub const fn from_minutes(minutes: u64) -> Option<Self> {
        if minutes == 0 || minutes > Self::MINUTES_MAX {
            None
        } else {
            Some(Self { minutes })
        }
    }

    /// Elapsed minutes from one run to the next.
    pub const fn minutes(self) -> u64 {
        self.minutes
    }

    /// Elapsed time from one run to the next.
    pub const fn period(self) -> TimeDelta {
        TimeDelta::minutes(self.minutes as i64)
    }

    /// The period in the largest unit up to days that holds it in whole numbers.
    pub(crate) fn count_and_unit(self) -> (u64, &'static Unit) {
        let unit = UNITS[..3]
            .iter()
            .rev()
            .find(|unit| self.minutes.is_multiple_of(unit.minutes))
            .unwrap_or(&UNITS[0]);
        (self.minutes / unit.minutes, unit)
    }
}
