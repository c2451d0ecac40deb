//! What must hold in the end: whatever was accepted is in the record, once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tagout_batch::{JobId, Reason, ServerId, Verdict};
use tagout_lifecycle::{ServerName, Status};
use tagout_window::{Window, WindowId};

use crate::{
    batches,
    record::{Record, hold},
    servers,
    story::Story,
    windows::{self, Deleted},
};

pub(crate) fn of_batches(
    record: &Record,
    story: &Story,
    asked: &batches::Asked,
) -> Result<(), String> {
    let mut by_tag: BTreeMap<String, Vec<JobId>> = BTreeMap::new();
    for (id, doc) in &record.jobs {
        let job = &doc.job;
        hold!(job.status().is_final(), "job {id} is {}", job.status());
        hold!(story.ended.contains(id), "the end of job {id} was not told");
        by_tag.entry(job.by().to_string()).or_default().push(*id);
    }
    hold!(
        story.ended.len() == record.jobs.len(),
        "{} jobs ended, {} are there",
        story.ended.len(),
        record.jobs.len()
    );
    for (tag, request) in &asked.requests {
        let found = by_tag.remove(tag).unwrap_or_default();
        match request {
            batches::Request::Accepted(answer) => {
                let answered: BTreeSet<JobId> = answer.jobs().iter().copied().collect();
                let found: BTreeSet<JobId> = found.into_iter().collect();
                hold!(
                    found == answered,
                    "{tag} was answered with {answered:?}, found {found:?}"
                );
                for entry in answer.entries() {
                    let Verdict::Queued { job } = entry.verdict else {
                        continue;
                    };
                    let name = entry.server.to_string();
                    let n = record.items[&job]
                        .values()
                        .filter(|item| item.server().to_string() == name)
                        .count();
                    hold!(n == 1, "{name} is {n} times in job {job} of {tag}");
                }
            }
            batches::Request::Refused => {
                hold!(found.is_empty(), "{tag} was refused, found {found:?}");
            }
            batches::Request::Unknown => {
                let numbers = found
                    .iter()
                    .map(|job| record.jobs[job].job.progress().total as usize);
                let items = found.iter().map(|job| record.items[job].len());
                hold!(items.eq(numbers), "of {tag} only a part is there");
            }
        }
    }
    for (tag, jobs) in &by_tag {
        let is_planned = tag.contains("-plan-");
        hold!(
            is_planned || tag == "maintenance-window",
            "nobody asked as {tag} for {jobs:?}"
        );
    }
    for id in &asked.cancelled {
        let job = &record.jobs[id].job;
        let is_stopped = job.stopped().is_some();
        let n_tried = job.progress().succeeded + job.progress().failed;
        hold!(
            is_stopped || n_tried == job.progress().total,
            "job {id} was cancelled and goes on"
        );
        let n_cancelled = record.items[id]
            .values()
            .filter(|item| item.reason() == Some(&Reason::Cancelled))
            .count();
        hold!(
            n_cancelled == 0 || is_stopped,
            "items of job {id} are cancelled, the job is not"
        );
    }
    for (older, newer) in &asked.retried {
        hold!(
            record.jobs[older].job.retried_as() == Some(*newer),
            "job {older} does not know {newer}"
        );
        hold!(
            record.jobs[newer].job.retry_of() == Some(*older),
            "job {newer} does not know {older}"
        );
    }
    for (id, servers) in &asked.plans {
        let plan = record.plans.iter().find(|plan| plan.id() == *id);
        let Some(plan) = plan else {
            return Err(format!("plan {id} is not there"));
        };
        let named: BTreeSet<ServerId> = servers.iter().copied().collect();
        let planned: BTreeSet<ServerId> =
            plan.servers().iter().map(|(server, _)| *server).collect();
        hold!(
            named == planned,
            "plan {id} has {planned:?}, asked for {named:?}"
        );
        hold!(plan.is_over(), "plan {id} is not over");
    }
    Ok(())
}

pub(crate) fn of_servers(
    record: &Record,
    story: &Story,
    asked: &servers::Asked,
) -> Result<(), String> {
    for ((name, status), count) in &asked.operations {
        let entered = story
            .entered
            .get(&(name.clone(), *status))
            .copied()
            .unwrap_or(0);
        hold!(
            entered >= count.accepted,
            "{name} was {entered} times {status}, {} were accepted",
            count.accepted
        );
        // Maintenance also begins by itself, and a server comes back to a deletion that waited for its last backup.
        let by_request = !matches!(status, Status::UnderMaintenance | Status::Deleting);
        let most = count.accepted + count.unknown;
        hold!(
            !by_request || entered <= most,
            "{name} was {entered} times {status}, at most {most} were asked for"
        );
    }
    let manual: BTreeSet<_> = record
        .backups
        .iter()
        .filter(|backup| backup.kind() == tagout_backup::BackupType::Manual)
        .map(|backup| backup.id().clone())
        .collect();
    for id in &asked.backups {
        hold!(
            story.made.contains(id),
            "backup {id} was accepted, and never told of"
        );
        let is_there = manual.contains(id);
        hold!(
            is_there || asked.deleted.contains(id) || asked.n_unknown_backups > 0,
            "backup {id} is gone"
        );
    }
    let most = asked.backups.len() + asked.n_unknown_backups;
    hold!(
        manual.len() <= most,
        "{} manual backups are there, at most {most} were asked for",
        manual.len()
    );
    for (name, protected) in &asked.protected {
        let server = record.servers.iter().find(|server| server.name() == name);
        if let (Some(server), Some(protected)) = (server, protected) {
            hold!(
                server.is_protected() == *protected,
                "{name} is not protected as was said last: {protected}"
            );
        }
    }
    let there: BTreeSet<&ServerName> = record
        .servers
        .iter()
        .map(tagout_lifecycle::Server::name)
        .collect();
    for (name, token) in &asked.tokens {
        let found = record
            .associations
            .iter()
            .find(|(id, _)| id.ends_with(&format!("/{}", token.as_str())));
        let Some((_, found)) = found else {
            let deleted = story
                .entered
                .contains_key(&(name.clone(), Status::Deleting));
            hold!(deleted, "a request for a node of {name} is gone");
            continue;
        };
        hold!(
            there.contains(name),
            "a request for a node of {name} outlived it"
        );
        let status = &found["association"]["status"];
        hold!(
            status != "IN_PROGRESS",
            "a request for a node of {name} is {status}"
        );
    }
    Ok(())
}

pub(crate) fn of_windows(
    record: &Record,
    story: &Story,
    asked: &windows::Asked,
    end: DateTime<Utc>,
) -> Result<(), String> {
    let there: BTreeMap<WindowId, &Window> = record
        .windows
        .iter()
        .map(|window| (window.id(), window))
        .collect();
    let n_extra = there
        .keys()
        .filter(|id| !asked.windows.contains_key(id))
        .count();
    hold!(
        n_extra <= asked.n_unknown,
        "{n_extra} windows are there that nobody knows of"
    );
    let mut runs: BTreeMap<WindowId, Vec<DateTime<Utc>>> = BTreeMap::new();
    for doc in &record.executions {
        let execution = &doc.execution;
        let (id, window) = (execution.id(), execution.window_id());
        hold!(
            execution.status().is_final(),
            "execution {id} is {}",
            execution.status()
        );
        for task in execution.tasks() {
            hold!(
                task.status().is_final(),
                "task {} of execution {id} is {}",
                task.id(),
                task.status()
            );
            for invocation in task.invocations() {
                let status = invocation.status();
                hold!(
                    status.is_final(),
                    "invocation {} of execution {id} is {status}",
                    invocation.id()
                );
            }
        }
        runs.entry(window)
            .or_default()
            .push(execution.opening().opens_at);
    }
    for (id, opened) in &mut runs {
        opened.sort_unstable();
        let twice = opened.windows(2).find(|two| two[0] == two[1]);
        hold!(
            twice.is_none(),
            "window {id} ran twice for {:?}",
            twice.unwrap()
        );
    }
    for (id, known) in &asked.windows {
        let window = there.get(id);
        match known.deleted {
            Deleted::Yes => hold!(window.is_none(), "window {id} was deleted, and is there"),
            Deleted::No => hold!(window.is_some(), "window {id} is gone"),
            Deleted::Unknown => {}
        }
        let Some(window) = window else { continue };
        if let Some(name) = &known.name {
            hold!(
                window.name().as_str() == name,
                "window {id} is called {}, not {name}",
                window.name().as_str()
            );
        }
        for task in &known.tasks {
            hold!(
                window.tasks().iter().any(|one| one.id() == *task),
                "window {id} has lost its task {task}"
            );
        }
        let most = known.tasks.len() + known.n_unknown_tasks;
        hold!(
            window.tasks().len() <= most,
            "window {id} has {} tasks, at most {most} were asked for",
            window.tasks().len()
        );
        if known.is_steady {
            every_opening(window, runs.get(id), story, end)?;
        }
    }
    Ok(())
}

/// Every opening of a window that always opened as it does now ran once, or was told as missed.
fn every_opening(
    window: &Window,
    runs: Option<&Vec<DateTime<Utc>>>,
    story: &Story,
    end: DateTime<Utc>,
) -> Result<(), String> {
    let id = window.id();
    let plan = window.plan().with_enabled(true);
    let expected: BTreeSet<DateTime<Utc>> = plan
        .openings_after(window.created_at())
        .map(|opening| opening.opens_at)
        .take_while(|opens_at| *opens_at <= end)
        .collect();
    let mut accounted: BTreeMap<DateTime<Utc>, usize> = BTreeMap::new();
    for opens_at in runs.into_iter().flatten() {
        hold!(
            expected.contains(opens_at) || *opens_at > end,
            "window {id} ran for {opens_at}, where it does not open"
        );
        *accounted.entry(*opens_at).or_default() += 1;
    }
    for (since, until) in story.missed.get(&id).into_iter().flatten() {
        for opens_at in expected.range(since..until) {
            *accounted.entry(*opens_at).or_default() += 1;
        }
    }
    for opens_at in &expected {
        let n = accounted.get(opens_at).copied().unwrap_or(0);
        hold!(
            n == 1,
            "the opening of window {id} at {opens_at} is accounted for {n} times"
        );
    }
    Ok(())
}
