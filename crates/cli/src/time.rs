//! Times as people write and read them.

use std::fmt::{self, Display};
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use tagout_schedule::{ExecutionTime, ParseExecutionTimeErrorKind, Wall, Zone};

use crate::failure::chain;

/// A time on the command line: an instant, or a reading of the clocks of the window's zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Time {
    Instant(DateTime<Utc>),
    Local(NaiveDateTime),
}

impl Time {
    /// The instant: of a reading that comes twice the first one, of one that is left out the end of the gap.
    pub(crate) fn instant(self, zone: Zone) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Local(local) => match zone.resolve(local) {
                Wall::Once(instant) => instant,
                Wall::Twice { first, .. } => first,
                Wall::Skipped { after, .. } => after,
            },
        }
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<ExecutionTime>() {
            Ok(time) => Ok(Self::Instant(time.instant())),
            Err(error) if error.kind() == ParseExecutionTimeErrorKind::NoOffset => {
                format!("{text}Z")
                    .parse::<ExecutionTime>()
                    .map(|time| Self::Local(time.local()))
                    .map_err(|error| chain(&error))
            }
            Err(error) => Err(chain(&error)),
        }
    }
}

/// A time of day to the second: `23:30`, with seconds only where there are any.
pub(crate) struct Clock(pub(crate) NaiveDateTime);

impl Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.time();
        write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
        match time.second() {
            0 => Ok(()),
            second => write!(f, ":{second:02}"),
        }
    }
}

/// How far ahead something is: `in 3 days`, to the nearest of the unit.
pub(crate) struct Ahead(pub(crate) TimeDelta);

impl Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.num_seconds();
        // From how many seconds on a unit is used, if it is not exactly one, and how many it has.
        let units = [
            (730 * DAY, 365 * DAY, "year"),
            (36 * HOUR, DAY, "day"),
            (90 * MINUTE, HOUR, "hour"),
            (MINUTE, MINUTE, "minute"),
        ];
        let unit = units
            .into_iter()
            .find(|&(from, length, _)| seconds >= from || seconds == length);
        let (_, length, name) = unit.unwrap_or((0, 1, "second"));
        match (seconds + length / 2) / length {
            1 => write!(f, "in 1 {name}"),
            n => write!(f, "in {n} {name}s"),
        }
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_far_ahead_in_the_nearest_unit() {
        for (seconds, words) in [
            (0, "in 0 seconds"),
            (1, "in 1 second"),
            (59, "in 59 seconds"),
            (89, "in 1 minute"),
            (90, "in 2 minutes"),
            (HOUR - 1, "in 60 minutes"),
            (HOUR, "in 1 hour"),
            (HOUR + 1, "in 60 minutes"),
            (90 * MINUTE - 1, "in 90 minutes"),
            (90 * MINUTE, "in 2 hours"),
            (DAY, "in 1 day"),
            (36 * HOUR - 1, "in 36 hours"),
            (36 * HOUR, "in 2 days"),
            (3 * DAY + 11 * HOUR, "in 3 days"),
            (730 * DAY - 1, "in 730 days"),
            (730 * DAY, "in 2 years"),
            (64 * 365 * DAY + 16 * DAY, "in 64 years"),
        ] {
            assert_eq!(
                Ahead(TimeDelta::seconds(seconds)).to_string(),
                words,
                "{seconds}"
            );
        }
    }

    #[test]
    fn shows_a_time_of_day_no_finer_than_it_is() {
        let clock = |text: &str| Clock(text.parse().unwrap()).to_string();
        assert_eq!(clock("2026-11-21T09:05:00"), "09:05");
        assert_eq!(clock("2026-11-21T09:05:07"), "09:05:07");
        assert_eq!(clock("2026-11-21T09:05:00.25"), "09:05");
    }

    #[test]
    fn reads_a_time_without_offset_on_the_clocks_of_the_zone() {
        let new_york = Zone::named("America/New_York").unwrap();
        let instant = |text: &str| text.parse::<Time>().unwrap().instant(new_york).to_rfc3339();
        assert_eq!(instant("2026-11-21T09:00Z"), "2026-11-21T09:00:00+00:00");
        assert_eq!(instant("2026-11-21T09:00"), "2026-11-21T14:00:00+00:00");
        assert_eq!(instant("2026-11-01T01:30"), "2026-11-01T05:30:00+00:00");
        assert_eq!(instant("2026-03-08T02:30"), "2026-03-08T07:00:00+00:00");
        assert_eq!(
            "2026-11-21".parse::<Time>().unwrap_err(),
            "cannot read `2026-11-21` as a date, time and offset, at byte 10: expected `T` between date and time"
        );
    }
}
