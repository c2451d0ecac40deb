//! The control plane of tagout.

mod account;
pub use account::{Account, InvalidAccount};

mod batches;
pub use batches::{JobFilter, JobView, Page};

mod clock;
pub use clock::{Clock, ManualClock, SystemClock};

mod control;
pub use control::{Control, Step};

mod driver;
pub use driver::{
    Answers, CommandDriver, Done, Driver, DriverError, Program, Script, SimulatedDriver,
};

mod error;
pub use error::{ControlError, ErrorKind};

mod event;
pub use event::{Event, EventPage, Recorded};

mod ids;
pub use ids::Ids;

mod listen;
pub use listen::Follow;

mod run;

mod servers;
pub use servers::{AccountAttribute, Created, Listing, Removal, ServerSettings};

mod settings;
pub use settings::Settings;

mod simulation;
pub use simulation::{Simulation, Tick};

mod outbox;
mod unit;

mod windows;
pub use windows::{InvocationView, Node, WindowEvent, WindowOpening, WindowSettings};

mod work;
pub use work::{Ticket, Work};
