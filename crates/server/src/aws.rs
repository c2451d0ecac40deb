//! The door of the two AWS interfaces: which operation, whose request, and may they.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{StatusCode, request};
use hyper::body::Incoming;
use tagout_wire::aws::{self, Fault, Operation, Service};

use crate::{
    App,
    connection::Connection,
    http::{self as web, Answer, BodyFault},
    keys::Caller,
    opsworkscm, sigv4, ssm,
};

/// What is to be told of a request: in the log and in the figures.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The operation that it named, if there is one of that name.
    pub(crate) operation: Option<&'static Operation>,
    /// Whose it was.
    pub(crate) caller: Option<Caller>,
}

/// Answers a `POST /`.
pub(crate) async fn answer(
    app: &App,
    connection: &Connection,
    head: &request::Parts,
    body: Incoming,
    told: &mut Told,
) -> Answer {
    match succeed(app, connection, head, body, told).await {
        Ok(body) => web::answer(StatusCode::OK, aws::CONTENT_TYPE, body),
        Err((fault, Rest::Read)) => refusal(&fault),
        Err((fault, Rest::Unread)) => web::last(refusal(&fault)),
    }
}

/// An operation that takes more bytes than this may hold a certificate, which alone may be 2 MiB long.
const CERTIFICATE_BYTES: usize = 2 * 1024 * 1024;

/// Whether what follows the headers was read.
enum Rest {
    Read,
    Unread,
}

async fn succeed(
    app: &App,
    connection: &Connection,
    head: &request::Parts,
    body: Incoming,
    told: &mut Told,
) -> Result<Vec<u8>, (Fault, Rest)> {
    let unread = |fault| (fault, Rest::Unread);
    let target = head.headers.get(aws::TARGET_HEADER);
    let target = target.map_or("", |value| value.to_str().unwrap_or_default());
    let operation = Service::of_target(target).map_err(unread)?;
    told.operation = Some(operation);

    let length_max = length_max(app, operation);
    let time_limit = Duration::from_secs(app.limits().body_seconds);
    let body = web::read(body, length_max, time_limit)
        .await
        .map_err(|fault| match fault {
            BodyFault::TooLong => unread(Fault::too_large(length_max)),
            BodyFault::Late => unread(Fault::common(
                408,
                "RequestTimeoutException",
                "The body did not come in time.",
            )),
            BodyFault::Broken => unread(Fault::serialization("The body broke off.")),
        })?;
    dispatch(app, connection, head, operation, &body, told)
        .await
        .map_err(|fault| (fault, Rest::Read))
}

async fn dispatch(
    app: &App,
    connection: &Connection,
    head: &request::Parts,
    operation: &'static Operation,
    body: &[u8],
    told: &mut Told,
) -> Result<Vec<u8>, Fault> {
    let now = app.now();
    let caller = caller(app, connection, head, operation, body, now)?;
    let caller = told.caller.insert(caller);
    // Where any key is taken, what a caller calls itself is no reason for a bucket of its own.
    let payer = if app.keys().is_open() {
        ""
    } else {
        caller.access_key_id.as_str()
    };
    if !app.buckets().take(payer, now) {
        app.metrics().refused("rate");
        return Err(Fault::throttling());
    }
    if !app.keys().allows(&caller.access_key_id, operation) {
        let user = format!(
            "arn:aws:iam::{}:user/{}",
            caller.account, caller.access_key_id
        );
        let action = format!("{}:{}", operation.service.signing_name(), operation.name);
        return Err(Fault::access_denied(&user, &action));
    }
    perform(app, caller, operation, body, now).await
}

/// Does what a request asks, within this process: for the account of all callers who name none.
pub(crate) async fn ask_within(
    app: &App,
    operation: Result<&'static Operation, Fault>,
    body: &[u8],
) -> Result<Vec<u8>, Fault> {
    perform(app, &app.keys().caller(""), operation?, body, app.now()).await
}

async fn perform(
    app: &App,
    caller: &Caller,
    operation: &'static Operation,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, Fault> {
    match operation.service {
        Service::Ssm => ssm::answer(app, caller, operation, body, now).await,
        Service::OpsWorksCm => opsworkscm::answer(app, caller, operation, body, now).await,
    }
}

/// Whose request it is, which its signature proves; where no key is configured, whoever it says.
fn caller(
    app: &App,
    connection: &Connection,
    head: &request::Parts,
    operation: &Operation,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Caller, Fault> {
    let keys = app.keys();
    let request = sigv4::Request {
        method: &head.method,
        path: head.uri.path(),
        query: head.uri.query().unwrap_or(""),
        headers: &head.headers,
        body,
    };
    if keys.is_open() {
        return Ok(keys.caller(&sigv4::claimed_key(&request).unwrap_or_default()));
    }
    let audience = sigv4::Audience {
        region: app.region(),
        service: operation.service.signing_name(),
        unsigned_payload: connection.is_encrypted,
    };
    match sigv4::verify(request, audience, now, |id| keys.secret(id)) {
        Ok(signed) => Ok(keys.caller(&signed.access_key_id)),
        Err(refusal) => Err(Fault::common(400, refusal.code(), refusal)),
    }
}

/// The longest body that an operation takes here, in bytes, inclusive.
fn length_max(app: &App, operation: &Operation) -> usize {
    let limits = app.limits();
    let ours = if operation.body_max > CERTIFICATE_BYTES {
        limits.certificate_body_bytes
    } else {
        limits.body_bytes
    };
    operation
        .body_max
        .min(usize::try_from(ours).unwrap_or(usize::MAX))
}

pub(crate) fn refusal(fault: &Fault) -> Answer {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    web::answer(status, aws::CONTENT_TYPE, fault.body())
}
