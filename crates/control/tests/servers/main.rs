//! Servers, backups and nodes over the store, whoever is lost meanwhile.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod night;

mod backups;
mod events;
mod faults;
mod lifecycle;
mod nodes;
mod telemetry;
mod windows;
