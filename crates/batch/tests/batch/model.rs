//! The queue against a small model of it: one account, lists that are searched from the front, nothing clever.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_batch::{
    Action, Backoff, Command, ItemStatus, JobStatus, MaxConcurrency, MaxErrors, PowerState,
    Priority, Queue, Report, Settings, Submission, Terms, Verdict, Work,
};

use crate::support::{ME, alias, noon, queue_with, seconds};

const ATTEMPTS_MAX: u8 = 3;
const BACKOFF: [i64; 3] = [2, 4, 5];
const RUN_SECONDS_MAX: i64 = 40;
const QUEUED_MAX: usize = 6;

#[derive(Clone, Debug)]
enum Given {
    Submit {
        on: bool,
        servers: Vec<u8>,
        concurrency: u32,
        errors: Option<u32>,
        priority: u8,
        start_by: Option<i64>,
    },
    Claim {
        lease: i64,
    },
    Finish {
        held: usize,
        result: u8,
        again: bool,
    },
    Heartbeat {
        held: usize,
        lease: i64,
    },
    Cancel {
        job: usize,
    },
    Wait {
        seconds: i64,
    },
    Tick,
}

fn given() -> impl Strategy<Value = Given> {
    let errors = prop::option::weighted(0.4, 0..2_u32);
    let start_by = prop::option::weighted(0.2, prop::sample::select(vec![0, 10, 31]));
    let submit = (
        any::<bool>(),
        prop::collection::vec(0..8_u8, 0..6),
        1..4_u32,
        errors,
        1..4_u8,
        start_by,
    );
    // Close to the edges of leases (10 and 30), waits (2, 4 and 5) and the longest run (40).
    let wait = prop::sample::select(vec![0, 1, 2, 4, 5, 9, 10, 11, 29, 30, 40]);
    prop_oneof![
        3 => submit.prop_map(|(on, servers, concurrency, errors, priority, start_by)| {
            Given::Submit { on, servers, concurrency, errors, priority, start_by }
        }),
        6 => prop::sample::select(vec![10, 30, 60]).prop_map(|lease| Given::Claim { lease }),
        5 => (any::<usize>(), 0..5_u8, prop::bool::weighted(0.1))
            .prop_map(|(held, result, again)| Given::Finish { held, result, again }),
        1 => (any::<usize>(), prop::sample::select(vec![1, 30])).prop_map(|(held, lease)| Given::Heartbeat { held, lease }),
        1 => any::<usize>().prop_map(|job| Given::Cancel { job }),
        3 => wait.prop_map(|seconds| Given::Wait { seconds }),
        1 => Just(Given::Tick),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    New,
    Runs {
        until: DateTime<Utc>,
        deadline: DateTime<Utc>,
    },
    Waits {
        not_before: DateTime<Utc>,
    },
    Done,
    Failed,
    Skipped,
}

#[derive(Debug)]
struct Item {
    server: u8,
    attempts: u8,
    stands: Stands,
}

#[derive(Debug)]
struct Job {
    on: bool,
    concurrency: usize,
    errors: Option<u32>,
    priority: u8,
    start_by: Option<DateTime<Utc>>,
    stopped: bool,
    word: JobStatus,
    items: Vec<Item>,
}

#[derive(Debug, Default)]
struct Model {
    jobs: Vec<Job>,
    /// Whether each server runs, and whether something is to happen to it.
    on: BTreeMap<u8, bool>,
}

impl Model {
    fn held(&self, server: u8) -> bool {
        let live =
            |item: &Item| !matches!(item.stands, Stands::Done | Stands::Failed | Stands::Skipped);
        self.jobs
            .iter()
            .flat_map(|job| &job.items)
            .any(|item| item.server == server && live(item))
    }

    fn n_live(&self) -> usize {
        (0..8).filter(|server| self.held(*server)).count()
    }

    /// The verdicts as `Some(job)`, or whether it is a no-op; nothing if all of it does not fit.
    fn submit(&mut self, mut job: Job, servers: &[u8]) -> Option<Vec<(u8, Result<usize, bool>)>> {
        let mut verdicts: Vec<(u8, Result<usize, bool>)> = Vec::new();
        for server in servers {
            if verdicts.iter().any(|(seen, _)| seen == server) {
                continue;
            }
            // Two of the ids are not there.
            let verdict = match self.on.get(server) {
                None => Err(false),
                Some(_) if self.held(*server) => Err(false),
                Some(on) if *on == job.on => Err(true),
                Some(_) => {
                    job.items.push(Item {
                        server: *server,
                        attempts: 0,
                        stands: Stands::New,
                    });
                    Ok(self.jobs.len())
                }
            };
            verdicts.push((*server, verdict));
        }
        if self.n_live() + job.items.len() > QUEUED_MAX {
            return None;
        }
        if !job.items.is_empty() {
            self.jobs.push(job);
        }
        Some(verdicts)
    }

    /// Everything that time alone brings about.
    fn tick(&mut self, now: DateTime<Utc>) {
        for job in &mut self.jobs {
            for at in 0..job.items.len() {
                job.stop_at_too_many_errors();
                let item = &mut job.items[at];
                let Stands::Runs { until, deadline } = item.stands else {
                    continue;
                };
                if now >= deadline {
                    item.stands = Stands::Failed;
                } else if now >= until {
                    if job.stopped || item.attempts == ATTEMPTS_MAX {
                        item.stands = Stands::Failed;
                    } else {
                        item.stands = Stands::Waits { not_before: now };
                        job.word = JobStatus::Resumed;
                    }
                }
            }
            job.settle(now);
        }
    }

    /// The job and the item to start.
    fn next(&self, now: DateTime<Utc>) -> Option<(usize, usize)> {
        let mut jobs: Vec<usize> = (0..self.jobs.len()).collect();
        jobs.sort_by_key(|n| (self.jobs[*n].priority, *n));
        jobs.into_iter()
            .find_map(|n| Some((n, self.jobs[n].next(now)?)))
    }
}

impl Job {
    fn next(&self, now: DateTime<Utc>) -> Option<usize> {
        let running = self
            .items
            .iter()
            .filter(|item| matches!(item.stands, Stands::Runs { .. }))
            .count();
        if running >= self.concurrency
            || self.stopped
            || self.start_by.is_some_and(|limit| now >= limit)
        {
            return None;
        }
        let again = (0..self.items.len()).filter_map(|n| match self.items[n].stands {
            Stands::Waits { not_before } if not_before <= now => Some((not_before, n)),
            _ => None,
        });
        again.min().map(|(_, n)| n).or_else(|| {
            self.items
                .iter()
                .position(|item| item.stands == Stands::New)
        })
    }

    fn stop_at_too_many_errors(&mut self) {
        let failed = self
            .items
            .iter()
            .filter(|item| item.stands == Stands::Failed)
            .count();
        self.stopped |= self.errors.is_some_and(|errors| failed > errors as usize);
    }

    fn settle(&mut self, now: DateTime<Utc>) {
        let waits = |item: &Item| matches!(item.stands, Stands::New | Stands::Waits { .. });
        if self.items.iter().any(waits) && self.start_by.is_some_and(|limit| now >= limit) {
            self.stopped = true;
        }
        self.stop_at_too_many_errors();
        for item in &mut self.items {
            match item.stands {
                Stands::New if self.stopped => item.stands = Stands::Skipped,
                Stands::Waits { .. } if self.stopped => item.stands = Stands::Failed,
                _ => {}
            }
        }
        if self
            .items
            .iter()
            .all(|item| matches!(item.stands, Stands::Done | Stands::Failed | Stands::Skipped))
        {
            let well = self.items.iter().all(|item| item.stands == Stands::Done);
            self.word = if well {
                JobStatus::Succeeded
            } else {
                JobStatus::Failed
            };
        }
    }
}

/// The queue and its model, side by side.
struct Pair {
    queue: Queue,
    model: Model,
    ids: Vec<tagout_batch::JobId>,
    now: DateTime<Utc>,
    held: Vec<(Work, usize)>,
}

fn name(server: u8) -> String {
    format!("wa1acctweb{server:02}")
}

impl Pair {
    fn new() -> Self {
        let settings = Settings {
            attempts_max: NonZeroU8::new(ATTEMPTS_MAX).unwrap(),
            backoff: Backoff {
                first: seconds(BACKOFF[0]),
                max: seconds(BACKOFF[2]),
            },
            run_seconds_max: RUN_SECONDS_MAX as u32,
            queued_per_account_max: QUEUED_MAX as u32,
            ..Settings::default()
        };
        let names: Vec<_> = (0..6).map(name).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let model = Model {
            jobs: Vec::new(),
            on: (0..6).map(|server| (server, true)).collect(),
        };
        let queue = queue_with(settings, "acct", &names);
        Self {
            queue,
            model,
            ids: Vec::new(),
            now: noon(),
            held: Vec::new(),
        }
    }

    fn step(&mut self, given: &Given) {
        let now = self.now;
        match given {
            Given::Submit {
                on,
                servers,
                concurrency,
                errors,
                priority,
                start_by,
            } => {
                self.model.tick(now);
                let start_by = start_by.map(|after| now + seconds(after));
                let job = Job {
                    on: *on,
                    concurrency: *concurrency as usize,
                    errors: *errors,
                    priority: *priority,
                    start_by,
                    stopped: false,
                    word: JobStatus::NotStarted,
                    items: Vec::new(),
                };
                let expected = self.model.submit(job, servers);
                let action = if *on {
                    Action::PowerOn
                } else {
                    Action::PowerOff
                };
                let command = Command::new(
                    action,
                    servers.iter().map(|server| name(*server).as_str().into()),
                );
                let terms = Terms {
                    max_concurrency: MaxConcurrency::count((*concurrency).try_into().unwrap()),
                    max_errors: errors.map(MaxErrors::count),
                    priority: Priority::try_from(*priority).unwrap(),
                    start_by,
                };
                let submission = Submission::new(alias("acct"), "user", command).on_terms(terms);
                let answer = self.queue.submit(&submission, now);
                assert_eq!(answer.is_ok(), expected.is_some(), "{answer:?}");
                let (Ok(answer), Some(expected)) = (answer, expected) else {
                    return;
                };
                self.ids.extend(answer.jobs());
                let entry = |entry: &tagout_batch::Entry| (entry.server.to_string(), entry.verdict);
                let entries: Vec<_> = answer.entries().iter().map(entry).collect();
                let expected = expected.into_iter().map(|(server, verdict)| {
                    let verdict = match verdict {
                        Ok(job) => Verdict::Queued { job: self.ids[job] },
                        Err(true) => Verdict::NoOp,
                        Err(false) => Verdict::Refused,
                    };
                    (name(server), verdict)
                });
                assert_eq!(entries, expected.collect::<Vec<_>>());
                if let Some(job) = self.model.jobs.last_mut() {
                    job.settle(now);
                }
            }
            Given::Claim { lease } => {
                self.model.tick(now);
                let expected = self.model.next(now);
                let work = self.queue.claim(ME, seconds(*lease), now);
                let got = work.as_ref().map(|work| {
                    (
                        work.ticket.job,
                        work.ticket.item as usize,
                        work.ticket.attempt,
                    )
                });
                let Some((n, at)) = expected else {
                    assert_eq!(got, None);
                    return;
                };
                let job = &mut self.model.jobs[n];
                job.word = JobStatus::Executing;
                let item = &mut job.items[at];
                item.attempts += 1;
                assert_eq!(got, Some((self.ids[n], at, item.attempts)));
                let deadline = now + seconds(RUN_SECONDS_MAX);
                let until = (now + seconds(*lease)).min(deadline);
                item.stands = Stands::Runs { until, deadline };
                let work = work.unwrap();
                assert_eq!((work.lease_until, work.deadline), (until, deadline));
                assert_eq!(work.server.as_str(), name(item.server));
                self.held.push((work, n));
            }
            Given::Finish {
                held,
                result,
                again,
            } => {
                let Some(at) = held.checked_rem(self.held.len()) else {
                    return;
                };
                let (work, n) = self.held[at].clone();
                let job = &mut self.model.jobs[n];
                let item = &mut job.items[work.ticket.item as usize];
                let current = matches!(item.stands, Stands::Runs { .. })
                    && item.attempts == work.ticket.attempt;
                let report = match result {
                    0..=2 => Report::Succeeded,
                    3 => Report::Failed("no".into()),
                    _ => Report::Transient("later".into()),
                };
                let got = self.queue.finish(work.ticket, report.clone(), now);
                assert_eq!(got.is_ok(), current);
                if current {
                    item.stands = match report {
                        Report::Succeeded => Stands::Done,
                        Report::Transient(_) if !job.stopped && item.attempts < ATTEMPTS_MAX => {
                            job.word = JobStatus::Resumed;
                            Stands::Waits {
                                not_before: now + seconds(BACKOFF[usize::from(item.attempts) - 1]),
                            }
                        }
                        _ => Stands::Failed,
                    };
                    if item.stands == Stands::Done {
                        self.model.on.insert(item.server, job.on);
                    }
                    job.settle(now);
                }
                if !again {
                    self.held.remove(at);
                }
            }
            Given::Heartbeat { held, lease } => {
                let Some(at) = held.checked_rem(self.held.len()) else {
                    return;
                };
                let (work, n) = &self.held[at];
                let item = &mut self.model.jobs[*n].items[work.ticket.item as usize];
                let got = self.queue.heartbeat(work.ticket, seconds(*lease), now).ok();
                let mut expected = None;
                if let Stands::Runs { until, deadline } = &mut item.stands
                    && item.attempts == work.ticket.attempt
                {
                    *until = (now + seconds(*lease)).min(*deadline);
                    expected = Some(*until);
                }
                assert_eq!(got, expected);
            }
            Given::Cancel { job } => {
                let Some(n) = job.checked_rem(self.ids.len()) else {
                    return;
                };
                let model = &mut self.model.jobs[n];
                let ended = matches!(model.word, JobStatus::Succeeded | JobStatus::Failed);
                assert_eq!(
                    self.queue.cancel(alias("acct"), self.ids[n], now).is_err(),
                    ended
                );
                model.stopped = true;
                model.settle(now);
            }
            Given::Wait { seconds } => self.now += TimeDelta::seconds(*seconds),
            Given::Tick => {
                self.model.tick(now);
                self.queue.tick(now);
            }
        }
    }

    fn compare(&self) {
        for (job, id) in self.model.jobs.iter().zip(&self.ids) {
            let (there, items) = self.queue.job(*id).unwrap();
            assert_eq!(there.status(), job.word, "{id}");
            let expected = job.items.iter().map(|item| match item.stands {
                Stands::New => ItemStatus::NotStarted,
                Stands::Runs { .. } => ItemStatus::Executing,
                Stands::Waits { .. } => ItemStatus::Resumed,
                Stands::Done => ItemStatus::Succeeded,
                Stands::Failed => ItemStatus::Failed,
                Stands::Skipped => ItemStatus::Skipped,
            });
            let statuses = items.iter().map(tagout_batch::Item::status);
            assert!(statuses.eq(expected), "{id}: {job:?}");
        }
        assert_eq!(self.model.jobs.len(), self.ids.len());
        for (server, on) in &self.model.on {
            let there = self.queue.server(name(*server).parse().unwrap()).unwrap();
            let power = if *on {
                PowerState::Started
            } else {
                PowerState::Stopped
            };
            assert_eq!(
                (there.power(), there.claim().is_some()),
                (Some(power), self.model.held(*server))
            );
        }
        assert_eq!(self.queue.n_queued(), self.model.n_live() as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_queue_does_what_the_model_does(given in prop::collection::vec(given(), 1..60)) {
        let mut pair = Pair::new();
        for given in &given {
            pair.step(given);
            pair.compare();
        }
    }
}

/// How many runs; `TAGOUT_BATCH_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("TAGOUT_BATCH_CASES")
        .ok()
        .map_or(512, |text| text.parse().unwrap())
}
