//! What no client of good will sends: an answer of 4xx or a clean end, and the server is well after it.

use std::time::Duration;

use tagout_server::AnyClock;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::common::{TestServer, read_to_end};

const GET: &str = "AmazonSSM.GetMaintenanceWindow";
const CREATE: &str = "AmazonSSM.CreateMaintenanceWindow";

async fn is_well(server: &TestServer) -> bool {
    server.send("GET", "/health/ready", &[], "").await.status == 200
}

/// The status of an answer in raw bytes; none if there is none.
fn status(answer: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(answer);
    let mut words = text.strip_prefix("HTTP/1.1 ")?.split(' ');
    words.next()?.parse().ok()
}

#[tokio::test]
async fn bodies_that_are_not_what_they_should_be_are_refused() {
    let server = TestServer::start().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_member = format!("{{\"Name\":{deep}}}");
    let wide = format!("{{{}\"Name\":1}}", "\"a\":1,".repeat(50_000));
    let bodies: &[&[u8]] = &[
        b"",
        b"{",
        b"null",
        b"[]",
        b"\"text\"",
        b"{\"WindowId\":",
        b"{\"WindowId\":\"mw-0123456789abcdef0\"",
        b"{\"WindowId\":\"\xff\xfe\"}",
        b"\xef\xbb\xbf{}",
        b"{\"WindowId\":\"\\ud800\"}",
        b"{\"WindowId\":1e400}",
        b"{\"WindowId\":{}}",
        b"{\"WindowId\":[]}",
        b"{\"WindowId\":true}",
        b"{\"WindowId\":\"mw-0123456789abcdef0\",\"WindowId\":\"mw-0123456789abcdef1\"}",
        b"{\"Duration\":1e400,\"Cutoff\":99999999999999999999}",
        b"{} {}",
        deep.as_bytes(),
        deep_member.as_bytes(),
        wide.as_bytes(),
    ];
    for body in bodies {
        for target in [GET, CREATE, "OpsWorksCM_V2016_11_01.CreateServer"] {
            let headers = [("x-amz-target", target)];
            let reply = server.send("POST", "/", &headers, body.to_vec()).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            assert_eq!(reply.status, 400, "{target} {shown} {reply:?}");
            let kind = reply.json()["__type"].as_str().unwrap().to_owned();
            assert!(
                ["SerializationException", "ValidationException"].contains(&kind.as_str()),
                "{target} {shown} {kind}"
            );
        }
        let headers = [("content-type", "application/json")];
        let path = "/v2/authentication/login";
        let reply = server.send("POST", path, &headers, body.to_vec()).await;
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    assert!(is_well(&server).await);
}

#[tokio::test]
async fn what_is_no_http_ends_the_connection() {
    let server = TestServer::start().await;
    let long_path = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(70_000));
    let long_header = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "x".repeat(70_000)
    );
    let many_headers = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X: y\r\n".repeat(200)
    );
    let cases: &[&[u8]] = &[
        b"\r\n\r\n\r\n\x00",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // a client that speaks TLS
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSSM.GetMaintenanceWindow\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSSM.GetMaintenanceWindow\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        long_path.as_bytes(),
        long_header.as_bytes(),
        many_headers.as_bytes(),
    ];
    for case in cases {
        let shown = String::from_utf8_lossy(&case[..case.len().min(80)]).into_owned();
        let answer = timeout(Duration::from_secs(5), server.raw(case))
            .await
            .unwrap_or_else(|_| panic!("{shown:?} was not answered"));
        let status = status(&answer);
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{shown:?}: {status:?}"
        );
        assert!(is_well(&server).await, "{shown:?}");
    }
}

#[tokio::test]
async fn pieces_of_a_body_are_one_body_and_requests_in_a_row_are_answered_in_order() {
    let server = TestServer::start().await;
    let piecewise = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSSM.DescribeMaintenanceWindows\r\n\
                     Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    let answer = String::from_utf8(server.raw(piecewise.as_bytes()).await).unwrap();
    assert!(answer.ends_with("{\"WindowIdentities\":[]}"), "{answer}");

    let get = |path: &str, end: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{end}\r\n");
    let row = get("/health/live", "").repeat(50) + &get("/health/ready", "Connection: close\r\n");
    let answer = String::from_utf8(server.raw(row.as_bytes()).await).unwrap();
    assert_eq!(answer.matches("live\n").count(), 50);
    assert!(answer.ends_with("ready\n"), "{answer}");
}

#[tokio::test]
async fn wrong_methods_and_paths_are_refused() {
    let server = TestServer::start().await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW", "TRACE"] {
        for path in ["/nowhere", "/v2/nowhere", "/v2/", "//", "/../etc/passwd"] {
            let reply = server.send(method, path, &[], "").await;
            assert!(
                [404, 405].contains(&reply.status),
                "{method} {path} {reply:?}"
            );
        }
    }
    let headers = [("x-amz-target", GET)];
    let reply = server.send("PUT", "/", &headers, "{}").await;
    assert_eq!(reply.status, 405);
    assert!(is_well(&server).await);
}

#[tokio::test]
async fn slow_clients_are_dropped() {
    let file = "[limits]\nheader_seconds = 1\nbody_seconds = 1\nidle_seconds = 2\n";
    let server = TestServer::configured(file, AnyClock::default()).await;
    let began = Instant::now();

    let trickle = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: yes\r\n\r\n";
        for byte in request.bytes() {
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("all of the headers were taken");
    };
    let stalled_body = async {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {GET}\r\nContent-Length: 9\r\n\r\n{{"
        );
        let answer = server.raw(head.as_bytes()).await;
        assert_eq!(status(&answer), Some(408));
    };
    let silent = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        assert_eq!(read_to_end(&mut stream).await, b"");
    };
    let idle_after_an_answer = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        stream.write_all(request).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        stream.write_all(request).await.unwrap();
        let answers = String::from_utf8(read_to_end(&mut stream).await).unwrap();
        assert_eq!(answers.matches("live\n").count(), 2, "{answers}");
    };
    let all = async { tokio::join!(trickle, stalled_body, silent, idle_after_an_answer) };
    timeout(Duration::from_secs(10), Box::pin(all))
        .await
        .unwrap();
    assert!(began.elapsed() >= Duration::from_secs(2));
    assert!(is_well(&server).await);
}

#[tokio::test]
async fn hundreds_of_idle_connections_keep_nobody_out() {
    let server = TestServer::start().await;
    let mut idle = Vec::new();
    for _ in 0..400 {
        idle.push(TcpStream::connect(server.address).await.unwrap());
    }
    assert!(is_well(&server).await);
    let text = server.send("GET", "/metrics", &[], "").await;
    let open = text
        .text()
        .lines()
        .find_map(|line| line.strip_prefix("tagout_connections "))
        .unwrap();
    assert!(open.parse::<u64>().unwrap() >= 400, "{open}");
    drop(idle);
    let began = Instant::now();
    loop {
        let text = server.send("GET", "/metrics", &[], "").await;
        if text.text().contains("\ntagout_connections 1\n") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{}", text.text());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
