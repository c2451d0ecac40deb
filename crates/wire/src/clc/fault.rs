//! Answers to requests that are not done.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::Reply;

/// Why a request is not done, as an answer: a status, a message, and for a body that is not as it should be every
/// fault of it by the member where it stands.
///
/// # Example
///
/// ```
/// use tagout_wire::clc::Fault;
///
/// let fault = Fault::invalid([("body.snapshotExpirationDays".into(), "the days are 11, expected 1 to 10".into())]);
/// let reply = fault.reply();
/// assert_eq!(reply.status, 400);
/// assert_eq!(
///     String::from_utf8(reply.body).unwrap(),
///     r#"{"message":"The request is invalid.","modelState":{"body.snapshotExpirationDays":["the days are 11, expected 1 to 10"]}}"#,
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    status: u16,
    /// None for an answer without a body.
    message: Option<Box<str>>,
    model_state: BTreeMap<Box<str>, Vec<Box<str>>>,
    allow: Option<Box<str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    model_state: &'a BTreeMap<Box<str>, Vec<Box<str>>>,
}

impl Fault {
    /// A message under a status.
    pub fn message(status: u16, message: impl fmt::Display) -> Self {
        Self {
            status,
            message: Some(message.to_string().into()),
            model_state: BTreeMap::new(),
            allow: None,
        }
    }

    /// 400: something about the request as a whole.
    pub fn bad_request(message: impl fmt::Display) -> Self {
        Self::message(400, message)
    }

    /// 400: members of the request, by their places.
    pub fn invalid(faults: impl IntoIterator<Item = (Box<str>, Box<str>)>) -> Self {
        let mut fault = Self::bad_request("The request is invalid.");
        for (place, text) in faults {
            fault.model_state.entry(place).or_default().push(text);
        }
        fault
    }

    /// 400: the login that nobody has.
    pub fn login() -> Self {
        Self::bad_request(
            "We didn't recognize the username or password you entered. Please try again.",
        )
    }

    /// 401: no token, or none that is good any more.
    pub fn unauthorized() -> Self {
        // Nobody has recorded one; the framework that the service ran on says this by itself.
        Self::message(401, "Authorization has been denied for this request.")
    }

    /// 403: the caller has not the role, or not that account.
    pub fn forbidden() -> Self {
        Self::message(403, "You do not have permission to perform this operation.") // ours
    }

    /// 404 with a message: there is no such path, or nothing that the caller may see under it.
    pub fn not_found() -> Self {
        Self::message(404, "The requested resource does not exist.")
    }

    /// 404 without a body: there is no such server, or none that the caller may see.
    pub const fn absent() -> Self {
        Self {
            status: 404,
            message: None,
            model_state: BTreeMap::new(),
            allow: None,
        }
    }

    /// 405: the path takes other methods, such as `GET, POST`.
    pub fn method(allow: &str) -> Self {
        Self {
            allow: Some(allow.into()),
            ..Self::message(405, "The requested resource does not support this method.")
        }
    }

    /// 413: the body is longer than it may be.
    pub fn too_large(body_max: usize) -> Self {
        let message = format!("The request is longer than {body_max} bytes.");
        Self::message(413, message)
    }

    /// 429: more requests than one caller may make at a time.
    pub fn throttled() -> Self {
        Self::message(429, "Too many requests. Please try again later.")
    }

    /// 500: something that the caller can do nothing about. Nothing of what went wrong is told.
    pub fn internal() -> Self {
        Self::message(500, "An error has occurred.")
    }

    /// 503: it may work a little later.
    pub fn unavailable(message: impl fmt::Display) -> Self {
        Self::message(503, message)
    }

    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The answer.
    pub fn reply(&self) -> Reply {
        let reply = self.message.as_ref().map_or_else(
            || Reply::empty(self.status),
            |message| {
                let model_state = &self.model_state;
                Reply::json(
                    self.status,
                    &Body {
                        message,
                        model_state,
                    },
                )
            },
        );
        Reply {
            allow: self.allow.clone(),
            ..reply
        }
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        for (place, texts) in &self.model_state {
            write!(f, " {place}: {}", texts.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<Fault>();
    };

    #[track_caller]
    fn check(fault: &Fault, status: u16, body: &str) {
        let reply = fault.reply();
        assert_eq!(reply.status, status);
        assert_eq!(String::from_utf8(reply.body).unwrap(), body);
    }

    #[test]
    fn recorded_refusals_are_told_in_the_words_of_the_service() {
        check(
            &Fault::login(),
            400,
            r#"{"message":"We didn't recognize the username or password you entered. Please try again."}"#,
        );
        check(
            &Fault::not_found(),
            404,
            r#"{"message":"The requested resource does not exist."}"#,
        );
        check(
            &Fault::internal(),
            500,
            r#"{"message":"An error has occurred."}"#,
        );
        check(&Fault::absent(), 404, "");
    }

    #[test]
    fn faults_of_one_member_stand_together() {
        let faults = [("b", "2"), ("a", "1"), ("b", "3")];
        let fault = Fault::invalid(faults.map(|(place, text)| (place.into(), text.into())));
        check(
            &fault,
            400,
            r#"{"message":"The request is invalid.","modelState":{"a":["1"],"b":["2","3"]}}"#,
        );
        assert_eq!(
            fault.to_string(),
            "400: The request is invalid. a: 1 b: 2; 3"
        );
    }

    #[test]
    fn a_refused_method_tells_the_right_ones() {
        assert_eq!(Fault::method("GET").reply().allow.as_deref(), Some("GET"));
    }
}
