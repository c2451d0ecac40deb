//! The promises of a store, kept by every adapter.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod contract;
