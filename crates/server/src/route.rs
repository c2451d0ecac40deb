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
    let (interface, mut answer) = match (&head.method, head.uri.path()) {
        (&Method::POST, "/") => {
            let answer = match app.turn() {
                Some(_turn) => aws::answer(app, &connection, &head, body, &mut told).await,
                None => web::last(aws::refusal(&throttled(app))),
            };
            ("aws", answer)
        }
        (_, path) if is_clc(path) => {
            let answer = match app.turn() {
                Some(_turn) => clc::answer(app, &head, body, &mut told_clc).await,
                None => web::last(clc::refusal(&clc_throttled(app))),
            };
            ("clc", answer)
        }
        (&Method::GET | &Method::HEAD, path) => ("own", own(app, path).await),
        (_, path) if OWN.contains(&path) => {
            let text = "method not allowed\n";
            (
                "own",
                web::last(web::text(StatusCode::METHOD_NOT_ALLOWED, text)),
            )
        }
        _ => (
            "own",
            web::last(web::text(StatusCode::NOT_FOUND, "not found\n")),
        ),
    };
    let operation = told.operation.map(|operation| operation.name);
    let call = told_clc.call.map(clc::label);
    let (status, took) = (answer.status().as_u16(), began.elapsed());
    let label = operation.or(call).unwrap_or("");
    app.metrics().answered(interface, label, status, took);
    info!(
        target: "tagout::access",
        request_id,
        peer = %connection.peer,
        method = %head.method,
        path = head.uri.path(), // without the query, which may carry a signature
        operation,
        call,
        account = told.caller.as_ref().map(|caller| caller.account.as_str()),
        access_key = told.caller.as_ref().map(|caller| caller.access_key_id.as_str()),
        alias = told_clc.caller.as_ref().map(|caller| caller.alias.as_str().to_owned()),
        user = told_clc.caller.as_ref().map(|caller| caller.user.as_str()),
        status,
        micros = took.as_micros() as u64,
    );
    if let Ok(value) = HeaderValue::try_from(request_id) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    answer
}

/// The paths of our own.
const OWN: [&str; 4] = ["/", "/health/live", "/health/ready", "/metrics"];

/// Answers what is asked under a path of our own.
async fn own(app: &Arc<App>, path: &str) -> Answer {
    match path {
        "/health/live" => health::live(),
        "/health/ready" => health::ready(app).await,
        "/metrics" => web::answer(
            StatusCode::OK,
            "text/plain; version=0.0.4; charset=utf-8",
            app.metrics().text(),
        ),
        "/" => web::last(web::text(
            StatusCode::METHOD_NOT_ALLOWED,
            "method not allowed\n",
        )),
        _ => web::last(web::text(StatusCode::NOT_FOUND, "not found\n")),
    }
}

fn throttled(app: &App) -> tagout_wire::aws::Fault {
    app.metrics().refused("requests");
    tagout_wire::aws::Fault::throttling()
}

fn clc_throttled(app: &App) -> tagout_wire::clc::Fault {
    app.metrics().refused("requests");
    tagout_wire::clc::Fault::throttled()
}

/// Whether a path is of the CenturyLink Cloud interface, which reads its own in any letter case.
fn is_clc(path: &str) -> bool {
    path.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("/v2/"))
}
