//! The server of tagout.

mod auth;
pub use auth::sigv4;
