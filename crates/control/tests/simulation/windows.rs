//! Those who keep maintenance windows, and what they were told.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tagout_control::{Account, Node};
use tagout_window::{
    Overlap, Practice, TaskId, WindowId,
    request::{self, Request},
};
use tokio::time::sleep;

use crate::{
    batches::{self, ACCOUNTS, insist},
    dice::Dice,
    world::{Told, World},
};

/// What is known of a window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Its name; none while that is not known.
    pub(crate) name: Option<String>,
    /// Nobody has changed when it opens.
    pub(crate) is_steady: bool,
    pub(crate) deleted: Deleted,
    pub(crate) tasks: Vec<TaskId>,
    pub(crate) n_unknown_tasks: usize,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Deleted {
    #[default]
    No,
    Unknown,
    Yes,
}

/// What was asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) windows: BTreeMap<WindowId, Known>,
    /// How many windows there may be beyond those.
    pub(crate) n_unknown: usize,
    n: usize,
}

pub(crate) fn account() -> Account {
    ACCOUNTS[0].0.parse().unwrap()
}

#[track_caller]
pub(crate) fn command<R: Request + serde::de::DeserializeOwned>(request: Value) -> R::Command {
    serde_json::from_value::<R>(request)
        .unwrap()
        .parse()
        .unwrap()
}

/// Brings in the nodes that targets select by a tag.
pub(crate) async fn found(world: &World) {
    for number in 1..=5 {
        insist(world, format!("put node {number}"), async |control, now| {
            let mut node = Node::server(&format!("i-{number}"));
            node.tags.insert("Env".into(), "prod".into());
            control.put_node(&account(), node, now).await
        })
        .await;
    }
}

/// Keeps windows until `end`; nobody else gives commands to them.
pub(crate) async fn client(
    world: Rc<World>,
    asked: Rc<RefCell<Asked>>,
    mut dice: Dice,
    end: DateTime<Utc>,
) {
    loop {
        sleep(dice.seconds(1, 4_000)).await;
        if world.now() >= end {
            return;
        }
        let (n_windows, some) = {
            let asked = asked.borrow();
            let there: Vec<WindowId> = asked
                .windows
                .iter()
                .filter(|(_, known)| known.deleted == Deleted::No)
                .map(|(id, _)| *id)
                .collect();
            let some = (!there.is_empty()).then(|| there[dice.below(there.len())]);
            (there.len(), some)
        };
        match (dice.below(20), some) {
            (0..8, Some(id)) if n_windows >= 6 => task(&world, &asked, id, &mut dice).await,
            (0..8, _) | (_, None) => create(&world, &asked, &mut dice).await,
            (8..13, Some(id)) => task(&world, &asked, id, &mut dice).await,
            (13 | 14, Some(id)) => update(&world, &asked, id, &mut dice).await,
            (15, Some(id)) => practice(&world, &asked, id, &mut dice).await,
            (16, Some(id)) => delete(&world, &asked, id).await,
            (_, Some(id)) => disturb(&world, id, &mut dice).await,
        }
    }
}

fn timing(dice: &mut Dice) -> Value {
    let (hour, minute) = (dice.between(0, 5), dice.between(0, 59));
    let schedule = match dice.below(4) {
        0 => format!("rate({} hours)", dice.between(1, 5)),
        1 => format!("rate({} minutes)", dice.between(40, 300)),
        2 => format!("cron({minute} {hour}/4 * * ? *)"),
        _ => format!("cron({minute} {hour}/2 ? * * *)"),
    };
    let duration = dice.between(1, 4);
    json!({
        "Schedule": schedule,
        "ScheduleTimezone": dice.one_of(&["UTC", "America/Los_Angeles", "Asia/Kolkata"]),
        "Duration": duration,
        "Cutoff": dice.between(0, duration - 1),
    })
}

async fn create(world: &World, asked: &RefCell<Asked>, dice: &mut Dice) {
    let name = {
        let mut asked = asked.borrow_mut();
        asked.n += 1;
        format!("window-{}", asked.n)
    };
    let mut request = timing(dice);
    request["Name"] = json!(name);
    request["AllowUnassociatedTargets"] = json!(true);
    let has_token = dice.chance(500);
    if has_token {
        request["ClientToken"] = json!(name);
    }
    let what = format!("create {name}, {}", request["Schedule"]);
    let create = command::<request::CreateMaintenanceWindow>(request);
    loop {
        let told = world
            .ask(&what, async |control, now| {
                control.create_window(&account(), &create, now).await
            })
            .await;
        match told {
            Told::Done(id) => {
                let known = Known {
                    name: Some(name),
                    is_steady: true,
                    ..Known::default()
                };
                let before = asked.borrow_mut().windows.insert(id, known);
                if before.is_some() {
                    world.fail(format_args!("{id} was given to two windows"));
                }
            }
            // With a token it may be sent again, whatever became of it.
            Told::Away | Told::Unknown if has_token => {
                sleep(dice.seconds(1, 30)).await;
                continue;
            }
            Told::Unknown => asked.borrow_mut().n_unknown += 1,
            Told::Refused(_) | Told::Away => {}
        }
        return;
    }
}

async fn task(world: &World, asked: &RefCell<Asked>, id: WindowId, dice: &mut Dice) {
    let mut by_target = None;
    if dice.chance(300) {
        let register = command::<request::RegisterTargetWithMaintenanceWindow>(json!({
            "WindowId": id, "ResourceType": "INSTANCE", "Targets": [{ "Key": "tag:Env", "Values": ["prod"] }],
        }));
        let told = world
            .ask(
                format_args!("register a target with {id}"),
                async |control, now| {
                    control
                        .register_window_target(&account(), &register, now)
                        .await
                },
            )
            .await;
        by_target = told.done();
    }
    let (arn, targets) = match (by_target, dice.below(3)) {
        (Some(target), _) => (
            "AWS-RunPatchBaseline".to_owned(),
            json!([{ "Key": "WindowTargetIds", "Values": [target] }]),
        ),
        (None, 0) => {
            let numbers: Vec<_> = dice
                .some_of(6, 6)
                .iter()
                .map(|n| format!("i-{n}"))
                .collect();
            (
                "AWS-RunPatchBaseline".to_owned(),
                json!([{ "Key": "InstanceIds", "Values": numbers }]),
            )
        }
        (None, _) => {
            let (account, n_servers) = ACCOUNTS[0];
            let numbers = dice.some_of(n_servers, 4).into_iter();
            let servers: Vec<_> = numbers
                .map(|number| batches::server(account, number).to_string())
                .collect();
            let operation = dice.one_of(&["reboot", "startMaintenance", "stopMaintenance"]);
            (
                format!("tagout:batch:{operation}"),
                json!([{ "Key": "InstanceIds", "Values": servers }]),
            )
        }
    };
    let request = json!({
        "WindowId": id, "TaskArn": arn, "TaskType": dice.one_of(&["RUN_COMMAND", "AUTOMATION"]), "Targets": targets,
        "MaxConcurrency": dice.one_of(&["1", "2", "50%"]), "MaxErrors": dice.one_of(&["0", "1", "100%"]),
        "Priority": dice.between(0, 2), "CutoffBehavior": dice.one_of(&["CONTINUE_TASK", "CANCEL_TASK"]),
    });
    let register = command::<request::RegisterTaskWithMaintenanceWindow>(request);
    let told = world
        .ask(
            format_args!("register {arn} with {id}"),
            async |control, now| {
                control
                    .register_window_task(&account(), &register, now)
                    .await
            },
        )
        .await;
    let mut asked = asked.borrow_mut();
    let known = asked.windows.entry(id).or_default();
    match told {
        Told::Done(task) => known.tasks.push(task),
        Told::Unknown => known.n_unknown_tasks += 1,
        Told::Refused(_) | Told::Away => {}
    }
}

async fn update(world: &World, asked: &RefCell<Asked>, id: WindowId, dice: &mut Dice) {
    let name = format!("renamed-{}", dice.between(1, 1_000_000));
    let mut request = json!({ "WindowId": id, "Name": name });
    let opens_otherwise = dice.chance(500);
    if opens_otherwise {
        if dice.chance(500) {
            request["Enabled"] = json!(dice.chance(500));
        } else {
            for (member, value) in timing(dice).as_object().unwrap() {
                request[member] = value.clone();
            }
        }
    }
    let update = command::<request::UpdateMaintenanceWindow>(request.clone());
    let told = world
        .ask(format_args!("update {request}"), async |control, now| {
            control
                .update_window(&account(), &update, now)
                .await
                .map(drop)
        })
        .await;
    let mut asked = asked.borrow_mut();
    let known = asked.windows.entry(id).or_default();
    match told {
        Told::Done(()) => known.name = Some(name),
        Told::Unknown => known.name = None,
        Told::Refused(_) | Told::Away => return,
    }
    known.is_steady &= !opens_otherwise;
}

/// Overlapping openings wait, cancel or are skipped from now on; when the window opens stays.
async fn practice(world: &World, asked: &RefCell<Asked>, id: WindowId, dice: &mut Dice) {
    let overlap = dice.one_of(&[Overlap::Skip, Overlap::Wait, Overlap::Cancel]);
    let practice = Practice {
        overlap,
        ..Practice::default()
    };
    world
        .ask(format_args!("{id}: {overlap:?}"), async |control, now| {
            control
                .set_window_practice(&account(), id, &practice, now)
                .await
                .map(drop)
        })
        .await;
    asked.borrow_mut().windows.entry(id).or_default();
}

async fn delete(world: &World, asked: &RefCell<Asked>, id: WindowId) {
    let delete = command::<request::DeleteMaintenanceWindow>(json!({ "WindowId": id }));
    let told = world
        .ask(format_args!("delete {id}"), async |control, now| {
            control.delete_window(&account(), &delete, now).await
        })
        .await;
    let mut asked = asked.borrow_mut();
    asked.windows.entry(id).or_default().deleted = match told {
        Told::Done(_) => Deleted::Yes,
        Told::Unknown => Deleted::Unknown,
        Told::Refused(_) | Told::Away => return,
    };
}

/// Cancels, pauses or resumes the newest run of a window.
async fn disturb(world: &World, id: WindowId, dice: &mut Dice) {
    let describe =
        command::<request::DescribeMaintenanceWindowExecutions>(json!({ "WindowId": id }));
    let found = world
        .ask(format_args!("list runs of {id}"), async |control, _| {
            let page = control
                .describe_window_executions(&account(), &describe)
                .await?;
            Ok(page.entries.first().map(tagout_window::Execution::id))
        })
        .await;
    let Some(run) = found.done().flatten() else {
        return;
    };
    if dice.chance(500) {
        let cancel = command::<request::CancelMaintenanceWindowExecution>(
            json!({ "WindowExecutionId": run }),
        );
        world
            .ask(format_args!("cancel run {run}"), async |control, now| {
                control
                    .cancel_window_execution(&account(), &cancel, now)
                    .await
            })
            .await;
        return;
    }
    world
        .ask(format_args!("pause run {run}"), async |control, now| {
            control.pause_window_execution(&account(), run, now).await
        })
        .await;
    sleep(dice.seconds(1, 3_000)).await;
    insist(world, format!("resume run {run}"), async |control, now| {
        control.resume_window_execution(&account(), run, now).await
    })
    .await;
}
