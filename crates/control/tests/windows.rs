//! Maintenance windows over the store: every opening runs once or has its reason, whoever is lost meanwhile.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod stores;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tagout_control::{
    Account, Control, ControlError, Done, Event, Ids, Node, Settings, SimulatedDriver, Simulation,
    WindowEvent,
};
use tagout_store::{AnyStore, Position, Store};
use tagout_window::{
    Execution, Invocation, Overlap, Practice, Status, TargetId, TaskId, WindowId,
    request::{self, Request},
};

type Plane = Control<Arc<AnyStore>, SimulatedDriver>;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Before the window of [`nightly`] opens for the first time.
fn noon() -> DateTime<Utc> {
    at("2026-03-01T12:00:00Z")
}

fn opening() -> DateTime<Utc> {
    at("2026-03-01T22:00:00Z")
}

fn account() -> Account {
    "acct".parse().unwrap()
}

#[track_caller]
fn command<R: Request + serde::de::DeserializeOwned>(request: Value) -> R::Command {
    serde_json::from_value::<R>(request)
        .unwrap()
        .parse()
        .unwrap()
}

fn plane_with(store: &Arc<AnyStore>, seed: u64, settings: Settings) -> Plane {
    let driver = SimulatedDriver::new(1);
    Control::new(Arc::clone(store), driver, settings, Ids::seeded(seed))
}

fn plane(store: &Arc<AnyStore>, seed: u64) -> Plane {
    plane_with(store, seed, Settings::default())
}

fn fresh() -> (Arc<AnyStore>, Plane) {
    let store = stores::fresh();
    let control = plane(&store, 1);
    (store, control)
}

fn night(control: Plane) -> Simulation<Arc<AnyStore>> {
    Simulation::new(vec![control], SimulatedDriver::new(1), noon())
}

/// A window that opens at 22:00 UTC every day for three hours, with nothing new in the last; members may be other.
async fn window(control: &Plane, other: Value) -> WindowId {
    let mut request = json!({
        "Name": "nightly", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1,
        "AllowUnassociatedTargets": true,
    });
    merge(&mut request, other);
    let create = command::<request::CreateMaintenanceWindow>(request);
    control
        .create_window(&account(), &create, noon())
        .await
        .unwrap()
}

fn merge(request: &mut Value, other: Value) {
    if let (Value::Object(request), Value::Object(other)) = (request, other) {
        request.extend(other);
    }
}

/// A task on servers `i-1` and so on, two at a time; members may be other.
async fn task(control: &Plane, window: WindowId, n_servers: usize, other: Value) -> TaskId {
    let servers: Vec<_> = (1..=n_servers).map(|n| format!("i-{n}")).collect();
    let mut request = json!({
        "WindowId": window, "TaskArn": "AWS-RunPatchBaseline", "TaskType": "RUN_COMMAND",
        "Targets": [{ "Key": "InstanceIds", "Values": servers }], "MaxConcurrency": "2", "MaxErrors": "0",
    });
    merge(&mut request, other);
    let register = command::<request::RegisterTaskWithMaintenanceWindow>(request);
    control
        .register_window_task(&account(), &register, noon())
        .await
        .unwrap()
}

async fn executions(control: &Plane, window: WindowId) -> Vec<Execution> {
    let describe =
        command::<request::DescribeMaintenanceWindowExecutions>(json!({ "WindowId": window }));
    let page = control
        .describe_window_executions(&account(), &describe)
        .await
        .unwrap();
    page.entries
}

fn invocations(execution: &Execution) -> Vec<Status> {
    let tasks = execution.tasks().iter();
    tasks
        .flat_map(|task| task.invocations().iter().map(Invocation::status))
        .collect()
}

async fn events(store: &AnyStore) -> Vec<WindowEvent> {
    let mut found = Vec::new();
    for event in store.events(Position::START, 1_000).await.unwrap().events {
        if let Event::Window(event) = event.read().unwrap() {
            found.push(event);
        }
    }
    found
}

#[tokio::test]
async fn windows_are_made_changed_listed_and_deleted() {
    let (_, control) = fresh();
    let account = account();
    let create = command::<request::CreateMaintenanceWindow>(json!({
        "Name": "first", "Schedule": "rate(1 day)", "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": false,
        "ClientToken": "once",
    }));
    let first = control
        .create_window(&account, &create, noon())
        .await
        .unwrap();
    let again = control
        .create_window(&account, &create, noon())
        .await
        .unwrap();
    assert_eq!(again, first, "the token makes it one window");
    let mut otherwise = create.clone();
    otherwise.fingerprint = [0; 32];
    let error = control
        .create_window(&account, &otherwise, noon())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the client token was used with other parameters before"
    );
    let next_day = noon() + TimeDelta::hours(24);
    let second = control
        .create_window(&account, &create, next_day)
        .await
        .unwrap();
    assert_ne!(second, first, "a day later the token is forgotten");

    let update = command::<request::UpdateMaintenanceWindow>(
        json!({ "WindowId": first, "Name": "other", "Enabled": false }),
    );
    let updated = control
        .update_window(&account, &update, noon())
        .await
        .unwrap();
    assert_eq!((updated.name().as_str(), updated.due_at()), ("other", None));
    let update =
        command::<request::UpdateMaintenanceWindow>(json!({ "WindowId": first, "Cutoff": 3 }));
    let error = control
        .update_window(&account, &update, noon())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Cutoff was 3 but must be smaller than 2 (Duration  - 1 )"
    );

    for n in 0..20 {
        window(&control, json!({ "Name": format!("more-{n}") })).await;
    }
    let mut names = Vec::new();
    let mut token = None;
    loop {
        let mut request = json!({ "MaxResults": 10 });
        if let Some(token) = token {
            request["NextToken"] = json!(token);
        }
        let describe = command::<request::DescribeMaintenanceWindows>(request);
        let page = control.describe_windows(&account, &describe).await.unwrap();
        assert!(page.entries.len() <= 10);
        names.extend(page.entries.iter().map(|it| it.name().as_str().to_owned()));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(
        (names.len(), names[21].as_str()),
        (22, "first"),
        "in the order of creation"
    );
    let describe = command::<request::DescribeMaintenanceWindows>(
        json!({ "Filters": [{ "Key": "Name", "Values": ["more-1"] }] }),
    );
    let page = control.describe_windows(&account, &describe).await.unwrap();
    assert_eq!(page.entries.len(), 11);

    let foreign: Account = "othr".parse().unwrap();
    let get = command::<request::GetMaintenanceWindow>(json!({ "WindowId": first }));
    let error = control.window(&foreign, &get, noon()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("Maintenance window {first} does not exist")
    );
    let delete = command::<request::DeleteMaintenanceWindow>(json!({ "WindowId": first }));
    control
        .delete_window(&foreign, &delete, noon())
        .await
        .unwrap();
    assert!(
        control.window(&account, &get, noon()).await.is_ok(),
        "it is another account's"
    );
    control
        .delete_window(&account, &delete, noon())
        .await
        .unwrap();
    assert!(control.window(&account, &get, noon()).await.is_err());
}

#[tokio::test]
async fn the_quota_of_windows_holds_however_many_ask_at_once() {
    let store = stores::fresh();
    let mut settings = Settings::default();
    settings.windows.rules.quotas.windows = 3;
    let planes: Vec<_> = (0..2)
        .map(|n| plane_with(&store, n, settings.clone()))
        .collect();
    let create = command::<request::CreateMaintenanceWindow>(json!({
        "Name": "one", "Schedule": "rate(1 day)", "Duration": 3, "Cutoff": 1, "AllowUnassociatedTargets": false,
    }));
    let account = account();
    let mut made = Vec::new();
    for _ in 0..3 {
        let (a, b) = tokio::join!(
            planes[0].create_window(&account, &create, noon()),
            planes[1].create_window(&account, &create, noon()),
        );
        made.extend([a, b]);
    }
    let (good, bad): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
    assert_eq!(good.len(), 3);
    for refused in bad {
        let text = "the limit of 3 maintenance windows is reached";
        assert_eq!(refused.unwrap_err().to_string(), text);
    }
    let delete = command::<request::DeleteMaintenanceWindow>(
        json!({ "WindowId": good[0].as_ref().unwrap() }),
    );
    planes[0]
        .delete_window(&account, &delete, noon())
        .await
        .unwrap();
    assert!(
        planes[1]
            .create_window(&account, &create, noon())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn targets_tasks_tags_and_openings_are_kept_and_listed() {
    let (_, control) = fresh();
    let account = account();
    let id = window(&control, json!({})).await;
    let register = command::<request::RegisterTargetWithMaintenanceWindow>(json!({
        "WindowId": id, "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Env", "Values": ["prod"] }],
        "ClientToken": "t",
    }));
    let target: TargetId = control
        .register_window_target(&account, &register, noon())
        .await
        .unwrap();
    let again = control
        .register_window_target(&account, &register, noon())
        .await
        .unwrap();
    assert_eq!(again, target);
    let by_target = json!([{ "Key": "WindowTargetIds", "Values": [target] }]);
    let task = task(
        &control,
        id,
        0,
        json!({ "Targets": by_target, "Name": "patch" }),
    )
    .await;

    let update = command::<request::UpdateMaintenanceWindowTarget>(
        json!({ "WindowId": id, "WindowTargetId": target, "Name": "fleet" }),
    );
    control
        .update_window_target(&account, &update, noon())
        .await
        .unwrap();
    let update = command::<request::UpdateMaintenanceWindowTask>(
        json!({ "WindowId": id, "WindowTaskId": task, "Priority": 7 }),
    );
    control
        .update_window_task(&account, &update, noon())
        .await
        .unwrap();
    let describe = command::<request::DescribeMaintenanceWindowTargets>(json!({ "WindowId": id }));
    let targets = control
        .describe_window_targets(&account, &describe, noon())
        .await
        .unwrap();
    assert_eq!(targets.entries[0].name().unwrap().as_str(), "fleet");
    let describe = command::<request::DescribeMaintenanceWindowTasks>(json!({
        "WindowId": id, "Filters": [{ "Key": "Priority", "Values": ["7"] }],
    }));
    let tasks = control
        .describe_window_tasks(&account, &describe, noon())
        .await
        .unwrap();
    assert_eq!(tasks.entries.len(), 1);
    let get = command::<request::GetMaintenanceWindowTask>(
        json!({ "WindowId": id, "WindowTaskId": task }),
    );
    let found = control.window_task(&account, &get, noon()).await.unwrap();
    assert_eq!(found.name().unwrap().as_str(), "patch");

    let reaching = json!({ "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Env", "Values": ["prod"] }] });
    let describe = command::<request::DescribeMaintenanceWindowsForTarget>(reaching.clone());
    let windows = control
        .describe_windows_for_target(&account, &describe)
        .await
        .unwrap();
    assert_eq!(windows.entries[0].id(), id);
    for request in [reaching, json!({ "WindowId": id })] {
        let describe = command::<request::DescribeMaintenanceWindowSchedule>(request);
        let coming = control
            .describe_window_schedule(&account, &describe, noon())
            .await
            .unwrap();
        assert_eq!(coming.entries.len(), 10);
        assert_eq!(
            coming.entries[1].execution_time.to_string(),
            "2026-03-02T22:00Z"
        );
    }

    let tagged = json!({ "ResourceType": "MaintenanceWindow", "ResourceId": id });
    let mut add = tagged.clone();
    add["Tags"] = json!([{ "Key": "Team", "Value": "db" }, { "Key": "Env", "Value": "prod" }]);
    let add = command::<request::AddTagsToResource>(add);
    control
        .add_window_tags(&account, &add, noon())
        .await
        .unwrap();
    let mut remove = tagged.clone();
    remove["TagKeys"] = json!(["Env"]);
    let remove = command::<request::RemoveTagsFromResource>(remove);
    control
        .remove_window_tags(&account, &remove, noon())
        .await
        .unwrap();
    let list = command::<request::ListTagsForResource>(tagged);
    let tags = control.window_tags(&account, &list, noon()).await.unwrap();
    assert_eq!(tags, BTreeMap::from([("Team".to_owned(), "db".to_owned())]));
    let foreign: Account = "othr".parse().unwrap();
    let error = control
        .window_tags(&foreign, &list, noon())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{id} is not the id of a maintenance window")
    );

    let deregister = json!({ "WindowId": id, "WindowTargetId": target, "Safe": true });
    let deregister = command::<request::DeregisterTargetFromMaintenanceWindow>(deregister);
    let error = control
        .deregister_window_target(&account, &deregister, noon())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "This Target cannot be deregistered because it is still referenced in Task: {task}"
        )
    );
    let gone = command::<request::DeregisterTaskFromMaintenanceWindow>(
        json!({ "WindowId": id, "WindowTaskId": task }),
    );
    control
        .deregister_window_task(&account, &gone, noon())
        .await
        .unwrap();
    control
        .deregister_window_target(&account, &deregister, noon())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_window_runs_its_tasks_by_priority_on_what_its_targets_select() {
    let (store, control) = fresh();
    let account = account();
    for (name, env) in [("i-1", "prod"), ("i-2", "test"), ("i-3", "prod")] {
        let mut node = Node::server(name);
        node.tags.insert("Env".into(), env.into());
        control.put_node(&account, node, noon()).await.unwrap();
    }
    let id = window(&control, json!({})).await;
    let register = command::<request::RegisterTargetWithMaintenanceWindow>(json!({
        "WindowId": id, "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Env", "Values": ["prod"] }],
    }));
    let target = control
        .register_window_target(&account, &register, noon())
        .await
        .unwrap();
    let by_target = json!([{ "Key": "WindowTargetIds", "Values": [target] }]);
    task(
        &control,
        id,
        0,
        json!({ "Targets": by_target, "Priority": 2, "TaskArn": "second" }),
    )
    .await;
    task(&control, id, 1, json!({ "TaskArn": "first" })).await;

    let mut night = night(control);
    let mut begun = Vec::new();
    while let Some(tick) = night.tick(opening() + TimeDelta::hours(4)).await.unwrap() {
        for work in tick.begun {
            assert_eq!(
                (work.kind.as_str(), work.account.as_str()),
                ("task.RUN_COMMAND", "acct")
            );
            begun.push((
                work.detail["TaskArn"].as_str().unwrap().to_owned(),
                work.target,
            ));
        }
    }
    let begun: Vec<_> = begun
        .iter()
        .map(|(arn, on)| (arn.as_str(), on.as_str()))
        .collect();
    assert_eq!(
        begun,
        [("first", "i-1"), ("second", "i-1"), ("second", "i-3")]
    );

    let control = night.plane(0);
    let found = executions(control, id).await;
    assert_eq!(found.len(), 1);
    let execution = &found[0];
    assert_eq!(
        (execution.status(), execution.started_at()),
        (Status::Success, Some(opening()))
    );
    let ids = json!({ "WindowExecutionId": execution.id() });
    let get = command::<request::GetMaintenanceWindowExecution>(ids.clone());
    let got = control
        .window_execution(&account, &get, night.now())
        .await
        .unwrap();
    assert_eq!(&got, execution);
    let describe = command::<request::DescribeMaintenanceWindowExecutionTasks>(ids.clone());
    let tasks = control
        .describe_window_execution_tasks(&account, &describe, night.now())
        .await
        .unwrap();
    let second = &tasks.entries[1];
    let mut of_task = ids;
    of_task["TaskId"] = json!(second.id());
    let get = command::<request::GetMaintenanceWindowExecutionTask>(of_task.clone());
    let got = control
        .window_execution_task(&account, &get, night.now())
        .await
        .unwrap();
    assert_eq!(got.task().task_arn().as_str(), "second");
    let describe =
        command::<request::DescribeMaintenanceWindowExecutionTaskInvocations>(of_task.clone());
    let views = control
        .describe_window_invocations(&account, &describe, night.now())
        .await
        .unwrap()
        .entries;
    assert_eq!((views.len(), views[1].target), (2, Some(target)));
    of_task["InvocationId"] = json!(views[1].invocation.id());
    let get = command::<request::GetMaintenanceWindowExecutionTaskInvocation>(of_task);
    let got = control
        .window_invocation(&account, &get, night.now())
        .await
        .unwrap();
    assert_eq!(got, views[1]);
    let parameters: Value = serde_json::from_str(&got.parameters).unwrap();
    assert_eq!(parameters["instanceIds"], json!(["i-3"]));
    assert!(
        !format!("{got:?}").contains("instanceIds"),
        "parameters may be secrets"
    );

    let told = events(&store).await;
    let n_moves = |of: fn(&WindowEvent) -> bool| told.iter().filter(|event| of(event)).count();
    assert_eq!(
        n_moves(|it| matches!(it, WindowEvent::ExecutionMoved { .. })),
        2
    );
    assert_eq!(n_moves(|it| matches!(it, WindowEvent::TaskMoved { .. })), 4);
    assert_eq!(
        n_moves(|it| matches!(it, WindowEvent::InvocationMoved { .. })),
        6
    );
}

#[tokio::test]
async fn a_window_that_still_runs_skips_waits_or_cancels_by_its_practice() {
    for (overlap, expected) in [
        (
            Overlap::Skip,
            [Status::SkippedOverlapping, Status::InProgress],
        ),
        (Overlap::Wait, [Status::Pending, Status::InProgress]),
        (Overlap::Cancel, [Status::Pending, Status::Cancelling]),
    ] {
        let (_, control) = fresh();
        let id = window(&control, json!({ "Schedule": "cron(0/30 22 * * ? *)" })).await;
        task(&control, id, 2, json!({ "MaxConcurrency": "1" })).await;
        let practice = Practice {
            overlap,
            ..Practice::default()
        };
        control
            .set_window_practice(&account(), id, &practice, noon())
            .await
            .unwrap();
        let first = control.step(opening(), 8).await.unwrap().begun;
        assert_eq!(first.len(), 1);
        let half_past = opening() + TimeDelta::minutes(30);
        control
            .heartbeat(&first[0].ticket, half_past)
            .await
            .unwrap();
        control.step(half_past, 8).await.unwrap();
        let found = executions(&control, id).await;
        let statuses: Vec<_> = found.iter().map(Execution::status).collect();
        assert_eq!(statuses, expected, "{overlap:?}");

        let later = half_past + TimeDelta::minutes(5);
        control
            .report(&first[0].ticket, Ok(Done::default()), later)
            .await
            .unwrap();
        let mut rest = Simulation::new(vec![control], SimulatedDriver::new(1), later);
        rest.run_until(later + TimeDelta::minutes(10))
            .await
            .unwrap();
        let found = executions(rest.plane(0), id).await;
        assert!(
            found.iter().all(|it| it.status().is_final()),
            "{overlap:?}: {found:#?}"
        );
    }
}

#[tokio::test]
async fn a_window_beyond_the_limit_of_all_waits_until_another_has_ended() {
    let store = stores::fresh();
    let mut settings = Settings::default();
    settings.windows.rules.quotas.concurrent_executions = 1;
    let control = plane_with(&store, 1, settings);
    let mut ids = Vec::new();
    for n in 0..3 {
        let id = window(&control, json!({ "Name": format!("window-{n}") })).await;
        task(&control, id, 2, json!({})).await;
        ids.push(id);
    }
    let mut night = night(control);
    night.run_until(opening()).await.unwrap();
    let mut statuses = Vec::new();
    for id in &ids {
        statuses.push(executions(night.plane(0), *id).await[0].status());
    }
    statuses.sort();
    assert_eq!(
        statuses,
        [Status::Pending, Status::Pending, Status::InProgress]
    );
    night
        .run_until(opening() + TimeDelta::hours(1))
        .await
        .unwrap();
    let mut spans = Vec::new();
    for id in &ids {
        let execution = &executions(night.plane(0), *id).await[0];
        assert_eq!(execution.status(), Status::Success);
        spans.push((
            execution.started_at().unwrap(),
            execution.ended_at().unwrap(),
        ));
    }
    spans.sort();
    assert!(
        spans.windows(2).all(|pair| pair[0].1 <= pair[1].0),
        "{spans:?}"
    );
}

#[tokio::test]
async fn after_a_stop_the_latest_opening_runs_if_its_cutoff_has_not_come() {
    for (back_at, status, n_begun) in [
        ("2026-03-03T23:59:00Z", Status::Success, 1),
        ("2026-03-04T00:00:00Z", Status::TimedOut, 0),
    ] {
        let (store, control) = fresh();
        let id = window(&control, json!({})).await;
        task(&control, id, 1, json!({})).await;
        let mut back = Simulation::new(vec![control], SimulatedDriver::new(1), at(back_at));
        let mut found_begun = 0;
        while let Some(tick) = back.tick(at(back_at) + TimeDelta::hours(3)).await.unwrap() {
            found_begun += tick.begun.len();
        }
        let found = executions(back.plane(0), id).await;
        assert_eq!(
            (found.len(), found[0].status(), found_begun),
            (1, status, n_begun)
        );
        assert_eq!(found[0].opening().opens_at, at("2026-03-03T22:00:00Z"));
        let missed = WindowEvent::OpeningsMissed {
            window: id,
            since: opening(),
            until: at("2026-03-03T22:00:00Z"),
        };
        assert!(events(&store).await.contains(&missed));
    }
}

#[tokio::test]
async fn a_command_that_is_cancelled_at_the_cutoff_is_stopped_and_its_report_refused() {
    let (_, control) = fresh();
    let id = window(&control, json!({})).await;
    task(
        &control,
        id,
        3,
        json!({ "CutoffBehavior": "CANCEL_TASK", "MaxConcurrency": "1" }),
    )
    .await;
    let begun = control.step(opening(), 8).await.unwrap().begun;
    let cutoff = opening() + TimeDelta::hours(2);
    control.heartbeat(&begun[0].ticket, cutoff).await.unwrap();
    control.step(cutoff, 8).await.unwrap();
    let stale = control.heartbeat(&begun[0].ticket, cutoff).await;
    assert!(matches!(stale, Err(ControlError::StaleTicket { .. })));
    let stale = control
        .report(&begun[0].ticket, Ok(Done::default()), cutoff)
        .await;
    assert!(matches!(stale, Err(ControlError::StaleTicket { .. })));
    let execution = &executions(&control, id).await[0];
    assert_eq!(execution.status(), Status::TimedOut);
    assert_eq!(
        invocations(execution),
        [Status::Cancelled, Status::TimedOut, Status::TimedOut]
    );
}

#[tokio::test]
async fn a_window_that_is_deleted_while_it_runs_goes_on_and_is_remembered_for_30_days() {
    let (_, control) = fresh();
    let id = window(&control, json!({})).await;
    task(&control, id, 2, json!({})).await;
    let mut night = night(control);
    night.run_until(opening()).await.unwrap();
    let delete = command::<request::DeleteMaintenanceWindow>(json!({ "WindowId": id }));
    night
        .plane(0)
        .delete_window(&account(), &delete, night.now())
        .await
        .unwrap();
    night
        .run_until(opening() + TimeDelta::days(29))
        .await
        .unwrap();
    let found = executions(night.plane(0), id).await;
    assert_eq!((found.len(), found[0].status()), (1, Status::Success));
    night
        .run_until(opening() + TimeDelta::days(31))
        .await
        .unwrap();
    assert_eq!(executions(night.plane(0), id).await, []);
}

#[tokio::test]
async fn a_window_that_is_changed_while_it_runs_goes_on_as_it_was_and_opens_as_it_is() {
    let (_, control) = fresh();
    let id = window(&control, json!({})).await;
    let of_it = task(&control, id, 6, json!({})).await;
    let mut night = night(control);
    night
        .run_until(opening() + TimeDelta::seconds(5))
        .await
        .unwrap();
    let (account, control) = (account(), night.plane(0));
    let running = executions(control, id).await.remove(0);
    assert_eq!(running.status(), Status::InProgress);
    let update = |request: Value| command::<request::UpdateMaintenanceWindow>(request);
    let disable = update(json!({ "WindowId": id, "Enabled": false, "Duration": 2, "Cutoff": 0 }));
    control
        .update_window(&account, &disable, night.now())
        .await
        .unwrap();
    let deregister = command::<request::DeregisterTaskFromMaintenanceWindow>(
        json!({ "WindowId": id, "WindowTaskId": of_it }),
    );
    control
        .deregister_window_task(&account, &deregister, night.now())
        .await
        .unwrap();
    let day = TimeDelta::hours(24);
    night.run_until(opening() + day * 2).await.unwrap();
    let ended = executions(night.plane(0), id).await;
    assert_eq!(ended.len(), 1, "a window that is disabled does not open");
    assert_eq!(invocations(&ended[0]), [Status::Success; 6]);
    assert_eq!(ended[0].opening(), running.opening());

    let enable = update(json!({ "WindowId": id, "Enabled": true }));
    let control = night.plane(0);
    control
        .update_window(&account, &enable, night.now())
        .await
        .unwrap();
    task(control, id, 1, json!({})).await;
    let next = opening() + day * 3;
    night.run_until(next + TimeDelta::hours(1)).await.unwrap();
    let again = executions(night.plane(0), id).await;
    assert_eq!(again.len(), 2, "openings while it was disabled are not run");
    assert_eq!(invocations(&again[0]), [Status::Success]);
    let open = again[0].opening();
    assert_eq!(open.closes_at - open.opens_at, TimeDelta::hours(2));
    assert_eq!(open.cutoff_at, open.closes_at);
}

/// Many windows at many times of the day; one in five is disabled, one in seven reaches server `i-7`.
async fn many_windows(control: &Plane) -> tagout_window::Windows {
    let settings = tagout_control::WindowSettings::default();
    let mut windows = tagout_window::Windows::new(settings.rules, settings.page_key);
    let account = account();
    for n in 0..230 {
        let schedule = format!("cron({} {} * * ? *)", n * 7 % 60, n * 5 % 24);
        let id = window(
            control,
            json!({ "Name": format!("w-{n}"), "Schedule": schedule }),
        )
        .await;
        if n % 5 == 0 {
            let disable = command::<request::UpdateMaintenanceWindow>(
                json!({ "WindowId": id, "Enabled": false }),
            );
            control
                .update_window(&account, &disable, noon())
                .await
                .unwrap();
        }
        if n % 7 == 0 {
            let register = command::<request::RegisterTargetWithMaintenanceWindow>(json!({
                "WindowId": id, "ResourceType": "INSTANCE",
                "Targets": [{ "Key": "InstanceIds", "Values": ["i-7"] }],
            }));
            control
                .register_window_target(&account, &register, noon())
                .await
                .unwrap();
        }
        let get = command::<request::GetMaintenanceWindow>(json!({ "WindowId": id }));
        windows.insert(control.window(&account, &get, noon()).await.unwrap());
    }
    windows
}

#[tokio::test]
async fn lists_of_many_windows_are_those_of_the_windows_themselves() {
    let mut settings = Settings::default();
    settings.windows.rules.quotas.windows = 1_000;
    let control = plane_with(&stores::fresh(), 1, settings);
    let account = account();
    let windows = many_windows(&control).await;
    let of_target = json!({
        "ResourceType": "INSTANCE", "Targets": [{ "Key": "InstanceIds", "Values": ["i-7"] }], "MaxResults": 10,
    });
    // All; from a day far off; those of a target: page by page, across the days.
    for first in [
        json!({ "MaxResults": 50 }),
        json!({ "MaxResults": 50, "Filters": [{ "Key": "ScheduledAfter", "Values": ["2027-01-01T00:00:00Z"] }] }),
        of_target.clone(),
    ] {
        let mut request = first;
        for _ in 0..12 {
            let describe = command::<request::DescribeMaintenanceWindowSchedule>(request.clone());
            let expected = windows.describe_schedule(&describe, noon()).unwrap();
            let found = control.describe_window_schedule(&account, &describe, noon());
            let found = found.await.unwrap();
            let places = |it: &tagout_control::WindowOpening| (it.window, it.opening);
            assert!(
                found.entries.iter().map(places).eq(expected
                    .entries
                    .iter()
                    .map(|it| (it.window.id(), it.opening)))
            );
            assert_eq!(found.next_token, expected.next_token);
            request["NextToken"] = json!(found.next_token.unwrap());
        }
    }
    let mut request = of_target;
    let mut n_found = 0;
    loop {
        let describe = command::<request::DescribeMaintenanceWindowsForTarget>(request.clone());
        let expected = windows.describe_for_target(&describe).unwrap();
        let found = control.describe_windows_for_target(&account, &describe);
        let found = found.await.unwrap();
        assert!(found.entries.iter().eq(expected.entries));
        n_found += found.entries.len();
        let Some(next) = found.next_token else { break };
        request["NextToken"] = json!(next);
    }
    assert_eq!(n_found, 33, "every seventh of 230");
}

#[tokio::test]
async fn an_execution_is_paused_resumed_and_cancelled() {
    let (_, control) = fresh();
    let id = window(&control, json!({})).await;
    task(&control, id, 3, json!({ "MaxConcurrency": "1" })).await;
    task(&control, id, 1, json!({ "Priority": 1 })).await;
    let mut night = night(control);
    night.run_until(opening()).await.unwrap();
    let run = executions(night.plane(0), id).await[0].id();
    night
        .plane(0)
        .pause_window_execution(&account(), run, night.now())
        .await
        .unwrap();
    night
        .run_until(opening() + TimeDelta::minutes(10))
        .await
        .unwrap();
    let execution = &executions(night.plane(0), id).await[0];
    assert_eq!(
        invocations(execution)
            .iter()
            .filter(|it| it.is_final())
            .count(),
        1
    );
    night
        .plane(0)
        .resume_window_execution(&account(), run, night.now())
        .await
        .unwrap();
    let cancel =
        command::<request::CancelMaintenanceWindowExecution>(json!({ "WindowExecutionId": run }));
    let cancelled = night
        .plane(0)
        .cancel_window_execution(&account(), &cancel, night.now())
        .await;
    assert_eq!(cancelled.unwrap(), run);
    night
        .run_until(opening() + TimeDelta::minutes(20))
        .await
        .unwrap();
    let execution = &executions(night.plane(0), id).await[0];
    assert_eq!(execution.status(), Status::Cancelled);
    let [
        Status::Success,
        Status::Success,
        Status::Success,
        Status::Cancelled,
    ] = invocations(execution)[..]
    else {
        panic!("what had begun goes on: {execution:#?}");
    };
}

#[tokio::test]
async fn every_invocation_ends_once_when_planes_are_lost_and_come_back() {
    let (store, control) = fresh();
    let id = window(&control, json!({})).await;
    task(&control, id, 12, json!({ "MaxConcurrency": "4" })).await;
    let planes = vec![control, plane(&store, 2)];
    let mut night = Simulation::new(planes, SimulatedDriver::new(1), noon());
    let mut accepted: BTreeMap<String, u32> = BTreeMap::new();
    let (mut n_ticks, mut n_again) = (0, 0);
    while let Some(tick) = night.tick(opening() + TimeDelta::hours(2)).await.unwrap() {
        n_ticks += 1;
        n_again += tick.begun.iter().filter(|work| work.attempt > 1).count();
        for (work, _, was_accepted) in tick.ended {
            *accepted.entry(work.target).or_default() += u32::from(was_accepted);
        }
        match n_ticks {
            2 => night.lose(0),
            5 => night.restart(0, plane(&store, 3)),
            6 => night.stall(1),
            9 => night.restart(1, plane(&store, 4)),
            _ => {}
        }
    }
    assert!(n_again > 0, "nobody was ever lost");
    let found = executions(night.plane(0), id).await;
    assert_eq!((found.len(), found[0].status()), (1, Status::Success));
    assert_eq!(accepted.len(), 12);
    assert!(accepted.values().all(|n| *n == 1), "{accepted:?}");
}

#[tokio::test]
async fn a_task_runs_a_batch_operation_on_its_servers() {
    use tagout_batch::{Account as Owner, ChangeInfo, Server};
    let (_, control) = fresh();
    let alias = "acct".parse().unwrap();
    control
        .put_batch_account(Owner::new(alias), noon())
        .await
        .unwrap();
    for n in 1..=2 {
        let id = format!("wa1acctweb0{n}").parse().unwrap();
        let server = Server::new(id, alias, ChangeInfo::created("ops".into(), noon()));
        control.put_batch_server(server, noon()).await.unwrap();
    }
    let id = window(&control, json!({})).await;
    let servers = ["wa1acctweb01", "wa1acctweb02", "wa1acctweb77"];
    let on = json!([{ "Key": "InstanceIds", "Values": servers }]);
    task(&control, id, 0, json!({
        "Targets": on, "TaskType": "AUTOMATION", "TaskArn": "tagout:batch:startMaintenance", "MaxConcurrency": "1",
    }))
    .await;
    task(
        &control,
        id,
        1,
        json!({ "TaskType": "AUTOMATION", "TaskArn": "tagout:batch:explode", "Priority": 1 }),
    )
    .await;
    let mut night = night(control);
    while let Some(tick) = night
        .tick(opening() + TimeDelta::minutes(30))
        .await
        .unwrap()
    {
        assert!(
            tick.begun
                .iter()
                .all(|work| work.kind == "batch.startMaintenance")
        );
    }
    let execution = &executions(night.plane(0), id).await[0];
    assert_eq!(execution.status(), Status::Failed);
    assert_eq!(
        invocations(execution),
        [
            Status::Success,
            Status::Success,
            Status::Failed,
            Status::Failed
        ]
    );
    let details = execution.tasks()[0].invocations()[2].details().unwrap();
    assert_eq!(details, tagout_batch::Verdict::REFUSED_TEXT);
    let web = night
        .plane(0)
        .batch_server(alias, "wa1acctweb01".parse().unwrap(), night.now())
        .await
        .unwrap()
        .unwrap();
    assert!(web.in_maintenance() && web.claim().is_none());
}

/// An account of Chef servers, and a window whose tasks run these operations on all of them at once.
async fn chef(control: &Plane, servers: &[&str], operations: &[&str]) -> (Account, WindowId) {
    use tagout_lifecycle::{Engine, NewServer};
    let owner: Account = "123456789012".parse().unwrap();
    for server in servers {
        let new = NewServer::new(
            server.parse().unwrap(),
            Engine::ChefAutomate,
            "m5.large".parse().unwrap(),
            "arn:aws:iam::123456789012:instance-profile/p"
                .parse()
                .unwrap(),
            "arn:aws:iam::123456789012:role/r".parse().unwrap(),
        );
        control
            .create_server(&owner, new, None, noon())
            .await
            .unwrap();
    }
    let create = command::<request::CreateMaintenanceWindow>(json!({
        "Name": "nightly", "Schedule": "cron(0 22 * * ? *)", "Duration": 3, "Cutoff": 1,
        "AllowUnassociatedTargets": true,
    }));
    let id = control
        .create_window(&owner, &create, noon())
        .await
        .unwrap();
    let mut targets = servers.to_vec();
    targets.push("omega"); // which is not there
    for (priority, operation) in operations.iter().enumerate() {
        let register = command::<request::RegisterTaskWithMaintenanceWindow>(json!({
            "WindowId": id, "TaskArn": format!("tagout:server:{operation}"), "TaskType": "AUTOMATION",
            "Targets": [{ "Key": "InstanceIds", "Values": targets }], "MaxConcurrency": "9",
            "MaxErrors": "9", "Priority": priority,
        }));
        control
            .register_window_task(&owner, &register, noon())
            .await
            .unwrap();
    }
    (owner, id)
}

async fn last_run(control: &Plane, owner: &Account, id: WindowId) -> Execution {
    let describe =
        command::<request::DescribeMaintenanceWindowExecutions>(json!({ "WindowId": id }));
    let page = control
        .describe_window_executions(owner, &describe)
        .await
        .unwrap();
    page.entries.into_iter().next().unwrap()
}

fn details(execution: &Execution, task: usize) -> Vec<Option<&str>> {
    let invocations = execution.tasks()[task].invocations().iter();
    invocations.map(Invocation::details).collect()
}

#[tokio::test]
async fn a_task_takes_servers_into_maintenance_and_hears_of_the_end() {
    let (store, control) = fresh();
    let operations = ["backup", "maintenance", "nap"];
    let (owner, id) = chef(&control, &["alpha"], &operations).await;
    let mut night = night(control);
    // Until then it is built, and backed up by its own rule.
    night
        .run_until(opening() - TimeDelta::seconds(1))
        .await
        .unwrap();
    let mut begun = Vec::new();
    while let Some(tick) = night.tick(opening() + TimeDelta::hours(2)).await.unwrap() {
        begun.extend(tick.begun.into_iter().map(|work| work.kind));
    }
    // Maintenance begins with a backup, which takes the place of the oldest that is automated.
    assert_eq!(
        begun,
        [
            "server.backup",
            "server.backup",
            "backup.delete",
            "server.maintenance"
        ]
    );
    let run = last_run(&plane(&store, 2), &owner, id).await;
    assert_eq!(
        invocations(&run),
        [
            Status::Success,
            Status::Failed,
            Status::Success,
            Status::Failed,
            Status::Failed,
            Status::Failed
        ]
    );
    assert_eq!(details(&run, 0)[1], Some("server `omega` is unknown"));
    assert_eq!(
        details(&run, 2)[0],
        Some("`nap` is no operation on a server, expected backup or maintenance")
    );
}

#[tokio::test]
async fn of_two_backups_at_once_the_one_beyond_the_quota_is_a_failed_invocation() {
    let store = stores::fresh();
    let mut settings = Settings::default();
    settings.servers.terms.policy.manual_backups_max = 1;
    let control = plane_with(&store, 1, settings);
    let (owner, id) = chef(&control, &["alpha", "beta"], &["backup", "maintenance"]).await;
    let mut night = night(control);
    night
        .run_until(opening() + TimeDelta::hours(2))
        .await
        .unwrap();
    let run = last_run(&plane(&store, 2), &owner, id).await;
    let full = "the account has 1 of at most 1 manual backups, expected one fewer";
    let unknown = "server `omega` is unknown";
    assert_eq!(details(&run, 0), [None, Some(full), Some(unknown)]);
    assert_eq!(
        details(&run, 1),
        [None, None, Some(unknown)],
        "maintenance takes no place"
    );
}

#[tokio::test]
async fn a_batch_operation_beyond_the_queue_is_a_failed_invocation() {
    use tagout_batch as batch;
    let store = stores::fresh();
    let mut settings = Settings::default();
    settings.batches.queued_per_account_max = 1;
    let control = plane_with(&store, 1, settings);
    let alias: batch::Alias = "acct".parse().unwrap();
    control
        .put_batch_account(batch::Account::new(alias), noon())
        .await
        .unwrap();
    for server in ["wa1acctweb01", "wa1acctweb02"] {
        let change = batch::ChangeInfo::created("ops".into(), noon());
        let server = batch::Server::new(server.parse().unwrap(), alias, change);
        control.put_batch_server(server, noon()).await.unwrap();
    }
    let id = window(&control, json!({})).await;
    let restart = json!({
        "TaskArn": "tagout:batch:reboot", "TaskType": "AUTOMATION", "MaxErrors": "2",
        "Targets": [{ "Key": "InstanceIds", "Values": ["wa1acctweb01", "wa1acctweb02"] }],
    });
    task(&control, id, 0, restart).await;
    let mut night = night(control);
    night
        .run_until(opening() + TimeDelta::hours(1))
        .await
        .unwrap();
    let run = executions(&plane(&store, 2), id).await.remove(0);
    let full = "1 servers to queue and 1 queued, expected at most 1 for the account";
    assert_eq!(details(&run, 0), [None, Some(full)]);
}

#[test]
fn the_same_holds_over_sqlite() {
    stores::over_sqlite();
}

#[test]
fn the_same_holds_over_postgres() {
    stores::over_postgres();
}
