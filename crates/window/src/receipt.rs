//! What is remembered of a request with a client token, so that a repeated one gives the same answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::WindowError;
use crate::rules::Rules;
use crate::scalar::ClientToken;

/// What is remembered of a request with a client token: what it asked, and the id that it was answered with.
///
/// One is kept for each operation and token, for as long as the rules say. `I` is the type of the id.
///
/// # Example
///
/// ```
/// use tagout_window::{Receipt, Rules, WindowId};
///
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let receipt = Receipt::new(WindowId::from_bits(1), [7; 32], now, &Rules::default());
/// assert_eq!(receipt.answer([7; 32])?, WindowId::from_bits(1));
/// assert_eq!(receipt.answer([8; 32]).unwrap_err().kind().code(), "IdempotentParameterMismatch");
/// assert_eq!(receipt.expires_at(), "2026-03-02T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Receipt<I> {
    answer: I,
    fingerprint: [u8; 32],
    expires_at: DateTime<Utc>,
}

impl<I: Copy> Receipt<I> {
    /// The receipt of a request that asked what `fingerprint` stands for and was answered at `now`.
    pub fn new(answer: I, fingerprint: [u8; 32], now: DateTime<Utc>, rules: &Rules) -> Self {
        let expires_at = now
            .checked_add_signed(rules.client_token_kept)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            answer,
            fingerprint,
            expires_at,
        }
    }

    /// The answer to a request with the same token.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::IdempotentParameterMismatch`] if it asks for something else.
    pub fn answer(&self, fingerprint: [u8; 32]) -> Result<I, WindowError> {
        if fingerprint == self.fingerprint {
            Ok(self.answer)
        } else {
            Err(WindowError::IdempotentParameterMismatch)
        }
    }

    /// The instant from which on it is forgotten.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

/// The receipts of one operation, in memory.
#[derive(Clone, Debug)]
pub(crate) struct Receipts<I> {
    by_token: std::collections::BTreeMap<ClientToken, Receipt<I>>,
    by_expiry: std::collections::BTreeSet<(DateTime<Utc>, ClientToken)>,
}

impl<I> Default for Receipts<I> {
    fn default() -> Self {
        Self {
            by_token: std::collections::BTreeMap::new(),
            by_expiry: std::collections::BTreeSet::new(),
        }
    }
}

impl<I: Copy> Receipts<I> {
    /// The answer that a request with this token had before, if it had one that is still remembered.
    pub(crate) fn answer(
        &mut self,
        token: Option<&ClientToken>,
        fingerprint: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<I>, WindowError> {
        while let Some((_, token)) = self
            .by_expiry
            .first()
            .filter(|(expires_at, _)| *expires_at <= now)
        {
            self.by_token.remove(token);
            self.by_expiry.pop_first();
        }
        let receipt = token.and_then(|token| self.by_token.get(token));
        receipt
            .map(|receipt| receipt.answer(fingerprint))
            .transpose()
    }

    pub(crate) fn keep(&mut self, token: Option<ClientToken>, receipt: Receipt<I>) {
        if let Some(token) = token {
            self.by_expiry.insert((receipt.expires_at, token.clone()));
            self.by_token.insert(token, receipt);
        }
    }
}
