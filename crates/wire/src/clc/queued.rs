//! Answers to what was queued, or not.

use serde::Serialize;
use tagout_batch::{Alias, Answer, Cell, Entry, GroupId, JobId, ServerUuid, TargetId, Verdict};

use super::Reply;
use super::link::Link;

/// What became of one server. Keys stand in the order of the recorded answers; what does not apply is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    is_queued: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'static str>,
}

fn entity(account: Alias, entry: &Entry) -> Entity<'_> {
    let status = entry.verdict.job().map(|job| Link::status(account, job));
    Entity {
        server: Some(entry.server.as_str()),
        is_queued: entry.verdict.is_queued(),
        links: status.into_iter().collect(),
        error_message: entry.verdict.message(),
    }
}

/// The answer to a batch: 200, however few of its servers are queued.
///
/// `account` is that of the path. All servers of one data centre share one link.
pub fn batch_reply(account: Alias, answer: &Answer) -> Reply {
    let entities: Vec<_> = answer
        .entries()
        .iter()
        .map(|entry| entity(account, entry))
        .collect();
    Reply::json(200, &entities)
}

/// The answer to a batch that was only tried out: whether each server would be queued.
///
/// An object and not a list, so that nobody takes it for the answer to the real one.
pub fn dry_run_reply(cells: &[(TargetId, Cell)]) -> Reply {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        dry_run: bool,
        servers: Vec<Entity<'a>>,
    }
    let entity = |(server, cell): &'_ (TargetId, Cell)| match cell {
        Cell::Queue(_) => (server.clone(), true, None),
        Cell::NoOp => (server.clone(), false, None),
        Cell::Refuse => (server.clone(), false, Verdict::Refused.message()),
    };
    let told: Vec<_> = cells.iter().map(entity).collect();
    let servers = told
        .iter()
        .map(|(server, is_queued, error_message)| Entity {
            server: Some(server.as_str()),
            is_queued: *is_queued,
            links: Vec::new(),
            error_message: *error_message,
        });
    let body = Body {
        dry_run: true,
        servers: servers.collect(),
    };
    Reply::json(200, &body)
}

/// The answer to the deletion of a server: 202.
pub fn entity_reply(account: Alias, entry: &Entry) -> Reply {
    Reply::json(202, &entity(account, entry))
}

/// A bare link to the status of a job: 200 for what is done to a snapshot, 202 for all else.
///
/// # Example
///
/// ```
/// use tagout_wire::clc::link_reply;
///
/// let reply = link_reply(202, "altd".parse()?, "ca1-28380".parse()?);
/// assert_eq!(reply.body, br#"{"rel":"status","href":"/v2/operations/altd/status/ca1-28380","id":"ca1-28380"}"#);
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
pub fn link_reply(status: u16, account: Alias, job: JobId) -> Reply {
    Reply::json(status, &Link::status(account, job))
}

/// The answer to the building of a server: 202, with the name as it was asked for, and a link by which the server is
/// found before its id is known.
///
/// `alias_as_written` is the alias as it stands in the path: this one link repeats its letter case.
pub fn created_reply(
    account: Alias,
    alias_as_written: &str,
    name: &str,
    uuid: ServerUuid,
    entry: &Entry,
) -> Reply {
    let href = format!("/v2/servers/{alias_as_written}/{uuid}?uuid=True");
    let own = Link::new("self", href)
        .with_id(uuid.to_string())
        .with_verbs(&["GET"]);
    let mut entity = entity(account, entry);
    entity.server = Some(name);
    entity.links.push(own);
    Reply::json(202, &entity)
}

/// The answer to bringing a group back: its servers are queued under these jobs, one for each data centre.
pub fn group_restored_reply(
    account: Alias,
    alias_as_written: &str,
    group: GroupId,
    answer: &Answer,
) -> Reply {
    let href =
        format!("/v2/groups/{account}/{group}?AccountAlias={alias_as_written}&identifier={group}");
    let jobs = answer.jobs().iter();
    let links: Vec<_> = std::iter::once(Link::new("self", href))
        .chain(jobs.map(|job| Link::status(account, *job)))
        .collect();
    let is_queued = !answer.jobs().is_empty();
    let entity = Entity {
        server: None,
        is_queued,
        links,
        error_message: (!is_queued).then_some(Verdict::REFUSED_TEXT),
    };
    Reply::json(202, &entity)
}
