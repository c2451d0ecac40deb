//! A server that is killed again and again, and clients that try again: nothing that was acknowledged is lost, and
//! nothing is done twice.

use std::{
    collections::BTreeMap,
    env,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::tagout;

/// A port that was free a moment ago: the server comes back to the same one.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn start(command: impl Fn() -> Command, address: &str) -> Child {
    let mut child = command()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the server did not start"
        );
        assert!(began.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(5));
    }
    child
}

/// The answer to one call; none if the connection broke.
fn call(address: &str, operation: &str, body: &Value) -> Option<(u16, Value)> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Amz-Target: AmazonSSM.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// Calls until there is an answer of success.
fn call_again(address: &str, operation: &str, body: &Value) -> Value {
    let began = Instant::now();
    loop {
        match call(address, operation, body) {
            Some((200, answer)) => return answer,
            Some((status @ 400..500, answer)) => panic!("{status} {answer}"),
            _ => thread::sleep(Duration::from_millis(5)),
        }
        assert!(began.elapsed() < Duration::from_secs(60));
    }
}

/// All windows of the server by their names.
fn windows(address: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::<String, Vec<String>>::new();
    let mut body = json!({"MaxResults": 100});
    loop {
        let page = call_again(address, "DescribeMaintenanceWindows", &body);
        for window in page["WindowIdentities"].as_array().unwrap() {
            let text = |name: &str| window[name].as_str().unwrap().to_owned();
            found
                .entry(text("Name"))
                .or_default()
                .push(text("WindowId"));
        }
        match page["NextToken"].as_str() {
            Some(token) if !token.is_empty() => body["NextToken"] = token.into(),
            _ => return found,
        }
    }
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_acknowledged() {
    let n_kills = env::var("TAGOUT_TEST_KILLS").map_or(5, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("tagout.db").display());
    let address = free_address();
    let command = || {
        tagout(&[
            "serve",
            "--listen",
            &address,
            "--store",
            &store,
            "--set",
            "limits.maintenance_windows=100000",
            "--set",
            "log.level=error",
        ])
    };
    let acknowledged = Mutex::new(BTreeMap::<String, String>::new());
    let is_over = AtomicBool::new(false);
    let mut child = start(command, &address);
    thread::scope(|scope| {
        for client in 0..4 {
            let (address, acknowledged, is_over) = (&address, &acknowledged, &is_over);
            scope.spawn(move || {
                for n in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let name = format!("window-{client}-{n}");
                    let body = json!({
                        "Name": name, "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1,
                        "AllowUnassociatedTargets": false, "ClientToken": name,
                    });
                    let answer = call_again(address, "CreateMaintenanceWindow", &body);
                    let id = answer["WindowId"].as_str().unwrap().to_owned();
                    acknowledged.lock().unwrap().insert(name, id);
                }
            });
        }
        for n in 0..n_kills {
            thread::sleep(Duration::from_millis(150 + 37 * (n % 5)));
            child.kill().unwrap();
            child.wait().unwrap();
            child = start(command, &address);
        }
        thread::sleep(Duration::from_millis(100));
        is_over.store(true, Ordering::Relaxed);
    });
    let found = windows(&address);
    child.kill().unwrap();
    child.wait().unwrap();

    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(
        acknowledged.len() > 20,
        "only {} were made",
        acknowledged.len()
    );
    for (name, id) in &acknowledged {
        assert_eq!(found.get(name), Some(&vec![id.clone()]), "{name}");
    }
    for (name, ids) in &found {
        assert_eq!(ids.len(), 1, "{name} was made twice");
    }
}
