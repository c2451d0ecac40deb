//! The settings as they are written: every one optional, none checked beyond its type.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use serde::Deserialize;
use tagout_control::Account;

use crate::sigv4::Secret;

/// Every key that has a name of its own, and what it says.
///
/// Beside these, a file may have `[[credentials]]` and `[command.KIND]`.
pub const KEYS: &[(&str, &str)] = &[
    ("listen", "address and port, `127.0.0.1:8750` by default"),
    (
        "store",
        "`memory`, `sqlite:PATH` or `postgres://...`; `sqlite:tagout.db` by default",
    ),
    ("driver", "`simulated` or `command`"),
    (
        "speed",
        "how many times faster than life the simulated driver works; 60 by default",
    ),
    ("seed", "where the simulated driver takes its choices from"),
    (
        "region",
        "the AWS region that clients sign for; `us-east-1` by default",
    ),
    (
        "account",
        "the AWS account of keys that name none: twelve digits",
    ),
    (
        "status_page",
        "whether to show the page at `/`; by default only on a loopback address",
    ),
    (
        "clc.alias",
        "the CenturyLink Cloud account of whoever logs in while there are no users; `ALIAS` by default",
    ),
    (
        "clc.location",
        "the data centre where that account is at home; `WA1` by default",
    ),
    ("tls.certificate", "a file with the certificate chain, PEM"),
    ("tls.key", "a file with the private key, PEM"),
    ("log.format", "`text` or `json`"),
    (
        "log.level",
        "`error`, `warn`, `info` or `debug`; `info` by default",
    ),
    (
        "log.requests",
        "whether each request is a line of the log; by default it is",
    ),
    ("limits.body_bytes", "the longest body of a request"),
    (
        "limits.certificate_body_bytes",
        "the longest body of a request that may hold a certificate",
    ),
    ("limits.connections", "connections at a time"),
    ("limits.requests", "requests at a time"),
    (
        "limits.requests_per_second",
        "requests of one access key in a second, 0 for any number",
    ),
    (
        "limits.header_seconds",
        "how long a client may take to send its headers",
    ),
    (
        "limits.body_seconds",
        "how long a client may take to send its body",
    ),
    ("limits.idle_seconds", "how long a connection may lie idle"),
    (
        "limits.drain_seconds",
        "how long requests and attempts under way may go on after a stop was asked for",
    ),
    (
        "limits.maintenance_windows",
        "maintenance windows of one account",
    ),
    ("limits.servers", "OpsWorks CM servers of one account"),
    ("limits.manual_backups", "manual backups of one account"),
    ("limits.batch_servers", "servers in one batch"),
    (
        "limits.token_seconds",
        "how long a CenturyLink Cloud login is good for",
    ),
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    pub(super) listen: Option<String>,
    pub(super) store: Option<String>,
    pub(super) driver: Option<String>,
    pub(super) speed: Option<u32>,
    pub(super) seed: Option<u64>,
    pub(super) region: Option<String>,
    pub(super) account: Option<String>,
    pub(super) status_page: Option<bool>,
    pub(super) clc: RawClc,
    pub(super) tls: RawTls,
    pub(super) log: RawLog,
    pub(super) limits: RawLimits,
    pub(super) credentials: Vec<RawCredential>,
    pub(super) command: BTreeMap<String, Program>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawClc {
    pub(super) alias: Option<String>,
    pub(super) location: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawTls {
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

/// The files of a certificate and its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tls {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLog {
    pub(super) format: Option<LogFormat>,
    pub(super) level: Option<LogLevel>,
    pub(super) requests: Option<bool>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// What the log tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Log {
    /// How it is written.
    pub format: LogFormat,
    /// The least that it tells.
    pub level: LogLevel,
    /// Whether each request is a line.
    pub requests: bool,
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Something did not work.
    Error,
    /// Something may need a look.
    Warn,
    /// What the server does.
    #[default]
    Info,
    /// How it does it.
    Debug,
}

/// A program and its arguments.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The program's file.
    pub path: PathBuf,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $default:literal in $min:literal..=$max:literal;)*) => {
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct RawLimits { $($name: Option<u64>,)* }

        /// What is enough.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct Limits { $($(#[$doc])* pub $name: u64,)* }

        impl RawLimits {
            /// These limits, each within its bounds.
            pub(super) fn checked<E>(&self, error: impl Fn(&str, String) -> E) -> Result<Limits, E> {
                $(
                    let $name = self.$name.unwrap_or($default);
                    if !($min..=$max).contains(&$name) {
                        return Err(error(
                            stringify!($name),
                            format!("got {}, expected {} to {}", $name, $min, $max),
                        ));
                    }
                )*
                Ok(Limits { $($name,)* })
            }
        }

        #[cfg(test)]
        pub(super) const LIMIT_NAMES: &[&str] = &[$(stringify!($name),)*];
    };
}

// The quotas of AWS and of CenturyLink Cloud are the defaults where they are known.
limits! {
    /// The longest body of a request, in bytes.
    body_bytes: 1_048_576 in 1_024..=1_073_741_824;
    /// The longest body of a request that may hold a certificate, in bytes.
    certificate_body_bytes: 4_194_304 in 1_024..=1_073_741_824;
    /// How many connections there may be at a time.
    connections: 4_096 in 1..=1_000_000;
    /// How many requests may be worked on at a time.
    requests: 512 in 1..=100_000;
    /// How many requests of one access key are taken in a second; 0 for any number.
    requests_per_second: 0 in 0..=1_000_000;
    /// How long a client may take to send its headers, in seconds.
    header_seconds: 10 in 1..=3_600;
    /// How long a client may take to send its body, in seconds.
    body_seconds: 30 in 1..=3_600;
    /// How long a connection may lie idle, in seconds.
    idle_seconds: 60 in 1..=86_400;
    /// How long requests and attempts under way may go on after a stop was asked for, in seconds.
    drain_seconds: 20 in 0..=3_600;
    /// How many maintenance windows one account may have.
    maintenance_windows: 50 in 1..=10_000_000;
    /// How many OpsWorks CM servers one account may have.
    servers: 10 in 1..=10_000_000;
    /// How many manual backups one account may have.
    manual_backups: 50 in 1..=10_000_000;
    /// How many servers one batch may name.
    batch_servers: 1_000 in 1..=100_000;
    /// How long a login of CenturyLink Cloud is good for, in seconds; two weeks by default, as there.
    token_seconds: 1_209_600 in 1..=1_209_600;
}

/// An access key, and what it opens.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret: Secret,
    /// The AWS account that it belongs to.
    pub account: Account,
    /// What it may do.
    pub allow: Allow,
}

/// What an access key may do.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Allow {
    /// Everything.
    #[default]
    All,
    /// Everything that changes nothing.
    ReadOnly,
    /// These operations, by their names.
    Operations(Vec<String>),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawCredential {
    access_key_id: String,
    secret_access_key: Option<String>,
    secret_access_key_file: Option<PathBuf>,
    secret_access_key_variable: Option<String>,
    session_token: Option<String>,
    account: Option<String>,
    allow: Allow,
}

impl std::fmt::Debug for RawCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawCredential")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl RawCredential {
    /// The credential, or the key at fault and what is wrong with it.
    pub(super) fn checked(&self, account: &str) -> Result<Credential, (&'static str, String)> {
        let id = &self.access_key_id;
        if !(1..=128).contains(&id.len())
            || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            return Err((
                "access_key_id",
                format!("got `{id}`, expected 1 to 128 letters, digits and `_`"),
            ));
        }
        let account = super::account(self.account.as_deref().unwrap_or(account))
            .map_err(|problem| ("account", problem))?;
        let mut secret = Secret::new(self.secret()?);
        if let Some(token) = &self.session_token {
            secret = secret.with_session_token(token);
        }
        Ok(Credential {
            access_key_id: id.clone(),
            secret,
            account,
            allow: self.allow.clone(),
        })
    }

    fn secret(&self) -> Result<String, (&'static str, String)> {
        let secret = match (
            &self.secret_access_key,
            &self.secret_access_key_file,
            &self.secret_access_key_variable,
        ) {
            (Some(secret), None, None) => secret.clone(),
            (None, Some(path), None) => fs::read_to_string(path)
                .map_err(|error| {
                    (
                        "secret_access_key_file",
                        format!("cannot read `{}`: {error}", path.display()),
                    )
                })?
                .trim()
                .to_owned(),
            (None, None, Some(name)) => env::var(name).map_err(|_| {
                (
                    "secret_access_key_variable",
                    format!("the environment has no text in `{name}`"),
                )
            })?,
            _ => {
                return Err((
                    "secret_access_key",
                    "expected one of `secret_access_key`, `secret_access_key_file` and `secret_access_key_variable`"
                        .to_owned(),
                ));
            }
        };
        if secret.is_empty() {
            return Err(("secret_access_key", "is empty".to_owned()));
        }
        Ok(secret)
    }
}
