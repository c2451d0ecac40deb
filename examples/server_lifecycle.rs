//! The life of one server, in one morning: it is created, falls ill, is maintained twice (the first worker is never
//! heard of again, until it is too late), and goes, leaving a last backup behind.
//!
//! Commands take the server and give it back moved, with work to be done and events to be told. Here nobody does the
//! work: the story says what came of it.
//!
//! Run it with `cargo run --example server_lifecycle`.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use tagout::{
    backup::{Backup, ManualOrder, Terms},
    lifecycle::{
        Account, Built, Effect, Engine, EventLog, HealthCheck, HealthReport, Limited, Maintained,
        NewServer, Observation, Operation, Quota, Removal, Server, Status, Ticket, Transition,
    },
};

fn main() -> Result<(), Box<dyn Error>> {
    let (terms, mut log) = (Terms::default(), EventLog::keeping(100));
    let mut clock = Clock("2026-03-02T09:00:00Z".parse()?);

    println!("A server is asked for.");
    let account = Account {
        id: "123456789012".parse()?,
        region: "eu-central-1".parse()?,
    };
    let mut dice = seeded(7);
    let moved = Server::create(
        order()?,
        &account,
        &mut dice,
        Ticket::new(1),
        &terms.policy,
        clock.now(),
    )?;
    let server = told(moved, &mut log);
    println!("  it will answer at {}", server.endpoint());
    let moved = server.handle_built(Ticket::new(1), Ok(Built::default()), clock.after(15))?;
    let server = told(moved, &mut log);

    println!("\nIts health check fails, and so what may be done with it changes.");
    let report = HealthReport::new(
        vec![HealthCheck::failed("api", "answers 503")],
        clock.after(60),
    );
    let server = told(
        server.handle_observation(&Observation::Checked(report), clock.now()),
        &mut log,
    );
    println!("  why: {}", server.status_reason().unwrap_or("-"));
    for operation in [Operation::StartMaintenance, Operation::AssociateNode] {
        println!(
            "  {operation}: {}",
            if server.status().may(operation) {
                "yes"
            } else {
                "no"
            }
        );
    }

    println!(
        "\nIt is maintained. Nothing is heard of the worker, and in the end the server is given back."
    );
    let server = told(
        server.start_maintenance(&[], Ticket::new(2), &terms.policy, clock.after(5))?,
        &mut log,
    );
    let refused = server
        .start_maintenance(&[], Ticket::new(3), &terms.policy, clock.after(5))
        .expect_err("it is under maintenance already");
    println!("  a second one meanwhile is refused: {refused}");
    let server = told(
        refused.into_server().handle_deadline(clock.after(80))?,
        &mut log,
    );
    println!(
        "  last maintenance: {}",
        server
            .maintenance_status()
            .map_or("-", |status| status.as_str())
    );

    println!("\nIt is maintained again. Now the first worker reports: too late.");
    let server = told(
        server.start_maintenance(&[], Ticket::new(4), &terms.policy, clock.after(1))?,
        &mut log,
    );
    let late = server
        .handle_maintained(Ticket::new(2), Ok(Maintained::default()), clock.after(2))
        .expect_err("its ticket is worth nothing any more");
    println!("  {late}");
    let moved = late.into_server().handle_maintained(
        Ticket::new(4),
        Ok(Maintained::default()),
        clock.after(20),
    )?;
    let server = told(moved, &mut log);
    println!(
        "  last maintenance: {}",
        server
            .maintenance_status()
            .map_or("-", |status| status.as_str())
    );

    println!("\nIt is no longer needed: a last backup, and then it goes.");
    let (quota, order) = (Quota::empty(Limited::ManualBackups), ManualOrder::default());
    let (backing_up, deleting) = (Ticket::new(5), Ticket::new(6));
    let begun = Backup::begin_final(
        &server,
        order,
        quota,
        |_| false,
        backing_up,
        deleting,
        &terms,
        clock.after(60),
    )?;
    let server = told(begun.moved, &mut log);
    let mut more_tickets = || Ticket::new(7); // for backups that a new one pushes out; there are none
    let (moved, outcome) = begun.backup.handle_made(
        &server,
        &[],
        backing_up,
        Ok(()),
        &mut more_tickets,
        &terms,
        clock.after(10),
    )?;
    let server = told(moved, &mut log);
    let backup = outcome
        .backup
        .ok_or("a backup that has been made is there")?;

    println!("\nWhat its owner is told, newest first:");
    for event in log.newest_first() {
        println!("  {}  {}", event.at.format("%H:%M:%S%.3f"), event.message);
    }

    match server.handle_torn_down(deleting, Ok(()), clock.after(5))? {
        Removal::Gone(gone) => println!("\n{} is gone, its events with it.", gone.name),
        Removal::Kept(_) => return Err("the teardown succeeded".into()),
    }
    let backup = backup
        .handle_server_gone(&mut more_tickets, &terms, clock.now())
        .backup
        .ok_or("manual ones stay")?;
    println!(
        "{} stays: {}, {}.",
        backup.id(),
        backup.kind(),
        backup.status()
    );
    Ok(())
}

/// What is asked for; all the rest is left to its default.
fn order() -> Result<NewServer, Box<dyn Error>> {
    Ok(NewServer::new(
        "alpha".parse()?,
        Engine::ChefAutomate,
        "m5.large".parse()?,
        "arn:aws:iam::123456789012:instance-profile/servers".parse()?,
        "arn:aws:iam::123456789012:role/servers".parse()?,
    ))
}

/// Says where the server stands now and what is to be done, and keeps what its owner is told.
fn told(moved: Transition, log: &mut EventLog) -> Server {
    let Transition {
        server,
        effects,
        events,
        ..
    } = moved;
    let status: Status = server.status();
    println!("  -> {status}");
    for effect in effects {
        match effect {
            Effect::Perform {
                ticket, deadline, ..
            } => {
                println!(
                    "     to do until {}, reported with ticket {:x}",
                    deadline.format("%H:%M"),
                    ticket.number()
                );
            }
            Effect::Abandon { ticket, .. } => println!(
                "     nobody waits for ticket {:x} any more",
                ticket.number()
            ),
        }
    }
    log.extend(events);
    server
}

/// The time of the story, which goes on when the story says so.
struct Clock(DateTime<Utc>);

impl Clock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    fn after(&mut self, minutes: i64) -> DateTime<Utc> {
        self.0 += TimeDelta::minutes(minutes);
        self.0
    }
}

/// A source of random numbers that is the same in every run: splitmix64.
fn seeded(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
