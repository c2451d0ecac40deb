//! The users of CenturyLink Cloud accounts: who they are, and what they may.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tagout_batch::{Alias, DataCenter};
use tagout_store::{
    AnyStore, Changes, Draft, ErrorKind, Key, Kind, Query, Store, StoreError, Stored,
};
use tagout_wire::clc::Role;

/// A user as it is stored: the password only as what Argon2 makes of it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// As it was first written.
    pub(crate) name: Box<str>,
    pub(crate) alias: Alias,
    /// Where the account is at home.
    pub(crate) location: DataCenter,
    /// The names of roles; one that a later version knows and this one does not opens nothing.
    roles: Vec<Box<str>>,
    password: HashedPassword,
}

impl Stored for User {
    const KIND: Kind = Kind::constant("clc-user");
    const FORMAT: u32 = 1;
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// All users stand in one scope: a name is a login, whatever the account.
const SCOPE: &str = "";

impl User {
    /// The longest name of a user, in bytes.
    pub(crate) const NAME_BYTES_MAX: usize = 256;

    /// A user with a password, which is hashed with `salt`: slow on purpose, some 20 milliseconds.
    pub(crate) fn new(
        name: &str,
        password: &str,
        salt: [u8; 16],
        alias: Alias,
        location: DataCenter,
        roles: &[Role],
    ) -> Self {
        Self {
            name: name.into(),
            alias,
            location,
            roles: roles.iter().map(|role| role.name().into()).collect(),
            password: HashedPassword::new(password, salt),
        }
    }

    /// Whether this is its password; slow on purpose.
    pub(crate) fn has_password(&self, password: &str) -> bool {
        self.password.is(password)
    }

    /// Its roles.
    pub(crate) fn roles(&self) -> Vec<Role> {
        self.roles
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect()
    }

    /// The user of this name, in any letter case.
    pub(crate) async fn find(store: &AnyStore, name: &str) -> Result<Option<Self>, StoreError> {
        match Self::key(name) {
            Some(key) => store
                .get(&key)
                .await?
                .map(|document| document.read())
                .transpose(),
            None => Ok(None),
        }
    }

    /// Whether there is any user at all.
    pub(crate) async fn is_any(store: &AnyStore) -> Result<bool, StoreError> {
        let page = store.page(&Query::new(Self::KIND, SCOPE).limit(1)).await?;
        Ok(!page.documents.is_empty())
    }

    /// Keeps the user, unless there is one of that name.
    pub(crate) async fn keep(&self, store: &AnyStore) -> Result<(), StoreError> {
        let Some(key) = Self::key(&self.name) else {
            return Ok(()); // whoever made it has checked its name
        };
        let mut changes = Changes::new();
        changes.create(Draft::of(key.scope(), key.id(), self)?);
        match store.commit(changes).await {
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// The key of a name; none for a text that is the name of nobody.
    pub(crate) fn key(name: &str) -> Option<Key> {
        let is_name = (1..=Self::NAME_BYTES_MAX).contains(&name.len());
        let lower = is_name.then(|| name.to_lowercase())?;
        Key::new(Self::KIND, SCOPE, lower).ok()
    }
}

/// What Argon2id makes of a password.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct HashedPassword {
    memory_kib: u32,
    passes: u32,
    salt: Box<str>,
    hash: Box<str>,
}

impl std::fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashedPassword(..)")
    }
}

/// Memory and passes of Argon2id, one of the pairs that OWASP's password storage cheat sheet recommends: little memory, so
/// that logins cannot fill a machine.
const COST: (u32, u32) = (9 * 1024, 4);

impl HashedPassword {
    pub(crate) fn new(password: &str, salt: [u8; 16]) -> Self {
        let (memory_kib, passes) = COST;
        let hash = digest(password, &salt, COST).unwrap_or_default();
        Self {
            memory_kib,
            passes,
            salt: STANDARD.encode(salt).into(),
            hash: STANDARD.encode(hash).into(),
        }
    }

    /// Whether this is the password; takes the same time whatever it is.
    pub(crate) fn is(&self, password: &str) -> bool {
        let (Ok(salt), Ok(hash)) = (STANDARD.decode(&*self.salt), STANDARD.decode(&*self.hash))
        else {
            return false;
        };
        digest(password, &salt, (self.memory_kib, self.passes))
            .is_some_and(|ours| ours.ct_eq(&hash).into())
    }
}

/// None for costs or a salt that nothing of ours has written.
fn digest(password: &str, salt: &[u8], (memory_kib, passes): (u32, u32)) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let params = Params::new(memory_kib.min(1 << 20), passes.min(64), 1, Some(hash.len())).ok()?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, password: &str) -> User {
        let alias = "ALTD".parse().unwrap();
        let home = "WA1".parse().unwrap();
        User::new(
            name,
            password,
            [7; 16],
            alias,
            home,
            &[Role::ServerOperator],
        )
    }

    #[tokio::test]
    async fn a_user_is_found_by_name_in_any_case_and_known_by_the_password_alone() {
        let store = AnyStore::open("memory:").await.unwrap();
        assert!(!User::is_any(&store).await.unwrap());
        user("Ops@example.org", "hunter2")
            .keep(&store)
            .await
            .unwrap();
        user("ops@EXAMPLE.org", "another")
            .keep(&store)
            .await
            .unwrap();
        assert!(User::is_any(&store).await.unwrap());
        let found = User::find(&store, "OPS@example.org")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&*found.name, "Ops@example.org");
        assert!(found.password.is("hunter2"));
        for wrong in ["another", "", "Hunter2", "hunter2 "] {
            assert!(!found.password.is(wrong), "{wrong}");
        }
        assert_eq!(found.roles(), [Role::ServerOperator]);
        let long = "x".repeat(User::NAME_BYTES_MAX + 1);
        for nobody in ["", "ops", "a\nb", &long] {
            assert!(User::find(&store, nobody).await.unwrap().is_none());
        }
    }

    #[test]
    fn what_is_stored_does_not_hold_the_password() {
        let user = user("ops", "hunter2");
        assert!(!serde_json::to_string(&user).unwrap().contains("hunter2"));
        assert_eq!(format!("{user:?}"), "User { name: \"ops\", .. }");
    }
}
