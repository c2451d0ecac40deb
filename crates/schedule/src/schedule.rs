//! The three kinds of schedule, as values that cannot hold a bad one.

mod cron;
pub use cron::Cron;
pub(crate) use cron::Days;

use chrono::NaiveDateTime;

/// An expression: `cron(...)`, `rate(...)` or `at(...)`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Schedule {
    /// Whenever the fields match the local time.
    Cron(Cron),
    /// Again and again, a fixed elapsed time apart.
    Rate(Rate),
    /// Once.
    At(At),
}

/// A fixed elapsed time between two openings, at least one minute.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rate {
    pub(crate) minutes: u64, // the expression helper settles the exact form (unit kept or not)
}

/// One local time, to the second.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct At {
    pub(crate) local: NaiveDateTime,
}

/// Which reading of the language holds where the documentation and the live service differ.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Dialect {
    /// As AWS documents it.
    #[default]
    Documented,
    /// As the live service was seen to behave.
    Service,
}
