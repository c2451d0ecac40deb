//! Typed building blocks for taking servers out of service on time, doing the work, and putting them back.

pub use tagout_backup as backup;
pub use tagout_batch as batch;
pub use tagout_lifecycle as lifecycle;
pub use tagout_schedule as schedule;
pub use tagout_window as window;

#[cfg(feature = "store")]
pub use tagout_store as store;

#[cfg(feature = "control")]
pub use tagout_control as control;

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
