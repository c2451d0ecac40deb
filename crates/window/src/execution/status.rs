//! Where an execution, a task execution or an invocation stands, and how the parts make the whole.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where an execution, a task execution or an invocation stands, in the words of the interface.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It has not begun.
    Pending,
    /// It has begun.
    InProgress,
    /// It ended as it should.
    Success,
    /// It ended otherwise.
    Failed,
    /// Its time was over.
    TimedOut,
    /// It is to be cancelled, and has not ended yet.
    Cancelling,
    /// It was cancelled.
    Cancelled,
    /// It was not begun, as the window still ran from an earlier opening; executions only.
    SkippedOverlapping,
}

use Status::{
    Cancelled, Cancelling, Failed, InProgress, Pending, SkippedOverlapping, Success, TimedOut,
};

/// Every step from one status to another, and the only place where one is written down.
///
/// An execution, a task execution and an invocation share it; an execution that is skipped begins and ends as such.
#[rustfmt::skip] // columns
pub const MOVES: &[(Status, Status)] = &[
    (Pending,    InProgress),
    (Pending,    Success),    // an invocation whose beginning nobody reported
    (Pending,    Failed),
    (Pending,    TimedOut),   // the cutoff came first
    (Pending,    Cancelling),
    (Pending,    Cancelled),
    (InProgress, Success),
    (InProgress, Failed),
    (InProgress, TimedOut),
    (InProgress, Cancelling),
    (InProgress, Cancelled),
    (Cancelling, Success),    // it was done before the cancelling reached it
    (Cancelling, Failed),
    (Cancelling, TimedOut),
    (Cancelling, Cancelled),
];

/// How the parts make the whole: the first of these that any part has is the status of the whole; if none has any, it is
/// a success.
///
/// The service documents the two ends (all succeeded, one failed); the order between is ours: what most needs a look
/// comes first.
pub const ROLL_UP: &[Status] = &[Failed, TimedOut, Cancelled];

/// The steps as a state diagram in the language of Mermaid.
///
/// ```
/// assert!(tagout_window::moves_mermaid().contains("    PENDING --> IN_PROGRESS\n"));
/// ```
pub fn moves_mermaid() -> String {
    let mut diagram =
        "stateDiagram-v2\n    [*] --> PENDING\n    [*] --> SKIPPED_OVERLAPPING\n".to_owned();
    for (from, to) in MOVES {
        diagram.extend(["    ", from.as_str(), " --> ", to.as_str(), "\n"]);
    }
    for status in Status::ALL.iter().filter(|status| status.is_final()) {
        diagram.extend(["    ", status.as_str(), " --> [*]\n"]);
    }
    diagram
}

impl Status {
    /// All of them, in the order of the interface.
    pub const ALL: &[Self] = &[
        Pending,
        InProgress,
        Success,
        Failed,
        TimedOut,
        Cancelling,
        Cancelled,
        SkippedOverlapping,
    ];

    /// The word of the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Pending => "PENDING",
            InProgress => "IN_PROGRESS",
            Success => "SUCCESS",
            Failed => "FAILED",
            TimedOut => "TIMED_OUT",
            Cancelling => "CANCELLING",
            Cancelled => "CANCELLED",
            SkippedOverlapping => "SKIPPED_OVERLAPPING",
        }
    }

    /// Moves on to another status; that it is a step of [`MOVES`] is a promise of this crate.
    pub(super) fn step(&mut self, to: Self) {
        assert!(
            MOVES.contains(&(*self, to)),
            "no step leads from {self} to {to}"
        );
        *self = to;
    }

    /// Whether nothing comes after it.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Success | Failed | TimedOut | Cancelled | SkippedOverlapping
        )
    }

    /// The status of a whole whose parts have all ended, by [`ROLL_UP`].
    pub fn of_parts(parts: impl IntoIterator<Item = Self>) -> Self {
        let rank = |status| {
            ROLL_UP
                .iter()
                .position(|it| *it == status)
                .unwrap_or(ROLL_UP.len())
        };
        let first = parts.into_iter().map(rank).min().unwrap_or(ROLL_UP.len());
        ROLL_UP.get(first).copied().unwrap_or(Success)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        let found = Self::ALL
            .iter()
            .copied()
            .find(|status| status.as_str() == text);
        found.ok_or_else(|| UnknownStatus(text.into()))
    }
}

/// A word that is no [`Status`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown status `{0}`, expected one such as `IN_PROGRESS`")]
pub struct UnknownStatus(Box<str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_stored_form() {
        for status in Status::ALL {
            assert_eq!(
                serde_json::to_string(status).unwrap(),
                format!("\"{status}\"")
            );
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        assert_eq!(
            "DONE".parse::<Status>().unwrap_err().to_string(),
            "unknown status `DONE`, expected one such as `IN_PROGRESS`"
        );
    }

    #[test]
    fn nothing_follows_a_final_status_and_something_every_other() {
        for status in Status::ALL {
            assert_eq!(
                MOVES.iter().any(|(from, _)| from == status),
                !status.is_final(),
                "{status}"
            );
        }
        assert!(ROLL_UP.iter().all(|status| status.is_final()));
    }

    #[test]
    fn the_worst_part_makes_the_whole() {
        assert_eq!(Status::of_parts([]), Success);
        assert_eq!(Status::of_parts([Success, Success]), Success);
        assert_eq!(Status::of_parts([Success, Cancelled]), Cancelled);
        assert_eq!(Status::of_parts([Cancelled, TimedOut, Success]), TimedOut);
        assert_eq!(Status::of_parts([TimedOut, Failed, Cancelled]), Failed);
    }
}
