//! Lists of jobs, page by page.

use chrono::TimeDelta;
use tagout_batch::{Action, JobQuery, JobStatus, Queue, Report};

use crate::support::{ME, Quickly, alias, id, lease, noon, queue_of, submission};

fn ids(queue: &Queue, query: &JobQuery) -> Vec<String> {
    queue
        .jobs(query)
        .jobs
        .iter()
        .map(|job| job.id().to_string())
        .collect()
}

/// Seven jobs, one a minute: the odd ones failed, the last not begun.
fn seven() -> Queue {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02"]);
    queue.open_account(alias("othr"));
    for n in 1..=7 {
        let now = noon() + TimeDelta::minutes(n);
        let server = if n % 3 == 0 {
            "wa1acctweb02"
        } else {
            "wa1acctweb01"
        };
        queue
            .submit(&submission("acct", Action::Reset, &[server]), now)
            .unwrap();
        if n < 7 {
            let work = queue.claim(ME, lease(), now).unwrap();
            let report = if n % 2 == 1 {
                Report::Failed("no".into())
            } else {
                Report::Succeeded
            };
            queue.finish(work.ticket, report, now).unwrap();
        }
    }
    queue
}

#[test]
fn the_newest_comes_first_and_filters_leave_out_the_rest() {
    let queue = seven();
    let all = JobQuery::of(alias("acct"));
    assert_eq!(
        ids(&queue, &all),
        [
            "wa1-7", "wa1-6", "wa1-5", "wa1-4", "wa1-3", "wa1-2", "wa1-1"
        ]
    );
    assert_eq!(
        ids(
            &queue,
            &JobQuery {
                status: Some(JobStatus::Failed),
                ..all
            }
        ),
        ["wa1-5", "wa1-3", "wa1-1"]
    );
    assert_eq!(
        ids(
            &queue,
            &JobQuery {
                status: Some(JobStatus::NotStarted),
                ..all
            }
        ),
        ["wa1-7"]
    );
    assert_eq!(
        ids(
            &queue,
            &JobQuery {
                server: Some(id("wa1acctweb02")),
                ..all
            }
        ),
        ["wa1-6", "wa1-3"]
    );
    let since = noon() + TimeDelta::minutes(5);
    assert_eq!(
        ids(
            &queue,
            &JobQuery {
                since: Some(since),
                ..all
            }
        ),
        ["wa1-7", "wa1-6", "wa1-5"]
    );
    assert_eq!(
        ids(&queue, &JobQuery::of(alias("othr"))),
        Vec::<String>::new()
    );
    assert_eq!(
        ids(&queue, &JobQuery::of(alias("nobody"))),
        Vec::<String>::new()
    );
}

#[test]
fn pages_show_each_job_once_while_others_come_and_go() {
    let mut queue = seven();
    let mut query = JobQuery {
        limit: 3,
        ..JobQuery::of(alias("acct"))
    };
    let first = queue.jobs(&query);
    assert_eq!(first.jobs.len(), 3);
    query.before = first.next;
    queue.work_off(noon() + TimeDelta::minutes(9));
    queue.ask("acct", Action::Reset, &["wa1acctweb02"]);
    assert_eq!(ids(&queue, &query), ["wa1-4", "wa1-3", "wa1-2"]);
    query.before = queue.jobs(&query).next;
    // The first three jobs are forgotten between the pages.
    queue.tick(noon() + TimeDelta::days(14) + TimeDelta::minutes(3));
    let last = queue.jobs(&query);
    assert_eq!((last.jobs.len(), last.next), (0, None));
    assert_eq!(
        ids(&queue, &JobQuery::of(alias("acct"))),
        ["wa1-8", "wa1-7", "wa1-6", "wa1-5", "wa1-4"]
    );
}

#[test]
fn every_limit_gives_the_same_list() {
    let queue = seven();
    let all = ids(&queue, &JobQuery::of(alias("acct")));
    for limit in [0, 1, 2, 5, 7, 8, usize::MAX] {
        let mut query = JobQuery {
            limit,
            ..JobQuery::of(alias("acct"))
        };
        let mut seen = Vec::new();
        loop {
            let page = queue.jobs(&query);
            assert!(page.jobs.len() <= limit.max(1));
            seen.extend(page.jobs.iter().map(|job| job.id().to_string()));
            query.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen, all, "{limit}");
    }
}

#[test]
fn a_forgotten_job_does_not_come_back_when_its_place_is_used_again() {
    let mut queue = seven();
    queue.work_off(noon() + TimeDelta::minutes(9));
    let much_later = noon() + TimeDelta::days(20);
    queue.tick(much_later);
    let asked = submission("acct", Action::Reset, &["wa1acctweb01"]);
    queue.submit(&asked, much_later).unwrap();
    assert_eq!(ids(&queue, &JobQuery::of(alias("acct"))), ["wa1-8"]);
}
