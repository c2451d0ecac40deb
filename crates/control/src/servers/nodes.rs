//! Nodes: which machines a server manages.

use chrono::{DateTime, Utc};
use tagout_lifecycle::{
    AssociationStatus, AssociationToken, Cause, Effect, EngineAttribute, NodeAssociation, NodeName,
    NodeRequest, ServerName,
};
use tagout_store::Store;
use tracing::instrument;

use super::{
    commands::refused,
    finish::{Charge, Task},
    records::{AssociationRecord, NodeRecord, ServerRecord},
};
use crate::{
    account::Account,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry::observed,
    unit::{Record, Unit},
};

impl<S: Store, D: Driver> Control<S, D> {
    /// Asks the engine of a server to manage a node (`AssociateNode`).
    ///
    /// The outcome is asked for by the token. A node that is associated already is accepted, and then fails.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, [`ControlError::Server`] if an attribute is missing,
    /// doubled or has a bad value, or unless the server is healthy.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn associate_node(
        &self,
        account: &Account,
        name: &ServerName,
        node: &NodeName,
        attributes: &[EngineAttribute],
        now: DateTime<Utc>,
    ) -> Result<AssociationToken, ControlError> {
        observed("associate_node", async {
            self.request_node(account, name, node, attributes, NodeRequest::Associate, now)
                .await
        })
        .await
    }

    /// Asks the engine of a server to manage a node no longer (`DisassociateNode`).
    ///
    /// # Errors
    ///
    /// As [`associate_node`](Self::associate_node).
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn disassociate_node(
        &self,
        account: &Account,
        name: &ServerName,
        node: &NodeName,
        attributes: &[EngineAttribute],
        now: DateTime<Utc>,
    ) -> Result<AssociationToken, ControlError> {
        observed("disassociate_node", async {
            let request = NodeRequest::Disassociate;
            self.request_node(account, name, node, attributes, request, now)
                .await
        })
        .await
    }

    async fn request_node(
        &self,
        account: &Account,
        name: &ServerName,
        node: &NodeName,
        attributes: &[EngineAttribute],
        request: NodeRequest,
        now: DateTime<Utc>,
    ) -> Result<AssociationToken, ControlError> {
        decide!(self, now, |unit| {
            let record = self.find_server(unit, account, name).await?;
            let incarnation = record.incarnation().to_owned();
            let (moved, association) = record
                .server
                .clone()
                .request_node(
                    request,
                    node.clone(),
                    attributes.to_vec(),
                    AssociationToken::draw(&mut || self.ids.number()),
                    self.draw_ticket(),
                    &self.settings.servers.terms.policy,
                    now,
                )
                .map_err(refused)?;
            let known = self.is_managed(unit, account, &incarnation, node).await?;
            let doom = association.obstacle(known).map(|cause| (now, cause));
            let token = association.token().clone();
            let asked = AssociationRecord {
                incarnation,
                association,
                doom,
            };
            unit.put(account.as_str(), &asked)?;
            if asked.doom.is_none() {
                for effect in &moved.effects {
                    if let Effect::Perform {
                        ticket,
                        deadline,
                        work,
                        ..
                    } = effect
                    {
                        let association = asked.id();
                        let charge = Charge {
                            server: name.clone(),
                            ticket: *ticket,
                            task: Task::Node { association },
                        };
                        Self::charge(unit, account, charge, *deadline, work)?;
                    }
                }
            }
            // The server stays as it is, and must be so still when the request is written down.
            unit.rely_on::<ServerRecord>(account.as_str(), name.as_str())
                .map(|()| token)
        })
    }

    /// How a request for a node stands (`DescribeNodeAssociationStatus`).
    ///
    /// # Errors
    ///
    /// [`ControlError::NotFound`] if there is no such server, or no request to it with this token.
    #[instrument(skip_all, fields(%account, server = %name))]
    pub async fn describe_node_association_status(
        &self,
        account: &Account,
        name: &ServerName,
        token: &AssociationToken,
        now: DateTime<Utc>,
    ) -> Result<NodeAssociation, ControlError> {
        observed("describe_node_association_status", async {
            let mut unit = Unit::new(&self.store, now);
            let record = self.find_server(&mut unit, account, name).await?;
            // A token may be as long as it likes, and is not repeated.
            let unknown =
                || ControlError::not_found("node association token of server", name.as_str());
            let id =
                AssociationRecord::key(account, record.incarnation(), token).ok_or_else(unknown)?;
            let found: Option<AssociationRecord> = unit.get(account.as_str(), &id).await?;
            Ok(found.ok_or_else(unknown)?.association)
        })
        .await
    }

    /// A request for a node is overdue, or is known to fail.
    pub(super) async fn advance_association(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        id: &str,
    ) -> Result<(), ControlError> {
        let Some(asked) = unit.get::<AssociationRecord>(account.as_str(), id).await? else {
            return Ok(());
        };
        let cause = match (&asked.doom, asked.association.deadline()) {
            (_, None) => None,
            (Some((_, cause)), Some(_)) => Some(cause.clone()),
            (None, Some(deadline)) => (deadline <= unit.now())
                .then(|| Cause::new(&format!("no result came until {}", deadline.to_rfc3339()))),
        };
        let Some(cause) = cause else {
            return unit.put(account.as_str(), &asked); // with its due time
        };
        let ticket = asked.association.ticket();
        self.withdraw(unit, &ticket.to_string()).await?;
        let charge = Charge {
            server: asked.association.server().clone(),
            ticket,
            task: Task::Node {
                association: id.to_owned(),
            },
        };
        self.finish_node(unit, account, &charge, id, Err(cause))
            .await
    }

    /// A request for a node has come to its end.
    pub(super) async fn finish_node(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        charge: &Charge,
        id: &str,
        result: Result<Vec<EngineAttribute>, Cause>,
    ) -> Result<(), ControlError> {
        let scope = account.as_str();
        let Some(asked) = unit.get::<AssociationRecord>(scope, id).await? else {
            return Ok(());
        };
        let found = unit.get::<ServerRecord>(scope, charge.server.as_str());
        let Some(record) = found.await? else {
            return Ok(());
        };
        let AssociationRecord {
            incarnation,
            association,
            doom,
        } = asked;
        if record.incarnation() != incarnation {
            return Ok(()); // of an earlier server of that name
        }
        if association.status() != AssociationStatus::InProgress
            || association.ticket() != charge.ticket
        {
            return Ok(());
        }
        let node = association.node().clone();
        let known = self.is_managed(unit, account, &incarnation, &node).await?;
        // Of two that were under way at once, the second finds what the first has done.
        let result = match association.obstacle(known) {
            Some(cause) => Err(cause),
            None => result,
        };
        let succeeded = result.is_ok();
        let (moved, association) = record
            .server
            .clone()
            .handle_node(association, charge.ticket, result, unit.now())
            .map_err(refused)?;
        if succeeded {
            match association.request() {
                NodeRequest::Associate => unit.put(
                    scope,
                    &NodeRecord {
                        incarnation: incarnation.clone(),
                        node,
                        since: unit.now(),
                    },
                )?,
                NodeRequest::Disassociate => {
                    unit.remove::<NodeRecord>(scope, &NodeRecord::key(&incarnation, &node))?;
                }
            }
        }
        unit.put(
            scope,
            &AssociationRecord {
                incarnation,
                association,
                doom,
            },
        )?;
        self.put_moved(unit, account, record, moved).await.map(drop)
    }

    async fn is_managed(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        incarnation: &str,
        node: &NodeName,
    ) -> Result<bool, ControlError> {
        let id = NodeRecord::key(incarnation, node);
        let found: Option<NodeRecord> = unit.get(account.as_str(), &id).await?;
        Ok(found.is_some())
    }
}
