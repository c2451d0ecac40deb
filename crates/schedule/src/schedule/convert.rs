//! Schedules of the `cron` crate as ours.

use ::cron::TimeUnitSpec;

use super::Schedule;
use super::calendar::{ALL_YEARS, Month, YEAR_MIN, Years};
use super::cron::{ALL_DAYS, ALL_WEEKDAYS, Cron, Days};
use super::field::Field;

/// A schedule of the `cron` crate limits both the day of the month and the day of the week, in a way that has no form here.
///
/// That crate takes the days that are in both fields. Here one of the two is always `?`.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{source_text}` limits both day-of-month and day-of-week, expected `*` or `?` in one of them"
)]
pub struct BothDaysLimited {
    source_text: Box<str>,
}

impl BothDaysLimited {
    /// The text that the `cron` crate had read.
    pub fn source_text(&self) -> &str {
        &self.source_text
    }
}

/// Takes a schedule of the `cron` crate over; all times that it names are named here too, and no others before 2101.
///
/// Every year of that crate, which ends with 2100, becomes every year. Both day fields may say something where that can be
/// said with one: the 1st to the 7th and Monday is the first Monday.
///
/// ```
/// use tagout_schedule::Schedule;
///
/// let theirs: cron::Schedule = "0 30 23 15-21 * Tues".parse()?;
/// assert_eq!(Schedule::try_from(&theirs)?.to_string(), "cron(30 23 ? * TUE#3 *)");
///
/// let theirs: cron::Schedule = "0 0 0 13 * Fri".parse()?;
/// assert_eq!(
///     Schedule::try_from(&theirs).unwrap_err().to_string(),
///     "`0 0 0 13 * Fri` limits both day-of-month and day-of-week, expected `*` or `?` in one of them"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<&::cron::Schedule> for Schedule {
    type Error = BothDaysLimited;

    fn try_from(theirs: &::cron::Schedule) -> Result<Self, Self::Error> {
        Cron::try_from(theirs).map(Self::Cron)
    }
}

/// As for [`Schedule`].
impl TryFrom<&::cron::Schedule> for Cron {
    type Error = BothDaysLimited;

    fn try_from(theirs: &::cron::Schedule) -> Result<Self, Self::Error> {
        let months = bits(theirs.months(), Field::Month) as u16;
        let of_month = bits(theirs.days_of_month(), Field::DayOfMonth) as u32;
        let of_week = bits(theirs.days_of_week(), Field::DayOfWeek) as u8;
        let days = in_both(of_month, of_week, months).ok_or_else(|| BothDaysLimited {
            source_text: theirs.source().into(),
        })?;
        Ok(Self {
            seconds: bits(theirs.seconds(), Field::Seconds),
            minutes: bits(theirs.minutes(), Field::Minutes),
            years: years(theirs.years()),
            hours: bits(theirs.hours(), Field::Hours) as u32,
            days,
            months,
        })
    }
}

/// The values of a field, but for years.
fn bits(theirs: &impl TimeUnitSpec, field: Field) -> u64 {
    let (min, max) = field.bounds();
    (min..=max)
        .filter(|value| theirs.includes(*value))
        .fold(0, |bits, value| bits | 1 << value)
}

fn years(theirs: &impl TimeUnitSpec) -> Years {
    if theirs.is_all() {
        return ALL_YEARS;
    }
    let mut years = [0; 4];
    for year in theirs.iter() {
        let bit = year as usize - YEAR_MIN as usize;
        years[bit / 64] |= 1 << (bit % 64);
    }
    years
}

/// One form for the days that are among both `of_month` and `of_week`, in these months of any year.
fn in_both(of_month: u32, of_week: u8, months: u16) -> Option<Days> {
    let weekday = of_week.trailing_zeros() as u8;
    let counted = (1..=5)
        .map(|nth| Days::NthOfWeek { weekday, nth })
        .chain([Days::LastOfWeek(weekday)]);
    let candidates = [Days::OfMonth(of_month), Days::of_week(of_week)]
        .into_iter()
        .chain(counted);
    // 28 years hold every way that a month can lie.
    let all_months: Vec<Month> = (1..=12)
        .filter(|month| months >> month & 1 == 1)
        .flat_map(|month| (2001..=2028).filter_map(move |year| Month::of(year, month)))
        .collect();
    let means_both = |days: &Days| {
        let both = |month| Days::OfMonth(of_month).mask(month) & Days::of_week(of_week).mask(month);
        all_months
            .iter()
            .all(|month| days.mask(*month) == both(*month))
    };
    match (of_month, of_week) {
        (of_month, ALL_WEEKDAYS) => Some(Days::OfMonth(of_month)),
        (ALL_DAYS, of_week) => Some(Days::of_week(of_week)),
        _ => candidates.into_iter().find(means_both),
    }
}
