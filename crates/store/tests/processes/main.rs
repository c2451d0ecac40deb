//! What is left when processes are killed, stopped, or run out of room: with real processes, one test after the other.
//!
//! `TAGOUT_TEST_KILLS` sets how often a writer is killed (10). The tests of PostgreSQL run when `TAGOUT_TEST_POSTGRES`
//! names a server, and its crashes when `TAGOUT_TEST_POSTGRES_FOLDER` names the folder in which `.ci/postgres` runs it.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

mod child;
mod kills;
mod leases;
mod rooms;
mod support;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, first, task, location] = arguments.as_slice()
        && first == "child"
    {
        return child::run(task, location);
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // they end a server that all of them use
    let trial = |name: &str, test: fn()| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
    };
    let trials = vec![
        trial(
            "killed_writers_on_sqlite_lose_nothing_acknowledged",
            kills::killed_on_sqlite,
        ),
        trial(
            "killed_writers_on_postgres_lose_nothing_acknowledged",
            kills::killed_on_postgres,
        ),
        trial(
            "a_crash_of_postgres_loses_nothing_acknowledged",
            kills::postgres_crash,
        ),
        trial("two_processes_write_one_sqlite_file", kills::two_processes),
        trial(
            "killed_takers_leave_their_work_to_others_on_sqlite",
            leases::killed_on_sqlite,
        ),
        trial(
            "killed_takers_leave_their_work_to_others_on_postgres",
            leases::killed_on_postgres,
        ),
        trial(
            "a_taker_that_was_stopped_past_its_lease_is_refused_on_sqlite",
            leases::stopped_on_sqlite,
        ),
        trial(
            "a_taker_that_was_stopped_past_its_lease_is_refused_on_postgres",
            leases::stopped_on_postgres,
        ),
        trial(
            "a_process_stopped_in_a_transaction_does_not_stop_the_others",
            leases::stopped_while_writing,
        ),
        trial(
            "a_full_file_system_is_an_error_and_the_file_opens_after",
            rooms::full_file_system,
        ),
        trial(
            "a_file_that_may_not_grow_is_an_error_and_opens_after",
            rooms::file_size_limit,
        ),
        trial(
            "a_read_only_folder_is_refused_by_name",
            rooms::read_only_folder,
        ),
        trial("a_read_only_file_is_refused_by_name", rooms::read_only_file),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}
