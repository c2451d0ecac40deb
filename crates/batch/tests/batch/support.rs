//! What every theme needs: a clock, a fleet, and someone who does the work.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use tagout_batch::{
    Action, Alias, Answer, ChangeInfo, Command, Owner, Queue, Report, Server, ServerId, Settings,
    Submission, Work,
};

pub(crate) const ME: Owner = Owner { node: 1, epoch: 1 };

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

pub(crate) fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

pub(crate) fn lease() -> TimeDelta {
    seconds(30)
}

pub(crate) fn alias(text: &str) -> Alias {
    text.parse().unwrap()
}

pub(crate) fn id(text: &str) -> ServerId {
    text.parse().unwrap()
}

/// A started server that belongs to the account that its id names.
pub(crate) fn server(text: &str, account: &str) -> Server {
    let account = alias(account);
    Server::new(
        ServerId::of_account(text, &account).unwrap(),
        account,
        ChangeInfo::created("maker".into(), noon()),
    )
}

/// A queue with one account and these started servers.
pub(crate) fn queue_of(account: &str, servers: &[&str]) -> Queue {
    queue_with(Settings::default(), account, servers)
}

pub(crate) fn queue_with(settings: Settings, account: &str, servers: &[&str]) -> Queue {
    let mut queue = Queue::new(settings);
    queue.open_account(alias(account));
    for id in servers {
        queue.put_server(server(id, account)).unwrap();
    }
    queue
}

pub(crate) fn submission(account: &str, action: Action, servers: &[&str]) -> Submission {
    Submission::new(
        alias(account),
        "user.one",
        Command::new(action, servers.iter().map(|id| (*id).into())),
    )
}

pub(crate) trait Quickly {
    /// Submits at noon what cannot be turned away.
    fn ask(&mut self, account: &str, action: Action, servers: &[&str]) -> Answer;
    /// Does all work there is at `now`, well.
    fn work_off(&mut self, now: DateTime<Utc>) -> Vec<Work>;
}

impl Quickly for Queue {
    fn ask(&mut self, account: &str, action: Action, servers: &[&str]) -> Answer {
        self.submit(&submission(account, action, servers), noon())
            .unwrap()
    }

    fn work_off(&mut self, now: DateTime<Utc>) -> Vec<Work> {
        let mut done = Vec::new();
        while let Some(work) = self.claim(ME, lease(), now) {
            self.finish(work.ticket, Report::Succeeded, now).unwrap();
            done.push(work);
        }
        done
    }
}
