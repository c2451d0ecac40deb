//! Logins of CenturyLink Cloud: a name and a password give a token, and a token opens every other call.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{HeaderMap, header};
use tagout_batch::{Account, Alias, DataCenter, UserName};
use tagout_wire::clc::{Fault, LoggedIn, Login, Need, Reply, Role, login_reply};
use tokio::sync::Semaphore;
use tracing::warn;

use crate::{
    App,
    auth::{
        token::{Claims, TokenKey},
        users::{HashedPassword, User},
    },
    config::Config,
};

/// Who calls a CenturyLink Cloud operation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClcCaller {
    /// The name of the user.
    pub user: UserName,
    /// The account that the user logged in to.
    pub alias: Alias,
    /// What the user may.
    pub roles: Vec<Role>,
    /// Whether every account is open: where no users are known, and only on a loopback address.
    pub everywhere: bool,
}

impl ClcCaller {
    /// Whether one of its roles may do what needs `need`.
    pub fn may(&self, need: Need) -> bool {
        self.roles.iter().any(|role| role.may(need))
    }
}

/// What logins need.
#[derive(Debug)]
pub(crate) struct Logins {
    key: TokenKey,
    /// What an unknown name is compared with, so that it takes as long as a known one.
    nobody: HashedPassword,
    /// Where nobody is known, who logs in comes in here.
    alias: Alias,
    location: DataCenter,
    /// Hashing takes memory and time on purpose; these are few enough for neither to run out.
    turns: Arc<Semaphore>,
}

/// How many passwords are hashed at a time.
const N_TURNS: usize = 2;

impl Logins {
    pub(crate) fn new(config: &Config, key: TokenKey) -> Self {
        Self {
            key,
            nobody: HashedPassword::new("", [0; 16]),
            alias: config.clc_alias,
            location: config.clc_location,
            turns: Arc::new(Semaphore::new(N_TURNS)),
        }
    }
}

/// Answers a login.
pub(crate) async fn login(app: &App, login: Login, now: DateTime<Utc>) -> Result<Reply, Fault> {
    let store = app.control().store();
    let found = User::find(store, &login.username)
        .await
        .map_err(|error| unavailable(&error))?;
    let is_right = is_password(app, found.clone(), login.password).await?;
    match found {
        Some(user) if is_right => Ok(welcome(
            app,
            &user.name,
            (user.alias, user.location),
            &user.roles(),
            false,
            now,
        )),
        None if app.keys().is_open()
            && !login.username.is_empty()
            && !User::is_any(store)
                .await
                .map_err(|error| unavailable(&error))? =>
        {
            let logins = app.logins();
            let account = Account::new(logins.alias);
            app.control()
                .put_batch_account(account, now)
                .await
                .map_err(|error| unavailable(&error))?;
            let home = (logins.alias, logins.location);
            Ok(welcome(
                app,
                &login.username,
                home,
                &[Role::AccountAdmin],
                true,
                now,
            ))
        }
        _ => Err(Fault::login()),
    }
}

/// Who shows this token.
pub(crate) fn caller(
    app: &App,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<ClcCaller, Fault> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let claims = token
        .and_then(|token| app.logins().key.read(token, now))
        // A token of the time when nobody was known opens nothing on a server that lets in only some.
        .filter(|claims| !claims.everywhere || app.keys().is_open())
        .ok_or_else(Fault::unauthorized)?;
    Ok(ClcCaller {
        user: (&*claims.user).into(),
        alias: claims.alias,
        roles: claims
            .roles
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect(),
        everywhere: claims.everywhere,
    })
}

fn welcome(
    app: &App,
    name: &str,
    (alias, location): (Alias, DataCenter),
    roles: &[Role],
    everywhere: bool,
    now: DateTime<Utc>,
) -> Reply {
    let claims = Claims {
        user: name.into(),
        alias,
        roles: roles.iter().map(|role| role.name().into()).collect(),
        everywhere,
        exp: now.timestamp() + i64::try_from(app.limits().token_seconds).unwrap_or(0),
    };
    login_reply(&LoggedIn {
        user_name: name,
        account_alias: &alias.as_str().to_uppercase(),
        location_alias: &location.to_string().to_uppercase(),
        roles,
        bearer_token: &app.logins().key.sign(&claims),
    })
}

/// Where the account of a user is at home.
pub(crate) async fn location(app: &App, caller: &ClcCaller) -> Result<DataCenter, Fault> {
    let found = User::find(app.control().store(), caller.user.as_str()).await;
    let user = found.map_err(|error| unavailable(&error))?;
    Ok(user.map_or(app.logins().location, |user| user.location))
}

/// Whether it is the password of this user; as slow for a user who is not there.
async fn is_password(app: &App, user: Option<User>, password: Box<str>) -> Result<bool, Fault> {
    let logins = app.logins();
    // Whoever waits here counts as a request under way, of which there are only so many.
    let turn = Arc::clone(&logins.turns).acquire_owned().await;
    let nobody = logins.nobody.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let is_known = user.is_some();
        let is_right = user.map_or_else(
            || nobody.is(&password), // for the time that it takes
            |user| user.has_password(&password),
        );
        is_known && is_right
    });
    hashed.await.map_err(|_| Fault::internal())
}

fn unavailable(error: &(dyn std::error::Error + 'static)) -> Fault {
    warn!(error, "a login cannot be looked up");
    Fault::unavailable("The service is temporarily unavailable.")
}
