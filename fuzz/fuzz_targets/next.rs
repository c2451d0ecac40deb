//! Any timeline asked from any instant: no panic, no end of patience, and answers that agree with each other.
#![no_main]

use chrono::{DateTime, TimeDelta, Utc};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use tagout_schedule::{
    Cron, Cutoff, Duration, Fold, Gap, Plan, Rate, Schedule, ScheduleOffset, Timeline, Zone,
};

/// A schedule, as text or by its sets, which text seldom hits upon.
#[derive(Arbitrary, Debug)]
enum Written<'a> {
    Text(&'a str),
    Sets {
        seconds: u64,
        minutes: u64,
        hours: u32,
        days: Days,
        months: u16,
        years: Option<(u8, u8)>,
    },
    Minutes(u32),
}

#[derive(Arbitrary, Debug)]
enum Days {
    Dates(u32),
    Weekdays(u8),
    Last(u8),
    LastWeekday(u8),
    NearestWeekday(u8),
    LastOf(u8),
    Nth(u8, u8),
}

impl Written<'_> {
    fn read(&self) -> Option<Schedule> {
        match self {
            Self::Text(text) => text
                .parse()
                .or_else(|_| Cron::parse_fields(text).map(Schedule::Cron))
                .ok(),
            Self::Minutes(minutes) => Rate::from_minutes(u64::from(*minutes)).map(Schedule::Rate),
            Self::Sets {
                seconds,
                minutes,
                hours,
                days,
                months,
                years,
            } => {
                let (dates, weekdays) = match days {
                    Days::Dates(dates) => (list(u64::from(*dates), 1..32), "?".to_owned()),
                    Days::Weekdays(weekdays) => ("?".to_owned(), list(u64::from(*weekdays), 1..8)),
                    Days::Last(before) => (format!("L-{}", before % 31), "?".to_owned()),
                    Days::LastWeekday(before) => (format!("L-{}W", before % 31), "?".to_owned()),
                    Days::NearestWeekday(day) => (format!("{}W", day % 31 + 1), "?".to_owned()),
                    Days::LastOf(weekday) => ("?".to_owned(), format!("{}L", weekday % 7 + 1)),
                    Days::Nth(weekday, nth) => (
                        "?".to_owned(),
                        format!("{}#{}", weekday % 7 + 1, nth % 5 + 1),
                    ),
                };
                let years = years.map_or("*".to_owned(), |(one, other)| {
                    let (one, other) = (1970 + u32::from(one) % 230, 1970 + u32::from(other) % 230);
                    format!("{}-{}", one.min(other), one.max(other))
                });
                let (seconds, minutes) = (list(*seconds, 0..60), list(*minutes, 0..60));
                let (hours, months) = (
                    list(u64::from(*hours), 0..24),
                    list(u64::from(*months), 1..13),
                );
                let fields =
                    format!("{seconds} {minutes} {hours} {dates} {months} {weekdays} {years}");
                Cron::parse_fields(&fields).map(Schedule::Cron).ok()
            }
        }
    }
}

/// The set bits as a list, or everything if there is none.
fn list(bits: u64, values: std::ops::Range<u32>) -> String {
    let named: Vec<_> = values
        .filter(|value| bits >> value & 1 == 1)
        .map(|value| value.to_string())
        .collect();
    if named.is_empty() {
        "*".to_owned()
    } else {
        named.join(",")
    }
}

/// What a user may write down.
#[derive(Arbitrary, Debug)]
struct Input<'a> {
    schedule: Written<'a>,
    zone: usize,
    offset: u8,
    gap: u8,
    fold: u8,
    anchor: Option<i64>,
    start: Option<i64>,
    end: Option<i64>,
    duration: u8,
    cutoff: u8,
    now: i64,
    nanosecond: u32,
}

fuzz_target!(|input: Input<'_>| {
    if let Some(plan) = plan(&input) {
        let now = instant(input.now, input.nanosecond % 2_000_000_000);
        check_timeline(plan.timeline(), now);
        check_phase(&plan, now);
    }
});

fn plan(input: &Input<'_>) -> Option<Plan> {
    let schedule = input.schedule.read()?;
    let zone = Zone::names().nth(input.zone % 600).unwrap_or("UTC");
    let timeline = Timeline::builder(schedule)
        .zone(Zone::named(zone).ok()?)
        .offset(ScheduleOffset::try_from(i64::from(input.offset)).ok())
        .gap([Gap::Skip, Gap::Shift, Gap::After][usize::from(input.gap % 3)])
        .fold([Fold::Second, Fold::First, Fold::Both][usize::from(input.fold % 3)])
        .anchor(input.anchor.map(|second| instant(second, 0)))
        .start(input.start.map(|second| instant(second, 1)))
        .end(input.end.map(|second| instant(second, 2)))
        .build()
        .ok()?;
    let duration = Duration::try_from(i64::from(input.duration)).ok()?;
    Plan::new(
        timeline,
        duration,
        Cutoff::try_from(i64::from(input.cutoff)).ok()?,
    )
    .ok()
}

/// All that chrono can hold, and most of it near the years of the language.
fn instant(second: i64, nanosecond: u32) -> DateTime<Utc> {
    let near = second % 10_000_000_000;
    DateTime::from_timestamp(second, nanosecond)
        .or_else(|| DateTime::from_timestamp(near, 0))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn check_timeline(timeline: &Timeline, now: DateTime<Utc>) {
    let after: Vec<_> = timeline.after(now).take(40).collect();
    assert!(after.iter().all(|run| *run > now) && after.is_sorted_by(|one, other| one < other));
    assert_eq!(after.first().copied(), timeline.next(now));
    assert_eq!(after.is_empty(), timeline.never_after(now));
    let before: Vec<_> = timeline.before(now).take(40).collect();
    assert!(before.iter().all(|run| *run < now) && before.is_sorted_by(|one, other| one > other));
    assert_eq!(before.first().copied(), timeline.previous(now));
    for pair in after.windows(2) {
        assert_eq!(timeline.next(pair[0]), Some(pair[1]));
        assert_eq!(timeline.previous(pair[1]), Some(pair[0]));
        assert_eq!(
            timeline.latest(pair[1] - TimeDelta::nanoseconds(1)),
            Some(pair[0])
        );
    }
    if let (Some(first), Some(last)) = (after.first(), after.last()) {
        assert_eq!(timeline.count_between(first..=last), after.len() as u64);
        assert!(
            timeline
                .notes_between(*first, *last)
                .take(100)
                .all(|note| note.change >= *first)
        );
    }
}

fn check_phase(plan: &Plan, now: DateTime<Utc>) {
    let phase = plan.phase_at(now);
    assert_eq!(phase.is_open(), plan.may_start_at(now));
    if let Some(change) = phase.changes_at() {
        assert!(change > now);
        assert_ne!(
            std::mem::discriminant(&plan.phase_at(change)),
            std::mem::discriminant(&phase)
        );
    }
}
