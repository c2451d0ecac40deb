//! Preferred windows: when they open, and what becomes of each opening.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use proptest::prelude::*;
use tagout_lifecycle::{
    BackupOccasion, CurrentOperation, Duty, Maintained, Observation, PendingReason, PendingWork,
    Policy, PreferredWindow, Server, ServerUpdate, Status, Ticket, Transition, WindowKind,
    WindowView,
};

use crate::support::{TICKET, Try as _, at, healthy, lost, noon, seeded};

/// The starts of a window by looking at every minute, for a check of those by the schedule.
fn is_start(window: PreferredWindow, minute: DateTime<Utc>) -> bool {
    let text = window.to_string();
    let (day, time) = text.split_at(text.len() - 5);
    (day.is_empty() || day.trim_end_matches(':') == minute.weekday().to_string())
        && time == format!("{:02}:{:02}", minute.hour(), minute.minute())
}

proptest! {
    #[test]
    fn starts_are_the_minutes_that_the_text_names(
        weekly in any::<bool>(), seed in any::<u64>(), minute in 0_i64..1_000_000, span in 0_i64..40_000,
    ) {
        let mut draw = seeded(seed);
        let window = if weekly { PreferredWindow::draw_weekly(&mut draw) } else { PreferredWindow::draw_daily(&mut draw) };
        let from = at("2025-12-31T23:00:00Z") + TimeDelta::minutes(minute);
        let starts: Vec<_> = (1..=span).map(|i| from + TimeDelta::minutes(i)).filter(|at| is_start(window, *at)).collect();
        prop_assert_eq!(window.count_starts(from, from + TimeDelta::minutes(span)), starts.len() as u64);
        let next = window.next_start(from).unwrap();
        prop_assert!(is_start(window, next) && next > from);
        if let Some(first) = starts.first() {
            prop_assert_eq!(next, *first);
            prop_assert_eq!(window.last_start(from + TimeDelta::minutes(span)), starts.last().copied());
        }
        prop_assert_eq!(window.last_start(next), Some(next), "a start counts at its own instant");
    }
}

#[test]
fn the_random_defaults_are_hours_of_tuesday_wednesday_or_friday() {
    let mut draw = seeded(4);
    let drawn: std::collections::BTreeSet<_> = (0..2_000)
        .map(|_| PreferredWindow::draw_weekly(&mut draw).to_string())
        .collect();
    assert_eq!(drawn.len(), 3 * 24, "all of them come up");
    assert!(
        drawn
            .iter()
            .all(|text| ["Tue", "Wed", "Fri"].contains(&&text[..3]) && text.ends_with(":00"))
    );
    let drawn: std::collections::BTreeSet<_> = (0..1_000)
        .map(|_| PreferredWindow::draw_daily(&mut draw).to_string())
        .collect();
    assert_eq!(drawn.len(), 24);
}

fn with_windows(maintenance: &str, backup: &str) -> Server {
    let update = ServerUpdate {
        maintenance_window: Some(maintenance.parse().unwrap()),
        backup_window: Some(backup.parse().unwrap()),
        ..ServerUpdate::default()
    };
    healthy().update(&update, noon()).unwrap().server
}

/// Does what is due until nothing is, as whoever looks after servers would; what was told.
fn look(server: Server, now: DateTime<Utc>) -> (Server, Vec<String>) {
    let mut told = Vec::new();
    let mut server = server;
    for round in 0.. {
        assert!(round < 10, "the same duty again and again");
        let due = server.poll_due(now);
        assert_eq!(
            server.poll_duty(now).is_some(),
            due.is_some_and(|due| due <= now)
        );
        let Some(duty) = server.poll_duty(now) else {
            break;
        };
        let moved = obey(server, duty, now);
        told.extend(moved.events.iter().map(|event| event.message.to_string()));
        server = moved.server;
    }
    (server, told)
}

fn obey(server: Server, duty: Duty, now: DateTime<Utc>) -> Transition {
    let (policy, backup) = (
        Policy::default(),
        "alpha-20260303030000000".parse().unwrap(),
    );
    match duty {
        Duty::HandleDeadline => server.handle_deadline(now),
        Duty::SettleWindows => Ok(server.settle_windows(now)),
        Duty::StartMaintenance { opening } => {
            server.start_due_maintenance(opening, TICKET, &policy, now)
        }
        Duty::StartBackup { opening } => {
            let occasion = opening.map_or(BackupOccasion::AfterUpgrade, |opening| {
                BackupOccasion::Due { opening }
            });
            server.start_backup(backup, occasion, TICKET, &policy, now)
        }
    }
    .unwrap()
}

fn maintained(server: Server, now: DateTime<Utc>) -> Server {
    server
        .handle_maintained(TICKET, Ok(Maintained::default()), now)
        .unwrap()
        .server
}

#[test]
fn work_begins_within_the_hour_and_once() {
    let server = healthy();
    assert_eq!(
        server.poll_due(noon()),
        Some(at("2026-03-03T03:00:00Z")),
        "the backup window, a day before"
    );
    let (server, told) = look(server, at("2026-03-03T03:00:00Z"));
    assert_eq!(told, ["Backup alpha-20260303030000000 started"]);
    let server = server
        .handle_backed_up(TICKET, Ok(()), at("2026-03-03T03:10:00Z"))
        .unwrap()
        .server;
    let (server, told) = look(server, at("2026-03-03T03:20:00Z"));
    assert_eq!(told, Vec::<String>::new(), "the opening has been used");
    assert_eq!(
        server.poll_due(at("2026-03-03T03:20:00Z")),
        Some(at("2026-03-03T04:00:00Z"))
    );
    let (server, told) = look(server, at("2026-03-03T04:59:59.999Z"));
    assert_eq!(told, ["Maintenance started"], "up to the end of the hour");
    assert_eq!(server.status(), Status::UnderMaintenance);
}

#[test]
fn a_missed_backup_is_not_caught_up() {
    let (server, told) = look(healthy(), at("2026-03-03T04:00:00Z"));
    assert_eq!(
        told,
        [
            "Maintenance started",
            "The automated backup window of 2026-03-03T03:00:00Z was missed"
        ]
    );
    let server = maintained(server, at("2026-03-03T04:30:00Z"));
    let (_, told) = look(server, at("2026-03-07T12:00:00Z"));
    assert_eq!(
        told,
        ["4 automated backup windows up to that of 2026-03-07T03:00:00Z were missed"]
    );
}

#[test]
fn missed_maintenance_is_caught_up_once_when_the_last_is_old() {
    let (server, _) = look(healthy(), at("2026-03-03T04:00:00Z"));
    let server = maintained(server, at("2026-03-03T05:00:00Z"));
    // Nobody looks for a while.
    let (_, told) = look(server.clone(), at("2026-03-10T05:00:00Z"));
    assert_eq!(
        told[0], "The maintenance window of 2026-03-10T04:00:00Z was missed",
        "seven days are not more than seven days"
    );
    let (busy, told) = look(server, at("2026-03-10T05:00:00.001Z"));
    assert_eq!(told[0], "Maintenance started", "outside its window");
    let server = maintained(busy, at("2026-03-10T09:30:00Z"));
    let (_, told) = look(server, at("2026-03-10T10:00:00Z"));
    assert_eq!(told, Vec::<String>::new(), "once");
}

#[test]
fn late_maintenance_waits_for_the_operation_that_runs() {
    let ten = at("2026-03-17T10:00:00Z");
    let backup = "alpha-20260317093000000".parse().unwrap();
    let server = healthy().seen(&lost()); // nobody looks for two weeks
    let server = server.seen(&crate::support::passed_checks());
    let started = at("2026-03-17T09:30:00Z");
    let busy = server.start_backup(
        backup,
        BackupOccasion::Requested,
        TICKET,
        &Policy::default(),
        started,
    );
    let busy = busy.unwrap().server;
    assert_eq!(
        busy.window(WindowKind::Maintenance, ten),
        WindowView::Awaiting {
            opening: at("2026-03-17T04:00:00Z")
        }
    );
    let (busy, told) = look(busy, ten);
    assert_eq!(
        told,
        ["15 automated backup windows up to that of 2026-03-17T03:00:00Z were missed"]
    );
    assert_eq!(
        busy.poll_due(ten),
        Some(at("2026-03-17T10:30:00Z")),
        "the deadline, and not now again and again"
    );
    let free = busy.handle_backed_up(TICKET, Ok(()), ten).unwrap().server;
    let (_, told) = look(free, ten);
    assert_eq!(told, ["Maintenance started"]);
}

#[test]
fn maintenance_goes_before_a_backup_of_the_same_hour() {
    let three = at("2026-03-03T03:00:00Z");
    let server = with_windows("Tue:03:00", "03:00");
    let (server, told) = look(server, three);
    assert_eq!(told, ["Maintenance started"]);
    assert_eq!(
        server.window(WindowKind::Backup, three),
        WindowView::Deferred {
            opening: three,
            closes_at: at("2026-03-03T04:00:00Z")
        }
    );
    let early = maintained(server.clone(), at("2026-03-03T03:30:00Z"));
    let (_, told) = look(early, at("2026-03-03T03:30:00Z"));
    assert_eq!(
        told,
        ["Backup alpha-20260303030000000 started"],
        "within the hour still"
    );
    let late = maintained(server, at("2026-03-03T04:10:00Z"));
    let (late, told) = look(late, at("2026-03-03T04:10:00Z"));
    assert_eq!(
        told,
        ["The automated backup window of 2026-03-03T03:00:00Z was skipped: the server is HEALTHY"]
    );
    assert_eq!(late.status(), Status::Healthy, "never late");
}

#[test]
fn a_server_that_cannot_be_worked_on_skips_its_window_and_says_so() {
    let server = healthy().seen(&Observation::InstanceGone);
    let (server, told) = look(server, at("2026-03-03T03:30:00Z"));
    assert_eq!(
        told,
        Vec::<String>::new(),
        "it may come back within the hour"
    );
    let (server, told) = look(server, at("2026-03-03T04:00:00Z"));
    assert_eq!(
        told,
        [
            "The automated backup window of 2026-03-03T03:00:00Z was skipped: the server is TERMINATED"
        ]
    );
    let (_, told) = look(server, at("2026-03-03T05:00:00Z"));
    assert_eq!(
        told,
        ["The maintenance window of 2026-03-03T04:00:00Z was skipped: the server is TERMINATED"]
    );
}

#[test]
fn disabled_backups_are_neither_due_nor_missed() {
    let disable = |on: bool| ServerUpdate {
        disable_automated_backup: Some(on),
        ..ServerUpdate::default()
    };
    let server = with_windows("Mon:12:00", "03:00")
        .update(&disable(true), noon())
        .unwrap()
        .server;
    assert_eq!(
        server.window(WindowKind::Backup, noon()),
        WindowView::Disabled
    );
    assert_eq!(
        server.poll_due(noon()),
        Some(at("2026-03-09T12:00:00Z")),
        "only maintenance"
    );
    let (server, told) = look(server, at("2026-03-05T03:30:00Z"));
    assert_eq!(told, Vec::<String>::new());
    let server = server
        .update(&disable(false), at("2026-03-05T03:30:00Z"))
        .unwrap()
        .server;
    let (server, told) = look(server, at("2026-03-05T03:30:00Z"));
    assert_eq!(
        told,
        Vec::<String>::new(),
        "not for the hour that has begun"
    );
    let (_, told) = look(server, at("2026-03-06T03:00:00Z"));
    assert_eq!(told, ["Backup alpha-20260303030000000 started"]);
}

#[test]
fn a_changed_window_counts_for_starts_from_then_on() {
    let update = ServerUpdate {
        backup_window: Some("03:00".parse().unwrap()),
        ..ServerUpdate::default()
    };
    let half_past = at("2026-03-03T03:30:00Z");
    let server = healthy().update(&update, half_past).unwrap().server;
    assert_eq!(
        server.window(WindowKind::Backup, half_past),
        WindowView::Closed {
            opens_at: Some(at("2026-03-04T03:00:00Z"))
        }
    );
    // A clock that goes back does not bring back what has been dealt with.
    let server = server
        .update(&update, at("2026-03-02T23:00:00Z"))
        .unwrap()
        .server;
    let (_, told) = look(server, half_past);
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn only_what_is_due_can_be_started_as_due() {
    #[track_caller]
    fn check(opening: &str, now: &str, expected: Result<(), &str>) {
        let outcome =
            healthy().start_due_maintenance(at(opening), TICKET, &Policy::default(), at(now));
        assert_eq!(
            outcome.map(|_| ()).map_err(|refused| refused.to_string()),
            expected.map_err(str::to_owned)
        );
    }
    check("2026-03-03T04:00:00Z", "2026-03-03T04:00:00Z", Ok(()));
    let text = "no maintenance window of server `alpha` opened at 2026-03-03T04:00:00Z, \
                expected one that is open and not yet used";
    check(
        "2026-03-03T04:00:00Z",
        "2026-03-03T03:59:59.999Z",
        Err(text),
    );
    check("2026-03-03T04:00:00Z", "2026-03-03T05:00:00Z", Err(text));
    let text = "no maintenance window of server `alpha` opened at 2026-03-03T05:00:00Z, \
                expected one that is open and not yet used";
    check("2026-03-03T05:00:00Z", "2026-03-03T04:00:00Z", Err(text));
    let opening = at("2026-03-03T04:00:00Z");
    let used = healthy()
        .start_due_maintenance(opening, TICKET, &Policy::default(), opening)
        .unwrap()
        .server;
    let used = maintained(used, opening);
    assert!(
        used.start_due_maintenance(opening, TICKET, &Policy::default(), opening)
            .is_err()
    );
}

#[test]
fn maintenance_can_be_put_off_up_to_a_hard_limit() {
    let policy = Policy::default();
    let until = at("2026-03-15T00:00:00Z");
    let moved = healthy().defer_maintenance(until, &policy, noon()).unwrap();
    assert_eq!(
        moved.events[0].message,
        "Maintenance was put off to 2026-03-15T00:00:00+00:00"
    );
    let pending = &moved.server.pending_maintenance(&policy, noon())[0];
    let limit = at("2026-05-02T04:00:00Z"); // sixty days after it was first due
    assert_eq!(pending.reason, PendingReason::Deferred { until, limit });
    assert_eq!(pending.not_before, at("2026-03-17T04:00:00Z"));
    assert_eq!(pending.at_the_latest, Some(at("2026-03-17T05:00:00Z")));

    assert_eq!(
        moved
            .server
            .window(WindowKind::Backup, at("2026-03-03T03:00:00Z")),
        WindowView::Due {
            opening: at("2026-03-03T03:00:00Z"),
            late: false
        },
        "backups are not put off"
    );
    let (server, told) = look(moved.server, at("2026-03-03T04:00:00Z"));
    assert_eq!(
        told[0],
        "The maintenance window of 2026-03-03T04:00:00Z was passed over: it was put off"
    );
    let refused = server
        .clone()
        .defer_maintenance(limit + TimeDelta::seconds(1), &policy, noon())
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "maintenance of server `alpha` was put off to 2026-05-02T04:00:01Z, \
         expected an instant after 2026-03-02T12:00:00Z and not after 2026-05-02T04:00:00Z"
    );
    assert!(
        server
            .clone()
            .defer_maintenance(limit, &policy, noon())
            .is_ok(),
        "again, and not further"
    );
    assert!(
        server
            .clone()
            .defer_maintenance(noon(), &policy, noon())
            .is_err()
    );

    let open = at("2026-03-10T04:30:00Z");
    let waiting = server
        .clone()
        .defer_maintenance(at("2026-03-10T04:45:00Z"), &policy, open)
        .unwrap()
        .server;
    assert_eq!(
        waiting.pending_maintenance(&policy, open)[0].not_before,
        at("2026-03-17T04:00:00Z"),
        "the hour that is open is passed over too"
    );

    let resumed = server.clone().resume_maintenance(noon());
    assert_eq!(
        resumed.events[0].message,
        "Maintenance is no longer put off"
    );
    assert_eq!(resumed.server.resume_maintenance(noon()).events, []);

    let (server, told) = look(server, at("2026-03-17T04:00:00Z"));
    assert_eq!(
        told[0],
        "The maintenance window of 2026-03-10T04:00:00Z was passed over: it was put off"
    );
    assert_eq!(told.last().unwrap(), "Maintenance started");
    let server = maintained(server, at("2026-03-17T04:30:00Z"));
    let pending = &server.pending_maintenance(&policy, at("2026-03-17T04:30:00Z"))[0];
    assert_eq!(
        (pending.work, pending.reason),
        (PendingWork::Routine, PendingReason::Window),
        "it is over"
    );
}

#[test]
fn maintenance_on_request_is_not_held_up_by_a_deferral() {
    let server = healthy()
        .defer_maintenance(at("2026-03-15T00:00:00Z"), &Policy::default(), noon())
        .unwrap()
        .server;
    let server = maintained(server.maintaining().unwrap().server, noon());
    assert_eq!(
        server.pending_maintenance(&Policy::default(), noon())[0].reason,
        PendingReason::Window
    );
}

#[test]
fn pending_maintenance_tells_what_why_and_when() {
    let policy = Policy::default();
    let pending = healthy().pending_maintenance(&policy, noon());
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].not_before, at("2026-03-03T04:00:00Z"));
    assert_eq!(pending[0].at_the_latest, Some(at("2026-03-03T05:00:00Z")));
    for status in [
        Status::Failed,
        Status::Terminated,
        Status::Deleting,
        Status::Setup,
    ] {
        assert_eq!(
            crate::support::any_in(status).pending_maintenance(&policy, noon()),
            [],
            "{status}"
        );
    }
    let chef = crate::support::created(
        crate::support::order(tagout_lifecycle::Engine::Chef),
        noon(),
    )
    .server
    .built();
    let chef = maintained(chef.maintaining().unwrap().server, noon());
    let pending = chef.pending_maintenance(&policy, noon());
    assert_eq!(pending[1].work, PendingWork::MajorUpgrade);
    assert_eq!(
        (pending[1].reason, pending[1].at_the_latest),
        (PendingReason::Available, None)
    );
}

#[test]
fn no_clock_is_too_strange() {
    let policy = Policy::default();
    let instants = [
        DateTime::<Utc>::MIN_UTC,
        at("-0001-12-31T00:00:00Z"),
        at("1969-12-31T23:59:59Z"),
        at("2199-12-31T23:30:00Z"),
        at("9999-12-31T23:59:59.999Z"),
        DateTime::<Utc>::MAX_UTC,
    ];
    for status in Status::ALL {
        for now in instants {
            let mut server = crate::support::any_in(status);
            for then in instants {
                server = server.settle_windows(then).server;
                server = server.handle_observation(&lost(), then).server;
                server = server
                    .handle_observation(&crate::support::failed_checks(), now)
                    .server;
                server = server.protect(true, now).server.protect(false, then).server;
                let _ = (
                    server.poll_duty(now),
                    server.poll_due(now),
                    server.pending_maintenance(&policy, now),
                );
                let _ = server.clone().defer_maintenance(then, &policy, now);
                let _ = server.clone().handle_deadline(now);
                let _ = server.clone().start_maintenance(&[], TICKET, &policy, then);
                let window = server.preferred_backup_window();
                assert_eq!(window.count_starts(now, now), 0);
                let _ = (
                    window.count_starts(now, then),
                    window.next_start(now),
                    window.last_start(now),
                );
            }
        }
    }
    for now in instants {
        let moved =
            crate::support::created(crate::support::order(tagout_lifecycle::Engine::Chef), now);
        assert_eq!(
            moved.server.created_at(),
            chrono::SubsecRound::trunc_subsecs(now, 3)
        );
    }
}

proptest! {
    /// Whoever looks again at the instant that is named, or at any other, comes to an end, and misses nothing.
    #[test]
    fn looking_when_told_to_is_as_good_as_looking_every_minute(
        waits in proptest::collection::vec((1_i64..3_000, 0_u8..8), 1..40),
        weekly in any::<bool>(),
    ) {
        let windows = if weekly { ("Tue:04:00", "Tue:04:00") } else { ("05:00", "03:00") };
        let mut server = with_windows(windows.0, windows.1);
        let mut now = noon();
        for (wait, what) in waits {
            let target = now + TimeDelta::minutes(wait);
            // Jump from one named instant to the next; in between nothing may be due.
            while let Some(due) = server.poll_due(now).filter(|due| *due <= target) {
                prop_assert!(due >= now);
                let between = now + (due - now) / 2;
                if between < due {
                    prop_assert_eq!(server.poll_duty(between), None);
                }
                now = due;
                server = look(server, now).0;
            }
            now = target;
            server = match what {
                0 => server.handle_observation(&lost(), now).server,
                1 | 2 => server.handle_observation(&crate::support::passed_checks(), now).server,
                3 => server.cancel(now).map_or_else(tagout_lifecycle::Refused::into_server, |moved| moved.server),
                4 => server.maintaining().map_or_else(tagout_lifecycle::Refused::into_server, |moved| moved.server),
                _ => {
                    let ticket = server.current_operation().map_or(Ticket::new(0), CurrentOperation::ticket);
                    let server = match server.handle_backed_up(ticket, Ok(()), now) {
                        Ok(moved) => moved.server,
                        Err(refused) => refused.into_server(),
                    };
                    match server.handle_maintained(ticket, Ok(Maintained::default()), now) {
                        Ok(moved) => moved.server,
                        Err(refused) => refused.into_server(),
                    }
                }
            };
            server = look(server, now).0;
        }
    }
}
