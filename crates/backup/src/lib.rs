//! What is kept of a server, how many and until when: backups with limits and rotation.
//!
//! A [`Backup`] is the record of one backup; what it holds lies elsewhere. The rules are those of AWS OpsWorks CM:
//! [`BACKUP_MOVES`] has every way from one status to another, and the code reads it.
//!
//! A backup begins together with a move of its server, of `tagout-lifecycle`: [`Backup::begin_manual`] because
//! somebody asks for it, [`Backup::begin_due`] because its window has opened, [`Backup::begin_with_maintenance`]
//! because maintenance sets out with one, [`Backup::begin_final`] before the server is deleted. Then it follows:
//! [`Backup::handle_made`] takes the result, and [`Backup::handle_ended`] whatever else ends the operation.
//!
//! # How many
//!
//! Of the automated backups of a server the newest are kept, as many as the server's retention says;
//! [`mod@rotation`] chooses which ones go when a new one has been made, and shows beforehand which ones would.
//!
//! Of manual backups an account may have fifty, whether their servers are still there or not. That limit is for the
//! store to hold, as any number of requests may come at once: [`Outcome::slots`] says how.
//!
//! # Example
//! ```
//! use chrono::{DateTime, Utc};
//! use tagout_backup::{Backup, BackupStatus, ManualOrder, Terms};
//! use tagout_lifecycle::{Limited, Quota, Server, Status, Ticket};
//!
//! # fn healthy_server(now: DateTime<Utc>) -> Result<Server, Box<dyn std::error::Error>> {
//! #     use tagout_lifecycle::*;
//! #     let new = NewServer::new(
//! #         "alpha".parse()?, Engine::Puppet, "m5.xlarge".parse()?,
//! #         "arn:aws:iam::123456789012:instance-profile/p".parse()?, "arn:aws:iam::123456789012:role/r".parse()?,
//! #     );
//! #     let account = Account { id: "123456789012".parse()?, region: "eu-central-1".parse()? };
//! #     let moved = Server::create(new, &account, &mut || 4, Ticket::new(1), &Policy::default(), now)?;
//! #     Ok(moved.server.handle_built(Ticket::new(1), Ok(Built::default()), now)?.server)
//! # }
//! let now: DateTime<Utc> = "2026-01-02T03:04:05.678Z".parse()?;
//! let (server, terms, quota) = (healthy_server(now)?, Terms::default(), Quota::empty(Limited::ManualBackups));
//!
//! let order = ManualOrder { description: Some("before change".parse()?), ..ManualOrder::default() };
//! let begun = Backup::begin_manual(&server, order, quota, |_| false, Ticket::new(2), &terms, now)?;
//! assert_eq!(begun.backup.id().as_str(), "alpha-20260102030405678");
//! assert_eq!(begun.moved.server.status(), Status::BackingUp);
//!
//! let mut tickets = || Ticket::new(3);
//! let (moved, outcome) = begun.backup.handle_made(
//!     &begun.moved.server, &[], Ticket::new(2), Ok(()), &mut tickets, &terms, now,
//! )?;
//! assert_eq!(moved.server.status(), Status::Healthy);
//! assert_eq!(outcome.backup.map(|backup| backup.status()), Some(BackupStatus::Ok));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backup;
pub use backup::{Backup, Snapshot, Terms};

mod begin;
pub use begin::{Begun, ManualOrder};

mod follow;

mod outcome;
pub use outcome::Outcome;

mod refusal;
pub use refusal::{BackupRefusal, BackupRefusalKind};

mod restore;
pub use restore::RestoreBegun;

pub mod rotation;
pub use rotation::{Removal, RemovalReason, Retention, Rotation};

mod status;
pub use status::{
    BACKUP_MOVES, BackupDestination, BackupMove, BackupStatus, BackupTrigger, BackupType,
    UnknownWord, backup_moves_mermaid,
};

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
