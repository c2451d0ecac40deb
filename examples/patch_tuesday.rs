//! A night of patching. Two days after the third Tuesday of the month, at 23:30 in Los Angeles, a window opens for four
//! hours. The databases are backed up first; then the web servers are patched, ten at a time, until two of them fail; and
//! beside them the slow workers, two at a time. An hour before the end nothing new may start.
//!
//! The window decides; this program only does what it is told (here: lets simulated time go by) and tells what happened.
//!
//! Run it with `cargo run --example patch_tuesday`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tagout::window::request::{
    CreateMaintenanceWindow, RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow, Request,
};
use tagout::window::{
    Decision, Ending, Execution, Fleet, Rules, Status, TargetId, TaskId, Ticket, Window, WindowId,
    Work,
};

fn main() -> Result<(), Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-03-01T00:00:00Z".parse()?;
    let (mut window, fleet) = window(now)?;
    println!(
        "{} opens next at {}",
        window.name(),
        window.next_execution_time().ok_or("it opens")?
    );
    println!(
        "  for {}, with nothing new in the last {}\n",
        window.duration(),
        window.cutoff()
    );

    let opens_at = window.due_at().ok_or("it opens")?;
    let due = window.take_due(opens_at).ok_or("it is due")?;
    let mut bits = 100;
    let mut ids = || {
        bits += 1;
        bits
    };
    let mut execution = Execution::new(&window, due.opening, &mut ids);

    // The whole driver: begin what is to begin, cancel what is to be cancelled, and tell what ended.
    let mut ends: BinaryHeap<Reverse<(DateTime<Utc>, Ticket)>> = BinaryHeap::new();
    let mut now = opens_at;
    let mut decision = execution.begin(&fleet, &mut ids, now);
    loop {
        tell(&window, &execution, &decision, now)?;
        for ticket in decision.begin {
            let ends_at = now + minutes(&execution.work(&ticket)?);
            ends.push(Reverse((ends_at, ticket)));
        }
        // A cancelled command stops at once.
        ends.extend(decision.cancel.iter().map(|ticket| Reverse((now, *ticket))));
        while ends
            .peek()
            .is_some_and(|Reverse((_, ticket))| execution.work(ticket).is_err())
        {
            ends.pop(); // it was cancelled before its time
        }
        let next_end = ends.peek().map(|Reverse((ends_at, _))| *ends_at);
        if let Some(asked_at) = decision
            .ask_again_at
            .filter(|at| next_end.is_none_or(|ends_at| *at <= ends_at))
        {
            now = asked_at;
            println!(
                "{}  {}",
                clock(&window, now),
                if now < due.opening.closes_at {
                    "the cutoff"
                } else {
                    "the end"
                }
            );
            decision = execution.handle_time(now);
        } else if let Some(Reverse((ends_at, ticket))) = ends.pop() {
            now = ends_at;
            let work = execution.work(&ticket)?;
            let ending = match work.invocation.status() {
                Status::Cancelling => Ending::Cancelled,
                _ if fails(&work) => Ending::Failed,
                _ => Ending::Success,
            };
            if ending == Ending::Failed {
                println!("{}  {} failed", clock(&window, now), server(&work));
            }
            decision = execution.handle_ended(&ticket, ending.into(), now)?;
        } else {
            break;
        }
    }
    println!(
        "\nThe run is {}: {}",
        execution.status(),
        execution.details().unwrap_or("all is well")
    );
    for task in execution.tasks() {
        let count = |status| {
            task.invocations()
                .iter()
                .filter(|it| it.status() == status)
                .count()
        };
        let line = format!(
            "  {:13} {:9}  {} succeeded, {} failed, {} cancelled, {} timed out   {}",
            task.task().name().map_or("-", |name| name.as_str()),
            task.status().to_string(),
            count(Status::Success),
            count(Status::Failed),
            count(Status::Cancelled),
            count(Status::TimedOut),
            task.details().unwrap_or_default(),
        );
        println!("{}", line.trim_end());
    }
    println!(
        "{} opens next at {}",
        window.name(),
        window.next_execution_time().ok_or("it opens")?
    );
    Ok(())
}

/// The window, and the servers that its targets select.
fn window(now: DateTime<Utc>) -> Result<(Window, Fleet), Box<dyn Error>> {
    let rules = Rules::default();
    let create: CreateMaintenanceWindow = serde_json::from_value(json!({
        "Name": "patch-tuesday",
        "Schedule": "cron(30 23 ? * TUE#3 *)",
        "ScheduleTimezone": "America/Los_Angeles",
        "ScheduleOffset": 2,
        "Duration": 4,
        "Cutoff": 1,
        "AllowUnassociatedTargets": false,
    }))?;
    let mut window = Window::create(create.parse()?, WindowId::from_bits(1), now, &rules)?;
    let mut fleet = Fleet::default();
    for (n, (role, count)) in [("db", 3), ("web", 30), ("worker", 8)]
        .into_iter()
        .enumerate()
    {
        for server in 1..=count {
            fleet.add_server(&format!("{role}-{server:02}"), [("Role", role)]);
        }
        let register: RegisterTargetWithMaintenanceWindow = serde_json::from_value(json!({
            "WindowId": window.id(), "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Role", "Values": [role] }],
        }))?;
        window.register_target(register.parse()?, TargetId::from_bits(n as u128), &rules)?;
    }
    let tasks: [Value; 3] = [
        json!({ "Name": "back-up", "TaskType": "AUTOMATION", "TaskArn": "BackUp", "Priority": 0,
                "MaxConcurrency": "100%", "MaxErrors": "0" }),
        json!({ "Name": "patch-web", "TaskType": "RUN_COMMAND", "TaskArn": "AWS-RunPatchBaseline", "Priority": 1,
                "MaxConcurrency": "10", "MaxErrors": "1" }), // stops at the error after that one
        json!({ "Name": "patch-workers", "TaskType": "RUN_COMMAND", "TaskArn": "AWS-RunPatchBaseline", "Priority": 1,
                "MaxConcurrency": "25%", "MaxErrors": "0", "CutoffBehavior": "CANCEL_TASK" }),
    ];
    for (n, mut task) in tasks.into_iter().enumerate() {
        task["WindowId"] = json!(window.id());
        task["Targets"] =
            json!([{ "Key": "WindowTargetIds", "Values": [window.targets()[n].id()] }]);
        let register: RegisterTaskWithMaintenanceWindow = serde_json::from_value(task)?;
        window.register_task(register.parse()?, TaskId::from_bits(n as u128), &rules)?;
    }
    Ok((window, fleet))
}

/// How long a simulated piece of work takes.
fn minutes(work: &Work<'_>) -> TimeDelta {
    let number: i64 = server(work)
        .rsplit('-')
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    TimeDelta::minutes(match work.task.name().map_or("", |name| name.as_str()) {
        "back-up" => 20 + number,
        "patch-web" => 25 + number * 7 % 11,
        _ => 55,
    })
}

/// Which of them fail.
fn fails(work: &Work<'_>) -> bool {
    matches!(server(work), "web-07" | "web-14")
}

fn server<'a>(work: &Work<'a>) -> &'a str {
    work.resource.map_or("-", |resource| &resource.id)
}

fn clock(window: &Window, at: DateTime<Utc>) -> String {
    window
        .plan()
        .timeline()
        .zone()
        .to_local(at)
        .format("%a %H:%M")
        .to_string()
}

/// Prints what a decision begins and cancels.
fn tell(
    window: &Window,
    execution: &Execution,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<(), Box<dyn Error>> {
    for (verb, tickets) in [("begin", &decision.begin), ("cancel", &decision.cancel)] {
        let mut names = Vec::new();
        for ticket in tickets {
            names.push(server(&execution.work(ticket)?));
        }
        if !names.is_empty() {
            println!("{}  {verb} {}", clock(window, now), names.join(" "));
        }
    }
    Ok(())
}
