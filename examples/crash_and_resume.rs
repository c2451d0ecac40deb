//! A process that reboots eight servers is killed in the middle of it. What it had committed is all that is left: a
//! folder of small documents. A new process begins from them, refuses what the old one still has to say, and finishes
//! the job: every server is done, and none is done twice in the record.
//!
//! Run it with `cargo run --example crash_and_resume`.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use tagout::batch::{
    Action, Alias, ChangeInfo, Command, Document, DocumentChange, Owner, Queue, Report, Server,
    ServerId, Settings, Submission, Terms,
};

/// What survives: documents by name, each as a line of JSON.
#[derive(Default)]
struct Disk(BTreeMap<String, String>);

impl Disk {
    /// Writes all that a call has changed, as a store would in one transaction. Only then may anyone hear of it.
    fn commit(&mut self, queue: &mut Queue) -> Result<usize, Box<dyn Error>> {
        let changes = queue.take_changes();
        let n = changes.len();
        for change in changes {
            match change {
                DocumentChange::Put(document) => {
                    let text = serde_json::to_string(&document)?;
                    self.0.insert(document.key().to_string(), text)
                }
                DocumentChange::Remove(key) => self.0.remove(&key.to_string()),
            };
        }
        Ok(n)
    }

    fn documents(&self) -> Result<Vec<Document>, serde_json::Error> {
        self.0
            .values()
            .map(|text| serde_json::from_str(text))
            .collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut now: DateTime<Utc> = "2026-03-17T23:30:00Z".parse()?;
    let lease = TimeDelta::minutes(5);
    let account: Alias = "acme".parse()?;
    let mut disk = Disk::default();

    let mut queue = Queue::new(Settings::default());
    queue.note_all_changes();
    queue.open_account(account);
    let ids = (1..=8).map(|n| format!("de1acmeweb{n:02}").parse());
    let ids: Vec<ServerId> = ids.collect::<Result<_, _>>()?;
    for id in &ids {
        queue.put_server(Server::new(
            *id,
            account,
            ChangeInfo::created("setup".into(), now),
        ))?;
    }
    let command = Command::new(Action::Reboot, ids.iter().map(|id| (*id).into()));
    let terms = Terms {
        max_concurrency: "2".parse()?,
        ..Terms::default()
    };
    let job = queue
        .submit(
            &Submission::new(account, "nora", command).on_terms(terms),
            now,
        )?
        .jobs()[0];
    println!(
        "job {job} is accepted with {} servers, {} documents written",
        ids.len(),
        disk.commit(&mut queue)?
    );

    // Three servers are done, two are being worked on.
    let first_life = Owner { node: 1, epoch: 1 };
    let mut done = BTreeSet::new();
    for _ in 0..3 {
        let work = queue.claim(first_life, lease, now).ok_or("there is work")?;
        disk.commit(&mut queue)?;
        now += TimeDelta::seconds(40);
        queue.finish(work.ticket, Report::Succeeded, now)?;
        disk.commit(&mut queue)?;
        assert!(done.insert(work.server));
        println!("  {} is done", work.server);
    }
    let fourth = queue.claim(first_life, lease, now).ok_or("there is work")?;
    disk.commit(&mut queue)?;
    let fifth = queue.claim(first_life, lease, now).ok_or("there is work")?;
    println!("  {} is begun", fourth.server);
    println!(
        "  {} is claimed; that is not on disk yet, so nobody acts on it",
        fifth.server
    );

    // The process is killed here: the claim of the fifth server was never committed.
    drop(queue);
    println!(
        "\nthe process is killed; {} documents are left",
        disk.0.len()
    );

    now += TimeDelta::seconds(3);
    let second_life = Owner { node: 1, epoch: 2 };
    let mut queue = Queue::restore(Settings::default(), disk.documents()?, second_life, now)?;
    disk.commit(&mut queue)?;
    let (there, _) = queue.job(job).ok_or("the job is there")?;
    let progress = there.progress();
    println!(
        "\na new process finds the job {}: {} done, {} to do",
        there.status(),
        progress.succeeded,
        progress.waiting()
    );

    // A worker of the old process was only slow, and answers now.
    for late in [&fourth, &fifth] {
        let refused = queue
            .finish(late.ticket, Report::Succeeded, now)
            .err()
            .ok_or("it is late")?;
        println!("  refused: {refused}");
    }
    while let Some(work) = queue.claim(second_life, lease, now) {
        disk.commit(&mut queue)?;
        now += TimeDelta::seconds(40);
        queue.finish(work.ticket, Report::Succeeded, now)?;
        disk.commit(&mut queue)?;
        assert!(done.insert(work.server), "{} is done twice", work.server);
        println!("  {} is done, attempt {}", work.server, work.ticket.attempt);
    }

    let (there, items) = queue.job(job).ok_or("the job is there")?;
    println!("\njob {job} has {}", there.status());
    println!(
        "attempts: {:?}",
        items
            .iter()
            .map(tagout::batch::Item::n_attempts)
            .collect::<Vec<_>>()
    );
    assert_eq!(done.len(), ids.len(), "none is lost");
    assert!(
        queue.servers().all(|server| server.claim().is_none()),
        "every server is free again"
    );
    println!("every server is done once, and free again");
    Ok(())
}
