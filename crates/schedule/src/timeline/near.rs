//! From seconds to instants, beginning at an instant whose date is known.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use crate::schedule::calendar::{Month, N_DAYS, YEAR_MIN};
use crate::search::DAY;

/// How many days away a date may well be in the same year.
const DAYS_NEAR: i64 = 180;

/// An instant, as the place from which the dates of others are counted.
///
/// Within one year that is a single addition; from 1970 it would be a division by every cycle of the calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    date: NaiveDate,
    /// The second at which `date` begins.
    midnight: i64,
    /// Seconds since 1970, without the fraction.
    pub(super) second: i64,
}

impl Near {
    #[inline]
    pub(super) fn new(instant: DateTime<Utc>) -> Self {
        let utc = instant.naive_utc();
        let midnight = i64::from(utc.date().to_epoch_days()) * DAY;
        Self {
            date: utc.date(),
            midnight,
            second: midnight + i64::from(utc.time().num_seconds_from_midnight()),
        }
    }

    /// The instant of the second `second` since 1970, which is that of a run.
    #[inline]
    pub(super) fn at(&self, second: i64) -> DateTime<Utc> {
        let ahead = second - self.midnight;
        let (date, of_day) = if (0..DAY).contains(&ahead) {
            (Some(self.date), ahead)
        } else {
            (
                self.date_after(ahead.div_euclid(DAY)),
                ahead.rem_euclid(DAY),
            )
        };
        let time = NaiveTime::from_num_seconds_from_midnight_opt(of_day as u32, 0);
        NaiveDateTime::new(
            date.expect("runs are before the year 2200"),
            time.expect("less than a day is left"),
        )
        .and_utc()
    }

    /// The instant of the second `second`, which is that of a run, and from now on the place to count from.
    #[inline]
    pub(super) fn go_to(&mut self, second: i64) -> DateTime<Utc> {
        let instant = self.at(second);
        self.midnight = second - (second - self.midnight).rem_euclid(DAY);
        self.date = instant.naive_utc().date();
        self.second = second;
        instant
    }

    #[inline]
    fn date_after(&self, days: i64) -> Option<NaiveDate> {
        if (0..DAYS_NEAR).contains(&days) {
            self.date.checked_add_days(Days::new(days as u64))
        } else if (-DAYS_NEAR..0).contains(&days) {
            self.date.checked_sub_days(Days::new(days.unsigned_abs()))
        } else {
            date_of_day(self.midnight / DAY + days)
        }
    }
}

/// The date of a day number.
fn date_of_day(day: i64) -> Option<NaiveDate> {
    match u32::try_from(day) {
        // The table of months is at hand, and chrono would have to divide by every cycle of its calendar.
        Ok(day) if day < N_DAYS => {
            let year = Month::of_day(day).year;
            let first = Month::in_year(year.into(), 1).first;
            NaiveDate::from_yo_opt(YEAR_MIN + i32::from(year), day - first + 1)
        }
        _ => NaiveDate::from_epoch_days(i32::try_from(day).ok()?),
    }
}
