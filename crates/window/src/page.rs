//! Lists, a page at a time: tokens that say where a page ended, and that nobody else can make.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::error::{Refusal, WindowError};

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PageRequest {
    /// The most entries on it, at least 1; the operation's own number if `None`.
    pub max_results: Option<u32>,
    /// Where the page before ended; the first page if `None`.
    pub next_token: Option<String>,
    /// SHA-256 over the operation and the members that say what is listed: a token is good for these only.
    pub scope: [u8; 32],
}

/// One page of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page<T> {
    /// Its entries, in the order of the list.
    pub entries: Vec<T>,
    /// What to ask for the next page with, or `None` if this is the last one.
    pub next_token: Option<String>,
}

/// The secret that page tokens are made with.
///
/// A token names the place of the last entry of a page, so that pages neither lose nor repeat an entry while others write.
/// It is opaque, and bound by a message authentication code (HMAC-SHA-256) to the operation and what it lists: a token of
/// another request, another key or one's own making is refused.
///
/// # Example
///
/// ```
/// use tagout_window::{PageKey, PageRequest};
///
/// let key = PageKey::new([7; 32]);
/// let first = PageRequest { scope: [1; 32], ..PageRequest::default() };
/// let page = key.page(&first, 2, [(10_u64, "a"), (20, "b"), (30, "c")]);
/// assert_eq!(page.entries, ["a", "b"]);
///
/// let second = PageRequest { next_token: page.next_token, ..first };
/// assert_eq!(key.place(&second)?, Some(20_u64));
/// let foreign = PageRequest { scope: [2; 32], ..second };
/// assert_eq!(key.place::<u64>(&foreign).unwrap_err().to_string(), "The specified token is not valid.");
/// # Ok::<(), tagout_window::WindowError>(())
/// ```
#[derive(Clone)]
pub struct PageKey([u8; 32]);

/// The place of an entry in its list: what a token holds.
pub trait Place: Sized {
    /// As bytes.
    fn to_bytes(&self) -> Vec<u8>;

    /// From bytes, if they are of such a place.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl PageKey {
    /// The most entries that a page holds, however many are asked for: some operations name no bound of their own.
    pub const ENTRIES_MAX: usize = 1000;

    /// The version of the form of tokens, and their first byte.
    const VERSION: u8 = 1;
    /// How many bytes of the authentication code a token carries.
    const CODE_LENGTH: usize = 16;
    /// The longest token that is looked at, in characters.
    const TOKEN_MAX: usize = 256;

    /// A key of 32 random bytes. Tokens made with another one are refused.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Where the page before ended; `None` for the first page.
    ///
    /// # Errors
    ///
    /// Refuses a token that was not made with this key for the same operation and members.
    pub fn place<P: Place>(&self, request: &PageRequest) -> Result<Option<P>, WindowError> {
        let Some(token) = &request.next_token else {
            return Ok(None);
        };
        let place = self
            .open(&request.scope, token)
            .and_then(|bytes| P::from_bytes(&bytes));
        place.map(Some).ok_or_else(|| Refusal::NextToken.into())
    }

    /// The next page of entries, each with its place, from those that come after [`place`](Self::place).
    ///
    /// No more is taken from `entries` than the page holds and one, which shows whether there is another page.
    pub fn page<P: Place, T>(
        &self,
        request: &PageRequest,
        n_default: usize,
        entries: impl IntoIterator<Item = (P, T)>,
    ) -> Page<T> {
        let n_asked = request
            .max_results
            .map_or(n_default, |n_asked| n_asked as usize);
        let n_max = n_asked.clamp(1, Self::ENTRIES_MAX);
        let mut page = Page {
            entries: Vec::with_capacity(n_max.min(100)),
            next_token: None,
        };
        let mut last = None;
        for (place, entry) in entries {
            if page.entries.len() == n_max {
                page.next_token = last.map(|place: P| self.seal(&request.scope, &place.to_bytes()));
                break;
            }
            page.entries.push(entry);
            last = Some(place);
        }
        page
    }

    fn seal(&self, scope: &[u8; 32], place: &[u8]) -> String {
        let mut bytes = vec![Self::VERSION];
        bytes.extend_from_slice(place);
        let code = self.code(scope, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&code[..Self::CODE_LENGTH]);
        BASE64.encode(bytes)
    }

    fn open(&self, scope: &[u8; 32], token: &str) -> Option<Vec<u8>> {
        if token.len() > Self::TOKEN_MAX {
            return None;
        }
        let bytes = BASE64.decode(token).ok()?;
        let (signed, code) = bytes.split_at_checked(bytes.len().checked_sub(Self::CODE_LENGTH)?)?;
        // Compares in a time that does not tell how far the code is right.
        self.code(scope, signed).verify_truncated_left(code).ok()?;
        match signed {
            [Self::VERSION, place @ ..] => Some(place.to_vec()),
            _ => None,
        }
    }

    fn code(&self, scope: &[u8; 32], signed: &[u8]) -> Hmac<Sha256> {
        let mut code =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is taken");
        code.update(scope);
        code.update(signed);
        code
    }
}

/// Does not print the key.
impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageKey(..)")
    }
}

impl Place for u64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(scope: u8, next_token: Option<String>) -> PageRequest {
        PageRequest {
            max_results: None,
            next_token,
            scope: [scope; 32],
        }
    }

    fn token(key: &PageKey, scope: u8) -> String {
        let page = key.page(&request(scope, None), 1, [(5_u64, ()), (6, ())]);
        page.next_token.unwrap()
    }

    #[test]
    fn a_page_holds_no_more_than_is_asked_for_or_may_be() {
        let key = PageKey::new([0; 32]);
        let n_entries = |max_results, n_default| {
            let request = PageRequest {
                max_results,
                ..request(0, None)
            };
            let page = key.page(&request, n_default, (0..5000_u64).map(|n| (n, n)));
            assert!(page.next_token.is_some());
            page.entries.len()
        };
        assert_eq!(
            [
                n_entries(None, 50),
                n_entries(Some(10), 50),
                n_entries(Some(u32::MAX), 50)
            ],
            [50, 10, 1000]
        );
        let last = key.page(&request(0, None), 3, (0..3_u64).map(|n| (n, n)));
        assert_eq!((last.entries.len(), last.next_token), (3, None));
    }

    #[test]
    fn a_foreign_token_is_refused() {
        let key = PageKey::new([7; 32]);
        let good = token(&key, 1);
        assert_eq!(
            key.place::<u64>(&request(1, Some(good.clone()))).unwrap(),
            Some(5)
        );
        assert!(
            key.place::<u64>(&request(2, Some(good.clone()))).is_err(),
            "of another request"
        );
        assert!(
            PageKey::new([8; 32])
                .place::<u64>(&request(1, Some(good)))
                .is_err(),
            "of another key"
        );
        for text in ["x", "AAAA", "é", &"A".repeat(10_000)] {
            assert!(
                key.place::<u64>(&request(1, Some(text.to_owned())))
                    .is_err(),
                "{text}"
            );
        }
        assert_eq!(format!("{key:?}"), "PageKey(..)");
    }

    proptest! {
        #[test]
        fn a_token_that_was_changed_anywhere_is_refused(at: prop::sample::Index, with in "[A-Za-z0-9_-]") {
            let key = PageKey::new([7; 32]);
            let good = token(&key, 1);
            let at = at.index(good.len());
            let mut changed = good.clone();
            changed.replace_range(at..=at, &with);
            prop_assert_eq!(key.place::<u64>(&request(1, Some(changed.clone()))).is_ok(), changed == good);
        }
    }
}
