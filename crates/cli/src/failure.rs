//! Why the command could not do what it was asked.

use std::error::Error;
use std::io;

use tagout_schedule::ParseScheduleError;

/// The exit code of a command that was not understood or could not be carried out.
pub(crate) const EXIT_CODE: u8 = 2;

/// Why the command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The expression is no schedule.
    #[error("this is no schedule")]
    Schedule(#[source] ParseScheduleError),
    /// The service would refuse it, in these words.
    #[error("the service refuses this: {0}")]
    ServiceRefuses(String),
    /// What the options say does not go together.
    #[error("{}", chain(.0.as_ref()))]
    Options(Box<dyn Error>),
    /// A file or a stream could not be read or written.
    #[error("cannot {action} {what}: {source}")]
    Io {
        action: &'static str,
        what: String,
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{0}")]
    File(String),
    /// Some windows of a file were left out, for faults that stand here.
    #[error("some windows cannot be read, for {} faults:\n  {}", .0.len(), .0.join("\n  "))]
    Windows(Vec<String>),
}

impl Failure {
    pub(crate) fn options(error: impl Error + 'static) -> Self {
        Self::Options(Box::new(error))
    }
}

/// An error and its causes, from the outermost inwards.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
