//! What is said of a text that is no schedule.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tagout_schedule::{
    Cron, Dialect, Field, ParseScheduleError, ParseScheduleErrorKind as Kind, Schedule,
};

fn error(text: &str) -> ParseScheduleError {
    text.parse::<Schedule>()
        .expect_err("the text is no schedule")
}

/// The file holds one report after the other, each beginning with the text that it is about.
#[test]
fn reports_read_as_written_down() {
    let reports = include_str!("../data/reports.txt").trim_end_matches('\n');
    let mut kinds = BTreeSet::new();
    for report in reports.split("\n\n") {
        let text = report.lines().next().expect("a report has lines");
        let error = error(text);
        assert_eq!(error.render(), report);
        let kind = format!("{:?}", error.kind());
        kinds.insert(kind.split(' ').next().unwrap_or_default().to_owned());
    }
    // All kinds but those of texts that do not fit into a line of the file.
    let absent = ["Empty", "TooLong"];
    let expected: BTreeSet<String> = [
        "AtShape",
        "BackwardRange",
        "BeforeFirst",
        "BothDays",
        "FieldCount",
        "MissingValue",
        "Misplaced",
        "MixedRange",
        "NoCount",
        "NoDay",
        "NoSuchTime",
        "NotANumber",
        "NotAlone",
        "OutOfRange",
        "RatePlural",
        "RateSpacing",
        "RateTooLong",
        "StepAfterName",
        "StepOutOfRange",
        "TextAfter",
        "Unclosed",
        "UnexpectedCharacter",
        "UnknownForm",
        "UnknownName",
        "UnknownUnit",
        "UpperCase",
        "ZeroRate",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(kinds, expected, "and {absent:?}");
}

#[test]
fn an_empty_text_is_said_to_be_empty() {
    let message = "the schedule is empty, expected `cron(...)`, `rate(...)` or `at(...)`";
    assert_eq!(error("").render(), format!("\n^\n{message}"));
    assert_eq!(error(" \t ").render(), format!("   \n^^^\n{message}"));
    assert_eq!((error("").kind(), error("").span()), (Kind::Empty, 0..0));
}

#[test]
fn an_error_tells_its_parts() {
    #[track_caller]
    fn check(text: &str, kind: Kind, field: Option<Field>, value: &str, expected: &str) {
        let error = error(text);
        assert_eq!(
            (error.kind(), error.field(), error.value()),
            (kind, field, value)
        );
        assert_eq!(&text[error.span()], value);
        assert_eq!(error.expected(), expected);
        assert_eq!(error.dialect(), Dialect::Documented);
    }
    check(
        "cron(0 6 ? * MON,FUN *)",
        Kind::UnknownName,
        Some(Field::DayOfWeek),
        "FUN",
        "`SUN` to `SAT`",
    );
    check(
        "cron(1 0/77 6 * * ? *)",
        Kind::StepOutOfRange { max: 59 },
        Some(Field::Minutes),
        "77",
        "a number from 1 to 59",
    );
    check(
        "cron(1- 0 6 * * ? *)",
        Kind::MissingValue { min: 0, max: 59 },
        Some(Field::Seconds),
        "",
        "a number from 0 to 59",
    );
    check(
        "cron(0 6 * JUN- ? *)",
        Kind::MissingValue { min: 1, max: 12 },
        Some(Field::Month),
        "",
        "a number from 1 to 12 or `JAN` to `DEC`",
    );
    check(
        "rate(1 days)",
        Kind::RatePlural { plural: false },
        None,
        "days",
        "`day`",
    );
}

#[test]
fn bare_fields_are_reported_without_a_word_around_them() {
    let error = "0 6 * * * *".parse::<Cron>().unwrap_err();
    assert_eq!(
        error.render(),
        "0 6 * * * *\n    ^^^^^\n`* * *` at column 5 sets both day-of-month and day-of-week, \
         expected `?` in one of them\nhint: write `?` in day-of-week"
    );
    let error = "0 6 *".parse::<Cron>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 fields are too few, expected 6, or 7 with seconds first"
    );
}

#[test]
fn carets_stand_below_the_fault_whatever_the_characters() {
    // A digit of twice the width, an invisible blank, a tab, an accent of its own, an emoji of four bytes, a new line.
    #[track_caller]
    fn check(text: &str, lines: [&str; 2], span: std::ops::Range<usize>, column: usize) {
        let error = error(text);
        assert_eq!(error.render().lines().take(2).collect::<Vec<_>>(), lines);
        assert_eq!(error.span(), span);
        assert!(
            error.to_string().contains(&format!("at column {column} ")),
            "{error}"
        );
    }
    check(
        "cron(0 \u{ff16} * * ? *)",
        [r"cron(0 \u{ff16} * * ? *)", "       ^^^^^^^^"],
        7..10,
        8,
    );
    check(
        "cron(\u{ff10} 66 * * ? *)",
        [r"cron(\u{ff10} 66 * * ? *)", "     ^^^^^^^^"],
        5..8,
        6,
    );
    check(
        "cron(0 6\u{a0}* * * ? *)",
        [r"cron(0 6\u{a0}* * * ? *)", "        ^^^^^^"],
        8..10,
        9,
    );
    check(
        "cron(\t0\t66 * * ? *)",
        ["cron( 0 66 * * ? *)", "        ^^"],
        8..10,
        9,
    );
    check(
        "cron(0 6e\u{301} * * ? *)",
        [r"cron(0 6e\u{301} * * ? *)", "        ^"],
        8..9,
        9,
    );
    check("at(\u{1f600})", [r"at(\u{1f600})", "   ^^^^^^^^^"], 3..7, 4);
    check(
        "cron(0\n6 * * ? *) ",
        [r"cron(0\n6 * * ? *) ", "                  ^"],
        17..18,
        18,
    );
    assert_eq!(error("at(\u{1f600}\u{7})").value(), "\u{1f600}\u{7}");
    assert!(
        error("at(\u{1f600}\u{7})")
            .to_string()
            .starts_with("`\u{1f600}\\u{7}` at column 4")
    );
}

#[test]
fn of_a_long_text_the_part_around_the_fault_is_shown() {
    let long = format!("cron({}99 6 * * ? *)", "5,".repeat(300));
    let shown = error(&long).render();
    let expected = format!(
        "...{}99 6 * * ? *)\n{}^^\nminute `99` at column 606 is out of range, expected 0 to 59",
        "5,".repeat(20),
        " ".repeat(43)
    );
    assert_eq!(shown, expected);
    let long = format!("cron(99 6 {}*)", "5,".repeat(300));
    let expected = format!(
        "cron(99 6 {}...\n     ^^\nminute `99` at column 6 is out of range, expected 0 to 59",
        "5,".repeat(45)
    );
    assert_eq!(error(&long.replace("*)", "* * ? *)")).render(), expected);
    // A fault that is itself too long to be shown.
    let long = format!("at({})", "x".repeat(1000));
    let expected = format!(
        "at({0}...\n   {1}\n`{2}...` at column 4 is not written as a time, \
         expected `yyyy-MM-ddTHH:mm:ss` or `yyyy-MM-ddTHH:mm`",
        "x".repeat(97),
        "^".repeat(97),
        "x".repeat(64)
    );
    assert_eq!(error(&long).render(), expected);
    // One that is just short enough to be named whole.
    let long = format!("at({})", "x".repeat(64));
    assert!(error(&long).to_string().contains("xx` at column 4"));
}

#[test]
fn a_text_of_any_length_is_refused_without_being_kept() {
    for unit in [
        "*,",
        "5",
        " ",
        "cron(",
        "L-",
        "\u{1f600}",
        "MON#",
        "?",
        "1-",
        "0/",
    ] {
        for (before, after) in [
            ("", ""),
            ("cron(", " * * * ? *)"),
            ("rate(", " days)"),
            ("at(", ")"),
            ("cron(* * ", ")"),
        ] {
            let text = format!("{before}{}{after}", unit.repeat(2_000_000 / unit.len()));
            for dialect in Dialect::ALL {
                let mut error = None;
                let kept = allocation_counter::measure(|| {
                    error = Schedule::parse(&text, dialect).err();
                });
                let error = error.expect("the text is too long");
                assert!(matches!(error.kind(), Kind::TooLong { .. }), "{error}");
                assert!(kept.bytes_total < 8_000, "{kept:?}"); // of two million
                assert!(error.render().len() < 2000, "{}", error.render().len());
                assert!(Cron::parse_fields_in(&text, dialect).is_err());
            }
        }
    }
    let error = Schedule::parse(&"*".repeat(5000), Dialect::Documented).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the schedule is too long, expected at most 4096 bytes"
    );
    let error = Schedule::parse(&"*".repeat(257), Dialect::Service).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the schedule is too long, expected at most 256 characters"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4 * ProptestConfig::default().cases))]

    #[test]
    fn every_caret_stands_below_the_shown_line(text in "\\PC{0,150}", form in prop::sample::select(vec!["", "cron(", "rate(", "at("])) {
        let Err(error) = format!("{form}{text})").parse::<Schedule>() else { return Ok(()) };
        let report = error.render();
        let lines: Vec<&str> = report.lines().collect();
        prop_assert!(lines[0].bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
        let carets = lines[1].trim_start();
        prop_assert!(!carets.is_empty() && carets.bytes().all(|byte| byte == b'^'));
        // One caret may stand behind the end, where something is missing.
        prop_assert!(lines[1].len() <= lines[0].len() + 1);
        prop_assert_eq!(lines[2], error.to_string());
    }
}
