//! A whole night of maintenance over 200 servers, with everything that tagout has: a window decides when, its tasks say
//! what, batches do it, and all of it is kept in a SQLite file.
//!
//! Two days after the third Tuesday of the month, at 23:30 in Los Angeles, the window opens for two hours. First every
//! server is backed up with a snapshot, sixteen at a time. Then the servers are taken into maintenance, patched ten at a
//! time, and taken out again; last comes an inventory, one server after another. Some of the work fails. An hour before
//! the end nothing new begins, and what did not fit waits for the next month.
//!
//! The work is only pretended, and the clock jumps from one event to the next: two hours pass in a moment, and every run
//! prints the same.

use std::{
    error::Error,
    io::{IsTerminal, Write, stderr},
    path::Path,
    time::Instant,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tagout::{
    batch::{self, ChangeInfo},
    control::{
        Account, Control, Event, Ids, Node, Settings, SimulatedDriver, Simulation, WindowEvent,
    },
    schedule::Zone,
    store::{Position, SqliteStore},
    window::{
        Execution, Status, TaskExecution, WindowId,
        request::{
            CreateMaintenanceWindow, DescribeMaintenanceWindowExecutions, GetMaintenanceWindow,
            RegisterTargetWithMaintenanceWindow, RegisterTaskWithMaintenanceWindow, Request,
        },
    },
};

const SERVERS: usize = 200;

/// What the window does, in order: its name, its type, what it runs, how many at a time, and how many may fail.
#[rustfmt::skip] // columns
const TASKS: &[(&str, &str, &str, &str, &str)] = &[
    ("back-up",            "AUTOMATION",  "tagout:batch:createSnapshot",   "16", "10%"),
    ("into-maintenance",   "AUTOMATION",  "tagout:batch:startMaintenance", "50", "10%"),
    ("patch",              "AUTOMATION",  "tagout:batch:reboot",           "10", "20%"),
    ("out-of-maintenance", "AUTOMATION",  "tagout:batch:stopMaintenance",  "50", "100%"),
    ("inventory",          "RUN_COMMAND", "collect-inventory",             "1",  "10%"),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("tagout-night-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = Box::pin(night(&folder.join("night.db"))).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn night(file: &Path) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let driver = SimulatedDriver {
        failures_per_mille: 15,
        transients_per_mille: 20,
        ..SimulatedDriver::new(2026)
    };
    // Nobody is lost tonight, so leases may be long: each renewal is a write.
    let mut settings = Settings::default();
    settings.lease = TimeDelta::minutes(30);
    let store = SqliteStore::open(file).await?;
    let control = Control::new(store, driver.clone(), settings, Ids::seeded(7));

    let now: DateTime<Utc> = "2026-03-01T00:00:00Z".parse()?;
    let account: Account = "acct".parse()?;
    let window = prepare(&control, &account, now).await?;
    let zone = Zone::named("America/Los_Angeles")?;
    let get = parsed::<GetMaintenanceWindow>(json!({ "WindowId": window }))?;
    let opens_at = control
        .window(&account, &get, now)
        .await?
        .due_at()
        .ok_or("the window never opens")?;
    let clock = |at: DateTime<Utc>| zone.to_local(at).format("%H:%M:%S").to_string();
    println!(
        "{SERVERS} servers; the window opens {}",
        zone.to_local(opens_at).format("%A, %-d %B %Y at %H:%M %:z")
    );

    let mut night = Simulation::new(vec![control], driver, now);
    let (mut shown, mut n_done, mut n_failed) = (Vec::new(), 0, 0);
    let mut heard = Position::START;
    let until = opens_at + TimeDelta::hours(4);
    while let Some(tick) = night.tick(until).await? {
        for (_, result, accepted) in &tick.ended {
            n_done += usize::from(*accepted && result.is_ok());
            n_failed += usize::from(*accepted && result.is_err());
        }
        progress(&format!(
            "{}  {n_done} done, {n_failed} failed attempts",
            clock(night.now())
        ));
        if !has_moved(&night, &mut heard).await? {
            continue; // the execution is large, and only looked at when there is something to see
        }
        let Some(execution) = execution(&night, &account, window).await? else {
            continue;
        };
        let stand: Vec<Status> = execution
            .tasks()
            .iter()
            .map(TaskExecution::status)
            .collect();
        for (task, status) in TASKS.iter().zip(&stand) {
            let known = (task.0, *status);
            if *status != Status::Pending && !shown.contains(&known) {
                shown.push(known);
                progress("");
                println!("{}  {:18}  {status}", clock(night.now()), task.0);
            }
        }
        if execution.status().is_final() {
            break;
        }
    }
    progress("");
    summary(&night, &account, window).await?;
    eprintln!("(in {:.1} s)", began.elapsed().as_secs_f64());
    Ok(())
}

/// Brings in the servers, and makes the window with its target and its tasks.
async fn prepare(
    control: &Control<SqliteStore, SimulatedDriver>,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<WindowId, Box<dyn Error>> {
    let alias = account.as_str().parse()?;
    control
        .put_batch_account(batch::Account::new(alias), now)
        .await?;
    for number in 1..=SERVERS {
        let id: batch::ServerId = format!("wa1acctweb{number:02}").parse()?;
        let created = ChangeInfo::created("ops".into(), now);
        control
            .put_batch_server(batch::Server::new(id, alias, created), now)
            .await?;
        let mut node = Node::server(id.as_str());
        node.tags.insert("Role".into(), "web".into());
        control.put_node(account, node, now).await?;
    }
    let create = parsed::<CreateMaintenanceWindow>(json!({
        "Name": "patch-tuesday", "Schedule": "cron(30 23 ? * TUE#3 *)", "ScheduleTimezone": "America/Los_Angeles",
        "ScheduleOffset": 2, "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": false,
    }))?;
    let window = control.create_window(account, &create, now).await?;
    let register = parsed::<RegisterTargetWithMaintenanceWindow>(json!({
        "WindowId": window, "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Role", "Values": ["web"] }],
    }))?;
    let target = control
        .register_window_target(account, &register, now)
        .await?;
    for (priority, (name, kind, arn, at_a_time, errors)) in TASKS.iter().enumerate() {
        let mut task = json!({
            "WindowId": window, "Name": name, "TaskType": kind, "TaskArn": arn, "Priority": priority,
            "Targets": [{ "Key": "WindowTargetIds", "Values": [target] }],
            "MaxConcurrency": at_a_time, "MaxErrors": errors,
        });
        if *name == "inventory" {
            // What has not begun by the cutoff is not begun any more; the others go on once they have.
            task["CutoffBehavior"] = json!("CANCEL_TASK");
        }
        if *name == "back-up" {
            task["TaskInvocationParameters"] =
                json!({ "Automation": { "Parameters": { "days": ["3"] } } });
        }
        control
            .register_window_task(
                account,
                &parsed::<RegisterTaskWithMaintenanceWindow>(task)?,
                now,
            )
            .await?;
    }
    Ok(window)
}

/// A request as it comes from a client, checked.
fn parsed<R: Request + serde::de::DeserializeOwned>(
    request: Value,
) -> Result<R::Command, Box<dyn Error>> {
    Ok(serde_json::from_value::<R>(request)?.parse()?)
}

async fn execution(
    night: &Simulation<SqliteStore>,
    account: &Account,
    window: WindowId,
) -> Result<Option<Execution>, Box<dyn Error>> {
    let describe = parsed::<DescribeMaintenanceWindowExecutions>(json!({ "WindowId": window }))?;
    let page = night
        .plane(0)
        .describe_window_executions(account, &describe)
        .await?;
    Ok(page.entries.into_iter().next())
}

/// Whether a task, or the whole execution, stands elsewhere since the events up to `heard`, which moves on.
async fn has_moved(
    night: &Simulation<SqliteStore>,
    heard: &mut Position,
) -> Result<bool, Box<dyn Error>> {
    let mut has_moved = false;
    loop {
        let news = night.plane(0).events(*heard, 1_000).await?;
        *heard = news.next;
        has_moved |= news.events.iter().any(|it| {
            matches!(
                it.event,
                Event::Window(WindowEvent::TaskMoved { .. } | WindowEvent::ExecutionMoved { .. })
            )
        });
        if news.next >= news.last {
            return Ok(has_moved);
        }
    }
}

async fn summary(
    night: &Simulation<SqliteStore>,
    account: &Account,
    window: WindowId,
) -> Result<(), Box<dyn Error>> {
    let execution = execution(night, account, window)
        .await?
        .ok_or("the window never opened")?;
    println!(
        "\nThe night is {}: {}",
        execution.status(),
        execution.details().unwrap_or("all is well")
    );
    println!(
        "{:18}  {:9}  succeeded  failed  not begun",
        "task", "status"
    );
    for (task, execution) in TASKS.iter().zip(execution.tasks()) {
        let count = |is: &dyn Fn(Status) -> bool| {
            execution
                .invocations()
                .iter()
                .filter(|invocation| is(invocation.status()))
                .count()
        };
        let succeeded = count(&|status| status == Status::Success);
        let failed = count(&|status| status == Status::Failed);
        println!(
            "{:18}  {:9}  {succeeded:9}  {failed:6}  {:9}",
            task.0,
            execution.status().to_string(),
            SERVERS - succeeded - failed
        );
    }
    let alias = account.as_str().parse()?;
    let mut left = Vec::new();
    let mut after = None;
    loop {
        let page = night.plane(0).batch_servers(alias, after, 1_000).await?;
        left.extend(
            page.items
                .iter()
                .filter(|server| server.in_maintenance())
                .map(batch::Server::name),
        );
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    println!(
        "servers still in maintenance: {}",
        if left.is_empty() {
            "none".to_owned()
        } else {
            left.join(", ")
        }
    );
    Ok(())
}

/// Shows `line` in place of the one before, where somebody looks.
fn progress(line: &str) {
    let mut out = stderr();
    if out.is_terminal() {
        write!(out, "\r\x1b[K{line}")
            .and_then(|()| out.flush())
            .ok(); // a progress display that fails is no loss
    }
}
