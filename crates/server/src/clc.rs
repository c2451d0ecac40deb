//! The door of the CenturyLink Cloud interface: which call, whose request, and may they.

mod answer;

mod fault;

mod submit;

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode, header, request};
use hyper::body::Incoming;
use tagout_wire::clc::{Call, Fault, HEADERS, Input, ROUTES, Reply, Request, Route};

use crate::{
    App,
    http::{self as web, Answer, BodyFault},
    login::{self, ClcCaller},
};

/// What is to be told of a request: in the log and in the figures.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The call that it is, if there is one of that path.
    pub(crate) call: Option<Call>,
    /// Whose it was.
    pub(crate) caller: Option<ClcCaller>,
}

/// Answers a request under `/v2/`.
pub(crate) async fn answer(
    app: &App,
    head: &request::Parts,
    body: Incoming,
    told: &mut Told,
) -> Answer {
    let mut is_read = false;
    let reply = match succeed(app, head, body, told, &mut is_read).await {
        Ok(reply) => reply,
        Err(fault) => fault.reply(),
    };
    let answer = written(reply);
    if is_read { answer } else { web::last(answer) }
}

async fn succeed(
    app: &App,
    head: &request::Parts,
    body: Incoming,
    told: &mut Told,
    is_read: &mut bool,
) -> Result<Reply, Fault> {
    let now = app.now();
    let route = Route::find(head.method.as_str(), head.uri.path())?;
    told.call = Some(route.call());
    let account = if route.call() == Call::Login {
        None
    } else {
        let caller = told.caller.insert(login::caller(app, &head.headers, now)?);
        if !caller.may(route.need()) {
            return Err(Fault::forbidden());
        }
        let payer = if caller.everywhere {
            ""
        } else {
            caller.user.as_str()
        };
        if !app.buckets().take(payer, now) {
            app.metrics().refused("rate");
            return Err(Fault::throttled());
        }
        Some(answer::account(app, caller, &route).await?)
    };

    let body_max = usize::try_from(app.limits().body_bytes).unwrap_or(usize::MAX);
    let time_limit = Duration::from_secs(app.limits().body_seconds);
    let body = web::read(body, body_max, time_limit)
        .await
        .map_err(|fault| match fault {
            BodyFault::TooLong => Fault::too_large(body_max),
            BodyFault::Late => Fault::message(408, "The body did not come in time."),
            BodyFault::Broken => Fault::bad_request("The body broke off."),
        })?;
    *is_read = true;

    let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let input = Input {
        query: head.uri.query().unwrap_or(""),
        content_type: text(header::CONTENT_TYPE).unwrap_or(""),
        idempotency_key: text(HeaderName::from_static("idempotency-key")),
        body: &body,
        servers_max: usize::try_from(app.limits().batch_servers).unwrap_or(usize::MAX),
    };
    match (Request::parse(&route, &input)?, &told.caller, account) {
        (Request::Login(named), _, _) => login::login(app, named, now).await,
        (request, Some(caller), Some(account)) => {
            answer::call(app, caller, account, &route, request).await
        }
        _ => Err(Fault::unauthorized()),
    }
}

/// What a call is called in the log and in the figures: its path, with its parts in braces.
pub(crate) fn label(call: Call) -> &'static str {
    ROUTES
        .iter()
        .find(|row| row.call == call)
        .map_or("", |row| row.path)
}

pub(crate) fn refusal(fault: &Fault) -> Answer {
    written(fault.reply())
}

/// The reply as it goes over a connection.
fn written(reply: Reply) -> Answer {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let has_body = !reply.body.is_empty();
    let mut answer = web::empty(status);
    *answer.body_mut() = reply.body.into();
    let headers = answer.headers_mut();
    if has_body {
        for (name, value) in HEADERS {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
    for (name, value) in [
        (header::LOCATION, reply.location),
        (header::ALLOW, reply.allow),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(&*value).ok()) {
            headers.insert(name, value);
        }
    }
    answer
}
