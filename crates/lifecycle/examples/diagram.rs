//! Prints the lifecycle as a Mermaid state diagram, for pasting into documentation.

fn main() {
    print!("{}", tagout_lifecycle::transitions_mermaid());
}
