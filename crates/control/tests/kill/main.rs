//! What is left when planes are killed, stopped, or lose their database: with real processes, one test after the other.
//!
//! `TAGOUT_TEST_KILLS` sets how often a plane is killed (10). The tests of PostgreSQL run when `TAGOUT_TEST_POSTGRES`
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
mod record;
#[path = "../../../store/tests/processes/support.rs"]
#[expect(dead_code, reason = "the tests of stores use all of it")]
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
            "killed_planes_on_sqlite_lose_nothing_acknowledged",
            kills::killed_on_sqlite,
        ),
        trial(
            "killed_planes_on_postgres_lose_nothing_acknowledged",
            kills::killed_on_postgres,
        ),
        trial(
            "a_crash_of_postgres_under_two_planes_loses_nothing_acknowledged",
            kills::postgres_crash,
        ),
        trial(
            "of_three_planes_on_sqlite_one_is_killed_and_one_is_late",
            leases::three_on_sqlite,
        ),
        trial(
            "of_three_planes_on_postgres_one_is_killed_and_one_is_late",
            leases::three_on_postgres,
        ),
        trial(
            "a_plane_on_a_full_disk_goes_on_when_there_is_room",
            kills::full_disk,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}
