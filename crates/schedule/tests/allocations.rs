//! What allocates nothing.

use std::hint::black_box;

use tagout_schedule::{Cron, Dialect, Schedule};

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
