//! The canonical form of a request: the text that both sides sign.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Request, parts::Parts};

/// Everything but letters, digits and `-._~`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) fn request(request: &Request<'_>, parts: &Parts, payload: &str) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method,
        path(request.path),
        query(request.query)
    );
    for name in &parts.signed_headers {
        text.push_str(name);
        text.push(':');
        for (n, value) in request.headers.get_all(name.as_str()).iter().enumerate() {
            if n > 0 {
                text.push(',');
            }
            push_folded(&mut text, &String::from_utf8_lossy(value.as_bytes()));
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&parts.signed_headers.join(";"));
    text.push('\n');
    text.push_str(payload);
    text
}

/// The path without dot segments, each segment escaped once more, as every service but S3 wants it.
fn path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(utf8_percent_encode(segment, ESCAPED).to_string()),
        }
    }
    let mut text = format!("/{}", segments.join("/"));
    if path.ends_with('/') && text.len() > 1 {
        text.push('/');
    }
    text
}

/// The query's pairs, escaped in one way, in order; without the signature itself.
fn query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = pairs(query)
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| {
            let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
            (escaped(&name), escaped(&value))
        })
        .collect();
    pairs.sort_unstable();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// The names and values of a query, unescaped; a `+` is a blank, as AWS's own signers read it.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let plain = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        })
}

/// Pushes `value` without blanks at its ends, and with one for each run of them inside.
fn push_folded(text: &mut String, value: &str) {
    for (n, word) in value.split_ascii_whitespace().enumerate() {
        if n > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}
