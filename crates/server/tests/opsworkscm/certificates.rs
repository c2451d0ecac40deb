//! The certificate of the owner's domain is looked at before anything is built.

use serde_json::json;

use crate::fixture::{Fixture, new_server};

const ALTERNATIVE: &str = include_str!("certificates/alternative.pem");
const ALTERNATIVE_KEY: &str = include_str!("certificates/alternative.key.pem");
const COMMON: &str = include_str!("certificates/common.pem");
const COMMON_KEY: &str = include_str!("certificates/common.key.pem");
const COMMON_KEY_LOCKED: &str = include_str!("certificates/locked.key.pem");
const EXPIRED: &str = include_str!("certificates/expired.pem");
const FUTURE: &str = include_str!("certificates/future.pem");

fn request(domain: &str, certificate: &str, key: &str) -> serde_json::Value {
    let mut request = new_server("alpha");
    request["CustomDomain"] = domain.into();
    request["CustomCertificate"] = certificate.into();
    request["CustomPrivateKey"] = key.into();
    request
}

#[tokio::test]
async fn a_certificate_that_fits_is_taken() {
    for (certificate, key) in [
        (ALTERNATIVE.to_owned(), ALTERNATIVE_KEY),
        (COMMON.to_owned(), COMMON_KEY),
        (format!("{COMMON}{EXPIRED}"), COMMON_KEY),
    ] {
        let fixture = Fixture::start().await;
        let created = fixture
            .ok(
                "CreateServer",
                request("Chef.example.com", &certificate, key),
            )
            .await;
        assert_eq!(created["Server"]["CustomDomain"], "Chef.example.com");
        assert!(!created.to_string().contains("PRIVATE KEY"));
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_is_refused_with_all_that_is_wrong() {
    let fixture = Fixture::start().await;
    let unreadable = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (domain, certificate, key, message) in [
        (
            "chef.example.org",
            ALTERNATIVE,
            ALTERNATIVE_KEY,
            "Custom certificate is for `someone else`, `other.example.com`, `chef.example.com`, expected `chef.example.org`.",
        ),
        (
            "chef.example.com",
            EXPIRED,
            COMMON_KEY,
            "Custom certificate was valid until 2021-01-01 00:00:00 UTC, expected one that is valid now; \
             custom private key is not that of the custom certificate.",
        ),
        (
            "chef.example.com",
            FUTURE,
            COMMON_KEY_LOCKED,
            "Custom certificate is valid from 2199-01-01 00:00:00 UTC, expected one that is valid now; \
             custom private key cannot be read, expected one of RSA, ECDSA or Ed25519 that is not encrypted.",
        ),
        (
            "chef.example.com",
            unreadable,
            no_key,
            "Custom certificate cannot be read, expected X.509 in PEM; \
             custom private key cannot be read, expected one of RSA, ECDSA or Ed25519 that is not encrypted.",
        ),
        (
            "chef.example.com",
            &format!("{COMMON}{unreadable}"),
            COMMON_KEY,
            "Custom certificate cannot be read, expected X.509 in PEM.",
        ),
    ] {
        fixture
            .refused(
                "CreateServer",
                &request(domain, certificate, key),
                "ValidationException",
                message,
            )
            .await;
    }
    assert_eq!(
        fixture.ok("DescribeServers", json!({})).await,
        json!({"Servers": []})
    );
}
