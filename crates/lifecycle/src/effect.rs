//! What a decision wants done outside.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    AttributeName, AttributeValue, BackupId, CustomCertificate, CustomPrivateKey, EngineAttribute,
    InstanceType, KeyPair, NodeName, ServerName, Ticket, server::Blueprint,
};

/// What a decision wants done outside, once its outcome is committed.
///
/// Each may be done twice with the same end: a repeated `Perform` carries the same ticket, and its result counts
/// once.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Do this work and report on it with the ticket.
    Perform {
        /// To which server it is done.
        server: ServerName,
        /// The right to report the result.
        ticket: Ticket,
        /// When the work has failed if no result has come.
        deadline: DateTime<Utc>,
        /// What is to be done.
        work: Work,
    },
    /// Stop this work if that can be done; no result of it is taken any more.
    Abandon {
        /// To which server it was being done.
        server: ServerName,
        /// Which work.
        ticket: Ticket,
    },
}

/// A piece of work for whoever really handles servers. Secrets in it do not show in `Debug`.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Build the server.
    Build(Box<BuildWork>),
    /// Make a backup.
    BackUp {
        /// The id under which it is kept.
        backup: BackupId,
    },
    /// Maintain the server: a new machine from a fresh backup, with updates.
    Maintain {
        /// Whether to go to the next generation of the engine, which takes up to three hours.
        upgrade: bool,
    },
    /// Build a new machine from a backup and let it take over.
    Restore {
        /// The backup.
        backup: BackupId,
        /// The type of the new machine.
        instance_type: InstanceType,
        /// The key pair of the new machine.
        key_pair: Option<KeyPair>,
    },
    /// Change an engine attribute.
    Modify {
        /// Which one.
        attribute: AttributeName,
        /// The new value; without one the engine makes it.
        value: Option<AttributeValue>,
    },
    /// Remove what is kept under a backup.
    EraseBackup {
        /// The backup.
        backup: BackupId,
    },
    /// Take the server down: machine, volumes, stack and logs.
    TearDown,
    /// Let the engine manage a node.
    Associate {
        /// The node.
        node: NodeName,
        /// What the engine needs to know of it.
        attributes: Vec<EngineAttribute>,
    },
    /// Let the engine manage a node no longer.
    Disassociate {
        /// The node.
        node: NodeName,
        /// What the engine needs to know of it.
        attributes: Vec<EngineAttribute>,
    },
}

/// All that building a server takes.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct BuildWork {
    /// What it is to be.
    pub blueprint: Blueprint,
    /// What its engine is told.
    pub attributes: Vec<EngineAttribute>,
    /// The certificate and key of its custom domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<(CustomCertificate, CustomPrivateKey)>,
    /// The backup whose content it starts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_backup: Option<BackupId>,
}
