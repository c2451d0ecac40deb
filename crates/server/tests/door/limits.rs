use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tagout_control::ManualClock;
use tagout_server::{AnyClock, Seed};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use crate::common::{TestServer, read_to_end};

const DESCRIBE: &str = "AmazonSSM.DescribeMaintenanceWindows";

fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_caller_gets_a_burst_and_then_a_rate() {
    let clock = ManualClock::new(noon());
    let file = "limits.requests_per_second = 5";
    let server = TestServer::configured(file, AnyClock::new(clock.clone())).await;
    let ask = async || server.aws(DESCRIBE, &json!({})).await;
    for _ in 0..10 {
        assert_eq!(ask().await.status, 200);
    }
    let refused = ask().await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json(),
        json!({"__type": "ThrottlingException", "message": "Rate exceeded"})
    );
    clock.advance(TimeDelta::milliseconds(200));
    assert_eq!(ask().await.status, 200);
    assert_eq!(ask().await.status, 400);
}

#[tokio::test]
async fn more_requests_at_a_time_than_may_be_are_turned_away_and_health_is_still_told() {
    let server = TestServer::configured("limits.requests = 1", AnyClock::default()).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {DESCRIBE}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut n_waits = 0;
    let refused = loop {
        let reply = server.aws(DESCRIBE, &json!({})).await;
        if reply.status != 200 {
            break reply;
        }
        n_waits += 1;
        assert!(n_waits < 100, "the first request is not under way");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(refused.json()["__type"], "ThrottlingException");
    let path = "/v2/servers/altd";
    let refused = server.send("GET", path, &[], "").await;
    assert_eq!(
        (refused.status, refused.json()),
        (
            429,
            json!({"message": "Too many requests. Please try again later."})
        )
    );
    assert_eq!(
        server.send("GET", "/health/ready", &[], "").await.status,
        200
    );

    slow.write_all(b"{}").await.unwrap();
    let answer = read_to_end(&mut slow).await;
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    assert_eq!(server.aws(DESCRIBE, &json!({})).await.status, 200);
}

#[tokio::test]
async fn more_connections_than_may_be_are_closed() {
    let server = TestServer::configured("limits.connections = 2", AnyClock::default()).await;
    let _first = TcpStream::connect(server.address).await.unwrap();
    let _second = TcpStream::connect(server.address).await.unwrap();
    let mut third = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(read_to_end(&mut third).await, b"");
}

#[tokio::test]
async fn what_was_asked_is_counted_without_secrets() {
    let server = TestServer::start().await;
    Seed::read("{}").unwrap().load(&server.app).await.unwrap();
    server.aws(DESCRIBE, &json!({})).await;
    server.aws("AmazonSSM.Nothing", &json!({})).await;
    let body = json!({"username": "hunter2", "password": "hunter3"});
    let path = "/v2/authentication/login";
    server.send("POST", path, &[], body.to_string()).await;
    let reply = server.send("GET", "/metrics", &[], "").await;
    assert_eq!(reply.status, 200);
    for line in [
        "tagout_requests_total{interface=\"aws\",operation=\"DescribeMaintenanceWindows\",status=\"200\"} 1",
        "tagout_requests_total{interface=\"aws\",operation=\"\",status=\"400\"} 1",
        "tagout_requests_total{interface=\"clc\",operation=\"/v2/authentication/login\",status=\"200\"} 1",
        "tagout_request_seconds_count{interface=\"aws\"} 2",
    ] {
        assert!(
            reply.text().lines().any(|known| known == line),
            "{line}\n{}",
            reply.text()
        );
    }
    assert!(!reply.text().contains("hunter"), "{}", reply.text());
}

#[tokio::test]
async fn connections_are_encrypted_where_there_is_a_certificate() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/door/data");
    let certificate = format!("{folder}/certificate.pem");
    let file = format!("[tls]\ncertificate = \"{certificate}\"\nkey = \"{folder}/key.pem\"\n");
    let server = TestServer::configured(&file, AnyClock::default()).await;

    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_file(&certificate).unwrap();
    roots.add(root).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::get("/health/live")
        .header("host", "localhost")
        .body(Empty::<bytes::Bytes>::new())
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&body[..], b"live\n");
    connection.abort();

    let plain = server
        .raw(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert!(!plain.starts_with(b"HTTP/1.1 200"), "{plain:?}");
}
