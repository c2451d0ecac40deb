//! Encryption, as the connection string asks for it.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whom to trust.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Trust {
    /// Whoever answers: encryption without proof, as `sslmode=require` has it.
    Anyone,
    /// Who has a certificate from one of these roots.
    Roots(PathBuf),
    /// Who has a certificate from a root that the operating system trusts.
    SystemRoots,
}

/// Splits off what `tokio_postgres` does not know of a connection string: `sslrootcert`, and the modes that verify.
pub(super) fn read_url(url: &str) -> (String, Trust) {
    let (separator, pairs) = match url.split_once("://").and(url.split_once('?')) {
        Some((_, parameters)) => ('&', parameters),
        None if url.contains("://") => return (url.to_owned(), Trust::Anyone),
        None => (' ', url),
    };
    let before = &url[..url.len() - pairs.len()];
    let (mut verify, mut roots) = (false, None);
    let mut kept = Vec::new();
    for pair in pairs.split(separator) {
        match pair.split_once('=') {
            Some(("sslrootcert", "system")) => verify = true,
            Some(("sslrootcert", path)) => {
                roots = Some(PathBuf::from(decoded(path.trim_matches('\''))));
            }
            Some(("sslmode", "verify-ca" | "verify-full")) => {
                verify = true;
                kept.push("sslmode=require");
            }
            _ => kept.push(pair),
        }
    }
    let trust = match (roots, verify) {
        (Some(path), _) => Trust::Roots(path),
        (None, true) => Trust::SystemRoots,
        (None, false) => Trust::Anyone,
    };
    (
        format!("{before}{}", kept.join(&separator.to_string())),
        trust,
    )
}

/// A parameter of a URL, with `%2F` and its like read.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let code = others
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &others[2..];
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What makes encrypted connections to those who are trusted.
pub(super) fn connector(
    trust: &Trust,
) -> Result<MakeRustlsConnect, Box<dyn std::error::Error + Send + Sync>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::Anyone => Arc::new(Unverified(provider.clone())),
        Trust::Roots(_) | Trust::SystemRoots => {
            let mut roots = RootCertStore::empty();
            if let Trust::Roots(path) = trust {
                for certificate in CertificateDer::pem_file_iter(path)? {
                    roots.add(certificate?)?;
                }
            } else {
                let (_, _) =
                    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                .build()?
        }
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Accepts any certificate; the other side still has to own its key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_and_roots_are_read_as_other_clients_read_them() {
        #[track_caller]
        fn check(url: &str, expected: &str, trust: Trust) {
            assert_eq!(read_url(url), (expected.to_owned(), trust));
        }
        let roots = |path: &str| Trust::Roots(path.into());
        check("postgres://u:p@h/d", "postgres://u:p@h/d", Trust::Anyone);
        check(
            "postgres://h/d?sslmode=require",
            "postgres://h/d?sslmode=require",
            Trust::Anyone,
        );
        check(
            "postgres://h/d?sslmode=verify-full",
            "postgres://h/d?sslmode=require",
            Trust::SystemRoots,
        );
        check(
            "postgres://h/d?connect_timeout=3&sslmode=verify-ca&sslrootcert=%2Fetc%2Froot%20ca.pem",
            "postgres://h/d?connect_timeout=3&sslmode=require",
            roots("/etc/root ca.pem"),
        );
        check(
            "postgres://h/d?sslrootcert=system",
            "postgres://h/d?",
            Trust::SystemRoots,
        );
        check(
            "host=h sslrootcert=/r.pem dbname=d",
            "host=h dbname=d",
            roots("/r.pem"),
        );
        check(
            "host=h sslmode=verify-full",
            "host=h sslmode=require",
            Trust::SystemRoots,
        );
        check(
            "postgres://h/d?sslrootcert=%2",
            "postgres://h/d?",
            roots("%2"),
        );
    }
}
