//! A request, read in full.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tagout_batch::{GroupId, JobId, JobStatus, ServerId, ServerUuid, Which};

use super::body::{Faults, Pairs, Reader, object, tree};
use super::{Call, Fault, Login, NewPlan, NewServerRequest, PatchRequest, Route, Submit};

/// What a request has beside its method and path.
///
/// The content type counts only where a form may come. The service's clients send others than they should: a JSON body
/// as a form, a form type without a body, `Application/json`.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What follows the question mark; empty without one.
    pub query: &'a str,
    /// The header `Content-Type`; empty without one.
    pub content_type: &'a str,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// How many different servers one request may name.
    pub servers_max: usize,
}

impl Default for Input<'_> {
    /// Nothing, and room for a thousand servers.
    fn default() -> Self {
        Self {
            query: "",
            content_type: "",
            idempotency_key: None,
            body: &[],
            servers_max: 1_000,
        }
    }
}

impl Input<'_> {
    /// Whether the body is a form: it says so, and does not look like JSON all the same.
    pub(super) fn is_form(&self) -> bool {
        let essence = self.content_type.split(';').next().unwrap_or_default();
        let says_so = essence
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let first = self.body.iter().find(|byte| !byte.is_ascii_whitespace());
        says_so && first != Some(&b'{')
    }
}

/// A request of any call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// [`Call::Login`].
    Login(Login),
    /// [`Call::Submit`].
    Submit(Box<Submit>),
    /// [`Call::Status`].
    Status {
        /// The job.
        job: JobId,
        /// How long to wait for the job to end before it is answered, one minute at most: `?wait=SECONDS`.
        wait: Duration,
    },
    /// [`Call::Jobs`].
    Jobs(JobsQuery),
    /// [`Call::Job`].
    Job {
        /// The job.
        job: JobId,
    },
    /// [`Call::Cancel`].
    Cancel {
        /// The job.
        job: JobId,
    },
    /// [`Call::Resume`].
    Resume {
        /// The job.
        job: JobId,
        /// Which of its servers: those that failed, or with `?which=notSucceeded` those that were skipped too.
        which: Which,
    },
    /// [`Call::Plans`].
    Plans(PageQuery),
    /// [`Call::NewPlan`].
    NewPlan(Box<NewPlan>),
    /// [`Call::Plan`].
    Plan {
        /// Its number in the account.
        number: u32,
    },
    /// [`Call::EndPlan`].
    EndPlan {
        /// Its number in the account.
        number: u32,
    },
    /// [`Call::Servers`].
    Servers(PageQuery),
    /// [`Call::Create`] and [`Call::Import`].
    Create(Box<NewServerRequest>),
    /// [`Call::Server`].
    Server(ServerRef),
    /// [`Call::Patch`].
    Patch {
        /// The server.
        server: ServerId,
        /// What is to be different.
        patch: Box<PatchRequest>,
    },
    /// [`Call::Delete`].
    Delete {
        /// The server.
        server: ServerId,
    },
    /// [`Call::Restore`].
    Restore {
        /// The server.
        server: ServerId,
        /// The group that it comes back into; its old one if none is named.
        group: Option<GroupId>,
    },
    /// [`Call::Revert`].
    Revert {
        /// The server.
        server: ServerId,
        /// The number of the snapshot.
        snapshot: u32,
    },
    /// [`Call::DeleteSnapshot`].
    DeleteSnapshot {
        /// The server.
        server: ServerId,
        /// The number of the snapshot.
        snapshot: u32,
    },
    /// [`Call::ArchiveGroup`].
    ArchiveGroup {
        /// The group.
        group: GroupId,
    },
    /// [`Call::RestoreGroup`].
    RestoreGroup(TargetGroup),
    /// [`Call::DeleteGroup`].
    DeleteGroup {
        /// The group.
        group: GroupId,
    },
}

/// A server by either of its names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerRef {
    /// The id.
    Id(ServerId),
    /// The name that its creation was answered with.
    Uuid(ServerUuid),
}

/// A group, and the one that its servers come back into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TargetGroup {
    /// The group.
    pub group: GroupId,
    /// Where its servers go; back into it if none is named.
    pub target: Option<GroupId>,
}

/// Which part of a list is asked for: `?after=…&limit=…`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageQuery {
    /// Where the list goes on, as the part before has told it in `next`.
    pub after: Option<Box<str>>,
    /// How many, 1 to 1,000; 100 unless said.
    pub limit: usize,
}

/// Which jobs are asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobsQuery {
    /// The part of the list.
    pub page: PageQuery,
    /// Only those that stand here.
    pub status: Option<JobStatus>,
    /// Only those with this server.
    pub server: Option<ServerId>,
    /// Only those asked for at this instant or later.
    pub since: Option<DateTime<Utc>>,
}

impl Request {
    /// Reads what the route leaves open.
    ///
    /// # Errors
    ///
    /// Returns 400 with every fault of the body and the query by its place, and 404 where a part of the path can be
    /// nothing that exists: without a body for a server, as the service did.
    pub fn parse(route: &Route<'_>, input: &Input<'_>) -> Result<Self, Fault> {
        let job = || route.second().parse().map_err(|_| Fault::not_found());
        let plan = || number(route.second()).ok_or_else(Fault::not_found);
        let server = || route.second().parse().map_err(|_| Fault::absent());
        let snapshot = || number(route.third()).ok_or_else(Fault::absent);
        let group = || route.second().parse().map_err(|_| Fault::not_found());
        Ok(match route.call() {
            Call::Login => Self::Login(Login::parse(input)?),
            Call::Submit => Self::Submit(Box::new(Submit::parse(route, input)?)),
            Call::Status => Self::Status {
                job: job()?,
                wait: wait(input)?,
            },
            Call::Jobs => Self::Jobs(JobsQuery::parse(input)?),
            Call::Job => Self::Job { job: job()? },
            Call::Cancel => Self::Cancel { job: job()? },
            Call::Resume => Self::Resume {
                job: job()?,
                which: which(input)?,
            },
            Call::Plans => Self::Plans(PageQuery::parse(input)?),
            Call::NewPlan => Self::NewPlan(Box::new(NewPlan::parse(input)?)),
            Call::Plan => Self::Plan { number: plan()? },
            Call::EndPlan => Self::EndPlan { number: plan()? },
            Call::Servers => Self::Servers(PageQuery::parse(input)?),
            Call::Create => {
                Self::Create(Box::new(NewServerRequest::parse(input, "sourceServerId")?))
            }
            Call::Import => Self::Create(Box::new(NewServerRequest::parse(input, "ovfId")?)),
            Call::Server => Self::Server(server_ref(route.second())?),
            Call::Patch => Self::Patch {
                server: server()?,
                patch: Box::new(PatchRequest::parse(input)?),
            },
            Call::Delete => Self::Delete { server: server()? },
            Call::Restore => Self::Restore {
                server: server()?,
                group: target(input)?,
            },
            Call::Revert => Self::Revert {
                server: server()?,
                snapshot: snapshot()?,
            },
            Call::DeleteSnapshot => Self::DeleteSnapshot {
                server: server()?,
                snapshot: snapshot()?,
            },
            Call::ArchiveGroup => Self::ArchiveGroup { group: group()? },
            Call::RestoreGroup => Self::RestoreGroup(TargetGroup {
                group: group()?,
                target: target(input)?,
            }),
            Call::DeleteGroup => Self::DeleteGroup { group: group()? },
        })
    }
}

/// A number of a path, without a sign or a zero in front.
fn number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// 32 hexadecimal digits are never an id of a server, with or without `?uuid=true`: an id is shorter.
fn server_ref(text: &str) -> Result<ServerRef, Fault> {
    if let Ok(uuid) = text.parse() {
        return Ok(ServerRef::Uuid(uuid));
    }
    text.parse().map(ServerRef::Id).map_err(|_| Fault::absent())
}

/// `{"targetGroupId":id}`; a body may be left out.
fn target(input: &Input<'_>) -> Result<Option<GroupId>, Fault> {
    if input.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let tree = tree(input.body)?;
    let mut faults = Faults::default();
    let mut reader = Reader {
        members: object(&tree)?,
        place: "body",
        faults: &mut faults,
    };
    let group = reader.parsed("targetGroupId");
    faults.or(Some(group))
}

fn wait(input: &Input<'_>) -> Result<Duration, Fault> {
    let query = Pairs::parse(input.query.as_bytes())?;
    let mut faults = Faults::default();
    let seconds = query.whole("wait", 0, 60, &mut faults).unwrap_or_default();
    faults.or(Some(Duration::from_secs(seconds.unsigned_abs())))
}

fn which(input: &Input<'_>) -> Result<Which, Fault> {
    let query = Pairs::parse(input.query.as_bytes())?;
    let mut faults = Faults::default();
    let which = match query.one("which", &mut faults) {
        None | Some("failed") => Which::Failed,
        Some("notSucceeded") => Which::NotSucceeded,
        Some(other) => {
            let shown = tagout_batch::Loose::from(other);
            let expected = "expected `failed` or `notSucceeded`";
            faults.add("which", format_args!("it is {shown}, {expected}"));
            Which::Failed
        }
    };
    faults.or(Some(which))
}

impl PageQuery {
    /// The most things of one page.
    pub const LIMIT_MAX: usize = 1_000;

    fn parse(input: &Input<'_>) -> Result<Self, Fault> {
        let query = Pairs::parse(input.query.as_bytes())?;
        let mut faults = Faults::default();
        let page = Self::read(&query, &mut faults);
        faults.or(Some(page))
    }

    fn read(query: &Pairs<'_>, faults: &mut Faults) -> Self {
        let limit = query.whole("limit", 1, Self::LIMIT_MAX as i64, faults);
        Self {
            after: query.one("after", faults).map(Into::into),
            limit: limit.map_or(100, |limit| limit as usize),
        }
    }
}

impl JobsQuery {
    fn parse(input: &Input<'_>) -> Result<Self, Fault> {
        let query = Pairs::parse(input.query.as_bytes())?;
        let mut faults = Faults::default();
        let status = query.one("status", &mut faults).and_then(|word| {
            let known = JobStatus::ALL
                .into_iter()
                .find(|status| status.word().eq_ignore_ascii_case(word));
            if known.is_none() {
                let shown = tagout_batch::Loose::from(word);
                let words = JobStatus::ALL.map(JobStatus::word).join(", ");
                faults.add(
                    "status",
                    format_args!("it is {shown}, expected one of {words}"),
                );
            }
            known
        });
        let query = Self {
            page: PageQuery::read(&query, &mut faults),
            status,
            server: query.parsed("server", &mut faults),
            since: query.instant("since", &mut faults),
        };
        faults.or(Some(query))
    }
}
