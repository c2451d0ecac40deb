//! Who may come in.

pub mod sigv4;
