//! What an operation answers when it does not do as asked.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// An error as it goes out: a status, and a body with the name of the error, its message and its members.
///
/// Two groups differ in how they spell the member that holds the message. What an interface declares has the spelling of
/// its model, mostly `Message`; what stands before any interface (bad JSON, bad signatures, the checks of constraints that
/// all share) has `message`. Clients read both.
///
/// # Example
///
/// ```
/// use tagout_wire::aws::{Fault, MessageName};
///
/// let fault = Fault::declared("DoesNotExistException", MessageName::Upper, "Maintenance window mw-1 does not exist");
/// assert_eq!(fault.status(), 400);
/// assert_eq!(
///     String::from_utf8(fault.body()).unwrap(),
///     r#"{"__type":"DoesNotExistException","Message":"Maintenance window mw-1 does not exist"}"#,
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    status: u16,
    code: &'static str,
    message: Option<(MessageName, Box<str>)>,
    members: Vec<(&'static str, Value)>,
}

/// How the member is called that holds the message of an error.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MessageName {
    /// `Message`.
    Upper,
    /// `message`.
    Lower,
}

impl MessageName {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upper => "Message",
            Self::Lower => "message",
        }
    }
}

impl Fault {
    /// An error that an interface declares, with status 400.
    pub fn declared(code: &'static str, name: MessageName, message: impl fmt::Display) -> Self {
        Self {
            message: Some((name, message.to_string().into())),
            ..Self::bare(400, code)
        }
    }

    /// An error whose declaration has no message.
    pub const fn bare(status: u16, code: &'static str) -> Self {
        Self {
            status,
            code,
            message: None,
            members: Vec::new(),
        }
    }

    /// An error that stands before any interface.
    pub fn common(status: u16, code: &'static str, message: impl fmt::Display) -> Self {
        Self {
            status,
            ..Self::declared(code, MessageName::Lower, message)
        }
    }

    /// The same with another status.
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with one more member in its body.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((name, value.into()));
        self
    }

    /// `UnknownOperationException`: no interface has what the target names.
    pub fn unknown_operation(target: &str) -> Self {
        let shown: String = target.chars().take(100).collect();
        let message = format!("{shown:?} is not an operation, expected an X-Amz-Target that is");
        Self::common(400, "UnknownOperationException", message) // ours, as most texts here
    }

    /// `SerializationException`: the body is not the JSON that the operation asks for.
    pub fn serialization(message: impl fmt::Display) -> Self {
        Self::common(400, "SerializationException", message)
    }

    /// `ValidationException` as the check of constraints gives it, which no interface needs to declare.
    pub fn validation(message: impl fmt::Display) -> Self {
        Self::common(400, "ValidationException", message)
    }

    /// `RequestEntityTooLargeException`: the body is longer than the operation takes.
    pub fn too_large(body_max: usize) -> Self {
        let message = format!("The request is longer than {body_max} bytes.");
        Self::common(413, "RequestEntityTooLargeException", message)
    }

    /// `ThrottlingException`: too many requests at a time. (AWS, common errors: `Rate exceeded`.)
    pub fn throttling() -> Self {
        Self::common(400, "ThrottlingException", "Rate exceeded")
    }

    /// `InternalFailure`: something that the caller can do nothing about. Nothing of what went wrong is told.
    pub fn internal_failure() -> Self {
        let message = "The request processing has failed because of an unknown error.";
        Self::common(500, "InternalFailure", message)
    }

    /// `ServiceUnavailable`: it may work a little later.
    pub fn service_unavailable() -> Self {
        let message = "The request has failed due to a temporary failure of the server.";
        Self::common(503, "ServiceUnavailable", message)
    }

    /// `AccessDeniedException`: the caller may not do that. `action` is such as `ssm:GetMaintenanceWindow`.
    pub fn access_denied(user: &str, action: &str) -> Self {
        let message = format!("User: {user} is not authorized to perform: {action}");
        Self::common(400, "AccessDeniedException", message)
    }

    /// `MissingAuthenticationTokenException`: the request is not signed.
    pub fn missing_authentication() -> Self {
        Self::common(
            400,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
    }

    /// `IncompleteSignatureException`: the signature lacks a part, or a part cannot be read.
    pub fn incomplete_signature(message: impl fmt::Display) -> Self {
        Self::common(400, "IncompleteSignatureException", message)
    }

    /// `UnrecognizedClientException`: nobody has that access key, or that session token.
    pub fn unrecognized_client() -> Self {
        let message = "The security token included in the request is invalid.";
        Self::common(400, "UnrecognizedClientException", message)
    }

    /// `ExpiredTokenException`: the session token is past its time.
    pub fn expired_token() -> Self {
        let message = "The security token included in the request is expired";
        Self::common(400, "ExpiredTokenException", message)
    }

    /// `InvalidSignatureException` with a text of the caller's, such as that the signature is too old.
    pub fn invalid_signature(message: impl fmt::Display) -> Self {
        Self::common(400, "InvalidSignatureException", message)
    }

    /// `InvalidSignatureException`: the signature is not that of the request.
    pub fn signature_mismatch() -> Self {
        Self::invalid_signature(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
             and signing method. Consult the service documentation for details.",
        )
    }

    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The name of the error, such as `DoesNotExistException`.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What is said about it.
    pub fn message(&self) -> Option<&str> {
        self.message.as_ref().map(|(_, message)| &**message)
    }

    /// The body of the answer, a JSON object.
    pub fn body(&self) -> Vec<u8> {
        super::body(self)
    }
}

/// Writes the members of the body, the name of the error first.
impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("__type", self.code)?;
        if let Some((name, message)) = &self.message {
            members.serialize_entry(name.as_str(), message)?;
        }
        for (name, value) in &self.members {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "{}: {message}", self.code),
            None => f.write_str(self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fault: &Fault, status: u16, body: &str) {
        assert_eq!(fault.status(), status);
        assert_eq!(String::from_utf8(fault.body()).unwrap(), body);
    }

    #[test]
    fn faults_are_told_as_the_clients_read_them() {
        const fn assert_shared<T: Send + Sync>() {}
        assert_shared::<Fault>();
        check(
            &Fault::throttling(),
            400,
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
        );
        check(
            &Fault::bare(400, "InvalidResourceId"),
            400,
            r#"{"__type":"InvalidResourceId"}"#,
        );
        check(
            &Fault::too_large(10),
            413,
            r#"{"__type":"RequestEntityTooLargeException","message":"The request is longer than 10 bytes."}"#,
        );
        check(
            &Fault::access_denied("arn:aws:iam::1:user/a", "ssm:GetMaintenanceWindow"),
            400,
            r#"{"__type":"AccessDeniedException","message":"User: arn:aws:iam::1:user/a is not authorized to perform: ssm:GetMaintenanceWindow"}"#,
        );
        check(
            &Fault::validation("x").with("ReasonCode", "y"),
            400,
            r#"{"__type":"ValidationException","message":"x","ReasonCode":"y"}"#,
        );
        assert_eq!(
            Fault::service_unavailable().to_string(),
            "ServiceUnavailable: The request has failed due to a temporary failure of the server."
        );
        assert_eq!(Fault::bare(400, "A").to_string(), "A");
    }
}
