//! Requests for one operation on many servers.

use std::borrow::Cow;

use tagout_batch::{Command, Draft, DraftTarget, InvalidCommand, Key, Loose, Operation, Terms};

use super::body::{Faults, Pairs, loose, member, object, tree, wrong};
use super::{Fault, Input, Route};
use crate::aws::Tree;

/// One operation on many servers, as it was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Submit {
    /// The operation and the servers.
    pub command: Command,
    /// How it is worked off; one server after the other unless the query says otherwise.
    pub terms: Terms,
    /// The key under which it may be sent again: the header `Idempotency-Key`.
    pub key: Option<Key>,
    /// Whether only to tell what would become of each server.
    pub dry_run: bool,
}

/// The parameters of a query that set the terms of a batch or a plan, and what each says. They are ours.
pub const TERMS: [(&str, &str); 4] = [
    (
        "maxConcurrency",
        "how many servers at a time: a number from 1, or 1% to 100%",
    ),
    (
        "maxErrors",
        "how many may fail before nothing new is started: a number from 0, or 0% to 100%",
    ),
    (
        "priority",
        "what goes first among the jobs of the account: 1 to 5, 3 unless said",
    ),
    (
        "startBy",
        "from this instant on no server is started any more",
    ),
];

impl Submit {
    pub(super) fn parse(route: &Route<'_>, input: &Input<'_>) -> Result<Self, Fault> {
        let operation = route.operation().ok_or_else(Fault::not_found)?;
        let query = Pairs::parse(input.query.as_bytes())?;
        let mut faults = Faults::default();
        let terms = terms(&query, &mut faults);
        let dry_run = query.flag("dryRun", &mut faults);
        let key = key(input, &mut faults);
        let draft = if operation == Operation::CreateSnapshot && input.is_form() {
            from_form(input.body)?
        } else {
            let tree = tree(input.body)?;
            from_tree(operation, &tree, &mut faults)?
        };
        let command = match draft.check(input.servers_max) {
            Ok(command) => Some(command),
            Err(error) => {
                tell(operation, &error, &mut faults);
                None
            }
        };
        faults.or(command.map(|command| Self {
            command,
            terms,
            key,
            dry_run,
        }))
    }
}

/// The terms that a query sets.
pub(super) fn terms(query: &Pairs<'_>, faults: &mut Faults) -> Terms {
    let [concurrency, errors, priority, start_by] = TERMS.map(|(name, _)| name);
    let mut terms = Terms::default();
    if let Some(limit) = query.parsed(concurrency, faults) {
        terms.max_concurrency = limit;
    }
    terms.max_errors = query.parsed(errors, faults);
    if let Some(number) = query.whole(priority, 1, 5, faults) {
        let number = u8::try_from(number).ok();
        terms.priority = number
            .and_then(|number| number.try_into().ok())
            .unwrap_or_default();
    }
    terms.start_by = query.instant(start_by, faults);
    terms
}

fn key(input: &Input<'_>, faults: &mut Faults) -> Option<Key> {
    match Key::try_from(input.idempotency_key?) {
        Ok(key) => Some(key),
        Err(error) => {
            faults.add("Idempotency-Key", error);
            None
        }
    }
}

/// Where the list of servers stands in the body of an operation: nowhere if it is the body.
const fn list_name(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::CreateSnapshot => Some("serverIds"),
        Operation::SetMaintenance | Operation::ExecutePackage => Some("servers"),
        _ => None,
    }
}

fn list_place(operation: Operation) -> String {
    list_name(operation).map_or_else(|| "body".into(), |name| format!("body.{name}"))
}

fn from_tree(operation: Operation, body: &Tree<'_>, faults: &mut Faults) -> Result<Draft, Fault> {
    let place = list_place(operation);
    let list = match list_name(operation) {
        None => Some(body),
        Some(name) => member(object(body)?, name, &place, faults),
    };
    let list = match list {
        Some(Tree::List(list)) => list.as_slice(),
        Some(other) => return Err(wrong(&place, other, "a list")),
        None => &[],
    };
    let mut draft = Draft::new(operation, []);
    draft.servers = list
        .iter()
        .enumerate()
        .map(|(index, value)| target(operation, value, &format!("{place}[{index}]"), faults))
        .collect();
    if let Tree::Object(members) = body {
        let days = "snapshotExpirationDays";
        draft.days = loose(member(members, days, &format!("body.{days}"), faults));
        if let Some(package) = member(members, "package", "body.package", faults) {
            read_package(package, &mut draft, faults);
        }
    }
    Ok(draft)
}

fn target(operation: Operation, value: &Tree<'_>, place: &str, faults: &mut Faults) -> DraftTarget {
    match (operation, value) {
        (Operation::SetMaintenance, Tree::Object(members)) => {
            let mut read = |name| {
                let place = format!("{place}.{name}");
                loose(member(members, name, &place, faults))
            };
            DraftTarget {
                id: read("id"),
                maintenance: read("inMaintenanceMode"),
            }
        }
        (Operation::SetMaintenance, other) => {
            let found = loose(Some(other));
            faults.add(place, format_args!("it is {found}, expected an object"));
            DraftTarget {
                // Named, so that one fault is told and not three.
                id: Loose::Text("".into()),
                maintenance: Loose::Flag(false),
            }
        }
        (_, value) => DraftTarget {
            id: loose(Some(value)),
            maintenance: Loose::Missing,
        },
    }
}

fn read_package(package: &Tree<'_>, draft: &mut Draft, faults: &mut Faults) {
    let Tree::Object(members) = package else {
        let found = loose(Some(package));
        faults.add(
            "body.package",
            format_args!("it is {found}, expected an object"),
        );
        return;
    };
    draft.package = loose(member(
        members,
        "packageId",
        "body.package.packageId",
        faults,
    ));
    let place = "body.package.parameters";
    match member(members, "parameters", place, faults) {
        None | Some(Tree::Null) => {}
        Some(Tree::Object(parameters)) => {
            let pair = |(name, value): &(Cow<'_, str>, _)| ((**name).into(), loose(Some(value)));
            draft.parameters = parameters.iter().map(pair).collect();
        }
        Some(other) => {
            let found = loose(Some(other));
            faults.add(place, format_args!("it is {found}, expected an object"));
        }
    }
}

/// The form in which one client asks for a snapshot.
fn from_form(body: &[u8]) -> Result<Draft, Fault> {
    let form = Pairs::parse(body)?;
    let servers: Vec<Loose> = form.all("serverIds").map(Loose::from).collect();
    let mut draft = Draft::new(Operation::CreateSnapshot, servers);
    draft.days = form
        .all("snapshotExpirationDays")
        .next()
        .map_or(Loose::Missing, Loose::from);
    Ok(draft)
}

/// Puts each fault of a command at the place in the body where it stands.
fn tell(operation: Operation, error: &InvalidCommand, faults: &mut Faults) {
    use tagout_batch::Fault as F;
    let list = list_place(operation);
    let flags = operation == Operation::SetMaintenance;
    for fault in error.faults() {
        let place = match fault {
            F::Server { index, .. } if flags => format!("{list}[{index}].id"),
            F::Server { index, .. } => format!("{list}[{index}]"),
            F::Maintenance { index, .. } | F::Contradiction { index, .. } => {
                format!("{list}[{index}].inMaintenanceMode")
            }
            F::Days { .. } => "body.snapshotExpirationDays".into(),
            F::Package { .. } => "body.package.packageId".into(),
            F::Parameter { name, .. } => {
                let name: String = name.chars().take(100).collect();
                format!("body.package.parameters.{name}")
            }
            _ => list.clone(),
        };
        faults.add(place, fault);
    }
}
