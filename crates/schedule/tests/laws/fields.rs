//! A cron schedule as people say it, read date by date.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveTime};

/// The seven fields, each as the values that it names.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) seconds: Vec<u32>,
    pub(crate) minutes: Vec<u32>,
    pub(crate) hours: Vec<u32>,
    pub(crate) day: Day,
    /// Nothing for every month.
    pub(crate) months: Vec<u32>,
    /// Nothing for every year.
    pub(crate) years: Vec<i32>,
}

/// What the two day fields say. Sunday is 1.
#[derive(Clone, Debug)]
pub(crate) enum Day {
    Every,
    Dates(Vec<u32>),
    Weekdays(Vec<u32>),
    Last { before: u32 },
    LastWorkday { before: u32 },
    NearestWorkday(u32),
    LastOf(u32),
    Nth(u32, u32),
}

impl Fields {
    /// Whether a date is named, in the words of the documentation.
    pub(crate) fn names(&self, date: NaiveDate) -> bool {
        let in_month = || (1..=31).filter_map(|day| date.with_day(day));
        let last = in_month().next_back().expect("a month has days");
        let before_last = |before: u32| in_month().rev().nth(before as usize);
        let weekday = |date: NaiveDate| date.weekday().number_from_sunday();
        let nearest = |to: NaiveDate| {
            let workdays = in_month().filter(|date| (2..=6).contains(&weekday(*date)));
            workdays.min_by_key(|workday| (*workday - to).num_days().abs())
        };
        let is_named_day = match &self.day {
            Day::Every => true,
            Day::Dates(dates) => dates.contains(&date.day()),
            Day::Weekdays(weekdays) => weekdays.contains(&weekday(date)),
            Day::Last { before } => before_last(*before) == Some(date),
            Day::LastWorkday { before } => before_last(*before).and_then(nearest) == Some(date),
            Day::NearestWorkday(day) => date.with_day(*day).and_then(nearest) == Some(date),
            Day::LastOf(named) => weekday(date) == *named && last.day() - date.day() < 7,
            Day::Nth(named, nth) => weekday(date) == *named && date.day().div_ceil(7) == *nth,
        };
        is_named_day
            && (self.months.is_empty() || self.months.contains(&date.month()))
            && (self.years.is_empty() || self.years.contains(&date.year()))
            && (1970..=2199).contains(&date.year())
    }

    /// The times of a day that are named, in any order.
    pub(crate) fn times(&self) -> Vec<NaiveTime> {
        let mut times = Vec::new();
        for &hour in &self.hours {
            for &minute in &self.minutes {
                for &second in &self.seconds {
                    times
                        .push(NaiveTime::from_hms_opt(hour, minute, second).expect("it is a time"));
                }
            }
        }
        times
    }

    /// The fields with `*` for `?`, for crates that do not know it.
    pub(crate) fn without_question_marks(&self) -> String {
        self.to_string().replace('?', "*")
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: &[u32]| match values {
            [] => "*".to_owned(),
            values => values
                .iter()
                .map(u32::to_string)
                .collect::<Vec<_>>()
                .join(","),
        };
        let (dates, weekdays) = match &self.day {
            Day::Every => ("*".to_owned(), "?".to_owned()),
            Day::Dates(dates) => (list(dates), "?".to_owned()),
            Day::Weekdays(weekdays) => ("?".to_owned(), list(weekdays)),
            Day::Last { before: 0 } => ("L".to_owned(), "?".to_owned()),
            Day::Last { before } => (format!("L-{before}"), "?".to_owned()),
            Day::LastWorkday { before: 0 } => ("LW".to_owned(), "?".to_owned()),
            Day::LastWorkday { before } => (format!("L-{before}W"), "?".to_owned()),
            Day::NearestWorkday(day) => (format!("{day}W"), "?".to_owned()),
            Day::LastOf(weekday) => ("?".to_owned(), format!("{weekday}L")),
            Day::Nth(weekday, nth) => ("?".to_owned(), format!("{weekday}#{nth}")),
        };
        let years = self
            .years
            .iter()
            .map(|year| year.unsigned_abs())
            .collect::<Vec<_>>();
        let (seconds, minutes, hours) =
            (list(&self.seconds), list(&self.minutes), list(&self.hours));
        let (months, years) = (list(&self.months), list(&years));
        write!(
            f,
            "{seconds} {minutes} {hours} {dates} {months} {weekdays} {years}"
        )
    }
}
