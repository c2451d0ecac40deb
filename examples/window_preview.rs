//! Before the night: what would a window do? Which servers would it reach, in which order, and what would the cutoff leave
//! undone? A preview runs the very machine that will run the window, with durations instead of the world. Here it shows
//! that five at a time is too few, and how many are enough.
//!
//! Run it with `cargo run --example window_preview`.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tagout::schedule::{Exclusion, Exclusions, Zone};
use tagout::window::request::{
    CreateMaintenanceWindow, RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow, Request, UpdateMaintenanceWindowTask,
};
use tagout::window::{
    Fleet, Practice, Preview, Rules, TargetId, TaskId, TaskType, Window, WindowId, Work,
};

fn main() -> Result<(), Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-11-20T09:00:00Z".parse()?;
    let rules = Rules::default();
    let mut window = window(now, &rules)?;

    // Nothing may be open over the holidays, and every night has to be known a day before.
    let holidays = Exclusion::yearly("12-20".parse()?, "01-03".parse()?).named("holidays");
    let practice = Practice {
        exclusions: Some(Exclusions::new(Zone::named("Europe/Berlin")?, [holidays])),
        notice: TimeDelta::hours(24),
        ..Practice::default()
    };
    window.set_practice(practice, now);
    println!("{} opens on", window.name());
    for opening in window.openings_after(now).take(6) {
        println!("  {}", window.execution_time(opening.opens_at));
    }

    let fleet = fleet();
    let opening = window.openings_after(now).next().ok_or("it opens")?;
    println!("\nIts first night:");
    let preview = Preview::of(&window, opening, &fleet, |work| minutes(&work));
    show(&window, &preview);

    println!("\nHow many at a time are enough?");
    for at_once in [5, 6, 8, 10] {
        let update: UpdateMaintenanceWindowTask = serde_json::from_value(json!({
            "WindowId": window.id(), "WindowTaskId": window.tasks()[0].id(), "MaxConcurrency": at_once.to_string(),
        }))?;
        let mut changed = window.clone();
        changed.update_task(update.parse()?, &rules)?;
        let preview = Preview::of(&changed, opening, &fleet, |work| minutes(&work));
        let ends_at = preview.execution().ended_at().ok_or("it ends")?;
        println!(
            "  {at_once:2}: {} by {}, {} cut off",
            preview.execution().status(),
            clock(&changed, ends_at),
            preview.cut_off().count(),
        );
    }
    Ok(())
}

/// Prints the steps of a preview, those that begin and end together on one line.
fn show(window: &Window, preview: &Preview) {
    let line_of = |step: &tagout::window::Step| {
        let began = step
            .began_at
            .map_or("never".to_owned(), |at| clock(window, at));
        format!(
            "{began} to {}  {}",
            clock(window, step.ended_at),
            step.status
        )
    };
    for steps in preview
        .steps()
        .chunk_by(|one, other| line_of(one) == line_of(other))
    {
        let names: Vec<&str> = steps.iter().map(|step| name(&preview.work(step))).collect();
        println!("  {:28}  {}", line_of(&steps[0]), names.join(" "));
    }
}

fn window(now: DateTime<Utc>, rules: &Rules) -> Result<Window, Box<dyn Error>> {
    let create: CreateMaintenanceWindow = serde_json::from_value(json!({
        "Name": "saturdays", "Schedule": "cron(0 22 ? * SAT *)", "ScheduleTimezone": "Europe/Berlin",
        "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": false,
    }))?;
    let mut window = Window::create(create.parse()?, WindowId::from_bits(1), now, rules)?;
    let target: RegisterTargetWithMaintenanceWindow = serde_json::from_value(json!({
        "WindowId": window.id(), "ResourceType": "INSTANCE",
        "Targets": [{ "Key": "tag:Role", "Values": ["web"] }],
    }))?;
    let target_id = window.register_target(target.parse()?, TargetId::from_bits(2), rules)?;
    let patch: RegisterTaskWithMaintenanceWindow = serde_json::from_value(json!({
        "WindowId": window.id(), "TaskType": "RUN_COMMAND", "TaskArn": "AWS-RunPatchBaseline", "Priority": 1,
        "Targets": [{ "Key": "WindowTargetIds", "Values": [target_id] }],
        "MaxConcurrency": "5", "MaxErrors": "10%", "CutoffBehavior": "CANCEL_TASK",
    }))?;
    window.register_task(patch.parse()?, TaskId::from_bits(3), rules)?;
    let report: RegisterTaskWithMaintenanceWindow = serde_json::from_value(json!({
        "WindowId": window.id(), "TaskType": "LAMBDA", "TaskArn": "SSM-report", "Priority": 9,
    }))?;
    window.register_task(report.parse()?, TaskId::from_bits(4), rules)?;
    Ok(window)
}

fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    for n in 1..=22 {
        fleet.add_server(&format!("web-{n:02}"), [("Role", "web")]);
    }
    fleet
}

/// How long each piece of work took the last time.
fn minutes(work: &Work<'_>) -> TimeDelta {
    TimeDelta::minutes(if work.task.task_type() == TaskType::Lambda {
        1
    } else {
        35
    })
}

fn name<'a>(work: &Work<'a>) -> &'a str {
    work.resource
        .map_or(work.task.task_arn().as_str(), |resource| &resource.id)
}

fn clock(window: &Window, at: DateTime<Utc>) -> String {
    window
        .plan()
        .timeline()
        .zone()
        .to_local(at)
        .format("%H:%M")
        .to_string()
}
