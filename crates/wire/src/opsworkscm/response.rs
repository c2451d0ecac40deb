//! What the operations answer: the members of each response, under the names of the interface.
//!
//! What is not there has no member, as in the recorded answers of the service; `EngineAttributes` of a server stands even
//! when it is empty.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use tagout_backup::Backup;
use tagout_lifecycle::{
    AssociationToken, EngineAttribute, Event, Limited, MaintenanceStatus, NextToken,
    NodeAssociation, Server, ServerName, TagKey, TagValue,
};

use crate::aws::{Timestamp, body};

/// What an operation answers when it does as asked.
///
/// # Example
///
/// ```
/// use tagout_lifecycle::Limited;
/// use tagout_wire::opsworkscm::{AccountAttribute, Response};
///
/// let servers = AccountAttribute { limited: Limited::Servers, max: 10, used: 2 };
/// assert_eq!(
///     String::from_utf8(Response::AccountAttributes(vec![servers]).to_json()).unwrap(),
///     r#"{"Attributes":[{"Name":"ServerLimit","Maximum":10,"Used":2}]}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// To `CreateServer`, `RestoreServer`, `StartMaintenance`, `UpdateServer` and `UpdateServerEngineAttributes`.
    Server {
        /// The server as it stands now.
        server: Box<Server>,
        /// Attributes that were made for its engine and are told here only.
        secrets: Vec<EngineAttribute>,
    },
    /// To `CreateBackup`.
    Backup(Box<Backup>),
    /// To `DescribeServers`.
    Servers(Vec<Server>),
    /// To `DescribeBackups`.
    Backups(Vec<Backup>),
    /// To `DescribeEvents`.
    Events {
        /// What happened, newest first.
        events: Vec<Event>,
        /// Where the list goes on, if it does.
        next: Option<NextToken>,
    },
    /// To `DescribeAccountAttributes`.
    AccountAttributes(Vec<AccountAttribute>),
    /// To `AssociateNode` and `DisassociateNode`.
    NodeAssociationStatusToken(AssociationToken),
    /// To `DescribeNodeAssociationStatus`.
    NodeAssociationStatus(Box<NodeAssociation>),
    /// To `ExportServerEngineAttribute`.
    Exported {
        /// The server.
        server: ServerName,
        /// What was asked for.
        attribute: EngineAttribute,
    },
    /// To `ListTagsForResource`.
    Tags {
        /// The tags, in the order of their keys.
        tags: Vec<(TagKey, TagValue)>,
        /// Where the list goes on, if it does.
        next: Option<NextToken>,
    },
    /// To `DeleteBackup`, `DeleteServer`, `TagResource` and `UntagResource`: an empty object.
    Done,
}

/// How many of something an account has, and may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AccountAttribute {
    /// Of what.
    pub limited: Limited,
    /// How many it may have.
    pub max: u32,
    /// How many it has.
    pub used: u32,
}

impl Response {
    /// The body of the answer. Holds secrets where the interface tells some.
    pub fn to_json(&self) -> Vec<u8> {
        match self {
            Self::Server { server, secrets } => body(&ServerTwin {
                server: ServerBody::of(server, secrets),
            }),
            Self::Backup(backup) => body(&BackupTwin {
                backup: BackupBody::of(backup),
            }),
            Self::Servers(servers) => body(&ServersTwin {
                servers: servers.iter().map(|one| ServerBody::of(one, &[])).collect(),
            }),
            Self::Backups(backups) => body(&BackupsTwin {
                backups: backups.iter().map(BackupBody::of).collect(),
            }),
            Self::Events { events, next } => body(&EventsTwin {
                server_events: events.iter().map(EventBody::of).collect(),
                next_token: next.as_ref().map(NextToken::as_str),
            }),
            Self::AccountAttributes(attributes) => body(&AttributesTwin {
                attributes: attributes.iter().map(AttributeBody::of).collect(),
            }),
            Self::NodeAssociationStatusToken(token) => body(&TokenTwin {
                node_association_status_token: token.as_str(),
            }),
            Self::NodeAssociationStatus(association) => body(&NodeStatusTwin {
                node_association_status: association.status().as_str(),
                engine_attributes: engine_attributes(association.attributes()),
            }),
            Self::Exported { server, attribute } => body(&ExportedTwin {
                engine_attribute: EngineAttributeBody::of(attribute),
                server_name: server.as_str(),
            }),
            Self::Tags { tags, next } => body(&TagsTwin {
                tags: tags.iter().map(TagBody::of).collect(),
                next_token: next.as_ref().map(NextToken::as_str),
            }),
            Self::Done => b"{}".to_vec(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServerTwin<'a> {
    server: ServerBody<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BackupTwin<'a> {
    backup: BackupBody<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServersTwin<'a> {
    servers: Vec<ServerBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BackupsTwin<'a> {
    backups: Vec<BackupBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EventsTwin<'a> {
    server_events: Vec<EventBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttributesTwin {
    attributes: Vec<AttributeBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TokenTwin<'a> {
    node_association_status_token: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NodeStatusTwin<'a> {
    node_association_status: &'static str,
    engine_attributes: Vec<EngineAttributeBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExportedTwin<'a> {
    engine_attribute: EngineAttributeBody<'a>,
    server_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagsTwin<'a> {
    tags: Vec<TagBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// The structure `Server`, member by member in the order of the model.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServerBody<'a> {
    associate_public_ip_address: bool,
    backup_retention_count: u32,
    server_name: &'a str,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_formation_stack_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_automated_backup: Option<bool>,
    endpoint: &'a str,
    engine: &'static str,
    engine_model: &'static str,
    engine_attributes: Vec<OwnAttribute<'a>>,
    engine_version: &'a str,
    instance_profile_arn: &'a str,
    instance_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_pair: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maintenance_status: Option<&'static str>,
    preferred_maintenance_window: String,
    preferred_backup_window: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security_group_ids: Vec<&'a str>,
    service_role_arn: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subnet_ids: Vec<&'a str>,
    server_arn: &'a str,
}

impl<'a> ServerBody<'a> {
    fn of(server: &'a Server, secrets: &'a [EngineAttribute]) -> Self {
        let blueprint = server.blueprint();
        let known = server.engine_attributes().into_iter().map(Cow::Owned);
        let told = secrets.iter().map(Cow::Borrowed);
        Self {
            associate_public_ip_address: blueprint.associate_public_ip_address,
            backup_retention_count: server.backup_retention().count(),
            server_name: server.name().as_str(),
            created_at: Timestamp(server.created_at()),
            cloud_formation_stack_arn: server.stack().map(AsRef::as_ref),
            custom_domain: blueprint.custom_domain.as_ref().map(AsRef::as_ref),
            disable_automated_backup: server.disable_automated_backup(),
            endpoint: server.endpoint().as_str(),
            engine: blueprint.release.engine.as_str(),
            engine_model: blueprint.release.model.as_str(),
            engine_attributes: known.chain(told).map(OwnAttribute).collect(),
            engine_version: blueprint.release.version.as_str(),
            instance_profile_arn: blueprint.instance_profile_arn.as_str(),
            instance_type: blueprint.instance_type.as_str(),
            key_pair: blueprint.key_pair.as_ref().map(AsRef::as_ref),
            maintenance_status: server.maintenance_status().map(MaintenanceStatus::as_str),
            preferred_maintenance_window: server.preferred_maintenance_window().to_string(),
            preferred_backup_window: server.preferred_backup_window().to_string(),
            security_group_ids: texts(&blueprint.security_group_ids),
            service_role_arn: blueprint.service_role_arn.as_str(),
            status: server.status().as_str(),
            status_reason: server.status_reason(),
            subnet_ids: texts(&blueprint.subnet_ids),
            server_arn: server.arn().as_str(),
        }
    }
}

/// The structure `Backup`, member by member in the order of the model, without the two that the service gave up.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BackupBody<'a> {
    backup_arn: &'a str,
    backup_id: &'a str,
    backup_type: &'static str,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    engine: &'static str,
    engine_model: &'static str,
    engine_version: &'a str,
    instance_profile_arn: &'a str,
    instance_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_pair: Option<&'a str>,
    preferred_backup_window: String,
    preferred_maintenance_window: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    s3_log_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security_group_ids: Vec<&'a str>,
    server_name: &'a str,
    service_role_arn: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subnet_ids: Vec<&'a str>,
    tools_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_arn: Option<&'a str>,
}

impl<'a> BackupBody<'a> {
    fn of(backup: &'a Backup) -> Self {
        let held = backup.snapshot();
        Self {
            backup_arn: backup.arn().as_str(),
            backup_id: backup.id().as_str(),
            backup_type: backup.kind().as_str(),
            created_at: Timestamp(backup.created_at()),
            description: backup.description().map(AsRef::as_ref),
            engine: held.release.engine.as_str(),
            engine_model: held.release.model.as_str(),
            engine_version: held.release.version.as_str(),
            instance_profile_arn: held.instance_profile_arn.as_str(),
            instance_type: held.instance_type.as_str(),
            key_pair: held.key_pair.as_ref().map(AsRef::as_ref),
            preferred_backup_window: held.backup_window.to_string(),
            preferred_maintenance_window: held.maintenance_window.to_string(),
            s3_log_url: backup.log_url(),
            security_group_ids: texts(&held.security_group_ids),
            server_name: held.server.as_str(),
            service_role_arn: held.service_role_arn.as_str(),
            status: backup.status().as_str(),
            status_description: backup.status_description(),
            subnet_ids: texts(&held.subnet_ids),
            tools_version: &held.tools_version,
            user_arn: backup.user_arn().map(AsRef::as_ref),
        }
    }
}

/// The structure `ServerEvent`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EventBody<'a> {
    created_at: Timestamp,
    server_name: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_url: Option<&'a str>,
}

impl<'a> EventBody<'a> {
    fn of(event: &'a Event) -> Self {
        Self {
            created_at: Timestamp(event.at),
            server_name: event.server.as_str(),
            message: &event.message,
            log_url: event.log_url.as_deref(),
        }
    }
}

/// The structure `AccountAttribute`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeBody {
    name: &'static str,
    maximum: u32,
    used: u32,
}

impl AttributeBody {
    fn of(attribute: &AccountAttribute) -> Self {
        Self {
            name: attribute.limited.as_str(),
            maximum: attribute.max,
            used: attribute.used,
        }
    }
}

/// The structure `EngineAttribute`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EngineAttributeBody<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> EngineAttributeBody<'a> {
    fn of(attribute: &'a EngineAttribute) -> Self {
        Self {
            name: attribute.name.as_str(),
            value: attribute.value.expose(),
        }
    }
}

/// An attribute in the answer on a server: one that everybody may see, or one that is told only now.
struct OwnAttribute<'a>(Cow<'a, EngineAttribute>);

impl Serialize for OwnAttribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EngineAttributeBody::of(&self.0).serialize(serializer)
    }
}

/// The structure `Tag`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagBody<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> TagBody<'a> {
    fn of((key, value): &'a (TagKey, TagValue)) -> Self {
        Self {
            key: key.as_str(),
            value: value.as_str(),
        }
    }
}

fn engine_attributes(attributes: &[EngineAttribute]) -> Vec<EngineAttributeBody<'_>> {
    attributes.iter().map(EngineAttributeBody::of).collect()
}

fn texts<T: AsRef<str>>(ids: &[T]) -> Vec<&str> {
    ids.iter().map(AsRef::as_ref).collect()
}
