//! What a target selects: the servers and resources that the caller knows of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::scalar::ResourceType;
use crate::target::{KeyKind, Target};

/// The servers and resources that the caller knows of.
///
/// Servers that a target names by their ids are not looked up: the service starts on them too, and it is theirs to fail.
/// The order of an answer is the order in which a task gets to them, so it should not change from one call to the next.
pub trait Inventory {
    /// The servers for which every condition holds.
    fn servers(&self, conditions: &[TagCondition<'_>]) -> Vec<Resource>;

    /// The members of a resource group; if `types` names any, such as `AWS::EC2::Instance`, only those of these types.
    fn group(&self, name: &str, types: &[&str]) -> Vec<Resource>;
}

/// A server, or a member of a resource group.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Resource {
    /// Its short id or name, such as `i-0123456789abcdef0`; empty for a type of resource that has none.
    pub id: Box<str>,
    /// Its full ARN, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<Box<str>>,
}

impl Resource {
    /// A server by its id.
    pub fn server(id: &str) -> Self {
        Self {
            id: id.into(),
            arn: None,
        }
    }
}

/// What is asked of the tags of a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TagCondition<'a> {
    /// It has the tag of this name.
    Has(&'a str),
    /// Its tag of this name has one of these values.
    IsOneOf(&'a str, &'a [String]),
}

impl TagCondition<'_> {
    /// Whether the condition holds for a server, given a look at its tags by name.
    pub fn holds<'t>(&self, tag: impl Fn(&str) -> Option<&'t str>) -> bool {
        match self {
            Self::Has(name) => tag(name).is_some(),
            Self::IsOneOf(name, values) => {
                tag(name).is_some_and(|value| values.iter().any(|it| it == value))
            }
        }
    }
}

impl Target {
    /// The servers or resources that it selects now, each once.
    pub fn resolve(&self, inventory: &dyn Inventory) -> Vec<Resource> {
        let mut found = match self.resource_type() {
            ResourceType::Instance => self.instances(inventory),
            ResourceType::ResourceGroup => self.members(inventory),
        };
        let mut seen = BTreeSet::new();
        found.retain(|resource| seen.insert(resource.clone()));
        found
    }

    fn instances(&self, inventory: &dyn Inventory) -> Vec<Resource> {
        let mut conditions = Vec::new();
        for selector in self.selectors() {
            match KeyKind::of(selector.key()) {
                KeyKind::InstanceIds => {
                    return selector
                        .values
                        .iter()
                        .map(|id| Resource::server(id))
                        .collect();
                }
                KeyKind::Tag(name) => {
                    conditions.push(TagCondition::IsOneOf(name, &selector.values));
                }
                KeyKind::TagKey => {
                    conditions.extend(selector.values.iter().map(|name| TagCondition::Has(name)));
                }
                KeyKind::GroupName | KeyKind::GroupTypes | KeyKind::Unknown => {}
            }
        }
        // Without a condition it would be all servers there are.
        if conditions.is_empty() {
            Vec::new()
        } else {
            inventory.servers(&conditions)
        }
    }

    fn members(&self, inventory: &dyn Inventory) -> Vec<Resource> {
        let values = |wanted| {
            let of_kind = self
                .selectors()
                .iter()
                .filter(move |it| KeyKind::of(it.key()) == wanted);
            of_kind.flat_map(|selector| selector.values.iter().map(String::as_str))
        };
        let types: Vec<&str> = values(KeyKind::GroupTypes).collect();
        values(KeyKind::GroupName)
            .flat_map(|group| inventory.group(group, &types))
            .collect()
    }
}

/// An inventory in memory, in the order in which it was filled.
///
/// # Example
///
/// ```
/// use tagout_window::{Fleet, Inventory, TagCondition};
///
/// let mut fleet = Fleet::default();
/// fleet.add_server("i-1", [("Env", "prod")]);
/// fleet.add_server("i-2", [("Env", "test"), ("Team", "db")]);
/// let found = fleet.servers(&[TagCondition::Has("Team")]);
/// assert_eq!(&*found[0].id, "i-2");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    servers: Vec<(Resource, Tags)>,
    groups: BTreeMap<Box<str>, Vec<Member>>,
}

type Tags = BTreeMap<Box<str>, Box<str>>;

/// A member of a group, and what type of resource it is.
type Member = (Resource, Box<str>);

impl Fleet {
    /// Adds a server with its tags.
    pub fn add_server<'a>(&mut self, id: &str, tags: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let tags = tags
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        self.servers.push((Resource::server(id), tags));
    }

    /// Adds a resource of a type, such as `AWS::EC2::Instance`, to a group.
    pub fn add_member(&mut self, group: &str, resource: Resource, resource_type: &str) {
        self.groups
            .entry(group.into())
            .or_default()
            .push((resource, resource_type.into()));
    }
}

impl Inventory for Fleet {
    fn servers(&self, conditions: &[TagCondition<'_>]) -> Vec<Resource> {
        let matching = self.servers.iter().filter(|(_, tags)| {
            conditions
                .iter()
                .all(|condition| condition.holds(|name| tags.get(name).map(AsRef::as_ref)))
        });
        matching.map(|(server, _)| server.clone()).collect()
    }

    fn group(&self, name: &str, types: &[&str]) -> Vec<Resource> {
        let members = self.groups.get(name).map(Vec::as_slice).unwrap_or_default();
        let of_types = members
            .iter()
            .filter(|(_, of)| types.is_empty() || types.contains(&of.as_ref()));
        of_types.map(|(resource, _)| resource.clone()).collect()
    }
}
