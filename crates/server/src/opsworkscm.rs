//! The operations of AWS OpsWorks CM, over the control plane.

mod certificate;

mod fault;

mod secrets;

use chrono::{DateTime, Utc};
use tagout_control::{Account, Control, ControlError, Driver, Removal};
use tagout_lifecycle::{
    AttributeName, AttributeValue, BackupId, EngineAttribute, EngineFamily, NewServer, Server,
    ServerName, UserArn,
};
use tagout_store::Store;
use tagout_wire::{
    aws::{Fault, Operation},
    opsworkscm::{AccountAttribute, Request, Response},
};

use self::{
    certificate::CertificateFault,
    secrets::{KeyPair, SecretError},
};
use crate::{App, Caller};

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Refused(#[from] ControlError),
    #[error("{}", fault::join(.0))]
    Certificate(Vec<CertificateFault>),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// The names of the attribute by which the key of an engine's administrator is set; others are its older names.
const PIVOTAL_KEYS: [&str; 2] = ["CHEF_AUTOMATE_PIVOTAL_KEY", "CHEF_PIVOTAL_KEY"];

/// The attribute that is the archive to begin with.
const CHEF_STARTER_KIT: &str = "CHEF_STARTER_KIT";

/// Answers `operation`, whose caller was let in.
pub(crate) async fn answer(
    app: &App,
    caller: &Caller,
    operation: &Operation,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, Fault> {
    let request = Request::parse(operation, body)?;
    match perform(app.control(), caller, request, now).await {
        Ok(response) => Ok(response.to_json()),
        Err(failure) => Err(fault::of(operation, &failure)),
    }
}

/// Does what a request asks.
async fn perform<S: Store, D: Driver>(
    control: &Control<S, D>,
    caller: &Caller,
    request: Request,
    now: DateTime<Utc>,
) -> Result<Response, Failure> {
    let account = &caller.account;
    Ok(match request {
        Request::AssociateNode {
            server,
            node,
            attributes,
        } => Response::NodeAssociationStatusToken(
            control
                .associate_node(account, &server, &node, &attributes, now)
                .await?,
        ),
        Request::CreateBackup { server, mut order } => {
            order.user_arn = user_arn(caller);
            let backup = control.create_backup(account, &server, &order, now);
            Response::Backup(Box::new(backup.await?))
        }
        Request::CreateServer { new, from_backup } => {
            create_server(control, account, *new, from_backup.as_ref(), now).await?
        }
        Request::DeleteBackup { backup } => {
            control.delete_backup(account, &backup, now).await?;
            Response::Done
        }
        Request::DeleteServer { server } => {
            let removal = Removal::AtOnce;
            control
                .delete_server(account, &server, &removal, now)
                .await?;
            Response::Done
        }
        Request::DescribeAccountAttributes => {
            let attributes = control.describe_account_attributes(account).await?;
            let attributes = attributes.map(|attribute| AccountAttribute {
                limited: attribute.limited,
                max: attribute.max,
                used: attribute.used,
            });
            Response::AccountAttributes(attributes.into())
        }
        Request::DescribeBackups { backup, server } => Response::Backups(
            control
                .describe_backups(account, backup.as_ref(), server.as_ref(), now)
                .await?,
        ),
        Request::DescribeEvents { server, next, max } => {
            let page = control.describe_events(account, &server, next.as_ref(), max, now);
            let page = page.await?;
            Response::Events {
                events: page.items,
                next: page.next,
            }
        }
        Request::DescribeNodeAssociationStatus { server, token } => {
            let asked = control.describe_node_association_status(account, &server, &token, now);
            Response::NodeAssociationStatus(Box::new(asked.await?))
        }
        Request::DescribeServers { server } => Response::Servers(
            control
                .describe_servers(account, server.as_ref(), now)
                .await?,
        ),
        Request::DisassociateNode {
            server,
            node,
            attributes,
        } => Response::NodeAssociationStatusToken(
            control
                .disassociate_node(account, &server, &node, &attributes, now)
                .await?,
        ),
        Request::ExportServerEngineAttribute {
            server,
            attribute,
            inputs,
        } => {
            let exported = control
                .export_server_engine_attribute(account, &server, &attribute, &inputs, now)
                .await?;
            Response::Exported {
                server,
                attribute: exported,
            }
        }
        Request::ListTagsForResource {
            resource,
            next,
            max,
        } => {
            let page = control.list_tags_for_resource(account, &resource, next.as_ref(), max, now);
            let page = page.await?;
            Response::Tags {
                tags: page.items,
                next: page.next,
            }
        }
        Request::RestoreServer {
            server,
            backup,
            order,
        } => plain(
            control
                .restore_server(account, &server, &backup, &order, now)
                .await?,
        ),
        Request::StartMaintenance { server, attributes } => plain(
            control
                .start_maintenance(account, &server, &attributes, now)
                .await?,
        ),
        Request::ChangeTags { resource, change } => {
            control
                .change_tags(account, &resource, &change, now)
                .await?;
            Response::Done
        }
        Request::UpdateServer { server, update } => plain(
            control
                .update_server(account, &server, &update, now)
                .await?,
        ),
        Request::UpdateServerEngineAttributes {
            server,
            attribute,
            value,
        } => update_attribute(control, account, &server, &attribute, value, now).await?,
    })
}

/// Begins to build a server, and makes for its engine what its owner left out.
async fn create_server<S: Store, D: Driver>(
    control: &Control<S, D>,
    account: &Account,
    mut new: NewServer,
    from_backup: Option<&BackupId>,
    now: DateTime<Utc>,
) -> Result<Response, Failure> {
    if let Some(custom) = &new.custom_endpoint {
        certificate::check(custom, now).map_err(Failure::Certificate)?;
    }
    let key_name = new
        .attributes_to_generate()
        .find(|name| PIVOTAL_KEYS.contains(name));
    // A key is work, which is not done for a name that is taken.
    let is_free = control
        .describe_servers(account, Some(&new.name), now)
        .await
        .is_err();
    let key = match key_name.filter(|_| is_free) {
        Some(name) => {
            let key = KeyPair::draw().await?;
            new.attributes.push(secrets::attribute(name, key.public())?);
            Some((name, key))
        }
        None => None,
    };
    let made = control
        .create_server(account, new, from_backup, now)
        .await?;
    let mut told = made.secrets;
    if let Some((name, key)) = &key {
        told.push(key.told(name)?);
    }
    let key = key.as_ref().map(|(_, key)| key);
    told.push(secrets::starter_kit(&made.server, key)?);
    Ok(Response::Server {
        server: Box::new(made.server),
        secrets: told,
    })
}

/// Begins to change an attribute of an engine. Without a value, a key and the starter kit are made anew and told.
async fn update_attribute<S: Store, D: Driver>(
    control: &Control<S, D>,
    account: &Account,
    name: &ServerName,
    attribute: &AttributeName,
    value: Option<AttributeValue>,
    now: DateTime<Utc>,
) -> Result<Response, Failure> {
    let found = control.describe_servers(account, Some(name), now).await?;
    let is_chef =
        |server: &Server| server.blueprint().release.engine.family() == EngineFamily::Chef;
    let is_new = value.is_none() && found.iter().any(is_chef);
    let key = if is_new && PIVOTAL_KEYS.contains(&attribute.as_str()) {
        Some(KeyPair::draw().await?)
    } else {
        None
    };
    let value = match &key {
        Some(key) => Some(AttributeValue::try_from(key.public()).map_err(SecretError::from)?),
        None => value,
    };
    let server = control
        .update_server_engine_attributes(account, name, attribute, value.as_ref(), now)
        .await?;
    let mut told: Vec<EngineAttribute> = Vec::new();
    if let Some(key) = &key {
        told.push(key.told(attribute.as_str())?);
    }
    if key.is_some() || is_new && attribute.as_str() == CHEF_STARTER_KIT {
        told.push(secrets::starter_kit(&server, key.as_ref())?);
    }
    Ok(Response::Server {
        server: Box::new(server),
        secrets: told,
    })
}

/// A server whose answer tells nothing beside it.
fn plain(server: Server) -> Response {
    Response::Server {
        server: Box::new(server),
        secrets: Vec::new(),
    }
}

/// The caller as backups tell them; an access key stands for its user.
fn user_arn(caller: &Caller) -> Option<UserArn> {
    let Caller {
        account,
        access_key_id,
    } = caller;
    let user = match access_key_id.as_str() {
        "" => "root".to_owned(),
        id => format!("user/{id}"),
    };
    UserArn::try_from(format!("arn:aws:iam::{account}:{user}")).ok()
}
