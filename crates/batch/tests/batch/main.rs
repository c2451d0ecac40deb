//! What the queue promises, theme by theme.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod legality;
mod simulation;
mod support;
mod wire;
