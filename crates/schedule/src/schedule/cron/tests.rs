use super::*;
use crate::schedule::calendar::YEAR_MAX;
use chrono::{Datelike, Days as AddDays, NaiveDate};

fn cron(fields: &str) -> Cron {
    Cron::parse_fields(fields).unwrap()
}

/// Whether a date matches, said date by date as the user guide does.
fn matches(days: Days, date: NaiveDate) -> bool {
    let weekday = |date: NaiveDate| date.weekday().number_from_sunday() as u8;
    let is_workday = |date: NaiveDate| (2..=6).contains(&weekday(date));
    let last = (0..31)
        .map(|n| date + AddDays::new(n))
        .take_while(|next| next.month() == date.month())
        .last()
        .unwrap();
    // The workday of the month that is fewest days from `day`.
    let nearest = |day: NaiveDate| {
        let dates = (1..=last.day())
            .map(|n| date.with_day(n).unwrap())
            .filter(|date| is_workday(*date));
        dates
            .min_by_key(|near| (*near - day).num_days().abs())
            .unwrap()
    };
    let before_last = |before: u8| {
        last.day()
            .checked_sub(before.into())
            .and_then(|day| date.with_day(day))
    };
    match days {
        Days::OfMonth(bits) => bits >> date.day() & 1 == 1,
        Days::Last { before } => before_last(before) == Some(date),
        Days::LastWeekday { before } => before_last(before).map(nearest) == Some(date),
        Days::NearestWeekday(day) => date.with_day(day.into()).map(nearest) == Some(date),
        Days::OfWeek(bits) => bits >> weekday(date) & 1 == 1,
        Days::LastOfWeek(day) => weekday(date) == day && (last - date).num_days() < 7,
        Days::NthOfWeek { weekday: day, nth } => {
            weekday(date) == day && (date.day() - 1) / 7 + 1 == u32::from(nth)
        }
    }
}

/// One of each form of day fields, with every argument that the form takes.
fn every_day_form() -> impl Iterator<Item = Days> {
    let of_month = (1..=31)
        .map(|day| Days::OfMonth(1 << day))
        .chain([Days::OfMonth(ALL_DAYS), Days::OfMonth(0x9000_0002)]);
    let last = (0..=30).flat_map(|before| [Days::Last { before }, Days::LastWeekday { before }]);
    let nearest = (1..=31).map(Days::NearestWeekday);
    let of_week = (2..ALL_WEEKDAYS).step_by(2).map(Days::OfWeek);
    let counted = (1..=7).flat_map(|weekday| {
        (1..=5)
            .map(move |nth| Days::NthOfWeek { weekday, nth })
            .chain([Days::LastOfWeek(weekday)])
    });
    of_month
        .chain(last)
        .chain(nearest)
        .chain(of_week)
        .chain(counted)
}

#[test]
fn each_form_names_the_days_that_it_says() {
    // 28 years hold every way that a month can lie; 2096 to 2104 the leap day that is left out.
    for year in (2000..2028).chain(2096..2105) {
        for month in 1..=12 {
            let lies = Month::of(year, month).unwrap();
            for days in every_day_form() {
                let expected = (1..=31)
                    .filter(|day| {
                        NaiveDate::from_ymd_opt(year, month, *day)
                            .is_some_and(|date| matches(days, date))
                    })
                    .fold(0_u32, |mask, day| mask | 1 << day);
                assert_eq!(days.mask(lies), expected, "{days:?} in {year}-{month}");
            }
        }
    }
}

#[test]
fn days_are_of_named_years_and_months_only() {
    let cron = cron("0 0 L 2 ? 2023-2024");
    assert_eq!(cron.days_in(2024, 2), 1 << 29);
    assert_eq!(cron.days_in(2023, 2), 1 << 28);
    for (year, month) in [
        (2022, 2),
        (2025, 2),
        (2024, 1),
        (2024, 3),
        (2024, 0),
        (2024, 13),
        (2024, 33),
        (1969, 2),
        (-1, 2),
    ] {
        assert_eq!(cron.days_in(year, month), 0, "{year}-{month}");
    }
}

#[test]
fn live_years_are_those_with_a_day() {
    for fields in [
        "0 0 * * ? *",
        "0 0 30 2 ? *",
        "0 0 29 2 ? *",
        "0 0 ? 2 SUN#5 *",
        "0 0 ? 2 3#5 2001-2100/3",
        "0 0 29W 2 ? *",
        "0 0 L-28 2 ? *",
        "0 0 L-29 2 ? *",
        "0 0 31 4,6,9,11 ? *",
        "0 0 31W 4,5 ? 1999",
        "0 0 L-30W * ? 2150",
        "0 0 30,31 2 ? *",
    ] {
        let cron = cron(fields);
        let mut expected = [0; 4];
        for year in YEAR_MIN..=YEAR_MAX {
            let bit = (year - YEAR_MIN) as usize;
            if (1..=12).any(|month| cron.days_in(year, month) != 0) {
                expected[bit / 64] |= 1 << (bit % 64);
            }
        }
        assert_eq!(cron.live_years(), expected, "{fields}");
        assert_eq!(cron.never_fires(), expected == [0; 4], "{fields}");
    }
}

#[track_caller]
fn check_dates(fields: &str, expected: Option<(&str, &str)>) {
    let cron = cron(fields);
    let found = cron
        .first_date()
        .map(|date| date.to_string())
        .zip(cron.last_date().map(|date| date.to_string()));
    assert_eq!(
        found,
        expected.map(|(first, last)| (first.to_owned(), last.to_owned())),
        "{fields}"
    );
    assert_eq!(cron.never_fires(), expected.is_none(), "{fields}");
}

#[test]
fn first_and_last_dates_are_known() {
    check_dates("0 0 * * ? *", Some(("1970-01-01", "2199-12-31")));
    check_dates("0 0 29 2 ? *", Some(("1972-02-29", "2196-02-29")));
    check_dates("0 0 29 2 ? 2097-2103", None);
    check_dates("0 0 29 2 ? 2100-2104", Some(("2104-02-29", "2104-02-29")));
    check_dates("0 0 30 2 ? *", None);
    check_dates("0 0 31 4,6,9,11,2 ? *", None);
    check_dates("0 0 31W 2-4 ? *", Some(("1970-03-31", "2199-03-29")));
    check_dates("0 0 30W FEB ? *", None);
    check_dates("0 0 L-29 2 ? *", None);
    check_dates("0 0 L-28 2 ? *", Some(("1972-02-01", "2196-02-01")));
    // 29 February on a Sunday, once in 28 years but for 2100.
    check_dates("0 0 ? 2 SUN#5 *", Some(("1976-02-29", "2184-02-29")));
    check_dates("0 0 ? 2 SUN#5 2005-2031", None);
    check_dates("0 0 ? 2 FRI#5 2199", None);
    check_dates("0 0 1 1 ? 2023", Some(("2023-01-01", "2023-01-01")));
}
