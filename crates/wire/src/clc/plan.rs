//! Maintenance that begins and ends by itself. The service had none of it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tagout_batch::{Alias, JobId, Plan, PlanEnd, PlanId, ServerId, Stage, Terms};

use super::batch::terms;
use super::body::{Faults, Pairs, Reader, loose, object, tree};
use super::job::date;
use super::{Fault, Input, Reply};
use crate::aws::Tree;

/// Maintenance that is to be planned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewPlan {
    /// The servers.
    pub servers: Vec<ServerId>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// How its jobs are worked off.
    pub terms: Terms,
}

impl NewPlan {
    /// Reads `{"servers":[id],"startsAt":instant,"endsAt":instant}`, and terms from the query.
    pub(super) fn parse(input: &Input<'_>) -> Result<Self, Fault> {
        let query = Pairs::parse(input.query.as_bytes())?;
        let mut faults = Faults::default();
        let terms = terms(&query, &mut faults);
        let tree = tree(input.body)?;
        let mut reader = Reader {
            members: object(&tree)?,
            place: "body",
            faults: &mut faults,
        };
        let mut instant = |name| {
            let value = reader.instant(name);
            if value.is_none() && reader.value(name).is_none() {
                reader.fault(
                    name,
                    format_args!("it is missing, expected {}", super::body::INSTANT),
                );
            }
            value
        };
        let (starts_at, ends_at) = (instant("startsAt"), instant("endsAt"));
        let listed = reader.list("servers");
        let servers = listed.map(|list| ids(list, &mut reader));
        if reader.value("servers").is_none() {
            reader.fault("servers", "it is missing, expected a list");
        }
        let plan = || {
            Some(Self {
                servers: servers?,
                starts_at: starts_at?,
                ends_at: ends_at?,
                terms,
            })
        };
        let plan = plan();
        faults.or(plan)
    }
}

fn ids(list: &[Tree<'_>], reader: &mut Reader<'_, '_, '_>) -> Vec<ServerId> {
    let mut ids = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let place = format!("servers[{index}]");
        match value {
            Tree::Text(text) => match text.parse() {
                Ok(id) => ids.push(id),
                Err(error) => reader.fault(&place, error),
            },
            other => {
                let found = loose(Some(other));
                reader.fault(&place, format_args!("it is {found}, expected a text"));
            }
        }
    }
    ids
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: String,
    starts_at: String,
    ends_at: String,
    is_over: bool,
    servers: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    server: ServerId,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
}

fn shown(plan: &Plan) -> Shown {
    let part = |(server, stage): &(ServerId, Stage)| {
        let (stage, job) = match *stage {
            Stage::Waiting => ("waiting", None),
            Stage::Starting { job } => ("starting", Some(job)),
            Stage::On { .. } => ("on", None),
            Stage::Ending { job, .. } => ("ending", Some(job)),
            Stage::Over { end } => (word(end), None),
        };
        Part {
            server: *server,
            stage,
            job,
        }
    };
    Shown {
        id: plan.id().number.to_string(),
        starts_at: date(plan.starts_at()),
        ends_at: date(plan.ends_at()),
        is_over: plan.is_over(),
        servers: plan.servers().iter().map(part).collect(),
    }
}

const fn word(end: PlanEnd) -> &'static str {
    match end {
        PlanEnd::Done => "done",
        PlanEnd::WasOn => "wasOn",
        PlanEnd::NotStarted => "notStarted",
        PlanEnd::NotEnded => "notEnded",
        PlanEnd::Gone => "gone",
    }
}

/// A plan, with its servers one by one.
///
/// The stage of a server is `waiting`, `starting`, `on` or `ending`, or how the plan ended for it: `done`, `wasOn`
/// (maintenance of someone else's, left alone), `notStarted`, `notEnded` (it is still in maintenance) or `gone`.
pub fn plan_reply(plan: &Plan) -> Reply {
    Reply::json(200, &shown(plan))
}

/// Some plans of an account, and where the list goes on.
pub fn plans_reply<'a>(plans: impl IntoIterator<Item = &'a Plan>, next: Option<&str>) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        plans: Vec<Shown>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<&'a str>,
    }
    let plans = plans.into_iter().map(shown).collect();
    Reply::json(200, &Body { plans, next })
}

/// The answer to maintenance that was planned: 201, and where the plan is.
pub fn planned_reply(account: Alias, plan: PlanId) -> Reply {
    #[derive(Serialize)]
    struct Body {
        id: String,
        links: [super::link::Link; 1],
    }
    let href = format!("/v2/operations/{account}/plans/{}", plan.number);
    let body = Body {
        id: plan.number.to_string(),
        links: [super::link::Link::new("self", &href).with_verbs(&["GET", "DELETE"])],
    };
    Reply::json(201, &body).at(href)
}
