//! Whether an opening may begin to run, given what runs already.

use crate::rules::Quotas;
use crate::window::Overlap;

/// What becomes of an execution that is ready to begin.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Admission {
    /// It begins.
    Begin,
    /// It stays pending; to be asked again when another execution ends.
    Wait,
    /// It is skipped as overlapping.
    Skip,
    /// It stays pending, and the other execution of its window is to be cancelled.
    CancelOther,
}

impl Admission {
    /// What becomes of an execution, if its window still runs from an earlier opening or not, and so many executions
    /// (of all windows) run at all.
    ///
    /// The service runs one execution of a window and five of all windows at a time. What it does with a sixth is not
    /// known: here it waits, until its own cutoff.
    pub fn of(overlap: Overlap, same_window_runs: bool, n_running: usize, quotas: &Quotas) -> Self {
        match overlap {
            Overlap::Skip if same_window_runs => Self::Skip,
            Overlap::Wait if same_window_runs => Self::Wait,
            Overlap::Cancel if same_window_runs => Self::CancelOther,
            Overlap::Skip | Overlap::Wait | Overlap::Cancel => {
                if n_running < quotas.concurrent_executions {
                    Self::Begin
                } else {
                    Self::Wait
                }
            }
        }
    }
}
