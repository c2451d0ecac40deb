//! Planes over one store under a clock that jumps to what happens next.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_backup::{Backup, BackupStatus};
use tagout_control::{
    Account, Control, ControlError, Done, DriverError, Event, Ids, Settings, SimulatedDriver,
    Ticket, Work,
};
use tagout_lifecycle::{Engine, NewServer, Server, ServerName, Status};
use tagout_store::{MemoryStore, Position, Store};

/// What becomes of a piece of work: how long after its start each answer comes, and what it says.
pub(crate) type Answer = (Vec<TimeDelta>, Result<Done, DriverError>);

pub(crate) struct Night<S> {
    pub(crate) planes: Vec<Control<S, SimulatedDriver>>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) script: Box<dyn Fn(&Work) -> Answer>,
    pub(crate) begun: Vec<Work>,
    /// Reports that were refused because their ticket was not current.
    pub(crate) n_stale: usize,
    agenda: BTreeMap<(DateTime<Utc>, usize), News>,
    n_news: usize,
}

enum News {
    Answer(usize, Ticket, Result<Done, DriverError>),
    Heartbeat(usize, Ticket),
}

pub(crate) type Memory = Arc<MemoryStore>;

/// How often leases are renewed.
const BEAT: TimeDelta = TimeDelta::seconds(30);

/// A Monday.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

pub(crate) fn account() -> Account {
    "123456789012".parse().unwrap()
}

pub(crate) fn name(text: &str) -> ServerName {
    text.parse().unwrap()
}

/// A Chef server that is backed up at three every night and maintained on Tuesday at four.
pub(crate) fn new_server(text: &str) -> NewServer {
    NewServer {
        backup_window: Some("03:00".parse().unwrap()),
        maintenance_window: Some("Tue:04:00".parse().unwrap()),
        ..NewServer::new(
            name(text),
            Engine::ChefAutomate,
            "m5.large".parse().unwrap(),
            "arn:aws:iam::123456789012:instance-profile/p"
                .parse()
                .unwrap(),
            "arn:aws:iam::123456789012:role/r".parse().unwrap(),
        )
    }
}

pub(crate) fn plane<S: Store>(store: S, seed: u64) -> Control<S, SimulatedDriver> {
    let mut settings = Settings::default();
    settings.lease = BEAT * 3;
    Control::new(store, SimulatedDriver::new(1), settings, Ids::seeded(seed))
}

/// Everything succeeds within five minutes.
pub(crate) fn all_well(_: &Work) -> Answer {
    (vec![TimeDelta::minutes(5)], Ok(Done::default()))
}

pub(crate) fn fails(reason: &str) -> Answer {
    let reason = reason.to_owned();
    let error = DriverError::Permanent { reason };
    (vec![TimeDelta::minutes(5)], Err(error))
}

pub(crate) fn night() -> Night<Memory> {
    Night::new(vec![plane(Arc::new(MemoryStore::new()), 1)])
}

impl<S: Store + 'static> Night<S> {
    pub(crate) fn new(planes: Vec<Control<S, SimulatedDriver>>) -> Self {
        Self {
            planes,
            now: noon(),
            script: Box::new(all_well),
            begun: Vec::new(),
            n_stale: 0,
            agenda: BTreeMap::new(),
            n_news: 0,
        }
    }

    pub(crate) fn scripted(mut self, script: impl Fn(&Work) -> Answer + 'static) -> Self {
        self.script = Box::new(script);
        self
    }

    pub(crate) fn plane(&self) -> &Control<S, SimulatedDriver> {
        &self.planes[0]
    }

    /// A server that has been built, in five minutes.
    pub(crate) async fn built(&mut self, text: &str) -> Server {
        let created = self
            .plane()
            .create_server(&account(), new_server(text), None, self.now)
            .await
            .unwrap();
        assert_eq!(created.server.status(), Status::Creating);
        self.pass(TimeDelta::minutes(5)).await;
        self.server(text).await
    }

    pub(crate) async fn server(&self, text: &str) -> Server {
        let found = self
            .plane()
            .describe_servers(&account(), Some(&name(text)), self.now)
            .await;
        found.unwrap().pop().unwrap()
    }

    pub(crate) async fn status(&self, text: &str) -> Status {
        self.server(text).await.status()
    }

    /// The backups of the account, newest first.
    pub(crate) async fn backups(&self) -> Vec<Backup> {
        let found = self
            .plane()
            .describe_backups(&account(), None, None, self.now)
            .await;
        found.unwrap()
    }

    pub(crate) async fn backup_statuses(&self) -> Vec<BackupStatus> {
        self.backups().await.iter().map(Backup::status).collect()
    }

    /// What the owner of a server was told, oldest first.
    pub(crate) async fn told(&self, text: &str) -> Vec<String> {
        let max = tagout_lifecycle::MaxResults::new(1_000).unwrap();
        let events = self
            .plane()
            .describe_events(&account(), &name(text), None, max, self.now)
            .await
            .unwrap();
        let told = events.items.into_iter().rev();
        told.map(|event| event.message.into_owned()).collect()
    }

    /// What those who listen have heard.
    pub(crate) async fn heard(&self) -> Vec<Event> {
        let store = self.plane().store();
        let found = store.events(Position::START, 1_000).await.unwrap();
        found
            .events
            .iter()
            .map(|event| event.read().unwrap())
            .collect()
    }

    pub(crate) async fn pass(&mut self, time: TimeDelta) {
        self.until(self.now + time).await;
    }

    /// Lets everything happen that happens up to `end`, inclusive.
    pub(crate) async fn until(&mut self, end: DateTime<Utc>) {
        loop {
            let mut is_busy = self.hear().await;
            let mut next_due = None;
            for number in 0..self.planes.len() {
                match self.planes[number].step(self.now, 100).await {
                    Ok(step) => {
                        is_busy |= step.n_advanced > 0 || !step.begun.is_empty();
                        next_due = next_due.into_iter().chain(step.next_due).min();
                        for work in step.begun {
                            self.begin(number, work);
                        }
                    }
                    Err(_) => next_due = Some(self.now), // asked again in a second
                }
            }
            if is_busy {
                continue;
            }
            let soon = self.now + TimeDelta::seconds(1);
            let next_news = self.agenda.keys().next().map(|key| key.0);
            let next = next_due.map(|due: DateTime<Utc>| due.max(soon));
            match next.into_iter().chain(next_news).min() {
                Some(next) if next <= end => self.now = self.now.max(next),
                _ => break,
            }
        }
        self.now = end;
    }

    /// Loses a plane with all that it had begun.
    pub(crate) fn lose(&mut self, number: usize, follower: Control<S, SimulatedDriver>) {
        self.planes[number] = follower;
        self.agenda.retain(|_, news| match news {
            News::Answer(plane, ..) | News::Heartbeat(plane, _) => *plane != number,
        });
    }

    /// A plane stalls: what it has begun is answered, and its leases run out.
    pub(crate) fn stall(&mut self, number: usize) {
        self.agenda
            .retain(|_, news| !matches!(news, News::Heartbeat(plane, _) if *plane == number));
    }

    fn begin(&mut self, plane: usize, work: Work) {
        let (afters, result) = (self.script)(&work);
        for after in afters {
            let at = self.now + after;
            let result = if at < work.deadline {
                result.clone()
            } else {
                Err(DriverError::TimedOut)
            };
            let news = News::Answer(plane, work.ticket.clone(), result);
            self.note(at, news);
        }
        let beat = News::Heartbeat(plane, work.ticket.clone());
        self.note(self.now + BEAT, beat);
        self.begun.push(work);
    }

    fn note(&mut self, at: DateTime<Utc>, news: News) {
        self.n_news += 1;
        self.agenda.insert((at, self.n_news), news);
    }

    async fn hear(&mut self) -> bool {
        let mut heard = false;
        while let Some(entry) = self.agenda.first_entry()
            && entry.key().0 <= self.now
        {
            heard = true;
            let again = self.now + TimeDelta::seconds(1);
            match entry.remove() {
                News::Answer(plane, ticket, result) => {
                    let control = &self.planes[plane];
                    match control.report(&ticket, result.clone(), self.now).await {
                        Ok(()) => {}
                        Err(ControlError::StaleTicket { .. }) => self.n_stale += 1,
                        Err(_) => self.note(again, News::Answer(plane, ticket, result)),
                    }
                }
                News::Heartbeat(plane, ticket) => {
                    let beat = self.planes[plane].heartbeat(&ticket, self.now).await;
                    if !matches!(beat, Err(ControlError::StaleTicket { .. })) {
                        let at = self.now + BEAT;
                        self.note(at, News::Heartbeat(plane, ticket));
                    }
                }
            }
        }
        heard
    }
}
