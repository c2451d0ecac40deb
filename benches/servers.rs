//! What a decision about a server costs, how fast a million servers go through maintenance on one core, and how much
//! memory one takes that is left alone.
//!
//! `cargo bench -p tagout-benches --bench servers`; `-- --fleet 100000` for fewer servers. Each part checks that what it
//! measured is what was meant.

use std::{env, hint::black_box, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use cpu_time::ThreadTime;
use criterion::{
    BatchSize, Criterion,
    measurement::{Measurement, ValueFormatter, WallTime},
};
use peak_alloc::PeakAlloc;
use tagout_backup::{Backup, ManualOrder, Terms};
use tagout_lifecycle::{
    Account, Built, Duty, Engine, HealthCheck, HealthReport, Limited, Maintained, NewServer,
    Observation, Operation, Policy, Quota, Server, Status, Ticket,
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const TICKET: Ticket = Ticket::new(2);

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_452_800, 0).expect("2026-03-02T12:00:00Z")
}

/// A healthy server as it would be asked for.
fn healthy(name: &str, policy: &Policy) -> Server {
    let text = "these are in order";
    let new = NewServer {
        key_pair: Some("ops".parse().expect(text)),
        subnet_ids: Some(vec!["subnet-0a1b2c3d".parse().expect(text)]),
        security_group_ids: Some(vec!["sg-0a1b2c3d".parse().expect(text)]),
        maintenance_window: Some("Tue:04:00".parse().expect(text)),
        backup_window: Some("03:00".parse().expect(text)),
        ..NewServer::new(
            name.parse().expect(text),
            Engine::ChefAutomate,
            "m5.large".parse().expect(text),
            "arn:aws:iam::123456789012:instance-profile/aws-opsworks-cm-ec2-role"
                .parse()
                .expect(text),
            "arn:aws:iam::123456789012:role/service-role/aws-opsworks-cm-service-role"
                .parse()
                .expect(text),
        )
    };
    let account = Account {
        id: "123456789012".parse().expect(text),
        region: "us-east-1".parse().expect(text),
    };
    let moved = Server::create(
        new,
        &account,
        &mut || 0x1234_5678_9abc_def0,
        Ticket::new(1),
        policy,
        noon(),
    );
    let server = moved.expect(text).server;
    server
        .handle_built(Ticket::new(1), Ok(Built::default()), noon())
        .expect(text)
        .server
}

/// The time that this thread had a core, so that others on the machine do not count.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn decisions(criterion: &mut Criterion<CpuTime>) {
    let (policy, terms, now) = (Policy::default(), Terms::default(), noon());
    let server = healthy("web-1", &policy);
    let busy = server
        .clone()
        .start_maintenance(&[], TICKET, &policy, now)
        .expect("it is healthy")
        .server;
    let ill = Observation::Checked(HealthReport::new(
        vec![HealthCheck::failed("api", "503")],
        now,
    ));
    let quota = Quota::empty(Limited::ManualBackups);
    let mut group = criterion.benchmark_group("servers/decision");

    group.bench_function("may", |bench| {
        bench.iter(|| {
            black_box(&server)
                .status()
                .may(black_box(Operation::StartMaintenance))
        });
    });
    group.bench_function("start_maintenance", |bench| {
        let start = |server: Server| {
            server
                .start_maintenance(&[], TICKET, &policy, now)
                .expect("it is healthy")
        };
        bench.iter_batched(|| server.clone(), start, BatchSize::SmallInput);
    });
    group.bench_function("handle_maintained", |bench| {
        let done = || Ok(Maintained::default());
        let handle = |busy: Server| {
            busy.handle_maintained(TICKET, done(), now)
                .expect("the ticket is current")
        };
        bench.iter_batched(|| busy.clone(), handle, BatchSize::SmallInput);
    });
    group.bench_function("refuse_late_result", |bench| {
        let late = |server: Server| {
            server
                .handle_maintained(TICKET, Ok(Maintained::default()), now)
                .expect_err("late")
        };
        bench.iter_batched(|| server.clone(), late, BatchSize::SmallInput);
    });
    group.bench_function("handle_observation", |bench| {
        bench.iter_batched(
            || server.clone(),
            |server| server.handle_observation(&ill, now),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("poll_duty", |bench| {
        bench.iter(|| black_box(&server).poll_duty(black_box(now)));
    });
    group.bench_function("poll_due", |bench| {
        bench.iter(|| black_box(&server).poll_due(black_box(now)));
    });
    group.bench_function("begin_backup", |bench| {
        let begin = || {
            Backup::begin_manual(
                &server,
                ManualOrder::default(),
                quota,
                |_| false,
                TICKET,
                &terms,
                now,
            )
        };
        bench.iter_with_large_drop(|| begin().expect("it is healthy"));
    });
    group.finish();
}

/// Every server is found due in its window, taken into maintenance, and comes back healthy.
fn fleet(n_servers: usize) {
    let policy = Policy::default();
    let before = ALLOCATOR.current_usage();
    // Read from what is stored, so that no two servers share a text, as it is where each has a document of its own.
    let stored =
        serde_json::to_string(&healthy("server-0000000", &policy)).expect("a server can be stored");
    let mut servers: Vec<Server> = Vec::with_capacity(n_servers);
    for number in 0..n_servers {
        let stored = stored.replace("server-0000000", &format!("server-{number:07}"));
        servers.push(serde_json::from_str(&stored).expect("what was stored can be read"));
    }
    let memory = (ALLOCATOR.current_usage() - before) as f64 / n_servers as f64;

    let start = ThreadTime::now();
    let mut n_events = 0;
    let servers: Vec<Server> = servers
        .into_iter()
        .map(|server| cycle(server, &policy, &mut n_events))
        .collect();
    let took = start.elapsed();
    assert!(
        servers
            .iter()
            .all(|server| server.status() == Status::Healthy && server.maintained_at().is_some())
    );
    assert_eq!(
        n_events,
        3 * n_servers,
        "a missed backup window, a start and an end"
    );
    println!(
        "servers/fleet: {n_servers} servers through a maintenance cycle in {took:.2?} on one core"
    );
    println!(
        "servers/memory: {memory:.0} bytes for an idle server, {} of them its own",
        size_of::<Server>()
    );
}

/// Does what is due on Tuesday at four, and reports the maintenance half an hour later.
fn cycle(server: Server, policy: &Policy, n_events: &mut usize) -> Server {
    let mut now = noon() + TimeDelta::hours(16);
    let mut server = server;
    while let Some(duty) = server.poll_duty(now) {
        let moved = match duty {
            Duty::StartMaintenance { opening } => {
                let moved = server
                    .start_due_maintenance(opening, TICKET, policy, now)
                    .expect("it is due");
                *n_events += moved.events.len();
                now += TimeDelta::minutes(30);
                let done = moved
                    .server
                    .handle_maintained(TICKET, Ok(Maintained::default()), now);
                done.expect("the ticket is current")
            }
            _ => server.settle_windows(now),
        };
        *n_events += moved.events.len();
        server = moved.server;
    }
    server
}

fn main() {
    let mut arguments = env::args()
        .skip_while(|argument| argument != "--fleet")
        .skip(1);
    let n_servers = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    if !env::args().any(|argument| argument == "--fleet") {
        let mut criterion = Criterion::default()
            .with_measurement(CpuTime)
            .warm_up_time(Duration::from_millis(500))
            .without_plots();
        decisions(&mut criterion);
    }
    fleet(n_servers);
}
