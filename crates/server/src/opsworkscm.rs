//! The operations of AWS OpsWorks CM, over the control plane.

mod fault;

use chrono::{DateTime, Utc};
use tagout_control::{Control, ControlError, Driver, Removal};
use tagout_lifecycle::UserArn;
use tagout_store::Store;
use tagout_wire::{
    aws::{Fault, Operation},
    opsworkscm::{AccountAttribute, Request, Response},
};

use crate::{App, Caller};

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
        Err(error) => Err(fault::of(operation, &error)),
    }
}

/// Does what a request asks.
async fn perform<S: Store, D: Driver>(
    control: &Control<S, D>,
    caller: &Caller,
    request: Request,
    now: DateTime<Utc>,
) -> Result<Response, ControlError> {
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
            let made = control.create_server(account, *new, from_backup.as_ref(), now);
            let made = made.await?;
            Response::Server {
                server: Box::new(made.server),
                secrets: made.secrets,
            }
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
        } => plain(
            control
                .update_server_engine_attributes(account, &server, &attribute, value.as_ref(), now)
                .await?,
        ),
    })
}

/// A server whose answer tells nothing beside it.
fn plain(server: tagout_lifecycle::Server) -> Response {
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
