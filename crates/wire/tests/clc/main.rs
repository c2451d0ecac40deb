//! CenturyLink Cloud over bytes: each form of request that clients send, each form of answer that they were recorded
//! with, and what no request may do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod hostile;
mod requests;

use tagout_wire::clc::{Fault, Input, Reply, Request, Route};

/// Reads a request with a body.
fn read(method: &str, path: &str, body: &str) -> Result<Request, Fault> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let route = Route::find(method, path)?;
    let input = Input {
        query,
        body: body.as_bytes(),
        ..Input::default()
    };
    Request::parse(&route, &input)
}

fn text(reply: Reply) -> String {
    String::from_utf8(reply.body).unwrap()
}
