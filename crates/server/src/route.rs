//! Which interface a request is for, and a line in the log for each.

use std::{sync::Arc, time::Instant};

use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use hyper::body::Incoming;
use tracing::info;

use crate::{
    App, aws, clc,
    connection::Connection,
    health,
    http::{self as web, Answer},
};

/// The header that carries the id of a request in its answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Answers one request.
pub(crate) async fn answer(
    app: &Arc<App>,
    connection: Connection,
    request: Request<Incoming>,
) -> Answer {
    let began = Instant::now();
    let request_id = app.request_id();
    let (head, body) = request.into_parts();
    let (mut told, mut told_clc) = (aws::Told::default(), clc::Told::default());
    let mut answer = match (&head.method, head.uri.path()) {
        (&Method::POST, "/") => aws::answer(app, &connection, &head, body, &mut told).await,
        (&Method::GET | &Method::HEAD, "/health/live") => health::live(),
        (&Method::GET | &Method::HEAD, "/health/ready") => health::ready(app).await,
        (_, path) if is_clc(path) => clc::answer(app, &head, body, &mut told_clc).await,
        (_, "/" | "/health/live" | "/health/ready") => web::last(web::text(
            StatusCode::METHOD_NOT_ALLOWED,
            "method not allowed\n",
        )),
        _ => web::last(web::text(StatusCode::NOT_FOUND, "not found\n")),
    };
    info!(
        target: "tagout::access",
        request_id,
        peer = %connection.peer,
        method = %head.method,
        path = head.uri.path(), // without the query, which may carry a signature
        operation = told.operation.map(|operation| operation.name),
        account = told.caller.as_ref().map(|caller| caller.account.as_str()),
        call = told_clc.call.map(tracing::field::debug),
        alias = told_clc.caller.as_ref().map(|caller| caller.alias.as_str().to_owned()),
        user = told_clc.caller.as_ref().map(|caller| caller.user.as_str()),
        access_key = told.caller.as_ref().map(|caller| caller.access_key_id.as_str()),
        status = answer.status().as_u16(),
        micros = began.elapsed().as_micros() as u64,
    );
    if let Ok(value) = HeaderValue::try_from(request_id) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    answer
}

/// Whether a path is of the CenturyLink Cloud interface, which reads its own in any letter case.
fn is_clc(path: &str) -> bool {
    path.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("/v2/"))
}
