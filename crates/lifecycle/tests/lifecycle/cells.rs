//! Every operation in every status.

use std::collections::BTreeSet;

use tagout_lifecycle::{
    AssociationToken, BackupOccasion, EngineAttribute, NodeRequest, Operation, Policy, Refusal,
    RefusalKind, Server, ServerUpdate, Status, TagChange, Verdict,
};

use crate::support::{TICKET, Try as _, any_in, noon};

/// The matrix once more, told by operation as the API reference tells it, and not read from the crate: the statuses
/// that allow it.
#[rustfmt::skip]
const ALLOWED: &[(&str, &str)] = &[
    ("CreateBackup",                 "HEALTHY RUNNING UNHEALTHY"),
    ("StartMaintenance",             "HEALTHY UNHEALTHY"),
    ("UpdateServerEngineAttributes", "HEALTHY UNHEALTHY"),
    ("RestoreServer",                "CONNECTION_LOST HEALTHY RUNNING TERMINATED UNHEALTHY"),
    ("AssociateNode",                "HEALTHY"),
    ("DisassociateNode",             "HEALTHY"),
    ("ExportServerEngineAttribute",  "BACKING_UP CONNECTION_LOST HEALTHY MODIFYING RESTORING RUNNING SETUP UNDER_MAINTENANCE UNHEALTHY"),
    ("UpdateServer",                 "CONNECTION_LOST HEALTHY RUNNING UNHEALTHY"),
    ("DeleteServer",                 "CONNECTION_LOST FAILED HEALTHY RUNNING TERMINATED UNHEALTHY"),
    ("TagResource",                  "BACKING_UP CONNECTION_LOST CREATING FAILED HEALTHY MODIFYING RESTORING RUNNING SETUP TERMINATED UNDER_MAINTENANCE UNHEALTHY"),
    ("UntagResource",                "BACKING_UP CONNECTION_LOST CREATING FAILED HEALTHY MODIFYING RESTORING RUNNING SETUP TERMINATED UNDER_MAINTENANCE UNHEALTHY"),
];

/// Where `DeleteServer` gets the `ValidationException` that clients wait on.
const DELETE_WAITS: &str = "BACKING_UP CREATING MODIFYING RESTORING SETUP UNDER_MAINTENANCE";

fn words(text: &str) -> BTreeSet<&str> {
    text.split(' ').collect()
}

#[test]
fn table_is_what_the_reference_says() {
    assert_eq!(ALLOWED.len(), Operation::ALL.len());
    for (operation, (name, allowed)) in Operation::ALL.into_iter().zip(ALLOWED) {
        assert_eq!(operation.as_str(), *name);
        let told: BTreeSet<_> = operation.allowed_in().map(Status::as_str).collect();
        assert_eq!(told, words(allowed), "{operation}");
        for status in Status::ALL {
            let waits = operation == Operation::DeleteServer
                && words(DELETE_WAITS).contains(status.as_str());
            let expected = match (words(allowed).contains(status.as_str()), waits) {
                (true, false) => Verdict::Allowed,
                (false, true) => Verdict::StillInProgress,
                (false, false) => Verdict::WrongState,
                (true, true) => panic!("{status} both allows and delays a deletion"),
            };
            assert_eq!(
                status.permission(operation).verdict,
                expected,
                "{operation} in {status}"
            );
            assert_eq!(status.may(operation), expected == Verdict::Allowed);
        }
    }
}

/// Asks the server for `operation`, in a form that is in order but for the status.
fn ask(server: Server, operation: Operation) -> Result<Server, Box<(Refusal, Server)>> {
    let policy = Policy::default();
    let node = |request, server: Server| {
        let key = EngineAttribute {
            name: "CHEF_NODE_PUBLIC_KEY".parse().unwrap(),
            value: "key".parse().unwrap(),
        };
        let token = AssociationToken::draw(&mut || 1);
        let node = "i-1".parse().unwrap();
        server
            .request_node(request, node, vec![key], token, TICKET, &policy, noon())
            .map(|(moved, _)| moved)
    };
    let outcome = match operation {
        Operation::CreateBackup => server.backing_up(BackupOccasion::Requested),
        Operation::StartMaintenance => server.maintaining(),
        Operation::UpdateServerEngineAttributes => server.modifying(),
        Operation::RestoreServer => server.restoring(),
        Operation::AssociateNode => node(NodeRequest::Associate, server),
        Operation::DisassociateNode => node(NodeRequest::Disassociate, server),
        Operation::ExportServerEngineAttribute => {
            // It takes nothing, and so gives nothing back.
            let refusal = server
                .export_attribute(&"Userdata".parse().unwrap(), &[])
                .err();
            return refusal.map_or(Ok(server.clone()), |refusal| {
                Err(Box::new((refusal, server)))
            });
        }
        Operation::UpdateServer => server.update(&ServerUpdate::default(), noon()),
        Operation::DeleteServer => server.deleting(),
        Operation::TagResource => {
            server.change_tags(&TagChange::Set([].into_iter().collect()), &policy)
        }
        Operation::UntagResource => server.change_tags(&TagChange::Unset(vec![]), &policy),
    };
    outcome.map(|moved| moved.server).map_err(|refused| {
        assert_eq!(refused.to_string(), refused.refusal().to_string());
        Box::new((refused.refusal().clone(), refused.into_server()))
    })
}

#[test]
fn every_cell_holds_for_a_real_server() {
    let mut cells = 0;
    for status in Status::ALL {
        for operation in Operation::ALL {
            let before = any_in(status);
            let outcome = ask(before.clone(), operation);
            match (status.permission(operation).verdict, outcome) {
                (Verdict::Allowed, Ok(_)) => {}
                (Verdict::Allowed, Err(refused)) => {
                    panic!("{operation} in {status}: {}", refused.0)
                }
                (_, Ok(_)) => panic!("{operation} in {status} was not refused"),
                (verdict, Err(refused)) => {
                    let (refusal, after) = *refused;
                    let needs = operation
                        .allowed_in()
                        .map(Status::as_str)
                        .collect::<Vec<_>>();
                    let (text, kind) = match verdict {
                        Verdict::StillInProgress => (
                            "Cannot delete the server 'alpha'. \
                             The current operation on the server is still in progress."
                                .to_owned(),
                            RefusalKind::Validation,
                        ),
                        _ => (
                            format!(
                                "server `alpha` is {status}, {operation} needs {}",
                                sentence(&needs)
                            ),
                            RefusalKind::InvalidState,
                        ),
                    };
                    assert_eq!(refusal.to_string(), text);
                    assert_eq!(refusal.kind(), kind);
                    assert_eq!(after, before, "a refusal changes nothing");
                }
            }
            cells += 1;
        }
    }
    assert_eq!(cells, 13 * 11);
}

fn sentence(words: &[&str]) -> String {
    match words {
        [only] => (*only).to_owned(),
        _ => format!(
            "{} or {}",
            words[..words.len() - 1].join(", "),
            words[words.len() - 1]
        ),
    }
}

#[test]
fn texts_of_wrong_states_read_well() {
    #[track_caller]
    fn check(status: Status, operation: Operation, expected: &str) {
        assert_eq!(
            ask(any_in(status), operation).unwrap_err().0.to_string(),
            expected
        );
    }
    check(
        Status::BackingUp,
        Operation::StartMaintenance,
        "server `alpha` is BACKING_UP, StartMaintenance needs HEALTHY or UNHEALTHY",
    );
    check(
        Status::Unhealthy,
        Operation::AssociateNode,
        "server `alpha` is UNHEALTHY, AssociateNode needs HEALTHY",
    );
    check(
        Status::Failed,
        Operation::CreateBackup,
        "server `alpha` is FAILED, CreateBackup needs RUNNING, HEALTHY or UNHEALTHY",
    );
}
