//! Builds the crate without claims.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cfg=tagout_without_claims");
}
