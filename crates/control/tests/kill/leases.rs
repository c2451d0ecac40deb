//! Three planes share one database; one is killed, and one wakes up when its work has been done by others.

use crate::{
    record::{Accepted, comes_to_its_end, found},
    support::{Worker, destroy, postgres, sqlite},
};

pub(crate) fn three_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    three_planes(&sqlite(folder.path()));
}

pub(crate) fn three_on_postgres() {
    let Some(location) = postgres("three") else {
        return;
    };
    three_planes(&location);
    destroy(&location);
}

fn three_planes(location: &str) {
    found(location);
    let mut accepted = Accepted::default();
    let killed = Worker::start("ask", location);
    killed.wait_for_lines(3);
    accepted.hear(&killed.kill());

    // One takes work, and is stopped for longer than its lease.
    let asking = Worker::start("ask", location);
    let (late, tickets) = loop {
        let late = Worker::start("hold", location);
        let tickets = late.wait_for_lines(1)[0].clone();
        if !tickets.is_empty() {
            break (late, tickets);
        }
        drop(late); // it came when there was nothing to do
    };
    late.signal("STOP");
    let n_lines = asking.lines().len();
    asking.wait_for_lines(n_lines + 5);
    // The third.
    let working = Worker::start("work", location);
    working.wait_for_lines(1);
    std::thread::sleep((crate::child::LEASE * 3).to_std().unwrap());
    late.signal("CONT");
    let mut late = late;
    late.say("report");
    let said = late.finish();
    let expected: Vec<String> = tickets
        .split(' ')
        .flat_map(|ticket| [ticket, ticket])
        .map(|ticket| format!("ticket {ticket} is no longer current"))
        .collect();
    assert_eq!(said[1..], expected);

    // And one of the other two is killed as well.
    accepted.hear(&asking.kill());
    drop(working.kill());
    comes_to_its_end(location, &accepted);
}
