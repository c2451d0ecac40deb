//! AWS OpsWorks CM over HTTP: every operation does what it should, and says what the model declares when it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod fixture;

mod certificates; // of the owner's domain
mod operations; // each of the nineteen, when it goes well
mod refusals; // each error that the model declares
mod secrets; // what is told once
