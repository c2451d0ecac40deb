//! What becomes of a request: for each server an answer, and a job for each data centre.

use std::array;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::legality::{legality, row};
use crate::{
    Account, Action, Alias, Cell, Command, DataCenter, Item, Job, JobId, Numbers, Server, ServerId,
    ServerStatus, Settings, Target, TargetId, Terms, UserName,
};

/// A command with who gives it and on which terms.
///
/// # Example
///
/// ```
/// use tagout_batch::{Action, Command, Submission, Terms};
///
/// let command = Command::new(Action::StartMaintenance, ["WA1ACCTWEB01".into()]);
/// let submission = Submission::new("acct".parse()?, "ops", command)
///     .on_terms(Terms { max_concurrency: "25%".parse()?, ..Terms::default() })
///     .with_key("night-of-march-1".try_into()?);
/// assert_eq!(submission.account().as_str(), "acct");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    pub(crate) account: Alias,
    pub(crate) by: UserName,
    pub(crate) command: Command,
    pub(crate) terms: Terms,
    pub(crate) key: Option<Key>,
    pub(crate) retry_of: Option<JobId>,
}

impl Submission {
    /// A command given by `by` for `account`, on the default terms.
    pub fn new(account: Alias, by: impl Into<UserName>, command: Command) -> Self {
        Self {
            account,
            by: by.into(),
            command,
            terms: Terms::default(),
            key: None,
            retry_of: None,
        }
    }

    /// The same on these terms.
    pub fn on_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// The same with a key under which it may be sent again without being done again.
    pub fn with_key(self, key: Key) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    /// The account.
    pub fn account(&self) -> Alias {
        self.account
    }

    /// The command.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// The key.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }
}

/// A text by which a request is known when it comes again: 1 to 255 bytes.
///
/// It stands for one operation of one account.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "Box<str>", into = "Box<str>")]
pub struct Key(Box<str>);

impl Key {
    /// The longest key, in bytes.
    pub const LEN_MAX: usize = 255;

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Box<str>> for Key {
    type Error = InvalidKey;

    fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
        let fits = (1..=Self::LEN_MAX).contains(&text.len());
        if fits {
            Ok(Self(text))
        } else {
            Err(InvalidKey { bytes: text.len() })
        }
    }
}

impl TryFrom<&str> for Key {
    type Error = InvalidKey;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Box::<str>::from(text).try_into()
    }
}

impl From<Key> for Box<str> {
    fn from(key: Key) -> Self {
        key.0
    }
}

/// Says that a text cannot be a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key of {bytes} bytes, expected 1 to {max}", max = Key::LEN_MAX)]
pub struct InvalidKey {
    bytes: usize,
}

/// The answer to a request: one entry for each different server, in order of first appearance.
///
/// # Example
///
/// ```
/// use tagout_batch::{Answer, Entry, Verdict};
///
/// let entry = |server: &str, verdict| Entry { server: server.into(), verdict };
/// let queued = Verdict::Queued { job: "wa1-12345".parse()? };
/// let answer = Answer::from(vec![entry("wa1aliaswb01", queued), entry("wa1aliaswb02", Verdict::Refused)]);
/// assert_eq!(answer.jobs(), ["wa1-12345".parse()?]);
/// assert!(answer.entries()[1].verdict.message().unwrap().contains("cannot be queued"));
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct Answer {
    entries: Vec<Entry>,
    jobs: Vec<JobId>,
}

impl Answer {
    /// The entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The jobs that were made, one for each data centre with a queued server.
    pub fn jobs(&self) -> &[JobId] {
        &self.jobs
    }
}

impl From<Vec<Entry>> for Answer {
    fn from(entries: Vec<Entry>) -> Self {
        let mut jobs = Vec::new();
        for entry in &entries {
            if let Verdict::Queued { job } = entry.verdict
                && jobs.last() != Some(&job)
                && !jobs.contains(&job)
            {
                jobs.push(job);
            }
        }
        Self { entries, jobs }
    }
}

impl From<Answer> for Vec<Entry> {
    fn from(answer: Answer) -> Self {
        answer.entries
    }
}

/// The answer for one server.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The server as it was named, in lower case.
    pub server: TargetId,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What becomes of one server of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Verdict {
    /// It is queued.
    Queued {
        /// The job that has it.
        job: JobId,
    },
    /// Nothing is queued, as it is already what was asked for.
    NoOp,
    /// It is unknown, not the account's, held by another job, or in a state that does not allow the operation.
    /// Which of them is not told, so that nobody learns which servers others have.
    Refused,
}

impl Verdict {
    /// The text for a refused server, as the service documents it.
    pub const REFUSED_TEXT: &'static str = "The operation cannot be queued because the server cannot be found or it is not in a valid state.";

    /// The text for a server that is already what was asked for, as the service once sent it; later it sent none.
    pub const OLD_NO_OP_TEXT: &'static str = "The server already in desired state.";

    /// Whether the server is queued.
    pub fn is_queued(self) -> bool {
        matches!(self, Self::Queued { .. })
    }

    /// The job that has it.
    pub fn job(self) -> Option<JobId> {
        match self {
            Self::Queued { job } => Some(job),
            Self::NoOp | Self::Refused => None,
        }
    }

    /// The text that comes with it: one for a refusal, none for a no-op.
    pub fn message(self) -> Option<&'static str> {
        (self == Self::Refused).then_some(Self::REFUSED_TEXT)
    }
}

/// Where the servers of a request are looked up.
pub trait Inventory {
    /// The server with this id.
    fn server_mut(&mut self, id: &ServerId) -> Option<&mut Server>;
}

impl<S: BuildHasher> Inventory for HashMap<ServerId, Server, S> {
    fn server_mut(&mut self, id: &ServerId) -> Option<&mut Server> {
        self.get_mut(id)
    }
}

impl Inventory for BTreeMap<ServerId, Server> {
    fn server_mut(&mut self, id: &ServerId) -> Option<&mut Server> {
        self.get_mut(id)
    }
}

/// What an admitted request has made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Admission {
    /// The answer.
    pub answer: Answer,
    /// The new jobs, each with its items in order.
    pub jobs: Vec<(Job, Vec<Item>)>,
}

/// Says why a whole request was turned away; nothing has changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AdmitError {
    /// The request names too many servers.
    #[error("{named} servers are named, expected at most {max}")]
    TooManyServers {
        /// How many different servers there are.
        named: usize,
        /// How many there may be.
        max: usize,
    },
    /// The account has too much in the queue.
    #[error("{asked} servers to queue and {queued} queued, expected at most {max} for the account")]
    AccountFull {
        /// How many servers would have been queued.
        asked: u32,
        /// How many items of the account wait or run.
        queued: u32,
        /// How many may.
        max: u32,
    },
    /// All accounts together have too much in the queue.
    #[error("{asked} servers to queue, expected at most {room} at present")]
    QueueFull {
        /// How many servers would have been queued.
        asked: u32,
        /// How many can be.
        room: u64,
    },
}

/// What the table says about one server of a command, for an account: its action, and whether it is queued.
///
/// An unknown server and one of another account are refused alike.
pub fn examine(
    action: &Action,
    target: &Target,
    server: Option<&Server>,
    account: &Account,
    now: DateTime<Utc>,
) -> Cell {
    match server.filter(|server| account.may_see(server.account())) {
        // Most actions are the same for every server and need no copy.
        Some(server) if matches!(action, Action::SetMaintenance) => {
            legality(&action.for_server(target.maintenance), server, now)
        }
        Some(server) => legality(action, server, now),
        None => Cell::Refuse,
    }
}

/// Admits a request: examines every server, and in the same move claims those that are queued.
///
/// `room` is how many items the whole queue can still take. The documents to commit together are the account, the
/// numbers, the new jobs and items, and every server whose claim is one of theirs; if one of them has changed
/// meanwhile, nothing may be committed, and the request is admitted anew. So of two requests for one server exactly
/// one gets it.
///
/// # Errors
///
/// Returns [`AdmitError`], with nothing changed, if too many servers are named, or those that would be queued do not
/// fit into the queue.
pub fn admit(
    submission: &Submission,
    account: &mut Account,
    room: u64,
    inventory: &mut impl Inventory,
    numbers: &mut Numbers,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Admission, AdmitError> {
    let mut shelf = Plain(inventory);
    let (answer, jobs) = admit_from(
        submission, account, room, &mut shelf, numbers, settings, now,
    )?;
    Ok(Admission { answer, jobs })
}

/// Where servers are looked up, and how the items that hold them are kept.
pub(crate) trait Shelf {
    /// An item with what is noted beside it.
    type Kept;

    /// Where the server with this id stands on the shelf, if it does.
    fn place(&self, id: &ServerId) -> Option<u32>;

    /// The server with this id, in the place that was found for it.
    fn server(&mut self, id: &ServerId, place: u32) -> Option<&mut Server>;

    /// An item of a server in this place.
    fn keep(item: Item, place: u32) -> Self::Kept;
}

/// A shelf without places.
struct Plain<'a, I>(&'a mut I);

impl<I: Inventory> Shelf for Plain<'_, I> {
    type Kept = Item;

    fn place(&self, _: &ServerId) -> Option<u32> {
        Some(0)
    }

    fn server(&mut self, id: &ServerId, _: u32) -> Option<&mut Server> {
        self.0.server_mut(id)
    }

    fn keep(item: Item, _: u32) -> Item {
        item
    }
}

/// How many servers are looked up before the first of them is examined: the look-ups do not wait for each other.
const TOGETHER: usize = 16;

/// The new jobs of a request, each with its items as they are kept.
pub(crate) type NewJobs<T> = Vec<(Job, Vec<T>)>;

/// As [`admit`], for whatever shelf.
pub(crate) fn admit_from<S: Shelf>(
    submission: &Submission,
    account: &mut Account,
    room: u64,
    shelf: &mut S,
    numbers: &mut Numbers,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<(Answer, NewJobs<S::Kept>), AdmitError> {
    let Submission {
        by, command, terms, ..
    } = submission;
    let (action, targets) = (command.action(), command.targets());
    check_room(command, account, room, shelf, settings, now)?;

    let mut entries = Vec::with_capacity(targets.len());
    let mut drafts: Vec<(DataCenter, JobId, Vec<S::Kept>)> = Vec::new();
    for targets in targets.chunks(TOGETHER) {
        let places: [_; TOGETHER] =
            array::from_fn(|at| shelf.place(known(&targets.get(at)?.server)?));
        for (target, place) in targets.iter().zip(places) {
            let id = known(&target.server);
            let mut found = id
                .zip(place)
                .and_then(|(id, place)| Some((id, place, shelf.server(id, place)?)));
            let server = found.as_ref().map(|(_, _, server)| &**server);
            let cell = examine(action, target, server, account, now);
            let verdict = match (cell, &mut found) {
                (Cell::Queue(_), Some((id, place, server))) => {
                    let dc = id.data_center();
                    let at = drafts.iter().position(|(of, _, _)| *of == dc);
                    let at = at.or_else(|| {
                        drafts.push((
                            dc,
                            numbers.next(dc)?,
                            Vec::with_capacity(targets.len() - entries.len()),
                        ));
                        Some(drafts.len() - 1)
                    });
                    // Without a number left in the data centre there is no job.
                    at.map_or(Verdict::Refused, |at| {
                        let (_, job, items) = &mut drafts[at];
                        server.hold(*job, items.len() as u32, waiting_as(action));
                        items.push(S::keep(Item::new(**id, target.maintenance), *place));
                        Verdict::Queued { job: *job }
                    })
                }
                (Cell::NoOp, _) => Verdict::NoOp,
                (Cell::Queue(_) | Cell::Refuse, _) => Verdict::Refused,
            };
            entries.push(Entry {
                server: target.server.clone(),
                verdict,
            });
        }
    }

    let mut jobs = Vec::with_capacity(drafts.len());
    for (_, id, items) in drafts {
        let n = items.len() as u32;
        account.last_place += 1;
        account.n_queued += n;
        let mut job = Job::new(
            id,
            account.alias(),
            account.last_place,
            action.clone(),
            by.clone(),
            terms,
            n,
            now,
        );
        if let Some(old) = submission.retry_of {
            job.more_mut().retry_of = Some(old);
        }
        jobs.push((job, items));
    }
    let ids = jobs.iter().map(|(job, _)| job.id).collect();
    Ok((Answer { entries, jobs: ids }, jobs))
}

/// The status that servers show while they wait for `action`.
fn waiting_as(action: &Action) -> Option<ServerStatus> {
    row(action.operation())?.waiting_as
}

/// Fails if the servers that would be queued are too many; counts them only if there could be.
fn check_room(
    command: &Command,
    account: &Account,
    room: u64,
    shelf: &mut impl Shelf,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<(), AdmitError> {
    let max = settings.queued_per_account_max;
    let fits = |asked: usize| asked as u64 + u64::from(account.n_queued) <= u64::from(max);
    let named = command.targets().len();
    if named > settings.servers_max {
        return Err(AdmitError::TooManyServers {
            named,
            max: settings.servers_max,
        });
    }
    if fits(named) && named as u64 <= room {
        return Ok(());
    }
    let queued = |target: &&Target| {
        let found = known(&target.server).and_then(|id| shelf.server(id, shelf.place(id)?));
        let server = found.as_deref();
        examine(command.action(), target, server, account, now)
            .effect()
            .is_some()
    };
    let n = command.targets().iter().filter(queued).count();
    let asked = u32::try_from(n).unwrap_or(u32::MAX);
    if !fits(n) {
        Err(AdmitError::AccountFull {
            asked,
            queued: account.n_queued,
            max,
        })
    } else if n as u64 > room {
        Err(AdmitError::QueueFull { asked, room })
    } else {
        Ok(())
    }
}

fn known(target: &TargetId) -> Option<&ServerId> {
    match target {
        TargetId::Id(id) => Some(id),
        TargetId::Unreadable(_) => None,
    }
}
