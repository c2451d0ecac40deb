//! Any method, path, query and body of CenturyLink Cloud: read, or refused with a body that is JSON.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use tagout_wire::clc::{Input, ROUTES, Request, Route};

#[derive(Arbitrary, Debug)]
struct Sent<'a> {
    row: u8,
    parts: [Part; 3],
    path: Option<&'a str>,
    query: &'a str,
    is_form: bool,
    key: Option<&'a str>,
    servers_max: u8,
    body: &'a [u8],
}

/// What stands for a part of a path that may be anything.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Part {
    Alias,
    Operation(u8),
    Server,
    Hex,
    Job,
    Number(u32),
}

impl Part {
    fn text(self) -> String {
        match self {
            Self::Alias => "demo".into(),
            Self::Operation(n) => {
                let all = tagout_batch::Operation::ALL;
                all[usize::from(n) % all.len()].word().into()
            }
            Self::Server => "NY1DEMOWEB01".into(),
            Self::Hex => "2a5c0b9662cf4fc8bf6180f139facdc0".into(),
            Self::Job => "ny1-41007".into(),
            Self::Number(number) => number.to_string(),
        }
    }
}

fuzz_target!(|sent: Sent| {
    let row = ROUTES[usize::from(sent.row) % ROUTES.len()];
    let mut parts = sent.parts.iter();
    let filled: Vec<String> = row
        .path
        .split('/')
        .map(|part| match (part.starts_with('{'), parts.as_slice().first()) {
            (true, Some(_)) => parts.next().map_or_else(String::new, |part| part.text()),
            _ => part.to_owned(),
        })
        .collect();
    let filled = filled.join("/");
    let path = sent.path.unwrap_or(&filled);
    let input = Input {
        query: sent.query,
        content_type: if sent.is_form { "application/x-www-form-urlencoded" } else { "application/json" },
        idempotency_key: sent.key,
        body: sent.body,
        servers_max: sent.servers_max.into(),
    };
    let read = Route::find(row.method, path).and_then(|route| Request::parse(&route, &input));
    match read {
        Ok(Request::Submit(submit)) => {
            let n = submit.command.targets().len();
            assert!((1..=input.servers_max).contains(&n), "{n} servers");
        }
        Ok(Request::NewPlan(plan)) => assert!(plan.servers.len() <= sent.body.len()),
        Ok(_) => {}
        Err(fault) => {
            assert!((400..500).contains(&fault.status()), "{fault}");
            let body = fault.reply().body;
            assert!(body.is_empty() || serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        }
    }
});
