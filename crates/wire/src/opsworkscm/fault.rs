//! What the interface answers when it does not do as asked.
//!
//! Every error that it declares has status 400 and one member, `Message`. The texts are those of the domain, made
//! sentences; the one that clients wait on, of a server that cannot be deleted yet, is the service's own to the letter.

use std::fmt::Display;

use tagout_backup::{BackupRefusal, BackupRefusalKind};
use tagout_lifecycle::{InvalidServer, InvalidValue, LimitExceeded, Refusal, RefusalKind};

use crate::aws::{Fault, MessageName};

/// `ValidationException`: the request itself has to change.
pub fn validation(message: impl Display) -> Fault {
    declared("ValidationException", &message.to_string())
}

/// `InvalidStateException`: it may be done when something has changed.
pub fn invalid_state(message: impl Display) -> Fault {
    declared("InvalidStateException", &message.to_string())
}

/// `LimitExceededException`: the account has as many as it may have.
pub fn limit_exceeded(message: impl Display) -> Fault {
    declared("LimitExceededException", &message.to_string())
}

/// `ResourceNotFoundException`: there is nothing of that name.
pub fn not_found(message: impl Display) -> Fault {
    declared("ResourceNotFoundException", &message.to_string())
}

/// `ResourceAlreadyExistsException`: there is something of that name already.
pub fn already_exists(message: impl Display) -> Fault {
    declared("ResourceAlreadyExistsException", &message.to_string())
}

/// `InvalidNextTokenException`: the list cannot be gone on with.
pub fn invalid_next_token(message: impl Display) -> Fault {
    declared("InvalidNextTokenException", &message.to_string())
}

fn declared(code: &'static str, text: &str) -> Fault {
    Fault::declared(code, MessageName::Upper, sentence(text))
}

/// The text with a capital and a full stop, if it begins with a word and ends with none.
fn sentence(text: &str) -> String {
    let mut sentence = text.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    // A text of constraints stays as the service's framework writes it.
    if !text.contains("failed to satisfy constraint") && !text.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

impl From<&InvalidValue> for Fault {
    fn from(error: &InvalidValue) -> Self {
        validation(error)
    }
}

impl From<&InvalidServer> for Fault {
    fn from(error: &InvalidServer) -> Self {
        validation(error)
    }
}

impl From<&LimitExceeded> for Fault {
    fn from(error: &LimitExceeded) -> Self {
        limit_exceeded(error)
    }
}

impl From<&Refusal> for Fault {
    fn from(refusal: &Refusal) -> Self {
        match refusal.kind() {
            RefusalKind::InvalidState => invalid_state(refusal),
            RefusalKind::Validation => validation(refusal),
            RefusalKind::Stale => Self::internal_failure(), // no request of the interface reports on work
        }
    }
}

impl From<&BackupRefusal> for Fault {
    fn from(refusal: &BackupRefusal) -> Self {
        match refusal.kind() {
            BackupRefusalKind::InvalidState => invalid_state(refusal),
            BackupRefusalKind::Validation => validation(refusal),
            BackupRefusalKind::LimitExceeded => limit_exceeded(refusal),
            BackupRefusalKind::Stale => Self::internal_failure(),
        }
    }
}
