//! Whether a certificate is one for its domain, now, and of its key.
//!
//! Source of the rules: the API reference of AWS OpsWorks CM, `CreateServer`, `CustomCertificate` and
//! `CustomPrivateKey`.

use std::fmt;

use chrono::{DateTime, Utc};
use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tagout_lifecycle::CustomEndpoint;
use x509_parser::{
    extensions::GeneralName,
    prelude::{FromDer, X509Certificate},
};

/// One thing that keeps a certificate from being used. Nothing of the key shows.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum CertificateFault {
    #[error("custom certificate cannot be read, expected X.509 in PEM")]
    Unreadable,
    #[error("custom certificate is valid from {from}, expected one that is valid now")]
    NotYetValid { from: DateTime<Utc> },
    #[error("custom certificate was valid until {until}, expected one that is valid now")]
    Expired { until: DateTime<Utc> },
    #[error("custom certificate is for {}, expected `{domain}`", Names(names))]
    OtherDomain { domain: String, names: Vec<String> },
    #[error(
        "custom private key cannot be read, expected one of RSA, ECDSA or Ed25519 that is not encrypted"
    )]
    UnreadableKey,
    #[error("custom private key is not that of the custom certificate")]
    OtherKey,
}

/// Some names of a certificate, of which there may be many.
struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 5;
        if self.0.is_empty() {
            return f.write_str("no name");
        }
        for (index, name) in self.0.iter().take(SHOWN_MAX).enumerate() {
            let shown: String = name
                .chars()
                .take(253)
                .flat_map(char::escape_debug)
                .collect();
            write!(f, "{}`{shown}`", if index == 0 { "" } else { ", " })?;
        }
        match self.0.len().checked_sub(SHOWN_MAX) {
            Some(more @ 1..) => write!(f, " and {more} more"),
            _ => Ok(()),
        }
    }
}

/// Looks at the first certificate of the chain; the others have to be X.509 too.
///
/// # Errors
///
/// All that is wrong.
pub(super) fn check(
    custom: &CustomEndpoint,
    now: DateTime<Utc>,
) -> Result<(), Vec<CertificateFault>> {
    let mut faults = Vec::new();
    let chain = read_chain(custom.certificate.as_str().as_bytes());
    let first = chain.as_ref().and_then(|chain| chain.first());
    let first = first.and_then(|der| X509Certificate::from_der(der).ok());
    let first = first.map(|(_, certificate)| certificate);
    match &first {
        Some(certificate) => look_at(certificate, custom.domain.as_str(), now, &mut faults),
        None => faults.push(CertificateFault::Unreadable),
    }
    let key = PrivateKeyDer::from_pem_slice(custom.private_key.expose().as_bytes())
        .ok()
        .and_then(|key| any_supported_type(&key).ok());
    match (key.as_ref().map(|key| key.public_key()), &first) {
        (None, _) => faults.push(CertificateFault::UnreadableKey),
        (Some(Some(public)), Some(certificate)) if *public != *certificate.public_key().raw => {
            faults.push(CertificateFault::OtherKey);
        }
        (Some(_), _) => {}
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// The certificates of a text, each of which is X.509; none if one is not, or there is none.
fn read_chain(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .ok()?;
    let is_good = |der: &CertificateDer<'_>| {
        X509Certificate::from_der(der).is_ok_and(|(rest, _)| rest.is_empty())
    };
    (!chain.is_empty() && chain.iter().all(is_good)).then_some(chain)
}

fn look_at(
    certificate: &X509Certificate<'_>,
    domain: &str,
    now: DateTime<Utc>,
    faults: &mut Vec<CertificateFault>,
) {
    let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let from = instant(certificate.validity().not_before.timestamp());
    let until = instant(certificate.validity().not_after.timestamp());
    if now < from {
        faults.push(CertificateFault::NotYetValid { from });
    }
    if until < now {
        faults.push(CertificateFault::Expired { until });
    }
    let names = names_of(certificate);
    if !names.iter().any(|name| name.eq_ignore_ascii_case(domain)) {
        let domain = domain.to_owned();
        faults.push(CertificateFault::OtherDomain { domain, names });
    }
}

/// The common name, and the names of the extension for more of them.
fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let common = certificate.subject().iter_common_name();
    let common = common.filter_map(|name| name.as_str().ok().map(str::to_owned));
    let others = certificate.subject_alternative_name().ok().flatten();
    let others = others
        .into_iter()
        .flat_map(|extension| &extension.value.general_names);
    let others = others.filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    common.chain(others).collect()
}
