//! What holds for every schedule: order and completeness against a slow scan, there and back, openings and phases.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test laws` tries harder.

mod fields;
mod peers;
mod phases;
mod rates;
mod runs;
mod scan;
mod strategies;
mod transitions;
