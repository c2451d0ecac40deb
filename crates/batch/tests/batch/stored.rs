//! The stored form, and queues rebuilt from it.

use chrono::TimeDelta;
use tagout_batch::{
    Action, Document, DocumentChange, DocumentKey, JobStatus, Owner, Queue, Report, RestoreError,
    Settings, Terms,
};

use crate::support::{ME, Quickly, alias, lease, noon, queue_of, seconds, submission};

fn texts(queue: &Queue) -> Vec<String> {
    let mut texts: Vec<_> = queue
        .documents()
        .map(|document| serde_json::to_string(&document).unwrap())
        .collect();
    texts.sort();
    texts
}

fn restore(documents: Vec<Document>) -> Result<Queue, RestoreError> {
    Queue::restore(
        Settings::default(),
        documents,
        Owner { node: 9, epoch: 1 },
        noon(),
    )
}

/// A queue with something of every kind, and its documents.
fn busy() -> Queue {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02", "wa1acctweb03"]);
    let both = ["wa1acctweb01", "wa1acctweb02"];
    let asked = submission("acct", Action::PowerOff, &both).with_key("k".try_into().unwrap());
    let asked = asked.on_terms(Terms {
        max_concurrency: "2".parse().unwrap(),
        ..Terms::default()
    });
    queue.submit(&asked, noon()).unwrap();
    let work = queue.claim(ME, lease(), noon()).unwrap();
    queue
        .finish(work.ticket, Report::Transient("busy".into()), noon())
        .unwrap();
    queue.claim(ME, lease(), noon()).unwrap();
    let (from, to) = (noon() + seconds(60), noon() + seconds(600));
    let servers = ["wa1acctweb03".parse().unwrap()];
    queue
        .plan_maintenance(
            alias("acct"),
            servers,
            from,
            to,
            Terms::default(),
            "planner",
            noon(),
        )
        .unwrap();
    queue
}

#[test]
fn a_queue_survives_its_documents_in_any_order() {
    let queue = busy();
    let before = texts(&queue);
    for reverse in [false, true] {
        let mut documents: Vec<Document> = before
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        if reverse {
            documents.reverse();
        }
        let mut again = restore(documents).unwrap();
        assert_eq!(texts(&again), before);
        assert_eq!(again.take_changes(), [], "another node runs what runs");
        let late = noon() + seconds(2);
        assert_eq!(
            again.claim(ME, lease(), late).unwrap().ticket,
            "wa1-1/0#2".parse().unwrap()
        );
        again
            .finish("wa1-1/1#1".parse().unwrap(), Report::Succeeded, late)
            .unwrap();
    }
}

#[test]
fn a_new_life_takes_back_what_the_old_one_ran() {
    let documents: Vec<_> = busy().documents().collect();
    let reborn = Owner {
        node: ME.node,
        epoch: ME.epoch + 1,
    };
    let mut queue = Queue::restore(Settings::default(), documents, reborn, noon()).unwrap();
    assert_eq!(
        queue.status(alias("acct"), "wa1-1".parse().unwrap()),
        Some(JobStatus::Resumed)
    );
    let (_, items) = queue.job("wa1-1".parse().unwrap()).unwrap();
    let reason = items.get(1).unwrap().reason().unwrap().to_string();
    assert_eq!(reason, "the process that worked on it was restarted");
    assert!(
        queue
            .finish("wa1-1/1#1".parse().unwrap(), Report::Succeeded, noon())
            .is_err()
    );
    let work = queue.claim(reborn, lease(), noon()).unwrap();
    assert_eq!(work.ticket, "wa1-1/1#2".parse().unwrap(), "at once");
    let changed = queue.take_changes();
    assert!(
        changed
            .iter()
            .any(|change| matches!(change, DocumentChange::Put(Document::Item { index: 1, .. })))
    );
}

#[test]
fn changes_name_each_document_once_and_only_when_asked_for() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    assert_eq!(queue.take_changes(), []);
    queue.note_all_changes();
    let keys = |queue: &mut Queue| {
        let key = |change: DocumentChange| match change {
            DocumentChange::Put(document) => document.key().to_string(),
            DocumentChange::Remove(key) => format!("no {key}"),
        };
        queue
            .take_changes()
            .into_iter()
            .map(key)
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&mut queue), ["account/acct", "server/wa1acctweb01"]);
    queue
        .submit(
            &submission("acct", Action::Delete, &["wa1acctweb01"])
                .with_key("k".try_into().unwrap()),
            noon(),
        )
        .unwrap();
    let made = [
        "account/acct",
        "server/wa1acctweb01",
        "job/wa1-1",
        "item/wa1-1/0",
        "newest/wa1",
        "answered/acct/delete/k",
    ];
    assert_eq!(keys(&mut queue), made);
    queue.work_off(noon());
    assert_eq!(
        keys(&mut queue),
        [
            "account/acct",
            "no server/wa1acctweb01",
            "job/wa1-1",
            "item/wa1-1/0"
        ]
    );
    queue.tick(noon() + TimeDelta::days(15));
    assert_eq!(
        keys(&mut queue),
        [
            "no job/wa1-1",
            "no item/wa1-1/0",
            "no answered/acct/delete/k"
        ]
    );
    assert_eq!(keys(&mut queue), Vec::<String>::new());
}

#[test]
fn documents_that_do_not_fit_together_are_refused() {
    let all: Vec<_> = busy().documents().collect();
    let without = |gone: &str| {
        let documents = all
            .iter()
            .filter(|document| document.key().to_string() != gone)
            .cloned()
            .collect();
        restore(documents).unwrap_err().to_string()
    };
    assert_eq!(
        without("account/acct"),
        "the account of job wa1-1 is missing"
    );
    assert_eq!(
        without("item/wa1-1/1"),
        "the items of job wa1-1 are not those that it counts"
    );
    assert_eq!(
        without("item/wa1-1/0"),
        "the items of job wa1-1 are not those that it counts"
    );
    assert_eq!(
        without("job/wa1-1"),
        "the items of job wa1-1 are not those that it counts"
    );
    assert_eq!(
        without("server/wa1acctweb02"),
        "the servers of job wa1-1 are not those that it holds"
    );

    let changed = |key: &str, from: &str, to: &str| {
        let change = |document: &Document| {
            let text = serde_json::to_string(document).unwrap();
            if document.key().to_string() != key {
                return document.clone();
            }
            assert!(text.contains(from), "{text}");
            serde_json::from_str(&text.replace(from, to)).unwrap()
        };
        restore(all.iter().map(change).collect())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        changed("job/wa1-1", r#""running":1"#, r#""running":2"#),
        "the items of job wa1-1 are not those that it counts"
    );
    let claim = r#","claim":{"job":"wa1-1","item":0,"before":"active"}"#;
    let text = "the servers of job wa1-1 are not those that it holds";
    assert_eq!(changed("server/wa1acctweb01", claim, ""), text);
    assert_eq!(
        changed("server/wa1acctweb01", r#""item":0"#, r#""item":1"#),
        text
    );
    let held = r#""inMaintenance":false"#;
    assert_eq!(
        changed("server/wa1acctweb03", held, &format!("{held}{claim}")),
        text,
        "held by what is not there"
    );
}

#[test]
fn the_newest_numbers_survive_their_jobs() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    queue.ask("acct", Action::Reset, &["wa1acctweb01"]);
    queue.work_off(noon());
    queue.tick(noon() + TimeDelta::days(15));
    let mut again = restore(queue.documents().collect()).unwrap();
    assert_eq!(
        again.ask("acct", Action::Reset, &["wa1acctweb01"]).jobs()[0].to_string(),
        "wa1-2"
    );
}

#[test]
fn a_key_is_known_after_a_restart() {
    let queue = busy();
    let mut again = restore(queue.documents().collect()).unwrap();
    let asked =
        submission("acct", Action::PowerOff, &["wa1acctweb01"]).with_key("k".try_into().unwrap());
    let error = again.submit(&asked, noon()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key `k` stands for another powerOff request"
    );
    let DocumentKey::Answered(_, _, key) = again
        .documents()
        .map(|document| document.key())
        .find(|key| matches!(key, DocumentKey::Answered(..)))
        .unwrap()
    else {
        panic!("a keyed answer")
    };
    assert_eq!(&*key, "k");
}

/// What version 0.1 has written; these lines are to be read for ever.
const WRITTEN_BY_0_1: &str = include_str!("stored/0.1.jsonl");

#[test]
fn what_earlier_versions_have_written_is_read() {
    let documents = WRITTEN_BY_0_1
        .lines()
        .map(|line| serde_json::from_str::<Document>(line).unwrap())
        .collect();
    let queue = restore(documents).unwrap();
    assert_eq!(texts(&queue), WRITTEN_BY_0_1.lines().collect::<Vec<_>>());
}

#[test]
fn the_stored_form_is_what_it_was() {
    assert_eq!(
        texts(&busy()),
        WRITTEN_BY_0_1.lines().collect::<Vec<_>>(),
        "make a new file for a new form"
    );
}
