//! The server of tagout.
//!
//! It speaks the interfaces of AWS Systems Manager, AWS OpsWorks CM and CenturyLink Cloud to their own clients, lets in
//! who may come in, and hands what it is asked to the control plane. It decides nothing by itself.

mod app;
pub use app::{App, Parts, StartError};

mod auth;
pub use auth::sigv4;

mod aws;

mod clock;
pub use clock::AnyClock;

pub mod config;

mod connection;

mod driver;
pub use driver::AnyDriver;

mod health;

mod http;

mod keys;
pub use keys::Caller;

mod opsworkscm;

mod route;

mod server;
pub use server::Server;

mod ssm;
