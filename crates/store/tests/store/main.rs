//! The promises of a store, kept by every adapter, and what becomes of what was stored.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod contract;
mod damage;
mod formats;
mod server;
mod transfer;
