//! One connection: served until either side ends it, and given up when nothing moves.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::Watcher,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};
use tracing::debug;

use crate::{App, route};

/// What is known of a connection before it says anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// Where it comes from.
    pub(crate) peer: std::net::SocketAddr,
    /// Whether nobody on the way can read or change it.
    pub(crate) is_encrypted: bool,
}

/// The most bytes of a request line and its headers, and of an answer that waits to be sent.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves a connection over `stream` until it ends.
pub(crate) async fn serve<S>(app: Arc<App>, connection: Connection, stream: S, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = app.limits();
    let progress = Arc::new(Progress::default());
    let stream = Lively::new(
        stream,
        Duration::from_secs(limits.idle_seconds),
        Duration::from_secs(limits.header_seconds),
        Arc::clone(&progress),
    );
    let service = service_fn(move |request: Request<Incoming>| {
        let app = Arc::clone(&app);
        let progress = Arc::clone(&progress);
        async move {
            progress.n_begun.fetch_add(1, Ordering::Relaxed);
            let answer = route::answer(&app, connection, request).await;
            progress.n_answered.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::convert::Infallible>(answer)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None) // it would count the time between requests too
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(served).await {
        debug!(peer = %connection.peer, error = &error as &dyn std::error::Error, "the connection broke off");
    }
}

/// How far a connection is with its requests.
#[derive(Debug, Default)]
struct Progress {
    /// How many have shown their headers.
    n_begun: AtomicU64,
    /// How many of those have an answer.
    n_answered: AtomicU64,
}

impl Progress {
    fn n_begun(&self) -> u64 {
        self.n_begun.load(Ordering::Relaxed)
    }
}

/// A stream that fails when no byte has moved in either direction for `idle`, or when the headers of a request are not
/// all there within `header_time` of the first byte.
struct Lively<S> {
    inner: S,
    idle: Duration,
    header_time: Duration,
    progress: Arc<Progress>,
    moved_at: Instant,
    /// When the first byte of a request's headers came, and how many requests had begun by then.
    headers_since: Option<(Instant, u64)>,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Lively<S> {
    fn new(inner: S, idle: Duration, header_time: Duration, progress: Arc<Progress>) -> Self {
        let now = Instant::now();
        Self {
            inner,
            idle,
            header_time,
            progress,
            moved_at: now,
            headers_since: None,
            alarm: Box::pin(sleep_until(now + idle)),
        }
    }

    /// When it fails if nothing moves.
    fn deadline(&self) -> Instant {
        let silent = self.moved_at + self.idle;
        match self.headers_since {
            Some((since, n_begun)) if n_begun == self.progress.n_begun() => {
                silent.min(since + self.header_time)
            }
            _ => silent,
        }
    }

    /// Notes the first byte of the next request.
    fn handle_bytes(&mut self) {
        let n_begun = self.progress.n_begun();
        let is_answering = n_begun != self.progress.n_answered.load(Ordering::Relaxed);
        if is_answering {
            return; // they are of a body
        }
        if self.headers_since.is_none_or(|(_, known)| known != n_begun) {
            self.headers_since = Some((Instant::now(), n_begun));
        }
    }

    /// What to say while the inner stream has nothing to do: pending, or that it has been so for too long.
    fn poll_alarm(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let deadline = self.deadline();
        if deadline < self.alarm.deadline() {
            self.alarm.as_mut().reset(deadline);
        }
        loop {
            ready!(self.alarm.as_mut().poll(context));
            // The alarm was set when less had moved.
            if deadline <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.alarm.as_mut().reset(deadline);
        }
    }

    fn watched<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.moved_at = Instant::now();
            return outcome;
        }
        self.poll_alarm(context).map(Err)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lively<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_read(context, buffer);
        if outcome.is_ready() {
            self.handle_bytes();
        }
        self.watched(context, outcome)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lively<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.watched(context, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_flush(context);
        if outcome.is_ready() {
            return outcome; // a flush of nothing moves nothing
        }
        self.poll_alarm(context).map(Err)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_shutdown(context);
        self.watched(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.watched(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
