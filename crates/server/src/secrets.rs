//! The secrets that all servers on one store share, made by the first of them.

use serde::{Deserialize, Serialize};
use tagout_control::Ids;
use tagout_store::{AnyStore, Changes, Draft, ErrorKind, Key, Kind, Store, StoreError, Stored};

use crate::auth::token::TokenKey;

/// The secrets, as they are stored.
#[derive(Deserialize, Serialize)]
pub(crate) struct Secrets {
    tokens: [u8; 32],
    pages: [u8; 32],
}

impl Stored for Secrets {
    const KIND: Kind = Kind::constant("server-secrets");
    const FORMAT: u32 = 1;
}

impl Secrets {
    /// Those of the store, which get made if there are none.
    pub(crate) async fn of(store: &AnyStore, ids: &Ids) -> Result<Self, StoreError> {
        let key = Key::new(Self::KIND, "", "all")?;
        loop {
            if let Some(document) = store.get(&key).await? {
                return document.read();
            }
            let made = Self {
                tokens: random(ids),
                pages: random(ids),
            };
            let mut changes = Changes::new();
            changes.create(Draft::of(key.scope(), key.id(), &made)?);
            match store.commit(changes).await {
                Ok(_) => return Ok(made),
                Err(error) if error.kind() == ErrorKind::Conflict => {} // another server was faster
                Err(error) => return Err(error),
            }
        }
    }

    /// What bearer tokens are signed with.
    pub(crate) fn token_key(&self) -> TokenKey {
        TokenKey::new(self.tokens)
    }

    /// What page tokens are made with.
    pub(crate) fn page_key(&self) -> tagout_window::PageKey {
        tagout_window::PageKey::new(self.pages)
    }
}

fn random(ids: &Ids) -> [u8; 32] {
    let mut bytes = [0; 32];
    ids.fill(&mut bytes);
    bytes
}
