//! What a plane tells about itself: numbers by the table, spans that find what happened, and no secrets in either.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use serde_json::json;
use tagout_batch::{Action, Alias, ChangeInfo, Command, Submission};
use tagout_control::{
    Account, Clock, Control, Done, Driver, DriverError, Ids, METRICS, MetricKind, Settings, Work,
    describe_metrics,
};
use tagout_lifecycle::{EngineAttribute, NewServer, ServerName};
use tagout_store::{
    Changes, Draft, Fault, FaultyStore, Key, Kind, MemoryStore, Operation, Position, Store,
};
use tagout_window::request::{
    CreateMaintenanceWindow, RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow, Request,
};
use tokio::time::Instant;
use tracing::Dispatch;

use crate::night::{Memory, account, name, new_server, noon};

/// A clock that goes with that of the runtime, which is paused and jumps.
struct Runtime(Instant);

impl Clock for Runtime {
    fn now(&self) -> DateTime<Utc> {
        noon() + self.0.elapsed()
    }
}

/// A driver that is told secrets, and has some of its own to say.
#[derive(Debug)]
struct Telltale;

impl Driver for Telltale {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let reason = || format!("told hush-9 with {}", work.detail);
        match (&*work.kind, work.attempt) {
            ("server.create", _) => Ok(Done {
                detail: json!({ "attributes": [{ "name": "CHEF_STARTER_KIT", "value": "hush-8" }] }),
            }),
            ("task.RUN_COMMAND", 1) => Err(DriverError::Transient { reason: reason() }),
            ("batch.reset", _) => Err(DriverError::Permanent { reason: reason() }),
            ("batch.archive", _) => std::future::pending().await,
            _ => Ok(Done::default()),
        }
    }
}

type Plane<S> = Control<S, Telltale>;

fn plane<S: Store>(store: S, seed: u64) -> Plane<S> {
    Control::new(store, Telltale, Settings::default(), Ids::seeded(seed))
}

/// Runs a plane for some hours.
async fn run<S: Store + 'static>(plane: Plane<S>, hours: u64) -> Arc<Plane<S>> {
    let plane = Arc::new(plane);
    let end = tokio::time::sleep(Duration::from_secs(hours * 3_600));
    Arc::clone(&plane).run(Runtime(Instant::now()), end).await;
    plane
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

fn command<R: Request + serde::de::DeserializeOwned>(request: serde_json::Value) -> R::Command {
    let request: R = serde_json::from_value(request).unwrap();
    request.parse().unwrap()
}

/// A batch account with servers of its own, and one job of each of these actions.
async fn batches<S: Store>(plane: &Plane<S>, actions: &[Action]) {
    let alias: Alias = "acct".parse().unwrap();
    let account = tagout_batch::Account::new(alias);
    plane.put_batch_account(account, noon()).await.unwrap();
    for (number, action) in actions.iter().enumerate() {
        let id = format!("wa1acctweb{:02}", number + 1).parse().unwrap();
        let created = ChangeInfo::created("ops".into(), noon());
        let server = tagout_batch::Server::new(id, alias, created);
        plane.put_batch_server(server, noon()).await.unwrap();
        let command = Command::new(action.clone(), [id.into()]);
        let submission = Submission::new(alias, "ops", command);
        plane.submit_batch(&submission, noon()).await.unwrap();
    }
}

/// Two servers, one of them asked for twice; jobs that succeed, fail and are lost; and a document that nobody can read.
async fn eventful(store: Memory) {
    let slowly =
        |call: tagout_store::Call| (call.operation == Operation::Commit).then_some(Fault::Slow(3));
    let (one, other) = (
        plane(FaultyStore::new(store.clone(), slowly), 1),
        plane(FaultyStore::new(store.clone(), slowly), 2),
    );
    let (account, alpha) = (account(), name("alpha"));
    one.create_server(&account, new_server("alpha"), None, noon())
        .await
        .unwrap();
    let refused = one.create_server(&account, new_server("alpha"), None, noon());
    refused.await.unwrap_err();
    // Both decide from the same version; one of them twice.
    let (here, there) = tokio::join!(
        one.protect_server(&account, &alpha, true, noon()),
        other.protect_server(&account, &alpha, false, noon()),
    );
    here.and(there).unwrap();
    batches(&one, &[Action::Reboot, Action::Reset]).await;

    // One that began an attempt and was not heard of again.
    one.create_server(&account, new_server("beta"), None, noon())
        .await
        .unwrap();
    let lost = other.step(noon(), 100).await.unwrap().begun;
    assert_eq!(lost.len(), 3, "two servers, and a job for its turn");

    let mut changes = Changes::new();
    let damaged = Key::new(Kind::constant("batch-item"), "x", "y").unwrap();
    let body = tagout_store::Body::of("nonsense").unwrap();
    changes.create(Draft::new(damaged, 1, body).due_at(noon()));
    store.commit(changes).await.unwrap();
    run(plane(store, 3), 2).await;
}

/// How often each label set of each name was counted.
type Numbers = BTreeMap<(String, Vec<(String, String)>), DebugValue>;

fn numbers(call: impl FnOnce()) -> Numbers {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, call);
    let found = snapshotter.snapshot().into_vec().into_iter();
    found
        .map(|(key, _, _, value)| {
            let labels = key.key().labels();
            let labels = labels.map(|label| (label.key().to_owned(), label.value().to_owned()));
            ((key.key().name().to_owned(), labels.collect()), value)
        })
        .collect()
}

#[test]
fn numbers_are_those_of_the_table_and_count_what_happened() {
    let numbers = numbers(|| runtime().block_on(eventful(Arc::default())));
    for ((name, labels), value) in &numbers {
        let row = METRICS.iter().find(|metric| metric.name == name);
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        let kind = match value {
            DebugValue::Counter(_) => MetricKind::Counter,
            DebugValue::Gauge(_) => MetricKind::Gauge,
            DebugValue::Histogram(_) => MetricKind::Histogram,
        };
        assert_eq!(kind, row.kind, "{name}");
        let names: Vec<_> = labels.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, row.labels, "{name}");
        for (_, value) in labels {
            for one_of_many in ["alpha", "beta", "1234", "acct", "web0"] {
                assert!(
                    !value.contains(one_of_many),
                    "{name} is told apart by {value}"
                );
            }
        }
    }
    let told: BTreeSet<_> = numbers.keys().map(|(name, _)| &**name).collect();
    let table: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(told, table);

    let counted = |name: &str, wanted: &[&str]| {
        let found = numbers.iter().find(|((found, labels), _)| {
            found == name && labels.iter().map(|(_, value)| value).eq(wanted)
        });
        match found {
            Some((_, DebugValue::Counter(n))) => *n,
            Some((_, DebugValue::Histogram(samples))) => samples.len() as u64,
            Some((_, DebugValue::Gauge(value))) => value.into_inner() as u64,
            None => 0,
        }
    };
    let commands = |command, outcome| counted("tagout_commands_total", &[command, outcome]);
    assert_eq!(commands("create_server", "ok"), 2);
    assert_eq!(commands("create_server", "conflict"), 1);
    assert_eq!(commands("protect_server", "ok"), 2);
    assert_eq!(counted("tagout_command_seconds", &["create_server"]), 3);
    assert_eq!(counted("tagout_decisions_overtaken_total", &[]), 1);
    let begun = |work| counted("tagout_attempts_begun_total", &[work]);
    let ended = |work, outcome| counted("tagout_attempts_ended_total", &[work, outcome]);
    assert_eq!(
        (begun("server.create"), ended("server.create", "done")),
        (4, 2)
    );
    assert_eq!(
        (begun("batch.reboot"), ended("batch.reboot", "done")),
        (2, 1)
    );
    assert_eq!(
        (begun("batch.reset"), ended("batch.reset", "failed")),
        (1, 1)
    );
    assert_eq!(counted("tagout_attempts_lost_total", &[]), 3);
    assert_eq!(counted("tagout_attempt_seconds", &["server.create"]), 2);
    assert_eq!(counted("tagout_queue_depth", &[]), 0, "all has ended");
    assert!(counted("tagout_due_passed_over_total", &["batch-item"]) > 1);
    assert!(counted("tagout_due_lag_seconds", &["errand"]) >= 4);
}

#[test]
fn a_recorder_is_told_what_each_number_means() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        describe_metrics();
        runtime().block_on(eventful(Arc::default()));
    });
    for (key, unit, what, _) in snapshotter.snapshot().into_vec() {
        let row = METRICS
            .iter()
            .find(|it| it.name == key.key().name())
            .unwrap();
        assert_eq!((unit, what.as_deref()), (Some(row.unit), Some(row.what)));
    }
}

#[test]
fn depth_and_attempts_under_way_are_told_while_they_last() {
    let numbers = numbers(|| {
        runtime().block_on(async {
            let plane = plane(MemoryStore::new(), 1);
            batches(&plane, &[Action::Archive, Action::Archive, Action::Reboot]).await;
            run(plane, 1).await;
        });
    });
    let gauge = |name: &str| match &numbers[&(name.to_owned(), Vec::new())] {
        DebugValue::Gauge(value) => value.into_inner(),
        other => panic!("{name} is {other:?}"),
    };
    let steps = &numbers[&("tagout_step_seconds".to_owned(), Vec::new())];
    match steps {
        DebugValue::Histogram(steps) => {
            assert!(
                steps.len() < 5_000,
                "a plane that waits steps once a second, or when a lease is renewed"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(gauge("tagout_queue_depth").to_string(), "2");
    assert_eq!(gauge("tagout_attempts_running").to_string(), "2");
}

/// All that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `call` logs, at every level, with the begin and the end of every span.
fn logged(call: impl FnOnce()) -> String {
    // As long as there is one subscriber alone, whoever is first at a place in the code decides for all threads whether
    // it is listened to there: tests that do not listen would make this one deaf. A second one never ends.
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(tracing_subscriber::registry()));
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, call);
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

fn attribute(name: &str, value: &str) -> EngineAttribute {
    EngineAttribute {
        name: name.parse().unwrap(),
        value: value.parse().unwrap(),
    }
}

fn secretive(server: &str, password: &str) -> NewServer {
    NewServer {
        attributes: vec![
            attribute("CHEF_AUTOMATE_ADMIN_PASSWORD", password),
            attribute("CHEF_AUTOMATE_PIVOTAL_KEY", "hush-2"),
        ],
        ..new_server(server)
    }
}

/// A day in which every text that begins with `hush` is a secret; gives back what was made up and the errors.
async fn day_of_secrets(store: Memory) -> (Vec<String>, Vec<String>) {
    let plane = plane(store, 1);
    let (account, alpha) = (account(), name("alpha"));
    let mut errors = Vec::new();
    let mut secrets = Vec::new();
    let new = secretive("alpha", "Hush1Hush1!");
    plane
        .create_server(&account, new.clone(), None, noon())
        .await
        .unwrap();
    let again = plane.create_server(&account, new, None, noon()).await;
    errors.push(again.map(drop).unwrap_err());
    let short = secretive("beta", "hush-3");
    let refused = plane.create_server(&account, short, None, noon()).await;
    errors.push(refused.map(drop).unwrap_err());
    let made = plane.create_server(&account, new_server("gamma"), None, noon());
    let made = made.await.unwrap().secrets.remove(0).value;
    secrets.push(made.expose().to_owned());

    let plane = run(plane, 1).await;
    let now = noon() + Duration::from_secs(3_600);
    let key = [attribute("CHEF_NODE_PUBLIC_KEY", "hush-4")];
    let node = "i-1".parse().unwrap();
    plane
        .associate_node(&account, &alpha, &node, &key, now)
        .await
        .unwrap();
    let pivotal = "CHEF_PIVOTAL_KEY".parse().unwrap();
    let value = "hush-5".parse().unwrap();
    for _ in 0..2 {
        let changed = plane
            .update_server_engine_attributes(&account, &alpha, &pivotal, Some(&value), now)
            .await;
        errors.extend(changed.err()); // the second finds it busy
    }
    let unknown: ServerName = name("omega");
    let lost = plane
        .update_server_engine_attributes(&account, &unknown, &pivotal, Some(&value), now)
        .await;
    errors.extend(lost.err());
    windows(&plane, &account, now).await;
    batches(&plane, &[Action::Reset, Action::Reboot]).await;
    let plane = Arc::into_inner(plane).unwrap();
    run(plane, 12).await;
    let texts = errors
        .iter()
        .map(|error| format!("{error} {error:?} {:?}", error.kind()));
    (secrets, texts.collect())
}

async fn windows(plane: &Plane<Memory>, account: &Account, now: DateTime<Utc>) {
    let create = command::<CreateMaintenanceWindow>(json!({
        "Name": "nightly", "Description": "hush-6", "Schedule": "rate(1 hour)", "Duration": 3, "Cutoff": 1,
        "AllowUnassociatedTargets": true,
    }));
    let window = plane.create_window(account, &create, now).await.unwrap();
    let target = command::<RegisterTargetWithMaintenanceWindow>(json!({
        "WindowId": window, "ResourceType": "INSTANCE", "OwnerInformation": "hush-7",
        "Targets": [{ "Key": "InstanceIds", "Values": ["i-1"] }],
    }));
    let target = plane
        .register_window_target(account, &target, now)
        .await
        .unwrap();
    let task = command::<RegisterTaskWithMaintenanceWindow>(json!({
        "WindowId": window, "TaskArn": "AWS-RunShellScript", "TaskType": "RUN_COMMAND",
        "Targets": [{ "Key": "WindowTargetIds", "Values": [target] }], "MaxConcurrency": "1", "MaxErrors": "0",
        "TaskInvocationParameters": { "RunCommand": { "Parameters": { "commands": ["hush-0"] } } },
    }));
    plane
        .register_window_task(account, &task, now)
        .await
        .unwrap();
}

#[test]
fn secrets_are_in_no_span_no_event_and_no_error() {
    let store = Memory::default();
    let mut heard = (Vec::new(), Vec::new());
    let mut events = String::new();
    let log = logged(|| {
        let runtime = runtime();
        heard = runtime.block_on(day_of_secrets(store.clone()));
        let found = runtime
            .block_on(store.events(Position::START, 1_000))
            .unwrap();
        events = found
            .events
            .iter()
            .map(|event| event.body().as_str().to_owned())
            .collect();
    });
    let (mut secrets, errors) = heard;
    secrets.extend((0..10).map(|number| format!("hush-{number}")));
    secrets.push("Hush1".to_owned());
    assert_eq!(errors.len(), 4, "{errors:?}");
    for (place, text) in [
        ("log", &log),
        ("events", &events),
        ("errors", &errors.concat()),
    ] {
        assert!(!text.is_empty());
        for secret in &secrets {
            let at = text.find(secret.as_str());
            let around = at.map(|at| &text[at.saturating_sub(200)..at + secret.len()]);
            assert_eq!(around, None, "{secret} is in the {place}");
        }
    }
}

#[track_caller]
fn check(log: &str, wanted: &[&str]) {
    let found = log
        .lines()
        .find(|line| wanted.iter().all(|part| line.contains(part)));
    let name = wanted[0].split_inclusive('{').next().unwrap();
    let alike: Vec<_> = log.lines().filter(|line| line.contains(name)).collect();
    assert!(found.is_some(), "{wanted:?}, found {:?}", alike.first());
}

#[test]
fn a_span_names_the_command_the_account_and_the_things() {
    let log = logged(|| {
        runtime().block_on(async {
            day_of_secrets(Memory::default()).await;
        });
    });
    check(&log, &["create_server{account=123456789012 server=alpha}"]);
    check(
        &log,
        &["create_window{account=123456789012 window=mw-", "close"],
    );
    check(
        &log,
        &[
            "register_window_target{account=123456789012 window=mw-",
            "target=",
        ],
    );
    check(&log, &["submit_batch{account=acct}"]);
    check(
        &log,
        &["advance{kind=\"window\" account=\"123456789012\" id=\"mw-"],
    );
    let work = "work{kind=\"server.create\" account=\"123456789012\" target=\"alpha\" attempt=1}";
    check(&log, &[work, "report", "close"]);
}
