//! The life of jobs: order, limits, failures, leases, cancelling, trying again.

use chrono::TimeDelta;
use tagout_batch::{
    Action, CancelError, Command, ItemStatus, JobId, JobStatus, MaxConcurrency, MaxErrors, Order,
    Owner, Priority, Queue, Reason, Report, RetryError, Settings, StaleReason, Submission, Terms,
    Which,
};

use crate::support::{
    ME, Quickly, alias, lease, noon, queue_of, queue_with, seconds, server, submission,
};

fn names(n: usize) -> Vec<String> {
    (1..=n).map(|k| format!("wa1acctweb{k:02}")).collect()
}

/// A queue with one job over `n` servers on these terms.
fn one_job(n: usize, terms: Terms) -> (Queue, JobId) {
    let names = names(n);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut queue = queue_of("acct", &names);
    let asked = submission("acct", Action::Reboot, &names).on_terms(terms);
    let job = queue.submit(&asked, noon()).unwrap().jobs()[0];
    (queue, job)
}

fn at_a_time(n: u32) -> Terms {
    Terms {
        max_concurrency: MaxConcurrency::count(n.try_into().unwrap()),
        ..Terms::default()
    }
}

fn statuses(queue: &Queue, job: JobId) -> Vec<&'static str> {
    queue
        .job(job)
        .unwrap()
        .1
        .iter()
        .map(|item| item.status().word())
        .collect()
}

fn reasons(queue: &Queue, job: JobId) -> Vec<String> {
    let reason =
        |item: &tagout_batch::Item| item.reason().map(ToString::to_string).unwrap_or_default();
    queue.job(job).unwrap().1.iter().map(reason).collect()
}

#[test]
fn servers_go_one_after_the_other_in_the_order_of_the_request() {
    let (mut queue, job) = one_job(3, Terms::default());
    for n in 1..=3 {
        let work = queue.claim(ME, lease(), noon()).unwrap();
        assert_eq!(work.server.to_string(), format!("wa1acctweb{n:02}"));
        assert!(queue.claim(ME, lease(), noon()).is_none(), "one at a time");
        assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Executing));
        queue
            .finish(work.ticket, Report::Succeeded, noon())
            .unwrap();
        let percent = queue.job(job).unwrap().0.progress().percent_complete();
        assert_eq!(percent, [33, 66, 100][n - 1]);
    }
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Succeeded));
}

#[test]
fn as_many_run_at_a_time_as_the_terms_say() {
    let (mut queue, _) = one_job(
        10,
        Terms {
            max_concurrency: "25%".parse().unwrap(),
            ..Terms::default()
        },
    );
    let works: Vec<_> = std::iter::from_fn(|| queue.claim(ME, lease(), noon())).collect();
    assert_eq!(works.len(), 3);
}

#[test]
fn jobs_of_an_account_start_in_their_order_and_urgent_ones_first() {
    let mut queue = queue_of(
        "acct",
        &[
            "wa1acctweb01",
            "wa1acctweb02",
            "wa1acctweb03",
            "uc1acctweb01",
        ],
    );
    let mut ask = |server: &str, priority: u8| {
        let terms = Terms {
            priority: priority.try_into().unwrap(),
            ..Terms::default()
        };
        queue
            .submit(
                &submission("acct", Action::PowerOff, &[server]).on_terms(terms),
                noon(),
            )
            .unwrap();
    };
    ask("wa1acctweb01", 3);
    ask("uc1acctweb01", 3);
    ask("wa1acctweb02", 5);
    ask("wa1acctweb03", 1);
    let order: Vec<_> = queue
        .work_off(noon())
        .iter()
        .map(|work| work.server.to_string())
        .collect();
    assert_eq!(
        order,
        [
            "wa1acctweb03",
            "wa1acctweb01",
            "uc1acctweb01",
            "wa1acctweb02"
        ]
    );
}

#[test]
fn a_job_that_waits_does_not_hold_up_the_next() {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02", "wa1acctweb03"]);
    queue.ask("acct", Action::PowerOff, &["wa1acctweb01", "wa1acctweb02"]);
    queue.ask("acct", Action::PowerOff, &["wa1acctweb03"]);
    let works: Vec<_> = std::iter::from_fn(|| queue.claim(ME, lease(), noon()))
        .map(|work| work.server.to_string())
        .collect();
    assert_eq!(
        works,
        ["wa1acctweb01", "wa1acctweb03"],
        "the second server of the first job has to wait"
    );
}

#[test]
fn a_batch_of_ten_thousand_delays_another_account_by_one_round() {
    let settings = Settings {
        servers_max: 10_000,
        ..Settings::default()
    };
    let mut queue = Queue::new(settings);
    let (big, small) = (alias("big"), alias("small"));
    queue.open_account(big);
    queue.open_account(small);
    let ids = (0..10_000).map(|n| format!("wa1bigs{:04}{:02}", n / 100, n % 100));
    let ids: Vec<_> = ids
        .map(|id| id.parse::<tagout_batch::ServerId>().unwrap())
        .collect();
    for id in &ids {
        queue.put_server(server(id.as_str(), "big")).unwrap();
    }
    queue.put_server(server("wa1smallweb01", "small")).unwrap();
    let all = Terms {
        max_concurrency: "100%".parse().unwrap(),
        ..Terms::default()
    };
    let command = Command::new(Action::Reset, ids.into_iter().map(Into::into));
    queue
        .submit(&Submission::new(big, "user", command).on_terms(all), noon())
        .unwrap();
    for _ in 0..10 {
        assert_eq!(queue.claim(ME, lease(), noon()).unwrap().account, big);
    }
    queue.ask("small", Action::Reset, &["wa1smallweb01"]);
    let next: Vec<_> = (0..3)
        .map(|_| queue.claim(ME, lease(), noon()).unwrap().account)
        .collect();
    assert_eq!(next, [big, small, big]);
}

#[test]
fn in_order_of_arrival_the_batch_goes_first() {
    let settings = Settings {
        order: Order::Arrival,
        ..Settings::default()
    };
    let mut queue = queue_with(settings, "big", &["wa1bigweb01", "wa1bigweb02"]);
    queue.open_account(alias("small"));
    queue.put_server(server("wa1smallweb01", "small")).unwrap();
    let all = at_a_time(9);
    queue
        .submit(
            &submission("big", Action::Reset, &["wa1bigweb01", "wa1bigweb02"]).on_terms(all),
            noon(),
        )
        .unwrap();
    queue.ask("small", Action::Reset, &["wa1smallweb01"]);
    let order: Vec<_> = queue
        .work_off(noon())
        .iter()
        .map(|work| work.account)
        .collect();
    assert_eq!(order, [alias("big"), alias("big"), alias("small")]);
}

#[test]
fn too_many_failures_stop_a_job_and_let_what_runs_end() {
    let terms = Terms {
        max_errors: Some(MaxErrors::count(1)),
        ..at_a_time(3)
    };
    let (mut queue, job) = one_job(6, terms);
    let mut claim = || queue.claim(ME, lease(), noon()).unwrap().ticket;
    let tickets = [claim(), claim(), claim()];
    queue
        .finish(tickets[0], Report::Failed("disk full".into()), noon())
        .unwrap();
    let fourth = queue.claim(ME, lease(), noon()).unwrap().ticket;
    queue
        .finish(tickets[1], Report::Failed("no answer".into()), noon())
        .unwrap();
    assert_eq!(
        statuses(&queue, job),
        [
            "failed",
            "failed",
            "executing",
            "executing",
            "skipped",
            "skipped"
        ]
    );
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Executing));
    assert!(queue.claim(ME, lease(), noon()).is_none());
    queue.finish(tickets[2], Report::Succeeded, noon()).unwrap();
    queue
        .finish(fourth, Report::Transient("busy".into()), noon())
        .unwrap();
    assert_eq!(
        statuses(&queue, job),
        [
            "failed",
            "failed",
            "succeeded",
            "failed",
            "skipped",
            "skipped"
        ]
    );
    let why = "too many servers of the job have failed";
    assert_eq!(
        reasons(&queue, job),
        ["disk full", "no answer", "", "busy", why, why]
    );
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Failed));
    assert_eq!(queue.n_queued(), 0);
}

#[test]
fn a_failure_that_may_pass_is_tried_again_after_ever_longer_waits() {
    let (mut queue, job) = one_job(1, Terms::default());
    let mut now = noon();
    for (attempt, wait) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
        let work = queue.claim(ME, lease(), now).unwrap();
        assert_eq!(work.ticket.attempt, attempt);
        let status = queue.finish(work.ticket, Report::Transient("busy".into()), now);
        assert_eq!(status, Ok(ItemStatus::Resumed));
        assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Resumed));
        assert_eq!(reasons(&queue, job), ["busy"]);
        let due = now + seconds(wait);
        // The lease of the attempt is over by then; the wake for it may come first.
        assert!(queue.next_due().unwrap() <= due);
        assert!(
            queue
                .claim(ME, lease(), due - TimeDelta::milliseconds(1))
                .is_none()
        );
        now = due;
    }
    let work = queue.claim(ME, lease(), now).unwrap();
    assert_eq!(
        queue.finish(work.ticket, Report::Transient("still busy".into()), now),
        Ok(ItemStatus::Failed)
    );
    assert_eq!(
        (statuses(&queue, job), reasons(&queue, job)),
        (vec!["failed"], vec!["still busy".to_owned()])
    );
}

#[test]
fn a_lost_lease_goes_to_someone_else_and_the_late_result_is_refused() {
    let (mut queue, job) = one_job(1, Terms::default());
    let first = queue.claim(ME, lease(), noon()).unwrap();
    let other = Owner { node: 2, epoch: 1 };
    let just_before = noon() + lease() - TimeDelta::milliseconds(1);
    assert!(queue.claim(other, lease(), just_before).is_none());
    let second = queue.claim(other, lease(), noon() + lease()).unwrap();
    assert!(second.ticket > first.ticket && second.ticket.attempt == 2);

    let late = queue
        .finish(first.ticket, Report::Succeeded, noon() + lease())
        .unwrap_err();
    assert_eq!(
        late.to_string(),
        "ticket wa1-1/0#1 is not current: the attempt was taken back"
    );
    assert_eq!(late.reason(), StaleReason::TakenBack);
    queue
        .finish(second.ticket, Report::Succeeded, noon() + lease())
        .unwrap();
    let twice = queue
        .finish(second.ticket, Report::Succeeded, noon() + lease())
        .unwrap_err();
    assert_eq!(
        twice.to_string(),
        "ticket wa1-1/0#2 is not current: its work has ended"
    );
    let unknown = queue
        .finish("wa1-9/0#1".parse().unwrap(), Report::Succeeded, noon())
        .unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "ticket wa1-9/0#1 is not current: there is no such work"
    );
    assert!(
        queue
            .finish("wa1-1/7#1".parse().unwrap(), Report::Succeeded, noon())
            .is_err(),
        "no such item"
    );
    assert_eq!(statuses(&queue, job), ["succeeded"]);
}

#[test]
fn a_result_after_the_lease_is_good_until_someone_takes_the_work() {
    let (mut queue, job) = one_job(1, Terms::default());
    let work = queue.claim(ME, lease(), noon()).unwrap();
    queue
        .finish(work.ticket, Report::Succeeded, noon() + lease() * 10)
        .unwrap();
    assert_eq!(statuses(&queue, job), ["succeeded"]);
}

#[test]
fn heartbeats_keep_the_lease_but_not_for_ever() {
    let settings = Settings {
        run_seconds_max: 100,
        ..Settings::default()
    };
    let mut queue = queue_with(settings, "acct", &["wa1acctweb01"]);
    let job = queue.ask("acct", Action::Reset, &["wa1acctweb01"]).jobs()[0];
    let work = queue.claim(ME, lease(), noon()).unwrap();
    for at in [25, 50, 75, 99] {
        let until = queue
            .heartbeat(work.ticket, lease(), noon() + seconds(at))
            .unwrap();
        assert_eq!(until, noon() + seconds((at + 30).min(100)));
        queue.tick(noon() + seconds(at));
        assert_eq!(statuses(&queue, job), ["executing"]);
    }
    queue.tick(noon() + seconds(100));
    assert_eq!(
        reasons(&queue, job),
        ["the attempt took longer than allowed"]
    );
    assert!(queue.heartbeat(work.ticket, lease(), noon()).is_err());
}

#[test]
fn a_heartbeat_may_make_a_lease_shorter() {
    let (mut queue, job) = one_job(1, Terms::default());
    let work = queue.claim(ME, lease(), noon()).unwrap();
    queue.heartbeat(work.ticket, seconds(5), noon()).unwrap();
    queue.tick(noon() + seconds(5));
    assert_eq!(statuses(&queue, job), ["resumed"]);
}

#[test]
fn what_is_not_started_in_time_is_skipped() {
    let terms = Terms {
        start_by: Some(noon() + seconds(60)),
        ..Terms::default()
    };
    let (mut queue, job) = one_job(3, terms.clone());
    let work = queue.claim(ME, seconds(600), noon()).unwrap();
    assert_eq!(queue.next_due(), Some(noon() + seconds(60)));
    queue.tick(noon() + seconds(60));
    assert_eq!(statuses(&queue, job), ["executing", "skipped", "skipped"]);
    queue
        .finish(work.ticket, Report::Succeeded, noon() + seconds(61))
        .unwrap();
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Failed));
    assert_eq!(
        reasons(&queue, job)[2],
        "the job did not come to it in time"
    );

    let too_late = submission("acct", Action::Reboot, &["wa1acctweb01"]).on_terms(terms);
    let job = queue
        .submit(&too_late, noon() + seconds(60))
        .unwrap()
        .jobs()[0];
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Failed));
    assert_eq!(queue.n_queued(), 0);
}

#[test]
fn cancelling_skips_what_waits_and_lets_the_rest_end() {
    let (mut queue, job) = one_job(4, at_a_time(2));
    let first = queue.claim(ME, lease(), noon()).unwrap();
    let second = queue.claim(ME, lease(), noon()).unwrap();
    queue
        .finish(first.ticket, Report::Transient("busy".into()), noon())
        .unwrap();
    let progress = queue.cancel(alias("acct"), job, noon()).unwrap();
    assert_eq!(
        (progress.running, progress.skipped, progress.failed),
        (1, 2, 1)
    );
    assert_eq!(
        statuses(&queue, job),
        ["failed", "executing", "skipped", "skipped"]
    );
    assert_eq!(
        queue.status(alias("acct"), job),
        Some(JobStatus::Resumed),
        "it goes on until the last has ended"
    );
    assert!(
        queue.cancel(alias("acct"), job, noon()).is_ok(),
        "once more does no harm"
    );
    queue
        .finish(second.ticket, Report::Succeeded, noon())
        .unwrap();
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Failed));
    let error = queue.cancel(alias("acct"), job, noon()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "job wa1-1 has failed, expected one that goes on"
    );
    assert_eq!(reasons(&queue, job)[3], "the job was cancelled");
    let free = queue.ask("acct", Action::Reboot, &["wa1acctweb01", "wa1acctweb03"]);
    assert!(
        free.entries().iter().all(|entry| entry.verdict.is_queued()),
        "the servers are free"
    );
}

#[test]
fn a_job_that_was_never_begun_is_cancelled_at_once() {
    let (mut queue, job) = one_job(2, Terms::default());
    queue.cancel(alias("acct"), job, noon()).unwrap();
    let (there, _) = queue.job(job).unwrap();
    assert_eq!(
        (there.status(), there.ended_at()),
        (JobStatus::Failed, Some(noon()))
    );
    assert_eq!(there.stopped(), Some(&Reason::Cancelled));
}

#[test]
fn only_the_account_and_those_above_it_see_a_job() {
    let (mut queue, job) = one_job(1, Terms::default());
    let mut above = tagout_batch::Account::new(alias("above"));
    above.sub_accounts.push(alias("acct"));
    queue.put_account(above);
    queue.open_account(alias("other"));
    assert_eq!(
        queue.status(alias("above"), job),
        Some(JobStatus::NotStarted)
    );
    assert_eq!(queue.status(alias("other"), job), None);
    assert_eq!(queue.status(alias("nobody"), job), None);
    assert_eq!(
        queue.cancel(alias("other"), job, noon()),
        Err(CancelError::UnknownJob { job })
    );
    let unknown = queue
        .retry(alias("other"), job, Which::Failed, "user", noon())
        .unwrap_err();
    assert_eq!(unknown.to_string(), "job wa1-1 is unknown");
    assert!(queue.cancel(alias("above"), job, noon()).is_ok());
}

#[test]
fn servers_of_accounts_below_count_as_own() {
    let mut queue = queue_of("sub", &["wa1subweb01"]);
    let mut above = tagout_batch::Account::new(alias("above"));
    above.sub_accounts.push(alias("sub"));
    queue.put_account(above);
    let answer = queue.ask("above", Action::Reset, &["WA1SUBWEB01"]);
    assert_eq!(
        queue.job(answer.jobs()[0]).unwrap().0.account(),
        alias("above")
    );
}

#[test]
fn only_what_failed_is_tried_again_by_a_job_that_is_linked_to_the_old_one() {
    let terms = Terms {
        max_errors: Some(MaxErrors::count(0)),
        priority: Priority::HIGHEST,
        ..at_a_time(2)
    };
    let (mut queue, old) = one_job(4, terms);
    let error = queue
        .retry(alias("acct"), old, Which::Failed, "user", noon())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "job wa1-1 is notStarted, expected one that has ended"
    );
    let first = queue.claim(ME, lease(), noon()).unwrap();
    let second = queue.claim(ME, lease(), noon()).unwrap();
    queue
        .finish(first.ticket, Report::Succeeded, noon())
        .unwrap();
    queue
        .finish(second.ticket, Report::Failed("no".into()), noon())
        .unwrap();
    assert_eq!(
        statuses(&queue, old),
        ["succeeded", "failed", "skipped", "skipped"]
    );

    let answer = queue
        .retry(alias("acct"), old, Which::NotSucceeded, "user.two", noon())
        .unwrap();
    let servers: Vec<_> = answer
        .entries()
        .iter()
        .map(|entry| entry.server.to_string())
        .collect();
    assert_eq!(servers, ["wa1acctweb02", "wa1acctweb03", "wa1acctweb04"]);
    let new = answer.jobs()[0];
    let (job, _) = queue.job(new).unwrap();
    assert_eq!(
        (job.retry_of(), job.max_concurrency(), job.priority()),
        (Some(old), 2, Priority::HIGHEST)
    );
    assert_eq!(queue.job(old).unwrap().0.retried_as(), Some(new));
    assert_eq!(
        queue.status(alias("acct"), old),
        Some(JobStatus::Failed),
        "a final word stays"
    );
    let again = queue
        .retry(alias("acct"), old, Which::Failed, "user", noon())
        .unwrap_err();
    assert_eq!(
        again,
        RetryError::Retried {
            job: old,
            newer: new
        }
    );
    assert_eq!(again.to_string(), "job wa1-1 was tried again as wa1-2");
    queue.work_off(noon());
    let nothing = queue
        .retry(alias("acct"), new, Which::NotSucceeded, "user", noon())
        .unwrap_err();
    assert_eq!(nothing.to_string(), "job wa1-2 has no server to try again");
}

#[test]
fn a_retry_of_mixed_maintenance_keeps_the_flag_of_each_server() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    queue
        .put_server(server("wa1acctweb02", "acct").with_maintenance(true))
        .unwrap();
    let command = Command::set_maintenance([
        ("wa1acctweb01".into(), true),
        ("wa1acctweb02".into(), false),
    ]);
    let old = queue
        .submit(&Submission::new(alias("acct"), "user", command), noon())
        .unwrap()
        .jobs()[0];
    while let Some(work) = queue.claim(ME, lease(), noon()) {
        queue
            .finish(work.ticket, Report::Failed("no".into()), noon())
            .unwrap();
    }
    queue
        .retry(alias("acct"), old, Which::Failed, "user", noon())
        .unwrap();
    let actions: Vec<_> = queue
        .work_off(noon())
        .into_iter()
        .map(|work| work.action)
        .collect();
    assert_eq!(actions, [Action::StartMaintenance, Action::StopMaintenance]);
}

#[test]
fn ended_jobs_are_remembered_for_two_weeks_and_their_numbers_never_used_again() {
    let (mut queue, job) = one_job(2, Terms::default());
    queue.work_off(noon());
    let end = noon() + TimeDelta::days(14);
    queue.tick(end - TimeDelta::seconds(1));
    assert_eq!(queue.status(alias("acct"), job), Some(JobStatus::Succeeded));
    queue.tick(end);
    assert_eq!(queue.status(alias("acct"), job), None);
    assert_eq!(
        queue.ask("acct", Action::Reboot, &["wa1acctweb01"]).jobs()[0].to_string(),
        "wa1-2"
    );
}

#[test]
fn a_server_that_cannot_be_built_is_gone_again() {
    let mut queue = queue_of("acct", &[]);
    let new = tagout_batch::NewServer {
        name: "web".into(),
        data_center: "wa1".parse().unwrap(),
        uuid: tagout_batch::ServerUuid::from_bytes([1; 16]),
        source: None,
        size: tagout_batch::Size::default(),
        disks: Vec::new(),
        profile: tagout_batch::Profile::default(),
    };
    let (id, entry) = queue
        .create(alias("acct"), new.clone(), "user", noon())
        .unwrap();
    let work = queue.claim(ME, lease(), noon()).unwrap();
    queue
        .finish(work.ticket, Report::Failed("no room".into()), noon())
        .unwrap();
    assert!(queue.server(id).is_none());

    let error = |new: tagout_batch::NewServer, queue: &mut Queue| {
        queue
            .create(alias("acct"), new, "user", noon())
            .unwrap_err()
            .to_string()
    };
    let named = |name: &str| tagout_batch::NewServer {
        name: name.into(),
        ..new.clone()
    };
    assert_eq!(
        error(named("a_b"), &mut queue),
        "`wa1accta_b01` is not a server id: data centre, account alias, name and counter"
    );
    let copy = tagout_batch::NewServer {
        source: Some(id),
        ..new.clone()
    };
    assert_eq!(
        error(copy, &mut queue),
        "server wa1acctweb01 cannot be copied"
    );
    for counter in 1..=999 {
        queue
            .put_server(server(&format!("wa1acctfull{counter:02}"), "acct"))
            .unwrap();
    }
    assert_eq!(
        error(named("full"), &mut queue),
        "no counter is left for servers called `full`, expected one of 1 to 999"
    );
    assert!(entry.verdict.is_queued());
}
