//! Random runs: executions against the slow reference, and what must hold of every run.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tagout_window::{
    AlarmState, Decision, Ending, Execution, MOVES, Status, TaskExecution, Ticket,
};

use crate::reference::{CLOSING, CUTOFF, Reference};
use crate::support::{Counter, TaskSpec, at, fleet_of, window_with};

/// Something that happens, some minutes after what happened before.
#[derive(Clone, Debug)]
enum Event {
    Time,
    Began(prop::sample::Index),
    Ended(prop::sample::Index, Ending),
    /// A report by a ticket that is not current any more.
    Late(prop::sample::Index),
    Retry(prop::sample::Index),
    Alarm(AlarmState),
    Cancel,
    Pause,
    Resume,
    LimitAutomations(Option<usize>),
    /// The execution is stored and loaded again.
    Reload,
}

fn task_spec() -> impl Strategy<Value = TaskSpec> {
    let targets = prop_oneof![
        1 => Just(vec![]),
        6 => prop::collection::vec(0..7_usize, 1..4),
    ];
    let limit = || {
        prop_oneof![
            (0..4_u32).prop_map(|n| n.to_string()),
            (0..=100_u32).prop_map(|n| format!("{n}%"))
        ]
    };
    let task_type = prop::sample::select(vec!["RUN_COMMAND", "AUTOMATION", "LAMBDA"]);
    let behavior = prop::sample::select(vec![None, Some("CONTINUE_TASK"), Some("CANCEL_TASK")]);
    let alarm = prop::sample::select(vec![None, Some(false), Some(true)]);
    (
        task_type,
        0..3_u32,
        targets,
        limit(),
        limit(),
        behavior,
        alarm,
    )
        .prop_map(
            |(
                task_type,
                priority,
                targets,
                max_concurrency,
                max_errors,
                cutoff_behavior,
                alarm,
            )| TaskSpec {
                // A command needs a target.
                task_type: if targets.is_empty() {
                    "LAMBDA"
                } else {
                    task_type
                },
                priority,
                targets,
                max_concurrency: match max_concurrency.as_str() {
                    "0" | "0%" => "1".to_owned(),
                    _ => max_concurrency,
                },
                max_errors,
                cutoff_behavior,
                alarm,
            },
        )
}

fn event() -> impl Strategy<Value = (i64, Event)> {
    let ending = prop::sample::select(vec![
        Ending::Success,
        Ending::Success,
        Ending::Success,
        Ending::Failed,
        Ending::TimedOut,
        Ending::Cancelled,
    ]);
    let index = any::<prop::sample::Index>;
    let event = prop_oneof![
        2 => Just(Event::Time),
        3 => index().prop_map(Event::Began),
        12 => (index(), ending).prop_map(|(index, ending)| Event::Ended(index, ending)),
        1 => index().prop_map(Event::Late),
        1 => index().prop_map(Event::Retry),
        1 => prop::sample::select(vec![AlarmState::Alarm, AlarmState::Unknown]).prop_map(Event::Alarm),
        1 => Just(Event::Cancel),
        1 => Just(Event::Pause),
        2 => Just(Event::Resume),
        1 => prop::option::of(0..4_usize).prop_map(Event::LimitAutomations),
        1 => Just(Event::Reload),
    ];
    // Often nothing goes by, and now and then the cutoff is reached or just missed.
    let minutes =
        prop_oneof![6 => 0..3_i64, 3 => 3..12_i64, 1 => prop::sample::select(vec![59, 60, 61])];
    (minutes, event)
}

fn instant(minute: i64) -> DateTime<Utc> {
    at("2026-03-01T22:00:00Z") + TimeDelta::minutes(minute)
}

/// The machine, the reference beside it, and what the caller knows.
struct Pair {
    execution: Execution,
    reference: Reference,
    tickets: Vec<((usize, usize), Ticket)>,
    void: Vec<Ticket>,
}

impl Pair {
    fn new(tasks: &[TaskSpec]) -> (Self, Decision) {
        let mut window = window_with(tasks);
        let due = window.take_due(instant(0)).unwrap();
        let mut ids = Counter::default();
        let mut execution = Execution::new(&window, due.opening, &mut ids);
        let decision = execution.begin(&fleet_of(tasks), &mut ids, instant(0));
        let pair = Self {
            execution,
            reference: Reference::new(tasks),
            tickets: Vec::new(),
            void: Vec::new(),
        };
        (pair, decision)
    }

    /// Lets both know of an event; the machine's answer.
    fn tell(&mut self, minute: i64, event: &Event) -> Decision {
        let now = instant(minute);
        // An event about something that there is nothing of is one of time only.
        let n_of = match event {
            Event::Began(_) | Event::Ended(..) | Event::Retry(_) => self.tickets.len(),
            Event::Late(_) => self.void.len(),
            _ => 1,
        };
        match event {
            _ if n_of == 0 => {
                self.reference.time(minute);
                self.execution.handle_time(now)
            }
            Event::Began(index) => {
                let (place, ticket) = self.tickets[index.index(n_of)];
                self.reference.time(minute);
                self.reference.began(place);
                self.execution.handle_began(&ticket, now).unwrap()
            }
            Event::Ended(index, ending) => {
                let (place, ticket) = self.tickets.remove(index.index(n_of));
                self.void.push(ticket);
                self.reference.time(minute);
                self.reference.ended(place, *ending);
                self.execution
                    .handle_ended(&ticket, (*ending).into(), now)
                    .unwrap()
            }
            Event::Late(index) => {
                let ticket = self.void[index.index(n_of)];
                let before = self.execution.clone();
                assert!(
                    self.execution
                        .handle_ended(&ticket, Ending::Success.into(), now)
                        .is_err()
                );
                assert!(self.execution.handle_began(&ticket, now).is_err());
                assert_eq!(self.execution, before);
                self.reference.time(minute);
                self.execution.handle_time(now)
            }
            Event::Retry(index) => {
                let ticket = &mut self.tickets[index.index(n_of)].1;
                self.void.push(*ticket);
                *ticket = self.execution.retry(ticket).unwrap();
                self.reference.time(minute);
                self.execution.handle_time(now)
            }
            Event::Alarm(state) => {
                self.reference.time(minute);
                self.reference.alarm(*state);
                self.execution.handle_alarm("alarm", *state, now)
            }
            Event::Cancel => {
                self.reference.time(minute);
                self.reference.cancel();
                self.execution.cancel(now)
            }
            Event::Pause => {
                self.reference.pause();
                self.reference.time(minute);
                self.execution.pause(now)
            }
            Event::Resume => {
                self.reference.time(minute);
                self.reference.resume();
                self.execution.resume(now)
            }
            Event::LimitAutomations(n_max) => {
                self.reference.time(minute);
                self.reference.n_automations_max = *n_max;
                self.execution.limit_automations(*n_max, now)
            }
            Event::Reload => {
                let stored = serde_json::to_vec(&self.execution).unwrap();
                self.execution = serde_json::from_slice(&stored).unwrap();
                self.reference.time(minute);
                self.execution.handle_time(now)
            }
            Event::Time => {
                self.reference.time(minute);
                self.execution.handle_time(now)
            }
        }
    }

    /// Both must have decided the same and stand at the same.
    fn compare(&mut self, decision: &Decision) {
        self.reference.settle();
        let place_of = |ticket: &Ticket| {
            let tasks = self.execution.tasks().iter().enumerate();
            let mut places = tasks.flat_map(|(place, task)| {
                task.invocations()
                    .iter()
                    .enumerate()
                    .map(move |(at, it)| ((place, at), it.id()))
            });
            places
                .find(|(_, id)| *id == ticket.invocation_id())
                .unwrap()
                .0
        };
        let begun: Vec<_> = decision.begin.iter().map(place_of).collect();
        let cancelled: Vec<_> = decision.cancel.iter().map(place_of).collect();
        // Tasks of a group may be asked in any order.
        let sorted = |mut places: Vec<(usize, usize)>| {
            places.sort_unstable();
            places
        };
        assert_eq!(sorted(begun.clone()), sorted(self.reference.begin.clone()));
        assert_eq!(cancelled, self.reference.cancel);
        let statuses: Vec<(Status, Vec<Status>)> = (self.execution.tasks().iter())
            .map(|task| {
                (
                    task.status(),
                    task.invocations()
                        .iter()
                        .map(tagout_window::Invocation::status)
                        .collect(),
                )
            })
            .collect();
        assert_eq!(statuses, self.reference.statuses());
        assert_eq!(self.execution.status(), self.reference.status);
        assert_eq!(
            self.execution
                .in_flight()
                .map(|it| place_of(&it))
                .collect::<Vec<_>>(),
            self.reference.under_way()
        );
        self.tickets
            .extend(begun.into_iter().zip(decision.begin.iter().copied()));
    }
}

/// What must hold at any time, whatever the reference says.
fn check_promises(before: &Execution, pair: &Pair, decision: &Decision, minute: i64) {
    let execution = &pair.execution;
    for (place, task) in execution.tasks().iter().enumerate() {
        let n_in_flight = task
            .invocations()
            .iter()
            .filter(|it| it.is_in_flight())
            .count();
        assert_eq!(n_in_flight, task.n_in_flight());
        assert!(n_in_flight <= task.task().max_concurrency().of(task.invocations().len()));
        let begins = decision
            .begin
            .iter()
            .filter(|ticket| execution.work(ticket).unwrap().task_execution.id() == task.id());
        let n_begins = begins.count();
        if n_begins > 0 {
            assert!(minute < CLOSING);
            assert!(minute < CUTOFF || before.tasks()[place].status() == Status::InProgress);
            assert!(
                minute < CUTOFF
                    || task.task().cutoff_behavior()
                        != Some(tagout_window::CutoffBehavior::CancelTask)
            );
            let n_borne = task.task().max_errors().of(task.invocations().len());
            assert!(task.n_errors() <= n_borne);
            let earlier = execution
                .tasks()
                .iter()
                .filter(|it| it.task().priority() < task.task().priority());
            assert!(earlier.into_iter().all(|it| it.status().is_final()));
        }
        let step = |from: Status, to: Status| {
            from == to || MOVES.contains(&(from, to)) || {
                // Within one call a status may go by another.
                MOVES
                    .iter()
                    .any(|(a, via)| *a == from && MOVES.contains(&(*via, to)))
            }
        };
        assert!(step(before.tasks()[place].status(), task.status()));
        for (old, new) in before.tasks()[place]
            .invocations()
            .iter()
            .zip(task.invocations())
        {
            assert!(
                step(old.status(), new.status()),
                "{} to {}",
                old.status(),
                new.status()
            );
        }
    }
    if execution.status().is_final() {
        assert!(
            execution
                .tasks()
                .iter()
                .all(|task| task.status().is_final())
        );
        assert!(
            execution
                .tasks()
                .iter()
                .flat_map(TaskExecution::invocations)
                .all(|it| it.status().is_final())
        );
        assert_eq!(
            (decision.ask_again_at, execution.in_flight().count()),
            (None, 0)
        );
        assert!(execution.ended_at() >= execution.started_at());
    }
}

fn run(tasks: &[TaskSpec], events: &[(i64, Event)]) -> Execution {
    let (mut pair, decision) = Pair::new(tasks);
    pair.compare(&decision);
    let mut minute = 0;
    for (minutes, event) in events {
        minute += minutes;
        let before = pair.execution.clone();
        let decision = pair.tell(minute, event);
        pair.compare(&decision);
        check_promises(&before, &pair, &decision, minute);
    }
    // Whatever happened: once the window has closed and everything has reported, it is over.
    minute = minute.max(CLOSING);
    let decision = pair.tell(minute, &Event::Time);
    pair.compare(&decision);
    while let Some((place, ticket)) = pair.tickets.pop() {
        let before = pair.execution.clone();
        pair.reference.time(minute);
        pair.reference.ended(place, Ending::Success);
        let decision = pair
            .execution
            .handle_ended(&ticket, Ending::Success.into(), instant(minute))
            .unwrap();
        pair.compare(&decision);
        check_promises(&before, &pair, &decision, minute);
    }
    for event in [Event::LimitAutomations(None), Event::Resume] {
        let decision = pair.tell(minute, &event);
        pair.compare(&decision);
    }
    assert!(pair.execution.status().is_final(), "{:?}", pair.execution);
    pair.execution
}

/// The number of random runs; `TAGOUT_TEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("TAGOUT_TEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn runs_go_as_the_reference_says_and_the_same_way_again(
        tasks in prop::collection::vec(task_spec(), 0..5),
        events in prop::collection::vec(event(), 0..60),
    ) {
        let first = run(&tasks, &events);
        let second = run(&tasks, &events);
        prop_assert_eq!(first, second);
    }
}
