//! One whole run: people ask, planes work, things go wrong; then all comes to rest and is looked at.

use std::{cell::RefCell, rc::Rc, sync::atomic::Ordering, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tagout_control::Settings;
use tagout_lifecycle::Status;
use tagout_window::request;
use tokio::{sync::mpsc::UnboundedReceiver, task::spawn_local, time::sleep};

use crate::{
    batches::{self, ACCOUNTS, insist},
    dice::Dice,
    hazard::Weather,
    plane::LEASE,
    record::Record,
    servers,
    story::Story,
    verdict, windows,
    world::{N_PLANES, World},
};

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Night {
    pub(crate) seed: u64,
    pub(crate) weather: Weather,
    /// Whether planes are lost, stopped and put off, and clocks jump, by chance.
    pub(crate) is_rough: bool,
    /// The driver call at which the plane is lost: twice its number, and one more if it is lost after the answer.
    pub(crate) lost_at_call: Option<u64>,
    /// For how long people ask.
    pub(crate) hours: i64,
}

/// What has come of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) script: Vec<String>,
    pub(crate) failure: Option<String>,
    pub(crate) n_writes: u64,
    pub(crate) n_calls: u64,
    pub(crate) n_accepted: usize,
}

/// The Saturday before the clocks go forward in Los Angeles.
fn evening() -> DateTime<Utc> {
    "2026-03-07T20:00:00Z".parse().unwrap()
}

pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.lease = LEASE;
    settings.windows.rules.quotas.concurrent_executions = 2;
    settings.servers.terms.policy.servers_max = 2;
    settings.servers.terms.policy.manual_backups_max = 4;
    settings.batches.queued_per_account_max = 12;
    settings
}

impl Night {
    pub(crate) fn of(seed: u64) -> Self {
        let weather = Weather::of(seed);
        Self {
            seed,
            weather,
            is_rough: weather.fails > 0,
            lost_at_call: None,
            hours: 20,
        }
    }

    /// Lets it happen, in a moment.
    pub(crate) fn run(self) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let (mut world, lost) = World::new(self.seed, self.weather, settings(), evening());
            Rc::get_mut(&mut world).unwrap().lost_at_call = self.lost_at_call;
            let failure = match world.unless_failed(Box::pin(self.pass(&world, lost))).await {
                Ok(Ok(())) => None,
                Ok(Err(what)) | Err(what) => Some(what),
            };
            Outcome {
                script: world.script(),
                failure,
                n_writes: world.climate.n_writes.load(Ordering::Relaxed),
                n_calls: world.n_calls.get(),
                n_accepted: world.n_accepted(),
            }
        })
    }

    async fn pass(
        self,
        world: &Rc<World>,
        lost: UnboundedReceiver<(usize, u64)>,
    ) -> Result<(), String> {
        let dice = |part| Dice::new(self.seed, part);
        for number in 0..N_PLANES {
            world.begin(number);
        }
        spawn_local(replace(world.clone(), lost, dice(2)));
        batches::found(world).await;
        windows::found(world).await;

        let end = world.now() + TimeDelta::hours(self.hours);
        if self.is_rough {
            spawn_local(disturb(world.clone(), dice(3), end));
        }
        let asked_batches: Rc<RefCell<batches::Asked>> = Rc::default();
        let asked_servers: Rc<RefCell<servers::Asked>> = Rc::default();
        let asked_windows: Rc<RefCell<windows::Asked>> = Rc::default();
        let mut clients = tokio::task::JoinSet::new();
        let senders = [
            ("acct/a", ACCOUNTS[0]),
            ("acct/b", ACCOUNTS[0]),
            ("othr/c", ACCOUNTS[1]),
        ];
        for (part, (name, account)) in (20..).zip(senders) {
            let asked = asked_batches.clone();
            clients.spawn_local(batches::client(
                world.clone(),
                asked,
                name,
                account,
                dice(part),
                end,
            ));
        }
        clients.spawn_local(servers::client(
            world.clone(),
            asked_servers.clone(),
            dice(31),
            end,
        ));
        clients.spawn_local(windows::client(
            world.clone(),
            asked_windows.clone(),
            dice(32),
            end,
        ));

        let story = Rc::new(RefCell::new(Story::default()));
        let mut pauses = dice(4);
        loop {
            let pause = pauses.seconds(1, 1_200);
            let is_over = tokio::select! {
                biased;
                ended = clients.join_next() => match ended {
                    Some(Err(error)) => return Err(format!("a client panicked: {error}")),
                    Some(Ok(())) => false,
                    None => true,
                },
                () = sleep(pause) => false,
            };
            look(world, &story).await?;
            if is_over {
                break;
            }
        }

        world.say("nothing goes wrong any more");
        world.climate.over.store(true, Ordering::Relaxed);
        for number in 0..N_PLANES {
            world.put_off(number, TimeDelta::zero());
            world.begin(number);
        }
        let steady_until = close_windows(world).await;
        rest(world, &story).await?;
        let record = Record::of(&world.store).await;
        record.check_leases(&world.store).await?;
        verdict::of_batches(&record, &story.borrow(), &asked_batches.borrow())?;
        verdict::of_servers(&record, &story.borrow(), &asked_servers.borrow())?;
        verdict::of_windows(
            &record,
            &story.borrow(),
            &asked_windows.borrow(),
            steady_until,
        )?;

        clear(world, &story).await?;
        let record = Record::of(&world.store).await;
        record.check(&settings())?;
        for (kind, documents) in &record.documents {
            const KEPT: [&str; 9] = [
                "batch-account",
                "batch-server",
                "batch-newest",
                "batch-line",
                "batch-queued",
                "batch-keyed",
                "node",
                "window-desk",
                "cm-quota",
            ];
            if !KEPT.contains(&kind.as_str()) {
                return Err(format!(
                    "{} documents of kind {kind} are left: {}",
                    documents.len(),
                    documents[0].key()
                ));
            }
        }
        Ok(())
    }
}

/// Looks at everything as it is now.
async fn look(world: &World, story: &RefCell<Story>) -> Result<(), String> {
    // One after the other, but nobody else is asked in between: a store in memory does not wait.
    let record = Record::of(&world.store).await;
    record.check(&settings())?;
    let mut heard = story.take();
    let outcome = heard.hear(&world.store).await;
    story.replace(heard);
    outcome
}

/// Replaces planes that are lost, after a while.
async fn replace(world: Rc<World>, mut lost: UnboundedReceiver<(usize, u64)>, mut dice: Dice) {
    while let Some((number, life)) = lost.recv().await {
        if world.is_life(number, life) {
            world.lose(number);
            let pause = dice.seconds(0, 600);
            let world = world.clone();
            spawn_local(async move {
                sleep(pause).await;
                world.begin(number);
            });
        }
    }
}

/// Disturbs planes and clocks now and then.
async fn disturb(world: Rc<World>, mut dice: Dice, end: DateTime<Utc>) {
    loop {
        sleep(dice.seconds(10, 6_000)).await;
        if world.now() >= end {
            return;
        }
        let number = dice.below(N_PLANES);
        match dice.below(10) {
            0..3 => world.lose_soon(number),
            3 => (0..N_PLANES).for_each(|number| world.lose_soon(number)),
            4 | 5 => world.freeze(number, dice.seconds(1, 1_800)),
            6 => world.jump(TimeDelta::seconds(dice.between(1, 7_200) as i64)),
            7 => world.jump(TimeDelta::milliseconds(-(dice.between(1, 5_000) as i64))),
            _ => {
                let skew = dice.between(0, 10_000) as i64 - 5_000;
                world.put_off(number, TimeDelta::milliseconds(skew));
            }
        }
    }
}

/// Disables all windows, and tells since when none opens.
async fn close_windows(world: &World) -> DateTime<Utc> {
    // What is due is taken, and leases of planes that were lost are over, before the first is disabled.
    sleep(Duration::from_secs(900)).await;
    let until = world.now();
    for window in Record::of(&world.store).await.windows {
        if !window.is_enabled() {
            continue;
        }
        let request = json!({ "WindowId": window.id(), "Enabled": false });
        let update = windows::command::<request::UpdateMaintenanceWindow>(request);
        insist(
            world,
            format!("disable {}", window.id()),
            async |control, now| {
                control
                    .update_window(&windows::account(), &update, now)
                    .await
                    .map(drop)
            },
        )
        .await;
    }
    until
}

/// Waits until nothing goes on.
async fn rest(world: &World, story: &RefCell<Story>) -> Result<(), String> {
    let latest = world.now() + TimeDelta::days(3);
    loop {
        look(world, story).await?;
        let Some(unrest) = Record::of(&world.store).await.unrest() else {
            return Ok(());
        };
        if world.now() > latest {
            return Err(format!("it does not come to rest: {unrest}"));
        }
        sleep(Duration::from_secs(600)).await;
    }
}

/// Deletes everything, and waits until the last of it is forgotten.
async fn clear(world: &World, story: &RefCell<Story>) -> Result<(), String> {
    world.say("everything is deleted");
    for window in Record::of(&world.store).await.windows {
        let delete = windows::command::<request::DeleteMaintenanceWindow>(
            json!({ "WindowId": window.id() }),
        );
        insist(
            world,
            format!("delete {}", window.id()),
            async |control, now| {
                control
                    .delete_window(&windows::account(), &delete, now)
                    .await
            },
        )
        .await;
    }
    let account = &servers::account();
    for _ in 0..20 {
        let record = Record::of(&world.store).await;
        if record.servers.is_empty() && record.backups.is_empty() {
            break;
        }
        for server in record
            .servers
            .iter()
            .filter(|server| server.status() != Status::Deleting)
        {
            let name = server.name();
            insist(world, format!("unprotect {name}"), async |control, now| {
                control
                    .protect_server(account, name, false, now)
                    .await
                    .map(drop)
            })
            .await;
            world
                .ask(format_args!("delete {name}"), async |control, now| {
                    let at_once = tagout_control::Removal::AtOnce;
                    control.delete_server(account, name, &at_once, now).await
                })
                .await;
        }
        for backup in &record.backups {
            world
                .ask(
                    format_args!("delete {}", backup.id()),
                    async |control, now| control.delete_backup(account, backup.id(), now).await,
                )
                .await;
        }
        sleep(Duration::from_secs(3_600)).await;
    }
    sleep(Duration::from_secs(40 * 24 * 3_600)).await;
    look(world, story).await?;
    match Record::of(&world.store).await.unrest() {
        None => Ok(()),
        Some(unrest) => Err(format!("it goes on after everything was deleted: {unrest}")),
    }
}
