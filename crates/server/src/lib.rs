//! The server of tagout.

mod auth;
pub use auth::sigv4;

pub mod config;
