//! Executions, one scene at a time: what begins when, what is said about the end, and whose reports are taken.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tagout_window::{
    Admission, AlarmState, Decision, Ending, Execution, Fleet, Halt, Outcome, Overlap, Quotas,
    Rules, Status, Ticket, TicketError, details,
};

use crate::support::{Counter, TaskSpec, at, fleet_of, update, window_with};

/// A run that the tests look at, with names for what is under way: `0-0-1` is the second server of the first target of
/// the first task.
struct Run {
    execution: Execution,
    under_way: Vec<(String, Ticket)>,
    to_cancel: Vec<String>,
}

const OPENS_AT: &str = "2026-03-01T22:00:00Z";

fn minute(n: i64) -> DateTime<Utc> {
    at(OPENS_AT) + TimeDelta::minutes(n)
}

impl Run {
    /// A run of a window with these tasks, begun as it opens: 120 minutes to the cutoff, 180 to the end.
    fn of(tasks: &[TaskSpec]) -> Self {
        let mut window = window_with(tasks);
        let due = window.take_due(at(OPENS_AT)).unwrap();
        let mut ids = Counter::default();
        let execution = Execution::new(&window, due.opening, &mut ids);
        let mut run = Self {
            execution,
            under_way: Vec::new(),
            to_cancel: Vec::new(),
        };
        let decision = run.execution.begin(&fleet_of(tasks), &mut ids, minute(0));
        run.take(decision);
        run
    }

    fn take(&mut self, decision: Decision) {
        assert_eq!(decision.ask_again_at, self.execution.due_at());
        for ticket in decision.begin {
            let name = name_of(&self.execution, &ticket);
            self.under_way.push((name, ticket));
        }
        self.to_cancel.extend(
            decision
                .cancel
                .iter()
                .map(|ticket| name_of(&self.execution, ticket)),
        );
    }

    fn ticket(&self, name: &str) -> Ticket {
        self.under_way
            .iter()
            .find(|(it, _)| it == name)
            .unwrap_or_else(|| panic!("{name} is not under way"))
            .1
    }

    fn end(&mut self, name: &str, ending: Ending, now: DateTime<Utc>) {
        let ticket = self.ticket(name);
        self.under_way.retain(|(it, _)| it != name);
        let decision = self
            .execution
            .handle_ended(&ticket, ending.into(), now)
            .unwrap();
        self.take(decision);
    }

    fn time(&mut self, now: DateTime<Utc>) {
        let decision = self.execution.handle_time(now);
        self.take(decision);
    }

    fn names(&self) -> Vec<&str> {
        self.under_way
            .iter()
            .map(|(name, _)| name.as_str())
            .collect()
    }

    fn statuses(&self) -> Vec<Status> {
        self.execution
            .tasks()
            .iter()
            .map(tagout_window::TaskExecution::status)
            .collect()
    }
}

fn name_of(execution: &Execution, ticket: &Ticket) -> String {
    let work = execution.work(ticket).unwrap();
    work.resource.map_or("none".to_owned(), |resource| {
        resource.id.trim_start_matches("i-").to_owned()
    })
}

fn task(priority: u32, n_servers: usize) -> TaskSpec {
    TaskSpec {
        priority,
        targets: vec![n_servers],
        ..TaskSpec::default()
    }
}

use Ending::{Cancelled, Failed, Success, TimedOut};

#[test]
fn a_window_without_tasks_is_a_success_at_once() {
    let run = Run::of(&[]);
    assert_eq!(run.execution.status(), Status::Success);
    assert_eq!(run.execution.details(), Some("No tasks to execute."));
    assert_eq!(
        (run.execution.started_at(), run.execution.ended_at()),
        (Some(minute(0)), Some(minute(0)))
    );
    assert_eq!(run.execution.due_at(), None);
}

#[test]
fn equal_priorities_begin_together_and_the_next_when_all_have_ended() {
    let mut run = Run::of(&[task(5, 1), task(0, 1), task(0, 1), task(7, 1)]);
    assert_eq!(run.names(), ["1-0-0", "2-0-0"]);
    run.end("1-0-0", Failed, minute(1));
    assert_eq!(run.names(), ["2-0-0"]);
    run.end("2-0-0", Success, minute(2));
    assert_eq!(run.names(), ["0-0-0"], "however the others ended");
    run.end("0-0-0", Success, minute(3));
    run.end("3-0-0", Success, minute(4));
    assert_eq!(run.execution.status(), Status::Failed);
    assert_eq!(
        run.execution.details(),
        Some("One or more tasks in the orchestration failed.")
    );
    assert_eq!(run.execution.ended_at(), Some(minute(4)));
}

#[test]
fn no_more_run_at_once_than_may() {
    let mut run = Run::of(&[TaskSpec {
        targets: vec![10],
        max_concurrency: "30%".into(),
        ..TaskSpec::default()
    }]);
    assert_eq!(run.names(), ["0-0-0", "0-0-1", "0-0-2"]);
    run.end("0-0-1", Success, minute(1));
    assert_eq!(run.names(), ["0-0-0", "0-0-2", "0-0-3"]);
}

#[test]
fn registered_targets_come_one_after_the_other() {
    let mut run = Run::of(&[TaskSpec {
        targets: vec![2, 2],
        max_concurrency: "10".into(),
        ..TaskSpec::default()
    }]);
    assert_eq!(run.names(), ["0-0-0", "0-0-1"]);
    run.end("0-0-0", Success, minute(1));
    assert_eq!(run.names(), ["0-0-1"]);
    run.end("0-0-1", Success, minute(2));
    assert_eq!(run.names(), ["0-1-0", "0-1-1"]);
}

#[test]
fn one_error_more_than_borne_stops_a_task() {
    let spec = TaskSpec {
        targets: vec![8],
        max_concurrency: "2".into(),
        max_errors: "3".into(),
        ..TaskSpec::default()
    };
    let mut run = Run::of(&[spec, task(1, 1)]);
    for n in 0..3 {
        run.end(
            &format!("0-0-{n}"),
            if n == 1 { TimedOut } else { Failed },
            minute(n),
        );
    }
    assert_eq!(run.names(), ["0-0-3", "0-0-4"], "three are borne");
    run.end("0-0-4", Failed, minute(4));
    assert_eq!(
        run.names(),
        ["0-0-3"],
        "the fourth stops it, what was sent may still report"
    );
    run.end("0-0-3", Success, minute(5));
    let task = &run.execution.tasks()[0];
    assert_eq!(
        (task.status(), task.halted_by(), task.n_errors()),
        (Status::Failed, Some(Halt::Errors), 4)
    );
    assert_eq!(task.invocations()[7].status(), Status::Cancelled);
    assert_eq!(task.invocations()[7].details(), Some(details::ERRORS));
    assert_eq!(run.names(), ["1-0-0"]);
}

#[test]
fn the_cutoff_keeps_tasks_from_beginning() {
    let mut run = Run::of(&[task(0, 2), task(1, 1)]);
    assert_eq!(run.execution.due_at(), Some(minute(120)));
    run.time(minute(120));
    assert_eq!(run.statuses(), [Status::InProgress, Status::TimedOut]);
    run.end("0-0-0", Success, minute(130));
    assert_eq!(
        run.names(),
        ["0-0-1"],
        "a task that continues may begin more"
    );
    run.end("0-0-1", Success, minute(200));
    assert_eq!(run.statuses(), [Status::Success, Status::TimedOut]);
    assert_eq!(run.execution.status(), Status::TimedOut);
    assert_eq!(run.execution.tasks()[1].details(), Some(details::CUTOFF));
}

#[test]
fn what_continues_begins_nothing_once_the_window_has_closed() {
    let mut run = Run::of(&[task(0, 3)]);
    run.time(minute(120));
    run.end("0-0-0", Success, minute(179));
    assert_eq!(run.execution.due_at(), Some(minute(180)));
    run.end("0-0-1", Success, minute(180));
    assert_eq!(run.names(), Vec::<&str>::new());
    assert_eq!(run.statuses(), [Status::TimedOut]);
    assert_eq!(
        run.execution.tasks()[0].invocations()[2].details(),
        Some(details::CLOSED)
    );
}

#[test]
fn what_is_under_way_at_the_end_runs_to_its_end() {
    let mut run = Run::of(&[task(0, 1)]);
    run.time(minute(180));
    assert_eq!(run.execution.due_at(), None);
    assert_eq!(run.execution.status(), Status::InProgress);
    run.end("0-0-0", Success, minute(500));
    assert_eq!(
        (run.statuses(), run.execution.status()),
        (vec![Status::Success], Status::Success)
    );
}

#[test]
fn cancelling_at_the_cutoff_cancels_commands_and_lets_the_others_go_on() {
    let cancel = |task_type| TaskSpec {
        task_type,
        targets: vec![3],
        max_concurrency: "2".into(),
        cutoff_behavior: Some("CANCEL_TASK"),
        ..TaskSpec::default()
    };
    let mut run = Run::of(&[cancel("RUN_COMMAND"), cancel("AUTOMATION")]);
    run.time(minute(121));
    assert_eq!(run.to_cancel, ["0-0-0", "0-0-1"]);
    let commands = run.execution.tasks()[0].invocations();
    assert_eq!(
        [commands[0].status(), commands[1].status()],
        [Status::Cancelling; 2]
    );
    run.end("0-0-0", Cancelled, minute(122));
    run.end("0-0-1", Success, minute(122)); // it was done before the cancelling reached it
    run.end("1-0-0", Success, minute(123));
    run.end("1-0-1", Success, minute(124));
    assert_eq!(run.statuses(), [Status::TimedOut, Status::TimedOut]);
    assert_eq!(
        run.execution.tasks()[1].invocations()[2].status(),
        Status::TimedOut
    );
    assert_eq!(run.execution.status(), Status::TimedOut);
}

#[test]
fn a_report_at_the_cutoff_comes_after_the_cutoff() {
    let mut run = Run::of(&[task(0, 1), task(1, 1)]);
    run.end("0-0-0", Success, minute(120));
    assert_eq!(run.names(), Vec::<&str>::new());
    assert_eq!(run.statuses(), [Status::Success, Status::TimedOut]);

    let mut run = Run::of(&[task(0, 1), task(1, 1)]);
    run.end("0-0-0", Success, minute(120) - TimeDelta::milliseconds(1));
    assert_eq!(run.names(), ["1-0-0"]);
}

#[test]
fn cancelling_spares_what_has_begun() {
    let mut run = Run::of(&[task(0, 2), task(1, 1)]);
    let decision = run.execution.cancel(minute(10));
    run.take(decision);
    assert_eq!(run.execution.status(), Status::Cancelling);
    assert_eq!(run.statuses(), [Status::InProgress, Status::Cancelled]);
    assert_eq!(run.to_cancel, Vec::<String>::new());
    run.end("0-0-0", Success, minute(11));
    run.end("0-0-1", Success, minute(12));
    assert_eq!(run.statuses(), [Status::Success, Status::Cancelled]);
    assert_eq!(run.execution.status(), Status::Cancelled);
    let before = run.execution.clone();
    let decision = run.execution.cancel(minute(12));
    assert_eq!(
        (decision, run.execution),
        (Decision::default(), before),
        "it has ended"
    );
}

#[test]
fn a_pending_execution_is_cancelled_at_once() {
    let mut window = window_with(&[task(0, 1)]);
    let due = window.take_due(at(OPENS_AT)).unwrap();
    let mut execution = Execution::new(&window, due.opening, &mut Counter::default());
    assert_eq!(execution.status(), Status::Pending);
    assert_eq!(execution.cancel(minute(3)), Decision::default());
    assert_eq!(
        (execution.status(), execution.ended_at()),
        (Status::Cancelled, Some(minute(3)))
    );
    assert_eq!(execution.tasks()[0].status(), Status::Cancelled);
}

#[test]
fn a_pause_keeps_everything_from_beginning() {
    let mut run = Run::of(&[task(0, 2), task(1, 1)]);
    let decision = run.execution.pause(minute(1));
    run.take(decision);
    run.end("0-0-0", Success, minute(2));
    assert_eq!(run.names(), Vec::<&str>::new());
    assert_eq!(run.execution.status(), Status::InProgress);
    let decision = run.execution.resume(minute(30));
    run.take(decision);
    assert_eq!(run.names(), ["0-0-1"]);
    let decision = run.execution.pause(minute(31));
    run.take(decision);
    run.end("0-0-1", Success, minute(32));
    run.time(minute(120));
    assert_eq!(
        run.statuses(),
        [Status::Success, Status::TimedOut],
        "time goes on in a pause"
    );
    assert_eq!(run.execution.status(), Status::TimedOut);
}

#[test]
fn cancelling_in_a_pause_begins_nothing_more() {
    let mut run = Run::of(&[task(0, 2)]);
    run.execution.pause(minute(1));
    run.execution.cancel(minute(2));
    run.end("0-0-0", Success, minute(3));
    assert_eq!(run.statuses(), [Status::Cancelled]);
    assert_eq!(run.execution.status(), Status::Cancelled);
}

#[test]
fn an_alarm_stops_the_tasks_that_heed_it() {
    let spec = TaskSpec {
        targets: vec![3],
        alarm: Some(false),
        ..TaskSpec::default()
    };
    let mut run = Run::of(&[
        spec.clone(),
        TaskSpec {
            alarm: Some(true),
            ..spec.clone()
        },
        TaskSpec {
            alarm: None,
            ..spec
        },
    ]);
    run.execution
        .handle_alarm("other", AlarmState::Alarm, minute(1));
    assert_eq!(run.execution.tasks()[0].triggered_alarm(), None);
    run.execution
        .handle_alarm("alarm", AlarmState::Unknown, minute(2));
    let seen: Vec<_> = run
        .execution
        .tasks()
        .iter()
        .map(|it| it.triggered_alarm().map(|it| it.state))
        .collect();
    assert_eq!(
        seen,
        [Some(AlarmState::Unknown), None, None],
        "one goes on while the alarm cannot be read"
    );
    run.execution
        .handle_alarm("alarm", AlarmState::Alarm, minute(3));
    run.end("0-0-0", Success, minute(4));
    run.end("1-0-0", Success, minute(4));
    run.end("2-0-0", Success, minute(4));
    assert_eq!(
        run.statuses(),
        [Status::Failed, Status::Failed, Status::InProgress]
    );
    let alarm = run.execution.tasks()[1].triggered_alarm().unwrap();
    assert_eq!((&*alarm.name, alarm.state.as_str()), ("alarm", "ALARM"));
    assert_eq!(run.execution.tasks()[1].details(), Some(details::ALARM));
}

#[test]
fn a_task_without_targets_runs_once() {
    let mut run = Run::of(&[TaskSpec {
        task_type: "LAMBDA",
        targets: vec![],
        ..TaskSpec::default()
    }]);
    assert_eq!(run.names(), ["none"]);
    run.end("none", Failed, minute(1));
    assert_eq!(run.execution.status(), Status::Failed);
}

#[test]
fn a_task_that_finds_no_target_is_a_success() {
    let run = Run::of(&[TaskSpec {
        targets: vec![0],
        ..TaskSpec::default()
    }]);
    assert_eq!(
        (run.statuses(), run.execution.status()),
        (vec![Status::Success], Status::Success)
    );
}

#[test]
fn a_deregistered_target_is_passed_over() {
    let mut window = window_with(&[TaskSpec {
        targets: vec![1, 1],
        ..TaskSpec::default()
    }]);
    let first = window.targets()[0].id();
    let command = crate::support::command::<
        tagout_window::request::DeregisterTargetFromMaintenanceWindow,
    >(json!({ "WindowId": window.id(), "WindowTargetId": first }));
    window.deregister_target(&command).unwrap();
    let due = window.take_due(at(OPENS_AT)).unwrap();
    let mut ids = Counter::default();
    let mut execution = Execution::new(&window, due.opening, &mut ids);
    let decision = execution.begin(&Fleet::default(), &mut ids, minute(0));
    assert_eq!(name_of(&execution, &decision.begin[0]), "0-1-0");
    assert_eq!(execution.tasks()[0].invocations().len(), 1);
}

#[test]
fn leave_that_was_taken_back_fails_the_task() {
    let mut window = window_with(&[task(0, 1)]);
    let command = crate::support::command::<
        tagout_window::request::RegisterTaskWithMaintenanceWindow,
    >(json!({
        "WindowId": window.id(), "TaskArn": "a", "TaskType": "RUN_COMMAND", "Priority": 1,
        "Targets": [{ "Key": "InstanceIds", "Values": ["i-x"] }], "MaxConcurrency": "1", "MaxErrors": "0",
    }));
    window
        .register_task(command, crate::support::task_id(9), &Rules::default())
        .unwrap();
    update(
        &mut window,
        json!({ "AllowUnassociatedTargets": false }),
        "2026-03-01T13:00:00Z",
    )
    .unwrap();
    let due = window.take_due(at(OPENS_AT)).unwrap();
    let mut ids = Counter::default();
    let mut execution = Execution::new(&window, due.opening, &mut ids);
    let decision = execution.begin(&Fleet::default(), &mut ids, minute(0));
    let decision = execution
        .handle_ended(&decision.begin[0], Success.into(), minute(1))
        .unwrap();
    assert_eq!(decision.begin, []);
    let task = &execution.tasks()[1];
    assert_eq!(
        (task.status(), task.details()),
        (Status::Failed, Some(details::UNASSOCIATED))
    );
    assert_eq!(task.invocations()[0].status(), Status::Failed);
}

#[test]
fn a_change_of_the_window_is_for_later_openings() {
    let mut window = window_with(&[task(0, 1), task(1, 1)]);
    let due = window.take_due(at(OPENS_AT)).unwrap();
    let mut ids = Counter::default();
    let mut execution = Execution::new(&window, due.opening, &mut ids);
    let decision = execution.begin(&Fleet::default(), &mut ids, minute(0));
    update(
        &mut window,
        json!({ "Enabled": false, "Duration": 1, "Cutoff": 0 }),
        "2026-03-01T22:01:00Z",
    )
    .unwrap();
    let decision = execution
        .handle_ended(&decision.begin[0], Success.into(), minute(100))
        .unwrap();
    assert_eq!(decision.begin.len(), 1);
    assert_eq!(decision.ask_again_at, Some(minute(120)));
}

#[test]
fn an_execution_begun_after_its_cutoff_begins_nothing() {
    let mut window = window_with(&[task(0, 1)]);
    let due = window.take_due(at("2026-03-02T00:30:00Z")).unwrap();
    let mut ids = Counter::default();
    let mut execution = Execution::new(&window, due.opening, &mut ids);
    let decision = execution.begin(&Fleet::default(), &mut ids, minute(150));
    assert_eq!(decision, Decision::default());
    assert_eq!(execution.status(), Status::TimedOut);
}

#[test]
fn a_pending_execution_waits_until_its_cutoff() {
    let mut window = window_with(&[task(0, 1)]);
    let due = window.take_due(at(OPENS_AT)).unwrap();
    let mut execution = Execution::new(&window, due.opening, &mut Counter::default());
    assert_eq!(execution.due_at(), Some(minute(120)));
    execution.handle_time(minute(119));
    assert_eq!(execution.status(), Status::Pending);
    assert_eq!(execution.handle_time(minute(120)), Decision::default());
    assert_eq!(
        (execution.status(), execution.details()),
        (Status::TimedOut, Some(details::WAITED))
    );
}

#[test]
fn a_skipped_execution_starts_and_ends_as_it_should_have_opened() {
    let mut window = window_with(&[task(0, 1)]);
    let due = window.take_due(at(OPENS_AT)).unwrap();
    let execution = Execution::skipped(&window, due.opening, &mut Counter::default());
    assert_eq!(execution.status(), Status::SkippedOverlapping);
    assert_eq!(
        (execution.started_at(), execution.ended_at()),
        (Some(minute(0)), Some(minute(0)))
    );
    assert_eq!(
        execution.expires_at(&Rules::default()),
        Some(at("2026-03-31T22:00:00Z"))
    );
}

#[test]
fn who_may_begin_is_a_matter_of_overlap_and_quotas() {
    let quotas = Quotas::default();
    let of = |overlap, same, n_running| Admission::of(overlap, same, n_running, &quotas);
    assert_eq!(of(Overlap::Skip, false, 4), Admission::Begin);
    assert_eq!(of(Overlap::Skip, false, 5), Admission::Wait);
    assert_eq!(of(Overlap::Skip, true, 1), Admission::Skip);
    assert_eq!(of(Overlap::Wait, true, 1), Admission::Wait);
    assert_eq!(of(Overlap::Cancel, true, 1), Admission::CancelOther);
    assert_eq!(of(Overlap::Cancel, false, 0), Admission::Begin);
}

#[test]
fn a_result_is_taken_once_and_for_the_current_ticket_only() {
    let run = Run::of(&[task(0, 2)]);
    let ticket = run.ticket("0-0-0");
    let mut execution = run.execution;
    let other = Execution::new(&window_with(&[]), execution.opening(), &mut || 99);
    assert_eq!(
        other.work(&ticket).unwrap_err().to_string(),
        "the ticket belongs to execution 00000000-0000-4000-8000-000000000001, \
         expected 00000000-0000-4000-8000-000000000063",
    );
    let second = execution.retry(&ticket).unwrap();
    assert_eq!((ticket.attempt(), second.attempt()), (1, 2));
    let before = execution.clone();
    let error = execution
        .handle_ended(&ticket, Success.into(), minute(1))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the ticket is for attempt 1 of invocation 00000000-0000-4000-8000-000000000003, expected 2",
    );
    assert_eq!(execution, before);
    execution.handle_began(&second, minute(2)).unwrap();
    let outcome = Outcome {
        ending: Success,
        details: Some("x".repeat(300).into()),
        external_id: Some("command-1".into()),
    };
    execution.handle_ended(&second, outcome, minute(3)).unwrap();
    let error = execution
        .handle_ended(&second, Failed.into(), minute(4))
        .unwrap_err();
    let invocation_id = second.invocation_id();
    assert_eq!(
        error,
        TicketError::NotUnderWay {
            invocation_id,
            status: Status::Success
        }
    );
    assert_eq!(
        error.to_string(),
        "invocation 00000000-0000-4000-8000-000000000003 is not under way, it is SUCCESS",
    );
    let invocation = &execution.tasks()[0].invocations()[0];
    assert_eq!(
        (invocation.external_id(), invocation.n_attempts()),
        (Some("command-1"), 2)
    );
    assert_eq!(invocation.details().map(str::len), Some(250));
    assert_eq!(
        (invocation.started_at(), invocation.ended_at()),
        (Some(minute(2)), Some(minute(3)))
    );
}

#[test]
fn what_is_under_way_can_be_taken_up_after_a_crash() {
    let run = Run::of(&[TaskSpec {
        targets: vec![5],
        max_concurrency: "3".into(),
        ..TaskSpec::default()
    }]);
    let stored = serde_json::to_string(&run.execution).unwrap();
    let execution: Execution = serde_json::from_str(&stored).unwrap();
    assert_eq!(execution, run.execution);
    let tickets: Vec<Ticket> = execution.in_flight().collect();
    assert_eq!(
        tickets,
        run.under_way
            .iter()
            .map(|(_, ticket)| *ticket)
            .collect::<Vec<_>>()
    );
    let ticket = serde_json::to_string(&tickets[0]).unwrap();
    assert_eq!(serde_json::from_str::<Ticket>(&ticket).unwrap(), tickets[0]);
}

#[test]
fn it_does_not_go_back_in_time() {
    let mut run = Run::of(&[task(0, 2)]);
    run.time(minute(60));
    run.end("0-0-0", Success, minute(10));
    assert_eq!(
        run.execution.tasks()[0].invocations()[0].ended_at(),
        Some(minute(60))
    );
}

const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = is_send_and_sync::<(Execution, Decision, Ticket, Fleet)>();
