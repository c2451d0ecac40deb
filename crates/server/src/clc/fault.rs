//! What the control plane refuses, in the words of the interface.

use tagout_batch::{CreateError, PatchError, SubmitError, Verdict};
use tagout_control::{ControlError, ErrorKind};
use tagout_wire::clc::Fault;
use tracing::error;

/// The answer to what was not done.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
pub(super) fn fault(error: ControlError) -> Fault {
    match &error {
        // The account of the path is one that the caller may see; that it is not there is told like one that is not
        // the caller's.
        ControlError::Submit(SubmitError::UnknownAccount { .. }) => return Fault::forbidden(),
        ControlError::Submit(SubmitError::KeyReused { .. }) => {
            return Fault::message(422, sentence(&error));
        }
        ControlError::Patch(PatchError::UnknownServer { .. }) => return Fault::absent(),
        ControlError::Patch(PatchError::Refused { .. }) => return refused(),
        ControlError::Create(CreateError::NoSource { .. }) => {
            return member("body.sourceServerId", &error);
        }
        ControlError::Create(CreateError::Id(_)) => return member("body.name", &error),
        _ => {}
    }
    match error.kind() {
        ErrorKind::NotFound => Fault::not_found(),
        ErrorKind::Conflict => Fault::message(409, sentence(&error)),
        ErrorKind::Invalid => Fault::bad_request(sentence(&error)),
        // Room comes by itself: clients that try again later get in.
        ErrorKind::Limit => Fault::unavailable(sentence(&error)),
        ErrorKind::Contended | ErrorKind::Unavailable | ErrorKind::Uncertain => {
            error!(error = &error as &dyn std::error::Error, "cannot serve");
            Fault::unavailable("The service is not available at present. Please try again later.")
        }
        _ => {
            error!(error = &error as &dyn std::error::Error, "cannot serve");
            Fault::internal()
        }
    }
}

/// 400: a call on one server that its state does not allow.
pub(super) fn refused() -> Fault {
    Fault::bad_request(Verdict::REFUSED_TEXT)
}

fn member(place: &str, error: &ControlError) -> Fault {
    Fault::invalid([(place.into(), error.to_string().into())])
}

/// An error as people read it: with a capital letter and a full stop.
fn sentence(error: &ControlError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
