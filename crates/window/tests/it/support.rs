//! What the tests of several themes start from.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tagout_window::request::Request;
use tagout_window::{Rules, TargetId, TaskId, Violations, Window, WindowError, WindowId};

/// An instant from its text.
#[track_caller]
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The command that a request stands for; members as the interface names them.
#[track_caller]
pub(crate) fn command<R: Request + serde::de::DeserializeOwned>(request: Value) -> R::Command {
    parse::<R>(request).unwrap_or_else(|violations| panic!("{violations}"))
}

pub(crate) fn parse<R: Request + serde::de::DeserializeOwned>(
    request: Value,
) -> Result<R::Command, Violations> {
    serde_json::from_value::<R>(request).unwrap().parse()
}

/// A request for a window that opens every day at 22:00 UTC for three hours, with `changes` on top; a null takes a
/// member away.
pub(crate) fn window_request(changes: Value) -> Value {
    with(
        json!({
            "Name": "nightly",
            "Schedule": "cron(0 22 * * ? *)",
            "Duration": 3,
            "Cutoff": 1,
            "AllowUnassociatedTargets": true,
        }),
        changes,
    )
}

/// The same object with some members set and, where null, taken away.
pub(crate) fn with(mut object: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("not an object: {changes}")
    };
    for (name, value) in changes {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(&name);
        } else {
            object[name] = value;
        }
    }
    object
}

pub(crate) fn create(changes: Value, now: &str, rules: &Rules) -> Result<Window, WindowError> {
    let command =
        parse::<tagout_window::request::CreateMaintenanceWindow>(window_request(changes))?;
    Window::create(command, window_id(), at(now), rules)
}

#[track_caller]
pub(crate) fn window(changes: Value, now: &str) -> Window {
    create(changes, now, &Rules::default()).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn update(window: &mut Window, changes: Value, now: &str) -> Result<(), WindowError> {
    let request = with(json!({ "WindowId": window.id() }), changes);
    let command = parse::<tagout_window::request::UpdateMaintenanceWindow>(request)?;
    window.update(command, at(now), &Rules::default())
}

pub(crate) fn window_id() -> WindowId {
    WindowId::from_bits(0x1_2345_6789_abcd_ef00)
}

pub(crate) fn target_id(n: u128) -> TargetId {
    TargetId::from_bits(n)
}

pub(crate) fn task_id(n: u128) -> TaskId {
    TaskId::from_bits(n)
}
