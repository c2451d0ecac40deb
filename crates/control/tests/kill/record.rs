//! What was accepted is in the record, once, and comes to its end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tagout_batch::{Account, ChangeInfo, Job, JobId, Server};
use tagout_control::{Clock, Event, SystemClock};
use tagout_lifecycle::Status;
use tagout_store::{Key, Kind, Position, Store};
use tagout_window::request;

use crate::{
    child::{ALIAS, N_SERVERS, Plane, command, plane, server},
    support::{open, runtime},
};

/// What children said was accepted.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    jobs: BTreeMap<String, BTreeSet<JobId>>,
    windows: Vec<String>,
    accounts: Vec<String>,
}

impl Accepted {
    pub(crate) fn hear(&mut self, lines: &[String]) {
        for line in lines {
            let mut words = line.split(' ');
            let (what, id) = (words.next().unwrap(), words.next().unwrap());
            match what {
                "job" => {
                    let tag = words.next().unwrap().to_owned();
                    self.jobs
                        .entry(tag)
                        .or_default()
                        .insert(id.parse().unwrap());
                }
                "window" => self.windows.push(id.to_owned()),
                "server" => self.accounts.push(id.to_owned()),
                other => panic!("a child says {other}"),
            }
        }
    }

    pub(crate) fn n_jobs(&self) -> usize {
        self.jobs.len()
    }
}

/// Makes an account with servers.
pub(crate) fn found(location: &str) {
    runtime().block_on(async {
        let plane = plane(open(location).await.unwrap());
        let (alias, now) = (ALIAS.parse().unwrap(), SystemClock.now());
        plane
            .put_batch_account(Account::new(alias), now)
            .await
            .unwrap();
        for number in 1..=N_SERVERS {
            let change = ChangeInfo::created("ops".into(), now);
            let server = Server::new(server(number), alias, change);
            plane.put_batch_server(server, now).await.unwrap();
        }
    });
}

async fn jobs(plane: &Plane) -> Vec<Job> {
    let (mut jobs, mut after) = (Vec::new(), None);
    loop {
        let page = plane
            .batch_jobs(ALIAS.parse().unwrap(), after, 500)
            .await
            .unwrap();
        jobs.extend(page.items);
        after = page.next;
        if after.is_none() {
            return jobs;
        }
    }
}

/// Of every request that was acknowledged there are the jobs that were told, and of no request there are others.
async fn all_there(plane: &Plane, accepted: &Accepted) -> Vec<Job> {
    let jobs = jobs(plane).await;
    let mut by_tag: BTreeMap<String, BTreeSet<JobId>> = BTreeMap::new();
    for job in &jobs {
        by_tag
            .entry(job.by().to_string())
            .or_default()
            .insert(job.id());
    }
    for (tag, told) in &accepted.jobs {
        assert_eq!(by_tag.get(tag), Some(told), "{tag}");
    }
    let n_most = by_tag.values().map(BTreeSet::len).max().unwrap_or(0);
    assert!(
        n_most <= 1,
        "a request has {n_most} jobs in one data centre"
    );
    jobs
}

/// Checks that whatever was accepted is there.
pub(crate) fn is_there(location: &str, accepted: &Accepted) {
    runtime().block_on(async { all_there(&plane(open(location).await.unwrap()), accepted).await });
}

/// Works until everything has come to its end, and looks at it.
pub(crate) fn comes_to_its_end(location: &str, accepted: &Accepted) {
    runtime().block_on(async {
        let plane = plane(open(location).await.unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async { drop(stopped.await) };
        let running = tokio::spawn(plane.clone().run(SystemClock, shutdown));
        let start = Instant::now();
        while let Some(open) = unrest(&plane, accepted).await {
            assert!(
                start.elapsed() < Duration::from_secs(90),
                "it does not end: {open}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.send(()).unwrap();
        running.await.unwrap();
        let jobs = all_there(&plane, accepted).await;
        ended_once(&plane, &jobs).await;
        ran_once(&plane, accepted).await;
        built_once(&plane, accepted).await;
    });
}

async fn unrest(plane: &Arc<Plane>, accepted: &Accepted) -> Option<String> {
    let open = jobs(plane)
        .await
        .into_iter()
        .find(|job| !job.status().is_final());
    if let Some(open) = open {
        return Some(format!("{open:?}"));
    }
    for window in &accepted.windows {
        let runs = runs(plane, window).await;
        if runs.is_empty() || runs.iter().any(|run| !run.status().is_final()) {
            return Some(format!("window {window}: {} runs", runs.len()));
        }
    }
    for account in &accepted.accounts {
        let status = status(plane, account).await;
        if status == Status::Creating {
            return Some(format!("server of {account}"));
        }
    }
    None
}

async fn runs(plane: &Plane, window: &str) -> Vec<tagout_window::Execution> {
    let describe =
        command::<request::DescribeMaintenanceWindowExecutions>(json!({ "WindowId": window }));
    let account = ALIAS.parse().unwrap();
    let page = plane.describe_window_executions(&account, &describe).await;
    page.unwrap().entries
}

async fn status(plane: &Plane, account: &str) -> Status {
    let account = account.parse().unwrap();
    let found = plane
        .describe_servers(&account, None, SystemClock.now())
        .await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1, "servers of {account}");
    found[0].status()
}

/// The end of each job was told once, no server is held, and nothing is counted that is not there.
async fn ended_once(plane: &Plane, jobs: &[Job]) {
    let (mut told, mut after) = (Vec::new(), Position::START);
    loop {
        let events = plane.store().events(after, 1_000).await.unwrap().events;
        let Some(last) = events.last() else { break };
        after = last.position();
        for event in &events {
            if let Event::JobEnded { job, .. } = event.read().unwrap() {
                told.push(job);
            }
        }
    }
    let ended: BTreeSet<JobId> = jobs.iter().map(Job::id).collect();
    assert_eq!(told.len(), ended.len(), "ends that were told");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), ended);
    let servers = plane
        .batch_servers(ALIAS.parse().unwrap(), None, 100)
        .await
        .unwrap();
    assert_eq!(servers.items.len(), N_SERVERS);
    for server in servers.items {
        assert!(server.claim().is_none(), "{server:?}");
    }
    for whose in [ALIAS, "*"] {
        let key = Key::new(Kind::constant("batch-queued"), "", whose).unwrap();
        let queued = plane.store().get(&key).await.unwrap();
        assert_eq!(
            queued.map(|queued| queued.count().unwrap()),
            Some(0),
            "{whose}"
        );
    }
}

/// Every window that was accepted ran once.
async fn ran_once(plane: &Plane, accepted: &Accepted) {
    for window in &accepted.windows {
        let runs = runs(plane, window).await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        let n_tasks = runs[0].tasks().len();
        assert_eq!(n_tasks, 1, "of window {window}");
        assert_eq!(
            runs[0].tasks()[0].invocations().len(),
            3,
            "of window {window}"
        );
    }
}

async fn built_once(plane: &Plane, accepted: &Accepted) {
    for account in &accepted.accounts {
        let account = account.parse().unwrap();
        let [servers, _] = plane.describe_account_attributes(&account).await.unwrap();
        assert_eq!(servers.used, 1, "{account}");
    }
}
