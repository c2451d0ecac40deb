//! What the children do.

use std::{
    io::{BufRead, Write},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tagout_batch::{Action, Command, Submission};
use tagout_control::{
    Clock, Control, ControlError, Done, Driver, DriverError, Ids, Settings, SystemClock, Work,
};
use tagout_lifecycle::{Engine, NewServer};
use tagout_store::{AnyStore, ErrorKind};
use tagout_window::request::{self, Request};

use crate::support::{open, runtime};

pub(crate) type Plane = Control<AnyStore, Quick>;

/// How long leases are.
pub(crate) const LEASE: TimeDelta = TimeDelta::milliseconds(800);

pub(crate) const ALIAS: &str = "acct";
pub(crate) const N_SERVERS: usize = 30;

/// A driver whose work takes some milliseconds.
#[derive(Debug)]
pub(crate) struct Quick;

impl Driver for Quick {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        let sum: u64 = work.ticket.as_str().bytes().map(u64::from).sum();
        tokio::time::sleep(Duration::from_millis(3 + sum % 40)).await;
        Ok(Done::default())
    }
}

pub(crate) fn plane(store: AnyStore) -> Arc<Plane> {
    let mut settings = Settings::default();
    settings.lease = LEASE;
    settings.idle = TimeDelta::milliseconds(100);
    settings.backoff = TimeDelta::milliseconds(20);
    Arc::new(Control::new(
        store,
        Quick,
        settings,
        Ids::from_system().unwrap(),
    ))
}

pub(crate) fn server(number: usize) -> tagout_batch::ServerId {
    format!("wa1{ALIAS}web{number:02}").parse().unwrap()
}

/// Does the task; what it says on its standard output is what it was told to be accepted.
pub(crate) fn run(task: &str, location: &str) -> ExitCode {
    runtime().block_on(async {
        let plane = plane(open(location).await.unwrap());
        match task {
            "work" => work(plane).await,
            "ask" => {
                tokio::spawn(plane.clone().run(SystemClock, std::future::pending()));
                tokio::join!(
                    batches(&plane, 0),
                    batches(&plane, 1),
                    windows(&plane),
                    servers(&plane)
                );
            }
            "hold" => hold(&plane).await,
            other => panic!("no task {other}"),
        }
        ExitCode::SUCCESS
    })
}

/// One line, in one piece.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may be gone.
    drop(
        out.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| out.flush()),
    );
}

/// Asks until there is an answer; nothing if it is refused. What is asked has to be the same thing each time.
async fn insist<T>(call: impl AsyncFn() -> Result<T, ControlError>) -> Option<T> {
    loop {
        match call().await {
            Ok(value) => return Some(value),
            Err(ControlError::Store(error)) => {
                let kind = error.kind();
                let passes = matches!(kind, ErrorKind::Transient | ErrorKind::Uncertain);
                assert!(passes, "{kind:?}: {error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(ControlError::Contended { .. }) => {}
            Err(_) => return None,
        }
    }
}

/// Only works.
async fn work(plane: Arc<Plane>) {
    say("working");
    plane.run(SystemClock, std::future::pending()).await;
}

/// Sends batches for ever, each with a key, and says which jobs came of each.
async fn batches(plane: &Plane, asker: usize) {
    for n in 0.. {
        let tag = format!("{}-{asker}-{n}", std::process::id());
        let targets = (0..3).map(|at| server(1 + (n * 5 + at * 7 + asker) % N_SERVERS).into());
        let command = Command::new(Action::Reboot, targets);
        let submission = Submission::new(ALIAS.parse().unwrap(), &*tag, command)
            .with_key(tag.as_str().try_into().unwrap());
        let answer =
            insist(async || plane.submit_batch(&submission, SystemClock.now()).await).await;
        let Some(answer) = answer else { continue };
        for job in answer.jobs() {
            say(&format!("job {job} {tag}"));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) fn command<R: Request + serde::de::DeserializeOwned>(request: Value) -> R::Command {
    serde_json::from_value::<R>(request)
        .unwrap()
        .parse()
        .unwrap()
}

/// Makes windows that open within two seconds, each with a task; says each window that has both.
async fn windows(plane: &Plane) {
    let account = ALIAS.parse().unwrap();
    for n in 0..3 {
        let name = format!("window-{}-{n}", std::process::id());
        let opens_at = SystemClock.now() + TimeDelta::seconds(2);
        let create = command::<request::CreateMaintenanceWindow>(json!({
            "Name": name, "ClientToken": name, "Schedule": opens_at.format("at(%Y-%m-%dT%H:%M:%S)").to_string(),
            "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": true,
        }));
        let made = insist(async || {
            plane
                .create_window(&account, &create, SystemClock.now())
                .await
        });
        let Some(window) = made.await else { return };
        let register = command::<request::RegisterTaskWithMaintenanceWindow>(json!({
            "WindowId": window, "TaskArn": "AWS-RunPatchBaseline", "TaskType": "RUN_COMMAND", "ClientToken": name,
            "Targets": [{ "Key": "InstanceIds", "Values": ["i-1", "i-2", "i-3"] }],
            "MaxConcurrency": "2", "MaxErrors": "0",
        }));
        let registered = insist(async || {
            plane
                .register_window_task(&account, &register, SystemClock.now())
                .await
        });
        if registered.await.is_some() {
            say(&format!("window {window}"));
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// Builds a server in an account of its own.
async fn servers(plane: &Plane) {
    let number = format!("1{:011}", std::process::id());
    let account = number.parse().unwrap();
    let new = || {
        NewServer::new(
            "alpha".parse().unwrap(),
            Engine::Puppet,
            "m5.large".parse().unwrap(),
            "arn:aws:iam::123456789012:instance-profile/p"
                .parse()
                .unwrap(),
            "arn:aws:iam::123456789012:role/r".parse().unwrap(),
        )
    };
    let made = insist(async || {
        match plane
            .create_server(&account, new(), None, SystemClock.now())
            .await
        {
            // An earlier attempt had its way.
            Ok(_) | Err(ControlError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    });
    if made.await.is_some() {
        say(&format!("server {number}"));
    }
}

/// Begins what is due, and reports it only when told to.
async fn hold(plane: &Plane) {
    let begun = plane.step(SystemClock.now(), 2).await.unwrap().begun;
    let tickets: Vec<_> = begun.iter().map(|work| work.ticket.as_str()).collect();
    say(&tickets.join(" "));
    std::io::stdin()
        .lock()
        .read_line(&mut String::new())
        .unwrap();
    for work in begun {
        let beat = plane.heartbeat(&work.ticket, SystemClock.now()).await;
        let report = plane
            .report(&work.ticket, Ok(Done::default()), SystemClock.now())
            .await;
        for outcome in [beat, report] {
            match outcome {
                Ok(()) => say("accepted"),
                Err(error) => say(&error.to_string()),
            }
        }
    }
}
