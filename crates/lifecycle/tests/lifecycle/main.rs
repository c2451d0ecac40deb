//! What the crate promises, by theme. A new test goes to the theme that its failure would be about.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod beyond; // what the service did not have
mod cells; // which operation is allowed in which status
mod diagram;
mod moves;
mod outcomes; // what a move leaves behind
mod requests; // what may be asked for
mod stored; // what stays readable
mod values; // texts and numbers // every way from one status to another // the picture is the table
mod windows; // when work begins by itself
