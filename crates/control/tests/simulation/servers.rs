//! Those who keep servers, and what they were told.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_backup::{BackupStatus, ManualOrder};
use tagout_control::{Account, Removal};
use tagout_lifecycle::{
    AssociationToken, BackupId, Engine, EngineAttribute, HealthCheck, HealthReport, NewServer,
    Observation, RestoreOrder, RetentionCount, ServerName, ServerUpdate, Status,
};
use tokio::time::sleep;

use crate::{
    dice::Dice,
    world::{Told, World},
};

/// How often something was asked of a server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) accepted: usize,
    /// Done or not.
    pub(crate) unknown: usize,
}

impl Count {
    fn add<T>(&mut self, told: &Told<T>) {
        match told {
            Told::Done(_) => self.accepted += 1,
            Told::Unknown => self.unknown += 1,
            Told::Refused(_) | Told::Away => {}
        }
    }
}

/// What was asked for: by server, and by the status in which a server is while it is done.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) operations: BTreeMap<(ServerName, Status), Count>,
    /// Manual backups by their ids, and how many more there may be.
    pub(crate) backups: Vec<BackupId>,
    pub(crate) n_unknown_backups: usize,
    /// Whether a server is protected, as far as that is known.
    pub(crate) protected: BTreeMap<ServerName, Option<bool>>,
    pub(crate) tokens: Vec<(ServerName, AssociationToken)>,
    /// Backups that were deleted, or may have been.
    pub(crate) deleted: Vec<BackupId>,
}

pub(crate) fn account() -> Account {
    "123456789012".parse().unwrap()
}

const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

fn new_server(name: &ServerName, dice: &mut Dice) -> NewServer {
    let hour = dice.between(0, 23);
    let day = dice.one_of(&["Sun", "Mon", "Tue"]);
    NewServer {
        backup_window: Some(format!("{hour:02}:00").parse().unwrap()),
        maintenance_window: Some(format!("{day}:{hour:02}:00").parse().unwrap()),
        ..NewServer::new(
            name.clone(),
            dice.one_of(&[Engine::ChefAutomate, Engine::Puppet]),
            "m5.large".parse().unwrap(),
            "arn:aws:iam::123456789012:instance-profile/p"
                .parse()
                .unwrap(),
            "arn:aws:iam::123456789012:role/r".parse().unwrap(),
        )
    }
}

/// Keeps servers until `end`; nobody else gives commands to them.
pub(crate) async fn client(
    world: Rc<World>,
    asked: Rc<RefCell<Asked>>,
    mut dice: Dice,
    end: DateTime<Utc>,
) {
    let names: Vec<ServerName> = NAMES.iter().map(|name| name.parse().unwrap()).collect();
    loop {
        sleep(dice.seconds(1, 4_000)).await;
        if world.now() >= end {
            return;
        }
        let name = &names[dice.below(names.len())];
        ask(&world, &asked, name, &mut dice).await;
    }
}

async fn ask(world: &World, asked: &RefCell<Asked>, name: &ServerName, dice: &mut Dice) {
    let account = &account();
    let begun = |status: Status, told: &Told<_>| {
        let mut asked = asked.borrow_mut();
        asked
            .operations
            .entry((name.clone(), status))
            .or_default()
            .add(told);
    };
    match dice.below(24) {
        0..5 => {
            let new = new_server(name, dice);
            let told = world
                .ask(format_args!("create {name}"), async |control, now| {
                    let created = control.create_server(account, new, None, now).await?;
                    Ok(created.server)
                })
                .await;
            begun(Status::Creating, &told);
            match told {
                Told::Done(_) => drop(
                    asked
                        .borrow_mut()
                        .protected
                        .insert(name.clone(), Some(false)),
                ),
                Told::Unknown => drop(asked.borrow_mut().protected.insert(name.clone(), None)),
                Told::Refused(_) | Told::Away => {}
            }
        }
        5..9 => {
            let told = world
                .ask(format_args!("back up {name}"), async |control, now| {
                    control
                        .create_backup(account, name, &ManualOrder::default(), now)
                        .await
                })
                .await;
            let mut asked = asked.borrow_mut();
            match told {
                Told::Done(backup) => asked.backups.push(backup.id().clone()),
                Told::Unknown => asked.n_unknown_backups += 1,
                Told::Refused(_) | Told::Away => {}
            }
        }
        9..12 => {
            let told = world
                .ask(format_args!("maintain {name}"), async |control, now| {
                    control.start_maintenance(account, name, &[], now).await
                })
                .await;
            begun(Status::UnderMaintenance, &told);
        }
        12 | 13 => restore(world, asked, name, dice).await,
        14 => {
            let told = world
                .ask(format_args!("change {name}"), async |control, now| {
                    let attribute = "CHEF_AUTOMATE_API_TOKEN".parse()?;
                    control
                        .update_server_engine_attributes(account, name, &attribute, None, now)
                        .await
                })
                .await;
            begun(Status::Modifying, &told);
        }
        15 => {
            let told = world
                .ask(format_args!("delete {name}"), async |control, now| {
                    control
                        .delete_server(account, name, &Removal::AtOnce, now)
                        .await
                })
                .await;
            begun(Status::Deleting, &told);
        }
        16 => {
            let told = world
                .ask(
                    format_args!("delete {name} after a backup"),
                    async |control, now| {
                        let removal = Removal::AfterBackup(ManualOrder::default());
                        control.delete_server(account, name, &removal, now).await
                    },
                )
                .await;
            if matches!(told, Told::Done(_) | Told::Unknown) {
                asked.borrow_mut().n_unknown_backups += 1; // its id is not told
            }
        }
        17 => {
            let protected = dice.chance(500);
            let told = world
                .ask(
                    format_args!("protect {name}: {protected}"),
                    async |control, now| {
                        control.protect_server(account, name, protected, now).await
                    },
                )
                .await;
            let known = match told {
                Told::Done(_) => Some(protected),
                Told::Unknown => None,
                Told::Refused(_) | Told::Away => return,
            };
            asked.borrow_mut().protected.insert(name.clone(), known);
        }
        18 | 19 => node(world, asked, name, dice).await,
        20 => {
            let lost = dice.chance(300);
            world
                .ask(
                    format_args!("observe {name}, lost: {lost}"),
                    async |control, now| {
                        let seen = if lost {
                            Observation::ContactLost("no route".into())
                        } else {
                            Observation::Checked(HealthReport::new(
                                vec![HealthCheck::passed("https")],
                                now,
                            ))
                        };
                        control.observe_server(account, name, &seen, now).await
                    },
                )
                .await;
        }
        21 => {
            world
                .ask(format_args!("cancel {name}"), async |control, now| {
                    control.cancel_operation(account, name, now).await
                })
                .await;
        }
        22 => {
            let update = ServerUpdate {
                retention: Some(RetentionCount::new(dice.between(1, 4) as i64).unwrap()),
                ..ServerUpdate::default()
            };
            world
                .ask(format_args!("update {name}"), async |control, now| {
                    control.update_server(account, name, &update, now).await
                })
                .await;
            let until = world.now() + TimeDelta::days(1);
            world
                .ask(format_args!("defer {name}"), async |control, now| {
                    control
                        .defer_maintenance(account, name, Some(until), now)
                        .await
                })
                .await;
        }
        _ => delete_backup(world, asked, dice).await,
    }
}

async fn restore(world: &World, asked: &RefCell<Asked>, name: &ServerName, dice: &mut Dice) {
    let account = &account();
    let found = world
        .ask(
            format_args!("list backups of {name}"),
            async |control, now| {
                control
                    .describe_backups(account, None, Some(name), now)
                    .await
            },
        )
        .await;
    let made: Vec<BackupId> = found
        .done()
        .unwrap_or_default()
        .iter()
        .filter(|backup| backup.status() == BackupStatus::Ok)
        .map(|backup| backup.id().clone())
        .collect();
    if made.is_empty() {
        return;
    }
    let id = &made[dice.below(made.len())];
    let told = world
        .ask(
            format_args!("restore {name} from {id}"),
            async |control, now| {
                let order = RestoreOrder::default();
                control.restore_server(account, name, id, &order, now).await
            },
        )
        .await;
    let mut asked = asked.borrow_mut();
    let operation = (name.clone(), Status::Restoring);
    asked.operations.entry(operation).or_default().add(&told);
}

async fn delete_backup(world: &World, asked: &RefCell<Asked>, dice: &mut Dice) {
    let ids = asked.borrow().backups.clone();
    if ids.is_empty() {
        return;
    }
    let id = &ids[dice.below(ids.len())];
    let told = world
        .ask(format_args!("delete backup {id}"), async |control, now| {
            control.delete_backup(&account(), id, now).await
        })
        .await;
    if matches!(told, Told::Done(()) | Told::Unknown) {
        asked.borrow_mut().deleted.push(id.clone());
    }
}

async fn node(world: &World, asked: &RefCell<Asked>, name: &ServerName, dice: &mut Dice) {
    let node = format!("i-{}", dice.below(3)).parse().unwrap();
    let attribute = |name: &str, value: &str| EngineAttribute {
        name: name.parse().unwrap(),
        value: value.parse().unwrap(),
    };
    let is_there = dice.chance(600);
    let told = world
        .ask(
            format_args!("associate {node} with {name}: {is_there}"),
            async |control, now| {
                if is_there {
                    let key = [attribute("CHEF_NODE_PUBLIC_KEY", "key")];
                    control
                        .associate_node(&account(), name, &node, &key, now)
                        .await
                } else {
                    control
                        .disassociate_node(&account(), name, &node, &[], now)
                        .await
                }
            },
        )
        .await;
    if let Told::Done(token) = told {
        asked.borrow_mut().tokens.push((name.clone(), token));
    }
}
