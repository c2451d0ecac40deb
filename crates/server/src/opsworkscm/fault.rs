//! What the interface answers when the control plane does not do as asked.

use tagout_control::ControlError;
use tagout_store::{ErrorKind, StoreError};
use tagout_wire::{
    aws::{Fault, Operation},
    opsworkscm::fault,
};
use tracing::error;

use super::{Failure, certificate::CertificateFault};

/// The answer to `operation`. What the caller can do nothing about is logged here, and not told.
pub(super) fn of(operation: &Operation, failure: &Failure) -> Fault {
    match failure {
        Failure::Refused(refusal) => of_refusal(operation, refusal),
        Failure::Certificate(_) => fault::validation(failure),
        Failure::Secret(error) => {
            report(operation, error);
            Fault::internal_failure()
        }
    }
}

fn of_refusal(operation: &Operation, refusal: &ControlError) -> Fault {
    match refusal {
        ControlError::NotFound { .. } => fault::not_found(refusal),
        ControlError::AlreadyExists { .. } => fault::already_exists(refusal),
        ControlError::InvalidPageToken => {
            let fault = fault::invalid_next_token(refusal);
            if operation.errors.contains(&fault.code()) {
                fault
            } else {
                fault::validation(refusal) // of ListTagsForResource the model declares no better one
            }
        }
        ControlError::InvalidValue(error) => error.into(),
        ControlError::InvalidServer(error) => error.into(),
        ControlError::Server(error) => error.into(),
        ControlError::Backup(error) => error.into(),
        ControlError::LimitExceeded(error) => error.into(),
        ControlError::Contended { .. } => Fault::service_unavailable(),
        ControlError::Store(error) => of_store(operation, error),
        other => {
            report(operation, other);
            Fault::internal_failure()
        }
    }
}

fn of_store(operation: &Operation, failure: &StoreError) -> Fault {
    report(operation, failure);
    match failure.kind() {
        ErrorKind::Transient | ErrorKind::Conflict => Fault::service_unavailable(),
        _ => Fault::internal_failure(),
    }
}

fn report(operation: &Operation, failure: &(dyn std::error::Error + 'static)) {
    error!(
        operation = operation.name,
        error = failure,
        "an operation went wrong"
    );
}

/// All faults of a certificate in one line.
pub(super) fn join(faults: &[CertificateFault]) -> String {
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    faults.join("; ")
}
