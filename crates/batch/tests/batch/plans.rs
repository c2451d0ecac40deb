//! Maintenance that begins and ends by itself.

use chrono::{DateTime, TimeDelta, Utc};
use tagout_batch::{Action, PlanEnd, PlanId, Queue, Report, ServerId, Settings, Stage, Terms};

use crate::support::{ME, Quickly, alias, id, lease, noon, queue_of, queue_with, seconds, server};

fn at(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

fn web(n: u8) -> ServerId {
    id(&format!("wa1acctweb{n:02}"))
}

/// Maintenance from ten to forty minutes past noon.
fn plan(queue: &mut Queue, servers: &[u8]) -> PlanId {
    let servers = servers.iter().map(|n| web(*n));
    queue
        .plan_maintenance(
            alias("acct"),
            servers,
            at(10),
            at(40),
            Terms::default(),
            "planner",
            noon(),
        )
        .unwrap()
}

fn stages(queue: &Queue, plan: PlanId) -> Vec<String> {
    let stages = queue
        .plan(plan)
        .unwrap()
        .servers()
        .iter()
        .map(|(_, stage)| match stage {
            Stage::Waiting => "waiting".to_owned(),
            Stage::Starting { job } => format!("starting {job}"),
            Stage::On { .. } => "on".to_owned(),
            Stage::Ending { job, .. } => format!("ending {job}"),
            Stage::Over { end } => format!("{end:?}"),
        });
    stages.collect()
}

fn on(queue: &Queue, n: u8) -> bool {
    queue.server(web(n)).unwrap().in_maintenance()
}

#[test]
fn it_begins_and_ends_by_itself() {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02"]);
    let plan = plan(&mut queue, &[1, 2]);
    assert_eq!(queue.next_due(), Some(at(10)));
    queue.work_off(at(9));
    assert!(!on(&queue, 1));
    queue.work_off(at(10));
    assert!(on(&queue, 1) && on(&queue, 2));
    assert_eq!(
        queue
            .server(web(1))
            .unwrap()
            .change()
            .modified_by()
            .as_str(),
        "planner"
    );
    queue.tick(at(11));
    assert_eq!(stages(&queue, plan), ["on", "on"]);
    assert_eq!(
        queue.next_due().map(|due| due.min(at(40))),
        Some(at(40)),
        "nothing to do until the end"
    );
    queue.work_off(at(40));
    assert!(!on(&queue, 1) && !on(&queue, 2));
    queue.tick(at(42));
    assert_eq!(stages(&queue, plan), ["Done", "Done"]);
    assert!(queue.plan(plan).unwrap().is_over());
    queue.tick(at(40) + TimeDelta::days(14));
    assert!(queue.plan(plan).is_none());
}

#[test]
fn a_server_that_was_in_maintenance_before_stays_in_it() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    queue
        .put_server(server("wa1acctweb02", "acct").with_maintenance(true))
        .unwrap();
    let plan = plan(&mut queue, &[1, 2]);
    queue.work_off(at(10));
    queue.work_off(at(40));
    queue.tick(at(50));
    assert_eq!(stages(&queue, plan), ["Done", "WasOn"]);
    assert!(!on(&queue, 1) && on(&queue, 2));
}

#[test]
fn a_server_that_something_else_holds_is_asked_for_again() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    let plan = plan(&mut queue, &[1]);
    queue.ask("acct", Action::Reboot, &["wa1acctweb01"]);
    let reboot = queue.claim(ME, TimeDelta::hours(1), noon()).unwrap();
    queue.tick(at(10));
    assert_eq!(stages(&queue, plan), ["waiting"]);
    queue
        .finish(reboot.ticket, Report::Succeeded, at(12))
        .unwrap();
    queue.work_off(at(13));
    assert!(on(&queue, 1));

    queue.tick(at(20));
    queue
        .submit(
            &crate::support::submission("acct", Action::Reboot, &["wa1acctweb01"]),
            at(39),
        )
        .unwrap();
    let reboot = queue.claim(ME, TimeDelta::hours(1), at(39)).unwrap();
    queue.tick(at(40));
    assert_eq!(stages(&queue, plan), ["on"], "it cannot be had at the end");
    queue
        .finish(reboot.ticket, Report::Succeeded, at(45))
        .unwrap();
    queue.work_off(at(47));
    assert!(!on(&queue, 1));
    queue.tick(at(60));
    assert_eq!(stages(&queue, plan), ["Done"]);
}

#[test]
fn what_cannot_begin_is_given_up_and_what_cannot_end_is_tried_often_but_not_for_ever() {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02"]);
    let plan = plan(&mut queue, &[1, 2, 3]);
    let broken = |queue: &mut Queue, now| {
        let mut n = 0;
        while let Some(work) = queue.claim(ME, lease(), now) {
            let start = work.action == Action::StartMaintenance;
            let report = if start && work.server == web(2) {
                Report::Succeeded
            } else {
                Report::Failed("no".into())
            };
            queue.finish(work.ticket, report, now).unwrap();
            n += 1;
        }
        n
    };
    assert_eq!(broken(&mut queue, at(10)), 2);
    queue.tick(at(12));
    assert_eq!(stages(&queue, plan), ["NotStarted", "on", "waiting"]);
    let (mut now, mut n) = (at(40), 0);
    while !queue.plan(plan).unwrap().is_over() {
        n += broken(&mut queue, now);
        now = queue.next_due().unwrap().max(now + seconds(1));
    }
    assert_eq!(stages(&queue, plan), ["NotStarted", "NotEnded", "Gone"]);
    assert_eq!(n, 11, "the first and ten more");
    assert!(on(&queue, 2));
}

#[test]
fn an_archived_server_is_taken_out_when_it_comes_back() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    let plan = plan(&mut queue, &[1]);
    queue.work_off(at(10));
    queue.tick(at(11));
    queue
        .submit(
            &crate::support::submission("acct", Action::Archive, &["wa1acctweb01"]),
            at(12),
        )
        .unwrap();
    queue.work_off(at(12));
    queue.tick(at(40));
    assert_eq!(stages(&queue, plan), ["on"]);
    let restore = Action::Restore { group: None };
    queue
        .submit(
            &crate::support::submission("acct", restore, &["wa1acctweb01"]),
            at(100),
        )
        .unwrap();
    queue.work_off(at(100));
    queue.work_off(at(120));
    assert!(!on(&queue, 1));
}

#[test]
fn a_plan_can_be_ended_early() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    let never = plan(&mut queue, &[1]);
    assert!(queue.end_plan_early(never, at(5)));
    assert_eq!(stages(&queue, never), ["NotStarted"]);
    assert!(!queue.end_plan_early(never, at(5)), "it is over");
    assert!(queue.work_off(at(10)).is_empty());

    let short = queue
        .plan_maintenance(
            alias("acct"),
            [web(1)],
            at(10),
            at(40),
            Terms::default(),
            "planner",
            at(6),
        )
        .unwrap();
    assert_eq!(short.to_string(), "acct/2");
    queue.work_off(at(10));
    assert!(on(&queue, 1));
    queue.tick(at(11));
    assert!(queue.end_plan_early(short, at(20)));
    queue.work_off(at(20));
    assert!(!on(&queue, 1));
    let all: Vec<_> = queue
        .plans_of(alias("acct"))
        .map(|plan| plan.id().to_string())
        .collect();
    assert_eq!(all, ["acct/1", "acct/2"]);
}

#[test]
fn refusals_say_what_was_expected() {
    let settings = Settings {
        servers_max: 2,
        plans_per_account_max: 1,
        ..Settings::default()
    };
    let mut queue = queue_with(settings, "acct", &["wa1acctweb01"]);
    let mut plan = |account: &str, servers: &[u8], from, to| {
        let servers = servers.iter().map(|n| web(*n));
        let made = queue.plan_maintenance(
            alias(account),
            servers,
            at(from),
            at(to),
            Terms::default(),
            "planner",
            noon(),
        );
        made.map_err(|error| error.to_string())
    };
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(
        plan("othr", &[1], 10, 40),
        refused("account othr is unknown")
    );
    assert_eq!(
        plan("acct", &[1], 10, 10),
        refused(
            "it starts at 2026-03-01 12:10:00 UTC and ends at 2026-03-01 12:10:00 UTC, expected an end after the start"
        )
    );
    assert_eq!(
        plan("acct", &[], 10, 40),
        refused("0 servers are named, expected 1 to 2")
    );
    assert_eq!(
        plan("acct", &[1, 2, 3], 10, 40),
        refused("3 servers are named, expected 1 to 2")
    );
    assert!(plan("acct", &[1, 1, 2], 10, 40).is_ok(), "two servers");
    assert_eq!(
        plan("acct", &[1], 10, 40),
        refused("1 plans are remembered, expected fewer before a new one")
    );
    assert_eq!(
        "acct/01".parse::<PlanId>().unwrap_err().to_string(),
        "`acct/01` is not the id of a plan, expected one such as `acct/7`"
    );
}

#[test]
fn a_plan_whose_servers_do_not_fit_into_the_queue_asks_again() {
    let settings = Settings {
        queued_max: 1,
        ..Settings::default()
    };
    let mut queue = queue_with(settings, "acct", &["wa1acctweb01", "wa1acctweb02"]);
    let plan = plan(&mut queue, &[1]);
    queue.ask("acct", Action::Reset, &["wa1acctweb02"]);
    let reset = queue.claim(ME, TimeDelta::hours(1), noon()).unwrap();
    queue.tick(at(10));
    assert_eq!(stages(&queue, plan), ["waiting"]);
    queue
        .finish(reset.ticket, Report::Succeeded, at(11))
        .unwrap();
    queue.work_off(at(12));
    assert!(on(&queue, 1));
    assert_eq!(
        queue.plan(plan).unwrap().servers()[0].1,
        Stage::Starting {
            job: "wa1-2".parse().unwrap()
        }
    );
    let end = PlanEnd::Done;
    queue.work_off(at(40));
    queue.work_off(at(45));
    assert_eq!(
        queue.plan(plan).unwrap().servers()[0].1,
        Stage::Over { end }
    );
}
