//! What allocates nothing.

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use tagout_schedule::{
    Cron, Cutoff, Dialect, Duration, Plan, Schedule, ScheduleOffset, Timeline, Zone,
};

#[track_caller]
fn allocates_nothing(what: &str, mut work: impl FnMut()) {
    let counted = allocation_counter::measure(&mut work);
    assert_eq!(counted.count_total, 0, "{what}: {counted:?}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(
        allocation_counter::measure(|| drop(black_box(Box::new(1)))).count_total,
        1
    );
}

#[test]
fn reading_a_schedule_allocates_nothing() {
    for text in [
        "cron(30 23 ? * TUE#3 *)",
        "cron(0/5 8-17,20 ? jan-mar,NOV MON-FRI 2020-2030/2,2150)",
        "cron(0 0 6 L-3W * ? *)",
        "rate(2 weeks)",
        "at(2026-12-24T18:00:00)",
    ] {
        allocates_nothing(text, || {
            black_box(
                Schedule::parse(black_box(text), Dialect::Documented).expect("it is a schedule"),
            );
        });
    }
    allocates_nothing("fields", || {
        black_box(Cron::parse_fields(black_box("0 6 29 2 ? *")).expect("they are fields"));
    });
}

#[test]
fn what_is_known_of_a_schedule_allocates_nothing() {
    let leap_day: Cron = "0 0 29 2 ? 2097-2110".parse().expect("they are fields");
    let never: Cron = "0 0 30 2 ? *".parse().expect("they are fields");
    allocates_nothing("dates", || {
        assert!(black_box(&leap_day).first_date() < black_box(&leap_day).last_date());
        assert!(black_box(&never).never_fires());
    });
}

/// Schedules of all forms, near and sparse.
const SCHEDULES: [&str; 10] = [
    "cron(* * * * ? *)",
    "cron(30 2 ? * * *)",
    "cron(30 23 ? * TUE#3 *)",
    "cron(0 0 ? * FRIL *)",
    "cron(0 6 LW * ? *)",
    "cron(0 0 29 2 ? *)",
    "cron(0 0 ? 2 SUN#5 *)",
    "cron(0 0 30 2 ? *)",
    "rate(90 minutes)",
    "at(2026-03-08T02:30:00)",
];

fn plan(schedule: &str, zone: &str, now: DateTime<Utc>) -> Plan {
    let schedule: Schedule = schedule.parse().expect("it is a schedule");
    let is_cron = matches!(schedule, Schedule::Cron(_));
    let timeline = Timeline::builder(schedule)
        .zone(Zone::named(zone).expect("it is a zone"))
        .anchor(now - TimeDelta::days(40))
        .offset(ScheduleOffset::try_from(2).ok().filter(|_| is_cron))
        .build()
        .expect("it has an anchor");
    let duration = Duration::try_from(4).expect("it is 1 to 24");
    Plan::new(
        timeline,
        duration,
        Cutoff::try_from(1).expect("it is 0 to 23"),
    )
    .expect("1 is below 4")
}

#[test]
fn no_step_allocates() {
    // Seven hours before clocks go forward in New York.
    let now: DateTime<Utc> = "2026-03-08T00:00:00Z".parse().expect("it is an instant");
    for schedule in SCHEDULES {
        for zone in ["UTC", "America/New_York", "Australia/Lord_Howe"] {
            let plan = plan(schedule, zone, now);
            let mut n_seen = 0;
            allocates_nothing(&format!("{schedule} in {zone}"), || {
                n_seen += plan.timeline().after(now).take(2000).count();
                n_seen += plan.timeline().before(now).take(2000).count();
                n_seen += plan.openings_between(now..now + TimeDelta::days(2)).count();
                n_seen += plan
                    .timeline()
                    .notes_between(now, now + TimeDelta::days(400))
                    .count();
                n_seen += usize::from(plan.timeline().next(now) > plan.timeline().previous(now));
                n_seen += usize::from(plan.phase_at(now).is_open());
                n_seen += plan.timeline().count_between(now..now + TimeDelta::days(7)) as usize;
            });
            let never = schedule.contains(" 30 2 ");
            assert!(n_seen > 0 || never, "{schedule} in {zone}");
        }
    }
}
