//! AWS OpsWorks CM, as bytes.
//!
//! Source of the table: the API model of AWS OpsWorks CM, version 2016-11-01.

use crate::aws::{Operation, Service};

/// The longest body of an operation without certificates, in bytes.
const BODY_MAX: usize = 1 << 20;

/// The longest body of an operation that may bring a certificate, in bytes: a certificate has up to 2,097,152 characters,
/// each of which may be escaped.
const BODY_MAX_WITH_CERTIFICATE: usize = 6 << 20;

/// Every operation, in the order of their names.
#[rustfmt::skip] // columns
pub static OPERATIONS: [Operation; 19] = [
    operation("AssociateNode", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("CreateBackup", CHANGES, &["InvalidStateException", "LimitExceededException", "ResourceNotFoundException", "ValidationException"]),
    operation("CreateServer", CHANGES, &["LimitExceededException", "ResourceAlreadyExistsException", "ResourceNotFoundException", "ValidationException"]),
    operation("DeleteBackup", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("DeleteServer", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("DescribeAccountAttributes", READS, &[]),
    operation("DescribeBackups", READS, &["ValidationException", "ResourceNotFoundException", "InvalidNextTokenException"]),
    operation("DescribeEvents", READS, &["ValidationException", "InvalidNextTokenException", "ResourceNotFoundException"]),
    operation("DescribeNodeAssociationStatus", READS, &["ResourceNotFoundException", "ValidationException"]),
    operation("DescribeServers", READS, &["ValidationException", "ResourceNotFoundException", "InvalidNextTokenException"]),
    operation("DisassociateNode", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("ExportServerEngineAttribute", READS, &["ValidationException", "ResourceNotFoundException", "InvalidStateException"]),
    operation("ListTagsForResource", READS, &["ResourceNotFoundException", "ValidationException"]),
    operation("RestoreServer", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("StartMaintenance", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("TagResource", CHANGES, &["ResourceNotFoundException", "ValidationException", "InvalidStateException"]),
    operation("UntagResource", CHANGES, &["ResourceNotFoundException", "ValidationException", "InvalidStateException"]),
    operation("UpdateServer", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
    operation("UpdateServerEngineAttributes", CHANGES, &["InvalidStateException", "ResourceNotFoundException", "ValidationException"]),
];

const READS: bool = true;
const CHANGES: bool = false;

const fn operation(
    name: &'static str,
    reads_only: bool,
    errors: &'static [&'static str],
) -> Operation {
    let with_certificate = matches!(name.as_bytes(), b"CreateServer");
    Operation {
        service: Service::OpsWorksCm,
        name,
        reads_only,
        errors,
        body_max: if with_certificate {
            BODY_MAX_WITH_CERTIFICATE
        } else {
            BODY_MAX
        },
    }
}
