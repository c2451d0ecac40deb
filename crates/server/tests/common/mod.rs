//! A server within the test, on a port of its own, and a client that says exactly what it is told to.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{net::SocketAddr, path::Path, sync::Arc, time::SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tagout_server::{
    AnyClock, App, Parts, Server,
    config::{Config, Layers},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

/// A server that runs until it is dropped or stopped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An access key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) token: Option<&'static str>,
}

impl TestServer {
    /// A server that keeps everything in memory, takes any key, and whose work is done at once.
    pub(crate) async fn start() -> Self {
        Self::configured("", AnyClock::default()).await
    }

    /// A server as `file` says, TOML, in memory and on a port of its own unless it says otherwise.
    pub(crate) async fn configured(file: &str, clock: AnyClock) -> Self {
        let mut layers = Layers::new();
        let preset = "listen = \"127.0.0.1:0\"\nstore = \"memory\"\nspeed = 1000000\n";
        layers
            .text(Path::new("preset.toml"), preset.to_owned())
            .unwrap();
        layers
            .text(Path::new("test.toml"), file.to_owned())
            .unwrap();
        let config = Config::read(&layers).unwrap();
        let parts = Parts {
            clock,
            ..Parts::chosen(&config).await.unwrap()
        };
        Self::of(&config, parts).await
    }

    /// A server of these parts.
    pub(crate) async fn of(config: &Config, parts: Parts) -> Self {
        let server = Server::bind(config, parts).await.unwrap();
        let (address, app) = (server.address(), Arc::clone(server.app()));
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            app,
            stop: Some(stop),
            running,
        }
    }

    /// Sends these bytes on a connection of its own, and reads until the server ends it.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may end the connection before it has read all of it.
        let _ = stream.write_all(bytes).await;
        read_to_end(&mut stream).await
    }

    /// Lets it end in peace.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.running).await.unwrap();
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        exchange(self.address, request.body(Full::new(body.into())).unwrap()).await
    }

    /// Calls an AWS operation without a signature, as a server takes it that knows no keys.
    pub(crate) async fn aws(&self, target: &str, body: &serde_json::Value) -> Reply {
        let headers = [
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        self.send("POST", "/", &headers, body.to_string()).await
    }

    /// Calls an AWS operation, signed with `key` at `at` for the service of this signing name.
    pub(crate) async fn aws_signed(
        &self,
        key: Key,
        service: &str,
        at: DateTime<Utc>,
        target: &str,
        body: &serde_json::Value,
    ) -> Reply {
        let body = body.to_string();
        let signature = signature(self.address, key, service, at, target, &body);
        let mut headers = vec![
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        headers.extend(
            signature
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        self.send("POST", "/", &headers, body).await
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    /// The body as text.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The text of a header, empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// What comes until the other side ends the connection, in peace or not.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut piece).await {
        all.extend_from_slice(&piece[..length]);
    }
    all
}

/// Sends `request` on a connection of its own, and reads the whole answer.
pub(crate) async fn exchange(address: SocketAddr, request: Request<Full<Bytes>>) -> Reply {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let answer: Response<_> = sender.send_request(request).await.unwrap();
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    connection.abort();
    Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    }
}

/// The headers by which `key` signs a request, made by the signer of AWS's own SDK for Rust.
fn signature(
    address: SocketAddr,
    key: Key,
    service: &str,
    at: DateTime<Utc>,
    target: &str,
    body: &str,
) -> Vec<(String, String)> {
    let identity = Credentials::new(
        key.id,
        key.secret,
        key.token.map(str::to_owned),
        None,
        "test",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(SystemTime::from(at))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let host = address.to_string();
    let headers = [("host", host.as_str()), ("x-amz-target", target)];
    let signable = SignableRequest::new(
        "POST",
        format!("http://{address}/"),
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    )
    .unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .iter()
        .map(|header| (header.name().to_owned(), header.value().to_owned()))
        .collect()
}
