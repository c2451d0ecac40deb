//! AWS JSON 1.1, the protocol that both AWS interfaces speak.
//!
//! Every request is a `POST` to `/` whose header `X-Amz-Target` names the operation, with a JSON object as body. Every
//! answer is a JSON object: the members of the response with status 200, or a [`Fault`].
//!
//! ```
//! use tagout_wire::aws::{self, Service};
//!
//! let operation = Service::of_target("AmazonSSM.GetMaintenanceWindow")?;
//! assert_eq!(operation.service, Service::Ssm);
//!
//! let fault = Service::of_target("AmazonSSM.SendPostcard").unwrap_err();
//! assert_eq!((fault.status(), fault.code()), (400, "UnknownOperationException"));
//! # Ok::<(), aws::Fault>(())
//! ```

mod fault;
pub use fault::{Fault, MessageName};

mod json;
pub use json::{Limits, Tree, parse, parse_within};

mod read;
pub use read::ReadError;

mod service;
pub use service::{Operation, Service};

mod timestamp;
pub use timestamp::{Timestamp, epoch_seconds};

use serde::Serialize;

/// The content type of every request and every answer.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The header that names the operation.
pub const TARGET_HEADER: &str = "x-amz-target";

/// A response as the bytes of its body.
///
/// # Panics
///
/// Panics if `response` cannot be written as JSON: if it is a map by something other than texts, or refuses by itself.
pub fn body(response: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(response)
        .expect("a response is made of texts, numbers, lists and structures")
}
