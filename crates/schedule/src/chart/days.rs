//! The days along the top of a chart.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};

use crate::{Wall, Zone};

/// A day on the clock of a zone: 24 hours, or more or fewer where the clock is set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) from: DateTime<Utc>,
    /// Exclusive.
    pub(super) until: DateTime<Utc>,
}

impl Day {
    pub(super) fn is_weekend(&self) -> bool {
        matches!(self.date.weekday(), Weekday::Sat | Weekday::Sun)
    }
}

/// The days of so many weeks from the one that holds `instant`; a day that the zone leaves out is left out here too.
pub(super) fn from(instant: DateTime<Utc>, n_weeks: u32, zone: Zone) -> Vec<Day> {
    let first = zone.to_local(instant.clamp(EARLIEST, LATEST)).date_naive();
    let dates = (0..).map_while(|n| first.checked_add_days(Days::new(n)));
    let days = dates.map(|date| Day {
        date,
        from: midnight(date, zone),
        until: midnight(date + Days::new(1), zone),
    });
    days.filter(|day| day.from < day.until)
        .take(n_weeks as usize * 7)
        .collect()
}

/// The first instant of a date.
fn midnight(date: NaiveDate, zone: Zone) -> DateTime<Utc> {
    match zone.resolve(date.and_time(NaiveTime::MIN)) {
        Wall::Once(instant) => instant,
        Wall::Twice { first, .. } => first,
        Wall::Skipped { after, .. } => after,
    }
}

/// The bounds within which a date has four digits for its year, with a chart to follow.
const EARLIEST: DateTime<Utc> = first_of(1);
const LATEST: DateTime<Utc> = first_of(9_998);

const fn first_of(year: i32) -> DateTime<Utc> {
    match NaiveDate::from_ymd_opt(year, 1, 2) {
        Some(date) => date.and_time(NaiveTime::MIN).and_utc(),
        None => DateTime::UNIX_EPOCH,
    }
}
