//! Pages of lists, and the tokens by which they go on.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tagout_lifecycle::NextToken;

use crate::error::ControlError;

/// One page of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listing<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// By what the next page is asked for; none after the last.
    pub next: Option<NextToken>,
}

/// The token of the page after `end` of the list `list`, which nothing else may go on with.
pub(super) fn token(list: &str, end: &str) -> NextToken {
    let text = URL_SAFE_NO_PAD.encode(format!("{list}\n{end}"));
    NextToken::try_from(text).expect("ids are far shorter than tokens may be")
}

/// Where the list `list` goes on.
///
/// # Errors
///
/// [`ControlError::InvalidPageToken`] unless `token` is one of that list.
pub(super) fn resume(list: &str, token: &NextToken) -> Result<String, ControlError> {
    URL_SAFE_NO_PAD
        .decode(token.as_str())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| {
            let (of, end) = text.split_once('\n')?;
            let is_plain = !end.chars().any(char::is_control);
            (of == list && is_plain).then(|| end.to_owned())
        })
        .ok_or(ControlError::InvalidPageToken)
}
