//! AWS OpsWorks CM, API version 2016-11-01: nineteen operations over AWS JSON 1.1.
//!
//! The service ended in 2024, and its interface lives on in the SDKs. [`OPERATIONS`] lists what it can do;
//! [`Request::parse`] makes a command of a body, or tells everything that is wrong with it in the service's words;
//! [`Response::to_json`] and the functions of [`fault`] make answers.
//!
//! # Example
//!
//! ```
//! use tagout_wire::{aws::Service, opsworkscm::Request};
//!
//! let operation = Service::of_target("OpsWorksCM_V2016_11_01.DeleteServer")?;
//! let request = Request::parse(operation, br#"{"ServerName":"alpha"}"#)?;
//! assert_eq!(request, Request::DeleteServer { server: "alpha".parse().unwrap() });
//!
//! let fault = Request::parse(operation, br#"{"ServerName":"1 2"}"#).unwrap_err();
//! assert_eq!(
//!     fault.message().unwrap(),
//!     "1 validation error detected: Value '1 2' at 'serverName' failed to satisfy constraint: \
//!      Member must satisfy regular expression pattern: [a-zA-Z][a-zA-Z0-9\\-]*",
//! );
//! # Ok::<(), tagout_wire::aws::Fault>(())
//! ```

mod command;

pub mod fault;

mod pattern;

pub mod request;

mod response;
pub use response::{AccountAttribute, Response};

mod shapes;

use serde::de::DeserializeOwned;
use tagout_backup::ManualOrder;
use tagout_lifecycle::{
    AssociationToken, AttributeName, AttributeValue, BackupId, EngineAttribute,
    EngineAttributeName, MaxResults, NewServer, NextToken, NodeName, ResourceArn, RestoreOrder,
    ServerName, ServerUpdate, TagChange,
};

use self::command::Parse;
use crate::aws::{Fault, Limits, Operation, Service, parse_within};

const INVALID_STATE: &str = "InvalidStateException";
const LIMIT: &str = "LimitExceededException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const EXISTS: &str = "ResourceAlreadyExistsException";
const VALIDATION: &str = "ValidationException";
const NEXT_TOKEN: &str = "InvalidNextTokenException";

/// For bodies of a few names, or a token of 10,000 characters in whatever spelling.
const SHORT: usize = 256 * 1024;
/// For bodies with 200 tags or some engine attributes.
const LONG: usize = 1024 * 1024;
/// For a certificate of 2,097,152 characters, with every line break escaped.
const CERTIFICATE: usize = 4 * 1024 * 1024;

/// Every operation of the interface, in the order of their names.
///
/// Source: the API model of AWS OpsWorks CM, version 2016-11-01.
#[rustfmt::skip] // columns
pub static OPERATIONS: [Operation; 19] = [
    row("AssociateNode",                 false, LONG           , &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("CreateBackup",                  false, LONG,            &[INVALID_STATE, LIMIT, NOT_FOUND, VALIDATION]),
    row("CreateServer",                  false, CERTIFICATE,     &[LIMIT, EXISTS, NOT_FOUND, VALIDATION]),
    row("DeleteBackup",                  false, SHORT,           &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("DeleteServer",                  false, SHORT,           &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("DescribeAccountAttributes",     true,  SHORT,           &[]),
    row("DescribeBackups",               true,  SHORT,           &[VALIDATION, NOT_FOUND, NEXT_TOKEN]),
    row("DescribeEvents",                true,  SHORT,           &[VALIDATION, NEXT_TOKEN, NOT_FOUND]),
    row("DescribeNodeAssociationStatus", true,  SHORT,           &[NOT_FOUND, VALIDATION]),
    row("DescribeServers",               true,  SHORT,           &[VALIDATION, NOT_FOUND, NEXT_TOKEN]),
    row("DisassociateNode",              false, LONG,            &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("ExportServerEngineAttribute",   true,  LONG,            &[VALIDATION, NOT_FOUND, INVALID_STATE]),
    row("ListTagsForResource",           true,  SHORT,           &[NOT_FOUND, VALIDATION]),
    row("RestoreServer",                 false, SHORT,           &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("StartMaintenance",              false, LONG,            &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("TagResource",                   false, LONG,            &[NOT_FOUND, VALIDATION, INVALID_STATE]),
    row("UntagResource",                 false, LONG,            &[NOT_FOUND, VALIDATION, INVALID_STATE]),
    row("UpdateServer",                  false, SHORT,           &[INVALID_STATE, NOT_FOUND, VALIDATION]),
    row("UpdateServerEngineAttributes",  false, SHORT,           &[INVALID_STATE, NOT_FOUND, VALIDATION]),
];

const fn row(
    name: &'static str,
    reads_only: bool,
    body_max: usize,
    errors: &'static [&'static str],
) -> Operation {
    Operation {
        service: Service::OpsWorksCm,
        name,
        reads_only,
        errors,
        body_max,
    }
}

/// A request, read and in order by itself: what is to be done.
///
/// What depends on how things stand, or on what an installation allows, is left to the control plane: whether windows may
/// begin at any minute, how many backups may be kept, and which engines and attributes go together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Request {
    /// `AssociateNode`.
    AssociateNode {
        /// The server that is to manage it.
        server: ServerName,
        /// The node.
        node: NodeName,
        /// What the engine is told of it.
        attributes: Vec<EngineAttribute>,
    },
    /// `CreateBackup`.
    CreateBackup {
        /// Of which server.
        server: ServerName,
        /// What is said about it; who asks is for the caller to fill in.
        order: ManualOrder,
    },
    /// `CreateServer`.
    CreateServer {
        /// The server.
        new: Box<NewServer>,
        /// The backup whose content it starts with.
        from_backup: Option<BackupId>,
    },
    /// `DeleteBackup`.
    DeleteBackup {
        /// Which one.
        backup: BackupId,
    },
    /// `DeleteServer`.
    DeleteServer {
        /// Which one.
        server: ServerName,
    },
    /// `DescribeAccountAttributes`.
    DescribeAccountAttributes,
    /// `DescribeBackups`. Pages were declared and never made; the list comes whole.
    DescribeBackups {
        /// Only this one.
        backup: Option<BackupId>,
        /// Only those of the servers of this name.
        server: Option<ServerName>,
    },
    /// `DescribeEvents`.
    DescribeEvents {
        /// Of which server.
        server: ServerName,
        /// Where the page before ended.
        next: Option<NextToken>,
        /// The most events on a page.
        max: MaxResults,
    },
    /// `DescribeNodeAssociationStatus`.
    DescribeNodeAssociationStatus {
        /// The server.
        server: ServerName,
        /// The handle of the request for the node.
        token: AssociationToken,
    },
    /// `DescribeServers`. Pages were declared and never made; the list comes whole.
    DescribeServers {
        /// Only this one.
        server: Option<ServerName>,
    },
    /// `DisassociateNode`.
    DisassociateNode {
        /// The server that is to manage it no longer.
        server: ServerName,
        /// The node.
        node: NodeName,
        /// What the engine is told of it.
        attributes: Vec<EngineAttribute>,
    },
    /// `ExportServerEngineAttribute`.
    ExportServerEngineAttribute {
        /// Of which server.
        server: ServerName,
        /// Which attribute.
        attribute: EngineAttributeName,
        /// What the exported text depends on.
        inputs: Vec<EngineAttribute>,
    },
    /// `ListTagsForResource`.
    ListTagsForResource {
        /// Of which server or backup.
        resource: ResourceArn,
        /// Where the page before ended.
        next: Option<NextToken>,
        /// The most tags on a page.
        max: MaxResults,
    },
    /// `RestoreServer`.
    RestoreServer {
        /// Which server.
        server: ServerName,
        /// From which backup.
        backup: BackupId,
        /// What is to be other than before.
        order: RestoreOrder,
    },
    /// `StartMaintenance`.
    StartMaintenance {
        /// Of which server.
        server: ServerName,
        /// What the engine is told.
        attributes: Vec<EngineAttribute>,
    },
    /// `TagResource` and `UntagResource`.
    ChangeTags {
        /// Of which server or backup.
        resource: ResourceArn,
        /// The tags to be written, or the keys of those to be taken off.
        change: TagChange,
    },
    /// `UpdateServer`.
    UpdateServer {
        /// Which server.
        server: ServerName,
        /// The settings.
        update: ServerUpdate,
    },
    /// `UpdateServerEngineAttributes`.
    UpdateServerEngineAttributes {
        /// Of which server.
        server: ServerName,
        /// Which attribute.
        attribute: AttributeName,
        /// Its value; a new one is made if there is none.
        value: Option<AttributeValue>,
    },
}

impl Request {
    /// Reads the body of a request for `operation`.
    ///
    /// # Errors
    ///
    /// `SerializationException` if `body` is not JSON of the right types; `ValidationException` with every constraint that
    /// it breaks, or, if it breaks none, with all values that are not in order; `UnknownOperationException` if the
    /// operation is not of this interface.
    pub fn parse(operation: &Operation, body: &[u8]) -> Result<Self, Fault> {
        match operation.name {
            "AssociateNode" => read::<request::AssociateNode>(operation, body),
            "CreateBackup" => read::<request::CreateBackup>(operation, body),
            "CreateServer" => read::<request::CreateServer>(operation, body),
            "DeleteBackup" => read::<request::DeleteBackup>(operation, body),
            "DeleteServer" => read::<request::DeleteServer>(operation, body),
            "DescribeAccountAttributes" => {
                read::<request::DescribeAccountAttributes>(operation, body)
            }
            "DescribeBackups" => read::<request::DescribeBackups>(operation, body),
            "DescribeEvents" => read::<request::DescribeEvents>(operation, body),
            "DescribeNodeAssociationStatus" => {
                read::<request::DescribeNodeAssociationStatus>(operation, body)
            }
            "DescribeServers" => read::<request::DescribeServers>(operation, body),
            "DisassociateNode" => read::<request::DisassociateNode>(operation, body),
            "ExportServerEngineAttribute" => {
                read::<request::ExportServerEngineAttribute>(operation, body)
            }
            "ListTagsForResource" => read::<request::ListTagsForResource>(operation, body),
            "RestoreServer" => read::<request::RestoreServer>(operation, body),
            "StartMaintenance" => read::<request::StartMaintenance>(operation, body),
            "TagResource" => read::<request::TagResource>(operation, body),
            "UntagResource" => read::<request::UntagResource>(operation, body),
            "UpdateServer" => read::<request::UpdateServer>(operation, body),
            "UpdateServerEngineAttributes" => {
                read::<request::UpdateServerEngineAttributes>(operation, body)
            }
            other => Err(Fault::unknown_operation(other)),
        }
    }
}

fn read<T: Parse + DeserializeOwned>(operation: &Operation, body: &[u8]) -> Result<Request, Fault> {
    let limits = Limits {
        bytes: operation.body_max,
        ..Limits::default()
    };
    parse_within::<T>(body, &limits)?.parse()
}
