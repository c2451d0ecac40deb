//! The maintenance windows of AWS Systems Manager, as bytes.

mod operations;
pub use operations::OPERATIONS;
