//! What a control plane tells about itself, in numbers.
//!
//! Numbers go to whatever recorder the program has installed for the `metrics` crate, and nowhere if it has none.

use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::{Unit, counter, gauge, histogram};
use tokio::time::Instant;

use crate::{
    driver::{Done, DriverError},
    error::ControlError,
};

/// One of the numbers that a control plane gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Metric {
    /// By what it is found.
    pub name: &'static str,
    /// How it moves.
    pub kind: MetricKind,
    /// In what it is measured.
    pub unit: Unit,
    /// By what it is told apart; the values of each are few.
    pub labels: &'static [&'static str],
    /// What it says.
    pub what: &'static str,
}

/// How a number moves.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MetricKind {
    /// Upwards, by what happens.
    Counter,
    /// Up and down: how it stands now.
    Gauge,
    /// One sample for each thing that happens.
    Histogram,
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $kind:ident, $unit:ident, $labels:expr, $what:literal;)*) => {
        $(const $constant: &str = $name;)*

        /// All numbers that a control plane gives.
        ///
        /// | name | kind | labels | what it says |
        /// |---|---|---|---|
        $(#[doc = concat!("| `", $name, "` | ", stringify!($kind), " | `", stringify!($labels), "` | ", $what, " |")])*
        ///
        /// The label `command` is the name of a method of [`Control`](crate::Control); `outcome` of a command is `ok` or
        /// a word of [`ErrorKind`](crate::ErrorKind); `work` is the [kind](crate::Work::kind) of a piece of work, and its
        /// `outcome` is `done`, `transient`, `failed` or `timed_out`; `document` is the sort of a stored document. No label
        /// names an account, a server or anything else of which there may be many.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            kind: MetricKind::$kind,
            unit: Unit::$unit,
            labels: &$labels,
            what: $what,
        }),*];
    };
}

metrics! {
    COMMANDS = "tagout_commands_total", Counter, Count, ["command", "outcome"],
        "commands and queries that have ended";
    COMMAND_SECONDS = "tagout_command_seconds", Histogram, Seconds, ["command"],
        "how long a command or query took";
    OVERTAKEN = "tagout_decisions_overtaken_total", Counter, Count, [],
        "decisions that were made anew, because others changed what they were made from";
    EVENTS = "tagout_events_total", Counter, Count, [],
        "events that were committed";
    DUE = "tagout_due_documents_total", Counter, Count, ["document"],
        "documents that were taken because they were due";
    DUE_LAG_SECONDS = "tagout_due_lag_seconds", Histogram, Seconds, ["document"],
        "how long after it was due a document was taken";
    PASSED_OVER = "tagout_due_passed_over_total", Counter, Count, ["document"],
        "documents that were due and could not be moved on";
    STEP_SECONDS = "tagout_step_seconds", Histogram, Seconds, [],
        "how long a step took";
    ATTEMPTS_BEGUN = "tagout_attempts_begun_total", Counter, Count, ["work"],
        "attempts that began";
    ATTEMPTS_ENDED = "tagout_attempts_ended_total", Counter, Count, ["work", "outcome"],
        "attempts whose end was accepted";
    ATTEMPTS_LOST = "tagout_attempts_lost_total", Counter, Count, [],
        "attempts that were taken back, because they were not heard of";
    ATTEMPT_SECONDS = "tagout_attempt_seconds", Histogram, Seconds, ["work"],
        "how long a driver took for an attempt that this plane had made";
    ATTEMPTS_RUNNING = "tagout_attempts_running", Gauge, Count, [],
        "attempts that this plane has under way";
    QUEUE_DEPTH = "tagout_queue_depth", Gauge, Count, [],
        "servers of batches that wait or are worked on, of all accounts and planes";
}

/// Tells the recorder that is installed what each of the [`METRICS`] means. Once is enough.
pub fn describe_metrics() {
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => {
                metrics::describe_counter!(metric.name, metric.unit, metric.what);
            }
            MetricKind::Gauge => metrics::describe_gauge!(metric.name, metric.unit, metric.what),
            MetricKind::Histogram => {
                metrics::describe_histogram!(metric.name, metric.unit, metric.what);
            }
        }
    }
}

/// Carries out a command or query, and tells how it ended.
///
/// The call stands in a box of its own, so that the futures of all methods are small.
pub(crate) fn observed<T>(
    command: &'static str,
    call: impl Future<Output = Result<T, ControlError>>,
) -> impl Future<Output = Result<T, ControlError>> {
    let call = Box::pin(call);
    async move {
        let began = Instant::now();
        let result = call.await;
        command_ended(command, result.as_ref().err(), began.elapsed());
        result
    }
}

fn command_ended(command: &'static str, error: Option<&ControlError>, took: Duration) {
    let outcome = error.map_or("ok", |error| error.kind().as_str());
    counter!(COMMANDS, "command" => command, "outcome" => outcome).increment(1);
    histogram!(COMMAND_SECONDS, "command" => command).record(took);
}

pub(crate) fn overtaken() {
    counter!(OVERTAKEN).increment(1);
}

pub(crate) fn events(n_events: usize) {
    counter!(EVENTS).increment(n_events as u64);
}

pub(crate) fn due(document: &str, due_at: Option<DateTime<Utc>>, now: DateTime<Utc>) {
    let document = document.to_owned();
    let lag = due_at.map_or(Duration::ZERO, |due_at| {
        (now - due_at).to_std().unwrap_or_default()
    });
    counter!(DUE, "document" => document.clone()).increment(1);
    histogram!(DUE_LAG_SECONDS, "document" => document).record(lag);
}

pub(crate) fn passed_over(document: &str) {
    counter!(PASSED_OVER, "document" => document.to_owned()).increment(1);
}

pub(crate) fn step_ended(began: Instant) {
    histogram!(STEP_SECONDS).record(began.elapsed());
}

pub(crate) fn attempt_begun(work: &str) {
    counter!(ATTEMPTS_BEGUN, "work" => work.to_owned()).increment(1);
}

pub(crate) fn attempt_ended(work: &str, result: &Result<Done, DriverError>) {
    let outcome = match result {
        Ok(_) => "done",
        Err(DriverError::TimedOut) => "timed_out",
        Err(error) if error.is_transient() => "transient",
        Err(_) => "failed",
    };
    counter!(ATTEMPTS_ENDED, "work" => work.to_owned(), "outcome" => outcome).increment(1);
}

pub(crate) fn attempt_lost() {
    counter!(ATTEMPTS_LOST).increment(1);
}

pub(crate) fn attempt_took(work: &str, took: Duration) {
    histogram!(ATTEMPT_SECONDS, "work" => work.to_owned()).record(took);
}

pub(crate) fn attempts_running(n_running: usize) {
    gauge!(ATTEMPTS_RUNNING).set(n_running as f64);
}

pub(crate) fn queue_depth(n_queued: u64) {
    gauge!(QUEUE_DEPTH).set(n_queued as f64);
}
