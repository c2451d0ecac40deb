//! The server: it listens, and runs the control plane beside.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info, warn};

use crate::{
    App, Parts, StartError,
    config::Config,
    connection::{self, Connection},
    tls,
};

/// A server that listens already: connections wait until it [runs](Server::run).
///
/// ```
/// use tagout_server::{Parts, Server, config::{Config, Layers}};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let mut layers = Layers::new();
/// layers.option("listen=127.0.0.1:0")?.option("store=memory")?;
/// let config = Config::read(&layers)?;
/// let server = Server::bind(&config, Parts::chosen(&config).await?).await?;
/// assert!(server.address().ip().is_loopback());
/// server.run(async { /* ready when it should stop */ }).await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// A server as `config` says, made of `parts`.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] if the address cannot be listened on, or the store does not answer.
    pub async fn bind(config: &Config, parts: Parts) -> Result<Self, StartError> {
        let cannot_listen = |source| StartError::Listen {
            address: config.listen,
            source,
        };
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        Ok(Self {
            app: Arc::new(App::new(config, parts).await?),
            listener,
            address,
            tls,
        })
    }

    /// Where it listens, with the port that it got where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What every request finds.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Serves until `shutdown` is ready; then takes no new connection, lets the requests under way be answered and the
    /// attempts of the driver end, both within `limits.drain_seconds`.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self {
            app, listener, tls, ..
        } = self;
        let (stop, stopped) = oneshot::channel::<()>();
        let control = Arc::clone(app.control());
        let plane = tokio::spawn(control.run(app.clock().clone(), async {
            let _ = stopped.await; // an error means that the other end is gone, which stops as well
        }));

        let connections = Arc::new(Semaphore::new(
            usize::try_from(app.limits().connections).unwrap_or(Semaphore::MAX_PERMITS),
        ));
        let graceful = GracefulShutdown::new();
        tokio::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    if let Ok(permit) = Arc::clone(&connections).try_acquire_owned() {
                        begin(&app, tls.clone(), stream, peer, permit, &graceful);
                    } else {
                        app.metrics().refused("connections");
                        debug!(%peer, "turned away: there are as many connections as there may be");
                    }
                }
                Err(error) => {
                    // Out of file descriptors, or a client that left before it was let in.
                    warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }

        drop(listener);
        info!("stopping");
        let drain = Duration::from_secs(app.limits().drain_seconds);
        if tokio::time::timeout(drain, graceful.shutdown())
            .await
            .is_err()
        {
            warn!("connections are given up");
        }
        let _ = stop.send(()); // an error means that the plane has ended by itself
        if let Err(error) = plane.await {
            warn!(%error, "the control plane ended badly");
        }
    }
}

/// Serves a connection beside the others.
fn begin(
    app: &Arc<App>,
    tls: Option<TlsAcceptor>,
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    graceful: &GracefulShutdown,
) {
    let app = Arc::clone(app);
    let watcher = graceful.watcher();
    tokio::spawn(async move {
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%peer, %error, "answers may come late");
        }
        let connections = app.metrics().connections.clone();
        connections.inc();
        let connection = Connection {
            peer,
            is_encrypted: tls.is_some(),
        };
        if let Some(tls) = tls {
            let time_limit = Duration::from_secs(app.limits().header_seconds);
            match tokio::time::timeout(time_limit, tls.accept(stream)).await {
                Ok(Ok(stream)) => connection::serve(app, connection, stream, watcher).await,
                Ok(Err(error)) => debug!(%peer, %error, "no encryption was agreed on"),
                Err(_) => debug!(%peer, "no encryption was agreed on in time"),
            }
        } else {
            connection::serve(app, connection, stream, watcher).await;
        }
        connections.dec();
        drop(permit);
    });
}
