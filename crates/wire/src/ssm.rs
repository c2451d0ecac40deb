//! The maintenance windows of AWS Systems Manager, as bytes.
//!
//! A body becomes a [`Request`], which holds the command of its operation; what the command gives becomes a twin of
//! [`response`], and what it refuses a [`Fault`].
//!
//! Source of all names: the API model of AWS Systems Manager, version 2014-11-06.
//!
//! # Example
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use tagout_window::{Rules, Window, WindowId};
//! use tagout_wire::aws::{self, Service};
//! use tagout_wire::ssm::{Request, response};
//!
//! let operation = Service::of_target("AmazonSSM.CreateMaintenanceWindow")?;
//! let body = br#"{"Name":"nightly","Schedule":"cron(0 22 * * ? *)","Duration":3,"Cutoff":1,"AllowUnassociatedTargets":true}"#;
//! let Request::CreateMaintenanceWindow(command) = Request::parse(operation, body)? else { unreachable!() };
//!
//! let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
//! let window = Window::create(command, WindowId::from_bits(1), now, &Rules::default()).map_err(aws::Fault::from)?;
//! let body = aws::body(&response::GetMaintenanceWindow::new(&window));
//! assert!(body.starts_with(br#"{"WindowId":"mw-00000000000000001","Name":"nightly","#));
//! # Ok::<(), aws::Fault>(())
//! ```

mod operations;
pub use operations::OPERATIONS;

mod request;
pub use request::Request;

pub mod response;

use tagout_window::{ErrorKind, WindowError};

use crate::aws::{Fault, MessageName};

/// `InternalServerError`, which every operation declares: something that the caller can do nothing about.
pub fn internal_server_error() -> Fault {
    Fault::declared(
        "InternalServerError",
        MessageName::Upper,
        "An error occurred on the server side.",
    )
    .with_status(500)
}

/// What is declared has its message as `Message`; three errors of the tags have none. A `ValidationException`, which no
/// operation declares, has `message`, as the checks have that stand before all interfaces.
impl From<&WindowError> for Fault {
    fn from(error: &WindowError) -> Self {
        let kind = error.kind();
        match kind {
            ErrorKind::Validation => Self::validation(error),
            ErrorKind::InvalidResourceType
            | ErrorKind::InvalidResourceId
            | ErrorKind::TooManyTags => Self::bare(400, kind.code()),
            _ => Self::declared(kind.code(), MessageName::Upper, error),
        }
    }
}

impl From<WindowError> for Fault {
    fn from(error: WindowError) -> Self {
        Self::from(&error)
    }
}
