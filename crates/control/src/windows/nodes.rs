//! The servers and resources that windows select by tag or group.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tagout_store::{Cursor, Query, Store, Stored};
use tagout_window::{Execution, Inventory, Resource, TagCondition};

use super::records::NodeRecord;
use tracing::instrument;

use crate::{
    account::Account,
    batches::Page,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    telemetry::observed,
};

/// A server, or another resource, that a registered target may select by its tags or its groups.
///
/// # Example
///
/// ```
/// use tagout_control::Node;
///
/// let mut node = Node::server("i-0123456789abcdef0");
/// node.tags.insert("Env".into(), "prod".into());
/// node.groups.insert("web".into());
/// assert!(node.is_server());
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Node {
    /// Its short id or name, 1 to 512 bytes; by it a task names it.
    pub id: Box<str>,
    /// Its full ARN, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<Box<str>>,
    /// What type of resource it is, such as `AWS::EC2::Instance`.
    pub resource_type: Box<str>,
    /// Its tags, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<Box<str>, Box<str>>,
    /// The resource groups that it is in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<Box<str>>,
}

impl Node {
    /// The types of resources that are servers: only these are selected by tags.
    pub const SERVER_TYPES: [&str; 2] = ["AWS::EC2::Instance", "AWS::SSM::ManagedInstance"];

    /// A server without tags and groups.
    pub fn server(id: &str) -> Self {
        Self {
            id: id.into(),
            arn: None,
            resource_type: Self::SERVER_TYPES[0].into(),
            tags: BTreeMap::new(),
            groups: BTreeSet::new(),
        }
    }

    /// Whether it is a server.
    pub fn is_server(&self) -> bool {
        Self::SERVER_TYPES.contains(&&*self.resource_type)
    }

    fn resource(&self) -> Resource {
        Resource {
            id: self.id.clone(),
            arn: self.arn.clone(),
        }
    }
}

/// All nodes of an account, by id.
#[derive(Debug, Default)]
pub(super) struct Nodes(Vec<Node>);

impl Inventory for Nodes {
    fn servers(&self, conditions: &[TagCondition<'_>]) -> Vec<Resource> {
        let holds = |node: &&Node| {
            let tag = |name: &str| node.tags.get(name).map(AsRef::as_ref);
            node.is_server() && conditions.iter().all(|condition| condition.holds(tag))
        };
        self.0.iter().filter(holds).map(Node::resource).collect()
    }

    fn group(&self, name: &str, types: &[&str]) -> Vec<Resource> {
        let is_member = |node: &&Node| {
            node.groups.contains(name)
                && (types.is_empty() || types.contains(&&*node.resource_type))
        };
        self.0
            .iter()
            .filter(is_member)
            .map(Node::resource)
            .collect()
    }
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Brings in a node, or describes anew the one of the same id.
    ///
    /// Runs that have begun keep what they have selected.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the id is too long or empty, or the store does not do as asked.
    #[instrument(skip_all, fields(%account, node = %node.id))]
    pub async fn put_node(
        &self,
        account: &Account,
        node: Node,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("put_node", async {
            decide!(self, now, |unit| {
                unit.get::<NodeRecord>(account.as_str(), &node.id).await?;
                unit.put(account.as_str(), &NodeRecord(node.clone()))
            })
        })
        .await
    }

    /// Takes a node out; tells whether it was there.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the store does not do as asked.
    #[instrument(skip_all, fields(%account, node = %id))]
    pub async fn remove_node(
        &self,
        account: &Account,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, ControlError> {
        observed("remove_node", async {
            decide!(self, now, |unit| {
                let there = unit
                    .get::<NodeRecord>(account.as_str(), id)
                    .await?
                    .is_some();
                unit.remove::<NodeRecord>(account.as_str(), id)?;
                Ok(there)
            })
        })
        .await
    }

    /// The nodes of an account, by id.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Store`] if the store cannot be read.
    #[instrument(skip_all, fields(%account))]
    pub async fn nodes(
        &self,
        account: &Account,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Node>, ControlError> {
        observed("nodes", async {
            let query = Query::new(NodeRecord::KIND, account.as_str())
                .after(after)
                .limit(limit);
            let page = self.store.page(&query).await?;
            let nodes: Result<_, _> = page
                .documents
                .iter()
                .map(|document| document.read().map(|NodeRecord(node)| node))
                .collect();
            Ok(Page {
                items: nodes?,
                next: page.next,
            })
        })
        .await
    }

    /// What the targets of an execution may select: nothing is read if they name their servers.
    pub(super) async fn inventory_for(
        &self,
        account: &Account,
        execution: &Execution,
    ) -> Result<Nodes, ControlError> {
        let mut selectors = execution
            .tasks()
            .iter()
            .flat_map(tagout_window::TaskExecution::targets)
            .flat_map(tagout_window::Target::selectors);
        if selectors.all(|selector| selector.key() == "InstanceIds") {
            return Ok(Nodes::default());
        }
        let (mut nodes, mut after) = (Vec::new(), None);
        loop {
            let page = self.nodes(account, after, Query::LIMIT_MAX).await?;
            nodes.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(Nodes(nodes));
            }
        }
    }
}
