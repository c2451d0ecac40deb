//! The expression language, as a user of the crate meets it.

#[path = "language/accepts.rs"]
mod accepts;
#[cfg(feature = "cron")]
#[path = "language/convert.rs"]
mod convert;
#[path = "language/errors.rs"]
mod errors;
#[path = "language/explains.rs"]
mod explains;
#[path = "language/refuses.rs"]
mod refuses;
#[path = "language/service.rs"]
mod service;
