//! Which operations there are.

use tagout_window::request;

use crate::aws::{Operation, Service};

/// The longest body, in bytes.
///
/// The interface bounds most members, but neither the parameters of a command nor a request as a whole; this is ours.
const BODY_MAX: usize = 1 << 20;

const N_OPERATIONS: usize = request::OPERATIONS.len();

/// Every operation, in the order of their names: the 23 on maintenance windows, and the three that tag them.
pub static OPERATIONS: [Operation; N_OPERATIONS] = {
    let mut operations = [const { operation("", &[]) }; N_OPERATIONS];
    let mut at = 0;
    while at < N_OPERATIONS {
        let of_request = request::OPERATIONS[at];
        operations[at] = operation(of_request.name, of_request.errors);
        at += 1;
    }
    operations
};

const fn operation(name: &'static str, errors: &'static [&'static str]) -> Operation {
    Operation {
        service: Service::Ssm,
        name,
        reads_only: matches!(
            name.as_bytes(),
            [b'G', b'e', b't', ..] | [b'D', b'e', b's', ..] | [b'L', b'i', ..]
        ),
        errors,
        body_max: BODY_MAX,
    }
}
