//! What the server is told: a file, the environment, and options, checked as one.
//!
//! Every setting has a key, such as `limits.maintenance_windows`. The sources are read in order, the later ones win:
//! the file, the environment (`TAGOUT_LIMITS_MAINTENANCE_WINDOWS`), and options (`--set limits.maintenance_windows=500`).

mod error;
mod layer;
mod settings;

pub use error::{ConfigError, Place};
pub use layer::Layers;
pub use settings::{Allow, Credential, KEYS, Limits, Log, LogFormat, LogLevel, Program, Tls};

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use settings::Settings;
use tagout_batch::{Alias, DataCenter};
use tagout_control::Account;

/// The AWS account of keys that name none, where no other is configured.
const ACCOUNT: &str = "123456789012";

/// A configuration that the server can start with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to keep everything.
    pub store: StoreChoice,
    /// Who does the work.
    pub driver: DriverChoice,
    /// The AWS region that clients must sign for.
    pub region: String,
    /// The AWS account of access keys that name none: twelve digits.
    pub account: Account,
    /// The access keys that may come in; empty if any may.
    pub credentials: Vec<Credential>,
    /// The CenturyLink Cloud account of whoever logs in while there are no users.
    pub clc_alias: Alias,
    /// Where that account is at home.
    pub clc_location: DataCenter,
    /// The certificate to show, if connections are to be encrypted.
    pub tls: Option<Tls>,
    /// What the log tells.
    pub log: Log,
    /// Whether to show the status page.
    pub status_page: bool,
    /// What is enough.
    pub limits: Limits,
}

/// Where everything is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreChoice {
    /// In memory, gone at the end.
    Memory,
    /// In the SQLite file at this path.
    Sqlite(PathBuf),
    /// In the PostgreSQL database that this URL names. May hold a password: not for logs.
    Postgres(String),
}

/// Who does the work.
#[derive(Clone, Debug)]
pub enum DriverChoice {
    /// Nobody: it is only pretended, `speed` times faster than life.
    Simulated {
        /// How many times faster than life.
        speed: u32,
        /// Where all choices come from.
        seed: u64,
    },
    /// A program per kind of work.
    Command(Vec<(String, Program)>),
}

impl Config {
    /// Reads and checks the sources of `layers`.
    ///
    /// # Errors
    ///
    /// Returns the first [`ConfigError`], which names the place, the key, what stands there and what was expected.
    pub fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let settings: Settings = layers.merged()?;
        let checked = Checked { layers, settings };
        checked.config()
    }
}

/// Settings whose types are right, on the way to being a configuration.
struct Checked<'a> {
    layers: &'a Layers,
    settings: Settings,
}

impl Checked<'_> {
    fn config(self) -> Result<Config, ConfigError> {
        let settings = &self.settings;
        let listen = settings.listen.as_deref().unwrap_or("127.0.0.1:8750");
        let listen: SocketAddr = listen.parse().map_err(|_| {
            self.error(
                "listen",
                format!("got `{listen}`, expected an address and a port, such as `127.0.0.1:8750`"),
            )
        })?;
        let credentials = self.credentials()?;
        if credentials.is_empty() && !listen.ip().is_loopback() {
            return Err(self.error(
                "listen",
                format!("`{listen}` can be reached from other machines, and no `credentials` say who may come in: listen on 127.0.0.1, or name them"),
            ));
        }
        Ok(Config {
            listen,
            store: self.store()?,
            driver: self.driver()?,
            region: self.text(
                "region",
                settings.region.as_deref(),
                "us-east-1",
                is_region,
                "a region, such as `us-east-1`",
            )?,
            account: account(settings.account.as_deref().unwrap_or(ACCOUNT))
                .map_err(|problem| self.error("account", problem))?,
            credentials,
            clc_alias: self.parsed("clc.alias", settings.clc.alias.as_deref(), "ALIAS")?,
            clc_location: self.parsed("clc.location", settings.clc.location.as_deref(), "WA1")?,
            tls: self.tls()?,
            log: Log {
                format: settings.log.format.unwrap_or_default(),
                level: settings.log.level.unwrap_or_default(),
                requests: settings.log.requests.unwrap_or(true),
            },
            status_page: settings.status_page.unwrap_or(listen.ip().is_loopback()),
            limits: settings
                .limits
                .checked(|key, problem| self.error(&format!("limits.{key}"), problem))?,
        })
    }

    fn store(&self) -> Result<StoreChoice, ConfigError> {
        let text = self.settings.store.as_deref().unwrap_or("sqlite:tagout.db");
        if text == "memory" {
            return Ok(StoreChoice::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(StoreChoice::Sqlite(path.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(StoreChoice::Postgres(text.to_owned()));
        }
        // The text may be a mistyped URL with a password in it, so it is not shown.
        Err(self.error(
            "store",
            "expected `memory`, `sqlite:PATH` or `postgres://...`".to_owned(),
        ))
    }

    fn driver(&self) -> Result<DriverChoice, ConfigError> {
        let programs = &self.settings.command;
        match self.settings.driver.as_deref().unwrap_or("simulated") {
            "simulated" => {
                let speed = self.settings.speed.unwrap_or(60);
                if !(1..=1_000_000).contains(&speed) {
                    return Err(self.error("speed", format!("got {speed}, expected 1 to 1000000")));
                }
                Ok(DriverChoice::Simulated { speed, seed: self.settings.seed.unwrap_or(0) })
            }
            "command" if programs.is_empty() => Err(self.error(
                "driver",
                "`command` needs a program for each kind of work, such as `[command.server]` with `path = \"...\"`".to_owned(),
            )),
            "command" => {
                Ok(DriverChoice::Command(programs.iter().map(|(kind, program)| (kind.clone(), program.clone())).collect()))
            }
            other => Err(self.error("driver", format!("got `{other}`, expected `simulated` or `command`"))),
        }
    }

    fn credentials(&self) -> Result<Vec<Credential>, ConfigError> {
        let mut credentials: Vec<Credential> = Vec::new();
        for (n, raw) in self.settings.credentials.iter().enumerate() {
            let credential = raw
                .checked(self.settings.account.as_deref().unwrap_or(ACCOUNT))
                .map_err(|(key, problem)| {
                    self.error(&format!("credentials[{n}].{key}"), problem)
                })?;
            if credentials
                .iter()
                .any(|known| known.access_key_id == credential.access_key_id)
            {
                return Err(self.error(
                    &format!("credentials[{n}].access_key_id"),
                    format!("`{}` stands there twice", credential.access_key_id),
                ));
            }
            credentials.push(credential);
        }
        Ok(credentials)
    }

    fn tls(&self) -> Result<Option<Tls>, ConfigError> {
        match (&self.settings.tls.certificate, &self.settings.tls.key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Tls {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            (Some(_), None) => {
                Err(self.error("tls.certificate", "needs `tls.key` beside it".to_owned()))
            }
            (None, Some(_)) => {
                Err(self.error("tls.key", "needs `tls.certificate` beside it".to_owned()))
            }
        }
    }

    fn text(
        &self,
        key: &str,
        value: Option<&str>,
        default: &str,
        is_good: impl Fn(&str) -> bool,
        expected: &str,
    ) -> Result<String, ConfigError> {
        let value = value.unwrap_or(default);
        if is_good(value) {
            Ok(value.to_owned())
        } else {
            Err(self.error(key, format!("got `{value}`, expected {expected}")))
        }
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &str,
        value: Option<&str>,
        default: &str,
    ) -> Result<T, ConfigError> {
        let parsed = value.unwrap_or(default).parse();
        parsed.map_err(|error: T::Err| self.error(key, error.to_string()))
    }

    fn error(&self, key: &str, problem: String) -> ConfigError {
        ConfigError::new(self.layers.place_of(key), key, problem)
    }
}

fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The AWS account of `text`, or what is wrong with it.
fn account(text: &str) -> Result<Account, String> {
    Some(text)
        .filter(|text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("got `{text}`, expected twelve digits"))
}

#[cfg(test)]
mod tests;
