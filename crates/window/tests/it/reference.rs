//! A slow scheduler to compare executions with: it keeps the bare facts, and looks through all of them for each answer.

use tagout_window::{AlarmState, Ending, Status};

use crate::support::TaskSpec;

/// What is known of an invocation.
#[derive(Clone, Debug)]
struct Fact {
    target: usize,
    begun: bool,
    status: Status,
}

#[derive(Clone, Debug)]
struct Task {
    spec: TaskSpec,
    begun: bool,
    /// What stopped it before it had begun everything, and what its end is called then.
    stopped: Option<(Status, Option<Status>)>,
    ended: Option<Status>,
    facts: Vec<Fact>,
}

/// An execution whose clock counts minutes from its opening.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "bare facts, each by itself, are what makes it a reference"
)]
pub(crate) struct Reference {
    tasks: Vec<Task>,
    cancelled: bool,
    paused: bool,
    past_cutoff: bool,
    closed: bool,
    pub(crate) n_automations_max: Option<usize>,
    pub(crate) status: Status,
    pub(crate) begin: Vec<(usize, usize)>,
    pub(crate) cancel: Vec<(usize, usize)>,
}

pub(crate) const CUTOFF: i64 = 120;
pub(crate) const CLOSING: i64 = 180;

impl Task {
    fn in_flight(&self) -> Vec<&Fact> {
        self.facts
            .iter()
            .filter(|fact| fact.begun && !fact.status.is_final())
            .collect()
    }

    fn n_errors(&self) -> usize {
        self.facts
            .iter()
            .filter(|it| it.begun && matches!(it.status, Status::Failed | Status::TimedOut))
            .count()
    }

    /// A number, or a share of all invocations rounded down.
    fn amount(&self, text: &str) -> usize {
        match text.strip_suffix('%') {
            Some(percent) => self.facts.len() * percent.parse::<usize>().unwrap() / 100,
            None => text.parse().unwrap(),
        }
    }

    fn has_more(&self) -> bool {
        self.facts.iter().any(|fact| !fact.begun)
    }

    fn stop(&mut self, invocation: Status, task: Option<Status>) {
        if self.begun && self.ended.is_none() && self.has_more() && self.stopped.is_none() {
            self.stopped = Some((invocation, task));
        }
    }

    fn end_all(&mut self, status: Status) {
        for fact in self.facts.iter_mut().filter(|fact| !fact.begun) {
            fact.status = status;
        }
    }

    /// The first invocation that may begin, if any may.
    fn next(&self) -> Option<usize> {
        if !self.begun || self.ended.is_some() || self.stopped.is_some() {
            return None;
        }
        let next = self.facts.iter().position(|fact| !fact.begun)?;
        let in_flight = self.in_flight();
        let at_once = if self.spec.targets.is_empty() {
            "1"
        } else {
            &self.spec.max_concurrency
        };
        let limit = self.amount(at_once).max(1);
        let same_target = in_flight
            .iter()
            .all(|fact| fact.target == self.facts[next].target);
        (in_flight.len() < limit && same_target).then_some(next)
    }
}

impl Reference {
    pub(crate) fn new(specs: &[TaskSpec]) -> Self {
        let mut tasks: Vec<Task> = specs
            .iter()
            .map(|spec| {
                let fact = |target| Fact {
                    target,
                    begun: false,
                    status: Status::Pending,
                };
                let of_targets = spec
                    .targets
                    .iter()
                    .enumerate()
                    .flat_map(|(it, n)| (0..*n).map(move |_| fact(it)));
                let facts = if spec.targets.is_empty() {
                    vec![fact(0)]
                } else {
                    of_targets.collect()
                };
                Task {
                    spec: spec.clone(),
                    begun: false,
                    stopped: None,
                    ended: None,
                    facts,
                }
            })
            .collect();
        tasks.sort_by_key(|task| task.spec.priority);
        Self {
            tasks,
            cancelled: false,
            paused: false,
            past_cutoff: false,
            closed: false,
            n_automations_max: None,
            status: Status::InProgress,
            begin: Vec::new(),
            cancel: Vec::new(),
        }
    }

    pub(crate) fn statuses(&self) -> Vec<(Status, Vec<Status>)> {
        let of_task = |task: &Task| {
            let status = task.ended.unwrap_or(if task.begun {
                Status::InProgress
            } else {
                Status::Pending
            });
            (status, task.facts.iter().map(|fact| fact.status).collect())
        };
        self.tasks.iter().map(of_task).collect()
    }

    /// What is under way, in order.
    pub(crate) fn under_way(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (place, task) in self.tasks.iter().enumerate() {
            let under_way = task
                .facts
                .iter()
                .enumerate()
                .filter(|(_, it)| it.begun && !it.status.is_final());
            found.extend(under_way.map(|(at, _)| (place, at)));
        }
        found
    }

    /// Each event begins with the time at which it happens.
    pub(crate) fn time(&mut self, minute: i64) {
        self.begin.clear();
        self.cancel.clear();
        if self.status.is_final() {
            return;
        }
        if minute >= CUTOFF && !self.past_cutoff {
            self.past_cutoff = true;
            for place in 0..self.tasks.len() {
                let task = &mut self.tasks[place];
                if task.ended.is_some() {
                    continue;
                }
                if !task.begun {
                    task.end_all(Status::TimedOut);
                    task.ended = Some(Status::TimedOut);
                } else if task.spec.cutoff_behavior == Some("CANCEL_TASK") {
                    task.stopped
                        .get_or_insert((Status::TimedOut, Some(Status::TimedOut)));
                    for (at, fact) in task.facts.iter_mut().enumerate() {
                        let in_flight = fact.begun && !fact.status.is_final();
                        if task.spec.task_type == "RUN_COMMAND" && in_flight {
                            fact.status = Status::Cancelling;
                            self.cancel.push((place, at));
                        }
                    }
                }
            }
        }
        if minute >= CLOSING && !self.closed {
            self.closed = true;
            for task in &mut self.tasks {
                task.stop(Status::TimedOut, Some(Status::TimedOut));
            }
        }
    }

    pub(crate) fn began(&mut self, (place, at): (usize, usize)) {
        let fact = &mut self.tasks[place].facts[at];
        if fact.status == Status::Pending {
            fact.status = Status::InProgress;
        }
    }

    pub(crate) fn ended(&mut self, (place, at): (usize, usize), ending: Ending) {
        self.cancel.retain(|it| *it != (place, at));
        let task = &mut self.tasks[place];
        task.facts[at].status = ending.status();
        let borne = if task.spec.targets.is_empty() {
            1
        } else {
            task.amount(&task.spec.max_errors)
        };
        if task.n_errors() > borne {
            task.stop(Status::Cancelled, None);
        }
    }

    pub(crate) fn alarm(&mut self, state: AlarmState) {
        if self.status.is_final() {
            return;
        }
        for task in self
            .tasks
            .iter_mut()
            .filter(|task| task.begun && task.ended.is_none())
        {
            let heeds = task
                .spec
                .alarm
                .is_some_and(|ignore| !(ignore && state == AlarmState::Unknown));
            // An alarm overrides what stopped the task before; a later alarm changes nothing.
            if heeds {
                task.stopped = Some((Status::Cancelled, Some(Status::Failed)));
            }
        }
    }

    pub(crate) fn cancel(&mut self) {
        if self.status != Status::InProgress {
            return;
        }
        self.cancelled = true;
        self.status = Status::Cancelling;
        for task in &mut self.tasks {
            if !task.begun && task.ended.is_none() {
                task.end_all(Status::Cancelled);
                task.ended = Some(Status::Cancelled);
            }
            if self.paused {
                task.stop(Status::Cancelled, None);
            }
        }
    }

    pub(crate) fn pause(&mut self) {
        self.paused |= self.status == Status::InProgress;
    }

    pub(crate) fn resume(&mut self) {
        self.paused = false;
    }

    /// Begins and ends whatever may, one thing at a time, until nothing may.
    pub(crate) fn settle(&mut self) {
        while !self.status.is_final() && self.step() {}
    }

    fn step(&mut self) -> bool {
        for place in 0..self.tasks.len() {
            let automations = self
                .tasks
                .iter()
                .filter(|task| task.spec.task_type == "AUTOMATION");
            let n_automations: usize = automations.map(|task| task.in_flight().len()).sum();
            let is_full = self.tasks[place].spec.task_type == "AUTOMATION"
                && self
                    .n_automations_max
                    .is_some_and(|n_max| n_automations >= n_max);
            if let Some(at) = self.tasks[place]
                .next()
                .filter(|_| !self.paused && !is_full)
            {
                self.tasks[place].facts[at].begun = true;
                self.begin.push((place, at));
                return true;
            }
        }
        for task in &mut self.tasks {
            let done = task.stopped.is_some() || !task.has_more();
            if task.begun && task.ended.is_none() && task.in_flight().is_empty() && done {
                if let Some((invocation, _)) = task.stopped {
                    task.end_all(invocation);
                }
                let own = task.stopped.and_then(|(_, task)| task);
                task.ended =
                    Some(own.unwrap_or_else(|| worst(task.facts.iter().map(|it| it.status))));
                return true;
            }
        }
        let open = self.tasks.iter().filter(|task| task.ended.is_none());
        let Some(lowest) = open.map(|task| task.spec.priority).min() else {
            let whole = worst(self.tasks.iter().map(|task| task.ended.unwrap()));
            self.status = if self.cancelled {
                Status::Cancelled
            } else {
                whole
            };
            return true;
        };
        let mut changed = false;
        let mut group = self
            .tasks
            .iter_mut()
            .filter(|it| it.spec.priority == lowest && it.ended.is_none());
        if !self.paused && group.all(|task| !task.begun) {
            for task in self
                .tasks
                .iter_mut()
                .filter(|it| it.spec.priority == lowest && it.ended.is_none())
            {
                task.begun = true;
                changed = true;
            }
        }
        changed
    }
}

/// Failed before timed out before cancelled before success.
fn worst(parts: impl Iterator<Item = Status>) -> Status {
    let parts: Vec<Status> = parts.collect();
    let order = [Status::Failed, Status::TimedOut, Status::Cancelled];
    order
        .into_iter()
        .find(|status| parts.contains(status))
        .unwrap_or(Status::Success)
}
