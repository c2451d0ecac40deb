//! The benches are programs of their own: `cargo bench -p tagout-benches --bench NAME`.
