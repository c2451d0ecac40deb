//! The parser against a slow reading of the same language, written separately and by definition.

mod reference;

use proptest::prelude::*;

use super::*;
use crate::schedule::cron::{ALL_DAYS, ALL_WEEKDAYS, Cron, Days};
use reference::{DayReading, Reading};

/// The reading of a parsed schedule, value by value.
fn reading(cron: &Cron) -> Reading {
    let bits = |word: u64, base: u32| {
        (0..64)
            .filter(move |bit| word >> bit & 1 == 1)
            .map(move |bit| base + bit)
    };
    let days = match cron.days {
        Days::OfMonth(days) => DayReading::OfMonth(bits(days.into(), 0).collect()),
        Days::Last { before } => DayReading::Last(before.into()),
        Days::LastWeekday { before } => DayReading::LastWeekday(before.into()),
        Days::NearestWeekday(day) => DayReading::Nearest(day.into()),
        Days::OfWeek(weekdays) => DayReading::OfWeek(bits(weekdays.into(), 0).collect()),
        Days::LastOfWeek(weekday) => DayReading::LastOfWeek(weekday.into()),
        Days::NthOfWeek { weekday, nth } => DayReading::Nth(weekday.into(), nth.into()),
    };
    Reading {
        seconds: bits(cron.seconds, 0).collect(),
        minutes: bits(cron.minutes, 0).collect(),
        hours: bits(cron.hours.into(), 0).collect(),
        days,
        months: bits(cron.months.into(), 0).collect(),
        years: (0..4)
            .flat_map(|word| bits(cron.years[word as usize], 1970 + 64 * word))
            .collect(),
    }
}

#[track_caller]
fn agree(fields: &str) -> Result<(), TestCaseError> {
    let found = Cron::parse_fields(fields);
    let expected = reference::read(fields);
    prop_assert_eq!(
        found.as_ref().map(reading).ok(),
        expected,
        "{:?}: {:?}",
        fields,
        found.map_err(|e| e.to_string())
    );
    Ok(())
}

/// A number that is in bounds most of the time, near them now and then, and far outside seldom.
fn number(min: u32, max: u32) -> impl Strategy<Value = String> {
    let value = prop_oneof![
        12 => min..=max,
        2 => prop::sample::select(vec![min, max]),
        1 => prop::sample::select(vec![min.saturating_sub(1), max + 1, 0, 98, 99, u32::MAX]),
    ];
    (value, prop_oneof![8 => Just(0), 1 => 1_usize..3])
        .prop_map(|(value, zeros)| format!("{}{value}", "0".repeat(zeros)))
}

fn names(field: Field) -> BoxedStrategy<String> {
    let mut names: Vec<String> = field.rule().names.iter().map(ToString::to_string).collect();
    names.extend(field.rule().names.iter().map(|name| name.to_lowercase()));
    names.extend([
        "MONDAY".to_owned(),
        "XYZ".to_owned(),
        "MO".to_owned(),
        "jaN".to_owned(),
        "sUN".to_owned(),
    ]);
    prop::sample::select(names).boxed()
}

fn item(field: Field) -> BoxedStrategy<String> {
    let (min, max) = field.bounds();
    let one = || number(min, max);
    let step = || number(1, field.rule().step_max.min(70));
    let plain = prop_oneof![
        6 => one(),
        2 => Just("*".to_owned()),
        2 => (one(), one()).prop_map(|(a, b)| format!("{a}-{b}")),
        1 => (one(), step()).prop_map(|(a, n)| format!("{a}/{n}")),
        1 => step().prop_map(|n| format!("*/{n}")),
        1 => step().prop_map(|n| format!("/{n}")),
        2 => (one(), one(), step()).prop_map(|(a, b, n)| format!("{a}-{b}/{n}")),
    ];
    if field.rule().names.is_empty() {
        return plain.boxed();
    }
    prop_oneof![
        3 => plain,
        2 => names(field),
        1 => (names(field), names(field)).prop_map(|(a, b)| format!("{a}-{b}")),
    ]
    .boxed()
}

fn list(field: Field) -> BoxedStrategy<String> {
    let list = prop::collection::vec(item(field), 1..4).prop_map(|items| items.join(","));
    prop_oneof![2 => Just("*".to_owned()), 3 => item(field), 1 => list].boxed()
}

fn day_wildcard() -> BoxedStrategy<String> {
    prop_oneof![
        Just("L".to_owned()),
        Just("lw".to_owned()),
        number(0, 30).prop_map(|n| format!("L-{n}")),
        number(0, 30).prop_map(|n| format!("L-{n}W")),
        number(1, 31).prop_map(|n| format!("{n}W")),
    ]
    .boxed()
}

fn weekday_wildcard() -> BoxedStrategy<String> {
    let weekday = || prop_oneof![number(1, 7), names(Field::DayOfWeek)];
    prop_oneof![
        Just("L".to_owned()),
        weekday().prop_map(|day| format!("{day}L")),
        (weekday(), number(1, 5)).prop_map(|(day, nth)| format!("{day}#{nth}")),
    ]
    .boxed()
}

prop_compose! {
    /// Fields that are right most of the time.
    pub(crate) fn fields()(
        seconds in prop::option::weighted(0.4, list(Field::Seconds)),
        minutes in list(Field::Minutes),
        hours in list(Field::Hours),
        days in prop_oneof![
            3 => list(Field::DayOfMonth).prop_map(|day| (day, "?".to_owned())),
            3 => list(Field::DayOfWeek).prop_map(|day| ("?".to_owned(), day)),
            2 => day_wildcard().prop_map(|day| (day, "?".to_owned())),
            2 => weekday_wildcard().prop_map(|day| ("?".to_owned(), day)),
            1 => (item(Field::DayOfMonth), item(Field::DayOfWeek)),
        ],
        months in list(Field::Month),
        years in list(Field::Year),
    ) -> String {
        let seconds = seconds.map(|seconds| seconds + " ").unwrap_or_default();
        format!("{seconds}{minutes} {hours} {} {months} {} {years}", days.0, days.1)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12 * ProptestConfig::default().cases))]

    #[test]
    fn reads_fields_as_the_slow_reading_does(fields in fields()) {
        agree(&fields)?;
    }

    #[test]
    fn reads_damaged_fields_as_the_slow_reading_does(
        fields in fields(),
        place in any::<prop::sample::Index>(),
        patch in "[-,*/?LW#0-9a-z \t\u{ff15}]{0,2}",
        cut in 0_usize..3,
    ) {
        let mut chars: Vec<char> = fields.chars().collect();
        let from = place.index(chars.len());
        let to = (from + cut).min(chars.len());
        chars.splice(from..to, patch.chars());
        agree(&chars.into_iter().collect::<String>())?;
    }

    #[test]
    fn reads_any_text_as_the_slow_reading_does(text in "[-,*/?LWlw#0-9JANMOFRI \t]{0,40}") {
        agree(&text)?;
    }

    #[test]
    fn printing_and_reading_gives_the_same_schedule(fields in fields()) {
        let Ok(cron) = Cron::parse_fields(&fields) else { return Ok(()) };
        prop_assert_eq!(Cron::parse_fields(&cron.to_string()), Ok(cron), "{}", cron);
        let whole = Schedule::Cron(cron);
        for dialect in Dialect::ALL {
            match Schedule::parse(&whole.to_string(), dialect) {
                Ok(again) => prop_assert_eq!(again, whole),
                // The service takes no text as long as the canonical one of a very irregular schedule.
                Err(error) => prop_assert_eq!(error.kind(), Kind::TooLong { max: 256 }),
            }
        }
    }

    #[test]
    fn no_text_panics_and_every_error_can_be_shown(text in any::<String>(), form in "(cron|rate|at|CRON|)\\(?") {
        for text in [text.clone(), format!("{form}{text}"), format!("{form}{text})")] {
            for dialect in Dialect::ALL {
                if let Err(error) = Schedule::parse(&text, dialect) {
                    prop_assert!(text.get(error.span()).is_some(), "{:?}", error);
                    prop_assert!(text[error.span()].starts_with(error.value()));
                    prop_assert!(!error.to_string().is_empty() && error.render().lines().count() >= 3);
                }
                let _ = Cron::parse_fields_in(&text, dialect);
            }
        }
    }
}

#[test]
fn every_day_has_one_form() {
    for fields in [
        "0 0 * * ? *",
        "0 0 ? * * *",
        "0 0 1-31 * ? *",
        "0 0 ? * SUN-SAT *",
        "0 0 ? * 5-4 *",
        "0 0 */1 * ? *",
    ] {
        let cron = Cron::parse_fields(fields).unwrap();
        assert_eq!(cron.days, Days::OfMonth(ALL_DAYS), "{fields}");
        assert_eq!(cron.to_string(), "0 0 * * ? *", "{fields}");
    }
    assert_eq!(Days::of_week(ALL_WEEKDAYS), Days::OfMonth(ALL_DAYS));
}
