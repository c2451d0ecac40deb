//! The control plane of tagout.

mod driver;
pub use driver::{CommandDriver, Done, Driver, DriverError, Program};

mod work;
pub use work::{Ticket, Work};
