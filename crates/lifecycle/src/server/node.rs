//! Nodes: which machines a server manages.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Server, Transition};
use crate::{
    AssociationToken, AttributeUse, Cause, Effect, EngineAttribute, EventCategory, NodeName, Note,
    Operation, Policy, Refusal, Refused, ServerName, StaleAssociation, Ticket, Work,
    engine::{check_attributes, find_value},
    ticket::draw_below,
};

/// What is asked for a node.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeRequest {
    /// That the server manages it.
    Associate,
    /// That the server manages it no longer.
    Disassociate,
}

/// How a request for a node stands (enum `NodeAssociationStatus` of the API).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssociationStatus {
    /// It was fulfilled.
    Success,
    /// It was not.
    Failed,
    /// It is not yet known.
    InProgress,
}

impl AssociationStatus {
    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::InProgress => "IN_PROGRESS",
        }
    }
}

/// One request for one node: a document of its own, asked for by its token until the server is deleted.
///
/// Any number of them may be under way on one server; none of them changes its status.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct NodeAssociation {
    token: AssociationToken,
    server: ServerName,
    node: NodeName,
    request: NodeRequest,
    status: AssociationStatus,
    ticket: Ticket,
    requested_at: DateTime<Utc>,
    deadline: DateTime<Utc>,
    /// The Chef organization that was named, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<Box<str>>,
    /// What the engine answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<EngineAttribute>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Cause>,
}

impl NodeAssociation {
    /// The only organization that Chef servers of this service have.
    pub const ORGANIZATION: &str = "default";

    /// The handle under which it is asked for.
    pub fn token(&self) -> &AssociationToken {
        &self.token
    }

    /// The server.
    pub fn server(&self) -> &ServerName {
        &self.server
    }

    /// The node.
    pub fn node(&self) -> &NodeName {
        &self.node
    }

    /// What is asked for.
    pub fn request(&self) -> NodeRequest {
        self.request
    }

    /// How it stands.
    pub fn status(&self) -> AssociationStatus {
        self.status
    }

    /// The right to report on it.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The instant from which it is overdue, while it is in progress.
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        (self.status == AssociationStatus::InProgress).then_some(self.deadline)
    }

    /// What the engine answered, as `PUPPET_NODE_CERT`.
    pub fn attributes(&self) -> &[EngineAttribute] {
        &self.attributes
    }

    /// Why it failed.
    pub fn failure(&self) -> Option<&Cause> {
        self.failure.as_ref()
    }

    /// Why it is going to fail, told by what is known of the node: whether the server manages it now.
    ///
    /// Associating a node twice, disassociating one that is not associated, and naming an organization other than
    /// [`NodeAssociation::ORGANIZATION`] are accepted and then fail.
    pub fn obstacle(&self, is_associated: bool) -> Option<Cause> {
        let Self { server, node, .. } = self;
        match (&self.organization, self.request, is_associated) {
            (Some(other), ..) if **other != *Self::ORGANIZATION => Some(Cause::new(&format!(
                "organization `{other}` is unknown, expected `{}`",
                Self::ORGANIZATION
            ))),
            (_, NodeRequest::Associate, true) => Some(Cause::new(&format!(
                "node `{node}` is already associated with server `{server}`"
            ))),
            (_, NodeRequest::Disassociate, false) => Some(Cause::new(&format!(
                "node `{node}` is not associated with server `{server}`"
            ))),
            _ => None,
        }
    }
}

impl AssociationToken {
    /// A new token: 86 random characters of the alphabet of base64 and `==`.
    pub fn draw(draw: &mut dyn FnMut() -> u64) -> Self {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text: String = (0..86)
            .map(|_| char::from(ALPHABET[draw_below(draw, 64) as usize]))
            .collect();
        text.push_str("==");
        Self(text.into())
    }
}

impl Server {
    /// Asks the engine to manage a node, or to manage it no longer.
    ///
    /// The server itself stays as it is; the request is a document beside it, and `token` is the handle to it.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if an engine attribute is missing, doubled or has a bad value, or
    /// unless the server is healthy.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says another thing, and none has a default"
    )]
    pub fn request_node(
        self,
        request: NodeRequest,
        node: NodeName,
        attributes: Vec<EngineAttribute>,
        token: AssociationToken,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<(Transition, NodeAssociation), Refused> {
        let (used_in, operation) = match request {
            NodeRequest::Associate => (AttributeUse::Associate, Operation::AssociateNode),
            NodeRequest::Disassociate => (AttributeUse::Disassociate, Operation::DisassociateNode),
        };
        let server = self.refuse_unless(|server| {
            let given = attributes
                .iter()
                .map(|one| (one.name.as_str(), one.value.expose()));
            let faults = check_attributes(server.blueprint.release.engine.family(), used_in, given);
            if faults.is_empty() {
                server.permit(operation)
            } else {
                Err(Refusal::Attributes(faults))
            }
        })?;
        let deadline = now
            .checked_add_signed(policy.deadlines.association)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let organization = find_value(
            &attributes,
            &["CHEF_AUTOMATE_ORGANIZATION", "CHEF_ORGANIZATION"],
        );
        let association = NodeAssociation {
            token,
            server: server.name.clone(),
            node: node.clone(),
            request,
            status: AssociationStatus::InProgress,
            ticket,
            requested_at: now,
            deadline,
            organization: organization.map(|name| name.chars().take(64).collect()),
            attributes: Vec::new(),
            failure: None,
        };
        let work = match request {
            NodeRequest::Associate => Work::Associate { node, attributes },
            NodeRequest::Disassociate => Work::Disassociate { node, attributes },
        };
        let mut moved = Transition::of(server);
        let server = moved.server.name.clone();
        moved.effects.push(Effect::Perform {
            server,
            ticket,
            deadline,
            work,
        });
        Ok((moved, association))
    }

    /// A request for a node has come to its end, or is overdue: then `result` says so.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleAssociation`] unless the request is of this server and in progress, and `ticket`
    /// is its own.
    pub fn handle_node(
        self,
        association: NodeAssociation,
        ticket: Ticket,
        result: Result<Vec<EngineAttribute>, Cause>,
        now: DateTime<Utc>,
    ) -> Result<(Transition, NodeAssociation), Refused> {
        let mut association = association;
        let is_current = association.status == AssociationStatus::InProgress
            && association.ticket == ticket
            && association.server == self.name;
        let server = self.refuse_unless(|server| {
            if is_current {
                return Ok(());
            }
            let (node, status) = (association.node.clone(), association.status);
            Err(StaleAssociation {
                server: server.name.clone(),
                node,
                given: ticket,
                status,
            }
            .into())
        })?;
        let node = &association.node;
        let done = match association.request {
            NodeRequest::Associate => "Associating",
            NodeRequest::Disassociate => "Disassociating",
        };
        let message = match &result {
            Ok(_) => format!("{done} node {node} succeeded"),
            Err(cause) => format!("{done} node {node} failed: {cause}"),
        };
        match result {
            Ok(attributes) => {
                association.status = AssociationStatus::Success;
                association.attributes = attributes;
            }
            Err(cause) => {
                association.status = AssociationStatus::Failed;
                association.failure = Some(cause);
            }
        }
        let mut moved = Transition::of(server);
        moved.tell(Note::new(EventCategory::Node, Some(ticket), message), now);
        Ok((moved, association))
    }
}
