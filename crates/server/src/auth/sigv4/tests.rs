//! The other side is the signer of AWS's own SDK for Rust.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        sign,
    },
    sign::v4,
};
use chrono::{TimeZone, Utc};
use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const BODY: &[u8] = br#"{"WindowId":"mw-0123456789abcdef0"}"#;

/// A request that can be changed after it was signed.
#[derive(Clone)]
struct Sample {
    method: Method,
    uri: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sample {
    fn new() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("127.0.0.1:8750"));
        headers.insert(
            "x-amz-target",
            HeaderValue::from_static("AmazonSSM.GetMaintenanceWindow"),
        );
        headers.insert(
            "content-type",
            HeaderValue::from_static("application/x-amz-json-1.1"),
        );
        Self {
            method: Method::POST,
            uri: "http://127.0.0.1:8750/".to_owned(),
            headers,
            body: BODY.to_vec(),
        }
    }

    fn signed(mut self, token: Option<&str>, adjust: impl FnOnce(&mut SigningSettings)) -> Self {
        let identity = Credentials::new(KEY, SECRET, token.map(str::to_owned), None, "test").into();
        let mut settings = SigningSettings::default();
        adjust(&mut settings);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("ssm")
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(now().timestamp() as u64))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        let signable = SignableRequest::new(
            self.method.as_str(),
            self.uri.clone(),
            headers.into_iter(),
            SignableBody::Bytes(&self.body),
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (headers, query) = instructions.into_parts();
        for header in headers {
            let name = HeaderName::from_bytes(header.name().as_bytes()).unwrap();
            self.headers.insert(name, header.value().parse().unwrap());
        }
        for (name, value) in query {
            let glue = if self.uri.contains('?') { '&' } else { '?' };
            let value = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
            self.uri = format!("{}{glue}{name}={value}", self.uri);
        }
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    fn verified(&self, at: DateTime<Utc>, secret: Option<Secret>) -> Result<Signed, Refusal> {
        let uri: Uri = self.uri.parse().unwrap();
        let request = Request {
            method: &self.method,
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: &self.headers,
            body: &self.body,
        };
        let audience = Audience {
            region: "us-east-1",
            service: "ssm",
            unsigned_payload: false,
        };
        verify(request, audience, at, |id| secret.filter(|_| id == KEY))
    }

    #[track_caller]
    fn check(&self, expected: Result<(), (&str, &str)>) {
        let found = self.verified(now(), Some(Secret::new(SECRET)));
        match expected {
            Ok(()) => assert_eq!(
                found,
                Ok(Signed {
                    access_key_id: KEY.to_owned()
                })
            ),
            Err((code, text)) => {
                let refusal = found.unwrap_err();
                assert_eq!((refusal.code(), refusal.to_string().as_str()), (code, text));
            }
        }
    }
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 9, 0, 0).unwrap()
}

const MISMATCH: (&str, &str) = (
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
     and signing method. Consult the service documentation for details.",
);

#[test]
fn accepts_what_the_sdk_signs() {
    Sample::new().signed(None, |_| {}).check(Ok(()));
    Sample::new()
        .signed(None, |settings| {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        })
        .check(Ok(()));
    let odd = Sample {
        uri: "http://127.0.0.1:8750/a/./b/../c%20d/?b=2&a=%2F+x&a=1&empty=".to_owned(),
        ..Sample::new()
    };
    odd.header("x-amz-meta", "two   blanks  ")
        .signed(None, |_| {})
        .check(Ok(()));
}

#[test]
fn accepts_a_presigned_request_until_it_expires() {
    let sample = Sample::new().signed(None, |settings| {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(900));
    });
    sample.check(Ok(()));
    let secret = || Some(Secret::new(SECRET));
    assert!(
        sample
            .verified(now() + TimeDelta::seconds(900), secret())
            .is_ok()
    );
    let refusal = sample
        .verified(now() + TimeDelta::seconds(901), secret())
        .unwrap_err();
    assert_eq!(refusal.code(), "InvalidSignatureException");
}

#[test]
fn refuses_every_change_after_signing() {
    let signed = Sample::new().signed(None, |_| {});
    Sample {
        body: b"{}".to_vec(),
        ..signed.clone()
    }
    .check(Err(MISMATCH));
    Sample {
        uri: "http://127.0.0.1:8750/?x=1".to_owned(),
        ..signed.clone()
    }
    .check(Err(MISMATCH));
    Sample {
        uri: "http://127.0.0.1:8750/x".to_owned(),
        ..signed.clone()
    }
    .check(Err(MISMATCH));
    Sample {
        method: Method::PUT,
        ..signed.clone()
    }
    .check(Err(MISMATCH));
    signed
        .clone()
        .header("x-amz-target", "AmazonSSM.DeleteMaintenanceWindow")
        .check(Err(MISMATCH));
    signed
        .clone()
        .header("host", "10.0.0.1")
        .check(Err(MISMATCH));
    let checked = Sample::new().signed(None, |settings| {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    });
    Sample {
        body: b"{}".to_vec(),
        ..checked
    }
    .check(Err(MISMATCH));
    assert_eq!(
        signed.verified(now(), Some(Secret::new("another"))),
        Err(Refusal::Mismatch)
    );
}

#[test]
fn refuses_an_unsigned_body_unless_the_connection_is_trusted() {
    let sample = Sample::new().header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    sample.signed(None, |_| {}).check(Err(MISMATCH));
}

#[test]
fn refuses_unknown_keys_and_wrong_session_tokens_alike() {
    let signed = Sample::new().signed(None, |_| {});
    assert_eq!(signed.verified(now(), None), Err(Refusal::UnknownKey));
    let session = Sample::new().signed(Some("token-1"), |_| {});
    let secret = |token| Some(Secret::new(SECRET).with_session_token(token));
    assert!(session.verified(now(), secret("token-1")).is_ok());
    assert_eq!(
        session.verified(now(), secret("token-2")),
        Err(Refusal::UnknownKey)
    );
    assert_eq!(
        session.verified(now(), Some(Secret::new(SECRET))),
        Err(Refusal::UnknownKey)
    );
    assert_eq!(
        signed.verified(now(), secret("token-1")),
        Err(Refusal::UnknownKey)
    );
    assert_eq!(
        Refusal::UnknownKey.to_string(),
        "The security token included in the request is invalid."
    );
}

#[test]
fn five_minutes_either_way_are_forgiven() {
    let signed = Sample::new().signed(None, |_| {});
    let at = |seconds| {
        signed.verified(
            now() + TimeDelta::seconds(seconds),
            Some(Secret::new(SECRET)),
        )
    };
    assert!(at(300).is_ok());
    assert!(at(-300).is_ok());
    assert_eq!(
        at(301).unwrap_err().to_string(),
        "Signature expired: 20261121T090000Z is now earlier than 20261121T090001Z (20261121T090501Z - 5 min.)"
    );
    assert_eq!(
        at(-301).unwrap_err().to_string(),
        "Signature not yet current: 20261121T090000Z is still later than 20261121T085959Z (20261121T085459Z + 5 min.)"
    );
}

#[test]
fn refuses_what_cannot_be_read() {
    let incomplete = |text| Err(("IncompleteSignatureException", text));
    let with = |authorization: &str| Sample::new().header("authorization", authorization);
    Sample::new().check(Err((
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )));
    with("Bearer x").check(incomplete(
        "Authorization header requires 'AWS4-HMAC-SHA256'",
    ));
    with("AWS4-HMAC-SHA256").check(incomplete(
        "Authorization header requires 'Credential' parameter",
    ));
    with("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00").check(incomplete(
        "Credential must have the form KEY/DATE/REGION/SERVICE/aws4_request, got 'a/b'",
    ));
    let scope = "AKIDEXAMPLE/20261121/us-east-1/ssm/aws4_request";
    with(&format!(
        "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"
    ))
    .check(incomplete("a signed request requires 'X-Amz-Date'"));
    with(&format!(
        "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=x;host, Signature=00"
    ))
    .check(incomplete("SignedHeaders must be in order, each once"));
    let dated = |headers: &str| {
        with(&format!(
            "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature=00"
        ))
        .header("x-amz-date", "20261121T090000Z")
    };
    dated("host;x-amz-date").check(incomplete("'x-amz-target' must be a signed header"));
    dated("x-amz-date;x-amz-target").check(incomplete("'host' must be a signed header"));
    dated("host;x-amz-date;x-amz-target;x-none")
        .check(incomplete("'x-none' is a signed header but was not sent"));
    dated("host;x-amz-date;x-amz-target").check(Err(MISMATCH));
    dated("host;x-amz-date;x-amz-target")
        .header("x-amz-date", "yesterday")
        .check(incomplete(
            "Date must be in ISO-8601 'basic format'. Got 'yesterday'.",
        ));
    dated("host;x-amz-date;x-amz-target").header("x-amz-date", "20261120T235900Z").check(Err((
        "InvalidSignatureException",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261121' != \
         '20261120', from '20261120T235900Z'.",
    )));
}

#[test]
fn refuses_what_was_signed_for_somebody_else() {
    let wrong = |text| Err(("InvalidSignatureException", text));
    let with = |scope: &str| {
        Sample::new().header("x-amz-date", "20261121T090000Z").header(
            "authorization",
            &format!("AWS4-HMAC-SHA256 Credential={KEY}/{scope}/aws4_request, SignedHeaders=host, Signature=00"),
        )
    };
    with("20261121/eu-west-1/ssm").check(wrong(
        "Credential should be scoped to a valid region: 'us-east-1'.",
    ));
    with("20261121/us-east-1/s3").check(wrong(
        "Credential should be scoped to correct service: 'ssm'.",
    ));
}
