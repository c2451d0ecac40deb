//! What the crate promises, by theme. A new test goes to the theme that its failure would be about.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod cells; // which operation is allowed in which status
mod diagram;
mod moves; // every way from one status to another // the picture is the table
