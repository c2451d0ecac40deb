//! What the crate promises, by theme. A new test goes to the theme that its failure would be about.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod plane;

mod model; // all of it together, at random

mod documents; // what the README shows
mod limits; // how many there may be
mod moves; // every way from one status to another
mod restores; // what may be restored where, and deleted when
mod stored; // what stays readable
mod writers; // many at once
