//! What a request may be, how much may wait, and what is remembered of it.

use chrono::TimeDelta;
use tagout_batch::{
    Action, AdmitError, Change, Description, Key, Queue, Settings, Submission, SubmitError,
    Verdict, WantedDisk,
};

use crate::support::{
    ME, Quickly, alias, id, lease, noon, queue_of, queue_with, server, submission,
};

fn keyed(key: &str, servers: &[&str]) -> Submission {
    submission("acct", Action::Reboot, servers).with_key(key.try_into().unwrap())
}

#[test]
fn only_known_accounts_are_served() {
    let mut queue = queue_of("acct", &[]);
    let error = queue
        .submit(&submission("nobody", Action::Reset, &[]), noon())
        .unwrap_err();
    assert_eq!(error.to_string(), "account nobody is unknown");
    assert!(
        queue
            .dry_run(&submission("nobody", Action::Reset, &[]), noon())
            .is_err()
    );
}

#[test]
fn long_lists_are_turned_away() {
    let mut queue = queue_with(
        Settings {
            servers_max: 2,
            ..Settings::default()
        },
        "acct",
        &[],
    );
    let three = submission("acct", Action::Reset, &["a", "b", "c"]);
    let error = queue.submit(&three, noon()).unwrap_err();
    assert_eq!(error.to_string(), "3 servers are named, expected at most 2");
    assert!(
        queue
            .submit(&submission("acct", Action::Reset, &["a", "b", "A"]), noon())
            .is_ok()
    );
}

#[test]
fn a_full_queue_turns_whole_requests_away_and_changes_nothing() {
    let settings = Settings {
        queued_per_account_max: 2,
        queued_max: 3,
        ..Settings::default()
    };
    let mut queue = queue_with(
        settings,
        "acct",
        &["wa1acctweb01", "wa1acctweb02", "wa1acctweb03"],
    );
    queue.open_account(alias("othr"));
    for name in ["wa1othrweb01", "wa1othrweb02"] {
        queue.put_server(server(name, "othr")).unwrap();
    }
    let ask = |queue: &mut Queue, account: &str, servers: &[&str]| {
        queue.submit(&submission(account, Action::Reset, servers), noon())
    };
    let all = ["wa1acctweb01", "wa1acctweb02", "wa1acctweb03"];
    let error = ask(&mut queue, "acct", &all).unwrap_err();
    assert_eq!(
        error,
        SubmitError::Admit(AdmitError::AccountFull {
            asked: 3,
            queued: 0,
            max: 2
        })
    );
    assert_eq!(
        error.to_string(),
        "3 servers to queue and 0 queued, expected at most 2 for the account"
    );
    assert!(queue.servers().all(|server| server.claim().is_none()));
    assert_eq!(queue.numbers().newest().count(), 0);
    // A server that is refused anyway takes no room.
    let answer = ask(
        &mut queue,
        "acct",
        &["wa1acctweb01", "wa1acctweb02", "wa1acctweb09"],
    )
    .unwrap();
    assert_eq!(answer.entries()[2].verdict, Verdict::Refused);

    let error = ask(&mut queue, "othr", &["wa1othrweb01", "wa1othrweb02"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 servers to queue, expected at most 1 at present"
    );
    assert!(ask(&mut queue, "othr", &["wa1othrweb01"]).is_ok());
    queue.work_off(noon());
    assert!(
        ask(&mut queue, "othr", &["wa1othrweb01", "wa1othrweb02"]).is_ok(),
        "there is room again"
    );
}

#[test]
fn a_dry_run_says_what_would_be_and_does_nothing() {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02"]);
    queue.ask("acct", Action::PowerOff, &["wa1acctweb02"]);
    let before: Vec<_> = queue.documents().collect();
    let asked = submission(
        "acct",
        Action::PowerOn,
        &["wa1acctweb01", "wa1acctweb02", "x"],
    );
    let forecast = queue.dry_run(&asked, noon()).unwrap();
    let cells: Vec<_> = forecast
        .iter()
        .map(|(server, cell)| format!("{server} {cell:?}"))
        .collect();
    assert_eq!(
        cells,
        ["wa1acctweb01 NoOp", "wa1acctweb02 Refuse", "x Refuse"]
    );
    assert_eq!(queue.documents().collect::<Vec<_>>(), before);
}

#[test]
fn a_keyed_request_that_comes_again_gets_its_old_answer() {
    let mut queue = queue_of("acct", &["wa1acctweb01", "wa1acctweb02"]);
    let first = queue
        .submit(&keyed("k", &["WA1ACCTWEB01", "x"]), noon())
        .unwrap();
    queue.work_off(noon());
    let again = queue
        .submit(&keyed("k", &["wa1acctweb01", "X"]), noon())
        .unwrap();
    assert_eq!(again, first);
    assert!(
        queue.claim(ME, lease(), noon()).is_none(),
        "nothing new was queued"
    );

    let error = queue
        .submit(&keyed("k", &["wa1acctweb02"]), noon())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key `k` stands for another reboot request"
    );
    let other_terms = keyed("k", &["wa1acctweb01", "x"]).on_terms(tagout_batch::Terms {
        max_concurrency: "2".parse().unwrap(),
        ..Default::default()
    });
    assert!(
        queue.submit(&other_terms, noon()).is_err(),
        "other terms are another request"
    );
    let other_operation =
        submission("acct", Action::Reset, &["wa1acctweb02"]).with_key("k".try_into().unwrap());
    assert!(
        queue.submit(&other_operation, noon()).is_ok(),
        "a key stands for one operation"
    );

    let later = noon() + TimeDelta::hours(24);
    let new = queue
        .submit(&keyed("k", &["wa1acctweb01", "x"]), later)
        .unwrap();
    assert_ne!(new.jobs(), first.jobs(), "forgotten after a day");
}

#[test]
fn a_refused_request_with_a_key_may_be_sent_again() {
    let mut queue = queue_with(
        Settings {
            queued_max: 0,
            ..Settings::default()
        },
        "acct",
        &["wa1acctweb01"],
    );
    assert!(
        queue
            .submit(&keyed("k", &["wa1acctweb01"]), noon())
            .is_err()
    );
    let error = queue
        .submit(&keyed("k", &["wa1acctweb01"]), noon())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 servers to queue, expected at most 0 at present",
        "not a word of the key"
    );
}

#[test]
fn keys_are_bounded_in_length_and_number() {
    assert_eq!(
        Key::try_from("").unwrap_err().to_string(),
        "a key of 0 bytes, expected 1 to 255"
    );
    assert_eq!(
        Key::try_from("x".repeat(256).as_str())
            .unwrap_err()
            .to_string(),
        "a key of 256 bytes, expected 1 to 255"
    );
    assert_eq!(
        Key::try_from("x".repeat(255).as_str())
            .unwrap()
            .as_str()
            .len(),
        255
    );
    let mut queue = queue_with(
        Settings {
            keys_per_account_max: 2,
            ..Settings::default()
        },
        "acct",
        &[],
    );
    assert!(
        queue.submit(&keyed("a", &[]), noon()).is_ok()
            && queue.submit(&keyed("b", &[]), noon()).is_ok()
    );
    let error = queue.submit(&keyed("c", &[]), noon()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 keyed requests are remembered, expected fewer before a new one"
    );
    assert!(
        queue.submit(&keyed("a", &[]), noon()).is_ok(),
        "those that are remembered are answered"
    );
    assert!(
        queue
            .submit(&keyed("c", &[]), noon() + TimeDelta::hours(24))
            .is_ok()
    );
}

#[test]
fn patches_need_a_server_that_is_there_and_can_be_changed() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    queue.open_account(alias("othr"));
    let cpu = Change {
        cpu: Some(2),
        ..Change::default()
    };
    let mut patch = |account: &str, change: &Change| {
        let server = id("wa1acctweb01");
        let patched = queue.patch(
            alias(account),
            server,
            &Description::default(),
            change.clone(),
            "user",
            noon(),
        );
        patched.map_err(|error| error.to_string())
    };
    assert_eq!(
        patch("othr", &cpu),
        Err("server wa1acctweb01 is unknown".to_owned())
    );
    let disk = WantedDisk {
        id: Some("0:7".parse().unwrap()),
        size_gb: 1,
        path: None,
    };
    let disks = Change {
        disks: Some(vec![disk]),
        ..Change::default()
    };
    let not_now = Err("server wa1acctweb01 is not in a state to be changed".to_owned());
    assert_eq!(patch("acct", &disks), not_now, "there is no such disk");
    assert!(patch("acct", &cpu).is_ok());
    assert_eq!(patch("acct", &cpu), not_now, "a job holds it");
}

#[test]
fn a_held_server_is_not_replaced() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    queue.ask("acct", Action::Reset, &["wa1acctweb01"]);
    let error = queue
        .put_server(server("wa1acctweb01", "acct"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "server wa1acctweb01 is held by job wa1-1"
    );
    queue.work_off(noon());
    assert!(queue.put_server(server("wa1acctweb01", "acct")).is_ok());
}

#[test]
fn a_report_of_any_length_is_kept_in_bounds() {
    let mut queue = queue_of("acct", &["wa1acctweb01"]);
    let job = queue.ask("acct", Action::Reset, &["wa1acctweb01"]).jobs()[0];
    let work = queue.claim(ME, lease(), noon()).unwrap();
    queue
        .finish(
            work.ticket,
            tagout_batch::Report::Failed("x".repeat(1_000_000).into()),
            noon(),
        )
        .unwrap();
    let (_, items) = queue.job(job).unwrap();
    assert_eq!(
        items.get(0).unwrap().reason().unwrap().to_string().len(),
        1_000
    );
}

#[test]
fn instants_at_the_ends_of_time_do_no_harm() {
    use chrono::{DateTime, Utc};
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let mut queue = queue_of("acct", &["wa1acctweb01"]);
        let (account, server) = (alias("acct"), id("wa1acctweb01"));
        queue.submit(&keyed("k", &["wa1acctweb01"]), now).unwrap();
        let work = queue.claim(ME, TimeDelta::MAX, now).unwrap();
        assert!(queue.heartbeat(work.ticket, TimeDelta::MIN, now).is_ok());
        queue.tick(now);
        let _ = queue.finish(
            work.ticket,
            tagout_batch::Report::Transient("later".into()),
            now,
        );
        let (start, end) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        queue
            .plan_maintenance(
                account,
                [server],
                start,
                end,
                tagout_batch::Terms::default(),
                "user",
                now,
            )
            .unwrap();
        queue.tick(DateTime::<Utc>::MAX_UTC);
        queue.tick(DateTime::<Utc>::MIN_UTC);
    }
}
