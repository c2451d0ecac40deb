//! The server of tagout.
//!
//! It speaks the interfaces of AWS Systems Manager, AWS OpsWorks CM and CenturyLink Cloud to their own clients, lets in
//! who may come in, and hands what it is asked to the control plane. It decides nothing by itself.

mod app;
pub use app::{App, Parts, StartError};

mod auth;
pub use auth::sigv4;

mod aws;

mod buckets;

mod clc;

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

mod login;
pub use login::ClcCaller;

mod metrics;

mod opsworkscm;

mod route;

mod secrets;

mod seed;
pub use seed::{InvalidSeed, Seed, SeedError};

mod server;
pub use server::Server;

mod ssm;

mod tls;

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
