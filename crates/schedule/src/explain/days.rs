//! The days, months and years of a schedule in words.

use super::append;
use super::words::{MONTHS, NTH, WEEKDAYS, join, ordinal, range_around, spans};
use crate::Cron;
use crate::schedule::{ALL_DAYS, ALL_YEARS, Days, Progression, YEAR_MAX, YEAR_MIN};

/// Says on which days of which months a schedule runs; nothing if it is every day, and that need not be said.
pub(super) fn days(cron: &Cron, is_every_day_implied: bool) -> Option<String> {
    let months = Months {
        months: values(cron.months.into()).collect(),
        of_every_year: cron.years == ALL_YEARS,
    };
    let text = match cron.days {
        Days::OfMonth(ALL_DAYS) => match (is_every_day_implied, months.within()) {
            (true, within) => return within,
            (false, None) => "every day".to_owned(),
            (false, Some(within)) => format!("every day {within}"),
        },
        Days::OfMonth(days) => {
            let days: Vec<u32> = values(days.into()).collect();
            match (&days[..], Progression::of(days.iter().copied())) {
                (&[day], _) => format!(
                    "on the {} {}",
                    ordinal(day),
                    months.of(day > 28, "that has one")
                ),
                (_, Some(Progression { first, step, last })) if days.len() > 4 => {
                    let [step, first, last] = [step, first, last].map(ordinal);
                    format!(
                        "on every {step} day from the {first} to the {last} {}",
                        months.of(false, "")
                    )
                }
                (&[first, _, .., last], _) if days.len() as u32 == last - first + 1 => {
                    format!(
                        "from the {} to the {} {}",
                        ordinal(first),
                        ordinal(last),
                        months.of(false, "")
                    )
                }
                _ => format!(
                    "on the {} {}",
                    join(&spans(&days, ordinal)),
                    months.of(false, "")
                ),
            }
        }
        Days::Last { before: 0 } => format!("on the last day {}", months.of(false, "")),
        Days::Last { before } => format!(
            "on the {} {}",
            before_last(before),
            months.of_long_enough(before)
        ),
        Days::LastWeekday { before: 0 } => format!("on the last weekday {}", months.of(false, "")),
        Days::LastWeekday { before } => {
            format!(
                "on the weekday nearest to the {} {}",
                before_last(before),
                months.of_long_enough(before)
            )
        }
        Days::NearestWeekday(day) => {
            let day = u32::from(day);
            format!(
                "on the weekday nearest to the {} {}",
                ordinal(day),
                months.of(day > 28, "that has one")
            )
        }
        Days::OfWeek(weekdays) => {
            let weekdays = of_week(weekdays);
            match months.within() {
                None => weekdays,
                Some(within) => {
                    let mut text = weekdays;
                    append(&mut text, &within);
                    text
                }
            }
        }
        Days::LastOfWeek(weekday) => format!(
            "on the last {} {}",
            weekday_name(weekday.into()),
            months.of(false, "")
        ),
        Days::NthOfWeek { weekday, nth } => {
            let (weekday, place) = (weekday_name(weekday.into()), NTH[usize::from(nth) - 1]);
            format!(
                "on the {place} {weekday} {}",
                months.of(nth == 5, "that has one")
            )
        }
    };
    Some(text)
}

/// Says in which years a schedule runs; nothing if in all.
pub(super) fn years(cron: &Cron) -> Option<String> {
    if cron.years == ALL_YEARS {
        return None;
    }
    let years: Vec<u32> = (YEAR_MIN as u32..)
        .zip(
            cron.years
                .iter()
                .flat_map(|word| (0..64).map(move |bit| word >> bit & 1 == 1)),
        )
        .filter_map(|(year, is_named)| is_named.then_some(year))
        .collect();
    Some(match (&years[..], Progression::of(years.iter().copied())) {
        (_, Some(Progression { first, step, last })) if last + step > YEAR_MAX as u32 => {
            format!("in every {} year from {first}", ordinal(step))
        }
        (_, Some(Progression { first, step, last })) if years.len() > 4 => {
            format!("in every {} year from {first} to {last}", ordinal(step))
        }
        (&[first, _, .., last], _) if years.len() as u32 == last - first + 1 => {
            format!("from {first} to {last}")
        }
        _ => format!("in {}", join(&spans(&years, |year| year.to_string()))),
    })
}

/// The months that a schedule names, 1 to 12.
struct Months {
    months: Vec<u32>,
    /// Whether a range may go from one year into the next.
    of_every_year: bool,
}

impl Months {
    /// `of every month`, `of June and July`; with a remark on every month if it holds for some only.
    fn of(&self, is_rare: bool, remark: &str) -> String {
        match self.within() {
            None if is_rare => format!("of every month {remark}"),
            None => "of every month".to_owned(),
            Some(within) => match within.strip_prefix("in ") {
                Some(names) => format!("of {names}"),
                None => format!("of every month {within}"),
            },
        }
    }

    /// As [`of`](Self::of), for a day so many days before the last.
    fn of_long_enough(&self, before: u8) -> String {
        self.of(before > 27, "that is long enough")
    }

    /// `in June and July`, `from November to February`; nothing if all months are named.
    fn within(&self) -> Option<String> {
        let name = |month: u32| MONTHS[month as usize - 1].to_owned();
        if self.months.len() == MONTHS.len() {
            return None;
        }
        Some(match range_around(&self.months, 1, 12) {
            Some((first, last)) if first <= last || self.of_every_year => {
                format!("from {} to {}", name(first), name(last))
            }
            _ => format!("in {}", join(&spans(&self.months, name))),
        })
    }
}

/// `from Monday to Friday`, `every Saturday and Sunday`.
fn of_week(weekdays: u8) -> String {
    let weekdays: Vec<u32> = values(weekdays.into()).collect();
    if let Some((first, last)) = range_around(&weekdays, 1, 7) {
        return format!("from {} to {}", weekday_name(first), weekday_name(last));
    }
    // As a calendar of working weeks has them, Monday first.
    let (sunday, rest) = if weekdays[0] == 1 {
        weekdays.split_at(1)
    } else {
        (&[][..], &weekdays[..])
    };
    let names: Vec<String> = rest
        .iter()
        .chain(sunday)
        .map(|weekday| weekday_name(*weekday).to_owned())
        .collect();
    format!("every {}", join(&names))
}

/// `day before the last day`, `third day before the last day`.
fn before_last(before: u8) -> String {
    match before {
        1 => "day before the last day".to_owned(),
        _ => format!("{} day before the last day", ordinal(before.into())),
    }
}

fn weekday_name(weekday: u32) -> &'static str {
    WEEKDAYS[weekday as usize - 1]
}

fn values(bits: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |bit| bits >> bit & 1 == 1)
}
