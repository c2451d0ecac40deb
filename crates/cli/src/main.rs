//! The command `tagout`.

fn main() {}
