//! Servers, their backups and their nodes, kept in the store: the OpsWorks CM side of the control plane.
//!
//! Decisions are those of `tagout-lifecycle` and `tagout-backup`. This module says which documents each of them
//! touches, and when they are looked at next.
//!
//! | document | is due |
//! |---|---|
//! | server | when its operation is overdue, a preferred window opens or closes, or a backup gets too old |
//! | backup | when its removal is overdue |
//! | association | when its request is overdue, or is known to fail |
//! | remains | until nothing is left of a server that is gone |
//!
//! A server is the one document that every decision about it writes, so that of two that were made from the same server
//! one is made anew. What belongs to it stands under its *incarnation*, the UUID of its ARN: a new server of the same
//! name sees nothing of the old one, however long the removal of that takes.

mod backups;
mod care;
mod commands;
mod duty;
mod finish;
mod follow;
mod joined;
mod nodes;
mod page;
mod queries;
mod records;
mod remains;
mod secrets;
mod settings;
mod tags;

pub use commands::{Created, Removal};
pub(crate) use finish::Charge;
pub(crate) use joined::Chore;
pub use page::Listing;
pub use queries::AccountAttribute;
pub(crate) use records::{AssociationRecord, BackupRecord, RemainsRecord, ServerRecord};
pub use settings::ServerSettings;
