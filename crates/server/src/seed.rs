//! An inventory that is loaded once: accounts with their users and servers, windows, and OpsWorks CM servers.
//!
//! ```json
//! {
//!   "clc": {"accounts": [{
//!     "alias": "ALIAS",
//!     "location": "WA1",
//!     "users": [{"username": "ops", "password": "...", "roles": ["AccountAdmin"]}],
//!     "servers": ["WA1ALIASWB01", "WA1ALIASWB02"]
//!   }]},
//!   "ssm": {"windows": [{"Name": "night", "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1,
//!                        "AllowUnassociatedTargets": false}]},
//!   "opsworkscm": {"servers": []}
//! }
//! ```
//!
//! Windows and servers of AWS are written as the requests that create them, `CreateMaintenanceWindow` and `CreateServer`.

use serde::{Deserialize, de::Error as _};
use tagout_batch::{Account, Alias, ChangeInfo, DataCenter, Server, ServerId};
use tagout_control::ControlError;
use tagout_store::{AnyStore, Changes, Draft, ErrorKind, Key, Kind, Store, StoreError, Stored};
use tagout_wire::{
    aws::{Fault, Operation, Service},
    clc::Role,
    opsworkscm, ssm,
};

use crate::{App, auth::users::User};

/// An inventory, read and checked as a whole.
///
/// ```
/// use tagout_server::Seed;
///
/// let error = Seed::read("{\"clc\":{\"accounts\":[\n{\"alias\":\"far too long\"}]}}").unwrap_err();
/// assert!(error.to_string().starts_with("line 2: clc.accounts[0].alias: "));
/// ```
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    clc: Clc,
    ssm: Ssm,
    opsworkscm: OpsWorksCm,
}

/// An inventory is not what it should be. Nothing of it was loaded.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {key}: {problem}")]
pub struct InvalidSeed {
    line: usize,
    key: String,
    problem: String,
}

/// An inventory was not loaded, or not as a whole; loading it again loads the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The store does not do as asked.
    #[error("the inventory cannot be kept")]
    Store(#[from] StoreError),
    /// The control plane does not do as asked.
    #[error("`{what}` cannot be brought in")]
    Refused {
        /// The account or server.
        what: String,
        /// Why not.
        #[source]
        source: Box<ControlError>,
    },
    /// An AWS operation does not do as asked.
    #[error("{key} is refused: {fault}")]
    Request {
        /// Where in the inventory it stands.
        key: String,
        /// What the operation answers.
        fault: Fault,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Clc {
    accounts: Vec<SeedAccount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ssm {
    windows: Vec<Create<Window>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OpsWorksCm {
    servers: Vec<Create<CmServer>>,
}

/// An account whose servers are its own.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawAccount")]
struct SeedAccount {
    alias: Alias,
    location: DataCenter,
    sub_accounts: Vec<Alias>,
    users: Vec<SeedUser>,
    servers: Vec<ServerId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawAccount {
    alias: Alias,
    #[serde(default)]
    location: Option<DataCenter>,
    #[serde(default)]
    sub_accounts: Vec<Alias>,
    #[serde(default)]
    users: Vec<SeedUser>,
    #[serde(default)]
    servers: Vec<ServerId>,
}

/// Where an account is at home that says nothing of it and has no servers.
const LOCATION: &str = "WA1";

impl TryFrom<RawAccount> for SeedAccount {
    type Error = String;

    fn try_from(raw: RawAccount) -> Result<Self, Self::Error> {
        let is_foreign = |server: &&ServerId| !server.belongs_to(&raw.alias);
        if let Some(server) = raw.servers.iter().find(is_foreign) {
            return Err(format!(
                "server `{server}` is not of account `{}`, expected the alias after the data centre",
                raw.alias.as_str()
            ));
        }
        let home = raw.servers.first().map(ServerId::data_center);
        let location = raw.location.or(home).or_else(|| LOCATION.parse().ok());
        Ok(Self {
            alias: raw.alias,
            location: location.ok_or("expected a location")?,
            sub_accounts: raw.sub_accounts,
            users: raw.users,
            servers: raw.servers,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    #[serde(deserialize_with = "user_name")]
    username: String,
    password: String,
    #[serde(deserialize_with = "roles")]
    roles: Vec<Role>,
}

impl std::fmt::Debug for SeedUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedUser")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

fn user_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    match User::key(&name) {
        Some(_) => Ok(name),
        None => Err(D::Error::custom(format!(
            "expected 1 to {} bytes without control characters",
            User::NAME_BYTES_MAX
        ))),
    }
}

fn roles<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Role>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names
        .iter()
        .map(|name| name.parse().map_err(D::Error::custom))
        .collect()
}

/// A request that creates something, and that its interface takes.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Creates", try_from = "serde_json::Value")]
struct Create<T> {
    body: Vec<u8>,
    of: std::marker::PhantomData<T>,
}

/// What an inventory creates by a request.
trait Creates {
    const SERVICE: Service;
    const OPERATION: &'static str;

    fn check(operation: &Operation, body: &[u8]) -> Result<(), Fault>;

    fn operation() -> Result<&'static Operation, Fault> {
        let found = Self::SERVICE.operation(Self::OPERATION);
        found.ok_or_else(|| Fault::unknown_operation(Self::OPERATION))
    }
}

#[derive(Debug)]
struct Window;

impl Creates for Window {
    const SERVICE: Service = Service::Ssm;
    const OPERATION: &'static str = "CreateMaintenanceWindow";

    fn check(operation: &Operation, body: &[u8]) -> Result<(), Fault> {
        ssm::Request::parse(operation, body).map(drop)
    }
}

#[derive(Debug)]
struct CmServer;

impl Creates for CmServer {
    const SERVICE: Service = Service::OpsWorksCm;
    const OPERATION: &'static str = "CreateServer";

    fn check(operation: &Operation, body: &[u8]) -> Result<(), Fault> {
        opsworkscm::Request::parse(operation, body).map(drop)
    }
}

impl<T: Creates> TryFrom<serde_json::Value> for Create<T> {
    type Error = Fault;

    fn try_from(request: serde_json::Value) -> Result<Self, Self::Error> {
        let body = request.to_string().into_bytes();
        T::check(T::operation()?, &body)?;
        Ok(Self {
            body,
            of: std::marker::PhantomData,
        })
    }
}

/// Says that an inventory was loaded.
#[derive(Deserialize, serde::Serialize)]
struct Loaded {}

impl Stored for Loaded {
    const KIND: Kind = Kind::constant("server-seed");
    const FORMAT: u32 = 1;
}

impl Seed {
    /// Reads an inventory, JSON.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSeed`], which names the line and the key of the first fault. It shows no password.
    pub fn read(text: &str) -> Result<Self, InvalidSeed> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let fault = |key: String, error: &serde_json::Error| {
            let text = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            InvalidSeed {
                line: error.line(),
                key,
                problem: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
            }
        };
        let seed = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| fault(error.path().to_string(), error.inner()))?;
        deserializer
            .end()
            .map_err(|error| fault(".".to_owned(), &error))?;
        Ok(seed)
    }

    /// Loads the inventory, unless one was loaded before; true if it was loaded now.
    ///
    /// What is there already, because an earlier attempt broke off, is left as it is.
    ///
    /// # Errors
    ///
    /// Returns [`SeedError`] if the store or an operation does not do as asked.
    pub async fn load(&self, app: &App) -> Result<bool, SeedError> {
        let store = app.control().store();
        let key = Key::new(Loaded::KIND, "", "all").map_err(StoreError::from)?;
        if store.get(&key).await?.is_some() {
            return Ok(false);
        }
        for account in &self.clc.accounts {
            account.load(app).await?;
        }
        for (n, window) in self.ssm.windows.iter().enumerate() {
            window.load(app, &format!("ssm.windows[{n}]")).await?;
        }
        for (n, server) in self.opsworkscm.servers.iter().enumerate() {
            server
                .load(app, &format!("opsworkscm.servers[{n}]"))
                .await?;
        }
        let mut changes = Changes::new();
        let loaded = Draft::of(key.scope(), key.id(), &Loaded {}).map_err(StoreError::from)?;
        changes.create(loaded);
        match store.commit(changes).await {
            Err(error) if error.kind() != ErrorKind::Conflict => Err(error.into()),
            _ => Ok(true),
        }
    }
}

impl SeedAccount {
    async fn load(&self, app: &App) -> Result<(), SeedError> {
        let (control, now) = (app.control(), app.now());
        let refused = |what: &dyn std::fmt::Display, source| SeedError::Refused {
            what: what.to_string(),
            source: Box::new(source),
        };
        let mut account = Account::new(self.alias);
        account.sub_accounts.clone_from(&self.sub_accounts);
        let put = control.put_batch_account(account, now).await;
        put.map_err(|error| refused(&self.alias.as_str(), error))?;
        for &id in &self.servers {
            let known = control.batch_server(self.alias, id, now).await;
            if known.map_err(|error| refused(&id, error))?.is_none() {
                let server = Server::new(id, self.alias, ChangeInfo::created("seed".into(), now));
                let put = control.put_batch_server(server, now).await;
                put.map_err(|error| refused(&id, error))?;
            }
        }
        let store: &AnyStore = control.store();
        for user in &self.users {
            let (name, salt) = (&user.username, app.unique());
            let user = User::new(
                name,
                &user.password,
                salt,
                self.alias,
                self.location,
                &user.roles,
            );
            user.keep(store).await?;
        }
        Ok(())
    }
}

impl<T: Creates> Create<T> {
    async fn load(&self, app: &App, key: &str) -> Result<(), SeedError> {
        let answer = crate::aws::ask_within(app, T::operation(), &self.body).await;
        answer.map(drop).map_err(|fault| SeedError::Request {
            key: key.to_owned(),
            fault,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Seed::read(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_fault_is_told_with_its_line_and_key() {
        check("", "line 1: .: EOF while parsing a value");
        check("{}\n{}", "line 2: .: trailing characters");
        check(
            "{\"clc\":\n{\"accounts\":{}}}",
            "line 2: clc.accounts: invalid type: map, expected a sequence",
        );
        check(
            "{\"clc\":{\"accounts\":[{\"alias\":\"ALIAS\",\n\"users\":[{\"username\":\"ops\",\"password\":\"hunter2\",\n\"roles\":[\"Janitor\"]}]}]}}",
            "line 3: clc.accounts[0].users[0].roles: `Janitor` is no role, expected one such as `ServerOperator`",
        );
        check(
            "{\"clc\":{\"accounts\":[{\"alias\":\"ALIAS\",\n\"servers\":[\"WA1OTHERWB01\"]}]}}",
            "line 2: clc.accounts[0]: server `wa1otherwb01` is not of account `alias`, expected the alias after the data centre",
        );
        check(
            "{\"clc\":{\"accounts\":[{\"alias\":\"ALIAS\",\"users\":[{\"username\":\"\",\"password\":\"p\",\"roles\":[]}]}]}}",
            "line 1: clc.accounts[0].users[0].username: expected 1 to 256 bytes without control characters",
        );
        check(
            "{\"windows\":[]}",
            "line 1: windows: unknown field `windows`, expected one of `clc`, `ssm`, `opsworkscm`",
        );
    }

    #[test]
    fn requests_are_checked_by_their_interface() {
        let text = "{\"ssm\":{\"windows\":[\n{\"Name\":\"x\"}]}}";
        let error = Seed::read(text).unwrap_err().to_string();
        assert!(
            error.starts_with("line 2: ssm.windows[0]: ValidationException: "),
            "{error}"
        );
        let text = "{\"opsworkscm\":{\"servers\":[{\"ServerName\":\"1\"}]}}";
        let error = Seed::read(text).unwrap_err().to_string();
        assert!(
            error.starts_with("line 1: opsworkscm.servers[0]: ValidationException: "),
            "{error}"
        );
    }
}
