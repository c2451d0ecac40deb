//! What goes over a connection, whichever interface it is of: bodies within bounds, and whole answers.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;

/// An answer, whole.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Why there is no body to look at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum BodyFault {
    /// It is longer than it may be.
    TooLong,
    /// It did not come in time.
    Late,
    /// It broke off, or its pieces are not framed as HTTP says.
    Broken,
}

/// The whole body of a request, if it has at most `length_max` bytes and comes within `time_limit`.
pub(crate) async fn read(
    body: Incoming,
    length_max: usize,
    time_limit: Duration,
) -> Result<Bytes, BodyFault> {
    let whole = Limited::new(body, length_max).collect();
    match tokio::time::timeout(time_limit, whole).await {
        Err(_) => Err(BodyFault::Late),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyFault::TooLong),
        Ok(Err(_)) => Err(BodyFault::Broken),
    }
}

/// An answer of this status, content type and body.
pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Answer {
    let mut answer = empty(status);
    *answer.body_mut() = Full::new(body.into());
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// An answer of this status without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// An answer in plain text.
pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    answer(status, "text/plain; charset=utf-8", text)
}

/// The same answer, after which the connection ends: what is left of the request is not read.
pub(crate) fn last(mut answer: Answer) -> Answer {
    answer
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}
