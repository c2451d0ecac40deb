//! Bearer tokens: they say who came in and until when, and nobody else can make one.
//!
//! A token is a JSON Web Token, signed with HMAC-SHA-256 under a key that all servers on one store share (RFC 7519,
//! RFC 7515). Nothing is kept of it, so any of those servers takes it, and a restart forgets none.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tagout_batch::Alias;

/// The key that tokens are signed with.
#[derive(Clone)]
pub(crate) struct TokenKey([u8; 32]);

/// What a token says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Claims {
    /// The name of the user.
    #[serde(rename = "sub")]
    pub(crate) user: Box<str>,
    /// The account.
    pub(crate) alias: Alias,
    /// The names of its roles.
    pub(crate) roles: Vec<Box<str>>,
    /// Whether it opens every account: only where anybody comes in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) everywhere: bool,
    /// The last second in which it opens anything, from 1970.
    pub(crate) exp: i64,
}

/// `{"typ":"JWT","alg":"HS256"}`; nothing else is read.
const HEAD: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";

impl TokenKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A token that says `claims`.
    pub(crate) fn sign(&self, claims: &Claims) -> String {
        let json = serde_json::to_vec(claims).expect("claims are texts and numbers");
        let signed = format!("{HEAD}.{}", URL_SAFE_NO_PAD.encode(json));
        let code = self.mac(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(code))
    }

    /// What a token says, if it was signed with this key and is not over at `now`.
    pub(crate) fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let (signed, code) = token.rsplit_once('.')?;
        let code = URL_SAFE_NO_PAD.decode(code).ok()?;
        self.mac(signed).verify_slice(&code).ok()?; // takes the same time whatever it is
        let claims = signed.strip_prefix(HEAD)?.strip_prefix('.')?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let claims: Claims = serde_json::from_slice(&claims).ok()?;
        (now.timestamp() <= claims.exp).then_some(claims)
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(text.as_bytes());
        mac
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn claims() -> Claims {
        Claims {
            user: "ops@example.org".into(),
            alias: "ALTD".parse().unwrap(),
            roles: vec!["ServerOperator".into()],
            everywhere: false,
            exp: noon().timestamp(),
        }
    }

    #[test]
    fn a_token_says_what_was_signed_until_it_is_over() {
        let key = TokenKey::new([1; 32]);
        let token = key.sign(&claims());
        assert!(token.starts_with("eyJ0eXAi"), "{token}");
        assert_eq!(key.read(&token, noon()), Some(claims()));
        assert_eq!(key.read(&token, noon() + TimeDelta::seconds(1)), None);
        assert_eq!(TokenKey::new([2; 32]).read(&token, noon()), None);
        assert_eq!(format!("{key:?}"), "TokenKey(..)");
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_token(at in 0_usize..400, byte in 0x21_u8..0x7f, text in ".{0,80}") {
            let key = TokenKey::new([1; 32]);
            let mut token = key.sign(&claims()).into_bytes();
            let at = at % token.len();
            prop_assume!(token[at] != byte);
            token[at] = byte;
            let changed = String::from_utf8(token).unwrap();
            prop_assert_eq!(key.read(&changed, noon()), None);
            prop_assert_eq!(key.read(&text, noon()), None);
        }
    }
}
