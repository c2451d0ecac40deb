//! The whole record as it is at one instant, and what must hold in it at every instant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tagout_backup::Backup;
use tagout_batch::{Claim, Item, ItemStatus, Job, JobId, Plan, Progress};
use tagout_control::Settings;
use tagout_store::{Document, Kind, MemoryStore, Record as Stored, Store};
use tagout_window::{Execution, Window};

/// An id of a scope.
type At = (String, String);

/// The record, read by its stored form.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) documents: BTreeMap<String, Vec<Document>>,
    pub(crate) jobs: BTreeMap<JobId, JobDoc>,
    pub(crate) items: BTreeMap<JobId, BTreeMap<u32, Item>>,
    pub(crate) batch_servers: Vec<tagout_batch::Server>,
    pub(crate) plans: Vec<Plan>,
    pub(crate) servers: Vec<tagout_lifecycle::Server>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) associations: BTreeMap<String, Value>,
    pub(crate) windows: Vec<Window>,
    pub(crate) executions: Vec<ExecutionDoc>,
    desks: BTreeMap<String, Value>,
    errands: BTreeMap<String, Value>,
    watches: BTreeMap<String, Value>,
    lines: BTreeMap<String, Value>,
    counts: BTreeMap<(String, At), u64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobDoc {
    pub(crate) job: Job,
    in_line: bool,
}

#[derive(Debug, Deserialize)]
struct ItemDoc {
    job: JobId,
    index: u32,
    item: Item,
}

#[derive(Debug, Deserialize)]
struct PlanDoc {
    plan: Plan,
}

#[derive(Debug, Deserialize)]
struct ServerDoc {
    server: tagout_lifecycle::Server,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExecutionDoc {
    pub(crate) execution: Execution,
    #[serde(default)]
    errands: BTreeMap<String, String>,
    #[serde(default)]
    unsent: Vec<Value>,
}

fn read<T: DeserializeOwned>(document: &Document) -> T {
    serde_json::from_str(document.body().as_str())
        .unwrap_or_else(|error| panic!("{}: {error}", document.key()))
}

/// Fails with a text unless it holds.
macro_rules! hold {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err(format!($($text)+));
        }
    };
}
pub(crate) use hold;

impl Record {
    pub(crate) async fn of(store: &MemoryStore) -> Self {
        let mut record = Self::default();
        let mut all = store.snapshot().await.unwrap();
        while let Some(one) = all.next().await.unwrap() {
            if let Stored::Document(document) = one {
                record.take(document);
            }
        }
        record
    }

    fn take(&mut self, document: Document) {
        let key = document.key();
        let (kind, at) = (
            key.kind().as_str(),
            (key.scope().to_owned(), key.id().to_owned()),
        );
        match kind {
            "batch-job" => {
                let job: JobDoc = read(&document);
                self.jobs.insert(job.job.id(), job);
            }
            "batch-item" => {
                let ItemDoc { job, index, item } = read(&document);
                self.items.entry(job).or_default().insert(index, item);
            }
            "batch-server" => self.batch_servers.push(read(&document)),
            "batch-plan" => self.plans.push(read::<PlanDoc>(&document).plan),
            "batch-line" => drop(self.lines.insert(at.1, read(&document))),
            "cm-server" => self.servers.push(read::<ServerDoc>(&document).server),
            "cm-backup" => self.backups.push(read(&document)),
            "cm-association" => drop(self.associations.insert(at.1, read(&document))),
            "window" => self.windows.push(read(&document)),
            "window-execution" => self.executions.push(read(&document)),
            "window-desk" => drop(self.desks.insert(at.0, read(&document))),
            "window-watch" => drop(self.watches.insert(at.1, read(&document))),
            "errand" => drop(self.errands.insert(at.1, read(&document))),
            "batch-queued" | "batch-keyed" | "cm-quota" => {
                let count = document.count().unwrap();
                self.counts.insert((kind.to_owned(), at), count);
            }
            _ => {}
        }
        self.documents
            .entry(kind.to_owned())
            .or_default()
            .push(document);
    }

    fn count(&self, kind: &str, scope: &str, id: &str) -> u64 {
        let key = (kind.to_owned(), (scope.to_owned(), id.to_owned()));
        self.counts.get(&key).copied().unwrap_or(0)
    }

    /// What must hold at every instant.
    pub(crate) fn check(&self, settings: &Settings) -> Result<(), String> {
        self.check_jobs()?;
        self.check_claims()?;
        self.check_batch_counts()?;
        self.check_servers()?;
        self.check_executions(settings)
    }

    fn check_jobs(&self) -> Result<(), String> {
        let empty = BTreeMap::new();
        for (id, JobDoc { job, in_line }) in &self.jobs {
            let items = self.items.get(id).unwrap_or(&empty);
            let counted = Progress::of(items.values());
            hold!(
                *job.progress() == counted,
                "job {id} counts {:?}, found {counted:?}",
                job.progress()
            );
            let is_over = counted.ended() == counted.total;
            let status = job.status();
            hold!(
                status.is_final() == is_over,
                "job {id} is {status} with {counted:?}"
            );
            hold!(
                job.ended_at().is_some() == is_over,
                "job {id} is {status}, ended {:?}",
                job.ended_at()
            );
            let is_well = is_over && counted.succeeded == counted.total;
            hold!(
                is_well == (status == tagout_batch::JobStatus::Succeeded),
                "job {id} is {status} with {counted:?}"
            );
            hold!(
                counted.running <= job.max_concurrency(),
                "job {id} has {} running, at most {} may",
                counted.running,
                job.max_concurrency()
            );
            let line = self.lines.get(job.account().as_str());
            let waits = line.is_some_and(|line| !line["waiting_since"].is_null());
            hold!(
                !in_line || waits,
                "job {id} is in a line that nobody serves"
            );
        }
        for id in self.items.keys() {
            hold!(self.jobs.contains_key(id), "items of job {id} are left");
        }
        Ok(())
    }

    /// A server is held by the one item that is to be done to it, and by no other.
    fn check_claims(&self) -> Result<(), String> {
        let mut wanted = BTreeMap::new();
        for (job, items) in &self.items {
            for (index, item) in items {
                if !item.status().is_final() {
                    let other = wanted.insert(item.server(), (*job, *index));
                    hold!(
                        other.is_none(),
                        "{} has two operations: {other:?} and {job}/{index}",
                        item.server()
                    );
                }
                let runs = item.status() == ItemStatus::Executing;
                hold!(
                    runs == item.attempt().is_some(),
                    "item {job}/{index} is {} with {:?}",
                    item.status(),
                    item.attempt()
                );
            }
        }
        for server in &self.batch_servers {
            let held = server.claim().map(|Claim { job, item, .. }| (*job, *item));
            let by = wanted.remove(&server.id());
            hold!(
                held == by,
                "{} is held by {held:?}, wanted by {by:?}",
                server.id()
            );
        }
        hold!(
            wanted.is_empty(),
            "servers are gone that are worked on: {wanted:?}"
        );
        Ok(())
    }

    fn check_batch_counts(&self) -> Result<(), String> {
        let mut queued: BTreeMap<String, u64> = BTreeMap::new();
        for (id, items) in &self.items {
            let n = items
                .values()
                .filter(|item| !item.status().is_final())
                .count() as u64;
            let account = self.jobs[id].job.account().to_string();
            *queued.entry(account).or_default() += n;
            *queued.entry("*".to_owned()).or_default() += n;
        }
        let known = self
            .counts
            .keys()
            .filter(|(kind, _)| kind == "batch-queued");
        let known = known.map(|(_, (_, id))| id.clone());
        let all: BTreeSet<String> = known.chain(queued.keys().cloned()).collect();
        for whose in all {
            let (counted, n) = (
                self.count("batch-queued", "", &whose),
                queued.get(&whose).copied().unwrap_or(0),
            );
            hold!(
                counted == n,
                "{counted} items of {whose} are counted, {n} are there"
            );
        }
        let mut keyed: BTreeMap<&str, u64> = BTreeMap::new();
        for answer in self.documents.get("batch-answer").into_iter().flatten() {
            *keyed.entry(answer.key().scope()).or_default() += 1;
        }
        for ((kind, (scope, _)), counted) in &self.counts {
            if kind == "batch-keyed" {
                let n = keyed.get(scope.as_str()).copied().unwrap_or(0);
                hold!(
                    *counted == n,
                    "{counted} answers of {scope} are counted, {n} are there"
                );
            }
        }
        Ok(())
    }

    /// Whatever goes on with servers and backups has one errand, and each errand somebody who waits for it.
    fn check_servers(&self) -> Result<(), String> {
        let mut awaited: BTreeMap<String, String> = BTreeMap::new();
        for server in &self.servers {
            let Some(operation) = server.current_operation() else {
                hold!(
                    !server.status().is_transitional(),
                    "{} is {} with nothing going on",
                    server.name(),
                    server.status()
                );
                continue;
            };
            // Maintenance and the last backup have a ticket of their own for what comes first.
            let making = operation
                .backup()
                .and_then(|id| self.backups.iter().find(|backup| backup.id() == id))
                .filter(|backup| backup.status() == tagout_backup::BackupStatus::InProgress)
                .and_then(Backup::ticket);
            let ticket = making.unwrap_or(operation.ticket());
            let what = format!("{} {}", server.name(), server.status());
            awaited.insert(ticket.to_string(), what);
        }
        for backup in &self.backups {
            if let Some(ticket) = backup.ticket() {
                awaited.insert(
                    ticket.to_string(),
                    format!("{} {}", backup.id(), backup.status()),
                );
            }
        }
        for (id, association) in &self.associations {
            let is_doomed = association.get("doom").is_some_and(|doom| !doom.is_null());
            if association["association"]["status"] == "IN_PROGRESS" && !is_doomed {
                let ticket: tagout_lifecycle::Ticket =
                    serde_json::from_value(association["association"]["ticket"].clone()).unwrap();
                awaited.insert(ticket.to_string(), format!("association {id}"));
            }
        }
        for (id, errand) in &self.errands {
            if errand["origin"]["family"] == "server" {
                hold!(
                    awaited.remove(id).is_some(),
                    "nobody waits for errand {id}: {} of {}",
                    errand["kind"],
                    errand["target"]
                );
            }
        }
        hold!(awaited.is_empty(), "no errand does {awaited:?}");

        let scopes: BTreeSet<&str> = self
            .counts
            .keys()
            .map(|(_, (scope, _))| scope.as_str())
            .collect();
        for scope in scopes {
            let in_scope = |kind: &str| {
                let found = self.documents.get(kind).into_iter().flatten();
                found
                    .filter(|document| document.key().scope() == scope)
                    .count() as u64
            };
            let (counted, n) = (
                self.count("cm-quota", scope, "ServerLimit"),
                in_scope("cm-server"),
            );
            hold!(counted == n, "{counted} servers are counted, {n} are there");
            let counted = self.count("cm-quota", scope, "ManualBackupLimit");
            let n = if scope == crate::servers::account().as_str() {
                self.backups
                    .iter()
                    .filter(|backup| backup.holds_slot())
                    .count() as u64
            } else {
                0
            };
            hold!(
                counted == n,
                "{counted} manual backups are counted, {n} are there"
            );
        }
        Ok(())
    }

    fn check_executions(&self, settings: &Settings) -> Result<(), String> {
        let quotas = &settings.windows.rules.quotas;
        for (scope, desk) in &self.desks {
            let n = self.documents.get("window").into_iter().flatten();
            let n = n.filter(|window| window.key().scope() == scope).count();
            hold!(
                desk["n_windows"] == n,
                "the desk counts {} windows, {n} are there",
                desk["n_windows"]
            );
            let open: BTreeMap<String, bool> = desk["open"]
                .as_array()
                .unwrap()
                .iter()
                .map(|open| {
                    (
                        open["id"].as_str().unwrap().to_owned(),
                        open["begun"].as_bool().unwrap(),
                    )
                })
                .collect();
            let there: BTreeMap<String, bool> = self
                .executions
                .iter()
                .filter(|doc| !doc.execution.status().is_final())
                .map(|doc| (doc.execution.id().to_string(), doc.execution.has_begun()))
                .collect();
            hold!(
                open == there,
                "the desk knows {open:?}, there are {there:?}"
            );
            let n_begun = there.values().filter(|begun| **begun).count();
            hold!(
                n_begun <= quotas.concurrent_executions,
                "{n_begun} executions run at once"
            );
        }
        let mut errands: BTreeSet<&String> = self
            .errands
            .iter()
            .filter(|(_, errand)| errand["origin"]["family"] == "invocation")
            .map(|(id, _)| id)
            .collect();
        let mut watched: BTreeSet<String> = BTreeSet::new();
        for watch in self.watches.values() {
            let ticket: tagout_window::Ticket =
                serde_json::from_value(watch["ticket"].clone()).unwrap();
            watched.insert(ticket.invocation_id().to_string());
        }
        let mut running: BTreeSet<_> = BTreeSet::new();
        for doc in &self.executions {
            let execution = &doc.execution;
            let id = execution.id();
            if execution.has_begun() {
                hold!(
                    running.insert(execution.window_id()),
                    "window {} runs twice at once",
                    execution.window_id()
                );
            }
            for errand in doc.errands.values() {
                hold!(
                    errands.remove(errand),
                    "errand {errand} of execution {id} is not there"
                );
            }
            for task in execution.tasks() {
                let max = task.task().max_concurrency().of(task.invocations().len());
                hold!(
                    task.n_in_flight() <= max,
                    "{} invocations of task {} run, at most {max} may",
                    task.n_in_flight(),
                    task.id()
                );
            }
            let unsent: BTreeSet<String> = doc
                .unsent
                .iter()
                .map(|ticket| {
                    serde_json::from_value::<tagout_window::Ticket>(ticket.clone()).unwrap()
                })
                .map(|ticket| ticket.invocation_id().to_string())
                .collect();
            for ticket in execution.in_flight() {
                let invocation = ticket.invocation_id().to_string();
                let is_sent =
                    doc.errands.contains_key(&invocation) || watched.contains(&invocation);
                hold!(
                    is_sent || unsent.contains(&invocation),
                    "nobody does invocation {invocation} of execution {id}"
                );
            }
        }
        hold!(
            errands.is_empty(),
            "no execution waits for errands {errands:?}"
        );
        for (id, watch) in &self.watches {
            let job = id
                .strip_prefix("batch/")
                .and_then(|job| job.parse::<JobId>().ok());
            let Some(job) = job else { continue };
            let is_over = self
                .jobs
                .get(&job)
                .is_none_or(|doc| doc.job.status().is_final());
            hold!(
                is_over != watch["ended"].is_null(),
                "the watch over job {job} says {}",
                watch["ended"]
            );
        }
        Ok(())
    }

    /// What still goes on; nothing if nothing does.
    pub(crate) fn unrest(&self) -> Option<String> {
        let is_open = |document: &Document| {
            let body: Value = read(document);
            let is_final = |status: &Value| {
                const FINAL: [&str; 7] = [
                    "succeeded",
                    "failed",
                    "SUCCESS",
                    "FAILED",
                    "TIMED_OUT",
                    "CANCELLED",
                    "SKIPPED_OVERLAPPING",
                ];
                status
                    .as_str()
                    .is_some_and(|status| FINAL.contains(&status))
            };
            match document.key().kind().as_str() {
                "batch-job" => !is_final(&body["job"]["status"]),
                "batch-plan" => !read::<PlanDoc>(document).plan.is_over(),
                "window-execution" => !is_final(&body["execution"]["status"]),
                "cm-server" => read::<ServerDoc>(document)
                    .server
                    .current_operation()
                    .is_some(),
                "errand" | "window-watch" | "cm-remains" => true,
                _ => false,
            }
        };
        let mut open = self
            .documents
            .values()
            .flatten()
            .filter(|document| is_open(document));
        let first = open.next()?;
        let body = first.body().as_str();
        Some(format!(
            "{}, due at {:?}: {body}; and {} more",
            first.key(),
            first.draft().due(),
            open.count()
        ))
    }

    /// Nothing is leased: what waits, waits for its time.
    pub(crate) async fn check_leases(&self, store: &MemoryStore) -> Result<(), String> {
        for (kind, documents) in &self.documents {
            let due = documents
                .iter()
                .filter_map(|document| document.draft().due())
                .min();
            let kind: Kind = kind.parse().unwrap();
            let next = store.next_due(std::slice::from_ref(&kind)).await.unwrap();
            hold!(
                next == due,
                "documents of kind {kind} are due at {due:?}, but not taken before {next:?}"
            );
        }
        Ok(())
    }
}
