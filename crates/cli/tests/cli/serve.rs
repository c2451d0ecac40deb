use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{outcome, tagout};

/// A server that is killed when the test ends before it does.
struct Served {
    child: Child,
    greeting: String,
}

impl Served {
    fn start(args: &[&str]) -> Self {
        let mut command = tagout(&[&["serve", "--listen", "127.0.0.1:0"], args].concat());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut greeting)
            .unwrap();
        Self { child, greeting }
    }

    fn address(&self) -> &str {
        let (_, rest) = self.greeting.split_once("http://").unwrap();
        rest.split(' ').next().unwrap()
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end; what it said on standard error, and its exit code.
    fn end(mut self, signal: Signal) -> (String, Option<i32>) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
        let mut said = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut said).unwrap();
        (said, self.child.wait().unwrap().code())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[test]
fn the_first_line_says_how_to_point_a_client_at_it() {
    let served = Served::start(&["--store", "memory"]);
    assert_eq!(
        served.greeting,
        format!(
            "tagout listens: aws --endpoint-url http://{} --region us-east-1 ssm describe-maintenance-windows (any access key is taken)\n",
            served.address()
        )
    );
    assert!(served.ask(LIVE).starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn it_ends_well_when_it_is_asked_to() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let served = Served::start(&["--store", "memory"]);
        let asked = Instant::now();
        let (said, code) = served.end(signal);
        assert_eq!(code, Some(0), "{said}");
        assert!(asked.elapsed() < Duration::from_secs(5));
        assert!(said.contains("stopping"), "{said}");
    }
}

#[test]
fn the_log_is_json_and_tells_requests_where_asked() {
    let served = Served::start(&["--store", "memory", "--set", "log.format=json"]);
    let target = "X-Amz-Target: AmazonSSM.GetMaintenanceWindow\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIA1/20261121/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=5ec4e7\r\n";
    served.ask(&format!(
        "POST /?secret=hunter2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{target}Content-Length: 2\r\n\r\n{{}}"
    ));
    let (said, _) = served.end(Signal::SIGTERM);
    let lines: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let line = lines
        .iter()
        .find(|line| line["target"] == "tagout::access")
        .unwrap();
    let fields = &line["fields"];
    assert_eq!(fields["operation"], "GetMaintenanceWindow");
    assert_eq!(fields["access_key"], "AKIA1");
    assert_eq!(fields["account"], "123456789012");
    assert_eq!(fields["status"], 400);
    assert!(
        !said.contains("hunter2") && !said.contains("5ec4e7"),
        "{said}"
    );

    let quiet = Served::start(&["--store", "memory", "--set", "log.requests=false"]);
    quiet.ask(LIVE);
    let (said, _) = quiet.end(Signal::SIGTERM);
    assert!(!said.contains("/health/live"), "{said}");
}

#[test]
fn check_tells_whether_the_settings_are_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tagout.toml");
    let path = path.to_str().unwrap();
    fs::write(path, "region = \"eu-west-1\"\n[limits]\nservers = 3\n").unwrap();
    assert_eq!(
        outcome(&["serve", "--config", path, "--check"], b""),
        ("the settings are good\n".to_owned(), String::new(), 0)
    );
    fs::write(path, "region = \"eu-west-1\"\n[limits]\nservers = 0\n").unwrap();
    assert_eq!(
        outcome(&["serve", "--config", path, "--check"], b""),
        (
            String::new(),
            format!("error: {path}:3: limits.servers: got 0, expected 1 to 10000000\n"),
            2
        )
    );
    let set = [
        "serve",
        "--config",
        path,
        "--check",
        "--set",
        "limits.servers=7",
    ];
    assert_eq!(outcome(&set, b"").2, 0);
}

#[test]
fn an_inventory_is_loaded_once_and_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    let path = path.to_str().unwrap();
    fs::write(path, "{\"clc\":{\"accounts\":[\n{\"alias\":7}]}}").unwrap();
    let (_, said, code) = outcome(&["serve", "--store", "memory", "--seed", path], b"");
    assert_eq!(code, 2);
    assert!(
        said.starts_with(&format!(
            "error: {path}: line 2: clc.accounts[0].alias: invalid type: integer `7`"
        )),
        "{said}"
    );

    let window = r#"{"Name":"night","Schedule":"rate(1 day)","Duration":2,"Cutoff":1,"AllowUnassociatedTargets":false}"#;
    fs::write(path, format!("{{\"ssm\":{{\"windows\":[{window}]}}}}")).unwrap();
    let store = format!("sqlite:{}", folder.path().join("tagout.db").display());
    for _ in 0..2 {
        let served = Served::start(&["--store", &store, "--seed", path]);
        let answer = served.ask(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Amz-Target: AmazonSSM.DescribeMaintenanceWindows\r\nContent-Length: 2\r\n\r\n{}",
        );
        assert_eq!(answer.matches("\"Name\":\"night\"").count(), 1, "{answer}");
    }
}

#[test]
fn it_says_why_it_does_not_start() {
    let (_, said, code) = outcome(&["serve", "--listen", "0.0.0.0:0"], b"");
    assert_eq!(
        (said.as_str(), code),
        (
            "error: --set listen: `0.0.0.0:0` can be reached from other machines, and no `credentials` say who may come in: listen on 127.0.0.1, or name them\n",
            2
        )
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_, said, code) = outcome(&["serve", "--store", "memory", "--listen", &address], b"");
    assert_eq!(
        (said, code),
        (
            format!("error: cannot listen on {address}: Address already in use (os error 98)\n"),
            2
        )
    );
    let (_, said, code) = outcome(&["serve", "--store", "sqlite:/nowhere/tagout.db"], b"");
    assert_eq!(code, 2);
    assert!(said.starts_with("error: cannot open the store: "), "{said}");
}
