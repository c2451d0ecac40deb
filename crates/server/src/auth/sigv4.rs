//! AWS Signature Version 4, from the side of the service.
//!
//! A request is accepted if the caller can only have made it with the secret of the access key that it names, for this
//! service and region, at about this time, and over exactly these bytes. Rules and error names are those of the AWS
//! IAM user guide, "AWS Signature Version 4 for API requests", and of what the JSON services answer.

mod canonical;
mod parts;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use parts::Parts;

/// How far a request's date may lie from ours, in either direction.
pub const SKEW_MAX: TimeDelta = TimeDelta::minutes(5);

/// How long a presigned request may be valid at the most: seven days.
pub const EXPIRES_MAX: TimeDelta = TimeDelta::days(7);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// A request, as far as its signature reads it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path as it was sent, escapes and all.
    pub path: &'a str,
    /// What stands behind the `?`, as it was sent; empty if there is none.
    pub query: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its whole body.
    pub body: &'a [u8],
}

/// What the caller must have signed for.
#[derive(Clone, Copy, Debug)]
pub struct Audience<'a> {
    /// The region, such as `us-east-1`.
    pub region: &'a str,
    /// The signing name of the service, such as `ssm` or `opsworks-cm`.
    pub service: &'a str,
    /// Whether the body may be left out of the signature; only sound where the connection is encrypted.
    pub unsigned_payload: bool,
}

/// The secret half of an access key.
#[derive(Clone)]
pub struct Secret {
    key: String,
    session_token: Option<String>,
}

/// Whose request it is, and how it was signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signed {
    /// The access key that signed it.
    pub access_key_id: String,
}

/// Why a request is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is not signed at all.
    #[error("Missing Authentication Token")]
    Missing,
    /// Its signature cannot be read.
    #[error("{0}")]
    Incomplete(String),
    /// Its access key is not known here, or its session token is not the one of that key.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// It was signed for somebody else.
    #[error("{0}")]
    WrongAudience(String),
    /// It is too old.
    #[error("Signature expired: {signed} is now earlier than {earliest} ({now} - {} min.)", SKEW_MAX.num_minutes())]
    Expired {
        /// The date of the request.
        signed: String,
        /// The earliest date that would do.
        earliest: String,
        /// Our own date.
        now: String,
    },
    /// It comes from the future.
    #[error("Signature not yet current: {signed} is still later than {latest} ({now} + {} min.)", SKEW_MAX.num_minutes())]
    Early {
        /// The date of the request.
        signed: String,
        /// The latest date that would do.
        latest: String,
        /// Our own date.
        now: String,
    },
    /// The signature is not the one that its secret makes over this request.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
}

impl Refusal {
    /// The name of the AWS error, as it stands in `__type`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::WrongAudience(_) | Self::Expired { .. } | Self::Early { .. } | Self::Mismatch => {
                "InvalidSignatureException"
            }
        }
    }
}

impl Secret {
    /// The secret access key `key` of a long-lived access key.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            session_token: None,
        }
    }

    /// The same secret, of a session that must show `token` with each request.
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(token.into());
        self
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Says who signed `request`, at `now`, for `audience`.
///
/// `secret_of` finds the secret of an access key id. Comparisons of secrets take the same time whatever they find.
///
/// # Errors
///
/// Returns the [`Refusal`] that AWS would give. What can be read without a secret is checked first.
pub fn verify(
    request: Request<'_>,
    audience: Audience<'_>,
    now: DateTime<Utc>,
    secret_of: impl FnOnce(&str) -> Option<Secret>,
) -> Result<Signed, Refusal> {
    let parts = Parts::read(&request)?;
    let signed_at = parts.date(&request)?;
    parts.check_audience(&audience)?;
    check_date(&parts, signed_at, now)?;
    parts.check_signed_headers(request.headers)?;
    let payload = payload(&request, &audience, &parts)?;

    let secret = secret_of(&parts.access_key_id);
    // An unknown key costs as much as a known one, so that nobody learns which keys exist from the clock.
    let key = secret.as_ref().map_or("", |secret| secret.key.as_str());
    let canonical = canonical::request(&request, &parts, &payload);
    let text = format!(
        "{ALGORITHM}\n{}\n{}/{}/{}/aws4_request\n{}",
        signed_at.format(DATE_FORMAT),
        parts.day,
        parts.region,
        parts.service,
        hex(&Sha256::digest(canonical)),
    );
    let ours = hex(&mac(&signing_key(key, &parts), text.as_bytes()));
    let matches = bool::from(ours.as_bytes().ct_eq(parts.signature.as_bytes()));

    let Some(secret) = secret else {
        return Err(Refusal::UnknownKey);
    };
    let token_matches = match (&secret.session_token, parts.session_token(&request)) {
        (None, None) => true,
        (Some(ours), Some(theirs)) => bool::from(ours.as_bytes().ct_eq(theirs.as_bytes())),
        _ => false,
    };
    if !token_matches {
        return Err(Refusal::UnknownKey);
    }
    if !matches {
        return Err(Refusal::Mismatch);
    }
    Ok(Signed {
        access_key_id: parts.access_key_id,
    })
}

/// The access key that a request names, whether it is signed with it or not; none if it cannot be read.
pub fn claimed_key(request: &Request<'_>) -> Option<String> {
    Parts::read(request).ok().map(|parts| parts.access_key_id)
}

fn check_date(parts: &Parts, signed_at: NaiveDateTime, now: DateTime<Utc>) -> Result<(), Refusal> {
    let now = now.naive_utc();
    let text = |date: NaiveDateTime| date.format(DATE_FORMAT).to_string();
    if signed_at > now + SKEW_MAX {
        return Err(Refusal::Early {
            signed: text(signed_at),
            latest: text(now + SKEW_MAX),
            now: text(now),
        });
    }
    let good_for = parts.expires.unwrap_or(SKEW_MAX);
    if signed_at + good_for < now {
        return Err(Refusal::Expired {
            signed: text(signed_at),
            earliest: text(now - good_for),
            now: text(now),
        });
    }
    Ok(())
}

/// What stands for the body in the canonical request.
fn payload(
    request: &Request<'_>,
    audience: &Audience<'_>,
    parts: &Parts,
) -> Result<String, Refusal> {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    let ours = hex(&Sha256::digest(request.body));
    let Some(theirs) = request.headers.get("x-amz-content-sha256") else {
        return Ok(ours);
    };
    if !parts.signs("x-amz-content-sha256") {
        return Err(Refusal::Incomplete(
            "'x-amz-content-sha256' must be a signed header".to_owned(),
        ));
    }
    match theirs.to_str() {
        Ok(UNSIGNED) if audience.unsigned_payload => Ok(UNSIGNED.to_owned()),
        Ok(theirs) if theirs == ours => Ok(ours),
        _ => Err(Refusal::Mismatch),
    }
}

fn signing_key(secret: &str, parts: &Parts) -> [u8; 32] {
    let key = mac(format!("AWS4{secret}").as_bytes(), parts.day.as_bytes());
    let key = mac(&key, parts.region.as_bytes());
    let key = mac(&key, parts.service.as_bytes());
    mac(&key, b"aws4_request")
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests;
