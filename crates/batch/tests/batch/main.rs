//! What the queue promises, theme by theme.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bounds;
mod documents;
mod jobs;
mod legality;
mod lists;
mod model;
mod plans;
mod simulation;
mod stored;
mod support;
mod wire;

/// Everything that is handed over may cross threads.
#[test]
fn main_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<tagout_batch::Queue>();
    check::<tagout_batch::Server>();
    check::<tagout_batch::Job>();
    check::<tagout_batch::Item>();
    check::<tagout_batch::Work>();
    check::<tagout_batch::Document>();
    check::<tagout_batch::Submission>();
    check::<tagout_batch::Answer>();
    check::<tagout_batch::Plan>();
    check::<tagout_batch::SubmitError>();
}
