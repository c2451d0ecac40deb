//! Who may come in.

pub mod sigv4;
pub(crate) mod token;
pub(crate) mod users;
