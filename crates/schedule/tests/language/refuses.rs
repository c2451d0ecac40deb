//! What is no schedule.

use serde_json::Value;
use tagout_schedule::{Cron, Dialect};

/// The expressions of a file with one JSON object a line.
fn expressions(file: &str) -> Vec<String> {
    let lines = file
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    lines
        .map(|row| {
            row["expr"]
                .as_str()
                .expect("a row has an expression")
                .to_owned()
        })
        .collect()
}

#[test]
fn refuses_all_that_quartz_and_a_second_reading_refuse() {
    let expressions = expressions(include_str!("../data/cron-invalid.jsonl"));
    assert_eq!(expressions.len(), 301);
    for fields in expressions {
        for dialect in Dialect::ALL {
            assert!(
                Cron::parse_fields_in(&fields, dialect).is_err(),
                "{fields:?} in {dialect:?}"
            );
        }
    }
}

#[test]
fn refuses_what_quartz_takes_by_accident() {
    // 2150 is in the documented years, where Quartz gives up a hundred years from today; and `/5` is what Quartz takes
    // on purpose, with one reading only. `MONDAY` stays refused: whoever takes it has to take `MONTH` or list long names.
    const TAKEN: [&str; 2] = ["0 0 6 15 6 ? 2150", "0 /5 6 15 6 ? 2030"];
    // Two rows differ from a valid expression in a tail only, which the service ignores.
    const TAKEN_BY_SERVICE: [&str; 2] = ["0 0 6 15 6 ? 2030 extra", "0 0 6 15 6 ? 2030 * * *"];
    let expressions = expressions(include_str!("../data/cron-quartz-lenient.jsonl"));
    assert_eq!(expressions.len(), 74);
    for fields in expressions {
        let is_taken = TAKEN.contains(&&*fields);
        assert_eq!(Cron::parse_fields(&fields).is_ok(), is_taken, "{fields:?}");
        let is_taken = is_taken || TAKEN_BY_SERVICE.contains(&&*fields);
        assert_eq!(
            Cron::parse_fields_in(&fields, Dialect::Service).is_ok(),
            is_taken,
            "{fields:?} by the service"
        );
    }
}
