//! Any bytes are read as a schedule, in each dialect: no panic, and what is read prints as what it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagout_schedule::{Cron, Dialect, ParseScheduleErrorKind, Schedule};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    // The words around it would take long to be found.
    let forms = ["cron", "rate", "at"].map(|form| format!("{form}({text})"));
    for text in forms.iter().map(String::as_str).chain([&*text]) {
        for dialect in Dialect::ALL {
            match Schedule::parse(text, dialect) {
                Ok(schedule) => check(schedule),
                Err(error) => {
                    assert!(text[error.span()].starts_with(error.value()));
                    assert!(error.render().lines().count() >= 3);
                    assert_eq!(error.service_text().is_some(), dialect == Dialect::Service);
                }
            }
        }
    }
    if let Ok(cron) = Cron::parse_fields(&text) {
        check(cron.into());
    }
});

/// Whatever has been read is read again from its own text, in each dialect that takes texts of that length.
fn check(schedule: Schedule) {
    let text = schedule.to_string();
    for dialect in Dialect::ALL {
        match Schedule::parse(&text, dialect) {
            Ok(again) => assert_eq!(again, schedule, "{text}"),
            Err(error) => assert_eq!(error.kind(), ParseScheduleErrorKind::TooLong { max: 256 }, "{text}"),
        }
    }
    assert!(!schedule.explain().to_string().is_empty());
    if let Schedule::Cron(cron) = schedule {
        assert_eq!(cron.never_fires(), cron.first_date().is_none());
        assert!(cron.first_date() <= cron.last_date());
    }
}
