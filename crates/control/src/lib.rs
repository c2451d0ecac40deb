//! The control plane of tagout: decides, commits, and then has the work done.
//!
//! [`Control`] is where to begin. What it tells its embedder: [`ControlError`] with its [`ErrorKind`], the stream of
//! [`Event`]s, and the [`METRICS`].
//!
//! **Invariant:** nothing here knows how a request is spoken, or which store it is; a decision reads no clock, and is
//! made of documents, the command and `now` alone. Only [`Control::run`] asks a [`Clock`], and durations are measured
//! for the metrics.
#![doc = include_str!("../README.md")]

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

mod telemetry;
pub use telemetry::{METRICS, Metric, MetricKind, describe_metrics};

mod unit;

mod windows;
pub use windows::{InvocationView, Node, WindowEvent, WindowOpening, WindowSettings};

mod work;
pub use work::{Ticket, Work};
