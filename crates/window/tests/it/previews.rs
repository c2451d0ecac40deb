//! Previews: what would run when, and what would be cut off.

use chrono::TimeDelta;
use tagout_window::{Preview, Status, Window};

use crate::support::{TaskSpec, at, fleet_of, window_with};

/// Checks a preview line by line: which server, from which minute to which, and how it ends.
#[track_caller]
fn check(tasks: &[TaskSpec], minutes: i64, expected: &[&str]) {
    let window = window_with(tasks);
    let before = window.clone();
    let preview = preview_of(&window, tasks, minutes);
    let minute = |instant: chrono::DateTime<chrono::Utc>| {
        (instant - at("2026-03-01T22:00:00Z")).num_minutes()
    };
    let lines: Vec<String> = (preview.steps().iter())
        .map(|step| {
            let server = preview
                .work(step)
                .resource
                .map_or("-", |resource| &resource.id);
            let began = step
                .began_at
                .map_or("never".to_owned(), |at| minute(at).to_string());
            format!("{server} {began} {} {}", minute(step.ended_at), step.status)
        })
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(window, before);
}

fn preview_of(window: &Window, tasks: &[TaskSpec], minutes: i64) -> Preview {
    let opening = window
        .openings_after(at("2026-03-01T12:00:00Z"))
        .next()
        .unwrap();
    Preview::of(window, opening, &fleet_of(tasks), |_| {
        TimeDelta::minutes(minutes)
    })
}

#[test]
fn steps_come_in_the_order_in_which_they_would_begin() {
    let first = TaskSpec {
        targets: vec![3],
        max_concurrency: "2".into(),
        ..TaskSpec::default()
    };
    let second = TaskSpec {
        priority: 1,
        task_type: "LAMBDA",
        targets: vec![],
        ..TaskSpec::default()
    };
    check(
        &[second, first],
        10,
        &[
            "i-1-0-0 0 10 SUCCESS",
            "i-1-0-1 0 10 SUCCESS",
            "i-1-0-2 10 20 SUCCESS",
            "- 20 30 SUCCESS",
        ],
    );
}

#[test]
fn what_would_be_cut_off_is_said() {
    let task = |behavior, priority| TaskSpec {
        priority,
        targets: vec![4],
        cutoff_behavior: Some(behavior),
        ..TaskSpec::default()
    };
    check(
        &[task("CANCEL_TASK", 0), task("CONTINUE_TASK", 1)],
        55,
        &[
            "i-0-0-0 0 55 SUCCESS",
            "i-0-0-1 55 110 SUCCESS",
            "i-0-0-2 110 120 CANCELLED",
            "i-0-0-3 never 120 TIMED_OUT",
            "i-1-0-0 never 120 TIMED_OUT",
            "i-1-0-1 never 120 TIMED_OUT",
            "i-1-0-2 never 120 TIMED_OUT",
            "i-1-0-3 never 120 TIMED_OUT",
        ],
    );
    check(
        &[task("CONTINUE_TASK", 0)],
        70,
        &[
            "i-0-0-0 0 70 SUCCESS",
            "i-0-0-1 70 140 SUCCESS",
            "i-0-0-2 140 210 SUCCESS",
            "i-0-0-3 never 210 TIMED_OUT",
        ],
    );
}

#[test]
fn a_preview_that_would_never_end_does() {
    let tasks = [TaskSpec {
        targets: vec![2],
        ..TaskSpec::default()
    }];
    let window = window_with(&tasks);
    let opening = window
        .openings_after(at("2026-03-01T12:00:00Z"))
        .next()
        .unwrap();
    let preview = Preview::of(&window, opening, &fleet_of(&tasks), |_| TimeDelta::MAX);
    assert_eq!(preview.execution().status(), Status::TimedOut);
    let preview = Preview::of(&window, opening, &fleet_of(&tasks), |_| TimeDelta::MIN);
    assert_eq!(preview.execution().ended_at(), Some(opening.opens_at));
    assert_eq!(preview.cut_off().count(), 0);
}
