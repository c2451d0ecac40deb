//! What every request finds: the control plane, who may come in, and what the time is.

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, Utc};
use tagout_control::{Clock, Control, Ids, Settings};
use tagout_store::{AnyStore, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::rustls::{self, pki_types::pem};

use crate::{
    AnyClock, AnyDriver,
    buckets::Buckets,
    config::{Config, Limits, StoreChoice},
    keys::Keys,
    login::Logins,
    metrics::Metrics,
    secrets::Secrets,
};

/// The parts that a server is made of, beside its configuration.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is kept.
    pub store: AnyStore,
    /// Who does the work.
    pub driver: AnyDriver,
    /// What the time is.
    pub clock: AnyClock,
    /// Where ids and tokens come from.
    pub ids: Ids,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store does not open.
    #[error("cannot open the store")]
    Store(#[from] StoreError),
    /// The system has no randomness to give.
    #[error("cannot draw random numbers")]
    Randomness(#[source] std::io::Error),
    /// A file of the certificate cannot be read.
    #[error("cannot read `{}`", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// The certificate and its key cannot be shown.
    #[error("the certificate in `{}` cannot be used", path.display())]
    Certificate {
        /// The file of the certificate.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Parts {
    /// The parts that `config` asks for, with the clock of this machine.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] if the store does not open, or there is no randomness.
    pub async fn chosen(config: &Config) -> Result<Self, StartError> {
        let location = match &config.store {
            StoreChoice::Memory => "memory:".to_owned(),
            StoreChoice::Sqlite(path) => format!("sqlite:{}", path.display()),
            StoreChoice::Postgres(url) => url.clone(),
        };
        Ok(Self {
            store: AnyStore::open(&location).await?,
            driver: AnyDriver::chosen(&config.driver),
            clock: AnyClock::default(),
            ids: Ids::from_system().map_err(|error| StartError::Randomness(error.into()))?,
        })
    }
}

/// What every request finds.
#[derive(Debug)]
pub struct App {
    control: Arc<Control<AnyStore, AnyDriver>>,
    clock: AnyClock,
    /// Only unique: nothing is opened with what comes from there.
    request_ids: Ids,
    region: String,
    keys: Keys,
    limits: Limits,
    logins: Logins,
    buckets: Buckets,
    metrics: Metrics,
    turns: Arc<Semaphore>,
}

impl App {
    /// An app as `config` says, made of `parts`.
    ///
    /// # Errors
    ///
    /// Returns [`StartError::Store`] if the store does not answer.
    pub async fn new(config: &Config, parts: Parts) -> Result<Self, StartError> {
        let Parts {
            store,
            driver,
            clock,
            ids,
        } = parts;
        let secrets = Secrets::of(&store, &ids).await?;
        let request_ids = Ids::seeded(ids.number());
        let mut settings = settings(config);
        settings.windows.page_key = secrets.page_key();
        Ok(Self {
            control: Arc::new(Control::new(store, driver, settings, ids)),
            clock,
            request_ids,
            region: config.region.clone(),
            keys: Keys::new(config),
            limits: config.limits,
            logins: Logins::new(config, secrets.token_key()),
            buckets: Buckets::new(config.limits.requests_per_second),
            metrics: Metrics::new(),
            turns: Arc::new(Semaphore::new(
                usize_of(config.limits.requests).min(Semaphore::MAX_PERMITS),
            )),
        })
    }

    /// The control plane.
    pub fn control(&self) -> &Arc<Control<AnyStore, AnyDriver>> {
        &self.control
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &AnyClock {
        &self.clock
    }

    /// An id for one request, in the form of a UUID of version 4.
    pub(crate) fn request_id(&self) -> String {
        let (high, low) = (self.request_ids.number(), self.request_ids.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }

    /// The AWS region of this server.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// What is enough.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes that do not come twice, and need not be secret: a salt, or a name.
    pub(crate) fn unique(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.request_ids.fill(&mut bytes);
        bytes
    }

    /// How many requests each caller may make.
    pub(crate) fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// The figures.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Leave to work on a request, until it is dropped; none if as many are worked on as may be.
    pub(crate) fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    /// Who may log in.
    pub(crate) fn logins(&self) -> &Logins {
        &self.logins
    }

    /// The access keys that may come in.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

/// How the control plane of this configuration goes about its work.
fn settings(config: &Config) -> Settings {
    let limits = &config.limits;
    let mut settings = Settings::default();
    settings.windows.rules.quotas.windows = usize_of(limits.maintenance_windows);
    let policy = &mut settings.servers.terms.policy;
    policy.servers_max = u32::try_from(limits.servers).unwrap_or(u32::MAX);
    policy.manual_backups_max = u32::try_from(limits.manual_backups).unwrap_or(u32::MAX);
    settings.batches.servers_max = usize_of(limits.batch_servers);
    if let Ok(region) = config.region.parse() {
        settings.servers.region = region;
    }
    settings
}

fn usize_of(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
