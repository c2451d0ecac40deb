//! The examples are programs of their own: `cargo run --example NAME` from the root of the project.
