//! An operator comes to work on Monday, 2 March 2026, and asks of each maintenance window: what is it, is it open, when
//! does it open next, when does it stop starting work, and when does it close? Does a change of the clocks get in the
//! way? And which windows get into each other's?
//!
//! The windows are in `data/windows.json`, as `aws ssm describe-maintenance-windows` prints them.
//!
//! Run it with `cargo run --example next_openings`.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use tagout::schedule::{
    Cutoff, Duration, ExecutionTime, Explanation, Phase, Plan, Schedule, ScheduleOffset, Timeline,
    Zone, overlaps, upcoming,
};

/// What the service tells of a window. Each value is checked as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WindowIdentity {
    window_id: String,
    name: String,
    description: Option<String>,
    enabled: bool,
    duration: Duration,
    cutoff: Cutoff,
    schedule: Schedule,
    schedule_timezone: Option<Zone>,
    schedule_offset: Option<ScheduleOffset>,
    start_date: Option<ExecutionTime>,
    end_date: Option<ExecutionTime>,
    next_execution_time: Option<ExecutionTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MaintenanceWindows {
    window_identities: Vec<WindowIdentity>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-03-02T12:00:00Z".parse()?;
    let windows: MaintenanceWindows = serde_json::from_str(include_str!("data/windows.json"))?;
    let windows = windows.window_identities;
    let plans: Vec<Plan> = windows.iter().map(plan).collect::<Result<_, _>>()?;

    for (window, plan) in windows.iter().zip(&plans) {
        tell_of_window(window, plan, now);
    }

    println!("The next ten openings of all windows");
    for coming in upcoming(&plans, now).take(10) {
        let (name, zone) = (
            &windows[coming.window].name,
            plans[coming.window].timeline().zone(),
        );
        println!(
            "  {}  {name:20} {}",
            coming.opening.opens_at.format("%a %d %b %H:%MZ"),
            clock(coming.opening.opens_at, zone)
        );
    }

    println!("\nWho gets into whose way in the next two weeks");
    for overlap in overlaps(&plans, now..now + TimeDelta::weeks(2)) {
        let (first, second) = (
            &windows[overlap.first.window].name,
            &windows[overlap.second.window].name,
        );
        let minutes = (overlap.until() - overlap.from()).num_minutes();
        println!(
            "  {}  {minutes:3} minutes  {first} and {second}",
            overlap.from().format("%a %d %b %H:%MZ")
        );
    }
    Ok(())
}

/// When a window opens, for how long, and for how long it starts work.
fn plan(window: &WindowIdentity) -> Result<Plan, Box<dyn Error>> {
    let timeline = Timeline::builder(window.schedule)
        .zone(window.schedule_timezone.unwrap_or_default())
        .offset(window.schedule_offset)
        .start(window.start_date.map(ExecutionTime::instant))
        .end(window.end_date.map(ExecutionTime::instant));
    // A rate counts from its start date. Without one it counts from an instant that the service does not tell, but any
    // opening is as good to count from.
    let timeline = match (
        window.schedule,
        window.start_date,
        window.next_execution_time,
    ) {
        (Schedule::Rate(rate), None, Some(next)) => timeline.anchor(next.instant() - rate.period()),
        _ => timeline,
    };
    Ok(Plan::new(timeline.build()?, window.duration, window.cutoff)?.with_enabled(window.enabled))
}

fn tell_of_window(window: &WindowIdentity, plan: &Plan, now: DateTime<Utc>) {
    let zone = plan.timeline().zone();
    println!("{} ({})", window.name, window.window_id);
    if let Some(description) = &window.description {
        println!("  {description}");
    }
    println!("  {}: {}", window.schedule, Explanation::from(plan));
    match plan.phase_at(now) {
        _ if !plan.is_enabled() => println!("  disabled\n"),
        Phase::Closed { opens_at: None } => println!("  closed for good\n"),
        phase => {
            let name = match phase {
                Phase::Open { .. } => "open",
                Phase::PastCutoff { .. } => "past its cutoff",
                Phase::Closed { .. } => "closed",
            };
            let left = phase.changes_in(now).unwrap_or_default();
            let (days, hours) = (left.num_days(), left.num_hours() % 24);
            println!("  {name} for {days} days and {hours} hours, then:");
            for opening in plan.openings_after(now).take(3) {
                println!(
                    "    opens {}, starts nothing from {}, closes {}",
                    clock(opening.opens_at, zone),
                    clock(opening.cutoff_at, zone),
                    clock(opening.closes_at, zone),
                );
            }
            for note in plan
                .timeline()
                .notes_between(now, now + TimeDelta::days(366))
            {
                println!("    note: {note}");
            }
            println!();
        }
    }
}

/// What the clocks of a zone show at an instant.
fn clock(instant: DateTime<Utc>, zone: Zone) -> String {
    zone.to_local(instant)
        .format("%a %d %b %H:%M %:z")
        .to_string()
}
