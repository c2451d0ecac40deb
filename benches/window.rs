//! What windows and their executions cost: an update, a page of a million windows, a run of ten thousand invocations.
//!
//! `cargo bench -p tagout-benches --bench window`

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use divan::{Bencher, black_box};
use serde_json::{Value, json};
use tagout_window::request::{
    CreateMaintenanceWindow, DescribeMaintenanceWindowSchedule, DescribeMaintenanceWindows,
    RegisterTargetWithMaintenanceWindow, RegisterTaskWithMaintenanceWindow, Request,
    UpdateMaintenanceWindow,
};
use tagout_window::{
    Ending, Execution, Fleet, PageKey, Quotas, Rules, Status, TargetId, TaskId, Window, WindowId,
    Windows,
};

fn main() {
    divan::main();
}

fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

fn rules() -> Rules {
    Rules {
        quotas: Quotas::UNLIMITED,
        ..Rules::default()
    }
}

fn request<R: serde::de::DeserializeOwned>(request: Value) -> R {
    serde_json::from_value(request).expect("members of the request")
}

fn create(name: &str) -> CreateMaintenanceWindow {
    request(json!({
        "Name": name, "Schedule": "cron(30 23 ? * TUE#3 *)", "ScheduleTimezone": "America/Los_Angeles",
        "ScheduleOffset": 2, "Duration": 4, "Cutoff": 1, "AllowUnassociatedTargets": true,
    }))
}

fn window() -> Window {
    let command = create("patch-tuesday").parse().expect("it breaks nothing");
    Window::create(command, WindowId::from_bits(1), now(), &rules()).expect("it can be made")
}

/// A change of the name alone, and one of everything, after which it has to be found when the window opens next.
#[divan::bench(args = ["name", "everything"])]
fn update(bencher: Bencher<'_, '_>, what: &str) {
    let id = WindowId::from_bits(1);
    let [first, second]: [UpdateMaintenanceWindow; 2] = match what {
        "name" => ["one", "two"].map(|name| request(json!({ "WindowId": id, "Name": name }))),
        _ => ["cron(30 23 ? * TUE#3 *)", "cron(30 22 ? * TUE#2 *)"].map(|schedule| {
            request(json!({
                "WindowId": id, "Name": "patch", "Description": "patches", "Schedule": schedule,
                "ScheduleTimezone": "America/Los_Angeles", "ScheduleOffset": 2, "StartDate": "2026-01-01T00:00:00-08:00",
                "EndDate": "2036-01-01T00:00:00-08:00", "Duration": 4, "Cutoff": 1, "AllowUnassociatedTargets": true,
                "Enabled": true, "Replace": true,
            }))
        }),
    };
    let rules = rules();
    let mut window = window();
    let mut turn = false;
    bencher
        .with_inputs(|| {
            turn = !turn;
            if turn { first.clone() } else { second.clone() }
        })
        .bench_local_values(|request| {
            let command = black_box(request).parse().expect("it breaks nothing");
            window.update(command, now(), &rules).expect("it is taken");
        });
    assert!(window.due_at().is_some());
}

/// A million windows, made a second apart; every hundredth is disabled, and one in a thousand is called `rare`.
static MILLION: LazyLock<Windows> = LazyLock::new(|| {
    let mut windows = Windows::new(rules(), PageKey::new([7; 32]));
    let mut bits = 0;
    for n in 0..1_000_000_u32 {
        let name = format!("{}-{n}", if n % 1000 == 0 { "rare" } else { "window" });
        let command = create(&name).parse().expect("it breaks nothing");
        let made_at = now() - TimeDelta::seconds(i64::from(1_000_000 - n));
        let mut next = || {
            bits += 1;
            bits
        };
        let id = windows
            .create(command, &mut next, made_at)
            .expect("it can be made");
        if n % 100 == 0 {
            let update: UpdateMaintenanceWindow =
                request(json!({ "WindowId": id, "Enabled": false }));
            windows
                .update(update.parse().expect("it breaks nothing"), made_at)
                .expect("it is taken");
        }
    }
    // What was due before is taken, as it would be.
    windows.take_due(now(), usize::MAX);
    windows
});

/// One page of a hundred out of the million, from the middle of the list on where there is one.
#[divan::bench(args = ["all", "rare names", "frequent names", "disabled", "enabled"])]
fn describe_page_of_100(bencher: Bencher<'_, '_>, which: &str) {
    let filters = match which {
        "all" => json!([]),
        "rare names" => json!([{ "Key": "Name", "Values": ["rare-"] }]),
        "frequent names" => json!([{ "Key": "Name", "Values": ["window-"] }]),
        "disabled" => json!([{ "Key": "Enabled", "Values": ["false"] }]),
        _ => json!([{ "Key": "Enabled", "Values": ["true"] }]),
    };
    let mut asked: DescribeMaintenanceWindows =
        request(json!({ "MaxResults": 100, "Filters": filters }));
    for _ in 0..5 {
        let page = MILLION
            .describe(&asked.clone().parse().expect("it breaks nothing"))
            .expect("it is known");
        asked.next_token = page.next_token;
    }
    bencher.bench_local(|| {
        let command = black_box(&asked)
            .clone()
            .parse()
            .expect("it breaks nothing");
        let page = MILLION.describe(&command).expect("it is known");
        assert_eq!(page.entries.len(), 100);
        page
    });
}

/// One page of a hundred coming openings, merged over the million windows.
#[divan::bench]
fn schedule_page_of_100(bencher: Bencher<'_, '_>) {
    let asked: DescribeMaintenanceWindowSchedule = request(json!({ "MaxResults": 100 }));
    let command = asked.parse().expect("it breaks nothing");
    LazyLock::force(&MILLION);
    bencher.bench_local(|| {
        MILLION
            .describe_schedule(black_box(&command), now())
            .expect("it is known")
            .entries
            .len()
    });
}

/// A run of so many invocations, ten per cent at once, from its beginning to its end: every begin and end decided.
#[divan::bench(args = [100, 10_000])]
fn execution(bencher: Bencher<'_, '_>, n_servers: usize) {
    let mut window = window();
    let target: RegisterTargetWithMaintenanceWindow = request(json!({
        "WindowId": window.id(), "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Env", "Values": ["prod"] }],
    }));
    let id = TargetId::from_bits(2);
    window
        .register_target(target.parse().expect("it breaks nothing"), id, &rules())
        .expect("it is taken");
    let task: RegisterTaskWithMaintenanceWindow = request(json!({
        "WindowId": window.id(), "TaskArn": "AWS-RunPatchBaseline", "TaskType": "RUN_COMMAND",
        "Targets": [{ "Key": "WindowTargetIds", "Values": [id] }], "MaxConcurrency": "10%", "MaxErrors": "5%",
    }));
    let task = task.parse().expect("it breaks nothing");
    window
        .register_task(task, TaskId::from_bits(3), &rules())
        .expect("it is taken");
    let mut fleet = Fleet::default();
    for n in 0..n_servers {
        fleet.add_server(&format!("i-{n:017x}"), [("Env", "prod")]);
    }
    let opening = window
        .openings_after(now())
        .next()
        .expect("it opens every month");
    bencher.bench_local(|| {
        let mut bits = 0;
        let mut ids = || {
            bits += 1;
            bits
        };
        let mut execution = Execution::new(&window, opening, &mut ids);
        let mut at = opening.opens_at;
        let mut under_way =
            std::collections::VecDeque::from(execution.begin(&fleet, &mut ids, at).begin);
        while let Some(ticket) = under_way.pop_front() {
            at += TimeDelta::milliseconds(500);
            execution
                .handle_began(&ticket, at)
                .expect("it is under way");
            let decision = execution
                .handle_ended(&ticket, Ending::Success.into(), at)
                .expect("it is under way");
            under_way.extend(decision.begin);
        }
        assert_eq!(execution.status(), Status::Success);
        execution
    });
}
