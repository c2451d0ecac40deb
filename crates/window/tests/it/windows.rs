//! Windows: what is refused and how, what an update changes, and when they open next.

use serde_json::{Value, json};
use tagout_schedule::{Dialect, Schedule};
use tagout_window::{ErrorKind, Rules, Window};

use crate::support::{at, create, update, window};

const NOW: &str = "2026-03-01T12:00:00Z";

fn service() -> Rules {
    Rules {
        dialect: Dialect::Service,
        ..Rules::default()
    }
}

/// Checks the whole message with which the service refuses to create such a window.
#[track_caller]
fn refuses(changes: Value, message: &str) {
    let error = create(changes, NOW, &service()).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind().code(), "ValidationException");
}

/// Checks when such a window, made at `now`, opens next.
#[track_caller]
fn opens_next(changes: Value, now: &str, expected: Option<&str>) {
    let window = window(changes, now);
    let next = window.next_execution_time().map(|next| next.to_string());
    assert_eq!(next.as_deref(), expected);
}

#[test]
fn refuses_in_the_words_of_the_service() {
    refuses(
        json!({ "ScheduleOffset": 2 }),
        "An offset can't be added to the specified schedule.",
    );
    refuses(
        json!({ "Schedule": "rate(1 day)", "ScheduleOffset": 2 }),
        "An offset can't be added to the specified schedule.",
    );
    refuses(
        json!({ "ScheduleTimezone": "etc/UTC" }),
        "etc/UTC is a malformed timezone. Please refer to the IANA time zone database for a valid timezones.",
    );
    refuses(
        json!({ "StartDate": "2026-04-01T00:00:00" }),
        "DateTime 2026-04-01T00:00:00 is malformed, format either must contain an offset - e.g. \
         '2018-01-01T00:00:00-02:00' or '2018-01-01T00:00:00Z'",
    );
    refuses(
        json!({ "StartDate": "2026-04-01T00:00:00Z", "EndDate": "2026-04-01T02:00:00+02:00" }),
        "Window start date must be before window end date",
    );
    refuses(
        json!({ "Duration": 1, "Cutoff": 2 }),
        "Cutoff was 2 but must be smaller than 0 (Duration  - 1 )",
    );
    refuses(
        json!({ "Duration": 3, "Cutoff": 3 }),
        "Cutoff was 3 but must be smaller than 2 (Duration  - 1 )",
    );
}

#[test]
fn refuses_a_schedule_in_the_words_of_the_service() {
    let syntax = "Schedule expressions must have the following syntax: rate(<number>\\s?(minutes?|hours?|days?)), \
                  cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).";
    for schedule in [
        "banana",
        "rate(2 weeks)",
        "rate(1.5 hours)",
        "rate(-1 days)",
        "0 22 * * ? *",
    ] {
        refuses(json!({ "Schedule": schedule }), syntax);
    }
    refuses(
        json!({ "Schedule": "rate(0 days)" }),
        "Invalid schedule frequency",
    );
    for schedule in ["at(2026-07-07)", "at(2026-07-07T15:55:00Z)", "at(soon)"] {
        refuses(
            json!({ "Schedule": schedule }),
            "Invalid schedule at DateTime expression",
        );
    }
    refuses(
        json!({ "Schedule": "cron(0 2 1 * MON *)" }),
        "Invalid CRON expression: error at position 0, details: \
         Specifying both a day-of-week AND a day-of-month parameter is not supported.",
    );
    // Whoever follows the documentation is told in the same words, where the service refuses too.
    let documented = Rules::default();
    let error = create(json!({ "Schedule": "banana" }), NOW, &documented).unwrap_err();
    assert_eq!(error.to_string(), syntax);
    let error = create(json!({ "Schedule": "rate(1 hours)" }), NOW, &documented).unwrap_err();
    let own_words = "rate(1 hours)".parse::<Schedule>().unwrap_err().to_string();
    assert_eq!(error.to_string(), own_words);
}

#[test]
fn a_schedule_is_as_long_as_the_interface_lets_it_be() {
    let long = format!("cron(0 2 ? * MON {})", "*".repeat(300));
    let error = create(json!({ "Schedule": long }), NOW, &service()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "1 validation error detected: Value '{long}' at 'schedule' failed to satisfy constraint: \
             Member must have length less than or equal to 256",
        ),
    );
}

#[test]
fn refuses_everything_at_once() {
    refuses(
        json!({ "ScheduleTimezone": "Mars", "Duration": 1, "Cutoff": 1 }),
        "Mars is a malformed timezone. Please refer to the IANA time zone database for a valid timezones. \
         Cutoff was 1 but must be smaller than 0 (Duration  - 1 )",
    );
}

#[test]
fn constraints_come_before_what_the_service_refuses() {
    let error = create(
        json!({ "Name": "a b", "Cutoff": 99, "Schedule": "nonsense" }),
        NOW,
        &service(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$; \
         Value '99' at 'cutoff' failed to satisfy constraint: Member must have value less than or equal to 23",
    );
}

#[test]
fn an_empty_date_is_too_short() {
    let error = create(json!({ "StartDate": "" }), NOW, &service()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 validation error detected: Value '' at 'startDate' failed to satisfy constraint: \
         Member must have length greater than or equal to 1",
    );
}

#[test]
fn a_sensitive_value_is_never_printed() {
    let secret = "s3cret".repeat(30);
    let error = create(json!({ "Description": secret }), NOW, &service()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 validation error detected: Value at 'description' failed to satisfy constraint: \
         Member must have length less than or equal to 128",
    );
    let window = window(json!({ "Description": "s3cret" }), NOW);
    assert!(!format!("{window:?}").contains("s3cret"));
}

#[test]
fn a_cutoff_of_the_duration_less_one_hour_is_taken() {
    for (duration, cutoff) in [(1, 0), (2, 1), (3, 2), (10, 8), (24, 23)] {
        window(json!({ "Duration": duration, "Cutoff": cutoff }), NOW);
    }
}

#[test]
fn dates_are_given_back_as_they_were_sent() {
    let window = window(
        json!({ "StartDate": "2026-04-01T00:00+02:00", "EndDate": "2026-05-01T00:00:00.50Z" }),
        NOW,
    );
    assert_eq!(window.start_date(), Some("2026-04-01T00:00+02:00"));
    assert_eq!(window.end_date(), Some("2026-05-01T00:00:00.50Z"));
    assert_eq!(window.schedule_timezone(), None);
}

#[test]
fn next_execution_time_is_printed_on_the_clock_of_the_zone() {
    opens_next(json!({}), NOW, Some("2026-03-01T22:00Z"));
    opens_next(
        json!({ "ScheduleTimezone": "Asia/Tokyo" }),
        NOW,
        Some("2026-03-01T22:00+09:00"),
    );
    opens_next(
        json!({ "ScheduleTimezone": "America/Chicago" }),
        "2026-03-08T12:00:00Z",
        Some("2026-03-08T22:00-05:00"),
    );
    opens_next(
        json!({ "Schedule": "rate(5 minutes)" }),
        "2019-05-11T16:41:16.991Z",
        Some("2019-05-11T16:46:16.991Z"),
    );
    opens_next(json!({ "Schedule": "at(2026-02-01T00:00:00)" }), NOW, None);
    opens_next(json!({ "EndDate": "2026-03-01T13:00:00Z" }), NOW, None);
    opens_next(
        json!({ "EndDate": "2026-03-01T22:00:00Z" }),
        NOW,
        Some("2026-03-01T22:00Z"),
    );
    opens_next(
        json!({ "StartDate": "2026-03-02T22:00:00Z" }),
        NOW,
        Some("2026-03-02T22:00Z"),
    );
}

#[test]
fn an_offset_whose_base_has_passed_at_creation_is_left_out() {
    let changes = json!({ "Schedule": "cron(30 23 ? * TUE#3 *)", "ScheduleOffset": 2 });
    opens_next(
        changes.clone(),
        "2024-01-17T00:00:00Z",
        Some("2024-02-22T23:30Z"),
    );
    opens_next(changes, "2024-01-16T23:29:00Z", Some("2024-01-18T23:30Z"));
}

#[test]
fn a_partial_update_is_judged_by_the_whole() {
    let mut window = window(json!({ "Duration": 3, "Cutoff": 2 }), NOW);
    let error = update(&mut window, json!({ "Duration": 2 }), NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Cutoff was 2 but must be smaller than 1 (Duration  - 1 )"
    );
    assert_eq!(window.duration().hours(), 3);
    update(&mut window, json!({ "Duration": 2, "Cutoff": 1 }), NOW).unwrap();
    assert_eq!((window.duration().hours(), window.cutoff().hours()), (2, 1));
    let error = update(&mut window, json!({ "ScheduleTimezone": "Nowhere" }), NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
}

#[test]
fn an_update_leaves_alone_what_it_does_not_name() {
    let mut window = window(
        json!({ "Description": "note", "StartDate": "2026-04-01T00:00Z", "ScheduleTimezone": "Asia/Tokyo" }),
        NOW,
    );
    let before = window.clone();
    update(
        &mut window,
        json!({ "Name": "renamed" }),
        "2026-03-02T12:00:00Z",
    )
    .unwrap();
    assert_eq!(window.name().as_str(), "renamed");
    assert_eq!(window.description(), before.description());
    assert_eq!(window.start_date(), before.start_date());
    assert_eq!(window.schedule_timezone(), before.schedule_timezone());
    assert_eq!(window.created_at(), before.created_at());
    assert_eq!(window.modified_at(), at("2026-03-02T12:00:00Z"));
}

#[test]
fn replacing_asks_for_what_creating_asks_for() {
    let mut window = window(json!({}), NOW);
    let error = update(
        &mut window,
        json!({ "Replace": true, "Name": "renamed" }),
        NOW,
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "4 validation errors detected: Value null at 'schedule' failed to satisfy constraint: Member must not be null; \
         Value null at 'duration' failed to satisfy constraint: Member must not be null; \
         Value null at 'cutoff' failed to satisfy constraint: Member must not be null; \
         Value null at 'allowUnassociatedTargets' failed to satisfy constraint: Member must not be null",
    );
    assert_eq!(window.name().as_str(), "nightly");
}

#[test]
fn replacing_clears_the_rest_but_neither_enabled_nor_tags() {
    let mut window = window(
        json!({
            "Description": "note", "StartDate": "2026-04-01T00:00Z", "EndDate": "2027-04-01T00:00Z",
            "ScheduleTimezone": "Asia/Tokyo", "Schedule": "cron(0 22 ? * TUE#2 *)", "ScheduleOffset": 1,
            "Tags": [{ "Key": "team", "Value": "db" }],
        }),
        NOW,
    );
    update(&mut window, json!({ "Enabled": false }), NOW).unwrap();
    let replacement = json!({
        "Replace": true, "Name": "other", "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 0,
        "AllowUnassociatedTargets": false,
    });
    update(&mut window, replacement, "2026-03-05T00:00:00.5Z").unwrap();
    assert_eq!(
        (
            window.description(),
            window.start_date(),
            window.end_date(),
            window.schedule_timezone(),
            window.schedule_offset()
        ),
        (None, None, None, None, None),
    );
    assert!(!window.is_enabled() && !window.allows_unassociated_targets());
    assert_eq!(window.tags()["team"], "db");
    assert_eq!(window.next_execution_time(), None);
    update(
        &mut window,
        json!({ "Enabled": true }),
        "2026-03-05T06:00:00Z",
    )
    .unwrap();
    assert_eq!(
        window.next_execution_time().unwrap().to_string(),
        "2026-03-06T00:00:00.500Z"
    );
}

/// A rate window made at noon, changed at 12:30; when it opens next.
#[track_caller]
fn rate_after(change: Value) -> String {
    let mut window = window(
        json!({ "Schedule": "rate(1 hour)" }),
        "2026-03-01T12:00:00Z",
    );
    update(&mut window, change, "2026-03-01T12:30:00Z").unwrap();
    window
        .next_execution_time()
        .map_or("never".to_owned(), |next| next.to_string())
}

#[test]
fn a_rate_counts_anew_only_from_a_change_of_what_it_means() {
    let kept = "2026-03-01T13:00Z";
    assert_eq!(rate_after(json!({ "Name": "renamed" })), kept);
    assert_eq!(rate_after(json!({ "Duration": 9, "Cutoff": 0 })), kept);
    assert_eq!(rate_after(json!({ "EndDate": "2027-01-01T00:00Z" })), kept);
    assert_eq!(
        rate_after(json!({ "Schedule": "rate(1 hour)", "ScheduleTimezone": "UTC" })),
        kept
    );
    assert_eq!(rate_after(json!({ "Enabled": true })), kept);
    assert_eq!(rate_after(json!({ "Enabled": false })), "never");
    assert_eq!(
        rate_after(json!({ "Schedule": "rate(2 hours)" })),
        "2026-03-01T14:30Z"
    );
    assert_eq!(
        rate_after(json!({ "ScheduleTimezone": "+02:00" })),
        "2026-03-01T15:30+02:00"
    );
    assert_eq!(
        rate_after(json!({ "StartDate": "2026-03-01T12:45:00Z" })),
        "2026-03-01T12:45Z"
    );
    assert_eq!(
        rate_after(json!({ "EndDate": "2026-03-01T12:59:00Z" })),
        "never"
    );
}

#[test]
fn disabling_and_enabling_keeps_the_phase() {
    let mut window = window(
        json!({ "Schedule": "rate(1 hour)" }),
        "2026-03-01T12:00:00.123Z",
    );
    update(
        &mut window,
        json!({ "Enabled": false }),
        "2026-03-01T12:10:00Z",
    )
    .unwrap();
    update(
        &mut window,
        json!({ "Enabled": true }),
        "2026-03-01T15:40:00Z",
    )
    .unwrap();
    assert_eq!(
        window.next_execution_time().unwrap().to_string(),
        "2026-03-01T16:00:00.123Z"
    );
}

#[test]
fn an_update_that_does_not_touch_the_timing_keeps_what_is_due() {
    let mut window = window(json!({}), NOW);
    update(
        &mut window,
        json!({ "Name": "renamed", "Duration": 4 }),
        "2026-03-01T22:00:01Z",
    )
    .unwrap();
    let due = window.take_due(at("2026-03-01T22:00:02Z")).unwrap();
    assert_eq!(due.opening.opens_at, at("2026-03-01T22:00:00Z"));
    assert_eq!(due.opening.closes_at, at("2026-03-02T02:00:00Z"));
}

#[test]
fn next_execution_time_moves_on_as_soon_as_an_opening_is_taken() {
    let mut window = window(json!({}), NOW);
    assert_eq!(window.take_due(at("2026-03-01T21:59:59Z")), None);
    let due = window.take_due(at("2026-03-01T22:00:00Z")).unwrap();
    assert_eq!(
        (due.opening.opens_at, due.missed_since),
        (at("2026-03-01T22:00:00Z"), None)
    );
    assert_eq!(
        window.next_execution_time().unwrap().to_string(),
        "2026-03-02T22:00Z"
    );
    assert_eq!(window.take_due(at("2026-03-01T22:00:00Z")), None);
}

#[test]
fn after_an_outage_the_latest_opening_is_handed_out() {
    let mut window = window(json!({ "Schedule": "rate(1 minute)" }), NOW);
    let due = window.take_due(at("2026-03-04T12:00:30Z")).unwrap();
    assert_eq!(due.opening.opens_at, at("2026-03-04T12:00:00Z"));
    assert_eq!(due.missed_since, Some(at("2026-03-01T12:01:00Z")));
    assert_eq!(window.due_at(), Some(at("2026-03-04T12:01:00Z")));
}

#[test]
fn what_is_known_too_late_is_left_out() {
    let mut window = window(json!({}), NOW);
    let mut practice = window.practice().clone();
    practice.notice = chrono::TimeDelta::hours(24);
    window.set_practice(practice, at("2026-03-01T20:00:00Z"));
    assert_eq!(window.due_at(), Some(at("2026-03-02T22:00:00Z")));
    // Known exactly that long before is long enough.
    update(
        &mut window,
        json!({ "Schedule": "cron(0 23 * * ? *)" }),
        "2026-03-02T23:00:00Z",
    )
    .unwrap();
    assert_eq!(window.due_at(), Some(at("2026-03-03T23:00:00Z")));
    // A change to something else gives no new notice.
    update(
        &mut window,
        json!({ "Name": "renamed" }),
        "2026-03-03T22:00:00Z",
    )
    .unwrap();
    assert_eq!(window.due_at(), Some(at("2026-03-03T23:00:00Z")));
}

#[test]
fn the_stored_form_is_read_back() {
    let mut window = window(
        json!({ "Description": "note", "StartDate": "2026-04-01T00:00Z", "ScheduleTimezone": "Asia/Tokyo", "Tags": [{ "Key": "a", "Value": "" }] }),
        NOW,
    );
    update(&mut window, json!({ "Enabled": false }), NOW).unwrap();
    let stored = serde_json::to_string(&window).unwrap();
    assert_eq!(serde_json::from_str::<Window>(&stored).unwrap(), window);
}

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<Window>();
