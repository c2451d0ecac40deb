//! Those who send batches, and what they were told.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_batch::{
    Account, Action, Alias, Answer, ChangeInfo, Command, JobId, PlanId, Server, ServerId,
    Submission, Terms, UserName, Which,
};
use tagout_control::ControlError;
use tokio::time::sleep;

use crate::{
    dice::Dice,
    world::{Told, World},
};

/// The accounts, and how many servers each has.
pub(crate) const ACCOUNTS: [(&str, usize); 2] = [("acct", 8), ("othr", 3)];

/// What was asked for, by the name under which it was asked: every request has one of its own.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) requests: BTreeMap<String, Request>,
    pub(crate) cancelled: Vec<JobId>,
    /// Jobs that were tried again, with the newer one.
    pub(crate) retried: Vec<(JobId, JobId)>,
    pub(crate) plans: Vec<(PlanId, Vec<ServerId>)>,
    n: usize,
}

/// What is known of a request.
#[derive(Debug)]
pub(crate) enum Request {
    Accepted(Answer),
    /// Nothing may be in the record.
    Refused,
    /// All of it or nothing may be in the record.
    Unknown,
}

impl Asked {
    fn name(&mut self, client: &str) -> String {
        self.n += 1;
        format!("{client}-{}", self.n)
    }
}

pub(crate) fn alias(account: &str) -> Alias {
    account.parse().unwrap()
}

pub(crate) fn server(account: &str, number: usize) -> ServerId {
    format!("wa1{account}web{number:02}").parse().unwrap()
}

/// Makes the accounts with their servers.
pub(crate) async fn found(world: &World) {
    for (account, n_servers) in ACCOUNTS {
        insist(world, "put account", async |control, now| {
            control
                .put_batch_account(Account::new(alias(account)), now)
                .await
        })
        .await;
        for number in 1..=n_servers {
            insist(
                world,
                format!("put server {number}"),
                async |control, now| {
                    let change = ChangeInfo::created("ops".into(), now);
                    let server = Server::new(server(account, number), alias(account), change);
                    control.put_batch_server(server, now).await
                },
            )
            .await;
        }
    }
}

/// Gives a command that may be given twice until it is done.
pub(crate) async fn insist<T: std::fmt::Debug>(
    world: &World,
    what: impl std::fmt::Display,
    call: impl AsyncFn(&crate::world::Plane, DateTime<Utc>) -> Result<T, ControlError>,
) -> T {
    loop {
        match world
            .ask(&what, async |control, now| call(control, now).await)
            .await
        {
            Told::Done(value) => return value,
            Told::Refused(error) => {
                world.fail(format_args!("{what} was refused: {error}"));
                std::future::pending::<()>().await;
            }
            Told::Away | Told::Unknown => sleep(std::time::Duration::from_secs(2)).await,
        }
    }
}

/// Sends requests for an account, now and then, until `end`.
pub(crate) async fn client(
    world: Rc<World>,
    asked: Rc<RefCell<Asked>>,
    name: &'static str,
    account: (&'static str, usize),
    mut dice: Dice,
    end: DateTime<Utc>,
) {
    loop {
        sleep(dice.seconds(1, 3_600)).await;
        if world.now() >= end {
            return;
        }
        match dice.below(20) {
            0..12 => submit(&world, &asked, name, account, &mut dice).await,
            12..15 => cancel(&world, &asked, account.0, &mut dice).await,
            15..17 => retry(&world, &asked, name, account.0, &mut dice).await,
            17..19 => plan(&world, &asked, name, account, &mut dice).await,
            _ => end_early(&world, &asked, account.0, &mut dice).await,
        }
    }
}

async fn submit(
    world: &World,
    asked: &RefCell<Asked>,
    name: &str,
    (account, n_servers): (&str, usize),
    dice: &mut Dice,
) {
    let tag = asked.borrow_mut().name(name);
    let action = match dice.below(9) {
        0 => Action::PowerOn,
        1 => Action::PowerOff,
        2 | 3 => Action::Reboot,
        4 => Action::StartMaintenance,
        5 => Action::StopMaintenance,
        6 => Action::Pause,
        7 => Action::CreateSnapshot {
            days: 1.try_into().unwrap(),
        },
        _ => Action::ShutDown,
    };
    let targets = dice.some_of(n_servers, 6);
    let what = format!("{tag}: {} of {targets:?}", action.operation());
    let targets = targets
        .into_iter()
        .map(|number| server(account, number).into());
    let command = Command::new(action, targets);
    let mut submission = Submission::new(alias(account), &*tag, command).on_terms(Terms {
        max_concurrency: dice.one_of(&["1", "2", "50%", "100%"]).parse().unwrap(),
        max_errors: dice.chance(300).then(|| "1".parse().unwrap()),
        start_by: dice
            .chance(200)
            .then(|| world.now() + TimeDelta::seconds(dice.between(10, 600) as i64)),
        ..Terms::default()
    });
    let is_keyed = dice.chance(400);
    if is_keyed {
        submission = submission.with_key(tag.as_str().try_into().unwrap());
    }
    let request = loop {
        let told = world
            .ask(&what, async |control, now| {
                control.submit_batch(&submission, now).await
            })
            .await;
        match told {
            Told::Done(answer) => break Request::Accepted(answer),
            // With a key it may be sent again, whatever became of it.
            Told::Away | Told::Unknown if is_keyed => sleep(dice.seconds(1, 60)).await,
            Told::Refused(_) | Told::Away => break Request::Refused,
            Told::Unknown => break Request::Unknown,
        }
    };
    if is_keyed
        && let Request::Accepted(answer) = &request
        && dice.chance(500)
    {
        let again = world
            .ask(format_args!("{what}, again"), async |control, now| {
                control.submit_batch(&submission, now).await
            })
            .await;
        if let Some(again) = again.done()
            && again != *answer
        {
            world.fail(format_args!("{tag} got another answer the second time"));
        }
    }
    asked.borrow_mut().requests.insert(tag, request);
}

/// One of the jobs that were accepted, as it is in the record.
fn some_job(asked: &RefCell<Asked>, account: &str, dice: &mut Dice) -> Option<JobId> {
    let names: Vec<JobId> = {
        let asked = asked.borrow();
        let own = format!("{account}/");
        let of_account = asked
            .requests
            .iter()
            .filter(|(tag, _)| tag.starts_with(&own));
        of_account
            .filter_map(|(_, request)| match request {
                Request::Accepted(answer) => answer.jobs().first().copied(),
                Request::Refused | Request::Unknown => None,
            })
            .collect()
    };
    (!names.is_empty()).then(|| names[dice.below(names.len())])
}

async fn cancel(world: &World, asked: &RefCell<Asked>, account: &str, dice: &mut Dice) {
    let Some(job) = some_job(asked, account, dice) else {
        return;
    };
    let told = world
        .ask(format_args!("cancel {job}"), async |control, now| {
            control.cancel_batch(alias(account), job, now).await
        })
        .await;
    if told.done().is_some() {
        asked.borrow_mut().cancelled.push(job);
    }
}

async fn retry(world: &World, asked: &RefCell<Asked>, name: &str, account: &str, dice: &mut Dice) {
    let Some(job) = some_job(asked, account, dice) else {
        return;
    };
    let tag = asked.borrow_mut().name(name);
    let by = UserName::from(&*tag);
    let told = world
        .ask(format_args!("{tag}: retry {job}"), async |control, now| {
            let which = Which::NotSucceeded;
            control
                .retry_batch(alias(account), job, which, &by, now)
                .await
        })
        .await;
    let mut asked = asked.borrow_mut();
    let request = match told {
        Told::Done(answer) => {
            asked
                .retried
                .extend(answer.jobs().iter().map(|newer| (job, *newer)));
            Request::Accepted(answer)
        }
        Told::Refused(_) | Told::Away => Request::Refused,
        Told::Unknown => Request::Unknown,
    };
    asked.requests.insert(tag, request);
}

async fn plan(
    world: &World,
    asked: &RefCell<Asked>,
    name: &str,
    (account, n_servers): (&str, usize),
    dice: &mut Dice,
) {
    let tag = asked.borrow_mut().name(&format!("{name}-plan"));
    let numbers = dice.some_of(n_servers, 3).into_iter();
    let servers: Vec<_> = numbers.map(|number| server(account, number)).collect();
    let starts_at = world.now() + TimeDelta::minutes(dice.between(0, 120) as i64);
    let ends_at = starts_at + TimeDelta::minutes(dice.between(1, 240) as i64);
    let by = UserName::from(&*tag);
    let told = world
        .ask(format_args!("{tag}"), async |control, now| {
            let terms = Terms::default();
            control
                .plan_batch_maintenance(
                    alias(account),
                    &servers,
                    starts_at,
                    ends_at,
                    &terms,
                    &by,
                    now,
                )
                .await
        })
        .await;
    if let Some(id) = told.done() {
        asked.borrow_mut().plans.push((id, servers));
    }
}

async fn end_early(world: &World, asked: &RefCell<Asked>, account: &str, dice: &mut Dice) {
    let plans: Vec<PlanId> = {
        let asked = asked.borrow();
        let own = asked.plans.iter().map(|(id, _)| *id);
        own.filter(|id| id.account == alias(account)).collect()
    };
    if plans.is_empty() {
        return;
    }
    let id = dice.one_of(&plans);
    world
        .ask(format_args!("end plan {id} early"), async |control, now| {
            control.end_batch_plan_early(id, now).await
        })
        .await;
}
