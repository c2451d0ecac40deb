//! The control plane of tagout.

mod driver;
pub use driver::{
    Answers, CommandDriver, Done, Driver, DriverError, Program, Script, SimulatedDriver,
};

mod work;
pub use work::{Ticket, Work};
