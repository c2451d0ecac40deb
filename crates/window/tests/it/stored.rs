//! What was stored by the first version is still read, and means the same.
//!
//! `TAGOUT_ACCEPT=1` writes the files anew; do that only for a version that was never released.

use serde_json::Value;
use tagout_window::{Ending, Execution, Status, Window};

use crate::support::{Counter, TaskSpec, at, fleet_of, update, window_with};

/// Checks that the file of that name holds what `value` is stored as, and that it is read as `value`.
#[track_caller]
fn check<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    name: &str,
    value: &T,
) {
    let path = format!("{}/tests/stored/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("TAGOUT_ACCEPT").is_some() {
        let mut text = serde_json::to_string_pretty(value).unwrap();
        text.push('\n');
        std::fs::write(&path, text).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let stored: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        serde_json::to_value(value).unwrap(),
        stored,
        "{name} is written otherwise"
    );
    assert_eq!(
        &serde_json::from_str::<T>(&text).unwrap(),
        value,
        "{name} is read otherwise"
    );
}

fn specs() -> [TaskSpec; 2] {
    let automation = TaskSpec {
        task_type: "AUTOMATION",
        priority: 3,
        alarm: Some(true),
        ..TaskSpec::default()
    };
    [
        TaskSpec {
            targets: vec![2, 1],
            max_concurrency: "50%".into(),
            ..TaskSpec::default()
        },
        automation,
    ]
}

fn window() -> Window {
    let mut window = window_with(&specs());
    let changes = serde_json::json!({
        "Description": "note", "StartDate": "2026-03-01T00:00+09:00", "EndDate": "2027-03-01T00:00:00Z",
        "Schedule": "cron(30 23 ? * TUE#3 *)", "ScheduleTimezone": "Asia/Tokyo", "ScheduleOffset": 2, "Enabled": false,
    });
    update(&mut window, changes, "2026-03-01T13:00:00.250Z").unwrap();
    window
}

fn execution() -> Execution {
    let mut window = window_with(&specs());
    let due = window.take_due(at("2026-03-01T22:00:00Z")).unwrap();
    let mut ids = Counter::default();
    let mut execution = Execution::new(&window, due.opening, &mut ids);
    let decision = execution.begin(&fleet_of(&specs()), &mut ids, at("2026-03-01T22:00:00Z"));
    execution
        .handle_ended(
            &decision.begin[0],
            Ending::Failed.into(),
            at("2026-03-01T22:05:00Z"),
        )
        .unwrap();
    execution
}

#[test]
fn windows_are_stored_as_ever() {
    check("window-1", &window());
}

#[test]
fn executions_are_stored_as_ever() {
    let execution = execution();
    assert_eq!(execution.tasks()[0].status(), Status::Failed);
    check("execution-1", &execution);
    check("ticket-1", &execution.in_flight().collect::<Vec<_>>());
}
