//! Batches over the store: what was accepted is done once, in a fair order, whoever is lost meanwhile.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod stores;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use tagout_batch::{
    Account, Action, Alias, Change, ChangeInfo, Command, Description, ItemStatus, Job, JobId,
    JobStatus, NewServer, Patched, PlanEnd, PowerState, Server, ServerId, Stage, Submission, Terms,
    Verdict, Which,
};
use tagout_control::{
    Control, ControlError, Event, Ids, JobFilter, Settings, SimulatedDriver, Simulation,
};
use tagout_store::{AnyStore, Fault, FaultyStore, MemoryStore, Operation, Position, Store};

type Plane = Control<Arc<AnyStore>, SimulatedDriver>;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 22, 0, 0).unwrap()
}

fn alias(text: &str) -> Alias {
    text.parse().unwrap()
}

fn server(account: &str, number: usize) -> ServerId {
    format!("wa1{account}web{number:02}").parse().unwrap()
}

fn plane(store: &Arc<AnyStore>, seed: u64) -> Plane {
    Control::new(
        Arc::clone(store),
        SimulatedDriver::new(1),
        Settings::default(),
        Ids::seeded(seed),
    )
}

/// A store with accounts of so many servers each, and a plane over it.
async fn fleet(accounts: &[(&str, usize)]) -> (Arc<AnyStore>, Plane) {
    fleet_in(stores::fresh(), accounts).await
}

/// As [`fleet`], in memory, where it is known who comes first.
async fn fleet_in_memory(accounts: &[(&str, usize)]) -> (Arc<AnyStore>, Plane) {
    fleet_in(Arc::new(AnyStore::new(MemoryStore::new())), accounts).await
}

async fn fleet_in(store: Arc<AnyStore>, accounts: &[(&str, usize)]) -> (Arc<AnyStore>, Plane) {
    let control = plane(&store, 1);
    for (name, n) in accounts {
        control
            .put_batch_account(Account::new(alias(name)), now())
            .await
            .unwrap();
        for number in 1..=*n {
            let change = ChangeInfo::created("ops".into(), now());
            control
                .put_batch_server(
                    Server::new(server(name, number), alias(name), change),
                    now(),
                )
                .await
                .unwrap();
        }
    }
    (store, control)
}

fn submission(
    account: &str,
    action: Action,
    numbers: impl IntoIterator<Item = usize>,
) -> Submission {
    let servers = numbers
        .into_iter()
        .map(|number| server(account, number).into());
    Submission::new(alias(account), "ops", Command::new(action, servers))
}

async fn job(control: &Plane, account: &str, id: JobId) -> Job {
    control
        .batch_job_status(alias(account), id, now())
        .await
        .unwrap()
        .unwrap()
}

fn night(control: Plane) -> Simulation<Arc<AnyStore>> {
    Simulation::new(vec![control], SimulatedDriver::new(1), now())
}

#[tokio::test]
async fn a_batch_is_answered_queued_and_worked_off() {
    let (store, control) = fleet(&[("acct", 3)]).await;
    let mut wanted = submission("acct", Action::StartMaintenance, [1, 2, 9]);
    let answer = control.submit_batch(&wanted, now()).await.unwrap();
    let id = answer.jobs()[0];
    let verdicts: Vec<_> = answer.entries().iter().map(|entry| entry.verdict).collect();
    assert_eq!(
        verdicts,
        [
            Verdict::Queued { job: id },
            Verdict::Queued { job: id },
            Verdict::Refused
        ]
    );
    assert_eq!(
        job(&control, "acct", id).await.status(),
        JobStatus::NotStarted
    );

    // Held by the first, so not to be had by a second.
    wanted = submission("acct", Action::Reboot, [1, 3]);
    let second = control.submit_batch(&wanted, now()).await.unwrap();
    assert_eq!(second.entries()[0].verdict, Verdict::Refused);
    assert!(second.entries()[1].verdict.is_queued());

    let mut night = night(control);
    night
        .run_until(now() + TimeDelta::minutes(5))
        .await
        .unwrap();
    let control = night.plane(0);
    assert_eq!(
        job(control, "acct", id).await.status(),
        JobStatus::Succeeded
    );
    let first = control
        .batch_server(alias("acct"), server("acct", 1), now())
        .await
        .unwrap()
        .unwrap();
    assert!(first.in_maintenance() && first.claim().is_none());

    let ended: Vec<_> = store.events(Position::START, 100).await.unwrap().events;
    let ended: Vec<Event> = ended.iter().map(|event| event.read().unwrap()).collect();
    assert_eq!(ended.len(), 2, "{ended:?}");
    assert!(
        matches!(&ended[0], Event::JobEnded { job, status: JobStatus::Succeeded, .. } if *job == id)
    );
}

#[tokio::test]
async fn of_two_batches_at_once_exactly_one_gets_a_server() {
    let (store, control) = fleet(&[("acct", 1)]).await;
    let (one, other) = (plane(&store, 2), plane(&store, 3));
    for round in 0..20 {
        let reboot = submission("acct", Action::Reboot, [1]);
        let (a, b, c) = tokio::join!(
            control.submit_batch(&reboot, now()),
            one.submit_batch(&reboot, now()),
            other.submit_batch(&reboot, now()),
        );
        let answers = [a.unwrap(), b.unwrap(), c.unwrap()];
        let n_queued = answers
            .iter()
            .filter(|answer| answer.entries()[0].verdict.is_queued())
            .count();
        assert_eq!(n_queued, 1, "round {round}");
        let mut ends = Simulation::new(vec![plane(&store, 9)], SimulatedDriver::new(1), now());
        ends.run_until(now() + TimeDelta::hours(1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_large_batch_delays_another_account_by_one_turn() {
    let (_, control) = fleet(&[("big", 60), ("small", 1)]).await;
    let mut all = submission("big", Action::PowerOff, 1..=60);
    all = all.on_terms(Terms {
        max_concurrency: "100%".parse().unwrap(),
        ..Terms::default()
    });
    control.submit_batch(&all, now()).await.unwrap();
    control
        .submit_batch(&submission("small", Action::PowerOff, [1]), now())
        .await
        .unwrap();

    let mut order = Vec::new();
    for second in 1..=4 {
        // One attempt at a time, as a plane with one hand would.
        let step = control
            .step(now() + TimeDelta::seconds(second), 1)
            .await
            .unwrap();
        order.extend(step.begun.into_iter().map(|work| work.account));
    }
    assert_eq!(order, ["big", "small", "big", "big"]);
}

#[tokio::test]
async fn nothing_is_lost_or_done_twice_when_a_plane_is_lost() {
    let (store, control) = fleet(&[("acct", 12)]).await;
    let mut wanted = submission("acct", Action::Reboot, 1..=12);
    wanted = wanted.on_terms(Terms {
        max_concurrency: "4".parse().unwrap(),
        ..Terms::default()
    });
    let id = control.submit_batch(&wanted, now()).await.unwrap().jobs()[0];

    let planes = vec![control, plane(&store, 2)];
    let mut night = Simulation::new(planes, SimulatedDriver::new(1), now());
    let mut accepted: BTreeMap<String, u32> = BTreeMap::new();
    let mut n_ticks = 0;
    while let Some(tick) = night.tick(now() + TimeDelta::hours(1)).await.unwrap() {
        n_ticks += 1;
        for (work, result, was_accepted) in tick.ended {
            assert!(result.is_ok());
            if was_accepted {
                *accepted.entry(work.target).or_default() += 1;
            }
        }
        match n_ticks {
            2 => night.lose(0),
            5 => night.restart(0, plane(&store, 3)),
            6 => night.stall(1),
            9 => night.restart(1, plane(&store, 4)),
            _ => {}
        }
    }
    let view = night
        .plane(0)
        .batch_job(alias("acct"), id, night.now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(view.job.status(), JobStatus::Succeeded);
    assert!(
        view.items
            .iter()
            .all(|item| item.status() == ItemStatus::Succeeded)
    );
    assert!(
        view.items.iter().any(|item| item.n_attempts() > 1),
        "nobody was ever lost"
    );
    assert_eq!(accepted.len(), 12);
    assert!(accepted.values().all(|n| *n == 1), "{accepted:?}");
}

#[tokio::test]
async fn a_job_whose_line_is_served_when_its_time_to_start_is_over_ends_all_the_same() {
    let (store, control) = fleet(&[("acct", 2)]).await;
    let terms = Terms {
        start_by: Some(now() + TimeDelta::seconds(10)),
        ..Terms::default()
    };
    let wanted = submission("acct", Action::Reboot, [1, 2]).on_terms(terms);
    let id = control.submit_batch(&wanted, now()).await.unwrap().jobs()[0];

    // A plane that has not come to the job itself yet.
    let mut settings = Settings::default();
    settings.step_limit = 0;
    let driver = SimulatedDriver::new(1);
    let busy = Control::new(Arc::clone(&store), driver, settings, Ids::seeded(2));
    let later = now() + TimeDelta::seconds(20);
    assert_eq!(busy.step(later, 8).await.unwrap().begun, []);

    control.step(later, 8).await.unwrap();
    assert_eq!(job(&control, "acct", id).await.status(), JobStatus::Failed);
}

#[tokio::test]
async fn a_job_that_comes_while_the_last_of_its_line_is_served_is_served_too() {
    // Each time the serving is held up at another call, while a second job comes.
    for held_up in 0..12 {
        let (store, control) = fleet_in_memory(&[("acct", 2)]).await;
        let first = submission("acct", Action::Reboot, [1]);
        control.submit_batch(&first, now()).await.unwrap();
        let slow = FaultyStore::new(Arc::clone(&store), Fault::Slow(50).at(held_up));
        let driver = SimulatedDriver::new(1);
        let slow = Control::new(slow, driver, Settings::default(), Ids::seeded(2));
        let second = submission("acct", Action::Reboot, [2]);
        let (stepped, answered) =
            tokio::join!(slow.step(now(), 1), control.submit_batch(&second, now()),);
        assert_eq!(stepped.unwrap().begun.len(), 1, "held up at {held_up}");
        assert!(answered.unwrap().entries()[0].verdict.is_queued());
        let step = control
            .step(now() + TimeDelta::seconds(1), 8)
            .await
            .unwrap();
        assert!(
            step.begun.iter().any(|work| work.attempt == 1),
            "held up at {held_up}: {:?}",
            step.begun
        );
    }
}

#[tokio::test]
async fn the_end_of_a_job_is_told_once_though_it_is_looked_at_as_it_ends() {
    let (store, control) = fleet_in_memory(&[("acct", 1)]).await;
    let start_by = now() + TimeDelta::seconds(10);
    let terms = Terms {
        start_by: Some(start_by),
        ..Terms::default()
    };
    let wanted = submission("acct", Action::PowerOff, [1]).on_terms(terms);
    control.submit_batch(&wanted, now()).await.unwrap();
    // It is due, as its time to start is over; and between taking and reading it, somebody else ends it.
    let late = FaultyStore::new(Arc::clone(&store), |call| {
        (call.operation == Operation::Load).then_some(Fault::Slow(50))
    });
    let driver = SimulatedDriver::new(1);
    let slow = Control::new(late, driver, Settings::default(), Ids::seeded(2));
    let (stepped, cancelled) = tokio::join!(
        slow.step(start_by, 0),
        control.cancel_batch(alias("acct"), "wa1-1".parse().unwrap(), start_by),
    );
    assert_eq!(stepped.unwrap().n_advanced, 1);
    assert_eq!(cancelled.unwrap().skipped, 1);
    let events = store.events(Position::START, 10).await.unwrap().events;
    assert_eq!(events.len(), 1, "{events:?}");
}

#[tokio::test]
async fn what_has_begun_is_given_out_though_the_store_fails_after_it() {
    let (store, control) = fleet(&[("acct", 1)]).await;
    let wanted = submission("acct", Action::Reboot, [1]);
    control.submit_batch(&wanted, now()).await.unwrap();
    let failing = FaultyStore::new(store, |call| {
        (call.operation == Operation::NextDue).then_some(Fault::Before)
    });
    let driver = SimulatedDriver::new(1);
    let control = Control::new(failing, driver, Settings::default(), Ids::seeded(2));
    let step = control.step(now(), 8).await.unwrap();
    assert_eq!((step.begun.len(), step.next_due), (1, Some(now())));
    assert!(
        control.step(now(), 8).await.is_err(),
        "nothing else has begun"
    );
}

#[tokio::test]
async fn a_late_or_repeated_report_changes_nothing() {
    let (_, control) = fleet(&[("acct", 1)]).await;
    control
        .submit_batch(&submission("acct", Action::PowerOff, [1]), now())
        .await
        .unwrap();
    let begun = control.step(now(), 8).await.unwrap().begun;
    let done = || Ok(tagout_control::Done::default());
    control
        .report(&begun[0].ticket, done(), now())
        .await
        .unwrap();
    let again = control
        .report(&begun[0].ticket, done(), now())
        .await
        .unwrap_err();
    assert_eq!(again.to_string(), "ticket wa1-1/0#1 is no longer current");

    let on = submission("acct", Action::PowerOn, [1]);
    control.submit_batch(&on, now()).await.unwrap();
    let first = control.step(now(), 8).await.unwrap().begun;
    // The lease runs out unheard, and somebody else begins anew.
    let later = now() + TimeDelta::minutes(2);
    let mut second = Vec::new();
    while second.is_empty() {
        second = control.step(later, 8).await.unwrap().begun;
    }
    assert_eq!(second[0].attempt, 2);
    assert!(matches!(
        control.report(&first[0].ticket, done(), later).await,
        Err(ControlError::StaleTicket { .. })
    ));
    assert!(matches!(
        control.heartbeat(&first[0].ticket, later).await,
        Err(ControlError::StaleTicket { .. })
    ));
    control
        .report(&second[0].ticket, done(), later)
        .await
        .unwrap();
    let server = control
        .batch_server(alias("acct"), server("acct", 1), later)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(server.power(), Some(PowerState::Started));
}

#[tokio::test]
async fn a_key_gets_the_answer_that_it_got_before_and_is_forgotten_in_time() {
    let (_, control) = fleet(&[("acct", 2)]).await;
    let keyed = |numbers: Vec<usize>| {
        submission("acct", Action::Reboot, numbers).with_key("k-1".try_into().unwrap())
    };
    let first = control.submit_batch(&keyed(vec![1]), now()).await.unwrap();
    assert_eq!(
        control.submit_batch(&keyed(vec![1]), now()).await.unwrap(),
        first
    );
    let other = control
        .submit_batch(&keyed(vec![2]), now())
        .await
        .unwrap_err();
    assert_eq!(
        other.to_string(),
        "the key `k-1` stands for another reboot request"
    );

    let mut night = night(control);
    night.run_until(now() + TimeDelta::hours(25)).await.unwrap();
    let again = night
        .plane(0)
        .submit_batch(&keyed(vec![2]), night.now())
        .await
        .unwrap();
    assert!(again.entries()[0].verdict.is_queued());
}

#[tokio::test]
async fn keys_beyond_the_limit_are_refused_and_nothing_is_queued() {
    let mut settings = Settings::default();
    settings.batches.keys_per_account_max = 1;
    let (store, _) = fleet(&[("acct", 2)]).await;
    let driver = SimulatedDriver::new(1);
    let control = Control::new(store, driver, settings, Ids::seeded(2));
    let keyed = |number: usize| {
        let key = format!("k-{number}").as_str().try_into().unwrap();
        submission("acct", Action::Reboot, vec![number]).with_key(key)
    };
    control.submit_batch(&keyed(1), now()).await.unwrap();
    let refused = control.submit_batch(&keyed(2), now()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "1 keyed requests are remembered, expected fewer before a new one"
    );
    let left = control.batch_jobs(alias("acct"), None, 10).await.unwrap();
    assert_eq!(left.items.len(), 1);
}

#[tokio::test]
async fn a_cancelled_job_skips_what_waits_and_is_tried_again_as_another() {
    let (_, control) = fleet(&[("acct", 5)]).await;
    let id = control
        .submit_batch(&submission("acct", Action::Reboot, 1..=5), now())
        .await
        .unwrap()
        .jobs()[0];
    let mut night = night(control);
    night.tick(now() + TimeDelta::minutes(1)).await.unwrap();
    let progress = night
        .plane(0)
        .cancel_batch(alias("acct"), id, night.now())
        .await
        .unwrap();
    assert_eq!((progress.running, progress.skipped), (1, 4));
    let refused = night
        .plane(0)
        .cancel_batch(alias("acct"), "wa1-99".parse().unwrap(), night.now())
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "job wa1-99 is unknown");

    night
        .run_until(now() + TimeDelta::minutes(10))
        .await
        .unwrap();
    let control = night.plane(0);
    assert_eq!(job(control, "acct", id).await.status(), JobStatus::Failed);
    let answer = control
        .retry_batch(
            alias("acct"),
            id,
            Which::NotSucceeded,
            &"ops".into(),
            night.now(),
        )
        .await
        .unwrap();
    let newer = answer.jobs()[0];
    assert_eq!(answer.entries().len(), 4);
    assert_eq!(job(control, "acct", id).await.retried_as(), Some(newer));
    assert_eq!(job(control, "acct", newer).await.retry_of(), Some(id));
    let page = control.batch_jobs(alias("acct"), None, 1).await.unwrap();
    assert_eq!(page.items[0].id(), newer);
    let rest = control
        .batch_jobs(alias("acct"), page.next, 10)
        .await
        .unwrap();
    assert_eq!(rest.items.iter().map(Job::id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn a_server_is_built_changed_and_deleted() {
    let (_, control) = fleet(&[("acct", 1)]).await;
    let new = NewServer {
        name: "new".into(),
        ..new_server()
    };
    let by = "ops".into();
    let (id, entry) = control
        .create_batch_server(alias("acct"), &new, &by, now())
        .await
        .unwrap();
    assert!(entry.verdict.is_queued());
    let mut night = night(control);
    night
        .run_until(now() + TimeDelta::minutes(5))
        .await
        .unwrap();
    let control = night.plane(0);
    let built = control
        .batch_server_by_uuid(alias("acct"), new.uuid, night.now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((built.id(), built.power()), (id, Some(PowerState::Started)));

    let described = Description {
        text: Some("the new one".into()),
        ..Description::default()
    };
    let patched = control
        .patch_batch_server(
            alias("acct"),
            id,
            &described,
            &Change::default(),
            &by,
            night.now(),
        )
        .await
        .unwrap();
    assert_eq!(patched, Patched::AtOnce);
    let change = Change {
        cpu: Some(4),
        ..Change::default()
    };
    let patched = control
        .patch_batch_server(
            alias("acct"),
            id,
            &Description::default(),
            &change,
            &by,
            night.now(),
        )
        .await
        .unwrap();
    assert!(matches!(patched, Patched::Queued { .. }));
    night
        .run_until(now() + TimeDelta::minutes(10))
        .await
        .unwrap();
    let delete = Submission::new(
        alias("acct"),
        "ops",
        Command::new(Action::Delete, [id.into()]),
    );
    night
        .plane(0)
        .submit_batch(&delete, night.now())
        .await
        .unwrap();
    night
        .run_until(now() + TimeDelta::minutes(20))
        .await
        .unwrap();
    assert_eq!(
        night
            .plane(0)
            .batch_server(alias("acct"), id, night.now())
            .await
            .unwrap(),
        None
    );
}

fn new_server() -> NewServer {
    serde_json::from_value(serde_json::json!({
        "name": "new", "dataCenter": "wa1", "uuid": "0123456789abcdef0123456789abcdef",
        "size": {"cpu": 2, "memoryMb": 4096}, "disks": [], "profile": {},
    }))
    .unwrap()
}

#[tokio::test]
async fn a_planned_maintenance_begins_and_ends_by_itself() {
    let (_, control) = fleet(&[("acct", 2)]).await;
    let (starts_at, ends_at) = (now() + TimeDelta::hours(1), now() + TimeDelta::hours(2));
    let servers = [server("acct", 1), server("acct", 2)];
    let plan = control
        .plan_batch_maintenance(
            alias("acct"),
            &servers,
            starts_at,
            ends_at,
            &Terms::default(),
            &"ops".into(),
            now(),
        )
        .await
        .unwrap();
    let mut night = night(control);
    for (minutes, expected) in [(59, false), (65, true), (119, true), (130, false)] {
        night
            .run_until(now() + TimeDelta::minutes(minutes))
            .await
            .unwrap();
        let server = night
            .plane(0)
            .batch_server(alias("acct"), servers[0], night.now())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(server.in_maintenance(), expected, "after {minutes} minutes");
    }
    let plan = night
        .plane(0)
        .batch_plan(plan, night.now())
        .await
        .unwrap()
        .unwrap();
    assert!(
        plan.servers()
            .iter()
            .all(|(_, stage)| *stage == Stage::Over { end: PlanEnd::Done })
    );
}

#[tokio::test]
async fn an_old_job_is_forgotten_and_its_number_never_used_again() {
    let (_, control) = fleet(&[("acct", 1)]).await;
    let id = control
        .submit_batch(&submission("acct", Action::Reboot, [1]), now())
        .await
        .unwrap()
        .jobs()[0];
    let mut night = night(control);
    night.run_until(now() + TimeDelta::days(13)).await.unwrap();
    assert!(
        night
            .plane(0)
            .batch_job(alias("acct"), id, night.now())
            .await
            .unwrap()
            .is_some()
    );
    night.run_until(now() + TimeDelta::days(15)).await.unwrap();
    assert!(
        night
            .plane(0)
            .batch_job(alias("acct"), id, night.now())
            .await
            .unwrap()
            .is_none()
    );
    let next = night
        .plane(0)
        .submit_batch(&submission("acct", Action::Reboot, [1]), night.now())
        .await
        .unwrap();
    assert_eq!(next.jobs()[0].to_string(), "wa1-2");
}

#[tokio::test]
async fn accounts_are_sealed_from_each_other_unless_one_is_below() {
    let (_, control) = fleet(&[("acct", 1), ("othr", 1)]).await;
    let foreign = Command::new(Action::Reboot, [server("othr", 1).into()]);
    let answer = control
        .submit_batch(
            &Submission::new(alias("acct"), "ops", foreign.clone()),
            now(),
        )
        .await
        .unwrap();
    assert_eq!(answer.entries()[0].verdict, Verdict::Refused);
    let own = control
        .submit_batch(&submission("othr", Action::Reboot, [1]), now())
        .await
        .unwrap()
        .jobs()[0];
    assert_eq!(
        control.batch_job(alias("acct"), own, now()).await.unwrap(),
        None
    );
    assert_eq!(
        control
            .batch_server(alias("acct"), server("othr", 1), now())
            .await
            .unwrap(),
        None
    );

    let mut parent = Account::new(alias("acct"));
    parent.sub_accounts.push(alias("othr"));
    control.put_batch_account(parent, now()).await.unwrap();
    assert!(
        control
            .batch_job(alias("acct"), own, now())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn jobs_are_found_by_status_server_and_time_page_by_page() {
    let (_, control) = fleet(&[("acct", 6)]).await;
    let at = |minutes| now() + TimeDelta::minutes(minutes);
    for number in 1..=6 {
        let wanted = submission("acct", Action::Reboot, [number]);
        control
            .submit_batch(&wanted, at(number as i64))
            .await
            .unwrap();
    }
    for cancelled in ["wa1-2", "wa1-5"] {
        let id = cancelled.parse().unwrap();
        control
            .cancel_batch(alias("acct"), id, at(7))
            .await
            .unwrap();
    }
    let found = async |filter: JobFilter, limit| {
        let (mut after, mut ids) = (None, Vec::new());
        loop {
            let page = control
                .batch_jobs_like(alias("acct"), &filter, after, limit, at(8))
                .await
                .unwrap();
            assert!(page.items.len() <= limit);
            ids.extend(page.items.iter().map(|job| job.id().number()));
            match page.next {
                Some(next) => after = Some(next),
                None => return ids,
            }
        }
    };
    let all = JobFilter::default();
    let failed = JobFilter {
        status: Some(JobStatus::Failed),
        ..all
    };
    let of_third = JobFilter {
        server: Some(server("acct", 3)),
        ..all
    };
    let since = JobFilter {
        since: Some(at(4)),
        ..all
    };
    for limit in [1, 2, 100] {
        assert_eq!(found(all, limit).await, [6, 5, 4, 3, 2, 1]);
        assert_eq!(found(failed, limit).await, [5, 2]);
        assert_eq!(found(of_third, limit).await, [3]);
        assert_eq!(found(since, limit).await, [6, 5, 4]);
    }
}

#[tokio::test]
async fn accounts_and_their_plans_are_told_to_those_who_ask() {
    let (_, control) = fleet(&[("acct", 3), ("othr", 1)]).await;
    let known = control.batch_account(alias("acct"), now()).await.unwrap();
    assert_eq!(known.map(|account| account.alias()), Some(alias("acct")));
    assert_eq!(
        control.batch_account(alias("none"), now()).await.unwrap(),
        None
    );
    let mut ids = Vec::new();
    for number in 1..=3 {
        let (servers, terms) = ([server("acct", number)], Terms::default());
        let (starts_at, ends_at) = (now() + TimeDelta::hours(1), now() + TimeDelta::hours(2));
        let by = "ops".into();
        let id = control
            .plan_batch_maintenance(
                alias("acct"),
                &servers,
                starts_at,
                ends_at,
                &terms,
                &by,
                now(),
            )
            .await
            .unwrap();
        ids.push(id);
    }
    let first = control.batch_plans(alias("acct"), None, 2).await.unwrap();
    let rest = control
        .batch_plans(alias("acct"), first.next, 2)
        .await
        .unwrap();
    let listed = first.items.iter().chain(&rest.items);
    assert_eq!(listed.map(tagout_batch::Plan::id).collect::<Vec<_>>(), ids);
    assert_eq!(rest.next, None);
    let others = control.batch_plans(alias("othr"), None, 2).await.unwrap();
    assert_eq!(others.items, []);
}

#[test]
fn the_same_holds_over_sqlite() {
    stores::over_sqlite();
}

#[test]
fn the_same_holds_over_postgres() {
    stores::over_postgres();
}
